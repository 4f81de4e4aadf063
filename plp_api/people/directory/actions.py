"""Changes to the directory: districts, schools, people, students and their enrollments."""

from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import exists, func, select

from plp_api.foundation import clock, db
from plp_api.foundation.access import powers, revocation
from plp_api.foundation.access.caller import holds
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import followers, spans, usernames
from plp_api.foundation.roster.classes import AcademicSession, Class, Enrollment, EnrollmentRole
from plp_api.foundation.roster.models import (
    PLAN_GRADES,
    District,
    Person,
    RightsTransferBasis,
    School,
    Student,
    majority_of,
)
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind, SchoolEnrollment
from plp_api.people.directory import references
from plp_api.people.identity import actions as identity
from plp_api.people.identity import addresses

SCHOOL_YEAR = "schoolYear"
Row = TypeVar("Row", bound=db.Resource)
Fields = dict[str, Any]


def _change(row: Row, event: str, access: Access, fields: Fields) -> Row:
    """Set the fields, and record their names in the audit log, never their values."""
    for name, value in fields.items():
        setattr(row, name, value)
    audit.record(event, row, by=access.caller.person_id, fields=sorted(fields))
    return row


# Districts and schools.


def change_district(district: District, access: Access, fields: Fields) -> District:
    """Change name, time zone or settings; a setting of null returns to its default.

    Raises Problem: permission_denied if the caller's office is for a school only;
    validation_failed for a school of another district.
    """
    access.require_at(Permission.SETTINGS_WRITE, None)
    if "settings" in fields:
        _check_school_of(fields["settings"], access)
        fields["settings"] = _merged(district.settings, fields["settings"])
    return _change(district, "district.changed", access, fields)


def _check_school_of(settings: Fields, access: Access) -> None:
    school_id = settings.get("school_for_students_elsewhere")
    if school_id is not None:
        references.school(access, UUID(school_id), "settings/school_for_students_elsewhere")


def _merged(stored: Fields, patch: Fields) -> Fields:
    """JSON merge patch (RFC 7396)."""
    merged = dict(stored)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            merged[name] = _merged(merged.get(name, {}), value)
        else:
            merged[name] = value
    return merged


def add_school(access: Access, fields: Fields) -> School:
    """Add a school.

    Raises Problem: permission_denied if the caller's office is for a school only;
    record_duplicate.
    """
    access.require_at(Permission.SETTINGS_WRITE, None)
    _refuse_same_name(access, fields["name"], None)
    school = School(id=db.new_id(), district_id=access.caller.district_id, **fields)
    db.session().add(school)
    audit.record("school.created", school, by=access.caller.person_id)
    return school


def change_school(school: School, access: Access, fields: Fields) -> School:
    """Correct a school.

    Raises Problem: permission_denied for a school that is not the caller's; record_duplicate.
    """
    access.require_at(Permission.SETTINGS_WRITE, school.id)
    if "name" in fields:
        _refuse_same_name(access, fields["name"], school.id)
    return _change(school, "school.changed", access, fields)


def _refuse_same_name(access: Access, name: str, but: UUID | None) -> None:
    db.lock_name(f"school|{access.caller.district_id}|{name}")
    db.refuse_second(
        School,
        School.district_id == access.caller.district_id,
        School.name == name,
        School.id != but,
        code=Code.RECORD_DUPLICATE,
        detail="A school of the district has this name.",
    )


def require_kind(session: AcademicSession, *, is_year: bool) -> AcademicSession:
    """Return the session if it is a school year (`is_year`), or a term (not `is_year`).

    Raises Problem: not_found if it is of the other kind.
    """
    if (session.type == SCHOOL_YEAR) is not is_year:
        raise Problem(Code.NOT_FOUND)
    return session


# People.


def add_person(access: Access, fields: Fields) -> Person:
    """Add a person who is not a student. Raises Problem: username_taken."""
    person = _new_person(access, fields)
    audit.record("person.created", person, by=access.caller.person_id)
    return person


def _new_person(access: Access, fields: Fields) -> Person:
    _refuse_taken(access, fields.get("username"), None)
    email = fields.pop("email", None)
    person = Person(id=db.new_id(), district_id=access.caller.district_id, **fields)
    addresses.enter(person, email, access)
    db.session().add(person)
    return person


def change_person(person: Person, access: Access, fields: Fields) -> Person:
    """Correct a person.

    With a new e-mail or user name somebody else could sign in as that person.

    Raises Problem: permission_denied for the caller's own e-mail and user name,
    actor_is_family, account_beyond_offices (see `access.powers`), username_taken.
    """
    powers.require(access, _act(fields), person.id)
    _refuse_taken(access, fields.get("username"), person.id)
    student = db.session().get(Student, person.id)
    if student is not None:
        student.touch()
    if "email" in fields:
        addresses.enter(person, fields["email"], access)
    return _change(person, "person.changed", access, fields)


