"""`fetch` on PostgreSQL, with our pipeline and with psycopg's own."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import bindparam, func, null, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from plp_api.foundation import clock, db
from plp_api.foundation.roster.models import District
from tests import databases

pytestmark = pytest.mark.both_databases

COUNT = db.Prepared(select(func.count().label("number")).select_from(District))
ECHO = db.Prepared(select(bindparam("value").label("value")))
ENTERED = db.Prepared(select(func.current_setting("plp.districts", True).label("districts")))
FAILING = db.Prepared(select(text("1 / 0")))


@pytest.fixture(scope="module", params=[False, True], ids=["own", "driver"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[db.Database]:
    folder: Path = tmp_path_factory.mktemp("pipelines")
    url = databases.prepared("postgresql", folder).database_url
    database = db.Database(url, pool=1, is_driven=request.param)
    yield database
    database.dispose()


NAMED = select(District.name)


@pytest.fixture
def district(database: db.Database) -> UUID:
    """The id of a district that is stored."""
    key = db.new_id()
    with database.transaction(districts=[key]) as session:
        session.add(District(id=key, name="Before", slug=str(key), time_zone="America/New_York"))
    return key


def name_of(database: db.Database, key: UUID) -> str | None:
    with database.transaction(districts=[key]) as session:
        return session.scalar(NAMED.where(District.id == key))


def rename(session: Session, key: UUID, how: str) -> None:
    """Change the district's name in one of the possible ways."""
    renamed = (
        update(District).where(District.id == key).values(name="After", updated_at=clock.now())
    )
    if how == "flushed":
        session.get_one(District, key).name = "After"
        session.flush()
    elif how == "executed":
        session.execute(renamed)
    elif how == "fetched":
        db.fetch(db.Prepared(renamed)())
    else:
        session.execute(text("UPDATE districts SET name = 'After'"))


def test_every_statement_gives_its_rows(database: db.Database) -> None:
    with database.transaction():
        numbers = db.fetch(ECHO(value=1), ECHO(value="two"), ECHO(value=None))
    assert numbers == [[{"value": 1}], [{"value": "two"}], [{"value": None}]]


def test_districts_are_entered_in_the_same_exchange_and_left_with_the_transaction(
    database: db.Database,
) -> None:
    key = db.new_id()
    with database.transaction():
        assert db.fetch(ENTERED(), districts=[key]) == [[{"districts": str(key)}]]
    with database.transaction():
        assert db.fetch(ENTERED())[0][0]["districts"] in ("", None)


def test_a_failure_undoes_what_was_written_before(database: db.Database, district: UUID) -> None:
    def fail() -> None:
        with database.transaction(districts=[district]) as session:
            rename(session, district, "flushed")
            db.fetch(ECHO(value=1), FAILING())

    with pytest.raises(DBAPIError):
        fail()
    assert name_of(database, district) == "Before"


def test_what_the_database_refuses_is_told_as_the_session_tells_it(
    database: db.Database, district: UUID
) -> None:
    nameless = (
        update(District).where(District.id == district).values(name=null(), updated_at=clock.now())
    )
    with pytest.raises(IntegrityError), database.transaction(districts=[district]):
        db.fetch(db.Prepared(nameless)())


def test_the_last_reads_end_the_transaction(database: db.Database) -> None:
    with database.transaction() as session:
        db.fetch(COUNT(), districts=[db.new_id()], is_last=True)
        link = session.connection().connection.driver_connection
        assert link is not None
        assert db.fetch(ENTERED())[0][0]["districts"] in ("", None)


@pytest.mark.parametrize("how", ["flushed", "executed", "fetched", "in words"])
def test_the_last_reads_end_no_transaction_that_has_written(
    database: db.Database, district: UUID, how: str
) -> None:
    """A later exception must still roll it back."""
    with suppress(ZeroDivisionError), database.transaction(districts=[district]) as session:
        rename(session, district, how)
        db.fetch(COUNT(), is_last=True)
        raise ZeroDivisionError
    assert name_of(database, district) == "Before"
