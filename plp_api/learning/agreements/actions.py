"""Freeze the agreement of an ELO, sign it or decline, and void it when the ELO goes beyond it.

The ELO is locked before its agreement, so that two last signers complete it once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.elo_profiles.models import SignerRole, SkippableState
from plp_api.foundation import clock, db
from plp_api.foundation.access.lifecycle import Reason
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Existing, Problem, invalid
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.foundation.roster.models import District, Person
from plp_api.learning.agreements import school_days, signers, standing, terms
from plp_api.learning.agreements.models import (
    Agreement,
    AgreementSignature,
    AgreementStatus,
    SigningMethod,
    VoidReason,
)
from plp_api.learning.agreements.signers import Signer
from plp_api.learning.elos import actions as elos
from plp_api.learning.elos import conditions, places, stops
from plp_api.learning.elos.models import ENDED, Elo, EloStatus
from plp_api.planning.signatures.models import IdentityCheck, RequirementStatus
from plp_api.planning.signatures.standing import SETTLED

UNSAFE = frozenset({VoidReason.PARTNER, VoidReason.SITE, VoidReason.MENTOR, VoidReason.WORK})
"""A change of these suspends the work until it is signed, and place and mentor are cleared."""
PLACE = frozenset({"partner_id", "site_id"})
BOUND = frozenset(
    {
        EloStatus.AGREEMENT_PENDING,
        EloStatus.APPROVED,
        EloStatus.ACTIVE,
        EloStatus.SUSPENDED,
        EloStatus.INCOMPLETE,
    }
)
"""The states in which work is still to come, so that a change beyond the terms voids them."""


@dataclass(frozen=True)
class How:
    """How a signature was given. `kept` are further columns: who recorded it, link, scan."""

    method: SigningMethod
    identity_check: IdentityCheck
    language: str
    sha256: str | None = None
    signed_at: datetime | None = None
    typed_name: str | None = None
    delegate_id: UUID | None = None
    kept: dict[str, UUID | None] = field(default_factory=dict)


# Freezing.


def freeze(elo: Elo, access: Access | None) -> None:
    """Freeze the first edition, when the design is complete (`ON_DESIGNED`)."""
    _freeze(elo, access)


def _freeze(elo: Elo, access: Access | None) -> Agreement:
    last = standing.newest(elo.id)
    edition = last.edition + 1 if last else 1
    roles, is_ordered = _signers_of(elo), bool(elo.profile.get("is_ordered"))
    content = terms.content(elo, edition, roles, is_ordered=is_ordered)
    agreement = Agreement(
        id=db.new_id(),
        district_id=elo.district_id,
        student_id=elo.student_id,
        elo_id=elo.id,
        edition=edition,
        status=AgreementStatus.PENDING,
        terms=content,
        sha256=terms.digest(content),
        signers=roles,
        is_ordered=is_ordered,
    )
    db.session().add(agreement)
    db.session().flush()
    _note("agreement.frozen", agreement, access, edition=edition, sha256=agreement.sha256)
    follow_signatures(agreement, elo, access)
    return agreement


def _signers_of(elo: Elo) -> list[str]:
    """The roles of the profile; without a partner there is no mentor to sign."""
    wanted: list[str] = [*elo.profile.get("signers", ())]
    has_mentor = elo.partner_id is not None
    return [role for role in wanted if has_mentor or role != SignerRole.MENTOR]


def follow_signatures(agreement: Agreement, elo: Elo, access: Access | None) -> None:
    """Note whose turn it is; once nobody is left to sign, the agreement is complete."""
    by_role = standing.of(agreement)
    if standing.is_settled(by_role):
        _complete(agreement, elo, access)
        return
    waiting = frozenset(str(role) for role in standing.turns(agreement, by_role))
    if agreement.waiting_for != waiting:
        agreement.waiting_for = waiting


def _complete(agreement: Agreement, elo: Elo, access: Access | None) -> None:
    agreement.status, agreement.completed_at = AgreementStatus.COMPLETE, clock.now()
    agreement.waiting_for = frozenset()
    _note("agreement.completed", agreement, access, edition=agreement.edition)
    stops.end_grace(elo, _today(elo))
    if elo.status == EloStatus.AGREEMENT_PENDING:
        elos.advance(elo, access, EloStatus.APPROVED)


def _note(what: str, row: Any, access: Access | None, **payload: Any) -> None:
    by = access.caller.person_id if access else None
    audit.record(what, row, by=by, elo_id=row.elo_id, **payload)


# Signing.


def sign(
    agreement: Agreement,
    access: Access,
    sha256: str,
    language: str,
    role: SignerRole | None = None,
    typed_name: str | None = None,
) -> AgreementSignature:
    """Sign with the caller's account, in the role that they hold; `role` where they hold several.

    Raises the problems of `record`, actor_is_family, signer_is_approver, witness_not_apart, and
    validation_failed (`role`).
    """
    elo = lock(agreement)
    require_pending(agreement)
    signer = _chosen(agreement, elo, access, role)
    signers.require_not_witness(agreement, signer)
    issued_by = signers.opener_of(elo, signer)
    how = How(
        SigningMethod.ACCOUNT,
        IdentityCheck.ACCOUNT_LOGIN,
        language,
        sha256,
        typed_name=typed_name,
        kept={"issued_by": issued_by},
    )
    return record(agreement, elo, signer, how, access)


def _chosen(agreement: Agreement, elo: Elo, access: Access, role: SignerRole | None) -> Signer:
    held = signers.of_caller(agreement, elo, access)
    if role is None and len(held) > 1:
        words = ", ".join(f"`{one}`" for one in held)
        raise invalid("role", f"You hold several roles here: say as which, of {words}.")
    chosen = next(iter(held.values()), None) if role is None else held.get(role)
    if chosen is None:
        words = "You do not sign this agreement today"
        raise Problem(Code.SIGNATURE_NOT_REQUIRED, f"{words}{f' as {role}' if role else ''}.")
    return chosen


def sign_in_room(
    agreement: Agreement,
    access: Access,
    role: SignerRole,
    somebody: UUID,
    *,
    sha256: str,
    language: str,
    identity_check: IdentityCheck,
    typed_name: str | None = None,
    delegate_id: UUID | None = None,
) -> AgreementSignature:
    """Store a signature that a student, parent or mentor gave on screen before the caller.

    Raises the problems of `record`, actor_is_family, witness_not_apart, and validation_failed
    (`person_id`, `mentor_id`, `delegate_id`).
    """
    elo = lock(agreement)
    require_witness(elo, access, somebody)
    require_pending(agreement)
    signers.require_other_witness(agreement, role, elo, access)
    signer = signers.require_absent(elo, role, somebody, _today(elo))
    how = How(
        SigningMethod.IN_ROOM,
        identity_check,
        language,
        sha256,
        typed_name=typed_name,
        delegate_id=delegate_id,
        kept={"recorded_by": access.caller.person_id},
    )
    return record(agreement, elo, signer, how, access)


def require_witness(elo: Elo, access: Access, somebody: UUID) -> None:
    """Check that the caller may say that somebody else signed: they are neither signer nor family.

    Raises Problem: actor_is_family, validation_failed (`person_id`).
    """
    access.refuse_family(elo.student_id)
    if somebody in access.selves:
        raise invalid("person_id", "Nobody witnesses their own signature: sign with your account.")


def sign_by_link(
    agreement: Agreement,
    mentor_id: UUID,
    *,
    sha256: str,
    language: str,
    typed_name: str,
    link_id: UUID,
    issued_by: UUID,
    identity_check: IdentityCheck = IdentityCheck.LINK_CODE,
    witnessed_by: UUID | None = None,
) -> AgreementSignature:
    """Store the signature of the ELO's mentor, given by a link. For `attestations`.

    Raises the problems of `record`, and validation_failed (`mentor_id`).
    """
    elo = lock(agreement)
    require_pending(agreement)
    signer = signers.require_absent(elo, SignerRole.MENTOR, mentor_id, _today(elo))
    how = How(
        SigningMethod.LINK,
        identity_check,
        language,
        sha256,
        typed_name=typed_name,
        kept={"link_id": link_id, "issued_by": issued_by, "witnessed_by": witnessed_by},
    )
    return record(agreement, elo, signer, how, None)


def decline_by_link(
    agreement: Agreement,
    mentor_id: UUID,
    words: str,
    *,
    language: str,
    link_id: UUID,
    issued_by: UUID,
    identity_check: IdentityCheck = IdentityCheck.LINK_CODE,
) -> AgreementSignature:
    """Store that the ELO's mentor will not sign, said by a link. For `attestations`."""
    elo = lock(agreement)
    require_pending(agreement)
    signer = signers.require_absent(elo, SignerRole.MENTOR, mentor_id, _today(elo))
    kept: dict[str, UUID | None] = {"link_id": link_id, "issued_by": issued_by}
    how = How(SigningMethod.LINK, identity_check, language, kept=kept)
    return record_decline(agreement, elo, signer, words, how, None)


