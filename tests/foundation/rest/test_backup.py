"""The documented backup of SQLite, taken while people write, opened and counted."""

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from plp_api.foundation import db
from plp_api.foundation.roster.models import District
from tests import databases
from tests.world import populate

OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"
WRITES_A_SECOND = 20


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Path]:
    """The database file of an installation with constant writes."""
    settings = databases.prepared("sqlite", tmp_path)
    database = db.Database(settings.database_url)
    populate(database)
    is_over = threading.Event()

    def write() -> None:
        number = 0
        while not is_over.wait(1 / WRITES_A_SECOND):
            with database.transaction() as session:
                session.add(District(name="Other", slug=f"other-{number}", time_zone="UTC"))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    yield Path(settings.database_url.removeprefix("sqlite:///"))
    is_over.set()
    writer.join()
    database.dispose()


def test_a_backup_taken_while_people_write_ends_and_is_whole(busy: Path, tmp_path: Path) -> None:
    (command,) = re.findall(r'sqlite3 var/plp\.sqlite "(.+?)"\n', OPERATIONS.read_text())
    copy = tmp_path / "copy.sqlite"
    statement = re.sub(r"'plp-.*?'", f"'{copy}'", command)
    began = time.monotonic()
    with closing(sqlite3.connect(busy)) as connection:
        connection.execute(statement)
    assert time.monotonic() - began < 30
    with closing(sqlite3.connect(busy)) as running, closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        named = "SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger') ORDER BY name"
        tables = running.execute(named).fetchall()
        assert kept.execute(named).fetchall() == tables
        assert len(tables) > 30
        for table in ("people", "students", "plans", "plan_versions", "events"):
            count = f"SELECT count(*) FROM {table}"
            assert kept.execute(count).fetchone() == running.execute(count).fetchone()
