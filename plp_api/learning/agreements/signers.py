"""Who may sign an agreement in which role today: with an account, in the room, or by link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.elo_profiles.models import SignerRole
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import Relationship
from plp_api.learning.agreements import standing
from plp_api.learning.agreements.models import Agreement, AgreementSignature, SigningMethod
from plp_api.learning.elos import team
from plp_api.learning.elos.models import Elo
from plp_api.people.identity import openers
from plp_api.planning.signatures.models import SignatureDelegate
from plp_api.planning.signatures.signers import meet

OF_TEAM = {
    SignerRole.COOPERATING_TEACHER: AssignmentRole.COOPERATING_TEACHER,
    SignerRole.TEACHER_OF_RECORD: AssignmentRole.TEACHER_OF_RECORD,
    SignerRole.COORDINATOR: AssignmentRole.COORDINATOR,
}
"""The roles that members of the team sign in, with their account."""
APART = frozenset({SignerRole.PARENT, SignerRole.MENTOR})
"""Whose signature in the room is witnessed by somebody other than who signs as coordinator."""
NOT_BY_THE_COORDINATOR = (
    "Who signs as coordinator does not witness a parent or a mentor: another adult who works with"
    " the student does, such as a teacher of the team."
)
NOT_BY_THE_TEAM_S_CODE = (
    "Somebody who acts for the school on this ELO issued the code that opened this account. Ask for"
    " a code by mail or from somebody else, or sign in the room."
)


@dataclass(frozen=True)
class Signer:
    """Somebody who may sign in a role; a delegate on the staff signs for `signed_for_id`."""

    role: SignerRole
    person_id: UUID | None = None
    mentor_id: UUID | None = None
    signed_for_id: UUID | None = None


def of_caller(agreement: Agreement, elo: Elo, access: Access) -> dict[SignerRole, Signer]:
    """The roles in which the caller signs this agreement today.

    Raises Problem: actor_is_family (they hold roles of the school, and the student is their own).
    """
    found = {**_of_family(elo, access), **_of_school(elo, access)}
    wanted = {role: one for role, one in found.items() if role in agreement.signers}
    if wanted and not wanted.keys() & {SignerRole.STUDENT, SignerRole.PARENT}:
        access.refuse_family(elo.student_id)
    if access.is_own(elo.student_id):
        wanted.pop(SignerRole.SCHOOL_ADMIN, None)
        wanted = {role: one for role, one in wanted.items() if role not in OF_TEAM}
    return wanted


def _of_family(elo: Elo, access: Access) -> dict[SignerRole, Signer]:
    by, student_id = access.caller.person_id, elo.student_id
    if by == student_id:
        return {SignerRole.STUDENT: Signer(SignerRole.STUDENT, by)}
    if access.decides_for(student_id) and access.may_as(
        Role.PARENT, Permission.ELOS_SIGN, student_id
    ):
        return {SignerRole.PARENT: Signer(SignerRole.PARENT, by)}
    return {}


def _of_school(elo: Elo, access: Access) -> dict[SignerRole, Signer]:
    by, found = access.caller.person_id, {}
    assigned = team.on_day([elo.id], access.caller.today)
    for role, assignment_role in OF_TEAM.items():
        own = [one for one in assigned if one.person_id == by and one.role == assignment_role]
        if own:
            found[role] = Signer(role, by, signed_for_id=_principal(own[0], assigned))
    if access.may_as(Role.SCHOOL_ADMIN, Permission.ELOS_SIGN, elo.student_id):
        found[SignerRole.SCHOOL_ADMIN] = Signer(SignerRole.SCHOOL_ADMIN, by)
    return found


def _principal(assignment: Assignment, assigned: Sequence[Assignment]) -> UUID | None:
    """For whom the assignment stands in, if it is a delegate's."""
    of = (one.person_id for one in assigned if one.id == assignment.delegate_of_id)
    return next(of, None)


# Those who sign without an account.


