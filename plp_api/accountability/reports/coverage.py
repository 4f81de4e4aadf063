"""Count the students of a district on a day by school, grade, advisors and standing.

One statement does it. Every condition compares dated rows with the day, so that
later events do not change the result (docs/decisions/0014). The statement
returns one row for each kind of student, not for each student.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from plp_api.accountability.reports.suppression import Kind, Standing
from plp_api.foundation import clock, db
from plp_api.foundation.access.caller import DISTRICT, Caller
from plp_api.foundation.access.permissions import Permission, conditions
from plp_api.foundation.access.scope import visible, visible_then
from plp_api.foundation.clock import Cycle
from plp_api.foundation.roster import district_settings, spans
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import FIRST_GRADE, LAST_GRADE, District, Student
from plp_api.foundation.roster.relationships import (
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    SchoolEnrollment,
)
from plp_api.planning.plans.models import Plan, PlanVersion, Regime, VersionReaffirmation
from plp_api.planning.reviews.models import Review
from plp_api.planning.signatures import standing as signatures
from plp_api.planning.signatures.models import SignatureState
from plp_api.planning.signatures.standing import AS_OF

GRADES = tuple(f"{grade:02}" for grade in range(FIRST_GRADE, LAST_GRADE + 1))
STATES = ("current", "due", "overdue", "excepted")
HAS_PLAN, NO_PLAN = "has_plan", "no_plan"
SIGNED, PENDING, UNSIGNED = "signed", "pending", "unsigned"
# Not `excepted`: in a standing that word is already used for the review.
WITHOUT = "signatures_excepted"
SIGNATURES = {
    signatures.LETTERS[SignatureState.COMPLETE]: SIGNED,
    signatures.LETTERS[SignatureState.PENDING]: PENDING,
    signatures.LETTERS[SignatureState.EXCEPTED]: WITHOUT,
    "": UNSIGNED,
}

CYCLE_STARTS_ON = bindparam("cycle_starts_on", type_=Date())
LATEST_ENTRY = bindparam("latest_entry", type_=Date())


def standings() -> list[Standing]:
    """Every combination of measures under which one student can count."""
    every = map(frozenset, product(STATES, (HAS_PLAN, NO_PLAN), SIGNATURES.values()))
    return [standing for standing in every if _is_possible(standing)]


def _is_possible(standing: Standing) -> bool:
    """Whether a student can count so.

    Without a plan there is no version to sign, and the student is neither
    current nor excepted. A current student has a version to sign.
    """
    if NO_PLAN in standing:
        return UNSIGNED in standing and not standing & {"current", "excepted"}
    return not {"current", UNSIGNED} <= standing


@dataclass(frozen=True)
class Counts:
    """The district's students on the day, by kind: all, and those the caller may not see."""

    cycle: Cycle
    everybody: Mapping[Kind, int]
    unseen: Mapping[Kind, int]


def counts(caller: Caller, as_of: date, *, by_advisor: bool) -> Counts:
    """Count the students of the caller's district as of the day.

    Without `by_advisor`, a caller who may read the whole district gets kinds
    without advisors: nothing must be hidden, and advisors take half of the time.
    """
    district = db.session().get_one(District, caller.district_id)
    settings = district_settings.of(district)
    cycle = settings.cycle(as_of)
    late = as_of - timedelta(days=settings.late_entry_days)
    binds = {
        **caller.binds,
        **signatures.binds(as_of, settings.deciding_parents),
        "until": clock.end_of(as_of, district.time_zone),
        "cycle_starts_on": cycle.starts_on,
        "latest_entry": min(cycle.starts_on, late),
    }
    statement = _prepared(caller, by_advisor=by_advisor or not sees_district(caller))
    (rows,) = db.fetch(statement(**binds))
    everybody: Counter[Kind] = Counter()
    unseen: Counter[Kind] = Counter()
    for row in rows:
        kind = _kind(row)
        everybody[kind] += row["students"]
        if not row["is_seen"]:
            unseen[kind] += row["students"]
    return Counts(cycle, everybody, unseen)


