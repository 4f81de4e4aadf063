"""The law on paid work of minors, rule by rule: 21 V.S.A. 431, 434; 29 CFR 570.50."""

from datetime import date, timedelta
from typing import Any

import pytest

from plp_api.foundation import law
from plp_api.foundation.roster.district_settings import DistrictSettings
from plp_api.learning.elos.labor import (
    LaborRule,
    Sector,
    Shift,
    Work,
    is_school_day,
    of_facts,
    of_hours,
)

MONDAY = date(2026, 10, 5)
SATURDAY = MONDAY + timedelta(days=5)
JULY = date(2026, 7, 6)
BORN_AT_15 = date(2011, 3, 1)
SETTINGS = DistrictSettings()
HOUR = 60


def work(born_on: date = BORN_AT_15, **facts: Any) -> Work:
    """Paid work of somebody of 15, who has the certificate."""
    given: dict[str, Any] = {"sector": Sector.GENERAL, "has_certificate": True, **facts}
    return Work(born_on, settings=SETTINGS, **given)


def broken(work: Work, *shifts: Shift) -> set[str]:
    return {breach.rule for breach in of_hours(work, shifts)}


def shift(day: date, hours: float, begins: int | None = 15) -> Shift:
    return Shift(day, round(hours * HOUR), None if begins is None else begins * HOUR)


def test_every_provision_has_a_source_and_a_beginning() -> None:
    keys = [one.key for one in law.provisions()]
    assert len(keys) == len(set(keys)) > 10
    for provision in law.provisions():
        assert provision.source
        assert provision.about
        assert law.on(provision.key, provision.effective_from) == provision
        assert law.on(provision.key, provision.effective_from - timedelta(days=1)) is None


@pytest.mark.parametrize(("hours", "rules"), [(3, set()), (3.25, {LaborRule.SCHOOL_DAY})])
def test_under_16_at_most_three_hours_on_a_school_day(hours: float, rules: set[str]) -> None:
    assert broken(work(), shift(MONDAY, hours)) == rules


@pytest.mark.parametrize(("hours", "rules"), [(8, set()), (8.5, {LaborRule.DAY})])
def test_under_16_at_most_eight_hours_on_any_other_day(hours: float, rules: set[str]) -> None:
    assert broken(work(), shift(SATURDAY, hours, 9)) == rules
    assert broken(work(), shift(JULY, hours, 9)) == rules


def test_the_shifts_of_one_day_count_together() -> None:
    two = [shift(MONDAY, 2, 7), shift(MONDAY, 2, 15)]
    assert broken(work(), *two) == {LaborRule.SCHOOL_DAY}


def test_under_16_at_most_eighteen_hours_in_a_school_week() -> None:
    days = [MONDAY + timedelta(days=number) for number in range(4)]
    week = [*(shift(day, 3) for day in days), shift(SATURDAY, 6, 9)]
    assert broken(work(), *week) == set()
    assert broken(work(), *week, shift(MONDAY + timedelta(days=4), 0.5)) == {LaborRule.SCHOOL_WEEK}


def test_a_week_without_school_has_no_limit_of_hours_by_this_law() -> None:
    week = [shift(JULY + timedelta(days=number), 8, 9) for number in range(5)]
    assert broken(work(), *week) == set()


def test_a_week_begins_on_sunday() -> None:
    """18 hours in one week, and six hours on the Sunday after it."""
    week = [shift(MONDAY + timedelta(days=number), 3) for number in range(4)]
    ending, beginning = shift(SATURDAY, 6, 9), shift(SATURDAY + timedelta(days=1), 6, 9)
    assert broken(work(), *week, ending, beginning) == set()


def test_under_16_at_most_six_days_a_week() -> None:
    sunday = JULY - timedelta(days=1)
    days = [shift(sunday + timedelta(days=number), 2) for number in range(7)]
    assert broken(work(), *days[:6]) == set()
    assert broken(work(), *days) == {LaborRule.WEEK_DAYS}


@pytest.mark.parametrize(
    ("day", "begins", "hours", "is_broken"),
    [
        (SATURDAY, 7, 2, False),
        (SATURDAY, 6, 2, True),
        (SATURDAY, 17, 2, False),
        (SATURDAY, 17, 2.5, True),
        (date(2026, 6, 1), 19, 2, False),
        (date(2026, 6, 1), 19, 2.5, True),
        (date(2026, 5, 31), 18, 1.5, True),
        (date(2026, 9, 7), 19, 2, False),
        (date(2026, 9, 8), 18, 1.5, True),
    ],
    ids=["7", "6", "to 19", "past 19", "June", "past 21", "May", "Labor Day", "the day after"],
)
def test_under_16_between_seven_and_nineteen_and_to_twenty_one_in_summer(
    day: date, begins: int, hours: float, is_broken: bool
) -> None:
    rules = broken(work(), shift(day, hours, begins))
    assert (LaborRule.TIME_OF_DAY in rules) is is_broken


