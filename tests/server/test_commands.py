"""Every command of `plp` in every bad condition: one line that says what is wrong, no traceback."""

import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from plp_api.foundation import clock, data, db, migrating, processes
from plp_api.foundation.db import failures
from plp_api.foundation.jobs.worker import Worker
from plp_api.foundation.settings import SECRET_FILE
from plp_api.server import cli
from plp_api.server.demo import package
from plp_api.server.demo.years import Years
from tests import databases

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
# A whole command line for every command; `{package}` is a roster, `{standards}` a framework,
# `{file}` a file to write.
NOBODY = "0199b2c4-8f3a-7c1e-9d2b-5a6f7e8d9c0b"
LINES = {
    "audit verify": (),
    "districts": (),
    "export student": (NOBODY, "--to", "{file}"),
    "files check": (),
    "import student": ("{package}", "--student", NOBODY),
    "migrate": (),
    "openapi": ("--output", "{file}"),
    "people invite": ("--given", "Ada", "--family", "Min", "--role", "district_admin"),
    "roster import": ("{package}",),
    "serve": (),
    "standards import": ("{standards}",),
    "worker": (),
}
# It reads no setting and no database.
ALONE = {"openapi"}


def walk(group: click.Group, above: str = "") -> Iterator[str]:
    """The words of every command."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from walk(command, f"{above}{name} ")
        else:
            yield f"{above}{name}"


COMMANDS = sorted(walk(cli.main))


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roster") / "demo.zip"
    package.write(data.seeds() / "demo" / "tamarack-valley-su", path, Years.until(clock.today()))
    return path


@pytest.fixture
def plp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, roster: Path) -> Callable[..., Result]:
    """Runs a command in an installation of its own; nothing serves or works for long."""
    for name in ("PLP_ENV", "PLP_DATABASE_URL", "PLP_MIGRATION_DATABASE_URL", "PLP_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PLP_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("PLP_LOG_LEVEL", "CRITICAL")
    monkeypatch.setenv("PLP_PORT", "0")
    monkeypatch.setattr(processes, "supervise", lambda children: True)
    monkeypatch.setattr(processes.Child, "start", lambda child: None)
    monkeypatch.setattr(Worker, "run", lambda worker: None)
    skills = data.seeds() / "frameworks" / "vermont_transferable_skills.json"
    places = {"package": roster, "file": tmp_path / "openapi.json", "standards": skills}

    def run(command: str, *words: str) -> Result:
        line = [*command.split(), *(each.format(**places) for each in words or LINES[command])]
        result = CliRunner().invoke(cli.main, line)
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            command,
            result.exception,
        )
        return result

    return run


def test_every_command_is_tried_here_and_in_the_operators_page() -> None:
    assert sorted(LINES) == COMMANDS
    page = OPERATIONS.read_text()
    assert [name for name in COMMANDS if f"| `plp {name}` |" not in page] == []


@dataclass
class Condition:
    """Something that is wrong: settings, and files to make first; with the exit code."""

    code: int
    says: str
    variables: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[Path], None] = lambda folder: None
    # Commands that do not meet it.
    but: frozenset[str] = frozenset()


def no_folder(folder: Path) -> None:
    (folder / "var").write_text("a file")


def damaged_secret(folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var" / SECRET_FILE).touch()


def no_database(folder: Path) -> None:
    (folder / "other.sqlite").write_text("no database, but long enough to be looked at " * 30)


def migrated(folder: Path) -> None:
    databases.prepared("sqlite", folder)


POSTGRESQL = "postgresql://nobody:a-secret@127.0.0.1:1/none"
READS = frozenset({"districts", "audit verify", "files check"})
ARCHIVES = frozenset({"export student", "import student"})
MIGRATES = ARCHIVES | {"migrate", "roster import", "serve", "standards import"}
CONDITIONS = {
    "a port in words": Condition(2, "PLP_PORT", {"PLP_PORT": "eighty"}),
    "a port that is none": Condition(2, "PLP_PORT", {"PLP_PORT": "70000"}),
    "an unknown database": Condition(2, "mysql", {"PLP_DATABASE_URL": "mysql://u:a-secret@h/d"}),
    "a file for a URL": Condition(2, "URL of a database", {"PLP_DATABASE_URL": "plp.sqlite"}),
    "a URL with a port in words": Condition(
        2, "URL of a database", {"PLP_DATABASE_URL": "postgresql://u:a-secret@h:port/d"}
    ),
    "an unknown database to migrate": Condition(
        2, "PLP_MIGRATION_DATABASE_URL", {"PLP_MIGRATION_DATABASE_URL": "oracle://u:a-secret@h/d"}
    ),
    "every origin": Condition(2, "name each origin", {"PLP_CORS_ORIGINS": "*"}),
    "an origin with a path": Condition(2, "PLP_CORS", {"PLP_CORS_ORIGINS": "https://a.example/"}),
    "no rate": Condition(2, "PLP_RATE_LIMIT", {"PLP_RATE_LIMIT": "often"}),
    "no level": Condition(2, "PLP_LOG_LEVEL", {"PLP_LOG_LEVEL": "loud"}),
    "no secret in production": Condition(1, "PLP_SECRET_KEY", {"PLP_ENV": "production"}),
    "a damaged secret": Condition(1, "is damaged", prepare=damaged_secret),
    "no PostgreSQL": Condition(1, "start it, or correct", {"PLP_DATABASE_URL": POSTGRESQL}),
    "a file in place of the folder": Condition(1, "PLP_DATA_DIR", prepare=no_folder),
    "a folder that cannot be made": Condition(1, "PLP_DATA_DIR", {"PLP_DATA_DIR": "/proc/plp"}),
    "SQLite in no folder": Condition(
        1, "cannot open its file", {"PLP_DATABASE_URL": "sqlite:////nowhere/plp.sqlite"}
    ),
    "SQLite that is none": Condition(
        1,
        "no SQLite database",
        {"PLP_DATABASE_URL": "sqlite:///{folder}/other.sqlite"},
        no_database,
    ),
    "SQLite that may not be written": Condition(
        1,
        "may not write",
        {"PLP_DATABASE_URL": "sqlite:///file:{folder}/plp.sqlite?mode=ro&uri=true"},
        migrated,
        # Without a district there is nothing to import into, and without a student nothing at all.
        but=READS | ARCHIVES | {"worker", "serve", "migrate", "standards import"},
    ),
    "a database without tables": Condition(1, "`plp migrate`", but=MIGRATES | {"districts"}),
    "hardly any space": Condition(
        1,
        "lower PLP_DISK_RESERVE",
        {"PLP_DISK_RESERVE": str(1 << 60), "PLP_DATABASE_URL": "sqlite:///{folder}/plp.sqlite"},
        migrated,
        but=frozenset(COMMANDS) - {"serve", "worker"},
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", CONDITIONS)
def test_what_is_wrong_is_said_in_one_line(
    plp: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    command: str,
) -> None:
    condition = CONDITIONS[name]
    condition.prepare(tmp_path)
    for variable, value in condition.variables.items():
        monkeypatch.setenv(variable, value.format(folder=tmp_path))
    result = plp(command)
    assert "Serving" not in result.stdout
    if command in ALONE | condition.but:
        assert result.exit_code in {0, condition.code}
        return
    assert result.exit_code == condition.code, result.output
    is_one_line(result.stderr)
    assert condition.says in result.stderr


def is_one_line(said: str) -> None:
    assert said.startswith("Error: "), said
    assert said.count("\n") == 1, said
    assert said.endswith(".\n"), said
    assert "Traceback" not in said
    assert "a-secret" not in said


@contextmanager
def no_space() -> Iterator[None]:
    """As on a full disk: no file may grow beyond a few bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("is_begun", [False, True])
