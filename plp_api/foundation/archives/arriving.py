"""Bring an archive from another installation into the record of a student here.

Their own work comes in as drafts that they own. What others said there (reviews, ratings,
signatures, plans) is kept beside it as it stood there, and counts for nothing here: whoever
makes an archive can write what they like into it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from plp_api.foundation import db
from plp_api.foundation.archives import package
from plp_api.foundation.archives.models import ForeignRecord
from plp_api.foundation.archives.package import CHUNK, FILES, SNAPSHOTS, Archive, invalid
from plp_api.foundation.archives.parts import (
    ARCHIVE_PARTS,
    ARCHIVE_READERS,
    Arrival,
    Row,
    part_named,
)
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.files import receiving
from plp_api.foundation.files.receiving import Checked
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.district_settings import DistrictSettings
from plp_api.foundation.roster.models import Student

LONGEST_ORIGIN = 400
AT_ONCE = 500
FOREIGN = "foreign_records"
Counts = dict[str, int]


@dataclass(frozen=True)
class Ready:
    """An archive that was checked; `files` are its files by path, or what refuses them."""

    archive: Archive
    files: Mapping[str, Checked | Problem]


@contextmanager
def checked(path: Path, rules: DistrictSettings) -> Iterator[Ready]:
    """The archive, its package and its files checked: what takes long, and no database.

    It is for the time before the transaction of `bring`: SQLite has one writer. A file may be
    refused and never asked for, so what refuses it is kept. Raises Problem: archive_invalid.
    """
    with package.opened(path) as archive, ExitStack() as made:
        _check_snapshots(archive)
        names = [name for name in archive.paths if name.startswith(f"{FILES}/")]
        yield Ready(archive, {name: _checked_file(archive, name, rules, made) for name in names})


def _checked_file(
    archive: Archive, name: str, rules: DistrictSettings, made: ExitStack
) -> Checked | Problem:
    with archive.open(name) as content:
        blocks = iter(partial(content.read, CHUNK), b"")
        try:
            return made.enter_context(receiving.checked(blocks, rules))
        except Problem as problem:
            return problem


def bring(ready: Ready, student: Student, by: UUID | None = None) -> Counts:
    """Import the archive, all of it or nothing; returns how many rows of each part are new.

    The same archive a second time adds nothing, and neither does the student's own archive of
    this installation. A later archive of the same student adds what is new in it.

    Raises Problem: archive_invalid, and what refuses a file of an artifact.
    """
    archive = ready.archive
    db.lock(student)
    if _is_at_home(archive, student):
        return {}
    try:
        counts = _brought(ready, student, by)
        db.session().flush()
    except IntegrityError as error:
        raise invalid("Two rows in it are one.") from error
    if any(counts.values()):
        sha256 = archive.sha256
        audit.record("archive.imported", student, by=by, student_id=student.id, sha256=sha256)
    return counts


def whose(ready: Ready) -> str:
    """The name of the student in the archive, as it says itself; empty where it says none."""
    said = ready.archive.manifest.get("student")
    name = said.get("display_name") if isinstance(said, dict) else None
    return _line(name) if isinstance(name, str) else ""


def _is_at_home(archive: Archive, student: Student) -> bool:
    whose = archive.manifest.get("student")
    return isinstance(whose, dict) and whose.get("id") == str(student.id)


def _check_snapshots(archive: Archive) -> None:
    """Refuse an archive whose snapshots are not what its plan versions say was signed."""
    if f"{package.DATA}/plan_versions.json" not in archive.paths:
        return
    files = {str(e["path"]): e["sha256"] for e in archive.manifest["files"]}
    for row in archive.rows("plan_versions"):
        kept, said = files.get(f"{SNAPSHOTS}/{row['id']}.json"), row.get("snapshot_sha256")
        if None not in (kept, said) and kept != said:
            raise invalid("A snapshot in it is not what was signed.")


def _brought(ready: Ready, student: Student, by: UUID | None) -> Counts:
    archive = ready.archive
    counts: Counts = {}
    names = [part.name for part in ARCHIVE_PARTS]
    held = [name for name in names if f"{package.DATA}/{name}.json" in archive.paths]
    arrival = Arrival(student, _origin(archive), ready.files, _missing(archive))
    for name, read in ARCHIVE_READERS.items():
        if name in held:
            counts[name] = read(archive.rows(name), arrival)
    keeper = _Keeper(archive, student, by)
    for name in held:
        if name == FOREIGN:
            counts[name] = sum(keeper.pass_on(row) for row in archive.rows(name))
        elif name not in ARCHIVE_READERS and _is_the_students(name, archive):
            came_from = arrival.came_from
            counts[name] = sum(
                keeper.keep(name, row["id"], row, came_from) for row in archive.rows(name)
            )
        db.session().flush()
    return counts


def _is_the_students(name: str, archive: Archive) -> bool:
    """Whether the rows of the part are no parent's own, who made the archive for themselves."""
    part = part_named(name)
    is_personal = part is not None and part.is_personal
    return not is_personal or archive.manifest.get("made_for") != "family"


