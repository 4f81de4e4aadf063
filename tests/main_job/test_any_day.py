"""What a day must not change: a plan comes into force, and counts, on the edges of the calendar."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.server.app import create_app
from plp_api.server.demo import loading
from tests import databases
from tests.conftest import Live
from tests.world import populate

# The last day of a cycle and the first, a leap day, the last of a school year and of a year.
DAYS = ("2026-11-30", "2026-12-01", "2028-02-29", "2027-06-30", "2026-12-31")


@pytest.fixture(params=DAYS)
def that_day(request: Any, tmp_path: Path) -> Iterator[Live]:
    """Both districts, as if written on that day."""
    with time_machine.travel(f"{request.param}T17:00:00Z"):
        settings = databases.prepared("sqlite", tmp_path)
        database = db.Database(settings.database_url)
        yield Live(create_app(settings, database), database, populate(database), settings)
        database.dispose()


def test_a_plan_comes_into_force_and_counts(that_day: Live) -> None:
    home, client = that_day.world.home, that_day.client
    pupil, version = home.student, f"/plan-versions/{home.student.version_id}"
    assert client.as_(pupil).act(version, "submit").status_code == 200
    assert client.as_(home.advisor).act(version, "approve").json["status"] == "in_force"
    signature = {"snapshot_sha256": client.as_(pupil).read(version)["snapshot_sha256"]}
    for person in (pupil, home.parent):
        client.as_(person).made(f"{version}/signatures", {**signature, "language": "en"})
    assert client.as_(pupil).read(f"{version}/signatures")["signature_state"] == "complete"
    assert client.as_(pupil).read(f"/reviews/{pupil.review_id}")["standing"] == "current"
    covered = client.as_(home.district_admin).read("/reports/coverage")["total"]
    assert covered["current"] == 1


def test_the_demo_loads_in_summer_when_nothing_of_its_year_has_happened(tmp_path: Path) -> None:
    with time_machine.travel("2026-07-02T17:00:00Z"):
        settings = databases.prepared("sqlite", tmp_path)
        with settings_module.using(settings):
            loading.load(settings)
