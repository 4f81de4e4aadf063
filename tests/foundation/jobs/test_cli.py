"""The output and exit codes of `plp`: 0 done, 1 refused, 2 wrong usage."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import alembic
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import inspect, update
from sqlalchemy.engine import make_url

from plp_api.foundation import db, migrating, processes
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.models import District
from plp_api.foundation.settings import Settings
from plp_api.server import cli
from plp_api.server.operations import readiness
from tests import databases


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Variables of an installation in an empty folder; `environment(PLP_X=…)` sets more."""
    for name in ("PLP_ENV", "PLP_DATABASE_URL", "PLP_MIGRATION_DATABASE_URL", "PLP_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PLP_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("PLP_LOG_LEVEL", "CRITICAL")

    def change(**variables: object) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))

    return change


def plp(*words: str) -> Result:
    result = CliRunner().invoke(cli.main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_production_without_a_secret_does_not_start(environment: Callable[..., Any]) -> None:
    environment(PLP_ENV="production")
    result = plp("serve")
    assert result.exit_code == 1
    assert "PLP_SECRET_KEY is not set" in result.stderr


def test_the_demo_does_not_run_in_production(environment: Callable[..., Any]) -> None:
    environment(PLP_ENV="production", PLP_SECRET_KEY=databases.SECRET)
    result = plp("serve", "--demo")
    assert result.exit_code == 1
    assert "does not run in production" in result.stderr


def test_a_setting_of_the_wrong_form_is_wrong_usage(environment: Callable[..., Any]) -> None:
    environment(PLP_PORT="eighty")
    result = plp("serve")
    assert result.exit_code == 2
    assert "PLP_PORT" in result.stderr


def test_an_unknown_command_is_wrong_usage() -> None:
    assert plp("sign").exit_code == 2


def test_a_port_in_use_is_refused_in_words(environment: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment(PLP_PORT=taken.getsockname()[1])
        result = plp("serve")
    assert result.exit_code == 1
    assert "Cannot listen on 127.0.0.1" in result.stderr


def test_a_worker_does_not_start_on_another_schema(environment: Callable[..., Any]) -> None:
    result = plp("worker")
    assert result.exit_code == 1
    assert "schema not migrated" in result.stderr


def test_a_database_out_of_reach_is_said(environment: Callable[..., Any]) -> None:
    environment(PLP_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    for command in ("migrate", "worker"):
        result = plp(command)
        assert result.exit_code == 1
        assert "atabase" in result.stderr


def test_migrate_makes_the_schema_and_does_nothing_the_second_time(
    environment: Callable[..., Any],
) -> None:
    for _ in range(2):
        result = plp("migrate")
        assert result.exit_code == 0
        assert migrating.head() in result.stdout


def test_migrate_refuses_a_revision_it_does_not_know(environment: Callable[..., Any]) -> None:
    result = plp("migrate", "--revision", "nonsense")
    assert result.exit_code == 1
    assert "nonsense" in result.stderr


def test_a_migration_that_breaks_off_leaves_nothing(
    environment: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    upgrade = alembic.command.upgrade

    def broken(*given: Any) -> None:
        upgrade(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(alembic.command, "upgrade", broken)
    url = f"sqlite:///{tmp_path / 'plp.sqlite'}"
    settings = Settings("development", tmp_path, url, url, databases.SECRET)
    with pytest.raises(KeyboardInterrupt):
        migrating.upgrade(settings)
    monkeypatch.undo()
    database = db.Database(url)
    assert inspect(database.engine).get_table_names() == []
    migrating.upgrade(settings)
    assert migrating.current(database.engine) == migrating.head()
    database.dispose()


def test_the_openapi_document_is_written_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "api" / "openapi.json"
    assert plp("openapi", "--check", "--output", str(file)).exit_code == 1
    assert plp("openapi", "--output", str(file)).exit_code == 0
    first = file.read_text()
    assert first.startswith("{\n  ")
    assert plp("openapi", "--check", "--output", str(file)).exit_code == 0
    file.write_text(first.replace('"openapi": "3.1.0"', '"openapi": "3.0.0"'))
    result = plp("openapi", "--check", "--output", str(file))
    assert result.exit_code == 1
    assert '-  "openapi": "3.0.0"' in result.stderr
    assert '+  "openapi": "3.1.0"' in result.stderr
    assert "run `plp openapi`" in result.stderr


def test_verifying_the_trail_says_where_it_breaks(
    environment: Callable[..., Any], tmp_path: Path
) -> None:
    assert plp("migrate").exit_code == 0
    database = db.Database(f"sqlite:///{tmp_path / 'var' / 'plp.sqlite'}")
    district = District(id=db.new_id(), name="Tamarack Union", slug="tamarack")
    with database.transaction() as session:
        session.add(district)
        session.flush()
        for _ in range(3):
            audit.record("test.happened", district, by=None)
    with database.transaction() as session:
        audit.number_events()
        session.add(district)
        audit.record("test.happened", district, by=None)
    result = plp("audit", "verify")
    assert (result.exit_code, result.stdout) == (
        0,
        "The chain of events holds; 1 wait to be numbered.\n",
    )
    with database.transaction() as session:
        session.execute(update(Event).where(Event.position == 2).values(type="test.never"))
    database.dispose()
    result = plp("audit", "verify")
    assert result.exit_code == 1
    assert "breaks at position 2" in result.stderr


@pytest.mark.parametrize("is_production", [False, True])
def test_a_role_that_passes_the_wall_is_warned_of_and_refused_in_production(
    environment: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    is_production: bool,
) -> None:
    monkeypatch.setattr(processes, "supervise", lambda children: True)
    settings = databases.prepared("postgresql", tmp_path)
    environment(
        PLP_ENV="production" if is_production else "development",
        PLP_SECRET_KEY=databases.SECRET,
        PLP_DATABASE_URL=settings.migration_database_url,
        PLP_PORT=0,
    )
    result = plp("serve")
    assert "PLP_DATABASE_URL owns the tables" in result.stderr
    assert result.exit_code == (1 if is_production else 0)


def test_the_role_that_owns_nothing_is_held_by_the_wall(tmp_path: Path) -> None:
    settings = databases.prepared("postgresql", tmp_path)
    superuser = make_url(databases.postgresql_server())
    url = superuser.set(database=make_url(settings.database_url).database)
    whole = url.render_as_string(False)
    for role, expected in ((settings.database_url, None), (whole, "is a superuser")):
        database = db.Database(role)
        found = readiness.weakness(database)
        database.dispose()
        assert found is None if expected is None else expected in str(found)


@pytest.mark.parametrize(("proxies", "is_told"), [(0, True), (1, False)])
def test_serving_in_production_says_what_it_means_that_no_proxy_is_trusted(
    environment: Callable[..., Any], proxies: int, is_told: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment(
            PLP_ENV="production",
            PLP_SECRET_KEY=databases.SECRET,
            PLP_TRUSTED_PROXIES=proxies,
            PLP_PORT=taken.getsockname()[1],
        )
        result = plp("serve")
    assert result.exit_code == 1
    assert ("slow clients" in result.stderr) is is_told
