"""An import lets its sender do nothing that they could not do by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation.roster.models import Person, Student
from plp_api.foundation.roster.relationships import Appointment, AppointmentRole, Relationship
from plp_api.foundation.settings import Settings
from plp_api.people.rostering.findings import Code
from tests.client import Client, code
from tests.databases import Isolated
from tests.people.rostering.packages import CLASSES, ENROLLMENTS, ROLES, USERS, changed, contents
from tests.people.rostering.test_http import places, sent, worked
from tests.world import Somebody, World, appoint, person, writing

__all__ = ["places"]


@pytest.fixture
def registrar(database: Isolated, world: World) -> Somebody:
    """A registrar of the whole district."""
    with writing(database, world.home) as session:
        made = person(session, world.home, "wide_registrar")
        appoint(session, world.home, made, AppointmentRole.REGISTRAR, None)
    return made


@pytest.fixture
def brought(client: Client, settings: Settings, database: Isolated) -> Callable[..., Any]:
    """Send a package as a person, and read the finished import."""

    def bring(somebody: Somebody, **files: Any) -> Any:
        taken = sent(client.as_(somebody), contents(**files), confirm="true")
        assert taken.status_code == 202, taken.json
        worked(settings, database)
        return client.as_(somebody).read(f"/roster-imports/{taken.json['id']}")

    return bring


def with_user(sourced_id: str, **fields: Any) -> dict[str, Any]:
    """The users of the package and one more, with their roles."""
    user = {"sourcedId": sourced_id, "enabledUser": "true", "orgSourcedIds": "s1", **fields}
    role = {
        "sourcedId": f"r{sourced_id}",
        "userSourcedId": sourced_id,
        "roleType": "primary",
        "role": fields["role"],
        "orgSourcedId": "d1" if fields["role"].startswith("district") else "s1",
    }
    return {"users": [*USERS, user], "roles": [*ROLES, role]}


def named(person: Person, sourced_id: str) -> dict[str, Any]:
    """Give the person a sourcedId; return the roster's data about them."""
    person.sourced_id = sourced_id
    return {"givenName": person.given_name, "familyName": person.family_name}


MINE = {"username": "mine", "givenName": "Mo", "familyName": "Ore", "role": "districtAdministrator"}


def codes(done: dict[str, Any]) -> set[Any]:
    return {one["code"] for one in done["findings"]}


def test_a_school_s_registrar_imports_nothing(client: Client, world: World) -> None:
    assert code(sent(client.as_(world.home.registrar))) == "permission_denied"


def test_an_import_makes_nobody_an_admin_whom_its_importer_could_not(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Somebody,
    brought: Callable[..., Any],
) -> None:
    done = brought(registrar, **with_user("x1", **MINE))
    assert done["state"] == "applied", done
    assert Code.OFFICE_NOT_GIVEN in codes(done)
    with writing(database, world.home) as session:
        mine = session.scalars(select(Person).where(Person.sourced_id == "x1")).one()
        held = select(Appointment).where(Appointment.person_id == mine.id)
        assert session.scalars(held).all() == []


def test_a_district_admin_s_import_gives_offices(
    client: Client, world: World, database: Isolated, brought: Callable[..., Any]
) -> None:
    done = brought(world.home.district_admin, **with_user("x1", **MINE))
    assert Code.OFFICE_NOT_GIVEN not in codes(done)
    with writing(database, world.home) as session:
        mine = session.scalars(select(Person).where(Person.sourced_id == "x1")).one()
        held = select(Appointment.role).where(Appointment.person_id == mine.id)
        assert session.scalars(held).all() == ["district_admin"]


def test_an_import_readdresses_and_shuts_out_nobody_with_an_office(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Somebody,
    brought: Callable[..., Any],
) -> None:
    home = world.home
    with writing(database, home) as session:
        boss = named(session.get_one(Person, home.district_admin.id), "a1")
        session.get_one(Person, home.counselor.id).sourced_id = "a2"
    mine = {"username": "boss", "email": "mine@example.org", "role": "proctor"}
    done = brought(registrar, **with_user("a1", **boss, **mine))
    assert Code.ACCOUNT_LEFT in codes(done)
    with writing(database, home) as session:
        admin = session.get_one(Person, home.district_admin.id)
        assert (admin.username, admin.email) == ("district_admin", None)
        # No longer in the roster, but this importer may not revoke their access.
        assert session.get_one(Person, home.counselor.id).status == "active"
    done = brought(home.district_admin, **with_user("x1", **MINE))
    with writing(database, home) as session:
        assert session.get_one(Person, home.counselor.id).status == "disabled"


