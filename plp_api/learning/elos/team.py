"""Who works on an ELO today, and in which roles: read from `roster.assignments`.

The routes that add and end members stand in another module; here is what rules ask.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, bindparam, select
from sqlalchemy.orm import aliased

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import db
from plp_api.foundation.access.caller import TODAY
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster import assignments
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.learning.elos.models import Elo

SUBJECT = Elo.__tablename__
holds = assignments.holds_on


def on_day(elo_ids: Iterable[UUID], day: date) -> Sequence[Assignment]:
    """The assignments to these ELOs that hold on the day, delegates last; one statement."""
    query = select(Assignment).where(
        Assignment.subject_type == SUBJECT,
        Assignment.subject_id.in_(sorted(set(elo_ids))),
        holds(Assignment, day),
    )
    return db.session().scalars(query.order_by(*IN_ORDER)).all()


IN_ORDER = (Assignment.delegate_of_id.is_not(None), Assignment.starts_on, Assignment.id)
MEMBERS = db.Prepared(
    select(
        Assignment.id.label("assignment_id"),
        Assignment.subject_id,
        Assignment.role,
        Assignment.person_id,
        Assignment.mentor_id,
        Mentor.name.label("mentor_name"),
        Assignment.delegate_of_id,
    )
    .outerjoin(Mentor, Mentor.id == Assignment.mentor_id)
    .where(
        Assignment.subject_type == SUBJECT,
        db.any_of(Assignment.subject_id, db.ids_bind("subjects")),
        holds(Assignment, bindparam("day", type_=Date())),
    )
    .order_by(*IN_ORDER)
)
"""Who works on these ELOs on a day, as it is shown. Built once: a hot read asks it."""


def held(elo_id: UUID, role: AssignmentRole, day: date) -> list[Assignment]:
    """Who holds the role on the ELO on that day, delegates last."""
    return [one for one in on_day([elo_id], day) if one.role == role]


def some_hold(role: AssignmentRole, *criteria: Callable[[Any], Any]) -> ColumnElement[bool]:
    """Whether somebody holds the role on the ELO today, as a criterion over `Elo`."""
    one = aliased(Assignment)
    holding = select(one.subject_id).where(
        one.subject_type == SUBJECT,
        one.subject_id == Elo.id,
        one.role == role,
        holds(one, TODAY),
        *(criterion(one) for criterion in criteria),
    )
    return holding.exists()


def people_in(elo_id: UUID, role: AssignmentRole, day: date) -> set[UUID]:
    """The people who hold the role on that day, their delegates among them."""
    return {one.person_id for one in held(elo_id, role, day) if one.person_id is not None}


def mentors_of(elo_id: UUID, day: date) -> list[Mentor]:
    """The mentors of the ELO on that day."""
    query = (
        select(Mentor)
        .join(Assignment, Assignment.mentor_id == Mentor.id)
        .where(
            Assignment.subject_type == SUBJECT,
            Assignment.subject_id == elo_id,
            holds(Assignment, day),
        )
        .order_by(Assignment.starts_on, Assignment.id)
    )
    return list(db.session().scalars(query).unique())


def mentor_of(elo_id: UUID, day: date) -> Mentor | None:
    """The mentor of the ELO on that day: the one who came last."""
    mentors = mentors_of(elo_id, day)
    return mentors[-1] if mentors else None


def look_up(elos: Iterable[Any], access: Access) -> None:
    """Set on each ELO its `team` of today, in one statement."""
    elos = list(elos)
    db.flush()
    (rows,) = db.fetch(MEMBERS(subjects=[elo.id for elo in elos], day=access.caller.today))
    for elo in elos:
        elo.team = [row for row in rows if row["subject_id"] == elo.id]


def roles_of(access: Access, elo: Any) -> frozenset[AssignmentRole]:
    """The roles by which the caller works on the ELO today, as a delegate too.

    The team is that of the last `look_up`, or is looked up now.
    """
    if elo.id not in access.caller.assigned:
        return frozenset()
    if not hasattr(elo, "team"):
        look_up([elo], access)
    me = access.caller.person_id
    return frozenset(AssignmentRole(one["role"]) for one in elo.team if one["person_id"] == me)


def assign(elo: Elo, role: AssignmentRole, access: Access, **somebody: UUID) -> Assignment:
    """Assign a person (`person_id`) or a mentor (`mentor_id`) to the ELO, from today on."""
    assignment = Assignment(
        id=db.new_id(),
        district_id=elo.district_id,
        student_id=elo.student_id,
        subject_type=SUBJECT,
        subject_id=elo.id,
        role=role,
        starts_on=access.caller.today,
        **somebody,
    )
    db.session().add(assignment)
    return assignment
