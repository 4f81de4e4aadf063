"""The students a role reaches: one arm (a select) for each role and condition.

Lists (`scope`) combine the arms that a caller holds; `reach` narrows the same
arms to given students, so each rule is written once. An arm takes the role (for
the schools where the caller holds it) and the area: the kind of record that is
read, which a court order may deny to a parent.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from plp_api.foundation import db
from plp_api.foundation.access.caller import CALLER, DISTRICT, FAMILY, TODAY, holds, schools_of
from plp_api.foundation.access.permissions import Condition, Role
from plp_api.foundation.roster.classes import Enrollment, EnrollmentRole
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import District, Student
from plp_api.foundation.roster.relationships import (
    Appointment,
    Placement,
    PlacementKind,
    Post18Basis,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    SampledStudent,
    SchoolEnrollment,
    kinds_denying,
)

Arm = tuple[Role, Condition | None]
"""A way to reach students: the caller's role, and the condition that must also hold."""
Ids = Select[Any]
"""Ids of students, as SQL over `Caller.binds`."""

EVERY_AREA = ""
"""Instead of an area, for given students: the `denied` column then names what an order denies."""
SHARES_WITH_PARENTS_OF_DEPENDENTS = "shares_with_parents_of_dependents"
RIGHTS_NOT_MOVED = or_(Student.rights_transfer_on.is_(None), Student.rights_transfer_on > TODAY)


def is_home_studied(student_id: Any) -> ColumnElement[bool]:
    """Whether the student studies at home today."""
    return exists().where(HomeStudy.student_id == student_id, holds(HomeStudy))


def _oneself(_role: Role, _area: str) -> Iterator[Ids]:
    yield select(Student.id).where(Student.id == CALLER)


def _oneself_with_rights(_role: Role, _area: str) -> Iterator[Ids]:
    yield select(Student.id).where(Student.id == CALLER, Student.rights_transfer_on <= TODAY)


def _oneself_at_home(_role: Role, _area: str) -> Iterator[Ids]:
    yield select(Student.id).where(Student.id == CALLER, is_home_studied(Student.id))


def _confirmed(*kinds: RelationshipKind) -> tuple[ColumnElement[bool], ...]:
    return (
        Relationship.person_id == CALLER,
        or_(*(Relationship.kind == kind for kind in kinds)),
        Relationship.status == RelationshipStatus.CONFIRMED,
        holds(Relationship),
    )


def _children(area: str, *conditions: ColumnElement[bool]) -> Ids:
    """Children of a parent, while the rights are the parent's (20 U.S.C. 1232g(d); 34 CFR 99.5).

    `area` is the kind of record that is read, which an order may deny. With
    EVERY_AREA the code that reads the `denied` column must check that.
    """
    shares = District.settings[SHARES_WITH_PARENTS_OF_DEPENDENTS].as_boolean()
    rights_are_the_parents = or_(
        RIGHTS_NOT_MOVED,
        Relationship.post_18_basis == Post18Basis.STUDENT_CONSENT,
        (Relationship.post_18_basis == Post18Basis.DEPENDENT) & shares.is_(True),
    )
    return (
        select(Relationship.student_id)
        .join(Student, Student.id == Relationship.student_id)
        .join(District, District.id == Student.district_id)
        .where(
            *_confirmed(RelationshipKind.PARENT),
            *_not_denied(area),
            *conditions,
            rights_are_the_parents,
        )
    )


def _not_denied(area: str) -> Iterator[ColumnElement[bool]]:
    """That no order denies the area."""
    if area != EVERY_AREA:
        yield from (~db.has_tag(Relationship.denied, kind) for kind in sorted(kinds_denying(area)))


def _inspected_children(_role: Role, area: str) -> Iterator[Ids]:
    yield _children(area, Relationship.may_inspect.is_(True))


def _decided_children(_role: Role, area: str) -> Iterator[Ids]:
    """Children for whom this parent may decide; the student's consent to inspect is not enough."""
    yield _children(area, Relationship.may_decide.is_(True), RIGHTS_NOT_MOVED)


def _held_children(_role: Role, area: str) -> Iterator[Ids]:
    """Children whose rights under FERPA this parent holds (34 CFR 99.3, 99.5)."""
    yield _children(area, Relationship.may_inspect.is_(True), RIGHTS_NOT_MOVED)


def _children_at_home(_role: Role, area: str) -> Iterator[Ids]:
    at_home = is_home_studied(Relationship.student_id)
    yield _children(area, Relationship.may_decide.is_(True), RIGHTS_NOT_MOVED, at_home)


