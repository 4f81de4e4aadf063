"""Hidden numbers stay hidden: from totals, rows, columns, and every other answer of the day."""

import random
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from plp_api.accountability.reports.coverage import SIGNATURES, STATES, standings
from plp_api.accountability.reports.suppression import (
    ENROLLED,
    LEAST,
    NO_ADVISOR,
    Kind,
    groups,
    hidden,
)
from tests.accountability.reports.attacker import Thorough, bounds, count, lines

FAMILIES = (STATES, ("has_plan", "no_plan"), tuple(SIGNATURES.values()))
MEASURES = [one for family in FAMILIES for one in family]
ALL = (None, None, None)


def kind(
    school: str,
    grade: str,
    standing: str = "has_plan current signed",
    advisors: tuple[Any, ...] = (),
) -> Kind:
    return Kind(school, grade, tuple(advisors), frozenset(standing.split()))


def school(name: str, **by_standing: Any) -> dict[Kind, Any]:
    """Twice as many students of each standing in grade 9 as in grade 10."""
    words = {
        "current": "has_plan current signed",
        "due": "has_plan due unsigned",
        "overdue": "has_plan overdue unsigned",
        "excepted": "has_plan excepted unsigned",
    }
    counts = {}
    for word, students in by_standing.items():
        counts[kind(name, "09", words[word])] = students - students // 3
        counts[kind(name, "10", words[word])] = students // 3
    return counts


def of(cells: frozenset[Any], *, measure: str | None = None, by: Any = None) -> set[Any]:
    """The hidden groups of a measure by their names, or of one width."""
    return {group for group, one in cells if one == measure and by(group)}


def by_school(group: tuple[Any, ...]) -> bool:
    return group[0] is not None and group[1:] == (None, None)


def test_where_every_number_is_large_nothing_is_hidden() -> None:
    unseen = school("A", current=90, due=60) | school("B", current=75, due=45)
    assert hidden(unseen, standings()) == frozenset()


def test_nobody_unseen_means_nothing_to_hide() -> None:
    assert hidden({}, standings()) == frozenset()


@pytest.mark.parametrize(("students", "is_hidden"), [(LEAST - 1, True), (LEAST, False)])
def test_a_group_of_eleven_is_shown_and_of_ten_is_not(students: int, is_hidden: bool) -> None:
    unseen = {kind(name, "09"): 50 for name in "AB"} | {kind("C", "09"): students}
    found = hidden(unseen, standings())
    assert ((("C", None, None), ENROLLED) in found) == is_hidden


def test_one_small_school_takes_another_with_it_and_the_total_stays() -> None:
    unseen = school("A", current=90) | school("B", current=60) | school("C", current=6)
    found = hidden(unseen, standings())
    assert of(found, measure=ENROLLED, by=by_school) == {("C", None, None), ("B", None, None)}
    assert not {cell for cell in found if cell[0] == ALL}


def test_one_small_number_takes_another_of_its_row_and_of_its_column() -> None:
    unseen = school("A", current=90, due=60, overdue=6) | school(
        "B", current=75, due=45, overdue=30
    )
    found = hidden(unseen, standings())
    assert of(found, measure="overdue", by=by_school) == {("A", None, None), ("B", None, None)}
    for name in "AB":
        row = {measure for group, measure in found if group == (name, None, None)}
        assert len(row & set(STATES)) == 2
        assert ENROLLED not in row
    assert not {cell for cell in found if cell[0] == ALL}


def test_a_small_total_hides_with_it_what_would_give_it_away() -> None:
    unseen = school("A", current=90, due=60, overdue=6) | school("B", current=75, due=45)
    found = hidden(unseen, standings())
    assert {measure for group, measure in found if group == ALL} & set(STATES) >= {"overdue"}
    assert len({measure for group, measure in found if group == ALL} & set(STATES)) == 2


def test_of_few_students_in_all_nothing_is_shown() -> None:
    found = hidden(school("A", current=3, due=3), standings())
    assert {measure for group, measure in found if group == ALL} == {ENROLLED, *MEASURES}