def _kind(row: Mapping[str, Any]) -> Kind:
    advisors = sorted({str(UUID(one)) for one in (row["advisors"] or "").split(",") if one})
    standing = frozenset((row["state"], row["plan"], SIGNATURES[row["signatures"]]))
    return Kind(str(row["school_id"]), row["grade"], tuple(advisors), standing)


def sees_district(caller: Caller) -> bool:
    """Whether a district-wide appointment lets the caller read every student's plan status."""
    return any(None in conditions(role, Permission.PLAN_STATUS_READ) for role in caller.wide)


_built: dict[Any, db.Prepared] = {}


def _prepared(caller: Caller, *, by_advisor: bool) -> db.Prepared:
    """The statement for callers of this shape, built once."""
    key = caller.shape, by_advisor
    if key not in _built:
        _built[key] = db.Prepared(_counted(_standings(_seen(caller), by_advisor=by_advisor)))
    return _built[key]


def _seen(caller: Caller) -> ColumnElement[bool]:
    """Whether the caller may read the student's plan status today, or for that day."""
    if sees_district(caller):
        return true()
    if not caller.may(Permission.PLAN_STATUS_READ):
        return false()
    needed = Permission.PLAN_STATUS_READ
    return or_(visible(Student, caller, needed), visible_then(Student, caller, needed, AS_OF))


def _counted(standing: Subquery) -> Select[Any]:
    return select(*standing.c, func.count().label("students")).group_by(*standing.c)


def _standings(is_seen: ColumnElement[bool], *, by_advisor: bool) -> Subquery:
    """One row for each student enrolled on the day, with their place and their standing."""
    place, reviews = places(), _reviews()
    advisors = _advisors() if by_advisor else None
    columns = [
        place.c.school_id,
        place.c.grade,
        (null() if advisors is None else advisors.c.advisors).label("advisors"),
        case((Plan.opened_on <= AS_OF, HAS_PLAN), else_=NO_PLAN).label("plan"),
        _state(place.c.student_id, reviews).label("state"),
        case(
            (PlanVersion.id.is_(None), ""), else_=signatures.state_letter(signatures.marks())
        ).label("signatures"),
        case((is_seen, literal(1)), else_=literal(0)).label("is_seen"),
    ]
    joined = (
        select(*columns)
        .select_from(place)
        .join(Student, Student.id == place.c.student_id)
        .outerjoin(Plan, Plan.student_id == place.c.student_id)
        .outerjoin(PlanVersion, _in_force(place.c.student_id))
        .outerjoin(reviews, reviews.c.student_id == place.c.student_id)
        .where(~_studied_at_home(place.c.student_id))
    )
    if advisors is not None:
        joined = joined.outerjoin(advisors, advisors.c.student_id == place.c.student_id)
    return joined.subquery("standing")


