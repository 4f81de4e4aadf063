"""Import the dated rows that follow from a roster: appointments, advisories and family.

The rows that the roster wants are collected in a temporary table and compared with the stored rows
that hold today or later. A wanted row that is missing begins; a row from a roster that is no longer
wanted ends today. Rows that people entered by hand are not changed, and count as present.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Table,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    union,
    update,
)

from plp_api.foundation import db
from plp_api.foundation.imports.staging import gather_statistics
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.classes import EnrollmentRole
from plp_api.foundation.roster.district_settings import CONFIRMABLE
from plp_api.foundation.roster.models import FIRST_GRADE, LAST_GRADE
from plp_api.foundation.roster.relationships import (
    DISTRICT_WIDE,
    Advisory,
    AdvisoryAdvisor,
    AdvisoryMember,
    Appointment,
    Capacity,
    ParentKind,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
)
from plp_api.people.relationships import advisories
from plp_api.people.rostering import importer
from plp_api.people.rostering.difference import (
    CREATED,
    REACTIVATED,
    REMOVED,
    UNCHANGED,
    UPDATED,
    Comparison,
    execute,
)
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.ids import row_ids
from plp_api.people.rostering.kinds import (
    CLASSES_TABLE,
    COURSES_TABLE,
    ENROLLMENTS_TABLE,
    PEOPLE_TABLE,
    STUDENTS_TABLE,
    is_current,
)
from plp_api.people.rostering.staging import (
    AGENTS,
    ROLES,
    USERS,
    WANTED_ADVISING,
    WANTED_ADVISORS,
    WANTED_APPOINTMENTS,
    WANTED_FAMILY_LINKS,
    WANTED_MEMBERS,
)

ADVISORIES_TABLE = cast(Table, Advisory.__table__)
ADVISORS_TABLE = cast(Table, AdvisoryAdvisor.__table__)
APPOINTMENTS_TABLE = cast(Table, Appointment.__table__)
MEMBERS_TABLE = cast(Table, AdvisoryMember.__table__)
RELATIONSHIPS_TABLE = cast(Table, Relationship.__table__)

# The kinds of parent that a roster may add, the closest first.
FAMILY = (ParentKind.PARENT, ParentKind.GUARDIAN, ParentKind.RELATIVE)
GRADES_WITH_PLANS = tuple(f"{grade:02}" for grade in range(FIRST_GRADE, LAST_GRADE + 1))


@dataclass(frozen=True)
class Tie:
    """One kind of dated row, such as appointments: its wanted and its stored rows.

    Two rows are the same if their `keys` are equal. A row replaces another if they agree in
    `follows`: it begins today if the other still held, and in summer a row ends only if another
    replaces it. `attributes` may change without ending a row. `fixed` values are the same in every
    row of the kind; `left` selects stored rows that this import may not end.
    """

    name: str
    wanted: Table
    stored: Table
    keys: tuple[str, ...]
    follows: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    left: ColumnElement[bool] = field(default_factory=false)

    def same(self, *columns: str) -> ColumnElement[bool]:
        """SQL: whether a wanted and a stored row agree in these columns."""
        return and_(*(self._agree(name) for name in columns))

    def _agree(self, name: str) -> ColumnElement[bool]:
        """Null-safe only for nullable columns: PostgreSQL joins by hash or index only on `=`."""
        stored, wanted = self.stored.c[name], self.wanted.c[name]
        return stored.is_not_distinct_from(wanted) if stored.nullable else stored == wanted

    def of_kind(self, comparison: Comparison) -> ColumnElement[bool]:
        """SQL: whether a stored row is of this kind and district."""
        fixed = (self.stored.c[name] == value for name, value in self.fixed.items())
        return and_(self.stored.c.district_id == comparison.district_id, *fixed)


def is_not_over(stored: FromClause, comparison: Comparison) -> ColumnElement[bool]:
    """SQL: whether a stored row holds today or later."""
    return spans.is_not_over(stored.c, comparison.today)


def sync(tie: Tie, comparison: Comparison) -> None:
    """End, change and begin stored rows so that they agree with the wanted ones."""
    stored = tie.stored
    gather_statistics(tie.wanted)
    is_ours = and_(_is_open(tie, comparison), stored.c.is_from_roster, ~tie.left)
    comparison.active[tie.name] = number_of(stored, is_ours)
    is_wanted = exists().where(tie.same(*tie.keys))
    is_followed = exists().where(tie.same(*tie.follows)) if comparison.is_summer else true()
    ended = end(stored, and_(is_ours, ~is_wanted, is_followed), comparison)
    comparison.note(tie.name, REMOVED, ended)
    changed = _change(tie, is_ours)
    begun = _begin(tie, comparison)
    comparison.note(tie.name, UPDATED, changed)
    comparison.note(tie.name, CREATED, begun)
    comparison.note(tie.name, UNCHANGED, number_of(tie.wanted) - begun - changed)


def number_of(table: Table, *criteria: ColumnElement[bool]) -> int:
    """The number of rows of a table that meet the criteria."""
    return db.session().scalar(select(func.count()).select_from(table).where(*criteria)) or 0


def end(stored: Table, criterion: ColumnElement[bool], comparison: Comparison) -> int:
    """End rows today, or on their first day if that is later; return their number."""
    begins_later = stored.c.starts_on > comparison.today
    last = case((begins_later, stored.c.starts_on), else_=literal(comparison.today))
    return execute(update(stored).where(criterion).values(ends_on=last, **next_version(stored)))


def next_version(stored: Table) -> dict[str, Any]:
    """The next version of a changed row, if the table has versions."""
    return {"version": stored.c.version + 1} if "version" in stored.c else {}


def _change(tie: Tie, is_ours: ColumnElement[bool]) -> int:
    if not tie.attributes:
        return 0
    wanted = {name: tie.wanted.c[name] for name in tie.attributes}
    differs = or_(*(tie.stored.c[name].is_distinct_from(value) for name, value in wanted.items()))
    statement = update(tie.stored).where(is_ours, tie.same(*tie.keys), differs)
    return execute(statement.values(**wanted, **next_version(tie.stored)))


def _is_open(tie: Tie, comparison: Comparison) -> ColumnElement[bool]:
    return and_(tie.of_kind(comparison), is_not_over(tie.stored, comparison))


def _is_there(tie: Tie, comparison: Comparison) -> ColumnElement[bool]:
    """SQL: whether a wanted row is stored already, by a roster or by hand."""
    return exists().where(_is_open(tie, comparison), tie.same(*tie.keys))


def _begin(tie: Tie, comparison: Comparison) -> int:
    stored, wanted = tie.stored, tie.wanted
    # If two rows held on the same day, a student would count twice on that day.
    overlaps = exists().where(
        tie.of_kind(comparison),
        tie.same(*tie.follows),
        spans.is_not_over(stored.c, wanted.c.starts_on),
    )
    today = literal(comparison.today)
    is_now = wanted.c.starts_on <= comparison.today
    columns = {
        "id": row_ids(),
        "district_id": literal(comparison.district_id),
        "is_from_roster": true(),
        **{name: literal(value) for name, value in tie.fixed.items()},
        **{name: wanted.c[name] for name in (*tie.keys, *tie.attributes)},
        "starts_on": case((and_(is_now, overlaps), today), else_=wanted.c.starts_on),
    }
    rows = select(*columns.values()).where(~_is_there(tie, comparison))
    return execute(insert(stored).from_select(list(columns), rows))


def _last_day() -> Any:
    """The last of several ends; null, which means no end, is the last."""
    is_endless = func.count() > func.count(ROLES.c.ends_on)
    return case((is_endless, null()), else_=func.max(ROLES.c.ends_on))


def bring_appointments(comparison: Comparison) -> None:
    """Import offices from roles, by the district's mapping; a student holds none."""
    if "roles" not in comparison.files:
        return
    is_wide = ROLES.c.office.in_([str(office) for office in DISTRICT_WIDE])
    has_place = or_(is_wide, ROLES.c.school_id.is_not(None))
    is_student = exists().where(STUDENTS_TABLE.c.id == ROLES.c.person_id)
    has_office = and_(ROLES.c.office.is_not(None), ROLES.c.person_id.is_not(None))
    counts = and_(has_office, is_current(ROLES, comparison))
    _tell_roles(comparison, Code.ROLE_WITHOUT_SCHOOL, and_(counts, ~has_place))
    _tell_roles(comparison, Code.STUDENT_WITH_OFFICE, and_(counts, is_student))
    school_id = case((is_wide, null()), else_=ROLES.c.school_id)
    starts_on = func.coalesce(func.min(ROLES.c.starts_on), comparison.today)
    rows = (
        select(ROLES.c.person_id, school_id, ROLES.c.office, starts_on, _last_day())
        .where(counts, has_place, ~is_student)
        .group_by(ROLES.c.person_id, school_id, ROLES.c.office)
    )
    wanted = WANTED_APPOINTMENTS
    columns = ["person_id", "school_id", "role", "starts_on", "ends_on"]
    execute(insert(wanted).from_select(columns, rows))
    importer.tell_left_offices(APPOINTMENTS_TABLE, wanted, comparison)
    execute(delete(wanted).where(importer.is_left(wanted, comparison)))
    tie = Tie(
        "appointments",
        wanted,
        APPOINTMENTS_TABLE,
        keys=("person_id", "school_id", "role"),
        follows=("person_id",),
        attributes=("ends_on",),
        left=importer.is_left(APPOINTMENTS_TABLE, comparison),
    )
    sync(tie, comparison)


