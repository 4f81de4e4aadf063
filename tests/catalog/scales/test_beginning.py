"""A district begins with a default scale: a new one, and one from before there were scales."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from plp_api.catalog.scales.actions import DEFAULT_LEVELS
from plp_api.catalog.scales.models import Scale
from plp_api.foundation import migrating
from plp_api.foundation.db import new_id
from plp_api.people.rostering.actions import Order, carry_out
from tests import databases
from tests.people.rostering.packages import contents, zipped

LEVELS = [
    {"key": key, "title": title, "description": described}
    for key, title, described in DEFAULT_LEVELS
]


@pytest.mark.both_databases
@pytest.mark.usefixtures("app")
def test_a_district_that_a_roster_brings_begins_with_four_levels(
    database: databases.Isolated, tmp_path: Path
) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(zipped(contents("1.2")).getvalue())
    outcome = carry_out(database, path, Order(may_create=True))
    assert outcome.district_id is not None
    with database.transaction(districts=[outcome.district_id]) as session:
        mine = select(Scale).where(Scale.district_id == outcome.district_id)
        scale = session.scalars(mine).one()
        assert (scale.is_default, scale.levels) == (True, LEVELS)


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", databases.KINDS)
def test_a_district_of_before_has_four_levels_after_the_migration(
    kind: str, tmp_path: Path
) -> None:
    settings = databases.prepared(kind, tmp_path)
    migrating.downgrade(settings, "0019")
    engine = create_engine(settings.migration_database_url, isolation_level="AUTOCOMMIT")
    district = new_id()
    stored = str(district) if kind == databases.POSTGRESQL else district.hex
    with engine.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO districts (id, name, slug, time_zone, settings, version, created_at,"
                " updated_at) VALUES (:id, 'Old', 'old', 'UTC', '{}', 1, :at, :at)"
            ),
            {"id": stored, "at": "2026-09-01 12:00:00+00:00"},
        )
        migrating.upgrade(settings)
        if kind == databases.POSTGRESQL:
            enter = text("SELECT set_config('plp.districts', :district, false)")
            connection.execute(enter, {"district": stored})
        rows = connection.execute(select(Scale.district_id, Scale.is_default, Scale.levels)).all()
        assert [tuple(row) for row in rows] == [(district, True, LEVELS)]
    engine.dispose()
