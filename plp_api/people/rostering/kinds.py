"""Import the kinds of rows that have their own sourcedId, and students.

Each function imports one kind into the stored tables. They run in the order of this module, so
that a row is imported after the rows it refers to.
"""

from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Table,
    Uuid,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union,
    update,
)

from plp_api.foundation import db
from plp_api.foundation.imports.staging import gather_statistics
from plp_api.foundation.roster import birth_dates, leaving, spans, terms
from plp_api.foundation.roster.classes import (
    AcademicSession,
    Class,
    Course,
    Enrollment,
    EnrollmentRole,
)
from plp_api.foundation.roster.models import (
    Person,
    PersonStatus,
    RightsTransferBasis,
    School,
    Student,
)
from plp_api.people.identity.models import PersonalEmail
from plp_api.people.rostering import importer
from plp_api.people.rostering.difference import (
    CREATED,
    REACTIVATED,
    REMOVED,
    SKIPPED,
    UPDATED,
    Comparison,
    Kind,
    absent,
    compare,
    execute,
    mark,
    refer,
    remove,
    switched,
    write,
)
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.models import Leaver
from plp_api.people.rostering.staging import (
    CLASSES,
    COURSES,
    DEMOGRAPHICS,
    ENROLLMENTS,
    ORGS,
    ROLES,
    SESSIONS,
    STUDENTS,
    USERS,
)

SCHOOLS_TABLE = cast(Table, School.__table__)
SESSIONS_TABLE = cast(Table, AcademicSession.__table__)
COURSES_TABLE = cast(Table, Course.__table__)
CLASSES_TABLE = cast(Table, Class.__table__)
PEOPLE_TABLE = cast(Table, Person.__table__)
STUDENTS_TABLE = cast(Table, Student.__table__)
ENROLLMENTS_TABLE = cast(Table, Enrollment.__table__)
LEAVERS_TABLE = cast(Table, Leaver.__table__)

LONGEST_STATE_ORG_ID = 32
SCHOOL_YEAR = "schoolYear"
LONGEST_YEAR = timedelta(days=366)


def _bring(kind: Kind, comparison: Comparison, in_summer: Any = None) -> None:
    compare(kind, comparison)
    write(kind, comparison)
    remove(kind, comparison, in_summer)


def _are_others(staged: Table) -> Any:
    """Whether the package has any of these rows: in summer an empty file removes nothing."""
    return exists().select_from(staged)


def _skip_unresolved(
    staged: Table, file: str, comparison: Comparison, column: str, header: str, target: str
) -> None:
    """Skip rows whose reference has no stored row.

    If the referenced file is in the package, the reference names a row that is not stored here;
    if it is not, the identifier names nothing.
    """
    unresolved = and_(staged.c[column].is_(None), staged.c.state.is_(None))
    code = Code.ROW_SKIPPED if target in comparison.files else Code.DANGLING_REFERENCE
    rows = select(staged.c.row).where(unresolved).order_by(staged.c.row)
    for row in db.session().scalars(rows):
        comparison.findings.add(code, f"{file}.csv", row, header)
    execute(update(staged).where(unresolved).values(state=SKIPPED))


def bring_schools(comparison: Comparison) -> None:
    """Import orgs of type school; the district is known by now, and other orgs are not stored."""
    if "orgs" not in comparison.files:
        return
    identifier = ORGS.c.identifier
    is_short = func.length(identifier) <= LONGEST_STATE_ORG_ID
    kind = Kind(
        "schools",
        ORGS,
        SCHOOLS_TABLE,
        {"name": ORGS.c.name, "state_org_id": case((is_short, identifier))},
        keeps=frozenset({"state_org_id"}),
        **switched(SCHOOLS_TABLE),
    )
    execute(delete(ORGS).where(ORGS.c.type == "district"))
    execute(update(ORGS).where(ORGS.c.type != "school").values(state=SKIPPED))
    _bring(kind, comparison)


def bring_sessions(comparison: Comparison) -> None:
    """Import school years and their terms."""
    if "academicSessions" not in comparison.files:
        return
    values = {
        name: SESSIONS.c[name] for name in ("title", "type", "starts_on", "ends_on", "school_year")
    }
    kind = Kind("academic_sessions", SESSIONS, SESSIONS_TABLE, values, **switched(SESSIONS_TABLE))
    _bring(kind, comparison, in_summer=_are_others(SESSIONS))
    _join_terms_to_years(comparison)


