"""Filters lists: the students a caller's permission covers, and the rows of a table.

The owner that a model declares (`ownership`) decides how its rows are filtered.
The SQL holds only the arms that the caller holds, as UNION ALL with bound ids; it
is built once for each combination of arms and area. Measured at 100,000
students: the held arms take 0.3-1 ms, the union of every arm took 48-68 ms, ORs
of EXISTS took 0.9-1.7 s on SQLite.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, exists, false, inspect, or_, select, true, union_all
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import replacement_traverse

from plp_api.foundation import db
from plp_api.foundation.access.arms import (
    IS_THEIRS,
    Arm,
    Ids,
    guests_of,
    is_home_studied,
    is_of_family,
    reaches_district,
    students_of,
)
from plp_api.foundation.access.caller import (
    ASSIGNED,
    CALLER,
    DISTRICT,
    TODAY,
    Caller,
    holds,
    household,
    is_family_tie,
    schools_of,
    selves,
)
from plp_api.foundation.access.permissions import (
    DECIDED_AT_HOME,
    FAMILYS_OWN,
    Condition,
    Permission,
    Role,
    conditions,
)
from plp_api.foundation.ownership import (
    OwnedByDistrict,
    OwnedByPerson,
    OwnedBySchool,
    OwnedByStudent,
    OwnedWithSubject,
    PersonOfDistrict,
)
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import (
    Advisory,
    AdvisoryAdvisor,
    AdvisoryMember,
    RecordKind,
    Relationship,
)

HeldArm = tuple[Arm, bool]
"""An arm the caller holds, and whether they hold it for the whole district."""


def students_for(caller: Caller, permission: Permission) -> Ids | None:
    """Ids of the students about whom the caller has the permission, as SQL; None for nobody.

    The binds are `caller.binds`.
    """
    arms = _listing_arms(caller, permission)
    return _students_for(arms, permission.area, permission in DECIDED_AT_HOME)


def _listing_arms(caller: Caller, permission: Permission) -> tuple[HeldArm, ...]:
    """The arms that may fill a list: all that need no stated reason."""
    return tuple(
        ((role, condition), role in caller.wide)
        for role in sorted(caller.roles)
        for condition in conditions(role, permission)
        if condition is not Condition.REASONED
    )


@lru_cache(maxsize=1024)
def _students_for(arms: tuple[HeldArm, ...], area: str, is_decision: bool) -> Ids | None:
    selects = [
        ids if is_of_family(arm) else _left_to_school(ids, area)
        for arm, is_wide in arms
        for ids in (*students_of(arm, is_wide, area), *_guests_of(arm, is_wide, is_decision))
    ]
    if not selects:
        return None
    return selects[0] if len(selects) == 1 else select(union_all(*selects).subquery())


def _guests_of(arm: Arm, is_wide: bool, is_decision: bool) -> Iterator[Ids]:
    """The guests of an arm; for a decision only those placed by tuition."""
    for ids in guests_of(arm, is_wide):
        yield ids.where(IS_THEIRS) if is_decision else ids


def _left_to_school(ids: Ids, area: str) -> Ids:
    """The students of a staff arm; without those in home study where the area is the family's."""
    if area not in FAMILYS_OWN:
        return ids
    (student_id,) = ids.selected_columns
    return ids.where(~is_home_studied(student_id))


def visible(model: type[db.Base], caller: Caller, permission: Permission) -> ColumnElement[bool]:
    """The rows of the model on which the caller has the permission, as a WHERE criterion.

    The binds are `caller.binds`. Raises Problem(permission_denied) where no role of
    the caller grants the permission, TypeError where the model declares no owner.
    """
    if not caller.may(permission):
        raise Problem(Code.PERMISSION_DENIED)
    ownership = getattr(model, "__ownership__", None)
    match ownership:
        case OwnedWithSubject():
            raise TypeError(f"{model.__name__} is listed under its subject (Access.beneath)")
        case OwnedByStudent():
            criterion = _visible_by_student(model, ownership, caller, permission)
            if _is_by_assignment(ownership, caller, permission):
                criterion = or_(criterion, _assigned(model, ownership))
            for column, value, needed in ownership.hidden:
                is_open = _column(model, column) != value
                criterion &= or_(is_open, _sees_hidden(model, ownership, caller, needed))
            return criterion & unsealed(model, ownership) if ownership.has_seal else criterion
        case OwnedBySchool():
            return _visible_by_school(model, ownership, caller, permission)
        case PersonOfDistrict():
            return _visible_person(model, ownership, caller, permission)
        case OwnedByDistrict():
            return _column(model, ownership.column) == DISTRICT
        case OwnedByPerson():
            return _column(model, ownership.column) == CALLER
    raise TypeError(f"{model.__name__} belongs to nobody; declare __ownership__")


