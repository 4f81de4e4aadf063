"""Sends several statements in one round trip, by the pipeline mode of libpq.

psycopg's own pipeline exchanges data with the server after each statement: nine waits
and some forty system calls for five statements, most of the cost of a fast read. Here
all statements are sent together, then all results are read; psycopg still converts
the values, waits and reads (docs/decisions/0026).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, cast

from psycopg import Connection, Error, OperationalError, RawCursor, abc, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import dict_row
from sqlalchemy.pool import PoolProxiedConnection

MOST_PREPARED = 100
STALE = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)
Row = dict[str, Any]
Key = tuple[bytes, tuple[int, ...]]
"""Identifies a prepared statement: its SQL, and the types of its values."""


@dataclass(frozen=True)
class Statement:
    """SQL with `$1`-style placeholders, and their values."""

    sql: bytes
    values: Sequence[Any] = ()


@dataclass(frozen=True)
class _Adapted:
    """A statement with its values in the form that is sent to the server."""

    sql: bytes
    values: Sequence[Any]
    types: tuple[int, ...]
    formats: Sequence[int]


class Pipeline:
    """The pipeline of one connection, which remembers the statements prepared there.

    psycopg itself must prepare nothing on the connection (`prepare_threshold=None`):
    otherwise each rollback drops every prepared statement, ours too.
    """

    def __init__(self, driver: Connection[Any]) -> None:
        self._driver = driver
        self._link: PGconn = driver.pgconn
        self._adapter: abc.Transformer = Transformer(driver)
        self._names: dict[Key, bytes] = {}
        # No name is used twice: after a failure the server may still have the old statement.
        self._numbers = count()

    @classmethod
    def of(cls, connection: PoolProxiedConnection) -> "Pipeline":
        """The pipeline of a connection of the pool."""
        known: Pipeline | None = connection.info.get("pipeline")
        if known is None:
            known = cls(cast(Any, connection.driver_connection))
            connection.info["pipeline"] = known
        return known

    def run(self, statements: Sequence[Statement], *, is_last: bool = False) -> list[list[Row]]:
        """The rows of each statement, run in the open transaction or in a new one.

        `is_last` ends the transaction with the statements. A transaction that begins
        and ends here needs neither BEGIN nor COMMIT: one pipeline is one transaction.
        Raises psycopg.Error for the first statement that fails; later ones do not run.
        """
        is_idle = self._link.transaction_status == TransactionStatus.IDLE
        # Before sending: a value that cannot be adapted must leave the connection unchanged.
        adapted = [_adapt(statement, self._adapter) for statement in statements]
        before = [*self._making_room(), *([b"BEGIN"] if is_idle and not is_last else [])]
        after = [b"COMMIT"] if is_last and not is_idle else []
        sent, answers = self._exchange([*before, *adapted, *after])
        self._forget_unprepared(sent, answers)
        for answer in answers:
            if answer.status == ExecStatus.FATAL_ERROR:
                raise self._failure(answer)
        results = [answer for key, answer in zip(sent, answers, strict=True) if key is None]
        wanted = results[len(before) : len(before) + len(statements)]
        return [_rows(answer, self._adapter) for answer in wanted]

    def _failure(self, answer: PGresult) -> Error:
        """The exception for a failed answer; closes the connection if the statement is stale.

        A prepared statement is stale after a migration, or if something else dropped
        it. The next connection prepares it again, so a retry succeeds.
        """
        error = error_from_result(answer, self._driver.info.encoding)
        if not isinstance(error, STALE):
            return error
        self._link.finish()
        return OperationalError(f"prepared before the schema changed: {error}")

    def _making_room(self) -> list[bytes]:
        """The commands that drop the least recently used statements, if too many are prepared."""
        if self._link.transaction_status == TransactionStatus.INERROR:
            return []
        dropped = []
        while len(self._names) > MOST_PREPARED:
            name = self._names.pop(next(iter(self._names)))
            dropped.append(b"DEALLOCATE " + name)
        return dropped

    def _exchange(
        self, commands: list[_Adapted | bytes]
    ) -> tuple[list[Key | None], list[PGresult]]:
        """Send all commands, then read all answers; return the keys of `_send`, and the answers."""
        self._link.enter_pipeline_mode()
        try:
            sent = [key for command in commands for key in self._send(command)]
            self._link.pipeline_sync()
            answers = self._driver.wait(_answers(self._link))
            self._link.exit_pipeline_mode()
        except BaseException:
            # It is unknown which answers are still to come, so the connection is unusable.
            self._link.finish()
            raise
        return sent, answers

    def _send(self, command: _Adapted | bytes) -> list[Key | None]:
        """Send a bare command, or a statement, which is prepared first if it is new.

        Returns one item per answer to expect: the key for PREPARE, None otherwise.
        """
        if isinstance(command, bytes):
            self._link.send_query_params(command, None)
            return [None]
        key, new = (command.sql, command.types), []
        # Removed and inserted again: the names are ordered by last use.
        name = self._names.pop(key, None)
        if name is None:
            name = b"plp_%d" % next(self._numbers)
            self._link.send_prepare(name, command.sql, command.types)
            new = [key]
        self._names[key] = name
        self._link.send_query_prepared(name, command.values, command.formats)
        return [*new, None]

    def _forget_unprepared(self, sent: list[Key | None], answers: list[PGresult]) -> None:
        for key, answer in zip(sent, answers, strict=False):
            if key is not None and answer.status != ExecStatus.COMMAND_OK:
                self._names.pop(key, None)


class DriverPipeline:
    """The same with psycopg's own pipeline mode: slower, but maintained by psycopg.

    A fallback if a new psycopg or PostgreSQL breaks `Pipeline` (`PLP_DATABASE_PIPELINE=driver`).
    """

    def __init__(self, driver: Connection[Any]) -> None:
        self._driver = driver

    @classmethod
    def of(cls, connection: PoolProxiedConnection) -> "DriverPipeline":
        """The pipeline of a connection of the pool."""
        return cls(cast(Any, connection.driver_connection))

    def run(self, statements: Sequence[Statement], *, is_last: bool = False) -> list[list[Row]]:
        """As `Pipeline.run`."""
        with self._driver.pipeline():
            cursors = [RawCursor(self._driver, row_factory=dict_row) for _ in statements]
            for cursor, statement in zip(cursors, statements, strict=True):
                cursor.execute(statement.sql, statement.values)
        rows = [cursor.fetchall() if cursor.description else [] for cursor in cursors]
        if is_last:
            self._driver.commit()
        return rows


def _adapt(statement: Statement, adapter: abc.Transformer) -> _Adapted:
    """The statement as psycopg would send it. Raises psycopg.Error if it cannot convert a value."""
    formats = [PyFormat.AUTO] * len(statement.values)
    values = adapter.dump_sequence(statement.values, formats)
    return _Adapted(statement.sql, values, adapter.types or (), adapter.formats or ())


def _answers(link: PGconn) -> abc.PQGen[list[PGresult]]:
    """Read the answers to everything that was sent, until the end of the pipeline.

    There is one answer more than commands if the pipeline had no COMMIT and the
    implicit commit at its end failed.
    """
    yield from send(link)
    answers: list[PGresult] = []
    while True:
        results = yield from fetch_many(link)
        if not results:
            raise OperationalError("the server closed the connection")
        if results[0].status == ExecStatus.PIPELINE_SYNC:
            return answers
        answers.append(results[0])


def _rows(answer: PGresult, adapter: abc.Transformer) -> list[Row]:
    if answer.status != ExecStatus.TUPLES_OK:
        return []
    adapter.set_pgresult(answer)
    columns = [cast(bytes, answer.fname(i)).decode() for i in range(answer.nfields)]
    return adapter.load_rows(0, answer.ntuples, lambda values: dict(zip(columns, values)))  # noqa: B905