def year_start(comparison: Comparison) -> date:
    """The first day of the latest school year that has begun."""
    began = select(func.max(SESSIONS_TABLE.c.starts_on)).where(
        SESSIONS_TABLE.c.district_id == comparison.district_id,
        SESSIONS_TABLE.c.type == SCHOOL_YEAR,
        SESSIONS_TABLE.c.starts_on <= comparison.today,
    )
    return db.session().scalar(began) or comparison.today - LONGEST_YEAR


def _join_terms_to_years(comparison: Comparison) -> None:
    parent = SESSIONS_TABLE.alias("parent")
    is_parent = and_(
        parent.c.district_id == comparison.district_id, parent.c.sourced_id == SESSIONS.c.parent
    )
    statement = update(SESSIONS_TABLE).where(
        SESSIONS_TABLE.c.id == SESSIONS.c.id,
        is_parent,
        SESSIONS_TABLE.c.parent_id.is_distinct_from(parent.c.id),
    )
    execute(statement.values(parent_id=parent.c.id))


def bring_courses(comparison: Comparison) -> None:
    """Import courses."""
    if "courses" not in comparison.files:
        return
    values = {"title": COURSES.c.title, "code": COURSES.c.code}
    kind = Kind("courses", COURSES, COURSES_TABLE, values, **switched(COURSES_TABLE))
    _bring(kind, comparison, in_summer=_are_others(COURSES))


def bring_classes(comparison: Comparison) -> None:
    """Import classes; skip and report those whose school is not stored in the district.

    A skipped class that an earlier import stored becomes inactive, also in summer.
    """
    if "classes" not in comparison.files:
        return
    refer(
        CLASSES,
        comparison,
        course_id=("course", COURSES_TABLE),
        school_id=("school", SCHOOLS_TABLE),
    )
    _skip_unresolved(CLASSES, "classes", comparison, "school_id", "schoolSourcedId", "orgs")
    names = ("title", "code", "type", "course_id", "school_id")
    values = {name: CLASSES.c[name] for name in names}
    kind = Kind("classes", CLASSES, CLASSES_TABLE, values, **switched(CLASSES_TABLE))
    _bring(kind, comparison, in_summer=_are_others(CLASSES))


def bring_people(comparison: Comparison, columns: frozenset[str]) -> None:
    """Import users; `columns` are the columns of users.csv, as an absent one changes nothing.

    Preferred names and pronouns are the student's own: the roster may fill but never blank them.
    """
    if "users" not in comparison.files:
        return
    is_stated = {
        "middle_name": "middleName" in columns,
        "email": "email" in columns,
        "phone": bool(columns & {"phone", "sms"}),
    }
    own = ("preferred_given_name", "preferred_family_name", "pronouns")
    names = ("username", "given_name", "family_name", *is_stated, *own)
    entered = _entered(comparison)
    is_disabled = USERS.c.is_enabled.is_(False)
    left = exists().where(LEAVERS_TABLE.c.person_id == PEOPLE_TABLE.c.id)
    kind = Kind(
        "people",
        USERS,
        PEOPLE_TABLE,
        {name: USERS.c[name] for name in names},
        is_active=and_(
            PEOPLE_TABLE.c.status == PersonStatus.ACTIVE,
            ~importer.is_barred(PEOPLE_TABLE.c.id),
            ~_keeps_account(comparison),
        ),
        is_back=and_(USERS.c.is_enabled, left),
        revived={"status": PersonStatus.ACTIVE},
        removed={"status": PersonStatus.DISABLED},
        keeps=frozenset(own) | {name for name, stated in is_stated.items() if not stated},
        changes=_who_entered_emails(comparison),
        only_new={
            "status": case((is_disabled, PersonStatus.DISABLED), else_=PersonStatus.ACTIVE),
            **{name: case((USERS.c.email.is_not(None), value)) for name, value in entered.items()},
        },
    )
    importer.leave_accounts(PEOPLE_TABLE, comparison)
    compare(kind, comparison)
    write(kind, comparison)
    _welcome_back()
    _disable(comparison)
    _record_leavers(comparison, absent(kind, comparison))
    remove(kind, comparison)


