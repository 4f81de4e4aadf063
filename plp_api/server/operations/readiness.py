"""Checks whether this server can serve requests, and whether it may start."""

import os
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from plp_api.foundation import migrating
from plp_api.foundation.db import Database, failures
from plp_api.foundation.files import storage
from plp_api.foundation.settings import Settings

head = cache(migrating.head)


def missing(database: Database, settings: Settings) -> str | None:
    """What is missing before requests can be served, or None."""
    try:
        stands_at = migrating.current(database.engine)
    except SQLAlchemyError:
        return "database unreachable"
    if stands_at != head():
        return "schema not migrated"
    folder = full_folder(database, settings)
    return None if folder is None else "disk full or read-only"


def full_folder(database: Database, settings: Settings) -> Path | None:
    """The first folder of ours that is read-only, or has less free space than the reserve; or None.

    This asks the file system, which takes microseconds: nothing is cached.
    """
    return next((one for one in _folders(database, settings) if _is_full(one, settings)), None)


def _folders(database: Database, settings: Settings) -> list[Path]:
    folders = [settings.data_dir, storage.local_folder(settings)]
    file = None if database.is_postgresql else make_url(database.url).database
    if file and file != ":memory:":
        folders.append(Path(file).absolute().parent)
    return [folder for folder in dict.fromkeys(folders) if folder is not None]


def _is_full(folder: Path, settings: Settings) -> bool:
    # The folder may not have been made yet; its parent says the same.
    place = next(each for each in (folder, *folder.parents) if each.exists())
    state = os.statvfs(place)
    is_writable = os.access(place, os.W_OK) and not state.f_flag & os.ST_RDONLY
    return not is_writable or state.f_bavail * state.f_frsize < settings.disk_reserve


def refusal(database: Database, settings: Settings) -> str | None:
    """Why this server must not start, or None.

    The database does not answer or has another schema, the disk is full, or in
    production the database role is unsafe.
    """
    try:
        stands_at = migrating.current(database.engine)
    except DBAPIError as error:
        return failures.of_database(error)
    if stands_at != head():
        return "Not ready: schema not migrated. Run `plp migrate`."
    if folder := full_folder(database, settings):
        megabytes = settings.disk_reserve >> 20
        return (
            f"Not ready: {folder} is read-only, or less than {megabytes} MiB are free there:"
            " free some space, or lower PLP_DISK_RESERVE."
        )
    return weakness(database) if settings.is_production else None


ROLE = text("""
    SELECT rolsuper, rolbypassrls, EXISTS (
        SELECT FROM pg_tables
        WHERE schemaname = 'public' AND pg_has_role(current_user, tableowner, 'MEMBER')
    )
    FROM pg_roles WHERE rolname = current_user
""")


def weakness(database: Database) -> str | None:
    """Why row-level security does not restrict the application's role, or None if it does.

    SQLite has no row-level security: use one SQLite installation for one district.
    """
    if not database.is_postgresql:
        return None
    with database.engine.connect() as connection:
        is_super, passes_walls, is_owner = connection.execute(ROLE).one()
    if not (is_super or passes_walls or is_owner):
        return None
    is_what = "is a superuser" if is_super else "owns the tables"
    if passes_walls and not is_super:
        is_what = "bypasses row-level security"
    return (
        f"The role of PLP_DATABASE_URL {is_what}, so the database would not keep districts apart. "
        "Let it own nothing, and name the owner in PLP_MIGRATION_DATABASE_URL."
    )
