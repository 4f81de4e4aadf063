"""ELOs and the parts of their design."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from plp_api.catalog.elo_designs.models import Design
from plp_api.catalog.partners.models import Partner, PartnerSite
from plp_api.foundation import db
from plp_api.foundation.db import Base, Part, Resource
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code, Problem
from plp_api.planning.plans.models import Plan


class EloStatus(StrEnum):
    """The states of an ELO."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    DENIED = "denied"
    DESIGN = "design"
    AGREEMENT_PENDING = "agreement_pending"
    APPROVED = "approved"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EVIDENCE_COMPLETE = "evidence_complete"
    PRESENTED = "presented"
    EVALUATED = "evaluated"
    CREDIT_AWARDED = "credit_awarded"
    INCOMPLETE = "incomplete"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


PROPOSED = frozenset({EloStatus.DRAFT, EloStatus.SUBMITTED, EloStatus.RETURNED})
"""Before a coordinator took it on: the student's own words."""
ENDED = frozenset(
    {EloStatus.DENIED, EloStatus.CREDIT_AWARDED, EloStatus.WITHDRAWN, EloStatus.TERMINATED}
)
AGREED = frozenset(
    {
        EloStatus.APPROVED,
        EloStatus.ACTIVE,
        EloStatus.SUSPENDED,
        EloStatus.EVIDENCE_COMPLETE,
        EloStatus.PRESENTED,
        EloStatus.EVALUATED,
        EloStatus.INCOMPLETE,
        EloStatus.CREDIT_AWARDED,
    }
)
"""The states after the agreement. Its profile may have none, and once active it may be void."""
ACCEPTED = frozenset(EloStatus) - PROPOSED - {EloStatus.DENIED}
"""After a coordinator took it on; one that was withdrawn may have been accepted or not."""
BEGUN = AGREED - {EloStatus.APPROVED}
"""The states in which the work began."""
AT_WORK = BEGUN - ENDED
"""The states from the start to the credit: the student's work is looked at."""


class Awaited(StrEnum):
    """For whom an ELO waits."""

    STUDENT = "student"
    COORDINATOR = "coordinator"
    SIGNERS = "signers"
    PANEL = "panel"
    COOPERATING_TEACHER = "cooperating_teacher"
    TEACHER_OF_RECORD = "teacher_of_record"
    MENTOR = "mentor"


WAITS_FOR = {
    EloStatus.DRAFT: Awaited.STUDENT,
    EloStatus.SUBMITTED: Awaited.COORDINATOR,
    EloStatus.RETURNED: Awaited.STUDENT,
    EloStatus.DESIGN: Awaited.COORDINATOR,
    EloStatus.AGREEMENT_PENDING: Awaited.SIGNERS,
    EloStatus.APPROVED: Awaited.COORDINATOR,
    EloStatus.ACTIVE: Awaited.STUDENT,
    EloStatus.SUSPENDED: Awaited.COORDINATOR,
    EloStatus.EVIDENCE_COMPLETE: Awaited.PANEL,
    EloStatus.PRESENTED: Awaited.COOPERATING_TEACHER,
    EloStatus.EVALUATED: Awaited.TEACHER_OF_RECORD,
    EloStatus.INCOMPLETE: Awaited.COORDINATOR,
}


