"""The files, columns and enumerations of OneRoster 1.1 and 1.2 CSV, in the specification's order.

Source: OneRoster CSV Tables 1.1.1 and CSV Binding 1.2 (with the correction 1.2.1, which drops
`resourceSourcedIds`), as gathered in the project's interop notes.
"""

from dataclasses import dataclass
from enum import Enum, auto

VERSIONS = ("1.1", "1.2")

FILES_1_1 = (
    "academicSessions",
    "categories",
    "classes",
    "classResources",
    "courses",
    "courseResources",
    "demographics",
    "enrollments",
    "lineItems",
    "orgs",
    "resources",
    "results",
    "users",
)
FILES_1_2 = (
    *FILES_1_1,
    "roles",
    "userProfiles",
    "userResources",
    "scoreScales",
    "lineItemScoreScales",
    "resultScoreScales",
    "lineItemLearningObjectiveIds",
    "resultLearningObjectiveIds",
)
FILES = {"1.1": FILES_1_1, "1.2": FILES_1_2}

ORG_TYPES = frozenset({"department", "school", "district", "local", "state", "national"})
SESSION_TYPES = frozenset({"gradingPeriod", "semester", "schoolYear", "term"})
CLASS_TYPES = frozenset({"homeroom", "scheduled"})
ENROLLMENT_ROLES = frozenset({"administrator", "proctor", "student", "teacher"})
ROLE_TYPES = frozenset({"primary", "secondary"})
ROLES_1_1 = frozenset(
    {
        "administrator",
        "aide",
        "guardian",
        "parent",
        "proctor",
        "relative",
        "student",
        "teacher",
    }
)
ROLES_1_2 = frozenset(
    {
        "aide",
        "counselor",
        "districtAdministrator",
        "guardian",
        "parent",
        "principal",
        "proctor",
        "relative",
        "siteAdministrator",
        "student",
        "systemAdministrator",
        "teacher",
    }
)
SEXES_1_1 = frozenset({"male", "female"})
SEXES_1_2 = SEXES_1_1 | {"other", "unspecified"}
GRADES = frozenset(
    {"IT", "PR", "PK", "TK", "KG", "13", "PS", "UG", "Other"} | {f"{n:02}" for n in range(1, 13)}
)


class Kind(Enum):
    """The type of a cell's content."""

    ID = auto()
    IDS = auto()
    TEXT = auto()
    TEXTS = auto()
    DATE = auto()
    INSTANT = auto()
    YEAR = auto()
    BOOLEAN = auto()
    CHOICE = auto()
    GRADES = auto()
    USERNAME = auto()
    USER_IDS = auto()
    STATUS = auto()
    # Skipped and never stored: passwords, and a column that version 1.2.1 dropped.
    UNREAD = auto()


