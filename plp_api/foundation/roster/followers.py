"""What follows when students come: areas above register what they do, people knows none of them."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

Follower = Callable[[UUID, Sequence[UUID], date], None]

ON_ENROLLED: list[Follower] = []
"""Called in order with the district, the ids of students newly enrolled in grades 7-12, and the
district's today; set-wise, in the transaction of the change, and harmless when called again."""


ON_HOME_STUDY: list[Follower] = []
"""Called in the same way with students whose home study began or ended; each follower looks up who
studies at home on that day, and is harmless when called again."""


Ending = Callable[[UUID, Sequence[UUID], date, UUID | None], None]

ON_RECORD_ENDED: list[Ending] = []
"""Called with the district, the ids of students whose record a person ended because the child's key
belongs to another child now, the district's today, and who decided it."""


def record_ended(
    district_id: UUID, student_ids: Sequence[UUID], today: date, by: UUID | None
) -> None:
    """Let everything follow that the end of a student's record asks for: the plan is closed."""
    for follow in ON_RECORD_ENDED:
        follow(district_id, student_ids, today, by)


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
