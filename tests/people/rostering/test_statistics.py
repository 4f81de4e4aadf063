"""PostgreSQL's statistics about rows that an import has just added."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from plp_api.foundation import db
from plp_api.people.rostering import difference
from plp_api.people.rostering.staging import gather_stored_statistics
from tests.people.rostering.conftest import Roster

pytestmark = pytest.mark.both_databases


@pytest.fixture
def learned(roster: Roster, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Statements that gathered statistics."""
    if not roster.database.is_postgresql:
        pytest.skip("of PostgreSQL")
    asked: list[str] = []

    def noted(table: Any, added: Any) -> None:
        asked.append(table.name)
        gather_stored_statistics(table, added)

    monkeypatch.setattr(difference, "MANY", 1)
    monkeypatch.setattr(
        difference,
        "gather_stored_statistics",
        noted,
    )
    return asked


def test_a_first_import_tells_the_planner_of_what_it_added(roster: Any, learned: Any) -> None:
    roster.bring()
    assert {"people", "students", "school_enrollments", "enrollments"} <= set(learned)
    with roster.writing() as session:
        known = text("SELECT reltuples FROM pg_class WHERE relname = 'people'")
        assert session.scalar(known) > 0


def test_statistics_are_gathered_of_tables_of_ours_alone(roster: Any, learned: Any) -> None:
    with roster.writing() as session:
        ask = text("SELECT gather_statistics(:name, 1000000)")
        for name in ("pg_authid", "people; DROP TABLE people", "no_such_table"):
            session.execute(ask, {"name": name})
        assert session.scalar(text("SELECT count(*) FROM people")) is not None
    with pytest.raises(DatabaseError), roster.writing():
        db.session().execute(text("ANALYZE people, no_such_table"))
