"""Schemas of showcases."""

from typing import Any, ClassVar

from marshmallow import fields, validate

from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    GuardedSchema,
    Instant,
    LanguageTag,
    ResourceSchema,
    Schema,
    Text,
)
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.artifacts.models import ArtifactKind
from plp_api.learning.artifacts.schemas import AnswerSchema, PartSchema
from plp_api.learning.showcases.actions import MOST_SECTIONS
from plp_api.learning.showcases.items import MOST_ITEMS
from plp_api.learning.showcases.lifecycle import SHOWCASE
from plp_api.learning.showcases.models import NameShown, ShowcaseStatus
from plp_api.learning.showcases.presenters import NAMES, shape

LONGEST_TITLE, LONGEST_WORDS, LONGEST_ALT = 200, 4_000, 2_000
COVER = "A picture of a work in the showcase: the id of that part. Null: no cover."


def _title(**options: Any) -> Text:
    return Text(longest=LONGEST_TITLE, metadata={"example": "What grew this year"}, **options)


def _introduction(**options: Any) -> Text:
    example = "Four pieces from the farm, and one song."
    return Text(longest=LONGEST_WORDS, blank=True, metadata={"example": example}, **options)


def _words(of: str, **options: Any) -> Text:
    described = {"description": f"What the student says of the {of} here.", "example": "My first."}
    return Text(longest=LONGEST_WORDS, blank=True, metadata=described, **options)


def _language(**options: Any) -> LanguageTag:
    described = {"description": "Of the student's words, and of the page around them."}
    return LanguageTag(metadata={**described, "example": "en"}, **options)


NAME = {
    "description": "Under which name the student is shown: as the `family` uses it, as the `school`"
    " does, or `none`. The preview shows the very name. A parent does not get this member."
}


class ShowcasePatchSchema(Schema):
    """A change of a showcase."""

    title = _title()
    introduction = _introduction()
    language = _language()
    name_shown = Choice(NameShown, metadata=NAME)
    cover_part_id = fields.UUID(allow_none=True, metadata={"description": COVER})
    cover_alt = Text(
        longest=LONGEST_ALT,
        blank=True,
        metadata={
            "description": "In words, what the cover shows; empty: the picture's own words do.",
            "example": "A field under snow.",
        },
    )


class ShowcaseSchema(GuardedSchema):
    """Chosen work of a student in an order, with words, arranged to be shown."""

    life = SHOWCASE
    shape = staticmethod(shape)
    guarded: ClassVar[frozenset[str]] = NAMES

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    status = Choice(ShowcaseStatus, dump_only=True)
    title = _title(required=True)
    introduction = _introduction(load_default="")
    language = _language(load_default="en")
    name_shown = Choice(NameShown, load_default=NameShown.FAMILY, metadata=NAME)
    cover_part_id = fields.UUID(dump_only=True, allow_none=True, metadata={"description": COVER})
    cover_alt = fields.String(dump_only=True, metadata={"example": "A field under snow."})
    taken_down_at = Instant(dump_only=True, allow_none=True)
    taken_down_by = fields.UUID(attribute="shown_taken_down_by", dump_only=True, allow_none=True)
    taken_down_by_name = name_of("taken_down_by")
    take_down_reason = fields.String(
        dump_only=True,
        metadata={
            "description": "Why the school took it down; empty: it did not.",
            "example": "A classmate who did not agree is in the second picture.",
        },
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class ShowcaseActionFieldsSchema(Schema):
    reason = Text(
        longest=LONGEST_WORDS,
        metadata={
            "description": "For `take_down`: why. Student and parents read it.",
            "example": "A classmate who did not agree is in the second picture.",
        },
    )
    artifact_ids = fields.List(
        fields.UUID(),
        validate=validate.Length(1, MOST_ITEMS),
        metadata={
            "description": "For `take_down`: the works because of which it is taken down, which no"
            " other showcase shows either. Without it, all works in it."
        },
    )


class ShowcaseSectionSchema(ResourceSchema):
    """A heading with words, under which works stand."""

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    showcase_id = fields.UUID(dump_only=True)
    position = fields.Integer(dump_only=True)
    title = Text(required=True, longest=LONGEST_TITLE, metadata={"example": "In the field"})
    words = _words("section", load_default="")


class ShowcaseSectionPatchSchema(Schema):
    title = Text(longest=LONGEST_TITLE, metadata={"example": "In the field"})
    words = _words("section")


def _section_id(**options: Any) -> fields.UUID:
    described = {"description": "Null: it stands before all sections."}
    return fields.UUID(allow_none=True, metadata=described, **options)


def _shows(what: str, **options: Any) -> fields.Boolean:
    return fields.Boolean(metadata={"description": what}, **options)


REFLECTION = "Whether the student's newest reflection on this version, or one before, stands by it."
RESULT = "Whether the levels that its last decided review gave stand by it."
DOWNLOAD = "Whether its files may be downloaded, where a link allows downloads."


class ShowcaseItemSchema(ResourceSchema):
    """A version of an artifact in a showcase."""

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    showcase_id = fields.UUID(dump_only=True)
    position = fields.Integer(dump_only=True)
    section_id = _section_id(load_default=None)
    artifact_id = fields.UUID(required=True)
    version_id = fields.UUID(
        metadata={"description": "Of the artifact; by default its newest version."}
    )
    words = _words("work", load_default="")
    shows_reflection = _shows(REFLECTION, load_default=False)
    shows_review = _shows(RESULT, load_default=False)
    allows_download = _shows(DOWNLOAD, load_default=False)
    is_barred = fields.Boolean(
        dump_only=True,
        metadata={"description": "Whether the school took this work down with the showcase."},
    )


class ShowcaseItemPatchSchema(Schema):
    section_id = _section_id()
    version_id = fields.UUID(metadata={"description": "Another version of the same artifact."})
    words = _words("work")
    shows_reflection = _shows(REFLECTION)
    shows_review = _shows(RESULT)
    allows_download = _shows(DOWNLOAD)


class SectionOrderSchema(Schema):
    """A section with its items, in their order."""

    section_id = fields.UUID(required=True)
    item_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=MOST_ITEMS))


