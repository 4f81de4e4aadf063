"""Events on the wire."""

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import Instant, Schema


class EventSchema(Schema):
    """What happened (`type`, `noun.past_tense`) to what, about which student, by whom."""

    position = fields.Integer(metadata={"description": "Its place in the feed; never reused."})
    id = fields.UUID()
    at = Instant()
    type = fields.String(
        metadata={
            "description": "Every type stands in docs/events.md; skip what you do not know.",
            "example": "goal.confirmed",
        }
    )
    subject_type = fields.String(metadata={"example": "goals"})
    subject_id = fields.UUID()
    student_id = fields.UUID(allow_none=True)
    actor_id = fields.UUID(allow_none=True, metadata={"description": "Null: the system itself."})
    request_id = fields.String(allow_none=True)
    payload = fields.Dict(allow_none=True, metadata={"description": "Null once lawfully erased."})
    chain_hash = fields.String()


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
        required=True, metadata={"description": "Send it as `after` next time."}
    )
