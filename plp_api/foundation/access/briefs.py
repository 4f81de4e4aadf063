"""The student of a resource, in the shape that every response has (`rest.people`)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.relationships import RecordKind


def brief(
    student_id: UUID, display_name: str | None, row: Mapping[str, Any] | None, access: Access
) -> dict[str, Any]:
    """The student as this reader may know them: no grade or school if an order denies the roster.

    Who is assigned to a student's work reads of the roster no more than this brief.

    `row` has `grade` and `plan_home_school_id`; None: the student is of another district.
    """
    shown = row if row is not None and access.shows(RecordKind.ROSTER, student_id) else {}
    return {
        "id": student_id,
        "display_name": display_name,
        "grade": shown.get("grade"),
        "school_id": shown.get("plan_home_school_id"),
    }