class ShowcaseOrderSchema(Schema):
    """Every section and every item of the showcase exactly once, in the order to show them."""

    before_sections = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_ITEMS),
        metadata={"description": "The items that stand before all sections."},
    )
    sections = fields.List(
        fields.Nested(SectionOrderSchema),
        load_default=list,
        validate=validate.Length(max=MOST_SECTIONS),
    )


class CoverSchema(Schema):
    """The picture on the first page; its content is at `/artifact-parts/{part_id}/content`."""

    part_id = fields.UUID()
    alt = fields.String(metadata={"example": "A field under snow."})


class LevelReachedSchema(Schema):
    criterion = fields.String(metadata={"example": "Sources"})
    level = fields.String(metadata={"example": "Proficient"})


class ShowcaseResultSchema(Schema):
    """How a work was judged. The evaluator and their words are not shown outside."""

    rubric_title = fields.String(metadata={"example": "Research"})
    decided_on = Date()
    levels = fields.List(fields.Nested(LevelReachedSchema))


class ShownWorkSchema(Schema):
    """A work with all that is shown of it."""

    item_id = fields.UUID()
    artifact_id = fields.UUID()
    version_id = fields.UUID()
    title = fields.String(metadata={"example": "Where the nitrogen goes"})
    kind = Choice(ArtifactKind)
    description = fields.String(metadata={"example": "A budget for our forty home acres."})
    made_on = Date(allow_none=True)
    words = fields.String(metadata={"example": "My first."})
    allows_download = fields.Boolean()
    parts = fields.List(fields.Nested(PartSchema))
    answers = fields.List(
        fields.Nested(AnswerSchema),
        metadata={"description": "Of the reflection; empty where none is shown."},
    )
    result = fields.Nested(
        ShowcaseResultSchema,
        allow_none=True,
        metadata={"description": "Null where none is shown, or an order denies you ratings."},
    )
    makers = fields.List(
        fields.String(),
        metadata={
            "description": "Who made it too: those who agreed to be named, and for whom somebody"
            " who holds their rights consents.",
            "example": ["Charlie Roy"],
        },
    )


class ShownSectionSchema(Schema):
    """A section; the first may have no heading: what stands before all sections."""

    section_id = fields.UUID(allow_none=True)
    title = fields.String(metadata={"example": "In the field"})
    words = fields.String(metadata={"example": "My first."})
    works = fields.List(fields.Nested(ShownWorkSchema))


class ShowcasePreviewSchema(Schema):
    """A showcase as it is shown outside."""

    sometimes: ClassVar[frozenset[str]] = frozenset({"shown_name"})

    showcase_id = fields.UUID()
    student_id = fields.UUID()
    student = student_of()
    title = fields.String(metadata={"example": "What grew this year"})
    introduction = fields.String(metadata={"example": "Four pieces from the farm, and one song."})
    language = fields.String(metadata={"example": "en"})
    shown_name = fields.String(
        allow_none=True,
        metadata={
            "description": "The very name that is shown; null: none is. The student alone gets"
            " this member: each other reader has a name of their own for them.",
            "example": "Charlie Roy",
        },
    )
    cover = fields.Nested(CoverSchema, allow_none=True)
    sections = fields.List(fields.Nested(ShownSectionSchema))
    left_out = fields.List(
        fields.UUID(),
        metadata={
            "description": "Items that are not shown: their work is archived, or the school took"
            " it down."
        },
    )
