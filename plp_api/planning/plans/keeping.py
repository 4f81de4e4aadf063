"""How a family keeps a plan in home study, and how the plan's regime follows the dates.

16 V.S.A. 942 excepts home study: student and parent are solely responsible
there. Access goes by the dates themselves; `plan.regime` says the same for
whoever only reads where the plan stands.
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
    """Put the version in force as the family that keeps the plan; nobody approves it.

    Required sections may be empty: what the school's template asks for binds the school.
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
    """Why a version is not handed in: at home there is nobody to hand it to."""
    if access.keeps(version.student_id):
        return "In home study the family puts it in force: `put_in_force` (16 V.S.A. 942)."
    return None


def studies_at_home(today: date) -> ColumnElement[bool]:
    """Whether the student of a plan studies at home on the day."""
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
    """Bring these students' plans under the regime of the day. Registered with people."""
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
    """Let follow what home studies ask for that begin or end on their day. Run each day."""
    today = db.session().get_one(District, district_id).today
    out_of_step = select(Plan.student_id).where(
        Plan.district_id == district_id, _is_out_of_step(today)
    )
    followers.home_study_changed(district_id, db.session().scalars(out_of_step).all(), today)
