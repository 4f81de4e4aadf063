"""The `plp` command. Exit codes: 0 done, 1 refused or failed (see stderr), 2 wrong usage.

Each command imports its modules when it runs, so that `plp --help` answers quickly.
"""

import difflib
import errno
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from plp_api.server import areas

if TYPE_CHECKING:
    from plp_api.foundation.db import Database
    from plp_api.foundation.processes import Child, Gate, News
    from plp_api.foundation.settings import Settings

AREA_COMMANDS = {
    "districts": "plp_api.people.directory.commands",
    "export": "plp_api.foundation.archives.commands",
    "files": "plp_api.foundation.files.commands",
    "import": "plp_api.foundation.archives.commands",
    "people": "plp_api.people.identity.commands",
    "roster": "plp_api.people.rostering.commands",
    "standards": "plp_api.catalog.standards.commands",
}
OPENAPI = Path("openapi/openapi.json")
LINES_SHOWN = 40
WITHOUT_PROXY = (
    "No proxy is trusted (PLP_TRUSTED_PROXIES=0). Without a proxy, a few slow clients stop this"
    " server, and passwords are sent without TLS. With a proxy, all its users share one address and"
    " its login throttle. deploy/ has a proxy to use (docs/operations.md, In production)."
)
# `-P`: do not import code from the folder in which the server is started.
MODULE = (sys.executable, "-P", "-m")
SERVER = ("--config", "python:plp_api.server.serving")
APPLICATION = "plp_api.server.serving:application()"


class Commands(click.Group):
    """Our commands and those of areas; a problem is printed as text."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted([*super().list_commands(ctx), *AREA_COMMANDS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with that name; an area's command is loaded only now."""
        module = AREA_COMMANDS.get(cmd_name)
        if module is None:
            return super().get_command(ctx, cmd_name)
        # Changes by these commands call the followers in other areas, as a request does.
        areas.wire()
        attribute = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever the operator can mend ends it with one line on stderr.

        The exit code is 1, or 2 where a setting has the wrong form.
        """
        from environs import EnvError
        from sqlalchemy.exc import DBAPIError

        from plp_api.foundation.db import failures
        from plp_api.foundation.problems import Problem
        from plp_api.foundation.settings import UnsafeSettings

        try:
            return super().invoke(ctx)
        except Problem as problem:
            raise click.ClickException(_words(problem)) from problem
        except UnsafeSettings as error:
            raise click.ClickException(str(error)) from error
        except EnvError as error:
            raise WrongSetting(f"{' '.join(str(error).split()).rstrip('.')}.") from error
        except DBAPIError as error:
            raise click.ClickException(failures.of_database(error)) from error
        except OSError as error:
            # Nobody reads the output any more: click ends without a word.
            if isinstance(error, BrokenPipeError):
                raise
            raise click.ClickException(failures.of_disk(error)) from error


class WrongSetting(click.ClickException):
    """A setting has the wrong form."""

    exit_code = 2


def _words(problem: Any) -> str:
    places = [f"{error.parameter or error.pointer}: {error.detail}" for error in problem.errors]
    said = [problem.code.value.title, problem.detail or "", *places]
    return " ".join(words for words in said if words)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="plp-api", message="%(version)s")
def main() -> None:
    """Keep the Personalized Learning Plans that Vermont's Act 77 requires, and serve them."""


@main.command()
@click.option("--demo", is_flag=True, help="Load the fictional demo districts first, once.")
def serve(demo: bool) -> None:
    """Serve the API, with a worker beside it, until it is stopped.

    The embedded SQLite database is brought to the current schema first; a
    PostgreSQL one is not (run `plp migrate`), except for the demo.
    """
    settings = _settings()
    if demo and settings.is_production:
        raise click.ClickException("The demo is for trying out; it does not run in production.")
    from plp_api.foundation import processes

    if settings.is_production and not settings.trusted_proxies:
        click.echo(WITHOUT_PROXY, err=True)
    with _listening(settings) as listener, TemporaryDirectory(prefix="plp-metrics-") as counters:
        gate = processes.Gate()
        news = processes.News()
        server, worker = _children(listener, gate, news, counters)
        try:
            # The server loads the application while the database is made ready.
            server.start()
            _prepare(settings, demo)
            news.then(lambda: _say_where(listener))
            gate.open()
            is_well = processes.supervise([server, worker])
        finally:
            server.kill()
    if not is_well:
        raise click.ClickException("The server could not start, or failed; its log says why.")


def _say_where(listener: socket.socket) -> None:
    """Say it once requests are answered, and not before."""
    host, port, *_ = listener.getsockname()
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Serving on http://{shown}:{port}, documentation at /docs.")


def _prepare(settings: "Settings", demo: bool) -> None:
    if demo or settings.database_url.startswith("sqlite"):
        _migrate(settings)
    _require_ready(settings)
    if demo:
        import_module("plp_api.server.demo").load(settings)


