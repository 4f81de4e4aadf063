"""Both databases, migrated once per worker; each test leaves them as it found them."""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plp_api.foundation import db
from plp_api.foundation.settings import Settings
from plp_api.server.app import Application, create_app
from tests import contract, databases, moved_clock
from tests.client import Client
from tests.terms import stale
from tests.world import World, populate

moved_clock.move()


@pytest.fixture(scope="session", params=databases.KINDS)
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings for one of the two databases, migrated and empty."""
    return databases.prepared(request.param, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def shared_database(settings: Settings) -> Iterator[databases.Isolated]:
    database = databases.Isolated(settings.database_url)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def shared_app(settings: Settings, shared_database: databases.Isolated) -> Application:
    return create_app(settings, shared_database)


@pytest.fixture(scope="session")
def populated(shared_database: databases.Isolated) -> World:
    """The world of two districts, written once."""
    return populate(shared_database)


@pytest.fixture
def database(shared_database: databases.Isolated, populated: World) -> Iterator[databases.Isolated]:
    """The database, in a transaction that the test's end takes back.

    Whatever the test has called, the terms by which people are found must follow.
    """
    with shared_database.isolated():
        yield shared_database
        assert not stale(shared_database, populated.home.district_id, populated.away.district_id)


@pytest.fixture
def world(populated: World, database: databases.Isolated) -> World:
    return populated


@pytest.fixture
def app(shared_app: Application, database: databases.Isolated) -> Application:
    return shared_app


@pytest.fixture
def client(app: Application) -> Client:
    """A client that is nobody; `client.as_("advisor")` is somebody of the world."""
    return Client(app)


@dataclass
class Live:
    """An application on a database whose commits are real, for what only those can show."""

    app: Application
    database: db.Database
    world: World
    settings: Settings

    @property
    def client(self) -> Client:
        return Client(self.app)


@pytest.fixture(scope="session", params=databases.KINDS)
def live(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """Both districts in a database of their own. What a test writes there stays."""
    settings = databases.prepared(request.param, tmp_path_factory.mktemp("live"))
    database = db.Database(settings.database_url, is_driven=databases.IS_DRIVEN)
    yield Live(create_app(settings, database), database, populate(database), settings)
    database.dispose()


@pytest.fixture(params=databases.KINDS)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Live]:
    """Both districts in a database for this test only, which it may migrate down and up."""
    settings = databases.prepared(request.param, tmp_path)
    database = db.Database(settings.database_url)
    yield Live(create_app(settings, database), database, populate(database), settings)
    database.dispose()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that do not run on their database this time (`databases.CHOICE`)."""
    running = {item for item in items if _runs(item)}
    config.hook.pytest_deselected(items=[item for item in items if item not in running])
    items[:] = [item for item in items if item in running]


# What has a database of its own has it for its locks and its commits, which differ.
REAL = {"live", "real_settings"}


def _runs(item: pytest.Item) -> bool:
    """Whether the test runs; one that needs no database, or names a single one, always does."""
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return True
    given = {name: kind for name, kind in item.callspec.params.items() if kind in databases.KINDS}
    if not given:
        return True
    # A test with two databases gets both of one kind.
    kind, *others = set(given.values())
    differs = item.get_closest_marker("both_databases") or REAL & {*item.fixturenames}
    return not others and databases.runs(_name(item, given), kind, differs=bool(differs))


def _name(item: pytest.Function, given: Iterable[str]) -> str:
    """What the choice goes by: the test, or its module where that has one database for all."""
    definitions = item._fixtureinfo.name2fixturedefs
    scopes = {definitions[one][-1].scope for one in given if one in definitions}
    return str(item.location[0]) if "module" in scopes else item.nodeid


def pytest_collection_finish() -> None:
    """Leave what was loaded by now alone: looking through it again took a twentieth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path


CHECKED: Counter[tuple[str, str]] = Counter()
"""What the workers compared with the document: how often each operation and status."""


def pytest_testnodedown(node: Any) -> None:
    """Take what a worker compared with the document."""
    for operation, status, count in getattr(node, "workeroutput", {}).get("contract", []):
        CHECKED[operation, status] += count


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run in which some operation had no successful answer to be checked."""
    CHECKED.update(contract.checked())
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["contract"] = [[*key, count] for key, count in CHECKED.items()]
    elif _is_whole(session.config) and contract.unchecked(CHECKED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_whole(config: pytest.Config) -> bool:
    """Whether every test is run."""
    option = config.option
    chosen = (option.keyword, option.markexpr, option.ignore, option.deselect, option.maxfail)
    return not any(chosen) and [Path(one).name for one in config.args] == ["tests"]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say how large the sweep of access was, and how much was compared with the document."""
    if CHECKED:
        pairs, total = len(CHECKED), CHECKED.total()
        words = f"{total} responses of {pairs} operations and statuses were as documented"
        terminalreporter.write_line(words)
    if _is_whole(config):
        for operation in contract.unchecked(CHECKED):
            terminalreporter.write_line(f"FAILED: no success of {operation} was checked")
    sweeps = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "teardown"
        for name, value in report.user_properties
        if name == "sweep"
    ]
    if sweeps:
        cases, requests, seconds = (sum(column) for column in zip(*sweeps, strict=True))
        how = f"{cases} cases, {requests} of them over HTTP"
        terminalreporter.write_line(f"access sweep: {how}, in {seconds:.0f} s of workers")


SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
