"""Add, change and delete the parts of a design; review benchmarks, rate tasks, state the work."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select

from plp_api.foundation import db
from plp_api.foundation.access.lifecycle import ForOthers, Reason
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.learning.designs.kinds import Kind
from plp_api.learning.designs.work import PROOFS
from plp_api.learning.elos import actions as elos
from plp_api.learning.elos.models import (
    AT_WORK,
    Benchmark,
    Elo,
    EloPart,
    EloPermission,
    TrainingTask,
)

Fields = dict[str, Any]

MOST_PARTS = 50
"""Parts of one kind in one ELO."""


def add(kind: Kind, elo: Elo, access: Access, fields: Fields) -> EloPart:
    """Add a part to the ELO.

    Raises Problem: what `elos.actions.require_designable` raises, elo_parts_full, and what the
    kind's checks raise.
    """
    db.lock(elo)
    elos.require_designable(elo, access)
    if _count(kind, elo) >= MOST_PARTS:
        raise Problem(Code.ELO_PARTS_FULL, f"The limit is {MOST_PARTS}.")
    part: EloPart = made(kind, elo, access, fields)
    if kind.check is not None:
        kind.check(part, elo, access)
    db.session().add(part)
    _follow(kind, "added", part, elo, access)
    return part


def made(kind: Kind, elo: Elo, access: Access, fields: Fields) -> Any:
    """A part of the ELO, not checked and not added to the session."""
    own: Fields = {
        "id": db.new_id(),
        "district_id": elo.district_id,
        "student_id": elo.student_id,
        "elo_id": elo.id,
    }
    if kind.model is EloPermission:
        own["recorded_by"] = access.caller.person_id
    return kind.model(**own, **fields)


def _count(kind: Kind, elo: Elo) -> int:
    query = select(func.count()).select_from(kind.model).where(kind.model.elo_id == elo.id)
    return db.session().scalar(query) or 0


def change(kind: Kind, part: Any, access: Access, fields: Fields) -> EloPart:
    """Change a part. Raises what `add` raises, and action_unavailable once it is relied on."""
    elo = part.whole()
    elos.require_designable(elo, access)
    _refuse_relied_on(kind, part)
    changed = sorted(name for name, value in fields.items() if getattr(part, name) != value)
    for name in changed:
        setattr(part, name, fields[name])
    if kind.check is not None:
        kind.check(part, elo, access)
    if changed:
        _follow(kind, "changed", part, elo, access, fields=changed)
    return part  # type: ignore[no-any-return]


def delete(kind: Kind, part: Any, access: Access) -> None:
    """Delete a part. An agreement that was frozen with it keeps its words.

    Raises what `change` raises.
    """
    elo = part.whole()
    elos.require_designable(elo, access)
    _refuse_relied_on(kind, part)
    db.session().delete(part)
    _follow(kind, "deleted", part, elo, access)


def _refuse_relied_on(kind: Kind, part: Any) -> None:
    reason = kind.is_relied_on and kind.is_relied_on(part)
    if reason:
        raise Problem(Code.ACTION_UNAVAILABLE, reason)


def _follow(kind: Kind, verb: str, part: Any, elo: Elo, access: Access, **payload: Any) -> None:
    """Record the change, and let the areas above follow it."""
    noun = part.__tablename__.removesuffix("s")
    by = access.caller.person_id
    audit.record(f"{noun}.{verb}", part, by=by, elo_id=elo.id, **payload)
    elos.changed(elo, access, kind.name)


# The facts of work.


def state_work(elo: Elo, access: Access, fields: Fields) -> Elo:
    """Change the facts of work-based learning.

    Raises Problem: what `elos.actions.require_designable` raises; validation_failed where not a
    coordinator states what lifts a limit of the law; labor_rule_broken where the ELO is agreed
    and would go beyond the law.
    """
    elos.require_designable(elo, access)
    proofs = sorted(PROOFS & fields.keys())
    if proofs and not access.may_on(Permission.ELOS_DECIDE, elo):
        raise invalid(proofs[0], "A coordinator records it.")
    work = {**elo.work, **fields}
    if work != elo.work:
        elo.work = work
        elos.changed(elo, access, "work")
    return elo


# Judgments of parts.


def review(benchmark: Benchmark, access: Access, outcome: str, comment: str | None = None) -> None:
    """Say how far the benchmark is met; the comment is kept with it."""
    benchmark.outcome, benchmark.words = outcome, comment or ""
    benchmark.reviewed_by, benchmark.reviewed_on = access.caller.person_id, access.caller.today
    _judged("elo_benchmark.reviewed", benchmark, access)


def is_reviewed_so(
    benchmark: Benchmark, access: Access, outcome: str, comment: str | None = None
) -> bool:
    """Whether the caller found exactly this already."""
    given = (outcome, comment or "", access.caller.person_id)
    return (benchmark.outcome, benchmark.words, benchmark.reviewed_by) == given


def rate(task: TrainingTask, access: Access, rating: str) -> None:
    """Say how well the student does the task today."""
    task.rating = rating
    task.rated_by, task.rated_on = access.caller.person_id, access.caller.today
    _judged("elo_training_task.rated", task, access)


def is_rated_so(task: TrainingTask, access: Access, rating: str) -> bool:
    """Whether the caller rated it so today already."""
    given = (rating, access.caller.person_id, access.caller.today)
    return (task.rating, task.rated_by, task.rated_on) == given


def _judged(what: str, part: EloPart, access: Access) -> None:
    """The event holds no judgment. The ELO shows its parts' version; its design is the same."""
    audit.record(what, part, by=access.caller.person_id, elo_id=part.elo_id)
    part.whole().touch()


# Guards of judgments.


def look_up(parts: Iterable[Any], _access: Access) -> None:
    """Load the ELOs of many parts in one statement."""
    ids = {part.elo_id for part in parts}
    if ids:
        db.session().scalars(select(Elo).where(Elo.id.in_(ids))).unique().all()


def work_began(part: EloPart, _access: Access) -> Code | None:
    """Why nothing is judged yet, or any more."""
    return None if part.whole().status in AT_WORK else Code.ELO_NOT_ACTIVE


def is_its_reviewer(benchmark: Benchmark, access: Access) -> Reason | None:
    """Why the caller may not review it: another is named as its reviewer."""
    if benchmark.reviewer_id in (None, access.caller.person_id):
        return None
    return ForOthers("Its reviewer reviews it; a coordinator may name another.")
