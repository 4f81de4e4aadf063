"""JSON schemas of frameworks, their items and imports."""

from typing import Any

from marshmallow import ValidationError, fields

from plp_api.catalog.scales.schemas import ScaleBriefSchema
from plp_api.catalog.standards.findings import Code
from plp_api.catalog.standards.models import FrameworkImportState, FrameworkSource
from plp_api.catalog.standards.presenters import shape, shape_frameworks
from plp_api.catalog.standards.storing import STATES
from plp_api.foundation.imports.findings import Severity
from plp_api.foundation.imports.schemas import ImportSchema
from plp_api.foundation.rest.fields import Choice, Date, Instant, ResourceSchema, Schema, Text

LONGEST_TITLE = 200
STATEMENT = "The student explains how they know whether a source can be trusted."
UUID_OF_ITEM = "35d8a857-5d60-5081-8728-1344eb242d45"


def _shown(words: str = "", example: object = None, **more: Any) -> fields.String:
    metadata = {"description": words} if words else {}
    return fields.String(dump_only=True, metadata={**metadata, "example": example}, **more)


def _statement() -> fields.String:
    return _shown("Markdown with LaTeX, as it came: escape it before you show it.", STATEMENT)


def _abbreviated() -> fields.String:
    return _shown("A label for charts, if its file has one.", "Judges sources", allow_none=True)


def _is_retired() -> fields.Boolean:
    words = "Whether it left its framework; nothing new refers to it."
    return fields.Boolean(dump_only=True, metadata={"description": words})


class FrameworkItemBriefSchema(Schema):
    """A framework item as other resources show it: what it says, and whether it still holds."""

    id = fields.UUID(dump_only=True)
    code = _shown("Its code in the framework.", "TS.5.a", allow_none=True)
    statement = _statement()
    abbreviated_statement = _abbreviated()
    framework_id = fields.UUID(dump_only=True)
    is_retired = _is_retired()


def _scale() -> fields.Nested:
    words = "The scale that its items are rated by: the framework's own, or the district's default."
    return fields.Nested(
        ScaleBriefSchema, dump_only=True, allow_none=True, metadata={"description": words}
    )


class FrameworkSchema(ResourceSchema):
    """A set of standards: a CASE document, or the district's own proficiencies."""

    shape = staticmethod(shape_frameworks)

    identifier = fields.UUID(
        dump_only=True,
        metadata={"description": "The document's identifier; stable from import to import."},
    )
    source = Choice(FrameworkSource, dump_only=True)
    scale_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The scale its items are rated by. Null: the district's default."},
    )
    scale = _scale()
    title = _shown(example="Vermont transferable skills")
    creator = _shown(example="Tamarack Valley Supervisory Union")
    publisher = _shown(example="Vermont Agency of Education")
    description = _shown(example="What every graduate can do, whatever their pathway.")
    adoption_status = _shown(example="Adopted", allow_none=True)
    document_version = _shown(example="2026", allow_none=True)
    case_version = _shown("1.1; null for CASE 1.0 and CSV.", "1.1", allow_none=True)
    framework_type = _shown(example="Transferable skills", allow_none=True)
    language = _shown(example="en", allow_none=True)
    uri = _shown(example="https://example.org/frameworks/1", allow_none=True)
    official_source_url = _shown(example="https://example.org/skills", allow_none=True)
    license_uri = _shown(example="https://example.org/licenses/cc0", allow_none=True)
    subjects = fields.List(
        fields.String(), dump_only=True, metadata={"example": ["Transferable skills"]}
    )
    starts_on = Date(dump_only=True, allow_none=True)
    ends_on = Date(dump_only=True, allow_none=True)
    last_changed_at = Instant(
        dump_only=True,
        metadata={"description": "The document's own time; of a CSV, the time of its import."},
    )


class FrameworkPatchSchema(Schema):
    """What a district chooses for a framework; everything else comes from its file."""

    scale_id = fields.UUID(
        allow_none=True, metadata={"description": "An active scale. Null: the default."}
    )


class FrameworkItemSchema(ResourceSchema):
    """One standard."""

    framework_id = fields.UUID(dump_only=True)
    identifier = fields.UUID(
        dump_only=True, metadata={"description": "Stable from import to import."}
    )
    parent_id = fields.UUID(
        dump_only=True, allow_none=True, metadata={"description": "Null: at the top."}
    )
    position = fields.Integer(
        dump_only=True,
        metadata={"description": "Its place in the whole tree, read depth first.", "example": 17},
    )
    depth = fields.Integer(
        dump_only=True, metadata={"description": "0 at the top of the tree.", "example": 1}
    )
    code = _shown("Its code in the framework.", "TS.5.a", allow_none=True)
    statement = _statement()
    abbreviated_statement = _abbreviated()
    item_type = _shown(example="Skill", allow_none=True)
    subjects = fields.List(fields.String(), dump_only=True, metadata={"example": ["English"]})
    grades = fields.List(
        fields.String(),
        dump_only=True,
        metadata={"description": "As the file writes them, like 09.", "example": ["09", "10"]},
    )
    list_enumeration = _shown(example="a", allow_none=True)
    notes = _shown(example="Look for it in two subjects.", allow_none=True)
    language = _shown(example="en", allow_none=True)
    uri = _shown(example="https://example.org/items/1", allow_none=True)
    license_uri = _shown(example="https://example.org/licenses/cc0", allow_none=True)
    last_changed_at = Instant(dump_only=True)
    is_retired = _is_retired()
    retired_on = Date(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The day of the import in which it was gone."},
    )


