"""Guards against changes in a closed plan, for every area whose rows belong to a plan."""

from typing import Any

from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem
from plp_api.planning.plans.models import Plan


def plan_is_open(row: Any, _access: Access) -> Code | None:
    """A life cycle's guard: plan_closed if the row's `plan` is closed, else None."""
    return None if row.plan.is_open else Code.PLAN_CLOSED


def require_open(plan: Plan) -> None:
    """Raise plan_closed if the plan is closed."""
    if not plan.is_open:
        raise Problem(Code.PLAN_CLOSED)
