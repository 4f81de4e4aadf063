"""Who may sign a version in which role; approvers may not sign as family."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, union_all
from sqlalchemy.orm import aliased

from plp_api.foundation import db
from plp_api.foundation.access.caller import CALLER, selves
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import AccountPerson, District, Student
from plp_api.foundation.roster.relationships import Relationship
from plp_api.people.identity import openers
from plp_api.planning.plans import guards
from plp_api.planning.plans.models import Plan, PlanVersion, Regime, VersionStatus
from plp_api.planning.signatures import standing
from plp_api.planning.signatures.models import Signature, SignatureDelegate, SignerRole

NOT_BY_ITS_APPROVER = (
    "Nobody acts for the school and for the family on one version: a person who approved it, with"
    " any of their accounts, cannot sign it as the student or a parent (16 V.S.A. 942: the plan is"
    " developed by the student, a representative of the school, and the parents)."
)
NOT_BY_THE_APPROVER_S_CODE = (
    "The approver of the version issued the code that opened this account. Ask for a code by mail"
    " or from somebody else, or for a link with a witness."
)


def today_of(version: PlanVersion) -> date:
    """The date in the version's district."""
    return db.session().get_one(District, version.district_id).today


def deciders(student_id: UUID, on: date) -> list[UUID]:
    """The ids of the parents who may decide for the student on the day (`standing.deciding`).

    Empty after the transfer of rights; the student is never in it.
    """
    student = db.session().get_one(Student, student_id)
    if student.holds_rights(on):
        return []
    query = select(Relationship.person_id).where(
        Relationship.student_id == student_id, *standing.deciding(on)
    )
    return list(dict.fromkeys(db.session().scalars(query.order_by(Relationship.id))))


def signs_as(student_id: UUID, person_id: UUID, on: date) -> SignerRole | None:
    """The family role in which the person signs for the student on the day, or None."""
    if person_id == student_id:
        return SignerRole.STUDENT
    return SignerRole.PARENT if person_id in deciders(student_id, on) else None


def counted(version: PlanVersion) -> UUID:
    """The id of the version whose signatures count for this one."""
    return version.signed_version_id or version.id


def require_open(version: PlanVersion) -> None:
    """Raise action_unavailable or plan_closed unless the version can be signed."""
    if version.status != VersionStatus.IN_FORCE:
        raise Problem(
            Code.ACTION_UNAVAILABLE,
            f"It is {version.status}; only a version in force can be signed.",
        )
    guards.require_open(version.plan)


def has_signed(version: PlanVersion, role: SignerRole, person_id: UUID | None = None) -> bool:
    """Whether a signature of that role, and of that person if given, counts for the version."""
    query = select(Signature.id).where(
        Signature.signed_version_id == counted(version), Signature.role == role
    )
    if person_id is not None:
        query = query.where(Signature.person_id == person_id)
    return db.session().scalars(query.limit(1)).first() is not None


def approvers(version: PlanVersion) -> set[UUID]:
    """The approvers of the version and of the version whose signatures it shares."""
    first = db.session().get_one(PlanVersion, counted(version))
    return {
        person_id for person_id in (version.approved_by, first.approved_by) if person_id is not None
    }


def refuse_approver(
    version: PlanVersion, people: Iterable[UUID], why: str = NOT_BY_ITS_APPROVER
) -> None:
    """Raise signer_is_approver if one of these people approved the version (not in home study)."""
    if version.regime != Regime.HOME_STUDY and meet(approvers(version), people):
        raise Problem(Code.SIGNER_IS_APPROVER, why)


def is_approver(version: Any, counted: Any) -> ColumnElement[bool]:
    """SQL: whether the caller approved the version, or the one whose signatures it shares.

    As `refuse_approver`, for one caller and many versions.
    """
    return and_(version.regime != Regime.HOME_STUDY, _approved_by(selves(), version, counted))


def is_approver_the_opener(version: Any, counted: Any) -> ColumnElement[bool]:
    """SQL: whether the caller's account was opened by a code of the version's approver."""
    last = openers.last_of(CALLER)
    own, shared = aliased(AccountPerson), aliased(AccountPerson)
    same_account = (
        select(shared.person_id)
        .join(own, own.account_id == shared.account_id)
        .where(own.person_id == last)
    )
    opener = union_all(select(last), same_account)
    return and_(version.regime != Regime.HOME_STUDY, _approved_by(opener, version, counted))


def _approved_by(people: Any, version: Any, counted: Any) -> ColumnElement[bool]:
    return or_(version.approved_by.in_(people), counted.approved_by.in_(people))


def meet(some: Iterable[UUID], others: Iterable[UUID]) -> bool:
    """Whether a human being is in both groups, as the same person or by the same account.

    One account may hold two persons, for example a staff member and a parent.
    """
    left, right = set(some), set(others)
    if not left or not right or left & right:
        return bool(left & right)
    of_both = select(AccountPerson.account_id, AccountPerson.person_id).where(
        or_(AccountPerson.person_id.in_(left), AccountPerson.person_id.in_(right))
    )
    accounts: dict[bool, set[UUID]] = {True: set(), False: set()}
    for account_id, person_id in db.session().execute(of_both):
        accounts[person_id in left].add(account_id)
    return bool(accounts[True] & accounts[False])


def delegate_of(
    version: PlanVersion, person_id: UUID, delegate_id: UUID, on: date
) -> SignatureDelegate:
    """The parent's delegate for this student, if the delegation holds on the day.

    Raises Problem(validation_failed) for `delegate_id` otherwise.
    """
    delegate = db.session().get(SignatureDelegate, delegate_id)
    if delegate is None or (delegate.student_id, delegate.parent_id) != (
        version.student_id,
        person_id,
    ):
        raise invalid("delegate_id", "That parent has named no such delegate for this student.")
    if not spans.is_held_on(delegate, on):
        raise invalid("delegate_id", "The delegation does not hold today.")
    return delegate


def stir(student_id: UUID) -> None:
    """Stir the student's plan, if there is one."""
    for plan in db.session().scalars(select(Plan).where(Plan.student_id == student_id)):
        plan.stir()
