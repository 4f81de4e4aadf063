"""A plan in force, and the ways to change what stands in it."""

import pytest

from tests.client import Client
from tests.world import World


@pytest.fixture
def in_force(client: Client, world: World) -> str:
    """The path of `student`'s version, handed in and approved."""
    path = f"/plan-versions/{world.home.student.version_id}"
    assert client.as_(world.home.student).act(path, "submit").status_code == 200
    assert client.as_(world.home.advisor).act(path, "approve").status_code == 200
    return path