def _keeps_account(comparison: Comparison) -> ColumnElement[bool]:
    """Former students who verified an e-mail of their own: no roster ends their sign-in.

    A person closed their plan. This import may be the one that ends their enrollments.
    """
    own = exists().where(
        PersonalEmail.person_id == PEOPLE_TABLE.c.id, PersonalEmail.verified_at.is_not(None)
    )
    return and_(own, leaving.is_closed(PEOPLE_TABLE.c.id, comparison.today))


def _entered(comparison: Comparison) -> dict[str, Any]:
    """The person who counts as having entered the package's e-mails, and the day.

    None for the operator, and for an importer who may give the district's offices.
    """
    by = importer.enters_emails(comparison)
    on = comparison.today if by else None
    return {"email_set_by": literal(by, Uuid()), "email_set_on": literal(on, Date())}


def _who_entered_emails(comparison: Comparison) -> dict[str, Any]:
    """By whom an e-mail was entered: the importer if it changes, else as stored."""
    is_same = or_(USERS.c.email.is_(None), USERS.c.email == PEOPLE_TABLE.c.email)
    entered = _entered(comparison).items()
    return {name: case((is_same, PEOPLE_TABLE.c[name]), else_=value) for name, value in entered}


def _welcome_back() -> None:
    back = select(USERS.c.id).where(USERS.c.state == REACTIVATED)
    execute(delete(LEAVERS_TABLE).where(LEAVERS_TABLE.c.person_id.in_(back)))


def _disable(comparison: Comparison) -> None:
    """Disable people whom the roster marks as disabled, and record them as leavers."""
    is_active = and_(PEOPLE_TABLE.c.status == PersonStatus.ACTIVE, ~_keeps_account(comparison))
    named = select(USERS.c.id).join(PEOPLE_TABLE, PEOPLE_TABLE.c.id == USERS.c.id)
    leaving = named.where(USERS.c.is_enabled.is_(False), or_(is_active, USERS.c.state == CREATED))
    _record_leavers(comparison, PEOPLE_TABLE.c.id.in_(leaving))
    disabled = {"status": PersonStatus.DISABLED, "version": PEOPLE_TABLE.c.version + 1}
    same = PEOPLE_TABLE.c.id == USERS.c.id
    statement = update(PEOPLE_TABLE).where(same, USERS.c.is_enabled.is_(False), is_active)
    comparison.note("people", REMOVED, execute(statement.values(disabled)))


def _record_leavers(comparison: Comparison, criterion: Any) -> None:
    is_recorded = exists().where(LEAVERS_TABLE.c.person_id == PEOPLE_TABLE.c.id)
    leavers = select(
        PEOPLE_TABLE.c.id, literal(comparison.district_id), literal(comparison.today)
    ).where(criterion, ~is_recorded)
    execute(insert(LEAVERS_TABLE).from_select(["person_id", "district_id", "left_on"], leavers))


def place_roles(comparison: Comparison) -> None:
    """Set person, school and office of every staged role."""
    if "roles" not in comparison.files:
        return
    offices = comparison.settings.offices.items()
    office = case(*((ROLES.c.role == role, given) for role, given in offices), else_=None)
    refer(
        ROLES,
        comparison,
        {"office": office},
        person_id=("user", PEOPLE_TABLE),
        school_id=("org", SCHOOLS_TABLE),
    )


def place_students_elsewhere(comparison: Comparison) -> None:
    """Place students without a school at the school of the district's setting, or report them.

    Their role is at the district itself, or at another org that is not a school.
    """
    if "roles" not in comparison.files:
        return
    other = ROLES.alias("other")
    is_student = and_(ROLES.c.role == "student", ROLES.c.person_id.is_not(None))
    is_elsewhere = and_(
        is_student,
        ROLES.c.school_id.is_(None),
        is_current(ROLES, comparison),
        ~exists().where(
            other.c.person_id == ROLES.c.person_id,
            other.c.role == "student",
            other.c.school_id.is_not(None),
            is_current(other, comparison),
        ),
    )
    school_id = _school_for_elsewhere(comparison)
    if school_id is not None:
        execute(update(ROLES).where(is_elsewhere).values(school_id=school_id))
        return
    rows = select(ROLES.c.row).where(is_elsewhere).order_by(ROLES.c.row)
    column = "orgSourcedId" if comparison.version == "1.2" else "orgSourcedIds"
    for row in db.session().scalars(rows):
        comparison.findings.add(Code.STUDENT_WITHOUT_SCHOOL, comparison.file_of_roles, row, column)


