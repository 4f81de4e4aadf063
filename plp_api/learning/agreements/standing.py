"""Who must sign an agreement today, who has, and whose turn it is: computed on every read.

A requirement belongs to a role: whoever holds the role on the day signs. No parent has to sign
once the rights are the student's, or while a waiver says that there is none; so a birthday may
leave an agreement that waits for nobody (`is_settled`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from plp_api.catalog.elo_profiles.models import SignerRole
from plp_api.foundation import db
from plp_api.foundation.roster import district_settings, spans
from plp_api.foundation.roster.district_settings import DecidingParents
from plp_api.foundation.roster.models import District, Student
from plp_api.foundation.roster.relationships import (
    RecordKind,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
)
from plp_api.learning.agreements.models import Agreement, AgreementSignature, AgreementStatus
from plp_api.learning.elos.models import Elo
from plp_api.planning.signatures.models import RequirementStatus, SignatureWaiver
from plp_api.planning.signatures.standing import SETTLED

Statuses = dict[SignerRole, RequirementStatus]


@dataclass(frozen=True)
class Parents:
    """What is asked of a student's parents on a day: of `deciders` one must sign, or all."""

    deciders: frozenset[UUID] = field(default_factory=frozenset)
    is_theirs: bool = True
    is_waived: bool = False
    must_all: bool = False


def waits_on_mentor() -> ColumnElement[bool]:
    """Whether the agreement of an ELO waits for its mentor to sign."""
    is_pending = Agreement.status == AgreementStatus.PENDING
    is_turn = db.has_tag(Agreement.waiting_for, SignerRole.MENTOR)
    return exists().where(Agreement.elo_id == Elo.id, is_pending, is_turn)


def deciding(on: date) -> tuple[ColumnElement[bool], ...]:
    """The criteria of a Relationship of a parent who may sign an ELO's agreement on the day."""
    return (
        Relationship.kind == RelationshipKind.PARENT,
        Relationship.status == RelationshipStatus.CONFIRMED,
        Relationship.may_decide.is_(True),
        ~db.has_tag(Relationship.denied, RecordKind.ELOS),
        spans.holds_on(Relationship, on),
    )


def parents_of(district_id: UUID, student_ids: Iterable[UUID]) -> dict[UUID, Parents]:
    """The same for each of these students of a district today, in three queries for all."""
    students = sorted(set(student_ids))
    district = db.session().get_one(District, district_id)
    rule, on = district_settings.of(district).deciding_parents, district.today
    deciders = select(Relationship.student_id, Relationship.person_id).where(
        Relationship.student_id.in_(students), *deciding(on)
    )
    by_student: dict[UUID, set[UUID]] = {student: set() for student in students}
    for student_id, person_id in db.session().execute(deciders):
        by_student[student_id].add(person_id)
    waived = set(
        db.session().scalars(
            select(SignatureWaiver.student_id).where(
                SignatureWaiver.student_id.in_(students), spans.holds_on(SignatureWaiver, on)
            )
        )
    )
    rows = db.session().scalars(select(Student).where(Student.id.in_(students)))
    return {
        row.id: Parents(
            frozenset() if row.holds_rights(on) else frozenset(by_student[row.id]),
            is_theirs=not row.holds_rights(on),
            is_waived=row.id in waived,
            must_all=rule == DecidingParents.ALL,
        )
        for row in rows
    }


def statuses(
    agreement: Agreement, signatures: Collection[AgreementSignature], parents: Parents
) -> Statuses:
    """The status of each role that must sign, in the order of the agreement."""
    return {
        role: _of_parents(signatures, parents)
        if role is SignerRole.PARENT
        else _of_others(role, signatures)
        for role in map(SignerRole, agreement.signers)
    }


