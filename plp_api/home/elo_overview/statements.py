"""Prebuilt statements: the row of an ELO, and one statement for each of its parts."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, func, select
from sqlalchemy.orm import aliased

from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.item_links.presenters import linked
from plp_api.catalog.partners.models import Mentor, Partner, PartnerSite
from plp_api.foundation import db
from plp_api.foundation.access.caller import TODAY
from plp_api.foundation.roster import names
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.models import Person, Student
from plp_api.learning.agreements.models import Agreement, AgreementSignature
from plp_api.learning.credit.models import CreditLine
from plp_api.learning.elos import team
from plp_api.learning.elos.models import Benchmark, Elo
from plp_api.learning.work_logs.models import LogEntry, LogEntryStatus

ELO = bindparam("row", type_=Uuid())


def _minutes(column: Any, status: LogEntryStatus) -> ColumnElement[int]:
    """The sum of minutes of the ELO's log entries in that state."""
    entry = aliased(LogEntry)
    total = select(func.sum(getattr(entry, column.key))).where(
        entry.elo_id == Elo.id, entry.status == status
    )
    return func.coalesce(total.correlate(Elo).scalar_subquery(), 0)


def _next_due() -> ColumnElement[Any]:
    """The day of the next benchmark that nobody reviewed."""
    benchmark = aliased(Benchmark)
    soonest = select(func.min(benchmark.due_on)).where(
        benchmark.elo_id == Elo.id, benchmark.reviewed_on.is_(None)
    )
    return soonest.correlate(Elo).scalar_subquery()


_lead, _host = aliased(Assignment), aliased(Assignment)
_coordinator, _host_mentor = aliased(Person), aliased(Mentor)


def _first_in(role: AssignmentRole) -> Any:
    """The id of the first assignment to the ELO in the role that holds today, delegates last."""
    one = aliased(Assignment)
    held = select(one.id).where(
        one.subject_type == team.SUBJECT,
        one.subject_id == Elo.id,
        one.role == role,
        team.holds(one, TODAY),
    )
    ordered = held.order_by(one.delegate_of_id.is_not(None), one.starts_on, one.id)
    return ordered.limit(1).correlate(Elo).scalar_subquery()


def heads() -> Select[Any]:
    """An ELO with its student, partner, site, coordinator, mentor, and the minutes of its log."""
    wanted: list[Any] = [
        Elo.id,
        Elo.version,
        Elo.type,
        Elo.status,
        Elo.title,
        Elo.school_id,
        Elo.partner_id,
        Partner.name.label("partner_name"),
        Elo.site_id,
        PartnerSite.name.label("site_name"),
        _coordinator.id.label("coordinator_id"),
        names.for_reader(_coordinator, Elo.student_id).label("coordinator_name"),
        _host_mentor.id.label("mentor_id"),
        _host_mentor.name.label("mentor_name"),
        Elo.starts_on,
        Elo.ends_on,
        Elo.planned_minutes,
        Elo.waiting_on,
        Elo.waiting_since,
        Elo.started_on,
        Elo.suspended_on,
        Elo.complete_by,
        Elo.unagreed_until,
        Elo.ended_at,
        Elo.created_at,
        Elo.updated_at,
        Elo.student_id,
        Elo.district_id,
        names.for_reader(Person, Elo.student_id).label("display_name"),
        Student.grade,
        Student.plan_home_school_id,
        _next_due().label("next_benchmark_on"),
        _minutes(LogEntry.verified_minutes, LogEntryStatus.VERIFIED).label("verified_minutes"),
        _minutes(LogEntry.minutes, LogEntryStatus.PENDING).label("pending_minutes"),
    ]
    return (
        select(*wanted)
        .join(Student, Student.id == Elo.student_id)
        .join(Person, Person.id == Elo.student_id)
        .outerjoin(Partner, Partner.id == Elo.partner_id)
        .outerjoin(PartnerSite, PartnerSite.id == Elo.site_id)
        .outerjoin(_lead, _lead.id == _first_in(AssignmentRole.COORDINATOR))
        .outerjoin(_coordinator, names.is_known(_coordinator, _lead.person_id))
        .outerjoin(_host, _host.id == _first_in(AssignmentRole.MENTOR))
        .outerjoin(_host_mentor, _host_mentor.id == _host.mentor_id)
    )


