"""Decides whether a reader may learn who did something: no parent learns who another parent is.

The rule applies wherever the API names the person who did something. It limits
readers who are family to the student (`Access.is_family`). From them it hides
everybody who acted as family: another parent, and the adults and interpreters
whom a parent brings. It shows the reader's own acts and the student's. If the row
records the role in which the person acted, the role decides; if not, the question
is whether the person is or was the student's parent.

Two homes may not know of each other, and a court order may keep one from the
other: a plan must not reveal one to the other.
"""

from collections.abc import Callable, Collection
from uuid import UUID

from sqlalchemy import Select, select

from plp_api.foundation.roster.relationships import Relationship, RelationshipKind

FAMILY_ROLES = frozenset({"parent", "engaged_adult", "interpreter"})


def parents_of(students: Collection[UUID]) -> Select[UUID, UUID]:
    """The students and their parents, of any time and whether confirmed or not, as SQL."""
    return select(Relationship.student_id, Relationship.person_id).where(
        Relationship.student_id.in_(students), Relationship.kind == RelationshipKind.PARENT
    )


def is_named(
    person_id: UUID | None,
    acted_as: str | None,
    student_id: UUID,
    *,
    is_family: bool,
    is_reader: Callable[[UUID | None], bool],
    is_parent: Callable[[UUID | None], bool],
) -> bool:
    """Whether the reader may learn that this person did something about the student.

    `acted_as` is the role in which they did it, None where the row records none.
    `is_family` says whether the reader is family to the student. The two functions
    are called only where the result depends on them.
    """
    if not is_family or person_id == student_id:
        return True
    acted_as_family = is_parent(person_id) if acted_as is None else acted_as in FAMILY_ROLES
    return not acted_as_family or is_reader(person_id)
