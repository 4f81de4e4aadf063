"""Give a person an office from the command line, before anybody can sign in."""

from uuid import UUID

from sqlalchemy import func, select

from plp_api.foundation import db, texts
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import spans, usernames
from plp_api.foundation.roster.models import District, Person, School
from plp_api.foundation.roster.relationships import DISTRICT_WIDE, Appointment, AppointmentRole

MOST_NAMED = 20


def district(slug: str | None) -> District:
    """The district with the slug, or the only district; sets it for row-level security.

    Raises Problem: validation_failed if there is no such district, or several and no slug.
    """
    chosen = select(District).limit(2)
    if slug is not None:
        chosen = chosen.where(District.slug == slug)
    districts = db.session().scalars(chosen).all()
    if len(districts) != 1:
        slugs = select(District.slug).order_by(District.slug).limit(MOST_NAMED)
        known = db.session().scalars(slugs).all()
        if not known:
            raise invalid(
                "district", "There is none yet: import a roster first (`plp roster import`)."
            )
        raise invalid("district", f"Name one of them by its slug: {', '.join(known)}.")
    db.enter([districts[0].id])
    return districts[0]


def person(place: District, person_id: UUID) -> Person:
    """A person of the district. Raises Problem: validation_failed."""
    known = select(Person).where(Person.id == person_id, Person.district_id == place.id)
    row = db.session().scalar(known)
    if row is None:
        raise invalid("person", "There is no such person in this district.")
    return row


def add_person(
    place: District, given: str, family: str, username: str | None, email: str | None
) -> Person:
    """Add a person. Raises Problem: username_taken, validation_failed for an unsuited name."""
    given, family = _name("given", given), _name("family", family)
    if username is not None:
        username = _name("username", username)
        usernames.hold(place.id, username)
        same_name = select(Person.id).where(
            Person.district_id == place.id, func.lower(Person.username) == username.lower()
        )
        if db.session().scalar(same_name.limit(1)):
            raise Problem(Code.USERNAME_TAKEN)
    made = Person(
        id=db.new_id(),
        district_id=place.id,
        given_name=given,
        family_name=family,
        username=username,
        email=email,
    )
    db.session().add(made)
    db.session().flush()
    audit.record("person.created", made, by=None)
    return made


def _name(field: str, name: str) -> str:
    """The name by the rules of the API. Raises Problem: validation_failed."""
    name = texts.normal(name)
    if texts.fault_of(name) is not None:
        raise invalid(field, "Must not be blank or contain control characters.")
    return name


def appoint(person: Person, role: AppointmentRole, school: str | None) -> None:
    """Give the person the office from today on, unless they hold it.

    `school` is our id or the roster's; without it the office is for the whole
    district.

    Raises Problem: validation_failed if the office takes no school, or the district has
    no such school.
    """
    school_id = _school(person.district_id, role, school)
    today = db.session().get_one(District, person.district_id).today
    held = select(Appointment.id).where(
        Appointment.person_id == person.id,
        Appointment.role == role,
        Appointment.school_id == school_id,
        spans.is_not_over(Appointment, today),
    )
    if db.session().scalar(held.limit(1)):
        return
    made = Appointment(
        id=db.new_id(),
        district_id=person.district_id,
        person_id=person.id,
        school_id=school_id,
        role=role,
        starts_on=today,
    )
    db.session().add(made)
    audit.record("appointment.created", made, by=None, role=role, person_id=person.id)


def _school(district_id: UUID, role: AppointmentRole, school: str | None) -> UUID | None:
    if school is None:
        return None
    if role in DISTRICT_WIDE:
        raise invalid("school", f"The office `{role}` is the whole district's.")
    schools = select(School).where(School.district_id == district_id)
    for row in db.session().scalars(schools):
        if school in (str(row.id), row.sourced_id):
            return row.id
    raise invalid("school", "There is no such school in this district.")
