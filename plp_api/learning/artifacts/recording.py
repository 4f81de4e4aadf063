"""Work that staff capture for students."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts import actions, groups, versions
from plp_api.learning.artifacts.models import Artifact

RECORD = Permission.ARTIFACTS_RECORD
NOT_YOURS = "You cannot record work for this id."
OTHER_DISTRICT = "Another district keeps this student's record: send a request of its own."


def record(
    access: Access, student_ids: Sequence[UUID], *, is_group: bool, **fields: Any
) -> list[Artifact]:
    """Capture the same work for several students, as a draft of each; for all of them or none.

    Files were uploaded for the first student. With `is_group` the students are the makers of
    one work.

    Raises what `actions.record` raises, and Problem(validation_failed) at the students for whom
    the caller may not, and at those of another district than the first.
    """
    students = _students(access, student_ids)
    group_id = groups.found(students[0].district_id, access).id if is_group else None
    first = actions.record(students[0], access, **fields, group_id=group_id)
    fields.pop("parts", None)
    return [first, *(_again(first, one, access, fields) for one in students[1:])]


def _students(access: Access, student_ids: Sequence[UUID]) -> list[Student]:
    """The students, in their order, all of one district.

    They share files and the group, which belong to the district that keeps the record: a guest's
    record is kept at home.
    """
    access.look_up(student_ids)
    found: list[Student] = []
    wrong: list[FieldError] = []
    for place, key in enumerate(student_ids):
        try:
            found.append(access.load(Student, key, RECORD))
        except Problem:
            wrong.append(FieldError(f"/student_ids/{place}", NOT_YOURS))
            continue
        if found[-1].district_id != found[0].district_id:
            wrong.append(FieldError(f"/student_ids/{place}", OTHER_DISTRICT))
    if wrong:
        raise Problem(Code.VALIDATION_FAILED, errors=wrong)
    return found


def _again(first: Artifact, student: Student, access: Access, fields: dict[str, Any]) -> Artifact:
    artifact = actions.record(student, access, **fields, group_id=first.group_id)
    if newest := versions.newest_of([first]).get(first.id):
        versions.copy(newest, artifact, access)
    return artifact
