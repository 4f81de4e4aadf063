"""Rate a student in an item, and withdraw a rating."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from plp_api.catalog.standards import scales
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access, denied
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, FieldError, Problem, invalid
from plp_api.foundation.roster.models import Student
from plp_api.learning.ratings.models import Rating, RatingStatus
from plp_api.people.directory.references import NOTHING
from plp_api.planning.goals.models import Goal
from plp_api.planning.pathways.models import PathwayElement

FURTHEST_YEARS = 6
"""How long ago a rating may have been given: from grade 7 to grade 12."""

EVIDENCE: dict[str, tuple[Any, Permission]] = {
    "goal_id": (Goal, Permission.GOALS_READ),
    "pathway_element_id": (PathwayElement, Permission.PATHWAYS_READ),
}
"""What a rating may rest on, besides words: by column its table, and the permission to read it."""


def rate(
    student: Student,
    access: Access,
    framework_item_id: UUID,
    level: str,
    rated_on: date | None = None,
    rests_on: Any = None,
    **evidence: Any,
) -> Rating:
    """Rate the student in an item: the student themselves, or for the school a teacher of theirs.

    `rests_on` is the work that the caller was let rate, where they need not reach the student.
    Raises Problem: permission_denied, actor_is_family, framework_item_retired,
    level_not_on_scale, action_repeated, validation_failed (`rated_on`, `framework_item_id`,
    `goal_id`, `pathway_element_id`).
    """
    is_self = student.id == access.caller.person_id
    if not is_self:
        _require_other(student, access)
    _check_day(rated_on, access.caller.today)
    item = _item_of(student, framework_item_id)
    _check_evidence(student, access, evidence)
    scale = scales.of_framework(item.framework)
    _check_level(level, scale.levels)
    _require_offered(item)
    said = {
        "scale_id": scale.id,
        "level": level,
        "rated_on": rated_on or access.caller.today,
        "rated_by": access.caller.person_id,
        **evidence,
    }
    _refuse_same(student, item, said)
    return keep(
        item,
        access,
        student_id=student.id,
        rated_as=access.speaks_as(Permission.RATINGS_RATE, student.id, rests_on),
        is_self=is_self,
        **said,
    )


def keep(
    item: FrameworkItem,
    access: Access,
    *,
    student_id: UUID,
    rated_as: Role,
    is_self: bool = False,
    **said: Any,
) -> Rating:
    """Keep a rating that the caller may give, of a level of the scale; the calling code checks.

    `said` are the other columns: `scale_id`, `level`, `rated_on`, and the evidence.
    """
    rating = Rating(
        id=db.new_id(),
        district_id=item.district_id,
        student_id=student_id,
        framework_item=item,
        is_self=is_self,
        rated_as=rated_as,
        **{"rated_by": access.caller.person_id, **said},
    )
    db.session().add(rating)
    audit.record(
        "rating.given",
        rating,
        by=access.caller.person_id,
        framework_item_id=item.id,
        is_self=is_self,
        on=rating.rated_on,
    )
    # No level: people and programs follow events that may read no rating.
    return rating


def _refuse_same(student: Student, item: FrameworkItem, said: dict[str, Any]) -> None:
    """Raise action_repeated for a rating that is given already, word for word: a double click."""
    db.lock(student)
    db.refuse_second(
        Rating,
        Rating.student_id == student.id,
        Rating.framework_item_id == item.id,
        Rating.status == RatingStatus.GIVEN,
        *(getattr(Rating, name).is_not_distinct_from(value) for name, value in said.items()),
        code=Code.ACTION_REPEATED,
        detail="You gave this rating already.",
    )


def rate_by_id(student_id: UUID, access: Access, **fields: Any) -> Rating:
    """As `rate`, for the id of a student. Raises Problem: not_found, permission_denied too."""
    return rate(access.load(Student, student_id, Permission.RATINGS_RATE), access, **fields)


def withdraw(rating: Rating, access: Access, comment: str) -> None:
    """Withdraw a rating that was a mistake; it stays in the record, with the reason and by whom."""
    rating.withdrawn_at, rating.withdraw_reason = clock.now(), comment
    rating.withdrawn_by = access.caller.person_id
    audit.record(
        "rating.withdrawn",
        rating,
        by=access.caller.person_id,
        framework_item_id=rating.framework_item_id,
        is_self=rating.is_self,
    )


def withdraw_of_review(review_id: UUID, access: Access, reason: str) -> None:
    """Withdraw the ratings that followed from an artifact's review, which an appeal changed."""
    query = select(Rating).where(
        Rating.artifact_review_id == review_id, Rating.status == RatingStatus.GIVEN
    )
    for rating in db.session().scalars(query.order_by(Rating.id)).all():
        withdraw(rating, access, reason)
        rating.status = RatingStatus.WITHDRAWN


def _require_other(student: Student, access: Access) -> None:
    """Raise a problem if the caller is the student by another person, or is their family."""
    if student.id in access.selves:
        detail = "Nobody rates themselves for the school."
        raise denied(Permission.RATINGS_RATE, detail=detail)
    access.refuse_family(student.id)


def _check_day(rated_on: date | None, today: date) -> None:
    earliest = clock.birthday(today, -FURTHEST_YEARS)
    if rated_on is not None and not earliest <= rated_on <= today:
        raise invalid("rated_on", f"Must lie between {earliest} and today.")


def _item_of(student: Student, key: UUID) -> FrameworkItem:
    """The item, with its framework, if it is of the student's district."""
    query = (
        select(FrameworkItem)
        .where(FrameworkItem.id == key, FrameworkItem.district_id == student.district_id)
        .options(joinedload(FrameworkItem.framework))
    )
    item = db.session().scalar(query)
    if item is None:
        raise invalid("framework_item_id", NOTHING)
    return item


def _check_evidence(student: Student, access: Access, evidence: dict[str, Any]) -> None:
    """Raise a problem for what is not the student's, or what the caller may not read."""
    for field, (model, permission) in EVIDENCE.items():
        key = evidence.get(field)
        if key is None:
            continue
        theirs = select(model.id).where(model.id == key, model.student_id == student.id)
        if not access.may(permission, student.id) or db.session().scalar(theirs) is None:
            raise invalid(field, "The student has no such thing, or you may not read it.")


def _check_level(level: str, levels: Sequence[Any]) -> None:
    allowed = [each["key"] for each in levels]
    if level not in allowed:
        errors = [FieldError("/level", f"Must be one of: {', '.join(allowed)}.")]
        raise Problem(Code.LEVEL_NOT_ON_SCALE, errors=errors, extra={"allowed_levels": allowed})


def _require_offered(item: FrameworkItem) -> None:
    if item.is_retired:
        raise Problem(Code.FRAMEWORK_ITEM_RETIRED)
