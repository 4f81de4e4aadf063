"""Rights moved by an impossible birth date return to the parents; all others stay."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from plp_api.foundation import migrating
from plp_api.foundation.db import new_id
from plp_api.foundation.settings import Settings
from tests import databases

pytestmark = pytest.mark.both_databases

AT = "2026-09-01 12:00:00+00:00"
STAMPS = {"version": 1, "created_at": AT, "updated_at": AT}


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A database as it was before this revision."""
    settings = databases.prepared(request.param, tmp_path)
    migrating.downgrade(settings, "0011")
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


def add(connection: Connection, table: str, **columns: Any) -> None:
    row = {**columns, **STAMPS}
    names, binds = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({binds})"), row)


def test_rights_by_an_impossible_date_are_taken_back(
    before: Settings, connection: Connection
) -> None:
    is_plain = connection.dialect.name == "sqlite"
    district, *students = [
        one.hex if is_plain else str(one) for one in (new_id() for _ in range(6))
    ]
    enter(connection, district)
    add(connection, "districts", id=district, name="O", slug="o", time_zone="UTC", settings="{}")
    cases = {
        "of 1912": ("age", "1930-03-02"),
        "grown up": ("age", "2025-03-02"),
        "a minor": ("age", "2029-03-02"),
        "by court": ("emancipation", "2001-03-02"),
        "after school": ("age", "2001-03-02"),
    }
    flags = {"family_uses_preferred": False, "needs_interpreter": False}
    words = {"family_name": "F", "language": "en", "status": "active"}
    for student, (name, (basis, day)) in zip(students, cases.items(), strict=True):
        own = {"id": student, "district_id": district}
        add(connection, "people", **own, given_name=name, **words, **flags)
        born = f"{int(day[:4]) - 18}{day[4:]}"
        grade = "PS" if name == "after school" else "09"
        rights = {"rights_transfer_basis": basis, "rights_transfer_on": day}
        rights |= {"birth_date": born, "grade": grade}
        add(connection, "students", **own, **rights, entered_on="2026-08-26")
    migrating.upgrade(before)
    asked = text(
        "SELECT given_name, rights_transfer_on FROM people JOIN students ON students.id = people.id"
    )
    enter(connection, district)

    def kept() -> dict[str, str | None]:
        return {name: str(day) if day else None for name, day in connection.execute(asked)}

    given = {name: day for name, (_, day) in cases.items()}
    assert kept() == {**given, "of 1912": None}
    migrating.downgrade(before, "0011")
    assert kept() == given
