"""The history of rows: their earlier values are stored when a kept column changes.

A model declares its kept columns in `__kept__`; nothing else is needed. Before
a flush changes one of them or deletes the row, its present values are stored as
a `Revision`. A row without revisions has never changed. An UPDATE that bypasses
the session must call `keep` for each row (docs/decisions/0017).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event, inspect, or_, select
from sqlalchemy.orm import Session

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.planning.plans import presenters
from plp_api.planning.plans.followers import HISTORY_PARTS
from plp_api.planning.plans.members import SECTIONS
from plp_api.planning.plans.models import Plan, PlanVersion, Revision


def keep(row: Any, **before: Any) -> Revision:
    """Store the row's values until now; `before` has the old values of attributes already set."""
    revision = Revision(
        id=new_id(),
        district_id=row.district_id,
        student_id=row.student_id,
        subject_type=row.__tablename__,
        subject_id=row.id,
        row_created_at=row.created_at,
        values={name: _plain(before.get(name, getattr(row, name))) for name in row.__kept__},
    )
    db.session().add(revision)
    return revision


def values_of(row: Any) -> dict[str, Any]:
    """The present values of the row's kept columns, as JSON values."""
    return {name: _plain(getattr(row, name)) for name in row.__kept__}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return clock.iso(value) if isinstance(value, date) else value


@event.listens_for(Session, "before_flush")
def _keep_what_changes(session: Session, *_: Any) -> None:
    for row in [*session.dirty, *session.deleted]:
        if not hasattr(row, "__kept__"):
            continue
        before = dict(_changed(row))
        if before or row in session.deleted:
            keep(row, **before)


def _changed(row: Any) -> Iterator[tuple[str, Any]]:
    """The kept columns that the flush will change, each with its value in the database."""
    state = inspect(row)
    for name in row.__kept__:
        history = state.attrs[name].load_history()
        if history.has_changes() and history.deleted:
            yield name, history.deleted[0]


def as_of(model: type[Any], student_id: UUID, until: datetime) -> list[tuple[UUID, dict[str, Any]]]:
    """The student's rows of a model as they were just before an instant, oldest first.

    Returns pairs of id and kept columns (JSON values). Rows created later are
    left out; rows deleted since are included.
    """
    stood = {
        revision.subject_id: revision
        for revision in reversed(_changed_since(model, student_id, until))
    }
    query = select(model).where(model.student_id == student_id, model.created_at < until)
    rows = {row.id: (row.created_at, values_of(row)) for row in db.session().scalars(query)}
    rows |= {
        key: (revision.row_created_at, revision.values)
        for key, revision in stood.items()
        if revision.row_created_at < until
    }
    return [
        (key, rows[key][1]) for key in sorted(rows, key=lambda row_id: (rows[row_id][0], row_id))
    ]


def _changed_since(model: type[Any], student_id: UUID, until: datetime) -> Sequence[Revision]:
    query = (
        select(Revision)
        .where(
            Revision.student_id == student_id,
            Revision.subject_type == model.__tablename__,
            Revision.until >= until,
        )
        .order_by(Revision.until, Revision.id)
    )
    return db.session().scalars(query).all()


def look(plan: Plan, access: Access, day: date) -> dict[str, Any]:
    """The plan as it was at the end of a day, with the parts that the caller may read today.

    Raises Problem(validation_failed) for a day before the plan was opened or in the future.
    """
    if not plan.opened_on <= day <= access.caller.today:
        detail = f"Must lie between {plan.opened_on}, when the plan was opened, and today."
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter="as_of")])
    until = clock.end_of(day, access.district(plan.district_id).time_zone)
    return {
        "as_of": day,
        "plan": _plan_then(plan, until),
        "version_in_force": _shown_version(plan, access, day),
        "parts": {
            name: content(plan, day, until)
            for name, permission, content in HISTORY_PARTS
            if access.may(permission, plan.student_id)
        },
    }


def _plan_then(plan: Plan, until: datetime) -> dict[str, Any]:
    """The plan's kept columns at that instant; its first values if its row was created later."""
    since = _changed_since(Plan, plan.student_id, until)
    return since[0].values if since else values_of(plan)


def version_then(plan: Plan, day: date) -> PlanVersion | None:
    """The version that was in force at the end of a day."""
    query = select(PlanVersion).where(
        PlanVersion.plan_id == plan.id,
        PlanVersion.in_force_on <= day,
        or_(PlanVersion.superseded_on.is_(None), PlanVersion.superseded_on > day),
    )
    return db.session().scalars(query).first()


def _shown_version(plan: Plan, access: Access, day: date) -> dict[str, Any] | None:
    if not access.may(Permission.PLANS_READ, plan.student_id):
        return None
    version = version_then(plan, day)
    if version is None:
        return None
    is_unsealed = version.sealed_on is None or presenters.opens_seals(version.student_id, access)
    is_open = is_unsealed and presenters.reads_whole(version, access)
    return {
        "id": version.id,
        "number": version.number,
        "in_force_on": version.in_force_on,
        "snapshot_sha256": version.snapshot_sha256,
        "sealed_on": version.sealed_on,
        "sections": presenters.readable(version, access)[SECTIONS] if is_open else None,
        "statements": presenters.statements_on([version], access)[version.id],
    }
