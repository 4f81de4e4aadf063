"""Opening a share link: everything is asked again each time, by page, PDF and file alike.

A holder whose link shows nothing learns no more than one whose address is wrong: neither that
there was a link, nor why it ended.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.links import actions as links
from plp_api.foundation.links.models import LinkEnd
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts.models import ArtifactPart
from plp_api.learning.sharing import actions, passcodes, standing
from plp_api.learning.sharing.models import OpeningKind, ShareLink, ShareLinkStatus, ShareOpening
from plp_api.learning.showcases import contents
from plp_api.learning.showcases.contents import Contents, Work
from plp_api.learning.showcases.models import Showcase

COUNTED_ANEW = timedelta(minutes=1)
"""Openings of the same thing closer to each other are one, so that nobody fills the table."""


@dataclass(frozen=True)
class Opened:
    """A link that shows its showcase now."""

    link: ShareLink
    contents: Contents

    def part(self, part_id: UUID) -> tuple[Work, ArtifactPart]:
        """A part that is shown, with its work. Raises Problem: not_found."""
        shown = self.contents.part(part_id)
        if shown is None:
            raise Problem(Code.NOT_FOUND)
        return shown

    def may_keep(self, work: Work) -> bool:
        """Whether the holder may download the files of a work."""
        return self.link.allows_download and work.item.allows_download


def is_locked(token: str, cookie: str | None) -> bool:
    """Whether the address asks for a passcode that its holder has not proved to know.

    It does whether the link shows anything or not: without the passcode nobody learns that.
    """
    link = _link_of(token)
    return link is not None and not passcodes.is_proved(link, cookie)


def bring(token: str, cookie: str | None) -> Opened:
    """The link with what it shows; enters its district.

    Raises Problem(not_found) for whatever shows nothing: an unknown, locked, expired or ended
    link, or one whose showcase may not be shown today.
    """
    link = _link_of(token)
    if link is None or not passcodes.is_proved(link, cookie):
        raise Problem(Code.NOT_FOUND)
    db.enter([link.district_id])
    if link.status is not ShareLinkStatus.OPEN:
        raise Problem(Code.NOT_FOUND)
    showcase = db.session().get_one(Showcase, link.showcase_id)
    student = db.session().get_one(Student, link.student_id)
    if standing.is_of_parents(link, student, clock.now()):
        raise _ending(link, LinkEnd.RIGHTS_TRANSFERRED)
    if bar := standing.why_not(showcase, link.created_at):
        raise _ending(link, bar.ends)
    return Opened(link, contents.of(showcase))


def _link_of(token: str) -> ShareLink | None:
    kept = select(ShareLink).where(ShareLink.token_sha256 == links.digest(token))
    return db.session().scalar(kept)


def _ending(link: ShareLink, reason: LinkEnd | None) -> Problem:
    """The refusal; it ends the link for good where the reason lasts."""
    link_id, district_id = link.id, link.district_id

    def end() -> None:
        db.enter([district_id])
        kept = db.session().get_one(ShareLink, link_id)
        db.lock(kept)
        if kept.ended_at is None and reason is not None:
            actions.end(kept, reason, None)

    return Problem(Code.NOT_FOUND, afterwards=end if reason is not None else None)


def unlock(token: str, passcode: str, address: str | None) -> str | None:
    """The proof for the holder's browser if this is the passcode; else None.

    The same answer, after the same time, is given for an unknown address. It runs in
    transactions of its own. Raises Problem: login_throttled, server_busy.
    """
    with db.current().transaction():
        link = _link_of(token)
        kept = None if link is None else link.passcode_hash
    if not passcodes.is_right(links.digest(token), kept, passcode, address):
        return None
    with db.current().transaction():
        link = _link_of(token)
        return None if link is None else passcodes.proof(link)


def note(opened: Opened, what: OpeningKind) -> None:
    """Count the opening; at the first one of the link, record the event too."""
    link, now = opened.link, clock.now()
    db.lock(link)
    if what is OpeningKind.PAGE:
        link.views += 1
        link.last_opened_at = now
    if link.opened_at is None:
        link.opened_at = now
        audit.record("share_link.opened", link, by=None, showcase_id=link.showcase_id)
    if not _is_counted(link, what):
        own = {"district_id": link.district_id, "student_id": link.student_id}
        opening = ShareOpening(id=db.new_id(), **own, link_id=link.id, what=what, opened_at=now)
        db.session().add(opening)


def _is_counted(link: ShareLink, what: OpeningKind) -> bool:
    """Whether the same was opened a moment ago."""
    recent = select(ShareOpening.id).where(
        ShareOpening.link_id == link.id,
        ShareOpening.what == what,
        ShareOpening.opened_at > clock.now() - COUNTED_ANEW,
    )
    return db.session().scalar(recent.limit(1)) is not None
