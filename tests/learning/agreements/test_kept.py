"""What was signed, and that it was, is never changed, not even by the application's own role."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from plp_api.foundation import db
from tests.databases import Isolated
from tests.learning.agreements.conftest import Desk
from tests.world import World

pytestmark = pytest.mark.both_databases

CHANGES = (
    "UPDATE agreement_signatures SET role = 'parent'",
    "DELETE FROM agreement_signatures",
    "UPDATE agreements SET sha256 = 'x'",
    "UPDATE agreements SET terms = '{}'",
    "DELETE FROM agreements",
)


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_it(world: World, database: Isolated, desk: Desk, change: str) -> None:
    desk.sign("student")
    with pytest.raises(DatabaseError), database.transaction(districts=[world.home.district_id]):
        db.session().execute(text(change))
