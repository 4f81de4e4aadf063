"""A birth date that is implausible for the grade, entered and confirmed by hand."""

from datetime import date

import pytest
from sqlalchemy import select

from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.models import Student
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World


@pytest.fixture
def path(world: World) -> str:
    return f"/students/{world.home.student.id}"


def test_an_implausible_date_moves_no_rights_until_it_is_confirmed(
    client: Client, world: World, path: str, database: Isolated
) -> None:
    registrar = client.as_(world.home.registrar)
    doubtful = registrar.patch(path, {"birth_date": "1912-03-02"}).json
    assert doubtful["birth_date"] == "1912-03-02"
    assert doubtful["is_birth_date_doubtful"] is True
    assert (doubtful["rights_transfer_on"], doubtful["holds_rights"]) == (None, False)
    assert doubtful["is_adult"] is False
    assert client.as_(world.home.parent).get(path).status_code == 200, "nobody is locked out"
    confirmed = registrar.patch(path, {"is_birth_date_confirmed": True}).json
    assert confirmed["is_birth_date_doubtful"] is False
    assert (confirmed["rights_transfer_on"], confirmed["holds_rights"]) == ("1930-03-02", True)
    with database.transaction(districts=[world.home.district_id]) as session:
        student = session.get_one(Student, world.home.student.id)
        assert student.birth_date_confirmed_by == world.home.registrar.id
        told = select(Event).where(Event.type == "student.birth_date_confirmed")
        event = session.scalars(told.where(Event.student_id == student.id)).one()
        assert (event.actor_id, event.payload) == (world.home.registrar.id, {})


def test_date_and_confirmation_come_in_one_and_another_date_takes_it_back(
    client: Client, world: World, path: str
) -> None:
    registrar = client.as_(world.home.registrar)
    both = {"birth_date": "2001-03-02", "is_birth_date_confirmed": True}
    assert registrar.patch(path, both).json["holds_rights"] is True
    other = registrar.patch(path, {"birth_date": "2000-03-02"}).json
    assert (other["is_birth_date_doubtful"], other["holds_rights"]) == (True, False)


def test_a_new_student_s_implausible_date_is_kept_and_doubtful(
    client: Client, world: World
) -> None:
    child = {
        "given_name": "Ann",
        "family_name": "Alder",
        "grade": "09",
        "school_id": str(world.home.school_id),
        "birth_date": "1912-03-02",
    }
    made = client.as_(world.home.registrar).made("/students", child)
    assert (made["birth_date"], made["is_birth_date_doubtful"]) == ("1912-03-02", True)
    assert made["rights_transfer_on"] is None


def test_a_corrected_grade_settles_it(client: Client, world: World, path: str) -> None:
    registrar = client.as_(world.home.registrar)
    assert registrar.patch(path, {"grade": "02"}).json["is_birth_date_doubtful"] is False, (
        "a date that moved rights once goes on doing so"
    )
    young = registrar.patch(path, {"birth_date": "2004-11-02"}).json
    assert young["is_birth_date_doubtful"] is True
    grown = registrar.patch(path, {"grade": "12"}).json
    assert (grown["is_birth_date_doubtful"], grown["rights_transfer_on"]) == (False, "2022-11-02")


def test_a_doubtful_date_does_not_hinder_rights_that_move_otherwise(
    client: Client, world: World, path: str
) -> None:
    registrar = client.as_(world.home.registrar)
    registrar.patch(path, {"birth_date": "1912-03-02"})
    early = {"basis": "emancipation", "on": "2026-01-05", "reason": "Order."}
    headers = {"If-Match": registrar.etag(path)}
    answer = registrar.send("PUT", f"{path}/rights-transfer", json=early, headers=headers)
    assert answer.status_code == 200, answer.json
    assert answer.json["rights_transfer_on"] == "2026-01-05"


def test_what_there_is_not_cannot_be_confirmed_nor_unconfirmed(
    client: Client, world: World, path: str
) -> None:
    registrar = client.as_(world.home.registrar)
    registrar.patch(path, {"birth_date": None})
    nothing = registrar.patch(path, {"is_birth_date_confirmed": True})
    assert code(nothing) == "validation_failed"
    assert pointers(nothing) == {"/is_birth_date_confirmed"}
    assert code(registrar.patch(path, {"is_birth_date_confirmed": False})) == "validation_failed"


@pytest.mark.parametrize("role", ["student", "parent", "teacher", "advisor"])
def test_neither_family_nor_teachers_confirm(
    client: Client, world: World, path: str, role: str, database: Isolated
) -> None:
    with database.transaction(districts=[world.home.district_id]) as session:
        student = session.get_one(Student, world.home.student.id)
        student.born(date(1912, 3, 2))
    answer = client.as_(getattr(world.home, role)).patch(path, {"is_birth_date_confirmed": True})
    assert answer.status_code == 403
