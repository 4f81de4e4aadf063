"""Open, prepare, hold and except annual reviews."""

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
    """Open this cycle's review for each of these students, if missing; not in home study.

    A student who entered late has the district's `late_entry_days` from the day
    of entry, even if that is after the end of the cycle.
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
    query = (
        select(PlanVersion.student_id, PlanVersion.id)
        .where(
            db.any_of(PlanVersion.student_id, db.ids_bind("ids")),
            or_(approved_on >= day, was_kept),
            PlanVersion.regime == Regime.SCHOOL,
        )
        .order_by(PlanVersion.in_force_on, PlanVersion.number)
    )
    rows = db.session().execute(query, {"ids": list(student_ids)})
    return {student_id: version_id for student_id, version_id in rows}  # noqa: C416 - typed rows


def attach_version(version: PlanVersion, access: Access) -> None:
    """Complete the student's waiting reviews with a version that comes into force.

    Registered as `ON_APPROVED` (`plans.followers`). A version of home study
    completes no review, because no representative of the school took part in it.
    """
    if version.regime == Regime.HOME_STUDY:
        return
    _complete(version.student_id, version.id, access)


def attach_reaffirmed(kept: VersionReaffirmation, access: Access) -> None:
    """Complete the student's waiting reviews with a reaffirmed version (`ON_REAFFIRMED`)."""
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
    """Store the student's preparation for the meeting."""
    review.preparation, review.prepared_at = preparation, clock.now()
    review.plan.stir()
    audit.record("review.prepared", review, by=access.caller.person_id)


def is_prepared_so(review: Review, access: Access, preparation: str) -> bool:
    """Whether this is the preparation already."""
    return review.preparation == preparation


def hold(
    review: Review,
    access: Access,
    held_on: date,
    mode: str,
    participants: Sequence[dict[str, Any]],
    summary: str | None = None,
    signatures: Sequence[dict[str, Any]] = (),
) -> None:
    """Record the meeting: when and how it was held, who took part, and who signed in the room.

    Raises Problem(validation_failed), which names the member, for a day outside
    the cycle, an unknown participant, or a signature that cannot be given.
    """
    _check_day(review, held_on, access.caller.today)
    review.held_on, review.mode, review.summary = held_on, mode, summary
    review.held_by = access.caller.person_id
    review.participants = [
        _participant(review, position, item) for position, item in enumerate(participants)
    ]
    for position, item in enumerate(signatures):
        _sign_in_room(review, access, position, item)
    review.plan.stir()
    audit.record(
        "review.held",
        review,
        by=access.caller.person_id,
        held_on=held_on,
        mode=mode,
        roles=sorted({item["role"] for item in participants}),
    )


def is_held_so(
    review: Review,
    access: Access,
    held_on: date,
    mode: str,
    participants: Sequence[dict[str, Any]],
    summary: str | None = None,
    signatures: Sequence[dict[str, Any]] = (),
) -> bool:
    """Whether the caller recorded exactly this meeting, and these people have signed."""
    told = (access.caller.person_id, held_on, mode, summary)
    if (review.held_by, review.held_on, review.mode, review.summary) != told:
        return False
    known = [(one.role, one.person_id, one.name, one.language) for one in review.participants]
    names = ("role", "person_id", "name", "language")
    present = [tuple(item.get(name) for name in names) for item in participants]
    if sorted(known, key=str) != sorted(present, key=str):
        return False
    version = plans.in_force(review.plan) if signatures else None
    return all(
        version is not None
        and signers.has_signed(version, SignerRole(item["role"]), item["person_id"])
        for item in signatures
    )


def _check_day(review: Review, held_on: date, today: date) -> None:
    last = min(today, max(review.cycle_ends_on, review.due_on))
    if not review.cycle_starts_on <= held_on <= last:
        detail = "Must not be before the cycle's first day, in the future, or after the due day."
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("/held_on", detail)])


