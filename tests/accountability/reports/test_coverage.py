"""Coverage over HTTP: agrees with the dated facts on every day and in every grouping."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from plp_api.accountability.reports.actions import MEASURES, SIGNATURES
from plp_api.accountability.reports.schemas import CoverageSchema
from plp_api.foundation.roster.models import School
from tests.accountability.reports.story import STORY, chance, told, write
from tests.client import Client, Response, code, pointers
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World, writing

PUPILS = STORY + chance(1, 20)
NOW = "2027-01-10T15:00:00Z"
EVERY = ["school", "grade", "advisor"]


@pytest.fixture
def tell(client: Client, database: Isolated) -> Iterator[Callable[..., Any]]:
    """Write a district and read its coverage as its admin, today being 10 January 2027."""

    def telling(pupils: list[Any], **settings: Any) -> Callable[..., Any]:
        place = write(database, pupils, **settings)
        admin = client.as_(place.admin)

        def reading(on: str, by: list[Any] | tuple[Any, ...] = (), more: str = "") -> Any:
            query = "".join(f"&by={one}" for one in by)
            return admin.read(f"/reports/coverage?as_of={on}{query}{more}")

        reading.place = place  # type: ignore[attr-defined]
        return reading

    with time_machine.travel(NOW, tick=False):
        yield telling


def numbers(row: dict[str, Any]) -> dict[str, Any]:
    """The counted measures of a row that are not zero."""
    apart = {SIGNATURES[name]: number for name, number in row["signatures"].items()}
    flat = {**{one: row[one] for one in MEASURES}, **apart}
    return {one: number for one, number in flat.items() if number}


def value(group: dict[str, Any], name: str) -> Any:
    """A group's value in one dimension: the school's name, the grade, the advisor's first name."""
    found = group[name]
    if isinstance(found, dict):
        return found["name"].split()[0].lower() if name == "advisor" else found["name"]
    return found


def shown(report: dict[str, Any]) -> tuple[Any, ...]:
    groups = {
        tuple(value(group, name) for name in report["by"]): numbers(group)
        for group in report["groups"]
    }
    return numbers(report["total"]), groups


DAYS = [
    "2025-08-24",
    "2025-09-15",
    "2025-11-30",
    "2025-12-01",
    "2026-01-15",
    "2026-03-15",
    "2026-04-09",
    "2026-04-10",
    "2026-06-01",
    "2026-06-20",
    "2026-08-20",
    "2026-10-20",
    "2026-11-30",
    "2026-12-01",
    "2026-12-26",
    "2027-01-10",
]


@pytest.mark.parametrize("days", [DAYS[:8], DAYS[8:]], ids=["first", "second"])
def test_every_day_is_told_as_its_facts_have_it(tell: Callable[..., Any], days: list[Any]) -> None:
    read = tell(PUPILS)
    for on in days:
        report = read(on, EVERY)
        assert shown(report) == told(PUPILS, date.fromisoformat(on), EVERY), on
        assert not report["total"]["is_suppressed"]


@pytest.mark.parametrize(
    "by", [[], ["school"], ["grade"], ["advisor"], ["school", "grade"]], ids=str
)
def test_groups_are_crossed_as_asked(tell: Callable[..., Any], by: list[Any]) -> None:
    total, groups = told(PUPILS, date(2026, 10, 20), by)
    assert shown(tell(PUPILS)("2026-10-20", by)) == (total, groups if by else {})


def test_each_student_is_exactly_one_of_the_four(tell: Callable[..., Any]) -> None:
    for group in tell(PUPILS)("2026-12-01", EVERY)["groups"]:
        states = (group[one] for one in ("current", "due", "overdue", "excepted"))
        assert group["enrolled"] == sum(states)


def test_where_all_deciding_parents_are_asked_one_is_not_enough(tell: Callable[..., Any]) -> None:
    read = tell(PUPILS, deciding_parents="all")
    for on in ("2026-04-30", "2026-05-01", "2026-06-20", "2026-09-15"):
        wanted = told(PUPILS, date.fromisoformat(on), ["school"], all_decide=True)
        assert shown(read(on, ["school"])) == wanted, on


def test_a_district_whose_cycle_ends_earlier_is_asked_by_its_own(tell: Callable[..., Any]) -> None:
    read = tell(STORY, cycle_end="10-15")
    assert read("2025-10-15")["cycle"] == {"starts_on": "2024-10-16", "ends_on": "2025-10-15"}
    assert read("2025-10-15")["total"]["current"] == 1
    assert read("2025-10-16")["total"]["current"] == 0


def test_a_student_with_two_advisors_counts_under_each_and_once_in_all(
    tell: Callable[..., Any],
) -> None:
    report = tell(PUPILS)("2026-03-10", ["advisor"])
    assert sum(group["enrolled"] for group in report["groups"]) > report["total"]["enrolled"]


def test_narrowing_gives_the_same_numbers_as_the_group_itself(tell: Callable[..., Any]) -> None:
    read = tell(PUPILS)
    school, advisor = read.place.school_id, read.place.ames.id
    _, groups = told(PUPILS, date(2026, 3, 10), EVERY)
    of_school, _ = shown(read("2026-03-10", [], f"&school_id={school}"))
    assert of_school == told(PUPILS, date(2026, 3, 10), ["school"])[1]["High",]
    total, found = shown(read("2026-03-10", ["grade"], f"&school_id={school}&advisor_id={advisor}"))
    wanted = {
        (grade,): row
        for (where, grade, who), row in groups.items()
        if (where, who) == ("High", "ames")
    }
    assert found == wanted
    assert total["enrolled"] == sum(row["enrolled"] for row in wanted.values())
    only, found = shown(read("2026-03-10", ["advisor"], f"&advisor_id={advisor}&grade=10"))
    assert set(found) == {("ames",)}
    assert only == found["ames",]