def _school_for_elsewhere(comparison: Comparison) -> UUID | None:
    """The school of the district's setting, if it is active."""
    chosen = comparison.settings.school_for_students_elsewhere
    if chosen is None:
        return None
    open_school = select(School.id).where(
        School.id == UUID(chosen), School.district_id == comparison.district_id, School.is_active
    )
    return db.session().scalar(open_school)


def is_current(staged: Any, comparison: Comparison) -> Any:
    """SQL: whether a staged span has not ended yet."""
    return spans.is_not_over(staged.c, comparison.today)


def bring_students(comparison: Comparison) -> None:
    """Import people with the role of a student, with their demographics."""
    _stage_students(comparison)
    importer.leave_students(STUDENTS_TABLE, comparison)
    names = ("grade", "plan_home_school_id", "state_student_id", "birth_date")
    values = {name: STUDENTS.c[name] for name in names}
    kind = Kind(
        "students",
        STUDENTS,
        STUDENTS_TABLE,
        {**values, "rights_transfer_on": _rights_of_new(comparison)},
        is_active=STUDENTS_TABLE.c.id.is_not(None),
        is_back=STUDENTS_TABLE.c.id.is_(None),
        removed={},
        keeps=frozenset(names),
        changes=_what_birth_dates_change(comparison),
        only_new={"entered_on": STUDENTS.c.entered_on},
    )
    mark(kind, STUDENTS_TABLE.c.id == STUDENTS.c.person_id, STUDENTS.c.person_id)
    write(kind, comparison)
    _move_rights_by_corrected_grades(comparison)
    _tell_doubtful_birth_dates(comparison)


def renew_terms() -> None:
    """Renew the terms by which people are found, of everybody whom the import changed."""
    written = (CREATED, UPDATED, REACTIVATED)
    changed = union(
        *(select(staged.c.id).where(staged.c.state.in_(written)) for staged in (USERS, STUDENTS))
    )
    terms.renew(db.session().scalars(changed).all())


def _rights_of_new(comparison: Comparison) -> Any:
    staged = STUDENTS.c
    is_plausible = birth_dates.plausible(staged.birth_date, staged.grade, comparison.today)
    return case((is_plausible, staged.rights_transfer_on))


def _what_birth_dates_change(comparison: Comparison) -> dict[str, Any]:
    """The changes that `Student.born` would make to existing students, as SQL.

    Emancipation or early college may have transferred rights before the birthday. A birth date
    that transferred rights still does, and a confirmed date stays confirmed.
    """
    staged, stored = STUDENTS.c, STUDENTS_TABLE.c
    is_same = or_(staged.birth_date.is_(None), staged.birth_date == stored.birth_date)
    grade = func.coalesce(staged.grade, stored.grade)
    is_plausible = birth_dates.plausible(staged.birth_date, grade, comparison.today)
    is_confirmed = and_(is_same, stored.birth_date_confirmed_at.is_not(None))
    transfer = case(
        (stored.rights_transfer_basis != RightsTransferBasis.AGE, stored.rights_transfer_on),
        (staged.birth_date.is_(None), stored.rights_transfer_on),
        (or_(is_plausible, is_confirmed), staged.rights_transfer_on),
        (is_same, stored.rights_transfer_on),
        else_=null(),
    )
    confirmed = ("birth_date_confirmed_by", "birth_date_confirmed_at")
    return {
        "rights_transfer_on": transfer,
        **{name: case((is_same, stored[name])) for name in confirmed},
    }


