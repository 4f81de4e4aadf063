"""Templates as a district and its schools write them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.world import World

Made = Callable[..., dict[str, Any]]


def section(key: str, **changed: Any) -> dict[str, Any]:
    """A section as it is sent."""
    return {"key": key, "title": key.capitalize(), "authors": ["student"], **changed}


ASKED = [
    section("about_me", is_required=True),
    section("scope_and_rigor", authors=["student", "advisor"], is_material=True),
    section("wonder", prompt="What do you wonder about?"),
]
"""The world's template without its family section, and a question of the school's own."""


@pytest.fixture
def school_admin(client: Client, world: World) -> Client:
    return client.as_(world.home.school_admin)


@pytest.fixture
def district_admin(client: Client, world: World) -> Client:
    return client.as_(world.home.district_admin)


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def published(world: World) -> Made:
    """Write a template as somebody and publish it; by default the high school's, for grade 10."""

    def made(client: Client, **changed: Any) -> dict[str, Any]:
        body = {
            "name": "Ours",
            "school_id": str(world.home.school_id),
            "grades": ["10"],
            "sections": ASKED,
            **changed,
        }
        draft = client.made("/plan-templates", body)
        answer = client.act(f"/plan-templates/{draft['id']}", "publish")
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    return made
