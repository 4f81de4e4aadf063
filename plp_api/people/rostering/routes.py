"""Routes of roster imports."""

from typing import Any

from flask import request

from plp_api.foundation import settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, one_of, since
from plp_api.people.rostering import actions, work
from plp_api.people.rostering.models import ImportState, RosterImport
from plp_api.people.rostering.schemas import (
    RosterImportOrderSchema,
    RosterImportSchema,
    RosterPackageSchema,
)

blueprint = Blueprint("Roster", __name__, "Import people, schools and classes from an SIS.")

IMPORTS = Listing(
    filters={
        "state": one_of(RosterImport.state, ImportState, "Only imports in these states."),
        "updated_since": since(RosterImport.updated_at),
    },
    sorts={"created_at": RosterImport.created_at, "updated_at": RosterImport.updated_at},
)


@blueprint.before_request
def allow_uploads() -> None:
    """Allow a package to be larger than other bodies."""
    if request.method == "POST":
        request.max_content_length = settings.current().package_limit


@blueprint.route("/roster-imports", methods=["POST"])
@blueprint.requires(
    Permission.IMPORTS_WRITE, media="multipart/form-data", keyed=False, district_wide=True
)
@blueprint.refuses(Code.IMPORT_RUNNING)
@blueprint.arguments(RosterImportOrderSchema, location="form")
@blueprint.arguments(RosterPackageSchema, location="files")
@blueprint.response(202, RosterImportSchema)
def add_roster_import(
    access: Access, fields: dict[str, Any], files: dict[str, Any]
) -> RosterImport:
    """Import a OneRoster package (CSV, 1.1 or 1.2, bulk).

    Needs an office for the whole district, because a package is about all its people.
    The response is the import, which is also its job: read it until its state is
    final. `applied` and, in a dry run, `compared` have counts. `refused` lists the
    errors by file, row and column. `unconfirmed` would remove more than the district
    allows: check the counts and send the package again with `confirm`. `undecided`
    means that a sourcedId or a state id points at two people: send the package again
    with `decisions`. Only `applied` changes anything. To send the same package twice
    changes nothing either, so no Idempotency-Key is needed.
    """
    caller = access.caller
    stream = files["file"].stream
    return actions.receive(stream, caller.district_id, caller.person_id, work.folder(), fields)


@blueprint.route("/roster-imports")
@blueprint.requires(Permission.IMPORTS_READ)
@blueprint.lists(RosterImportSchema, IMPORTS)
def list_roster_imports(access: Access) -> Any:
    """List the roster imports of your district.

    Dry runs and refused imports stay in the list. The packages themselves are not kept.
    """
    return access.select(RosterImport)


@blueprint.route("/roster-imports/<uuid:roster_import_id>")
@blueprint.requires(Permission.IMPORTS_READ, RosterImport)
@blueprint.response(200, RosterImportSchema)
def get_roster_import(access: Access, roster_import: RosterImport) -> RosterImport:
    """Get a roster import: its state, progress, counts and findings.

    Read it again until its state is final. Findings are cut after the first of each
    code; `finding_counts` counts them all.
    """
    return roster_import
