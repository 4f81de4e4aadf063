"""The members that every import shows."""

from marshmallow import fields

from plp_api.foundation.rest.fields import Instant, ResourceSchema
from plp_api.foundation.rest.people import name_of


class ImportSchema(ResourceSchema):
    """An import of an uploaded file; the area adds `state`, `counts` and `findings`."""

    progress = fields.Float(
        dump_only=True, metadata={"description": "From 0 to 1.", "example": 0.4}
    )
    is_dry_run = fields.Boolean(dump_only=True)
    sha256 = fields.String(
        dump_only=True, metadata={"description": "The SHA-256 of the file as sent."}
    )
    finding_counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        dump_only=True,
        metadata={"description": "The number of all findings, by code."},
    )
    problem = fields.Dict(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Why the import failed: a problem document."},
    )
    created_by = fields.UUID(dump_only=True, allow_none=True)
    created_by_name = name_of("created_by")
    started_at = Instant(dump_only=True, allow_none=True)
    finished_at = Instant(dump_only=True, allow_none=True)
