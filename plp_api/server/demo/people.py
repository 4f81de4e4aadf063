"""Demo rows that no roster contains: parents' rights, offices, placements, languages, names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.db import new_id
from plp_api.foundation.roster import followers
from plp_api.foundation.roster.classes import Class, Enrollment, EnrollmentRole
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import District, Person, School
from plp_api.foundation.roster.relationships import (
    Appointment,
    AppointmentRole,
    Placement,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    SampledStudent,
)
from plp_api.planning.signatures.models import SignatureWaiver
from plp_api.server.demo.years import Years

# Offices that this version has; the office of the demo's privacy officer does not exist yet.
OFFICES = frozenset(str(role) for role in AppointmentRole)


@dataclass(frozen=True)
class Known:
    """Ids by district (the folder's name) and sourcedId."""

    districts: Mapping[str, UUID]
    people: Mapping[tuple[str, str], UUID]
    schools: Mapping[tuple[str, str], UUID]
    classes: Mapping[tuple[str, str], UUID]


def look_up(districts: Mapping[str, UUID]) -> Known:
    """The ids of the imported rows, by sourcedId."""
    names = {district_id: name for name, district_id in districts.items()}

    def ids(model: Any) -> dict[tuple[str, str], UUID]:
        rows = db.session().execute(select(model.district_id, model.sourced_id, model.id))
        return {(names[district], sourced): row_id for district, sourced, row_id in rows}

    return Known(districts, ids(Person), ids(School), ids(Class))


def apply(content: dict[str, Any], known: Known, years: Years) -> None:
    """Write everything of people.json."""
    _confirm_families(content["family_defaults"])
    for entry in content["relationships"]:
        _settle_family(entry, known, years)
    for entry in content["staff_relationships"]:
        _tie_staff(entry, known, years)
    for entry in content["appointments"]:
        _appoint(entry, known, years)
    for entry in content["placements"]:
        _place(entry, known, years)
    for entry in content["home_studies"]:
        _study_at_home(entry, known, years)
    for entry in content["requirements"]:
        _waive(entry, known, years)
    for entry in content["people"]:
        _describe(entry, known)


def _confirm_families(defaults: dict[str, Any]) -> None:
    """Confirm parents and guardians, as a school office does after it has seen identification."""
    links = select(Relationship).where(
        Relationship.kind == RelationshipKind.PARENT,
        Relationship.status == RelationshipStatus.UNCONFIRMED,
    )
    for link in db.session().scalars(links):
        default = defaults.get(link.parent_kind or "", {"status": "unconfirmed"})
        if default["status"] == RelationshipStatus.CONFIRMED:
            link.status = RelationshipStatus.CONFIRMED
            link.may_inspect, link.may_decide = default["may_inspect"], default["may_decide"]
            link.basis = default["basis"]


def _settle_family(given: dict[str, Any], known: Known, years: Years) -> None:
    """Set one family relationship as in the file; add it if the roster has none."""
    link = _link(given, known)
    link.parent_kind = given["kind"]
    link.may_inspect, link.may_decide = given["may_inspect"], given["may_decide"]
    link.basis, link.order_reference = given["basis"], given["order_reference"]
    link.denied = frozenset(given["denied"])
    if given["status"] == "ended":
        link.status = RelationshipStatus.SUPPRESSED
        link.starts_on = years.day(given["starts_on"]) or link.starts_on
        link.ends_on = years.day(given["ends_on"])
    else:
        link.status = given["status"]


def _link(given: dict[str, Any], known: Known) -> Relationship:
    person_id, student_id = (known.people[given["district"], given[who]] for who in WHO)
    same = select(Relationship).where(
        Relationship.person_id == person_id,
        Relationship.student_id == student_id,
        Relationship.kind == RelationshipKind.PARENT,
    )
    row = db.session().scalars(same).first()
    if row is None:
        row = Relationship(
            district_id=known.districts[given["district"]],
            person_id=person_id,
            student_id=student_id,
            kind=RelationshipKind.PARENT,
            starts_on=db.session().get_one(District, known.districts[given["district"]]).today,
        )
        db.session().add(row)
    return row


WHO = ("person", "student")


def _tie_staff(given: dict[str, Any], known: Known, years: Years) -> None:
    person_id, student_id = (known.people[given["district"], given[who]] for who in WHO)
    db.session().add(
        Relationship(
            district_id=known.districts[given["district"]],
            person_id=person_id,
            student_id=student_id,
            kind=given["kind"],
            capacity=given["capacity"],
            starts_on=years.day(given["starts_on"]),
            ends_on=years.day(given["ends_on"]),
        )
    )


def _appoint(given: dict[str, Any], known: Known, years: Years) -> None:
    if given["kind"] not in OFFICES:
        return
    district = given["district"]
    office = Appointment(
        id=new_id(),
        district_id=known.districts[district],
        person_id=known.people[district, given["person"]],
        school_id=known.schools.get((district, given["org"])),
        role=given["kind"],
        starts_on=years.day(given["starts_on"]),
        ends_on=years.day(given["ends_on"]),
    )
    db.session().add(office)
    db.session().flush()
    for student in given.get("sample", ()):
        db.session().add(
            SampledStudent(
                appointment_id=office.id,
                student_id=known.people[district, student],
                district_id=office.district_id,
            )
        )


def _place(given: dict[str, Any], known: Known, years: Years) -> None:
    """Place a student at the other district's school and in its classes."""
    home, host = given["student_district"], given["district"]
    student_id = known.people[home, given["student"]]
    school_id = known.schools[host, given["org"]]
    span = {"starts_on": years.day(given["starts_on"]), "ends_on": years.day(given["ends_on"])}
    db.session().add(
        Placement(
            district_id=known.districts[home],
            host_district_id=known.districts[host],
            student_id=student_id,
            school_id=school_id,
            kind=given["kind"],
            **span,
        )
    )
    for room in given["classes"]:
        db.session().add(
            Enrollment(
                district_id=known.districts[host],
                school_id=school_id,
                class_id=known.classes[host, room],
                person_id=student_id,
                role=EnrollmentRole.STUDENT,
                **span,
            )
        )


def _study_at_home(given: dict[str, Any], known: Known, years: Years) -> None:
    """Add home study: the family keeps the student's plan."""
    district_id = known.districts[given["district"]]
    student_id = known.people[given["district"], given["student"]]
    starts_on, ends_on = years.day(given["starts_on"]), years.day(given["ends_on"])
    db.session().add(
        HomeStudy(
            district_id=district_id, student_id=student_id, starts_on=starts_on, ends_on=ends_on
        )
    )
    db.session().flush()
    followers.home_study_changed(district_id, [student_id], years.today)


def _waive(given: dict[str, Any], known: Known, years: Years) -> None:
    """Waive the parents' signature of a student without a parent who can sign."""
    district = given["district"]
    db.session().add(
        SignatureWaiver(
            district_id=known.districts[district],
            student_id=known.people[district, given["student"]],
            reason=given["reason"],
            starts_on=years.day(given["set_on"]),
            set_by=known.people[district, given["set_by"]],
        )
    )


def _describe(given: dict[str, Any], known: Known) -> None:
    person = db.session().get_one(Person, known.people[given["district"], given["person"]])
    person.language = given.get("language", person.language)
    person.needs_interpreter = given.get("needs_interpreter", person.needs_interpreter)
    person.preferred_given_name = given.get("preferred_given_name", person.preferred_given_name)
    person.pronouns = given.get("pronouns", person.pronouns)
    person.family_uses_preferred = "family" in given.get("audience", ())
