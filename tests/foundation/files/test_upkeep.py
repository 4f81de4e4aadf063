"""Files that no row names."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from plp_api.foundation import clock, db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.files import actions, storage, upkeep
from plp_api.foundation.files.models import FileType
from plp_api.server.app import Application
from tests.client import Client
from tests.conftest import Live
from tests.databases import Isolated
from tests.main_job.live import Installation
from tests.world import World, writing


@pytest.fixture(autouse=True)
def used_settings(app: Application) -> Iterator[None]:
    with settings_module.using(app.settings):
        yield


def age(app: Application, name: str, days: int) -> None:
    moment = (clock.now() - timedelta(days=days)).timestamp()
    os.utime(app.settings.data_dir / "files" / name, (moment, moment))


def test_a_file_without_a_row_is_removed_after_a_while(
    app: Application, database: Isolated, world: World
) -> None:
    home = world.home
    with writing(database, home):
        own = {"district_id": home.district_id, "by": home.registrar.id}
        kept = actions.keep("scans", db.new_id(), b"kept", FileType.PDF, **own)
        actions.write(kept, b"kept")
        name = kept.name
        lost, recent = f"scans/{home.district_id}/lost", f"scans/{home.district_id}/recent"
        for abandoned in (lost, recent):
            storage.put(abandoned, b"nobody's")
    age(app, name, days=100)
    age(app, lost, days=100)
    with database.transaction():
        upkeep.remove_abandoned()
    assert storage.get(name) == b"kept"
    assert storage.get(recent) == b"nobody's"
    with pytest.raises(FileNotFoundError):
        storage.get(lost)


# A process that loads no more than every process does.
SWEEP = """
from plp_api.foundation import db, settings
from plp_api.foundation.files import upkeep
from plp_api.server import areas

areas.wire()
chosen = settings.read()
with settings.using(chosen), db.Database.of(chosen).transaction():
    upkeep.remove_abandoned()
"""


def half_sent(client: Client, own: Live) -> str:
    """The name of the one chunk of an upload that waits for another."""
    student = client.as_(own.world.home.student)
    of = f"/students/{own.world.home.student.id}/uploads"
    upload = student.made(of, {"filename": "film.txt", "size": (8 << 20) + 1})
    told = {"Content-Type": "application/octet-stream"}
    address = f"/uploads/{upload['id']}/chunks/1"
    assert student.send("PUT", address, data=bytes(8 << 20), headers=told).status_code == 200
    with settings_module.using(own.settings):
        (name,) = storage.names_before(clock.now() + timedelta(days=1))
    return name


@pytest.mark.servers
def test_an_unfinished_upload_keeps_its_chunks_in_any_process(own: Live) -> None:
    name = half_sent(own.client, own)
    age(own.app, name, days=100)
    installed = Installation(own.settings)
    checked = installed.command("files", "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "0 files have no row." in checked.stdout
    subprocess.run([sys.executable, "-c", SWEEP], env=installed.environment, check=True)
    with settings_module.using(own.settings):
        assert storage.exists(name)