def test_nothing_is_told_of_days_before_the_first_fact(tell: Callable[..., Any]) -> None:
    report = tell(PUPILS)("2020-01-01", EVERY)
    assert (numbers(report["total"]), report["groups"]) == ({}, [])


def test_today_is_told_unless_a_day_is_named(tell: Callable[..., Any], client: Client) -> None:
    read = tell(STORY)
    report = client.as_(read.place.admin).read("/reports/coverage?by=grade")
    assert report["as_of"] == "2027-01-10"
    assert [group["grade"] for group in report["groups"]] == sorted(
        group["grade"] for group in report["groups"]
    )


def test_the_answer_is_as_documented(tell: Callable[..., Any]) -> None:
    report = tell(PUPILS)("2026-03-10", EVERY)
    assert CoverageSchema().validate(report) == {}
    groups: Any = CoverageSchema().fields["groups"]
    assert set(report["groups"][0]) == set(groups.inner.schema.fields)


def test_a_district_is_told_of_itself_alone(
    tell: Callable[..., Any], client: Client, world: World
) -> None:
    tell(PUPILS)
    with time_machine.travel(NOW, tick=False):
        report = client.as_(world.home.district_admin).read("/reports/coverage?by=school")
    assert {group["school"]["name"] for group in report["groups"]} == {
        "Tamarack High",
        "Tamarack Middle",
    }


def test_few_statements_whatever_is_asked(tell: Callable[..., Any], database: Isolated) -> None:
    read = tell(PUPILS)
    read("2026-03-10", EVERY)
    with counting(database) as counted:
        read("2026-03-10", EVERY)
    # Caller, district, the counts, the names of schools and of advisors; on PostgreSQL
    # also the districts entered, twice in a test.
    assert counted.count <= 7, counted.statements


WRONG = {
    "as_of=2027-01-11": "as_of",
    "as_of=0001-01-01": "as_of",
    "as_of=yesterday": "as_of",
    "by=teacher": "by",
    "grade=06": "grade",
    "school_id=high": "school_id",
    "format=pdf": "format",
    "shool_id=1": "shool_id",
}


@pytest.mark.parametrize("query", WRONG)
def test_what_makes_no_sense_is_refused_by_name(client: Client, world: World, query: str) -> None:
    with time_machine.travel(NOW, tick=False):
        refused = client.as_(world.home.counselor).get(f"/reports/coverage?{query}")
    assert (refused.status_code, code(refused)) == (422, "validation_failed")
    assert {one.split("/")[0] for one in pointers(refused)} == {WRONG[query]}


@pytest.mark.parametrize("name", ["student", "parent", "teacher"])
def test_students_families_and_teachers_get_no_report(
    client: Client, world: World, name: str
) -> None:
    refused = client.as_(getattr(world.home, name)).get("/reports/coverage")
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_a_report_read_again_costs_no_body_until_something_changes(
    client: Client, world: World
) -> None:
    admin = client.as_(world.home.district_admin)
    tag = admin.get("/reports/coverage").headers["ETag"]
    again = admin.get("/reports/coverage", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    client.as_(world.home.student).act(f"/plan-versions/{world.home.student.version_id}", "submit")
    client.as_(world.home.advisor).act(f"/plan-versions/{world.home.student.version_id}", "approve")
    fresh = admin.get("/reports/coverage", headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert numbers(fresh.json["total"])["current"] == 1


# As CSV.


def lines(response: Response) -> list[Any]:
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True), newline="")))


@pytest.mark.parametrize("way", ["format", "accept"])
def test_a_table_holds_the_same_numbers_and_its_total_last(
    client: Client, world: World, way: str
) -> None:
    admin = client.as_(world.home.district_admin)
    path = "/reports/coverage?by=school&by=advisor"
    if way == "format":
        response = admin.get(f"{path}&format=csv")
    else:
        response = admin.get(path, headers={"Accept": "text/csv"})
    *rows, total = lines(response)
    report = admin.read(path)
    assert [row["enrolled"] for row in rows] == [str(one["enrolled"]) for one in report["groups"]]
    assert [row["school_id"] for row in rows] == [one["school"]["id"] for one in report["groups"]]
    assert {row["row"] for row in rows} == {"group"}
    assert (total["row"], total["enrolled"], total["school"]) == ("total", "4", "")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="coverage-')
    assert response.data.count(b"\r\n") == len(rows) + 2


def test_json_is_the_answer_to_whoever_takes_anything(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    assert admin.get("/reports/coverage", headers={"Accept": "*/*"}).mimetype == "application/json"
    csv_first = {"Accept": "text/csv"}
    asked = admin.get("/reports/coverage?format=json", headers=csv_first)
    assert asked.mimetype == "application/json"


@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\tx"])
def test_a_name_is_never_a_formula_and_a_comma_no_new_cell(
    client: Client, world: World, database: Isolated, name: str
) -> None:
    with writing(database, world.home) as session:
        session.get(School, world.home.school_id).name = f'{name}, "old"\nhouse'
    response = client.as_(world.home.district_admin).get("/reports/coverage?by=school&format=csv")
    assert lines(response)[0]["school"] == f'\'{name}, "old"\nhouse'


def test_a_hidden_number_is_an_empty_cell(client: Client, world: World) -> None:
    response = client.as_(world.home.elo_coordinator).get("/reports/coverage?by=school&format=csv")
    for row in lines(response):
        assert (row["enrolled"], row["overdue"], row["is_suppressed"]) == ("", "", "true")
