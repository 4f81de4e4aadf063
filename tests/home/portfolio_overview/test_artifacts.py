"""A wall of artifacts: as documented, in few queries, to each reader only what they may know."""

import pytest
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import RecordKind, Relationship
from plp_api.home.portfolio_overview.schemas import ArtifactSummarySchema
from plp_api.learning.artifacts.models import ArtifactLink, ArtifactStatus, Reflection
from tests.client import Client
from tests.databases import Isolated
from tests.home.overview.test_plans import keys
from tests.learning.portfolio_world import Work, add_artifact
from tests.queries import counting
from tests.world import World, writing

PATH = "/artifacts/overview"


@pytest.fixture
def poem(world: World, database: Isolated) -> Work:
    """A kept poem that shows a goal, with a reflection; beside it a draft."""
    home = world.home
    with writing(database, home) as session:
        made = add_artifact(session, home)
        add_artifact(session, home, status=ArtifactStatus.DRAFT, title="Half a poem")
        part = {
            "district_id": home.district_id,
            "student_id": home.student.id,
            "artifact_id": made.id,
        }
        session.add(ArtifactLink(**part, goal_id=home.student.goal_id, linked_by=home.student.id))
        session.add(Reflection(**part, number=1, answers=[], written_by=home.student.id))
    return made


def test_an_artifact_is_shown_with_its_links_and_as_documented(
    client: Client, world: World, poem: Work
) -> None:
    shown = client.as_(world.home.student).read(f"{PATH}?status=kept")["items"]
    assert [one["id"] for one in shown] == [str(poem.id)]
    assert list(keys(ArtifactSummarySchema, shown[0])) == []
    assert set(ArtifactSummarySchema().fields) == set(shown[0])
    assert shown[0]["made_on"] == clock.today().isoformat()
    assert shown[0]["reflection_count"] == 1
    assert [one["goal_id"] for one in shown[0]["links"]] == [str(world.home.student.goal_id)]


def test_a_draft_is_listed_to_student_and_advisor_alone(
    client: Client, world: World, poem: Work
) -> None:
    readers = {"student": 2, "advisor": 2, "parent": 1, "counselor": 1, "school_admin": 1}
    readers |= {"other_advisor": 0, "other_student": 0}
    for name, count in readers.items():
        items = client.as_(getattr(world.home, name)).read(PATH)["items"]
        assert len(items) == count, name


def test_a_link_to_what_an_order_denies_is_left_out(
    client: Client, world: World, database: Isolated, poem: Work
) -> None:
    parent = client.as_(world.home.parent)
    assert len(parent.read(PATH)["items"][0]["links"]) == 1
    with writing(database, world.home) as session:
        of_parent = Relationship.person_id == world.home.parent.id
        for tie in session.scalars(select(Relationship).where(of_parent)):
            tie.denied = frozenset({RecordKind.GOALS})
    assert parent.read(PATH)["items"][0]["links"] == []


def test_fifty_take_as_many_queries_as_one(
    client: Client, world: World, database: Isolated, poem: Work
) -> None:
    student = client.as_(world.home.student)
    with counting(database) as one:
        student.read(PATH)
    with writing(database, world.home) as session:
        for number in range(48):
            add_artifact(session, world.home, title=f"Piece {number}")
    with counting(database) as fifty:
        assert len(student.read(PATH)["items"]) == 50
    assert fifty.count == one.count <= 5, fifty.statements


def test_it_takes_the_filters_of_artifacts(client: Client, world: World, poem: Work) -> None:
    student = client.as_(world.home.student)
    counted = student.read(f"{PATH}?status=kept&count=true")
    assert (counted["total_count"], len(counted["items"])) == (1, 1)
    assert client.as_(world.home.other_student).read(PATH)["items"] == []
    assert student.get(f"{PATH}?limit=none").status_code == 422
