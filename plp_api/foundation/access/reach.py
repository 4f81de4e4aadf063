"""Finds the arms by which a caller reaches given students, and checks single rows by them.

These are the arms that lists use, narrowed to a few students: the cost does not
depend on how many students the caller reaches.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, case, false, literal, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from plp_api.foundation import db
from plp_api.foundation.access.arms import (
    ARMS,
    EVERY_AREA,
    IS_THEIRS,
    Arm,
    Ids,
    guests_of,
    is_of_family,
    students_of,
)
from plp_api.foundation.access.caller import Caller, Shape, holds
from plp_api.foundation.access.permissions import (
    DECIDED_AT_HOME,
    FAMILYS_OWN,
    Condition,
    Permission,
    Role,
    conditions,
)
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.relationships import Relationship, kinds_denying

Reached = dict[Arm, frozenset[str]]
"""The arms that reach one student, each with the words it is denied: kinds of record, HOSTED."""

HOSTED = "hosted"
"""Instead of a kind of record: the arm reaches a guest, for whom the home school decides."""

STUDENTS = bindparam("students", type_=db.IDS)
AT_HOME = "at_home"
"""Instead of a role, in a row of the statement: the student studies at home."""
KEEPERS: dict[Arm, Arm] = {
    (Role.STUDENT, None): (Role.STUDENT, Condition.KEEPING),
    (Role.PARENT, Condition.DECIDING): (Role.PARENT, Condition.KEEPING),
}
"""The arms that keep the plan of a student in home study, each by the arm it is added to."""


def look_up(caller: Caller, students: Iterable[UUID]) -> dict[UUID, Reached]:
    """The arms by which the caller reaches each of these students, in one query."""
    wanted = list(students)
    if not wanted:
        return {}
    (rows,) = db.fetch(query_many(caller, wanted))
    return reached_by_student(rows, wanted)


def query_many(caller: Caller, students: Iterable[UUID]) -> db.Query:
    """As `look_up`, but as a query to send with others; `reached_by_student` reads its result."""
    return statement(caller.shape, None)(**caller.binds, students=list(students))


def reached_by_student(
    rows: Iterable[dict[str, Any]], students: Iterable[UUID]
) -> dict[UUID, Reached]:
    """The arms to each of these students in the result of `query_many`."""
    by_student: dict[UUID, list[dict[str, Any]]] = {student: [] for student in students}
    for row in rows:
        by_student.setdefault(row["student_id"], []).append(row)
    return {student: reached_by(theirs) for student, theirs in by_student.items()}


def query(caller: Caller, model: type[db.Base], key: UUID) -> db.Query:
    """As `look_up` for the student of one row, but as a query to send with other queries.

    For hot reads; pass its result to `reached_by`.
    """
    return statement(caller.shape, model)(**caller.binds, row=key)


def reached_by(rows: Iterable[dict[str, Any]]) -> Reached:
    """The arms in the result of `query`; none if the row is out of reach or does not exist."""
    reached: Reached = {}
    is_at_home = False
    for row in rows:
        if row["role"] == AT_HOME:
            is_at_home = True
        else:
            _add_reached(reached, row)
    return _at_home(reached) if is_at_home else reached


def _add_reached(reached: Reached, row: dict[str, Any]) -> None:
    """Add one row of the statement's result to `reached`."""
    condition = Condition(row["condition"]) if row["condition"] else None
    denied = row["denied"]
    words = denied if isinstance(denied, frozenset) else (denied or "").split(",")
    arm = Role(row["role"]), condition
    # Of two relationships of one kind, it is enough that one opens a record, as in lists.
    reached[arm] = frozenset(filter(None, words)) & reached.get(arm, frozenset(words))


def _at_home(reached: Reached) -> Reached:
    """The arms under home study: staff are denied the family's areas; the family keeps the plan."""
    sealed = {
        arm: denied if is_of_family(arm) else denied | FAMILYS_OWN
        for arm, denied in reached.items()
    }
    kept = {keeper: reached[arm] for arm, keeper in KEEPERS.items() if arm in reached}
    return sealed | kept


def permits(caller: Caller, reached: Reached, permission: Permission) -> bool:
    """Whether the arms that reach a student grant the permission."""
    return any(grants(caller, reached, role, permission) for role in caller.roles)


def grants(caller: Caller, reached: Reached, role: Role, permission: Permission) -> bool:
    """Whether this role, by its arms that reach a student, grants the permission."""
    for condition in conditions(role, permission):
        needs_reason_first = condition is Condition.REASONED
        if needs_reason_first and caller.reason is None:
            continue
        arm: Arm = (role, None if needs_reason_first else condition)
        if arm in reached and _opens(reached[arm], permission):
            return True
    return False


