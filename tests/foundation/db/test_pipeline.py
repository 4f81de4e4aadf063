"""Statements sent together to PostgreSQL: their rows, and the state after a failure."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from plp_api.foundation import db
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.audit.models import Event
from plp_api.foundation.db import Database, pipeline
from plp_api.foundation.db.pipeline import Pipeline, Statement
from plp_api.foundation.roster.models import District
from tests import databases

pytestmark = pytest.mark.both_databases

NUMBERS = Statement(b"SELECT generate_series(1, $1) AS number", [3])
MORE = Statement(b"SELECT $1 || '!' AS word, $2 AS nothing", ["so", None])
FAILING = Statement(b"SELECT 1 / $1", [0])
PREPARED = "SELECT count(*) FROM pg_prepared_statements"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[db.Database]:
    folder: Path = tmp_path_factory.mktemp("pipeline")
    database = db.Database(databases.prepared("postgresql", folder).database_url, pool=1)
    yield database
    database.dispose()


def run(*statements: Statement) -> Any:
    return Pipeline.of(db.session().connection().connection).run(statements)


def test_each_statement_gives_its_rows(database: Database) -> None:
    with database.transaction():
        numbers, words = run(NUMBERS, MORE)
    assert numbers == [{"number": 1}, {"number": 2}, {"number": 3}]
    assert words == [{"word": "so!", "nothing": None}]


def test_however_many_they_are_they_are_awaited_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []
    wait = psycopg.Connection.wait

    def counted(self: Any, *given: Any) -> Any:
        waits.append(1)
        return wait(self, *given)

    with database.transaction():
        run(NUMBERS, MORE)
        monkeypatch.setattr(psycopg.Connection, "wait", counted)
        run(NUMBERS, MORE, NUMBERS)
        assert len(waits) == 1


def test_what_waits_for_the_commit_travels_with_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    district = District(id=db.new_id())
    sent: list[Any] = []
    run = Pipeline.run

    def noted(self: Any, *given: Any, **how: Any) -> Any:
        sent.append((*given, how))
        return run(self, *given, **how)

    with database.transaction(districts=[district.id]):
        audit.record("test.begun", district, by=None)
        audit.record("test.ended", district, by=None)
        monkeypatch.setattr(Pipeline, "run", noted)
    (((begun, ended), how),) = sent
    assert begun.sql.startswith(b"INSERT INTO events")
    assert begun.sql == ended.sql
    assert how == {"is_last": True}


def test_a_statement_is_prepared_once_and_outlives_a_rollback(database: Database) -> None:
    with suppress(ZeroDivisionError), database.transaction() as session:
        run(NUMBERS)
        before = session.scalar(text(PREPARED))
        raise ZeroDivisionError
    with database.transaction() as session:
        assert run(NUMBERS, NUMBERS)[1][2] == {"number": 3}
        assert session.scalar(text(PREPARED)) == before


def test_the_first_failure_is_raised_and_what_follows_does_not_run(database: Database) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), database.transaction():
        run(NUMBERS, FAILING, Statement(b"SELECT set_config('plp.districts', 'x', false)"))
    with database.transaction():
        (setting,) = run(Statement(b"SELECT current_setting('plp.districts', true) AS districts"))
        assert setting[0]["districts"] != "x"


def test_what_could_not_be_prepared_is_prepared_when_it_can_be(database: Database) -> None:
    asks = Statement(b"SELECT word FROM later")
    with pytest.raises(psycopg.errors.UndefinedTable), database.transaction():
        run(NUMBERS, asks, MORE)
    with database.transaction() as session:
        session.execute(text("CREATE TEMPORARY TABLE later ON COMMIT DROP AS SELECT 'now' AS word"))
        assert run(asks, MORE)[0] == [{"word": "now"}]


def test_a_value_that_cannot_be_sent_leaves_the_connection_as_it_was(database: Database) -> None:
    with database.transaction():
        with pytest.raises(psycopg.ProgrammingError):
            run(NUMBERS, Statement(b"SELECT $1", [object()]))
        assert len(run(NUMBERS)[0]) == 3


def test_statements_of_other_types_of_values_are_others(database: Database) -> None:
    echo = b"SELECT $1 AS value"
    with database.transaction():
        for value in (1, "one", 1.5, None, True):
            assert run(Statement(echo, [value])) == [[{"value": value}]]


def test_the_oldest_prepared_statement_makes_room(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MOST_PREPARED", 3)
    with database.transaction() as session:
        for number in range(8):
            run(Statement(f"SELECT {number} AS number".encode()))
        assert session.scalar(text(PREPARED)) <= 4
        assert run(Statement(b"SELECT 0 AS number")) == [[{"number": 0}]]


def test_where_the_connection_is_lost_the_next_transaction_has_another(database: Database) -> None:
    kill = db.Prepared(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with pytest.raises(OperationalError), database.transaction():
        db.fetch(kill())
    with database.transaction():
        assert len(run(NUMBERS)[0]) == 3


def test_where_waiting_is_broken_off_the_connection_is_not_used_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise SystemExit

    with suppress(SystemExit), database.transaction() as session:
        lost = session.connection().connection.driver_connection
        monkeypatch.setattr(lost, "wait", interrupted)
        run(NUMBERS)
    with database.transaction() as session:
        assert session.connection().connection.driver_connection is not lost
        assert len(run(NUMBERS)[0]) == 3


def test_what_begins_and_ends_in_one_exchange_is_one_transaction(database: Database) -> None:
    """A transaction's setting is valid in all of it, and not afterwards."""
    enter = Statement(b"SELECT set_config('plp.districts', $1, true)", ["here"])
    ask = Statement(b"SELECT current_setting('plp.districts', true) AS districts")
    write = Statement(b"CREATE TEMPORARY TABLE undone AS SELECT 1")
    with database.transaction() as session:
        pipe = Pipeline.of(session.connection().connection)
        assert pipe.run([enter, ask], is_last=True)[1] == [{"districts": "here"}]
        assert pipe.run([ask])[0][0]["districts"] in ("", None)
    with suppress(psycopg.errors.DivisionByZero), database.transaction() as session:
        Pipeline.of(session.connection().connection).run([write, FAILING], is_last=True)
    with database.transaction() as session:
        assert session.scalar(text("SELECT to_regclass('undone')")) is None


