"""Routes of frameworks, their items and imports."""

from typing import Any

from flask import request

from plp_api.catalog.standards import actions, work
from plp_api.catalog.standards.models import (
    Association,
    Framework,
    FrameworkImport,
    FrameworkImportState,
    FrameworkItem,
    FrameworkSource,
    for_grades,
    is_end_of,
)
from plp_api.catalog.standards.schemas import (
    FrameworkAssociationSchema,
    FrameworkFileSchema,
    FrameworkImportOrderSchema,
    FrameworkImportSchema,
    FrameworkItemDetailSchema,
    FrameworkItemSchema,
    FrameworkPatchSchema,
    FrameworkSchema,
)
from plp_api.foundation import settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.fields import Text
from plp_api.foundation.rest.paging import (
    Filter,
    Listing,
    equals,
    one_of,
    repeatable,
    same_id,
    search,
    since,
    word_of,
    yes_or_no,
)
from plp_api.foundation.roster.models import GRADES

blueprint = Blueprint(
    "Standards", __name__, "Frameworks of standards and proficiencies, and their import."
)

IMPORTS = Listing(
    filters={
        "state": one_of(
            FrameworkImport.state, FrameworkImportState, "Only imports in these states."
        ),
        "updated_since": since(FrameworkImport.updated_at),
    },
    sorts={
        "created_at": FrameworkImport.created_at,
        "updated_at": FrameworkImport.updated_at,
    },
)
FRAMEWORKS = Listing(
    filters={
        "source": one_of(Framework.source, FrameworkSource, "Only those of these sources."),
        "q": search(Framework.title),
        "updated_since": since(Framework.updated_at),
    },
    sorts={"created_at": Framework.created_at, "updated_at": Framework.updated_at},
)


OF_ITEMS: dict[str, Filter] = {
    "parent_id": same_id(FrameworkItem.parent_id, "Only items directly beneath this one."),
    "is_top": yes_or_no(
        FrameworkItem.parent_id.is_(None), "Only items at the top of a tree, or only the others."
    ),
    "grade": Filter(
        repeatable(word_of(GRADES, "Only items that name this grade, as CEDS writes it.")),
        for_grades,
    ),
    "code": equals(
        FrameworkItem.code, Text(longest=200, metadata={"description": "Only this code."})
    ),
    "is_retired": yes_or_no(
        FrameworkItem.retired_on.is_not(None), "Only retired items, or only the others."
    ),
    "q": search(FrameworkItem.statement, FrameworkItem.code),
    "updated_since": since(FrameworkItem.updated_at),
}
ITEMS = Listing(
    filters={
        "framework_id": same_id(FrameworkItem.framework_id, "Only items of this framework."),
        **OF_ITEMS,
    },
    sorts={
        "position": (FrameworkItem.framework_id, FrameworkItem.position),
        "created_at": FrameworkItem.created_at,
        "updated_at": FrameworkItem.updated_at,
    },
)
ITEMS_OF_FRAMEWORK = Listing(
    filters=OF_ITEMS,
    sorts={"position": FrameworkItem.position, "updated_at": FrameworkItem.updated_at},
)
ASSOCIATIONS = Listing(
    filters={
        "type": equals(
            Association.type,
            Text(longest=64, metadata={"description": "Only associations of this type."}),
        ),
        "is_retired": yes_or_no(
            Association.retired_on.is_not(None), "Only retired ones, or only the others."
        ),
        "updated_since": since(Association.updated_at),
    },
    sorts={"created_at": Association.created_at, "updated_at": Association.updated_at},
)


@blueprint.before_request
def allow_uploads() -> None:
    """Allow a file of standards to be larger than other bodies."""
    if request.method == "POST":
        request.max_content_length = settings.current().framework_limit


@blueprint.route("/framework-imports", methods=["POST"])
@blueprint.requires(
    Permission.SETTINGS_WRITE, media="multipart/form-data", keyed=False, district_wide=True
)
@blueprint.refuses(Code.FRAMEWORK_IMPORT_RUNNING)
@blueprint.arguments(FrameworkImportOrderSchema, location="form")
@blueprint.arguments(FrameworkFileSchema, location="files")
@blueprint.response(202, FrameworkImportSchema)
def add_framework_import(
    access: Access, fields: dict[str, Any], files: dict[str, Any]
) -> FrameworkImport:
    """Import standards: a CASE package (1.0 or 1.1), or a CSV of the district's own.

    Needs an office for the whole district. The response is the import, which is also its
    job: read it until its state is final. `applied` and, in a dry run, `compared` have
    counts. `refused` (`framework_invalid`) lists the errors by place; then nothing was
    imported. `unconfirmed` would retire a larger share of the framework than the district
    allows (`deletion_threshold`): check the counts and send the file again with `confirm`.
    An older package changes nothing either; with `confirm` it takes back what a newer one
    brought. Rows are known by their identifier: what is not newer stays as it is, what
    is gone is retired, what returns is restored, and nothing is deleted. To send the same
    file twice changes nothing, so no Idempotency-Key is needed.
    """
    caller = access.caller
    stream = files["file"].stream
    return actions.receive(stream, caller.district_id, caller.person_id, work.folder(), fields)