MANY = frozenset({Kind.IDS, Kind.TEXTS, Kind.GRADES})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file; `refers_to` names the file whose sourcedId it holds."""

    name: str
    kind: Kind = Kind.TEXT
    is_required: bool = False
    refers_to: str | None = None
    choices: frozenset[str] = frozenset()
    is_extensible: bool = False


def _reference(name: str, file: str, required: bool = False) -> Column:
    return Column(name, Kind.ID, required, refers_to=file)


def _references(name: str, file: str, required: bool = False) -> Column:
    return Column(name, Kind.IDS, required, refers_to=file)


def _choice(name: str, choices: frozenset[str], required: bool = False) -> Column:
    return Column(name, Kind.CHOICE, required, choices=choices, is_extensible=True)


def _required(name: str, kind: Kind = Kind.TEXT) -> Column:
    return Column(name, kind, is_required=True)


_FIRST = (
    _required("sourcedId", Kind.ID),
    Column("status", Kind.STATUS),
    Column("dateLastModified", Kind.INSTANT),
)

_ACADEMIC_SESSIONS = (
    *_FIRST,
    _required("title"),
    _choice("type", SESSION_TYPES, required=True),
    _required("startDate", Kind.DATE),
    _required("endDate", Kind.DATE),
    _reference("parentSourcedId", "academicSessions"),
    _required("schoolYear", Kind.YEAR),
)
_ORGS = (
    *_FIRST,
    _required("name"),
    _choice("type", ORG_TYPES, required=True),
    Column("identifier"),
    _reference("parentSourcedId", "orgs"),
)
_COURSES = (
    *_FIRST,
    _reference("schoolYearSourcedId", "academicSessions"),
    _required("title"),
    Column("courseCode"),
    Column("grades", Kind.GRADES),
    _reference("orgSourcedId", "orgs", required=True),
    Column("subjects", Kind.TEXTS),
    Column("subjectCodes", Kind.TEXTS),
)
_CLASSES = (
    *_FIRST,
    _required("title"),
    Column("grades", Kind.GRADES),
    _reference("courseSourcedId", "courses", required=True),
    Column("classCode"),
    _choice("classType", CLASS_TYPES, required=True),
    Column("location"),
    _reference("schoolSourcedId", "orgs", required=True),
    _references("termSourcedIds", "academicSessions", required=True),
    Column("subjects", Kind.TEXTS),
    Column("subjectCodes", Kind.TEXTS),
    Column("periods", Kind.TEXTS),
)
_ENROLLMENTS = (
    *_FIRST,
    _reference("classSourcedId", "classes", required=True),
    _reference("schoolSourcedId", "orgs", required=True),
    _reference("userSourcedId", "users", required=True),
    _choice("role", ENROLLMENT_ROLES, required=True),
    Column("primary", Kind.BOOLEAN),
    Column("beginDate", Kind.DATE),
    Column("endDate", Kind.DATE),
)
_NAMES = (
    Column("userIds", Kind.USER_IDS),
    _required("givenName"),
    _required("familyName"),
    Column("middleName"),
    Column("identifier"),
    Column("email"),
    Column("sms"),
    Column("phone"),
    _references("agentSourcedIds", "users"),
    Column("grades", Kind.GRADES),
    Column("password", Kind.UNREAD),
)
_USERS_1_1 = (
    *_FIRST,
    _required("enabledUser", Kind.BOOLEAN),
    _references("orgSourcedIds", "orgs", required=True),
    _choice("role", ROLES_1_1, required=True),
    _required("username", Kind.USERNAME),
    *_NAMES,
)
_USERS_1_2 = (
    *_FIRST,
    _required("enabledUser", Kind.BOOLEAN),
    _required("username", Kind.USERNAME),
    *_NAMES,
    Column("userMasterIdentifier"),
    Column("resourceSourcedIds", Kind.UNREAD),
    Column("preferredGivenName"),
    Column("preferredMiddleName"),
    Column("preferredFamilyName"),
    _reference("primaryOrgSourcedId", "orgs"),
    Column("pronouns"),
)
_ROLES = (
    *_FIRST,
    _reference("userSourcedId", "users", required=True),
    Column("roleType", Kind.CHOICE, is_required=True, choices=ROLE_TYPES),
    _choice("role", ROLES_1_2, required=True),
    Column("beginDate", Kind.DATE),
    Column("endDate", Kind.DATE),
    _reference("orgSourcedId", "orgs", required=True),
    _reference("userProfileSourcedId", "userProfiles"),
)
_USER_PROFILES = (
    *_FIRST,
    _reference("userSourcedId", "users", required=True),
    _required("profileType"),
    _required("vendorId"),
    Column("applicationId"),
    Column("description"),
    _required("credentialType"),
    _required("username"),
    Column("password", Kind.UNREAD),
)


def _demographics(sexes: frozenset[str]) -> tuple[Column, ...]:
    return (
        Column("sourcedId", Kind.ID, is_required=True, refers_to="users"),
        *_FIRST[1:],
        Column("birthDate", Kind.DATE),
        _choice("sex", sexes),
        Column("americanIndianOrAlaskaNative", Kind.BOOLEAN),
        Column("asian", Kind.BOOLEAN),
        Column("blackOrAfricanAmerican", Kind.BOOLEAN),
        Column("nativeHawaiianOrOtherPacificIslander", Kind.BOOLEAN),
        Column("white", Kind.BOOLEAN),
        Column("demographicRaceTwoOrMoreRaces", Kind.BOOLEAN),
        Column("hispanicOrLatinoEthnicity", Kind.BOOLEAN),
        Column("countryOfBirthCode"),
        Column("stateOfBirthAbbreviation"),
        Column("cityOfBirth"),
        Column("publicSchoolResidenceStatus"),
    )


# In reading order: a row refers to rows of earlier files or of its own file.
COLUMNS_1_1 = {
    "orgs": _ORGS,
    "academicSessions": _ACADEMIC_SESSIONS,
    "courses": _COURSES,
    "classes": _CLASSES,
    "users": _USERS_1_1,
    "demographics": _demographics(SEXES_1_1),
    "enrollments": _ENROLLMENTS,
}
COLUMNS_1_2 = {
    "orgs": _ORGS,
    "academicSessions": _ACADEMIC_SESSIONS,
    "courses": _COURSES,
    "classes": _CLASSES,
    "users": _USERS_1_2,
    "userProfiles": _USER_PROFILES,
    "roles": _ROLES,
    "demographics": _demographics(SEXES_1_2),
    "enrollments": _ENROLLMENTS,
}
COLUMNS = {"1.1": COLUMNS_1_1, "1.2": COLUMNS_1_2}
