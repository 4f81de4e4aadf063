"""Routes of relationships, placements, appointments and advisories."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import (
    Advisory,
    AdvisoryAdvisor,
    AdvisoryMember,
    Appointment,
    Placement,
    Relationship,
)
from plp_api.people.relationships import actions, advisories, home_studies, listings
from plp_api.people.relationships.schemas import (
    AdvisoryAdvisorPatchSchema,
    AdvisoryAdvisorSchema,
    AdvisoryMemberSchema,
    AdvisoryPatchSchema,
    AdvisorySchema,
    AppointmentSchema,
    HomeStudySchema,
    HostSchoolSchema,
    PlacementPatchSchema,
    PlacementSchema,
    RelationshipActionFieldsSchema,
    RelationshipPatchSchema,
    RelationshipSchema,
    SpanPatchSchema,
)

blueprint = Blueprint(
    "Relationships",
    __name__,
    "Relationships of people to students, placements, appointments and advisories.",
)
Fields = dict[str, Any]


@blueprint.route("/relationships")
@blueprint.requires(Permission.RELATIONSHIPS_READ)
@blueprint.lists(RelationshipSchema, listings.RELATIONSHIPS)
def list_relationships(access: Access) -> Any:
    """List the relationships of the students whom you reach.

    `status=unconfirmed` lists the family relationships from a roster that nobody has
    confirmed or suppressed yet: `/relationships/actions` takes up to fifty of them in
    one call. A parent finds their own relationships and no others.
    """
    return access.select(Relationship)


@blueprint.route("/students/<uuid:student_id>/relationships")
@blueprint.requires(Permission.RELATIONSHIPS_READ, Student)
@blueprint.lists(RelationshipSchema, listings.RELATIONSHIPS)
def list_relationships_of_student(access: Access, student: Student) -> Any:
    """List the relationships of a student.

    A parent finds their own relationship and no other, even if they also hold an
    office: never another parent's name, and never a court order.
    """
    return access.select(Relationship).where(Relationship.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/relationships", methods=["POST"])
@blueprint.requires(Permission.RELATIONSHIPS_WRITE, Student)
@blueprint.refuses(
    Code.ACTOR_IS_FAMILY,
    Code.ACCOUNT_BEYOND_OFFICES,
    Code.PERSON_IS_STUDENT,
    Code.RELATIONSHIP_EXISTS,
    Code.RELATIONSHIP_SUPPRESSED,
)
@blueprint.arguments(RelationshipSchema)
@blueprint.response(201, RelationshipSchema)
def add_relationship(access: Access, student: Student, fields: Fields) -> Relationship:
    """Add a relationship of a person of your district to a student, confirmed by you.

    The kind `parent` needs `parent_kind`. By default a parent or guardian may
    inspect and decide, and the other kinds of parent may not. Nobody adds a
    relationship of their own.
    """
    return actions.relate(student, access, fields)


@blueprint.route("/relationships/<uuid:relationship_id>")
@blueprint.requires(Permission.RELATIONSHIPS_READ, Relationship)
@blueprint.response(200, RelationshipSchema)
def get_relationship(access: Access, relationship: Relationship) -> Relationship:
    """Get a relationship.

    `basis` and `order_reference` are for staff who are not the family.
    """
    return relationship


@blueprint.route("/relationships/<uuid:relationship_id>", methods=["PATCH"])
@blueprint.requires(Permission.RELATIONSHIPS_WRITE, Relationship)
@blueprint.refuses(
    Code.ACTION_UNAVAILABLE,
    Code.ACTOR_IS_FAMILY,
    Code.RELATIONSHIP_EXISTS,
    Code.RELATIONSHIP_SUPPRESSED,
)
@blueprint.arguments(RelationshipPatchSchema)
@blueprint.response(200, RelationshipSchema)
def change_relationship(access: Access, relationship: Relationship, fields: Fields) -> Relationship:
    """Change a relationship: rights, order, dates.

    A change that takes a right away from a parent holds at once. A relationship with
    an `advisory_id` takes its dates from the members and advisors of that advisory.
    """
    return actions.change_relationship(relationship, access, fields)


blueprint.actions(
    "/relationships", Relationship, RelationshipSchema, RelationshipActionFieldsSchema
)


@blueprint.route("/host-schools")
@blueprint.requires(Permission.ROSTER_WRITE)
@blueprint.lists(HostSchoolSchema, listings.HOST_SCHOOLS)
def list_host_schools(access: Access) -> Any:
    """List the schools at which a student can be placed, including other districts' schools.

    For whoever keeps the roster; a school's name and district are no secret within the
    installation. Schools no longer in use are left out.
    """
    return listings.host_schools()


@blueprint.route("/students/<uuid:student_id>/placements")
@blueprint.requires(Permission.ROSTER_READ, Student)
@blueprint.lists(PlacementSchema, listings.PLACEMENTS)
def list_placements(access: Access, student: Student) -> Any:
    """List a student's placements at other schools, past and current.

    Placements that ended stay in the list. A host school may be in another district.
    """
    return access.select(Placement).where(Placement.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/placements", methods=["POST"])
@blueprint.requires(Permission.ROSTER_WRITE, Student)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.RECORD_DUPLICATE)
@blueprint.arguments(PlacementSchema)
@blueprint.response(201, PlacementSchema)
def add_placement(access: Access, student: Student, fields: Fields) -> Placement:
    """Place a student at another school, of your district or another.

    During the placement the staff of that school reach the student as they reach
    their own students. Only the student's own district writes roster rows and
    relationships.
    """
    return actions.place(student, access, fields)


@blueprint.route("/placements/<uuid:placement_id>")
@blueprint.requires(Permission.ROSTER_READ, Placement)
@blueprint.response(200, PlacementSchema)
def get_placement(access: Access, placement: Placement) -> Placement:
    """Get a placement.

    While it lasts, the host school reads and works with the student; what the home
    school decides stays with it, unless `kind` is `tuition`. `ends_on` is the first day
    after it.
    """
    return placement


@blueprint.route("/placements/<uuid:placement_id>", methods=["PATCH"])
@blueprint.requires(Permission.ROSTER_WRITE, Placement)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.RECORD_DUPLICATE)
@blueprint.arguments(PlacementPatchSchema)
@blueprint.response(200, PlacementSchema)
def change_placement(access: Access, placement: Placement, fields: Fields) -> Placement:
    """End a placement, or correct it; another school needs a new placement."""
    return actions.change_placement(placement, access, fields)


@blueprint.route("/students/<uuid:student_id>/home-studies")
@blueprint.requires(Permission.ROSTER_READ, Student)
@blueprint.lists(HomeStudySchema, listings.HOME_STUDIES)
def list_home_studies(access: Access, student: Student) -> Any:
    """List a student's spans of home study, past and current.

    Spans that ended stay in the list. While one lasts, the family keeps the plan, and
    the school reads neither the plan nor its goals, reviews and signatures.
    """
    return access.select(HomeStudy).where(HomeStudy.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/home-studies", methods=["POST"])
@blueprint.requires(Permission.ROSTER_WRITE, Student)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.HOME_STUDY_EXISTS)
@blueprint.arguments(HomeStudySchema)
@blueprint.response(201, HomeStudySchema)
def add_home_study(access: Access, student: Student, fields: Fields) -> HomeStudy:
    """Record that a student studies at home for a span.

    16 V.S.A. 942 makes an exception for home study: during it, only the student and
    the parents are responsible for the plan. They write it and put versions in force
    (`put_in_force`). No staff member reads the plan, the goals or the reviews, and
    coverage reports leave the plan out. An open review is excepted. The school
    still reads the pathway elements that it must decide.
    """
    return home_studies.begin(student, access, fields)


@blueprint.route("/home-studies/<uuid:home_study_id>")
@blueprint.requires(Permission.ROSTER_READ, HomeStudy)
@blueprint.response(200, HomeStudySchema)
def get_home_study(access: Access, home_study: HomeStudy) -> HomeStudy:
    """Get a span of home study.

    While it lasts, the family keeps the plan, and the school reads neither the plan nor
    its goals, reviews and signatures. `ends_on` is the first day after it.
    """
    return home_study


@blueprint.route("/home-studies/<uuid:home_study_id>", methods=["PATCH"])
@blueprint.requires(Permission.ROSTER_WRITE, HomeStudy)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.HOME_STUDY_EXISTS)
@blueprint.arguments(SpanPatchSchema)
@blueprint.response(200, HomeStudySchema)
def change_home_study(access: Access, home_study: HomeStudy, fields: Fields) -> HomeStudy:
    """Correct a span of home study, or end it with `ends_on`.

    From that day on the school reads the plan again, with all its versions, and this
    cycle's review is open. The review is due no sooner than a late entry's would be.
    """
    return home_studies.change(home_study, access, fields)


@blueprint.route("/appointments")
@blueprint.requires(Permission.APPOINTMENTS_READ)
@blueprint.lists(AppointmentSchema, listings.APPOINTMENTS)
def list_appointments(access: Access) -> Any:
    """List the appointments in your district: who holds which office.

    For registrars, admins and auditors. Offices that ended or have not begun are in it
    too; `is_current=true` leaves them out.
    """
    return access.select(Appointment)


@blueprint.route("/appointments", methods=["POST"])
@blueprint.requires(Permission.APPOINTMENTS_WRITE)
@blueprint.refuses(Code.ACCOUNT_BEYOND_OFFICES, Code.PERSON_IS_STUDENT, Code.RECORD_DUPLICATE)
@blueprint.arguments(AppointmentSchema)
@blueprint.response(201, AppointmentSchema)
def add_appointment(access: Access, fields: Fields) -> Appointment:
    """Give a person an office.

    You appoint at your own school; a district admin also appoints for the whole
    district (`school_id` null). An auditor's office needs an end date, and gives
    access to a sample of records: either the students you name, or `sample_size`
    students drawn at random among those enrolled today in grades 7-12. Nobody
    appoints themselves.
    """
    return actions.appoint(access, fields)


@blueprint.route("/appointments/<uuid:appointment_id>")
@blueprint.requires(Permission.APPOINTMENTS_READ, Appointment)
@blueprint.response(200, AppointmentSchema)
def get_appointment(access: Access, appointment: Appointment) -> Appointment:
    """Get an appointment; an auditor's appointment includes its sample.

    The sample names only the students whom you reach yourself. `ends_on` is the first
    day on which the office is no longer held.
    """
    return appointment


@blueprint.route("/appointments/<uuid:appointment_id>", methods=["PATCH"])
@blueprint.requires(Permission.APPOINTMENTS_WRITE, Appointment)
@blueprint.refuses(
    Code.RECORD_DUPLICATE, Code.ACTOR_IS_FAMILY, Code.ACCOUNT_BEYOND_OFFICES, Code.ADMIN_IS_LAST
)
@blueprint.arguments(SpanPatchSchema)
@blueprint.response(200, AppointmentSchema)
def change_appointment(access: Access, appointment: Appointment, fields: Fields) -> Appointment:
    """End an appointment, or correct its dates; another office needs a new appointment."""
    return actions.change_appointment(appointment, access, fields)


@blueprint.route("/advisories")
@blueprint.requires(Permission.ADVISORIES_READ)
@blueprint.lists(AdvisorySchema, listings.ADVISORIES)
def list_advisories(access: Access) -> Any:
    """List advisories with their advisors of today; a student finds only their own.

    Closed ones are in it too; `is_active=true` leaves them out. A parent reads none:
    403.
    """
    return access.select(Advisory)


@blueprint.route("/advisories", methods=["POST"])
@blueprint.requires(Permission.ADVISORIES_WRITE)
@blueprint.arguments(AdvisorySchema)
@blueprint.response(201, AdvisorySchema)
def add_advisory(access: Access, fields: Fields) -> Advisory:
    """Open an advisory at your school.

    Its school must be one that your office covers; another school is 403. It has nobody
    in it yet: add its advisors and its members next.
    """
    return advisories.open_advisory(access, fields)


@blueprint.route("/advisories/<uuid:advisory_id>")
@blueprint.requires(Permission.ADVISORIES_READ, Advisory)
@blueprint.response(200, AdvisorySchema)
def get_advisory(access: Access, advisory: Advisory) -> Advisory:
    """Get an advisory with its advisors of today.

    A student reads the advisory they are in; a parent reads none. Past advisors are in
    its list of advisors.
    """
    return advisory


@blueprint.route("/advisories/<uuid:advisory_id>", methods=["PATCH"])
@blueprint.requires(Permission.ADVISORIES_WRITE, Advisory)
@blueprint.arguments(AdvisoryPatchSchema)
@blueprint.response(200, AdvisorySchema)
def change_advisory(access: Access, advisory: Advisory, fields: Fields) -> Advisory:
    """Rename an advisory, or close it.

    A closed advisory keeps its members and advisors: end these to end the
    relationships that follow from them.
    """
    return advisories.change_advisory(advisory, access, fields)


@blueprint.route("/advisories/<uuid:advisory_id>/members")
@blueprint.requires(Permission.ADVISORIES_READ, Advisory)
@blueprint.lists(AdvisoryMemberSchema, listings.MEMBERS)
def list_advisory_members(access: Access, advisory: Advisory) -> Any:
    """List the students of an advisory whom you reach.

    Members whom you do not reach are left out, so the list may be shorter than the
    advisory. Past members stay in it, with the day on which their time ended.
    """
    return access.select(AdvisoryMember).where(AdvisoryMember.advisory_id == advisory.id)


@blueprint.route("/advisories/<uuid:advisory_id>/members", methods=["POST"])
@blueprint.requires(Permission.ADVISORIES_WRITE, Advisory)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.RECORD_DUPLICATE)
@blueprint.arguments(AdvisoryMemberSchema)
@blueprint.response(201, AdvisoryMemberSchema)
def add_advisory_member(access: Access, advisory: Advisory, fields: Fields) -> AdvisoryMember:
    """Add a student to an advisory.

    Its advisors become the student's advisors, for as long as both are in the advisory.
    """
    return advisories.add_member(advisory, access, fields)


@blueprint.route("/advisory-members/<uuid:advisory_member_id>")
@blueprint.requires(Permission.RELATIONSHIPS_READ, AdvisoryMember)
@blueprint.response(200, AdvisoryMemberSchema)
def get_advisory_member(access: Access, member: AdvisoryMember) -> AdvisoryMember:
    """Get a student's time in an advisory.

    `ends_on` is the first day on which the student is no longer in it. Who does not
    reach the student gets 404.
    """
    return member


@blueprint.route("/advisory-members/<uuid:advisory_member_id>", methods=["PATCH"])
@blueprint.requires(Permission.ADVISORIES_WRITE, AdvisoryMember)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.RECORD_DUPLICATE)
@blueprint.arguments(SpanPatchSchema)
@blueprint.response(200, AdvisoryMemberSchema)
def change_advisory_member(
    access: Access, member: AdvisoryMember, fields: Fields
) -> AdvisoryMember:
    """End a student's time in an advisory, or correct its dates; relationships follow."""
    return advisories.change_member(member, access, fields)


