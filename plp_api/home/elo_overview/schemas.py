"""Schemas of the overview of ELOs. Rows are returned without them; tests compare the two."""

from marshmallow import fields

from plp_api.catalog.elo_profiles.models import EloType, SignerRole
from plp_api.catalog.item_links.schemas import framework_items
from plp_api.foundation.rest.fields import Choice, Date, Instant, ResourceSchema, Schema
from plp_api.foundation.rest.people import StudentBriefSchema, name_of
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.learning.agreements.models import AgreementStatus
from plp_api.learning.credit.models import CreditStatus
from plp_api.learning.elos.models import Awaited, EloStatus
from plp_api.learning.work_logs.models import LogEntryStatus
from plp_api.learning.work_logs.schemas import HoursOfWeekSchema, LogMentorSchema

LOG = frozenset({"verified_minutes", "pending_minutes"})


class EloSummarySchema(ResourceSchema):
    """One ELO in a list: where it stands, for whom it waits, and the hours logged.

    The hours are left out where you may not read the log.
    """

    sometimes = LOG

    type = Choice(EloType)
    status = Choice(EloStatus)
    title = fields.String()
    school_id = fields.UUID(metadata={"description": "The school that runs it."})
    partner_id = fields.UUID(allow_none=True)
    partner_name = fields.String(allow_none=True)
    site_id = fields.UUID(allow_none=True)
    site_name = fields.String(allow_none=True)
    coordinator_id = fields.UUID(
        allow_none=True,
        metadata={"description": "Who has coordinated it longest, of those who do today."},
    )
    coordinator_name = name_of("coordinator_id")
    mentor_id = fields.UUID(
        allow_none=True, metadata={"description": "The first mentor of the team today."}
    )
    mentor_name = fields.String(allow_none=True)
    starts_on = Date(allow_none=True)
    ends_on = Date(allow_none=True)
    planned_minutes = fields.Integer(allow_none=True)
    waiting_on = Choice(Awaited, allow_none=True)
    waiting_since = Instant()
    started_on = Date(allow_none=True)
    suspended_on = Date(allow_none=True)
    complete_by = Date(allow_none=True)
    unagreed_until = Date(allow_none=True)
    ended_at = Instant(allow_none=True)
    next_benchmark_on = Date(
        allow_none=True,
        metadata={"description": "When the next benchmark is due that nobody has reviewed."},
    )
    verified_minutes = fields.Integer()
    pending_minutes = fields.Integer(
        metadata={"description": "Minutes logged that nobody has verified yet."}
    )
    student = fields.Nested(StudentBriefSchema)


class OverviewMemberSchema(Schema):
    """Somebody who works on the ELO today. A mentor has no account."""

    assignment_id = fields.UUID()
    role = Choice(AssignmentRole)
    person_id = fields.UUID(allow_none=True)
    person_name = name_of("person_id")
    mentor_id = fields.UUID(allow_none=True)
    mentor_name = fields.String(allow_none=True)
    delegate_of_id = fields.UUID(allow_none=True)


class OverviewEntrySchema(Schema):
    """A log entry."""

    id = fields.UUID()
    version = fields.Integer()
    on = Date()
    minutes = fields.Integer()
    activity = fields.String()
    framework_item_id = fields.UUID(allow_none=True)
    status = Choice(LogEntryStatus)
    verified_minutes = fields.Integer(allow_none=True)
    decided_by = fields.UUID(
        allow_none=True,
        metadata={"description": "Who of the school verified or declined it last."},
    )
    decided_by_name = name_of("decided_by")
    mentor = fields.Nested(
        LogMentorSchema,
        allow_none=True,
        metadata={"description": "The mentor, where they verified or declined it by a link."},
    )
    decided_at = Instant(allow_none=True)
    words = fields.String()


class OverviewSignatureSchema(Schema):
    """A signature on the agreement; a parent does not learn who the other parent is."""

    id = fields.UUID()
    role = Choice(SignerRole, called="AgreementSigner")
    person_id = fields.UUID(allow_none=True)
    person_name = name_of("person_id")
    mentor_id = fields.UUID(allow_none=True)
    mentor_name = fields.String(allow_none=True)
    is_declined = fields.Boolean()
    signed_at = Instant()


class OverviewAgreementSchema(Schema):
    """The newest edition of the agreement."""

    id = fields.UUID()
    edition = fields.Integer()
    status = Choice(AgreementStatus)
    sha256 = fields.String()
    signers = fields.List(Choice(SignerRole, called="AgreementSigner"))
    waiting_for = fields.List(
        Choice(SignerRole, called="AgreementSigner"),
        metadata={
            "description": "The roles whose turn it is to sign; nobody, once it is complete."
        },
    )
    signatures = fields.List(fields.Nested(OverviewSignatureSchema))


class OverviewCreditSchema(Schema):
    """A credit line."""

    id = fields.UUID()
    version = fields.Integer()
    area = fields.String()
    amount = fields.Float()
    status = Choice(CreditStatus)
    is_elective = fields.Boolean()
    teacher_of_record_id = fields.UUID()
    teacher_of_record_name = name_of("teacher_of_record_id")
    decided_at = Instant(allow_none=True)


class EloOverviewSchema(EloSummarySchema):
    """One ELO with its team, items, log, agreement and credit.

    The log and the credit are left out where you may not read them.
    """

    sometimes = LOG | frozenset({"log_entries", "hours_by_week", "credit_lines"})

    team = fields.List(fields.Nested(OverviewMemberSchema))
    framework_items = framework_items()
    agreement = fields.Nested(OverviewAgreementSchema, allow_none=True)
    log_entries = fields.List(fields.Nested(OverviewEntrySchema))
    hours_by_week = fields.List(fields.Nested(HoursOfWeekSchema))
    credit_lines = fields.List(fields.Nested(OverviewCreditSchema))
