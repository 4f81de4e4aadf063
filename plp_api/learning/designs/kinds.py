"""The kinds of parts of a design, each declared once."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import invalid
from plp_api.learning.elos import team
from plp_api.learning.elos.models import (
    Benchmark,
    Communication,
    Cost,
    Elo,
    EloPart,
    EloPermission,
    EloTime,
    TrainingTask,
)

WRITE, RECORD = Permission.ELOS_WRITE, Permission.ELOS_DECIDE

Check = Callable[[Any, Elo, Access], None]
"""Raises a problem where a part, as it would be, does not fit its ELO."""


class PermissionKind(StrEnum):
    """What somebody permits for an ELO."""

    PRIVATE_VEHICLE = "private_vehicle"
    TRANSPORT = "transport"
    OFF_CAMPUS = "off_campus"
    OVERNIGHT = "overnight"
    PHOTOGRAPH = "photograph"
    EMERGENCY_CARE = "emergency_care"
    OTHER = "other"


class BorneBy(StrEnum):
    """Who bears a cost."""

    FAMILY = "family"
    SCHOOL = "school"
    PARTNER = "partner"
    OTHER = "other"


class BenchmarkOutcome(StrEnum):
    """What the reviewer found."""

    MET = "met"
    PARTLY_MET = "partly_met"
    NOT_MET = "not_met"


class TaskRating(StrEnum):
    """How well the student does a task of the training plan."""

    INTRODUCED = "introduced"
    WITH_HELP = "with_help"
    INDEPENDENT = "independent"
    CAN_TEACH = "can_teach"


@dataclass(frozen=True)
class Kind:
    """One kind of part.

    `name` is the list under the ELO, and what ON_CHANGED is told. `write` is the permission to
    add, change and delete; `check` asks whether a part fits its ELO. `is_relied_on` keeps a part
    as it is.
    """

    model: type[EloPart]
    name: str
    write: Permission = WRITE
    check: Check | None = None
    is_relied_on: Callable[[Any], str | None] | None = None


def reviewer_is_on_team(benchmark: Benchmark, elo: Elo, access: Access) -> None:
    """Raise validation_failed where the reviewer could not open the ELO."""
    if benchmark.reviewer_id is None:
        return
    members = {one.person_id for one in team.on_day([elo.id], access.caller.today)}
    if benchmark.reviewer_id not in members:
        raise invalid("reviewer_id", "Nobody of the team today: add them to it first.")


def time_is_free(time: EloTime, elo: Elo, _access: Access) -> None:
    """Raise validation_failed where the time ends before it begins, or overlaps another."""
    if time.ends <= time.begins:
        raise invalid("ends", "Must lie after `begins`.")
    overlapping = select(EloTime.id).where(
        EloTime.elo_id == elo.id,
        EloTime.weekday == time.weekday,
        EloTime.begins < time.ends,
        EloTime.ends > time.begins,
        EloTime.id != time.id,
    )
    with db.session().no_autoflush:
        if db.session().scalar(overlapping.limit(1)) is not None:
            raise invalid("begins", "It overlaps another time of that day.")


def is_reviewed(benchmark: Benchmark) -> str | None:
    """Why a benchmark stays as it is."""
    return "It has been reviewed." if benchmark.outcome is not None else None


def is_rated(task: TrainingTask) -> str | None:
    """Why a training task stays as it is."""
    return "It has been rated." if task.rating is not None else None


BENCHMARKS = Kind(Benchmark, "benchmarks", check=reviewer_is_on_team, is_relied_on=is_reviewed)
TRAINING_TASKS = Kind(TrainingTask, "training_tasks", is_relied_on=is_rated)
COMMUNICATIONS = Kind(Communication, "communications")
# A permission is proof that somebody consented: who needs it does not record it.
PERMISSIONS = Kind(EloPermission, "permissions", write=RECORD)
COSTS = Kind(Cost, "costs")
TIMES = Kind(EloTime, "times", check=time_is_free)
KINDS = (BENCHMARKS, TRAINING_TASKS, COMMUNICATIONS, PERMISSIONS, COSTS, TIMES)