def _participant(review: Review, position: int, fields: dict[str, Any]) -> ReviewParticipant:
    person_id, name = fields.get("person_id"), fields.get("name")
    if (person_id is None) == (name is None):
        detail = "Give either person_id or name."
        raise _refused(f"/participants/{position}", detail)
    if person_id is not None and not _is_known(person_id, review.district_id):
        raise _refused(f"/participants/{position}/person_id", "No such person.")
    return ReviewParticipant(
        district_id=review.district_id,
        student_id=review.student_id,
        role=fields["role"],
        person_id=person_id,
        name=name,
        language=fields.get("language"),
    )


def _refused(pointer: str, detail: str) -> Problem:
    return Problem(Code.VALIDATION_FAILED, errors=[FieldError(pointer, detail)])


def _is_known(person_id: UUID, district_id: UUID) -> bool:
    query = select(Person.id).where(Person.id == person_id, Person.district_id == district_id)
    return db.session().scalar(query) is not None


def _sign_in_room(review: Review, access: Access, position: int, fields: dict[str, Any]) -> None:
    """Store a signature on the version in force, given in the presence of the advisor."""
    pointer = f"/signatures/{position}"
    version = plans.in_force(review.plan)
    if version is None:
        raise _refused(pointer, "No version is in force.")
    if version.snapshot_sha256 != fields["snapshot_sha256"]:
        raise _refused(f"{pointer}/snapshot_sha256", "Not the hash of the version in force.")
    role, person_id = SignerRole(fields["role"]), fields["person_id"]
    if signers.signs_as(review.student_id, person_id, access.caller.today) is not role:
        raise _refused(f"{pointer}/person_id", f"Does not sign as {role} for this student.")
    check = IdentityCheck(fields.get("identity_check", IdentityCheck.KNOWN_IN_PERSON))
    signing.sign_in_room(
        version,
        access,
        person_id,
        role,
        language=fields["language"],
        sha256=fields["snapshot_sha256"],
        identity_check=check,
        delegate_id=fields.get("delegate_id"),
    )


def no_version_came(review: Review, _access: Access) -> str | None:
    """Why the review cannot be excepted: it is complete."""
    return "A version was approved in this cycle." if review.plan_version_id else None


def except_(review: Review, access: Access, reason: str) -> None:
    """Excuse the student from this cycle's review, for a stated reason."""
    review.excepted_on, review.excepted_by = access.caller.today, access.caller.person_id
    review.exception_reason = reason
    review.plan.stir()
    audit.record("review.excepted", review, by=access.caller.person_id)


def reinstate(review: Review, access: Access, comment: str | None = None) -> None:
    """Take back an exception that was a mistake: the review gets its earlier status.

    Only the events keep who excepted it and why.
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


def log_outreach(review: Review, access: Access, role: str, **fields: Any) -> OutreachAttempt:
    """Log an attempt to reach a signer about the review. Raises the problems of `outreach.log`."""
    return outreach.log(
        access,
        student_id=review.student_id,
        district_id=review.district_id,
        review_id=review.id,
        role=SignerRole(role),
        **fields,
    )


def open_cycle(district_id: UUID) -> None:
    """Open the present cycle's review for every enrolled student who is not in home study.

    Runs every hour: on the first day of a cycle it opens the new reviews, on
    other days there is nothing to do.
    """
    today = db.session().get_one(District, district_id).today
    is_enrolled = exists().where(
        SchoolEnrollment.student_id == Plan.student_id,
        spans.holds_on(SchoolEnrollment, today),
        SchoolEnrollment.grade.in_(GRADES_WITH_PLANS),
    )
    query = select(Plan.student_id).where(
        Plan.district_id == district_id,
        Plan.status == PlanStatus.ACTIVE,
        Plan.regime == Regime.SCHOOL,
        is_enrolled,
    )
    open_for(district_id, db.session().scalars(query).all(), today)
