"""Schemas of artifacts."""

from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate

from plp_api.catalog.item_links.schemas import framework_items
from plp_api.foundation.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.foundation.uploads.schemas import FileSchema
from plp_api.learning.artifacts.elsewhere import shape_addresses
from plp_api.learning.artifacts.lifecycle import ARTIFACT
from plp_api.learning.artifacts.models import ArtifactKind, ArtifactStatus, PartKind
from plp_api.learning.artifacts.presenters import shape, shape_links

LONGEST_TITLE, LONGEST_WORDS, LONGEST_TEXT = 200, 4_000, 50_000
LONGEST_URL, LONGEST_ALT = 2_000, 2_000
MOST_PARTS, MOST_ANSWERS = 30, 12
LANGUAGE = validate.Regexp(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?\Z", error="Write a tag like es-MX.")


def _web(address: str) -> None:
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        is_whole = False
    is_plain = address.isprintable() and not any(char in address for char in ' <>"')
    if not (is_whole and is_plain and address.startswith(("https://", "http://"))):
        raise ValidationError("Write an address that begins with https:// or http://.")


def _different(keys: list[Any]) -> None:
    if len({*keys}) < len(keys):
        raise ValidationError("Name each student once.")


def _words_of_part() -> dict[str, Any]:
    return {"description": "What to call it.", "example": "Map of the fields"}


class NewPartSchema(Schema):
    """A part of a new version: a file, an address elsewhere, or a text."""

    kind = Choice(PartKind, required=True)
    title = Text(longest=LONGEST_TITLE, blank=True, metadata=_words_of_part())
    text = Text(
        longest=LONGEST_TEXT,
        allow_none=True,
        metadata={"description": "For `text` and `transcript`.", "example": "Snow on the barn."},
    )
    url = Text(
        longest=LONGEST_URL,
        allow_none=True,
        validate=[_web],
        metadata={"description": "For `link`.", "example": "https://podcast.example/mill/2"},
    )
    upload_id = fields.UUID(
        allow_none=True,
        metadata={"description": "For `file` and `captions`: a complete upload of yours."},
    )
    part_id = fields.UUID(
        allow_none=True,
        metadata={
            "description": "Instead of `upload_id`: a part of an earlier version, whose file it"
            " keeps, with its `title`, `alt` and `language` where these are left out."
        },
    )
    alt = Text(
        longest=LONGEST_ALT,
        blank=True,
        metadata={
            "description": "In words, what a picture shows or a recording lets hear.",
            "example": "Eleven fields along a brook; the third is dark.",
        },
    )
    language = fields.String(
        allow_none=True,
        validate=LANGUAGE,
        metadata={"description": "Of captions or a transcript.", "example": "es"},
    )
    of_position = fields.Integer(
        allow_none=True,
        strict=True,
        validate=validate.Range(1, MOST_PARTS),
        metadata={
            "description": "For `captions` and `transcript`: the place, from 1, of the sound or"
            " film they belong to, before them in the list."
        },
    )


def _parts(**options: Any) -> Any:
    return fields.List(
        fields.Nested(NewPartSchema), validate=validate.Length(1, MOST_PARTS), **options
    )


class PartSchema(Schema):
    """A part of a version. Its file is at `/artifact-parts/{id}/content`."""

    id = fields.UUID(dump_only=True)
    position = fields.Integer(dump_only=True)
    kind = Choice(PartKind, dump_only=True)
    title = fields.String(dump_only=True, metadata=_words_of_part())
    text = fields.String(dump_only=True, allow_none=True, metadata={"example": "Snow on the barn."})
    url = fields.String(
        dump_only=True, allow_none=True, metadata={"example": "https://podcast.example/mill/2"}
    )
    file = fields.Nested(FileSchema, dump_only=True, allow_none=True)
    alt = fields.String(
        dump_only=True,
        metadata={"example": "Eleven fields along a brook; the third is dark."},
    )
    language = fields.String(dump_only=True, allow_none=True, metadata={"example": "es"})
    of_part_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The sound or film to which captions or a transcript belong."},
    )


class VersionOfArtifactSchema(Schema):
    """The newest version of an artifact."""

    id = fields.UUID(dump_only=True)
    number = fields.Integer(dump_only=True)
    words = fields.String(dump_only=True, metadata={"example": "With the plan for spring."})
    created_at = Instant(dump_only=True)
    parts = fields.List(fields.Nested(PartSchema), dump_only=True)


class MakerSchema(Schema):
    """Somebody who made the work."""

    maker_id = fields.UUID(dump_only=True)
    maker_name = name_of("maker_id")
    artifact_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Theirs of this work; null where you may not read it."},
    )
    is_named = fields.Boolean(
        dump_only=True,
        metadata={"description": "Whether they let the others name them (`is_shown_in_group`)."},
    )