def test_what_was_prepared_before_the_schema_changed_fails_once(database: Database) -> None:
    ask = db.Prepared(text("SELECT * FROM changing"))
    with database.transaction() as session:
        session.execute(text("CREATE TABLE pg_temp.changing AS SELECT 1 AS one"))
        assert db.fetch(ask()) == [[{"one": 1}]]
    with database.transaction() as session:
        session.execute(text("ALTER TABLE changing ADD COLUMN two integer"))
    with pytest.raises(OperationalError), database.transaction():
        db.fetch(ask())
    with database.transaction() as session:
        session.execute(text("CREATE TABLE pg_temp.changing AS SELECT 3 AS three"))
        assert db.fetch(ask()) == [[{"three": 3}]]
        session.execute(text("DROP TABLE changing"))


@pytest.mark.parametrize("in_savepoint", [False, True])
def test_what_the_database_refuses_is_told_as_what_the_session_says(
    database: Database, in_savepoint: bool
) -> None:
    twice = db.Prepared(text("INSERT INTO once VALUES (1), (1)"))
    with database.transaction() as session:
        session.execute(text("CREATE TEMPORARY TABLE once (one integer UNIQUE) ON COMMIT DROP"))
        with pytest.raises(IntegrityError), session.begin_nested():
            db.at_commit(twice()) if in_savepoint else db.fetch(twice())
        assert session.scalar(text("SELECT count(*) FROM once")) == 0


def test_what_only_the_end_of_an_exchange_refuses_is_told(database: Database) -> None:
    twice = db.Prepared(text("INSERT INTO late VALUES (1), (1)"))
    with database.transaction() as session:
        session.execute(
            text("CREATE TABLE pg_temp.late (one integer UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        )
    with pytest.raises(IntegrityError), database.transaction():
        db.at_commit(twice())
    with database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM late")) == 0


def test_an_event_belongs_to_the_districts_entered_when_it_was_recorded(database: Database) -> None:
    here, there = District(id=db.new_id()), District(id=db.new_id())
    with database.transaction():
        for district in (here, there):
            db.enter([district.id])
            audit.record("test.happened", district, by=None)
    for district in (here, there):
        with database.transaction(districts=[district.id]) as session:
            assert session.scalar(select(func.count()).where(Event.district_id == district.id)) == 1
