"""Prebuilt statements: one row for a plan's summary, and one statement for each part to expand."""

from typing import Any

from sqlalchemy import Select, Uuid, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.item_links.presenters import linked
from plp_api.catalog.partners.models import Partner
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import db
from plp_api.foundation.access.caller import TODAY
from plp_api.foundation.roster import names
from plp_api.foundation.roster.models import District, Person, Student
from plp_api.learning.elos.models import Elo, EloGoal
from plp_api.learning.work_logs.models import LogEntry, LogEntryStatus
from plp_api.planning.goals.models import Goal, GoalStep
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans.models import (
    OPEN_VERSION,
    Plan,
    PlanSection,
    PlanVersion,
    ProfileEntry,
    Statement,
    VersionStatus,
)
from plp_api.planning.reviews.models import Review
from plp_api.planning.signatures import standing as signatures
from plp_api.planning.signatures.models import Signature

PLAN = bindparam("row", type_=Uuid())


def _minutes(status: LogEntryStatus, minutes: Any) -> Any:
    """The minutes of the log entries in a state; where nobody corrected them, as logged."""
    counted = func.coalesce(minutes, LogEntry.minutes)
    return func.sum(case((LogEntry.status == status, counted), else_=0))


def heads() -> Select[Any]:
    """A plan with its student, the version in force, the open version and this cycle's review.

    The review is that of the newest cycle that has begun, even if an older
    review is still open for a late entry.
    """
    open_one = aliased(PlanVersion)
    newest = (
        select(func.max(Review.cycle_starts_on))
        .where(Review.student_id == Plan.student_id, Review.cycle_starts_on <= TODAY)
        .correlate(Plan)
        .scalar_subquery()
    )
    is_open = and_(
        open_one.plan_id == Plan.id, or_(*(open_one.status == state for state in OPEN_VERSION))
    )
    wanted: list[Any] = [
        Plan.id,
        Plan.version,
        Plan.activity,
        Plan.status,
        Plan.regime,
        Plan.opened_on,
        Plan.template_id,
        Plan.created_at,
        Plan.updated_at,
        Plan.student_id,
        Plan.district_id,
        # The cursor of a list by name needs these two; no document shows them.
        Person.family_name,
        Person.given_name,
        names.for_reader(Person, Plan.student_id).label("display_name"),
        names.pronouns_for_reader(Person, Plan.student_id).label("pronouns"),
        Student.grade,
        Student.plan_home_school_id,
        PlanVersion.id.label("version_id"),
        PlanVersion.number.label("version_number"),
        PlanVersion.in_force_on,
        PlanVersion.snapshot_sha256,
        open_one.id.label("open_id"),
        open_one.number.label("open_number"),
        open_one.status.label("open_status"),
        open_one.submitted_at.label("open_submitted_at"),
        Review.id.label("review_id"),
        Review.version.label("review_version"),
        Review.status.label("review_status"),
        Review.due_on,
        Review.held_on,
        Review.plan_version_id,
        Review.excepted_on,
        *signatures.parts(District.settings["deciding_parents"].as_string()),
    ]
    return (
        select(*wanted)
        .join(Student, Student.id == Plan.student_id)
        .join(Person, Person.id == Plan.student_id)
        .join(District, District.id == Plan.district_id)
        .outerjoin(
            PlanVersion,
            and_(PlanVersion.plan_id == Plan.id, PlanVersion.status == VersionStatus.IN_FORCE),
        )
        .outerjoin(open_one, is_open)
        .outerjoin(
            Review,
            and_(Review.student_id == Plan.student_id, Review.cycle_starts_on == newest),
        )
    )


_renamed_at = (
    select(func.max(Person.updated_at))
    .where(Person.district_id == Plan.district_id)
    .correlate(Plan)
    .scalar_subquery()
)
_restated_at = (
    select(func.max(FrameworkItem.updated_at))
    .where(FrameworkItem.district_id == Plan.district_id)
    .correlate(Plan)
    .scalar_subquery()
)
_hosted_at = (
    select(func.max(Partner.updated_at))
    .join(Elo, Elo.partner_id == Partner.id)
    .where(Elo.student_id == Plan.student_id)
    .correlate(Plan)
    .scalar_subquery()
)
_logged_at, _logged = (
    select(what).where(LogEntry.student_id == Plan.student_id).correlate(Plan).scalar_subquery()
    for what in (func.max(LogEntry.updated_at), func.count(LogEntry.id))
)
HEAD = db.Prepared(
    heads()
    .add_columns(
        _renamed_at.label("renamed_at"),
        _restated_at.label("restated_at"),
        _hosted_at.label("hosted_at"),
        _logged_at.label("logged_at"),
        _logged.label("logged"),
    )
    .where(Plan.id == PLAN)
)
"""With the last change of a person and of a framework item of the district, and of a partner of the
student's ELOs: the plan's tag covers the names and statements in it. The log of an ELO grows every
day and leaves the plan's `activity` alone; so its entries are counted here."""
HEADS = db.Prepared(heads().where(db.any_of(Plan.id, db.ids_bind("ids"))))