def _sees_hidden(
    model: type[db.Base], ownership: OwnedByStudent, caller: Caller, needed: str
) -> ColumnElement[bool]:
    """The rows on which the caller has the permission that hidden ones need besides."""
    permission = Permission(needed)
    criterion = _visible_by_student(model, ownership, caller, permission)
    if _is_by_assignment(ownership, caller, permission):
        criterion = or_(criterion, _assigned(model, ownership))
    return criterion


def _is_by_assignment(ownership: OwnedByStudent, caller: Caller, permission: Permission) -> bool:
    """Whether the caller's assignments give the permission on rows of such an owner."""
    is_granted = Condition.ASSIGNED in conditions(Role.TEAM_MEMBER, permission)
    return ownership.assigned_by is not None and bool(caller.assigned) and is_granted


def _assigned(model: type[db.Base], ownership: OwnedByStudent) -> ColumnElement[bool]:
    """The rows of the work that the caller is assigned to."""
    return db.any_of(_column(model, ownership.assigned_by or ""), ASSIGNED)


def is_unrelated(student_id: Any, caller: Caller) -> ColumnElement[bool]:
    """Whether the student is not the caller's own: nobody acts for the school on these."""
    unrelated: ColumnElement[bool] = true()
    if caller.children:
        relationship = aliased(Relationship)
        children = select(relationship.student_id).where(is_family_tie(relationship))
        unrelated = student_id.not_in(children)
    return unrelated & student_id.not_in(selves()) if caller.others else unrelated


def is_no_kin(person_id: Any, caller: Caller) -> ColumnElement[bool]:
    """Whether the person is neither the caller, nor family of the caller's children."""
    is_other: ColumnElement[bool] = person_id.not_in(selves())
    return is_other & person_id.not_in(household()) if caller.children else is_other


def visible_with_subject(
    model: type[db.Base], caller: Caller, on_subject: Permission
) -> ColumnElement[bool]:
    """The rows of a model that is read with its subject, where `on_subject` holds too.

    As `visible`, for one kind of subject: the calling code limits the rows to it.
    Raises what `visible` raises, and TypeError for any other model.
    """
    ownership = getattr(model, "__ownership__", None)
    if not isinstance(ownership, OwnedWithSubject):
        raise TypeError(f"{model.__name__} is not read with a subject")
    read = Permission(ownership.read)
    if not (caller.may(read) and caller.may(on_subject)):
        raise Problem(Code.PERMISSION_DENIED)
    subject = _visible_by_student(model, ownership, caller, on_subject)
    if not _follows(read, on_subject, caller):
        subject = subject & _visible_by_student(model, ownership, caller, read)
    if all(_is_by_assignment(ownership, caller, needed) for needed in (read, on_subject)):
        subject = or_(subject, _assigned(model, ownership))
    return subject


def _follows(read: Permission, on_subject: Permission, caller: Caller) -> bool:
    """Whether `read` holds wherever `on_subject` does: the same arms, and nothing denies it alone.

    Then the students need not be looked up twice.
    """
    if _listing_arms(caller, read) != _listing_arms(caller, on_subject):
        return False
    is_deniable = read.area in FAMILYS_OWN or read.area in {*RecordKind}
    return read.area == on_subject.area or not is_deniable


def visible_then(
    model: type[db.Base], caller: Caller, permission: Permission, day: BindParameter[date]
) -> ColumnElement[bool]:
    """As `visible`, but with the students whom the caller's roles of today reach on another day.

    For reports about past days: a school may count the students it had on that
    day, even those who have left since.
    """

    def dated(element: Any, **_: Any) -> Any:
        is_today = isinstance(element, BindParameter) and element.key == TODAY.key
        return day if is_today else None

    then: ColumnElement[bool] = replacement_traverse(visible(model, caller, permission), {}, dated)
    return then


def without_district_index(
    model: type[db.Base], criterion: ColumnElement[bool]
) -> ColumnElement[bool]:
    """The criterion of `visible`, so written that SQLite does not search by the district.

    For rows that an index on other columns finds: for one item's ratings SQLite read all
    200,000 of a district.
    """
    table = inspect(model).local_table

    def unindexed(element: Any, **_: Any) -> Any:
        is_district = getattr(element, "key", None) == "district_id"
        is_searched = is_district and getattr(element, "table", None) is table
        return db.unindexed(table.c.district_id) if is_searched else None

    found: ColumnElement[bool] = replacement_traverse(criterion, {}, unindexed)
    return found


def _visible_by_student(
    model: type[db.Base], ownership: OwnedByStudent, caller: Caller, permission: Permission
) -> ColumnElement[bool]:
    """The rows of the students reached. A district-wide arm makes the narrower arms needless."""
    arms = _listing_arms(caller, permission)
    reaches_all = any(reaches_district(arm, is_wide) for arm, is_wide in arms)
    if reaches_all and not caller.guest_districts:
        return _in_whole_district(model, ownership, arms, permission.area)
    students = students_for(caller, permission)
    if students is None:
        return false()
    return _column(model, ownership.column).in_(students)


