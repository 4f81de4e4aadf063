"""A birth date that is implausible for the grade is kept, and moves rights once it is confirmed."""

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select
from time_machine import Traveller

from plp_api.foundation import clock
from plp_api.foundation.roster import birth_dates
from plp_api.foundation.roster.models import GRADES, Student
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.models import ImportState
from plp_api.people.rostering.staging import STAGED, STUDENTS, clear
from tests.people.rostering.children import ANN, BEN, CLASS_OF_THREE, CYD
from tests.people.rostering.conftest import TODAY, Roster
from tests.people.rostering.test_reused_ids import bring, children, codes

IMPOSSIBLE = (
    replace(ANN, born="2062-03-01"),
    replace(BEN, born="1912-03-02"),
    replace(CYD, born="0211-03-03"),
)


def rights(roster: Roster) -> dict[str, Any]:
    return {name: row.rights_transfer_on for name, row in children(roster).items()}


def confirm(roster: Roster, name: str) -> None:
    with roster.writing() as session:
        student = session.get_one(Student, children(roster)[name].id)
        student.confirm_birth_date(uuid4(), clock.now(), TODAY)


def test_impossible_birth_dates_are_kept_told_and_move_no_rights(roster: Roster) -> None:
    outcome = bring(roster, *IMPOSSIBLE)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert codes(outcome) == {Code.BIRTH_DATE_DOUBTFUL: 3}
    told = [(one.file, one.row, one.column) for one in outcome.findings]
    assert told == [("demographics.csv", row, "birthDate") for row in (2, 3, 4)]
    born = {name: str(row.birth_date) for name, row in children(roster).items()}
    assert born == {"Ann": "2062-03-01", "Ben": "1912-03-02", "Cyd": "0211-03-03"}
    assert rights(roster) == {"Ann": None, "Ben": None, "Cyd": None}
    assert not any(row.holds_rights(TODAY) for row in children(roster).values())


def test_a_date_beyond_the_calendar_breaks_nothing(roster: Roster) -> None:
    outcome = bring(roster, replace(ANN, born="9995-01-01"), BEN, CYD)
    assert codes(outcome) == {Code.BIRTH_DATE_DOUBTFUL: 1}
    assert rights(roster)["Ann"] is None


def test_a_wrong_year_takes_back_what_the_right_one_moved(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    assert rights(roster)["Ben"] == date(2029, 4, 2)
    bring(roster, *IMPOSSIBLE)
    assert rights(roster)["Ben"] is None
    bring(roster, *CLASS_OF_THREE)
    assert rights(roster)["Ben"] == date(2029, 4, 2)


def test_a_corrected_grade_makes_a_date_plausible(roster: Roster) -> None:
    bring(roster, replace(ANN, grade="01"), BEN, CYD)
    assert rights(roster)["Ann"] is None
    bring(roster, *CLASS_OF_THREE)
    assert rights(roster)["Ann"] == date(2029, 3, 1)


def test_a_grade_corrected_without_birth_dates_moves_rights_too(roster: Roster) -> None:
    bring(roster, replace(ANN, grade="01"), BEN, CYD)
    assert rights(roster)["Ann"] is None
    outcome = bring(roster, replace(ANN, born=""), BEN, CYD)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert rights(roster)["Ann"] == date(2029, 3, 1)


def test_what_a_person_confirmed_stays_through_imports_until_the_date_changes(
    roster: Roster,
) -> None:
    old = replace(ANN, born="2003-03-01")
    assert codes(bring(roster, old, BEN, CYD)) == {Code.BIRTH_DATE_DOUBTFUL: 1}
    confirm(roster, "Ann")
    again = bring(roster, old, BEN, CYD)
    assert codes(again) == {}
    assert again.counts["students"]["unchanged"] == 3
    assert rights(roster)["Ann"] == date(2021, 3, 1)
    bring(roster, replace(ANN, born="2002-03-01"), BEN, CYD)
    assert rights(roster)["Ann"] is None
    assert not children(roster)["Ann"].is_birth_date_confirmed


def test_rights_that_moved_stay_while_their_student_grows_older_in_an_old_grade(
    roster: Roster, autumn: Traveller
) -> None:
    adult = replace(ANN, born="2004-03-01", grade="12")
    bring(roster, adult, BEN, CYD)
    assert rights(roster)["Ann"] == date(2022, 3, 1)
    autumn.shift(86400 * 365)
    assert codes(bring(roster, adult, BEN, CYD)) == {}
    assert rights(roster)["Ann"] == date(2022, 3, 1)


@pytest.mark.parametrize(("age", "is_doubtful"), [(22, False), (23, True), (14, True), (15, False)])
def test_a_student_of_21_may_be_in_grade_12(age: int, is_doubtful: bool) -> None:
    born = clock.birthday(TODAY, -age)
    assert birth_dates.is_plausible(born, "12", TODAY) is not is_doubtful


def test_one_rule_holds_for_one_student_and_as_sql(roster: Roster) -> None:
    """For every grade, on the days when the answer may change, and on impossible dates."""
    grades = [*GRADES, "9.0", None]
    edges = {day for grade in grades for day in birth_dates.span(grade, TODAY)}
    near = {clock.birthday(day, 0) for day in edges}
    days = sorted(
        {
            *near,
            *(day.replace(day=3) for day in near),
            *(date(year, 2, 28) for year in range(1900, 2070, 3)),
            date(1, 1, 1),
            date(211, 3, 3),
            date(2008, 2, 29),
            date.max,
        }
    )
    pairs = list(product(days, grades))
    assert len(pairs) > 2000
    rule = birth_dates.plausible(STUDENTS.c.birth_date, STUDENTS.c.grade, TODAY)
    with roster.database.transaction(write=False) as session:
        STAGED.create_all(session.connection(), checkfirst=False)
        rows = [
            {"row": place, "birth_date": born, "grade": grade}
            for place, (born, grade) in enumerate(pairs)
        ]
        session.execute(insert(STUDENTS), rows)
        answers = session.execute(select(rule).order_by(STUDENTS.c.row)).scalars().all()
        clear()
    for (born, grade), answer in zip(pairs, answers, strict=True):
        assert bool(answer) is birth_dates.is_plausible(born, grade, TODAY), (born, grade)


def test_every_date_of_an_import_moves_rights_as_the_api_does(roster: Roster) -> None:
    """The same dates and grades, once in bulk by a roster and once by `Student.born`."""
    days = ("2011-03-01", "2003-11-03", "2003-11-02", "1912-03-02", "2062-03-01", "2023-01-01", "")
    cases = [
        replace(
            ANN, id=f"c{number}", given=f"C{number}", number="", parent="", born=day, grade=grade
        )
        for number, (day, grade) in enumerate(product(days, ("KG", "07", "09", "12", "UG", "PS")))
    ]
    bring(roster, *cases)
    for child in cases:
        born = date.fromisoformat(child.born) if child.born else None
        student = Student(grade=child.grade)
        student.born(born, TODAY)
        by_roster = children(roster)[child.given].rights_transfer_on
        assert by_roster == student.rights_transfer_on, (child.born, child.grade)
