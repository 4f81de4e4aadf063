"""Whose a row is. Every table declares exactly one of these; a table that declares none is refused.

`read` names the permission by which a row is seen at all: who lacks it gets
404, who has it but may not do more gets 403.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class OwnedByStudent:
    """About one student: `column` holds the student's id.

    `about` names the column of the person a row is about beside the student:
    of such rows the student's family sees only those about themselves (a parent
    never learns the other's name, or an order against them); where `is_personal`
    the student too. Of what `is_for_staff` the family sees nothing, by no office
    that one of them may hold.
    """

    read: str
    column: str = "student_id"
    about: str | None = None
    is_personal: bool = False
    is_for_staff: bool = False

    @property
    def has_seal(self) -> bool:
        """Whether the student's family sees not every row (see `access.scope.unsealed`)."""
        return self.about is not None or self.is_for_staff


@dataclass(frozen=True)
class OwnedWithSubject(OwnedByStudent):
    """About one student, as part of something else: never seen by who may not see that.

    Beside `read`, the permission in the row's own `read_of_subject` is needed.
    Such rows are listed under their subject alone.
    """


@dataclass(frozen=True)
class OwnedBySchool:
    """About one school, or, where `column` is null, about the whole district."""

    read: str
    column: str = "school_id"


@dataclass(frozen=True)
class OwnedByDistrict:
    """About the district; `column` holds its id."""

    read: str
    column: str = "district_id"


@dataclass(frozen=True)
class PersonOfDistrict:
    """A person of the district, seen by whoever keeps people; a student, by who reaches them."""

    read: str
    column: str = "district_id"


@dataclass(frozen=True)
class OwnedByPerson:
    """A person's own affair (sessions, notices): `column` holds the person's id."""

    read: str
    column: str = "person_id"


@dataclass(frozen=True)
class SystemRow:
    """The machinery's own; no request reads it as a resource."""


Ownership = (
    OwnedByStudent | OwnedBySchool | OwnedByDistrict | PersonOfDistrict | OwnedByPerson | SystemRow
)
