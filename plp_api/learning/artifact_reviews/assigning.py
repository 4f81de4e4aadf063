"""Who may judge a work, and the assignment by which they reach it for as long as they need it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select

from plp_api.foundation import db
from plp_api.foundation.access import staff
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.models import Person, Student
from plp_api.learning.artifact_reviews import standing
from plp_api.learning.artifact_reviews.models import (
    OPEN,
    ArtifactReview,
    ArtifactReviewStatus,
)
from plp_api.learning.artifacts import assigning as assignments
from plp_api.learning.artifacts.models import Artifact
from plp_api.people.directory import references

NOT_STAFF = "They hold no office and teach no class today, or may not judge this work."
JUDGED_IT = "They judged it; somebody else settles the appeal."


def check(review: ArtifactReview, access: Access, person_id: UUID) -> None:
    """Check that the person is one of the `candidates`.

    Only of the work's own student the answer tells why: whoever assigns may know neither the
    other makers nor families. Raises Problem: evaluator_is_author, person_is_student,
    validation_failed (`evaluator_id`).
    """
    if person_id == review.student_id:
        raise Problem(Code.EVALUATOR_IS_AUTHOR)
    if review.status == ArtifactReviewStatus.APPEALED and person_id == review.decided_by:
        raise invalid("evaluator_id", JUDGED_IT)
    references.adult(access, person_id, "evaluator_id")
    named = candidates(review, access).where(Person.id == person_id)
    if db.session().scalar(named) is None:
        raise invalid("evaluator_id", NOT_STAFF)


def candidates(review: ArtifactReview, access: Access) -> Select[Any]:
    """Who may be named: the staff of the caller's district today, but for a few.

    Left out are the family of whoever made the work, the caller's own household, and of an appeal
    who judged the work.
    """
    makers = standing.work_of(review, access).makers
    found = select(Person).where(
        Person.district_id == access.caller.district_id,
        staff.is_staff(Person, access.caller.today),
        staff.is_unrelated_to(Person.id, makers),
        ~exists().where(Student.id == Person.id),
    )
    if access.household:
        found = found.where(Person.id.not_in(access.household))
    if review.status == ArtifactReviewStatus.APPEALED:
        found = found.where(Person.id != review.decided_by)
    return found


def begin(review: ArtifactReview, access: Access, person_id: UUID) -> None:
    """Let the person reach the work from today on; somebody who does already is not added."""
    if db.session().scalar(_held(review, person_id, access.caller.today)) is not None:
        return
    artifact = db.session().get_one(Artifact, review.artifact_id)
    assignments.assign(artifact, AssignmentRole.REVIEWER, person_id, access)


def end(review: ArtifactReview, access: Access, person_id: UUID | None) -> None:
    """End the person's reach to the work now, unless another review of it waits for them."""
    _end(review, access, person_id, access.caller.today)


def end_tonight(review: ArtifactReview, access: Access) -> None:
    """End the evaluator's reach with the day: until then they read what they decided."""
    _end(review, access, review.evaluator_id, access.caller.today + timedelta(days=1))


def _end(review: ArtifactReview, access: Access, person_id: UUID | None, day: date) -> None:
    if person_id is None or _is_needed_elsewhere(review, person_id):
        return
    for row in db.session().scalars(_held(review, person_id, access.caller.today)).all():
        assignments.set_end(row, day, access)


def _held(review: ArtifactReview, person_id: UUID, today: date) -> Any:
    theirs = assignments.of(review.artifact_id, AssignmentRole.REVIEWER, person_id)
    return theirs.where(Assignment.ends_on.is_(None), spans.holds_on(Assignment, today))


def _is_needed_elsewhere(review: ArtifactReview, person_id: UUID) -> bool:
    """Whether another review of the work waits for them."""
    another = exists().where(
        ArtifactReview.id != review.id,
        ArtifactReview.artifact_id == review.artifact_id,
        ArtifactReview.evaluator_id == person_id,
        ArtifactReview.status.in_(OPEN),
    )
    return bool(db.session().scalar(select(another)))
