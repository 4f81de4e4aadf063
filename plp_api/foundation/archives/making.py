"""Make an archive: what one person may read of a student, as files that need no server."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile, mkstemp
from typing import Any, TextIO
from uuid import UUID

import orjson

from plp_api.foundation import clock, db, settings
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.archives import index
from plp_api.foundation.archives.package import CHUNK, DATA, INDEX, Writer
from plp_api.foundation.archives.parts import ARCHIVE_PARTS, Content, Part, Row
from plp_api.foundation.files import actions as files
from plp_api.foundation.files.models import StoredFile, VirusCheck
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import names
from plp_api.foundation.roster.models import District, Person, Student


@dataclass
class Made:
    """An archive in a file on this machine, whose SHA-256 it has; `counts` are its rows by part."""

    path: Path
    sha256: str
    counts: dict[str, int]


@dataclass
class _Contents:
    """What was written so far, for the manifest and the index.

    `sections` are the index's, in a file without a name: no part's rows are kept for it.
    """

    sections: TextIO
    parts: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def page(self, head: dict[str, Any]) -> Iterator[bytes]:
        """The index of what was written."""
        self.sections.seek(0)
        drawn = iter(lambda: self.sections.read(CHUNK), "")
        listed = [index.Listed(one["name"], one["title"], one["rows"]) for one in self.parts]
        return (piece.encode() for piece in index.page(head, listed, drawn))


def folder() -> Path:
    """Where archives are made: beside the database, never in the system's temporary folder."""
    path = settings.current().data_dir / "archives"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def access_of(person_id: UUID, district_id: UUID) -> Access:
    """What the person may do today. Raises Problem(not_found) where they are gone."""
    person = db.session().get(Person, person_id)
    if person is None:
        raise Problem(Code.NOT_FOUND)
    today = db.session().get_one(District, district_id).today
    return Access(callers.absent(person, today))


def make(student: Student, access: Access) -> Made:
    """Make the archive of the student, as the caller may read it; the caller removes the file.

    Raises Problem(not_found): the caller may not export this student's record.
    """
    if not access.may(Permission.EXPORTS_READ, student.id):
        raise Problem(Code.NOT_FOUND)
    handle, name = mkstemp(suffix=".zip", dir=folder())
    path = Path(name)
    try:
        os.close(handle)
        return _made(path, student, access)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _made(path: Path, student: Student, access: Access) -> Made:
    made_at = clock.now().replace(microsecond=0)
    writer = Writer(path, made_at)
    try:
        with TemporaryFile("w+", encoding="utf-8", newline="", dir=folder()) as sections:
            contents = _Contents(sections)
            for part in ARCHIVE_PARTS:
                if access.may(part.permission, student.id):
                    _add_part(part, student, access, writer, contents)
            head = _head(student, access, made_at)
            writer.add(INDEX, contents.page(head))
        sha256 = writer.close({**head, "parts": contents.parts, "missing": contents.missing})
    except BaseException:
        writer.abandon()
        raise
    counts = {part["name"]: part["rows"] for part in contents.parts}
    return Made(path, sha256, counts)


def _head(student: Student, access: Access, made_at: Any) -> dict[str, Any]:
    """Whose archive it is, for whom and where it was made."""
    is_family = access.names_as_family(student.id, student.id)
    person = db.session().get_one(Person, student.id)
    district = db.session().get_one(District, student.district_id)
    own = {column: getattr(person, column) for column in names.COLUMNS}
    return {
        "made_at": clock.iso(made_at),
        "made_by": settings.current().public_url,
        "district": district.name,
        "student": {
            "id": str(student.id),
            "display_name": names.shown(own, names.audience(is_family=is_family)),
        },
        "made_for": "student" if access.caller.person_id == student.id else "family",
    }


def _add_part(
    part: Part, student: Student, access: Access, writer: Writer, contents: _Contents
) -> None:
    rows: list[Row] = part.rows(student, access)
    path = f"{DATA}/{part.name}.json"
    writer.add(path, [orjson.dumps(rows, option=orjson.OPT_INDENT_2)])
    listed = [name for name, _ in _added(part.files(student, access), writer, contents)]
    described = {"name": part.name, "title": part.title, "path": path, "rows": len(rows)}
    contents.parts.append(described)
    if rows:
        held = {entry.path for entry in writer.entries}
        contents.sections.writelines(index.section(part.name, part.title, rows, listed, held))


def _added(
    given: Iterable[tuple[str, Content]], writer: Writer, contents: _Contents
) -> Iterator[tuple[str, Content]]:
    """Write the files, without those whose content is lost or quarantined: these are named."""
    for path, content in given:
        if isinstance(content, bytes):
            writer.add(path, [content])
        elif (chunks := _begun(content)) is not None:
            writer.add(path, chunks)
        else:
            contents.missing.append(path)
            continue
        yield path, content


def _begun(file: StoredFile) -> Iterator[bytes] | None:
    """The content of the file in chunks; None where nobody gets it."""
    if file.virus_check == VirusCheck.INFECTED:
        return None
    with suppress(Problem, FileNotFoundError):
        return _chunks(file)
    return None


def _chunks(file: StoredFile) -> Iterator[bytes]:
    stream = files.open_content(file)

    def read() -> Iterator[bytes]:
        with stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    return read()
