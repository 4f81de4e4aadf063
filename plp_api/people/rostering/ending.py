"""End the record of a person whose key in the SIS now belongs to another person.

The rows about them stay theirs. They keep no relationship, no session, no open plan and no key,
so that the next holder of the key gets nothing of theirs.
"""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select, update

from plp_api.foundation import clock, db
from plp_api.foundation.access import revocation
from plp_api.foundation.roster import followers
from plp_api.foundation.roster.classes import Enrollment
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import LoginSession, Person, PersonStatus, Student
from plp_api.foundation.roster.relationships import (
    AdvisoryAdvisor,
    AdvisoryMember,
    Appointment,
    Placement,
    Relationship,
    RelationshipKind,
    SchoolEnrollment,
)
from plp_api.people.identity import sessions
from plp_api.people.identity.models import Invitation
from plp_api.people.identity.sessions import EndReason
from plp_api.people.rostering.difference import Comparison, execute
from plp_api.people.rostering.models import Leaver
from plp_api.people.rostering.relationships import end, is_not_over

# Every table of dated relationships, with the columns that may name a person.
TIES: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("school_enrollments", SchoolEnrollment, ("student_id",)),
    ("enrollments", Enrollment, ("person_id",)),
    ("advisory_members", AdvisoryMember, ("student_id",)),
    ("advisory_advisors", AdvisoryAdvisor, ("person_id",)),
    ("appointments", Appointment, ("person_id",)),
    ("placements", Placement, ("student_id",)),
    ("home_studies", HomeStudy, ("student_id",)),
)


def end_record(person_id: UUID, comparison: Comparison, by: UUID | None) -> None:
    """End everything that the person holds today, and remove their key.

    They become a leaver, so that a later roster that names them gives their access back.
    """
    person = db.session().get_one(Person, person_id)
    is_student = db.session().get(Student, person_id) is not None
    if person.status == PersonStatus.ACTIVE:
        comparison.note_meant("people", 1)
    person.sourced_id = person.username = None
    person.status = PersonStatus.DISABLED
    if db.session().get(Leaver, person_id) is None:
        left = {"district_id": comparison.district_id, "left_on": comparison.today}
        db.session().add(Leaver(person_id=person_id, **left))
    db.session().flush()
    _recall(person_id)
    _end_ties(person_id, comparison)
    _shut_out(person_id, by)
    if is_student:
        followers.record_ended(comparison.district_id, [person_id], comparison.today, by)


def _recall(person_id: UUID) -> None:
    """Recall the links and answers that were issued because of the relationships that end."""
    family = select(Relationship.person_id, Relationship.student_id).where(
        (Relationship.student_id == person_id) | (Relationship.person_id == person_id),
        Relationship.kind == RelationshipKind.PARENT,
    )
    revocation.forget_answers(person_id)
    for parent_id, student_id in db.session().execute(family.distinct()).all():
        revocation.forget_answers(parent_id)
        for withdraw in revocation.ON_REVOKED:
            withdraw(parent_id, student_id)


def _end_ties(person_id: UUID, comparison: Comparison) -> None:
    for name, model, columns in TIES:
        table = cast(Table, model.__table__)
        for column in columns:
            ended = _end(table, table.c[column] == person_id, comparison)
            comparison.note_meant(name, ended)
    relationships = cast(Table, Relationship.__table__).c
    is_theirs = (relationships.student_id == person_id) | (relationships.person_id == person_id)
    is_family = relationships.kind == RelationshipKind.PARENT
    for name, criterion in (("family_links", is_family), ("advisors", ~is_family)):
        ended = _end(cast(Table, Relationship.__table__), is_theirs & criterion, comparison)
        comparison.note_meant(name, ended)
    keys = update(Enrollment).where(Enrollment.person_id == person_id)
    execute(keys.values(sourced_id=None).execution_options(synchronize_session=False))


def _end(table: Table, criterion: ColumnElement[bool], comparison: Comparison) -> int:
    return end(table, criterion & is_not_over(table, comparison), comparison)


def _shut_out(person_id: UUID, by: UUID | None) -> None:
    unused = update(Invitation).where(
        Invitation.person_id == person_id,
        Invitation.used_at.is_(None),
        Invitation.ended_at.is_(None),
    )
    execute(unused.values(ended_at=clock.now()).execution_options(synchronize_session=False))
    own = select(LoginSession).where(LoginSession.person_id == person_id, sessions.is_open())
    sessions.end(db.session().scalars(own).all(), EndReason.REVOKED, by)
