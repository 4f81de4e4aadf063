"""Raised hands: to answer, and answered to the student."""

from typing import Any

from sqlalchemy import Select, or_

from plp_api.catalog.opportunities import seats
from plp_api.catalog.opportunities.models import Opportunity
from plp_api.catalog.partners.models import Partner, PartnerStatus
from plp_api.foundation.access.caller import CALLER, TODAY, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.scope import is_unrelated
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.source import SINCE, Source, equals, item_columns, seen
from plp_api.learning.interests.models import Interest, InterestStatus

INTERESTS = "interests"
ANSWERED = (InterestStatus.APPROVED, InterestStatus.DECLINED, InterestStatus.RELEASED)


def _interests_to_answer(caller: Caller) -> Select[Any]:
    """Raised hands. Where no seat can be given, only other answers are left."""
    is_blocked = or_(
        ~seats.is_left(),
        Opportunity.ends_on <= TODAY,
        Opportunity.partner.has(Partner.status == PartnerStatus.ARCHIVED),
    )
    return (
        item_columns(
            Interest,
            Interest.created_at,
            words=Opportunity.title,
            actor=Interest.student_id,
            due_on=Opportunity.starts_on,
            is_blocked=is_blocked,
        )
        .join(Opportunity, Opportunity.id == Interest.opportunity_id)
        .where(
            equals(Interest.status, InterestStatus.RAISED),
            seen(Interest, caller, Permission.INTERESTS_DECIDE),
            is_unrelated(Interest.student_id, caller),
        )
    )


def _interests_answered(_caller: Caller) -> Select[Any]:
    return (
        item_columns(
            Interest,
            Interest.decided_at,
            words=Opportunity.title,
            actor=Interest.decided_by,
        )
        .join(Opportunity, Opportunity.id == Interest.opportunity_id)
        .where(
            Interest.student_id == CALLER,
            Interest.decided_at > SINCE,
            or_(*(Interest.status == status for status in ANSWERED)),
        )
    )


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.INTEREST_TO_ANSWER,
        INTERESTS,
        _interests_to_answer,
        (Permission.INTERESTS_DECIDE,),
        action=("approve", "actions"),
    ),
    Source(
        Kind.INTEREST_ANSWERED,
        INTERESTS,
        _interests_answered,
        (Permission.INTERESTS_RAISE,),
        roles=(Role.STUDENT,),
        group=Group.NEW,
    ),
)
