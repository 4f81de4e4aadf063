"""Making share links, and ending them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.disclosures import actions as disclosures
from plp_api.foundation.disclosures.models import DisclosureBasis
from plp_api.foundation.links import actions as links
from plp_api.foundation.links.models import LinkCheck, LinkEnd
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.models import District
from plp_api.learning.sharing import passcodes, standing
from plp_api.learning.sharing.models import ShareLink, ShareStop
from plp_api.learning.showcases import contents
from plp_api.learning.showcases.models import Showcase
from plp_api.people.consents import standing as consents
from plp_api.people.consents.models import Consent, ConsentPurpose

MOST_OPEN = 50


@dataclass(frozen=True)
class Issued:
    """A new link, and the token of its address, which nothing keeps."""

    link: ShareLink
    token: str


def share(
    showcase: Showcase,
    access: Access,
    *,
    given_to: str,
    why: str,
    days: int,
    passcode: str | None,
    allows_download: bool,
    name_shown: str | None,
) -> Issued:
    """Make a link that shows the showcase, and write into the ledger to whom it is given, and why.

    Raises Problem: showcase_taken_down, action_unavailable (archived), sharing_disabled,
    sharing_not_consented, plan_closed, showcase_empty, share_links_full, server_busy.
    """
    passcode_hash = passcodes.hashed(passcode) if passcode else None
    db.lock(showcase)
    if bar := standing.why_not(showcase):
        raise Problem(bar.code)
    if contents.of(showcase).is_empty:
        raise Problem(Code.SHOWCASE_EMPTY)
    if _count_open(showcase) >= MOST_OPEN:
        raise Problem(Code.SHARE_LINKS_FULL, f"The limit is {MOST_OPEN}: stop one first.")
    token = links.new_token()
    link = ShareLink(
        id=db.new_id(),
        district_id=showcase.district_id,
        student_id=showcase.student_id,
        token_sha256=links.digest(token),
        identity_check=LinkCheck.NONE,
        issued_by=access.caller.person_id,
        expires_at=clock.now() + timedelta(days=days),
        showcase_id=showcase.id,
        name_shown=name_shown or showcase.name_shown,
        passcode_hash=passcode_hash,
        allows_download=allows_download,
    )
    db.session().add(link)
    db.session().flush()
    disclosures.record(
        [(showcase, f"Showcase: {showcase.title}")],
        party=given_to,
        interest=why,
        basis=DisclosureBasis.CONSENT,
        link_id=link.id,
    )
    _note("share_link.made", link, access.caller.person_id, has_passcode=link.has_passcode)
    return Issued(link, token)


def _count_open(showcase: Showcase) -> int:
    open_ones = select(func.count()).select_from(ShareLink)
    own = open_ones.where(
        ShareLink.showcase_id == showcase.id,
        ShareLink.ended_at.is_(None),
        ShareLink.expires_at > clock.now(),
    )
    return db.session().scalar(own) or 0


def stop(link: ShareLink, access: Access, reason: str) -> ShareLink:
    """End a link at once; the school says why. One that has ended does not change.

    Raises Problem: actor_is_family (a parent without the right, by an office of theirs),
    validation_failed (`reason`: missing from the school, or given by somebody else).
    """
    db.lock(link)
    role = access.speaks_as(Permission.SHARE_LINKS_STOP, link.student_id)
    is_school = role is Role.SCHOOL_ADMIN
    if is_school:
        access.refuse_family(link.student_id)
    if is_school != bool(reason):
        detail = "Say why: student and parents read it." if is_school else "Only the school says."
        raise invalid("reason", detail)
    if link.ended_at is None:
        end(link, LinkEnd.REVOKED, access.caller.person_id)
        _keep_reason(link, reason)
    return link


def _keep_reason(link: ShareLink, reason: str) -> None:
    if reason:
        own = {"district_id": link.district_id, "student_id": link.student_id}
        db.session().add(ShareStop(id=db.new_id(), **own, link_id=link.id, reason=reason))


def end(link: ShareLink, reason: LinkEnd, by: UUID | None) -> None:
    """End a link and record the event; `by` is None where no person ends it."""
    links.end(link, reason, by)
    _note("share_link.ended", link, by, reason=reason)


def _end_open(reason: LinkEnd, by: UUID | None, *criteria: ColumnElement[bool]) -> None:
    for link in _open_links(*criteria):
        end(link, reason, by)


def _open_links(*criteria: ColumnElement[bool]) -> Iterable[ShareLink]:
    open_ones = select(ShareLink).where(ShareLink.ended_at.is_(None), *criteria)
    return db.session().scalars(open_ones.order_by(ShareLink.id)).all()


def follow_consent(consent: Consent, _by: UUID | None) -> None:
    """End the student's links that rest on no consent any more (`ON_WITHDRAWN`).

    No person is named: a parent would learn from it who the other parent is.
    """
    district = db.session().get_one(District, consent.district_id)
    rests = consents.has_held(
        ConsentPurpose.SHARING, ShareLink.student_id, ShareLink.created_at, district.today
    )
    own = ShareLink.student_id == consent.student_id
    _end_open(LinkEnd.CONSENT_ENDED, None, own, ~rests)


def end_left(
    _district_id: UUID, student_ids: Sequence[UUID], _today: date, by: UUID | None
) -> None:
    """End the links of students whose record was ended (`ON_RECORD_ENDED`)."""
    _end_open(LinkEnd.LEFT, by, ShareLink.student_id.in_(student_ids))


def end_taken_down(showcase: Showcase, by: UUID) -> None:
    """End the links to a showcase that the school took down (`ON_TAKEN_DOWN`)."""
    _end_open(LinkEnd.TAKEN_DOWN, by, ShareLink.showcase_id == showcase.id)


def _note(what: str, link: ShareLink, by: UUID | None, **facts: Any) -> None:
    audit.record(what, link, by=by, showcase_id=link.showcase_id, **facts)
