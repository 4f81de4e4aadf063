"""An active internship of the student at home, and people who log, verify and read its hours."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.learning.elos.models import Elo
from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.world import World, ahead, writing

Log = Callable[..., str]
Change = Callable[..., None]


@pytest.fixture
def elo(database: Isolated, world: World) -> Internship:
    with writing(database, world.home) as session:
        return add_internship(session, world.home)


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


@pytest.fixture
def teacher(client: Client, elo: Internship) -> Client:
    """The cooperating teacher, who is on the ELO's team and reaches nothing else."""
    return client.as_(elo.cooperating_teacher)


@pytest.fixture
def log(student: Client, elo: Internship) -> Log:
    """Log two and a half hours of yesterday, or what is given; get the entry's address."""

    def made(whose: Internship = elo, **members: Any) -> str:
        usual = {"on": ahead(-1), "minutes": 150, "activity": "Took blood pressures."}
        entry = student.made(f"{whose.path}/log-entries", {**usual, **members})
        return f"/log-entries/{entry['id']}"

    return made


@pytest.fixture
def change_elo(database: Isolated, world: World, elo: Internship) -> Change:
    """Set columns of the ELO."""

    def changed(**columns: Any) -> None:
        with writing(database, world.home) as session:
            row = session.get_one(Elo, elo.id)
            for name, value in columns.items():
                setattr(row, name, value)

    return changed


@pytest.fixture
def lapsed(client: Client, coordinator: Client, world: World, elo: Internship) -> Change:
    """Require a check of mentors, which lapsed three days ago; then set the district's rule."""
    check = {"kind": "criminal_record", "is_cleared": True, "mentor_id": str(elo.mentor_id)}
    days = {"checked_on": ahead(-20), "valid_until": ahead(-4)}
    coordinator.made(f"/partners/{elo.partner_id}/clearances", {**check, **days})
    admin, district = client.as_(world.home.district_admin), f"/districts/{world.home.district_id}"

    def ruled(*, suspends: bool) -> None:
        settings = {"required_clearances": ["criminal_record"]}
        rule = {**settings, "suspends_on_lapsed_clearance": suspends}
        assert admin.patch(district, {"settings": rule}).status_code == 200

    return ruled
