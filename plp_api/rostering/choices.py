"""What a district may decide about its roster, each with its default.

They stand in `District.settings` under the names used here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from plp_api.people.models import District
from plp_api.people.ties import AppointmentRole, ParentKind

# From OneRoster's roles to the offices of people.ties. A role that is not named here, and one
# mapped to None, gives nothing: nobody is ever made more than their district said.
OFFICES: Mapping[str, str | None] = {
    "teacher": AppointmentRole.TEACHER,
    "counselor": AppointmentRole.COUNSELOR,
    "principal": AppointmentRole.SCHOOL_ADMIN,
    "siteAdministrator": AppointmentRole.SCHOOL_ADMIN,
    "districtAdministrator": AppointmentRole.DISTRICT_ADMIN,
    "systemAdministrator": AppointmentRole.DISTRICT_ADMIN,
}
# Nobody becomes an auditor by a roster: that office is a sampled, dated grant.
OFFICES_BY_ROSTER = frozenset(AppointmentRole) - {AppointmentRole.AUDITOR}
FAMILY = (ParentKind.PARENT, ParentKind.GUARDIAN, ParentKind.RELATIVE)

SUMMER_STARTS = (6, 1)


@dataclass(frozen=True)
class Choices:
    """A district's choices.

    `removal_share`: an import that would remove a larger share of any kind asks first.
    `return_by`: month and day until which absence over the summer removes nobody.
    `confirms_family_links`: parents and guardians of the roster are confirmed at once.
    `advisory_titles` (with `*`) and `advisory_course_codes` name classes that are advisories
    beside, or with `homerooms_are_advisories` off instead of, homerooms.
    """

    offices: Mapping[str, str | None] = field(default_factory=lambda: OFFICES)
    removal_share: float = 0.2
    return_by: tuple[int, int] = (10, 1)
    confirms_family_links: bool = False
    homerooms_are_advisories: bool = True
    advisory_titles: tuple[str, ...] = ()
    advisory_course_codes: tuple[str, ...] = ()

    def is_summer(self, day: date) -> bool:
        """Whether `day` lies in the pause in which absence from a roster means nothing yet."""
        return SUMMER_STARTS <= (day.month, day.day) < self.return_by


def of(district: District) -> Choices:
    """The choices of a district; what it has not decided, or wrongly, is the default."""
    settings = district.settings
    default = Choices()
    return Choices(
        offices={**OFFICES, **_offices(settings.get("roster_roles"))},
        removal_share=float(settings.get("roster_removal_share", default.removal_share)),
        return_by=_month_and_day(settings.get("return_by")) or default.return_by,
        confirms_family_links=settings.get("confirms_family_links") is True,
        homerooms_are_advisories=settings.get("homerooms_are_advisories") is not False,
        advisory_titles=tuple(settings.get("advisory_titles", ())),
        advisory_course_codes=tuple(settings.get("advisory_course_codes", ())),
    )


def _offices(chosen: Any) -> dict[str, str | None]:
    pairs = chosen.items() if isinstance(chosen, dict) else ()
    return {role: office if office in OFFICES_BY_ROSTER else None for role, office in pairs}


def _month_and_day(text: Any) -> tuple[int, int] | None:
    """`10-01` as month and day."""
    try:
        day = date.fromisoformat(f"2000-{text}")
    except ValueError:
        return None
    return day.month, day.day
