"""The terms by which people are found: a table of folded words, kept with every change of a name.

A search reads a range of this table, because under row-level security PostgreSQL uses no index for
LIKE, and because the databases fold case and accents differently. `of` is the rule. Changes by the
session are followed by `_follow`; statements that write many people call `renew` themselves.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    delete,
    event,
    inspect,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from plp_api.foundation import db, texts
from plp_api.foundation.ownership import SystemRow
from plp_api.foundation.roster.models import Person, Student

AT_ONCE = 2_000
PARTS_OF_AN_ID = 2
"""An id of at most so many parts is found by each (`1001` of `S-1001`), any other by its beginning:
the ids of five groups that some systems make would double the table."""


class TermKind(StrEnum):
    """What a term is from; `access.searching` says who may search by it."""

    NAME = "name"
    """The names of record, and preferred ones that the family uses too."""
    PREFERRED = "preferred"
    """Preferred names that are used at school alone."""
    ROSTER = "roster"
    """User name and id in the student system; the e-mail of people who are no students."""
    STATE = "state"
    """The state's number of a student."""


class PersonTerm(db.Base):
    """One folded term of a person."""

    __tablename__ = "person_terms"
    __ownership__ = SystemRow()
    __table_args__ = (
        PrimaryKeyConstraint("person_id", "term", "kind"),
        Index("ix_person_terms_district_id_term", "district_id", "term", "kind", "person_id"),
        # The table is its primary key: a third less to write and to store.
        {"sqlite_with_rowid": False},
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    # By bytes, so that the terms with one beginning lie together.
    term: Mapped[str] = mapped_column(
        String(texts.LONGEST_TERM).with_variant(
            String(texts.LONGEST_TERM, collation="C"), "postgresql"
        )
    )
    kind: Mapped[str] = mapped_column(String(16))
    # The person's. Without a constraint, because PostgreSQL would check it for each term again.
    district_id: Mapped[UUID]


NAMES = ("given_name", "middle_name", "family_name")
PREFERRED = ("preferred_given_name", "preferred_family_name")
IDS = ("username", "sourced_id")
EMAIL = ("email",)
STATE = ("state_student_id",)
OF_PERSON = (*NAMES, *PREFERRED, "family_uses_preferred", *IDS, *EMAIL)
OF_STUDENT = STATE

Term = tuple[str, str]
"""A term and its kind."""


def of(person: Mapping[str, Any]) -> frozenset[Term]:
    """The terms of a person; `person` maps OF_PERSON, OF_STUDENT and `is_student` to values.

    A term of a name is no term of another kind: everybody who sees the person may search by it.
    """
    ids = IDS if person["is_student"] else (*IDS, *EMAIL)
    preferred = _of_names(person, PREFERRED)
    named = _of_names(person, NAMES) | (preferred if person["family_uses_preferred"] else set())
    kinds = (
        (TermKind.NAME.value, named),
        (TermKind.PREFERRED.value, preferred - named),
        (TermKind.ROSTER.value, _of_ids(person, ids) - named),
        (TermKind.STATE.value, _of_ids(person, STATE) - named),
    )
    return frozenset((term, kind) for kind, terms in kinds for term in terms)


def _of_names(person: Mapping[str, Any], columns: Iterable[str]) -> set[str]:
    return {term for name in columns if person[name] for term in texts.terms(person[name])}


def _of_ids(person: Mapping[str, Any], columns: Iterable[str]) -> set[str]:
    parts = [texts.terms(person[name]) for name in columns if person[name]]
    return {term for terms in parts for term in terms[: 1 + (len(terms) <= PARTS_OF_AN_ID)]}


PEOPLE, STUDENTS = cast(Table, Person.__table__), cast(Table, Student.__table__)
TERMS = cast(Table, PersonTerm.__table__)
PERSON_IDS = db.ids_bind("person_ids")
SOURCES = (
    select(
        PEOPLE.c.id,
        PEOPLE.c.district_id,
        *(PEOPLE.c[name] for name in OF_PERSON),
        *(STUDENTS.c[name] for name in OF_STUDENT),
        STUDENTS.c.id.is_not(None).label("is_student"),
    )
    .select_from(PEOPLE.outerjoin(STUDENTS, STUDENTS.c.id == PEOPLE.c.id))
    .where(db.any_of(PEOPLE.c.id, PERSON_IDS))
    # So that the terms of one person are written next to each other.
    .order_by(PEOPLE.c.id)
)
STORED = select(TERMS.c.person_id, TERMS.c.term, TERMS.c.kind).where(
    db.any_of(TERMS.c.person_id, PERSON_IDS)
)
FORGET = delete(TERMS).where(
    TERMS.c.person_id == bindparam("old_id"),
    TERMS.c.term == bindparam("old_term"),
    TERMS.c.kind == bindparam("old_kind"),
)
COLUMNS = ("person_id", "term", "kind", "district_id")


def renew(person_ids: Iterable[UUID], session: Session | None = None) -> None:
    """Make the stored terms of these people what their rows say."""
    ids = list(person_ids)
    for place in range(0, len(ids), AT_ONCE):
        _renew(ids[place : place + AT_ONCE], session or db.session())


def _renew(person_ids: list[UUID], session: Session) -> None:
    stored: defaultdict[UUID, set[Term]] = defaultdict(set)
    for person_id, term, kind in session.execute(STORED, {"person_ids": person_ids}):
        stored[person_id].add((term, kind))
    old: list[dict[str, Any]] = []
    new: list[tuple[UUID, str, str, UUID]] = []
    for row in session.execute(SOURCES, {"person_ids": person_ids}).mappings():
        person_id, district_id = row["id"], row["district_id"]
        wanted, known = of(dict(row)), stored[person_id]
        old += ({"old_id": person_id, "old_term": t, "old_kind": k} for t, k in known - wanted)
        new += ((person_id, t, k, district_id) for t, k in sorted(wanted - known))
    if old:
        session.execute(FORGET, old)
    if new:
        db.insert_columns(TERMS, COLUMNS, new, session)


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _context: Any) -> None:
    """Renew the terms of people whom this flush made, or whose names or ids it changed."""
    made = {row.id for row in session.new if isinstance(row, Person | Student)}
    changed = {row.id for row in session.dirty if _is_renamed(row)}
    if made or changed:
        renew(made | changed, session)


def _is_renamed(row: Any) -> bool:
    if not isinstance(row, Person | Student):
        return False
    columns = OF_PERSON if isinstance(row, Person) else OF_STUDENT
    state: Any = inspect(row)
    return any(state.attrs[column].history.has_changes() for column in columns)
