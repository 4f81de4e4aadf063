"""Routes of plans, their versions and profile entries."""

from typing import Any

from flask import Response
from marshmallow import fields

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments.routes import serve as serve_comments
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint, page_schema
from plp_api.foundation.rest.fields import Choice, Date, Text
from plp_api.foundation.rest.paging import (
    Filter,
    Listing,
    Page,
    equals,
    one_of,
    page,
    same_id,
    since,
)
from plp_api.planning.plans import (
    actions,
    amendments,
    differences,
    disagreements,
    history,
    parts,
    presenters,
)
from plp_api.planning.plans.models import (
    EntryStatus,
    Plan,
    PlanVersion,
    ProfileEntry,
    ProfileKind,
    Statement,
    VersionStatus,
)
from plp_api.planning.plans.schemas import (
    LONGEST_PART,
    CorrectionSchema,
    DifferenceQuerySchema,
    DifferencesSchema,
    HistoryQuerySchema,
    HistorySchema,
    PlanActionFieldsSchema,
    PlanSchema,
    PlanVersionActionFieldsSchema,
    PlanVersionPatchSchema,
    PlanVersionSchema,
    ProfileEntrySchema,
    StatementCorrectionSchema,
    StatementSchema,
)

blueprint = Blueprint("Plans", __name__, "The plan of a student: versions and profile.")

VERSIONS = Listing(
    filters={
        "status": one_of(PlanVersion.status, VersionStatus, "Only versions in these states."),
        "student_id": same_id(PlanVersion.student_id, "Only this student's."),
        "updated_since": since(PlanVersion.updated_at),
    },
    sorts={"updated_at": PlanVersion.updated_at, "created_at": PlanVersion.created_at},
)
ENTRIES = Listing(
    filters={
        "kind": one_of(ProfileEntry.kind, ProfileKind, "Only entries of these kinds."),
        "status": Filter(
            fields.List(
                Choice(EntryStatus), metadata={"description": "Only entries in these states."}
            ),
            presenters.in_states,
        ),
        "updated_since": since(ProfileEntry.updated_at),
    },
    sorts={"created_at": ProfileEntry.created_at, "updated_at": ProfileEntry.updated_at},
)
STATEMENTS = Listing(
    filters={
        "part": equals(
            Statement.part,
            Text(
                longest=LONGEST_PART,
                blank=True,
                metadata={
                    "description": "Only on this part; empty for those on a whole version.",
                    "example": "sections/about_me",
                },
            ),
        ),
        "updated_since": since(Statement.stated_at, Statement.corrected_at),
    },
    sorts={"stated_at": Statement.stated_at},
)


class EntryQuerySchema(ENTRIES.query_schema("ProfileEntryQuery")):  # type: ignore[misc]
    """How profile entries may be listed."""

    as_of = Date(
        metadata={"description": "Only what held at the end of that day, where the district is."}
    )


@blueprint.route("/plan-versions")
@blueprint.requires(Permission.PLANS_READ)
@blueprint.lists(PlanVersionSchema, VERSIONS)
def list_plan_versions(access: Access) -> Any:
    """List plan versions you may read, across students.

    An advisor finds what waits for approval with `status=submitted`.
    """
    return access.select(PlanVersion)


@blueprint.route("/plans/<uuid:plan_id>/versions")
@blueprint.requires(Permission.PLANS_READ, Plan)
@blueprint.lists(PlanVersionSchema, VERSIONS)
def list_versions_of_plan(access: Access, plan: Plan) -> Any:
    """List the versions of one plan, open, in force and superseded."""
    return access.beneath(plan, PlanVersion)


@blueprint.route("/plans/<uuid:plan_id>/versions", methods=["POST"])
@blueprint.requires(Permission.PLANS_WRITE, Plan, media=None)
@blueprint.refuses(Code.VERSION_OPEN, Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY)
@blueprint.response(201, PlanVersionSchema)
def start_plan_version(access: Access, plan: Plan) -> PlanVersion:
    """Start a new version of a plan.

    It begins with the sections of the version in force, in its template, or
    empty, in the template meant for the student's school and grade. Another
    template, or a newer edition, is an action on it: `change_template`. A plan
    has at most one open version. No body is sent.
    """
    return actions.start_version(plan, access)


@blueprint.route("/plan-versions/<uuid:version_id>")
@blueprint.requires(Permission.PLANS_READ, PlanVersion)
@blueprint.response(200, PlanVersionSchema)
def get_plan_version(access: Access, version: PlanVersion) -> PlanVersion:
    """Get a plan version with its sections and what you may do with it now."""
    return version


@blueprint.route("/plan-versions/<uuid:version_id>", methods=["PATCH"])
@blueprint.requires(Permission.PLANS_CONTRIBUTE, PlanVersion)
@blueprint.refuses(Code.VERSION_FROZEN, Code.SECTION_NOT_YOURS, Code.PLAN_CLOSED)
@blueprint.arguments(PlanVersionPatchSchema)
@blueprint.response(200, PlanVersionSchema)
def write_plan_version(access: Access, version: PlanVersion, fields: dict[str, Any]) -> PlanVersion:
    """Write sections of an open version.

    Send only the sections you change. Each names its `authors` in the
    template: a parent writes the family's section, an advisor the advisor's
    and, as scribe, the student's. When somebody saved before you, the answer
    is 412 and your text is still yours: read again and send it on top.
    """
    return actions.write_sections(version, access, fields["sections"])