def _tell_roles(comparison: Comparison, code: Code, criterion: ColumnElement[bool]) -> None:
    rows = select(ROLES.c.row).where(criterion).order_by(ROLES.c.row)
    for row in db.session().scalars(rows):
        comparison.findings.add(code, comparison.file_of_roles, row, "role")


def bring_family_links(comparison: Comparison) -> None:
    """Import family relationships from students' agents: parents, guardians and relatives.

    A relationship that exists, has ended or was suppressed stays unchanged. A new one gives no
    reach until it is confirmed: by a person, or for parents and guardians by the district's
    setting, which holds only for two people who never had one before.
    """
    if "users" not in comparison.files or not _has_rows(AGENTS):
        return
    for column, key in (("one_id", "one"), ("other_id", "other")):
        known = select(USERS.c.id).where(USERS.c.sourced_id == AGENTS.c[key])
        execute(update(AGENTS).values({column: known.scalar_subquery()}))
    gather_statistics(AGENTS)
    _want_family_links()
    gather_statistics(WANTED_FAMILY_LINKS)
    _tell_other_agents(comparison)
    stored, wanted = RELATIONSHIPS_TABLE, WANTED_FAMILY_LINKS
    same = and_(
        stored.c.person_id == wanted.c.person_id,
        stored.c.student_id == wanted.c.student_id,
        stored.c.kind == RelationshipKind.PARENT,
    )
    _end_family_links(comparison, same)
    _begin_family_links(comparison, same)