def record(
    agreement: Agreement, elo: Elo, signer: Signer, how: How, access: Access | None
) -> AgreementSignature:
    """Store a signature on the agreement, which is locked. Every method uses this function.

    `access` is that of who acts; None for a link. Raises Problem: agreement_changed (not the
    terms that were read), signature_not_required, signature_exists, signature_early,
    validation_failed (`delegate_id`).
    """
    if how.sha256 is not None and how.sha256 != agreement.sha256:
        raise Problem(Code.AGREEMENT_CHANGED)
    _require_turn(agreement, signer)
    delegate_name = None
    if how.delegate_id is not None:
        delegate_name = _delegate_name(elo, signer, how.delegate_id)
    row = _add(
        agreement,
        signer,
        how,
        typed_name=how.typed_name or delegate_name,
        signed_at=how.signed_at or clock.now(),
    )
    _note("agreement.signed", row, access, role=signer.role, method=how.method)
    _follow(agreement, elo, access)
    return row


def _delegate_name(elo: Elo, signer: Signer, delegate_id: UUID) -> str:
    if signer.role is not SignerRole.PARENT or signer.person_id is None:
        raise invalid("delegate_id", "Only a parent names a delegate here.")
    return signers.delegate_of(elo, signer.person_id, delegate_id, _today(elo)).name


