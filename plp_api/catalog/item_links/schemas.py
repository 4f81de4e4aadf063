"""Schemas of links, and of the items that a subject shows."""

from typing import Any

from marshmallow import fields

from plp_api.catalog.item_links.presenters import show_linkers
from plp_api.catalog.standards.schemas import FrameworkItemBriefSchema
from plp_api.foundation.rest.fields import ResourceSchema, Schema
from plp_api.foundation.rest.people import name_of, student_of


class LinkedItemSchema(FrameworkItemBriefSchema):
    """An item that a subject is linked to; delete `/item-links/{link_id}` to unlink it."""

    link_id = fields.UUID()


def framework_items() -> fields.List[Any]:
    """The member of a subject that shows its items."""
    return fields.List(
        fields.Nested(LinkedItemSchema),
        dump_only=True,
        metadata={"description": "The framework items it is linked to, oldest link first."},
    )


class NewItemLinkSchema(Schema):
    framework_item_id = fields.UUID(required=True)


class ItemLinkSchema(ResourceSchema):
    """A link from a student's work to a framework item."""

    shape = staticmethod(show_linkers)

    student_id = fields.UUID()
    student = student_of()
    subject_type = fields.String(metadata={"example": "goals"})
    subject_id = fields.UUID()
    framework_item_id = fields.UUID()
    framework_item = fields.Nested(FrameworkItemBriefSchema)
    linked_by = fields.UUID(
        attribute="shown_linker",
        allow_none=True,
        metadata={"description": "Null where a parent reads another parent's link."},
    )
    linked_by_name = name_of("linked_by")
