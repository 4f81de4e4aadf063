"""Stored spans take the dates that a roster states, for the past too."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from time_machine import Traveller

from plp_api.accountability.reports import coverage
from plp_api.foundation.roster.classes import Enrollment
from plp_api.foundation.roster.relationships import SchoolEnrollment
from plp_api.people.rostering.actions import Order
from plp_api.people.rostering.models import ImportState
from tests.people.rostering.children import ANN, BEN, CLASS_OF_THREE, CYD, package_of
from tests.people.rostering.conftest import Roster
from tests.people.rostering.packages import ORGS
from tests.people.rostering.test_reused_ids import bring, children

BEGUN, OCTOBER, BACK = "2026-08-26", "2026-10-01", "2026-11-02"
FIRST, LEFT, RETURNED = map(date.fromisoformat, (BEGUN, OCTOBER, BACK))
STATED = replace(ANN, spans=((BEGUN, ""),))
ABSENT = replace(ANN, spans=((BEGUN, OCTOBER), (BACK, "")))
GONE = replace(ANN, spans=((BEGUN, OCTOBER),))
SECOND = {"sourcedId": "s2", "name": "Notch Middle", "type": "school", "parentSourcedId": "d1"}


@pytest.fixture(autouse=True)
def november(autumn: Traveller) -> None:
    """A week after the return."""
    autumn.move_to(datetime(2026, 11, 10, 17, tzinfo=UTC))


def spans(roster: Roster, name: str = "Ann") -> list[tuple[date, date | None]]:
    own = SchoolEnrollment.student_id == children(roster)[name].id
    rows = roster.rows(SchoolEnrollment, own)
    return sorted((row.starts_on, row.ends_on) for row in rows)


def enrolled_on(roster: Roster, day: date) -> int:
    """How many students coverage counts on the day."""
    place = coverage.places()
    with roster.writing() as session:
        binds: dict[str, Any] = {"district": roster.district_id, "as_of": day}
        return len(session.execute(select(place.c.student_id), binds).all())


def test_an_absence_of_the_past_is_a_gap(roster: Roster) -> None:
    bring(roster, STATED, BEN, CYD)
    assert spans(roster) == [(FIRST, None)]
    outcome = bring(roster, ABSENT, BEN, CYD)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert spans(roster) == [(FIRST, LEFT), (RETURNED, None)]
    days = (date(2026, 9, 30), date(2026, 10, 15), RETURNED)
    assert [enrolled_on(roster, day) for day in days] == [3, 2, 3]
    again = bring(roster, ABSENT, BEN, CYD)
    assert spans(roster) == [(FIRST, LEFT), (RETURNED, None)]
    counts = again.counts["school_enrollments"]
    assert {state: number for state, number in counts.items() if number} == {"unchanged": 4}


def test_an_absence_is_a_gap_in_a_first_roster_too(roster: Roster) -> None:
    bring(roster, ABSENT, BEN, CYD)
    assert spans(roster) == [(FIRST, LEFT), (RETURNED, None)]


def test_an_absence_that_is_taken_back_is_filled(roster: Roster) -> None:
    bring(roster, ABSENT, BEN, CYD)
    bring(roster, STATED, BEN, CYD)
    days = (date(2026, 9, 30), date(2026, 10, 15), RETURNED)
    assert [enrolled_on(roster, day) for day in days] == [3, 3, 3]
    bring(roster, ABSENT, BEN, CYD)
    assert [enrolled_on(roster, day) for day in days] == [3, 2, 3]


def test_who_is_stated_to_have_left_left_on_that_day(roster: Roster) -> None:
    bring(roster, STATED, BEN, CYD)
    outcome = bring(roster, GONE, BEN, CYD)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert spans(roster) == [(FIRST, LEFT)]
    assert outcome.counts["school_enrollments"]["removed"] == 1
    assert [enrolled_on(roster, day) for day in (date(2026, 9, 30), date(2026, 10, 15))] == [3, 2]


def test_who_left_before_the_first_roster_counts_until_then(roster: Roster) -> None:
    bring(roster, GONE, BEN, CYD)
    assert spans(roster) == [(FIRST, LEFT)]


def test_who_is_stated_to_have_left_without_a_beginning_keeps_the_stored_one(
    roster: Roster,
) -> None:
    bring(roster, STATED, BEN, CYD)
    bring(roster, replace(ANN, spans=(("", OCTOBER),)), BEN, CYD)
    assert spans(roster) == [(FIRST, LEFT)]


@pytest.mark.parametrize("corrected", ["2026-09-08", "2026-08-20"])
def test_a_corrected_beginning_is_applied(roster: Roster, corrected: str) -> None:
    bring(roster, STATED, BEN, CYD)
    outcome = bring(roster, replace(ANN, spans=((corrected, ""),)), BEN, CYD)
    assert spans(roster) == [(date.fromisoformat(corrected), None)]
    assert outcome.counts["school_enrollments"]["updated"] == 1


def test_a_corrected_end_of_the_past_is_applied(roster: Roster) -> None:
    bring(roster, GONE, BEN, CYD)
    bring(roster, replace(ANN, spans=((BEGUN, "2026-10-09"),)), BEN, CYD)
    assert spans(roster) == [(FIRST, date(2026, 10, 9))]


def test_who_is_merely_named_no_more_ends_today(roster: Roster) -> None:
    bring(roster, STATED, BEN, CYD)
    bring(roster, BEN, CYD, order=Order(is_confirmed=True))
    assert spans(roster) == [(FIRST, date(2026, 11, 10))]


def test_a_roster_without_dates_leaves_the_past_as_it_is(roster: Roster, autumn: Traveller) -> None:
    bring(roster, *CLASS_OF_THREE)
    bring(roster, BEN, CYD, order=Order(is_confirmed=True))
    autumn.shift(86400 * 5)
    bring(roster, *CLASS_OF_THREE)
    assert spans(roster) == [(FIRST, date(2026, 11, 10)), (date(2026, 11, 15), None)]


def test_a_new_grade_begins_today_within_a_stated_span(roster: Roster) -> None:
    bring(roster, STATED, BEN, CYD)
    tenth = replace(STATED, grade="10")
    for _again in range(2):
        bring(roster, tenth, BEN, CYD)
        assert spans(roster) == [(FIRST, date(2026, 11, 10)), (date(2026, 11, 10), None)]


def test_a_stated_move_to_another_school_takes_both_dates(roster: Roster) -> None:
    orgs = [*ORGS, SECOND]
    bring(roster, STATED, BEN, CYD, orgs=orgs)
    files = package_of(GONE, BEN, CYD, orgs=orgs)
    other = package_of(replace(ANN, org="s2", spans=((OCTOBER, ""),)))["roles"][1]
    files["roles"].append({**other, "sourcedId": "r-moved"})
    outcome = roster.bring("1.2", **files)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert spans(roster) == [(FIRST, LEFT), (LEFT, None)]


def test_what_was_over_before_the_school_year_stays_as_it_is_stored(roster: Roster) -> None:
    longer = replace(ANN, spans=(("2024-08-28", "2025-06-13"), (BEGUN, "")))
    bring(roster, longer, BEN, CYD)
    assert spans(roster) == [(FIRST, None)]


def test_what_staff_entered_is_left_alone(roster: Roster) -> None:
    bring(roster, STATED, BEN, CYD)
    ann = children(roster)["Ann"]
    with roster.writing() as session:
        own = SchoolEnrollment.student_id == ann.id
        session.scalars(select(SchoolEnrollment).where(own)).one().is_from_roster = False
    bring(roster, GONE, BEN, CYD)
    assert spans(roster) == [(FIRST, None)]


def test_an_absence_from_a_class_is_a_gap_there_too(roster: Roster) -> None:
    bring(roster, STATED, BEN, CYD)
    files = package_of(ABSENT, BEN, CYD)
    first = {**files["enrollments"][1], "beginDate": BEGUN, "endDate": OCTOBER}
    second = {**first, "sourcedId": "e-back", "beginDate": BACK, "endDate": ""}
    files["enrollments"][1:2] = [first, second]
    outcome = roster.bring("1.2", **files)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    own = roster.rows(Enrollment, Enrollment.person_id == children(roster)["Ann"].id)
    assert sorted((row.starts_on, row.ends_on) for row in own) == [
        (FIRST, LEFT),
        (RETURNED, None),
    ]
