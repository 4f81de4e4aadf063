"""Schemas of log entries, absences, site visits, and of the facts made of them."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.standards.schemas import FrameworkItemBriefSchema
from plp_api.foundation.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.elos.labor import LaborRule
from plp_api.learning.work_logs.dates import DAY
from plp_api.learning.work_logs.lifecycle import LOG_ENTRY
from plp_api.learning.work_logs.listings import OFF_CAMPUS, UNVISITED
from plp_api.learning.work_logs.models import LogEntryStatus
from plp_api.learning.work_logs.presenters import shape_absences, shape_entries, shape_unvisited

LONGEST_WORDS = 4000
USUAL_DAYS, MOST_DAYS = 30, 366


def _on(**kwargs: Any) -> Date:
    return Date(metadata={"description": "The day of the work.", "example": "2026-10-14"}, **kwargs)


def _minutes(**kwargs: Any) -> fields.Integer:
    return fields.Integer(
        strict=True,
        validate=validate.Range(1, DAY),
        metadata={"description": "How long, in minutes.", "example": 150},
        **kwargs,
    )


def _begins(**kwargs: Any) -> fields.Integer:
    return fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(0, DAY - 1),
        metadata={
            "description": "When it began, in minutes after midnight: 780 is 1 p.m.",
            "example": 780,
        },
        **kwargs,
    )


class LogMentorSchema(Schema):
    """A mentor who verified or declined by a link."""

    id = fields.UUID()
    name = fields.String(metadata={"example": "Tom Averill"})


class LogEntrySchema(ResourceSchema):
    """What the student did on one day, how long, and whether somebody verified it."""

    life = LOG_ENTRY
    shape = staticmethod(shape_entries)

    elo_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    on = _on(required=True)
    minutes = _minutes(required=True)
    begins = _begins(load_default=None)
    activity = Text(
        required=True,
        longest=LONGEST_WORDS,
        metadata={"description": "What the student did.", "example": "Took blood pressures."},
    )
    framework_item_id = fields.UUID(
        allow_none=True,
        load_default=None,
        metadata={"description": "The item of a framework that the work was about."},
    )
    framework_item = fields.Nested(FrameworkItemBriefSchema, dump_only=True, allow_none=True)
    status = Choice(LogEntryStatus, dump_only=True)
    verified_minutes = fields.Integer(
        dump_only=True,
        allow_none=True,
        metadata={"description": "What the verifier saw; it may differ from `minutes`."},
    )
    decided_by = fields.UUID(
        attribute="shown_verifier",
        dump_only=True,
        allow_none=True,
        metadata={"description": "Who of the school verified or declined it last."},
    )
    decided_by_name = name_of("decided_by")
    mentor = fields.Nested(
        LogMentorSchema,
        attribute="shown_mentor",
        dump_only=True,
        allow_none=True,
        metadata={"description": "The mentor, where they verified or declined it by a link."},
    )
    decided_at = Instant(attribute="verified_at", dump_only=True, allow_none=True)
    words = fields.String(
        dump_only=True, metadata={"description": "What the verifier said; empty if nothing."}
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class LogEntryPatchSchema(Schema):
    """The members to change."""

    on = _on()
    minutes = _minutes()
    begins = _begins()
    activity = Text(longest=LONGEST_WORDS)
    framework_item_id = fields.UUID(allow_none=True)


class LogEntryActionFieldsSchema(Schema):
    minutes = fields.Integer(
        strict=True,
        validate=validate.Range(0, DAY),
        metadata={
            "description": "For `verify` and `correct`: what you saw; if left out, `verify` takes "
            "the student's minutes."
        },
    )
    words = Text(
        longest=LONGEST_WORDS,
        metadata={
            "description": "Your words to the student; `correct` and `decline` need them.",
            "example": "You left at three.",
        },
    )


class AbsenceSchema(ResourceSchema):
    """A day on which the student was expected on site and does not come."""

    shape = staticmethod(shape_absences)

    elo_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    on = Date(required=True, metadata={"description": "A day to come was announced."})
    is_excused = fields.Boolean(load_default=False)
    words = Text(longest=LONGEST_WORDS, blank=True, load_default="", metadata={"example": "Ill."})
    recorded_by = fields.UUID(attribute="shown_recorder", dump_only=True, allow_none=True)
    recorded_by_name = name_of("recorded_by")


class AbsencePatchSchema(Schema):
    """The members to change."""

    on = Date()
    is_excused = fields.Boolean()
    words = Text(longest=LONGEST_WORDS, blank=True)


class VisitedSiteSchema(Schema):
    """A partner's site."""

    id = fields.UUID()
    name = fields.String(metadata={"example": "Main house"})
    street = fields.String()
    town = fields.String()


class SiteVisitSchema(ResourceSchema):
    """A visit of the school at the site of an ELO; for staff alone."""

    elo_id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    site_id = fields.UUID(dump_only=True, allow_none=True)
    site = fields.Nested(VisitedSiteSchema, dump_only=True, allow_none=True)
    on = Date(required=True)
    words = Text(
        longest=LONGEST_WORDS,
        blank=True,
        load_default="",
        metadata={"description": "What was seen.", "example": "Works beside the head nurse."},
    )
    visited_by = fields.UUID(
        metadata={"description": "You, if left out, or somebody of the ELO's team."}
    )
    visited_by_name = name_of("visited_by")


