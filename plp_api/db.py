"""The database: column types, the session of the running transaction, and the fast door for reads.

The session lives in a context variable, so that actions, the worker and the
command line need no web context. One transaction is one unit of work: whoever
opens it (the request, the job, the command) commits it, nobody else does.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, cast
from uuid import UUID

import orjson
import psycopg
import psycopg.types.json
from psycopg import RawCursor
from psycopg.rows import dict_row
from sqlalchemy import (
    ARRAY,
    JSON,
    BindParameter,
    Boolean,
    DateTime,
    Dialect,
    Engine,
    Executable,
    MetaData,
    String,
    TypeDecorator,
    Uuid,
    bindparam,
    create_engine,
    event,
    insert,
    text,
)
from sqlalchemy import Text as LongString
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    SessionTransaction,
    mapped_column,
    sessionmaker,
)
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine
from uuid6 import uuid7

from plp_api import clock

SCHEMA_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


INSERTED_AT_ONCE = 5000


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): ordered by time of birth, so that indexes grow at one end."""
    return UUID(int=uuid7().int)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Refuses naive values; SQLite, which forgets zones, gets them back."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value in UTC; ValueError where it names no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value with its zone."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def storable(value: str) -> bool:
    """Whether both databases can hold the string: no NUL, no lone surrogate."""
    return "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)


class Text(TypeDecorator[str]):
    """Words of any length; the last wall behind the `Text` field."""

    impl = LongString
    cache_ok = True
    python_type = str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The value itself; ValueError for NUL bytes and lone surrogates."""
        if value is not None and not storable(value):
            raise ValueError("a text must not hold NUL bytes or lone surrogates")
        return value


class Tags(TypeDecorator[frozenset[str]]):
    """A small set of plain words in one column (`,a,b,`), which SQL can search (`has_tag`)."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The words between commas, sorted; a plain string passes, for comparisons."""
        if value is None or isinstance(value, str):
            return value
        return "".join(f",{word}" for word in sorted(value)) + "," if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str]:
        """The set of words."""
        return frozenset(word for word in (value or "").split(",") if word)


def has_tag(column: Any, tag: str) -> ColumnElement[bool]:
    """Whether the `Tags` column holds the word."""
    found: ColumnElement[bool] = column.like(f"%,{tag},%")
    return found


