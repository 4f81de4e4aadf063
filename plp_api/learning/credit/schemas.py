"""Schemas of credit lines and appeals, and of the registrar's sheets."""

from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validate

from plp_api.catalog.elo_profiles.models import EloType
from plp_api.catalog.standards.schemas import FrameworkItemBriefSchema
from plp_api.foundation.rest import paging
from plp_api.foundation.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.credit.lifecycle import APPEAL, CREDIT_LINE
from plp_api.learning.credit.listings import LONGEST_AREA
from plp_api.learning.credit.models import AppealAbout, AppealStatus, CreditStatus
from plp_api.learning.credit.presenters import shape_appeals, shape_lines
from plp_api.learning.elos.models import EloStatus

LONGEST_WORDS = 4000
MOST_ITEMS = 20
LEAST, MOST = 0.01, 99.99


def _in_hundredths(value: float) -> None:
    """Allow at most two decimals, because both databases store two."""
    if abs(round(value, 2) - value) > 1e-9:
        raise ValidationError("At most two decimals.")


def _amount(**kwargs: Any) -> fields.Float:
    return fields.Float(
        allow_nan=False,
        validate=[validate.Range(LEAST, MOST), _in_hundredths],
        metadata={"description": "How much credit, with at most two decimals.", "example": 0.5},
        **kwargs,
    )


def _area(**kwargs: Any) -> Text:
    described = {"description": "The area of the curriculum.", "example": "Science"}
    return Text(longest=LONGEST_AREA, metadata=described, **kwargs)


def _teacher(**kwargs: Any) -> fields.UUID:
    words = "Who decides on the line: a teacher of record of the ELO."
    return fields.UUID(metadata={"description": words}, **kwargs)


def _item_ids(**kwargs: Any) -> fields.List[Any]:
    words = "The proficiencies that were shown; no credit is awarded without any."
    return fields.List(
        fields.UUID(),
        validate=validate.Length(max=MOST_ITEMS),
        metadata={"description": words},
        **kwargs,
    )


def _elo_title() -> fields.String:
    described = {
        "description": "Null where a court order denies you the student's ELOs.",
        "example": "Nursing at the clinic",
    }
    return fields.String(dump_only=True, allow_none=True, metadata=described)


