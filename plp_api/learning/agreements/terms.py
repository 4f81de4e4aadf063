"""What an agreement says: its frozen terms, and what of an ELO has gone beyond them.

The terms are canonical JSON (RFC 8785), so that anybody can compute their SHA-256 again. They
hold ids and words, never the names of people.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import select

from plp_api.catalog.elo_designs.models import DESIGN_WORDS
from plp_api.catalog.item_links.models import ItemLink
from plp_api.foundation import db
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.models import District
from plp_api.learning.agreements.models import VoidReason
from plp_api.learning.elos import team
from plp_api.learning.elos.labor import Sector
from plp_api.learning.elos.models import (
    Benchmark,
    Communication,
    Cost,
    Elo,
    EloTime,
    TrainingTask,
)

FORMAT = "plp-agreement/1"
TEACHERS = (AssignmentRole.COOPERATING_TEACHER, AssignmentRole.TEACHER_OF_RECORD)
NAMED = (
    AssignmentRole.MENTOR,
    *TEACHERS,
    AssignmentRole.LICENSED_SUPERVISOR,
    AssignmentRole.COORDINATOR,
)
"""The roles whose holders an agreement names; a panel may come later."""
PARTS: Mapping[str, tuple[type[Any], tuple[str, ...]]] = {
    "benchmarks": (Benchmark, ("title", "due_on")),
    "training_tasks": (TrainingTask, ("task", "competence")),
    "communications": (Communication, ("party", "means", "rhythm")),
    "costs": (Cost, ("what", "amount_cents", "borne_by")),
    "times": (EloTime, ("weekday", "begins", "ends")),
}
"""The rows of a design that an agreement repeats, with the columns it repeats of them."""
KIND_OF_WORK = {"is_paid": False, "is_hazardous": False, "sector": str(Sector.GENERAL)}
"""The facts of work that do not change under a signature, with what holds if nobody stated it."""


def content(elo: Elo, edition: int, signers: list[str], *, is_ordered: bool) -> dict[str, Any]:
    """The terms of an edition, from the ELO as it is now."""
    return {
        "format": FORMAT,
        "elo_id": str(elo.id),
        "edition": edition,
        "student_id": str(elo.student_id),
        "school_id": str(elo.school_id),
        "type": str(elo.type),
        "title": elo.title,
        "description": elo.description,
        "design": {name: getattr(elo, name) for name in DESIGN_WORDS},
        "framework_item_ids": _items_of(elo),
        "partner_id": _plain(elo.partner_id),
        "site_id": _plain(elo.site_id),
        "earliest_start": _plain(elo.earliest_start),
        "latest_end": _plain(elo.latest_end),
        "least_minutes": elo.least_minutes,
        "most_minutes": elo.most_minutes,
        "work": elo.work,
        "team": {role: sorted(map(str, ids)) for role, ids in _team_of(elo).items()},
        "signers": signers,
        "is_ordered": is_ordered,
        **{name: _rows(elo, model, columns) for name, (model, columns) in PARTS.items()},
    }


def digest(terms: dict[str, Any]) -> str:
    """The SHA-256 of the terms as canonical JSON."""
    return hashlib.sha256(rfc8785.dumps(terms)).hexdigest()


def _plain(value: Any) -> Any:
    return None if value is None else str(value)


def _items_of(elo: Elo) -> list[str]:
    linked = select(ItemLink.framework_item_id).where(
        ItemLink.subject_type == Elo.__tablename__, ItemLink.subject_id == elo.id
    )
    return sorted(map(str, db.session().scalars(linked)))


def _rows(elo: Elo, model: Any, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = db.session().scalars(select(model).where(model.elo_id == elo.id).order_by(model.id))
    return [{name: _bare(getattr(row, name)) for name in columns} for row in rows]


def _bare(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _team_of(elo: Elo) -> dict[str, set[UUID]]:
    """By role, who holds it today; a delegate acts for somebody named already."""
    named: dict[str, set[UUID]] = {str(role): set() for role in NAMED}
    for assignment in team.on_day([elo.id], _today(elo)):
        if assignment.role in named and assignment.delegate_of_id is None:
            named[assignment.role].add(_somebody(assignment))
    return named


def _somebody(assignment: Assignment) -> UUID:
    somebody = assignment.person_id or assignment.mentor_id
    if somebody is None:
        raise ValueError("an assignment is somebody's")
    return somebody


def _today(elo: Elo) -> date:
    return today_in(elo.district_id)


def today_in(district_id: UUID) -> date:
    """The date in the district."""
    return db.session().get_one(District, district_id).today


# What has gone beyond the terms.


def deviations(terms: Mapping[str, Any], elo: Elo) -> list[VoidReason]:
    """Why the terms no longer hold for the ELO, the gravest first; empty if they do.

    Dates and hours may move inside the ranges of the terms, and the words of the design may
    change. A narrower range lies inside the one that was agreed.
    """
    return list(_deviations(terms, elo))


def _deviations(terms: Mapping[str, Any], elo: Elo) -> Iterator[VoidReason]:
    if _plain(elo.partner_id) != terms["partner_id"]:
        yield VoidReason.PARTNER
    if _plain(elo.site_id) != terms["site_id"]:
        yield VoidReason.SITE
    now = _team_of(elo)
    if _ids(now, AssignmentRole.MENTOR) != terms["team"][AssignmentRole.MENTOR]:
        yield VoidReason.MENTOR
    if _kind_of(terms["work"]) != _kind_of(elo.work):
        yield VoidReason.WORK
    if any(_is_another(terms, role, _ids(now, role)) for role in TEACHERS):
        yield VoidReason.TEACHER
    if _leave_range(terms["earliest_start"], terms["latest_end"], _days(elo)):
        yield VoidReason.DATES
    if _leave_range(terms["least_minutes"], terms["most_minutes"], _hours(elo)):
        yield VoidReason.HOURS


def _kind_of(work: Mapping[str, Any]) -> list[Any]:
    return [work.get(name, default) for name, default in KIND_OF_WORK.items()]


def _ids(named: Mapping[str, set[UUID]], role: str) -> list[str]:
    return sorted(map(str, named[role]))


def _is_another(terms: Mapping[str, Any], role: str, now: list[str]) -> bool:
    """Whether the teachers in the role are others; one who signs nothing may still be named."""
    agreed = terms["team"][role]
    return now != agreed and (bool(agreed) or role in terms["signers"])


def _days(elo: Elo) -> Iterator[str]:
    """The days that must lie within the agreed ones, written as in the terms."""
    days = (elo.earliest_start, elo.starts_on, elo.ends_on, elo.latest_end)
    return (day.isoformat() for day in days if day is not None)


def _hours(elo: Elo) -> Iterator[int]:
    minutes = (elo.least_minutes, elo.planned_minutes, elo.most_minutes)
    return (each for each in minutes if each is not None)


def _leave_range(first: Any, last: Any, values: Iterable[Any]) -> bool:
    return any(
        (first is not None and value < first) or (last is not None and value > last)
        for value in values
    )
