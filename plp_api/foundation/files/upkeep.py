"""Removing files that no row names: those of a process that was killed between file and COMMIT."""

from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.files import storage
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.jobs import actions as jobs

# A database restored from an older dump does not know the newest files: for so long a newer dump
# still finds them.
ABANDONED = timedelta(days=90)


@jobs.periodically("remove abandoned files", every=timedelta(days=1))
def remove_abandoned() -> None:
    """Remove each file of a district that is older than 90 days and has no row."""
    names = defaultdict(set)
    for name in storage.names_before(clock.now() - ABANDONED):
        if (district_id := _district_of(name)) is not None:
            names[district_id].add(name)
    for district_id, stored in names.items():
        db.enter([district_id])
        for name in stored - set(db.session().scalars(select(StoredFile.name))):
            with suppress(FileNotFoundError):
                storage.remove(name)


def _district_of(name: str) -> UUID | None:
    """The district in a name of ours (`scans/{district}/{file}`); None for a foreign file."""
    parts = name.split("/")
    try:
        return UUID(parts[1]) if len(parts) == 3 else None
    except ValueError:
        return None
