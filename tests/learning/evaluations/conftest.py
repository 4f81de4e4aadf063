"""An internship of `home.student` in any state, and those who judge it."""

from typing import Any

import pytest

from tests.catalog.rubrics.conftest import body, criterion
from tests.client import Client
from tests.learning.elos.conftest import At, coordinator, internship, student
from tests.world import World

__all__ = ["At", "coordinator", "internship", "student"]


@pytest.fixture
def rubric(client: Client, world: World) -> Any:
    """A published rubric with two criteria, by the district's default scale."""
    admin = client.as_(world.home.district_admin)
    criteria = [criterion("sources"), criterion("care")]
    made = admin.made("/rubrics", body(criteria=criteria))
    answer = admin.act(f"/rubrics/{made['id']}", "publish")
    assert answer.status_code == 200, answer.json
    return answer.json