GOALS = db.Prepared(
    select(
        Goal.id,
        Goal.version,
        Goal.status,
        Goal.domain,
        Goal.title,
        Goal.specific,
        Goal.measurable,
        Goal.achievable,
        Goal.relevant,
        Goal.due_on,
        Goal.proposed_outcome,
        Goal.ended_on,
        Goal.progress_percent,
        Goal.progress_on,
    )
    .where(Goal.plan_id == PLAN)
    .order_by(Goal.created_at, Goal.id)
)
STEPS = db.Prepared(
    select(
        GoalStep.id,
        GoalStep.version,
        GoalStep.goal_id,
        GoalStep.position,
        GoalStep.title,
        GoalStep.due_on,
        GoalStep.done_on,
    )
    .join(Goal, Goal.id == GoalStep.goal_id)
    .where(Goal.plan_id == PLAN)
    .order_by(Goal.created_at, Goal.id, GoalStep.position)
)
ITEMS_OF_GOALS = db.Prepared(
    linked()
    .join(Goal, Goal.id == ItemLink.subject_id)
    .where(Goal.plan_id == PLAN)
    .order_by(Goal.created_at, Goal.id, ItemLink.id)
)

_writer, _author, _signer = aliased(Person), aliased(Person), aliased(Person)
_witness, _recorder, _issuer = aliased(Person), aliased(Person), aliased(Person)

