"""Revisions run up and down on both databases; the head's schema equals the models'."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from plp_api.foundation import migrating
from plp_api.foundation.db import Base
from plp_api.foundation.settings import Settings
from plp_api.server import areas
from tests import databases

pytestmark = pytest.mark.both_databases

areas.load_tables()
REVISIONS = [
    one.revision
    for one in ScriptDirectory.from_config(migrating._config()).walk_revisions("base", "heads")
][::-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a separate database, at the head."""
    return databases.prepared(request.param, tmp_path)


@pytest.fixture
def engine(migrated: Settings) -> Iterator[Engine]:
    """An engine for the role that owns the schema."""
    made = create_engine(migrated.migration_database_url)
    yield made
    made.dispose()


# Queries with which each database describes its own schema.
DESCRIBED = {
    "sqlite": ["SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"],
    "postgresql": [
        """SELECT table_name || '.' || column_name, concat_ws(' ', data_type, udt_name, is_nullable,
                  column_default, character_maximum_length)
           FROM information_schema.columns WHERE table_schema = 'public'""",
        """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'""",
        """SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
           FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
        """SELECT tablename || ' ' || policyname, concat_ws(' ', cmd, qual, with_check)
           FROM pg_policies""",
        """SELECT 'row security of ' || relname, concat_ws(' ', relrowsecurity, relforcerowsecurity)
           FROM pg_class WHERE relnamespace = 'public'::regnamespace""",
        """SELECT grantee || ' on ' || table_name || ' ' || privilege_type, is_grantable
           FROM information_schema.table_privileges WHERE table_schema = 'public'""",
    ],
}


def described(engine: Engine) -> dict[str, str]:
    """Everything in the database's schema."""
    with engine.connect() as connection:
        return {
            str(name): str(meaning)
            for statement in DESCRIBED[engine.dialect.name]
            for name, meaning in connection.execute(text(statement))
        }


def test_the_head_is_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
    assert [one for one in found if not _is_queue_s(one)] == []


def _is_queue_s(difference: Any) -> bool:
    """Whether the difference is about a table of the queue, which Huey creates itself."""
    kind, what = difference[:2]
    table = what if kind == "remove_table" else getattr(what, "table", None)
    return kind.startswith("remove_") and table is not None and table.name.startswith("huey_")


def test_constraints_have_the_names_that_refusals_look_up(engine: Engine) -> None:
    """Problems are found by a constraint's name, so database and models must use the same one."""
    looked = inspect(engine)
    for table in Base.metadata.sorted_tables:
        named = {i["name"] for i in looked.get_indexes(table.name)}
        named |= {u["name"] for u in looked.get_unique_constraints(table.name)}
        named |= {c["name"] for c in looked.get_check_constraints(table.name)}
        wanted = {
            str(getattr(one, "name", None))
            for one in [*table.constraints, *table.indexes]
            if type(one).__name__ in ("UniqueConstraint", "CheckConstraint", "Index")
        }
        assert wanted <= named, table.name


def test_the_way_down_leaves_nothing_and_the_way_up_again_the_same(
    migrated: Settings, engine: Engine
) -> None:
    before = described(engine)
    migrating.downgrade(migrated, "base")
    left = {name for name in inspect(engine).get_table_names() if not name.startswith("huey_")}
    assert left <= {"alembic_version"}
    migrating.upgrade(migrated)
    assert described(engine) == before


def test_each_revision_taken_back_and_done_again_changes_nothing(
    migrated: Settings, engine: Engine
) -> None:
    migrating.downgrade(migrated, "base")
    for revision in REVISIONS:
        migrating.upgrade(migrated, revision)
        before = described(engine)
        migrating.downgrade(migrated, "-1")
        migrating.upgrade(migrated, "+1")
        assert described(engine) == before, revision


def test_revisions_stand_in_one_line() -> None:
    script = ScriptDirectory.from_config(migrating._config())
    assert len(script.get_heads()) == 1
    assert sorted(REVISIONS) == REVISIONS, "named by their order"


def test_migrating_twice_is_migrating_once(migrated: Settings, engine: Engine) -> None:
    before = described(engine)
    migrating.upgrade(migrated)
    assert described(engine) == before
    assert migrating.current(engine) == migrating.head()
