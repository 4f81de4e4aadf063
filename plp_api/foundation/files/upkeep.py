"""Removing what no row names: files of a process that was killed between file and COMMIT."""

import shutil
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.files import receiving, storage
from plp_api.foundation.files.models import StorageName, StoredFile
from plp_api.foundation.jobs import actions as jobs

# A database restored from an older dump does not know the newest files: for so long a newer dump
# still finds them.
ABANDONED = timedelta(days=90)
# Longer than a request can take that is still writing.
UNFINISHED = timedelta(days=1)
ROWS_AT_ONCE = 500


def naming() -> list[Any]:
    """The columns that name files, of all tables; `areas.wire` has loaded every area's."""
    return [
        getattr(mapper.class_, key)
        for mapper in db.Base.registry.mappers
        for key, column in mapper.c.items()
        if isinstance(column.type, StorageName)
    ]


@jobs.periodically("remove abandoned files", every=timedelta(days=1))
def remove_abandoned() -> None:
    """Remove each file of a district that is older than 90 days and has no row.

    What was never written to its end goes after a day: nothing ever named it.
    """
    for name in storage.names_before(clock.now() - UNFINISHED):
        if name.endswith(storage.UNFINISHED):
            _remove(name)
    storage.end_unfinished(clock.now() - UNFINISHED)
    _remove_half_received()
    for district_id, names in by_district(clock.now() - ABANDONED).items():
        for name in names - _named(district_id):
            _remove(name)


def _remove_half_received() -> None:
    """Remove what a killed process was checking."""
    folder = receiving.receiving_folder()
    before = (clock.now() - UNFINISHED).timestamp()
    for own in folder.iterdir() if folder.exists() else ():
        if own.stat().st_mtime < before:
            shutil.rmtree(own, ignore_errors=True)


def by_district(moment: datetime) -> Mapping[UUID, set[str]]:
    """The names of the files from before the moment that rows should name, by district."""
    found: dict[UUID, set[str]] = defaultdict(set)
    for name in storage.names_before(moment):
        district_id = _district_of(name)
        if district_id is not None and not name.endswith(storage.UNFINISHED):
            found[district_id].add(name)
    return found


def _named(district_id: UUID) -> set[str]:
    """The names that rows of the district have."""
    db.enter([district_id])
    return {name for column in naming() for name in db.session().scalars(select(column)) if name}


def lost(district_id: UUID) -> list[UUID]:
    """The ids of rows of the district whose content the storage does not have."""
    db.enter([district_id])
    rows = db.session().execute(select(StoredFile.id, StoredFile.name))
    return [key for key, name in rows.yield_per(ROWS_AT_ONCE) if not storage.exists(name)]


def unnamed(district_id: UUID) -> list[str]:
    """The names of files of the district that no row names."""
    names = by_district(clock.now()).get(district_id, set())
    return sorted(names - _named(district_id))


def _remove(name: str) -> None:
    with suppress(FileNotFoundError):
        storage.remove(name)


def _district_of(name: str) -> UUID | None:
    """The district in a name of ours (`scans/{district}/{file}`); None for a foreign file."""
    parts = name.split("/")
    try:
        return UUID(parts[1]) if len(parts) >= 3 else None
    except ValueError:
        return None
