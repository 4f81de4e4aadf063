"""A database, and the one way to open a transaction in it.

One transaction is one unit of work. Only the code that opens it (the request, the
job, the command) commits it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import orjson
import psycopg.types.json
from psycopg.types.numeric import FloatLoader
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from plp_api.foundation import texts
from plp_api.foundation.db.fetching import enter
from plp_api.foundation.db.pipeline import DriverPipeline, Pipeline
from plp_api.foundation.db.transactions import WritingSession, _database, _session
from plp_api.foundation.settings import Settings

psycopg.types.json.set_json_loads(orjson.loads)
# Credits are numbers on the wire, but rows from `fetch` have no column types to convert them by.
psycopg.adapters.register_loader("numeric", FloatLoader)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


class Database:
    """One database, SQLite or PostgreSQL, with one way to open a transaction.

    `ends_early` lets `fetch` end a transaction together with its last queries.
    `is_driven` sends queries by psycopg's own pipeline instead of ours.
    """

    ends_early = True

    def __init__(self, url: str, pool: int = 8, *, is_driven: bool = False) -> None:
        self.url = url
        self.pipeline = DriverPipeline if is_driven else Pipeline
        self.is_postgresql = url.startswith("postgresql")
        options: dict[str, Any] = {"pool_size": pool, "max_overflow": 2}
        if self.is_postgresql:
            # Only `pipeline` prepares statements; its docstring says why psycopg must not.
            options["connect_args"] = {"options": "-c timezone=UTC", "prepare_threshold": None}
        self.engine: Engine = create_engine(
            url, json_serializer=_dumps, json_deserializer=orjson.loads, **options
        )
        event.listen(self.engine, "handle_error", _keep_values)
        if not self.is_postgresql:
            _prepare_sqlite(self.engine)
        self._writing = sessionmaker(
            self.engine.execution_options(plp_write=True), class_=WritingSession
        )
        self._reading = sessionmaker(self.engine, class_=WritingSession)

    @classmethod
    def of(cls, settings: Settings) -> "Database":
        """The database that the settings name."""
        is_driven = settings.database_pipeline == "driver"
        return cls(settings.database_url, settings.database_pool, is_driven=is_driven)

    @contextmanager
    def transaction(
        self, *, write: bool = True, districts: Sequence[UUID] = ()
    ) -> Iterator[Session]:
        """Run the block in one transaction: committed at its end, rolled back by any exception.

        With `write=False` SQLite can read while another connection writes, but a write
        in the block fails. `districts` sets row-level security at once (see `enter`).
        """
        make = self._writing if write else self._reading
        with make() as session:
            tokens = _session.set(session), _database.set(self)
            try:
                if districts:
                    enter(districts)
                yield session
                # No commit where no statement ran and nothing waits for the commit.
                if session.in_transaction() or session.info:
                    session.commit()
            finally:
                _session.reset(tokens[0])
                _database.reset(tokens[1])

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _keep_values(context: ExceptionContext) -> None:
    """Give a broken constraint's error the values that were to be written, by column name.

    The driver's own are in the form of each database: by position on SQLite.
    """
    error, execution = context.sqlalchemy_exception, context.execution_context
    if isinstance(error, IntegrityError) and execution is not None:
        error.params = getattr(execution, "compiled_parameters", None)


def _plain(text: str | None) -> str | None:
    return None if text is None else texts.plain(text)


def _prepare_sqlite(engine: Engine) -> None:
    """Set WAL mode and foreign keys, and begin every transaction explicitly.

    With the default deferred BEGIN, requests that read and then write failed
    with "database is locked" (3,547 of 4,404 measured); BEGIN IMMEDIATE waits.
    """

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.create_function("plp_plain", 1, _plain, deterministic=True)
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "busy_timeout=15000",
            "foreign_keys=ON",
            "synchronous=NORMAL",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        is_write = connection.get_execution_options().get("plp_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")
