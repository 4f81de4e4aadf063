"""Whether a person without a session may sign by link today, as `access` decides it."""

from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.models import Person, Student
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures import signers
from plp_api.planning.signatures.models import SignerRole

ROLES = {SignerRole.STUDENT: Role.STUDENT, SignerRole.PARENT: Role.PARENT}
"""The roles of people who sign without an account; the school signs by approving."""

NEEDED = (
    Permission.SIGNATURES_SIGN,
    Permission.PLANS_READ,
    Permission.GOALS_READ,
    Permission.PATHWAYS_READ,
)
"""A signer needs them all: nobody signs a plan that a court order keeps them from reading."""


def access_of(person_id: UUID, version: PlanVersion) -> Access:
    """The access that the person would have today if they were signed in."""
    person = db.session().get_one(Person, person_id)
    return Access(callers.absent(person, signers.today_of(version)))


def may_sign(signer: Access, role: SignerRole, version: PlanVersion) -> bool:
    """Whether the person may read the version and sign it in that role today.

    A parent must have the right to decide, and signs only until the rights are the
    student's (15 V.S.A. 664; 34 CFR 99.5). A student signs by link only once they
    hold the rights: a younger student's mailbox may be read by the family.
    """
    student_id, person_id = version.student_id, signer.caller.person_id
    if signers.signs_as(student_id, person_id, signer.caller.today) is not role:
        return False
    if not all(signer.may_as(ROLES[role], one, student_id) for one in NEEDED):
        return False
    student = db.session().get_one(Student, student_id)
    return role is not SignerRole.STUDENT or student.holds_rights(signer.caller.today)


def is_delegate(delegate_id: UUID, version: PlanVersion, signer: Access) -> bool:
    """Whether the row names a delegate who may sign in this parent's place today."""
    caller = signer.caller
    try:
        signers.delegate_of(version, caller.person_id, delegate_id, caller.today)
    except Problem:
        return False
    return True
