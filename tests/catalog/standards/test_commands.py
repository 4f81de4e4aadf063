"""`plp standards import`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import data, db
from plp_api.foundation.roster.models import District
from plp_api.server import cli
from tests.catalog.standards.packages import SECOND, raw, small

SKILLS = data.seeds() / "frameworks" / "vermont_transferable_skills.json"


@pytest.fixture
def plp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    monkeypatch.setenv("PLP_DATA_DIR", str(tmp_path))
    for name in ("PLP_ENV", "PLP_DATABASE_URL", "PLP_MIGRATION_DATABASE_URL", "PLP_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli.main, words)

    return run


def add_districts(folder: Path, *slugs: str) -> None:
    database = db.Database(f"sqlite:///{folder / 'plp.sqlite'}")
    with database.transaction() as session:
        session.add_all([District(name=slug, slug=slug) for slug in slugs])
    database.dispose()


def test_a_package_and_a_sheet_are_imported(plp: Callable[..., Result], tmp_path: Path) -> None:
    assert plp("migrate").exit_code == 0
    add_districts(tmp_path, "north")
    dry = plp("standards", "import", str(SKILLS), "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "20 created" in dry.stdout
    assert "compared" in dry.stdout
    done = plp("standards", "import", str(SKILLS))
    assert "The import was applied." in done.stdout
    assert "20 unchanged" in plp("standards", "import", str(SKILLS)).stdout
    own = tmp_path / "own.csv"
    own.write_text("code,statement\nA,Does A.\n")
    sheet = plp("standards", "import", str(own), "--title", "Ours", "--district", "north")
    assert sheet.exit_code == 0, sheet.output
    database = db.Database(f"sqlite:///{tmp_path / 'plp.sqlite'}")
    with database.transaction() as session:
        assert len(session.scalars(select(FrameworkItem.id)).all()) == 21
    database.dispose()


def test_a_bad_file_ends_with_its_findings(plp: Callable[..., Result], tmp_path: Path) -> None:
    assert plp("migrate").exit_code == 0
    add_districts(tmp_path, "north")
    whole = small()
    whole["CFItems"][0]["fullStatement"] = 7
    file = tmp_path / "bad.json"
    file.write_bytes(raw(whole))
    result = plp("standards", "import", str(file))
    assert result.exit_code == 1
    assert "error wrong_type: /CFItems/0/fullStatement" in result.stderr
    assert "Nothing was imported" in result.stderr


def test_the_district_must_be_clear(plp: Callable[..., Result], tmp_path: Path) -> None:
    assert plp("migrate").exit_code == 0
    result = plp("standards", "import", str(SKILLS))
    assert (result.exit_code, "--district" in result.stderr) == (1, True)
    add_districts(tmp_path, "north", "south")
    assert plp("standards", "import", str(SKILLS)).exit_code == 1
    assert plp("standards", "import", str(SKILLS), "--district", "west").exit_code == 1
    assert plp("standards", "import", str(SKILLS), "--district", "south").exit_code == 0


def test_a_command_that_would_retire_too_much_needs_confirm(
    plp: Callable[..., Result], tmp_path: Path
) -> None:
    assert plp("migrate").exit_code == 0
    add_districts(tmp_path, "north")
    file = tmp_path / "file.json"
    file.write_bytes(raw(small()))
    assert plp("standards", "import", str(file)).exit_code == 0
    file.write_bytes(raw(small(SECOND, names=("A",))))
    stopped = plp("standards", "import", str(file))
    assert (stopped.exit_code, "--confirm" in stopped.stderr) == (1, True)
    assert "3 retired" in plp("standards", "import", str(file), "--confirm").stdout


@pytest.mark.parametrize("title", ["   ", "", "a\x07b", "\udce9", "x" * 201])
def test_a_title_is_checked_as_a_request_s_is(
    plp: Callable[..., Result], tmp_path: Path, title: str
) -> None:
    assert plp("migrate").exit_code == 0
    add_districts(tmp_path, "north")
    file = tmp_path / "own.csv"
    file.write_text("code,statement\nA,Does A.\n")
    refused = plp("standards", "import", str(file), "--title", title)
    assert (refused.exit_code, "--title" in refused.stderr) == (2, True), refused.output
    assert "created" not in refused.stdout
