"""Who may raise a concern, what they get back, and who reads it."""

from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.relationships import ParentKind, Relationship, RelationshipKind
from plp_api.learning.concerns import actions
from plp_api.learning.concerns.models import Concern
from plp_api.learning.elos.models import Elo, EloStatus
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.concerns.conftest import WORDS, Raise
from tests.learning.elo_world import Internship, add_internship
from tests.queries import counting
from tests.world import World, person, relate, writing

pytestmark = pytest.mark.both_databases

BODY = {"kind": "safety", "words": WORDS}


def deny(database: Isolated, world: World, *kinds: str) -> None:
    """A court order denies the parent these kinds of record."""
    with writing(database, world.home) as session:
        of_parent = Relationship.person_id == world.home.parent.id
        session.scalars(select(Relationship).where(of_parent)).one().denied = frozenset(kinds)


def make_parent(database: Isolated, world: World, somebody: Any) -> None:
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            somebody,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind=ParentKind.PARENT,
            may_inspect=True,
        )


@pytest.mark.parametrize("name", ["student", "parent", "inspecting_parent", "advisor", "teacher"])
def test_who_raises_a_concern_gets_a_receipt_and_reads_it_no_more(
    client: Client, world: World, internship: Internship, name: str
) -> None:
    who = client.as_(getattr(world.home, name))
    answer = who.post(f"{internship.path}/concerns", BODY)
    assert answer.status_code == 201
    assert set(answer.json) == {"id", "elo_id", "status", "created_at"}
    assert (answer.json["elo_id"], answer.json["status"]) == (str(internship.id), "open")
    assert "ETag" not in answer.headers
    assert who.get(f"/concerns/{answer.json['id']}").status_code == 404
    for path in ("/concerns", f"{internship.path}/concerns"):
        assert (who.get(path).status_code, code(who.get(path))) == (403, "permission_denied")


def test_staff_on_the_elo_raise_one_and_nobody_beside_it_does(
    client: Client, world: World, internship: Internship
) -> None:
    path = f"{internship.path}/concerns"
    on_it = client.as_(internship.cooperating_teacher)
    assert on_it.post(path, BODY).status_code == 201
    assert code(on_it.get("/concerns")) == "permission_denied"
    for stranger in (internship.others, world.home.other_advisor, world.home.denied_parent):
        assert client.as_(stranger).post(path, BODY).status_code == 404
    assert client.as_(world.away.school_admin).post(path, BODY).status_code == 404
    assert client.as_(world.home.registrar).post(path, BODY).status_code == 404
    refused = client.as_(world.home.auditor).post(path, BODY)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_a_parent_to_whom_an_order_denies_elos_raises_none(
    client: Client, world: World, database: Isolated, internship: Internship
) -> None:
    deny(database, world, "elos")
    parent = client.as_(world.home.parent)
    assert parent.post(f"{internship.path}/concerns", BODY).status_code == 404


@pytest.mark.parametrize("status", [EloStatus.SUBMITTED, EloStatus.TERMINATED])
def test_a_concern_may_be_raised_in_any_state(
    client: Client, world: World, database: Isolated, status: str
) -> None:
    with writing(database, world.home) as session:
        elo = add_internship(session, world.home, status=status)
    assert client.as_(world.home.student).post(f"{elo.path}/concerns", BODY).status_code == 201


def test_words_and_kind_are_needed(student: Client, internship: Internship) -> None:
    path = f"{internship.path}/concerns"
    assert pointers(student.post(path, {})) == {"/kind", "/words"}
    assert pointers(student.post(path, {**BODY, "kind": "gossip"})) == {"/kind"}
    assert pointers(student.post(path, {**BODY, "words": " "})) == {"/words"}


READERS = ("counselor", "elo_coordinator", "school_admin", "district_admin")


@pytest.mark.parametrize("name", READERS)
def test_the_school_reads_who_raised_what(
    client: Client, world: World, internship: Internship, raised: Raise, name: str
) -> None:
    path, reader = raised(), client.as_(getattr(world.home, name))
    shown = reader.read(path)
    assert (shown["words"], shown["kind"], shown["status"]) == (WORDS, "safety", "open")
    assert shown["raised_by"] == shown["student_id"] == str(world.home.student.id)
    assert shown["raised_by_name"] == shown["student"]["display_name"]
    # The district admin states a reason to open an ELO, and none here.
    title = None if name == "district_admin" else "Nursing at the clinic"
    assert shown["elo_title"] == title
    for listed in ("/concerns", f"{internship.path}/concerns"):
        assert [one["id"] for one in reader.read(listed)["items"]] == [shown["id"]]