def require_absent(elo: Elo, role: SignerRole, somebody: UUID, on: date) -> Signer:
    """Student, parent or mentor, by the id of the person or mentor, if they sign in that role.

    Raises Problem: validation_failed (`person_id`, `mentor_id`).
    """
    if role is SignerRole.MENTOR:
        if not is_mentor(elo, somebody, on):
            raise invalid("mentor_id", "They are not the mentor of this ELO on that day.")
        return Signer(role, mentor_id=somebody)
    is_student = role is SignerRole.STUDENT and somebody == elo.student_id
    is_parent = role is SignerRole.PARENT and somebody in deciders(elo.student_id, on)
    if not (is_student or is_parent):
        detail = "Does not sign in that role on that day: a parent signs while they may decide."
        raise invalid("person_id", detail)
    return Signer(role, person_id=somebody)


def require_other_witness(agreement: Agreement, role: SignerRole, elo: Elo, access: Access) -> None:
    """Raise witness_not_apart where the caller coordinates the ELO and signs that agreement too.

    Otherwise one person could complete it alone: nobody else hears of what a mentor signs in the
    room.
    """
    if role in APART and SignerRole.COORDINATOR in agreement.signers:
        coordinators = team.people_in(elo.id, AssignmentRole.COORDINATOR, access.caller.today)
        if not access.selves.isdisjoint(coordinators):
            raise Problem(Code.WITNESS_NOT_APART, NOT_BY_THE_COORDINATOR)


def require_not_witness(agreement: Agreement, signer: Signer) -> None:
    """Raise witness_not_apart where who signs as coordinator witnessed one whom another must."""
    if signer.role is not SignerRole.COORDINATOR:
        return
    witnessed = select(AgreementSignature.id).where(
        AgreementSignature.agreement_id == agreement.id,
        AgreementSignature.method == SigningMethod.IN_ROOM,
        AgreementSignature.role.in_(APART),
        AgreementSignature.recorded_by == signer.person_id,
    )
    if db.session().scalar(witnessed.limit(1)) is not None:
        raise Problem(Code.WITNESS_NOT_APART, NOT_BY_THE_COORDINATOR)


def is_mentor(elo: Elo, mentor_id: UUID, on: date) -> bool:
    """Whether that mentor works with the student on the ELO on the day."""
    return any(mentor.id == mentor_id for mentor in team.mentors_of(elo.id, on))


def deciders(student_id: UUID, on: date) -> set[UUID]:
    """The parents who may sign for the student on the day; none once the rights are the student's.

    15 V.S.A. 664; 34 CFR 99.5.
    """
    if db.session().get_one(Student, student_id).holds_rights(on):
        return set()
    query = select(Relationship.person_id).where(
        Relationship.student_id == student_id, *standing.deciding(on)
    )
    return set(db.session().scalars(query))


def delegate_of(elo: Elo, parent_id: UUID, delegate_id: UUID, on: date) -> SignatureDelegate:
    """The adult whom the parent named to sign in their place. Raises validation_failed."""
    delegate = db.session().get(SignatureDelegate, delegate_id)
    named = delegate and (delegate.student_id, delegate.parent_id)
    if delegate is None or named != (elo.student_id, parent_id):
        raise invalid("delegate_id", "That parent has named no such delegate for this student.")
    if not spans.is_held_on(delegate, on):
        raise invalid("delegate_id", "The delegation does not hold on that day.")
    return delegate


def opener_of(elo: Elo, signer: Signer) -> UUID | None:
    """Whose code opened the account of a student or parent who signs with it.

    Raises Problem(signer_is_approver) if it was somebody's who acts for the school on the ELO:
    they could have opened the account for themselves.
    """
    if signer.person_id is None or signer.role not in (SignerRole.STUDENT, SignerRole.PARENT):
        return None
    opener = openers.of([signer.person_id]).get(signer.person_id)
    if opener is not None and meet([opener], _for_school(elo)):
        raise Problem(Code.SIGNER_IS_APPROVER, NOT_BY_THE_TEAM_S_CODE)
    return opener


def _for_school(elo: Elo) -> set[UUID]:
    """Who acts or acted for the school on the ELO."""
    assigned = select(Assignment.person_id).where(
        Assignment.subject_type == team.SUBJECT,
        Assignment.subject_id == elo.id,
        Assignment.person_id.is_not(None),
    )
    people = {*db.session().scalars(assigned), elo.accepted_by}
    return {person for person in people if person is not None}