class SiteVisitPatchSchema(Schema):
    """The members to change."""

    on = Date()
    words = Text(longest=LONGEST_WORDS, blank=True)
    visited_by = fields.UUID()


class UnvisitedEloQuerySchema(UNVISITED.query_schema("UnvisitedEloFilters")):  # type: ignore[misc]
    """The filters of the list, and the number of days."""

    days = fields.Integer(
        load_default=USUAL_DAYS,
        validate=validate.Range(1, MOST_DAYS),
        metadata={"description": "For how many days nobody visited the site."},
    )


class OffCampusQuerySchema(OFF_CAMPUS.query_schema("OffCampusFilters")):  # type: ignore[misc]
    """The filters of the list, and the day."""

    on = Date(metadata={"description": "The day; today in your district, if left out."})


class UnvisitedEloSchema(Schema):
    """An active ELO whose site nobody visited lately."""

    shape = staticmethod(shape_unvisited)

    elo_id = fields.UUID(attribute="id")
    title = fields.String(metadata={"example": "Nursing at the clinic"})
    student_id = fields.UUID()
    student = student_of()
    partner_id = fields.UUID()
    partner_name = fields.String(attribute="partner.name", metadata={"example": "Clinic"})
    site_id = fields.UUID()
    site = fields.Nested(VisitedSiteSchema)
    last_visited_on = Date(
        allow_none=True, metadata={"description": "At the site, for whatever ELO; null if never."}
    )
    days_since = fields.Integer(
        metadata={"description": "Days since the last visit; if never, since the ELO began."}
    )


class OffCampusSchema(Schema):
    """A time at which a student is out there on the day, and where."""

    elo_id = fields.UUID()
    student_id = fields.UUID()
    student = student_of()
    title = fields.String(
        metadata={"description": "Of the ELO.", "example": "Nursing at the clinic"}
    )
    on = Date()
    begins = fields.Integer(
        metadata={"description": "In minutes after midnight: 780 is 1 p.m.", "example": 780}
    )
    ends = fields.Integer(metadata={"description": "In minutes after midnight.", "example": 900})
    partner_name = fields.String(allow_none=True, metadata={"example": "North Peak Clinic"})
    site = fields.Nested(VisitedSiteSchema, allow_none=True)
    is_absent = fields.Boolean(
        metadata={"description": "An absence from the site is recorded for the day."}
    )
    is_running = fields.Boolean(
        metadata={"description": "Whether the ELO may go on today; if not, nobody should be there."}
    )


class HoursSchema(Schema):
    minutes = fields.Integer()
    entries = fields.Integer(metadata={"description": "How many entries."})


class HoursByStatusSchema(Schema):
    """Minutes by whether somebody verified them. Verified ones are as the verifier saw them."""

    verified = fields.Nested(HoursSchema)
    pending = fields.Nested(HoursSchema)
    declined = fields.Nested(HoursSchema)


class HoursOfWeekSchema(HoursByStatusSchema):
    begins_on = Date(metadata={"description": "The Monday."})


class HoursOfItemSchema(HoursByStatusSchema):
    framework_item = fields.Nested(
        FrameworkItemBriefSchema,
        allow_none=True,
        metadata={"description": "Null for the entries that name none."},
    )


class AbsenceCountsSchema(Schema):
    """Days of absence."""

    excused = fields.Integer()
    unexcused = fields.Integer()


class LaborNoticeSchema(Schema):
    """A rule on paid work of minors that the hours went beyond. Nothing is refused for it."""

    rule = Choice(LaborRule, metadata={"example": "school_day"})
    on = Date(allow_none=True, metadata={"description": "The first such day, or week's Sunday."})
    detail = fields.String(
        metadata={"example": "under 16 at most 3 h on a school day; 2026-10-14 has 4 h."}
    )
    source = fields.String(metadata={"example": "21 V.S.A. 434"})


def _planned(words: str) -> fields.Integer:
    return fields.Integer(allow_none=True, metadata={"description": words})


class EloHoursSchema(Schema):
    """The hours of an ELO, as data for charts. They alone earn no credit."""

    sometimes = frozenset({"by_week", "by_item", "notices", "minutes_missing", "open_benchmarks"})

    elo_id = fields.UUID()
    student_id = fields.UUID()
    student = student_of()
    least_minutes = _planned("At least that many in all, as agreed.")
    planned_minutes = _planned("That many in all, as planned.")
    most_minutes = _planned("At most that many in all, as agreed.")
    totals = fields.Nested(HoursByStatusSchema)
    absences = fields.Nested(AbsenceCountsSchema)
    by_week = fields.List(
        fields.Nested(HoursOfWeekSchema),
        metadata={"description": "Those with entries, oldest first; for readers of the log."},
    )
    by_item = fields.List(
        fields.Nested(HoursOfItemSchema), metadata={"description": "For readers of the log."}
    )
    minutes_missing = fields.Integer(
        metadata={
            "description": "How many verified minutes are missing to `least_minutes`. Nothing is"
            " refused for it; the teacher of record should know. For readers of the log."
        }
    )
    open_benchmarks = fields.Integer(
        metadata={"description": "How many benchmarks nobody has reviewed; for readers of the log."}
    )
    notices = fields.List(
        fields.Nested(LaborNoticeSchema),
        metadata={"description": "Of paid work; for readers of the log."},
    )
