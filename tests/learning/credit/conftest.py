"""Evaluated internships of `home.student`, their credit lines, and those who decide."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest

from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship
from tests.learning.elos.conftest import At, coordinator, internship, student
from tests.learning.ratings.frameworks import add_framework
from tests.world import World, writing

__all__ = ["At", "coordinator", "internship", "student"]

Items = Mapping[str, UUID]
Line = Callable[..., str]
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
