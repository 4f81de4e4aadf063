"""Links made and removed at the same moment (real commits)."""

from functools import partial

import pytest

from plp_api.catalog.item_links.actions import MOST_LINKS
from plp_api.catalog.item_links.models import ItemLink
from tests.catalog.item_links.conftest import item_writer, link
from tests.client import uuid
from tests.conftest import Live
from tests.racing import at_once
from tests.world import writing

pytestmark = pytest.mark.both_databases


def test_of_links_at_once_one_is_made_and_none_beyond_the_limit(live: Live) -> None:
    home, an_item = live.world.home, item_writer(live.database, live.world)
    student, goal = live.client.as_(home.student), f"/goals/{home.student.goal_id}"
    same = {"framework_item_id": an_item()}
    twice = at_once(*[lambda: student.post(f"{goal}/links", same)] * 2)
    assert sorted(one.status_code for one in twice) == [201, 409]

    for number in range(MOST_LINKS - 2):
        link(student, goal, an_item(f"TS.{number}"))
    first, second = ({"framework_item_id": an_item(code)} for code in ("A", "B"))
    last = at_once(
        lambda: student.post(f"{goal}/links", first),
        lambda: student.post(f"{goal}/links", second),
    )
    assert sorted(one.status_code for one in last) == [201, 409]
    assert len(student.read(goal)["framework_items"]) == MOST_LINKS


def test_a_link_removed_while_its_goal_is_deleted_stops_neither(live: Live) -> None:
    home, an_item = live.world.home, item_writer(live.database, live.world)
    student, item, anyway = live.client.as_(home.student), an_item(), {"If-Match": "*"}
    for _ in range(3):
        body = {"domain": "academic", "title": "Read"}
        made = student.made(f"/plans/{home.student.plan_id}/goals", body)
        goal = f"/goals/{made['id']}"
        address = link(student, goal, item)
        removed, deleted = at_once(
            *(partial(student.send, "DELETE", path, headers=anyway) for path in (address, goal))
        )
        assert (removed.status_code in (204, 404), deleted.status_code) == (True, 204)
        assert student.get(goal).status_code == 404
        with writing(live.database, home) as session:
            assert session.query(ItemLink).filter_by(subject_id=uuid(made["id"])).count() == 0