def _of_others(role: SignerRole, signatures: Collection[AgreementSignature]) -> RequirementStatus:
    """Of a role that one of its holders signs."""
    given = [one for one in signatures if one.role == role]
    if any(not one.is_declined for one in given):
        return RequirementStatus.SIGNED
    return RequirementStatus.DECLINED if given else RequirementStatus.OPEN


def _of_parents(signatures: Collection[AgreementSignature], parents: Parents) -> RequirementStatus:
    """Of the parents. `split` (one signed, another declined) waits for an admin."""
    given = [one for one in signatures if one.role == SignerRole.PARENT]
    signed = {one.person_id for one in given if not one.is_declined}
    declined = {one.person_id for one in given if one.is_declined} - signed
    is_signed = bool(signed) and not (parents.must_all and parents.deciders - signed)
    if not parents.is_theirs:
        return RequirementStatus.SIGNED if is_signed else RequirementStatus.NOT_REQUIRED
    has_declined = bool(declined & parents.deciders)
    if is_signed and not has_declined:
        return RequirementStatus.SIGNED
    if parents.is_waived:
        return RequirementStatus.NOT_APPLICABLE
    if is_signed:
        return RequirementStatus.SPLIT
    return RequirementStatus.DECLINED if has_declined else RequirementStatus.OPEN


def is_settled(by_role: Mapping[SignerRole, RequirementStatus]) -> bool:
    """Whether nobody is left to sign."""
    return all(status in SETTLED for status in by_role.values())


def is_split(by_role: Mapping[SignerRole, RequirementStatus]) -> bool:
    """Whether nobody is left but parents who disagree."""
    left = {status for status in by_role.values() if status not in SETTLED}
    return left == {RequirementStatus.SPLIT}


def turns(agreement: Agreement, by_role: Statuses) -> list[SignerRole]:
    """The roles that may sign now: where an order binds, the first that has not."""
    left = [role for role, status in by_role.items() if status not in SETTLED]
    return left[:1] if agreement.is_ordered else left


def signatures_of(agreements: Iterable[Agreement]) -> dict[UUID, list[AgreementSignature]]:
    """The signatures and declines of each agreement, oldest first, in one query for all."""
    by_agreement: dict[UUID, list[AgreementSignature]] = {one.id: [] for one in agreements}
    given = select(AgreementSignature).where(
        AgreementSignature.agreement_id.in_(sorted(by_agreement))
    )
    order = AgreementSignature.signed_at, AgreementSignature.id
    for row in db.session().scalars(given.order_by(*order)):
        by_agreement[row.agreement_id].append(row)
    return by_agreement


def of(agreement: Agreement) -> Statuses:
    """The statuses of one agreement today."""
    return of_many([agreement])[agreement.id]


def of_many(agreements: Sequence[Agreement]) -> dict[UUID, Statuses]:
    """The statuses of each agreement today, in few queries for all."""
    given = signatures_of(agreements)
    parents: dict[UUID, Parents] = {}
    for district_id in {one.district_id for one in agreements}:
        students = {one.student_id for one in agreements if one.district_id == district_id}
        parents |= parents_of(district_id, students)
    return {one.id: statuses(one, given[one.id], parents[one.student_id]) for one in agreements}


def newest(elo_id: UUID) -> Agreement | None:
    """The newest edition of the ELO's agreement, if there is one."""
    editions = select(Agreement).where(Agreement.elo_id == elo_id)
    return db.session().scalars(editions.order_by(Agreement.edition.desc()).limit(1)).first()


def newest_of(elo_ids: Iterable[UUID]) -> dict[UUID, Agreement]:
    """The newest edition of the agreement of each ELO that has one, in one query for all."""
    editions = select(Agreement).where(Agreement.elo_id.in_(sorted(elo_ids)))
    rows = db.session().scalars(editions.order_by(Agreement.edition))
    return {row.elo_id: row for row in rows}


def is_pending(agreement: Agreement) -> bool:
    """Whether signatures are still given on it."""
    return agreement.status == AgreementStatus.PENDING