def test_hours_without_a_time_of_day_are_judged_by_their_sum() -> None:
    assert broken(work(), shift(MONDAY, 4, None)) == {LaborRule.SCHOOL_DAY}


@pytest.mark.parametrize(
    ("begins", "day", "is_broken"),
    [(13, MONDAY, True), (15, MONDAY, False), (13, SATURDAY, False), (13, JULY, False)],
    ids=["in school", "after school", "on Saturday", "in vacation"],
)
def test_work_in_school_hours_needs_the_certificate(
    begins: int, day: date, is_broken: bool
) -> None:
    rules = broken(work(has_certificate=False), shift(day, 1, begins))
    assert rules == ({LaborRule.CERTIFICATE} if is_broken else set())
    assert broken(work(has_certificate=True), shift(day, 1, begins)) == set()


@pytest.mark.parametrize(
    "sector", [Sector.AGRICULTURE, Sector.DOMESTIC_SERVICE, Sector.NEWSPAPER_DELIVERY]
)
def test_farms_households_and_newspapers_are_excepted(sector: str) -> None:
    assert broken(work(sector=sector, has_certificate=False), shift(MONDAY, 10, 5)) == set()


def test_from_the_sixteenth_birthday_on_no_hours_are_limited() -> None:
    birthday = MONDAY
    young = work(date(2010, 10, 5), has_certificate=False)
    assert broken(young, shift(birthday, 10, 5)) == set()
    assert LaborRule.DAY in broken(young, shift(birthday - timedelta(days=1), 10, 5))


def test_each_rule_is_told_once_with_its_first_day_and_its_source() -> None:
    days = [shift(MONDAY + timedelta(days=number), 4) for number in (1, 0)]
    (breach,) = of_hours(work(), days)
    assert (breach.on, breach.source) == (MONDAY, "21 V.S.A. 434")
    assert "3 h on a school day; 2026-10-05 has 4 h" in breach.detail


def test_under_14_only_on_a_farm() -> None:
    child = date(2013, 1, 1)
    (breach,) = of_facts(work(child), MONDAY)
    assert breach.rule == LaborRule.LEAST_AGE
    assert [*of_facts(work(child, sector=Sector.DOMESTIC_SERVICE), MONDAY)] == [breach]
    assert [*of_facts(work(child, sector=Sector.AGRICULTURE), MONDAY)] == []
    assert [*of_facts(work(date(2012, 10, 5)), MONDAY)] == [], "14 today"


@pytest.mark.parametrize(
    ("born_on", "facts", "is_broken"),
    [
        (date(2010, 1, 1), {}, True),
        (date(2010, 1, 1), {"is_student_learner": True}, True),
        (date(2010, 1, 1), {"has_training_schedule": True}, True),
        (date(2010, 1, 1), {"is_student_learner": True, "has_training_schedule": True}, False),
        (
            date(2010, 1, 1),
            {"is_student_learner": True, "has_training_schedule": True, "has_agreement": False},
            True,
        ),
        (date(2010, 1, 1), {"sector": Sector.AGRICULTURE}, False),
        (BORN_AT_15, {"is_student_learner": True, "has_training_schedule": True}, True),
        (date(2008, 1, 1), {}, False),
    ],
    ids=[
        "16",
        "without schedule",
        "no learner",
        "as a student-learner",
        "without agreement",
        "on a farm",
        "at 15",
        "at 18",
    ],
)
def test_hazardous_work_at_16_and_17_only_as_a_student_learner(
    born_on: date, facts: dict[str, Any], is_broken: bool
) -> None:
    found = [breach.rule for breach in of_facts(work(born_on, is_hazardous=True, **facts), MONDAY)]
    assert found == ([LaborRule.HAZARDOUS] if is_broken else [])


def test_school_is_in_session_on_weekdays_outside_the_summer() -> None:
    assert is_school_day(MONDAY, SETTINGS)
    assert not is_school_day(SATURDAY, SETTINGS)
    assert is_school_day(date(2026, 6, 12), SETTINGS)
    assert not is_school_day(date(2026, 6, 15), SETTINGS)
    assert not is_school_day(date(2026, 8, 24), SETTINGS)
    assert is_school_day(date(2026, 8, 25), SETTINGS)
