"""An active internship of `home.student`, and concerns about it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.world import World, writing

Raise = Callable[..., str]
WORDS = "I was left alone with the saw."


@pytest.fixture
def internship(database: Isolated, world: World) -> Internship:
    with writing(database, world.home) as session:
        return add_internship(session, world.home)


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


@pytest.fixture
def principal(client: Client, world: World) -> Client:
    return client.as_(world.home.school_admin)


@pytest.fixture
def raised(student: Client, internship: Internship) -> Raise:
    """Raise a concern as the student (or `by`), and get its address."""

    def made(by: Client | None = None, **members: Any) -> str:
        body = {"kind": "safety", "words": WORDS, **members}
        return f"/concerns/{(by or student).made(f'{internship.path}/concerns', body)['id']}"

    return made
