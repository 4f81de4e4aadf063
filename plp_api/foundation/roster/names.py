"""A person's name as an audience uses it: one rule, wherever names are shown.

The student sets the audience of preferred names and pronouns: the family finds
them only where `family_uses_preferred` says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

COLUMNS = (
    "given_name",
    "family_name",
    "preferred_given_name",
    "preferred_family_name",
    "pronouns",
    "family_uses_preferred",
)


class Audience(StrEnum):
    """Among whom a name is used; the students themselves hear what the school says."""

    SCHOOL = "school"
    FAMILY = "family"


@dataclass(frozen=True)
class Name:
    """What one audience calls a person."""

    given: str
    family: str
    pronouns: str | None

    def __str__(self) -> str:
        return f"{self.given} {self.family}"


def audience(*, is_family: bool) -> Audience:
    """The audience that a reader belongs to."""
    return Audience.FAMILY if is_family else Audience.SCHOOL


def shown(person: Mapping[str, Any], to: Audience) -> Name:
    """The name of a person, given their COLUMNS, as this audience uses it."""
    uses_preferred = to is Audience.SCHOOL or person["family_uses_preferred"]
    given, family = person["given_name"], person["family_name"]
    return Name(
        given=(uses_preferred and person["preferred_given_name"]) or given,
        family=(uses_preferred and person["preferred_family_name"]) or family,
        pronouns=person["pronouns"] if uses_preferred else None,
    )
