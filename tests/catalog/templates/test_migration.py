"""Templates from before editions continue, each as the first edition of its own line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from plp_api.foundation import migrating
from plp_api.foundation.db import new_id
from plp_api.foundation.settings import Settings
from tests import databases

pytestmark = pytest.mark.both_databases

COLUMNS = "id, district_id, name, sections, is_default, version, created_at, updated_at"
VALUES = ":id, :district, :name, '[]', :is_default, 1, :at, :at"


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A database as it was before this revision."""
    settings = databases.prepared(request.param, tmp_path)
    migrating.downgrade(settings, "0002")
    return settings


@pytest.fixture
def connection(before: Settings) -> Iterator[Connection]:
    """A connection as the schema's owner, with autocommit."""
    engine = create_engine(before.migration_database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as made:
        yield made
    engine.dispose()


def enter(connection: Connection, district: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config('plp.districts', :d, false)"), {"d": district})


def test_templates_of_before_are_published_first_editions(
    before: Settings, connection: Connection
) -> None:
    plain = connection.dialect.name == "sqlite"
    ids = [one.hex if plain else str(one) for one in (new_id() for _ in range(4))]
    district, *templates = ids
    enter(connection, district)
    at = "2026-09-01 12:00:00+00:00"
    connection.execute(
        text(
            "INSERT INTO districts (id, name, slug, time_zone, settings, version, created_at,"
            " updated_at) VALUES (:id, 'Old', 'old', 'UTC', '{}', 1, :at, :at)"
        ),
        {"id": district, "at": at},
    )
    for name, template_id in zip(("kept", "second", "plain"), templates, strict=True):
        row = {"id": template_id, "district": district, "name": name, "at": at}
        added = text(f"INSERT INTO plan_templates ({COLUMNS}) VALUES ({VALUES})")
        connection.execute(added, {**row, "is_default": name != "plain"})
    migrating.upgrade(before)
    asked = text(
        "SELECT name, status, edition, school_id, grades, line_id = id AS is_first"
        " FROM plan_templates ORDER BY id"
    )
    found = [tuple(row) for row in connection.execute(asked)]
    grades = ",07,08,09,10,11,12,"
    assert found == [
        ("kept", "published", 1, None, grades, True),
        ("second", "retired", 1, None, grades, True),
        ("plain", "published", 1, None, grades, True),
    ]
