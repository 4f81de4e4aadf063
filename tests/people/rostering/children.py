"""Packages built from a list of children, which each test case changes."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from plp_api.foundation.roster.models import Person
from plp_api.foundation.roster.relationships import Appointment, AppointmentRole
from tests.people.rostering.packages import CLASSES, ENROLLMENTS, ROLES, USERS


@dataclass(frozen=True)
class Child:
    """One student of a package, with a parent if `parent` names one."""

    id: str
    given: str = "Ann"
    family: str = "Alder"
    number: str = ""
    born: str = ""
    parent: str = ""
    username: str = ""
    grade: str = "09"
    org: str = "s1"
    spans: tuple[tuple[str, str], ...] = (("", ""),)


ANN = Child("u1", "Ann", "Alder", "7001", "2011-03-01", "p1")
BEN = Child("u2", "Ben", "Beech", "7002", "2011-04-02", "p2")
CYD = Child("u3", "Cyd", "Cedar", "7003", "2011-05-03")
CLASS_OF_THREE = (ANN, BEN, CYD)


def package_of(*children: Child, parents: tuple[str, ...] = (), **changed: Any) -> dict[str, Any]:
    """The changed files of the small district: children, their parents and more, a teacher."""
    named = (*parents, *(child.parent for child in children if child.parent))
    parents = tuple(dict.fromkeys(named))
    files = {
        "users": [USERS[0], *map(_user, children), *map(_parent, parents)],
        "roles": [ROLES[0], *_roles(children), *(_role(one, "parent", "s1") for one in parents)],
        "demographics": [{"sourcedId": one.id, "birthDate": one.born} for one in children],
        "enrollments": [ENROLLMENTS[0], *map(_enrollment, children)],
        "classes": CLASSES,
    }
    return {**files, **changed}


def _user(child: Child) -> dict[str, str]:
    return {
        "sourcedId": child.id,
        "enabledUser": "true",
        "username": child.username or child.id,
        "givenName": child.given,
        "familyName": child.family,
        "grades": child.grade,
        "agentSourcedIds": child.parent,
        "userIds": f"{{state:{child.number}}}" if child.number else "",
    }


def _parent(sourced_id: str) -> dict[str, str]:
    return {
        "sourcedId": sourced_id,
        "enabledUser": "true",
        "username": sourced_id,
        "givenName": "Parent",
        "familyName": sourced_id,
    }


def _roles(children: tuple[Child, ...]) -> list[dict[str, str]]:
    return [
        _role(child.id, "student", child.org, place, begin, end)
        for child in children
        for place, (begin, end) in enumerate(child.spans)
    ]


def _role(
    user: str, role: str, org: str, place: int = 0, begin: str = "", end: str = ""
) -> dict[str, str]:
    return {
        "sourcedId": f"r-{user}-{place}",
        "userSourcedId": user,
        "roleType": "primary",
        "role": role,
        "orgSourcedId": org,
        "beginDate": begin,
        "endDate": end,
    }


def _enrollment(child: Child) -> dict[str, str]:
    return {
        "sourcedId": f"e-{child.id}",
        "classSourcedId": "k1",
        "schoolSourcedId": "s1",
        "userSourcedId": child.id,
        "role": "student",
    }


def give_office(roster: Any, person_id: UUID, since: date) -> None:
    """Make a person district admin, so that they may import."""
    with roster.writing() as session:
        session.add(
            Appointment(
                district_id=session.get(Person, person_id).district_id,
                person_id=person_id,
                role=AppointmentRole.DISTRICT_ADMIN,
                starts_on=since,
            )
        )
