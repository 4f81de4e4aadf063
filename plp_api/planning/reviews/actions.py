"""Opening, preparing, holding and excepting annual reviews."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments import actions as comments
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster import district_settings, spans
from plp_api.foundation.roster.models import GRADES_WITH_PLANS, District, Person, Student
from plp_api.foundation.roster.relationships import SchoolEnrollment
from plp_api.planning.plans import actions as plans
from plp_api.planning.plans.models import (
    Plan,
    PlanStatus,
    PlanVersion,
    Regime,
    VersionReaffirmation,
)
from plp_api.planning.reviews.models import Review, ReviewParticipant, ReviewStatus
from plp_api.planning.signatures import actions as signing
from plp_api.planning.signatures import outreach, signers
from plp_api.planning.signatures.models import IdentityCheck, OutreachAttempt, SignerRole


def open_for(district_id: UUID, student_ids: Sequence[UUID], today: date) -> None:
    """Open this cycle's review for each of these students whose plan is the school's and has none.

    A student who entered late has the district's `late_entry_days` from the
    day of entry, beyond the end of the cycle if need be.
    """
    district = db.session().get_one(District, district_id)
    settings = district_settings.of(district)
    cycle = settings.cycle(today)
    have = select(Review.student_id).where(
        Review.district_id == district_id, Review.cycle_starts_on == cycle.starts_on
    )
    lacking = (
        select(Plan.id, Plan.student_id, Student.entered_on)
        .join(Student, Student.id == Plan.student_id)
        .where(
            db.any_of(Plan.student_id, db.ids_bind("ids")),
            Plan.regime == Regime.SCHOOL,
            Plan.status == PlanStatus.ACTIVE,
            Plan.student_id.not_in(have),
        )
    )
    grace = timedelta(days=settings.late_entry_days)
    rows = db.session().execute(lacking, {"ids": list(student_ids)}).all()
    approved = _approved_since(cycle.starts_on, student_ids)
    db.insert_many(
        Review,
        (
            {
                "id": new_id(),
                "district_id": district_id,
                "student_id": row.student_id,
                "plan_id": row.id,
                "cycle_starts_on": cycle.starts_on,
                "cycle_ends_on": cycle.ends_on,
                "due_on": max(cycle.ends_on, (row.entered_on or cycle.starts_on) + grace),
                "plan_version_id": approved.get(row.student_id),
            }
            for row in rows
        ),
    )


def _approved_since(day: date, student_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The last version approved, or reaffirmed, for each of these students from that day on."""
    was_kept = exists().where(
        VersionReaffirmation.plan_version_id == PlanVersion.id,
        VersionReaffirmation.reaffirmed_on >= day,
    )
    approved_on = func.coalesce(PlanVersion.reviewed_on, PlanVersion.in_force_on)
    asked = (
        select(PlanVersion.student_id, PlanVersion.id)
        .where(
            db.any_of(PlanVersion.student_id, db.ids_bind("ids")),
            or_(approved_on >= day, was_kept),
            PlanVersion.regime == Regime.SCHOOL,
        )
        .order_by(PlanVersion.in_force_on, PlanVersion.number)
    )
    found = db.session().execute(asked, {"ids": list(student_ids)})
    return {student_id: version_id for student_id, version_id in found}  # noqa: C416 - typed rows


def attach_version(version: PlanVersion, access: Access) -> None:
    """Note on the student's reviews that wait for a version that this one answers them.

    Registered with plans: called when a version comes into force. A version of
    home study answers none: no representative of the school took part in it.
    """
    if version.regime == Regime.HOME_STUDY:
        return
    _complete(version.student_id, version.id, access)


def attach_reaffirmed(kept: VersionReaffirmation, access: Access) -> None:
    """The same for a version that was reviewed and kept. Registered with plans."""
    _complete(kept.student_id, kept.plan_version_id, access)


def _complete(student_id: UUID, version_id: UUID, access: Access) -> None:
    today = access.caller.today
    waiting = select(Review).where(
        Review.student_id == student_id,
        Review.cycle_starts_on <= today,
        Review.due_on >= today,
    )
    for review in db.session().scalars(waiting.with_for_update(of=Review)):
        review.plan_version_id = version_id
        audit.record("review.completed", review, by=access.caller.person_id)


def prepare(review: Review, access: Access, preparation: str) -> None:
    """Keep what the student brings to the meeting."""
    review.preparation, review.prepared_at = preparation, clock.now()
    review.plan.stir()
    audit.record("review.prepared", review, by=access.caller.person_id)


def hold(
    review: Review,
    access: Access,
    held_on: date,
    mode: str,
    participants: Sequence[dict[str, Any]],
    summary: str | None = None,
    signatures: Sequence[dict[str, Any]] = (),
) -> None:
    """Record the meeting in one go: when, how, who took part, and who signed in the room.

    Raises Problem(validation_failed), naming the member, for a day outside the
    cycle, an unknown participant, or a signature that cannot be given.
    """
    _check_day(review, held_on, access.caller.today)
    review.held_on, review.mode, review.summary = held_on, mode, summary
    review.held_by = access.caller.person_id
    review.participants = [
        _participant(review, position, one) for position, one in enumerate(participants)
    ]
    for position, one in enumerate(signatures):
        _sign_in_room(review, access, position, one)
    review.plan.stir()
    audit.record(
        "review.held",
        review,
        by=access.caller.person_id,
        held_on=held_on,
        mode=mode,
        roles=sorted({one["role"] for one in participants}),
    )