class Elo(Design, Resource, Base):
    """One ELO of a student.

    `school_id` is the school that runs it: its coordinator decides. `profile` is the profile
    of its type as of the day it was accepted. The agreement states ranges: from
    `earliest_start` to the day before `latest_end`, `least_minutes` to `most_minutes` in all;
    `starts_on`, `ends_on` and `planned_minutes` lie inside them. `work` has the facts of
    work-based learning. `waiting_since` is the instant of the last move, `waiting_on` for whom it
    waits since: it follows from status and profile. `complete_by` is the
    last day of an `incomplete`; `unagreed_until` the last day on which an active ELO may run
    while its voided agreement is signed again. `suspended_on` and `unagreed_until` tell of now:
    what is over stands in `EloStop`.
    """

    __tablename__ = "elos"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="id")
    # What the history of a plan shows of it.
    __kept__ = (
        "type",
        "status",
        "title",
        "description",
        "partner_id",
        "school_id",
        "starts_on",
        "ends_on",
        "planned_minutes",
    )
    __table_args__ = (
        Index("ix_elos_student_id", "student_id", "created_at"),
        Index("ix_elos_plan_id", "plan_id"),
        Index("ix_elos_school_id", "school_id", "status"),
        Index("ix_elos_partner_id", "partner_id"),
        Index("ix_elos_opportunity_id", "opportunity_id", "status"),
        Index("ix_elos_district_updated", "district_id", "updated_at", "id"),
        CheckConstraint("latest_end > earliest_start", name="dates"),
        CheckConstraint("ends_on >= starts_on", name="span"),
        CheckConstraint("most_minutes >= least_minutes", name="minutes"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    type: Mapped[str] = mapped_column(String(24))
    status: Mapped[str] = mapped_column(String(24), default=EloStatus.DRAFT)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(default="")
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opportunity_id: Mapped[UUID | None] = mapped_column(ForeignKey("opportunities.id"))
    interest_id: Mapped[UUID | None] = mapped_column(ForeignKey("interests.id"))
    design_template_id: Mapped[UUID | None] = mapped_column(ForeignKey("design_templates.id"))
    rubric_id: Mapped[UUID | None] = mapped_column(ForeignKey("rubrics.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partners.id"))
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_sites.id"))
    earliest_start: Mapped[date | None]
    latest_end: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    least_minutes: Mapped[int | None]
    most_minutes: Mapped[int | None]
    planned_minutes: Mapped[int | None]
    work: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    waiting_since: Mapped[datetime]
    waiting_on: Mapped[str | None] = mapped_column(String(24))
    submitted_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    started_on: Mapped[date | None]
    suspended_on: Mapped[date | None]
    handed_in_on: Mapped[date | None]
    complete_by: Mapped[date | None]
    unagreed_until: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    end_reason: Mapped[str | None]

    partner: Mapped[Partner | None] = relationship(lazy="joined")
    site: Mapped[PartnerSite | None] = relationship(lazy="joined")
    plan: Mapped[Plan] = relationship(lazy="joined", innerjoin=True)

    @validates("status", "profile")
    def _wait(self, name: str, value: Any) -> Any:
        """Keep `waiting_on` in step; a state that the profile skips waits for nobody."""
        state = value if name == "status" else self.status
        skipped = ((self.profile if name == "status" else value) or {}).get("skipped_states", ())
        if state == EloStatus.EVIDENCE_COMPLETE and EloStatus.PRESENTED in skipped:
            state = EloStatus.PRESENTED
        if state == EloStatus.PRESENTED and EloStatus.EVALUATED in skipped:
            state = EloStatus.EVALUATED
        self.waiting_on = None if state is None else WAITS_FOR.get(EloStatus(state))
        return value

    @property
    def partner_name(self) -> str | None:
        """The name of the partner, for readers who do not read partners."""
        return None if self.partner is None else self.partner.name

    @property
    def site_name(self) -> str | None:
        """The name of the site."""
        return None if self.site is None else self.site.name

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.status not in ENDED

    def skips(self, state: str) -> bool:
        """Whether the profile of its type leaves that state out."""
        return state in (self.profile or {}).get("skipped_states", ())


class EloPart(Part):
    """A row that belongs to one ELO, and moves its version.

    Whoever changes a part calls `touch` of the ELO.
    """

    def whole(self) -> Elo:
        """The ELO. Raises Problem(not_found) if it was deleted just now, with its parts."""
        elo = db.session().get(Elo, self.elo_id)
        if elo is None:
            raise Problem(Code.NOT_FOUND)
        return elo

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    elo_id: Mapped[UUID] = mapped_column(ForeignKey("elos.id"))


class StopReason(StrEnum):
    """Why an ELO stood still."""

    SUSPENDED = "suspended"
    UNAGREED = "unagreed"
    HANDED_IN = "handed_in"


class EloStop(EloPart, Base):
    """Days on which the ELO stood still, from `starts_on` until the day before `ends_on`."""

    __tablename__ = "elo_stops"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_elo_stops_elo_id", "elo_id", "starts_on"),
        Index("ix_elo_stops_student_id", "student_id"),
        CheckConstraint("ends_on > starts_on", name="span"),
    )

    why: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class EloGoal(EloPart, Base):
    """A goal that the ELO serves."""

    __tablename__ = "elo_goals"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    # So that the history of a plan knows links that were removed.
    __kept__ = ("elo_id", "goal_id")
    __table_args__ = (
        Index("uq_elo_goals_goal", "elo_id", "goal_id", unique=True),
        Index("ix_elo_goals_goal_id", "goal_id"),
        Index("ix_elo_goals_student_id", "student_id"),
    )

    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goals.id"))


class EloTime(EloPart, Base):
    """A weekly time on site: `weekday` 1 is Monday (ISO 8601), times are minutes of the day."""

    __tablename__ = "elo_times"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_elo_times_elo_id", "elo_id"),
        Index("ix_elo_times_student_id", "student_id"),
        Index("ix_elo_times_weekday", "district_id", "weekday"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("0 <= begins AND begins < ends AND ends <= 1440", name="times"),
    )

    weekday: Mapped[int]
    begins: Mapped[int]
    ends: Mapped[int]


class Benchmark(EloPart, Base):
    """A piece of work due on a day, which a reviewer reviews."""

    __tablename__ = "elo_benchmarks"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_elo_benchmarks_elo_id", "elo_id"),
        Index("ix_elo_benchmarks_student_id", "student_id"),
    )

    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date | None]
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    outcome: Mapped[str | None] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(default="")
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    reviewed_on: Mapped[date | None]

    @property
    def status(self) -> str:
        """Whether it was reviewed."""
        return "open" if self.outcome is None else "reviewed"