class ListOf(TypeDecorator[list[Any]]):
    """A bound list: an array on PostgreSQL, a JSON text on SQLite. For `any_of` only."""

    impl = String
    cache_ok = True

    def __init__(self, item: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type each database binds."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(self.item()))
        return dialect.type_descriptor(LongString())

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """The list itself, or its JSON with ids written as SQLite stores them."""
        if value is None or dialect.name == "postgresql":
            return value if value is None else list(value)
        return json.dumps([v.hex if isinstance(v, UUID) else v for v in value])


IDS = ListOf(Uuid)
WORDS = ListOf(String)


def ids_bind(name: str) -> BindParameter[list[UUID]]:
    """A bound list of ids, for `any_of`."""
    return bindparam(name, type_=IDS)


class any_of(FunctionElement[bool]):  # noqa: N801 - reads as the SQL function it is
    """`any_of(column, bindparam("ids", type_=IDS))`: membership in one bound list.

    Unlike an expanding IN, the statement stays the same whatever the list's
    length, so it is built, cached and prepared once.
    """

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Itself: SQLite would be asked `… IN (…) = 1`, and read the whole table to answer it."""
        return self


@compiles(any_of, "postgresql")
def _any_of_array(element: any_of, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **kw)} = ANY({compiler.process(values, **kw)})"


@compiles(any_of, "sqlite")
def _any_of_json(element: any_of, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = element.clauses
    listed = compiler.process(values, **kw)
    found = compiler.process(column, **kw)
    return f"{found} IN (SELECT value FROM json_each({listed}))"  # noqa: S608 - compiled parts


class joined(FunctionElement[str]):  # noqa: N801 - reads as the SQL function it is
    """`joined(column)`: the values of a group in one text, with commas between."""

    type = String()
    inherit_cache = True


@compiles(joined, "postgresql")
def _joined_by_postgresql(element: joined, compiler: SQLCompiler, **kw: Any) -> str:
    return f"string_agg(CAST({compiler.process(element.clauses, **kw)} AS TEXT), ',')"


@compiles(joined, "sqlite")
def _joined_by_sqlite(element: joined, compiler: SQLCompiler, **kw: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **kw)}, ',')"


class unindexed(FunctionElement[Any]):  # noqa: N801 - reads as the SQL it is
    """A column that SQLite is not to search by: it would read a district to find one student.

    Its planner takes any equality for narrower than a bound list; PostgreSQL
    knows better by itself (18 ms against 0.1, of 60,000 students).
    """

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _plain(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    (column,) = element.clauses
    return compiler.process(column, **kw)


@compiles(unindexed, "sqlite")
def _unary_plus(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    (column,) = element.clauses
    return f"+{compiler.process(column, **kw)}"


class Base(DeclarativeBase):
    """Every table. `__ownership__` says whose it is (see ownership.py); none means refusal."""

    metadata = MetaData(naming_convention=SCHEMA_NAMES)
    type_annotation_map = {
        str: Text,
        datetime: Instant,
        UUID: Uuid,
        dict[str, Any]: JSON().with_variant(JSONB, "postgresql"),
        list[Any]: JSON().with_variant(JSONB, "postgresql"),
        frozenset[str]: Tags,
    }
    # Tables read before the district is known carry district ids but stand outside row security.
    __row_security__ = True


class Identified:
    """A row with an id of its own."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class Dated:
    """A row that knows when it was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class Resource(Identified, Dated):
    """A row served by itself: its `version` grows with each change and is its ETag."""

    version: Mapped[int] = mapped_column(default=1)

    def touch(self) -> None:
        """Make the next flush a new version, though only rows beside this one changed."""
        self.updated_at = clock.now()


@event.listens_for(Base, "instrument_class", propagate=True)
def _count_versions(mapper: Any, class_: type) -> None:
    """A stale write of a Resource fails in the database too, not only at If-Match."""
    if issubclass(class_, Resource) and "version" in mapper.local_table.c:
        mapper.version_id_col = mapper.local_table.c.version


_session: ContextVar[Session] = ContextVar("session")
_database: ContextVar["Database"] = ContextVar("database")

psycopg.types.json.set_json_loads(orjson.loads)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


class Database:
    """One database, SQLite or PostgreSQL, behind one way to open a transaction.

    `ends_early` lets `fetch` end one with its last queries.
    """

    ends_early = True

    def __init__(self, url: str, pool: int = 8) -> None:
        self.url = url
        self.is_postgresql = url.startswith("postgresql")
        options: dict[str, Any] = {"pool_size": pool, "max_overflow": 2}
        if self.is_postgresql:
            options["connect_args"] = {"options": "-c timezone=UTC"}
        self.engine: Engine = create_engine(
            url, json_serializer=_dumps, json_deserializer=orjson.loads, **options
        )
        if not self.is_postgresql:
            _prepare_sqlite(self.engine)
        self._writing = sessionmaker(self.engine.execution_options(plp_write=True))
        self._reading = sessionmaker(self.engine)

    @contextmanager
    def transaction(
        self, *, write: bool = True, districts: Sequence[UUID] = ()
    ) -> Iterator[Session]:
        """Run the block in one transaction: committed at its end, rolled back by any exception.

        `write=False` lets SQLite read beside a writer; a write would then fail.
        `districts` opens the second wall at once (see `enter`).
        """
        make = self._writing if write else self._reading
        with make() as session:
            tokens = _session.set(session), _database.set(self)
            try:
                if districts:
                    enter(districts)
                yield session
                session.commit()
            finally:
                _session.reset(tokens[0])
                _database.reset(tokens[1])

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, and transactions that begin when and as we say.

    With the default deferred BEGIN, requests that read and then write failed
    with "database is locked" (3,547 of 4,404 measured); BEGIN IMMEDIATE waits.
    """

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
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


def session() -> Session:
    """The session of the running transaction; LookupError where there is none."""
    return _session.get()


def current() -> Database:
    """The database of the running transaction."""
    return _database.get()


@contextmanager
def using(database: Database) -> Iterator[None]:
    """Let `current()` name this database, for work that opens transactions of its own."""
    token = _database.set(database)
    try:
        yield
    finally:
        _database.reset(token)


def after_commit(call: Callable[[], None]) -> None:
    """Call this once the running transaction is committed; never, where it is rolled back."""
    session().info.setdefault("after_commit", []).append(call)


def on_rollback(call: Callable[[], None]) -> None:
    """Call this if the running transaction is not committed after all: for what lies outside it."""
    session().info.setdefault("on_rollback", []).append(call)


@event.listens_for(Session, "after_commit")
def _call_after_commit(session: Session) -> None:
    """A savepoint's release is announced as a commit too, but promises nothing yet."""
    if not session.in_nested_transaction():
        session.info.pop("on_rollback", None)
        for call in session.info.pop("after_commit", ()):
            call()


@event.listens_for(Session, "after_transaction_end")
def _call_on_rollback(session: Session, ended: SessionTransaction) -> None:
    """A session that is closed without a commit says no more than that its transaction ended."""
    if ended.parent is None:
        for call in session.info.pop("on_rollback", ()):
            call()


def on_postgresql() -> bool:
    """Whether the running transaction is PostgreSQL's."""
    return _database.get().is_postgresql


ENTER = "SELECT set_config('plp.districts', $1, true)"


def enter(districts: Sequence[UUID]) -> None:
    """Let this transaction see and write the rows of these districts, and no others (PostgreSQL).

    The second wall behind `access`: row-level security compares every row's
    `district_id` with this setting.
    """
    if on_postgresql():
        listed = ",".join(map(str, districts))
        session().execute(text("SELECT set_config('plp.districts', :d, true)"), {"d": listed})


def lock(row: Any) -> None:
    """Hold the row until the transaction ends, and read it afresh.

    Two last signers at once left a version stuck 50 times of 60 without it.
    SQLite's writers already stand in line. Only this row is held, not what is
    read beside it, and rows that refer to it may still be added meanwhile: two
    who lock different things above one plan would else wait for each other.
    """
    held = {"of": type(row), "key_share": True} if on_postgresql() else None
    session().refresh(row, with_for_update=held)


def is_deadlock(error: OperationalError) -> bool:
    """Whether PostgreSQL undid this transaction, so that another that waited for it could go on."""
    return isinstance(error.orig, psycopg.errors.DeadlockDetected)


def lock_name(name: str, wait: bool = True) -> bool:
    """Hold a name until the transaction ends; False where `wait` is off and another holds it."""
    if not on_postgresql():
        return True
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    key = text(f"SELECT {function}(hashtextextended(:name, 0))")
    return session().execute(key, {"name": name}).scalar() is not False


def insert_many(model: type[Base], rows: Iterable[dict[str, Any]]) -> int:
    """Insert rows in batches, so that memory does not grow with their number; how many."""
    rows, count = iter(rows), 0
    while batch := list(islice(rows, INSERTED_AT_ONCE)):
        session().execute(insert(model), batch)
        count += len(batch)
    return count


class Prepared:
    """A statement built and compiled once, run through `fetch`.

    Binds must be what psycopg takes by itself (ids, dates, strings, numbers,
    lists of them); columns come back the same way, so `fetch` gives plain rows.
    """

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._native: Native | None = None

    def __call__(self, **binds: Any) -> "Query":
        return Query(self, binds)

    def native(self, dialect: Dialect) -> "Native":
        """The statement as PostgreSQL itself takes it, so that psycopg parses nothing."""
        if self._native is None:
            compiled = cast(Any, self.statement).compile(dialect=dialect)
            self._native = Native.of(str(compiled), compiled.params)
        return self._native


PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Native:
    """SQL with `$1`-style placeholders, the names they stand for, and the fixed values."""

    sql: str
    names: tuple[str, ...]
    fixed: dict[str, Any]

    @classmethod
    def of(cls, sql: str, params: dict[str, Any]) -> "Native":
        """From the driver's `%(name)s` style."""
        names = tuple(dict.fromkeys(PLACEHOLDER.findall(sql)))
        numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
        native = PLACEHOLDER.sub(lambda found: numbers[found[1]], sql).replace("%%", "%")
        fixed = {name: value for name, value in params.items() if value is not None}
        return cls(native, names, fixed)

    def values(self, binds: dict[str, Any]) -> list[Any]:
        """The values in the order of the placeholders."""
        known = {**self.fixed, **binds}
        return [known[name] for name in self.names]


class Query:
    """A prepared statement with its binds."""

    __slots__ = ("binds", "prepared")

    def __init__(self, prepared: Prepared, binds: dict[str, Any]) -> None:
        self.prepared = prepared
        self.binds = binds


@dataclass(frozen=True)
class Ahead:
    """Queries that may travel ahead of what they depend on; `is_last` as in `fetch`."""

    queries: Sequence[Query] = ()
    is_last: bool = False


def fetch(
    *queries: Query, districts: Sequence[UUID] | None = None, is_last: bool = False
) -> list[list[dict[str, Any]]]:
    """The rows of every query, as dicts, in one round trip where the database can.

    On PostgreSQL the queries travel as one pipeline (0.67-0.82 of the floor,
    against 0.32-0.59 one by one); on SQLite they run in turn. `districts`
    enters them (see `enter`) in the same round trip. `is_last` ends the
    transaction with them, and saves the round trip of its COMMIT: nothing may
    be read after it, for no district is entered any more.
    """
    if on_postgresql():
        return _fetch_pipelined(queries, districts, is_last and _may_end())
    return [
        [dict(row) for row in session().execute(q.prepared.statement, q.binds).mappings()]
        for q in queries
    ]


def _may_end() -> bool:
    """Whether the transaction can end here: nothing waits to be written."""
    waiting = session()
    return current().ends_early and not (waiting.new or waiting.dirty or waiting.deleted)


@contextmanager
def _told_alike() -> Iterator[None]:
    """Let the driver's own complaint look like one that came through SQLAlchemy."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise OperationalError(None, None, error) from error


def _fetch_pipelined(
    queries: Sequence[Query], districts: Sequence[UUID] | None, is_last: bool
) -> list[list[dict[str, Any]]]:
    connection = session().connection()
    driver: Any = connection.connection.driver_connection
    with _told_alike(), driver.pipeline():
        if districts is not None:
            RawCursor(driver).execute(ENTER, [",".join(map(str, districts))])
        cursors = []
        for query in queries:
            native = query.prepared.native(connection.dialect)
            cursor = RawCursor(driver, row_factory=dict_row)
            cursor.execute(native.sql, native.values(query.binds))
            cursors.append(cursor)
        if is_last:
            RawCursor(driver).execute("COMMIT")
    # After the block, whose end has waited for all of them at once.
    return [cursor.fetchall() for cursor in cursors]


def iso(value: date | datetime | None) -> str | None:
    """A date or an instant as the API writes it (RFC 3339, `Z`); hot reads dump with this."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat()