SECTIONS = db.Prepared(
    select(
        PlanSection.id,
        PlanSection.version,
        PlanSection.key,
        PlanSection.body,
        PlanSection.visibility,
        PlanSection.written_by,
        names.for_reader(_writer, PlanSection.student_id).label("written_by_name"),
        PlanSection.updated_at,
    )
    .join(PlanVersion, PlanSection.plan_version_id == PlanVersion.id)
    .outerjoin(_writer, names.is_known(_writer, PlanSection.written_by))
    .where(PlanVersion.plan_id == PLAN, PlanVersion.status == VersionStatus.IN_FORCE)
    .order_by(PlanSection.position)
)
_contested = aliased(PlanVersion)
STATEMENTS = db.Prepared(
    select(
        Statement.id,
        Statement.student_id,
        Statement.plan_id,
        Statement.plan_version_id,
        Statement.part,
        Statement.part_sha256,
        Statement.body,
        Statement.author_id,
        names.for_reader(_author, Statement.student_id).label("author_name"),
        Statement.author_role,
        Statement.stated_at,
        Statement.withdrawn_at,
        Statement.corrected_at,
        Statement.correction_reason,
        _contested.number.label("contested_number"),
        PlanVersion.snapshot,
    )
    .outerjoin(_author, names.is_known(_author, Statement.author_id))
    .join(_contested, _contested.id == Statement.plan_version_id)
    .join(PlanVersion, PlanVersion.plan_id == Statement.plan_id)
    .where(
        Statement.plan_id == PLAN,
        Statement.withdrawn_at.is_(None),
        PlanVersion.status == VersionStatus.IN_FORCE,
    )
    .order_by(Statement.stated_at, Statement.id)
)
SIGNATURES = db.Prepared(
    select(
        Signature.id,
        Signature.plan_version_id,
        Signature.role,
        Signature.person_id,
        names.for_reader(_signer, Signature.student_id).label("person_name"),
        Signature.signed_by_name,
        Signature.method,
        Signature.identity_check,
        Signature.snapshot_sha256,
        Signature.language,
        Signature.signed_at,
        Signature.witnessed_by,
        names.for_reader(_witness, Signature.student_id).label("witnessed_by_name"),
        Signature.recorded_by,
        names.for_reader(_recorder, Signature.student_id).label("recorded_by_name"),
        Signature.issued_by,
        names.for_reader(_issuer, Signature.student_id).label("issued_by_name"),
    )
    .outerjoin(_signer, names.is_known(_signer, Signature.person_id))
    .outerjoin(_witness, names.is_known(_witness, Signature.witnessed_by))
    .outerjoin(_recorder, names.is_known(_recorder, Signature.recorded_by))
    .outerjoin(_issuer, names.is_known(_issuer, Signature.issued_by))
    .join(PlanVersion, Signature.signed_version_id == signatures.COUNTED)
    .where(PlanVersion.plan_id == PLAN, PlanVersion.status == VersionStatus.IN_FORCE)
    .order_by(Signature.signed_at, Signature.id)
)
ENTRIES = db.Prepared(
    select(ProfileEntry.id, ProfileEntry.kind, ProfileEntry.body, ProfileEntry.created_at)
    .where(ProfileEntry.plan_id == PLAN, ProfileEntry.withdrawn_at.is_(None))
    .order_by(ProfileEntry.created_at, ProfileEntry.id)
)
ELEMENTS = db.Prepared(
    select(
        PathwayElement.id,
        PathwayElement.version,
        PathwayElement.status,
        PathwayElement.type,
        PathwayElement.title,
        PathwayElement.course_code,
        PathwayElement.provider_name,
        PathwayElement.provider_kind,
        PathwayElement.location,
        PathwayElement.term,
        PathwayElement.starts_on,
        PathwayElement.ends_on,
        PathwayElement.funding,
        PathwayElement.high_school_credits,
        PathwayElement.college_credits,
        PathwayElement.returned_on,
        PathwayElement.approved_on,
        PathwayElement.enrolled_on,
        PathwayElement.completed_on,
        PathwayElement.withdrawn_on,
        PathwayElement.result,
        PathwayElement.high_school_credits_earned,
        PathwayElement.college_credits_earned,
    )
    .where(PathwayElement.plan_id == PLAN)
    .order_by(PathwayElement.created_at, PathwayElement.id)
)
ITEMS_OF_ELEMENTS = db.Prepared(
    linked()
    .join(PathwayElement, PathwayElement.id == ItemLink.subject_id)
    .where(PathwayElement.plan_id == PLAN)
    .order_by(PathwayElement.created_at, PathwayElement.id, ItemLink.id)
)
ELOS = db.Prepared(
    select(
        Elo.id,
        Elo.version,
        Elo.title,
        Elo.type,
        Elo.status,
        Elo.description,
        Partner.name.label("partner_name"),
        Elo.starts_on,
        Elo.ends_on,
        Elo.complete_by,
        Elo.planned_minutes,
    )
    .outerjoin(Partner, Partner.id == Elo.partner_id)
    .where(Elo.plan_id == PLAN)
    .order_by(Elo.created_at, Elo.id)
)
ITEMS_OF_ELOS = db.Prepared(
    linked()
    .join(Elo, Elo.id == ItemLink.subject_id)
    .where(Elo.plan_id == PLAN)
    .order_by(Elo.created_at, Elo.id, ItemLink.id)
)
GOALS_OF_ELOS = db.Prepared(
    select(EloGoal.elo_id, EloGoal.goal_id)
    .join(Elo, Elo.id == EloGoal.elo_id)
    .where(Elo.plan_id == PLAN)
    .order_by(EloGoal.elo_id, EloGoal.id)
)
MINUTES_OF_ELOS = db.Prepared(
    select(
        LogEntry.elo_id,
        _minutes(LogEntryStatus.VERIFIED, LogEntry.verified_minutes).label("verified"),
        _minutes(LogEntryStatus.PENDING, LogEntry.minutes).label("pending"),
    )
    .join(Elo, Elo.id == LogEntry.elo_id)
    .where(Elo.plan_id == PLAN)
    .group_by(LogEntry.elo_id)
)
_written = aliased(PlanVersion)
_asked = case((_written.template_id.is_(None), Plan.template_id), else_=_written.template_id)
TEMPLATE = db.Prepared(
    select(PlanTemplate.id, PlanTemplate.name, PlanTemplate.edition, PlanTemplate.sections)
    .select_from(Plan)
    .outerjoin(
        _written,
        and_(_written.plan_id == Plan.id, or_(*(_written.status == each for each in OPEN_VERSION))),
    )
    .join(PlanTemplate, PlanTemplate.id == _asked)
    .where(Plan.id == PLAN)
)
PLAN_OF_STUDENT = db.Prepared(
    select(Plan.id).where(Plan.student_id == bindparam("student", type_=Uuid()))
)
