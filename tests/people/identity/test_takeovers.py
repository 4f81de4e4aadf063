"""Attacks by acts on people: becoming somebody, learning or undoing something without the right."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.models import AccountPerson, Person
from plp_api.foundation.roster.relationships import (
    AdvisoryAdvisor,
    AdvisoryMember,
    Appointment,
    AppointmentRole,
    ParentKind,
    RelationshipKind,
)
from plp_api.server.app import Application
from tests.client import Client, code
from tests.databases import Isolated
from tests.people.identity.conftest import (
    PASSWORD,
    activate,
    code_in,
    give_password,
    log_in,
    reachable,
    work,
)
from tests.world import Somebody, World, appoint, person, relate, writing

BEYOND = "account_beyond_offices"
RIGHTS = {"parent_kind": ParentKind.PARENT, "may_inspect": True, "may_decide": True}


@pytest.fixture
def middle_registrar(database: Isolated, world: World) -> Somebody:
    home = world.home
    with writing(database, home) as session:
        made = person(session, home, "middle_registrar")
        appoint(session, home, made, AppointmentRole.REGISTRAR, home.other_school_id)
    return made


@pytest.fixture
def sibling(database: Isolated, world: World) -> Somebody:
    """The parent of the high school's student has a child at the middle school too."""
    home = world.home
    with writing(database, home) as session:
        relate(session, home, home.parent, home.other_student, RelationshipKind.PARENT, **RIGHTS)
    return home.parent  # type: ignore[no-any-return]