class GroupOfArtifactSchema(Schema):
    """The students who made a work together: each has an artifact of their own."""

    id = fields.UUID(dump_only=True)
    closes_at = Instant(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Until when others may join; null: nobody may."},
    )
    maker_count = fields.Integer(
        dump_only=True, metadata={"description": "How many made it; more than `makers` may tell."}
    )
    makers = fields.List(
        fields.Nested(MakerSchema),
        dump_only=True,
        metadata={
            "description": "Those whose artifact you may read; if you are one of the makers, also"
            " those who let the others name them."
        },
    )


class GroupCodeSchema(Schema):
    """The code by which other students join; nobody can read it again."""

    group_id = fields.UUID(dump_only=True)
    code = fields.String(dump_only=True, metadata={"example": "7KQ4M-XW2RD"})
    closes_at = Instant(dump_only=True)


class JoinSchema(Schema):
    code = Text(
        required=True,
        longest=20,
        metadata={
            "description": "As somebody typed it: case, spaces and hyphens do not matter.",
            "example": "7KQ4M-XW2RD",
        },
    )


def _template_id(**options: Any) -> fields.UUID:
    words = (
        "The published portfolio template whose questions a reflection answers, of the district or"
        " of a school of the student; null: the usual three."
    )
    return fields.UUID(allow_none=True, metadata={"description": words}, **options)


class ReflectionPromptSchema(Schema):
    """A question for a reflection."""

    key = fields.String(dump_only=True, metadata={"example": "so_what"})
    question = fields.String(
        dump_only=True, metadata={"example": "What does it show that you can do now?"}
    )


class ArtifactFieldsSchema(Schema):
    """What may be said of an artifact."""

    title = Text(longest=LONGEST_TITLE, metadata={"example": "Where the nitrogen goes"})
    kind = Choice(ArtifactKind)
    description = Text(
        longest=LONGEST_WORDS, metadata={"example": "A budget for our forty home acres."}
    )
    made_on = Date(allow_none=True, metadata={"description": "The day on which it was made."})
    template_id = _template_id()
    is_shown_in_group = fields.Boolean(
        metadata={
            "description": "Whether the other makers of the work learn the student's name, and may"
            " name the student where they show it; false, unless the student says so."
        }
    )


class ArtifactPatchSchema(ArtifactFieldsSchema):
    """A change of an artifact."""


class ArtifactSchema(ArtifactFieldsSchema, ResourceSchema):
    """A piece of a student's work. Student and advisor alone read a draft."""

    life = ARTIFACT
    shape = staticmethod(shape)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    status = Choice(ArtifactStatus, dump_only=True)
    title = Text(
        required=True, longest=LONGEST_TITLE, metadata={"example": "Where the nitrogen goes"}
    )
    kind = Choice(ArtifactKind, required=True)
    description = Text(
        longest=LONGEST_WORDS,
        load_default="",
        metadata={"example": "A budget for our forty home acres."},
    )
    made_on = Date(
        allow_none=True,
        load_default=None,
        metadata={"description": "The day on which it was made."},
    )
    parts = _parts(
        load_only=True, metadata={"description": "The first version, if there is one already."}
    )
    number = fields.Integer(
        dump_only=True, metadata={"description": "Of the newest version; 0: there is none."}
    )
    newest_version = fields.Nested(VersionOfArtifactSchema, dump_only=True, allow_none=True)
    prompts = fields.List(
        fields.Nested(ReflectionPromptSchema),
        dump_only=True,
        metadata={"description": "What the next reflection answers."},
    )
    framework_items = framework_items()
    group = fields.Nested(
        GroupOfArtifactSchema,
        dump_only=True,
        allow_none=True,
        metadata={"description": "Null: nobody else made it."},
    )
    recorded_by = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Who of the school captured it for the student."},
    )
    recorded_by_name = name_of("recorded_by")
    available_actions = fields.List(fields.String(), dump_only=True)


MOST_STUDENTS = 40


class RecordedArtifactsSchema(Schema):
    """Work that staff capture for several students at once."""

    student_ids = fields.List(
        fields.UUID(),
        required=True,
        validate=[validate.Length(1, MOST_STUDENTS), _different],
        metadata={"description": "Files are uploaded for the first of them."},
    )
    is_group = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Whether they made one work together: each may take over what another"
            " shows, and let the others name them."
        },
    )
    title = Text(required=True, longest=LONGEST_TITLE, metadata={"example": "A bench"})
    kind = Choice(ArtifactKind, required=True)
    description = Text(
        longest=LONGEST_WORDS, load_default="", metadata={"example": "For the trail by the brook."}
    )
    made_on = Date(allow_none=True, load_default=None)
    template_id = _template_id(load_default=None)
    parts = _parts(metadata={"description": "The first version, if there is one already."})