def _has_rows(table: Table) -> bool:
    return bool(db.session().scalar(select(exists().select_from(table))))


def _want_family_links() -> None:
    rank = case(*((ROLES.c.role == kind, place) for place, kind in enumerate(FAMILY)))
    kind = case(*((func.min(rank) == place, kind) for place, kind in enumerate(FAMILY)))
    rows = (
        select(AGENTS.c.one_id, AGENTS.c.other_id, kind)
        .join(STUDENTS_TABLE, STUDENTS_TABLE.c.id == AGENTS.c.one_id)
        .join(ROLES, ROLES.c.person_id == AGENTS.c.other_id)
        .where(ROLES.c.role.in_([str(kind) for kind in FAMILY]), _is_no_student(AGENTS.c.other_id))
        .group_by(AGENTS.c.one_id, AGENTS.c.other_id)
    )
    columns = ["student_id", "person_id", "parent_kind"]
    execute(insert(WANTED_FAMILY_LINKS).from_select(columns, rows))


def _is_no_student(person_id: Any) -> ColumnElement[bool]:
    student = STUDENTS_TABLE.alias("student")
    return ~exists().where(student.c.id == person_id)


def _tell_other_agents(comparison: Comparison) -> None:
    wanted = WANTED_FAMILY_LINKS
    is_link = or_(
        and_(wanted.c.student_id == AGENTS.c.one_id, wanted.c.person_id == AGENTS.c.other_id),
        and_(wanted.c.student_id == AGENTS.c.other_id, wanted.c.person_id == AGENTS.c.one_id),
    )
    # Each relation is staged in both directions; one of them is reported.
    others = select(AGENTS.c.row).where(AGENTS.c.one < AGENTS.c.other, ~exists().where(is_link))
    for row in db.session().scalars(others.order_by(AGENTS.c.row)):
        comparison.findings.add(Code.AGENT_NOT_FAMILY, "users.csv", row, "agentSourcedIds")


