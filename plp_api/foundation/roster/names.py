"""A person's name as an audience uses it: one rule for every place that shows names.

The student decides who sees preferred names and pronouns: the family sees them only
with `family_uses_preferred`.
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
