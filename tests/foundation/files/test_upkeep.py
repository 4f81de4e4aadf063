"""Files that no row names."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from plp_api.foundation import clock, db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.files import actions, storage, upkeep
from plp_api.foundation.files.models import FileType
from plp_api.server.app import Application
from tests.databases import Isolated
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
