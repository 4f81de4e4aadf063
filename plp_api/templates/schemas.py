"""Templates on the wire."""

from marshmallow import fields

from plp_api.rest.fields import ResourceSchema, Schema


class TemplateSectionSchema(Schema):
    key = fields.String(metadata={"example": "scope_and_rigor"})
    title = fields.String()
    prompt = fields.String()
    is_required = fields.Boolean()
    is_material = fields.Boolean(
        metadata={"description": "Whether a change asks for signatures again."}
    )
    authors = fields.List(fields.String(), metadata={"example": ["student", "advisor"]})
    source = fields.String(metadata={"description": "What asks for the section."})


class PlanTemplateSchema(ResourceSchema):
    name = fields.String()
    is_default = fields.Boolean()
    sections = fields.List(fields.Nested(TemplateSectionSchema))