def _move_rights_by_corrected_grades(comparison: Comparison) -> None:
    """Transfer rights by stored birth dates that a corrected grade has made plausible."""
    stored = STUDENTS_TABLE.c
    plausible = birth_dates.plausible(stored.birth_date, stored.grade, comparison.today)
    waiting = select(Student).where(
        stored.rights_transfer_on.is_(None),
        stored.rights_transfer_basis == RightsTransferBasis.AGE,
        stored.birth_date.is_not(None),
        plausible,
        exists().where(STUDENTS.c.person_id == stored.id),
    )
    for student in db.session().scalars(waiting.execution_options(populate_existing=True)):
        student.born(student.birth_date, comparison.today)
    db.session().flush()


def _tell_doubtful_birth_dates(comparison: Comparison) -> None:
    stored, majority = STUDENTS_TABLE.c, DEMOGRAPHICS.c.rights_transfer_on
    is_plausible = birth_dates.plausible(stored.birth_date, stored.grade, comparison.today)
    moves_rights = and_(majority.is_not(None), stored.rights_transfer_on == majority)
    rows = (
        select(DEMOGRAPHICS.c.row)
        .join(PEOPLE_TABLE, PEOPLE_TABLE.c.sourced_id == DEMOGRAPHICS.c.user)
        .join(STUDENTS_TABLE, stored.id == PEOPLE_TABLE.c.id)
        .where(
            PEOPLE_TABLE.c.district_id == comparison.district_id,
            ~is_plausible,
            or_(moves_rights.is_(None), ~moves_rights),
            stored.birth_date_confirmed_at.is_(None),
        )
    )
    for row in db.session().scalars(rows.order_by(DEMOGRAPHICS.c.row)):
        comparison.findings.add(Code.BIRTH_DATE_DOUBTFUL, "demographics.csv", row, "birthDate")


def _tell_no_students(comparison: Comparison, criterion: Any) -> None:
    for row in db.session().scalars(select(ROLES.c.row).where(criterion).order_by(ROLES.c.row)):
        comparison.findings.add(Code.STUDENT_WITH_OFFICE, comparison.file_of_roles, row, "role")


def _stage_students(comparison: Comparison) -> None:
    is_of_this_year = spans.is_not_over(ROLES.c, comparison.year_start)
    is_student = and_(ROLES.c.role == "student", is_of_this_year)
    is_one = exists().where(STUDENTS_TABLE.c.id == ROLES.c.person_id)
    counts = or_(is_one, importer.may_become_student(ROLES.c.person_id, comparison))
    by_role = select(ROLES.c.person_id).where(is_student, ROLES.c.person_id.is_not(None), counts)
    _tell_no_students(comparison, and_(is_student, ROLES.c.person_id.is_not(None), ~counts))
    by_user = select(STUDENTS_TABLE.c.id).join(USERS, USERS.c.id == STUDENTS_TABLE.c.id)
    by_birth = _described_in(comparison).join(
        STUDENTS_TABLE, STUDENTS_TABLE.c.id == PEOPLE_TABLE.c.id
    )
    student = union(by_role, by_user, by_birth).subquery("student").c[0]
    own = and_(is_student, ROLES.c.person_id == student)
    began = select(func.min(ROLES.c.starts_on)).where(own).scalar_subquery()
    columns = {
        "person_id": student,
        "grade": USERS.c.grade,
        "state_student_id": USERS.c.state_student_id,
        "plan_home_school_id": func.coalesce(SCHOOLS_TABLE.c.id, _school_by_role(own)),
        "birth_date": DEMOGRAPHICS.c.birth_date,
        "rights_transfer_on": DEMOGRAPHICS.c.rights_transfer_on,
        "entered_on": func.coalesce(began, comparison.default_start),
    }
    is_primary_org = and_(
        SCHOOLS_TABLE.c.district_id == comparison.district_id,
        SCHOOLS_TABLE.c.sourced_id == USERS.c.primary_org,
    )
    rows = (
        select(*columns.values())
        .join(PEOPLE_TABLE, PEOPLE_TABLE.c.id == student)
        .outerjoin(USERS, USERS.c.id == student)
        .outerjoin(SCHOOLS_TABLE, is_primary_org)
        .outerjoin(DEMOGRAPHICS, DEMOGRAPHICS.c.user == PEOPLE_TABLE.c.sourced_id)
    )
    execute(insert(STUDENTS).from_select(list(columns), rows))
    gather_statistics(STUDENTS)


