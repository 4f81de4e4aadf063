"""A published template, kept artifacts of the student at home, and a call to answer."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.databases import Isolated
from tests.learning.portfolio_world import Work, add_artifact
from tests.world import World, writing

SLOTS = [
    {"key": "best", "title": "Best work", "least": 1, "most": 2},
    {"key": "writing", "title": "Writing", "least": 2, "kinds": ["writing"]},
    {"key": "extra", "title": "Extra", "least": 0},
]
Keep = Callable[..., Work]
Publish = Callable[..., dict[str, Any]]


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def advisor(client: Client, world: World) -> Client:
    return client.as_(world.home.advisor)


@pytest.fixture
def keep(database: Isolated, world: World) -> Keep:
    """Write an artifact of the student at home, or of another pupil."""

    def kept(student: Any = None, **columns: Any) -> Work:
        with writing(database, world.home) as session:
            return add_artifact(session, world.home, student, **columns)

    return kept


@pytest.fixture
def publish(client: Client, world: World) -> Publish:
    """Publish a template of the district."""

    def published(**members: Any) -> dict[str, Any]:
        admin = client.as_(world.home.district_admin)
        sent = {"title": "Graduation", "slots": SLOTS, **members}
        path = f"/portfolio-templates/{admin.made('/portfolio-templates', sent)['id']}"
        return dict(admin.act(path, "publish").json)

    return published


@pytest.fixture
def portfolio(student: Client, world: World, publish: Publish) -> str:
    """The address of the student's portfolio, which is empty."""
    sent = {"template_id": publish()["id"]}
    made = student.made(f"/students/{world.home.student.id}/portfolios", sent)
    return f"/portfolios/{made['id']}"
