"""Issuing signing links, and ending them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from plp_api.foundation import clock, db, settings
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.links import actions as links
from plp_api.foundation.links.models import CodeBy, LinkCheck, LinkEnd
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District, Person, Student
from plp_api.people.identity import openers
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures import signers
from plp_api.planning.signatures.models import SignatureDelegate, SignerRole
from plp_api.planning.signing import letters, rights
from plp_api.planning.signing.models import LinkStatus, SigningLink

MAIL_LINK, MAIL_CODE = "signing_link.mail", "signing_code.mail"


@dataclass(frozen=True)
class Issued:
    """A new link, with what its issuer may see: the `token` or the `code`, never both."""

    link: SigningLink
    token: str | None
    code: str | None


def issue(
    version: PlanVersion,
    access: Access,
    *,
    person_id: UUID,
    role: SignerRole,
    identity_check: LinkCheck,
    is_mailed: bool,
    delegate_id: UUID | None = None,
    wants_witness: bool = False,
) -> Issued:
    """Make the link by which one person signs this version's snapshot; end their earlier link.

    The issuer never holds both the link and its code (see `_code_by`).

    Raises Problem: actor_is_family, plan_closed, action_unavailable (not in
    force), signature_exists, validation_failed where the person may not sign in that role,
    cannot be identified by this check, or has no e-mail.
    """
    access.refuse_family(version.student_id)
    db.lock(version)
    signers.require_open(version)
    _require_right(version, person_id, role, delegate_id)
    if signers.has_signed(version, role, person_id):
        raise Problem(Code.SIGNATURE_EXISTS)
    student = db.session().get_one(Student, version.student_id)
    mailbox = _mailbox(person_id, delegate_id)
    if is_mailed and not mailbox:
        raise invalid("delivery", "There is no e-mail for this person, or mail is not set up here.")
    by = access.caller.person_id
    is_own = mailbox is not None and _is_entered_by(mailbox, [by])
    if is_mailed and is_own:
        raise invalid("delivery", "You entered this e-mail: print the link instead.")
    code_by = _code_by(version, by, None if is_own else mailbox, is_mailed, wants_witness)
    if identity_check is LinkCheck.BIRTH_DATE:
        _check_birth_date(student, code_by, mailbox)
    _end(_open_links_for(version, person_id), LinkEnd.REPLACED, by)
    token = links.new_token()
    link = SigningLink(
        id=db.new_id(),
        district_id=version.district_id,
        student_id=version.student_id,
        plan_version_id=version.id,
        person_id=person_id,
        delegate_id=delegate_id,
        role=role,
        snapshot_sha256=version.snapshot_sha256 or "",
        token_sha256=links.digest(token),
        identity_check=identity_check,
        code_by=code_by,
        issued_by=by,
        expires_at=clock.now() + _lifetime(version.district_id),
    )
    is_shown = identity_check is LinkCheck.CODE and code_by is CodeBy.ISSUER
    code = links.new_code(link) if is_shown else None
    db.session().add(link)
    db.session().flush()
    audit.record(
        "signing_link.issued", link, by=by, person_id=person_id, role=role, code_by=code_by
    )
    if is_mailed:
        jobs.enqueue(MAIL_LINK, None, by, signing_link_id=str(link.id))
    elif code_by is CodeBy.MAIL:
        jobs.enqueue(MAIL_CODE, None, by, signing_link_id=str(link.id))
    return Issued(link, None if is_mailed else token, code)


def _code_by(
    version: PlanVersion, by: UUID, mailbox: Person | None, is_mailed: bool, wants_witness: bool
) -> CodeBy:
    """How the code reaches the signer: always by another way than the link.

    A second adult hands over the code where an approver of the version issues the
    link or entered the signer's e-mail, so that no approver alone can sign for the
    family; also where the signer has no e-mail, or only one that the issuer entered.
    """
    if wants_witness or mailbox is None:
        return CodeBy.WITNESS
    if signers.meet(_channel(by, mailbox), signers.approvers(version)):
        return CodeBy.WITNESS
    return CodeBy.ISSUER if is_mailed else CodeBy.MAIL


def _check_birth_date(student: Student, code_by: CodeBy, mailbox: Person | None) -> None:
    """Allow the birth date as a check only for a mailed link.

    Staff can look up a birth date, so it proves nothing where staff hold the link or
    entered the e-mail address. Raises Problem: validation_failed.
    """
    if student.birth_date is None:
        raise invalid("identity_check", "The student's birth date is not known here.")
    if code_by is not CodeBy.ISSUER or (mailbox and mailbox.email_set_by):
        detail = "Staff could look it up: ask for a `code`, which goes another way than the link."
        raise invalid("identity_check", detail)


def _channel(by: UUID, mailbox: Person) -> set[UUID]:
    """The people who could intercept a mailed link: its issuer, and who entered the address."""
    return {by, mailbox.email_set_by} if mailbox.email_set_by else {by}


def _is_entered_by(mailbox: Person, people: Iterable[UUID]) -> bool:
    """Whether one of these people entered the e-mail address."""
    setter = mailbox.email_set_by
    return setter is not None and signers.meet([setter], people)


def witness(link: SigningLink, access: Access) -> str:
    """Make the caller the link's witness, and return a new code. The earlier code stops working.

    Raises Problem: actor_is_family; action_unavailable for a link that is no longer open,
    or whose code needs no witness; witness_not_apart where the caller, as any person of
    their account, issued the link, approved the version or is the signer, or activated
    their account with a code that one of these people could read.
    """
    access.refuse_family(link.student_id)
    version = db.session().get_one(PlanVersion, link.plan_version_id)
    db.lock(version)
    db.lock(link)
    if link.status != LinkStatus.OPEN or link.code_by != CodeBy.WITNESS:
        raise Problem(Code.ACTION_UNAVAILABLE, "This link waits for no witness.")
    opener = openers.of([access.caller.person_id]).values()
    others = {link.issued_by, link.person_id, *signers.approvers(version)}
    if signers.meet(others, {*access.selves, *opener}):
        raise Problem(Code.WITNESS_NOT_APART)
    link.witnessed_by, link.witnessed_at = access.caller.person_id, clock.now()
    by = access.caller.person_id
    audit.record("signing_link.witnessed", link, by=by, person_id=link.person_id)
    return links.new_code(link)


def _require_right(
    version: PlanVersion, person_id: UUID, role: SignerRole, delegate_id: UUID | None
) -> None:
    person = db.session().get(Person, person_id)
    if person is None or person.district_id != version.district_id:
        raise invalid("person_id", "There is no such person here.")
    signer = rights.access_of(person_id, version)
    if not rights.may_sign(signer, role, version):
        words = "A parent who may decide (15 V.S.A. 664), while the rights are the parents'"
        own = "a student from the day they are the student's (34 CFR 99.5)"
        raise invalid("person_id", f"Signs by link: {words}; {own}.")
    if delegate_id is None:
        return
    if role is not SignerRole.PARENT:
        raise invalid("delegate_id", "Only a parent names a delegate.")
    signers.delegate_of(version, person_id, delegate_id, signer.caller.today)


def _mailbox(person_id: UUID, delegate_id: UUID | None) -> Person | None:
    """The person to whom the link or code can be mailed: the delegate or the signer.

    None without an e-mail address, or where mail is not set up.
    """
    chosen = settings.current()
    if not chosen.mail_url or not chosen.public_url:
        return None
    bearer_id: UUID | None = person_id
    if delegate_id:
        bearer_id = db.session().get_one(SignatureDelegate, delegate_id).person_id
    bearer = db.session().get_one(Person, bearer_id) if bearer_id else None
    return bearer if bearer is not None and bearer.email else None


def _lifetime(district_id: UUID) -> timedelta:
    district = db.session().get_one(District, district_id)
    return timedelta(days=district_settings.of(district).signing_link_days)


def revoke(link: SigningLink, access: Access) -> None:
    """End a link; a link that was used or has ended does not change.

    Raises Problem: actor_is_family.
    """
    access.refuse_family(link.student_id)
    db.lock(link)
    if link.is_unused:
        end(link, LinkEnd.REVOKED, access.caller.person_id)


def end(link: SigningLink, reason: LinkEnd, by: UUID | None) -> None:
    """End a link and record the event; `by` is None where no person ends it."""
    links.end(link, reason, by)
    audit.record("signing_link.ended", link, by=by, person_id=link.person_id, reason=reason)


def _end(ending: Iterable[SigningLink], reason: LinkEnd, by: UUID | None) -> None:
    for link in ending:
        end(link, reason, by)


def _open_links(*criteria: ColumnElement[bool]) -> Iterable[SigningLink]:
    unused = SigningLink.used_at.is_(None), SigningLink.ended_at.is_(None)
    return db.session().scalars(select(SigningLink).where(*unused, *criteria)).all()


def _open_links_for(version: PlanVersion, person_id: UUID) -> Iterable[SigningLink]:
    return _open_links(
        SigningLink.plan_version_id == version.id, SigningLink.person_id == person_id
    )


def withdraw(person_id: UUID, student_id: UUID) -> None:
    """End the person's open links for the student. Registered with `access.revocation`."""
    held = _open_links(SigningLink.student_id == student_id, SigningLink.person_id == person_id)
    _end(held, LinkEnd.REACH_CHANGED, None)