def _act(fields: Fields) -> powers.Act:
    """The kind of change to the person's account that these fields make."""
    by_key = fields.keys() & {"email", "username"}
    return powers.Act.CHANGE_SIGN_IN if by_key else powers.Act.CORRECT


def _refuse_taken(access: Access, username: str | None, but: UUID | None) -> None:
    if username is None:
        return
    usernames.hold(access.caller.district_id, username)
    taken = exists().where(
        Person.district_id == access.caller.district_id,
        func.lower(Person.username) == username.lower(),
        Person.id != but,
    )
    if db.session().scalar(select(taken)):
        raise Problem(Code.USERNAME_TAKEN)


def act_on_person(
    person: Person, access: Access, *, action: str, is_printed: bool = False
) -> Fields:
    """Invite the person, or revoke their access (see `identity.actions`).

    Raises Problem: permission_denied, actor_is_family, account_beyond_offices, and what
    `identity.invite` raises.
    """
    if action == "revoke":
        identity.revoke_access(person, access=access)
        return {"person": person, "invitation": None}
    return {
        "person": person,
        "invitation": identity.invite(person, access=access, printed=is_printed),
    }


# Students.


def add_student(access: Access, fields: Fields) -> Student:
    """Add a student with their person and an enrollment, which opens a plan and a review.

    Raises Problem: permission_denied at a school that is not the caller's,
    username_taken, record_duplicate if another student has the state number.
    """
    school = references.school(access, fields.pop("school_id"))
    access.require_at(Permission.ROSTER_WRITE, school.id)
    _refuse_known_number(access, fields.get("state_student_id"), None)
    starts_on = fields.pop("starts_on", access.caller.today)
    birth_date = _born(access, fields.pop("birth_date", None))
    person = _new_person(access, fields.pop("person"))
    grade = fields.pop("grade")
    student = Student(id=person.id, district_id=person.district_id, grade=grade, **fields)
    student.person = person
    student.born(birth_date, access.caller.today)
    db.session().add(student)
    db.session().flush()
    audit.record("student.created", student, by=access.caller.person_id, student_id=student.id)
    enroll(student, access, {"school_id": school.id, "grade": grade, "starts_on": starts_on})
    return student


def change_student(student: Student, access: Access, fields: Fields) -> Student:
    """Correct a student. A new grade ends one enrollment and begins another.

    A birth date that is implausible for the grade is stored, but does not transfer
    rights until it is confirmed.

    Raises Problem: actor_is_family, username_taken, record_duplicate,
    validation_failed if there is no birth date to confirm.
    """
    access.refuse_family(student.id)
    named = sorted({*fields, *fields.get("person", {})} - {"person"})
    _refuse_known_number(access, fields.get("state_student_id"), student.id)
    if fields.get("plan_home_school_id"):
        references.school(access, fields["plan_home_school_id"], "plan_home_school_id")
    _rename(student, access, fields.pop("person", {}))
    is_dated = "birth_date" in fields
    born_on = _born(access, fields.pop("birth_date")) if is_dated else student.birth_date
    if "grade" in fields:
        _promote(student, access, fields.pop("grade"))
    if is_dated or "grade" in named:
        student.born(born_on, access.caller.today)
    if fields.pop("is_birth_date_confirmed", False):
        _confirm_birth_date(student, access)
    if is_dated:
        _check_transfer(student, access, "birth_date")
    for name, value in fields.items():
        setattr(student, name, value)
    return _touched(student, "student.changed", access, fields=named)


def _confirm_birth_date(student: Student, access: Access) -> None:
    if student.birth_date is None:
        raise invalid("is_birth_date_confirmed", "There is no birth date.")
    by_id = access.caller.person_id
    student.confirm_birth_date(by_id, clock.now(), access.caller.today)
    audit.record("student.birth_date_confirmed", student, by=by_id, student_id=student.id)
    _check_transfer(student, access, "is_birth_date_confirmed")
    if student.holds_rights(access.caller.today):
        _recall_parents(student, access)


def _rename(student: Student, access: Access, fields: Fields) -> None:
    if fields:
        powers.require(access, _act(fields), student.id)
    _refuse_taken(access, fields.get("username"), student.id)
    if "email" in fields:
        addresses.enter(student.person, fields["email"], access)
    for name, value in fields.items():
        setattr(student.person, name, value)


