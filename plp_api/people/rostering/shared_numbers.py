"""Find students who share a state id: two rows of a package, or a row and a stored student.

The state gives each child one number, so either the two are one child, or one number is wrong. The
API refuses a known number (`record_duplicate`); a package needs a person's decision. A row with a
new sourcedId, and with the state id, name and birth date of a stored student whom no other row of
the package names, is that student, who returns.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union,
    update,
)

from plp_api.foundation import db
from plp_api.foundation.imports.staging import gather_statistics
from plp_api.foundation.roster import terms
from plp_api.foundation.roster.models import Person, Student
from plp_api.people.rostering.decisions import Answers, Decision, remember, remembered
from plp_api.people.rostering.difference import SKIPPED, Comparison, execute
from plp_api.people.rostering.ending import end_record
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.models import Verdict
from plp_api.people.rostering.reused import plain
from plp_api.people.rostering.staging import (
    AGENTS,
    DEMOGRAPHICS,
    ENROLLMENTS,
    REKEYED,
    ROLES,
    USERS,
)

PEOPLE = cast(Table, Person.__table__)
STUDENTS = cast(Table, Student.__table__)
NUMBERS = bindparam("numbers", type_=db.WORDS)
# Every staged column that names a user.
REFERENCES = (ROLES.c.user, ENROLLMENTS.c.user, AGENTS.c.one, AGENTS.c.other)


# Students who return.


def rekey_returned(comparison: Comparison) -> None:
    """Give stored students the new sourcedId with which they return."""
    rows = _returned(comparison)
    execute(insert(REKEYED).from_select(["row", "id", "sourced_id"], rows))
    gather_statistics(REKEYED)
    changed = {"sourced_id": REKEYED.c.sourced_id, "version": PEOPLE.c.version + 1}
    execute(update(PEOPLE).where(PEOPLE.c.id == REKEYED.c.id).values(changed))
    terms.renew(db.session().scalars(select(REKEYED.c.id)).all())
    for row in db.session().scalars(select(REKEYED.c.row).order_by(REKEYED.c.row)):
        comparison.findings.add(Code.STUDENT_REKEYED, "users.csv", row, "sourcedId")


def _returned(comparison: Comparison) -> Any:
    other_row, other_student = USERS.alias("other_row"), STUDENTS.alias("other_student")
    is_alone = ~or_(
        exists().where(
            other_row.c.state_student_id == USERS.c.state_student_id,
            other_row.c.row != USERS.c.row,
        ),
        exists().where(
            other_student.c.district_id == comparison.district_id,
            other_student.c.state_student_id == USERS.c.state_student_id,
            other_student.c.id != STUDENTS.c.id,
        ),
    )
    return (
        select(USERS.c.row, PEOPLE.c.id, USERS.c.sourced_id)
        .join(STUDENTS, STUDENTS.c.state_student_id == USERS.c.state_student_id)
        .join(PEOPLE, PEOPLE.c.id == STUDENTS.c.id)
        .join(DEMOGRAPHICS, DEMOGRAPHICS.c.user == USERS.c.sourced_id)
        .where(
            STUDENTS.c.district_id == comparison.district_id,
            STUDENTS.c.birth_date == DEMOGRAPHICS.c.birth_date,
            plain(PEOPLE.c.given_name) == plain(USERS.c.given_name),
            plain(PEOPLE.c.family_name) == plain(USERS.c.family_name),
            PEOPLE.c.sourced_id.is_distinct_from(USERS.c.sourced_id),
            ~_is_named(PEOPLE.c.sourced_id),
            ~_is_stored(USERS.c.sourced_id, comparison),
            is_alone,
        )
    )


def _is_named(sourced_id: Any) -> ColumnElement[bool]:
    named = USERS.alias("named")
    return exists().where(named.c.sourced_id == sourced_id)


def _is_stored(sourced_id: Any, comparison: Comparison) -> ColumnElement[bool]:
    known = PEOPLE.alias("known")
    return exists().where(
        known.c.district_id == comparison.district_id, known.c.sourced_id == sourced_id
    )


# Students who share a number.


@dataclass(frozen=True)
class Sharer:
    """A student with the number: a row of the package, a stored student, or both."""

    number: str
    row: int | None
    sourced_id: str | None
    person_id: UUID | None
    given_name: str
    birth_date: date | None
    is_named: bool = True

    def differs_from(self, other: "Sharer") -> bool:
        """Whether given name or birth date show that the two are not one child."""
        born = (self.birth_date, other.birth_date)
        names = {_plain(self.given_name), _plain(other.given_name)}
        return len(names) > 1 or (None not in born and born[0] != born[1])


def _plain(name: str) -> str:
    return name.replace(" ", "").lower()


@dataclass
class Group:
    """The students who share one number. The first keeps it; a person decides on the others."""

    number: str
    rows: list[Sharer] = field(default_factory=list)
    holders: list[Sharer] = field(default_factory=list)

    @property
    def first(self) -> Sharer:
        """A stored student if there is one, because that record has the plan."""
        has_stored_row = any(row.person_id for row in self.rows)
        is_of_holder = self.holders and (len(self.rows) == 1 or not has_stored_row)
        return self.holders[0] if is_of_holder else self.rows[0]

    @property
    def others(self) -> list[Sharer]:
        """The rows that need a decision, while another student shares their number."""
        return [row for row in self.rows if row is not self.first]


def settle(answers: Answers) -> None:
    """Apply decisions on, or ask about, every row whose state id another student has."""
    groups = list(_groups(answers.comparison))
    ids = [row.sourced_id for group in groups for row in group.rows if row.sourced_id]
    before = remembered(answers.comparison.district_id, ids) if ids else {}
    for group in groups:
        for row in list(group.rows):
            _correct(row, group, answers, before)
        for row in group.others if group.rows else ():
            _merge_or_ask(row, group, answers, before)


Remembered = dict[tuple[str, str], Verdict]


def _correct(row: Sharer, group: Group, answers: Answers, before: Remembered) -> None:
    """Blank the number of the row, if a person decided that it is wrong."""
    decision = _decision(row, Verdict.WRONG_NUMBER, answers, before)
    if decision is None:
        return
    if answers.is_new(decision):
        answers.require_power(decision, row.row, [row.person_id])
    group.rows.remove(row)
    execute(update(USERS).where(USERS.c.row == row.row).values(state_student_id=None))
    if row.person_id:
        _forget_number(row.person_id, row.number)


def _merge_or_ask(row: Sharer, group: Group, answers: Answers, before: Remembered) -> None:
    first = group.first
    is_conflict = first.is_named and row.differs_from(first)
    known = before if not is_conflict else {}
    decision = _decision(row, Verdict.MERGE, answers, known)
    if decision is None:
        where = f"Row {first.row} has it." if first.row else f"Student {first.person_id} has it."
        answers.ask(Code.STATE_ID_SHARED, row.row or 0, str(row.sourced_id), where)
    elif is_conflict:
        answers.refuse(Code.MERGE_CONFLICT, row.row or 0, str(row.sourced_id))
    else:
        # An earlier decision changes the record that a row names no more than any import does.
        is_first_changed = answers.is_new(decision) or not first.is_named
        touched = {row.person_id, first.person_id} if is_first_changed else {row.person_id}
        answers.require_power(decision, row.row, touched)
        _merge(row, first, group, answers)


def _decision(
    row: Sharer, verdict: Verdict, answers: Answers, before: Remembered
) -> Decision | None:
    """The decision about a row, from this package or an earlier one."""
    sourced_id = str(row.sourced_id)
    decision = answers.find(sourced_id, verdict)
    if decision is not None:
        answers.take(decision, row.person_id)
        district_id = answers.comparison.district_id
        remember(district_id, decision, row.number, answers.by)
        return decision
    is_answered = answers.find(sourced_id, Verdict.MERGE, Verdict.WRONG_NUMBER) is not None
    if not is_answered and before.get((sourced_id, row.number)) == verdict:
        return Decision(sourced_id, verdict)
    return None


def _merge(row: Sharer, first: Sharer, group: Group, answers: Answers) -> None:
    """Merge two rows, two records, or a row and a record of one child."""
    comparison = answers.comparison
    if first.is_named:
        _fold(row, str(first.sourced_id), comparison)
        gone = row.person_id
    elif row.person_id is None:
        _rekey(first, row)
        # From here on the row stands for the record: other rows are merged into it.
        group.holders.remove(first)
        group.rows.remove(row)
        group.rows.insert(0, replace(row, person_id=first.person_id))
        gone = None
    else:
        gone = first.person_id
    if gone:
        _forget_number(gone, row.number)
        end_record(gone, comparison, answers.by)


def _fold(row: Sharer, into: str, comparison: Comparison) -> None:
    """Merge the row into another: everything that refers to it then refers to the other."""
    for column in REFERENCES:
        same = column == row.sourced_id
        execute(update(column.table).where(same).values({column.name: into}))
    execute(delete(AGENTS).where(AGENTS.c.one == AGENTS.c.other))
    has_own = exists().where(DEMOGRAPHICS.alias("own").c.user == into)
    moved = update(DEMOGRAPHICS).where(DEMOGRAPHICS.c.user == row.sourced_id, ~has_own)
    execute(moved.values(user=into))
    execute(delete(DEMOGRAPHICS).where(DEMOGRAPHICS.c.user == row.sourced_id))
    execute(delete(USERS).where(USERS.c.row == row.row))
    comparison.note("people", SKIPPED, 1)


def _rekey(first: Sharer, row: Sharer) -> None:
    changed = {"sourced_id": row.sourced_id, "version": PEOPLE.c.version + 1}
    execute(update(PEOPLE).where(PEOPLE.c.id == first.person_id).values(changed))
    if first.person_id is not None:
        terms.renew([first.person_id])


def _forget_number(student_id: UUID, number: str) -> None:
    is_wrong = and_(STUDENTS.c.id == student_id, STUDENTS.c.state_student_id == number)
    changed = {"state_student_id": None, "version": STUDENTS.c.version + 1}
    execute(update(STUDENTS).where(is_wrong).values(changed))
    terms.renew([student_id])


def _groups(comparison: Comparison) -> Iterator[Group]:
    """The groups of students who would share a number after this import."""
    numbers = list(db.session().scalars(_shared(comparison)))
    if not numbers:
        return
    sharers = [*_rows(comparison, numbers), *_holders(comparison, numbers)]
    for number, members in groupby(sorted(sharers, key=_order), lambda sharer: sharer.number):
        group = _group(number, members)
        if group.rows and len(group.rows) + len(group.holders) > 1:
            yield group


def _order(sharer: Sharer) -> tuple[str, bool, int]:
    return (sharer.number, sharer.person_id is None, sharer.row or 0)


def _group(number: str, members: Iterable[Sharer]) -> Group:
    group = Group(number)
    for member in members:
        (group.holders if member.row is None else group.rows).append(member)
    return group


def _shared(comparison: Comparison) -> Any:
    """Numbers of two rows, or of a row and a stored student who keeps the number."""
    number = USERS.c.state_student_id
    twice = select(number).where(number.is_not(None)).group_by(number).having(func.count() > 1)
    held = (
        select(number)
        .join(STUDENTS, STUDENTS.c.state_student_id == number)
        .join(PEOPLE, PEOPLE.c.id == STUDENTS.c.id)
        .where(
            STUDENTS.c.district_id == comparison.district_id,
            PEOPLE.c.sourced_id.is_distinct_from(USERS.c.sourced_id),
            ~_has_number(PEOPLE.c.sourced_id),
        )
    )
    return union(twice, held)


def _has_number(sourced_id: Any) -> ColumnElement[bool]:
    """SQL: whether a row of the package gives the person a number, this or another."""
    own = USERS.alias("own")
    return exists().where(own.c.sourced_id == sourced_id, own.c.state_student_id.is_not(None))


def _rows(comparison: Comparison, numbers: list[str]) -> Iterator[Sharer]:
    is_student = or_(
        STUDENTS.c.id.is_not(None),
        exists().where(ROLES.c.user == USERS.c.sourced_id, ROLES.c.role == "student"),
    )
    is_person = and_(
        PEOPLE.c.district_id == comparison.district_id,
        PEOPLE.c.sourced_id == USERS.c.sourced_id,
    )
    rows = (
        select(
            USERS.c.state_student_id,
            USERS.c.row,
            USERS.c.sourced_id,
            STUDENTS.c.id,
            USERS.c.given_name,
            DEMOGRAPHICS.c.birth_date,
        )
        .outerjoin(PEOPLE, is_person)
        .outerjoin(STUDENTS, STUDENTS.c.id == PEOPLE.c.id)
        .outerjoin(DEMOGRAPHICS, DEMOGRAPHICS.c.user == USERS.c.sourced_id)
        .where(db.any_of(USERS.c.state_student_id, NUMBERS), is_student)
    )
    return (Sharer(*row) for row in db.session().execute(rows, {"numbers": numbers}).all())


def _holders(comparison: Comparison, numbers: list[str]) -> Iterator[Sharer]:
    """Stored students who keep their number, because no row gives them one."""
    rows = (
        select(
            STUDENTS.c.state_student_id,
            literal(None),
            PEOPLE.c.sourced_id,
            STUDENTS.c.id,
            PEOPLE.c.given_name,
            STUDENTS.c.birth_date,
            _is_named(PEOPLE.c.sourced_id),
        )
        .join(PEOPLE, PEOPLE.c.id == STUDENTS.c.id)
        .where(
            STUDENTS.c.district_id == comparison.district_id,
            db.any_of(STUDENTS.c.state_student_id, NUMBERS),
            ~_has_number(PEOPLE.c.sourced_id),
        )
    )
    return (Sharer(*row) for row in db.session().execute(rows, {"numbers": numbers}).all())
