"""`plp roster import`, as an operator runs it; and a process killed in the middle of it."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from plp_api.foundation import clock, data, db
from plp_api.foundation.roster.models import District, Person, Student
from plp_api.foundation.settings import Settings
from plp_api.people.rostering.actions import Order, carry_out
from plp_api.people.rostering.models import ImportState
from plp_api.planning.plans.models import Plan
from plp_api.planning.reviews.models import Review
from plp_api.server.cli import main
from plp_api.server.demo import package as demo
from plp_api.server.demo.years import Years
from tests import databases
from tests.conftest import SHARED
from tests.people.rostering.children import ANN, BEN, CLASS_OF_THREE, CYD, package_of
from tests.people.rostering.packages import (
    ENROLLMENTS,
    ORGS,
    changed,
    contents,
    manifest,
    zipped,
)

SAMPLES = sorted(SHARED.glob("or11-generated/*.zip"))


@pytest.fixture
def installation(settings: Settings, tmp_path: Path) -> Settings:
    """An empty installation on this database."""
    kind = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    return databases.prepared(kind, tmp_path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "package.zip"


def environment(settings: Settings) -> dict[str, Any]:
    return {
        "PLP_DATABASE_URL": settings.database_url,
        "PLP_MIGRATION_DATABASE_URL": settings.migration_database_url,
        "PLP_DATA_DIR": str(settings.data_dir),
        "PLP_SECRET_KEY": settings.secret_key,
    }


def plp(
    settings: Settings, path: Path, *options: Any, files: dict[str, Any] | None = None
) -> Result:
    if files is not None:
        path.write_bytes(zipped(files).getvalue())
    arguments = ["roster", "import", str(path), *options]
    return CliRunner(env=environment(settings)).invoke(main, arguments)


def count(settings: Settings, model: type[Any]) -> int:
    """The number of rows in all districts."""
    database = db.Database(settings.database_url)
    with database.transaction() as session:
        db.enter(session.scalars(select(District.id)).all())
        number = session.scalar(select(func.count()).select_from(model))
    database.dispose()
    return number or 0


def test_into_an_empty_installation_it_brings_the_district_plans_and_reviews(
    installation: Settings, path: Path
) -> None:
    tried = plp(installation, path, "--dry-run", files=contents())
    assert tried.exit_code == 0, tried.output
    assert "students             1 created" in tried.stdout
    assert "The import was compared." in tried.stdout
    assert count(installation, District) == 0
    done = plp(installation, path)
    assert done.exit_code == 0, done.output
    assert "The import was applied." in done.stdout
    counts = [count(installation, one) for one in (District, Person, Student, Plan, Review)]
    assert counts == [1, 3, 1, 1, 1]
    again = plp(installation, path)
    assert "created" not in again.stdout
    assert [count(installation, one) for one in (Plan, Review)] == [1, 1]


def test_an_empty_folder_becomes_an_installation_that_only_its_owner_reads(
    tmp_path: Path, path: Path
) -> None:
    path.write_bytes(zipped(contents()).getvalue())
    folder = tmp_path / "var"
    environment = {"PLP_DATA_DIR": str(folder), "PLP_DATABASE_URL": None}
    done = CliRunner(env=environment).invoke(main, ["roster", "import", str(path)])
    assert done.exit_code == 0, done.output
    modes = {one.name: one.stat().st_mode & 0o077 for one in [folder, *folder.iterdir()]}
    assert set(modes.values()) == {0}, modes


def test_a_lone_school_is_a_district_of_its_own(installation: Settings, path: Path) -> None:
    school = [{**ORGS[1], "parentSourcedId": ""}]
    done = plp(installation, path, files=contents(orgs=school))
    assert done.exit_code == 0, done.output
    assert plp(installation, path).exit_code == 0
    assert count(installation, District) == 1


def test_findings_are_said_on_stderr_and_end_it_with_1(installation: Settings, path: Path) -> None:
    done = plp(installation, path, files=contents(orgs=changed(ORGS, 1, type="club")))
    assert done.exit_code == 1
    assert "error value_unknown: orgs.csv, row 3, type: " in done.stderr
    assert "Nothing was imported: the package has errors." in done.stderr
    assert count(installation, District) == 0


def test_many_findings_of_a_code_are_counted(installation: Settings, path: Path) -> None:
    orgs = [ORGS[0], *({**ORGS[1], "sourcedId": f"s{n}", "type": "club"} for n in range(9))]
    done = plp(installation, path, files=contents(orgs=orgs))
    assert done.stderr.count("error value_unknown") == 5
    assert "… value_unknown: 9 in all." in done.stderr


def test_the_strict_profile_judges_by_the_letter(installation: Settings, path: Path) -> None:
    files = contents(orgs=changed(ORGS, 0, status="active"))
    assert plp(installation, path, "--profile", "strict", files=files).exit_code == 1
    assert plp(installation, path).exit_code == 0


def test_removing_many_needs_a_word(installation: Settings, path: Path) -> None:
    plp(installation, path, files=contents())
    stopped = plp(installation, path, files=contents(enrollments=ENROLLMENTS[:1]))
    assert stopped.exit_code == 1
    assert "1 of 2 enrollments" in stopped.stderr
    assert "--confirm" in stopped.stderr
    assert plp(installation, path, "--confirm").exit_code == 0


ANOTHER = replace(ANN, given="Dee", born="2012-07-30", number="9999", username="dee")


def test_an_id_that_names_another_child_asks_for_a_decision(
    installation: Settings, path: Path
) -> None:
    plp(installation, path, files=contents(**package_of(*CLASS_OF_THREE)))
    reused = contents(**package_of(ANOTHER, BEN, CYD))
    stopped = plp(installation, path, files=reused)
    assert stopped.exit_code == 1
    assert "error id_reused: users.csv, row 3, sourcedId, u1: " in stopped.stderr
    assert "--same, --another, --merge or --wrong-number" in stopped.stderr
    assert count(installation, Student) == 3
    wrong = plp(installation, path, "--another", "u1", "--same", "u2")
    assert wrong.exit_code == 1
    assert "error decision_unknown: users.csv, u2: " in wrong.stderr
    assert count(installation, Student) == 3
    done = plp(installation, path, "--another", "u1")
    assert done.exit_code == 0, done.output
    assert [count(installation, one) for one in (Student, Plan)] == [4, 4]


def test_two_decisions_in_one_command(installation: Settings, path: Path) -> None:
    plp(installation, path, files=contents(**package_of(*CLASS_OF_THREE)))
    two = (ANOTHER, replace(BEN, number=CYD.number), CYD)
    stopped = plp(installation, path, files=contents(**package_of(*two)))
    assert "id_reused" in stopped.stderr
    assert "state_id_shared" in stopped.stderr
    done = plp(installation, path, "--same", "u1", "--wrong-number", "u2", "--confirm")
    assert done.exit_code == 0, done.output
    assert count(installation, Student) == 3


def test_a_second_district_is_added_only_when_asked(installation: Settings, path: Path) -> None:
    plp(installation, path, files=contents())
    other = [{**ORGS[0], "sourcedId": "d2"}, {**ORGS[1], "parentSourcedId": "d2"}]
    assert plp(installation, path, files=contents(orgs=other)).exit_code == 1
    assert plp(installation, path, "--new-district").exit_code == 0
    assert count(installation, District) == 2
    nothing = {"manifest.csv": manifest("1.2", [])}
    assert plp(installation, path, files=nothing).exit_code == 1, "which of the two?"
    assert plp(installation, path, "--district", "granite-su").exit_code == 0
    assert plp(installation, path, "--district", "nowhere").exit_code == 1


def test_a_package_that_is_not_there_is_wrong_usage(installation: Settings, path: Path) -> None:
    assert plp(installation, path).exit_code == 2


def test_two_decisions_about_one_row_are_wrong_usage(installation: Settings, path: Path) -> None:
    twice = ("--same", "u1", "--another", "u1")
    done = plp(installation, path, *twice, files=contents("1.2"))
    assert done.exit_code == 2
    assert "Two decisions about u1" in done.output


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_generated_package_comes_in_and_changes_nothing_twice(
    installation: Any, sample: Any
) -> None:
    first = plp(installation, sample)
    assert first.exit_code == 0, first.output
    assert "created" in first.stdout
    second = plp(installation, sample)
    assert second.exit_code == 0
    assert not {"created", "updated", "removed"} & set(second.stdout.split())


def test_the_demo_district_comes_in(installation: Settings, path: Path) -> None:
    demo.write(data.seeds() / "demo" / "tamarack-valley-su", path, Years.until(clock.today()))
    done = plp(installation, path)
    assert done.exit_code == 0, done.output
    assert "people               767 created" in done.stdout


KILLED = """
import os, signal, sys
from pathlib import Path
from plp_api.foundation import db
from plp_api.people.rostering import relationships
from plp_api.people.rostering.actions import Order, carry_out
relationships.bring_advisories = lambda _: os.kill(os.getpid(), signal.SIGKILL)
carry_out(db.Database(sys.argv[1]), Path(sys.argv[2]), Order())
"""


def test_a_process_killed_in_the_middle_leaves_nothing_behind(
    installation: Settings, path: Path
) -> None:
    path.write_bytes(zipped(contents()).getvalue())
    command = [sys.executable, "-c", KILLED, installation.database_url, str(path)]
    killed = subprocess.run(command, env={**os.environ}, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [count(installation, one) for one in (District, Person)] == [0, 0]
    database = db.Database(installation.database_url)
    assert carry_out(database, path, Order()).state is ImportState.APPLIED
    database.dispose()
