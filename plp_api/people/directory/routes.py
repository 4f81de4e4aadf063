"""Routes of the directory."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.life import annotate
from plp_api.foundation.roster.classes import AcademicSession, Class, Course, Enrollment
from plp_api.foundation.roster.models import District, Person, School, Student
from plp_api.foundation.roster.relationships import SchoolEnrollment
from plp_api.people.directory import actions, listings
from plp_api.people.directory.schemas import (
    AcademicSessionSchema,
    ClassSchema,
    CourseSchema,
    DistrictPatchSchema,
    DistrictSchema,
    EnrollmentPatchSchema,
    EnrollmentSchema,
    PersonActedSchema,
    PersonActionSchema,
    PersonPatchSchema,
    PersonSchema,
    RightsTransferSchema,
    SchoolEnrollmentPatchSchema,
    SchoolEnrollmentSchema,
    SchoolPatchSchema,
    SchoolSchema,
    StudentCreateSchema,
    StudentNamesSchema,
    StudentPatchSchema,
    StudentSchema,
)

blueprint = Blueprint("Directory", __name__, "Districts, schools, classes, people and students.")
Fields = dict[str, Any]


@blueprint.route("/districts/<uuid:district_id>")
@blueprint.requires(Permission.SETTINGS_READ, District)
@blueprint.response(200, DistrictSchema)
def get_district(access: Access, district: District) -> District:
    """Get your district with its settings.

    `settings` is complete: a setting that the district did not choose shows its default.
    `today` is the date in the district's time zone; rights and duties begin and end by it.
    """
    return district


@blueprint.route("/districts/<uuid:district_id>", methods=["PATCH"])
@blueprint.requires(Permission.SETTINGS_WRITE, District)
@blueprint.arguments(DistrictPatchSchema)
@blueprint.response(200, DistrictSchema)
def change_district(access: Access, district: District, fields: Fields) -> District:
    """Change your district's name, time zone or settings.

    Needs an office for the whole district. A setting of null returns to its
    default; settings that you leave out do not change.
    """
    return actions.change_district(district, access, fields)


@blueprint.route("/schools")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(SchoolSchema, listings.SCHOOLS)
def list_schools(access: Access) -> Any:
    """List the schools of your district.

    Schools no longer in use are in it; `is_active=true` leaves them out. Schools of
    other districts, where a student can be placed, are under `/host-schools`.
    """
    return access.select(School)


@blueprint.route("/schools", methods=["POST"])
@blueprint.requires(Permission.SETTINGS_WRITE)
@blueprint.refuses(Code.RECORD_DUPLICATE)
@blueprint.arguments(SchoolSchema)
@blueprint.response(201, SchoolSchema)
def add_school(access: Access, fields: Fields) -> School:
    """Add a school to your district.

    Needs an office for the whole district. A roster import adds schools by itself.
    """
    return actions.add_school(access, fields)


@blueprint.route("/schools/<uuid:school_id>")
@blueprint.requires(Permission.SETTINGS_READ, School)
@blueprint.response(200, SchoolSchema)
def get_school(access: Access, school: School) -> School:
    """Get a school of your district.

    Everybody of the district may read it. A school of another district is 404.
    """
    return school


@blueprint.route("/schools/<uuid:school_id>", methods=["PATCH"])
@blueprint.requires(Permission.SETTINGS_WRITE, School)
@blueprint.refuses(Code.RECORD_DUPLICATE)
@blueprint.arguments(SchoolPatchSchema)
@blueprint.response(200, SchoolSchema)
def change_school(access: Access, school: School, fields: Fields) -> School:
    """Correct a school: your own, or any school as a district admin.

    The next roster import overwrites the name and the state number.
    """
    return actions.change_school(school, access, fields)


@blueprint.route("/school-years")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(AcademicSessionSchema, listings.SESSIONS)
def list_school_years(access: Access) -> Any:
    """List the school years of your district.

    Years no longer in use are in it; `is_active=true` leaves them out. They come from
    the roster.
    """
    return access.select(AcademicSession).where(AcademicSession.type == actions.SCHOOL_YEAR)


@blueprint.route("/school-years/<uuid:school_year_id>")
@blueprint.requires(Permission.SETTINGS_READ, AcademicSession)
@blueprint.response(200, AcademicSessionSchema)
def get_school_year(access: Access, session: AcademicSession) -> AcademicSession:
    """Get a school year.

    `ends_on` is the first day after it. The id of a term is 404 here: terms are under
    `/terms`.
    """
    return actions.require_kind(session, is_year=True)


@blueprint.route("/terms")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(AcademicSessionSchema, listings.SESSIONS)
def list_terms(access: Access) -> Any:
    """List terms, semesters and grading periods.

    `parent_id` is the school year, or the longer term, that the term is a part of.
    """
    return access.select(AcademicSession).where(AcademicSession.type != actions.SCHOOL_YEAR)


@blueprint.route("/terms/<uuid:term_id>")
@blueprint.requires(Permission.SETTINGS_READ, AcademicSession)
@blueprint.response(200, AcademicSessionSchema)
def get_term(access: Access, session: AcademicSession) -> AcademicSession:
    """Get a term.

    `ends_on` is the first day after it. The id of a school year is 404 here: they are
    under `/school-years`.
    """
    return actions.require_kind(session, is_year=False)


@blueprint.route("/courses")
@blueprint.requires(Permission.SETTINGS_READ)
@blueprint.lists(CourseSchema, listings.COURSES)
def list_courses(access: Access) -> Any:
    """List the courses of your district.

    Courses no longer in use are in it; `is_active=true` leaves them out. They come from
    the roster, and no operation changes them.
    """
    return access.select(Course)


@blueprint.route("/courses/<uuid:course_id>")
@blueprint.requires(Permission.SETTINGS_READ, Course)
@blueprint.response(200, CourseSchema)
def get_course(access: Access, course: Course) -> Course:
    """Get a course.

    Everybody of the district may read it. It comes from the roster, and no operation
    changes it.
    """
    return course


@blueprint.route("/classes")
@blueprint.requires(Permission.CLASSES_READ)
@blueprint.lists(ClassSchema, listings.CLASSES)
def list_classes(access: Access) -> Any:
    """List the classes of your district, with their teachers of today.

    A class does not list its students: a student's classes are at
    `/students/{id}/enrollments`.
    """
    return access.select(Class)


@blueprint.route("/classes/<uuid:class_id>")
@blueprint.requires(Permission.CLASSES_READ, Class)
@blueprint.response(200, ClassSchema)
def get_class(access: Access, group: Class) -> Class:
    """Get a class with its teachers of today.

    Staff read classes; a student finds their own in their enrollments, and a parent in
    the child's. Past teachers are left out.
    """
    return group


@blueprint.route("/people")
@blueprint.requires(Permission.PEOPLE_READ)
@blueprint.lists(PersonSchema, listings.PEOPLE)
def list_people(access: Access) -> Any:
    """List or search the people of your district who are not students.

    Who does not keep the roster finds themselves alone. `role` finds the people who
    hold an office today. Students are listed under `/students`, where each reader
    sees the students they reach.
    """
    return listings.people(access)


@blueprint.route("/people", methods=["POST"])
@blueprint.requires(Permission.PEOPLE_WRITE)
@blueprint.refuses(Code.USERNAME_TAKEN)
@blueprint.arguments(PersonSchema)
@blueprint.response(201, PersonSchema)
def add_person(access: Access, fields: Fields) -> Person:
    """Add a person who is not a student: a parent, a member of staff.

    The new person reaches no student yet: add a relationship or an appointment,
    and invite them to sign in. Students are added at `/students`.
    """
    return actions.add_person(access, fields)


@blueprint.route("/people/<uuid:person_id>")
@blueprint.requires(Permission.PEOPLE_READ, Person)
@blueprint.response(200, PersonSchema)
def get_person(access: Access, person: Person) -> Person:
    """Get a person: yourself; for who keeps the roster any adult, or a student they reach.

    Everybody else is a 404: where a response holds a person's id, it has their name
    beside it. An office does not show you your own household: the other parent of
    your child is a 404.
    """
    return person


@blueprint.route("/people/<uuid:person_id>", methods=["PATCH"])
@blueprint.requires(Permission.PEOPLE_WRITE, Person)
@blueprint.refuses(Code.ACCOUNT_BEYOND_OFFICES, Code.ACTOR_IS_FAMILY, Code.USERNAME_TAKEN)
@blueprint.arguments(PersonPatchSchema)
@blueprint.response(200, PersonSchema)
def change_person(access: Access, person: Person, fields: Fields) -> Person:
    """Correct a person.

    `available_acts` of the person lists what you may do. A new `email` or
    `username` can let somebody else sign in (`change_sign_in`): to change them you
    need offices over everything the person reaches. If the person holds an
    office, only the district changes them. Nobody changes their own here. The
    next roster import overwrites the members that the roster has.
    """
    return actions.change_person(person, access, fields)


@blueprint.route("/people/<uuid:person_id>/actions", methods=["POST"])
@blueprint.requires(Permission.PEOPLE_WRITE, Person, changes=True, keyed=False)
@blueprint.refuses(
    Code.ACCOUNT_BEYOND_OFFICES,
    Code.ACTOR_IS_FAMILY,
    Code.ADDRESS_UNCONFIRMED,
    Code.ADMIN_IS_LAST,
    Code.MAIL_UNAVAILABLE,
)
@blueprint.arguments(PersonActionSchema)
@blueprint.response(200, PersonActedSchema)
def act_on_person(access: Access, person: Person, fields: Fields) -> Fields:
    """Invite a person to sign in, or revoke their access.

    `invite` makes a one-time code with which the person chooses a password. The
    code is mailed; the response contains it, to be printed, if the person has no
    e-mail, no mail server is set up, or `is_printed` is true. `invite` gives
    access back after `revoke`, and ends earlier codes. `revoke` ends every
    session at once.

    Both need offices over everything the person reaches: their students, classes
    and offices. If your offices cover only a part (one child of a parent with
    children at two schools), you can only have a code mailed to an address that
    you did not enter; the district does everything else. Only the district makes
    codes for a person who holds an office. Nobody does either to themselves
    (`permission_denied`) or to their own child (`actor_is_family`). In an urgent
    change of custody, end or suppress the relationship instead.

    The account of a former student is theirs: the code is mailed to the e-mail that they
    verified as their own, and is never printed (422 at `/is_printed`, or `mail_unavailable`).
    For who has none it is printed; if they have a password, it works after a week
    (`works_from`), and not if somebody signed in with the password since it was made.
    """
    acted = actions.act_on_person(person, access, **fields)
    annotate([person], PersonSchema, access)
    return acted


@blueprint.route("/students")
@blueprint.requires(Permission.ROSTER_READ)
@blueprint.lists(StudentSchema, listings.STUDENTS)
def list_students(access: Access) -> Any:
    """List or search the students whom you reach.

    A parent finds their children, an advisor their advisees, a school its own
    students and those placed there. The school that keeps the plan also finds
    students who have left; `is_enrolled=true` leaves them out.
    """
    return listings.students(access)


@blueprint.route("/students", methods=["POST"])
@blueprint.requires(Permission.ROSTER_WRITE)
@blueprint.refuses(Code.RECORD_DUPLICATE, Code.USERNAME_TAKEN)
@blueprint.arguments(StudentCreateSchema)
@blueprint.response(201, StudentSchema)
def add_student(access: Access, fields: Fields) -> Student:
    """Add a student, enrolled at your school.

    Makes the person, the student and the enrollment in one call. From grade 7 on
    it also opens a plan and this cycle's review.
    """
    return actions.add_student(access, fields)


@blueprint.route("/students/<uuid:student_id>")
@blueprint.requires(Permission.ROSTER_READ, Student)
@blueprint.response(200, StudentSchema)
def get_student(access: Access, student: Student) -> Student:
    """Get a student.

    Members that you may not see are left out: the preferred names and pronouns
    for a family to whom the student does not show them, the birth date for a
    teacher. `display_name` is always the name you may use.
    """
    return student


@blueprint.route("/students/<uuid:student_id>", methods=["PATCH"])
@blueprint.requires(Permission.ROSTER_WRITE, Student)
@blueprint.refuses(
    Code.ACCOUNT_BEYOND_OFFICES,
    Code.ACTOR_IS_FAMILY,
    Code.RECORD_DUPLICATE,
    Code.USERNAME_TAKEN,
)
@blueprint.arguments(StudentPatchSchema)
@blueprint.response(200, StudentSchema)
def change_student(access: Access, student: Student, fields: Fields) -> Student:
    """Correct a student.

    A new `grade` ends the enrollment in the old grade today and begins another,
    so that reports of the past stay true. The next roster import overwrites the
    members that the roster has.
    """
    return actions.change_student(student, access, fields)


@blueprint.route("/students/<uuid:student_id>/names", methods=["PATCH"])
@blueprint.requires(Permission.NAMES_WRITE, Student)
@blueprint.arguments(StudentNamesSchema)
@blueprint.response(200, StudentSchema)
def choose_names(access: Access, student: Student, fields: Fields) -> Student:
    """Choose, as the student, your names and pronouns and who sees them.

    The school sees preferred names and pronouns; your family sees them only with
    `family_uses_preferred`. That hides them in daily use only: a parent who
    has the right to inspect the record can find them there.
    """
    return actions.choose_names(student, access, fields)


@blueprint.route("/students/<uuid:student_id>/rights-transfer", methods=["PUT"])
@blueprint.requires(Permission.ROSTER_WRITE, Student)
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.arguments(RightsTransferSchema)
@blueprint.response(200, StudentSchema)
def set_rights_transfer(access: Access, student: Student, fields: Fields) -> Student:
    """Record that rights move to the student before 18, and why.

    The basis is emancipation, or early college without high-school enrollment.
    Both are our reading of the law; the district's counsel must confirm them.
    The parents' reach ends on the day `on`. `age` takes an earlier record back.
    """
    return actions.set_rights_transfer(student, access, **fields)


@blueprint.route("/students/<uuid:student_id>/school-enrollments")
@blueprint.requires(Permission.ROSTER_READ, Student)
@blueprint.lists(SchoolEnrollmentSchema, listings.SCHOOL_ENROLLMENTS)
def list_school_enrollments(access: Access, student: Student) -> Any:
    """List the schools and grades a student was and is enrolled in.

    Enrollments that ended stay in the list. Whoever reads the student in the roster
    reads them.
    """
    return access.select(SchoolEnrollment).where(SchoolEnrollment.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/school-enrollments", methods=["POST"])
@blueprint.requires(Permission.ROSTER_WRITE, Student)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.RECORD_DUPLICATE)
@blueprint.arguments(SchoolEnrollmentSchema)
@blueprint.response(201, SchoolEnrollmentSchema)
def enroll_student(access: Access, student: Student, fields: Fields) -> SchoolEnrollment:
    """Enroll a student at a school of your district.

    The school may be another than yours: that is how a student changes schools.
    From grade 7 on, a plan and this cycle's review are opened. An enrollment that
    begins later changes the student's grade and home school only if the student
    attends no school today.
    """
    return actions.enroll(student, access, fields)


@blueprint.route("/school-enrollments/<uuid:school_enrollment_id>")
@blueprint.requires(Permission.ROSTER_READ, SchoolEnrollment)
@blueprint.response(200, SchoolEnrollmentSchema)
def get_school_enrollment(access: Access, enrollment: SchoolEnrollment) -> SchoolEnrollment:
    """Get an enrollment at a school.

    `ends_on` is the first day on which the student is no longer enrolled. Who does not
    reach the student gets 404.
    """
    return enrollment


@blueprint.route("/school-enrollments/<uuid:school_enrollment_id>", methods=["PATCH"])
@blueprint.requires(Permission.ROSTER_WRITE, SchoolEnrollment)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.RECORD_DUPLICATE)
@blueprint.arguments(SchoolEnrollmentPatchSchema)
@blueprint.response(200, SchoolEnrollmentSchema)
def change_school_enrollment(
    access: Access, enrollment: SchoolEnrollment, fields: Fields
) -> SchoolEnrollment:
    """End an enrollment at a school, or correct its dates.

    When a student leaves, set `ends_on` and `exit_code`. The school that keeps
    the plan does not change.
    """
    return actions.change_enrollment(enrollment, access, fields)


@blueprint.route("/students/<uuid:student_id>/enrollments")
@blueprint.requires(Permission.ROSTER_READ, Student)
@blueprint.lists(EnrollmentSchema, listings.ENROLLMENTS)
def list_enrollments(access: Access, student: Student) -> Any:
    """List the classes a student was and is in.

    Past classes stay in the list, with the day on which the enrollment ended. Whoever
    reads the student in the roster reads it.
    """
    return access.select(Enrollment).where(Enrollment.person_id == student.id)


@blueprint.route("/students/<uuid:student_id>/enrollments", methods=["POST"])
@blueprint.requires(Permission.ROSTER_WRITE, Student)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.RECORD_DUPLICATE)
@blueprint.arguments(EnrollmentSchema)
@blueprint.response(201, EnrollmentSchema)
def join_class(access: Access, student: Student, fields: Fields) -> Enrollment:
    """Put a student into a class.

    Its teachers reach the student from `starts_on` until `ends_on`.
    """
    return actions.join_class(student, access, fields)


@blueprint.route("/enrollments/<uuid:enrollment_id>")
@blueprint.requires(Permission.ROSTER_READ, Enrollment)
@blueprint.response(200, EnrollmentSchema)
def get_enrollment(access: Access, enrollment: Enrollment) -> Enrollment:
    """Get a student's time in a class.

    `ends_on` is the first day on which the student is no longer in the class. Who does
    not reach the student gets 404.
    """
    return enrollment


@blueprint.route("/enrollments/<uuid:enrollment_id>", methods=["PATCH"])
@blueprint.requires(Permission.ROSTER_WRITE, Enrollment)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.RECORD_DUPLICATE)
@blueprint.arguments(EnrollmentPatchSchema)
@blueprint.response(200, EnrollmentSchema)
def change_enrollment(access: Access, enrollment: Enrollment, fields: Fields) -> Enrollment:
    """End a student's time in a class, or correct its dates."""
    return actions.change_membership(enrollment, access, fields)
