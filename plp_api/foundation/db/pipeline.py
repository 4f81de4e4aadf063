"""Several statements in one round trip, by the pipeline mode of PostgreSQL's own library.

psycopg's pipeline talks to the server after each statement: for five of them nine
waits and some forty system calls, most of what a fast read cost. Here all are
sent together, and their answers awaited at once; psycopg still adapts, waits
and reads (docs/decisions/0026).
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
"""What PostgreSQL prepares a statement for: its SQL, and the types of its values."""


@dataclass(frozen=True)
class Statement:
    """SQL with `$1`-style placeholders, and the values they stand for."""

    sql: bytes
    values: Sequence[Any] = ()


@dataclass(frozen=True)
class _Adapted:
    """A statement, its values as they travel."""

    sql: bytes
    values: Sequence[Any]
    types: tuple[int, ...]
    formats: Sequence[int]


class Pipeline:
    """The pipeline of one connection, which remembers what is prepared there.

    The connection must prepare nothing by itself (`prepare_threshold=None`): with
    each rollback psycopg drops every statement prepared on it, ours as well.
    """

    def __init__(self, driver: Connection[Any]) -> None:
        self._driver = driver
        self._link: PGconn = driver.pgconn
        self._adapter: abc.Transformer = Transformer(driver)
        self._names: dict[Key, bytes] = {}
        # Never the same name twice: one prepared beside a failure may still stand there.
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
        """The rows that each statement gives, in the running transaction or else a new one.

        `is_last` ends it with them; what both begins and ends here needs no word of
        either, for one exchange is one transaction. Raises psycopg.Error for the
        first that fails; what follows it does not run.
        """
        is_idle = self._link.transaction_status == TransactionStatus.IDLE
        # Before anything is sent: a value that can't be adapted leaves the connection as it is.
        adapted = [_adapt(one, self._adapter) for one in statements]
        before = [*self._making_room(), *([b"BEGIN"] if is_idle and not is_last else [])]
        after = [b"COMMIT"] if is_last and not is_idle else []
        sent, answers = self._exchange([*before, *adapted, *after])
        self._forget_unprepared(sent, answers)
        for answer in answers:
            if answer.status == ExecStatus.FATAL_ERROR:
                raise self._failure(answer)
        given = [answer for prepares, answer in zip(sent, answers, strict=True) if prepares is None]
        asked = given[len(before) : len(before) + len(statements)]
        return [_rows(answer, self._adapter) for answer in asked]

    def _failure(self, answer: PGresult) -> Error:
        """The error of an answer; where what is prepared holds no more, with the connection closed.

        That is so when the schema has changed, or somebody else dropped it: the
        next connection prepares it anew, and whoever tries again succeeds.
        """
        error = error_from_result(answer, self._driver.info.encoding)
        if not isinstance(error, STALE):
            return error
        self._link.finish()
        return OperationalError(f"prepared before the schema changed: {error}")

    def _making_room(self) -> list[bytes]:
        """What drops the least used where too many are prepared."""
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
        """Send all, and await all: per answer what it prepares, and the answers."""
        self._link.enter_pipeline_mode()
        try:
            sent = [part for one in commands for part in self._send(one)]
            self._link.pipeline_sync()
            answers = self._driver.wait(_answers(self._link))
            self._link.exit_pipeline_mode()
        except BaseException:
            # Nobody knows any more what is still to be answered.
            self._link.finish()
            raise
        return sent, answers

    def _send(self, one: _Adapted | bytes) -> list[Key | None]:
        """Send a bare command, or a statement, prepared if it is new; what the answers prepare."""
        if isinstance(one, bytes):
            self._link.send_query_params(one, None)
            return [None]
        key, new = (one.sql, one.types), []
        # The last used last.
        name = self._names.pop(key, None)
        if name is None:
            name = b"plp_%d" % next(self._numbers)
            self._link.send_prepare(name, one.sql, one.types)
            new = [key]
        self._names[key] = name
        self._link.send_query_prepared(name, one.values, one.formats)
        return [*new, None]

    def _forget_unprepared(self, sent: list[Key | None], answers: list[PGresult]) -> None:
        for key, answer in zip(sent, answers, strict=False):
            if key is not None and answer.status != ExecStatus.COMMAND_OK:
                self._names.pop(key, None)


class DriverPipeline:
    """The same by psycopg's own pipeline mode: slower, and kept by its makers.

    For whom a new psycopg or PostgreSQL breaks `Pipeline` (setting `PLP_DATABASE_PIPELINE`).
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
            for cursor, one in zip(cursors, statements, strict=True):
                cursor.execute(one.sql, one.values)
        rows = [cursor.fetchall() if cursor.description else [] for cursor in cursors]
        if is_last:
            self._driver.commit()
        return rows


def _adapt(statement: Statement, adapter: abc.Transformer) -> _Adapted:
    """As psycopg would send it. Raises psycopg.Error for a value that it can't."""
    given = statement.values
    values = adapter.dump_sequence(given, [PyFormat.AUTO] * len(given))
    return _Adapted(statement.sql, values, adapter.types or (), adapter.formats or ())


def _answers(link: PGconn) -> abc.PQGen[list[PGresult]]:
    """Await the answers to all that was sent, until the end of the pipeline.

    One more than was sent, where the end commits (having no COMMIT before it) and fails.
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
