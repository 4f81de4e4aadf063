"""Proposals of `home.student`, and an internship with its team as rows."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.world import World, writing

Propose = Callable[..., str]
At = Callable[..., Internship]


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


@pytest.fixture
def proposed(student: Client, world: World) -> Propose:
    """Begin a proposal of `home.student`, and get its address."""

    def made(**members: Any) -> str:
        body = {"type": "independent_study", "title": "The history of our mill", **members}
        elo = student.made(f"/students/{world.home.student.id}/elos", body)
        return f"/elos/{elo['id']}"

    return made


@pytest.fixture
def internship(world: World, database: Isolated) -> At:
    """Write an internship of `home.student` with its team, in a state."""

    def made(status: str = "active", **columns: Any) -> Internship:
        with writing(database, world.home) as session:
            return add_internship(session, world.home, world.home.student, status, **columns)

    return made
