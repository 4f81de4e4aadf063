"""What an archive of a student holds, part by part, and what reads a part of an archive again.

Areas lie above this one, so `server/wiring.py` registers their parts here. Each part names the
permission that its reader needs: an archive holds no part that its requester may not read, and
a part of an archive that nobody registered is never read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.files.receiving import Checked
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.models import Student

Row = dict[str, Any]
Content = StoredFile | bytes
Rows = Callable[[Student, Access], list[Row]]
"""The rows of the student that the caller may read, as the API serves them."""
Files = Callable[[Student, Access], Iterable[tuple[str, Content]]]
"""Files that belong to these rows, each with its path in the archive."""


def no_files(_student: Student, _access: Access) -> Iterable[tuple[str, Content]]:
    """Of a part that consists of rows alone."""
    return ()


@dataclass(frozen=True)
class Part:
    """A part of the archive: `data/{name}.json`, and its files.

    The rest is for rows that came from elsewhere, where the area's own `shape` cannot say what a
    reader may see. `needs`: the members, at any depth, whose reader needs another permission
    besides. `subjects`: what the reader of a row needs, by its `subject_type`; a row about
    anything else is for nobody. `is_personal`: each row is about one person of the family.
    """

    name: str
    title: str
    permission: Permission
    rows: Rows
    files: Files = no_files
    needs: Mapping[Permission, frozenset[str]] = field(default_factory=dict)
    subjects: Mapping[str, frozenset[Permission]] | None = None
    is_personal: bool = False


ARCHIVE_PARTS: list[Part] = []
"""In the order in which an archive shows them."""


@dataclass
class Arrival:
    """An archive on its way into the record of `student`.

    `files` are its files by path, checked, or what refused them; those in `missing` were lost
    there already. `came_from` says where the archive was made. `received` are the ids of the
    files that were kept, by path.
    """

    student: Student
    came_from: str
    files: Mapping[str, Checked | Problem]
    missing: frozenset[str] = frozenset()
    received: dict[str, UUID] = field(default_factory=dict)

    def id_of(self, foreign_id: str) -> UUID:
        """The id here of what had `foreign_id` there: the same, however often it comes.

        A row names another by an id that may be of none, or of a row of another kind.
        """
        return uuid5(self.student.id, foreign_id)

    def file(self, path: str) -> Checked | None:
        """The file at the path; None: it is not there. Raises the Problem that refuses it."""
        found = self.files.get(path)
        if isinstance(found, Problem):
            raise found
        return found


Reader = Callable[[Sequence[Row], Arrival], int]
"""Adds the rows of a part as the student's own, as drafts; returns how many were new.

Raises Problem(archive_invalid) where a row is none of that part.
"""

ARCHIVE_READERS: dict[str, Reader] = {}
"""By part, called in this order. The rows of every other known part become foreign records."""


def part_named(name: str) -> Part | None:
    """The part of that name; None if no area registered it."""
    return next((part for part in ARCHIVE_PARTS if part.name == name), None)


def foreign_parts(student_id: UUID, access: Access) -> list[Part]:
    """The parts whose records from elsewhere the caller may read of the student.

    The family gets none about one person of theirs: nobody here knows who was who there.
    """
    is_family = access.is_family(student_id)
    return [
        part
        for part in ARCHIVE_PARTS
        if access.may(part.permission, student_id) and not (is_family and part.is_personal)
    ]


def open_subjects(part: Part, student_id: UUID, access: Access) -> list[str]:
    """The types of subjects about which the caller may read rows of the part."""
    return [
        subject_type
        for subject_type, needed in (part.subjects or {}).items()
        if all(access.may(permission, student_id) for permission in needed)
    ]
