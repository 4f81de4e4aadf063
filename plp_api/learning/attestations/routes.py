"""Routes of mentors' links. The page that a link opens is in `page`."""

from typing import Any

from flask import request

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, in_states, same_id, since
from plp_api.learning.attestations import actions, letters
from plp_api.learning.attestations.models import MentorLink, MentorLinkStatus
from plp_api.learning.attestations.schemas import MentorLinkCodeSchema, MentorLinkSchema
from plp_api.planning.signing.schemas import Delivery

READ, WRITE = Permission.MENTOR_LINKS_READ, Permission.MENTOR_LINKS_WRITE

blueprint = Blueprint(
    "Mentor links", __name__, "Links by which mentors confirm work without an account."
)
LINKS = Listing(
    filters={
        "status": in_states(MentorLinkStatus, "Only links in these states.", MentorLink.in_states),
        "issued_by": same_id(MentorLink.issued_by, "Only links that this person issued."),
        "updated_since": since(
            MentorLink.created_at,
            MentorLink.opened_at,
            MentorLink.used_at,
            MentorLink.ended_at,
        ),
    },
    sorts={"created_at": MentorLink.created_at},
)


@blueprint.route("/mentors/<uuid:mentor_id>/links", methods=["POST"])
@blueprint.requires(WRITE, Mentor, keyed=False)
@blueprint.refuses(Code.ACTION_UNAVAILABLE)
@blueprint.arguments(MentorLinkSchema)
@blueprint.response(201, MentorLinkSchema)
def add_mentor_link(access: Access, mentor: Mentor, fields: dict[str, Any]) -> MentorLink:
    """Make a link by which a mentor confirms, without an account, all that waits for them.

    One link bundles the ELOs of this mentor that you reach: log entries, work habits, and
    the agreement's signature. What waits is worked out when the link is opened; work habits
    wait once half of the ELO's time is over, and again from 7 days before its end, or once the
    evidence is handed in. The link works once, within `mentor_link_days`, and ends with the
    mentor's `ends_on` or when another mentor takes over. A new link ends your earlier link to
    this mentor.

    You never hold both the link and its code. A mailed link asks for no code once a link to
    the same address was used with one, as long as no agreement waits. Else `code_by` says
    who hands the code over: `issuer` (you tell it; you did not enter the address), `mail`
    (you print the link), or a `witness`: always where an agreement waits at a mailed link, and
    for each printed link where mail is not set up, or you entered the address.
    Link and code are shown only once, because only hashes are kept; for the same reason no
    Idempotency-Key is accepted.
    """
    issued = actions.issue(mentor, access, is_mailed=fields["delivery"] == Delivery.MAIL)
    return _shown_once(mentor, issued)


def _shown_once(mentor: Mentor, issued: actions.Issued) -> MentorLink:
    """The link with its address, letter or code, which only this response shows."""
    link: Any = issued.link
    if issued.token:
        base = settings.current().public_url or request.host_url
        link.url = letters.address(base, issued.token)
        _, link.letter = letters.letter(link, mentor, link.url)
    if issued.code:
        link.code = issued.code
    return issued.link


@blueprint.route("/mentors/<uuid:mentor_id>/links")
@blueprint.requires(READ, Mentor)
@blueprint.lists(MentorLinkSchema, LINKS)
def list_mentor_links(access: Access, mentor: Mentor) -> Any:
    """List the links made for a mentor, and the state of each.

    `updated_since` finds links made, opened, used or ended since then. Wrong codes and
    expiry have no date of their own: see `attempts_left` and `status`.
    """
    return access.select(MentorLink).where(MentorLink.mentor_id == mentor.id)


@blueprint.route("/mentor-links/<uuid:mentor_link_id>")
@blueprint.requires(READ, MentorLink)
@blueprint.response(200, MentorLinkSchema)
def get_mentor_link(access: Access, link: MentorLink) -> MentorLink:
    """Get a mentor's link: whether it was opened, used or ended.

    The response contains neither the address nor the code.
    """
    return link


@blueprint.route("/mentor-links/<uuid:mentor_link_id>/code", methods=["POST"])
@blueprint.requires(READ, MentorLink, media=None, keyed=False)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.ACTION_UNAVAILABLE, Code.WITNESS_NOT_APART)
@blueprint.response(201, MentorLinkCodeSchema)
def witness_mentor_link(access: Access, link: MentorLink) -> dict[str, str]:
    """Take the code of a link as its witness, and hand it to the mentor.

    The witness is a second member of staff (coordinator, school or district admin), who
    neither issued this link nor, where it is mailed, entered the mentor's e-mail. Make
    sure who the mentor is before you hand over the code, for example by calling them at the
    partner. The code is shown only once: a second request, by you or anybody else,
    returns a new code, and the earlier code stops working.
    """
    return {"code": actions.witness(link, access)}


@blueprint.route("/mentor-links/<uuid:mentor_link_id>", methods=["DELETE"])
@blueprint.requires(WRITE, MentorLink)
@blueprint.response(204)
def end_mentor_link(access: Access, link: MentorLink) -> None:
    """End a link at once. What was confirmed by it stays, and lists still show the link.

    Who issued it may, and who reaches one of its ELOs; others get 403.
    """
    actions.revoke(link, access)
