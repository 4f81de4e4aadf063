"""The family of `home.student`, and their school."""

from datetime import timedelta

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.planning.plans.models import Plan, Regime
from tests.client import Client
from tests.databases import Isolated
from tests.world import World, writing


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def parent(client: Client, world: World) -> Client:
    return client.as_(world.home.parent)


@pytest.fixture
def advisor(client: Client, world: World) -> Client:
    return client.as_(world.home.advisor)


@pytest.fixture
def registrar(client: Client, world: World) -> Client:
    return client.as_(world.home.registrar)


@pytest.fixture
def at_home(registrar: Client, world: World) -> str:
    """`home.student` studies at home from today; returns the address of the home study."""
    made = registrar.made(f"/students/{world.home.student.id}/home-studies", {})
    return f"/home-studies/{made['id']}"


@pytest.fixture
def at_home_since_long(database: Isolated, world: World) -> None:
    """`home.student` has studied at home for a hundred days."""
    pupil = world.home.student
    with writing(database, world.home) as session:
        session.add(
            HomeStudy(
                district_id=pupil.district_id,
                student_id=pupil.id,
                starts_on=clock.today() - timedelta(days=100),
            )
        )
        session.get(Plan, pupil.plan_id).regime = Regime.HOME_STUDY
