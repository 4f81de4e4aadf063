"""Issuing mentors' links, witnessing and ending them."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import clock, db, settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access, denied
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.links import actions as links
from plp_api.foundation.links.models import CodeBy, LinkCheck, LinkEnd
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District
from plp_api.learning.attestations import letters, opened, waiting
from plp_api.learning.attestations.models import MentorLink, MentorLinkStatus
from plp_api.learning.elos.models import Elo
from plp_api.people.identity import openers
from plp_api.planning.signatures import signers

MAIL_LINK, MAIL_CODE = "mentor_link.mail", "mentor_code.mail"
FRESH_A_DAY = 3
"""How many links a day may be mailed to a mentor because the holder of a spent one asked."""


@dataclass(frozen=True)
class Issued:
    """A new link, with what its issuer may see: the `token` or the `code`, never both."""

    link: MentorLink
    token: str | None
    code: str | None


@dataclass(frozen=True)
class Check:
    """What the holder of a link must know, and how they get to know it."""

    identity_check: LinkCheck
    code_by: CodeBy = CodeBy.ISSUER

    @property
    def is_told(self) -> bool:
        """Whether the issuer tells the code."""
        return self.identity_check is LinkCheck.CODE and self.code_by is CodeBy.ISSUER


def lock_links(mentor_id: UUID) -> None:
    """Wait for whoever else issues links to the mentor; before any of their links is locked."""
    db.lock_name(f"mentor_links|{mentor_id}")


def issue(mentor: Mentor, access: Access, *, is_mailed: bool) -> Issued:
    """Make a link to all that waits for the mentor at the ELOs that the caller reaches.

    It ends the caller's earlier links to this mentor. The caller never holds both the link
    and its code (see `_check`).

    Raises Problem: action_unavailable (the mentor has left, or works on no such ELO),
    validation_failed (`delivery`: there is no e-mail, or no mail here).
    """
    lock_links(mentor.id)
    elos = opened.by(access, opened.works_on(mentor, access.caller.today))
    if not elos:
        detail = "They are the mentor of no open ELO that you reach."
        raise Problem(Code.ACTION_UNAVAILABLE, detail)
    if is_mailed and mailbox_of(mentor) is None:
        raise invalid("delivery", "There is no e-mail for this mentor, or mail is not set up here.")
    by = access.caller.person_id
    for earlier in _open_links(mentor.id, by):
        end(earlier, LinkEnd.REPLACED, by)
    check = _check(mentor, elos, by, is_mailed=is_mailed)
    link, token = _add(mentor, elos, by, check, is_mailed=is_mailed)
    code = links.new_code(link) if check.is_told else None
    _note("mentor_link.issued", link, by, code_by=link.code_by, elo_ids=link.elo_ids)
    if check.code_by is CodeBy.MAIL and not is_mailed:
        jobs.enqueue(MAIL_CODE, None, by, mentor_link_id=str(link.id))
    return Issued(link, None if is_mailed else token, code)


def _add(
    mentor: Mentor, elos: Sequence[Elo], by: UUID, check: Check, *, is_mailed: bool
) -> tuple[MentorLink, str]:
    token = links.new_token()
    link = MentorLink(
        id=db.new_id(),
        district_id=mentor.district_id,
        mentor_id=mentor.id,
        elo_ids=[str(elo.id) for elo in elos],
        mailbox=mailbox_hash(mentor) if is_mailed else None,
        token_sha256=links.digest(token),
        identity_check=check.identity_check,
        code_by=check.code_by,
        issued_by=by,
        expires_at=clock.now() + _lifetime(mentor.district_id),
    )
    db.session().add(link)
    db.session().flush()
    if is_mailed:
        jobs.enqueue(MAIL_LINK, None, by, mentor_link_id=str(link.id))
    return link, token


def _check(mentor: Mentor, elos: Sequence[Elo], by: UUID, *, is_mailed: bool) -> Check:
    """What the holder must know: nothing only where the mailbox is proved to be the mentor's.

    Whoever entered the address may read what is mailed there. So the code goes another way
    than the link: told by an issuer who did not enter the address; mailed, where the link is
    printed; or handed over by a second person. What signs an agreement never goes by a code
    that the issuer holds: the coordinator signs it too, and decides on the ELO.
    """
    signs = bool(waiting.agreements_of(elos))
    is_entered_by_issuer = is_entered_by(mentor, [by])
    if not is_mailed:
        is_apart = mailbox_of(mentor) is not None and not is_entered_by_issuer
        return Check(LinkCheck.CODE, CodeBy.MAIL if is_apart else CodeBy.WITNESS)
    if not signs and is_proved(mentor):
        return Check(LinkCheck.NONE)
    if signs or is_entered_by_issuer:
        return Check(LinkCheck.CODE, CodeBy.WITNESS)
    return Check(LinkCheck.CODE, CodeBy.ISSUER)


def is_entered_by(mentor: Mentor, people: Iterable[UUID]) -> bool:
    """Whether one of these people, as any person of their account, entered the address."""
    setter = mentor.email_set_by
    return setter is not None and signers.meet([setter], people)


def mailbox_of(mentor: Mentor) -> str | None:
    """The address to which the mentor's links are mailed; None where mail is not set up."""
    return mentor.email if is_mail_set_up() else None


