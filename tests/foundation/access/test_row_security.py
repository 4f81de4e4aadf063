"""The second wall, on PostgreSQL: the database itself shows a transaction no district but its own.

Everything here runs as the application's role, past our own access.
"""

from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import Connection, Table, select, text
from sqlalchemy.exc import ProgrammingError

from plp_api.foundation import db
from plp_api.foundation.db import Base
from plp_api.foundation.roster.relationships import Placement
from plp_api.server import areas
from tests.conftest import Live

pytestmark = pytest.mark.parametrize("live", ["postgresql"], indirect=True)

# Tables that know a district and stand outside the wall, and why.
OUTSIDE = {
    "schools": "a placement names a school of another district",
    "accounts": "read at sign-in, before any district is known",
    "account_persons": "read at sign-in, before any district is known",
    "sessions": "read to find out who asks, before any district is known",
    "invitations": "read by a code, before any district is known",
    "links": "read by a token, before any district is known",
    "jobs": "the worker takes the jobs of all districts",
}
# Tables that know no district.
WITHOUT = {
    "alembic_version": "the schema's own",
    "districts": "the districts themselves: their names are no secret",
    "answered_requests": "by person; kept for a day",
    "failed_attempts": "keyed hashes of whoever failed to sign in",
    "periodic_runs": "the worker's own",
    "signing_links": "a part of `links`, read with it",
    "mentor_links": "a part of `links`, read with it",
    "share_links": "a part of `links`, read with it; its words are in `disclosures`",
    "huey_counter": "the queue's own; it carries ids of jobs",
    "huey_kv": "the queue's own",
    "huey_schedule": "the queue's own",
    "huey_task": "the queue's own",
}
areas.load_tables()
SECURED = [
    table.name
    for table in Base.metadata.sorted_tables
    if table.name not in OUTSIDE and table.name not in WITHOUT
]


@pytest.fixture
def connection(live: Live) -> Iterator[Connection]:
    """As the application's role, in a transaction that entered no district."""
    with live.database.engine.connect() as made:
        yield made
        made.rollback()


def enter(connection: Connection, *districts: UUID) -> None:
    entered = ",".join(map(str, districts))
    connection.execute(text("SELECT set_config('plp.districts', :d, true)"), {"d": entered})


def count(connection: Connection, table: str, where: str = "true", **binds: Any) -> int:
    found = connection.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}"), binds)
    return int(found or 0)


def refused(connection: Connection, statement: str, **binds: Any) -> str:
    """Why the database refuses the statement."""
    with pytest.raises(ProgrammingError) as refusal, connection.begin_nested():
        connection.execute(text(statement), binds)
    return str(refusal.value.orig)


def test_the_application_s_role_owns_nothing_and_stands_above_nothing(
    connection: Connection,
) -> None:
    owned = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
    assert connection.scalar(text(owned)) == 0
    power = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles"
    assert connection.scalar(text(f"{power} WHERE rolname = current_user")) is False
    other = "SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole"
    assert connection.scalar(text(other)) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DROP POLICY entered_districts ON goals",
        "ALTER TABLE goals DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE goals NO FORCE ROW LEVEL SECURITY",
        "CREATE TABLE copied AS SELECT * FROM goals",
        "TRUNCATE goals",
        "UPDATE alembic_version SET version_num = 'x'",
        "DELETE FROM events",
        "UPDATE events SET payload = '{}', actor_id = null",
        "SET ROLE plp_owner",
    ],
)
def test_the_application_s_role_cannot_pull_the_wall_down(
    connection: Connection, statement: str
) -> None:
    assert "must be" in (why := refused(connection, statement)) or "permission denied" in why


def test_every_table_stands_behind_the_wall_or_says_why_not(connection: Connection) -> None:
    found = connection.execute(
        text(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AND EXISTS "
            "(SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*') "
            "FROM pg_class c WHERE c.relkind IN ('r', 'p') AND "
            "c.relnamespace = 'public'::regnamespace"
        )
    )
    forced: dict[str, bool] = {row[0]: row[1] for row in found}
    assert set(forced) == {*SECURED, *OUTSIDE, *WITHOUT}
    behind = {name for name, is_forced in forced.items() if is_forced}
    assert behind == set(SECURED), "a new table's migration secures it as 0001 does"


def test_what_stands_outside_is_what_the_models_say(live: Live) -> None:
    for mapper in Base.registry.mappers:
        table = cast(Table, mapper.local_table)
        is_behind = "district_id" in table.c and mapper.class_.__row_security__
        assert is_behind == (table.name in SECURED), table.name


