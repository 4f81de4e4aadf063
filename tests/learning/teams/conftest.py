"""An internship of `home.student` with its team as rows, and who may change the team."""

from typing import Any

import pytest

from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.world import World, writing


@pytest.fixture
def elo(world: World, database: Isolated) -> Internship:
    with writing(database, world.home) as session:
        return add_internship(session, world.home)


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


@pytest.fixture
def member_of(coordinator: Client, elo: Internship) -> Any:
    """The assignment that holds a role of the internship today."""

    def found(role: str) -> dict[str, Any]:
        listed = coordinator.read(f"{elo.path}/team?role={role}&is_current=true")["items"]
        one: dict[str, Any]
        (one,) = listed
        return one

    return found
