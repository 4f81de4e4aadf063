"""Routes of share links. The page that a link opens is in `page`."""

from typing import Any

from flask import request

from plp_api.foundation import settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, in_states, one_of, same_id, since
from plp_api.learning.sharing import actions
from plp_api.learning.sharing.models import OpeningKind, ShareLink, ShareLinkStatus, ShareOpening
from plp_api.learning.sharing.schemas import ShareLinkSchema, ShareOpeningSchema, ShareStopSchema
from plp_api.learning.showcases.models import Showcase

READ, WRITE = Permission.SHARE_LINKS_READ, Permission.SHARE_LINKS_WRITE

blueprint = Blueprint("Share links", __name__, "Links that show a showcase outside.")
LINKS = Listing(
    filters={
        "status": in_states(ShareLinkStatus, "Only links in these states.", ShareLink.in_states),
        "showcase_id": same_id(ShareLink.showcase_id, "Only links to these showcases."),
        "updated_since": since(ShareLink.created_at, ShareLink.last_opened_at, ShareLink.ended_at),
    },
    sorts={"created_at": ShareLink.created_at},
)
OPENINGS = Listing(
    filters={
        "what": one_of(ShareOpening.what, OpeningKind, "Only openings of these."),
        "updated_since": since(ShareOpening.opened_at),
    },
    sorts={"opened_at": ShareOpening.opened_at},
)


@blueprint.route("/showcases/<uuid:showcase_id>/share-links", methods=["POST"])
@blueprint.requires(WRITE, Showcase, keyed=False)
@blueprint.refuses(
    Code.SHARING_DISABLED,
    Code.SHARING_NOT_CONSENTED,
    Code.SHOWCASE_TAKEN_DOWN,
    Code.SHOWCASE_EMPTY,
    Code.SHARE_LINKS_FULL,
    Code.ACTION_UNAVAILABLE,
    Code.PLAN_CLOSED,
    Code.SERVER_BUSY,
)
@blueprint.arguments(ShareLinkSchema)
@blueprint.response(201, ShareLinkSchema)
def add_share_link(access: Access, showcase: Showcase, fields: dict[str, Any]) -> ShareLink:
    """Make a link that shows a showcase of your own outside, to whom you give it.

    Only the student makes one. It needs the district's setting `shares_outside`, and the
    consent of whoever holds the rights: a deciding parent, or the student from the transfer
    of rights. Both are asked again each time that somebody opens the page, the PDF or a file.
    The ledger of disclosures keeps to whom you give it and why.

    The address is shown this once, because only a hash is kept; for the same reason no
    Idempotency-Key is accepted. A link ends with the first withdrawal of a consent, when the
    rights move to the student, when the school takes the showcase down, and when the student
    leaves. It does not come back: make a new one.
    """
    shared = actions.share(showcase, access, **fields)
    link: Any = shared.link
    base = settings.current().public_url or request.host_url
    link.url = f"{base.rstrip('/')}/shared/{shared.token}"
    return shared.link


@blueprint.route("/showcases/<uuid:showcase_id>/share-links")
@blueprint.requires(READ, Showcase)
@blueprint.lists(ShareLinkSchema, LINKS)
def list_showcase_share_links(access: Access, showcase: Showcase) -> Any:
    """List the links to a showcase: to whom each was given, why, and how often it was opened.

    `updated_since` finds links made, opened or ended since then; expiry has no date of its own.
    """
    return access.select(ShareLink).where(ShareLink.showcase_id == showcase.id)


@blueprint.route("/share-links")
@blueprint.requires(READ)
@blueprint.lists(ShareLinkSchema, LINKS)
def list_share_links(access: Access) -> Any:
    """List the share links that you may read, across students.

    `status=open` shows what is out.
    """
    return access.select(ShareLink)


@blueprint.route("/share-links/<uuid:share_link_id>")
@blueprint.requires(READ, ShareLink)
@blueprint.response(200, ShareLinkSchema)
def get_share_link(access: Access, link: ShareLink) -> ShareLink:
    """Get a share link.

    The response contains neither the address nor the passcode.
    """
    return link


@blueprint.route("/share-links/<uuid:share_link_id>/stop", methods=["POST"])
@blueprint.requires(Permission.SHARE_LINKS_STOP, ShareLink)
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.arguments(ShareStopSchema)
@blueprint.response(200, ShareLinkSchema)
def stop_share_link(access: Access, link: ShareLink, fields: dict[str, Any]) -> ShareLink:
    """Stop a link at once: the student, a parent who holds the rights, or the school with a reason.

    A link that has ended stays as it is. It shows nothing from then on, not even to whoever
    has the page open: each picture is asked for again.
    """
    return actions.stop(link, access, **fields)


@blueprint.route("/share-links/<uuid:share_link_id>/openings")
@blueprint.requires(READ, ShareLink)
@blueprint.lists(ShareOpeningSchema, OPENINGS)
def list_share_link_openings(access: Access, link: ShareLink) -> Any:
    """List when a link was opened, the first time first: its page, its PDF, or a file to keep.

    Openings of the same within a minute are one. Nothing is kept of who opened it.
    """
    return access.select(ShareOpening).where(ShareOpening.link_id == link.id)
