"""Roster imports on the wire."""

from marshmallow import fields

from plp_api.rest.fields import Choice, Instant, ResourceSchema, Schema
from plp_api.rostering.difference import REMOVED, STATES
from plp_api.rostering.findings import Code, Profile, Severity
from plp_api.rostering.models import ImportState


def _described(words: str, **more: object) -> dict[str, object]:
    return {"description": words, **more}


class RosterImportOrderSchema(Schema):
    dry_run = fields.Boolean(
        attribute="is_dry_run",
        load_default=False,
        metadata=_described("Only compare: nothing is changed, `counts` tell what would be."),
    )
    confirm = fields.Boolean(
        attribute="is_confirmed",
        load_default=False,
        metadata=_described("Remove as many as the package asks, past `deletion_threshold`."),
    )
    profile = Choice(
        Profile,
        load_default=Profile.LENIENT,
        metadata=_described("How the package is judged: by the letter, or as real exports are."),
    )


class RosterPackageSchema(Schema):
    file = fields.Raw(
        required=True,
        metadata=_described("The package: a ZIP.", type="string", format="binary"),
    )


class RosterFindingSchema(Schema):
    code = Choice(Code, called="FindingCode", required=True)
    severity = Choice(Severity, required=True)
    file = fields.String(allow_none=True, metadata={"example": "users.csv"})
    row = fields.Integer(
        allow_none=True, metadata=_described("Counted from the header, which is row 1.", example=17)
    )
    column = fields.String(allow_none=True, metadata={"example": "orgSourcedIds"})
    message = fields.String(required=True)


class RosterImportSchema(ResourceSchema):
    state = Choice(ImportState, dump_only=True)
    progress = fields.Float(dump_only=True, metadata=_described("From 0 to 1.", example=0.4))
    profile = Choice(Profile, dump_only=True)
    is_dry_run = fields.Boolean(dump_only=True)
    is_confirmed = fields.Boolean(dump_only=True)
    sha256 = fields.String(dump_only=True, metadata=_described("Of the package as it was sent."))
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
        dump_only=True,
        metadata=_described(
            f"By kind of row, how many were (or would be) {', '.join(STATES)}, {REMOVED}.",
            example={"students": {"created": 12, "unchanged": 288}},
        ),
    )
    findings = fields.List(
        fields.Nested(RosterFindingSchema),
        dump_only=True,
        metadata=_described("The first hundred of each code, without personal values."),
    )
    finding_counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        dump_only=True,
        metadata=_described("All of them, by code.", example={"status_in_bulk": 300}),
    )
    problem = fields.Dict(
        dump_only=True,
        allow_none=True,
        metadata=_described("Why nothing came of it: a problem document."),
    )
    created_by = fields.UUID(dump_only=True, allow_none=True)
    started_at = Instant(dump_only=True, allow_none=True)
    finished_at = Instant(dump_only=True, allow_none=True)