@blueprint.route("/framework-imports")
@blueprint.requires(Permission.SETTINGS_WRITE)
@blueprint.lists(FrameworkImportSchema, IMPORTS)
def list_framework_imports(access: Access) -> Any:
    """List the framework imports of your district.

    Dry runs and refused imports stay in the list. The files themselves are not kept.
    """
    return access.select(FrameworkImport)


@blueprint.route("/framework-imports/<uuid:framework_import_id>")
@blueprint.requires(Permission.SETTINGS_WRITE, FrameworkImport)
@blueprint.response(200, FrameworkImportSchema)
def get_framework_import(access: Access, framework_import: FrameworkImport) -> FrameworkImport:
    """Get a framework import: its state, progress, counts and findings.

    Read it again until its state is final. Findings are cut after the first of each
    code; `finding_counts` counts them all.
    """
    return framework_import


@blueprint.route("/frameworks")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(FrameworkSchema, FRAMEWORKS)
def list_frameworks(access: Access) -> Any:
    """List the district's frameworks of standards and proficiencies.

    A framework whose file's next edition dropped every item stays in the list.
    """
    return access.select(Framework)


@blueprint.route("/frameworks/<uuid:framework_id>")
@blueprint.requires(Permission.SETTINGS_READ, Framework)
@blueprint.response(200, FrameworkSchema)
def get_framework(access: Access, framework: Framework) -> Framework:
    """Get a framework: what its document says, and the scale its items are rated by.

    Its items are under `/frameworks/{id}/items`.
    """
    return framework


@blueprint.route("/frameworks/<uuid:framework_id>", methods=["PATCH"])
@blueprint.requires(Permission.SETTINGS_WRITE, Framework)
@blueprint.refuses(Code.SCALE_RETIRED)
@blueprint.arguments(FrameworkPatchSchema)
@blueprint.response(200, FrameworkSchema)
def edit_framework(access: Access, framework: Framework, fields: dict[str, Any]) -> Framework:
    """Choose the scale by which a framework's items are rated.

    Needs an office for the whole district. Everything else comes from the framework's
    file: send its next edition (`POST /framework-imports`).
    """
    return actions.edit(framework, access, fields)


@blueprint.route("/frameworks/<uuid:framework_id>/items")
@blueprint.requires(Permission.SETTINGS_READ, Framework)
@blueprint.lists(FrameworkItemSchema, ITEMS_OF_FRAMEWORK)
def list_items_of_framework(access: Access, framework: Framework) -> Any:
    """List a framework's items in the order of its tree, depth first.

    `depth` tells how far to indent. A retired item keeps its last place;
    `is_retired=false` leaves it out.
    """
    return access.select(FrameworkItem).where(FrameworkItem.framework_id == framework.id)


@blueprint.route("/framework-items")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(FrameworkItemSchema, ITEMS)
def list_framework_items(access: Access) -> Any:
    """List the items of all frameworks of the district.

    To offer items for a new goal or rating, ask for `is_retired=false`.
    """
    return access.select(FrameworkItem)


@blueprint.route("/framework-items/<uuid:item_id>")
@blueprint.requires(Permission.SETTINGS_READ, FrameworkItem)
@blueprint.response(200, FrameworkItemDetailSchema)
def get_framework_item(access: Access, item: FrameworkItem) -> FrameworkItem:
    """Get a framework item, with the items above it and the scale it is rated by.

    A retired item stays readable, because goals and ratings refer to it.
    """
    return item


@blueprint.route("/framework-items/<uuid:item_id>/associations")
@blueprint.requires(Permission.SETTINGS_READ, FrameworkItem)
@blueprint.lists(FrameworkAssociationSchema, ASSOCIATIONS)
def list_associations_of_item(access: Access, item: FrameworkItem) -> Any:
    """List what an item is associated with, in both directions.

    The item is the origin or the destination. The other end may lie outside the
    district's frameworks: then it has an identifier, a URI and a title, and no item.
    The tree itself (`isChildOf`) is not listed: it is `parent_id`.
    """
    return access.select(Association).where(is_end_of(item.id))
