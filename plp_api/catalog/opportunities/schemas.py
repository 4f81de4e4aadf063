"""Schemas of opportunities."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.opportunities.lifecycle import OPPORTUNITY
from plp_api.catalog.opportunities.models import (
    Cluster,
    OpportunityKind,
    OpportunityStatus,
    Season,
)
from plp_api.catalog.opportunities.presenters import shape
from plp_api.catalog.partners.models import Accessibility, TransportToSite
from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    ResourceSchema,
    Schema,
    Text,
    Words,
)
from plp_api.foundation.rest.grades import Grades

LONGEST_TITLE, LONGEST_TEXT, LONGEST_SKILL = 200, 4000, 100
MOST_SKILLS, MOST_SEATS = 20, 10_000


def _title(**kwargs: Any) -> Text:
    return Text(longest=LONGEST_TITLE, metadata={"example": "Shadow a nurse"}, **kwargs)


def _description(**kwargs: Any) -> Text:
    return Text(
        longest=LONGEST_TEXT,
        blank=True,
        metadata={"example": "Two days on the ward, with a nurse beside you."},
        **kwargs,
    )


def _skills(**kwargs: Any) -> fields.List[str]:
    return fields.List(
        Text(longest=LONGEST_SKILL),
        validate=validate.Length(max=MOST_SKILLS),
        metadata={"description": "What is learned.", "example": ["First aid", "Listening"]},
        **kwargs,
    )


def _seats(**kwargs: Any) -> fields.Integer:
    return fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, MOST_SEATS),
        metadata={"description": "Null: as many as come.", "example": 3},
        **kwargs,
    )


def _grades(**kwargs: Any) -> Grades:
    return Grades(metadata={"description": "For students in these; empty: all."}, **kwargs)


def _ends_on(**kwargs: Any) -> Date:
    return Date(
        allow_none=True, metadata={"description": "The first day on which it is over."}, **kwargs
    )


def _apply_by(**kwargs: Any) -> Date:
    return Date(
        allow_none=True,
        metadata={
            "description": "The last day on which a hand may be raised.",
            "example": "2026-12-01",
        },
        **kwargs,
    )


class OpportunitySiteSchema(Schema):
    """Where it takes place, as every reader sees it."""

    id = fields.UUID()
    name = fields.String()
    town = fields.String(metadata={"example": "Morrisville"})
    accessibility = Words(Accessibility)
    transport = Words(TransportToSite)


class OpportunitySchema(ResourceSchema):
    """Something that a student may take up."""

    life = OPPORTUNITY
    shape = staticmethod(shape)

    school_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Whose students it is for. Null: those of the whole district."},
    )
    partner_id = fields.UUID(load_default=None, allow_none=True)
    partner_name = fields.String(dump_only=True, allow_none=True)
    site_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "A site of the partner."}
    )
    site = fields.Nested(OpportunitySiteSchema, dump_only=True, allow_none=True)
    status = Choice(OpportunityStatus, dump_only=True)
    is_open = fields.Boolean(
        dump_only=True,
        metadata={
            "description": "Whether a hand may be raised today: it is open, not over, `apply_by` "
            "is not past, and its partner is not archived."
        },
    )
    kind = Choice(OpportunityKind, required=True)
    title = _title(required=True)
    description = _description(load_default="")
    skills = _skills(load_default=list)
    cluster = Choice(Cluster, load_default=None, allow_none=True)
    seats = _seats(load_default=None)
    seats_left = fields.Integer(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null: there is no limit.", "example": 2},
    )
    seasons = Words(Season, load_default=frozenset())
    grades = _grades(load_default=frozenset())
    accessibility = Words(Accessibility, load_default=frozenset())
    transport = Words(TransportToSite, load_default=frozenset())
    starts_on = Date(load_default=None, allow_none=True)
    ends_on = _ends_on(load_default=None)
    apply_by = _apply_by(load_default=None)
    available_actions = fields.List(fields.String(), dump_only=True)


class OpportunityPatchSchema(Schema):
    """The members to change. At another school or partner it would be another opportunity."""

    site_id = fields.UUID(allow_none=True)
    kind = Choice(OpportunityKind)
    title = _title()
    description = _description()
    skills = _skills()
    cluster = Choice(Cluster, allow_none=True)
    seats = _seats()
    seasons = Words(Season)
    grades = _grades()
    accessibility = Words(Accessibility)
    transport = Words(TransportToSite)
    starts_on = Date(allow_none=True)
    ends_on = _ends_on()
    apply_by = _apply_by()


class OpportunityActionFieldsSchema(Schema):
    """The fields of an opportunity's actions: none."""
