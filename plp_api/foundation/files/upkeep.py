"""Removing files that no row names: those of a process that was killed between file and COMMIT."""

from datetime import timedelta

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.files import storage
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.roster.models import District

# Longer than any request or job that writes a file takes.
ABANDONED = timedelta(days=1)
FOLDERS = ("scans",)


@jobs.periodically("remove abandoned files", every=timedelta(days=1))
def remove_abandoned() -> None:
    """District by district: what is older than a day and stands in no row."""
    before = clock.now() - ABANDONED
    for district_id in db.session().scalars(select(District.id)).all():
        db.enter([district_id])
        known = set(db.session().scalars(select(StoredFile.name)))
        for folder in FOLDERS:
            for name in storage.names_before(f"{folder}/{district_id}", before):
                if name not in known:
                    storage.remove(name)
