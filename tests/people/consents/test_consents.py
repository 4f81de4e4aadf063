"""Who may consent to sharing outside, until when it holds, and who withdraws it."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.models import District, Student
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind
from plp_api.people.consents import standing, texts
from plp_api.people.consents.models import Consent, ConsentPurpose
from tests.client import Client, code, pointers
from tests.conftest import Live
from tests.databases import Isolated
from tests.people.consents.conftest import read_text
from tests.racing import at_once
from tests.world import World, person, relate, writing


def ahead_of(days: int) -> date:
    return clock.today() + timedelta(days=days)


def stands(by: Client, path: str) -> bool:
    return bool(by.read(f"{path}/sharing-consent")["is_standing"])


@pytest.fixture
def other_parent(client: Client, world: World, database: Isolated) -> Client:
    """A second parent who may decide."""
    rights = {"may_inspect": True, "may_decide": True, "parent_kind": "parent"}
    with writing(database, world.home) as session:
        somebody = person(session, world.home, "second_parent")
        relate(session, world.home, somebody, world.home.student, RelationshipKind.PARENT, **rights)
    return client.as_(somebody)


def give(by: Client, path: str, **more: Any) -> Any:
    return by.made(f"{path}/consents", {**read_text(by, path), **more})


def test_a_deciding_parent_consents_to_the_text_they_read(
    parent: Client, student: Client, world: World, path: str
) -> None:
    assert not stands(parent, path)
    made = parent.made(f"{path}/consents", read_text(parent, path, "es"))
    assert made["text"] == texts.BUILT_IN["es"]
    assert (made["language"], made["given_as"], made["is_standing"]) == ("es", "parent", True)
    assert made["given_by"] == str(world.home.parent.id)
    assert made["given_on"] == clock.today().isoformat()
    assert parent.read(f"/consents/{made['id']}") == made
    assert stands(student, path)


def test_it_is_asked_in_one_statement(database: Isolated, world: World, path: str) -> None:
    asked = standing.is_standing(clock.today())
    assert "EXISTS" in str(asked)
    with writing(database, world.home):
        held = standing.holds(world.home.student.id, ConsentPurpose.SHARING, clock.today())
    assert held is False


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("student", 403),
        ("inspecting_parent", 403),
        ("denied_parent", 404),
        ("relative", 404),
        ("advisor", 403),
        ("school_admin", 403),
        ("district_admin", 403),
    ],
)
def test_nobody_else_consents_while_rights_are_the_parents(
    client: Client, parent: Client, world: World, path: str, name: str, status: int
) -> None:
    body = read_text(parent, path)
    refused = client.as_(getattr(world.home, name)).post(f"{path}/consents", body)
    assert refused.status_code == status


def test_nothing_is_consented_to_before_the_district_shares(
    client: Client, parent: Client, world: World, path: str
) -> None:
    admin = client.as_(world.home.district_admin)
    district = f"/districts/{world.home.district_id}"
    body = read_text(parent, path)
    assert "give" in parent.read(f"{path}/sharing-consent")["available_actions"]
    admin.patch(district, {"settings": {"shares_outside": None}})
    shown = parent.read(f"{path}/sharing-consent")
    assert (shown["is_enabled"], shown["available_actions"]) == (False, ["withdraw"])
    refused = parent.post(f"{path}/consents", body)
    assert (refused.status_code, code(refused)) == (409, "sharing_disabled")


def test_a_district_words_the_text_and_only_the_text_read_is_consented_to(
    client: Client, parent: Client, world: World, path: str
) -> None:
    admin = client.as_(world.home.district_admin)
    district = f"/districts/{world.home.district_id}"
    before = read_text(parent, path)
    own = {"en": "We may show it.", "so": "Waan tusi karnaa."}
    admin.patch(district, {"settings": {"sharing_consent_texts": own}})
    offered = {
        one["language"]: one["text"] for one in parent.read(f"{path}/sharing-consent")["texts"]
    }
    assert offered == {**texts.BUILT_IN, **own}
    refused = parent.post(f"{path}/consents", before)
    assert (refused.status_code, pointers(refused)) == (422, {"/text_sha256"})
    unknown = parent.post(f"{path}/consents", {**before, "language": "de"})
    assert pointers(unknown) == {"/language"}
    made = parent.made(f"{path}/consents", read_text(parent, path, "so"))
    admin.patch(district, {"settings": {"sharing_consent_texts": {"so": None}}})
    assert parent.read(f"/consents/{made['id']}")["text"] == own["so"]


def test_it_is_given_once(parent: Client, path: str) -> None:
    made = give(parent, path)
    again = parent.post(f"{path}/consents", read_text(parent, path))
    assert (again.status_code, code(again)) == (409, "action_repeated")
    assert again.json["existing"]["id"] == made["id"]


def test_it_ends_on_its_day(client: Client, parent: Client, world: World, path: str) -> None:
    end = ahead_of(3)
    late = {**read_text(parent, path), "ends_on": clock.today().isoformat()}
    assert pointers(parent.post(f"{path}/consents", late)) == {"/ends_on"}
    give(parent, path, ends_on=end.isoformat())
    for days, expected in ((2, True), (3, False)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            assert stands(client.as_(world.home.parent), path) is expected


def test_any_holders_withdrawal_ends_it(
    client: Client, parent: Client, world: World, path: str
) -> None:
    made = give(parent, path)
    inspecting = client.as_(world.home.inspecting_parent)
    answer = inspecting.post(f"{path}/consent-withdrawals")
    assert (answer.status_code, answer.json["is_standing"]) == (200, False)
    shown = parent.read(f"/consents/{made['id']}")
    assert shown["withdrawn_at"] is not None
    assert not shown["is_standing"]
    assert stands(parent, path) is False
    give(parent, path)
    assert stands(parent, path) is True


def test_a_parent_learns_of_no_other_parent_from_a_consent(
    client: Client, parent: Client, other_parent: Client, world: World, path: str
) -> None:
    theirs = give(other_parent, path)
    assert parent.read(f"{path}/consents")["items"] == []
    assert parent.get(f"/consents/{theirs['id']}").status_code == 404
    assert parent.read("/consents")["items"] == []
    own = give(parent, path)
    other_parent.post(f"{path}/consent-withdrawals")
    shown = parent.read(f"/consents/{own['id']}")
    assert (shown["withdrawn_by"], shown["withdrawn_by_name"]) == (None, None)
    mine = other_parent.read(f"/consents/{theirs['id']}")
    assert mine["withdrawn_by"] == theirs["given_by"]
    of_school = client.as_(world.home.advisor).read(f"/consents/{own['id']}")
    assert of_school["withdrawn_by"] == theirs["given_by"]


def test_withdrawing_what_nobody_gave_is_no_error_and_tells_nothing(
    parent: Client, other_parent: Client, path: str
) -> None:
    nothing = parent.post(f"{path}/consent-withdrawals")
    give(other_parent, path)
    something = parent.post(f"{path}/consent-withdrawals")
    assert nothing.status_code == something.status_code == 200
    assert nothing.json == something.json


@pytest.mark.parametrize("name", ["student", "advisor", "school_admin", "district_admin"])
def test_nobody_else_withdraws_it(
    client: Client, parent: Client, world: World, path: str, name: str
) -> None:
    give(parent, path)
    refused = client.as_(getattr(world.home, name)).post(f"{path}/consent-withdrawals")
    assert refused.status_code == 403
    assert stands(parent, path)


def test_from_the_transfer_of_rights_the_student_alone_consents(
    client: Client, parent: Client, world: World, path: str, database: Isolated
) -> None:
    give(parent, path)
    with writing(database, world.home) as session:
        session.get(Student, world.home.student.id).rights_transfer_on = ahead_of(3)
    assert stands(client.as_(world.home.advisor), path)
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        student, advisor = client.as_(world.home.student), client.as_(world.home.advisor)
        assert not stands(advisor, path)
        (old,) = advisor.read(f"{path}/consents")["items"]
        assert (old["is_standing"], old["withdrawn_at"]) == (False, None)
        made = give(student, path)
        assert made["given_as"] == "student"
        assert stands(advisor, path)
        assert client.as_(world.home.parent).get(f"{path}/sharing-consent").status_code == 404
        student.post(f"{path}/consent-withdrawals")
        assert not stands(advisor, path)


def test_whom_an_adult_student_lets_inspect_neither_gives_nor_withdraws(
    client: Client, parent: Client, world: World, path: str, database: Isolated
) -> None:
    body = read_text(parent, path)
    with writing(database, world.home) as session:
        session.get(Student, world.home.student.id).rights_transfer_on = clock.today()
        (tie,) = session.query(Relationship).filter_by(person_id=world.home.parent.id)
        tie.post_18_basis = "student_consent"
    give(client.as_(world.home.student), path)
    shown = parent.read(f"{path}/sharing-consent")
    assert (shown["is_standing"], shown["available_actions"]) == (True, [])
    assert parent.read(f"{path}/consents")["items"] == []
    for refused in (
        parent.post(f"{path}/consents", body),
        parent.post(f"{path}/consent-withdrawals"),
    ):
        assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_a_students_consent_does_not_hold_before_they_hold_the_rights(
    client: Client, world: World, path: str, database: Isolated
) -> None:
    own = {"district_id": world.home.district_id, "student_id": world.home.student.id}
    given = {"purpose": "sharing", "text": "I may.", "given_as": "student"}
    with writing(database, world.home) as session:
        session.add(
            Consent(**own, **given, given_by=world.home.student.id, given_on=date(2020, 1, 1))
        )
    assert not stands(client.as_(world.home.advisor), path)


@pytest.mark.parametrize("change", [{"may_decide": False}, {"denied": ["share_links"]}])
def test_an_order_ends_what_its_parent_consented_to_for_good(
    client: Client, parent: Client, world: World, path: str, change: dict[str, Any]
) -> None:
    made = give(parent, path)
    registrar = client.as_(world.home.registrar)
    (tie,) = registrar.read(f"{path}/relationships?person_id={world.home.parent.id}")["items"]
    registrar.patch(f"/relationships/{tie['id']}", change)
    assert not stands(registrar, path)
    back = {"may_decide": True, "denied": []}
    registrar.patch(f"/relationships/{tie['id']}", back)
    assert not stands(registrar, path)
    assert registrar.read(f"/consents/{made['id']}")["ends_on"] == clock.today().isoformat()
    give(parent, path)
    assert stands(registrar, path)


def test_a_tie_that_ends_by_itself_ends_it_without_a_job(
    client: Client, parent: Client, world: World, path: str, database: Isolated
) -> None:
    give(parent, path)
    with writing(database, world.home) as session:
        (tie,) = session.query(Relationship).filter_by(person_id=world.home.parent.id)
        tie.ends_on = clock.today() + timedelta(days=1)
    assert stands(client.as_(world.home.advisor), path)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        assert not stands(client.as_(world.home.advisor), path)


def of_parent(registrar: Client, world: World, path: str) -> Any:
    """The parent's only tie."""
    (tie,) = registrar.read(f"{path}/relationships?person_id={world.home.parent.id}")["items"]
    return tie