ACTS: dict[str, Callable[[Client, str], Any]] = {
    "print a code": lambda staff, path: staff.act(path, "invite", is_printed=True),
    "invite": lambda staff, path: staff.act(path, "invite"),
    "change the e-mail": lambda staff, path: staff.patch(path, {"email": "mine@example.org"}),
    "change the user name": lambda staff, path: staff.patch(path, {"username": "mine"}),
    "revoke": lambda staff, path: staff.act(path, "revoke"),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("target", ["parent", "advisor"])
@pytest.mark.parametrize("actor", ["middle_registrar", "other_school_admin"])
def test_staff_of_one_school_do_not_take_over_whom_only_another_school_covers(
    client: Client, world: World, middle_registrar: Somebody, actor: str, target: str, act: str
) -> None:
    home = world.home
    staff = client.as_(home.people[actor])
    assert code(ACTS[act](staff, f"/people/{home.people[target].id}")) == BEYOND


def test_a_sibling_elsewhere_leaves_a_mailed_invitation_and_nothing_comes_back(
    client: Client, app: Application, world: World, sibling: Somebody, sent: list[Any]
) -> None:
    reachable(app, world, sibling)
    registrar, path = client.as_(world.home.registrar), f"/people/{sibling.id}"
    for act in ("print a code", "change the e-mail", "change the user name", "revoke"):
        assert code(ACTS[act](registrar, path)) == BEYOND
    invitation = registrar.act(path, "invite").json["invitation"]
    assert invitation["code"] is None
    work(app)
    [(to, _subject, text)] = sent
    assert to == "family@example.org"
    assert activate(client, code_in(text)).status_code == 200
    district = client.as_(world.home.district_admin)
    assert district.act(path, "invite", is_printed=True).json["invitation"]["code"]


def test_without_mail_a_part_of_an_account_is_invited_by_the_district_alone(
    client: Client, world: World, sibling: Somebody
) -> None:
    path = f"/people/{sibling.id}"
    assert code(client.as_(world.home.registrar).act(path, "invite")) == BEYOND
    assert client.as_(world.home.district_admin).act(path, "invite").status_code == 200


def test_no_act_promises_a_mail_that_nobody_can_send(
    client: Client, app: Application, world: World, sibling: Somebody, sent: list[Any]
) -> None:
    registrar, path = client.as_(world.home.registrar), f"/people/{sibling.id}"
    assert registrar.read(path)["available_acts"] == []
    reachable(app, world, sibling)
    assert registrar.read(path)["available_acts"] == ["mail_code"]


def test_a_refusal_says_who_does_it_instead(
    client: Client, world: World, sibling: Somebody, middle_registrar: Somebody
) -> None:
    home = world.home
    staff = client.as_(middle_registrar)
    ask = {one.id: staff.act(f"/people/{one.id}", "revoke") for one in (sibling, home.advisor)}
    ask[home.counselor.id] = staff.act(f"/people/{home.counselor.id}", "revoke")
    said = [answer.json["detail"].split(":")[0] for answer in ask.values()]
    assert said == [
        "You cover a part of it",
        "The school that covers it does this, or the district.",
        "They hold an office",
    ]


def test_an_address_that_one_entered_is_no_way_to_have_a_code_mailed(
    client: Client, app: Application, world: World, database: Isolated, sent: list[Any]
) -> None:
    home, registrar = world.home, client.as_(world.home.registrar)
    body = {"given_name": "Ada", "family_name": "Lowe", "email": "mine@example.org"}
    ada = registrar.made("/people", {**body, "username": "ada"})
    with writing(database, home) as session:
        ada_id = UUID(ada["id"])
        somebody = Somebody(ada_id, ada_id, home.district_id, "ada")
        for student in (home.student, home.other_student):
            relate(session, home, somebody, student, RelationshipKind.PARENT, **RIGHTS)
    assert code(registrar.act(f"/people/{ada['id']}", "invite")) == BEYOND
    assert sent == []


def test_a_part_of_an_account_gives_no_access_back_that_others_took(
    client: Client, app: Application, world: World, sibling: Somebody, sent: list[Any]
) -> None:
    reachable(app, world, sibling)
    path = f"/people/{sibling.id}"
    assert client.as_(world.home.district_admin).act(path, "revoke").status_code == 200
    assert code(client.as_(world.home.registrar).act(path, "invite")) == BEYOND


def test_whom_the_district_shut_out_no_school_lets_in_again(
    client: Client, app: Application, world: World
) -> None:
    home = world.home
    registrar, path = client.as_(home.registrar), f"/people/{home.parent.id}"
    district = client.as_(home.district_admin)
    assert district.act(path, "revoke").status_code == 200
    assert code(registrar.act(path, "invite", is_printed=True)) == BEYOND
    assert district.act(path, "invite", is_printed=True).status_code == 200
    assert registrar.act(path, "revoke").status_code == 200
    assert registrar.act(path, "invite", is_printed=True).status_code == 200


def test_a_part_of_an_account_ends_no_code_that_others_printed(
    client: Client, app: Application, world: World, sibling: Somebody, sent: list[Any]
) -> None:
    reachable(app, world, sibling)
    path = f"/people/{sibling.id}"
    printed = client.as_(world.home.district_admin).act(path, "invite", is_printed=True)
    assert client.as_(world.home.registrar).act(path, "invite").status_code == 200
    assert activate(client, printed.json["invitation"]["code"]).status_code == 200


def test_a_printed_code_opens_no_office_given_since(
    client: Client, app: Application, world: World, database: Isolated
) -> None:
    home = world.home
    with writing(database, home) as session:
        newcomer = person(session, home, "newcomer")
    path = f"/people/{newcomer.id}"
    printed = client.as_(home.registrar).act(path, "invite", is_printed=True).json["invitation"]
    office = {"person_id": str(newcomer.id), "role": "district_admin"}
    client.as_(home.district_admin).made("/appointments", office)
    assert code(activate(client, printed["code"])) == "activation_invalid"


def test_a_reset_is_not_mailed_where_somebody_without_the_office_entered_the_address(
    client: Client, app: Application, world: World, sent: list[Any]
) -> None:
    home, district = world.home, client.as_(world.home.district_admin)
    body = {"given_name": "Ada", "family_name": "Lowe", "email": "mine@example.org"}
    ada = client.as_(home.registrar).made("/people", {**body, "username": "ada"})
    path = f"/people/{ada['id']}"
    printed = client.as_(home.registrar).act(path, "invite", is_printed=True).json["invitation"]
    assert activate(client, printed["code"]).status_code == 200
    district.made("/appointments", {"person_id": ada["id"], "role": "district_admin"})
    reset = {"username": "ada", "district": "tamarack"}
    assert client.post("/auth/password-reset", reset).status_code == 202
    assert work(app) == [{"is_mailed": False}]
    district.patch(path, {"email": "ada@example.org"})
    client.post("/auth/password-reset", reset)
    assert work(app) == [{"is_mailed": True}, {"is_mailed": True}]
    assert [to for to, _subject, _text in sent] == ["mine@example.org", "ada@example.org"]


# Who controls an e-mail address.


@pytest.fixture
def newcomer(client: Client, world: World) -> str:
    """The path of a new person whose e-mail the registrar of the high school entered."""
    body = {"given_name": "Ada", "family_name": "Lowe", "email": "mine@example.org"}
    made = client.as_(world.home.registrar).made("/people", {**body, "username": "ada"})
    return f"/people/{made['id']}"


def tie(database: Isolated, world: World, path: str, *students: Any) -> None:
    ada_id = UUID(path.removeprefix("/people/"))
    somebody = Somebody(ada_id, ada_id, world.home.district_id, "ada")
    with writing(database, world.home) as session:
        for student in students:
            relate(session, world.home, somebody, student, RelationshipKind.PARENT, **RIGHTS)


def test_a_first_code_is_mailed_by_nobody_to_an_address_whose_enterer_could_not_hold_it(
    client: Client, app: Application, world: World, database: Isolated, newcomer: str, sent: Any
) -> None:
    tie(database, world, newcomer, world.home.student, world.home.other_student)
    district = client.as_(world.home.district_admin)
    assert code(district.act(newcomer, "invite")) == "address_unconfirmed"
    assert district.patch(newcomer, {"email": "ada@example.org"}).status_code == 200
    assert district.act(newcomer, "invite").status_code == 200
    work(app)
    assert [to for to, _subject, _text in sent] == ["ada@example.org"]


def test_no_reset_goes_to_an_address_entered_by_whom_no_part_of_the_account_is_covered(
    client: Client, app: Application, world: World, database: Isolated, newcomer: str, sent: Any
) -> None:
    tie(database, world, newcomer, world.home.other_student)
    admin = client.as_(world.home.other_school_admin)
    printed = admin.act(newcomer, "invite", is_printed=True).json["invitation"]
    assert activate(client, printed["code"]).status_code == 200
    client.post("/auth/password-reset", {"username": "ada", "district": "tamarack"})
    assert {"is_mailed": True} not in work(app)
    assert sent == []


def test_an_address_stays_good_when_whoever_entered_it_leaves(
    client: Client, app: Application, world: World, database: Isolated, newcomer: str, sent: Any
) -> None:
    home = world.home
    tie(database, world, newcomer, home.student)
    with writing(database, home) as session:
        office = session.query(Appointment).filter_by(person_id=home.registrar.id).one()
        office.ends_on = clock.today()
        office.starts_on = clock.today() - timedelta(days=9)
        session.get_one(Person, UUID(newcomer[8:])).email_set_on = clock.today() - timedelta(days=5)
    assert client.as_(home.district_admin).act(newcomer, "invite").status_code == 200
    work(app)
    assert [to for to, _subject, _text in sent] == ["mine@example.org"]


def test_an_address_of_an_account_in_use_stays_good_when_a_sibling_goes_elsewhere(
    client: Client, app: Application, world: World, database: Isolated, newcomer: str, sent: Any
) -> None:
    tie(database, world, newcomer, world.home.student)
    client.as_(world.home.registrar).act(newcomer, "invite")
    work(app)
    assert activate(client, code_in(sent[0][2])).status_code == 200
    tie(database, world, newcomer, world.home.other_student)
    client.post("/auth/password-reset", {"username": "ada", "district": "tamarack"})
    assert work(app) == [{"is_mailed": True}]


def test_a_code_mailed_to_an_entered_address_opens_no_office_given_since(
    client: Client, app: Application, world: World, database: Isolated, newcomer: str, sent: Any
) -> None:
    home, district = world.home, client.as_(world.home.district_admin)
    district.act(newcomer, "invite")
    work(app)
    office = {"person_id": newcomer.removeprefix("/people/"), "role": "district_admin"}
    client.as_(home.district_admin).made("/appointments", office)
    assert code(activate(client, code_in(sent[0][2]))) == "activation_invalid"


def test_who_entered_the_address_of_a_mailed_code_is_shown_as_who_opened_the_account(
    client: Client, app: Application, world: World, newcomer: str, sent: Any
) -> None:
    client.as_(world.home.district_admin).act(newcomer, "invite")
    work(app)
    assert activate(client, code_in(sent[0][2])).status_code == 200
    shown = client.as_(world.home.school_admin).read(newcomer)
    assert shown["activated_by_id"] == str(world.home.registrar.id)


def test_whoever_uses_an_account_is_told_at_the_old_address_that_it_changed(
    client: Client, app: Application, world: World, sent: Any
) -> None:
    home = world.home
    give_password(app, home, home.parent)
    reachable(app, world, home.parent)
    path = f"/people/{home.parent.id}"
    registrar = client.as_(home.registrar)
    assert registrar.patch(path, {"email": "new@example.org"}).status_code == 200
    assert registrar.patch(path, {"email": "new@example.org"}).status_code == 200
    work(app)
    [(to, subject, text)] = sent
    assert (to, subject) == ("family@example.org", "Your e-mail was changed")
    assert "new@example.org" not in text
    with writing(app.database, home) as session:
        assert session.get_one(Person, home.parent.id).email_before is None


def test_codes_for_holders_of_offices_are_the_districts(client: Client, world: World) -> None:
    path = f"/people/{world.home.counselor.id}"
    admin = client.as_(world.home.school_admin)
    assert code(admin.act(path, "invite", is_printed=True)) == BEYOND
    assert code(admin.patch(path, {"email": "mine@example.org"})) == BEYOND
    assert client.as_(world.home.district_admin).act(path, "invite").status_code == 200


# One's own household.


@pytest.fixture
def kin(database: Isolated, world: World) -> Somebody:
    """A parent of `student` is made registrar of the high school."""
    home = world.home
    with writing(database, home) as session:
        appoint(session, home, home.inspecting_parent, AppointmentRole.REGISTRAR, home.school_id)
        session.get_one(Person, home.parent.id).email = "the.other@example.org"
    return home.inspecting_parent  # type: ignore[no-any-return]


def test_a_parent_with_an_office_neither_reads_nor_touches_the_other_parent(
    client: Client, world: World, kin: Somebody
) -> None:
    staff, other = client.as_(kin), world.home.parent
    path = f"/people/{other.id}"
    assert staff.get(path).status_code == 404
    assert "the.other@example.org" not in staff.get("/people?limit=200").text
    for act in ACTS.values():
        assert code(act(staff, path)) == "not_found"
    assert staff.get(f"/people/{kin.id}").status_code == 200


def test_a_parent_with_an_office_does_not_act_on_their_child(
    client: Client, world: World, kin: Somebody
) -> None:
    staff, child = client.as_(kin), world.home.student
    for act in ACTS.values():
        assert code(act(staff, f"/people/{child.id}")) == "actor_is_family"
    username = staff.patch(f"/students/{child.id}", {"username": "mine"})
    assert code(username) == "actor_is_family"


def test_a_parent_with_an_office_ties_the_other_parent_to_nobody(
    client: Client, world: World, kin: Somebody
) -> None:
    staff, other = client.as_(kin), world.home.parent
    body = {"person_id": str(other.id), "kind": "parent", "parent_kind": "parent"}
    answer = staff.post(f"/students/{world.home.senior.id}/relationships", body)
    assert answer.status_code == 422


def test_a_former_parent_of_another_person_of_the_account_is_family_still(
    client: Client, database: Isolated, world: World, kin: Somebody
) -> None:
    home = world.home
    with writing(database, home) as session:
        second = person(session, home, "second_person")
        appoint(session, home, second, AppointmentRole.DISTRICT_ADMIN, None)
        session.get_one(AccountPerson, second.id).account_id = kin.account_id
    assert client.as_(second).get(f"/people/{home.parent.id}").status_code == 404


def test_nobody_ties_another_person_of_their_own_account_to_a_student(
    client: Client, database: Isolated, world: World
) -> None:
    home = world.home
    with writing(database, home) as session:
        second = person(session, home, "second_person")
        session.get_one(AccountPerson, second.id).account_id = home.registrar.account_id
    registrar = client.as_(home.registrar)
    body = {"person_id": str(second.id), "kind": "advisor"}
    tied = registrar.post(f"/students/{home.student.id}/relationships", body)
    assert code(tied) == "permission_denied"
    led = registrar.post(f"/advisories/{home.advisory_id}/advisors", {"person_id": str(second.id)})
    assert code(led) == "permission_denied"


def test_a_parent_with_an_office_touches_no_other_person_of_the_other_parent_s_account(
    client: Client, database: Isolated, world: World, kin: Somebody
) -> None:
    home = world.home
    with writing(database, home) as session:
        second = person(session, home, "second_person")
        session.get_one(AccountPerson, second.id).account_id = home.parent.account_id
    staff, path = client.as_(kin), f"/people/{second.id}"
    assert staff.get(path).status_code == 404
    body = {"person_id": str(second.id), "kind": "parent", "parent_kind": "parent"}
    tied = staff.post(f"/students/{home.senior.id}/relationships", body)
    assert tied.status_code == 422


def test_a_parent_with_an_office_chooses_no_advisor_of_their_child_s_advisory(
    client: Client, world: World, database: Isolated, kin: Somebody
) -> None:
    home = world.home
    with writing(database, home) as session:
        leading = session.query(AdvisoryAdvisor).filter_by(advisory_id=home.advisory_id).first()
        path = f"/advisory-advisors/{leading.id}"
        is_in = session.query(AdvisoryMember).filter_by(student_id=home.student.id).all()
        assert home.advisory_id in {one.advisory_id for one in is_in}
    staff = client.as_(kin)
    body = {"person_id": str(home.co_advisor.id)}
    assert code(staff.post(f"/advisories/{home.advisory_id}/advisors", body)) == "actor_is_family"
    assert code(staff.patch(path, {"ends_on": str(clock.today())})) == "actor_is_family"
    registrar = client.as_(home.registrar)
    assert registrar.post(f"/advisories/{home.advisory_id}/advisors", body).status_code == 201


@pytest.mark.parametrize("whom", ["district_admin", "counselor"])
def test_nobody_makes_family_of_whoever_holds_a_higher_office(
    client: Client, world: World, whom: str
) -> None:
    home = world.home
    path = f"/students/{home.student.id}/relationships"
    body = {"person_id": str(home.people[whom].id), "kind": "parent", "parent_kind": "relative"}
    assert code(client.as_(home.registrar).post(path, body)) == BEYOND
    giver = home.district_admin if whom == "counselor" else None
    if giver is not None:
        assert client.as_(giver).post(path, body).status_code == 201


# Notices to the account's holder.


def test_a_printed_code_leaves_the_password_until_it_is_used_and_the_holder_is_told(
    client: Client, app: Application, world: World, sent: list[Any]
) -> None:
    home = world.home
    give_password(app, home, home.parent)
    reachable(app, world, home.parent)
    path = f"/people/{home.parent.id}"
    registrar = client.as_(home.registrar)
    printed = registrar.act(path, "invite", is_printed=True).json["invitation"]["code"]
    assert log_in(client, "parent").status_code == 200
    work(app)
    [(to, _subject, text)] = sent
    assert to == "family@example.org"
    assert printed not in text
    (listed,) = client.as_(home.parent).read("/me")["codes"]
    assert (listed["is_printed"], listed["created_by_id"]) == (True, str(home.registrar.id))
    assert listed["created_by_name"].startswith("Registrar")


def test_whoever_changes_their_password_ends_the_codes_for_it(
    client: Client, app: Application, world: World
) -> None:
    home = world.home
    give_password(app, home, home.parent)
    path = f"/people/{home.parent.id}"
    printed = client.as_(home.registrar).act(path, "invite", is_printed=True).json["invitation"]
    parent = client.as_(home.parent)
    body = {"current_password": PASSWORD, "new_password": "an otter walks at noon, twice"}
    assert parent.post("/auth/password", body).status_code == 204
    assert parent.read("/me")["codes"] == []
    assert code(activate(client, printed["code"])) == "activation_invalid"


def test_a_changed_password_ends_the_codes_of_every_person_of_the_account(
    client: Client, app: Application, database: Isolated, world: World
) -> None:
    home = world.home
    with writing(database, home) as session:
        second = person(session, home, "second_person")
        session.get_one(AccountPerson, second.id).account_id = home.parent.account_id
    give_password(app, home, home.parent)
    printed = client.as_(home.registrar).act(f"/people/{second.id}", "invite", is_printed=True)
    body = {"current_password": PASSWORD, "new_password": "an otter walks at noon, twice"}
    assert client.as_(home.parent).post("/auth/password", body).status_code == 204
    given = printed.json["invitation"]["code"]
    assert code(activate(client, given)) == "activation_invalid"


def test_whoever_confirms_a_tie_sees_by_whose_code_the_account_was_opened(
    client: Client, database: Isolated, world: World
) -> None:
    home = world.home
    registrar, admin = client.as_(home.registrar), client.as_(home.school_admin)
    printed = registrar.act(f"/people/{home.relative.id}", "invite", is_printed=True)
    assert activate(client, printed.json["invitation"]["code"]).status_code == 200
    ties = admin.read(f"/students/{home.student.id}/relationships")["items"]
    opened = {one["person_id"]: one["activated_by_id"] for one in ties}
    assert opened[str(home.relative.id)] == str(home.registrar.id)
    assert opened[str(home.parent.id)] is None
    seen = client.as_(home.parent).read(f"/students/{home.student.id}/relationships")["items"]
    assert not any("activated_by_id" in one for one in seen)
    somebody = admin.read(f"/people/{home.relative.id}")
    assert somebody["activated_by_id"] == str(home.registrar.id)
