"""The owners of rows. Every table declares exactly one; `access` rejects a table without one.

`read` names the permission to see a row at all: a caller without it gets 404; a
caller who has it but lacks the permission for the operation gets 403.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class OwnedByStudent:
    """About one student: `column` holds the student's id.

    `about` names a second column: the person whom the row is about besides the
    student. A parent sees only the rows about themselves, so that they never
    learn the other parent's name, or a court order against them. With
    `is_personal` this also limits the student. With `is_for_staff` the family
    sees no row, even if one of them holds an office. `assigned_by` names the column with the
    id of what people are assigned to: who is assigned to it (`roster.assignments`) reaches
    the row, though not the student. `hidden` lists rows that fewer people see: a column, its
    value, and the permission that its reader needs besides.
    """

    read: str
    column: str = "student_id"
    about: str | None = None
    is_personal: bool = False
    is_for_staff: bool = False
    assigned_by: str | None = None
    hidden: tuple[tuple[str, str, str], ...] = ()

    @property
    def has_seal(self) -> bool:
        """Whether some rows are hidden from the student's family (see `access.scope.unsealed`)."""
        return self.about is not None or self.is_for_staff


@dataclass(frozen=True)
class OwnedWithSubject(OwnedByStudent):
    """About one student, as part of another row, its subject (a comment on a goal).

    Besides `read`, the caller needs the permission in the row's `read_of_subject`.
    Such rows are listed only under their subject.
    """


@dataclass(frozen=True)
class OwnedBySchool:
    """About one school, or, where `column` is null, about the whole district.

    `by` names the column with the id of a person, who alone does more than read the row,
    whatever role gives them the permission.
    """

    read: str
    column: str = "school_id"
    by: str | None = None


@dataclass(frozen=True)
class OwnedByDistrict:
    """About the district; `column` holds its id.

    With `is_wide` only an office for the whole district does more than read the row.
    """

    read: str
    column: str = "district_id"
    is_wide: bool = False


@dataclass(frozen=True)
class PersonOfDistrict:
    """A person of the district. A student is visible only to callers who reach them."""

    read: str
    column: str = "district_id"


@dataclass(frozen=True)
class OwnedByPerson:
    """A person's own row (sessions, notices): `column` holds the person's id."""

    read: str
    column: str = "person_id"


@dataclass(frozen=True)
class SystemRow:
    """An internal row; no request reads it as a resource."""


Ownership = (
    OwnedByStudent | OwnedBySchool | OwnedByDistrict | PersonOfDistrict | OwnedByPerson | SystemRow
)
