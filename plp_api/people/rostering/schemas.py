"""JSON schemas of roster imports."""

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from plp_api.foundation.imports.findings import Severity
from plp_api.foundation.imports.schemas import ImportSchema
from plp_api.foundation.rest.fields import Choice, Schema, Text
from plp_api.people.rostering.decisions import ABOUT
from plp_api.people.rostering.difference import REMOVED, STATES
from plp_api.people.rostering.findings import Code, Profile
from plp_api.people.rostering.models import ImportState, Verdict

MOST_DECISIONS, LONGEST_DECISIONS = 10_000, 2_000_000


def _described(words: str, **more: object) -> dict[str, object]:
    return {"description": words, **more}


class RosterDecisionSchema(Schema):
    """A person's decision about one row of users.csv."""

    sourced_id = Text(longest=255, required=True, metadata={"example": "s01"})
    decision = Choice(Verdict, called="RosterVerdict", required=True)


class Decisions(fields.Field[Any]):
    """A list of decisions, as JSON text in a form field."""

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
        questions = {(each["sourced_id"], ABOUT[Verdict(each["decision"])]) for each in decisions}
        if len(questions) < len(decisions):
            raise self.make_error("twice")
        return decisions


class RosterImportOrderSchema(Schema):
    dry_run = fields.Boolean(
        attribute="is_dry_run",
        load_default=False,
        metadata=_described("Only compare: change nothing and show in `counts` what would change."),
    )
    confirm = fields.Boolean(
        attribute="is_confirmed",
        load_default=False,
        metadata=_described("Allow more removals than `deletion_threshold`."),
    )
    decisions = Decisions(
        load_default=list,
        metadata=_described(
            "Decisions about the questions of an earlier import that was `undecided`: a JSON list."
            " Send all decisions with every package until it is applied.",
            type="string",
            maxLength=LONGEST_DECISIONS,
            example='[{"sourced_id": "s01", "decision": "another"}]',
        ),
    )
    profile = Choice(
        Profile,
        load_default=Profile.LENIENT,
        metadata=_described("How strictly the package is checked against the specification."),
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
        metadata=_described("The user who needs a decision; else null.", example="s01"),
    )


class RosterImportSchema(ImportSchema):
    state = Choice(ImportState, dump_only=True)
    profile = Choice(Profile, dump_only=True)
    is_confirmed = fields.Boolean(dump_only=True)
    decisions = fields.List(
        fields.Nested(RosterDecisionSchema),
        dump_only=True,
        metadata=_described("The decisions about rows of the package."),
    )
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
        metadata=_described("The first hundred findings of each code, without personal values."),
    )
    finding_counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        dump_only=True,
        metadata=_described(
            "The number of all findings, by code.", example={"status_in_bulk": 300}
        ),
    )