def _school_by_role(own: Any) -> Any:
    """The school of the student's role; of several, the primary one."""
    return (
        select(ROLES.c.school_id)
        .where(own, ROLES.c.school_id.is_not(None))
        .order_by(ROLES.c.is_secondary, ROLES.c.row)
        .limit(1)
        .scalar_subquery()
    )


def _described_in(comparison: Comparison) -> Any:
    """The people who have a row of demographics."""
    return (
        select(PEOPLE_TABLE.c.id)
        .join(DEMOGRAPHICS, DEMOGRAPHICS.c.user == PEOPLE_TABLE.c.sourced_id)
        .where(PEOPLE_TABLE.c.district_id == comparison.district_id)
    )


def bring_enrollments(comparison: Comparison) -> None:
    """Import students and teachers in classes; OneRoster's other roles in classes are skipped."""
    if "enrollments" not in comparison.files:
        return
    staged, stored = ENROLLMENTS, ENROLLMENTS_TABLE
    _resolve_enrollments(comparison)
    _end_those_of_others(comparison)
    has_ended = stored.c.ends_on <= comparison.today
    today = literal(comparison.today)
    begins_later = stored.c.starts_on > comparison.today
    names = ("class_id", "school_id", "person_id", "role", "is_primary", "starts_on", "ends_on")
    kind = Kind(
        "enrollments",
        staged,
        stored,
        {name: staged.c[name] for name in names},
        is_active=spans.is_not_over(stored.c, comparison.today),
        is_back=and_(has_ended, is_current(staged, comparison)),
        removed={"ends_on": case((begins_later, stored.c.starts_on), else_=today)},
        keeps=frozenset({"starts_on"}),
        only_new={"starts_on": func.coalesce(staged.c.starts_on, today)},
    )
    # In summer a person's classes of last year end only when they have classes of the next year.
    has_others = stored.c.person_id.in_(select(staged.c.person_id))
    compare(kind, comparison)
    importer.leave_own_classes(staged, comparison)
    write(kind, comparison)
    remove(kind, comparison, has_others)


def _end_those_of_others(comparison: Comparison) -> None:
    """End enrollments whose key now names another person; past ones stay the first person's."""
    staged, stored = ENROLLMENTS, ENROLLMENTS_TABLE
    is_of_other = and_(
        stored.c.district_id == comparison.district_id,
        stored.c.sourced_id == staged.c.sourced_id,
        stored.c.person_id != staged.c.person_id,
    )
    is_over = stored.c.ends_on <= comparison.today
    begins_later = stored.c.starts_on > comparison.today
    last = case(
        (is_over, stored.c.ends_on),
        (begins_later, stored.c.starts_on),
        else_=literal(comparison.today),
    )
    changed = {"sourced_id": None, "ends_on": last, "version": stored.c.version + 1}
    replaced = execute(update(stored).where(is_of_other).values(changed))
    comparison.note_meant("enrollments", replaced)


def _resolve_enrollments(comparison: Comparison) -> None:
    staged = ENROLLMENTS
    is_other = staged.c.role.not_in([str(role) for role in EnrollmentRole])
    execute(update(staged).where(is_other).values(state=SKIPPED))
    refer(
        staged,
        comparison,
        class_id=("class", CLASSES_TABLE),
        person_id=("user", PEOPLE_TABLE),
        school_id=("school", SCHOOLS_TABLE),
    )
    _complete_by_class(staged, CLASSES_TABLE, "school_id")
    _complete_by_class(staged, CLASSES, "starts_on")
    _skip_unresolved(staged, "enrollments", comparison, "class_id", "classSourcedId", "classes")
    _skip_unresolved(staged, "enrollments", comparison, "person_id", "userSourcedId", "users")


def _complete_by_class(staged: Table, classes: Table, column: str) -> None:
    """Fill an enrollment's empty column from its class."""
    is_open = and_(staged.c[column].is_(None), classes.c.id == staged.c.class_id)
    execute(update(staged).where(is_open).values({column: classes.c[column]}))
