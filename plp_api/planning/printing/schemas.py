"""Schemas of prints."""

from enum import StrEnum

from plp_api.foundation.rest.fields import Choice, LanguageTag, Schema


class PrintFormat(StrEnum):
    """The format of a print."""

    HTML = "html"
    PDF = "pdf"


class PrintQuerySchema(Schema):
    format = Choice(PrintFormat, metadata={"description": "Goes before the Accept header."})
    language = LanguageTag(
        metadata={"description": "In the words of the rendition in that language.", "example": "es"}
    )