@pytest.mark.parametrize("who", ["registrar", "district_admin"])
def test_an_import_makes_nobody_a_parent_by_their_own_word(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Somebody,
    brought: Callable[..., Any],
    who: str,
) -> None:
    home = world.home
    importer = registrar if who == "registrar" else home.district_admin
    admin = client.as_(home.district_admin)
    chosen = {"settings": {"confirm_family_links": ["parent", "guardian"]}}
    assert admin.patch(f"/districts/{home.district_id}", chosen).status_code == 200
    with writing(database, home) as session:
        own = named(session.get_one(Person, importer.id), "p1")
    done = brought(importer, users=changed(USERS, 2, enabledUser="true", **own))
    with writing(database, home) as session:
        ties = session.scalars(select(Relationship).where(Relationship.person_id == importer.id))
        made = [(tie.status, tie.may_inspect) for tie in ties]
    assert made == ([] if who == "registrar" else [("unconfirmed", False)])
    assert (Code.FAMILY_LINK_LEFT in codes(done)) is (who == "registrar")


def test_an_import_makes_family_of_nobody_with_a_higher_office(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Somebody,
    brought: Callable[..., Any],
) -> None:
    home = world.home
    with writing(database, home) as session:
        boss = named(session.get_one(Person, home.district_admin.id), "p1")
    package = {"users": changed(USERS, 2, enabledUser="true", **boss)}
    done = brought(registrar, **package)
    assert Code.FAMILY_LINK_LEFT in codes(done)
    mine = select(Relationship).where(Relationship.person_id == home.district_admin.id)
    with writing(database, home) as session:
        assert session.scalars(mine).all() == []


def test_an_import_renames_nobody_with_a_higher_office(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Somebody,
    brought: Callable[..., Any],
) -> None:
    home = world.home
    with writing(database, home) as session:
        boss = session.get_one(Person, home.district_admin.id)
        theirs = {**named(boss, "a1"), "username": boss.username, "phone": "555-0100"}
        before = boss.given_name, boss.phone
    done = brought(registrar, **with_user("a1", role="proctor", **{**theirs, "givenName": "Evil"}))
    assert Code.ACCOUNT_LEFT in codes(done)
    with writing(database, home) as session:
        boss = session.get_one(Person, home.district_admin.id)
        assert (boss.given_name, boss.phone) == before


@pytest.mark.parametrize("who", ["registrar", "district_admin"])
def test_an_import_makes_no_student_of_who_holds_an_office(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Somebody,
    brought: Callable[..., Any],
    who: str,
) -> None:
    home = world.home
    with writing(database, home) as session:
        counselor = session.get_one(Person, home.counselor.id)
        theirs = {**named(counselor, "a1"), "username": counselor.username}
    sender = registrar if who == "registrar" else home.district_admin
    done = brought(sender, **with_user("a1", role="student", grades="9", **theirs))
    assert Code.STUDENT_WITH_OFFICE in codes(done)
    with writing(database, home) as session:
        assert session.get(Student, home.counselor.id) is None


@pytest.fixture
def teaching(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Somebody,
    brought: Callable[..., Any],
) -> dict[str, Any]:
    """The registrar teaches a class that is not an advisory; there is a homeroom too."""
    with writing(database, world.home) as session:
        own = named(session.get_one(Person, registrar.id), "x1")
    other = {**CLASSES[0], "sourcedId": "k2", "title": "Algebra", "classType": "scheduled"}
    mine = {**ENROLLMENTS[0], "sourcedId": "e9", "classSourcedId": "k2", "userSourcedId": "x1"}
    pupil = {**ENROLLMENTS[1], "sourcedId": "e8", "classSourcedId": "k2"}
    files = with_user("x1", username="wide_registrar", role="teacher", **own)
    files |= {"classes": [*CLASSES, other], "enrollments": [*ENROLLMENTS, mine, pupil]}
    done = brought(world.home.district_admin, **files)
    assert done["state"] == "applied", done
    return files


