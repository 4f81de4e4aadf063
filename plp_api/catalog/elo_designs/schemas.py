"""Schemas of design templates, and of the words of any design."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.elo_designs.lifecycle import DESIGN_TEMPLATE
from plp_api.catalog.elo_designs.models import DesignTemplateStatus, no_parts
from plp_api.catalog.elo_designs.presenters import shape
from plp_api.catalog.elo_profiles.models import EloType
from plp_api.catalog.standards.schemas import FrameworkItemBriefSchema
from plp_api.foundation.rest.fields import Choice, ResourceSchema, Schema, Text

LONGEST_TITLE, LONGEST_SENTENCE, LONGEST_LINE, LONGEST_WORDS = 200, 400, 200, 4000
MOST_SENTENCES, MOST_PARTS, MOST_ITEMS = 50, 50, 20


def _words(description: str, example: str) -> Text:
    described = {"description": description, "example": example}
    return Text(longest=LONGEST_WORDS, blank=True, metadata=described)


class DesignWordsSchema(Schema):
    """The words of a design. An empty string clears one."""

    essential_question = _words("The question that it asks.", "What makes care good?")
    know_and_do = fields.List(
        Text(longest=LONGEST_SENTENCE, metadata={"example": "I can take a pulse."}),
        validate=validate.Length(max=MOST_SENTENCES),
        metadata={"description": "What the student will know and be able to do, one by one."},
    )
    research = _words("What the student will find out, and how.", "Interview two nurses.")
    reflection = _words("How the student looks back on it.", "A page each week.")
    product = _words("What comes of it.", "A guide for new helpers.")
    presentation = _words("How it is presented.", "A talk of ten minutes.")
    public_at = _words("Where the presentation is public.", "The clinic's open day.")
    timeline = _words("What is done when.", "A day a week from October to May.")
    assessment = _words("How it is assessed.", "By the rubric for internships.")


def line_of(longest: int, example: str, **kwargs: Any) -> Text:
    """A text of one part of a design."""
    return Text(longest=longest, metadata={"example": example}, **kwargs)


class TemplateBenchmarkSchema(Schema):
    """A piece of work that a reviewer will review."""

    title = line_of(LONGEST_LINE, "A first draft of the guide", required=True)


class TemplateTrainingTaskSchema(Schema):
    """A task of the training plan, and the competence that it trains."""

    task = line_of(LONGEST_SENTENCE, "Take blood pressure", required=True)
    competence = line_of(LONGEST_SENTENCE, "Measures vital signs", blank=True, load_default="")


class TemplateCommunicationSchema(Schema):
    """A row of the communication plan."""

    party = line_of(LONGEST_LINE, "Mentor", required=True)
    means = line_of(LONGEST_LINE, "A visit at the site", required=True)
    rhythm = line_of(LONGEST_LINE, "Every two weeks", required=True)


def _rows(schema: type[Schema]) -> fields.List[Any]:
    return fields.List(
        fields.Nested(schema), load_default=list, validate=validate.Length(max=MOST_PARTS)
    )


class TemplatePartsSchema(Schema):
    """The rows that an ELO copies."""

    benchmarks = _rows(TemplateBenchmarkSchema)
    training_tasks = _rows(TemplateTrainingTaskSchema)
    communications = _rows(TemplateCommunicationSchema)


def _parts(**kwargs: Any) -> fields.Nested:
    return fields.Nested(TemplatePartsSchema, **kwargs)


def _title(**kwargs: Any) -> Text:
    return line_of(LONGEST_TITLE, "An internship in health care", **kwargs)


def _description(**kwargs: Any) -> Text:
    metadata = {
        "description": "For whom it is meant, and what to change.",
        "example": "For a term at a clinic; name the ward.",
    }
    return Text(longest=LONGEST_WORDS, blank=True, metadata=metadata, **kwargs)


def _rubric_id(**kwargs: Any) -> fields.UUID:
    words = "The edition of the rubric by which the ELO is evaluated."
    return fields.UUID(allow_none=True, metadata={"description": words}, **kwargs)


def _item_ids(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.UUID(),
        validate=validate.Length(max=MOST_ITEMS),
        metadata={"description": "The competencies: framework items to which the ELO is linked."},
        **kwargs,
    )


class DesignTemplateSchema(DesignWordsSchema, ResourceSchema):
    """The design of an ELO, to be given to students."""

    life = DESIGN_TEMPLATE
    shape = staticmethod(shape)

    school_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Null: the district's, for all of its schools."},
    )
    status = Choice(DesignTemplateStatus, dump_only=True)
    type = Choice(EloType, required=True)
    title = _title(required=True)
    description = _description(load_default="")
    rubric_id = _rubric_id(load_default=None)
    framework_item_ids = _item_ids(load_default=list)
    framework_items = fields.List(fields.Nested(FrameworkItemBriefSchema), dump_only=True)
    parts = _parts(load_default=no_parts)
    available_actions = fields.List(fields.String(), dump_only=True)


class DesignTemplatePatchSchema(DesignWordsSchema):
    """The members to change; a list, and `parts`, is replaced as a whole."""

    type = Choice(EloType)
    title = _title()
    description = _description()
    rubric_id = _rubric_id()
    framework_item_ids = _item_ids()
    parts = _parts()


class DesignTemplateCopySchema(Schema):
    """For which school to copy."""

    school_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "Null: for the district."}
    )


class DesignTemplateActionFieldsSchema(Schema):
    """The fields of a design template's actions: none."""
