"""Routes of rubrics."""

from typing import Any
from uuid import UUID

from plp_api.catalog.rubrics import actions
from plp_api.catalog.rubrics.models import Rubric, refers_to
from plp_api.catalog.rubrics.schemas import (
    NewRubricSchema,
    RubricActionFieldsSchema,
    RubricCopySchema,
    RubricPatchSchema,
    RubricSchema,
)
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.editions import edition_filters
from plp_api.foundation.rest.paging import Listing, of_id, same_id, search, since

blueprint = Blueprint("Rubrics", __name__, "Criteria by the levels of a scale, in editions.")
UNFIT = (Code.LEVEL_NOT_ON_SCALE, Code.FRAMEWORK_ITEM_RETIRED, Code.SCALE_RETIRED)

RUBRICS = Listing(
    filters={
        **edition_filters(Rubric),
        "school_id": same_id(Rubric.school_id, "Only rubrics of this school."),
        "scale_id": same_id(Rubric.scale_id, "Only rubrics in the levels of this scale."),
        "framework_item_id": of_id("Only rubrics with a criterion for this item.", refers_to),
        "q": search(Rubric.title, Rubric.description),
        "updated_since": since(Rubric.updated_at),
    },
    sorts={"created_at": Rubric.created_at, "updated_at": Rubric.updated_at},
)


@blueprint.route("/rubrics")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(RubricSchema, RUBRICS)
def list_rubrics(access: Access) -> Any:
    """List the rubrics of the district and its schools, every edition.

    `status=published` lists those by which work is judged now. The list also has drafts
    and retired editions.
    """
    return access.select(Rubric)


@blueprint.route("/rubrics", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_WRITE)
@blueprint.refuses(*UNFIT)
@blueprint.arguments(NewRubricSchema)
@blueprint.response(201, RubricSchema)
def add_rubric(access: Access, fields: dict[str, Any]) -> Rubric:
    """Begin a rubric, as a draft.

    A school admin names their school. Without a school the rubric is for the whole
    district, and needs a district admin.
    """
    return actions.draft(access, fields)


@blueprint.route("/rubrics/<uuid:rubric_id>")
@blueprint.requires(Permission.SETTINGS_READ, Rubric)
@blueprint.response(200, RubricSchema)
def get_rubric(access: Access, rubric: Rubric) -> Rubric:
    """Get one edition of a rubric, with its scale and the items of its criteria.

    An edition that was published never changes, even if its scale or an item is retired.
    """
    return rubric


@blueprint.route("/rubrics/<uuid:rubric_id>", methods=["PATCH"])
@blueprint.requires(Permission.SETTINGS_WRITE, Rubric)
@blueprint.refuses(Code.RUBRIC_FROZEN, *UNFIT)
@blueprint.arguments(RubricPatchSchema)
@blueprint.response(200, RubricSchema)
def edit_rubric(access: Access, rubric: Rubric, fields: dict[str, Any]) -> Rubric:
    """Edit a draft.

    A published edition never changes, because judgments refer to it: begin the next
    edition (`/rubrics/{id}/editions`) and edit that.
    """
    return actions.edit(rubric, access, fields)


@blueprint.route("/rubrics/<uuid:rubric_id>", methods=["DELETE"])
@blueprint.requires(Permission.SETTINGS_WRITE, Rubric)
@blueprint.refuses(Code.RUBRIC_FROZEN)
@blueprint.response(204)
def discard_rubric(access: Access, rubric: Rubric) -> None:
    """Discard a draft; a published edition is retired instead."""
    actions.discard(rubric, access)


@blueprint.route("/rubrics/<uuid:rubric_id>/editions", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_WRITE, Rubric, media=None)
@blueprint.refuses(Code.RUBRIC_DRAFT_OPEN)
@blueprint.response(201, RubricSchema)
def draft_rubric_edition(access: Access, rubric: Rubric) -> Rubric:
    """Begin the next edition of a rubric, as a draft that starts from this one.

    Send no body. Once published, the new edition replaces the published one; judgments
    keep the edition they were made by.
    """
    return actions.draft_edition(rubric, access)


@blueprint.route("/rubrics/<uuid:rubric_id>/copies", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_READ, Rubric)
@blueprint.arguments(RubricCopySchema)
@blueprint.response(201, RubricSchema)
def copy_rubric(access: Access, rubric: Rubric, fields: dict[str, UUID]) -> Rubric:
    """Copy a rubric for a school, as a draft that the school edits and publishes.

    403 for whoever may not change the settings of that school. Any edition may be copied;
    the copy does not follow it.
    """
    return actions.copy(rubric, access, fields["school_id"])


blueprint.actions("/rubrics", Rubric, RubricSchema, RubricActionFieldsSchema)
