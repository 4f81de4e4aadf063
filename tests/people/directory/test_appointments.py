"""Appointments: who may give which office, and the auditor's sample."""

from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import Appointment, AppointmentRole
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import Somebody, World, appoint, person, writing


@pytest.fixture(autouse=True)
def colleague(database: Isolated, world: World) -> Somebody:
    """A person who holds no office and reaches nobody."""
    with writing(database, world.home) as session:
        return person(session, world.home, "colleague")


def office(world: World, role: str, **more: Any) -> dict[str, Any]:
    """An office at the high school, for a person who holds none."""
    somebody = {"person_id": str(world.home.colleague.id), "role": role}
    return {**somebody, "school_id": str(world.home.school_id), **more}


def in_days(days: int) -> str:
    return str(clock.today() + timedelta(days=days))


def test_an_office_opens_its_school_from_its_first_day_until_it_ends(
    client: Client, world: World
) -> None:
    admin = client.as_(world.home.school_admin)
    made = admin.made("/appointments", office(world, "counselor"))
    path = f"/students/{world.home.student.id}"
    assert client.as_(world.home.colleague).get(path).status_code == 200
    admin.patch(f"/appointments/{made['id']}", {"ends_on": in_days(0)})
    assert client.as_(world.home.colleague).get(path).status_code == 404


def test_a_school_admin_gives_offices_at_their_own_school_alone(
    client: Client, world: World
) -> None:
    admin = client.as_(world.home.school_admin)
    for body in (
        office(world, "counselor", school_id=str(world.home.other_school_id)),
        office(world, "counselor", school_id=None),
        office(world, "district_admin", school_id=None),
        office(world, "auditor", school_id=None, ends_on=in_days(9), sample_size=1),
    ):
        assert admin.post("/appointments", body).status_code == 403, body


def test_a_school_admin_does_not_touch_offices_of_another_school_or_the_district(
    client: Client, world: World
) -> None:
    district, school = client.as_(world.home.district_admin), client.as_(world.home.school_admin)
    own = school.made("/appointments", office(world, "counselor"))
    wide = district.made("/appointments", office(world, "counselor", school_id=None))
    assert school.patch(f"/appointments/{wide['id']}", {"ends_on": in_days(0)}).status_code == 403
    other = client.as_(world.home.other_school_admin)
    assert other.patch(f"/appointments/{own['id']}", {"ends_on": in_days(0)}).status_code == 403


def test_nobody_appoints_themselves_nor_lengthens_their_own_office(
    client: Client, world: World
) -> None:
    admin = client.as_(world.home.school_admin)
    own = office(world, "counselor", person_id=str(world.home.school_admin.id))
    assert admin.post("/appointments", own).status_code == 403
    (row,) = admin.read(f"/appointments?person_id={world.home.school_admin.id}")["items"]
    assert admin.patch(f"/appointments/{row['id']}", {"ends_on": None}).status_code == 403


def test_a_registrar_reads_offices_and_gives_none(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    assert registrar.read("/appointments?role=counselor")["items"]
    assert registrar.post("/appointments", office(world, "teacher")).status_code == 403
    assert client.as_(world.home.advisor).get("/appointments").status_code == 403


def test_what_does_not_fit_is_refused(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    audit = {"school_id": None, "ends_on": in_days(9)}
    listed = {"sample_student_ids": [str(world.away.student.id)]}
    for body, pointer in (
        (office(world, "district_admin"), "/school_id"),
        (office(world, "counselor", school_id=str(world.away.school_id)), "/school_id"),
        (office(world, "counselor", person_id=str(world.away.advisor.id)), "/person_id"),
        (office(world, "counselor", sample_size=1), "/sample_size"),
        (office(world, "counselor", ends_on="2001-01-01"), "/ends_on"),
        (office(world, "auditor", school_id=None, sample_size=1), "/ends_on"),
        (office(world, "auditor", **audit), "/sample_size"),
        (office(world, "auditor", **audit, **listed), "/sample_student_ids"),
        (office(world, "auditor", **audit, sample_student_ids=[]), "/sample_student_ids"),
        (office(world, "auditor", **audit, **listed, sample_size=1), "/sample_size"),
    ):
        refused = admin.post("/appointments", body)
        assert (refused.status_code, pointers(refused)) == (422, {pointer}), body
    student = office(world, "counselor", person_id=str(world.home.senior.id))
    assert code(admin.post("/appointments", student)) == "person_is_student"


def test_one_office_is_held_once_at_a_time(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    admin.made("/appointments", office(world, "counselor", ends_on=in_days(5)))
    assert code(admin.post("/appointments", office(world, "counselor"))) == "record_duplicate"
    later = office(world, "counselor", starts_on=in_days(5))
    assert admin.post("/appointments", later).status_code == 201


@pytest.mark.parametrize("how", ["listed", "drawn"])
def test_an_auditor_reads_the_plans_of_the_sample_and_no_other(
    client: Client, world: World, how: str
) -> None:
    home = world.home
    pupils = (home.student, home.senior, home.placed, home.other_student)
    sample: dict[str, Any] = {"sample_size": 2}
    if how == "listed":
        sample = {"sample_student_ids": [str(home.senior.id), str(home.other_student.id)]}
    body = office(world, "auditor", school_id=None, ends_on=in_days(9), **sample)
    made = client.as_(home.district_admin).made("/appointments", body)
    drawn = set(made["sample_student_ids"])
    assert len(drawn) == 2
    assert drawn <= {str(one.id) for one in pupils}
    auditor = client.as_(home.colleague)
    opened = {
        str(one.id)
        for one in pupils
        if auditor.get(f"/plan-versions/{one.version_id}").status_code == 200
    }
    assert opened == drawn


def test_the_server_draws_no_more_than_there_are(client: Client, world: World) -> None:
    body = office(world, "auditor", school_id=None, ends_on=in_days(9), sample_size=500)
    made = client.as_(world.home.district_admin).made("/appointments", body)
    assert len(made["sample_student_ids"]) == 4


def test_an_auditors_office_cannot_lose_its_end(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    body = office(world, "auditor", school_id=None, ends_on=in_days(9), sample_size=1)
    made = admin.made("/appointments", body)
    refused = admin.patch(f"/appointments/{made['id']}", {"ends_on": None})
    assert pointers(refused) == {"/ends_on"}


def test_no_day_to_come_is_left_without_an_admin(
    client: Client, database: Isolated, world: World
) -> None:
    """Each sets an end for the other: after the later of the two days no admin would be left."""
    home = world.home
    with writing(database, home) as session:
        second = person(session, home, "second_boss")
        appoint(session, home, second, AppointmentRole.DISTRICT_ADMIN, None)
        rows = session.query(Appointment).filter_by(role=AppointmentRole.DISTRICT_ADMIN)
        offices = {one.person_id: one.id for one in rows}
    first = client.as_(home.district_admin)
    path = f"/appointments/{offices[second.id]}"
    assert first.patch(path, {"ends_on": in_days(9)}).status_code == 200
    path = f"/appointments/{offices[home.district_admin.id]}"
    refused = client.as_(second).patch(path, {"ends_on": in_days(5)})
    assert (refused.status_code, code(refused)) == (409, "admin_is_last")
