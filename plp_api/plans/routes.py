"""Routes of plans, their versions and profile entries."""

from typing import Any

from flask import Response

from plp_api.access.permissions import Permission
from plp_api.access.rows import Access
from plp_api.comments.routes import serve as serve_comments
from plp_api.plans import actions, reads
from plp_api.plans.models import (
    Plan,
    PlanVersion,
    ProfileEntry,
    ProfileKind,
    VersionStatus,
)
from plp_api.plans.schemas import (
    PlanVersionActionFieldsSchema,
    PlanVersionPatchSchema,
    PlanVersionSchema,
    ProfileEntrySchema,
)
from plp_api.problems import Code
from plp_api.rest.blueprint import Blueprint
from plp_api.rest.paging import Listing, one_of, same_id, since

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
    filters={"kind": one_of(ProfileEntry.kind, ProfileKind, "Only entries of these kinds.")},
    sorts={"created_at": ProfileEntry.created_at},
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
    return access.beneath(plan, PlanVersion).where(PlanVersion.plan_id == plan.id)


@blueprint.route("/plans/<uuid:plan_id>/versions", methods=["POST"])
@blueprint.requires(Permission.PLANS_WRITE, Plan, media=None)
@blueprint.refuses(Code.VERSION_OPEN, Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY)
@blueprint.response(201, PlanVersionSchema)
def start_plan_version(access: Access, plan: Plan) -> PlanVersion:
    """Start a new version of a plan.

    It begins with the sections of the version in force, or empty. A plan has
    at most one open version. No body is sent.
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
@blueprint.refuses(Code.VERSION_FROZEN, Code.ACTOR_IS_FAMILY)
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
@blueprint.refuses(Code.ACTION_UNAVAILABLE)
@blueprint.response(200, content_type="application/json")
def get_plan_version_snapshot(access: Access, version: PlanVersion) -> Response:
    """Get the exact bytes that are signed.

    Canonical JSON (RFC 8785); the SHA-256 of these bytes is the version's
    `snapshot_sha256`. A version not yet in force has none: 409. Goals stand in
    it, so whoever is denied goals is denied this.
    """
    access.require(Permission.GOALS_READ, version)
    return Response(reads.snapshot_of(version), mimetype="application/json")


@blueprint.route("/plans/<uuid:plan_id>/profile-entries")
@blueprint.requires(Permission.PLANS_READ, Plan)
@blueprint.lists(ProfileEntrySchema, ENTRIES)
def list_profile_entries(access: Access, plan: Plan) -> Any:
    """List what a student says of themselves, withdrawn entries included."""
    return access.beneath(plan, ProfileEntry).where(ProfileEntry.plan_id == plan.id)


@blueprint.route("/plans/<uuid:plan_id>/profile-entries", methods=["POST"])
@blueprint.requires(Permission.PLANS_WRITE, Plan)
@blueprint.refuses(Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY)
@blueprint.arguments(ProfileEntrySchema)
@blueprint.response(201, ProfileEntrySchema)
def add_profile_entry(access: Access, plan: Plan, fields: dict[str, Any]) -> ProfileEntry:
    """Add a strength, interest, aptitude, disposition or aspiration.

    To change one, withdraw it and add another: a profile has a history.
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
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.response(204)
def withdraw_profile_entry(access: Access, entry: ProfileEntry) -> None:
    """Withdraw a profile entry; it stays in the history."""
    actions.withdraw_entry(entry, access)
