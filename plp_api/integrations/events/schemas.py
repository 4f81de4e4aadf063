"""JSON schemas of events."""

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import Instant, Schema


class EventSchema(Schema):
    """An event: its `type` (`noun.past_tense`), its subject, the student and the actor."""

    position = fields.Integer(metadata={"description": "Its place in the feed; never reused."})
    id = fields.UUID()
    at = Instant()
    type = fields.String(
        metadata={
            "description": "docs/events.md lists all types; skip unknown ones.",
            "example": "goal.confirmed",
        }
    )
    subject_type = fields.String(metadata={"example": "goals"})
    subject_id = fields.UUID()
    student_id = fields.UUID(allow_none=True)
    actor_id = fields.UUID(allow_none=True, metadata={"description": "Null: the system itself."})
    request_id = fields.String(allow_none=True)
    payload = fields.Dict(
        allow_none=True, metadata={"description": "Null after it was erased by law."}
    )
    chain_hash = fields.String(
        allow_none=True, metadata={"description": "Null until the event is sealed, moments later."}
    )


class EventQuerySchema(Schema):
    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 2**62),
        metadata={"description": "The last position you have seen."},
    )
    limit = fields.Integer(
        load_default=50, validate=validate.Range(1, 200), metadata={"description": "At most 200."}
    )


class EventsSchema(Schema):
    items = fields.List(fields.Nested(EventSchema), required=True)
    next_after = fields.Integer(
        required=True, metadata={"description": "Send it as `after` in the next request."}
    )
