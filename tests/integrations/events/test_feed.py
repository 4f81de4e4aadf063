"""The change feed: every event once, in order, and only events within the reader's reach."""

from typing import Any

import pytest

from plp_api.foundation.audit.actions import number_events, verify_chain
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.relationships import RelationshipKind
from tests import databases
from tests.client import Client, pointers
from tests.world import World, relate, writing


@pytest.fixture
def numbered(database: databases.Isolated, world: World) -> Any:
    """Numbers the events committed so far, as the worker does."""

    def number() -> int:
        with writing(database, world.home, world.away):
            return number_events()

    return number


@pytest.fixture
def changed(client: Client, world: World, numbered: Any) -> int:
    """Makes five changes to the student and numbers them; returns the number of events."""
    student = client.as_(world.home.student)
    for percent in range(5):
        student.made(f"/goals/{world.home.student.goal_id}/check-ins", {"percent": percent})
    made: int = numbered()
    return made


def test_events_come_in_order_without_gaps(client: Client, world: World, changed: int) -> None:
    admin = client.as_(world.home.district_admin)
    events = admin.read("/events?limit=200")
    positions = [one["position"] for one in events["items"]]
    assert positions == list(range(positions[0], positions[0] + changed))
    assert events["next_after"] == positions[-1]
    assert admin.read(f"/events?after={events['next_after']}")["items"] == []


def test_following_the_feed_misses_nothing(
    client: Client, world: World, changed: int, numbered: Any
) -> None:
    admin = client.as_(world.home.district_admin)
    seen, after = [], 0
    for _ in range(changed):
        page = admin.read(f"/events?limit=2&after={after}")
        seen += [one["position"] for one in page["items"]]
        after = page["next_after"]
    client.as_(world.home.student).made(
        f"/goals/{world.home.student.goal_id}/check-ins", {"percent": 50}
    )
    assert admin.read(f"/events?after={after}")["items"] == [], "not before it has its number"
    assert numbered() == 1
    (late,) = admin.read(f"/events?after={after}")["items"]
    assert [*seen, late["position"]] == list(range(seen[0], seen[0] + changed + 1))


def test_an_event_says_what_happened_to_what_by_whom_and_nobody_s_words(
    client: Client, world: World, changed: int
) -> None:
    event = client.as_(world.home.district_admin).read("/events")["items"][0]
    assert event["type"] == "check_in.added"
    assert event["subject_type"] == "check_ins"
    assert event["student_id"] == event["actor_id"] == str(world.home.student.id)
    assert event["at"].endswith("Z")
    assert len(event["chain_hash"]) == 64


def test_a_school_admin_sees_events_about_the_students_of_the_school(
    client: Client, world: World, changed: int
) -> None:
    assert len(client.as_(world.home.school_admin).read("/events")["items"]) == changed
    assert client.as_(world.home.other_school_admin).read("/events")["items"] == []


def test_another_district_sees_none(client: Client, world: World, changed: int) -> None:
    assert client.as_(world.away.district_admin).read("/events")["items"] == []


def test_the_feed_is_closed_to_who_keeps_no_records(client: Client, world: World) -> None:
    for name in ("student", "parent", "advisor", "teacher", "counselor", "registrar"):
        assert client.as_(getattr(world.home, name)).get("/events").status_code == 403, name


def test_a_chain_that_was_tampered_with_is_found(
    database: databases.Isolated, world: World, changed: int
) -> None:
    with writing(database, world.home, world.away) as session:
        assert verify_chain() is None
        numbered = session.query(Event).filter(Event.position.is_not(None))
        forged = numbered.order_by(Event.position).first()
        forged.chain_hash = "0" * 64
        session.flush()
        assert verify_chain() == forged.position


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=201", "cursor=x"])
def test_a_position_that_cannot_be_is_refused(client: Client, world: World, query: str) -> None:
    answer = client.as_(world.home.district_admin).get(f"/events?{query}")
    assert (answer.status_code, pointers(answer)) == (422, {query.split("=", maxsplit=1)[0]})


def _told_of(client: Client, somebody: Any, student: Any) -> set[str]:
    """The types of the events about the student that a reader sees."""
    shown = client.as_(somebody).read("/events?limit=200")["items"]
    return {one["type"] for one in shown if one["student_id"] == str(student.id)}


@pytest.mark.parametrize("name", ["school_admin", "district_admin"])
def test_what_a_family_keeps_at_home_is_followed_by_no_office(
    client: Client, world: World, numbered: Any, name: str
) -> None:
    pupil, admin = world.home.student, getattr(world.home, name)
    student, registrar = client.as_(pupil), client.as_(world.home.registrar)
    student.made(f"/goals/{pupil.goal_id}/check-ins", {"percent": 10})
    numbered()
    assert "check_in.added" in _told_of(client, admin, pupil)
    home = registrar.made(f"/students/{pupil.id}/home-studies", {})
    version = f"/plan-versions/{pupil.version_id}"
    assert client.as_(world.home.parent).act(version, "put_in_force").status_code == 200
    numbered()
    told = _told_of(client, admin, pupil)
    assert told, "that they study at home is no secret"
    kept = ("check_in.", "goal.", "plan_version.", "signature.", "review.", "comment.")
    assert not [one for one in told if one.startswith(kept)], told
    ended = {"ends_on": home["starts_on"]}
    assert registrar.patch(f"/home-studies/{home['id']}", ended).status_code == 200
    assert "check_in.added" in _told_of(client, admin, pupil)


def test_nobody_follows_their_own_child_by_an_office(
    client: Client, world: World, database: Any, changed: int
) -> None:
    admin = world.home.school_admin
    assert _told_of(client, admin, world.home.student)
    with writing(database, world.home) as session:
        relate(session, world.home, admin, world.home.student, RelationshipKind.PARENT)
    assert not _told_of(client, admin, world.home.student)