def _end_family_links(comparison: Comparison, same: ColumnElement[bool]) -> None:
    """End family relationships of the roster if it still names both people, but not as related.

    If the roster no longer names one of them, the relationship stays: a student who has left
    school still has parents.
    """
    stored = RELATIONSHIPS_TABLE
    is_ours = and_(
        stored.c.district_id == comparison.district_id,
        stored.c.kind == RelationshipKind.PARENT,
        stored.c.status != RelationshipStatus.SUPPRESSED,
        stored.c.is_from_roster,
        is_not_over(stored, comparison),
        importer.may_confirm(stored.c.person_id, stored.c.student_id, comparison),
    )
    comparison.active["family_links"] = number_of(stored, is_ours)
    # Two EXISTS, because SQLite tries every pair of two INs.
    are_named = and_(
        exists().where(USERS.c.id == stored.c.person_id),
        exists().where(USERS.c.id == stored.c.student_id),
    )
    ended = end(stored, and_(is_ours, are_named, ~exists().where(same)), comparison)
    comparison.note("family_links", REMOVED, ended)


def _begin_family_links(comparison: Comparison, same: ColumnElement[bool]) -> None:
    stored, wanted = RELATIONSHIPS_TABLE, WANTED_FAMILY_LINKS
    is_suppressed = stored.c.status == RelationshipStatus.SUPPRESSED
    bars = exists().where(same, or_(is_suppressed, is_not_over(stored, comparison)))
    chosen = set(comparison.settings.confirm_family_links) & set(CONFIRMABLE)
    may_be_confirmed = and_(
        wanted.c.parent_kind.in_([str(kind) for kind in chosen]),
        ~exists().where(same),
        importer.may_confirm(wanted.c.person_id, wanted.c.student_id, comparison),
    )
    confirmed, unconfirmed = RelationshipStatus.CONFIRMED, RelationshipStatus.UNCONFIRMED
    columns = {
        "id": row_ids(),
        "district_id": literal(comparison.district_id),
        "is_from_roster": true(),
        "kind": literal(RelationshipKind.PARENT),
        "person_id": wanted.c.person_id,
        "student_id": wanted.c.student_id,
        "parent_kind": wanted.c.parent_kind,
        "status": case((may_be_confirmed, confirmed), else_=unconfirmed),
        "may_inspect": may_be_confirmed,
        "may_decide": may_be_confirmed,
        "starts_on": literal(comparison.today),
    }
    _tell_left_links(comparison, bars)
    rows = select(*columns.values()).where(~bars, importer.may_link(wanted.c.person_id))
    begun = execute(insert(stored).from_select(list(columns), rows))
    comparison.note("family_links", CREATED, begun)
    comparison.note("family_links", UNCHANGED, number_of(wanted) - begun)


def _tell_left_links(comparison: Comparison, bars: ColumnElement[bool]) -> None:
    wanted = WANTED_FAMILY_LINKS
    left = exists().where(
        wanted.c.student_id == AGENTS.c.one_id,
        wanted.c.person_id == AGENTS.c.other_id,
        ~bars,
        ~importer.may_link(wanted.c.person_id),
    )
    for row in db.session().scalars(select(AGENTS.c.row).where(left).order_by(AGENTS.c.row)):
        comparison.findings.add(Code.FAMILY_LINK_LEFT, "users.csv", row, "agentSourcedIds")


