"""A framework's scale chosen while the scale is retired (real commits)."""

from functools import partial

import pytest

from tests.conftest import Live
from tests.learning.ratings.frameworks import add_framework
from tests.racing import at_once
from tests.world import writing

pytestmark = pytest.mark.both_databases


def test_a_scale_that_is_chosen_is_not_retired_at_the_same_moment(live: Live) -> None:
    home = live.world.home
    admin = live.client.as_(home.district_admin)
    with writing(live.database, home) as session:
        framework = f"/frameworks/{add_framework(session, home.district_id)['framework']}"
    levels = [{"key": key, "title": key} for key in ("low", "high")]
    for _ in range(4):
        scale = admin.made("/scales", {"title": "Two", "levels": levels})
        admin.patch(framework, {"scale_id": None})
        chosen, retired = at_once(
            partial(admin.patch, framework, {"scale_id": scale["id"]}),
            partial(admin.act, f"/scales/{scale['id']}", "retire"),
        )
        assert sorted((chosen.status_code, retired.status_code)) == [200, 409]
        is_retired = admin.read(f"/scales/{scale['id']}")["status"] == "retired"
        assert is_retired == (admin.read(framework)["scale_id"] is None)
