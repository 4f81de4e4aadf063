"""Let one person reach one artifact for a time: whoever judges it, or called for it."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.roster.assignments import SUBJECTS, Assignment, AssignmentRole
from plp_api.learning.artifacts.models import Artifact

SUBJECT = Artifact.__tablename__
SUBJECTS[SUBJECT] = Artifact


def of(artifact_id: UUID, role: AssignmentRole, person_id: UUID) -> Select[Assignment]:
    """The assignments of the person to the artifact in the role, those that are over too."""
    return select(Assignment).where(
        Assignment.subject_type == SUBJECT,
        Assignment.subject_id == artifact_id,
        Assignment.role == role,
        Assignment.person_id == person_id,
    )


def assign(artifact: Artifact, role: AssignmentRole, person_id: UUID, access: Access) -> None:
    """Let the person reach the artifact in the role, from today on."""
    row = Assignment(
        id=db.new_id(),
        district_id=artifact.district_id,
        student_id=artifact.student_id,
        subject_type=SUBJECT,
        subject_id=artifact.id,
        role=role,
        person_id=person_id,
        starts_on=access.caller.today,
    )
    db.session().add(row)
    _note("assignment.added", row, access)


def set_end(row: Assignment, ends_on: date | None, access: Access) -> None:
    """Set the first day on which the assignment no longer holds; None: it has no end."""
    if row.ends_on == ends_on:
        return
    row.ends_on = ends_on
    _note("assignment.changed", row, access)


def _note(what: str, row: Assignment, access: Access) -> None:
    facts: dict[str, Any] = {"role": row.role, "person_id": row.person_id}
    facts |= {"starts_on": row.starts_on, "ends_on": row.ends_on}
    audit.record(what, row, by=access.caller.person_id, **facts)
