"""Schemas of calls for work, and of the students called."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from plp_api.foundation.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.calls.lifecycle import CALL, RECIPIENT
from plp_api.learning.calls.models import CallStatus, RecipientState
from plp_api.learning.calls.presenters import shape_calls, shape_recipients
from plp_api.learning.calls.recipients import MOST

LONGEST_TITLE, LONGEST_PROMPT = 200, 5000
GROUPS = ("class_id", "advisory_id", "student_ids")


def _title(**kwargs: Any) -> Text:
    described = {
        "description": "The staff of the district read it: it names no student.",
        "example": "Your best page of this term",
    }
    return Text(longest=LONGEST_TITLE, metadata=described, **kwargs)


def _prompt(**kwargs: Any) -> Text:
    described = {
        "description": "What is asked for; it names no student.",
        "example": "Choose one page, and say why it is your best.",
    }
    return Text(longest=LONGEST_PROMPT, blank=True, metadata=described, **kwargs)


def _due_on(**kwargs: Any) -> Date:
    described = {"description": "Work handed in later is late, and taken.", "example": "2026-12-11"}
    return Date(metadata=described, **kwargs)


def _rubric_id(**kwargs: Any) -> fields.UUID:
    words = "The published edition by which the work will be judged."
    return fields.UUID(allow_none=True, metadata={"description": words}, **kwargs)


def _student_ids(**kwargs: Any) -> fields.List[Any]:
    described = {"description": "Chosen students whom you may call."}
    length = validate.Length(1, MOST)
    return fields.List(fields.UUID(), validate=length, metadata=described, **kwargs)


class CallCountsSchema(Schema):
    """How many students were called, and what became of their work: of those you may see."""

    called = fields.Integer(metadata={"example": 14})
    awaited = fields.Integer(metadata={"example": 3})
    handed_in = fields.Integer(metadata={"example": 10})
    excused = fields.Integer(metadata={"example": 1})


class CallForWorkSchema(ResourceSchema):
    """What staff ask of a class, an advisory or chosen students, until a day."""

    life = CALL
    shape = staticmethod(shape_calls)

    school_id = fields.UUID(
        allow_none=True,
        metadata={"description": "Null where chosen students are of several schools."},
    )
    status = Choice(CallStatus)
    title = _title()
    prompt = _prompt()
    due_on = _due_on(allow_none=True)
    class_id = fields.UUID(allow_none=True)
    advisory_id = fields.UUID(
        allow_none=True,
        metadata={"description": "Null, as `class_id` is: chosen students were called."},
    )
    rubric_id = _rubric_id()
    called_by = fields.UUID()
    called_by_name = name_of("called_by")
    closed_at = Instant(allow_none=True)
    is_overdue = fields.Boolean(metadata={"description": "It is open, and its day is past."})
    counts = fields.Nested(CallCountsSchema)
    available_actions = fields.List(fields.String(), dump_only=True)


class NewCallForWorkSchema(Schema):
    """A call to make: to a class, to an advisory, or to chosen students."""

    title = _title(required=True)
    prompt = _prompt(load_default="")
    due_on = _due_on(allow_none=True, load_default=None)
    rubric_id = _rubric_id(load_default=None)
    class_id = fields.UUID(metadata={"description": "Who is in the class today."})
    advisory_id = fields.UUID(metadata={"description": "Who is in the advisory today."})
    student_ids = _student_ids()

    @ma.validates_schema
    def check_group(self, sent: dict[str, Any], **_: Any) -> None:
        """Exactly one says who is called."""
        given = [name for name in GROUPS if name in sent]
        if len(given) != 1:
            words = "Send exactly one of `class_id`, `advisory_id` and `student_ids`."
            raise ma.ValidationError(words, given[1] if given else GROUPS[0])


class CallForWorkPatchSchema(Schema):
    """The members to change."""

    title = _title()
    prompt = _prompt()
    due_on = _due_on(allow_none=True)
    rubric_id = _rubric_id()


class CalledStudentsSchema(Schema):
    """The students to call besides."""

    student_ids = _student_ids(required=True)


class CallForWorkActionFieldsSchema(Schema):
    due_on = _due_on()


class CallRecipientSchema(ResourceSchema):
    """One student who was called, with the call, and what became of their work."""

    life = RECIPIENT
    shape = staticmethod(shape_recipients)

    call_id = fields.UUID()
    student_id = fields.UUID()
    student = student_of()
    title = fields.String(attribute="call.title", metadata={"example": "Your best page"})
    prompt = fields.String(
        attribute="call.prompt", metadata={"example": "Choose one page, and say why."}
    )
    due_on = Date(attribute="call.due_on", allow_none=True)
    rubric_id = fields.UUID(
        attribute="call.rubric_id",
        allow_none=True,
        metadata={"description": "The edition by which the work will be judged."},
    )
    called_by = fields.UUID(attribute="shown_caller", allow_none=True)
    called_by_name = name_of("called_by")
    call_status = Choice(CallStatus, attribute="call.status")
    state = Choice(RecipientState, called="CallRecipientState")
    is_overdue = fields.Boolean(
        metadata={"description": "The work is awaited still, and its day is past."}
    )
    handed_in_at = Instant(allow_none=True)
    artifact_id = fields.UUID(
        allow_none=True,
        metadata={
            "description": "What was handed in; null too for whoever may not read the artifact."
        },
    )
    excused_at = Instant(
        allow_none=True, metadata={"description": "Kept where an excused student handed in."}
    )
    reminded_at = Instant(allow_none=True)
    available_actions = fields.List(fields.String(), dump_only=True)


class CallRecipientActionFieldsSchema(Schema):
    """The fields of a recipient's actions: none."""
