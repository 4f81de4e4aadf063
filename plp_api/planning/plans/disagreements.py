"""Statements of disagreement: a rights holder contests a part of the record.

34 CFR 99.21(b)(2) and (c): a person whose request to amend the record was
refused may place a statement in it. The school keeps the statement as long as
the contested part and discloses it whenever it discloses the part. So only its
author withdraws a statement, and every read of a version shows the statements
on its parts. An admin may correct a statement that says more than it should or
that cannot be printed; the earlier text stays in the history.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.planning.plans import parts
from plp_api.planning.plans.models import Plan, PlanVersion, Statement

WHOLE = ""
# By one person on one version; a part may hold 10,000 characters.
MOST_STANDING = 20


def make(version: PlanVersion, access: Access, body: str, part: str = WHOLE) -> Statement:
    """Place a statement on a part of a version, or on the whole version.

    Allowed on a closed plan too, because its record is kept. Raises Problem:
    action_unavailable before approval or if the caller has 20 statements on it
    already, version_sealed, validation_failed (`part`).
    """
    if version.snapshot is None:
        detail = f"It is {version.status}: only a version that was in force can be contested."
        raise Problem(Code.ACTION_UNAVAILABLE, detail)
    if version.sealed_on is not None:
        raise Problem(Code.VERSION_SEALED, "34 CFR 99.21(b)(1): the record was amended.")
    content = parts.content_of(version)
    contested = content if part == WHOLE else _contested(content, version, part, access)
    by = access.caller.person_id
    _refuse_one_too_many(version, by)
    statement = Statement(
        id=new_id(),
        district_id=version.district_id,
        student_id=version.student_id,
        plan_id=version.plan_id,
        plan_version_id=version.id,
        part=part,
        part_sha256=parts.digest(part, contested),
        body=body,
        author_id=by,
        author_role=access.speaks_as(Permission.PLANS_DISPUTE, version.student_id),
    )
    db.session().add(statement)
    version.plan.stir()
    audit.record("statement.made", statement, by=by, plan_version_id=version.id, part=part or None)
    return statement


def _refuse_one_too_many(version: PlanVersion, author_id: UUID) -> None:
    """Limit an author's statements on a version, because every read of it shows them all."""
    db.lock(version)
    standing = select(func.count()).where(
        Statement.plan_version_id == version.id,
        Statement.author_id == author_id,
        Statement.withdrawn_at.is_(None),
    )
    if (db.session().scalar(standing) or 0) >= MOST_STANDING:
        detail = f"You have {MOST_STANDING} statements on this version: withdraw one first."
        raise Problem(Code.ACTION_UNAVAILABLE, detail)


def withdraw(statement: Statement, access: Access) -> None:
    """Withdraw the caller's own statement from every version; its text stays in the history.

    Raises Problem: action_unavailable if the caller is not its author.
    Withdrawing again changes nothing.
    """
    if statement.author_id not in access.selves:
        raise Problem(Code.ACTION_UNAVAILABLE, "Only its author can withdraw a statement.")
    db.lock(statement)
    if statement.withdrawn_at is None:
        statement.withdrawn_at = clock.now()
        db.session().get_one(Plan, statement.plan_id).stir()
        by = access.caller.person_id
        version_id = statement.plan_version_id
        audit.record("statement.withdrawn", statement, by=by, plan_version_id=version_id)


def correct(statement: Statement, access: Access, *, body: str, reason: str) -> Statement:
    """Replace the text of a statement and record the reason.

    Raises Problem: actor_is_family; action_unavailable if it was withdrawn.
    """
    access.refuse_family(statement.student_id)
    db.lock(statement)
    if statement.withdrawn_at is not None:
        raise Problem(Code.ACTION_UNAVAILABLE, "It was withdrawn.")
    statement.body, statement.correction_reason = body, reason
    statement.corrected_at, statement.corrected_by = clock.now(), access.caller.person_id
    db.session().get_one(Plan, statement.plan_id).stir()
    by, version_id = access.caller.person_id, statement.plan_version_id
    audit.record("statement.corrected", statement, by=by, plan_version_id=version_id)
    return statement


def _contested(content: dict[str, Any], version: PlanVersion, part: str, access: Access) -> Any:
    value = parts.find(parts.readable(content, version.student_id, access), part)
    if value is None:
        raise invalid("part", "No such part: `sections/{key}`, `goals/{goal_id}`, or left out.")
    return value


def on_each(versions: Sequence[PlanVersion]) -> dict[UUID, list[Statement]]:
    """The statements that go with each version, by version id, oldest first.

    Callers must leave out what the reader may not see (`presenters.readable_statements`).
    """
    query = select(Statement).where(
        db.any_of(Statement.plan_id, db.ids_bind("plans")),
        Statement.withdrawn_at.is_(None),
    )
    plans = {"plans": list({row.plan_id for row in versions})}
    made = db.session().scalars(query.order_by(Statement.stated_at, Statement.id), plans).all()
    by_plan: dict[UUID, list[Statement]] = {}
    for row in made:
        by_plan.setdefault(row.plan_id, []).append(row)
    numbers = _numbers(made)
    contents = parts.contents_of([row for row in versions if row.plan_id in by_plan])
    return {
        row.id: _travelling(by_plan.get(row.plan_id, []), row, numbers, contents.get(row.id, {}))
        for row in versions
    }


def travelling(
    made: Sequence[Statement], version: PlanVersion, numbers: Mapping[UUID, int]
) -> list[Statement]:
    """The statements of a plan that go with the version; `numbers` maps version ids to numbers.

    A statement goes with the version it was placed on, with every version that
    holds the same text, and with every later version that has the part: a small
    change of the text does not remove a statement.
    """
    return _travelling(made, version, numbers, parts.content_of(version) if made else {})


def _travelling(
    made: Sequence[Statement],
    version: PlanVersion,
    numbers: Mapping[UUID, int],
    content: dict[str, Any],
) -> list[Statement]:
    now = {name: parts.digest(name, value) for name, _, value in parts.places(content)}
    return [
        statement
        for statement in made
        if statement.plan_version_id == version.id
        or now.get(statement.part) == statement.part_sha256
        or (statement.part in now and version.number > numbers[statement.plan_version_id])
    ]


def _numbers(made: Sequence[Statement]) -> dict[UUID, int]:
    if not made:
        return {}
    ids = {"ids": list({one.plan_version_id for one in made})}
    query = select(PlanVersion.id, PlanVersion.number).where(
        db.any_of(PlanVersion.id, db.ids_bind("ids"))
    )
    return {row.id: row.number for row in db.session().execute(query, ids)}
