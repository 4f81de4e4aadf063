"""What all answers together show about students whom the reader may not see one by one."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
import time_machine

from plp_api.accountability.reports.actions import MEASURES, SIGNATURES
from plp_api.accountability.reports.coverage import STATES
from plp_api.accountability.reports.suppression import NO_ADVISOR
from tests.accountability.reports.attacker import bounds, lines
from tests.accountability.reports.story import HIGH, MIDDLE, Pupil, Version, write
from tests.client import Client
from tests.databases import Isolated

NOW = "2027-01-10T15:00:00Z"
ORDER = ("school", "grade", "advisor")
SPAN = ("25-08-25", None)


def pupil(
    school: str,
    grade: str,
    advisor: str | None,
    state: str = "due",
    *,
    since: str = "25-08-25",
    until: str | None = None,
) -> Pupil:
    """A student with the given standing on 10 January 2027."""
    return Pupil(
        at=[(school, grade, since, until)],
        plan="25-09-01",
        versions=[Version("26-12-15", None, {"student": "26-12-15"})] if state == "current" else [],
        reviews=[
            *([(2025, "26-11-30", None)] if state == "overdue" else []),
            (2026, "27-11-30", "26-12-20" if state == "excepted" else None),
        ],
        advisors=[(advisor, since, until)] if advisor else [],
    )


PUPILS = [
    *(pupil(HIGH, "09", "ames", "current") for _ in range(14)),
    *(pupil(HIGH, "09", "ames", "due") for _ in range(6)),
    *(pupil(HIGH, "09", "boyle", "current") for _ in range(12)),
    *(pupil(HIGH, "09", "boyle", "due") for _ in range(5)),
    *(pupil(HIGH, "10", "boyle", "current") for _ in range(15)),
    *(pupil(HIGH, "10", "boyle", "due") for _ in range(12)),
    *(pupil(HIGH, "10", None, "overdue") for _ in range(3)),
    *(pupil(MIDDLE, "09", "clark", "current") for _ in range(16)),
    *(pupil(MIDDLE, "09", "clark", "due") for _ in range(12)),
    *(pupil(MIDDLE, "09", "clark", "overdue") for _ in range(5)),
    *(pupil(MIDDLE, "10", "clark", "current") for _ in range(20)),
    *(pupil(MIDDLE, "10", "clark", "due") for _ in range(13)),
    *(pupil(MIDDLE, "10", "clark", "overdue") for _ in range(8)),
    # Left in the autumn.
    *(pupil(HIGH, "10", "boyle", until="26-10-01") for _ in range(2)),
]


@pytest.fixture
def read(client: Client, database: Isolated) -> Iterator[Callable[..., Any]]:
    """Read coverage as somebody of a district of 141 students, today being 10 January 2027."""
    with time_machine.travel(NOW, tick=False):
        place = write(database, PUPILS)
        clients = {}

        def reading(name: str, query: str = "") -> Any:
            if name not in clients:
                clients[name] = client.as_(getattr(place, name))
            return clients[name].read(f"/reports/coverage?{query}")

        yield reading


def row(report: dict[str, Any], **wanted: Any) -> Any:
    """The row of the report that is this group: by the school's and the advisor's first name."""
    for group in report["groups"]:
        found = {
            "school": group.get("school", {}).get("name"),
            "grade": group.get("grade"),
            "advisor": ((group.get("advisor") or {}).get("name") or "").split()[0:1],
        }
        if all(
            found[name] == ([one] if name == "advisor" else one) for name, one in wanted.items()
        ):
            return group
    raise AssertionError(f"no {wanted}")


def states(group: dict[str, Any]) -> list[Any]:
    return [group[one] for one in STATES]


def test_who_sees_the_whole_district_is_shown_every_number(read: Callable[..., Any]) -> None:
    report = read("admin", "by=school&by=grade&by=advisor")
    assert not any(group["is_suppressed"] for group in report["groups"])
    assert row(report, school=HIGH, grade="09", advisor="Boyle")["due"] == 5


def test_a_small_number_is_hidden_with_others_of_its_row_and_column(
    read: Callable[..., Any],
) -> None:
    report = read("elo_coordinator", "by=school")
    high, middle = row(report, school=HIGH), row(report, school=MIDDLE)
    # Three are overdue at the high school. Neither that number is shown nor any other that would
    # reveal it; whole schools and the district are shown.
    assert [high["overdue"], middle["overdue"]] == [None, None]
    assert states(high).count(None) == states(middle).count(None) == 2
    assert (high["enrolled"], middle["enrolled"]) == (67, 74)
    assert states(report["total"]) == [77, 48, 16, 0]
    assert (high["is_suppressed"], report["total"]["is_suppressed"]) == (True, False)


def test_narrowing_shows_no_more_than_the_group_itself(read: Callable[..., Any]) -> None:
    by_school = row(read("elo_coordinator", "by=school"), school=HIGH)
    narrowed = read("elo_coordinator", f"school_id={by_school['school']['id']}")["total"]
    assert narrowed == {name: by_school[name] for name in narrowed}
    assert narrowed["overdue"] is None


def test_ones_own_advisees_are_plain_and_another_advisors_are_not(read: Callable[..., Any]) -> None:
    report = read("boyle", "by=advisor")
    own, other = row(report, advisor="Boyle"), row(report, advisor="Clark")
    assert (own["enrolled"], states(own), own["is_suppressed"]) == (44, [27, 17, 0, 0], False)
    assert (other["enrolled"], states(other)) == (74, [None, None, None, 0])
    # Ames's 20, with the school's number, would reveal the three students without an advisor.
    assert row(report, advisor="Ames")["enrolled"] is None


def test_what_ones_own_students_leave_of_a_group_counts_as_a_group(
    read: Callable[..., Any],
) -> None:
    # Boyle's 27 and three others are grade 10 of the high school: 30 would reveal the three.
    crossed = read("boyle", "by=school&by=grade")
    assert row(crossed, school=HIGH, grade="10")["enrolled"] is None
    assert row(crossed, school=HIGH, grade="09")["enrolled"] is None
    assert row(read("boyle", "by=school"), school=HIGH)["enrolled"] == 67


def test_a_school_keeps_its_past_though_students_left_since(read: Callable[..., Any]) -> None:
    today = row(read("counselor", "by=school"), school=HIGH)
    assert (today["enrolled"], today["is_suppressed"]) == (67, False)
    then = row(read("counselor", "by=school&as_of=2026-09-30"), school=HIGH)
    assert (then["enrolled"], then["is_suppressed"]) == (69, False)


def answers(read: Callable[..., Any], name: str) -> dict[Any, Any]:
    """Every number shown to the reader in any grouping; None if it is hidden."""
    told = {}
    for size in range(4):
        for by in combinations(ORDER, size):
            report = read(name, "&".join(f"by={one}" for one in by))
            for group in [*report["groups"], report["total"] if not by else None]:
                if group is None:
                    continue
                key = tuple(_key(group, one) if one in by else None for one in ORDER)
                for measure in MEASURES:
                    told[key, measure] = group[measure]
                for measure in SIGNATURES:
                    told[key, SIGNATURES[measure]] = group["signatures"][measure]
    return told


def _key(group: dict[str, Any], name: str) -> Any:
    found = group[name]
    if found is None:
        return NO_ADVISOR
    return found["name"] if isinstance(found, dict) else found


@pytest.mark.parametrize("name", ["elo_coordinator", "boyle", "counselor"])
def test_all_answers_of_a_day_together_pin_no_hidden_number_down(
    read: Callable[..., Any], name: str
) -> None:
    told, true = answers(read, name), answers(read, "admin")
    assert all(value in (None, true[cell]) for cell, value in told.items())
    hidden = {cell for cell, value in told.items() if value is None}
    assert hidden
    found = lines(true, [STATES], additive=True)
    assert [cell for cell, (low, high) in bounds(true, hidden, found).items() if low == high] == []
