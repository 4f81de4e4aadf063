"""Ratings given at the same moment (real commits)."""

import pytest

from tests.conftest import Live
from tests.learning.ratings.frameworks import add_framework, add_scale
from tests.racing import at_once
from tests.world import writing

pytestmark = pytest.mark.both_databases


def test_of_two_clicks_at_once_one_gives_the_rating(live: Live) -> None:
    home = live.world.home
    with writing(live.database, home) as session:
        # Not the default scale: races of other tests choose another one in this database.
        scale_id = add_scale(session, home.district_id, "not_met", "met")
        items = add_framework(session, home.district_id, scale_id=scale_id)
    teacher, ratings = live.client.as_(home.teacher), f"/students/{home.student.id}/ratings"
    body = {"framework_item_id": str(items["S.1"]), "level": "met"}
    answers = at_once(*[lambda: teacher.post(ratings, body)] * 2)
    assert sorted(one.status_code for one in answers) == [201, 409]
    assert len(teacher.read(ratings)["items"]) == 1