def choose_names(student: Student, access: Access, fields: Fields) -> Student:
    """Set the student's preferred names and pronouns, and whether the family sees them."""
    for name, value in fields.items():
        setattr(student.person, name, value)
    return _touched(student, "student.names_chosen", access, fields=sorted(fields))


def _touched(student: Student, event: str, access: Access, **facts: Any) -> Student:
    student.touch()
    audit.record(event, student, by=access.caller.person_id, student_id=student.id, **facts)
    return student


def _born(access: Access, day: date | None) -> date | None:
    if day is not None and day > access.caller.today:
        raise invalid("birth_date", "Must not be in the future.")
    return day


def _refuse_known_number(access: Access, number: str | None, but: UUID | None) -> None:
    if number is None:
        return
    db.lock_name(f"state id|{access.caller.district_id}|{number}")
    db.refuse_second(
        Student,
        Student.district_id == access.caller.district_id,
        Student.state_student_id == number,
        Student.id != but,
        code=Code.RECORD_DUPLICATE,
        detail="A student of the district has this state number.",
    )


def _promote(student: Student, access: Access, grade: str) -> None:
    """Change the grade from today on, at every school where the student is enrolled."""
    today = access.caller.today
    current = select(SchoolEnrollment).where(
        SchoolEnrollment.student_id == student.id, holds(SchoolEnrollment)
    )
    for row in db.session().scalars(current, access.caller.binds).all():
        if row.grade == grade:
            continue
        if row.starts_on == today:
            row.grade = grade
            continue
        _begin_enrollment(student, row.school_id, grade, today, row.ends_on)
        row.ends_on = today
    student.grade = grade
    _follow(student, access)


def _follow(student: Student, access: Access) -> None:
    """Open a plan and this cycle's review, if the grade needs them."""
    if student.grade in PLAN_GRADES:
        db.session().flush()
        followers.enrolled(student.district_id, [student.id], access.caller.today)


def set_rights_transfer(
    student: Student, access: Access, *, basis: str, reason: str, on: date | None = None
) -> Student:
    """Set on which basis and day FERPA rights transfer to the student before 18.

    The basis `age` takes an earlier record back. If the day has come, the parents'
    links and answers about the student are recalled.

    Raises Problem: actor_is_family; validation_failed for a day after the 18th birthday.
    """
    access.refuse_family(student.id)
    by_age = basis == RightsTransferBasis.AGE
    if by_age is (on is not None):
        wrong = "Not for `age`: it is the 18th birthday." if by_age else "This basis needs a day."
        raise invalid("on", wrong)
    student.rights_transfer_basis = basis
    student.rights_transfer_reason = reason
    student.rights_transfer_on = on
    student.born(student.birth_date, access.caller.today)
    _check_transfer(student, access, "on")
    if student.holds_rights(access.caller.today):
        _recall_parents(student, access)
    return _touched(student, "student.rights_transfer_set", access, basis=basis, on=on)


def _check_transfer(student: Student, access: Access, field: str) -> None:
    """Check that rights transfer on the 18th birthday at the latest, whatever the basis."""
    majority = majority_of(student.birth_date)
    if majority is None or student.rights_transfer_on is None:
        return
    # A doubtful birth date does not tell when the student turns 18.
    if student.is_birth_date_doubtful(access.caller.today):
        return
    if student.rights_transfer_on > majority:
        raise invalid(field, "Rights move by the 18th birthday at the latest.")


def _recall_parents(student: Student, access: Access) -> None:
    parents = select(Relationship.person_id).where(
        Relationship.student_id == student.id, Relationship.kind == RelationshipKind.PARENT
    )
    for person_id in set(db.session().scalars(parents)):
        revocation.recall(person_id, student, access=access)


# Enrollments.


