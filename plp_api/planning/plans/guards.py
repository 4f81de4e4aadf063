"""What a closed plan refuses, for every area whose rows hang off a plan."""

from typing import Any

from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem
from plp_api.planning.plans.models import Plan


def plan_is_open(row: Any, _access: Access) -> Code | None:
    """A guard of life cycles: nothing moves in a plan that is closed. `row` has a `plan`."""
    return None if row.plan.is_open else Code.PLAN_CLOSED


def require_open(plan: Plan) -> None:
    """Refuse with plan_closed what a closed plan does not take."""
    if not plan.is_open:
        raise Problem(Code.PLAN_CLOSED)
