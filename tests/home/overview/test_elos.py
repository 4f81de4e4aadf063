"""ELOs in whole reads of a plan, and plans found by their ELOs."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from plp_api.catalog.partners.models import Partner
from plp_api.foundation import clock
from plp_api.home.overview.schemas import MinutesOfEloSchema, PlanEloSchema
from plp_api.learning.work_logs.models import LogEntry
from tests.catalog.item_links.conftest import Item, an_item, link
from tests.catalog.item_links.test_in_plans import approve
from tests.client import Client
from tests.databases import Isolated
from tests.learning.elos.conftest import At, coordinator, internship
from tests.learning.elos.test_in_plans import TITLE, deny, log, parent, plan, serve, version
from tests.queries import counting
from tests.world import World, writing

__all__ = ["an_item", "coordinator", "internship", "parent", "plan", "version"]


def test_a_plan_unfolds_its_elos_with_items_goals_and_hours(
    client: Client, world: World, database: Isolated, coordinator: Client, internship: At,
    an_item: Item, plan: str,
) -> None:  # fmt: skip
    elo, item = internship(), an_item()
    internship("draft", title="Later")
    link(coordinator, elo.path, item)
    goal = serve(database, world, elo)
    log(database, world, elo, 90, status="verified", verified_minutes=60)
    log(database, world, elo, 45, status="verified")
    log(database, world, elo, 30)
    log(database, world, elo, 15, status="declined")
    student = client.as_(world.home.student)
    for path in (plan, f"/students/{world.home.student.id}/plan"):
        first, second = student.read(f"{path}?expand=elos")["elos"]
        assert set(first) == set(PlanEloSchema().fields)
        assert set(first["minutes"]) == set(MinutesOfEloSchema().fields)
        assert (first["id"], first["title"]) == (str(elo.id), TITLE)
        assert (first["partner_name"], first["goal_ids"]) == ("North Peak Clinic", [goal])
        assert [one["id"] for one in first["framework_items"]] == [item]
        assert first["minutes"] == {"verified": 105, "pending": 30}
        assert (second["title"], second["minutes"]["verified"]) == ("Later", 0)


def test_orders_hide_elos_and_their_hours(
    world: World, database: Isolated, internship: At, plan: str, parent: Client
) -> None:
    log(database, world, internship(), 60)
    path = f"{plan}?expand=elos,goals"
    deny(database, world, "log_entries")
    (shown,) = parent.read(path)["elos"]
    assert "minutes" not in shown
    deny(database, world, "elos")
    assert "elos" not in parent.read(path)


def test_the_tag_of_a_plan_moves_with_its_elos(
    client: Client, world: World, database: Isolated, coordinator: Client, internship: At, plan: str
) -> None:
    elo, path = internship(latest_end=clock.today() + timedelta(days=90)), f"{plan}?expand=elos"
    student = client.as_(world.home.student)
    tags = [student.etag(path)]
    assert coordinator.patch(elo.path, {"product": "A film."}).status_code == 200
    tags.append(student.etag(path))
    log(database, world, elo, 60)
    tags.append(student.etag(path))
    with writing(database, world.home) as session:
        session.delete(session.scalars(select(LogEntry)).one())
    tags.append(student.etag(path))
    with writing(database, world.home) as session:
        session.get_one(Partner, elo.partner_id).name = "Clinic of the North"
    tags.append(student.etag(path))
    assert all(earlier != later for earlier, later in pairwise(tags))
    assert student.get(path, headers={"If-None-Match": tags[-1]}).status_code == 304


def test_a_plan_takes_as_many_queries_with_many_elos_as_with_one(
    client: Client, world: World, database: Isolated, internship: At, plan: str, version: str
) -> None:
    student = client.as_(world.home.student)
    paths = (f"{plan}?expand=elos,goals", f"{plan}/progress", "/goals", version, f"{version}/print")
    approve(client, world, version)
    counts: list[list[int]] = []
    for number in (1, 4):
        for _ in range(number):
            elo = internship()
            serve(database, world, elo)
            log(database, world, elo, 60)
        counts.append([])
        for path in paths:
            student.get(path)
            with counting(database) as queries:
                assert student.get(path).status_code == 200
            counts[-1].append(queries.count)
    assert counts[0] == counts[1]


def test_plans_are_found_by_the_state_of_an_elo(
    client: Client, world: World, database: Isolated, internship: At
) -> None:
    internship("submitted")
    student = str(world.home.student.id)

    def found(who: Any, query: str) -> list[str]:
        return [one["student"]["id"] for one in client.as_(who).read(f"/plans?{query}")["items"]]

    counselor, parent = world.home.counselor, world.home.parent
    assert found(counselor, "elo_status=submitted&elo_status=active") == [student]
    assert found(counselor, "elo_status=active") == []
    assert found(parent, "elo_status=submitted") == [student]
    deny(database, world, "elos")
    assert found(parent, "elo_status=submitted") == []
    # The registrar reads plans' status, and no ELOs.
    assert found(world.home.registrar, "elo_status=submitted") == []
