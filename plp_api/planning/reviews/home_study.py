"""Annual reviews and home study: except the open review, and reopen it on return to school.

16 V.S.A. 942 excepts home study. A review that was due before stays as it is,
because the school was responsible then. An exception without a person
(`excepted_by` is empty) is one by the statute.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from plp_api.foundation import db
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import District
from plp_api.planning.plans.models import Plan, Regime
from plp_api.planning.reviews import actions
from plp_api.planning.reviews.models import Review, ReviewStatus

REASON = "Home study (16 V.S.A. 942)."


def follow_home_study(district_id: UUID, student_ids: Sequence[UUID], today: date) -> None:
    """Except the open reviews of students in home study; reopen or open them after a return.

    A student who returns has the district's `late_entry_days` from that day.
    Registered as `ON_HOME_STUDY`, after `keeping`, which sets the plans' regime.
    """
    regimes = select(Plan.student_id, Plan.regime).where(
        Plan.district_id == district_id, db.any_of(Plan.student_id, db.ids_bind("ids"))
    )
    rows = db.session().execute(regimes, {"ids": list(student_ids)}).all()
    at_home = [row.student_id for row in rows if row.regime == Regime.HOME_STUDY]
    at_school = [row.student_id for row in rows if row.regime == Regime.SCHOOL]
    for review in _waiting(at_home, today):
        if review.status != ReviewStatus.EXCEPTED and review.plan_version_id is None:
            _except(review, today)
    for review in _waiting(at_school, today):
        if review.status == ReviewStatus.EXCEPTED and review.excepted_by is None:
            _reopen(review)
    db.session().flush()
    actions.open_for(district_id, at_school, today)
    _allow_for_return(district_id, at_school, today)


def _waiting(student_ids: Sequence[UUID], today: date) -> Sequence[Review]:
    """These students' reviews of this cycle, and earlier ones that are not due yet."""
    if not student_ids:
        return []
    reviews = select(Review).where(
        db.any_of(Review.student_id, db.ids_bind("ids")),
        Review.cycle_starts_on <= today,
        (Review.cycle_ends_on >= today) | (Review.due_on >= today),
    )
    return db.session().scalars(reviews, {"ids": list(student_ids)}).all()


def _except(review: Review, today: date) -> None:
    review.status = ReviewStatus.EXCEPTED
    review.excepted_on, review.exception_reason = today, REASON
    audit.record("review.excepted", review, by=None)


def _reopen(review: Review) -> None:
    """Take the exception back; keep what was prepared and held before."""
    held, prepared = review.held_on is not None, review.prepared_at is not None
    review.status = (
        ReviewStatus.HELD if held else ReviewStatus.PREPARED if prepared else ReviewStatus.SCHEDULED
    )
    review.excepted_on = review.exception_reason = None
    audit.record("review.reopened", review, by=None)


def _allow_for_return(district_id: UUID, student_ids: Sequence[UUID], today: date) -> None:
    """Give students who returned from home study the days of a late entry."""
    if not student_ids:
        return
    settings = district_settings.of(db.session().get_one(District, district_id))
    grace = timedelta(days=settings.late_entry_days)
    ended = (
        select(HomeStudy.student_id, func.max(HomeStudy.ends_on))
        .where(db.any_of(HomeStudy.student_id, db.ids_bind("ids")), HomeStudy.ends_on <= today)
        .group_by(HomeStudy.student_id)
    )
    rows = db.session().execute(ended, {"ids": list(student_ids)})
    returned = {student_id: back_on for student_id, back_on in rows}  # noqa: C416 - typed rows
    for review in _waiting(student_ids, today):
        back_on = returned.get(review.student_id)
        if back_on is not None and review.plan_version_id is None:
            review.due_on = max(review.due_on, back_on + grace)