STRANGERS = [f"00000000-0000-7000-8000-00000000000{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("entered", [None, "", STRANGERS[0], ",".join(STRANGERS[1:])])
def test_nothing_is_seen_where_no_such_district_was_entered(
    connection: Connection, entered: str | None
) -> None:
    if entered is not None:
        connection.execute(text("SELECT set_config('plp.districts', :d, true)"), {"d": entered})
    seen = {table: count(connection, table) for table in SECURED}
    assert {table for table, rows in seen.items() if rows} == set()


def test_a_district_s_transaction_sees_all_of_its_own_and_nothing_else(
    live: Live, connection: Connection
) -> None:
    home, away = live.world.home.district_id, live.world.away.district_id
    for mine, theirs in ((home, away), (away, home)):
        enter(connection, mine)
        for table in SECURED:
            other = "district_id <> :mine"
            if table == "placements":
                other += " AND host_district_id <> :mine"
            assert count(connection, table, other, mine=mine) == 0, table
        assert count(connection, "goals", "district_id = :mine", mine=mine) > 0
        assert count(connection, "goals", "district_id = :theirs", theirs=theirs) == 0
    enter(connection, home, away)
    assert count(connection, "goals") > count(connection, "goals", "district_id = :h", h=home) > 0


@pytest.mark.parametrize("table", SECURED)
def test_a_district_s_transaction_changes_nothing_of_another(
    live: Live, connection: Connection, table: str
) -> None:
    home, away = live.world.home.district_id, live.world.away.district_id
    enter(connection, home)
    if count(connection, table):
        why = refused(connection, f"UPDATE {table} SET district_id = :away", away=away)
        assert "row-level security" in why or "permission denied" in why
        why = _refused_copy(connection, table, away)
        assert "row-level security" in why
    # Nobody changes these, of whatever district.
    if table not in ("events", "signatures"):
        theirs = text(f"DELETE FROM {table} WHERE district_id = :away")
        assert connection.execute(theirs, {"away": away}).rowcount == 0
        moved = text(f"UPDATE {table} SET district_id = :home WHERE district_id = :away")
        assert connection.execute(moved, {"home": home, "away": away}).rowcount == 0


def _refused_copy(connection: Connection, table: str, away: UUID) -> str:
    """Why a row of ours, written as theirs, is refused."""
    columns = [one.name for one in Base.metadata.tables[table].columns]
    values = [":away" if one == "district_id" else one for one in columns]
    named, valued = (", ".join(f'"{one}"' for one in columns), ", ".join(values))
    return refused(
        connection, f"INSERT INTO {table} ({named}) SELECT {valued} FROM {table} LIMIT 1", away=away
    )


def test_a_placement_is_seen_by_both_districts_and_written_by_the_student_s_own(
    live: Live, connection: Connection
) -> None:
    home, away = live.world.home.district_id, live.world.away.district_id
    for district in (home, away):
        enter(connection, district)
        assert count(connection, "placements") == 1
    change = "UPDATE placements SET ends_on = starts_on"
    assert "row-level security" in refused(connection, change)
    # Nor can a host claim a student of another district by writing a placement itself.
    columns = [one.name for one in Placement.__table__.columns]
    values = ["gen_random_uuid()" if one == "id" else one for one in columns]
    claim = f"INSERT INTO placements ({', '.join(columns)}) SELECT {', '.join(values)} "
    assert "row-level security" in refused(connection, f"{claim} FROM placements")
    enter(connection, home)
    assert connection.execute(text(change)).rowcount == 1


def test_what_was_entered_ends_with_the_transaction(live: Live) -> None:
    """A pooled connection carries nothing over to the next request."""
    home = live.world.home.district_id
    with live.database.transaction(districts=[home]) as session:
        assert session.scalar(text("SELECT count(*) FROM goals"))
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    for _ in range(20):
        with live.database.transaction() as session:
            assert session.scalar(text("SELECT count(*) FROM goals")) == 0
            if session.scalar(text("SELECT pg_backend_pid()")) == backend:
                return
    pytest.fail("never met the same connection again")


def test_a_request_enters_its_caller_s_district_and_no_other(live: Live) -> None:
    client = live.client.as_(live.world.home.student)
    seen: list[str] = []

    def note() -> None:
        seen.append(db.session().scalar(text("SELECT current_setting('plp.districts', true)")))

    view = live.app.view_functions["Events.list_events"]
    try:
        live.app.view_functions["Events.list_events"] = _noting(view, note)
        client.get("/events")
    finally:
        live.app.view_functions["Events.list_events"] = view
    assert seen == [str(live.world.home.district_id)]


def _noting(view: Any, note: Any) -> Any:
    def noted(**url: Any) -> Any:
        try:
            return view(**url)
        finally:
            note()

    return noted


def test_a_host_s_office_enters_the_districts_of_its_guests_too(live: Live) -> None:
    counselor, student = live.world.away.counselor, live.world.home.placed
    client = live.client.as_(counselor)
    assert client.get(f"/goals/{student.goal_id}").status_code == 200
    assert client.get(f"/goals/{live.world.home.student.goal_id}").status_code == 404
    with live.database.transaction(districts=[live.world.home.district_id]) as session:
        assert session.scalar(select(Placement.host_district_id)) == counselor.district_id
