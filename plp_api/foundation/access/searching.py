"""Who may find a person by what: the searches of people and students by words.

A search reveals what it finds by. So a reader finds a student by a preferred name, an id or the
state's number only if they may read it: a family does not find its child by a preferred name that
is hidden from it, and nobody by a state's number that `/students` leaves out for them. A search
narrows a list, so it never finds a row that the list does not hold.

An office reaches many students, so its list joins the ids that the words name. As a criterion
(`id IN (...)`) SQLite read a whole district by name and looked each person up: 35-60 ms of 60,000
students, joined 0.1. Anybody else reaches few students: their list looks up each one's terms, and
does not pay for everybody whose name begins so.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    exists,
    false,
    intersect,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from plp_api.foundation import texts
from plp_api.foundation.access.caller import DISTRICT, FAMILY, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import about_students, is_unrelated
from plp_api.foundation.roster.terms import PersonTerm, TermKind

Openness = Mapping[TermKind, ColumnElement[bool]]
"""Which rows of `PersonTerm` of each kind a reader may search by; a kind left out: none."""

STATE_NUMBERS = Permission.RELATIONSHIPS_READ
"""The permission to read a student's state number (`directory.presenters`, PERSONAL)."""

REACH_FEW = frozenset({*FAMILY, Role.ADVISOR, Role.TEACHER})
"""The roles that are no office: they reach single students, or those of classes."""


def students(
    rows: Select[Any], student_id: Any, words: str, caller: Caller, listed_by: Permission
) -> Select[Any]:
    """The rows of students whom the words name; `listed_by` is the permission that fills the list.

    The binds are `caller.binds`, as for `people`.
    """
    term = aliased(PersonTerm)
    roster, state = Permission.ROSTER_READ, STATE_NUMBERS
    is_open = {
        TermKind.NAME: true(),
        TermKind.PREFERRED: is_unrelated(term.person_id, caller),
        TermKind.ROSTER: true() if listed_by == roster else _about(term, caller, roster),
        TermKind.STATE: _about(term, caller, state),
    }
    narrow = _each if caller.roles <= REACH_FEW else _joined
    return narrow(rows, student_id, words, caller, term, is_open)


def people(rows: Select[Any], person_id: Any, words: str, caller: Caller) -> Select[Any]:
    """The rows of the people of the directory, who are not students, whom the words name."""
    term = aliased(PersonTerm)
    is_open = {
        TermKind.NAME: true(),
        TermKind.PREFERRED: is_unrelated(term.person_id, caller),
        TermKind.ROSTER: true(),
    }
    return _joined(rows, person_id, words, caller, term, is_open)


def staff(rows: Select[Any], person_id: Any, words: str, caller: Caller) -> Select[Any]:
    """The rows of colleagues whom the words name: by name alone, which is all that is shown."""
    term = aliased(PersonTerm)
    is_open = {
        TermKind.NAME: true(),
        TermKind.PREFERRED: is_unrelated(term.person_id, caller),
    }
    return _joined(rows, person_id, words, caller, term, is_open)


def _about(term: Any, caller: Caller, permission: Permission) -> ColumnElement[bool]:
    return about_students(term, "person_id", caller, permission)


def _each(
    rows: Select[Any], key: Any, words: str, _: Caller, term: Any, is_open: Openness
) -> Select[Any]:
    """The rows of whom every word begins a term that the reader may search by, looked up singly."""
    begun = [
        exists().where(term.person_id == key, _begins(term, prefix), _may_search(term, is_open))
        for prefix in texts.prefixes(words)
    ]
    return rows.where(*begun) if begun else rows.where(false())


def _joined(
    rows: Select[Any], key: Any, words: str, caller: Caller, term: Any, is_open: Openness
) -> Select[Any]:
    """The same rows, joined with the ids of everybody whom the words name."""
    holders = [
        _holders(prefix, caller, term).where(_may_search(term, is_open))
        for prefix in texts.prefixes(words)
    ]
    if not holders:
        return rows.where(false())
    ids = holders[0].distinct() if len(holders) == 1 else intersect(*holders)
    found = ids.subquery()
    return rows.join(found, found.c.person_id == key)


def _may_search(term: Any, is_open: Openness) -> ColumnElement[bool]:
    return or_(*(and_(term.kind == kind, guard) for kind, guard in is_open.items()))


def _holders(prefix: str, caller: Caller, term: Any) -> Select[Any]:
    """Ids of the people with a term that begins so, in every district that the caller sees."""
    guest_districts = (literal(district, Uuid()) for district in caller.guest_districts)
    return select(term.person_id).where(
        term.district_id.in_([DISTRICT, *guest_districts]), _begins(term, prefix)
    )


def _begins(term: Any, prefix: str) -> ColumnElement[bool]:
    return and_(term.term >= prefix, term.term < texts.after(prefix))
