"""Import students' enrollments at schools, with the dates that the roster states.

Overlapping or adjacent roles of a student at a school are joined to one stay. A stored enrollment
that shares days with a stay takes its stated dates, also past ones; a stay that is not stored
begins. An enrollment that the roster no longer names ends today, and enrollments that people
entered by hand do not change. If the grade changes within a stay, each grade has an enrollment.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from plp_api.foundation import db
from plp_api.foundation.imports.staging import gather_statistics
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.models import GRADES_WITH_PLANS
from plp_api.foundation.roster.relationships import SchoolEnrollment
from plp_api.people.rostering.difference import (
    CREATED,
    REMOVED,
    UNCHANGED,
    UPDATED,
    Comparison,
    execute,
)
from plp_api.people.rostering.ids import row_ids
from plp_api.people.rostering.kinds import STUDENTS_TABLE
from plp_api.people.rostering.relationships import end, is_not_over, next_version, number_of
from plp_api.people.rostering.staging import REDATED, ROLES, STAYS

STORED = cast(Table, SchoolEnrollment.__table__)
NAME = "school_enrollments"
NEVER = literal(date.max)


def bring_school_enrollments(comparison: Comparison) -> Sequence[UUID]:
    """Import enrollments at schools; return the students who are new in a grade with plans."""
    if "roles" not in comparison.files:
        return []
    _stage_stays(comparison)
    students = db.session().scalars(_new_students(comparison)).all()
    comparison.active[NAME] = number_of(STORED, _is_ours(comparison))
    redated, ended = _redate(comparison)
    _end_unnamed(comparison)
    begun = _begin_missing(comparison)
    comparison.note(NAME, UPDATED, redated - ended)
    comparison.note(NAME, REMOVED, ended)
    comparison.note(NAME, CREATED, begun)
    comparison.note(NAME, UNCHANGED, max(0, number_of(STAYS) - begun - redated))
    return students


# Stays.


def _stage_stays(comparison: Comparison) -> None:
    """Join roles that overlap or are adjacent to stays."""
    dated = _stated_spans(comparison)
    own = (dated.c.student_id, dated.c.school_id)
    last = func.coalesce(dated.c.ends_on, NEVER)
    before = func.max(last).over(
        partition_by=own, order_by=(dated.c.starts_on, last), rows=(None, -1)
    )
    opened = select(
        *dated.c, case((dated.c.starts_on <= before, 0), else_=1).label("is_first")
    ).subquery()
    number = func.sum(opened.c.is_first).over(
        partition_by=(opened.c.student_id, opened.c.school_id),
        order_by=(opened.c.starts_on, func.coalesce(opened.c.ends_on, NEVER)),
        rows=(None, 0),
    )
    numbered = select(*opened.c, number.label("number")).subquery()
    began = func.min(numbered.c.starts_on)
    stated = func.min(case((numbered.c.is_start_stated, numbered.c.starts_on)))
    is_endless = func.count() > func.count(numbered.c.ends_on)
    rows = select(
        numbered.c.student_id,
        numbered.c.school_id,
        numbered.c.grade,
        began,
        case((is_endless, None), else_=func.max(numbered.c.ends_on)),
        func.coalesce(stated == began, False),
    ).group_by(numbered.c.student_id, numbered.c.school_id, numbered.c.grade, numbered.c.number)
    columns = ["student_id", "school_id", "grade", "starts_on", "ends_on", "is_start_stated"]
    execute(insert(STAYS).from_select(columns, rows))
    gather_statistics(STAYS)


def _stated_spans(comparison: Comparison) -> Any:
    """The roles of this year's students at their schools, each with a first day."""
    starts_on = case(
        (ROLES.c.starts_on.is_not(None), ROLES.c.starts_on),
        else_=func.coalesce(_stored_start(comparison), comparison.default_start),
    )
    is_of_this_year = spans.is_not_over(ROLES.c, comparison.year_start)
    dated = (
        select(
            ROLES.c.person_id.label("student_id"),
            ROLES.c.school_id,
            STUDENTS_TABLE.c.grade,
            starts_on.label("starts_on"),
            ROLES.c.ends_on,
            ROLES.c.starts_on.is_not(None).label("is_start_stated"),
        )
        .join(STUDENTS_TABLE, STUDENTS_TABLE.c.id == ROLES.c.person_id)
        .where(ROLES.c.role == "student", ROLES.c.school_id.is_not(None), is_of_this_year)
        .subquery()
    )
    has_days = spans.is_not_over(dated.c, dated.c.starts_on)
    return select(*dated.c).where(has_days).subquery()