@blueprint.route("/plan-versions/<uuid:version_id>", methods=["DELETE"])
@blueprint.requires(Permission.PLANS_WRITE, PlanVersion)
@blueprint.refuses(Code.VERSION_FROZEN, Code.ACTOR_IS_FAMILY, Code.PLAN_CLOSED)
@blueprint.response(204)
def discard_plan_version(access: Access, version: PlanVersion) -> None:
    """Discard a draft that was never handed in."""
    actions.discard(version, access)


blueprint.actions("/plan-versions", PlanVersion, PlanVersionSchema, PlanVersionActionFieldsSchema)
serve_comments(
    blueprint,
    "/plan-versions",
    PlanVersion,
    read=Permission.PLANS_READ,
    write=Permission.PLANS_COMMENT,
)


@blueprint.route("/plan-versions/<uuid:version_id>/snapshot")
@blueprint.requires(Permission.PLANS_READ, PlanVersion)
@blueprint.refuses(Code.ACTION_UNAVAILABLE, Code.VERSION_SEALED)
@blueprint.response(200, content_type="application/json")
def get_plan_version_snapshot(access: Access, version: PlanVersion) -> Response:
    """Get the exact bytes that are signed.

    Canonical JSON (RFC 8785); the SHA-256 of these bytes is the version's
    `snapshot_sha256`. A version not yet in force has none: 409. Goals and pathway
    elements stand in it, so whoever is denied either is denied this. One that was
    corrected is sealed, and opens to school admins and, for a stated reason, to
    the district.
    """
    access.require(Permission.GOALS_READ, version)
    frozen = presenters.snapshot_of(version, access)
    parts.require_all(version, access)
    return Response(frozen, mimetype="application/json")


@blueprint.route("/plan-versions/<uuid:version_id>/diff")
@blueprint.requires(Permission.PLANS_READ, PlanVersion)
@blueprint.refuses(Code.VERSION_SEALED)
@blueprint.arguments(DifferenceQuerySchema, location="query")
@blueprint.response(200, DifferencesSchema)
def diff_plan_version(
    access: Access, version: PlanVersion, asked: dict[str, Any]
) -> dict[str, Any]:
    """Compare a version with another, or with the one that was in force before it.

    `changes` names each part and member that differs, with JSON Pointers into
    both snapshots; `words` says the same sentence by sentence, for people. An
    open version is compared as it would be frozen now. Texts are plain, as they
    were written: escape them where you show them.
    """
    return differences.between(version, asked.get("against"), access)


@blueprint.route("/plan-versions/<uuid:version_id>/corrections", methods=["POST"])
@blueprint.requires(Permission.PLANS_CORRECT, PlanVersion)
@blueprint.refuses(
    Code.VERSION_SEALED,
    Code.VERSION_CORRECTED,
    Code.ACTION_UNAVAILABLE,
    Code.PLAN_CLOSED,
    Code.ACTOR_IS_FAMILY,
)
@blueprint.arguments(CorrectionSchema)
@blueprint.response(201, PlanVersionSchema)
def correct_plan_version(
    access: Access, version: PlanVersion, fields: dict[str, Any]
) -> PlanVersion:
    """Correct the version in force after a request for amendment was granted.

    34 CFR 99.20-99.22. The correction is in force at once; the versions that
    hold the words found wrong are sealed: their text is null to almost
    everybody, their hash stays. An open draft that still holds them is
    corrected with it, and takes the next number. Signatures are asked for again
    only where a material section changed, and it is no yearly update.
    """
    return amendments.correct(version, access, **fields)


@blueprint.route("/plan-versions/<uuid:version_id>/statements")
@blueprint.requires(Permission.PLANS_READ, PlanVersion)
@blueprint.lists(StatementSchema, STATEMENTS)
def list_plan_version_statements(access: Access, version: PlanVersion) -> Any:
    """List the statements of disagreement that go with a version.

    They were placed on it, or on an earlier version's part that stands here too.
    """
    return presenters.statements_beside(version, access)


@blueprint.route("/plan-versions/<uuid:version_id>/statements", methods=["POST"])
@blueprint.requires(Permission.PLANS_DISPUTE, PlanVersion)
@blueprint.refuses(Code.ACTION_UNAVAILABLE, Code.VERSION_SEALED)
@blueprint.arguments(StatementSchema)
@blueprint.response(201, StatementSchema)
def make_plan_version_statement(
    access: Access, version: PlanVersion, fields: dict[str, Any]
) -> Statement:
    """Place a statement of disagreement on a part of the record, or on a whole version.

    34 CFR 99.21(b)(2). From then it is shown wherever the part is, in later
    versions too. Only its author takes it off again; to say more, place another.
    """
    return disagreements.make(version, access, **fields)