def test_a_zero_of_a_small_group_is_hidden_where_no_shown_zero_gives_it_away() -> None:
    unseen = (
        school("A", current=90, due=60) | school("B", current=60, due=30) | school("C", current=6)
    )
    found = hidden(unseen, standings())
    small = {measure for group, measure in found if group == ("C", None, None)}
    assert {"current", "due"} <= small
    assert not {"overdue", "excepted"} & small


def test_students_without_an_advisor_are_a_group_too() -> None:
    assert ("A", None, NO_ADVISOR) in groups("A", "09", ())


def district(draw: Random, schools: int, size: int, advisory: int) -> dict[Kind, Any]:
    """A district with small numbers here and there."""
    every = standings()
    weights = [draw.choice((0, 0.2, 1, 5, 30)) for _ in every]
    weights[draw.randrange(len(every))] = 40
    unseen: dict[Kind, int] = {}
    for name in range(schools):
        for grade in ("09", "10", "11"):
            for number in range(draw.choice((0, 3, size, size, 2 * size))):
                advisors = [f"{name}{grade}{number // advisory}"]
                advisors += [f"{name} too"] if draw.random() < 0.1 else []
                (standing,) = draw.choices(every, weights)
                one = Kind(f"S{name}", grade, tuple(advisors), standing)
                unseen[one] = unseen.get(one, 0) + 1
    return unseen


@pytest.mark.parametrize("seed", range(6))
def test_no_reasoning_over_sums_pins_a_hidden_number_down(seed: int) -> None:
    draw = random.Random(seed)
    unseen = district(draw, draw.randrange(2, 5), draw.choice((8, 20, 40)), 14)
    values = count(unseen, MEASURES)
    found = hidden(unseen, standings())
    # Advisors' groups overlap, so their sum is not a total; one line for each, without the overlap.
    told = bounds(values, found, lines(values, FAMILIES, additive=False))
    assert {cell for cell, (low, high) in told.items() if low == high} == set()


@pytest.mark.parametrize("seed", range(6))
def test_every_small_number_is_hidden_but_for_zeros_that_are_plain_anyway(seed: int) -> None:
    draw = random.Random(seed)
    unseen = district(draw, 4, 15, 14)
    values, found = count(unseen, MEASURES), hidden(unseen, standings())
    for (group, measure), value in values.items():
        is_small = 0 < value < LEAST or (value > 0 and values[group, ENROLLED] < LEAST)
        assert not is_small or (group, measure) in found


def test_the_same_students_are_told_of_in_the_same_way_in_whatever_order_they_come() -> None:
    unseen = district(random.Random(3), 4, 15, 14)
    shuffled = dict(random.Random(4).sample(sorted(unseen.items(), key=str), len(unseen)))
    assert hidden(unseen, standings()) == hidden(shuffled, standings())


STANDINGS = [frozenset({"current"}), frozenset({"due"})]
PLACES = [
    ("A", "9", ("x",)),
    ("A", "9", ("x", "y")),
    ("A", "10", ("x",)),
    ("B", "9", ("z",)),
    ("B", "10", ("z",)),
    ("B", "10", ()),
]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(STANDINGS)),
        st.integers(1, 4),
        min_size=1,
        max_size=7,
    )
)
# Worlds that a careless search would take: one would empty a group that the reader sees listed.
@example({(PLACES[2], STANDINGS[0]): 1, (PLACES[3], STANDINGS[1]): 4})
@example({(PLACES[2], STANDINGS[1]): 1, (PLACES[1], STANDINGS[0]): 1, (PLACES[4], STANDINGS[1]): 4})
def test_whoever_tries_every_district_there_could_be_is_none_the_wiser(
    counts: dict[Any, int],
) -> None:
    unseen = {
        Kind(school, grade, advisors, standing): students
        for ((school, grade, advisors), standing), students in counts.items()
    }
    found = hidden(unseen, STANDINGS, least=3)
    shown = {
        cell: value
        for cell, value in count(unseen, ["current", "due"]).items()
        if cell not in found
    }
    assert Thorough(unseen, STANDINGS, shown).undecided(found) == found