def is_mail_set_up() -> bool:
    """Whether links can be mailed from here at all."""
    chosen = settings.current()
    return bool(chosen.mail_url and chosen.public_url)


def mailbox_hash(mentor: Mentor) -> str:
    """The keyed hash of the address, by which a link knows that it is still the mentor's."""
    secret = settings.current().secret_key.encode()
    words = f"{mentor.id}|{(mentor.email or '').strip().lower()}"
    return hmac.new(secret, words.encode(), hashlib.sha256).hexdigest()


def is_proved(mentor: Mentor) -> bool:
    """Whether a mailed link was used from this address by somebody who knew its code.

    The code went another way, to the mentor: so the mailbox is theirs.
    """
    used = select(MentorLink.id).where(
        MentorLink.mentor_id == mentor.id,
        MentorLink.mailbox == mailbox_hash(mentor),
        MentorLink.used_at.is_not(None),
        MentorLink.identity_check == LinkCheck.CODE,
    )
    return db.session().scalars(used.limit(1)).first() is not None


def _lifetime(district_id: UUID) -> timedelta:
    district = db.session().get_one(District, district_id)
    return timedelta(days=district_settings.of(district).mentor_link_days)


def witness(link: MentorLink, access: Access) -> str:
    """Make the caller the link's witness, and return a new code. The earlier code stops working.

    Raises Problem: action_unavailable for a link that is no longer open, or whose code needs
    no witness; witness_not_apart where the caller, as any person of their account, issued the
    link or entered the mentor's address, or activated their account by a code that one of
    these people could read; actor_is_family where one of the ELOs is their own child's.
    """
    db.lock(link)
    for elo in opened.named_by(link):
        access.refuse_family(elo.student_id)
    if link.status != MentorLinkStatus.OPEN or link.code_by != CodeBy.WITNESS:
        raise Problem(Code.ACTION_UNAVAILABLE, "This link waits for no witness.")
    mentor = db.session().get_one(Mentor, link.mentor_id)
    others = {link.issued_by}
    if mentor.email_set_by and link.is_mailed:
        others.add(mentor.email_set_by)
    opener = openers.of([access.caller.person_id]).values()
    if signers.meet(others, {*access.selves, *opener}):
        detail = "Somebody else hands the code over: you issued the link, or entered the address."
        raise Problem(Code.WITNESS_NOT_APART, detail)
    by = access.caller.person_id
    link.witnessed_by, link.witnessed_at = by, clock.now()
    _note("mentor_link.witnessed", link, by)
    return links.new_code(link)


def revoke(link: MentorLink, access: Access) -> None:
    """End a link; a link that was used or has ended does not change.

    Raises Problem(permission_denied) unless the caller issued it, or reaches one of its ELOs.
    """
    db.lock(link)
    by = access.caller.person_id
    if link.issued_by != by and not opened.by(access, opened.named_by(link)):
        detail = "Another coordinator issued it, for students whom you do not reach."
        raise denied(Permission.MENTOR_LINKS_WRITE, detail=detail)
    if link.is_unused:
        end(link, LinkEnd.REVOKED, by)