@blueprint.route("/advisories/<uuid:advisory_id>/advisors")
@blueprint.requires(Permission.ADVISORIES_READ, Advisory)
@blueprint.lists(AdvisoryAdvisorSchema, listings.ADVISORS)
def list_advisory_advisors(access: Access, advisory: Advisory) -> Any:
    """List the past and current advisors of an advisory.

    Those who advise no longer stay in the list, with the day on which it ended.
    `is_current=true` leaves them out.
    """
    return access.select(AdvisoryAdvisor).where(AdvisoryAdvisor.advisory_id == advisory.id)


@blueprint.route("/advisories/<uuid:advisory_id>/advisors", methods=["POST"])
@blueprint.requires(Permission.ADVISORIES_WRITE, Advisory)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.PERSON_IS_STUDENT, Code.RECORD_DUPLICATE)
@blueprint.arguments(AdvisoryAdvisorSchema)
@blueprint.response(201, AdvisoryAdvisorSchema)
def add_advisory_advisor(access: Access, advisory: Advisory, fields: Fields) -> AdvisoryAdvisor:
    """Add an advisor to an advisory: its members become their advisees."""
    return advisories.add_advisor(advisory, access, fields)


@blueprint.route("/advisory-advisors/<uuid:advisory_advisor_id>")
@blueprint.requires(Permission.ADVISORIES_READ, AdvisoryAdvisor)
@blueprint.response(200, AdvisoryAdvisorSchema)
def get_advisory_advisor(access: Access, advisor: AdvisoryAdvisor) -> AdvisoryAdvisor:
    """Get an advisor's time with an advisory.

    `ends_on` is the first day on which they no longer advise. While it lasts, each
    member of the advisory is their advisee.
    """
    return advisor


@blueprint.route("/advisory-advisors/<uuid:advisory_advisor_id>", methods=["PATCH"])
@blueprint.requires(Permission.ADVISORIES_WRITE, AdvisoryAdvisor)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.RECORD_DUPLICATE)
@blueprint.arguments(AdvisoryAdvisorPatchSchema)
@blueprint.response(200, AdvisoryAdvisorSchema)
def change_advisory_advisor(
    access: Access, advisor: AdvisoryAdvisor, fields: Fields
) -> AdvisoryAdvisor:
    """End an advisor's time with an advisory, or correct it; relationships follow."""
    return advisories.change_advisor(advisor, access, fields)