class FrameworkItemDetailSchema(FrameworkItemSchema):
    """One standard, with its place in the tree and the scale to rate by."""

    shape = staticmethod(shape)

    scale = _scale()
    path = fields.List(
        fields.Nested(FrameworkItemBriefSchema),
        dump_only=True,
        metadata={"description": "Its ancestors, the topmost first."},
    )
    child_count = fields.Integer(
        dump_only=True,
        metadata={"description": "How many items beneath it still hold.", "example": 3},
    )


def _end(words: str) -> dict[str, fields.Field[Any]]:
    return {
        "item_id": fields.UUID(
            dump_only=True,
            allow_none=True,
            metadata={"description": f"The {words}, if it is an item of the district."},
        ),
        "identifier": _shown(f"The {words}'s identifier, as it came.", UUID_OF_ITEM),
        "uri": _shown(example="https://example.org/items/2"),
        "title": _shown(example="TS.5"),
    }


_ENDS = {
    f"{end}_{name}": field for end in ("origin", "destination") for name, field in _end(end).items()
}


class FrameworkAssociationSchema(ResourceSchema.from_dict(_ENDS)):  # type: ignore[misc]
    """How an item relates to another one, which may be outside the district's frameworks."""

    framework_id = fields.UUID(dump_only=True)
    identifier = fields.UUID(dump_only=True)
    type = _shown("CASE's associationType; `isChildOf` is the tree itself.", "precedes")
    sequence_number = fields.Integer(dump_only=True, allow_none=True, metadata={"example": 1})
    last_changed_at = Instant(dump_only=True)
    is_retired = _is_retired()


class FrameworkImportOrderSchema(Schema):
    dry_run = fields.Boolean(
        attribute="is_dry_run",
        load_default=False,
        metadata={
            "description": "Only compare: change nothing and show in `counts` what would change."
        },
    )
    confirm = fields.Boolean(
        attribute="is_confirmed",
        load_default=False,
        metadata={
            "description": "Allow more retirements than `deletion_threshold`, and a package that is"
            " older than the stored one: then the whole file stands, whatever its dates."
        },
    )
    title = Text(
        longest=LONGEST_TITLE,
        metadata={
            "description": "Needed for a CSV, and only for it: the framework's title. A second"
            " file of the same title is the next state of the same framework.",
            "example": "Graduation proficiencies",
        },
    )


def title_of(text: str) -> str:
    """A title from elsewhere, as a request would have it. Raises ValueError with the reason."""
    try:
        loaded = FrameworkImportOrderSchema(only=("title",)).load({"title": text})
    except ValidationError as error:
        raise ValueError(" ".join(error.messages_dict["title"])) from None
    return str(loaded["title"])


class FrameworkFileSchema(Schema):
    file = fields.Raw(
        required=True,
        metadata={
            "description": "A CASE package (JSON) or, with `title`, a CSV.",
            "type": "string",
            "format": "binary",
        },
    )


class FrameworkFindingSchema(Schema):
    code = Choice(Code, called="FrameworkFindingCode", required=True)
    severity = Choice(Severity, required=True)
    pointer = fields.String(
        allow_none=True,
        metadata={"description": "In a CASE package: a JSON Pointer.", "example": "/CFItems/17"},
    )
    identifier = fields.String(
        allow_none=True,
        metadata={"description": "The identifier of the object.", "example": UUID_OF_ITEM},
    )
    row = fields.Integer(
        allow_none=True,
        metadata={"description": "In a CSV; the header is row 1.", "example": 17},
    )
    column = fields.String(allow_none=True, metadata={"example": "parent"})
    message = fields.String(required=True)


class FrameworkImportSchema(ImportSchema):
    """An import of a file of standards; it is also the job."""

    state = Choice(FrameworkImportState, dump_only=True)
    format = Choice(FrameworkSource, dump_only=True)
    is_confirmed = fields.Boolean(dump_only=True)
    title = _shown("Of a CSV.", "Graduation proficiencies", allow_none=True)
    framework_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "The framework, once the import is applied."},
    )
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
        dump_only=True,
        metadata={
            "description": f"By kind of row, how many were (or would be) {', '.join(STATES)}.",
            "example": {"items": {"created": 25, "unchanged": 3}},
        },
    )
    findings = fields.List(
        fields.Nested(FrameworkFindingSchema),
        dump_only=True,
        metadata={"description": "The first hundred findings of each code."},
    )
