"""Turn the text of one cell into a value.

Every reader takes the stripped, non-empty text of a cell and returns its value, or raises `Unfit`
with a finding's code. An `Unfit` with a value means: badly written, but the meaning is clear.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache, partial

from plp_api.foundation import texts
from plp_api.foundation.roster import usernames
from plp_api.people.rostering.columns import GRADES, Column, Kind
from plp_api.people.rostering.findings import Code

Value = str | bool | int | date | tuple[str, ...] | dict[str, str] | None
Reader = Callable[[str], Value]

LONGEST_TEXT = 1000

_ID = re.compile(r"[0-9A-Za-z._\-/@]{1,255}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"(?:[0-9]{4}-)?([0-9]{4})")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z")
_USER_ID = re.compile(r"\{([^:{}]+):([^{}]+)\}")
_EXTENSION = re.compile(r"ext:[0-9A-Za-z._\-]{1,100}")
_GRADES = {grade.upper(): grade for grade in GRADES}


class Unfit(Exception):
    """A cell that does not fit its column; `value` is the usable value, if there is one."""

    def __init__(self, code: Code, value: Value = None, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.value = value
        self.detail = detail


def reader_for(column: Column) -> Reader:
    """The reader of a column's cells."""
    if column.kind is Kind.CHOICE:
        return partial(_choice, column)
    return _READERS[column.kind]


_FAULTS = {
    texts.Fault.CONTROL: Code.CONTROL_CHARACTER,
    texts.Fault.INVISIBLE: Code.TEXT_INVISIBLE,
}


def _text(text: str) -> str:
    """The text by the rules of the API (`foundation.texts`)."""
    text = texts.normal(text)
    if len(text) > LONGEST_TEXT:
        raise Unfit(Code.TEXT_TOO_LONG, detail=f"At most {LONGEST_TEXT} characters.")
    fault = texts.fault_of(text)
    if fault is not None:
        raise Unfit(_FAULTS[fault])
    return text


def _texts(text: str) -> tuple[str, ...]:
    items = (item.strip() for item in _text(text).split(","))
    return tuple(item for item in items if item)


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise Unfit(Code.ID_INVALID)
    return text


def _ids(text: str) -> tuple[str, ...]:
    # Not limited like other text: a principal may belong to a hundred orgs.
    items = (item.strip() for item in text.split(","))
    return tuple(_id(item) for item in items if item)


# A roster repeats a handful of dates two hundred thousand times.
@lru_cache(maxsize=10_000)
def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise Unfit(Code.DATE_INVALID)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unfit(Code.DATE_INVALID) from None


@lru_cache(maxsize=1_000)
def _instant(text: str) -> datetime:
    if _DATE.fullmatch(text):
        day = _date(text)
        raise Unfit(Code.INSTANT_DATE_ONLY, datetime(day.year, day.month, day.day, tzinfo=UTC))
    if not _INSTANT.fullmatch(text):
        raise Unfit(Code.INSTANT_INVALID)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Unfit(Code.INSTANT_INVALID) from None


def _year(text: str) -> int:
    match = _YEAR.fullmatch(text)
    if not match or not 1900 <= int(match[1]) <= 2200:
        raise Unfit(Code.YEAR_INVALID)
    year = int(match[1])
    if len(text) > 4:
        raise Unfit(Code.YEAR_RANGE, year)
    return year


def _boolean(text: str) -> bool:
    if text == "true":
        return True
    if text == "false":
        return False
    if text.lower() in ("true", "false"):
        raise Unfit(Code.BOOLEAN_CASE, text.lower() == "true")
    raise Unfit(Code.BOOLEAN_INVALID)


def _choice(column: Column, text: str) -> str:
    if text in column.choices:
        return text
    if column.is_extensible and _EXTENSION.fullmatch(text):
        return text
    raise Unfit(Code.VALUE_UNKNOWN, detail=f"Allowed: {', '.join(sorted(column.choices))}.")


def _grade(text: str) -> str:
    """A grade in CEDS spelling (`7` is `07`), or the text itself if it is not a grade."""
    padded = text.zfill(2) if text.isdecimal() else text
    return _GRADES.get(padded.upper(), text)


def _username(text: str) -> str:
    name = _text(text)
    if not usernames.is_plain(name):
        raise Unfit(Code.USERNAME_UNSUITED)
    return name


@lru_cache(maxsize=1_000)
def _grades(text: str) -> tuple[str, ...]:
    grades = tuple(_grade(item) for item in _texts(text))
    if not GRADES.issuperset(grades):
        raise Unfit(Code.GRADE_UNKNOWN, grades)
    return grades


def _user_ids(text: str) -> dict[str, str]:
    """`{state:1},{local:2}` as a mapping by the type in small letters."""
    items = _texts(text)
    matches = [_USER_ID.fullmatch(item) for item in items]
    user_ids = {match[1].strip().lower(): match[2].strip() for match in matches if match}
    if None in matches:
        raise Unfit(Code.USER_ID_MALFORMED, user_ids)
    return user_ids


def _status(text: str) -> str:
    if text in ("active", "tobedeleted"):
        return text
    if text == "inactive":
        raise Unfit(Code.STATUS_INACTIVE, text)
    raise Unfit(Code.VALUE_UNKNOWN, detail="Allowed: active, tobedeleted.")


_READERS: dict[Kind, Reader] = {
    Kind.ID: _id,
    Kind.IDS: _ids,
    Kind.TEXT: _text,
    Kind.TEXTS: _texts,
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.YEAR: _year,
    Kind.BOOLEAN: _boolean,
    Kind.GRADES: _grades,
    Kind.USERNAME: _username,
    Kind.USER_IDS: _user_ids,
    Kind.STATUS: _status,
}