def _add(agreement: Agreement, signer: Signer, how: How, **columns: Any) -> AgreementSignature:
    row = AgreementSignature(
        id=db.new_id(),
        district_id=agreement.district_id,
        student_id=agreement.student_id,
        elo_id=agreement.elo_id,
        agreement_id=agreement.id,
        role=signer.role,
        person_id=signer.person_id,
        mentor_id=signer.mentor_id,
        signed_for_id=signer.signed_for_id,
        delegate_id=how.delegate_id,
        method=how.method,
        identity_check=how.identity_check,
        sha256=agreement.sha256,
        language=how.language,
        **how.kept,
        **columns,
    )
    db.session().add(row)
    db.session().flush()
    return row


def _follow(agreement: Agreement, elo: Elo, access: Access | None) -> None:
    agreement.touch()
    elo.touch()
    follow_signatures(agreement, elo, access)


def lock(agreement: Agreement) -> Elo:
    """Lock the ELO and then its agreement, and return the ELO."""
    db.lock(agreement)
    return db.session().get_one(Elo, agreement.elo_id)


def require_pending(agreement: Agreement) -> None:
    """Raise agreement_void or signature_not_required unless signatures are still given."""
    if agreement.status == AgreementStatus.VOID:
        raise Problem(Code.AGREEMENT_VOID)
    if not standing.is_pending(agreement):
        raise Problem(Code.SIGNATURE_NOT_REQUIRED, "Everybody has signed.")


def _require_turn(agreement: Agreement, signer: Signer) -> None:
    """Raise a problem unless the role is still asked to sign, and it is its turn."""
    by_role = standing.of(agreement)
    if signer.role not in by_role:
        raise Problem(Code.SIGNATURE_NOT_REQUIRED, f"No {signer.role} signs this agreement.")
    _refuse_second(agreement, signer)
    is_parent = signer.role is SignerRole.PARENT
    if by_role[signer.role] in SETTLED and not is_parent:
        raise Problem(Code.SIGNATURE_NOT_REQUIRED, f"A {signer.role} has signed already.")
    turns = standing.turns(agreement, by_role)
    is_settled = by_role[signer.role] in SETTLED
    if signer.role not in turns and not is_settled:
        raise Problem(
            Code.SIGNATURE_EARLY,
            f"First: {', '.join(turns)}.",
            extra={"waiting_for": [str(role) for role in turns]},
        )


