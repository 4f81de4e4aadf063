"""Parts of the design of an internship, by each kind."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.world import World, ahead, writing

At = Callable[..., Internship]

# By kind: its path, a body, a change.
KINDS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "benchmarks": (
        "elo-benchmarks",
        {"title": "A first draft", "due_on": ahead(20)},
        {"due_on": ahead(30)},
    ),
    "training-tasks": (
        "elo-training-tasks",
        {"task": "Take blood pressure", "competence": "Measures vital signs"},
        {"competence": "Listens"},
    ),
    "communications": (
        "elo-communications",
        {"party": "Mentor", "means": "Visit", "rhythm": "Every two weeks"},
        {"rhythm": "Monthly"},
    ),
    "permissions": (
        "elo-permissions",
        {"kind": "private_vehicle", "given_by_name": "Ada Roy", "given_on": ahead(-1)},
        {"kind": "photograph"},
    ),
    "costs": (
        "elo-costs",
        {"what": "Work shoes", "amount_cents": 4500, "borne_by": "family"},
        {"borne_by": "school"},
    ),
    "times": (
        "elo-times",
        {"weekday": 5, "begins": 780, "ends": 900},
        {"ends": 930},
    ),
}


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


@pytest.fixture
def internship(world: World, database: Isolated) -> At:
    """Write an internship of `home.student` with its team, in a state."""

    def made(status: str = "design", **columns: Any) -> Internship:
        with writing(database, world.home) as session:
            return add_internship(session, world.home, world.home.student, status, **columns)

    return made
