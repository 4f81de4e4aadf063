"""Partners as the coordinator enters them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.world import World

Made = Callable[..., dict[str, Any]]
CLINIC = {"kind": "health_care", "name": "Barre Community Clinic"}


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


@pytest.fixture
def advisor(client: Client, world: World) -> Client:
    return client.as_(world.home.advisor)


@pytest.fixture
def partner(coordinator: Client) -> str:
    """The address of a partner without anything."""
    return f"/partners/{coordinator.made('/partners', CLINIC)['id']}"


@pytest.fixture
def added(coordinator: Client) -> Made:
    """Add a partner; by default a business."""

    def made(name: str, **more: Any) -> dict[str, Any]:
        return dict(coordinator.made("/partners", {"kind": "business", "name": name, **more}))

    return made
