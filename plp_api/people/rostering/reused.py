"""Find rows whose known sourcedId names another person than before.

Some SIS give a leaver's id to the next child. If we trusted it, the new child's parents would read
the old child's record, and the old password would open the new child's account.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, func, not_, or_, select, update

from plp_api.foundation import db
from plp_api.foundation.roster import terms
from plp_api.foundation.roster.models import Person, Student
from plp_api.people.rostering.decisions import Answers
from plp_api.people.rostering.difference import Comparison, execute
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.models import Verdict
from plp_api.people.rostering.staging import DEMOGRAPHICS, USERS

PEOPLE = cast(Table, Person.__table__)
STUDENTS = cast(Table, Student.__table__)


class Reused(NamedTuple):
    """A row of users.csv, and the stored person with its sourcedId."""

    row: int
    sourced_id: str
    person_id: UUID


def settle(answers: Answers) -> list[UUID]:
    """Apply the decisions about these rows, or ask; return the people whose key was removed.

    `same` needs no step of its own: the row corrects the record, as any row does.
    """
    unkeyed = []
    for reused in _reused(answers.comparison):
        decision = answers.find(reused.sourced_id, Verdict.SAME, Verdict.ANOTHER)
        if decision is None:
            answers.ask(Code.ID_REUSED, reused.row, reused.sourced_id)
            continue
        answers.take(decision, reused.person_id)
        answers.require_power(decision, reused.row, [reused.person_id])
        if decision.verdict is Verdict.ANOTHER:
            _take_key(reused.person_id)
            unkeyed.append(reused.person_id)
    return unkeyed


def _take_key(person_id: UUID) -> None:
    changed = {"sourced_id": None, "version": PEOPLE.c.version + 1}
    execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(changed))
    terms.renew([person_id])


def _reused(comparison: Comparison) -> Iterator[Reused]:
    rows = (
        select(USERS.c.row, USERS.c.sourced_id, PEOPLE.c.id)
        .join(PEOPLE, PEOPLE.c.sourced_id == USERS.c.sourced_id)
        .outerjoin(STUDENTS, STUDENTS.c.id == PEOPLE.c.id)
        .outerjoin(DEMOGRAPHICS, DEMOGRAPHICS.c.user == USERS.c.sourced_id)
        .where(PEOPLE.c.district_id == comparison.district_id, names_somebody_else())
        .order_by(USERS.c.row)
    )
    return (Reused(*row) for row in db.session().execute(rows).all())


def names_somebody_else() -> ColumnElement[bool]:
    """SQL: whether row and record differ in everything that identifies a person.

    For a student that is the given name, the birth date and the state id; one of the last two
    must be known on both sides. A new family name, or a corrected date alone, is an ordinary
    update. For other people, and for a student with neither, it is both names and the e-mail;
    not the user name, which an SIS passes on with the sourcedId.
    """
    given = _differ(PEOPLE.c.given_name, USERS.c.given_name)
    birth = (STUDENTS.c.birth_date, DEMOGRAPHICS.c.birth_date)
    number = (STUDENTS.c.state_student_id, USERS.c.state_student_id)
    is_comparable = or_(_are_known(*birth), _are_known(*number))
    is_other_child = and_(_may_differ(*birth), _may_differ(*number))
    return and_(
        given, or_(and_(is_comparable, is_other_child), and_(~is_comparable, _is_other_adult()))
    )


def _is_other_adult() -> ColumnElement[bool]:
    family = _differ(PEOPLE.c.family_name, USERS.c.family_name)
    return and_(family, _may_differ(plain(PEOPLE.c.email), plain(USERS.c.email)))


def plain(words: Any) -> ColumnElement[Any]:
    """SQL: text without spaces and in small letters, to compare."""
    return func.lower(func.replace(words, " ", ""))


def _differ(stored: Any, staged: Any) -> ColumnElement[bool]:
    return plain(stored) != plain(staged)


def _are_known(stored: Any, staged: Any) -> ColumnElement[bool]:
    return and_(stored.is_not(None), staged.is_not(None))


def _may_differ(stored: Any, staged: Any) -> ColumnElement[bool]:
    """SQL: whether the two differ, or cannot be compared."""
    return or_(not_(_are_known(stored, staged)), stored != staged)