def _refuse_second(agreement: Agreement, signer: Signer) -> None:
    """Raise signature_exists if this person or mentor has signed in this role."""
    (given,) = standing.signatures_of([agreement]).values()
    for row in given:
        is_theirs = (row.person_id, row.mentor_id) == (signer.person_id, signer.mentor_id)
        if is_theirs and row.role == signer.role and not row.is_declined:
            existing = Existing(AgreementSignature, {"id": row.id})
            raise Problem(Code.SIGNATURE_EXISTS, existing=existing)


# Declining.


def decline(
    agreement: Agreement, access: Access, words: str, role: SignerRole | None = None
) -> AgreementSignature:
    """Say that the caller will not sign, and why. They may sign later; the decline stays.

    Raises Problem: agreement_void, signature_not_required, signature_exists, actor_is_family,
    validation_failed (`role`).
    """
    elo = lock(agreement)
    require_pending(agreement)
    signer = _chosen(agreement, elo, access, role)
    language = db.session().get_one(Person, access.caller.person_id).language
    how = How(SigningMethod.ACCOUNT, IdentityCheck.ACCOUNT_LOGIN, language)
    return record_decline(agreement, elo, signer, words, how, access)


def record_decline(
    agreement: Agreement, elo: Elo, signer: Signer, words: str, how: How, access: Access | None
) -> AgreementSignature:
    """Store a decline on the agreement, which is locked. It needs no turn.

    Raises Problem: signature_not_required, signature_exists.
    """
    if signer.role not in agreement.signers:
        raise Problem(Code.SIGNATURE_NOT_REQUIRED, f"No {signer.role} signs this agreement.")
    _refuse_second(agreement, signer)
    row = _add(agreement, signer, how, is_declined=True, words=words)
    _note("agreement.declined", row, access, role=signer.role)
    _follow(agreement, elo, access)
    return row


# Moves of the life cycle, where no signature completes it.


def settle(agreement: Agreement, access: Access) -> None:
    """Complete an agreement that waits for nobody any more, as after an 18th birthday."""
    _complete(agreement, lock(agreement), access)


def settle_split(agreement: Agreement, access: Access) -> None:
    """Decide, where one parent signed and another declined, that the agreement stands."""
    elo = lock(agreement)
    _note("agreement.split_settled", agreement, access, edition=agreement.edition)
    _complete(agreement, elo, access)


def runs_its_elo(agreement: Any, access: Access) -> Reason | None:
    """Why not: another school runs the ELO."""
    elo = getattr(agreement, "of_elo", None) or db.session().get_one(Elo, agreement.elo_id)
    return places.runs_it(elo, access)


def nobody_is_left(agreement: Any, _access: Access) -> Reason | None:
    """Why not: somebody has still to sign."""
    by_role = _looked_up(agreement)
    if standing.is_settled(by_role):
        return None
    left = (role for role, status in by_role.items() if status not in SETTLED)
    return f"Still to sign: {', '.join(left)}."


def only_parents_disagree(agreement: Any, _access: Access) -> Reason | None:
    """Why not: the parents do not disagree, or others have still to sign."""
    by_role = _looked_up(agreement)
    if standing.is_split(by_role):
        return None
    is_there = RequirementStatus.SPLIT in by_role.values()
    return "Others have still to sign." if is_there else "No parents disagree about it."


def look_up(agreements: Iterable[Any], access: Access) -> None:
    """Set on each agreement its ELO and the statuses of its roles today, in few queries for all."""
    agreements = list(agreements)
    found = standing.of_many(agreements)
    query = select(Elo).where(Elo.id.in_({one.elo_id for one in agreements}))
    by_id = {elo.id: elo for elo in db.session().scalars(query).unique()}
    places.look_up(by_id.values(), access)
    for agreement in agreements:
        agreement.by_role, agreement.of_elo = found[agreement.id], by_id[agreement.elo_id]


