"""Loads the rows that the caller may see, and says what they may do with them."""

from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, select

from plp_api.foundation import db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access import identities, reach
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import (
    KEPT_AT_HOME,
    Condition,
    Permission,
    Role,
    conditions,
    holders,
)
from plp_api.foundation.access.reach import Reached
from plp_api.foundation.access.scope import unsealed, visible
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.ownership import (
    OwnedByDistrict,
    OwnedByPerson,
    OwnedBySchool,
    OwnedByStudent,
    OwnedWithSubject,
)
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import District, Student
from plp_api.foundation.roster.relationships import RecordKind

Model = TypeVar("Model", bound=db.Base)


@cache
def _by_key(model: type[Model]) -> Select[Any]:
    """Select one row by its id. Cached, because `Session.get` would build it for each row."""
    return select(model).where(model.id == bindparam("key"))  # type: ignore[attr-defined]


@cache
def _key_to(model: Any, parent: Any) -> ColumnElement[Any]:
    """The foreign key column of the model to the parent; it must have exactly one."""
    key: ColumnElement[Any]
    (key,) = (column for column in model.__table__.c if column.references(parent.__table__.c.id))
    return key


def is_assigned(caller: Caller, permission: Permission, row: Any) -> bool:
    """Whether the caller has the permission on the row because they are assigned to its work."""
    column = row.__ownership__.assigned_by
    if column is None or Condition.ASSIGNED not in conditions(Role.TEAM_MEMBER, permission):
        return False
    return getattr(row, column) in caller.assigned


def denied(*permissions: Permission, detail: str | None = None, row: Any = None) -> Problem:
    """The problem permission_denied, which says which roles have any of these permissions.

    On `row`, if one is given: not every row is work that somebody may be assigned to.
    """
    is_work = row is None or getattr(row.__ownership__, "assigned_by", None) is not None
    extra = {"allowed_roles": holders(*permissions, by_assignment=is_work)}
    return Problem(Code.PERMISSION_DENIED, detail, extra=extra)


