"""A person's name as an audience uses it: one rule for every place that shows names.

The student decides who sees preferred names and pronouns: the family sees them only
with `family_uses_preferred`. `shown` is the rule for a row that is loaded, `for_reader`
the same rule as SQL, to be joined into the statement that reads a person's id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_

from plp_api.foundation import db

COLUMNS = (
    "given_name",
    "family_name",
    "preferred_given_name",
    "preferred_family_name",
    "pronouns",
    "family_uses_preferred",
)
CHILDREN = bindparam("children", type_=db.IDS)
"""The students to whom the reader is family (`Caller.children`)."""
DISTRICTS = bindparam("districts", type_=db.IDS)
"""The districts whose people the reader may know (`Caller.districts`)."""


class Audience(StrEnum):
    """The people among whom a name is used; students themselves belong to `school`."""

    SCHOOL = "school"
    FAMILY = "family"


@dataclass(frozen=True)
class Name:
    """The name that one audience uses for a person."""

    given: str
    family: str
    pronouns: str | None

    def __str__(self) -> str:
        return f"{self.given} {self.family}"


def audience(*, is_family: bool) -> Audience:
    """The audience that a reader belongs to."""
    return Audience.FAMILY if is_family else Audience.SCHOOL


def shown(person: Mapping[str, Any], to: Audience) -> Name:
    """The name that this audience uses for a person; `person` maps COLUMNS to values."""
    uses_preferred = to is Audience.SCHOOL or person["family_uses_preferred"]
    given, family = person["given_name"], person["family_name"]
    return Name(
        given=(uses_preferred and person["preferred_given_name"]) or given,
        family=(uses_preferred and person["preferred_family_name"]) or family,
        pronouns=person["pronouns"] if uses_preferred else None,
    )


def at_school(person: Any) -> ColumnElement[str]:
    """The name used at school, as SQL; `person` is `Person` or an alias of it."""
    given: ColumnElement[str] = func.coalesce(person.preferred_given_name, person.given_name)
    return given + " " + func.coalesce(person.preferred_family_name, person.family_name)


def for_reader(person: Any, student_id: Any) -> ColumnElement[str]:
    """The name that the reader of something about the student uses for a person, as SQL.

    Bind CHILDREN. A reader is family to the student, or to the person, who may be a
    student too.
    """
    on_record: ColumnElement[str] = person.given_name + " " + person.family_name
    return case((_is_kept_from(person, student_id), on_record), else_=at_school(person))


def pronouns_for_reader(person: Any, student_id: Any) -> ColumnElement[str | None]:
    """The pronouns that the reader may know, as SQL. Bind CHILDREN."""
    return case((_is_kept_from(person, student_id), None), else_=person.pronouns)


def is_known(person: Any, person_id: Any) -> ColumnElement[bool]:
    """The condition that joins a person to an id: nobody out of reach. Bind DISTRICTS.

    On PostgreSQL, row-level security says the same.
    """
    return and_(person.id == person_id, db.any_of(person.district_id, DISTRICTS))


def _is_kept_from(person: Any, student_id: Any) -> ColumnElement[bool]:
    """Whether the reader is family, who must not know the preferred name."""
    is_family = or_(db.any_of(student_id, CHILDREN), db.any_of(person.id, CHILDREN))
    return and_(person.family_uses_preferred.is_(False), is_family)