def end(link: MentorLink, reason: LinkEnd, by: UUID | None) -> None:
    """End a link and record the event; `by` is None where no person ends it."""
    links.end(link, reason, by)
    _note("mentor_link.ended", link, by, reason=reason)


def _open_links(mentor_id: UUID, by: UUID) -> Sequence[MentorLink]:
    mine = select(MentorLink).where(
        MentorLink.mentor_id == mentor_id,
        MentorLink.issued_by == by,
        MentorLink.used_at.is_(None),
        MentorLink.ended_at.is_(None),
    )
    return db.session().scalars(mine).all()


def send_fresh(spent: MentorLink, elos: Sequence[Elo]) -> bool:
    """Mail a fresh link to the address on file, as the holder of a spent one asked.

    The holder learns nothing by it: the page says the same whatever this returns. At most
    FRESH_A_DAY a day; the links that are open stay, for a holder may not end them. The caller
    must have called `lock_links`.
    """
    mentor = db.session().get_one(Mentor, spent.mentor_id)
    if not elos or mailbox_of(mentor) is None or _count_fresh(mentor.id) >= FRESH_A_DAY:
        return False
    by = spent.issued_by
    check = _check(mentor, elos, by, is_mailed=True)
    if check.is_told:
        # Nobody is there to be told the code.
        check = Check(LinkCheck.CODE, CodeBy.WITNESS)
    link, _ = _add(mentor, elos, by, check, is_mailed=True)
    link.asked_by_id = spent.id
    _note("mentor_link.issued", link, None, code_by=link.code_by, elo_ids=link.elo_ids)
    return True


def _count_fresh(mentor_id: UUID) -> int:
    since = clock.now() - timedelta(days=1)
    recent = select(MentorLink.id).where(
        MentorLink.mentor_id == mentor_id,
        MentorLink.asked_by_id.is_not(None),
        MentorLink.created_at > since,
    )
    return len(db.session().scalars(recent).all())


def _note(what: str, link: MentorLink, by: UUID | None, **payload: Any) -> None:
    audit.record(what, link, by=by, mentor_id=link.mentor_id, **payload)


def _mailbox_now(link: MentorLink, mentor: Mentor) -> str | None:
    """The address for mail about the link, asked again when the worker mails it.

    None once the link was used or has ended, where the address of a mailed link has
    changed, and for a code where the issuer has entered the address in the meantime.
    """
    if not link.is_unused or mailbox_of(mentor) is None:
        return None
    if link.is_mailed:
        return mentor.email if link.mailbox == mailbox_hash(mentor) else None
    return None if is_entered_by(mentor, [link.issued_by]) else mentor.email


@jobs.kind(MAIL_LINK)
def mail_link(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail a link. The token is made here, so that no job, log or queue ever holds it."""
    with db.current().transaction() as session:
        link, mentor, mailbox = _load(session, job_id)
        if mailbox is None:
            return {"is_mailed": False}
        token = links.new_token()
        link.token_sha256 = links.digest(token)
        where = letters.address(settings.current().public_url, token)
        subject, text = letters.letter(link, mentor, where)
    letters.mail_to(mailbox, subject, text)
    return {"is_mailed": True}


@jobs.kind(MAIL_CODE)
def mail_code(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail the code of a printed link; made here, so that no job, log or queue ever holds it."""
    with db.current().transaction() as session:
        link, mentor, mailbox = _load(session, job_id)
        if mailbox is None:
            return {"is_mailed": False}
        subject, text = letters.code_letter(link, mentor, links.new_code(link))
    letters.mail_to(mailbox, subject, text)
    return {"is_mailed": True}


def _load(session: Any, job_id: UUID) -> tuple[MentorLink, Mentor, str | None]:
    """The link of a job, its mentor, and the address for the mail."""
    link = session.get_one(MentorLink, UUID(jobs.arguments(job_id)["mentor_link_id"]))
    db.enter([link.district_id])
    mentor = session.get_one(Mentor, link.mentor_id)
    return link, mentor, _mailbox_now(link, mentor)
