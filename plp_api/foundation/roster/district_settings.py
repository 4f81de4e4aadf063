"""The settings of a district with their defaults: a closed set, defined only here.

`District.settings` holds only what a district has decided, under these names. The
API checks new values (`people.directory.schemas`), so `of` trusts stored ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any

from plp_api.foundation.clock import Cycle
from plp_api.foundation.roster.models import District
from plp_api.foundation.roster.relationships import AppointmentRole, ParentKind

NOTHING = "none"
"""In `role_mapping`: people with this role get no office."""


class DecidingParents(StrEnum):
    """Whether one deciding parent must sign, or all of them."""

    ANY = "any"
    ALL = "all"


class ClearanceKind(StrEnum):
    """What a partner or mentor is checked for; a district decides which kinds it requires."""

    CRIMINAL_RECORD = "criminal_record"
    CHILD_PROTECTION_REGISTRY = "child_protection_registry"
    VULNERABLE_ADULT_REGISTRY = "vulnerable_adult_registry"
    FINGERPRINTS = "fingerprints"
    DRIVING_RECORD = "driving_record"
    TRAINING = "training"
    SITE_SAFETY = "site_safety"


# The office for each OneRoster role. A role that is not here gives no office: nobody gets more
# rights than their district said (interop.md, 1.3).
ROLE_MAPPING: Mapping[str, str] = {
    "teacher": AppointmentRole.TEACHER,
    "counselor": AppointmentRole.COUNSELOR,
    "principal": AppointmentRole.SCHOOL_ADMIN,
    "siteAdministrator": AppointmentRole.SCHOOL_ADMIN,
    "districtAdministrator": AppointmentRole.DISTRICT_ADMIN,
    "systemAdministrator": AppointmentRole.DISTRICT_ADMIN,
}
# A setting may confirm roster links of these kinds; only a person confirms a relative's.
CONFIRMABLE = (ParentKind.PARENT, ParentKind.GUARDIAN)

# What 16 V.S.A. 942 requires in a plan, support services (EQS 2120.4), and what the law tests.
MATERIAL_PARTS = ("scope_and_rigor", "support_services", "pathway_elements")

MonthDay = tuple[int, int]


SCHOOL_CLOUD_HOSTS = (
    "docs.google.com",
    "drive.google.com",
    "sites.google.com",
    "classroom.google.com",
    "photos.google.com",
    "onedrive.live.com",
    "1drv.ms",
    "*.sharepoint.com",
    "*.instructure.com",
    "*.seesaw.me",
    "www.canva.com",
    "padlet.com",
)
"""Where students' accounts are often the school's."""


@dataclass(frozen=True)
class DistrictSettings:
    """A district's settings; days are (month, day).

    `cycle_end`: last day of the yearly cycle, at the latest 30 November (16 V.S.A. 942).
    `late_entry_days`: days from a late entry until the student's review is due.
    `summer_from`, `return_by`: between them, absence from a roster ends nothing.
    `deletion_threshold`: an import that would remove a larger share of a kind needs confirmation.
    `confirm_family_links`: kinds of parent whose roster links are confirmed at once.
    `deciding_parents`: whether one deciding parent must sign, or all, while they hold the rights.
    `material_parts`: sections and members of a snapshot whose change requires new signatures,
    in addition to the sections that a template flags.
    `outreach_attempts_needed`: attempts to reach a signer before their silence is excused.
    `shares_with_parents_of_dependents`: whether a relationship with `post_18_basis` `dependent`
    reaches past the transfer of rights (34 CFR 99.31(a)(8)); read by `access.arms` in SQL.
    `role_mapping`: offices by OneRoster role; overrides `ROLE_MAPPING`; `none` gives no office.
    `homerooms_are_advisories`, `advisory_titles` (with `*`), `advisory_course_codes`: which
    classes are advisories.
    `school_for_students_elsewhere`: id of the school that counts students whom a roster lists at
    the district, or at another org that is no school; without it no school counts them.
    `invitation_days`: how many days an invitation can be used.
    `mentor_link_days`: how many days a link by which a mentor attests can be used.
    `signing_link_days`: how many days a link to sign without an account can be used.
    `required_clearances`: the kinds of check that partners and mentors need before they take
    students on. None by default: 16 V.S.A. 255 names no mentors at a host.
    `suspends_on_lapsed_clearance`: whether no work is logged on an active ELO from the day on
    which a required clearance has lapsed, until it is renewed.
    `unagreed_school_days`: how many school days an ELO goes on while its voided agreement is
    signed again; days from Monday to Friday count.
    `file_limit_mb`: the largest file that a person may send for a student, in MB of 2**20 bytes.
    `file_quota_student_mb`, `file_quota_district_mb`: what all files of one student, and of the
    district, may take; archives do not count.
    `strips_photo_location`: whether photos are kept without what the camera knew of place, device
    and time.
    `school_cloud_hosts`: hosts at which a student's account is the school's, and may end with
    school; `*.` before one stands for any name in it.
    `shares_outside`: whether students may show work outside the school, once whoever holds their
    rights consents.
    `sharing_consent_texts`: by language, what a holder of rights reads and consents to; overrides
    the built-in texts of that language.
    """

    cycle_end: MonthDay = (11, 30)
    late_entry_days: int = 45
    summer_from: MonthDay = (6, 15)
    return_by: MonthDay = (10, 1)
    deletion_threshold: float = 0.2
    confirm_family_links: tuple[str, ...] = ()
    deciding_parents: str = DecidingParents.ANY
    outreach_attempts_needed: int = 3
    material_parts: tuple[str, ...] = MATERIAL_PARTS
    shares_with_parents_of_dependents: bool = False
    role_mapping: Mapping[str, str] = field(default_factory=dict)
    homerooms_are_advisories: bool = True
    advisory_titles: tuple[str, ...] = ()
    advisory_course_codes: tuple[str, ...] = ()
    school_for_students_elsewhere: str | None = None
    invitation_days: int = 14
    mentor_link_days: int = 14
    signing_link_days: int = 14
    required_clearances: tuple[str, ...] = ()
    suspends_on_lapsed_clearance: bool = False
    unagreed_school_days: int = 10
    file_limit_mb: int = 50
    file_quota_student_mb: int = 2_000
    file_quota_district_mb: int = 500_000
    strips_photo_location: bool = True
    school_cloud_hosts: tuple[str, ...] = SCHOOL_CLOUD_HOSTS
    shares_outside: bool = False
    sharing_consent_texts: Mapping[str, str] = field(default_factory=dict)

    def cycle(self, day: date) -> Cycle:
        """The cycle of annual reviews in which the day falls."""
        return Cycle.containing(day, *self.cycle_end)

    def is_summer(self, day: date) -> bool:
        """Whether the day is in the summer, when an empty roster must lock nobody out."""
        return self.summer_from <= (day.month, day.day) < self.return_by

    @property
    def offices(self) -> dict[str, str | None]:
        """The office, or none, that each OneRoster role gives."""
        chosen = {**ROLE_MAPPING, **self.role_mapping}
        return {role: None if office == NOTHING else office for role, office in chosen.items()}


NAMES = tuple(setting.name for setting in fields(DistrictSettings))


def of(district: District) -> DistrictSettings:
    """The settings of a district: its own decisions, and defaults for the rest."""
    stored = {name: value for name, value in district.settings.items() if name in NAMES}
    return DistrictSettings(**{name: _typed(name, value) for name, value in stored.items()})


def _typed(name: str, value: Any) -> Any:
    if name in ("cycle_end", "summer_from", "return_by"):
        month, day = value.split("-")
        return int(month), int(day)
    return tuple(value) if isinstance(value, list) else value


def as_stored(settings: DistrictSettings) -> dict[str, Any]:
    """All settings as `District.settings` and the API write them: `11-30`, lists, words."""
    return {name: _plain(getattr(settings, name)) for name in NAMES}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple) and value and isinstance(value[0], int):
        return f"{value[0]:02}-{value[1]:02}"
    return list(value) if isinstance(value, tuple) else value
