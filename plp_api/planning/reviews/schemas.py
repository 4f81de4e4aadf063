"""Schemas of annual reviews."""

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    Instant,
    LanguageTag,
    ResourceSchema,
    Schema,
    Sha256,
    Text,
)
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.planning.reviews.lifecycle import REVIEW
from plp_api.planning.reviews.models import ParticipantRole, ReviewMode, ReviewStatus
from plp_api.planning.reviews.presenters import shape
from plp_api.planning.reviews.standing import Standing
from plp_api.planning.signatures.models import IdentityCheck
from plp_api.planning.signatures.schemas import family_role


class ParticipantSchema(Schema):
    """A participant: `person_id` of a person of the district, or `name` of another adult."""

    role = Choice(ParticipantRole, required=True)
    person_id = fields.UUID(allow_none=True)
    person_name = name_of("person_id")
    name = Text(longest=200, allow_none=True)
    language = LanguageTag(
        allow_none=True,
        metadata={
            "description": "The language they spoke; for an interpreter, the one they interpreted.",
            "example": "sw",
        },
    )


class InterpreterNeededSchema(Schema):
    """A family member who needs an interpreter."""

    role = Choice(ParticipantRole)
    person_id = fields.UUID()
    person_name = name_of("person_id")
    language = fields.String(metadata={"example": "ne"})


class RoomSignatureSchema(Schema):
    """A signature on the version in force, given in the room."""

    role = family_role()
    person_id = fields.UUID(required=True)
    snapshot_sha256 = Sha256(required=True)
    language = LanguageTag(required=True, metadata={"example": "en"})
    identity_check = Choice(
        IdentityCheck, metadata={"description": "`known_in_person`, unless another is given."}
    )
    delegate_id = fields.UUID(
        metadata={"description": "The delegate who signs in the place of the parent `person_id`."}
    )


class ReviewSchema(ResourceSchema):
    """A student's annual review in one cycle."""

    life = REVIEW
    shape = staticmethod(shape)

    student_id = fields.UUID()
    student = student_of()
    plan_id = fields.UUID()
    cycle_starts_on = Date()
    cycle_ends_on = Date(metadata={"description": "The last day of the cycle."})
    due_on = Date(metadata={"description": "Later than the cycle's end for a late entry."})
    status = Choice(ReviewStatus)
    standing = Choice(
        Standing, metadata={"description": "The result for today, computed on every read."}
    )
    plan_version_id = fields.UUID(
        allow_none=True, metadata={"description": "The version that was approved in the cycle."}
    )
    preparation = fields.String(allow_none=True)
    prepared_at = Instant(allow_none=True)
    held_on = Date(allow_none=True)
    held_by = fields.UUID(allow_none=True)
    held_by_name = name_of("held_by")
    mode = Choice(ReviewMode, allow_none=True)
    summary = fields.String(allow_none=True)
    participants = fields.List(
        fields.Nested(ParticipantSchema),
        attribute="shown_participants",
        metadata={
            "description": "A parent sees only the role of other parents, engaged adults and"
            " interpreters."
        },
    )
    interpreters_needed = fields.List(
        fields.Nested(InterpreterNeededSchema),
        allow_none=True,
        metadata={"description": "To plan the meeting. Null if you may not hold it."},
    )
    excepted_on = Date(allow_none=True)
    excepted_by = fields.UUID(allow_none=True)
    excepted_by_name = name_of("excepted_by")
    exception_reason = fields.String(allow_none=True)
    available_actions = fields.List(fields.String(), dump_only=True)


class ReviewActionFieldsSchema(Schema):
    preparation = Text(metadata={"description": "For `prepare`: the student's preparation."})
    held_on = Date(metadata={"description": "For `hold`."})
    mode = Choice(ReviewMode, metadata={"description": "For `hold`."})
    summary = Text(metadata={"description": "For `hold`, optional."})
    participants = fields.List(
        fields.Nested(ParticipantSchema),
        validate=validate.Length(min=1, max=30),
        metadata={
            "description": "For `hold`: everybody, with interpreters and adults without account."
        },
    )
    signatures = fields.List(
        fields.Nested(RoomSignatureSchema),
        validate=validate.Length(max=10),
        metadata={"description": "For `hold`: signatures given in the room."},
    )
    reason = Text(longest=1000, metadata={"description": "For `except`."})
    comment = Text(longest=1000, metadata={"description": "For `reinstate`, optional."})
