"""The routes of links: `serve_links` adds them to any resource about a student."""

from collections.abc import Callable
from typing import Any

from plp_api.catalog.item_links import actions
from plp_api.catalog.item_links.models import SUBJECTS, Criterion, ItemLink, Subject
from plp_api.catalog.item_links.schemas import ItemLinkSchema, NewItemLinkSchema
from plp_api.foundation import texts
from plp_api.foundation.access import subjects
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Filter, Listing, of_id, since

blueprint = Blueprint("Item links", __name__, "Links from a student's work to framework items.")

# Why a subject may not be changed now. A link of any subject is removed by one operation, so
# that it names the codes of all.
CLOSED = (
    Code.PLAN_CLOSED,
    Code.GOAL_CLOSED,
    Code.ELEMENT_FIXED,
    Code.ELO_CLOSED,
    Code.ARTIFACT_ARCHIVED,
    Code.ACTION_UNAVAILABLE,
    Code.ACTOR_IS_FAMILY,
)
LINKS = Listing(
    filters={"updated_since": since(ItemLink.updated_at)},
    sorts={"created_at": ItemLink.created_at, "updated_at": ItemLink.updated_at},
)


def serve_links(
    on: Blueprint,
    rule: str,
    model: type[Any],
    *,
    read: Permission,
    write: Permission,
    change: Callable[[Any, Access], None],
    counts: Criterion,
    refuses: tuple[Code, ...],
) -> None:
    """Add `GET` and `POST {rule}/{id}/links` for the rows of a model with a `student_id`.

    `read` is the permission to read the subject, and so its links, here and under
    `/item-links/{id}`; `write` the one to change it, and so to link and unlink it. `change`
    is called before its links change. It raises the codes that `refuses` names (some of
    `CLOSED`) if the subject may not be changed now, and gives the subject, which shows its
    items, a new version. `counts` says which rows are evidence for their items.
    """
    subjects.serve(model, read)
    SUBJECTS[model.__tablename__] = Subject(model, write, change, counts)
    noun = model.__tablename__.removesuffix("s")
    words = texts.spelled(noun.replace("_", " "))
    address = f"{rule}/<uuid:{noun}_id>/links"

    def listed(access: Access, subject: Any) -> Any:
        return access.beneath(subject, ItemLink)

    listed.__name__ = f"list_links_of_{noun}"
    listed.__doc__ = f"""List the links of {texts.with_article(words)} to framework items.

        Oldest first. Links to retired items stay in the list. The {words} itself shows
        its items too, as `framework_items`.
        """
    reading = on.requires(read, model, also=Permission.LINKS_READ)
    on.route(address)(reading(on.lists(ItemLinkSchema, LINKS)(listed)))

    @on.arguments(NewItemLinkSchema)
    @on.response(201, ItemLinkSchema)
    def added(access: Access, subject: Any, fields: dict[str, Any]) -> ItemLink:
        return actions.add(subject, access, **fields)

    added.__name__ = f"link_{noun}"
    added.__doc__ = f"""Link {texts.with_article(words)} to a framework item that it works toward.

        Whoever may change the {words} may, as long as it may be changed. The item must be of
        the student's own district and not retired. Up to {actions.MOST_LINKS} links. The
        {words} gets a new version, because it shows its items. No If-Match is needed.
        """
    codes = (Code.FRAMEWORK_ITEM_RETIRED, Code.LINK_EXISTS, Code.LINKS_FULL, *refuses)
    adding = on.requires(write, model)(on.refuses(*codes)(added))
    on.route(address, methods=["POST"])(adding)


def by_item(model: type[Any]) -> Filter:
    """The filter of a list of subjects: those that are linked to one of these items."""
    return of_id(
        "Only those linked to this framework item.",
        lambda keys: model.id.in_(actions.subjects_linked_to(keys, model)),
    )


def read_of_subject(link: ItemLink) -> Permission:
    """The permission to read what the link is of."""
    return link.read_of_subject


def change_of_subject(link: ItemLink) -> Permission:
    """The permission to change what the link is of."""
    return SUBJECTS[link.subject_type].write


@blueprint.route("/item-links/<uuid:item_link_id>")
@blueprint.requires(Permission.LINKS_READ, ItemLink, also=read_of_subject)
@blueprint.response(200, ItemLinkSchema)
def get_item_link(access: Access, link: ItemLink) -> ItemLink:
    """Get a link, if you may read its subject.

    `subject_type` and `subject_id` name the goal, the pathway element or the ELO.
    """
    return link


@blueprint.route("/item-links/<uuid:item_link_id>", methods=["DELETE"])
@blueprint.requires(Permission.LINKS_READ, ItemLink, also=change_of_subject)
@blueprint.refuses(*CLOSED)
@blueprint.response(204)
def remove_item_link(access: Access, link: ItemLink) -> None:
    """Remove a link, if you may change its subject.

    The subject gets a new version. Snapshots keep the words of the item.
    """
    actions.remove(link, access)