def _check_day(review: Review, held_on: date, today: date) -> None:
    last = min(today, max(review.cycle_ends_on, review.due_on))
    if not review.cycle_starts_on <= held_on <= last:
        detail = "Must lie between the cycle's first day and today, and not after it was due."
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("/held_on", detail)])


def _participant(review: Review, position: int, given: dict[str, Any]) -> ReviewParticipant:
    person_id, name = given.get("person_id"), given.get("name")
    if (person_id is None) == (name is None):
        detail = "Give either person_id or name."
        raise _refused(f"/participants/{position}", detail)
    if person_id is not None and not _is_known(person_id, review.district_id):
        raise _refused(f"/participants/{position}/person_id", "No such person.")
    return ReviewParticipant(
        district_id=review.district_id,
        student_id=review.student_id,
        role=given["role"],
        person_id=person_id,
        name=name,
        language=given.get("language"),
    )


def _refused(pointer: str, detail: str) -> Problem:
    return Problem(Code.VALIDATION_FAILED, errors=[FieldError(pointer, detail)])


def _is_known(person_id: UUID, district_id: UUID) -> bool:
    asked = select(Person.id).where(Person.id == person_id, Person.district_id == district_id)
    return db.session().scalar(asked) is not None


def _sign_in_room(review: Review, access: Access, position: int, given: dict[str, Any]) -> None:
    """A signature given before the advisor, over the version in force."""
    pointer = f"/signatures/{position}"
    version = plans.in_force(review.plan)
    if version is None:
        raise _refused(pointer, "No version is in force to be signed.")
    if version.snapshot_sha256 != given["snapshot_sha256"]:
        raise _refused(f"{pointer}/snapshot_sha256", "Not the hash of the version in force.")
    role, person_id = SignerRole(given["role"]), given["person_id"]
    if signers.signs_as(review.student_id, person_id, access.caller.today) is not role:
        raise _refused(f"{pointer}/person_id", f"Does not sign as {role} for this student.")
    check = IdentityCheck(given.get("identity_check", IdentityCheck.KNOWN_IN_PERSON))
    signing.sign_in_room(
        version,
        access,
        person_id,
        role,
        language=given["language"],
        sha256=given["snapshot_sha256"],
        identity_check=check,
        delegate_id=given.get("delegate_id"),
    )


def no_version_came(review: Review, _access: Access) -> str | None:
    """Why nothing can be excepted any more: the review is complete."""
    return "A version was approved in this cycle." if review.plan_version_id else None


def except_(review: Review, access: Access, reason: str) -> None:
    """Excuse the student from this cycle's review, for a stated reason."""
    review.excepted_on, review.excepted_by = access.caller.today, access.caller.person_id
    review.exception_reason = reason
    review.plan.stir()
    audit.record("review.excepted", review, by=access.caller.person_id)


def reinstate(review: Review, access: Access, comment: str | None = None) -> None:
    """Take back an exception that was a mistake: the review is as it was before.

    That it was excepted, by whom and why, is told by the events alone.
    """
    review.excepted_on = review.excepted_by = review.exception_reason = None
    if review.held_on is not None:
        review.status = ReviewStatus.HELD
    elif review.prepared_at is not None:
        review.status = ReviewStatus.PREPARED
    else:
        review.status = ReviewStatus.SCHEDULED
    if comment is not None:
        comments.add(review, access, comment, Permission.REVIEWS_EXCEPT)
    review.plan.stir()
    audit.record("review.reinstated", review, by=access.caller.person_id)


def log_outreach(review: Review, access: Access, role: str, **tried: Any) -> OutreachAttempt:
    """Keep an attempt to reach somebody about the review. Raises what `outreach.log` does."""
    return outreach.log(
        access,
        student_id=review.student_id,
        district_id=review.district_id,
        review_id=review.id,
        role=SignerRole(role),
        **tried,
    )


def open_cycle(district_id: UUID) -> None:
    """Open the present cycle's review for everybody enrolled whose plan is the school's.

    Run each day: on the first day of a cycle it opens the new ones, on every
    other it finds nothing to do.
    """
    today = db.session().get_one(District, district_id).today
    is_enrolled = exists().where(
        SchoolEnrollment.student_id == Plan.student_id,
        spans.holds_on(SchoolEnrollment, today),
        SchoolEnrollment.grade.in_(GRADES_WITH_PLANS),
    )
    asked = select(Plan.student_id).where(
        Plan.district_id == district_id,
        Plan.status == PlanStatus.ACTIVE,
        Plan.regime == Regime.SCHOOL,
        is_enrolled,
    )
    open_for(district_id, db.session().scalars(asked).all(), today)