def _listening(settings: "Settings") -> socket.socket:
    """The socket to serve on; it is opened here, so that a port in use fails at once."""
    address = (settings.host, settings.port)
    try:
        infos = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        listener = socket.create_server(infos[0][4][:2], family=infos[0][0], backlog=2048)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        advice = LISTENING.get(error.errno or 0, "set PLP_HOST to an address of this machine")
        words = f"Cannot listen on {where} ({error.strerror}): {advice}."
        raise click.ClickException(words) from error
    return listener


LISTENING = {
    errno.EADDRINUSE: "stop the program that has the port, or set PLP_PORT to another",
    errno.EACCES: "ports below 1024 are for root; set PLP_PORT to another, and put a proxy before",
}


def _children(
    listener: socket.socket, gate: "Gate", news: "News", counters: str
) -> tuple["Child", "Child"]:
    """The server, which waits for the gate, and the worker; neither is started yet."""
    from plp_api.foundation.processes import Child

    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": counters}
    server = Child(
        "server",
        [*MODULE, "gunicorn", *SERVER, "--bind", f"fd://{listener.fileno()}", APPLICATION],
        {**environment, **gate.environment, **news.environment},
        inherited=[listener.fileno(), gate.fd, news.fd],
        is_vital=True,
    )
    return server, Child("worker", [*MODULE, "plp_api.server.cli", "worker"], environment)


@main.command()
def worker() -> None:
    """Run the jobs that requests leave for later, until it is stopped."""
    settings = _settings()
    _require_ready(settings)
    from plp_api.foundation import logs, processes
    from plp_api.foundation.jobs.worker import Worker

    logs.configure(settings.log_level)
    areas.load_work()
    processes.end_with_supervisor()
    with _database(settings) as database:
        Worker(database, settings).run()


@main.command()
@click.option("--revision", default="head", show_default=True, help="How far to go.")
def migrate(revision: str) -> None:
    """Bring the database to the schema of this version."""
    from plp_api.foundation import migrating

    settings = _settings()
    _migrate(settings, revision)
    with _database(settings) as database:
        click.echo(f"The schema stands at {migrating.current(database.engine)}.")


def _migrate(settings: "Settings", revision: str = "head") -> None:
    from alembic.util import CommandError

    from plp_api.foundation import migrating

    try:
        migrating.upgrade(settings, revision)
    except CommandError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail where the file is not current.")
@click.option("--output", type=click.Path(path_type=Path), default=OPENAPI, show_default=True)
def openapi(check: bool, output: Path) -> None:
    """Write the OpenAPI document from the code, or check the written file."""
    current = _openapi()
    written = output.read_text() if output.exists() else ""
    if not check:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(current)
    elif written != current:
        difference = difflib.unified_diff(
            written.splitlines(), current.splitlines(), str(output), "the code", lineterm="", n=2
        )
        for number, line in enumerate(difference):
            if number == LINES_SHOWN:
                click.echo("…", err=True)
                break
            click.echo(line, err=True)
        raise click.ClickException(f"{output} is not what the code says; run `plp openapi`.")


def _openapi() -> str:
    """The document with sorted keys, so that a diff shows only changes of the API."""
    import json

    from plp_api.foundation.settings import Settings
    from plp_api.server.app import create_app

    url, secret = f"sqlite:///{os.devnull}", "unused: nothing is served or signed"
    settings = Settings("development", Path(os.devnull), url, url, secret)
    document = create_app(settings).extensions["plp_openapi"]
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@main.group()
def audit() -> None:
    """Check the audit log."""


@audit.command()
def verify() -> None:
    """Check that no numbered event was changed, removed or inserted."""
    from plp_api.foundation import db
    from plp_api.foundation.audit import actions
    from plp_api.foundation.jobs.actions import every_district

    with _database(_settings()) as database, database.transaction(write=False):
        db.enter(every_district())
        broken = actions.verify_chain()
        waiting = actions.unnumbered()
    if broken is not None:
        raise click.ClickException(f"The chain of events breaks at position {broken}.")
    click.echo(f"The chain of events holds; {waiting} wait to be numbered.")


def _settings() -> "Settings":
    from plp_api.foundation import settings

    # Education records: only the operator may read files that are made from here on.
    os.umask(0o077)
    configured = settings.read()
    configured.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return configured


@contextmanager
def _database(settings: "Settings") -> "Iterator[Database]":
    from plp_api.foundation import db

    # A command's changes call the followers in other areas, as a request's do.
    areas.wire()
    database = db.Database.of(settings)
    try:
        yield database
    finally:
        database.dispose()


def _require_ready(settings: "Settings") -> None:
    """Refuse to start on an old schema, or in production with a role that bypasses row security."""
    from plp_api.server.operations import readiness

    with _database(settings) as database:
        reason = readiness.refusal(database, settings)
        if reason is not None:
            raise click.ClickException(reason)
        weakness = readiness.weakness(database)
    if weakness:
        click.echo(f"Warning: {weakness}", err=True)


if __name__ == "__main__":
    main()