class CreditLineSchema(ResourceSchema):
    """Credit for an ELO in one area, decided by its own teacher of record."""

    life = CREDIT_LINE
    shape = staticmethod(shape_lines)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    elo_id = fields.UUID(dump_only=True)
    elo_title = _elo_title()
    area = _area(required=True)
    amount = _amount(required=True)
    framework_item_ids = _item_ids(load_default=list)
    framework_items = fields.List(fields.Nested(FrameworkItemBriefSchema), dump_only=True)
    teacher_of_record_id = _teacher(required=True)
    teacher_of_record_name = name_of("teacher_of_record_id")
    status = Choice(CreditStatus, dump_only=True)
    is_elective = fields.Boolean(
        dump_only=True,
        metadata={
            "description": "True until a coordinator attests that the teacher's licence covers"
            " the area, and where it was awarded as elective credit."
        },
    )
    licence_attested_by = fields.UUID(dump_only=True, allow_none=True)
    licence_attested_by_name = name_of("licence_attested_by")
    licence_attested_at = Instant(dump_only=True, allow_none=True)
    proposed_by = fields.UUID(dump_only=True)
    proposed_by_name = name_of("proposed_by")
    decided_by = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The teacher, their delegate, or after an appeal the principal."},
    )
    decided_by_name = name_of("decided_by")
    decided_at = Instant(dump_only=True, allow_none=True)
    words = fields.String(
        dump_only=True,
        metadata={
            "description": "What the teacher said to the decision.",
            "example": "She explained each step of triage.",
        },
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class CreditLinePatchSchema(Schema):
    """What can change until the line is decided."""

    area = _area()
    amount = _amount()
    framework_item_ids = _item_ids()
    teacher_of_record_id = _teacher()


def _as_elective(words: str) -> fields.Boolean:
    return fields.Boolean(metadata={"description": words, "example": True})


class CreditLineActionFieldsSchema(Schema):
    words = Text(
        longest=LONGEST_WORDS,
        metadata={
            "description": "For `award` and `deny`; `deny` needs them.",
            "example": "She explained each step of triage.",
        },
    )
    as_elective = _as_elective(
        "For `award`: that it is elective credit. Needed as long as nobody attested to the licence."
    )


# Appeals.


class AppealSchema(ResourceSchema):
    """An appeal to the principal, against the denial of an ELO or a decision on credit."""

    life = APPEAL
    shape = staticmethod(shape_appeals)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    elo_id = fields.UUID(dump_only=True)
    elo_title = _elo_title()
    about = Choice(AppealAbout, required=True)
    credit_line_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "The line, where it is about `credit`; null otherwise."},
    )
    status = Choice(AppealStatus, dump_only=True)
    words = Text(
        required=True,
        longest=LONGEST_WORDS,
        metadata={
            "description": "Why the decision should be another.",
            "example": "My second project was not looked at.",
        },
    )
    filed_by = fields.UUID(
        attribute="shown_filer",
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null where a parent reads another parent's appeal."},
    )
    filed_by_name = name_of("filed_by")
    decided_by = fields.UUID(dump_only=True, allow_none=True)
    decided_by_name = name_of("decided_by")
    decided_at = Instant(dump_only=True, allow_none=True)
    decision = fields.String(
        dump_only=True,
        metadata={
            "description": "What the principal decided, in words.",
            "example": "The second project shows what the first did not.",
        },
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class AppealActionFieldsSchema(Schema):
    decision = Text(
        longest=LONGEST_WORDS,
        metadata={
            "description": "For `uphold` and `overturn`, which both need it: the reason.",
            "example": "The second project shows what the first did not.",
        },
    )
    amount = _amount()
    as_elective = _as_elective(
        "For `overturn` about credit: that it is elective credit. Needed as long as nobody attested"
        " to the licence."
    )


# The registrar's sheets.


class SheetFormat(StrEnum):
    """The format of a sheet."""

    JSON = "json"
    CSV = "csv"


class _SheetQuerySchema(Schema):
    school_id = fields.UUID(metadata={"description": "Only ELOs that this school runs."})
    elo_id = fields.UUID(metadata={"description": "Only this ELO."})
    since = Date(
        metadata={"description": "The first day; the first of the school year if left out."}
    )
    until = Date(metadata={"description": "The last day; today if left out."})
    format = Choice(SheetFormat, metadata={"description": "Overrides the Accept header."})


class CreditSheetQuerySchema(_SheetQuerySchema):
    status = paging.repeatable(
        Choice(CreditStatus, metadata={"description": "Awarded lines, if left out."})
    )


class EloSectionsQuerySchema(_SheetQuerySchema):
    pass


def _text(example: str, **kwargs: Any) -> fields.String:
    return fields.String(metadata={"example": example}, **kwargs)


class _SheetRowSchema(Schema):
    """What both sheets say of an ELO and its student."""

    elo_id = fields.UUID()
    title = _text("Nursing at the clinic")
    type = Choice(EloType)
    elo_status = Choice(EloStatus)
    starts_on = Date(allow_none=True, metadata={"description": "As planned."})
    ends_on = Date(allow_none=True, metadata={"description": "As planned."})
    began_on = Date(allow_none=True, metadata={"description": "When the work was started."})
    ended_on = Date(allow_none=True, metadata={"description": "When its credit was awarded."})
    school_id = fields.UUID()
    school_sourced_id = _text("hs", allow_none=True)
    school_name = _text("Tamarack High")
    student_id = fields.UUID()
    student_sourced_id = _text("person-17", allow_none=True)
    state_student_id = _text("VT-1", allow_none=True)
    student_name = _text("Charlie Roy")
    grade = _text("10", allow_none=True)
    teacher_of_record_id = fields.UUID(allow_none=True)
    teacher_of_record_sourced_id = _text("person-4", allow_none=True)
    teacher_of_record_name = _text("Ada Roy", allow_none=True)
    credit_line_id = fields.UUID(allow_none=True)
    area = _text("Science", allow_none=True)
    amount = fields.Float(allow_none=True, metadata={"example": 0.5})
    is_elective = fields.Boolean(allow_none=True)
    credit_status = Choice(CreditStatus, allow_none=True)
    decided_on = Date(allow_none=True)


class CreditSheetRowSchema(_SheetRowSchema):
    """A line of credit, with the codes of its proficiencies."""

    proficiencies = fields.List(
        fields.String(),
        metadata={
            "description": "Their codes; in CSV one cell, with `; ` between.",
            "example": ["TS.5.a", "GP.3"],
        },
    )


class EloSectionRowSchema(_SheetRowSchema):
    """An ELO as a section, once for each line of its credit."""

    section_code = _text("ELO-0198A3C17B1E")


class _SheetSchema(Schema):
    since = Date()
    until = Date()


class CreditSheetSchema(_SheetSchema):
    rows = fields.List(fields.Nested(CreditSheetRowSchema))


class EloSectionsSchema(_SheetSchema):
    rows = fields.List(fields.Nested(EloSectionRowSchema))