def test_a_file_that_cannot_be_written_is_said_in_one_line(
    plp: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: str,
    is_begun: bool,
) -> None:
    if is_begun:
        monkeypatch.setenv("PLP_SECRET_KEY", databases.SECRET)
        monkeypatch.setenv("PLP_DATABASE_URL", f"sqlite:///{tmp_path / 'plp.sqlite'}")
        migrated(tmp_path)
    with no_space():
        result = plp(command)
    if is_begun and result.exit_code == 0:
        assert command in READS | {"serve", "worker", "migrate"}
        return
    assert result.exit_code == 1
    is_one_line(result.stderr)


def test_a_secret_is_made_whole_or_not_at_all(plp: Callable[..., Result], tmp_path: Path) -> None:
    with no_space():
        assert plp("migrate").exit_code == 1
    assert list((tmp_path / "var").iterdir()) == []
    assert plp("migrate").exit_code == 0
    secret = tmp_path / "var" / SECRET_FILE
    assert len(secret.read_text()) >= 32
    assert secret.stat().st_mode & 0o777 == 0o600
    assert {one.name for one in (tmp_path / "var").iterdir()} >= {SECRET_FILE}


def test_a_database_or_role_that_is_not_there_is_said(
    plp: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_url(databases.postgresql_server())
    for url in (server.set(database="none_such"), server.set(username="none_such")):
        monkeypatch.setenv("PLP_DATABASE_URL", url.render_as_string(hide_password=False))
        result = plp("districts")
        assert result.exit_code == 1
        is_one_line(result.stderr)
        assert "none_such" in result.stderr
        assert "docs/operations.md" in result.stderr


# As libpq and SQLite word them; a test's PostgreSQL asks for no password.
WORDS = {
    'connection failed: FATAL:  password authentication failed for user "plp_app"': "password",
    'could not translate host name "db" to address': "no such host",
    "FATAL:  sorry, too many clients already\nDETAIL: more": "PLP_DATABASE_POOL",
    "database or disk is full": "disk is full",
    "attempt to write a readonly database": "may not write",
    "something new {with} braces": "something new",
    "": "Exception",
}


@pytest.mark.parametrize("said", WORDS)
def test_a_failure_of_the_database_is_one_line(said: str) -> None:
    line = failures.of_database(OperationalError("SELECT", {}, Exception(said)))
    assert "\n" not in line
    assert WORDS[said] in line


@pytest.mark.parametrize("command", ["people invite", "roster import", "standards import"])
def test_a_district_that_is_not_there_is_said(plp: Callable[..., Result], command: str) -> None:
    assert plp("roster import").exit_code == 0
    result = plp(command, *LINES[command], "--district", "nowhere")
    assert result.exit_code == 1
    is_one_line(result.stderr)
    assert ("tamarack" in result.stderr) or ("`plp districts`" in result.stderr)


def test_districts_are_listed_with_what_they_hold(plp: Callable[..., Result]) -> None:
    for _ in range(2):
        empty = plp("districts")
        assert (empty.exit_code, empty.stderr) == (0, "")
        assert "no district yet" in empty.stdout
        assert plp("migrate").exit_code == 0
    assert plp("roster import").exit_code == 0
    heads, row = plp("districts").stdout.splitlines()
    assert heads.split() == ["SLUG", "NAME", "SCHOOLS", "STUDENTS", "PEOPLE"]
    slug, *_, schools, students, people = row.split()
    assert slug.startswith("tamarack")
    assert 0 < int(schools) < int(students) < int(people)


def test_files_are_compared_with_their_rows(
    plp: Callable[..., Result],
) -> None:
    assert plp("migrate").exit_code == 0
    assert plp("roster import").exit_code == 0
    whole = plp("files check")
    assert (whole.exit_code, whole.stderr) == (0, "")
    assert "0 rows have lost their file." in whole.stdout


def test_districts_of_postgresql_are_counted_behind_its_wall(
    plp: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = databases.prepared("postgresql", tmp_path)
    monkeypatch.setenv("PLP_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PLP_MIGRATION_DATABASE_URL", settings.migration_database_url)
    assert plp("roster import").exit_code == 0
    *_, students, people = plp("districts").stdout.splitlines()[1].split()
    assert 0 < int(students) < int(people)


def test_a_port_for_root_and_a_port_in_use_are_said(
    plp: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PLP_PORT", str(taken.getsockname()[1]))
        result = plp("serve")
    assert result.exit_code == 1
    is_one_line(result.stderr)
    assert "set PLP_PORT" in result.stderr

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    result = plp("serve")
    assert result.exit_code == 1
    is_one_line(result.stderr)
    assert "below 1024" in result.stderr
    monkeypatch.undo()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_an_address_that_is_not_ours_is_said(
    plp: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("PLP_HOST", host)
    result = plp("serve")
    assert result.exit_code == 1
    is_one_line(result.stderr)
    assert "PLP_HOST" in result.stderr


def test_the_head_is_reached_without_a_word_on_stderr(plp: Callable[..., Result]) -> None:
    result = plp("migrate")
    assert (result.exit_code, result.stderr) == (0, "")
    assert migrating.head() in result.stdout


def test_a_database_is_disposed_of(plp: Callable[..., Result], tmp_path: Path) -> None:
    """No command leaves a connection open: `VACUUM INTO` and a restore need the file."""
    assert plp("migrate").exit_code == 0
    assert plp("districts").exit_code == 0
    database = db.Database(f"sqlite:///{tmp_path / 'var' / 'plp.sqlite'}")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar() == 0
    database.dispose()