def _looked_up(agreement: Any) -> standing.Statuses:
    by_role: standing.Statuses | None = getattr(agreement, "by_role", None)
    return standing.of(agreement) if by_role is None else by_role


# What becomes of an agreement when its ELO changes.


def is_agreed(elo: Elo, _access: Access) -> Reason | None:
    """Why the work may not begin or go on: the ELO as it is now is not what everybody signed."""
    if elo.skips(SkippableState.AGREEMENT_PENDING):
        return None
    agreement = standing.newest(elo.id)
    if agreement is None or agreement.status != AgreementStatus.COMPLETE:
        return Code.AGREEMENT_MISSING
    changed = terms.deviations(agreement.terms, elo)
    if changed:
        words = f"Changed since it was signed: {', '.join(changed)}."
        return Problem(Code.AGREEMENT_MISSING, words)
    return None


def follow_change(elo: Elo, access: Access | None, changed: frozenset[str]) -> None:
    """Void the agreement if the ELO has gone beyond its terms, and freeze the next (`ON_CHANGED`).

    The ELO's own terms are compared, whatever changed, so that a delegate voids nothing.
    """
    if elo.status not in BOUND:
        return
    if elo.skips(SkippableState.AGREEMENT_PENDING):
        _follow_unsigned(elo, access, changed)
        return
    agreement = standing.newest(elo.id)
    if agreement is None or agreement.status == AgreementStatus.VOID:
        return
    reasons = terms.deviations(agreement.terms, elo)
    if not reasons:
        return
    _void(agreement, reasons[0], access)
    _move(elo, access, is_unsafe=not UNSAFE.isdisjoint(reasons))
    _freeze(elo, access)


def _follow_unsigned(elo: Elo, access: Access | None, changed: frozenset[str]) -> None:
    """Suspend an active ELO that nobody signs at a new place, or with a mentor not cleared."""
    if elo.status != EloStatus.ACTIVE:
        return
    is_elsewhere = not PLACE.isdisjoint(changed)
    if is_elsewhere or (AssignmentRole.MENTOR in changed and _is_unattended(elo)):
        _move(elo, access, is_unsafe=True)


def _is_unattended(elo: Elo) -> bool:
    """Whether the ELO has no mentor today, or one who is not cleared."""
    today = _today(elo)
    return conditions.lacks_mentor(elo, today) or bool(conditions.uncleared(elo, today))


def _void(agreement: Agreement, reason: VoidReason, access: Access | None) -> None:
    agreement.status, agreement.voided_at = AgreementStatus.VOID, clock.now()
    agreement.void_reason, agreement.waiting_for = reason, frozenset()
    _note("agreement.voided", agreement, access, edition=agreement.edition, reason=reason)


def _move(elo: Elo, access: Access | None, *, is_unsafe: bool) -> None:
    """What the ELO does without an agreement: hours that were logged stay."""
    if elo.status == EloStatus.APPROVED:
        elos.advance(elo, access, EloStatus.AGREEMENT_PENDING)
    elif elo.status == EloStatus.ACTIVE and is_unsafe:
        stops.end_grace(elo, _today(elo))
        elos.advance(elo, access, EloStatus.SUSPENDED)
    elif elo.status == EloStatus.ACTIVE and elo.unagreed_until is None:
        elo.unagreed_until = school_days.later(_today(elo), _days_left(elo))


def _days_left(elo: Elo) -> int:
    district = db.session().get_one(District, elo.district_id)
    return district_settings.of(district).unagreed_school_days


def _today(elo: Elo) -> date:
    return terms.today_in(elo.district_id)


def follow_end(elo: Elo, access: Access) -> None:
    """Void an agreement that still waits for signatures when its ELO ends (`ON_ENDED`)."""
    agreement = standing.newest(elo.id)
    if elo.status in ENDED and agreement is not None and standing.is_pending(agreement):
        _void(agreement, VoidReason.ENDED, access)
