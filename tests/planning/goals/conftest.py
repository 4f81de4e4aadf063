"""A goal in any state, and the people who work on it."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.foundation.db import new_id
from plp_api.planning.goals.models import Goal
from tests.client import Client
from tests.databases import Isolated
from tests.world import Pupil, World, writing


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def advisor(client: Client, world: World) -> Client:
    return client.as_(world.home.advisor)


@pytest.fixture
def a_goal(database: Isolated, world: World) -> Callable[..., str]:
    """Write a goal of `home.student` (or another pupil) in a state, and get its address."""

    def made(status: str = "draft", pupil: Pupil | None = None, **columns: Any) -> str:
        whose = pupil or world.home.student
        goal_id = new_id()
        goal = Goal(
            id=goal_id,
            district_id=whose.district_id,
            student_id=whose.id,
            plan_id=whose.plan_id,
            status=status,
            **{"domain": "academic", "title": "Read ten novels", **columns},
        )
        with writing(database, world.home, world.away) as session:
            session.add(goal)
        return f"/goals/{goal_id}"

    return made