def end_superseded(version: PlanVersion, access: Access) -> None:
    """End the links to earlier versions once another is in force. Registered with plans."""
    earlier = _open_links(
        SigningLink.student_id == version.student_id, SigningLink.plan_version_id != version.id
    )
    _end(earlier, LinkEnd.VERSION_SUPERSEDED, access.caller.person_id)


def _mailbox_now(link: SigningLink) -> str | None:
    """The address for mail about the link; None once the link was used or has ended.

    None also where the issuer has entered the address in the meantime, or an approver
    has and the link has no witness.
    """
    bearer = _mailbox(link.person_id, link.delegate_id)
    if bearer is None or not link.is_unused:
        return None
    barred = {link.issued_by}
    if link.code_by != CodeBy.WITNESS:
        barred |= signers.approvers(db.session().get_one(PlanVersion, link.plan_version_id))
    return None if _is_entered_by(bearer, barred) else bearer.email


@jobs.kind(MAIL_LINK)
def mail_link(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail a link. The token is made here, so that no job, log or queue ever holds it."""
    with db.current().transaction() as session:
        link = session.get_one(SigningLink, UUID(jobs.arguments(job_id)["signing_link_id"]))
        db.enter([link.district_id])
        mailbox, token = _mailbox_now(link), links.new_token()
        if mailbox is None:
            return {"is_mailed": False}
        link.token_sha256 = links.digest(token)
        letter = letters.letter(link, letters.address(settings.current().public_url, token))
    letters.mail_to(mailbox, letter)
    return {"is_mailed": True}


@jobs.kind(MAIL_CODE)
def mail_code(job_id: UUID, report: jobs.Report) -> dict[str, Any]:
    """Mail the code of a printed link; made here, so that no job, log or queue ever holds it."""
    with db.current().transaction() as session:
        link = session.get_one(SigningLink, UUID(jobs.arguments(job_id)["signing_link_id"]))
        db.enter([link.district_id])
        mailbox = _mailbox_now(link)
        if mailbox is None:
            return {"is_mailed": False}
        letter = letters.code_letter(link, links.new_code(link))
    letters.mail_to(mailbox, letter)
    return {"is_mailed": True}