def _missing(archive: Archive) -> frozenset[str]:
    """The files that the storage there had lost, as the archive says itself."""
    said = archive.manifest.get("missing")
    return frozenset(filter(_is_text, said)) if isinstance(said, list) else frozenset()


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _origin(archive: Archive) -> str:
    """Where the archive was made, as it says itself."""
    said = [archive.manifest.get(name) for name in ("district", "made_by", "made_at")]
    return _line(", ".join(one for one in said if isinstance(one, str) and one))


def _line(origin: str) -> str:
    """Words of an origin as one line, without characters that cannot be seen."""
    return "".join(char if char.isprintable() else " " for char in origin)[:LONGEST_ORIGIN]


def _is_kept(name: str) -> bool:
    """Whether rows of the part are kept as foreign records."""
    return part_named(name) is not None and name not in (FOREIGN, *ARCHIVE_READERS)


def _state(foreign_id: str, content: Row) -> tuple[str, bytes]:
    text = json.dumps(content, sort_keys=True)
    return foreign_id, hashlib.sha256(text.encode()).digest()


class _Keeper:
    """Keeps rows as foreign records, each state of a row once.

    Of what is kept already it remembers the states by their hash, part by part.
    """

    def __init__(self, archive: Archive, student: Student, by: UUID | None) -> None:
        self._archive, self._student, self._by = archive, student, by
        self._known: dict[str, set[tuple[str, bytes]]] = {}

    def _states(self, part: str) -> set[tuple[str, bytes]]:
        if part not in self._known:
            mine = select(ForeignRecord.foreign_id, ForeignRecord.content).where(
                ForeignRecord.student_id == self._student.id, ForeignRecord.part == part
            )
            rows = db.session().execute(mine.execution_options(yield_per=AT_ONCE))
            self._known[part] = {_state(foreign_id, content) for foreign_id, content in rows}
        return self._known[part]

    def keep(self, part: str, foreign_id: str, content: Row, came_from: str) -> bool:
        """Keep a row; False if it is kept already."""
        known, state = self._states(part), _state(foreign_id, content)
        if state in known:
            return False
        known.add(state)
        student = self._student
        record = ForeignRecord(
            id=db.new_id(),
            district_id=student.district_id,
            student_id=student.id,
            part=part,
            foreign_id=foreign_id,
            content=content,
            came_from=came_from,
            archive_sha256=self._archive.sha256,
            imported_by=self._by,
        )
        db.session().add(record)
        return True

    def pass_on(self, row: Row) -> bool:
        """Keep what was a foreign record there too, as it came there."""
        part, foreign_id, content = (row.get(name) for name in ("part", "foreign_id", "content"))
        if not (
            isinstance(part, str) and isinstance(foreign_id, str) and isinstance(content, dict)
        ):
            raise invalid("A record from elsewhere in it is none.")
        if not _is_kept(part) or len(foreign_id) > 64:
            return False
        origin = row.get("came_from")
        came_from = _line(origin) if isinstance(origin, str) else ""
        return self.keep(part, foreign_id, content, came_from)
