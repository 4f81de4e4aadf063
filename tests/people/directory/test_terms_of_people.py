"""The migration that adds the terms fills them for the people who are there already."""

import pytest

from plp_api.foundation import migrating
from plp_api.foundation.roster.models import Person
from tests.conftest import Live
from tests.terms import stale


@pytest.mark.both_databases
def test_people_of_before_are_found_after_the_migration(own: Live) -> None:
    home, away = own.world.home, own.world.away
    districts = [home.district_id, away.district_id]
    with own.database.transaction(districts=districts) as session:
        child = session.get_one(Person, home.student.id)
        child.given_name, child.preferred_given_name = "Zoë", "Łucja-Maria"
        child.family_name, child.family_uses_preferred = "de la Croix", False
    own.database.dispose()
    migrating.downgrade(own.settings, "0016")
    migrating.upgrade(own.settings)
    assert not stale(own.database, *districts)
