"""Whether a showcase may be shown outside today: one answer, asked anew at each use of a link."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.links.models import LinkEnd
from plp_api.foundation.problems import Code
from plp_api.foundation.roster import district_settings, leaving
from plp_api.foundation.roster.models import District, Student
from plp_api.learning.sharing.models import ShareLink
from plp_api.learning.showcases.models import Showcase, ShowcaseStatus
from plp_api.people.consents import standing as consents
from plp_api.people.consents.models import ConsentPurpose
from plp_api.planning.plans.models import Plan, PlanStatus


@dataclass(frozen=True)
class Bar:
    """Why a showcase may not be shown outside today.

    `ends` is the reason by which it ends a link for good. Where it is None the link only rests:
    an archived showcase, a district that closed sharing, a closed plan.
    """

    code: Code
    ends: LinkEnd | None = None


def why_not(showcase: Showcase, since: datetime | None = None) -> Bar | None:
    """Why the showcase may not be shown outside today; None where it may be.

    `since` is when the link was made that shows it: it rests on the consents of that time.
    """
    district = db.session().get_one(District, showcase.district_id)
    if showcase.status == ShowcaseStatus.TAKEN_DOWN:
        return Bar(Code.SHOWCASE_TAKEN_DOWN, LinkEnd.TAKEN_DOWN)
    if showcase.status != ShowcaseStatus.ACTIVE:
        return Bar(Code.ACTION_UNAVAILABLE)
    if not district_settings.of(district).shares_outside:
        return Bar(Code.SHARING_DISABLED)
    rests = consents.has_held(
        ConsentPurpose.SHARING, showcase.student_id, since or clock.now(), district.today
    )
    if not db.session().scalar(select(rests)):
        return Bar(Code.SHARING_NOT_CONSENTED, LinkEnd.CONSENT_ENDED)
    if db.session().scalar(select(leaving.has_left(showcase.student_id, district.today))):
        return Bar(Code.PLAN_CLOSED, LinkEnd.LEFT)
    return Bar(Code.PLAN_CLOSED) if _is_plan_closed(showcase) else None


def _is_plan_closed(showcase: Showcase) -> bool:
    """Whether the student had a plan here, and none is open."""
    statuses = select(Plan.status).where(Plan.student_id == showcase.student_id)
    found = db.session().scalars(statuses).all()
    return bool(found) and PlanStatus.ACTIVE not in found


def is_of_parents(link: ShareLink, student: Student, now: datetime) -> bool:
    """Whether the link was made on a parent's consent, and the rights are the student's by now."""
    district = db.session().get_one(District, link.district_id)
    zone = ZoneInfo(district.time_zone)
    moved_on = student.rights_transfer_on
    if moved_on is None:
        return False
    return link.created_at.astimezone(zone).date() < moved_on <= now.astimezone(zone).date()