def _studied_at_home(student_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the student was in home study on the day, which 16 V.S.A. 942 excepts."""
    return exists().where(HomeStudy.student_id == student_id, _held(HomeStudy))


def _held(model: Any) -> ColumnElement[bool]:
    """Whether a row with a span (home study, enrollment, relationship) was valid on the day."""
    return spans.holds_on(model, AS_OF)


def _has_grade() -> ColumnElement[bool]:
    return or_(*(SchoolEnrollment.grade == grade for grade in GRADES))


def places() -> Subquery:
    """The one school and grade under which each student counts on the day.

    Of two enrollments at once, that in the plan's home school counts, else the newest.
    """
    is_home = case((SchoolEnrollment.school_id == Student.plan_home_school_id, 0), else_=1)
    order = (is_home, SchoolEnrollment.starts_on.desc(), SchoolEnrollment.id.desc())
    held = (
        select(
            SchoolEnrollment.student_id,
            SchoolEnrollment.school_id,
            SchoolEnrollment.grade,
            func.row_number()
            .over(partition_by=SchoolEnrollment.student_id, order_by=order)
            .label("rank"),
        )
        .join(Student, Student.id == SchoolEnrollment.student_id)
        .where(SchoolEnrollment.district_id == DISTRICT, _has_grade(), _held(SchoolEnrollment))
        .subquery("held")
    )
    return select(held).where(held.c.rank == 1).subquery("place")


def _advisors() -> Subquery:
    """The ids of each student's advisors on the day, joined in one text."""
    return (
        select(
            Relationship.student_id,
            db.joined(Relationship.person_id).label("advisors"),
        )
        .where(
            Relationship.district_id == DISTRICT,
            Relationship.kind == RelationshipKind.ADVISOR,
            Relationship.status == RelationshipStatus.CONFIRMED,
            _held(Relationship),
        )
        .group_by(Relationship.student_id)
        .subquery("advisors")
    )


def _in_force(student_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Criterion: the version in force on the day, unless a family kept it in home study."""
    return and_(
        PlanVersion.student_id == student_id,
        PlanVersion.in_force_on <= AS_OF,
        PlanVersion.regime == Regime.SCHOOL,
        or_(PlanVersion.superseded_on.is_(None), PlanVersion.superseded_on > AS_OF),
    )


def _reviews() -> Subquery:
    """For each student, whether this cycle's review is excepted, and which earlier one was due.

    `owed` is the first day of the last cycle whose review was due before the
    day without an exception; `spared` is the same for reviews with an exception.
    """
    is_excepted = Review.excepted_on <= AS_OF
    is_this = and_(Review.cycle_starts_on <= AS_OF, Review.cycle_ends_on >= AS_OF)
    was_due = Review.due_on < AS_OF
    unexcepted = or_(Review.excepted_on.is_(None), Review.excepted_on > AS_OF)
    return (
        select(
            Review.student_id,
            func.max(case((and_(is_this, is_excepted), 1), else_=0)).label("is_excepted"),
            func.max(case((and_(was_due, unexcepted), Review.cycle_starts_on))).label("owed"),
            func.max(case((and_(was_due, is_excepted), Review.cycle_starts_on))).label("spared"),
        )
        .where(Review.district_id == DISTRICT)
        .group_by(Review.student_id)
        .subquery("reviews")
    )


def _updated_on() -> ColumnElement[Any]:
    """The day on which the version in force was last approved or reaffirmed.

    A correction is no update, so it has the day of the version that it corrects.
    """
    kept = (
        select(func.max(VersionReaffirmation.reaffirmed_on))
        .where(
            VersionReaffirmation.plan_version_id == PlanVersion.id,
            VersionReaffirmation.reaffirmed_on <= AS_OF,
        )
        .correlate(PlanVersion)
        .scalar_subquery()
    )
    return func.coalesce(kept, PlanVersion.reviewed_on, PlanVersion.in_force_on)


def _state(student_id: ColumnElement[Any], reviews: Subquery) -> ColumnElement[Any]:
    """The state of a student: the first that is true of current, excepted, overdue and due.

    A student is overdue if no version came into force since the beginning of the
    cycle of the last review that was due. A student without a plan is overdue if
    they entered before this cycle, and more than `late_entry_days` ago.
    """
    since = _updated_on()
    owes = and_(
        reviews.c.owed.is_not(None),
        or_(since.is_(None), since < reviews.c.owed),
        or_(reviews.c.spared.is_(None), reviews.c.spared < reviews.c.owed),
    )
    entered_long_ago = exists().where(
        SchoolEnrollment.student_id == student_id,
        SchoolEnrollment.starts_on < LATEST_ENTRY,
        _has_grade(),
    )
    has_no_plan = or_(Plan.id.is_(None), Plan.opened_on > AS_OF)
    return case(
        (since >= CYCLE_STARTS_ON, "current"),
        (reviews.c.is_excepted == 1, "excepted"),
        (or_(owes, and_(has_no_plan, entered_long_ago)), "overdue"),
        else_="due",
    )