def bring_advisories(comparison: Comparison) -> None:
    """Make advisories of homerooms and of the classes a district names; their teachers advise.

    It uses the stored classes, so a package without classes changes nothing here. A class
    without a student in a grade with plans is not an advisory.
    """
    chosen = _advisory_classes(comparison)
    _open_advisories(chosen, comparison)
    _want_advisories(comparison)
    advising = {"kind": RelationshipKind.ADVISOR, "status": RelationshipStatus.CONFIRMED}
    for tie in (
        Tie(
            "advisory_members",
            WANTED_MEMBERS,
            MEMBERS_TABLE,
            keys=("advisory_id", "student_id"),
            follows=("student_id",),
        ),
        Tie(
            "advisory_advisors",
            WANTED_ADVISORS,
            ADVISORS_TABLE,
            keys=("advisory_id", "person_id", "school_id"),
            follows=("advisory_id",),
            attributes=("capacity",),
        ),
        Tie(
            "advisors",
            WANTED_ADVISING,
            RELATIONSHIPS_TABLE,
            keys=("student_id", "person_id", "advisory_id"),
            follows=("student_id",),
            attributes=("capacity",),
            fixed=advising,
        ),
    ):
        sync(tie, comparison)
    advisories.align(_kept_by_hand(comparison), comparison.today)


def _kept_by_hand(comparison: Comparison) -> list[UUID]:
    """Advisories with members or advisors entered by hand: a roster aligns these too."""
    entered = [
        select(table.c.advisory_id).where(
            table.c.district_id == comparison.district_id,
            is_not_over(table, comparison),
            ~table.c.is_from_roster,
        )
        for table in (MEMBERS_TABLE, ADVISORS_TABLE)
    ]
    return list(db.session().scalars(union(*entered)))


def _advisory_classes(comparison: Comparison) -> Any:
    """Ids of the classes that are advisories."""
    settings = comparison.settings
    titles = (pattern.lower().replace("*", "%") for pattern in settings.advisory_titles)
    reasons: list[ColumnElement[bool]] = [
        func.lower(CLASSES_TABLE.c.title).like(title) for title in titles
    ]
    if settings.homerooms_are_advisories:
        reasons.append(CLASSES_TABLE.c.type == "homeroom")
    if settings.advisory_course_codes:
        courses = select(COURSES_TABLE.c.id).where(
            COURSES_TABLE.c.district_id == comparison.district_id,
            COURSES_TABLE.c.code.in_(settings.advisory_course_codes),
        )
        reasons.append(CLASSES_TABLE.c.course_id.in_(courses))
    has_plans = exists().where(
        _is_in_class(EnrollmentRole.STUDENT, comparison),
        ENROLLMENTS_TABLE.c.class_id == CLASSES_TABLE.c.id,
        STUDENTS_TABLE.c.id == ENROLLMENTS_TABLE.c.person_id,
        STUDENTS_TABLE.c.grade.in_(GRADES_WITH_PLANS),
    )
    return select(CLASSES_TABLE.c.id).where(
        CLASSES_TABLE.c.district_id == comparison.district_id,
        CLASSES_TABLE.c.is_active,
        or_(*reasons) if reasons else CLASSES_TABLE.c.id.is_(None),
        has_plans,
    )


def _is_in_class(role: EnrollmentRole, comparison: Comparison) -> ColumnElement[bool]:
    return and_(
        ENROLLMENTS_TABLE.c.role == role,
        ENROLLMENTS_TABLE.c.district_id == comparison.district_id,
        is_not_over(ENROLLMENTS_TABLE, comparison),
    )


