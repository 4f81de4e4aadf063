"""Schemas of the inbox. Items are returned without them; a test compares the two."""

from typing import Any

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import Choice, Date, Instant, Schema, enum_of
from plp_api.foundation.rest.paging import cursor_field, limit_field
from plp_api.foundation.rest.people import StudentBriefSchema
from plp_api.home.inbox.models import Group, Kind

MOST_MARKED = 200
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
IS_ITEM = validate.Regexp(
    rf"\A({'|'.join(Kind)}):{UUID}\Z", error="Not the id of an item of the inbox."
)


def _item_id(**kwargs: Any) -> fields.String:
    return fields.String(
        metadata={
            "description": "The kind of the item and the id of its row.",
            "example": "goal_to_confirm:0198a3c1-7b1e-7c3a-9d55-2f6f0c1d2e3f",
        },
        **kwargs,
    )


class InboxActionSchema(Schema):
    """The action to take: send it with `POST` to `path`, in a life cycle as `action`."""

    name = fields.String(required=True, metadata={"example": "confirm"})
    path = fields.String(
        required=True,
        metadata={"example": "/api/v1/goals/0198a3c1-7b1e-7c3a-9d55-2f6f0c1d2e3f/actions"},
    )


class InboxItemSchema(Schema):
    """Something that waits for you, or that is new for you."""

    id = _item_id(required=True)
    kind = Choice(Kind, called="InboxKind", required=True)
    group = Choice(Group, called="InboxGroup", required=True)
    student = fields.Nested(StudentBriefSchema, required=True)
    title = fields.String(
        required=True,
        metadata={"description": "What it is about.", "example": "Shadow a nurse"},
    )
    link = fields.String(
        required=True,
        metadata={
            "description": "The resource to open.",
            "example": "/api/v1/goals/0198a3c1-7b1e-7c3a-9d55-2f6f0c1d2e3f",
        },
    )
    action = fields.Nested(
        InboxActionSchema,
        required=True,
        allow_none=True,
        metadata={
            "description": "The action that settles it; null where there is none, or where it"
            " depends on more: see the resource."
        },
    )
    due_on = Date(
        required=True,
        allow_none=True,
        metadata={
            "description": "The day by which it waits for you: when a goal or a review is due, and"
            " when the pathway element to approve, or the opportunity of the raised hand, starts."
        },
    )
    happened_at = Instant(required=True)
    actor_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Who did it; null where you may not know, or nobody did."},
    )
    actor_name = fields.String(required=True, allow_none=True)
    is_unread = fields.Boolean(
        required=True, metadata={"description": "Whether it happened since you marked it read."}
    )


class InboxPageSchema(Schema):
    """One page of the inbox."""

    items = fields.List(fields.Nested(InboxItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class InboxQuerySchema(Schema):
    group = fields.List(
        Choice(Group, called="InboxGroup"), metadata={"description": "Only items of these groups."}
    )
    kind = fields.List(
        Choice(Kind, called="InboxKind"), metadata={"description": "Only items of these kinds."}
    )
    student_id = fields.UUID(metadata={"description": "Only items about this student."})
    is_unread = fields.Boolean(
        metadata={"description": "Only unread items, or only the others; what is new is unread."}
    )
    limit = limit_field()
    cursor = cursor_field()


class KindCountSchema(Schema):
    kind = Choice(Kind, called="InboxKind", required=True)
    count = fields.Integer(required=True)


class InboxCountSchema(Schema):
    """Numbers for a badge; 100 means 100 or more."""

    waiting = fields.Integer(required=True)
    new = fields.Integer(required=True)
    unread = fields.Integer(required=True)
    kinds = fields.List(fields.Nested(KindCountSchema), required=True)


InboxAction = enum_of("InboxActionName", ["mark_read"])


class MarkReadSchema(Schema):
    """The items to mark: by `ids`, everything until an instant, or both; else everything."""

    action = Choice(InboxAction, required=True)
    ids = fields.List(_item_id(validate=IS_ITEM), validate=validate.Length(1, MOST_MARKED))
    until = Instant(
        metadata={
            "description": "Everything that happened until then, at the latest until now. With"
            " neither `ids` nor `until`: until now."
        }
    )