class RecordedForSchema(Schema):
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    artifact_id = fields.UUID(attribute="id", dump_only=True)


class RecordedReceiptSchema(Schema):
    """The drafts that were made, in the order of the students."""

    items = fields.List(fields.Nested(RecordedForSchema), dump_only=True)


class ArtifactActionFieldsSchema(Schema):
    """The fields of an artifact's actions: none."""


class ArtifactVersionSchema(ResourceSchema):
    """A state of the work. It never changes: what changes is the next version."""

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    artifact_id = fields.UUID(dump_only=True)
    number = fields.Integer(dump_only=True)
    words = Text(
        longest=LONGEST_WORDS,
        load_default="",
        metadata={
            "description": "What is new in it.",
            "example": "With the plan for spring.",
        },
    )
    parts = fields.List(fields.Nested(PartSchema), dump_only=True)
    added_by = fields.UUID(dump_only=True)
    added_by_name = name_of("added_by")


class NewVersionSchema(Schema):
    """The next version of an artifact, whole."""

    words = Text(
        longest=LONGEST_WORDS, load_default="", metadata={"example": "With the plan for spring."}
    )
    parts = _parts(required=True)


class AnswerSchema(Schema):
    """An answer to a question of the reflection."""

    key = Text(
        required=True,
        longest=40,
        metadata={"description": "Of one of the artifact's `prompts`.", "example": "so_what"},
    )
    question = Text(
        longest=500,
        metadata={
            "description": "As it was put to the student. Where you leave it out, it is kept as in"
            " `prompts`. Only the usual three may be put in other words, as in another language.",
            "example": "What does it show that you can do now?",
        },
    )
    text = Text(
        required=True,
        longest=LONGEST_WORDS,
        metadata={"example": "I can turn a spreadsheet into a decision."},
    )


class ReflectionSchema(ResourceSchema):
    """What the student says of the work on one day; earlier reflections stay."""

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    artifact_id = fields.UUID(dump_only=True)
    number = fields.Integer(
        dump_only=True, metadata={"description": "Of the version that it is about."}
    )
    answers = fields.List(
        fields.Nested(AnswerSchema), required=True, validate=validate.Length(1, MOST_ANSWERS)
    )


class ArtifactLinkSchema(ResourceSchema):
    """What an artifact is evidence for; the ids are null where you may not read that."""

    shape = staticmethod(shape_links)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    artifact_id = fields.UUID(dump_only=True)
    goal_id = fields.UUID(attribute="shown_goal_id", dump_only=True, allow_none=True)
    elo_id = fields.UUID(attribute="shown_elo_id", dump_only=True, allow_none=True)
    pathway_element_id = fields.UUID(
        attribute="shown_pathway_element_id", dump_only=True, allow_none=True
    )
    annual_review_id = fields.UUID(
        attribute="shown_annual_review_id",
        dump_only=True,
        allow_none=True,
        metadata={"description": "An annual review."},
    )


class NewArtifactLinkSchema(Schema):
    """One thing of the student's that the artifact is evidence for: exactly one of the four."""

    goal_id = fields.UUID(allow_none=True)
    elo_id = fields.UUID(allow_none=True)
    pathway_element_id = fields.UUID(allow_none=True)
    annual_review_id = fields.UUID(allow_none=True)


class ArtifactAddressSchema(Schema):
    """An address in the newest version of an artifact, and whether it still answers."""

    shape = staticmethod(shape_addresses)

    id = fields.UUID(metadata={"description": "Of the part of the version."})
    artifact_id = fields.UUID()
    artifact_title = fields.String(
        attribute="artifact.title", metadata={"example": "Where the nitrogen goes"}
    )
    title = fields.String(metadata=_words_of_part())
    url = fields.String(metadata={"example": "https://docs.google.com/document/d/1a2b"})
    is_in_school_cloud = fields.Boolean(
        metadata={"description": "Whether it leads to an account that may end with school."}
    )
    checked_at = Instant(
        allow_none=True,
        metadata={"description": "When it was asked last; null: not yet."},
    )
    is_reachable = fields.Boolean(
        allow_none=True,
        metadata={
            "description": "False: it was gone on two days; null: that cannot be said. A page"
            " behind a sign-in counts as there."
        },
    )
    created_at = Instant()
    updated_at = Instant()
