"""Visits of the school at sites, and the sites that nobody visited lately."""

from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import (
    AppointmentRole,
)
from plp_api.learning.elos.models import Elo
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.learning.work_logs.conftest import Change
from tests.world import World, ahead, appoint, writing


def test_the_coordinator_records_a_visit_also_of_somebody_on_the_team(
    client: Client, world: World, coordinator: Client, elo: Internship
) -> None:
    path = f"{elo.path}/site-visits"
    own = coordinator.made(path, {"on": ahead(-3), "words": "Works beside the nurse."})
    assert own["visited_by"] == str(world.home.elo_coordinator.id)
    assert (own["site_id"], own["site"]["name"]) == (str(elo.site_id), "Main house")
    supervisor = str(elo.licensed_supervisor.id)
    theirs = coordinator.made(path, {"on": ahead(-2), "visited_by": supervisor})
    assert (theirs["visited_by"], theirs["visited_by_name"] is None) == (supervisor, False)
    stranger = {"on": ahead(-2), "visited_by": str(elo.others.id)}
    assert pointers(coordinator.post(path, stranger)) == {"/visited_by"}
    assert [one["id"] for one in coordinator.read(path)["items"]] == [own["id"], theirs["id"]]
    visit = f"/site-visits/{own['id']}"
    changed = coordinator.patch(visit, {"words": "Works alone."}).json
    assert (changed["words"], changed["version"]) == ("Works alone.", 2)
    assert pointers(coordinator.patch(visit, {"visited_by": str(elo.others.id)})) == {"/visited_by"}
    assert coordinator.delete(visit).status_code == 204
    assert len(coordinator.read("/site-visits")["items"]) == 1


@pytest.mark.parametrize("on", [ahead(1), ahead(-31)])
def test_a_visit_was_made_and_within_the_dates_of_the_elo(
    coordinator: Client, elo: Internship, on: str
) -> None:
    assert pointers(coordinator.post(f"{elo.path}/site-visits", {"on": on})) == {"/on"}


def test_staff_read_visits_and_the_family_never(
    client: Client, world: World, coordinator: Client, teacher: Client, elo: Internship
) -> None:
    path = f"{elo.path}/site-visits"
    visit = f"/site-visits/{coordinator.made(path, {'on': ahead(-3)})['id']}"
    for reader in (
        teacher,
        *(client.as_(getattr(world.home, n)) for n in ("counselor", "school_admin")),
    ):
        assert reader.read(visit)["on"] == ahead(-3)
        assert len(reader.read(path)["items"]) == 1
        assert reader.post(path, {"on": ahead(-2)}).status_code == 403
    for name in ("student", "parent", "advisor", "auditor"):
        reader = client.as_(getattr(world.home, name))
        assert reader.get(visit).status_code == 404
        assert reader.get(path).status_code == 403
        assert reader.get("/site-visits").status_code == 403


def test_a_parent_with_an_office_reads_no_visit_of_their_child_and_records_none(
    client: Client, world: World, coordinator: Client, database: Isolated, elo: Internship
) -> None:
    path = f"{elo.path}/site-visits"
    visit = f"/site-visits/{coordinator.made(path, {'on': ahead(-3)})['id']}"
    with writing(database, world.home) as session:
        role = AppointmentRole.ELO_COORDINATOR
        appoint(session, world.home, world.home.parent, role, world.home.school_id)
    parent = client.as_(world.home.parent)
    assert parent.get(visit).status_code == 404
    assert parent.read(path)["items"] == []
    assert code(parent.post(path, {"on": ahead(-2)})) == "actor_is_family"
    assert missing(parent) == []
    assert len(missing(coordinator, "days=2")) == 1


# Sites that nobody visited lately.


def missing(reader: Client, query: str = "") -> list[Any]:
    items: list[Any] = reader.read(f"/unvisited-elos?{query}")["items"]
    return items


def test_an_elo_whose_site_nobody_visited_is_listed_with_the_days_since(
    coordinator: Client, elo: Internship
) -> None:
    (shown,) = missing(coordinator)
    assert (shown["elo_id"], shown["title"]) == (str(elo.id), "Nursing at the clinic")
    assert (shown["partner_name"], shown["site"]["name"]) == ("North Peak Clinic", "Main house")
    assert (shown["last_visited_on"], shown["days_since"]) == (None, 30)
    assert missing(coordinator, "days=31") == []
    coordinator.made(f"{elo.path}/site-visits", {"on": ahead(-10)})
    assert missing(coordinator, "days=11") == []
    (shown,) = missing(coordinator, "days=10")
    assert (shown["last_visited_on"], shown["days_since"]) == (ahead(-10), 10)


def test_a_visit_counts_for_every_student_at_the_site_and_for_no_other_site(
    coordinator: Client, world: World, database: Isolated, elo: Internship
) -> None:
    with writing(database, world.home) as session:
        same = add_internship(session, world.home, world.home.senior)
        session.get_one(Elo, same.id).site_id = elo.site_id
        elsewhere = add_internship(session, world.home, world.home.senior)
    assert len(missing(coordinator)) == 3
    coordinator.made(f"{elo.path}/site-visits", {"on": ahead(-1)})
    assert [one["elo_id"] for one in missing(coordinator)] == [str(elsewhere.id)]
    assert missing(coordinator, f"student_id={world.home.student.id}") == []
    assert len(missing(coordinator, f"site_id={elsewhere.site_id}")) == 1
    assert missing(coordinator, f"partner_id={elo.partner_id}") == []


def test_only_active_elos_with_a_site_wait_for_a_visit(
    coordinator: Client, change_elo: Change, elo: Internship
) -> None:
    today = clock.today()
    change_elo(started_on=today - timedelta(days=5))
    assert missing(coordinator) == []
    assert len(missing(coordinator, "days=5")) == 1
    change_elo(status="suspended")
    assert missing(coordinator, "days=5") == []
    change_elo(status="active", ends_on=today - timedelta(days=1))
    assert missing(coordinator, "days=5") == []
    change_elo(ends_on=today, site_id=None)
    assert missing(coordinator, "days=5") == []


def test_the_team_sees_its_own_elos_and_the_family_no_list(
    client: Client, world: World, elo: Internship, teacher: Client
) -> None:
    assert len(missing(teacher)) == 1
    assert client.as_(elo.others).get("/unvisited-elos").status_code == 403
    assert missing(client.as_(world.away.elo_coordinator)) == []
    for name in ("student", "parent", "auditor"):
        assert client.as_(getattr(world.home, name)).get("/unvisited-elos").status_code == 403


@pytest.mark.parametrize("days", ["0", "367", "x"])
def test_the_days_are_a_number_within_a_year(coordinator: Client, days: str) -> None:
    refused = coordinator.get(f"/unvisited-elos?days={days}")
    assert (refused.status_code, pointers(refused)) == (422, {"days"})
