"""Using a signing link: every use checks its holder and the signer's rights again.

A holder whose use is refused learns only that the link was used, has expired or
has ended; the audit trail records the exact reason.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.links import actions as links
from plp_api.foundation.links.models import LinkCheck, LinkEnd
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import District, Person, Student
from plp_api.planning.plans.models import PlanVersion, VersionStatus
from plp_api.planning.signatures import actions as signatures
from plp_api.planning.signatures import signers
from plp_api.planning.signatures.models import (
    IdentityCheck,
    Signature,
    SignatureDecline,
    SignatureMethod,
    SignerRole,
)
from plp_api.planning.signing import actions, rights
from plp_api.planning.signing.models import LinkStatus, SigningLink

CHECKS = {
    LinkCheck.BIRTH_DATE: IdentityCheck.BIRTH_DATE,
    LinkCheck.CODE: IdentityCheck.LINK_CODE,
}


@dataclass(frozen=True)
class Bearing:
    """A usable link, locked until the transaction ends; `signer` is the person it names."""

    link: SigningLink
    version: PlanVersion
    signer: Access

    @property
    def role(self) -> SignerRole:
        """The role in which the person signs."""
        return SignerRole(self.link.role)


def bring(token: str) -> Bearing:
    """Load and lock the token's link, and set its district for row-level security.

    Raises Problem: not_found, link_used, link_expired, link_ended; the last
    three are recorded in the audit trail.
    """
    kept = select(SigningLink).where(SigningLink.token_sha256 == links.digest(token))
    link = db.session().scalar(kept)
    if link is None:
        raise Problem(Code.NOT_FOUND)
    db.enter([link.district_id])
    version = db.session().get_one(PlanVersion, link.plan_version_id)
    # Lock the version before the link, in the same order as the actions that issue or end
    # links: the reverse order could deadlock with them.
    db.lock(version)
    db.lock(link)
    bearing = Bearing(link, version, rights.access_of(link.person_id, version))
    if refusal := _refusal(bearing):
        raise _refused(link, *refusal)
    return bearing


def _refusal(bearing: Bearing) -> tuple[Code, str] | None:
    """Why the link cannot be used: the code for the holder, and the audit trail's reason."""
    link, version = bearing.link, bearing.version
    match link.status:
        case LinkStatus.SIGNED | LinkStatus.DECLINED:
            return Code.LINK_USED, "used"
        case LinkStatus.ENDED:
            return Code.LINK_ENDED, link.end_reason or "ended"
        case LinkStatus.EXPIRED:
            return Code.LINK_EXPIRED, "expired"
    if not version.plan.is_open:
        return Code.LINK_ENDED, "plan_closed"
    if version.status != VersionStatus.IN_FORCE or version.snapshot_sha256 != link.snapshot_sha256:
        return Code.LINK_ENDED, "version_superseded"
    if not rights.may_sign(bearing.signer, bearing.role, version):
        return Code.LINK_ENDED, "right_ended"
    if signers.has_signed(version, bearing.role, link.person_id):
        return Code.LINK_USED, "signed_otherwise"
    if link.delegate_id and not rights.is_delegate(link.delegate_id, version, bearing.signer):
        return Code.LINK_ENDED, "delegate_ended"
    return None


def _refused(link: SigningLink, code: Code, why: str) -> Problem:
    link_id, district_id = link.id, link.district_id

    def note() -> None:
        db.enter([district_id])
        row = db.session().get_one(SigningLink, link_id)
        audit.record("signing_link.refused", row, by=None, person_id=row.person_id, reason=why)

    return Problem(code, afterwards=note)


def note_opened(bearing: Bearing) -> None:
    """Record the first time that the address is opened."""
    if bearing.link.opened_at is None:
        bearing.link.opened_at = clock.now()
        _note("signing_link.opened", bearing.link)


def _note(event: str, link: SigningLink) -> None:
    """Record an event without an actor: nobody is signed in, so the payload names the person."""
    audit.record(event, link, by=None, person_id=link.person_id)


def check(bearing: Bearing, answer: date | str | None) -> bool:
    """Whether the holder's answer is right. The fifth wrong answer ends the link.

    The view must return a page and raise no Problem: then the transaction commits
    the count while the link is locked, and simultaneous guesses are each counted.
    """
    link = bearing.link
    if _is_right(link, answer):
        _note("signing_link.read", link)
        return True
    is_last = links.spend_attempt(link)
    _note("signing_link.check_failed", link)
    if is_last:
        actions.end(link, LinkEnd.ATTEMPTS_USED_UP, None)
    return False


def _is_right(link: SigningLink, answer: date | str | None) -> bool:
    if answer is None:
        return False
    if link.identity_check == LinkCheck.BIRTH_DATE:
        return db.session().get_one(Student, link.student_id).birth_date == answer
    return links.is_code(link, str(answer))


def sign(bearing: Bearing, typed_name: str, language: str) -> Signature:
    """Record the signature over the link's snapshot; the link is used up.

    Raises the Problems of `signatures.record`, such as signature_exists.
    """
    link = bearing.link
    signature = signatures.record(
        bearing.version,
        bearing.role,
        link.person_id,
        SignatureMethod.LINK,
        by=None,
        language=language,
        identity_check=CHECKS[LinkCheck(link.identity_check)],
        sha256=link.snapshot_sha256,
        delegate_id=link.delegate_id,
        signed_by_name=typed_name,
        issued_by=link.issued_by,
        witnessed_by=link.witnessed_by,
    )
    _use_up(link, LinkStatus.SIGNED)
    return signature


def decline(bearing: Bearing, words: str) -> SignatureDecline:
    """Record that the signer declines, with their reason; the link is used up."""
    link = bearing.link
    declined = signatures.record_decline(bearing.version, link.person_id, words, by=None)
    _use_up(link, LinkStatus.DECLINED)
    return declined


def _use_up(link: SigningLink, outcome: LinkStatus) -> None:
    links.use_up(link, outcome)
    audit.record(
        "signing_link.used",
        link,
        by=None,
        person_id=link.person_id,
        outcome=outcome,
        sha256=link.snapshot_sha256,
    )


def sender_of(bearing: Bearing) -> str:
    """The display name of the person who issued the link."""
    return db.session().get_one(Person, bearing.link.issued_by).display_name


def district_of(bearing: Bearing) -> District:
    """The district of the link."""
    return db.session().get_one(District, bearing.link.district_id)
