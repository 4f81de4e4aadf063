"""People who prepare a meeting see who needs an interpreter; the family does not."""

import pytest

from plp_api.foundation.roster.models import Person
from tests.client import Client
from tests.databases import Isolated
from tests.world import World, writing


@pytest.fixture
def review(database: Isolated, world: World) -> str:
    """The student's review; their parent needs an interpreter."""
    with writing(database, world.home) as session:
        parent = session.get(Person, world.home.parent.id)
        parent.language, parent.needs_interpreter = "ne", True
    return f"/reviews/{world.home.student.review_id}"


def test_who_holds_the_meeting_sees_it(client: Client, world: World, review: str) -> None:
    name_of = client.as_(world.home.registrar).read(f"/people/{world.home.parent.id}")
    wanted = [
        {
            "role": "parent",
            "person_id": str(world.home.parent.id),
            "person_name": name_of["display_name"],
            "language": "ne",
        }
    ]
    for name in ("advisor", "counselor", "school_admin"):
        found = client.as_(getattr(world.home, name)).read(review)
        assert found["interpreters_needed"] == wanted, name


def test_nobody_else_does(client: Client, world: World, review: str) -> None:
    for name in ("student", "inspecting_parent", "parent", "registrar", "auditor"):
        found = client.as_(getattr(world.home, name)).read(review)
        assert found["interpreters_needed"] is None, name


def test_where_nobody_needs_one_the_list_is_empty(client: Client, world: World) -> None:
    advisor = client.as_(world.home.advisor)
    found = {one["student_id"]: one for one in advisor.read("/reviews")["items"]}
    assert found[str(world.home.senior.id)]["interpreters_needed"] == []