def enroll(student: Student, access: Access, fields: Fields) -> SchoolEnrollment:
    """Enroll a student at a school of the district, in a grade, from a day on.

    From grade 7 on, a plan and this cycle's review are opened. The school becomes
    the plan's home school, unless the student attends their home school today.

    Raises Problem: actor_is_family; record_duplicate if they are enrolled there already.
    """
    access.refuse_family(student.id)
    db.lock(student)
    school = references.school(access, fields["school_id"])
    starts_on, ends_on = fields.get("starts_on", access.caller.today), fields.get("ends_on")
    _check_enrollment(student.id, school.id, starts_on, ends_on, None)
    _check_exit(ends_on, fields.get("exit_code"))
    row = _begin_enrollment(student, school.id, fields["grade"], starts_on, ends_on)
    row.exit_code = fields.get("exit_code")
    if ends_on is None or ends_on > access.caller.today:
        _settle(student, row, access)
    audit.record(
        "school_enrollment.created",
        row,
        by=access.caller.person_id,
        school_id=school.id,
        grade=row.grade,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    student.touch()
    return row


def _begin_enrollment(
    student: Student, school_id: UUID, grade: str, starts_on: date, ends_on: date | None
) -> SchoolEnrollment:
    row = SchoolEnrollment(
        id=db.new_id(),
        district_id=student.district_id,
        student_id=student.id,
        school_id=school_id,
        grade=grade,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session().add(row)
    return row


def _settle(student: Student, row: SchoolEnrollment, access: Access) -> None:
    """Set the student's grade, entry day and home school by a current or future enrollment.

    A future enrollment changes nothing while the student attends another school.
    """
    attended = select(SchoolEnrollment.school_id).where(
        SchoolEnrollment.student_id == student.id,
        SchoolEnrollment.id != row.id,
        holds(SchoolEnrollment),
    )
    others = set(db.session().scalars(attended, access.caller.binds))
    if others and row.starts_on > access.caller.today:
        return
    if not others:
        student.entered_on = row.starts_on
    if student.plan_home_school_id not in others:
        student.plan_home_school_id = row.school_id
    student.grade = row.grade
    _follow(student, access)


def _check_enrollment(
    student_id: UUID, school_id: UUID, starts_on: date, ends_on: date | None, but: UUID | None
) -> None:
    spans.check(starts_on, ends_on)
    db.lock_name(f"school enrollments|{student_id}")
    db.refuse_second(
        SchoolEnrollment,
        SchoolEnrollment.student_id == student_id,
        SchoolEnrollment.school_id == school_id,
        SchoolEnrollment.id != but,
        spans.overlaps(SchoolEnrollment, starts_on, ends_on),
        code=Code.RECORD_DUPLICATE,
        detail="The student is enrolled there at that time.",
    )


def _check_exit(ends_on: date | None, exit_code: str | None) -> None:
    if exit_code is not None and ends_on is None:
        raise invalid("exit_code", "Only for an enrollment that ends: send `ends_on`.")


def change_enrollment(row: SchoolEnrollment, access: Access, fields: Fields) -> SchoolEnrollment:
    """Correct or end an enrollment at a school; the plan's home school does not change.

    Raises Problem: actor_is_family, record_duplicate.
    """
    access.refuse_family(row.student_id)
    starts_on = fields.get("starts_on", row.starts_on)
    ends_on = fields.get("ends_on", row.ends_on)
    _check_enrollment(row.student_id, row.school_id, starts_on, ends_on, row.id)
    _check_exit(ends_on, fields.get("exit_code", row.exit_code))
    db.session().get_one(Student, row.student_id).touch()
    return _change(row, "school_enrollment.changed", access, fields)


def join_class(student: Student, access: Access, fields: Fields) -> Enrollment:
    """Put a student into a class. Raises Problem: actor_is_family, record_duplicate."""
    access.refuse_family(student.id)
    db.lock(student)
    group = references.of_district(access, Class, fields["class_id"], "class_id")
    starts_on, ends_on = fields.get("starts_on", access.caller.today), fields.get("ends_on")
    _check_membership(student.id, group.id, starts_on, ends_on, None)
    row = Enrollment(
        id=db.new_id(),
        district_id=student.district_id,
        school_id=group.school_id,
        class_id=group.id,
        person_id=student.id,
        role=EnrollmentRole.STUDENT,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    db.session().add(row)
    audit.record(
        "enrollment.created",
        row,
        by=access.caller.person_id,
        student_id=student.id,
        class_id=group.id,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    return row


def change_membership(row: Enrollment, access: Access, fields: Fields) -> Enrollment:
    """Correct or end a student's time in a class.

    Raises Problem: actor_is_family, record_duplicate.
    """
    access.refuse_family(row.person_id)
    starts_on = fields.get("starts_on", row.starts_on)
    ends_on = fields.get("ends_on", row.ends_on)
    _check_membership(row.person_id, row.class_id, starts_on, ends_on, row.id)
    for name, value in fields.items():
        setattr(row, name, value)
    by_id = access.caller.person_id
    audit.record(
        "enrollment.changed", row, by=by_id, student_id=row.person_id, fields=sorted(fields)
    )
    return row


def _check_membership(
    student_id: UUID, class_id: UUID, starts_on: date, ends_on: date | None, but: UUID | None
) -> None:
    spans.check(starts_on, ends_on)
    db.lock_name(f"enrollments|{student_id}")
    db.refuse_second(
        Enrollment,
        Enrollment.person_id == student_id,
        Enrollment.class_id == class_id,
        Enrollment.id != but,
        spans.overlaps(Enrollment, starts_on, ends_on),
        code=Code.RECORD_DUPLICATE,
        detail="The student is in that class at that time.",
    )
