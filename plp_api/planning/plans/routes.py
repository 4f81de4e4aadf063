"""Routes of plans, their versions and profile entries."""

from typing import Any

from flask import Response

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments.routes import serve as serve_comments
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint, page_schema
from plp_api.foundation.rest.fields import Date, Text
from plp_api.foundation.rest.paging import (
    Listing,
    Page,
    equals,
    in_states,
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
    PlanSection,
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
    PlanSectionPatchSchema,
    PlanSectionSchema,
    PlanVersionActionFieldsSchema,
    PlanVersionPatchSchema,
    PlanVersionSchema,
    ProfileEntrySchema,
    StatementCorrectionSchema,
    StatementSchema,
)
from plp_api.planning.plans.snapshot import FORMAT

blueprint = Blueprint("Plans", __name__, "The plan of a student: versions and profile.")

VERSIONS = Listing(
    filters={
        "status": one_of(
            PlanVersion.status,
            VersionStatus,
            "Only versions in these states.",
            needs=Permission.PLAN_STATUS_READ,
        ),
        "student_id": same_id(PlanVersion.student_id, "Only this student's."),
        "updated_since": since(PlanVersion.updated_at),
    },
    sorts={"updated_at": PlanVersion.updated_at, "created_at": PlanVersion.created_at},
)
SECTIONS = Listing(
    filters={"updated_since": since(PlanSection.updated_at)},
    sorts={"position": PlanSection.position, "updated_at": PlanSection.updated_at},
)
ENTRIES = Listing(
    filters={
        "kind": one_of(ProfileEntry.kind, ProfileKind, "Only entries of these kinds."),
        "status": in_states(EntryStatus, "Only entries in these states.", presenters.in_states),
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
                    "description": "Only statements on this part; empty: on the whole version.",
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
        metadata={"description": "Only entries current at the end of that day, district time."}
    )


@blueprint.route("/plan-versions")
@blueprint.requires(Permission.PLANS_READ)
@blueprint.lists(PlanVersionSchema, VERSIONS)
def list_plan_versions(access: Access) -> Any:
    """List plan versions you may read, across students.

    An advisor lists the versions that wait for approval with `status=submitted`.
    """
    return access.select(PlanVersion)


@blueprint.route("/plans/<uuid:plan_id>/versions")
@blueprint.requires(Permission.PLANS_READ, Plan)
@blueprint.lists(PlanVersionSchema, VERSIONS)
def list_versions_of_plan(access: Access, plan: Plan) -> Any:
    """List the versions of one plan, open, in force and superseded.

    At most one version is open and at most one is in force. A plan that you do not
    reach is 404.
    """
    return access.beneath(plan, PlanVersion)


@blueprint.route("/plans/<uuid:plan_id>/versions", methods=["POST"])
@blueprint.requires(Permission.PLANS_WRITE, Plan, media=None)
@blueprint.refuses(Code.VERSION_OPEN, Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY)
@blueprint.response(201, PlanVersionSchema)
def start_plan_version(access: Access, plan: Plan) -> PlanVersion:
    """Start a new version of a plan.

    The version starts with the template and texts of the version in force. The
    first version is empty, in the template for the student's school and grade.
    To use another template or a newer edition, send the action
    `change_template`. A plan has at most one open version. Send no body.
    """
    return actions.start_version(plan, access)


@blueprint.route("/plan-versions/<uuid:version_id>")
@blueprint.requires(Permission.PLANS_READ, PlanVersion)
@blueprint.response(200, PlanVersionSchema)
def get_plan_version(access: Access, version: PlanVersion) -> PlanVersion:
    """Get a plan version with its sections and what you may do with it now.

    A section that you may not read has null in the place of its words.
    `available_actions` depends on who asks and on the day; take one of them with `POST
    /plan-versions/{id}/actions`.
    """
    return version


@blueprint.route("/plan-versions/<uuid:version_id>", methods=["PATCH"])
@blueprint.requires(Permission.PLANS_CONTRIBUTE, PlanVersion)
@blueprint.refuses(Code.VERSION_FROZEN, Code.SECTION_NOT_YOURS, Code.PLAN_CLOSED)
@blueprint.arguments(PlanVersionPatchSchema)
@blueprint.response(200, PlanVersionSchema)
def write_plan_version(access: Access, version: PlanVersion, fields: dict[str, Any]) -> PlanVersion:
    """Write sections of an open version.

    Send only the sections you change. The template names the `authors` of each
    section: a parent writes the family's section, an advisor the advisor's and,
    as scribe, the student's. The answer is 412 if somebody else saved anything in
    the version since you read it. To save while others write in it too, change one
    section with `PATCH /plan-sections/{id}`.
    """
    return actions.write_sections(version, access, fields.get("sections", {}))


@blueprint.route("/plan-versions/<uuid:version_id>/sections")
@blueprint.requires(Permission.PLANS_READ, PlanVersion)
@blueprint.lists(PlanSectionSchema, SECTIONS)
def list_plan_version_sections(access: Access, version: PlanVersion) -> Any:
    """List the sections of a version, each with its own `version`.

    A section that you may not read has null in the place of its text.
    """
    return access.beneath(version, PlanSection)


@blueprint.route("/plan-sections/<uuid:section_id>")
@blueprint.requires(Permission.PLANS_READ, PlanSection)
@blueprint.response(200, PlanSectionSchema)
def get_plan_section(access: Access, section: PlanSection) -> PlanSection:
    """Get one section of a plan version, with the ETag to save it.

    If you may not read the section, its text is null.
    """
    return section


@blueprint.route("/plan-sections/<uuid:section_id>", methods=["PATCH"])
@blueprint.requires(Permission.PLANS_CONTRIBUTE, PlanSection)
@blueprint.refuses(Code.VERSION_FROZEN, Code.SECTION_NOT_YOURS, Code.PLAN_CLOSED)
@blueprint.arguments(PlanSectionPatchSchema)
@blueprint.response(200, PlanSectionSchema)
def write_plan_section(access: Access, section: PlanSection, fields: dict[str, Any]) -> PlanSection:
    """Write one section of an open version, while others write other sections.

    If-Match is the ETag of the section: the answer is 412 only if somebody saved
    this section since you read it, and has their text in `current`. A save gives
    the plan version a new `version` too: read the version again before you change
    or submit it.
    """
    return actions.write_section(section, access, fields.get("body", section.body))


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

SNAPSHOT_ANSWER = {
    "schema": {"type": "object", "additionalProperties": True},
    "content_type": "application/json",
    "example": {"format": FORMAT, "number": 1},
}


@blueprint.route("/plan-versions/<uuid:version_id>/snapshot")
@blueprint.requires(Permission.PLANS_READ, PlanVersion)
@blueprint.refuses(Code.ACTION_UNAVAILABLE, Code.VERSION_SEALED)
@blueprint.response(200, **SNAPSHOT_ANSWER)
def get_plan_version_snapshot(access: Access, version: PlanVersion) -> Response:
    """Get the exact bytes that are signed.

    Canonical JSON (RFC 8785); the SHA-256 of these bytes is the version's
    `snapshot_sha256`. The answer is 409 before the version is in force. The
    snapshot holds goals and pathway elements, so you need permission to read
    both. A corrected version is sealed: only school admins read it, and, for a
    stated reason, district admins.
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
    access: Access, version: PlanVersion, query: dict[str, Any]
) -> dict[str, Any]:
    """Compare a version with another, or with the one that was in force before it.

    `changes` names each part and member that differs, with JSON Pointers into
    both snapshots; `words` shows the same sentence by sentence, for people. An
    open version is compared as it would be frozen now. Texts are plain text as
    written: escape them before you show them.
    """
    return differences.between(version, query.get("against"), access)


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

    34 CFR 99.20-99.22. The correction is in force at once. Versions that hold
    the wrong text are sealed: their texts are null for almost every reader,
    their hash stays. An open draft that holds the wrong text is corrected too
    and takes the next number. People sign again only if a material section
    changed. A correction does not count as the yearly update.
    """
    return amendments.correct(version, access, **fields)


@blueprint.route("/plan-versions/<uuid:version_id>/statements")
@blueprint.requires(Permission.PLANS_READ, PlanVersion)
@blueprint.lists(StatementSchema, STATEMENTS)
def list_plan_version_statements(access: Access, version: PlanVersion) -> Any:
    """List the statements of disagreement that go with a version.

    They were placed on this version, on the same text in another version, or on
    the same part of an earlier version.
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

    34 CFR 99.21(b)(2). The statement is shown wherever the part is shown, in
    later versions too. Only its author can withdraw it. To say more, place another.
    """
    return disagreements.make(version, access, **fields)


@blueprint.route("/statements/<uuid:statement_id>")
@blueprint.requires(Permission.PLANS_READ, Statement)
@blueprint.response(200, StatementSchema)
def get_statement(access: Access, statement: Statement) -> Statement:
    """Get a statement of disagreement. The text of a withdrawn statement is empty.

    It goes with the text that it contests, into every version that holds that text.
    Whoever may not read the contested part gets 404.
    """
    return statement


@blueprint.route("/statements/<uuid:statement_id>", methods=["DELETE"])
@blueprint.requires(Permission.PLANS_DISPUTE, Statement)
@blueprint.refuses(Code.ACTION_UNAVAILABLE)
@blueprint.response(204)
def withdraw_statement(access: Access, statement: Statement) -> None:
    """Withdraw a statement of yours, so that no read and no print shows it.

    The text stays in the school's history of the record. Withdrawing again
    changes nothing. You cannot withdraw another person's statement.
    """
    disagreements.withdraw(statement, access)


@blueprint.route("/statements/<uuid:statement_id>/corrections", methods=["POST"])
@blueprint.requires(Permission.PLANS_CORRECT, Statement)
@blueprint.refuses(Code.ACTION_UNAVAILABLE, Code.ACTOR_IS_FAMILY)
@blueprint.arguments(StatementCorrectionSchema)
@blueprint.response(200, StatementSchema)
def correct_statement(access: Access, statement: Statement, fields: dict[str, Any]) -> Statement:
    """Replace the text of a statement and give the reason.

    Use this for text that must not be in a record (another child's name,
    threats) or that cannot be printed. The author stays the same; the earlier
    text stays in the school's history.
    """
    return disagreements.correct(statement, access, **fields)


@blueprint.route("/plans/<uuid:plan_id>/life")
@blueprint.requires(Permission.PLAN_STATUS_READ, Plan)
@blueprint.response(200, PlanSchema)
def get_plan_life(access: Access, plan: Plan) -> Plan:
    """Get the status of a plan and the actions you may take on it now.

    Send the ETag of this answer as If-Match to `POST /plans/{id}/actions`.
    """
    return plan


blueprint.actions("/plans", Plan, PlanSchema, PlanActionFieldsSchema)


@blueprint.route("/plans/<uuid:plan_id>/history")
@blueprint.requires(Permission.PLAN_STATUS_READ, Plan)
@blueprint.arguments(HistoryQuerySchema, location="query")
@blueprint.response(200, HistorySchema)
def get_plan_history(access: Access, plan: Plan, query: dict[str, Any]) -> dict[str, Any]:
    """Get a plan as it stood at the end of an earlier day.

    The answer has the plan's status, the version in force, goals, pathway
    elements, signatures and annual reviews. It shows only what you may read
    today. The text of a version that was corrected since is sealed.
    """
    return history.look(plan, access, query["as_of"])


@blueprint.route("/plans/<uuid:plan_id>/profile-entries")
@blueprint.requires(Permission.PLANS_READ, Plan)
@blueprint.arguments(EntryQuerySchema, location="query")
@blueprint.response(200, page_schema("ProfileEntry", ProfileEntrySchema))
def list_profile_entries(access: Access, plan: Plan, query: dict[str, Any]) -> Page:
    """List the profile entries of a student, current and withdrawn.

    Withdrawn and replaced entries stay as history: `status=current` leaves them
    out, `as_of=2026-09-01` lists the entries that were current that day.
    """
    entries = access.beneath(plan, ProfileEntry)
    if "as_of" in query:
        entries = entries.where(presenters.held_on(query["as_of"], access, plan))
    return page(entries, ENTRIES, query, access)


@blueprint.route("/plans/<uuid:plan_id>/profile-entries", methods=["POST"])
@blueprint.requires(Permission.PLANS_WRITE, Plan)
@blueprint.refuses(Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY, Code.ENTRY_WITHDRAWN)
@blueprint.arguments(ProfileEntrySchema)
@blueprint.response(201, ProfileEntrySchema)
def add_profile_entry(access: Access, plan: Plan, fields: dict[str, Any]) -> ProfileEntry:
    """Add a strength, interest, aptitude, disposition, aspiration, value or learning preference.

    Entries cannot be edited, because a profile has a history. To correct an
    entry, add another that names it in `replaces_id`.
    """
    return actions.add_entry(plan, access, **fields)


@blueprint.route("/profile-entries/<uuid:entry_id>")
@blueprint.requires(Permission.PLANS_READ, ProfileEntry)
@blueprint.response(200, ProfileEntrySchema)
def get_profile_entry(access: Access, entry: ProfileEntry) -> ProfileEntry:
    """Get a profile entry.

    An entry that was replaced or withdrawn can still be read. Who wrote it is null
    where you may not know.
    """
    return entry


@blueprint.route("/profile-entries/<uuid:entry_id>", methods=["DELETE"])
@blueprint.requires(Permission.PLANS_WRITE, ProfileEntry)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.PLAN_CLOSED)
@blueprint.response(204)
def withdraw_profile_entry(access: Access, entry: ProfileEntry) -> None:
    """Withdraw a profile entry; it stays in the history."""
    actions.withdraw_entry(entry, access)
