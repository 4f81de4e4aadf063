"""Routes of showcases."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.roster.models import Student
from plp_api.learning.showcases import actions, items, presenters
from plp_api.learning.showcases.listings import (
    ITEMS,
    SECTIONS,
    SHOWCASES,
    SHOWCASES_OF_STUDENT,
)
from plp_api.learning.showcases.models import Showcase, ShowcaseItem, ShowcaseSection
from plp_api.learning.showcases.schemas import (
    ShowcaseActionFieldsSchema,
    ShowcaseItemPatchSchema,
    ShowcaseItemSchema,
    ShowcaseOrderSchema,
    ShowcasePatchSchema,
    ShowcasePreviewSchema,
    ShowcaseSchema,
    ShowcaseSectionPatchSchema,
    ShowcaseSectionSchema,
)

READ, WRITE = Permission.SHOWCASES_READ, Permission.SHOWCASES_WRITE
NOT_TAKEN = (Code.ARTIFACT_ARCHIVED, Code.SHOWCASE_ITEM_EXISTS)

blueprint = Blueprint("Showcases", __name__, "Chosen work in an order, arranged to be shown.")


@blueprint.route("/students/<uuid:student_id>/showcases")
@blueprint.requires(READ, Student)
@blueprint.lists(ShowcaseSchema, SHOWCASES_OF_STUDENT)
def list_showcases_of_student(access: Access, student: Student) -> Any:
    """List the showcases of a student, the oldest first.

    Whoever reads the student's work reads them, before and without any link.
    """
    return access.select(Showcase).where(Showcase.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/showcases", methods=["POST"])
@blueprint.requires(WRITE, Student)
@blueprint.refuses(Code.SHOWCASES_FULL)
@blueprint.arguments(ShowcaseSchema)
@blueprint.response(201, ShowcaseSchema)
def begin_showcase(access: Access, student: Student, fields: dict[str, Any]) -> Showcase:
    """Begin a showcase of your own, still without works.

    Nobody outside sees it until you give somebody a link. You are shown under the name that
    your family uses (`name_shown`), unless you choose another: look at the preview first.
    """
    return actions.begin(student, access, **fields)


@blueprint.route("/showcases")
@blueprint.requires(READ)
@blueprint.lists(ShowcaseSchema, SHOWCASES)
def list_showcases(access: Access) -> Any:
    """List the showcases you may read, across students.

    `status=taken_down` lists what the school took down.
    """
    return access.select(Showcase)


@blueprint.route("/showcases/<uuid:showcase_id>")
@blueprint.requires(READ, Showcase)
@blueprint.response(200, ShowcaseSchema)
def get_showcase(access: Access, showcase: Showcase) -> Showcase:
    """Get a showcase with what you may do now.

    Its sections and items are resources of their own; the preview has all in one.
    """
    return showcase


@blueprint.route("/showcases/<uuid:showcase_id>", methods=["PATCH"])
@blueprint.requires(WRITE, Showcase)
@blueprint.refuses(Code.SHOWCASE_TAKEN_DOWN)
@blueprint.arguments(ShowcasePatchSchema)
@blueprint.response(200, ShowcaseSchema)
def revise_showcase(access: Access, showcase: Showcase, fields: dict[str, Any]) -> Showcase:
    """Change title, introduction, language, the name shown, or the cover.

    The cover is a picture of a work that stands in the showcase, and needs words that say
    what it shows: its own, or `cover_alt`.
    """
    return actions.revise(showcase, access, **fields)


@blueprint.route("/showcases/<uuid:showcase_id>", methods=["DELETE"])
@blueprint.requires(WRITE, Showcase)
@blueprint.refuses(Code.SHOWCASE_TAKEN_DOWN, Code.RECORD_IN_USE)
@blueprint.response(204)
def delete_showcase(access: Access, showcase: Showcase) -> None:
    """Delete a showcase with its sections and items; the works stay.

    One for which a link was ever given gets 409 `record_in_use`, because the school's ledger
    names it: archive it. One that was taken down stays.
    """
    actions.delete(showcase, access)


blueprint.actions("/showcases", Showcase, ShowcaseSchema, ShowcaseActionFieldsSchema)


@blueprint.route("/showcases/<uuid:showcase_id>/preview")
@blueprint.requires(READ, Showcase)
@blueprint.response(200, ShowcasePreviewSchema)
def get_showcase_preview(access: Access, showcase: Showcase) -> Any:
    """Get a showcase as it is shown outside: in order, under the name that is shown.

    Left out are archived works and those that the school took down. Whoever made a work
    together with the student is named only if they agreed and somebody who holds their rights
    consents. Files are at `/artifact-parts/{id}/content`.
    """
    return presenters.preview(showcase, items.of(showcase), access)


@blueprint.route("/showcases/<uuid:showcase_id>/order", methods=["PUT"])
@blueprint.requires(WRITE, Showcase)
@blueprint.refuses(Code.SHOWCASE_TAKEN_DOWN)
@blueprint.arguments(ShowcaseOrderSchema)
@blueprint.response(200, ShowcaseSchema)
def arrange_showcase(access: Access, showcase: Showcase, fields: dict[str, Any]) -> Showcase:
    """Put all sections and items of a showcase in order, in one call.

    Name every section and every item exactly once; an item may change its section by it.
    `If-Match` takes the ETag of the showcase, which moves with every change of its parts.
    """
    return items.arrange(showcase, access, **fields)


@blueprint.route("/showcases/<uuid:showcase_id>/sections")
@blueprint.requires(READ, Showcase)
@blueprint.lists(ShowcaseSectionSchema, SECTIONS)
def list_showcase_sections(access: Access, showcase: Showcase) -> Any:
    """List the sections of a showcase, in their order.

    What stands before the first section has none.
    """
    return access.beneath(showcase, ShowcaseSection)


@blueprint.route("/showcases/<uuid:showcase_id>/sections", methods=["POST"])
@blueprint.requires(WRITE, Showcase)
@blueprint.refuses(Code.SHOWCASE_TAKEN_DOWN, Code.SHOWCASES_FULL)
@blueprint.arguments(ShowcaseSectionSchema)
@blueprint.response(201, ShowcaseSectionSchema)
def add_showcase_section(
    access: Access, showcase: Showcase, fields: dict[str, Any]
) -> ShowcaseSection:
    """Add a section after the others.

    A showcase has at most 30.
    """
    return actions.add_section(showcase, access, **fields)


@blueprint.route("/showcase-sections/<uuid:section_id>")
@blueprint.requires(READ, ShowcaseSection)
@blueprint.response(200, ShowcaseSectionSchema)
def get_showcase_section(access: Access, section: ShowcaseSection) -> ShowcaseSection:
    """Get a section of a showcase.

    Its works are the items with its id.
    """
    return section


@blueprint.route("/showcase-sections/<uuid:section_id>", methods=["PATCH"])
@blueprint.requires(WRITE, ShowcaseSection)
@blueprint.refuses(Code.SHOWCASE_TAKEN_DOWN)
@blueprint.arguments(ShowcaseSectionPatchSchema)
@blueprint.response(200, ShowcaseSectionSchema)
def change_showcase_section(
    access: Access, section: ShowcaseSection, fields: dict[str, Any]
) -> ShowcaseSection:
    """Change the title or the words of a section.

    Its place changes by `PUT /showcases/{id}/order`.
    """
    return actions.change_section(section, access, **fields)


@blueprint.route("/showcase-sections/<uuid:section_id>", methods=["DELETE"])
@blueprint.requires(WRITE, ShowcaseSection)
@blueprint.refuses(Code.SHOWCASE_TAKEN_DOWN)
@blueprint.response(204)
def remove_showcase_section(access: Access, section: ShowcaseSection) -> None:
    """Remove a section; its works stay in the showcase, before all sections."""
    actions.remove_section(section, access)


@blueprint.route("/showcases/<uuid:showcase_id>/items")
@blueprint.requires(READ, Showcase)
@blueprint.lists(ShowcaseItemSchema, ITEMS)
def list_showcase_items(access: Access, showcase: Showcase) -> Any:
    """List the works in a showcase, in their order.

    Also those that are not shown: the preview says which.
    """
    return access.beneath(showcase, ShowcaseItem)


@blueprint.route("/showcases/<uuid:showcase_id>/items", methods=["POST"])
@blueprint.requires(WRITE, Showcase)
@blueprint.refuses(
    *NOT_TAKEN, Code.ARTIFACT_IS_DRAFT, Code.SHOWCASE_TAKEN_DOWN, Code.SHOWCASES_FULL
)
@blueprint.arguments(ShowcaseItemSchema)
@blueprint.response(201, ShowcaseItemSchema)
def add_showcase_item(access: Access, showcase: Showcase, fields: dict[str, Any]) -> ShowcaseItem:
    """Put a version of one of your artifacts into a showcase, after the other items.

    A version never changes, so what you chose is what is shown. A draft must be kept first.
    What the school took down with another showcase gets 409 `showcase_taken_down`; so does
    the same file in another artifact. A showcase has at most 100 items.
    """
    return items.add(showcase, access, **fields)


@blueprint.route("/showcase-items/<uuid:item_id>")
@blueprint.requires(READ, ShowcaseItem)
@blueprint.response(200, ShowcaseItemSchema)
def get_showcase_item(access: Access, item: ShowcaseItem) -> ShowcaseItem:
    """Get a work in a showcase.

    The artifact and its version are resources of their own.
    """
    return item


@blueprint.route("/showcase-items/<uuid:item_id>", methods=["PATCH"])
@blueprint.requires(WRITE, ShowcaseItem)
@blueprint.refuses(*NOT_TAKEN, Code.ARTIFACT_IS_DRAFT, Code.SHOWCASE_TAKEN_DOWN)
@blueprint.arguments(ShowcaseItemPatchSchema)
@blueprint.response(200, ShowcaseItemSchema)
def change_showcase_item(
    access: Access, item: ShowcaseItem, fields: dict[str, Any]
) -> ShowcaseItem:
    """Change the words, what is shown beside the work, its section, or the version shown.

    Its place changes by `PUT /showcases/{id}/order`.
    """
    return items.change(item, access, **fields)


@blueprint.route("/showcase-items/<uuid:item_id>", methods=["DELETE"])
@blueprint.requires(WRITE, ShowcaseItem)
@blueprint.refuses(Code.SHOWCASE_TAKEN_DOWN)
@blueprint.response(204)
def remove_showcase_item(access: Access, item: ShowcaseItem) -> None:
    """Take a work out of a showcase; the artifact stays."""
    items.remove(item, access)
