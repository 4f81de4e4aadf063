"""What the schemas and lists of editions have in common."""

from typing import Any

from marshmallow import fields

from plp_api.foundation.editions import Edition, EditionStatus
from plp_api.foundation.rest.fields import Choice, ResourceSchema
from plp_api.foundation.rest.paging import Filter, one_of, same_id


class EditionSchema(ResourceSchema):
    """The members that every edition has."""

    line_id = fields.UUID(
        dump_only=True, metadata={"description": "Shared by all editions of one thing."}
    )
    edition = fields.Integer(dump_only=True, metadata={"example": 1})
    status = Choice(EditionStatus, dump_only=True)
    available_actions = fields.List(fields.String(), dump_only=True)


def edition_filters(model: type[Edition]) -> dict[str, Filter]:
    """The filters that every list of editions has."""
    status: Any = model.status
    return {
        "status": one_of(status, EditionStatus, "Only editions in these states."),
        "line_id": same_id(model.line_id, "Only editions of this line."),
    }
