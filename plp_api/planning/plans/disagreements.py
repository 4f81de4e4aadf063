"""Statements of disagreement: made by who holds the rights, kept with the part they contest.

34 CFR 99.21(b)(2) and (c): who asked in vain that the record be amended may
place a statement in it; it is kept with the contested part for as long as that
is kept, and disclosed whenever the part is. So nobody but its author takes one
off, and every read of a version shows those on its parts. An admin may correct
one that says more than it should, or that nothing can print; what it said stays
in the history.
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
    """Place a statement on a part of a version, or on the whole.

    A closed plan takes it too: its record is kept. Raises Problem:
    action_unavailable before approval or where 20 of theirs stand, version_sealed,
    validation_failed (`part`).
    """
    if version.snapshot is None:
        detail = f"It is {version.status}: contest what stands in the record, not a draft."
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
    """Every reading of the version shows them all: nobody makes more of them than are read."""
    db.lock(version)
    standing = select(func.count()).where(
        Statement.plan_version_id == version.id,
        Statement.author_id == author_id,
        Statement.withdrawn_at.is_(None),
    )
    if (db.session().scalar(standing) or 0) >= MOST_STANDING:
        detail = f"{MOST_STANDING} statements of yours stand on this version: withdraw one first."
        raise Problem(Code.ACTION_UNAVAILABLE, detail)


def withdraw(statement: Statement, access: Access) -> None:
    """Take one's own statement off every version; its words stay in the history.

    Raises Problem: action_unavailable for anybody but its author. Withdrawing
    again changes nothing.
    """
    if statement.author_id not in access.selves:
        raise Problem(Code.ACTION_UNAVAILABLE, "Whoever made a statement withdraws it.")
    db.lock(statement)
    if statement.withdrawn_at is None:
        statement.withdrawn_at = clock.now()
        db.session().get_one(Plan, statement.plan_id).stir()
        by = access.caller.person_id
        version_id = statement.plan_version_id
        audit.record("statement.withdrawn", statement, by=by, plan_version_id=version_id)


def correct(statement: Statement, access: Access, *, body: str, reason: str) -> Statement:
    """Put other words in the place of a statement's, and say why.

    Raises Problem: actor_is_family; action_unavailable once it was withdrawn.
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
    found = parts.find(parts.readable(content, version.student_id, access), part)
    if found is None:
        raise invalid("part", "No such part: `sections/{key}`, `goals/{goal_id}`, or left out.")
    return found


def on_each(versions: Sequence[PlanVersion]) -> dict[UUID, list[Statement]]:
    """The statements that go with each version, by its id, oldest first, in one query.

    Whoever shows them leaves out what their reader may not read (`presenters.readable_statements`).
    """
    asked = select(Statement).where(
        db.any_of(Statement.plan_id, db.ids_bind("plans")),
        Statement.withdrawn_at.is_(None),
    )
    plans = {"plans": list({one.plan_id for one in versions})}
    made = db.session().scalars(asked.order_by(Statement.stated_at, Statement.id), plans).all()
    by_plan: dict[UUID, list[Statement]] = {}
    for one in made:
        by_plan.setdefault(one.plan_id, []).append(one)
    numbers = _numbers(made)
    return {one.id: travelling(by_plan.get(one.plan_id, []), one, numbers) for one in versions}


def travelling(
    made: Sequence[Statement], version: PlanVersion, numbers: Mapping[UUID, int]
) -> list[Statement]:
    """Those of a plan's statements that go with the version; `numbers` are its versions'.

    On the version itself, on the same words wherever they stand, and on the
    part as it stands in later versions: no small change takes a statement off.
    """
    if not made:
        return []
    now = {name: parts.digest(name, value) for name, value in _standing(version)}
    return [
        one
        for one in made
        if one.plan_version_id == version.id
        or now.get(one.part) == one.part_sha256
        or (one.part in now and version.number > numbers[one.plan_version_id])
    ]


def _standing(version: PlanVersion) -> list[tuple[str, Any]]:
    content = parts.content_of(version)
    return [(name, value) for name, _, value in parts.places(content)]


def _numbers(made: Sequence[Statement]) -> dict[UUID, int]:
    if not made:
        return {}
    ids = {"ids": list({one.plan_version_id for one in made})}
    asked = select(PlanVersion.id, PlanVersion.number).where(
        db.any_of(PlanVersion.id, db.ids_bind("ids"))
    )
    return {row.id: row.number for row in db.session().execute(asked, ids)}
