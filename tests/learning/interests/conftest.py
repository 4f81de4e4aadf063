"""Opportunities of the high school, and hands that students raise for them."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.foundation.roster.relationships import AppointmentRole
from tests.catalog.opportunities.conftest import Clinic, Offer, clinic, coordinator, offer
from tests.client import Client
from tests.databases import Isolated
from tests.world import Pupil, World, ahead, appoint, person, writing

__all__ = ["Clinic", "Offer", "clinic", "coordinator", "offer"]

Raise = Callable[..., str]


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def raised(client: Client, world: World, offer: Offer) -> Raise:
    """Raise a hand of `home.student` (or another pupil), and get its address."""

    def made(opportunity: Any = None, pupil: Pupil | None = None, **members: Any) -> str:
        whose = pupil or world.home.student
        body = {"opportunity_id": (opportunity or offer())["id"], **members}
        hand = client.as_(whose).made(f"/students/{whose.id}/interests", body)
        return f"/interests/{hand['id']}"

    return made


@pytest.fixture
def approved(coordinator: Client, raised: Raise) -> Raise:
    """The same, approved by the coordinator until `last_day` (in a week)."""

    def made(opportunity: Any = None, last_day: str | None = None, **members: Any) -> str:
        path = raised(opportunity, **members)
        answer = coordinator.act(path, "approve", last_day=last_day or ahead(7))
        assert answer.status_code == 200, answer.json
        return path

    return made


@pytest.fixture
def middle(client: Client, world: World, database: Isolated) -> Client:
    """The coordinator of the middle school."""
    with writing(database, world.home) as session:
        somebody = person(session, world.home, "middle_coordinator")
        role, school_id = AppointmentRole.ELO_COORDINATOR, world.home.other_school_id
        appoint(session, world.home, somebody, role, school_id)
    del world.home.people["middle_coordinator"]
    return client.as_(somebody)