class TrainingTask(EloPart, Base):
    """A task of the training plan, the competence it trains, and how it was mastered."""

    __tablename__ = "elo_training_tasks"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_elo_training_tasks_elo_id", "elo_id"),
        Index("ix_elo_training_tasks_student_id", "student_id"),
    )

    task: Mapped[str] = mapped_column(String(400))
    competence: Mapped[str] = mapped_column(String(400), default="")
    rating: Mapped[str | None] = mapped_column(String(24))
    rated_on: Mapped[date | None]
    rated_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))

    @property
    def status(self) -> str:
        """Whether it was rated."""
        return "open" if self.rating is None else "rated"


class Communication(EloPart, Base):
    """One row of the communication plan: with whom, by what means, how often."""

    __tablename__ = "elo_communications"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_elo_communications_elo_id", "elo_id"),
        Index("ix_elo_communications_student_id", "student_id"),
    )

    party: Mapped[str] = mapped_column(String(200))
    means: Mapped[str] = mapped_column(String(200))
    rhythm: Mapped[str] = mapped_column(String(200))


class EloPermission(EloPart, Base):
    """A permission that the ELO needs (a private vehicle, a photograph), given by whom and when."""

    __tablename__ = "elo_permissions"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_elo_permissions_elo_id", "elo_id"),
        Index("ix_elo_permissions_student_id", "student_id"),
    )

    kind: Mapped[str] = mapped_column(String(32))
    given_by_name: Mapped[str] = mapped_column(String(200), default="")
    given_on: Mapped[date | None]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class Cost(EloPart, Base):
    """What the ELO costs, in cents, and who bears it."""

    __tablename__ = "elo_costs"
    __ownership__ = OwnedByStudent(read="elos:read", assigned_by="elo_id")
    __table_args__ = (
        Index("ix_elo_costs_elo_id", "elo_id"),
        Index("ix_elo_costs_student_id", "student_id"),
        CheckConstraint("amount_cents >= 0", name="amount"),
    )

    what: Mapped[str] = mapped_column(String(200))
    amount_cents: Mapped[int] = mapped_column(Integer)
    borne_by: Mapped[str] = mapped_column(String(24))