def _stored_start(comparison: Comparison) -> Any:
    """The first day of a role that states none: that of the stored enrollment it continues."""
    is_held = spans.is_not_over(STORED.c, comparison.today)
    is_ended = spans.is_not_over(STORED.c, ROLES.c.ends_on)
    is_over = ROLES.c.ends_on <= comparison.today
    return (
        select(func.min(STORED.c.starts_on))
        .where(
            STORED.c.student_id == ROLES.c.person_id,
            STORED.c.school_id == ROLES.c.school_id,
            case((is_over, is_ended), else_=is_held),
        )
        .scalar_subquery()
    )


# Stored enrollments.


def _is_ours(comparison: Comparison) -> ColumnElement[bool]:
    return and_(
        STORED.c.district_id == comparison.district_id,
        STORED.c.is_from_roster,
        is_not_over(STORED, comparison),
    )


def _at_one_school(row: Any, stay: Any) -> ColumnElement[bool]:
    return and_(row.c.student_id == stay.c.student_id, row.c.school_id == stay.c.school_id)


def _last(span: Any) -> ColumnElement[Any]:
    return func.coalesce(span.c.ends_on, NEVER)


def _has_days(row: Any) -> ColumnElement[bool]:
    return spans.is_not_over(row.c, row.c.starts_on)


def _share_days(row: Any, stay: Any) -> ColumnElement[bool]:
    return and_(
        _at_one_school(row, stay),
        _has_days(row),
        row.c.starts_on < _last(stay),
        _last(row) > stay.c.starts_on,
    )


def _is_current(stay: Any, comparison: Comparison) -> ColumnElement[bool]:
    return spans.is_not_over(stay.c, comparison.today)


def _is_stored(comparison: Comparison) -> ColumnElement[bool]:
    """SQL: whether a current or future enrollment of the stay, in its grade, is stored."""
    return exists().where(
        _share_days(STORED, STAYS),
        STORED.c.grade.is_not_distinct_from(STAYS.c.grade),
        is_not_over(STORED, comparison),
    )


def _new_students(comparison: Comparison) -> Any:
    return (
        select(STAYS.c.student_id)
        .where(
            STAYS.c.grade.in_(GRADES_WITH_PLANS),
            _is_current(STAYS, comparison),
            ~_is_stored(comparison),
        )
        .distinct()
    )


def _redate(comparison: Comparison) -> tuple[int, int]:
    """Set the dates of enrollments from their stays; return how many changed, and how many ended.

    Without a correction in the roster it writes nothing.
    """
    dated = _dated(comparison)
    changed = or_(
        dated.c.starts_on != dated.c.began_on, dated.c.ends_on.is_distinct_from(dated.c.ended_on)
    )
    rows = select(dated.c.id, dated.c.starts_on, dated.c.ends_on).where(changed)
    redated = execute(insert(REDATED).from_select(["id", "starts_on", "ends_on"], rows))
    gather_statistics(REDATED)
    is_over = exists().where(REDATED.c.id == STORED.c.id, REDATED.c.ends_on <= comparison.today)
    ended = number_of(STORED, _is_ours(comparison), is_over) if redated else 0
    values = {"starts_on": REDATED.c.starts_on, "ends_on": REDATED.c.ends_on}
    execute(
        update(STORED).where(STORED.c.id == REDATED.c.id).values(**values, **next_version(STORED))
    )
    return redated, ended


def _dated(comparison: Comparison) -> Any:
    """This year's enrollments from a roster, with their dates and those of their first stay."""
    place = func.row_number().over(partition_by=STORED.c.id, order_by=STAYS.c.starts_on)
    first = (
        select(
            STORED.c.id,
            STORED.c.starts_on.label("began_on"),
            STORED.c.ends_on.label("ended_on"),
            _first_day().label("starts_on"),
            _last_day().label("ends_on"),
            place.label("place"),
        )
        .join(STAYS, _share_days(STORED, STAYS))
        .where(
            STORED.c.district_id == comparison.district_id,
            STORED.c.is_from_roster,
            _last(STORED) > comparison.year_start,
        )
        .subquery()
    )
    return select(*first.c).where(first.c.place == 1).subquery()