def _opens(denied: frozenset[str], permission: Permission) -> bool:
    """Whether an arm that is denied these words still allows the permission."""
    is_left_to_home = HOSTED in denied and permission in DECIDED_AT_HOME
    return kinds_denying(permission.area).isdisjoint(denied) and not is_left_to_home


def needs_reason(caller: Caller, reached: Reached, permission: Permission) -> bool:
    """Whether the caller would have the permission if they stated a reason."""
    return caller.reason is None and any(
        Condition.REASONED in conditions(role, permission)
        and (role, None) in reached
        and _opens(reached[role, None], permission)
        for role in caller.roles
    )


def opened_by_reason(caller: Caller, reached: Reached, permission: Permission) -> bool:
    """Whether the caller has the permission only by the stated reason, which must be logged."""
    if caller.reason is None:
        return False
    without = replace(caller, reason=None)
    return not permits(without, reached, permission) and permits(caller, reached, permission)


def denies(reached: Reached, kind: str) -> bool:
    """Whether every arm that reaches the student is denied that kind of record."""
    kinds = kinds_denying(kind)
    return bool(reached) and not any(kinds.isdisjoint(denied) for denied in reached.values())


def is_sealed(reached: Reached, area: str) -> bool:
    """Whether home study closes the area to every arm that reaches the student."""
    return area in FAMILYS_OWN and all(denied >= FAMILYS_OWN for denied in reached.values())


_NOBODY = select(
    literal("", String()).label("role"),
    literal("", String()).label("condition"),
    literal("", db.Tags()).label("denied"),
).where(false())
"""The statement for a caller who holds no arms."""


@lru_cache(maxsize=256)
def statement(shape: Shape, model: type[db.Base] | None) -> db.Prepared:
    """Every arm the caller holds, narrowed to bound `students`, or to the student of a `row`."""
    roles, wide, _ = shape
    held = [held for role in sorted(roles) for held in _arms_of(role, role in wide)]
    arms = [
        *(
            _narrowed(arm, ids, model, _denied_to(arm))
            for arm, is_wide in held
            for ids in students_of(arm, is_wide, EVERY_AREA)
        ),
        *(
            _narrowed(arm, ids, model, HOSTED_UNLESS_THEIRS)
            for arm, is_wide in held
            for ids in guests_of(arm, is_wide)
        ),
    ]
    return db.Prepared(union_all(*arms, _studying_at_home(model)) if arms else _NOBODY)


def _studying_at_home(model: type[db.Base] | None) -> Ids:
    """The select that tells whether the student studies at home: one for all the arms."""
    columns: list[ColumnElement[Any]] = [
        HomeStudy.student_id.label("student_id"),
        literal(AT_HOME, String()).label("role"),
        literal("", String()).label("condition"),
        literal("", db.Tags()).label("denied"),
    ]
    return select(*columns).where(_is_wanted(HomeStudy.student_id, model), holds(HomeStudy))


def _arms_of(role: Role, is_wide: bool) -> Iterator[tuple[Arm, bool]]:
    # No arm with the condition `keeping`: `_at_home` adds it to the others.
    for condition in (None, *(each for each in Condition if each is not Condition.KEEPING)):
        arm = (role, condition)
        if arm in ARMS or (is_wide and condition is None):
            yield arm, is_wide


HOSTED_UNLESS_THEIRS = case(
    (IS_THEIRS, literal("", db.Tags())), else_=literal(f",{HOSTED},", db.Tags())
)


def _denied_to(arm: Arm) -> ColumnElement[Any]:
    """The column of the kinds of record an arm is denied: for a parent, those of a court order."""
    role, _ = arm
    column: ColumnElement[Any] = Relationship.__table__.c.denied
    return column if role is Role.PARENT else literal("", db.Tags())


def _narrowed(arm: Arm, ids: Ids, model: type[db.Base] | None, denied: ColumnElement[Any]) -> Ids:
    role, condition = arm
    (student_id,) = ids.selected_columns
    return ids.where(_is_wanted(student_id, model)).with_only_columns(
        student_id.label("student_id"),
        literal(str(role), String()).label("role"),
        literal(str(condition or ""), String()).label("condition"),
        denied.label("denied"),
        maintain_column_froms=True,
    )


def _is_wanted(student_id: Any, model: type[db.Base] | None) -> ColumnElement[bool]:
    """Whether it is one of the given students, or the student of the given row."""
    if model is None:
        return db.any_of(student_id, STUDENTS)
    is_student_of_row: ColumnElement[bool] = student_id == _student_of(model)
    return is_student_of_row


def _student_of(model: Any) -> Any:
    """The student of the row whose id is bound as `row`."""
    column = getattr(model, model.__ownership__.column)
    return select(column).where(model.id == bindparam("row", type_=Uuid())).scalar_subquery()