HEAD = db.Prepared(heads().where(Elo.id == ELO))
HEADS = db.Prepared(heads().where(db.any_of(Elo.id, db.ids_bind("ids"))))

_member, _verifier, _signer, _teacher = (aliased(Person) for _ in range(4))
_seer, _mentor, _signing = (aliased(Mentor) for _ in range(3))

TEAM = db.Prepared(
    select(
        Assignment.id.label("assignment_id"),
        Assignment.role,
        Assignment.person_id,
        names.for_reader(_member, Assignment.student_id).label("person_name"),
        Assignment.mentor_id,
        _mentor.name.label("mentor_name"),
        Assignment.delegate_of_id,
    )
    .outerjoin(_member, names.is_known(_member, Assignment.person_id))
    .outerjoin(_mentor, _mentor.id == Assignment.mentor_id)
    .where(
        Assignment.subject_type == team.SUBJECT,
        Assignment.subject_id == ELO,
        team.holds(Assignment, TODAY),
    )
    .order_by(Assignment.starts_on, Assignment.id)
)
ENTRIES = db.Prepared(
    select(
        LogEntry.id,
        LogEntry.version,
        LogEntry.on,
        LogEntry.minutes,
        LogEntry.activity,
        LogEntry.framework_item_id,
        LogEntry.status,
        LogEntry.verified_minutes,
        LogEntry.verified_by.label("decided_by"),
        names.for_reader(_verifier, LogEntry.student_id).label("decided_by_name"),
        LogEntry.verified_at.label("decided_at"),
        LogEntry.words,
        _seer.id.label("mentor_id"),
        _seer.name.label("mentor_name"),
    )
    .outerjoin(_verifier, names.is_known(_verifier, LogEntry.verified_by))
    .outerjoin(_seer, _seer.id == LogEntry.verified_by_mentor_id)
    .where(LogEntry.elo_id == ELO)
    .order_by(LogEntry.on, LogEntry.id)
)
ITEMS = db.Prepared(linked().where(ItemLink.subject_id == ELO).order_by(ItemLink.id))
_newest = select(func.max(Agreement.edition)).where(Agreement.elo_id == ELO).scalar_subquery()
AGREEMENT = db.Prepared(
    select(
        Agreement.id,
        Agreement.edition,
        Agreement.status,
        Agreement.sha256,
        Agreement.signers,
        Agreement.waiting_for,
        AgreementSignature.id.label("signature_id"),
        AgreementSignature.role,
        AgreementSignature.person_id,
        names.for_reader(_signer, Agreement.student_id).label("person_name"),
        AgreementSignature.mentor_id,
        _signing.name.label("mentor_name"),
        AgreementSignature.is_declined,
        AgreementSignature.signed_at,
    )
    .outerjoin(AgreementSignature, AgreementSignature.agreement_id == Agreement.id)
    .outerjoin(_signer, names.is_known(_signer, AgreementSignature.person_id))
    .outerjoin(_signing, _signing.id == AgreementSignature.mentor_id)
    .where(Agreement.elo_id == ELO, Agreement.edition == _newest)
    .order_by(AgreementSignature.signed_at, AgreementSignature.id)
)
CREDIT = db.Prepared(
    select(
        CreditLine.id,
        CreditLine.version,
        CreditLine.area,
        CreditLine.amount,
        CreditLine.status,
        CreditLine.is_elective,
        CreditLine.teacher_of_record_id,
        names.for_reader(_teacher, CreditLine.student_id).label("teacher_of_record_name"),
        CreditLine.decided_at,
    )
    .outerjoin(_teacher, names.is_known(_teacher, CreditLine.teacher_of_record_id))
    .where(CreditLine.elo_id == ELO)
    .order_by(CreditLine.created_at, CreditLine.id)
)
