"""Roster imports on the wire."""

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from plp_api.foundation.rest.fields import Choice, Instant, ResourceSchema, Schema, Text
from plp_api.people.rostering.decisions import ABOUT
from plp_api.people.rostering.difference import REMOVED, STATES
from plp_api.people.rostering.findings import Code, Profile, Severity
from plp_api.people.rostering.models import ImportState, Verdict

MOST_DECISIONS, LONGEST_DECISIONS = 10_000, 2_000_000


def _described(words: str, **more: object) -> dict[str, object]:
    return {"description": words, **more}


class RosterDecisionSchema(Schema):
    """What a person decided about one row of users.csv."""

    sourced_id = Text(longest=255, required=True, metadata={"example": "s01"})
    decision = Choice(Verdict, called="RosterVerdict", required=True)


class Decisions(fields.Field[Any]):
    """A list of decisions as JSON in a form, where nothing but text fits."""

    default_error_messages = {
        "invalid": "Must be a JSON list of decisions.",
        "twice": "Two decisions about one sourcedId answer the same question.",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[dict[str, str]]:
        if len(value) > LONGEST_DECISIONS:
            raise self.make_error("invalid")
        try:
            written = json.loads(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise self.make_error("invalid") from error
        if not isinstance(written, list) or len(written) > MOST_DECISIONS:
            raise self.make_error("invalid")
        decisions: list[dict[str, str]] = RosterDecisionSchema(many=True).load(written)
        asked = {(one["sourced_id"], ABOUT[Verdict(one["decision"])]) for one in decisions}
        if len(asked) < len(decisions):
            raise self.make_error("twice")
        return decisions


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
    decisions = Decisions(
        load_default=list,
        metadata=_described(
            "Who is meant, where an earlier import of the package was `undecided`: a JSON list."
            " Send every decision with every package until it is applied.",
            type="string",
            maxLength=LONGEST_DECISIONS,
            example='[{"sourced_id": "s01", "decision": "another"}]',
        ),
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
    sourced_id = fields.String(
        allow_none=True,
        metadata=_described("Whom a decision is about; null elsewhere.", example="s01"),
    )


class RosterImportSchema(ResourceSchema):
    state = Choice(ImportState, dump_only=True)
    progress = fields.Float(dump_only=True, metadata=_described("From 0 to 1.", example=0.4))
    profile = Choice(Profile, dump_only=True)
    is_dry_run = fields.Boolean(dump_only=True)
    is_confirmed = fields.Boolean(dump_only=True)
    decisions = fields.List(
        fields.Nested(RosterDecisionSchema),
        dump_only=True,
        metadata=_described("What was decided about rows of the package."),
    )
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
