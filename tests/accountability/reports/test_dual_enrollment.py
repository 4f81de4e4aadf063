"""A district's dual-enrollment report: courses by student, how many the State paid, when."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest

from plp_api.accountability.reports.ledger import COLUMNS, SchoolYear
from plp_api.accountability.reports.schemas import DualEnrollmentSchema
from plp_api.foundation import clock
from plp_api.foundation.db import new_id
from plp_api.planning.pathways.models import PathwayElement
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.queries import counting
from tests.world import Place, Pupil, World, writing

PATH = "/reports/dual-enrollment"


@pytest.fixture
def add(database: Isolated, world: World) -> Callable[..., Any]:
    """Write a course of a student at home, approved and beginning some days from today."""

    def element(
        student: Pupil, approved: int, starts: int, place: Place | None = None, **columns: Any
    ) -> PathwayElement:
        today, place = clock.today(), place or world.home
        row = PathwayElement(
            id=new_id(),
            district_id=place.district_id,
            student_id=student.id,
            plan_id=student.plan_id,
            planned_by=student.id,
            type=columns.pop("type", "dual_enrollment"),
            status=columns.pop("status", "approved"),
            title=columns.pop("title", "Nursing"),
            funding=columns.pop("funding", "state_voucher"),
            approved_on=today + timedelta(days=approved),
            starts_on=today + timedelta(days=starts),
            **columns,
        )
        with writing(database, place) as session:
            session.add(row)
        return row

    return element


def year_of(days: int) -> int:
    return SchoolYear.containing(clock.today() + timedelta(days=days)).number


def of_school(found: dict[str, Any], place: Place) -> dict[str, Any]:
    return next(one for one in found["schools"] if one["school"]["id"] == str(place.school_id))


def test_the_ledger_counts_students_by_the_courses_the_state_paid_for(
    client: Client, world: World, add: Callable[..., Any]
) -> None:
    home = world.home
    add(home.senior, -40, -30, title="Nursing")
    add(home.senior, -400, -390, title="Calculus", status="completed", is_voucher_used=True)
    add(home.placed, -40, -30, title="Welding")
    add(home.placed, -40, -30, title="History", funding="district")
    add(home.placed, -40, -30, title="At night", funding="family", type="other")
    found = client.as_(home.district_admin).read(f"{PATH}?school_year={year_of(-30)}")
    here = of_school(found, home)
    assert (here["students"], here["used_0"], here["used_1"], here["used_2"]) == (2, 0, 1, 1)
    assert (here["funded_by_state_voucher"], here["funded_by_district"]) == (2, 1)
    assert (here["before_course"], here["not_before_course"]) == (3, 0)
    assert {one["title"] for one in found["courses"]} == {"Nursing", "Welding", "History"}
    assert {one["title"]: one["state_funded_used"] for one in found["courses"]}["Nursing"] == 2
    assert found["total"]["courses"] == 3
    assert not DualEnrollmentSchema().validate(found)


def test_an_element_that_came_after_its_course_is_told(
    client: Client, world: World, add: Callable[..., Any]
) -> None:
    add(world.home.senior, -10, -30)
    path = f"{PATH}?school_year={year_of(-30)}"
    found = client.as_(world.home.counselor).read(path)
    assert of_school(found, world.home)["not_before_course"] == 1
    assert found["courses"][0]["is_before_course"] is False


def test_the_ledger_tells_a_past_day_as_it_was(
    client: Client, world: World, add: Callable[..., Any]
) -> None:
    today = clock.today()
    left = {"status": "withdrawn", "withdrawn_on": today - timedelta(days=5)}
    add(world.home.senior, -40, -30, enrolled_on=today - timedelta(days=30), **left)
    counselor = client.as_(world.home.counselor)
    year = f"school_year={year_of(-30)}"

    def told(days: int) -> tuple[Any, ...]:
        found = counselor.read(f"{PATH}?{year}&as_of={today - timedelta(days=days)}")
        status = found["courses"][0]["status"] if found["courses"] else None
        return status, of_school(found, world.home)["used_1"]

    assert told(41) == (None, 0)
    assert told(40) == ("approved", 1)
    assert told(30) == ("enrolled", 1)
    assert told(0) == ("withdrawn", 0)


def test_a_day_to_come_is_refused(client: Client, world: World) -> None:
    tomorrow = clock.today() + timedelta(days=2)
    answer = client.as_(world.home.counselor).get(f"{PATH}?as_of={tomorrow}")
    assert pointers(answer) == {"as_of"}


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        ("counselor", {"Nursing", "Welding"}),
        ("school_admin", {"Nursing", "Welding"}),
        ("registrar", {"Nursing", "Welding"}),
        ("advisor", {"Nursing"}),
        ("other_school_admin", {"Art"}),
        ("district_admin", {"Nursing", "Welding", "Art"}),
        ("auditor", {"Nursing", "Welding", "Art"}),
    ],
)
def test_readers_find_the_students_they_may_see_and_no_number_of_others(
    client: Client, world: World, add: Callable[..., Any], reader: str, seen: set[Any]
) -> None:
    home, away = world.home, world.away
    add(home.senior, -40, 10, title="Nursing")
    add(home.placed, -40, 10, title="Welding")
    add(home.other_student, -40, 10, title="Art")
    add(away.senior, -40, 10, place=away, title="Elsewhere")
    found = client.as_(getattr(home, reader)).read(f"{PATH}?school_year={year_of(10)}")
    assert {one["title"] for one in found["courses"]} == seen
    assert found["total"]["used_1"] == len(seen)


@pytest.mark.parametrize("reader", ["student", "parent", "teacher"])
def test_the_ledger_is_for_staff_who_report(client: Client, world: World, reader: str) -> None:
    assert client.as_(getattr(world.home, reader)).get(PATH).status_code == 403


def test_one_school_may_be_asked_for_alone(
    client: Client, world: World, add: Callable[..., Any]
) -> None:
    add(world.home.senior, -40, 10, title="Nursing")
    add(world.home.other_student, -40, 10, title="Art")
    admin = client.as_(world.home.district_admin)
    path = f"{PATH}?school_year={year_of(10)}&school_id={world.home.other_school_id}"
    found = admin.read(path)
    assert [one["title"] for one in found["courses"]] == ["Art"]
    assert found["total"]["courses"] == 1


def test_the_sheet_holds_a_line_for_each_course_and_no_formula(
    client: Client, world: World, add: Callable[..., Any]
) -> None:
    add(world.home.senior, -40, 10, title="=HYPERLINK(1)", provider_name="+CCV")
    add(world.home.placed, -40, 10)
    counselor = client.as_(world.home.counselor)
    answer = counselor.get(f"{PATH}?format=csv&school_year={year_of(10)}")
    assert answer.mimetype == "text/csv"
    assert "dual-enrollment-" in answer.headers["Content-Disposition"]
    header, *lines = csv.reader(StringIO(answer.text))
    assert tuple(header) == COLUMNS
    assert len(lines) == 2
    titles = {line[COLUMNS.index("title")] for line in lines}
    assert titles == {"'=HYPERLINK(1)", "Nursing"}
    assert "'+CCV" in {line[COLUMNS.index("provider_name")] for line in lines}


@pytest.mark.parametrize("reader", ["district_admin", "counselor", "advisor"])
def test_the_ledger_takes_at_most_six_queries_whatever_it_holds(
    client: Client, world: World, add: Callable[..., Any], database: Isolated, reader: str
) -> None:
    asks = client.as_(getattr(world.home, reader))
    counts = []
    for more in (0, 30):
        for _ in range(more):
            add(world.home.senior, -40, 10)
        with counting(database) as queries:
            asks.read(PATH)
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 6, queries.statements


def test_a_reader_who_holds_the_report_is_not_sent_it_again(
    client: Client, world: World, add: Callable[..., Any]
) -> None:
    add(world.home.senior, -40, 10)
    counselor = client.as_(world.home.counselor)
    tag = counselor.get(PATH).headers["ETag"]
    assert counselor.get(PATH, headers={"If-None-Match": tag}).status_code == 304
