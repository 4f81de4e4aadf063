"""A student placed at a school of another district: the host works with the log, too."""

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import Placement
from plp_api.learning.elos.models import EloTime
from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.world import World, ahead, writing


@pytest.fixture
def elo(database: Isolated, world: World) -> Internship:
    """An ELO of the student who is placed away, on site every day of this weekday."""
    pupil = world.home.placed
    own = {"district_id": world.home.district_id, "student_id": pupil.id}
    with writing(database, world.home) as session:
        made = add_internship(session, world.home, pupil)
        weekday = clock.today().isoweekday()
        session.add(EloTime(**own, elo_id=made.id, weekday=weekday, begins=540, ends=600))
    return made


@pytest.mark.both_databases
def test_the_host_verifies_hours_visits_and_knows_who_is_off_campus(
    client: Client, world: World, elo: Internship
) -> None:
    hours = {"on": ahead(-1), "minutes": 90, "activity": "Filed charts."}
    entry = client.as_(world.home.placed).made(f"{elo.path}/log-entries", hours)
    host, office = client.as_(world.away.elo_coordinator), client.as_(world.away.registrar)
    verified = host.act(f"/log-entries/{entry['id']}", "verify").json
    assert verified["decided_by"] == str(world.away.elo_coordinator.id)
    assert host.made(f"{elo.path}/site-visits", {"on": ahead(-1)})["elo_id"] == str(elo.id)
    assert host.made(f"{elo.path}/absences", {"on": ahead(0)})["on"] == ahead(0)
    (away,) = office.read("/off-campus")["items"]
    assert (away["elo_id"], away["is_absent"]) == (str(elo.id), True)


@pytest.mark.both_databases
def test_what_the_host_may_do_ends_with_the_placement(
    client: Client, world: World, elo: Internship, database: Isolated
) -> None:
    hours = {"on": ahead(-1), "minutes": 90, "activity": "Filed charts."}
    entry = client.as_(world.home.placed).made(f"{elo.path}/log-entries", hours)
    with writing(database, world.home, world.away) as session:
        placement = session.query(Placement).filter_by(student_id=world.home.placed.id).one()
        placement.ends_on = clock.today()
    host = client.as_(world.away.elo_coordinator)
    assert host.act(f"/log-entries/{entry['id']}", "verify").status_code == 404
    assert host.read("/log-entries")["items"] == []
    assert client.as_(world.away.registrar).read("/off-campus")["items"] == []