def _first_day() -> ColumnElement[Any]:
    """The stated first day of the stay, but not before an earlier enrollment in it."""
    earlier = STORED.alias("earlier")
    has_earlier = exists().where(
        _at_one_school(earlier, STAYS),
        _has_days(earlier),
        earlier.c.starts_on < STORED.c.starts_on,
        _last(earlier) > STAYS.c.starts_on,
    )
    is_later = STAYS.c.starts_on > STORED.c.starts_on
    moves = and_(STAYS.c.is_start_stated, or_(is_later, ~has_earlier))
    return case((moves, STAYS.c.starts_on), else_=STORED.c.starts_on)


def _last_day() -> ColumnElement[Any]:
    """The end of the stay, or the first day of the next enrollment in it.

    An enrollment in another grade than the student's grade of today is never made longer.
    """
    later = STORED.alias("later")
    following = (
        select(func.min(later.c.starts_on))
        .where(
            _at_one_school(later, STAYS),
            _has_days(later),
            later.c.starts_on > STORED.c.starts_on,
            later.c.starts_on < _last(STAYS),
        )
        .scalar_subquery()
    )
    is_of_grade = STORED.c.grade.is_not_distinct_from(STAYS.c.grade)
    falls_short = _last(STORED) < func.coalesce(following, _last(STAYS))
    return case(
        (_last(STORED) > _last(STAYS), STAYS.c.ends_on),
        (and_(falls_short, following.is_not(None)), following),
        (and_(falls_short, is_of_grade), STAYS.c.ends_on),
        else_=STORED.c.ends_on,
    )


def _end_unnamed(comparison: Comparison) -> None:
    """End today enrollments that the roster no longer names or that continue in another grade."""
    is_named = exists().where(
        _share_days(STORED, STAYS),
        _is_current(STAYS, comparison),
        STORED.c.grade.is_not_distinct_from(STAYS.c.grade),
    )
    is_followed = exists().where(STAYS.c.student_id == STORED.c.student_id)
    may_end = is_followed if comparison.is_summer else true()
    ended = end(STORED, and_(_is_ours(comparison), ~is_named, may_end), comparison)
    comparison.note(NAME, REMOVED, ended)


def _begin_missing(comparison: Comparison) -> int:
    """Begin enrollments for stays that are not stored, on their stated first day, even if past."""
    is_missing = case(
        (_is_current(STAYS, comparison), ~_is_stored(comparison)),
        else_=~exists().where(_share_days(STORED, STAYS)),
    )
    begun = select(STAYS, _beginning(comparison).label("begins_on")).where(is_missing).subquery()
    columns = {
        "id": row_ids(),
        "district_id": literal(comparison.district_id),
        "is_from_roster": true(),
        **{name: begun.c[name] for name in ("student_id", "school_id", "grade")},
        "starts_on": begun.c.begins_on,
        "ends_on": begun.c.ends_on,
    }
    rows = select(*columns.values()).where(begun.c.begins_on < _last(begun))
    return execute(insert(STORED).from_select(list(columns), rows))


def _beginning(comparison: Comparison) -> ColumnElement[Any]:
    """The first day of a new enrollment; enrollments at one school must not overlap.

    If the roster states none, a student who was at another school until now begins today.
    """
    today = literal(comparison.today)
    is_elsewhere = exists().where(
        STORED.c.student_id == STAYS.c.student_id, _last(STORED) > STAYS.c.starts_on
    )
    is_unstated = and_(~STAYS.c.is_start_stated, STAYS.c.starts_on <= today, is_elsewhere)
    is_here = exists().where(_at_one_school(STORED, STAYS), is_not_over(STORED, comparison))
    until = select(func.max(STORED.c.ends_on)).where(_share_days(STORED, STAYS)).scalar_subquery()
    return case(
        (is_unstated, today),
        (and_(is_here, STAYS.c.starts_on <= today), today),
        (until > STAYS.c.starts_on, until),
        else_=STAYS.c.starts_on,
    )
