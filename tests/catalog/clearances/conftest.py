"""A partner with a mentor, to be checked."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.world import World, ahead

Recorded = Callable[..., dict[str, Any]]
CLINIC = {"kind": "health_care", "name": "Barre Community Clinic"}


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


@pytest.fixture
def partner(coordinator: Client) -> str:
    """The address of a partner."""
    return f"/partners/{coordinator.made('/partners', CLINIC)['id']}"


@pytest.fixture
def mentor(coordinator: Client, partner: str) -> str:
    """The id of a mentor of the partner."""
    return str(coordinator.made(f"{partner}/mentors", {"name": "Tom Averill"})["id"])


@pytest.fixture
def recorded(coordinator: Client, partner: str, mentor: str) -> Recorded:
    """Record a check of the mentor, passed today unless said otherwise."""

    def made(**changed: Any) -> dict[str, Any]:
        return dict(coordinator.made(f"{partner}/clearances", body(mentor, **changed)))

    return made


def body(mentor: str | None, **changed: Any) -> dict[str, Any]:
    """A check as it is sent."""
    check = {"kind": "criminal_record", "is_cleared": True, "checked_on": ahead(0)}
    return {**check, "mentor_id": mentor, **changed}


def requires(client: Client, world: World, *kinds: str) -> None:
    """Let the district require these kinds of check."""
    admin = client.as_(world.home.district_admin)
    path = f"/districts/{world.home.district_id}"
    changed = admin.patch(path, {"settings": {"required_clearances": [*kinds]}})
    assert changed.status_code == 200, changed.json
