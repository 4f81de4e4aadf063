"""A separate database for tests whose threads and processes must really commit."""

from collections.abc import Iterator

import pytest

from plp_api.foundation import db
from plp_api.foundation.roster.models import District
from plp_api.foundation.settings import Settings
from tests import databases


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def real_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    return databases.prepared(request.param, tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="module")
def real_database(real_settings: Settings) -> Iterator[db.Database]:
    database = db.Database(real_settings.database_url)
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def district(real_database: db.Database) -> District:
    made = District(id=db.new_id(), name="Tamarack Union", slug="tamarack", sourced_id="su")
    with real_database.transaction() as session:
        session.add(made)
        session.flush()
        session.expunge(made)
    return made