def is_about_students_of(
    model: type[db.Base], caller: Caller, permission: Permission
) -> ColumnElement[bool]:
    """The rows of the students on whom the caller has the permission; none if on nobody.

    For filters: `visible` decides about the rows, this about what they are found by.
    """
    ownership = getattr(model, "__ownership__", None)
    if not isinstance(ownership, OwnedByStudent):
        raise TypeError(f"{model.__name__} hangs off no student")
    return about_students(model, ownership.column, caller, permission)


def about_students(
    model: Any, column: str, caller: Caller, permission: Permission
) -> ColumnElement[bool]:
    """The same for any model with `district_id` whose `column` is the id of a student."""
    if not caller.may(permission):
        return false()
    ownership = OwnedByStudent(read=permission, column=column)
    return _visible_by_student(model, ownership, caller, permission)


def _in_whole_district(
    model: type[db.Base], ownership: OwnedByStudent, arms: Sequence[HeldArm], area: str
) -> ColumnElement[bool]:
    """The district's rows, without home-studied students' family areas (own family excepted)."""
    everybodys = _column(model, "district_id") == DISTRICT
    if area not in FAMILYS_OWN:
        return everybodys
    student_id = _column(model, ownership.column)
    is_open: ColumnElement[bool] = ~is_home_studied(student_id)
    own = tuple((arm, is_wide) for arm, is_wide in arms if is_of_family(arm))
    family = _students_for(own, area, is_decision=False)
    return everybodys & (is_open if family is None else or_(is_open, student_id.in_(family)))


def unsealed(model: type[db.Base], ownership: OwnedByStudent) -> ColumnElement[bool]:
    """Which rows of a model about a person, or only for staff, the caller may see.

    A parent sees only the rows about themselves, and none that are for staff.
    Where the rows are personal, the same holds for the student.
    """
    relationship = aliased(Relationship)
    children = select(relationship.student_id).where(is_family_tie(relationship))
    student = _column(model, ownership.column)
    is_unrelated: ColumnElement[bool] = student.not_in(children)
    if ownership.is_for_staff:
        return is_unrelated
    is_about_caller = _column(model, ownership.about or "") == CALLER
    if ownership.is_personal:
        is_unrelated = is_unrelated & (student != CALLER)
    return or_(is_about_caller, is_unrelated)


def _visible_by_school(
    model: type[db.Base], ownership: OwnedBySchool, caller: Caller, permission: Permission
) -> ColumnElement[bool]:
    """A school's rows: readable in the whole district, writable only by offices at the school."""
    in_district = _column(model, "district_id") == DISTRICT
    granted = {role: conditions(role, permission) for role in sorted(caller.roles)}
    granting = [role for role, needed in granted.items() if None in needed]
    is_read = permission == ownership.read
    if is_read and granting:
        return in_district
    if ownership.by is not None:
        return in_district & (_column(model, ownership.by) == CALLER) if granting else false()
    if any(role in caller.wide for role in granting):
        return in_district
    school = _column(model, ownership.column)
    own: list[ColumnElement[bool]] = [
        db.any_of(school, schools_of(role)) for role in granting if role in caller.schools
    ]
    if any(Condition.OWN in needed for needed in granted.values()):
        own.append(_own(model))
    return in_district & or_(*own) if own else false()


def _own(model: type[db.Base]) -> ColumnElement[bool]:
    """The rows in which the caller takes part: a student's advisory of today, and its advisors."""
    advisories = select(AdvisoryMember.advisory_id).where(
        AdvisoryMember.student_id == CALLER, holds(AdvisoryMember)
    )
    if model is Advisory:
        return Advisory.id.in_(advisories)
    if model is AdvisoryAdvisor:
        return AdvisoryAdvisor.advisory_id.in_(advisories)
    return false()


def _visible_person(
    model: type[db.Base], ownership: PersonOfDistrict, caller: Caller, permission: Permission
) -> ColumnElement[bool]:
    """Every adult of the district, and the students whose roster the caller may read or write.

    Whoever keeps no roster sees themselves alone. No office lets a parent read the
    other family members of their child.
    """
    in_district = _column(model, ownership.column) == DISTRICT
    granted = {role: conditions(role, permission) for role in sorted(caller.roles)}
    if not any(None in needed for needed in granted.values()):
        return in_district & (_column(model, "id") == CALLER)
    if caller.children:
        id_ = _column(model, "id")
        is_kin = id_.in_(household()) & (id_ != CALLER) & id_.not_in(caller.children)
        in_district = in_district & ~is_kin
    if any(role in caller.wide and None in needed for role, needed in granted.items()):
        return in_district
    is_read = permission == ownership.read
    students = students_for(caller, Permission.ROSTER_READ if is_read else Permission.ROSTER_WRITE)
    key = _column(model, "id")
    is_reached = false() if students is None else key.in_(students)
    return in_district & or_(~exists().where(Student.id == key), is_reached)


def _column(model: type[db.Base], name: str) -> ColumnElement[Any]:
    column: ColumnElement[Any] = getattr(model, name)
    return column
