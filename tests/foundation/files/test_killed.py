"""Processes that are killed while they keep files leave no half row and no lost file."""

import hashlib
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from plp_api.foundation import clock
from plp_api.foundation import settings as settings_module
from plp_api.foundation.files import storage, upkeep
from plp_api.foundation.files.models import StoredFile
from tests.conftest import Live
from tests.main_job.live import Installation

pytestmark = pytest.mark.servers
KILLS = 30


def test_thirty_kills_leave_no_row_without_its_file_and_nothing_that_no_sweep_finds(
    own: Live,
) -> None:
    home = own.world.home
    ids = [str(KILLS), str(home.district_id), str(home.student.id)]
    subprocess.run(
        [sys.executable, "-m", "tests.foundation.files.killed", *ids],
        env={**os.environ, **Installation(own.settings).environment},
        check=True,
        timeout=120,
    )
    with (
        settings_module.using(own.settings),
        own.database.transaction(write=False, districts=[home.district_id]) as session,
    ):
        rows = {row.name: row.sha256 for row in session.query(StoredFile)}
        assert rows, "some must have been committed"
        assert upkeep.lost(home.district_id) == []
        for name, sha256 in rows.items():
            assert hashlib.sha256(storage.get(name)).hexdigest() == sha256
        kept = {*storage.names_before(clock.now() + timedelta(days=1))}
        halves = {name for name in kept if name.endswith(storage.UNFINISHED)}
        assert kept == {*rows, *upkeep.unnamed(home.district_id), *halves}