def _advisees(_role: Role, _area: str) -> Iterator[Ids]:
    yield select(Relationship.student_id).where(
        *_confirmed(RelationshipKind.ADVISOR, RelationshipKind.CASE_MANAGER)
    )


def _classes(_role: Role, _area: str) -> Iterator[Ids]:
    teaching, learning = aliased(Enrollment), aliased(Enrollment)
    yield (
        select(learning.person_id)
        .join(teaching, teaching.class_id == learning.class_id)
        .where(
            teaching.person_id == CALLER,
            teaching.role == EnrollmentRole.TEACHER,
            holds(teaching),
            learning.role == EnrollmentRole.STUDENT,
            holds(learning),
        )
    )


def _at_schools(role: Role, _area: str) -> Iterator[Ids]:
    schools = schools_of(role)
    yield select(SchoolEnrollment.student_id).where(
        db.any_of(SchoolEnrollment.school_id, schools), holds(SchoolEnrollment)
    )


def _kept_by_schools(role: Role, area: str) -> Iterator[Ids]:
    """Students at the schools, and former students whose plans these schools still keep."""
    yield from _at_schools(role, area)
    yield select(Student.id).where(db.any_of(Student.plan_home_school_id, schools_of(role)))


def _sampled(_role: Role, _area: str) -> Iterator[Ids]:
    yield (
        select(SampledStudent.student_id)
        .join(Appointment, Appointment.id == SampledStudent.appointment_id)
        .where(Appointment.person_id == CALLER, holds(Appointment))
    )


def _in_district(area: str) -> Iterator[Ids]:
    """All students of a district; with EVERY_AREA, SQLite must search by the given ids."""
    district = db.unindexed(Student.district_id) if area == EVERY_AREA else Student.district_id
    yield select(Student.id).where(district == DISTRICT)


ARMS: dict[Arm, Callable[[Role, str], Iterator[Ids]]] = {
    (Role.STUDENT, None): _oneself,
    (Role.STUDENT, Condition.HOLDING): _oneself_with_rights,
    (Role.STUDENT, Condition.KEEPING): _oneself_at_home,
    (Role.ALUMNUS, None): _oneself,
    (Role.ALUMNUS, Condition.HOLDING): _oneself_with_rights,
    (Role.PARENT, None): _inspected_children,
    (Role.PARENT, Condition.DECIDING): _decided_children,
    (Role.PARENT, Condition.HOLDING): _held_children,
    (Role.PARENT, Condition.KEEPING): _children_at_home,
    (Role.ADVISOR, None): _advisees,
    (Role.TEACHER, None): _classes,
    (Role.COUNSELOR, None): _at_schools,
    (Role.ELO_COORDINATOR, None): _at_schools,
    (Role.REGISTRAR, None): _kept_by_schools,
    (Role.SCHOOL_ADMIN, None): _kept_by_schools,
    (Role.AUDITOR, Condition.SAMPLED): _sampled,
}


def students_of(arm: Arm, is_wide: bool, area: str) -> Iterator[Ids]:
    """The students an arm reaches; `is_wide`: the caller holds the office for the whole district.

    An office that exists only for a district (district admin) reaches no
    students when it is held at a school.
    """
    if reaches_district(arm, is_wide):
        return _in_district(area)
    role, _ = arm
    return ARMS[arm](role, area) if arm in ARMS else iter(())


def guests_of(arm: Arm, is_wide: bool) -> Iterator[Ids]:
    """The students placed today at the arm's schools, or in its district: one select or none.

    It selects from `Placement`, so that the calling code can filter by its kind.
    """
    role, _ = arm
    if reaches_district(arm, is_wide):
        is_host = Placement.host_district_id == DISTRICT
    elif ARMS.get(arm) in (_at_schools, _kept_by_schools):
        is_host = db.any_of(Placement.school_id, schools_of(role))
    else:
        return
    yield select(Placement.student_id).where(is_host, holds(Placement))


IS_THEIRS = Placement.kind == PlacementKind.TUITION
"""Whether the hosting school decides for the student as the plan home school would (tuition)."""


def reaches_district(arm: Arm, is_wide: bool) -> bool:
    """Whether the arm reaches the whole district; an auditor's sample never does."""
    _, condition = arm
    return is_wide and condition is not Condition.SAMPLED


def is_of_family(arm: Arm) -> bool:
    """Whether the arm is the student's own or a parent's, not one of staff."""
    role, _ = arm
    return role in FAMILY
