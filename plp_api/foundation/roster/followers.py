"""Calls to areas above when students enroll or leave; each area registers its own function."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

Follower = Callable[[UUID, Sequence[UUID], date], None]

ON_ENROLLED: list[Follower] = []
"""Called in order with the district's id, the ids of students newly enrolled in grades 7-12, and
the district's date of today. Called once for all students, in the transaction of the change; a
second call must do no harm."""


ON_HOME_STUDY: list[Follower] = []
"""Called in the same way with students whose home study began or ended. Each function looks up who
studies at home on that day."""


ON_DISTRICT: list[Callable[[UUID], None]] = []
"""Called with the id of a new district, whose rows the transaction may write."""


Ending = Callable[[UUID, Sequence[UUID], date, UUID | None], None]

ON_RECORD_ENDED: list[Ending] = []
"""Called with the district's id, the ids of students whose record a person ended because their
roster key now belongs to another child, the district's date of today, and the id of that person."""


def record_ended(
    district_id: UUID, student_ids: Sequence[UUID], today: date, by: UUID | None
) -> None:
    """Call everything that must follow when students' records end: their plans are closed."""
    for follow in ON_RECORD_ENDED:
        follow(district_id, student_ids, today, by)


def district_added(district_id: UUID) -> None:
    """Give a new district what every district begins with."""
    for follow in ON_DISTRICT:
        follow(district_id)


def home_study_changed(district_id: UUID, student_ids: Sequence[UUID], today: date) -> None:
    """Let everything follow that the beginning or end of home study asks for."""
    if not student_ids:
        return
    for follow in ON_HOME_STUDY:
        follow(district_id, student_ids, today)


def enrolled(district_id: UUID, student_ids: Sequence[UUID], today: date) -> None:
    """Let everything follow that an enrollment in grades 7-12 asks for: a plan, its review."""
    if not student_ids:
        return
    for follow in ON_ENROLLED:
        follow(district_id, student_ids, today)