RUN_OUT = timedelta(days=2)
NEW_TIE = {"kind": "parent", "parent_kind": "parent"}


@pytest.mark.parametrize("how", ["without an end", "a later end", "an earlier end", "a new tie"])
def test_a_tie_that_ran_out_and_holds_again_revives_no_consent(
    client: Client, parent: Client, world: World, path: str, how: str
) -> None:
    give(parent, path)
    registrar = client.as_(world.home.registrar)
    tie = of_parent(registrar, world, path)
    tomorrow = ahead_of(1)
    registrar.patch(f"/relationships/{tie['id']}", {"ends_on": tomorrow.isoformat()})
    assert stands(registrar, path)
    begun = (clock.today() - timedelta(days=1)).isoformat()
    with time_machine.travel(clock.now() + RUN_OUT, tick=False):
        registrar = client.as_(world.home.registrar)
        new = {**NEW_TIE, "person_id": str(world.home.parent.id)}
        if how == "a new tie":
            registrar.made(f"{path}/relationships", {**new, "starts_on": tomorrow.isoformat()})
        elif how == "an earlier end":
            registrar.patch(f"/relationships/{tie['id']}", {"ends_on": begun})
            registrar.made(f"{path}/relationships", {**new, "starts_on": begun})
        else:
            later = None if how == "without an end" else ahead_of(9).isoformat()
            registrar.patch(f"/relationships/{tie['id']}", {"ends_on": later})
        assert not stands(registrar, path)
        give(client.as_(world.home.parent), path)
        assert stands(registrar, path)


