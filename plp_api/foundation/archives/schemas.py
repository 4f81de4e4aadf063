"""Schemas of exports, and of records from elsewhere."""

from marshmallow import fields

from plp_api.foundation.archives.models import ExportStatus
from plp_api.foundation.archives.presenters import shape_exports, shape_records
from plp_api.foundation.rest.fields import Choice, Instant, ResourceSchema, Schema, Sha256, Text
from plp_api.foundation.rest.people import name_of, student_of


class StudentExportSchema(ResourceSchema):
    """An archive of a student's whole record, made for one person as they may read it."""

    shape = staticmethod(shape_exports)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    status = Choice(ExportStatus, dump_only=True)
    requested_by = fields.UUID(attribute="shown_requester", dump_only=True, allow_none=True)
    requested_by_name = name_of("requested_by")
    requested_for = fields.UUID(dump_only=True)
    requested_for_name = name_of("requested_for")
    is_yours = fields.Boolean(
        dump_only=True,
        metadata={"description": "It was made for you; nobody else may download it."},
    )
    batch_id = fields.UUID(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Joins the exports of a leaving class."},
    )
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        dump_only=True,
        metadata={
            "description": "How many rows of each part; empty until it is ready.",
            "example": {"goals": 4, "artifacts": 12},
        },
    )
    size = fields.Integer(
        attribute="shown_size",
        dump_only=True,
        allow_none=True,
        metadata={"description": "In bytes; null unless it is ready."},
    )
    sha256 = Sha256(attribute="shown_sha256", dump_only=True, allow_none=True)
    ready_at = Instant(dump_only=True, allow_none=True)
    expires_at = Instant(
        dump_only=True,
        allow_none=True,
        metadata={"description": "When the archive is removed here; what you saved is yours."},
    )
    downloaded_at = Instant(
        dump_only=True,
        allow_none=True,
        metadata={"description": "When it was first downloaded to its end; null: not yet."},
    )


class NewClassExportSchema(Schema):
    """A leaving class."""

    school_id = fields.UUID(
        required=True, metadata={"description": "The school that keeps their plans."}
    )
    grade = Text(required=True, longest=8, metadata={"example": "12"})


class ClassExportSchema(Schema):
    """The exports of a leaving class, made by one job."""

    batch_id = fields.UUID(
        metadata={"description": "Filters `/student-exports`: one of them for each student."}
    )
    student_count = fields.Integer(metadata={"description": "For how many students."})


class ForeignRecordSchema(ResourceSchema):
    """A record that came from another installation, as it stood there. Nobody here verified it."""

    shape = staticmethod(shape_records)

    student_id = fields.UUID(dump_only=True)
    student = student_of()
    part = fields.String(
        dump_only=True,
        metadata={
            "description": "The part of the archive: the name of a collection.",
            "example": "ratings",
        },
    )
    foreign_id = fields.String(
        dump_only=True,
        metadata={
            "description": "The id that it had there.",
            "example": "0199b2c4-8f3a-7c1e-9d2b-5a6f7e8d9c0b",
        },
    )
    content = fields.Dict(
        attribute="shown_content",
        dump_only=True,
        metadata={
            "description": "The row as the API there served it. For parents without whom it names.",
            "example": {"level": "proficient", "on": "2026-05-12"},
        },
    )
    came_from = fields.String(
        dump_only=True,
        metadata={"description": "Where it was made.", "example": "Tamarack (plp.example.org)"},
    )
    archive_sha256 = Sha256(
        dump_only=True, metadata={"description": "Of the archive with which it came."}
    )
