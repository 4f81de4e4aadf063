"""JSON schemas of portfolio templates."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.portfolio_templates.lifecycle import PORTFOLIO_TEMPLATE
from plp_api.catalog.portfolio_templates.models import (
    MOST_IN_SLOT,
    ArtifactKind,
    PortfolioPurpose,
)
from plp_api.catalog.portfolio_templates.presenters import shape
from plp_api.catalog.standards.schemas import FrameworkItemBriefSchema
from plp_api.foundation.rest.editions import EditionSchema
from plp_api.foundation.rest.fields import Choice, Key, Schema, Text
from plp_api.foundation.rest.grades import Grades

LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_QUESTION = 200, 5000, 500
MOST_SLOTS, MOST_PROMPTS, MOST_ITEMS = 40, 12, 20


def _title(**kwargs: Any) -> Text:
    return Text(longest=LONGEST_TITLE, metadata={"example": "Graduation portfolio"}, **kwargs)


def _description(**kwargs: Any) -> Text:
    example = {"example": "What you show the panel in May."}
    return Text(blank=True, longest=LONGEST_DESCRIPTION, metadata=example, **kwargs)


def _number(words: str, least: int, **kwargs: Any) -> fields.Integer:
    return fields.Integer(
        strict=True,
        validate=validate.Range(least, MOST_IN_SLOT),
        metadata={"description": words, "example": 1},
        **kwargs,
    )


class SlotSchema(Schema):
    """A place in a portfolio for artifacts of one sort."""

    key = Key(
        longest=64,
        required=True,
        metadata={
            "description": "Its permanent name, the same in every edition.",
            "example": "best_writing",
        },
    )
    title = Text(required=True, longest=LONGEST_TITLE, metadata={"example": "Your best writing"})
    description = Text(
        blank=True,
        longest=LONGEST_DESCRIPTION,
        load_default="",
        metadata={"example": "One page that you are proud of."},
    )
    least = _number("At least that many artifacts; 0: none is asked for.", 0, load_default=1)
    most = _number("At most that many; null: any number.", 1, load_default=None, allow_none=True)
    kinds = fields.List(
        Choice(ArtifactKind),
        load_default=list,
        metadata={"description": "Only artifacts of these kinds; empty: of any."},
    )
    framework_item_ids = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_ITEMS),
        metadata={"description": "The framework items of which the slot shall give evidence."},
    )


class ShownSlotSchema(SlotSchema):
    """A slot, with its framework items in words."""

    framework_items = fields.List(fields.Nested(FrameworkItemBriefSchema), dump_only=True)


class PromptSchema(Schema):
    """A question that a reflection answers."""

    key = Key(
        required=True,
        metadata={"description": "Its permanent name.", "example": "so_what"},
    )
    question = Text(
        required=True,
        longest=LONGEST_QUESTION,
        metadata={"example": "What did you learn from making it?"},
    )


def _slots(**kwargs: Any) -> fields.List[Any]:
    limit = validate.Length(1, MOST_SLOTS)
    return fields.List(fields.Nested(SlotSchema), validate=limit, **kwargs)


def _prompts(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.Nested(PromptSchema),
        validate=validate.Length(max=MOST_PROMPTS),
        metadata={"description": "What reflections answer; empty: the usual three questions."},
        **kwargs,
    )


def _purpose(**kwargs: Any) -> Choice:
    return Choice(PortfolioPurpose, **kwargs)


def _grades(**kwargs: Any) -> Grades:
    words = "In which grades students begin it; empty: in any."
    return Grades(metadata={"description": words, "example": ["11", "12"]}, **kwargs)


class PortfolioTemplateSchema(EditionSchema):
    """One edition of a portfolio template."""

    life = PORTFOLIO_TEMPLATE
    shape = staticmethod(shape)

    school_id = fields.UUID(
        allow_none=True, metadata={"description": "Null: of the whole district."}
    )
    title = _title()
    description = _description()
    purpose = _purpose()
    grades = _grades()
    slots = fields.List(fields.Nested(ShownSlotSchema), attribute="shown_slots", dump_only=True)
    prompts = _prompts()


class NewPortfolioTemplateSchema(Schema):
    """A portfolio template to begin."""

    school_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Null: of the whole district."},
    )
    title = _title(required=True)
    description = _description(load_default="")
    purpose = _purpose(load_default=PortfolioPurpose.OTHER)
    grades = _grades(load_default=frozenset)
    slots = _slots(required=True)
    prompts = _prompts(load_default=list)


class PortfolioTemplatePatchSchema(Schema):
    """The members of a draft that can change; send all slots, because their order counts."""

    title = _title()
    description = _description()
    purpose = _purpose()
    grades = _grades()
    slots = _slots()
    prompts = _prompts()


class PortfolioTemplateActionFieldsSchema(Schema):
    """The fields of a template's actions: none."""
