"""Schemas of uploads."""

from marshmallow import fields, validate

from plp_api.foundation.files.models import FileType, VirusCheck
from plp_api.foundation.rest.fields import Choice, Instant, ResourceSchema, Schema, Text
from plp_api.foundation.uploads.lifecycle import UPLOAD
from plp_api.foundation.uploads.models import UploadStatus
from plp_api.foundation.uploads.presenters import shape

LONGEST_NAME = 1000
SHA256 = validate.Regexp(r"^[0-9a-f]{64}\Z", error="Write 64 hexadecimal digits in lower case.")


class FileSchema(Schema):
    """A file that is kept: its type is that of its content."""

    id = fields.UUID(dump_only=True)
    filename = fields.String(dump_only=True, allow_none=True)
    media_type = Choice(FileType, dump_only=True)
    size = fields.Integer(dump_only=True, metadata={"description": "Bytes, as it is kept."})
    sha256 = fields.String(dump_only=True, metadata={"description": "Of what is kept."})
    virus_check = Choice(
        VirusCheck,
        dump_only=True,
        metadata={"description": "`not_scanned`: this server has no scanner."},
    )
    has_thumbnail = fields.Function(
        lambda file: file.thumbnail is not None,
        dump_only=True,
        metadata={"type": "boolean", "description": "Whether there is a small picture yet."},
    )


class UploadSchema(ResourceSchema):
    """A file on its way, in chunks of `chunk_size` bytes; the last may be smaller."""

    life = UPLOAD
    shape = staticmethod(shape)

    status = Choice(UploadStatus, dump_only=True)
    filename = Text(
        required=True,
        longest=LONGEST_NAME,
        metadata={
            "description": "What you call it. Folders, invisible characters and names that some"
            " systems keep for devices are taken out."
        },
    )
    size = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(1, 2**40),
        metadata={
            "description": "Bytes of the whole as you send it; after one multipart request, as it"
            " is kept."
        },
    )
    sha256 = fields.String(
        allow_none=True,
        load_default=None,
        validate=SHA256,
        metadata={
            "description": "Of the whole as you send it, checked when it is complete; after one"
            " multipart request, of what is kept. Cleaning may change a file: `file.sha256` is"
            " always of what is kept."
        },
    )
    chunk_size = fields.Integer(dump_only=True)
    chunk_count = fields.Integer(dump_only=True)
    received_chunks = fields.List(
        fields.Integer(),
        dump_only=True,
        metadata={"description": "The numbers of the chunks that are there, from 1."},
    )
    file = fields.Nested(
        FileSchema,
        dump_only=True,
        allow_none=True,
        metadata={"description": "What is kept, once the upload is complete."},
    )
    expires_at = Instant(
        dump_only=True,
        metadata={"description": "From then on it is removed, unless a record has taken it."},
    )
    available_actions = fields.List(fields.String(), dump_only=True)


class UploadFileSchema(Schema):
    """The file of a whole upload, as `multipart/form-data`."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class UploadActionFieldsSchema(Schema):
    """The actions of an upload take nothing more."""