class Access:
    """What the caller may do with rows: load, list, check.

    The caller's reach to a student is kept for the duration of the request.
    """

    def __init__(self, caller: Caller, ahead: list[list[dict[str, Any]]] | None = None) -> None:
        self.caller = caller
        self._ahead = ahead
        self._reached: dict[UUID, Reached] = {}
        self._districts: dict[UUID, District] = {}
        self._parents: dict[UUID, set[UUID]] = {}
        self._opened: set[tuple[UUID, Permission]] = set()

    def answered(self) -> list[list[dict[str, Any]]] | None:
        """The results of the queries sent with the caller's own, once; None if there are none."""
        results, self._ahead = self._ahead, None
        return results

    # Lists.

    def select(self, model: type[Model], permission: Permission | None = None) -> Select[Any]:
        """The rows of the model the caller may see (or do `permission` on); run with `scalars`."""
        needed = permission or Permission(model.__ownership__.read)  # type: ignore[attr-defined]
        return select(model).where(visible(model, self.caller, needed))

    def beneath(self, row: Any, model: type[Model]) -> Select[Any]:
        """Rows of the model that belong to `row`: by foreign key, or with `row` as their subject.

        Loading `row` already checked the right to read them. So a stated reason
        that opened `row` opens them too, though lists across students leave them out.
        """
        child: Any = model
        if hasattr(child, "subject_id"):
            belongs = and_(child.subject_type == row.__tablename__, child.subject_id == row.id)
        else:
            parent: Any = type(row)
            belongs = _key_to(child, parent) == row.id
        return select(model).where(child.student_id == row.student_id, belongs)

    def scalars(self, statement: Select[Any]) -> Sequence[Any]:
        """The rows of a statement made by `select`."""
        return db.session().scalars(statement, self.caller.binds).unique().all()

    def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """The rows of a statement over columns, made with `visible`."""
        return db.session().execute(statement, self.caller.binds).all()

    # Single rows.

    def load(
        self,
        model: type[Model],
        key: UUID,
        permission: Permission,
        reached: Reached | None = None,
    ) -> Model:
        """The row, if the caller has `permission` on it.

        `reached` is the caller's reach to its student, if it is known already.
        Raises Problem(not_found) where the row is out of reach, and
        Problem(permission_denied) only where the caller may see that row.
        """
        if isinstance(getattr(model, "__ownership__", None), OwnedByStudent):
            return self._load_of_student(model, key, permission, reached)
        return self._load_of_place(model, key, permission)

    def _load_of_place(self, model: type[Model], key: UUID, permission: Permission) -> Model:
        for needed in (permission, Permission(model.__ownership__.read)):  # type: ignore[attr-defined]
            if not self.caller.may(needed):
                continue
            rows = self.scalars(self.select(model, needed).where(model.id == key))  # type: ignore[attr-defined]
            if rows and needed == permission and self._is_wide_enough(permission, model):
                return rows[0]  # type: ignore[no-any-return]
            if rows:
                raise self._denied_at(permission, getattr(rows[0], "school_id", None))
        raise Problem(Code.NOT_FOUND)

    def _is_wide_enough(self, permission: Permission, model: Any) -> bool:
        """Whether the row needs no office for the whole district, or the caller has one."""
        ownership = model.__ownership__
        is_free = not isinstance(ownership, OwnedByDistrict) or not ownership.is_wide
        return is_free or permission == ownership.read or self.may_at(permission, None)

    def _load_of_student(
        self, model: type[Model], key: UUID, permission: Permission, reached: Reached | None
    ) -> Model:
        rows = db.session().scalars(_by_key(model), {"key": key}).unique()
        row: Any = rows.one_or_none()
        if row is None:
            raise Problem(Code.NOT_FOUND)
        if reached is not None:
            self.know(getattr(row, row.__ownership__.column), reached)
        self.require(permission, row)
        return row  # type: ignore[no-any-return]

    def readable(self, model: type[Model], key: UUID) -> Model | None:
        """The row, if the caller may read it without a stated reason: for a problem to tell of."""
        read = getattr(getattr(model, "__ownership__", None), "read", None)
        if read is None or self.caller.reason is not None:
            return None
        try:
            return self.load(model, key, Permission(read))
        except Problem:
            return None

    def require(self, permission: Permission, row: Any) -> None:
        """Check that the caller has `permission` on the row; log it if it needs a stated reason.

        A row that is about no student has none to check: it is enough that some role of the
        caller has the permission. The caller must have checked that the row may be read.
        Raises what `load` raises, and Problem(reason_required).
        """
        if not isinstance(row.__ownership__, OwnedByStudent):
            if not self.caller.may(permission):
                raise denied(permission)
            return
        ownership: OwnedByStudent = row.__ownership__
        student_id: UUID = getattr(row, ownership.column)
        reached = self.reached(student_id)
        read = Permission(ownership.read)
        if not self._sees_besides(row, ownership, reached) or not self._is_unsealed(row):
            raise Problem(Code.NOT_FOUND)
        if reach.is_sealed(reached, read.area):
            raise Problem(Code.NOT_FOUND)
        if self._permits(permission, row, reached) and not self._is_kept(permission, row):
            self._note_reason(permission, student_id, row)
            return
        if reach.needs_reason(self.caller, reached, permission):
            raise Problem(Code.REASON_REQUIRED, "Send it in the X-Access-Reason header.")
        if self._permits(read, row, reached):
            raise denied(permission, row=row)
        raise Problem(Code.NOT_FOUND)

    def _permits(self, permission: Permission, row: Any, reached: Reached) -> bool:
        """Whether the caller's reach to the student, or to this row alone, gives the permission."""
        if reach.permits(self.caller, reached, permission):
            return True
        return is_assigned(self.caller, permission, row)

    def _sees_besides(self, row: Any, ownership: OwnedByStudent, reached: Reached) -> bool:
        """Whether the caller has what the row needs besides, or could have by stating a reason.

        That is to see what it is part of, or to see hidden rows of its table.
        """
        besides = [
            Permission(needed)
            for column, value, needed in ownership.hidden
            if getattr(row, column) == value
        ]
        if isinstance(ownership, OwnedWithSubject):
            besides.append(Permission(row.read_of_subject))
        return all(
            self._permits(needed, row, reached) or reach.needs_reason(self.caller, reached, needed)
            for needed in besides
        )

    def _is_unsealed(self, row: Any) -> bool:
        """Whether the caller may see the row, if it is about a person or only for staff."""
        if not row.__ownership__.has_seal:
            return True
        model = type(row)
        criterion = unsealed(model, row.__ownership__)
        seen = select(model.id).where(model.id == row.id, criterion)
        return db.session().scalar(seen, self.caller.binds) is not None

    def _is_kept(self, permission: Permission, row: Any) -> bool:
        """Whether only another district, the student's own, may do this."""
        return permission in KEPT_AT_HOME and row.district_id != self.caller.district_id

    def _note_reason(self, permission: Permission, student_id: UUID, row: Any = None) -> None:
        """Record an audit event if only the stated reason gives the caller the permission.

        One event for each row that is loaded; without a row, at most one per request
        for each student and permission.
        """
        if not reach.opened_by_reason(self.caller, self.reached(student_id), permission):
            return
        if row is None and (student_id, permission) in self._opened:
            return
        self._opened.add((student_id, permission))
        row = row or db.session().get_one(Student, student_id)
        audit.record(
            "record.opened",
            row,
            by=self.caller.person_id,
            student_id=student_id,
            permission=permission,
            reason=self.caller.reason,
        )

    # What may be done.

    def reached(self, student_id: UUID) -> Reached:
        """The arms by which the caller reaches the student."""
        if student_id not in self._reached:
            self.look_up([student_id])
        return self._reached[student_id]

    def know(self, student_id: UUID, reached: Reached) -> None:
        """Keep the reach to a student that `reach.query` found elsewhere."""
        self._reached[student_id] = reached

    def look_up(self, student_ids: Iterable[UUID]) -> None:
        """Load the caller's reach to many students in one query, before each is checked."""
        unknown = {student_id for student_id in student_ids if student_id not in self._reached}
        self._reached.update(reach.look_up(self.caller, unknown))

    def may(self, permission: Permission, student_id: UUID) -> bool:
        """Whether the caller has the permission on the student; logs it if it needs a reason."""
        is_permitted = reach.permits(self.caller, self.reached(student_id), permission)
        if is_permitted:
            self._note_reason(permission, student_id)
        return is_permitted

    def shows(self, kind: RecordKind, student_id: UUID) -> bool:
        """Whether the caller may see that kind of record: a court order may deny it to a parent.

        For a resource that shows records of other kinds besides its own, whatever
        permission it needs. Only parents can be denied a kind.
        """
        if Role.PARENT not in self.caller.roles:
            return True
        return not reach.denies(self.reached(student_id), kind)

    def look_up_denied(self, student_ids: Iterable[UUID]) -> None:
        """Load in one query what orders deny a parent of these students, before each `shows`."""
        if Role.PARENT in self.caller.roles:
            self.look_up(student_ids)

    def may_on(self, permission: Permission, row: Any) -> bool:
        """Whether the caller has the permission on this row, which they may read."""
        if isinstance(row.__ownership__, OwnedBySchool):
            return self._may_on_schools(permission, row)
        if isinstance(row.__ownership__, OwnedByPerson):
            is_own = getattr(row, row.__ownership__.column) == self.caller.person_id
            return is_own and self.caller.may(permission)
        if isinstance(row.__ownership__, OwnedByDistrict):
            is_here = getattr(row, row.__ownership__.column) == self.caller.district_id
            may = self.caller.may(permission) and self._is_wide_enough(permission, type(row))
            return is_here and may
        student_id: UUID = getattr(row, row.__ownership__.column)
        may = self.may(permission, student_id) or is_assigned(self.caller, permission, row)
        return may and not self._is_kept(permission, row)

    def _may_on_schools(self, permission: Permission, row: Any) -> bool:
        ownership: OwnedBySchool = row.__ownership__
        if ownership.by is None:
            return self.may_at(permission, getattr(row, ownership.column))
        is_theirs = getattr(row, ownership.by) == self.caller.person_id
        return is_theirs and self.caller.may(permission)

    def roles_to(self, student_id: UUID) -> set[Role]:
        """The caller's roles toward this student."""
        return {role for role, _ in self.reached(student_id)}

    def is_to(self, role: Role, student_id: UUID) -> bool:
        """Whether the caller has that role toward this student."""
        return role in self.roles_to(student_id)

    def has_left(self, student_id: UUID | None) -> bool:
        """Whether the caller is that student, and a former one (`roster.leaving`)."""
        return Role.ALUMNUS in self.caller.roles and student_id == self.caller.person_id

    def is_oneself(self, student_id: UUID) -> bool:
        """Whether the caller is that student, or was."""
        return student_id == self.caller.person_id

    def speaks_as(self, permission: Permission, student_id: UUID, row: Any = None) -> Role:
        """The role by which the caller does this; of several, the nearest to the student.

        With `row`, what they do it on: somebody assigned to it needs no other role.
        Raises Problem(permission_denied) where no role grants it.
        """
        reached = self.reached(student_id)
        for role in Role:
            if role in self.caller.roles and reach.grants(self.caller, reached, role, permission):
                return role
        if row is not None and is_assigned(self.caller, permission, row):
            return Role.TEAM_MEMBER
        raise denied(permission, row=row)

    def may_as(self, role: Role, permission: Permission, student_id: UUID) -> bool:
        """Whether this role of the caller grants the permission on the student."""
        return reach.grants(self.caller, self.reached(student_id), role, permission)

    def decides_for(self, student_id: UUID) -> bool:
        """Whether the caller is a parent who may decide for the student today."""
        return (Role.PARENT, Condition.DECIDING) in self.reached(student_id)

    def is_family(self, student_id: UUID) -> bool:
        """Whether the caller is the student's parent, who never acts for the school on them.

        A parent without rights, whom reach leaves out, counts too.
        """
        return student_id in self.caller.children

    def names_as_family(self, person_id: UUID, student_id: UUID | None) -> bool:
        """Whether the caller reads this person's name as the family does (`roster.names`).

        They do in what is about their child, and of their child everywhere; in what is
        about no student, if they are a parent and nothing else, or nothing yet.
        """
        if student_id is None and self.caller.roles <= {Role.PARENT}:
            return True
        return not self.caller.children.isdisjoint({person_id, student_id})

    def keeps(self, student_id: UUID) -> bool:
        """Whether the caller keeps the student's plan in home study (16 V.S.A. 942)."""
        return self.may(Permission.PLANS_KEEP, student_id)

    def shown_person(
        self, person_id: UUID | None, student_id: UUID, acted_as: str | None = None
    ) -> UUID | None:
        """The person who did something, or None if the caller may not learn it (`identities`)."""
        is_named = person_id is None or self.is_named(person_id, student_id, acted_as)
        return person_id if is_named else None

    def is_named(
        self, person_id: UUID | None, student_id: UUID, acted_as: str | None = None
    ) -> bool:
        """Whether the caller may learn that this person did something about the student."""
        return identities.is_named(
            person_id,
            acted_as,
            student_id,
            is_family=self.is_family(student_id),
            is_reader=lambda person: person == self.caller.person_id or person in self.selves,
            is_parent=lambda person: person in self._parents_of(student_id),
        )

    def _parents_of(self, student_id: UUID) -> set[UUID]:
        """The student's parents; one query for all students that the request has looked up."""
        if student_id not in self._parents:
            students = {student_id, *self._reached} - self._parents.keys()
            self._parents.update({student: set() for student in students})
            for student, parent in db.session().execute(identities.parents_of(students)):
                self._parents[student].add(parent)
        return self._parents[student_id]

    @cached_property
    def selves(self) -> frozenset[UUID]:
        """Ids of the caller and of the other persons of their account: one human being."""
        return self.caller.others | {self.caller.person_id}

    @cached_property
    def household(self) -> frozenset[UUID]:
        """Ids of the caller's children and of these children's family; the caller acts on none."""
        if not self.caller.children:
            return frozenset()
        kin = frozenset(db.session().scalars(callers.household(), self.caller.binds))
        return kin - self.selves

    def is_own(self, student_id: UUID) -> bool:
        """Whether nobody of the caller's account acts for the school on the student.

        That is the caller's child, and the caller as another person of the same account.
        """
        return self.is_family(student_id) or student_id in self.caller.others

    def refuse_family(self, student_id: UUID) -> None:
        """Raise actor_is_family if the student is the caller's own (`is_own`)."""
        if self.is_own(student_id):
            raise Problem(Code.ACTOR_IS_FAMILY)

    def district(self, district_id: UUID) -> District:
        """A district, read once per request."""
        if district_id not in self._districts:
            self._districts[district_id] = db.session().get_one(District, district_id)
        return self._districts[district_id]

    def may_at(self, permission: Permission, school_id: UUID | None) -> bool:
        """Whether an office of the caller grants it at that school (None: district-wide)."""
        granting = [role for role in self.caller.roles if conditions(role, permission)]
        return any(
            role in self.caller.wide or school_id in self.caller.schools.get(role, ())
            for role in granting
        )

    def require_at(self, permission: Permission, school_id: UUID | None) -> None:
        """Raise permission_denied unless `may_at`."""
        if not self.may_at(permission, school_id):
            raise self._denied_at(permission, school_id)

    def _denied_at(self, permission: Permission, school_id: UUID | None) -> Problem:
        """The problem permission_denied; says which place an office of the caller's lacks."""
        if not self.caller.may(permission):
            return denied(permission)
        place = "the whole district" if school_id is None else "that school"
        return denied(permission, detail=f"This needs an office for {place}.")
