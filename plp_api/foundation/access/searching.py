"""Who may find a person by what: the searches of people and students by words.

A search reveals what it finds by. So a reader finds a student by a preferred name, an id or the
state's number only if they may read it: a family does not find its child by a preferred name that
is hidden from it, and nobody by a state's number that `/students` leaves out for them. A search
narrows a list, so it never finds a row that the list does not hold.

A list joins the ids that a search finds. As a criterion (`id IN (...)`) SQLite read a whole
district by name and looked each person up: 35-60 ms of 60,000 students, joined 0.1.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, and_, intersect, literal, or_, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import CompoundSelect

from plp_api.foundation import texts
from plp_api.foundation.access.caller import DISTRICT, Caller, is_family_tie
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.scope import about_students
from plp_api.foundation.roster.relationships import Relationship
from plp_api.foundation.roster.terms import PersonTerm, TermKind

Openness = Mapping[TermKind, ColumnElement[bool]]
"""Which rows of `PersonTerm` of each kind a reader may search by; a kind left out: none."""

Ids = Select[Any] | CompoundSelect[Any] | None
"""Ids of people as `person_id`, as SQL over `Caller.binds`; None: words without a letter or digit
find nobody."""

STATE_NUMBERS = Permission.RELATIONSHIPS_READ
"""The permission to read a student's state number (`directory.presenters`, PERSONAL)."""


def students(words: str, caller: Caller, listed_by: Permission) -> Ids:
    """Ids of the students whom the words name; `listed_by` is the permission that fills the list.

    As for `people`, they include people whom the list does not hold.
    """
    term = aliased(PersonTerm)
    roster, state = Permission.ROSTER_READ, STATE_NUMBERS
    is_open = {
        TermKind.NAME: true(),
        TermKind.PREFERRED: _is_known(term, caller),
        TermKind.ROSTER: true() if listed_by == roster else _about(term, caller, roster),
        TermKind.STATE: _about(term, caller, state),
    }
    return _found(words, caller, term, is_open)


def people(words: str, caller: Caller) -> Ids:
    """Ids of the people of the directory, who are not students, whom the words name."""
    term = aliased(PersonTerm)
    is_open = {
        TermKind.NAME: true(),
        TermKind.PREFERRED: _is_known(term, caller),
        TermKind.ROSTER: true(),
    }
    return _found(words, caller, term, is_open)


def _is_known(term: Any, caller: Caller) -> ColumnElement[bool]:
    """Whether the reader may know the preferred name: not one of their own child."""
    if not caller.children:
        return true()
    tie = aliased(Relationship)
    children = select(tie.student_id).where(is_family_tie(tie))
    is_known: ColumnElement[bool] = term.person_id.not_in(children)
    return is_known


def _about(term: Any, caller: Caller, permission: Permission) -> ColumnElement[bool]:
    return about_students(term, "person_id", caller, permission)


def _found(words: str, caller: Caller, term: Any, is_open: Openness) -> Ids:
    """People of whom every word begins a term that the reader may search by, each once."""
    prefixes = texts.prefixes(words)
    if not prefixes:
        return None
    may_search = or_(*(and_(term.kind == kind, guard) for kind, guard in is_open.items()))
    holders = [_holders(prefix, caller, term).where(may_search) for prefix in prefixes]
    return holders[0].distinct() if len(holders) == 1 else intersect(*holders)


def _holders(prefix: str, caller: Caller, term: Any) -> Select[Any]:
    """Ids of the people with a term that begins so, in every district that the caller sees."""
    guest_districts = (literal(district, Uuid()) for district in caller.guest_districts)
    return select(term.person_id).where(
        term.district_id.in_([DISTRICT, *guest_districts]),
        term.term >= prefix,
        term.term < texts.after(prefix),
    )
