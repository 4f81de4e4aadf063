"""Evaluated internships of `home.student`, their credit lines, and those who decide."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest

from plp_api.learning.elos.models import Elo
from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship
from tests.learning.elos.conftest import At, coordinator, internship, student
from tests.learning.ratings.frameworks import add_framework
from tests.world import World, ahead, writing

__all__ = ["At", "coordinator", "internship", "student"]

Items = Mapping[str, UUID]
Line = Callable[..., str]
Again = Callable[[Internship], None]
APPEALS = "/me/inbox?kind=appeal_to_decide&kind=appeal_decided"


@pytest.fixture
def items(database: Isolated, world: World) -> Items:
    """The items of a framework at home, by code."""
    with writing(database, world.home) as session:
        return add_framework(session, world.home.district_id)


@pytest.fixture
def line(coordinator: Client, items: Items) -> Line:
    """Propose a line of half a credit in science for an ELO, and get its address."""

    def made(elo: Internship, **members: Any) -> str:
        body = {
            "area": "Science",
            "amount": 0.5,
            "teacher_of_record_id": str(elo.teacher_of_record.id),
            "framework_item_ids": [str(items["W.1"])],
            **members,
        }
        return f"/credit-lines/{coordinator.made(f'{elo.path}/credit-lines', body)['id']}"

    return made


@pytest.fixture
def principal(client: Client, world: World) -> Client:
    return client.as_(world.home.school_admin)


@pytest.fixture
def denied_line(client: Client, internship: At, line: Line) -> Callable[[], tuple[Internship, str]]:
    """An evaluated internship with a line that its teacher denied."""

    def made() -> tuple[Internship, str]:
        elo = internship("evaluated")
        path = line(elo)
        teacher = client.as_(elo.teacher_of_record)
        answer = teacher.act(path, "deny", words="The hours are there, the science is not.")
        assert answer.status_code == 200, answer.json
        return elo, path

    return made


@pytest.fixture
def set_aside(client: Client) -> Again:
    """Let the teacher of record ask for more work on an evaluated internship."""

    def done(elo: Internship) -> None:
        body = {"complete_by": ahead(30), "comment": "The log of March is missing."}
        answer = client.as_(elo.teacher_of_record).act(elo.path, "mark_incomplete", **body)
        assert answer.status_code == 200, answer.json

    return done


@pytest.fixture
def evaluated_again(client: Client, world: World, database: Isolated) -> Again:
    """Let the cooperating teacher evaluate what was handed in and presented once more."""

    def done(elo: Internship) -> None:
        with writing(database, world.home) as session:
            session.get(Elo, elo.id).status = "presented"
        teacher = client.as_(elo.cooperating_teacher)
        teacher.made(f"{elo.path}/evaluations", {"words": "Now the science is there."})

    return done
