"""Plans that a family keeps in home study, and the regime of plans.

16 V.S.A. 942 excepts home study: there the student and the parent are solely
responsible for the plan. Access depends on the dates of the home study itself;
`plan.regime` repeats the result for readers of the plan's status.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.roster import followers, spans
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import District
from plp_api.planning.plans import actions
from plp_api.planning.plans.guards import require_open
from plp_api.planning.plans.models import Plan, PlanVersion, Regime


def put_in_force(version: PlanVersion, access: Access) -> None:
    """Put the version in force for the family that keeps the plan; nobody approves it.

    Required sections may be empty: the school's template does not bind the family.
    """
    require_open(version.plan)
    actions.bring_into_force(version, access, Regime.HOME_STUDY)
    audit.record(
        "plan_version.put_in_force",
        version,
        by=access.caller.person_id,
        sha256=version.snapshot_sha256,
    )


def not_the_familys(version: PlanVersion, access: Access) -> str | None:
    """Why the caller cannot hand a version in: in home study nobody approves it."""
    if access.keeps(version.student_id):
        return "In home study the family puts it in force: `put_in_force` (16 V.S.A. 942)."
    return None


def studies_at_home(today: date) -> ColumnElement[bool]:
    """Whether the student of the plan is in home study on the day, as SQL."""
    return exists().where(
        HomeStudy.student_id == Plan.student_id,
        spans.holds_on(HomeStudy, today),
    )


def _is_out_of_step(today: date) -> ColumnElement[bool]:
    is_at_home = studies_at_home(today)
    return or_(
        (Plan.regime == Regime.HOME_STUDY) & ~is_at_home,
        (Plan.regime == Regime.SCHOOL) & is_at_home,
    )


def follow_home_study(district_id: UUID, student_ids: Sequence[UUID], today: date) -> None:
    """Set the regime of these students' plans for today (`ON_ENROLLED`, `ON_HOME_STUDY`)."""
    plans = select(Plan).where(
        Plan.district_id == district_id,
        db.any_of(Plan.student_id, db.ids_bind("ids")),
        _is_out_of_step(today),
    )
    for plan in db.session().scalars(plans, {"ids": list(student_ids)}).all():
        is_at_home = plan.regime == Regime.SCHOOL
        plan.regime = Regime.HOME_STUDY if is_at_home else Regime.SCHOOL
        plan.stir()
        audit.record("plan.regime_changed", plan, by=None, regime=plan.regime)
    db.session().flush()


def keep_in_step(district_id: UUID) -> None:
    """Apply home-study changes that take effect today. Runs every hour."""
    today = db.session().get_one(District, district_id).today
    out_of_step = select(Plan.student_id).where(
        Plan.district_id == district_id, _is_out_of_step(today)
    )
    followers.home_study_changed(district_id, db.session().scalars(out_of_step).all(), today)
