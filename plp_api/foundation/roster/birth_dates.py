"""Which birth dates are plausible for a grade: one rule, for a single row and as SQL.

The birth date decides when rights move from the parents to the student, so a typing
error must not move them. The rule is wide on purpose: it catches wrong years, not
late starters.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal

from plp_api.foundation import clock

# A grade's number plus these gives the youngest and the oldest age in years. Children begin early,
# repeat years, and may stay until they are 22 (34 CFR 300.101).
YOUNGER, OLDER = 3, 10
NUMBERS = {"PK": -1, "TK": 0, "KG": 0, **{f"{number:02}": number for number in range(1, 13)}}
# Grade 13, postsecondary, ungraded, early childhood, and a grade that is unknown.
AGES_ELSEWHERE = {"13": (15, 60), "PS": (15, 60)}
AGES_OF_ALL = (0, 22)


def ages(grade: str | None) -> tuple[int, int]:
    """The youngest and the oldest plausible age, in years, of a student in the grade."""
    if grade in NUMBERS:
        return NUMBERS[grade] + YOUNGER, NUMBERS[grade] + OLDER
    return AGES_ELSEWHERE.get(grade or "", AGES_OF_ALL)


def span(grade: str | None, today: date) -> tuple[date, date]:
    """The span of plausible birth dates for the grade: after the first day, up to the second.

    A student born on the first day is one year too old today.
    """
    youngest, oldest = ages(grade)
    return clock.birthday(today, -oldest - 1), clock.birthday(today, -youngest)


def is_plausible(born_on: date, grade: str | None, today: date) -> bool:
    """Whether the birth date is plausible for the grade."""
    first, last = span(grade, today)
    return first < born_on <= last


def plausible(born_on: Any, grade: Any, today: date) -> ColumnElement[bool]:
    """`is_plausible` as SQL, over columns or other expressions."""
    grades = (*NUMBERS, *AGES_ELSEWHERE)
    firsts = [(grade == known, literal(span(known, today)[0])) for known in grades]
    lasts = [(grade == known, literal(span(known, today)[1])) for known in grades]
    first, last = span(None, today)
    return and_(
        born_on > case(*firsts, else_=literal(first)),
        born_on <= case(*lasts, else_=literal(last)),
    )
