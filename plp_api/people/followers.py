"""What follows when students come: areas above register what they do, people knows none of them."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

Follower = Callable[[UUID, Sequence[UUID], date], None]

ON_ENROLLED: list[Follower] = []
"""Called in order with the district, the ids of students newly enrolled in grades 7-12, and the
district's today; set-wise, in the transaction of the change, and harmless when called again."""


def enrolled(district_id: UUID, student_ids: Sequence[UUID], today: date) -> None:
    """Let everything follow that an enrollment in grades 7-12 asks for: a plan, its review."""
    if not student_ids:
        return
    for follow in ON_ENROLLED:
        follow(district_id, student_ids, today)