@blueprint.route("/statements/<uuid:statement_id>")
@blueprint.requires(Permission.PLANS_READ, Statement)
@blueprint.response(200, StatementSchema)
def get_statement(access: Access, statement: Statement) -> Statement:
    """Get a statement of disagreement. The words of one that was withdrawn are empty."""
    return statement


@blueprint.route("/statements/<uuid:statement_id>", methods=["DELETE"])
@blueprint.requires(Permission.PLANS_DISPUTE, Statement)
@blueprint.refuses(Code.ACTION_UNAVAILABLE)
@blueprint.response(204)
def withdraw_statement(access: Access, statement: Statement) -> None:
    """Withdraw a statement of yours: no read and no print shows it from then on.

    What it said stays in the school's history of the record. Again changes
    nothing. Nobody withdraws another's.
    """
    disagreements.withdraw(statement, access)


@blueprint.route("/statements/<uuid:statement_id>/corrections", methods=["POST"])
@blueprint.requires(Permission.PLANS_CORRECT, Statement)
@blueprint.refuses(Code.ACTION_UNAVAILABLE, Code.ACTOR_IS_FAMILY)
@blueprint.arguments(StatementCorrectionSchema)
@blueprint.response(200, StatementSchema)
def correct_statement(access: Access, statement: Statement, fields: dict[str, Any]) -> Statement:
    """Put other words in the place of a statement's, with the reason.

    For what must not stand in a record (another child's name, threats), or what
    nothing can print. It stays its author's; what it said before stays in the
    school's history.
    """
    return disagreements.correct(statement, access, **fields)


@blueprint.route("/plans/<uuid:plan_id>/life")
@blueprint.requires(Permission.PLAN_STATUS_READ, Plan)
@blueprint.response(200, PlanSchema)
def get_plan_life(access: Access, plan: Plan) -> Plan:
    """Get where a plan stands in its life, and what you may do with it now.

    Its ETag is what `POST /plans/{id}/actions` wants in If-Match.
    """
    return plan


blueprint.actions("/plans", Plan, PlanSchema, PlanActionFieldsSchema)


@blueprint.route("/plans/<uuid:plan_id>/history")
@blueprint.requires(Permission.PLAN_STATUS_READ, Plan)
@blueprint.arguments(HistoryQuerySchema, location="query")
@blueprint.response(200, HistorySchema)
def get_plan_history(access: Access, plan: Plan, asked: dict[str, Any]) -> dict[str, Any]:
    """Get a plan as it stood at the end of an earlier day.

    Its status, the version in force, goals, pathway elements, what was signed, and
    annual reviews. You see of that day what you may read today. Of a version that was corrected
    since, the text stays under seal.
    """
    return history.look(plan, access, asked["as_of"])


@blueprint.route("/plans/<uuid:plan_id>/profile-entries")
@blueprint.requires(Permission.PLANS_READ, Plan)
@blueprint.arguments(EntryQuerySchema, location="query")
@blueprint.response(200, page_schema("ProfileEntry", ProfileEntrySchema))
def list_profile_entries(access: Access, plan: Plan, asked: dict[str, Any]) -> Page:
    """List what a student says of themselves, then and now.

    Withdrawn and replaced entries stay as history: `status=current` leaves
    them out, `as_of=2026-09-01` lists what held that day.
    """
    entries = access.beneath(plan, ProfileEntry)
    if "as_of" in asked:
        entries = entries.where(presenters.held_on(asked["as_of"], access, plan))
    return page(entries, ENTRIES, asked, access)


@blueprint.route("/plans/<uuid:plan_id>/profile-entries", methods=["POST"])
@blueprint.requires(Permission.PLANS_WRITE, Plan)
@blueprint.refuses(Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY, Code.ENTRY_WITHDRAWN)
@blueprint.arguments(ProfileEntrySchema)
@blueprint.response(201, ProfileEntrySchema)
def add_profile_entry(access: Access, plan: Plan, fields: dict[str, Any]) -> ProfileEntry:
    """Add a strength, interest, aptitude, disposition, aspiration, value or learning preference.

    An entry is never rewritten, for a profile has a history: to correct one,
    add another that names it by `replaces_id`.
    """
    return actions.add_entry(plan, access, **fields)


@blueprint.route("/profile-entries/<uuid:entry_id>")
@blueprint.requires(Permission.PLANS_READ, ProfileEntry)
@blueprint.response(200, ProfileEntrySchema)
def get_profile_entry(access: Access, entry: ProfileEntry) -> ProfileEntry:
    """Get a profile entry."""
    return entry


@blueprint.route("/profile-entries/<uuid:entry_id>", methods=["DELETE"])
@blueprint.requires(Permission.PLANS_WRITE, ProfileEntry)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.PLAN_CLOSED)
@blueprint.response(204)
def withdraw_profile_entry(access: Access, entry: ProfileEntry) -> None:
    """Withdraw a profile entry; it stays in the history."""
    actions.withdraw_entry(entry, access)