@pytest.mark.parametrize(
    ("file", "place", "change"),
    [
        ("enrollments", 2, {"classSourcedId": "k1"}),
        ("classes", 1, {"classType": "homeroom"}),
    ],
)
def test_an_import_makes_no_advisor_of_who_sends_it(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Somebody,
    brought: Callable[..., Any],
    teaching: dict[str, Any],
    file: str,
    place: int,
    change: dict[str, Any],
) -> None:
    moved = {**teaching, file: changed(teaching[file], place, **change)}
    done = brought(registrar, **moved)
    assert done["state"] == "applied", done
    assert Code.OFFICE_NOT_GIVEN in codes(done)
    advising = select(Relationship).where(Relationship.person_id == registrar.id)
    with writing(database, world.home) as session:
        assert session.scalars(advising).all() == []


def test_a_parent_who_imports_leaves_the_other_parent_s_address(
    client: Client, world: World, database: Isolated, brought: Callable[..., Any]
) -> None:
    home = world.home
    with writing(database, home) as session:
        appoint(session, home, home.inspecting_parent, AppointmentRole.DISTRICT_ADMIN, None)
        other = session.get_one(Person, home.parent.id)
        other.email = "the.other@example.org"
        theirs = named(other, "p9")
    mine = {"username": "parent", "email": "mine@example.org", "role": "parent"}
    done = brought(home.inspecting_parent, **with_user("p9", **theirs, **mine))
    assert Code.ACCOUNT_LEFT in codes(done)
    with writing(database, home) as session:
        assert session.get_one(Person, home.parent.id).email == "the.other@example.org"


def test_a_parent_who_imports_leaves_the_record_of_their_child(
    client: Client, world: World, database: Isolated, brought: Callable[..., Any]
) -> None:
    home = world.home
    with writing(database, home) as session:
        appoint(session, home, home.inspecting_parent, AppointmentRole.DISTRICT_ADMIN, None)
        child = session.get_one(Student, home.student.id)
        before = (child.grade, child.birth_date, child.state_student_id, child.rights_transfer_on)
        theirs = named(child.person, "c9")
    mine = {"username": "student", "role": "student", "grades": "12", "userIds": "{state:9}"}
    files = with_user("c9", **theirs, **mine)
    born = [{"sourcedId": "c9", "birthDate": "2007-01-01"}]
    done = brought(home.inspecting_parent, **files, demographics=born)
    assert done["state"] == "applied", done
    assert Code.STUDENT_LEFT in codes(done)
    with writing(database, home) as session:
        child = session.get_one(Student, home.student.id)
        kept = (child.grade, child.birth_date, child.state_student_id, child.rights_transfer_on)
    assert kept == before
    done = brought(home.district_admin, **files, demographics=born)
    assert Code.STUDENT_LEFT not in codes(done)
    with writing(database, home) as session:
        assert session.get_one(Student, home.student.id).grade == "12"


@pytest.mark.parametrize("who", ["registrar", "district_admin"])
def test_an_e_mail_of_a_package_is_entered_by_whoever_sends_it_unless_they_give_offices(
    client: Client,
    world: World,
    database: Isolated,
    registrar: Somebody,
    brought: Callable[..., Any],
    who: str,
) -> None:
    home = world.home
    sender = registrar if who == "registrar" else home.district_admin
    mine = {**MINE, "email": "mine@example.org", "role": "proctor"}
    brought(sender, **with_user("x1", **mine))
    with writing(database, home) as session:
        mine = session.scalars(select(Person).where(Person.sourced_id == "x1")).one()
        kept = mine.email, mine.email_set_by
        is_dated = mine.email_set_on is not None
    by = registrar.id if who == "registrar" else None
    assert kept == ("mine@example.org", by)
    assert is_dated is (by is not None)
    again = {**MINE, "email": "later@example.org", "role": "proctor"}
    brought(home.district_admin, **with_user("x1", **again))
    with writing(database, home) as session:
        mine = session.scalars(select(Person).where(Person.sourced_id == "x1")).one()
        assert (mine.email, mine.email_set_by) == ("later@example.org", None)


def test_an_importer_who_lost_the_office_meanwhile_imports_nothing(
    client: Client, world: World, settings: Settings, database: Isolated, registrar: Somebody
) -> None:
    staff = client.as_(registrar)
    taken = sent(staff)
    with writing(database, world.home) as session:
        held = select(Appointment).where(Appointment.person_id == registrar.id)
        office = session.scalars(held).one()
        office.ends_on = office.starts_on
    worked(settings, database)
    admin = client.as_(world.home.district_admin)
    done = admin.read(f"/roster-imports/{taken.json['id']}")
    assert done["state"] == "refused"
    assert codes(done) == {Code.IMPORTER_WITHOUT_OFFICE}
