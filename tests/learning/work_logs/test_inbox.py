"""In the inbox: hours for who verifies them, and a declined entry for the student."""

from typing import Any

from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship
from tests.learning.work_logs.conftest import Change, Log
from tests.world import World, ahead, relate, writing


def news(reader: Client) -> list[Any]:
    items: list[Any] = reader.read("/me/inbox?kind=hours_to_verify&kind=log_entry_declined")[
        "items"
    ]
    return items


def test_hours_wait_for_coordinator_and_team_once_for_each_elo(
    client: Client,
    world: World,
    coordinator: Client,
    teacher: Client,
    elo: Internship,
    log: Log,
    change_elo: Change,
) -> None:
    assert news(coordinator) == []
    first, second = log(), log(on=ahead(-2))
    for reader in (coordinator, teacher):
        (item,) = news(reader)
        assert (item["kind"], item["group"]) == ("hours_to_verify", "waiting")
        assert (item["title"], item["link"]) == (
            "Hours: Nursing at the clinic",
            f"/api/v1{elo.path}",
        )
    for name in ("student", "parent", "advisor", "school_admin"):
        assert news(client.as_(getattr(world.home, name))) == [], name
    assert news(client.as_(elo.others)) == []
    assert news(client.as_(world.away.elo_coordinator)) == []
    change_elo(status="credit_awarded")
    assert news(coordinator) == []
    change_elo(status="terminated")
    for path in (first, second):
        assert len(news(coordinator)) == 1
        assert teacher.act(path, "verify").status_code == 200
    assert news(coordinator) == news(teacher) == []


def test_hours_of_their_own_child_do_not_wait_for_a_coordinator(
    coordinator: Client, world: World, database: Isolated, log: Log
) -> None:
    log()
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.elo_coordinator,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind=ParentKind.PARENT,
            may_inspect=True,
        )
    assert news(coordinator) == []


def test_a_declined_entry_is_news_for_the_student_until_it_waits_anew(
    client: Client, world: World, student: Client, coordinator: Client, log: Log
) -> None:
    path = log()
    assert coordinator.act(path, "decline", words="That was Tuesday.").status_code == 200
    (item,) = news(student)
    assert (item["kind"], item["group"]) == ("log_entry_declined", "new")
    assert item["link"] == f"/api/v1{path}"
    assert item["actor_id"] == str(world.home.elo_coordinator.id)
    assert "Tuesday" not in str(item)
    assert news(client.as_(world.home.parent)) == []
    assert student.patch(path, {"on": ahead(-2)}).status_code == 200
    assert news(student) == []
