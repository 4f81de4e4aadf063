"""Failures of the database or the disk in one line: what is wrong, and what to do."""

import errno
import os

from sqlalchemy.exc import DBAPIError

FREE_SPACE = "free some space, then try again"
# Words in the message of a failed statement or connection, and what they mean. Neither driver
# gives a code for all of these: while there is no connection, libpq has only a text.
MEANINGS = (
    ("password authentication failed", "PostgreSQL refuses the password: correct it in {setting}."),
    ("no password supplied", "PostgreSQL wants a password: give it in {setting}."),
    ("could not translate host name", "There is no such host: correct it in {setting}."),
    ("failed to resolve host", "There is no such host: correct it in {setting}."),
    ("connection refused", "No PostgreSQL answers there: start it, or correct {setting}."),
    ("timeout expired", "No PostgreSQL answers there: start it, or correct {setting}."),
    ("no pg_hba.conf entry", "PostgreSQL refuses this user from here: see its pg_hba.conf."),
    ("starting up", "PostgreSQL is still starting: try again in a moment."),
    ("too many clients", "PostgreSQL has no connection left: lower PLP_DATABASE_POOL."),
    (
        "permission denied",
        "The role of {setting} lacks a right: run `plp migrate`, which grants it.",
    ),
    ("no such table", "The database has not this version's schema: run `plp migrate`."),
    ("no such column", "The database has not this version's schema: run `plp migrate`."),
    (
        "unable to open database",
        "SQLite cannot open its file: make its folder, or correct {setting}.",
    ),
    ("readonly database", "SQLite may not write its file: give this user the right to."),
    ("not a database", "The file is no SQLite database: correct {setting}, or move the file away."),
    ("disk is full", f"The disk is full: {FREE_SPACE}."),
    ("no space left", f"The disk of the database is full: {FREE_SPACE}."),
    ("disk i/o error", "SQLite cannot read or write its file: see whether the disk is full."),
    ("database is locked", "Another program is writing to the database: try again in a moment."),
)
FILE_MEANINGS = {
    errno.ENOSPC: f"The disk is full: {FREE_SPACE}.",
    errno.EDQUOT: f"The quota of the disk is used up: {FREE_SPACE}.",
    errno.EFBIG: "A file may grow no larger here: see this user's limits.",
    errno.EROFS: "The disk is read-only: mount it writable, or set PLP_DATA_DIR to another.",
    errno.EACCES: "This user may not: give it the right, or name another folder in PLP_DATA_DIR.",
    errno.EPERM: "This user may not: give it the right, or name another folder in PLP_DATA_DIR.",
    errno.ENOENT: "There is no such folder: make it, or name another in PLP_DATA_DIR.",
    errno.ENOTDIR: "That is no folder: name another in PLP_DATA_DIR.",
    errno.EEXIST: "That is no folder: name another in PLP_DATA_DIR.",
}


def of_database(error: DBAPIError) -> str:
    """The failure of a statement or a connection, in one line.

    It never contains the password; a message of libpq names host, port, user and database.
    """
    said = _said(error)
    setting = "PLP_DATABASE_URL"
    meaning = next((text for words, text in MEANINGS if words in said.lower()), None)
    if meaning is None and "does not exist" in said:
        lacks_schema = "relation" in said or "column" in said
        meaning = (
            "Run `plp migrate`."
            if lacks_schema
            else "Create it (docs/operations.md), or correct {setting}."
        )
    said = said.rstrip(".")
    return f"The database failed ({said}). {meaning or ''}".rstrip().format(setting=setting)


def _said(error: DBAPIError) -> str:
    """The driver's own words: the first line that says anything, without the address twice."""
    lines = [line.strip() for line in str(error.orig).splitlines() if line.strip()]
    first = lines[0] if lines else type(error.orig).__name__
    return first.removeprefix("connection failed: ").replace("{", "(").replace("}", ")")


def of_disk(error: OSError) -> str:
    """The failure of a file or folder, in one line."""
    said = error.strerror or str(error)
    where = f" {os.fspath(error.filename)}" if isinstance(error.filename, str) else ""
    meaning = FILE_MEANINGS.get(error.errno or 0, "")
    return f"A file could not be read or written:{where} ({said}). {meaning}".rstrip()