def _open_advisories(chosen: Any, comparison: Comparison) -> None:
    """Open an advisory for each chosen class; close those of other classes, except in summer."""
    stored = ADVISORIES_TABLE
    is_of_class = and_(
        stored.c.district_id == comparison.district_id, stored.c.class_id.is_not(None)
    )
    is_chosen = stored.c.class_id.in_(chosen)
    version = {"version": stored.c.version + 1}
    if not comparison.is_summer:
        closing = update(stored).where(is_of_class, stored.c.is_active, ~is_chosen)
        closed = execute(closing.values(is_active=False, **version))
        comparison.note("advisories", REMOVED, closed)
    opening = update(stored).where(is_of_class, stored.c.is_active.is_(False), is_chosen)
    reopened = execute(opening.values(is_active=True, **version))
    comparison.note("advisories", REACTIVATED, reopened)
    columns = {
        "id": row_ids(),
        "district_id": CLASSES_TABLE.c.district_id,
        "school_id": CLASSES_TABLE.c.school_id,
        "class_id": CLASSES_TABLE.c.id,
        "name": CLASSES_TABLE.c.title,
    }
    has_one = exists().where(stored.c.class_id == CLASSES_TABLE.c.id)
    rows = select(*columns.values()).where(CLASSES_TABLE.c.id.in_(chosen), ~has_one)
    opened = execute(insert(stored).from_select(list(columns), rows))
    comparison.note("advisories", CREATED, opened)
    standing = number_of(stored, is_of_class, stored.c.is_active)
    comparison.note("advisories", UNCHANGED, standing - opened - reopened)


def _want_advisories(comparison: Comparison) -> None:
    advisory, enrollment = ADVISORIES_TABLE, ENROLLMENTS_TABLE
    is_open = and_(
        advisory.c.district_id == comparison.district_id,
        advisory.c.is_active,
        advisory.c.class_id == enrollment.c.class_id,
    )
    members = (
        select(advisory.c.id, enrollment.c.person_id, func.min(enrollment.c.starts_on))
        .join(STUDENTS_TABLE, STUDENTS_TABLE.c.id == enrollment.c.person_id)
        .where(is_open, _is_in_class(EnrollmentRole.STUDENT, comparison))
        .group_by(advisory.c.id, enrollment.c.person_id)
    )
    columns = ["advisory_id", "student_id", "starts_on"]
    execute(insert(WANTED_MEMBERS).from_select(columns, members))
    is_lead = func.max(case((enrollment.c.is_primary, 1), else_=0)) == 1
    # Without a primary teacher every teacher is a lead advisor.
    has_lead = _has_primary_teacher(comparison)
    capacity = case((or_(is_lead, ~has_lead), Capacity.LEAD), else_=Capacity.CO)
    advisors = (
        select(
            advisory.c.id,
            advisory.c.school_id,
            enrollment.c.person_id,
            capacity,
            func.min(enrollment.c.starts_on),
        )
        .join(PEOPLE_TABLE, PEOPLE_TABLE.c.id == enrollment.c.person_id)
        .where(
            is_open,
            _is_in_class(EnrollmentRole.TEACHER, comparison),
            _is_no_student(enrollment.c.person_id),
        )
        .group_by(advisory.c.id, advisory.c.school_id, enrollment.c.person_id, advisory.c.class_id)
    )
    columns = ["advisory_id", "school_id", "person_id", "capacity", "starts_on"]
    execute(insert(WANTED_ADVISORS).from_select(columns, advisors))
    importer.leave_own_advisories(WANTED_ADVISORS, ADVISORS_TABLE, comparison)
    _want_advising()


def _has_primary_teacher(comparison: Comparison) -> ColumnElement[bool]:
    other = ENROLLMENTS_TABLE.alias("other")
    return exists().where(
        other.c.class_id == ADVISORIES_TABLE.c.class_id,
        other.c.role == EnrollmentRole.TEACHER,
        other.c.is_primary,
        is_not_over(other, comparison),
    )


def _want_advising() -> None:
    """Stage each advisor of an advisory as an advisor of each member, while both are in it."""
    member, advisor = WANTED_MEMBERS, WANTED_ADVISORS
    began_later = member.c.starts_on > advisor.c.starts_on
    starts_on = case((began_later, member.c.starts_on), else_=advisor.c.starts_on)
    rows = select(
        member.c.student_id,
        advisor.c.person_id,
        member.c.advisory_id,
        advisor.c.capacity,
        starts_on,
    ).where(member.c.advisory_id == advisor.c.advisory_id)
    columns = ["student_id", "person_id", "advisory_id", "capacity", "starts_on"]
    execute(insert(WANTED_ADVISING).from_select(columns, rows))
