"""Two simultaneous changes of the version in force (real commits)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.planning.plans.models import PlanVersion
from tests.conftest import Live
from tests.racing import at_once
from tests.world import writing

pytestmark = pytest.mark.both_databases


def both(*sent: Callable[[], Any]) -> list[int]:
    """The statuses of requests sent at once."""
    return [one.status_code for one in at_once(*sent)]


def test_of_approvals_and_a_correction_at_once_one_version_is_in_force(live: Live) -> None:
    home = live.world.home
    senior, advisor = live.client.as_(home.senior), live.client.as_(home.advisor)
    counselor, admin = live.client.as_(home.counselor), live.client.as_(home.school_admin)
    first = f"/plan-versions/{home.senior.version_id}"
    assert senior.act(first, "submit").status_code == 200

    twice = both(lambda: advisor.act(first, "approve"), lambda: counselor.act(first, "approve"))
    assert sorted(twice) in ([200, 409], [200, 412])

    draft = senior.made(f"/plans/{home.senior.plan_id}/versions", None)
    second = f"/plan-versions/{draft['id']}"
    assert senior.act(second, "submit").status_code == 200
    granted = {"reason": "Found wrong.", "reference": "AR-1", "sections": {"about_me": "Right."}}
    approved, corrected = both(
        lambda: advisor.act(second, "approve"),
        lambda: admin.post(f"{first}/corrections", granted),
    )
    assert (approved in (200, 412), corrected in (201, 409)) == (True, True)
    assert {approved, corrected} & {200, 201}, "one of them went through"
    with writing(live.database, home) as session:
        mine = select(PlanVersion).where(PlanVersion.plan_id == home.senior.plan_id)
        versions = session.scalars(mine.order_by(PlanVersion.number)).unique().all()
        statuses = [one.status for one in versions]
        assert statuses.count("in_force") == 1
        assert [one.number for one in versions] == list(range(1, len(versions) + 1))
        if corrected == 201:
            in_force = next(one for one in versions if one.status == "in_force")
            assert "Right." in {one.body for one in in_force.sections}