def test_whom_an_order_denies_what_is_shared_cannot_consent_to_it(
    client: Client, parent: Client, world: World, path: str
) -> None:
    registrar = client.as_(world.home.registrar)
    (tie,) = registrar.read(f"{path}/relationships?person_id={world.home.parent.id}")["items"]
    registrar.patch(f"/relationships/{tie['id']}", {"denied": ["artifacts"]})
    refused = parent.post(f"{path}/consents", read_text(registrar, path))
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert registrar.read(f"{path}/consents")["items"] == []


def test_areas_above_are_told_what_was_withdrawn_and_by_whom(
    client: Client, parent: Client, world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    follow = lambda consent, by: told.append((str(consent.id), by))  # noqa: E731
    monkeypatch.setattr(standing, "ON_WITHDRAWN", [follow])
    first = give(parent, path)
    parent.post(f"{path}/consent-withdrawals")
    second = give(parent, path)
    registrar = client.as_(world.home.registrar)
    (tie,) = registrar.read(f"{path}/relationships?person_id={world.home.parent.id}")["items"]
    registrar.patch(f"/relationships/{tie['id']}", {"may_decide": False})
    assert told == [(first["id"], world.home.parent.id), (second["id"], None)]


def test_an_order_against_one_parent_leaves_what_another_consented_to(
    client: Client,
    parent: Client,
    other_parent: Client,
    world: World,
    path: str,
) -> None:
    give(parent, path)
    give(other_parent, path)
    registrar = client.as_(world.home.registrar)
    (tie,) = registrar.read(f"{path}/relationships?person_id={world.home.parent.id}")["items"]
    registrar.patch(f"/relationships/{tie['id']}", {"may_decide": False})
    assert stands(registrar, path)


def test_each_is_an_event_without_words(
    parent: Client, path: str, database: Isolated, world: World
) -> None:
    give(parent, path)
    parent.post(f"{path}/consent-withdrawals")
    with writing(database, world.home) as session:
        events = session.query(Event).filter(Event.type.startswith("consent.")).order_by(Event.id)
        noted = [(event.type, event.payload) for event in events]
    assert noted == [("consent.given", {"given_as": "parent"}), ("consent.withdrawn", {})]


@pytest.mark.both_databases
def test_two_clicks_at_once_consent_once(live: Live) -> None:
    home = live.world.home
    with writing(live.database, home) as session:
        district = session.get(District, home.district_id)
        district.settings = {**district.settings, "shares_outside": True}
    parent, path = live.client.as_(home.parent), f"/students/{home.student.id}"
    # What other tests consented to in this database.
    parent.post(f"{path}/consent-withdrawals")
    before = len(parent.read(f"{path}/consents")["items"])
    body = read_text(parent, path)
    answers = at_once(*[lambda: parent.post(f"{path}/consents", body)] * 2)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(parent.read(f"{path}/consents")["items"]) == before + 1
    parent.post(f"{path}/consent-withdrawals")
