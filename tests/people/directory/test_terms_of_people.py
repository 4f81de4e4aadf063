"""The migration that adds the terms fills them for the people who are there already."""

from pathlib import Path

import pytest

from plp_api.foundation import db, migrating
from plp_api.foundation.roster.models import Person
from tests import databases
from tests.terms import stale
from tests.world import populate


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", databases.KINDS)
def test_people_of_before_are_found_after_the_migration(kind: str, tmp_path: Path) -> None:
    settings = databases.prepared(kind, tmp_path)
    database = db.Database(settings.database_url)
    world = populate(database)
    districts = [world.home.district_id, world.away.district_id]
    with database.transaction(districts=districts) as session:
        child = session.get_one(Person, world.home.student.id)
        child.given_name, child.preferred_given_name = "Zoë", "Łucja-Maria"
        child.family_name, child.family_uses_preferred = "de la Croix", False
    database.dispose()
    migrating.downgrade(settings, "0016")
    migrating.upgrade(settings)
    assert not stale(database, *districts)
    database.dispose()