def test_another_school_and_another_district_read_nothing(
    client: Client, world: World, raised: Raise
) -> None:
    path = raised()
    for stranger in (world.home.other_school_admin, world.away.elo_coordinator):
        assert client.as_(stranger).get(path).status_code == 404
        assert client.as_(stranger).read("/concerns")["items"] == []


def test_family_on_the_staff_reads_none(
    client: Client, world: World, database: Isolated, internship: Internship, raised: Raise
) -> None:
    path, coordinator = raised(), client.as_(world.home.elo_coordinator)
    make_parent(database, world, world.home.elo_coordinator)
    assert coordinator.get(path).status_code == 404
    assert coordinator.act(path, "acknowledge").status_code == 404
    for listed in ("/concerns", f"{internship.path}/concerns"):
        assert coordinator.read(listed)["items"] == []
    assert coordinator.read("/me/inbox?kind=concern_to_acknowledge")["items"] == []


def test_raising_one_moves_nothing_that_others_read(
    client: Client, world: World, database: Isolated, internship: Internship, raised: Raise
) -> None:
    def standing() -> Any:
        with writing(database, world.home) as session:
            elo = session.get_one(Elo, internship.id)
            return elo.version, elo.updated_at

    plan = f"/plans/{world.home.student.plan_id}"
    parent = client.as_(world.home.parent)
    before, tag = standing(), parent.etag(plan)
    raised()
    assert (standing(), parent.etag(plan)) == (before, tag)


def test_the_event_holds_neither_words_nor_kind(
    world: World, database: Isolated, raised: Raise
) -> None:
    raised()
    with writing(database, world.home) as session:
        event = session.scalars(select(Event).where(Event.type == "concern.raised")).one()
        assert set(event.payload) == {"elo_id"}
        assert event.actor_id == world.home.student.id


def test_a_mentor_s_concern_names_the_mentor(
    client: Client, world: World, database: Isolated, internship: Internship
) -> None:
    with writing(database, world.home) as session:
        elo = session.get_one(Elo, internship.id)
        concern = actions.raise_by_mentor(elo, internship.mentor_id, "conduct", "Help.")
        key = concern.id
    shown = client.as_(world.home.elo_coordinator).read(f"/concerns/{key}")
    assert (shown["raised_by"], shown["raised_by_name"]) == (None, None)
    assert (shown["mentor_id"], shown["mentor_name"]) == (str(internship.mentor_id), "Tom Averill")
    assert shown["available_actions"] == ["acknowledge"]


def test_the_list_is_filtered(coordinator: Client, internship: Internship, raised: Raise) -> None:
    first, second = raised(), raised(kind="work")
    assert coordinator.act(first, "acknowledge").status_code == 200

    def found(query: str) -> list[str]:
        return [f"/concerns/{one['id']}" for one in coordinator.read(f"/concerns?{query}")["items"]]

    assert found("status=open") == [second]
    assert set(found("status=open&status=acknowledged")) == {first, second}
    assert found("kind=work") == [second]
    assert set(found(f"elo_id={internship.id}")) == {first, second}
    assert found("status=closed") == []


def test_as_many_queries_for_one_concern_as_for_five(
    client: Client, world: World, database: Isolated, internship: Internship
) -> None:
    reader, counts = client.as_(world.home.elo_coordinator), list[int]()
    for _ in range(2):
        for _ in range(1 if not counts else 4):
            with writing(database, world.home) as session:
                elo = session.get_one(Elo, internship.id)
                concern = actions.raise_by_mentor(elo, internship.mentor_id, "work", WORDS)
                somebody = person(session, world.home, f"raiser_{concern.id.hex[-6:]}")
                raiser = Concern(
                    district_id=elo.district_id,
                    student_id=elo.student_id,
                    elo_id=elo.id,
                    kind="other",
                    words=WORDS,
                    raised_by=somebody.id,
                )
                session.add(raiser)
                del world.home.people[somebody.username]
        reader.read("/concerns")
        with counting(database) as queries:
            reader.read("/concerns")
        counts.append(queries.count)
    assert counts[0] == counts[1]
