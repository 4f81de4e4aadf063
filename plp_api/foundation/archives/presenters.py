"""What each reader is shown of exports, and of records from elsewhere."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from plp_api.foundation.access.rows import Access
from plp_api.foundation.archives.models import ExportStatus, ForeignRecord
from plp_api.foundation.archives.parts import Part, foreign_parts, open_subjects, part_named
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import Student

# Members by which a row names somebody, beside those with an id or a name of their own.
NAMING = frozenset({"mentor", "members", "participants", "declines", "panel", "names", "party"})


def shape_exports(exports: Sequence[Any], access: Access) -> None:
    """Set `size`, `sha256` and `is_yours`: whether the caller may download it."""
    for export in exports:
        is_ready = export.status == ExportStatus.READY and export.file is not None
        export.shown_size = export.file.size if is_ready else None
        export.shown_sha256 = export.file.sha256 if is_ready else None
        export.is_yours = export.requested_for == access.caller.person_id
        export.shown_requester = access.shown_person(export.requested_by, export.student_id)


def of_student(student: Student, access: Access) -> Select[Any]:
    """The records from elsewhere that the caller may read of this student here."""
    parts = foreign_parts(student.id, access)
    whole = [part.name for part in parts if part.subjects is None]
    some = [_about_open(part, student, access) for part in parts if part.subjects is not None]
    mine = select(ForeignRecord).where(ForeignRecord.student_id == student.id)
    return mine.where(or_(ForeignRecord.part.in_(whole), *some))


def _about_open(part: Part, student: Student, access: Access) -> ColumnElement[bool]:
    """Which records of the part are about what the caller may read."""
    subject_type = ForeignRecord.content["subject_type"].as_string()
    about = subject_type.in_(open_subjects(part, student.id, access))
    return and_(ForeignRecord.part == part.name, about)


def shown(record: ForeignRecord, access: Access) -> ForeignRecord:
    """The record, if `of_student` has it for the caller. Raises Problem(not_found)."""
    part = part_named(record.part)
    if part is None or part not in foreign_parts(record.student_id, access):
        raise Problem(Code.NOT_FOUND)
    about = record.content.get("subject_type")
    if part.subjects is not None and about not in open_subjects(part, record.student_id, access):
        raise Problem(Code.NOT_FOUND)
    return record


def shape_records(records: Sequence[Any], access: Access) -> None:
    """Set `shown_content`: without the members that need what the reader may not read here.

    A parent gets it without whom it names, too, who may be the other parent: nobody here knows
    who was whose parent there.
    """
    access.look_up({record.student_id for record in records})
    for record in records:
        content = _readable(record, access)
        is_parent = access.is_family(record.student_id)
        record.shown_content = without(content, _names) if is_parent else content


def _readable(record: Any, access: Access) -> Any:
    hidden = _hidden(record, access)
    return without(record.content, lambda name, _: name in hidden)


def _hidden(record: Any, access: Access) -> frozenset[str]:
    """The members of the record that the caller may not read."""
    part = part_named(record.part)
    if part is None:
        return frozenset(record.content)
    present = set(_members(record.content))
    return frozenset().union(
        *(
            members
            for permission, members in part.needs.items()
            if members & present and not access.may(permission, record.student_id)
        )
    )


def _members(content: Any) -> Iterator[str]:
    """The names of all members, at any depth."""
    if isinstance(content, dict):
        yield from content
    inner = content.values() if isinstance(content, dict) else content
    if isinstance(content, (dict, list)):
        for one in inner:
            yield from _members(one)


def without(content: Any, drops: Callable[[str, Collection[str]], bool]) -> Any:
    """The content without the members, at any depth, of which `drops` says so.

    It is asked with the member's name and the names of all that stand beside it.
    """
    if isinstance(content, list):
        return [without(item, drops) for item in content]
    if not isinstance(content, dict):
        return content
    return {
        name: without(value, drops) for name, value in content.items() if not drops(name, content)
    }


def _names(name: str, members: Collection[str]) -> bool:
    """Whether the member names a person: an id `x` or `x_id` has the sibling `x_name`."""
    role = name.removesuffix("_id")
    is_id = f"{role}_name" in members and name not in ("partner_id", "student_id")
    return is_id or name.endswith("_name") or name in NAMING
