"""Schemas of the list of artifacts. Rows are returned without them; tests compare the two."""

from marshmallow import fields

from plp_api.catalog.item_links.schemas import framework_items
from plp_api.foundation.rest.fields import Choice, Date, ResourceSchema, Schema
from plp_api.foundation.rest.people import StudentBriefSchema
from plp_api.learning.artifacts.models import ArtifactKind, ArtifactStatus


class LinkSummarySchema(Schema):
    """What the work is evidence for; one of the four ids is set."""

    id = fields.UUID()
    goal_id = fields.UUID(allow_none=True)
    elo_id = fields.UUID(allow_none=True)
    pathway_element_id = fields.UUID(allow_none=True)
    annual_review_id = fields.UUID(
        allow_none=True, metadata={"description": "An annual review at which it was looked at."}
    )


class ArtifactSummarySchema(ResourceSchema):
    """One artifact in a list: its state, its cover, and its links."""

    status = Choice(ArtifactStatus)
    title = fields.String()
    kind = Choice(ArtifactKind)
    made_on = Date(allow_none=True)
    number = fields.Integer(
        metadata={"description": "The number of its newest version; 0: it has none."}
    )
    cover_part_id = fields.UUID(
        allow_none=True,
        metadata={
            "description": "The first part of which there is a small picture, at"
            " `/artifact-parts/{id}/thumbnail`."
        },
    )
    reflection_count = fields.Integer()
    framework_items = framework_items()
    links = fields.List(
        fields.Nested(LinkSummarySchema),
        metadata={"description": "Only those to what you may read."},
    )
    student = fields.Nested(StudentBriefSchema)
