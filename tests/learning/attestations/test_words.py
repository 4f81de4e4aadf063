"""The catalogues say the same things, and hours are read as people write them."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from plp_api.learning.attestations.waiting import ConcernKind, HabitLevel, Moment, WorkHabit
from plp_api.learning.attestations.words import LANGUAGES, Words, catalogue, minutes_of, spoken
from plp_api.learning.designs.work import NO_WORK


def texts(members: Any, at: str = "") -> Iterator[tuple[str, set[str]]]:
    """Each text of a catalogue by its place, with the places to fill."""
    if isinstance(members, dict):
        for key, member in members.items():
            yield from texts(member, f"{at}/{key}")
    elif isinstance(members, list):
        for place, member in enumerate(members):
            yield from texts(member, f"{at}/{place}")
    else:
        assert members.strip(), at
        yield at, set(re.findall(r"\{(\w+)\}", members))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_every_text_with_the_same_places_to_fill(language: str) -> None:
    assert dict(texts(catalogue(language))) == dict(texts(catalogue("en")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("habits", WorkHabit),
        ("levels", HabitLevel),
        ("moments", Moment),
        ("concerns", ConcernKind),
        ("work", NO_WORK),
    ],
)
def test_each_word_of_a_closed_set_has_a_name(language: str, kind: str, words: Any) -> None:
    assert set(catalogue(language)[kind]) == {str(word) for word in words}


@pytest.mark.parametrize(
    ("tag", "day"),
    [
        ("en", "November 5, 2026"),
        ("es-MX", "5 de noviembre de 2026"),
        ("fr-CA", "5 novembre 2026"),
        ("so", "November 5, 2026"),
    ],
)
def test_days_are_written_as_in_the_language(tag: str, day: str) -> None:
    assert spoken(tag).day(date(2026, 11, 5)) == day


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("2", 120),
        (" 2.5 ", 150),
        ("2,25", 135),
        ("2:30", 150),
        ("0", 0),
        ("24", 1440),
        ("24:01", None),
        ("2:60", None),
        ("-1", None),
        ("", None),
        ("two", None),
        ("2.", None),
        ("1e3", None),
        ("٢", None),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, minutes: int | None) -> None:
    assert minutes_of(typed) == minutes


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (150, "2 h 30 min")]
)
def test_durations_are_short(minutes: int, words: str) -> None:
    assert Words("en").duration(minutes) == words


@pytest.mark.parametrize(
    ("language", "minute", "words"),
    [
        ("en", 13 * 60, "1\u00a0p.m."),
        ("en", 30, "12:30\u00a0a.m."),
        ("en", 12 * 60, "12\u00a0p.m."),
        ("en", 24 * 60, "12\u00a0a.m."),
        ("es", 13 * 60 + 30, "1:30\u00a0p.\u00a0m."),
        ("fr", 13 * 60 + 30, "13 h 30"),
        ("fr", 8 * 60, "8 h"),
    ],
)
def test_times_are_said_as_in_the_language(language: str, minute: int, words: str) -> None:
    assert Words(language).clock(minute) == words
