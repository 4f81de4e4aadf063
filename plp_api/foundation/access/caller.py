"""The caller of a request: person, session and roles, loaded in one query."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Date,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import Select

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import EVERYBODYS, Permission, Role, conditions
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import assignments, leaving, names, spans
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.classes import Enrollment, EnrollmentRole
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    LoginSession,
    Person,
    PersonStatus,
    Student,
)
from plp_api.foundation.roster.relationships import (
    Appointment,
    AppointmentRole,
    Placement,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
)

CALLER = bindparam("caller", type_=Uuid())
DISTRICT = bindparam("district", type_=Uuid())
TODAY = bindparam("today", type_=Date())
ASSIGNED = bindparam("assigned", type_=db.IDS)


def schools_of(role: Role) -> BindParameter[Any]:
    """The schools where the caller holds that office."""
    return bindparam(f"{role}_schools", type_=db.IDS)


def holds(dated: Any) -> ColumnElement[bool]:
    """Whether a dated row holds today: from `starts_on` until the day before `ends_on`."""
    return spans.holds_on(dated, TODAY)


def is_not_over(dated: Any) -> ColumnElement[bool]:
    """Whether a dated row holds today, or will hold later."""
    return spans.is_not_over(dated, TODAY)


def is_family_tie(relationship: Any) -> ColumnElement[bool]:
    """Whether the relationship makes the caller family, even where it gives no rights today.

    A parent who has no rights, or whose relationship has ended, is still a
    parent: they never act for the school, and no office shows them the other
    parent. The rule covers every person of the caller's account: they are one
    human being.
    """
    return and_(
        relationship.person_id.in_(selves()),
        relationship.kind == RelationshipKind.PARENT,
        relationship.status != RelationshipStatus.SUPPRESSED,
    )


def household() -> Any:
    """Ids of the caller's children, and of everybody who is family to one of these children.

    Includes the caller, and every other person of the accounts of these people.
    Nobody may use an office to act on their own household.
    """
    own, other = aliased(Relationship), aliased(Relationship)
    children = select(own.student_id).where(is_family_tie(own))
    family = select(other.person_id).where(
        other.kind == RelationshipKind.PARENT,
        other.status != RelationshipStatus.SUPPRESSED,
        other.student_id.in_(children),
    )
    members = union_all(children, family).cte()
    own_account, shared = aliased(AccountPerson), aliased(AccountPerson)
    others = (
        select(shared.person_id)
        .join(own_account, own_account.account_id == shared.account_id)
        .join(members, members.c[0] == own_account.person_id)
    )
    return union_all(select(members.c[0]), others)


def selves() -> Any:
    """Ids of the caller and of the other persons of their account."""
    own, other = aliased(AccountPerson), aliased(AccountPerson)
    others = (
        select(other.person_id)
        .join(own, own.account_id == other.account_id)
        .where(own.person_id == CALLER)
    )
    return union_all(select(CALLER), others)


Shape = tuple[frozenset[Role], frozenset[Role], bool]
"""Roles held, roles held for the whole district, and whether the district hosts guests."""


@dataclass(frozen=True)
class Own:
    """The caller's name at school; if they are a student, their grade and school."""

    name: str
    grade: str | None = None
    school_id: UUID | None = None


@dataclass(frozen=True)
class Caller:
    """A signed-in person, with the roles they hold today.

    `schools` lists, per role, the schools where the caller holds that office.
    `wide` holds the offices held for the whole district. `guest_districts` are
    the home districts of students placed in the caller's district. `children`
    are the students to whom the caller is family (see `is_family_tie`). `others` are the
    other persons of their account: one human being with the caller. `assigned` are the ids
    of what the caller is assigned to today. `own` is what responses say of the caller
    themselves.
    """

    person_id: UUID
    district_id: UUID
    session_id: UUID | None
    today: date
    roles: frozenset[Role]
    schools: dict[Role, tuple[UUID, ...]] = field(default_factory=dict)
    wide: frozenset[Role] = frozenset()
    guest_districts: tuple[UUID, ...] = ()
    children: frozenset[UUID] = frozenset()
    others: frozenset[UUID] = frozenset()
    assigned: frozenset[UUID] = frozenset()
    reason: str | None = None
    own: Own | None = None

    def may(self, permission: Permission) -> bool:
        """Whether a role of the caller grants the permission on any student at all."""
        return permission in EVERYBODYS or any(conditions(role, permission) for role in self.roles)

    def only_as(self, *roles: Role) -> "Caller":
        """The same person, with none but these of their roles."""
        kept = frozenset(roles)
        assigned = self.assigned if Role.TEAM_MEMBER in kept else frozenset()
        return replace(self, roles=self.roles & kept, wide=self.wide & kept, assigned=assigned)

    @property
    def is_student(self) -> bool:
        """Whether the caller is a student of the district, or was one."""
        return not self.roles.isdisjoint({Role.STUDENT, Role.ALUMNUS})

    @property
    def is_staff(self) -> bool:
        """Whether the caller works here today: holds an office, advises or teaches."""
        return bool(self.roles - FAMILY - {Role.TEAM_MEMBER})

    @property
    def districts(self) -> tuple[UUID, ...]:
        """The districts whose rows this caller's transaction may read or write."""
        return (self.district_id, *self.guest_districts)

    @cached_property
    def shape(self) -> Shape:
        """What the text of the caller's SQL depends on: the cache key of prepared statements."""
        return self.roles, self.wide, bool(self.guest_districts)

    @cached_property
    def naming(self) -> dict[str, Any]:
        """The values of the bound parameters in the SQL of names (`roster.names`)."""
        return {"children": list(self.children), "districts": list(self.districts)}

    @cached_property
    def binds(self) -> dict[str, Any]:
        """The values of the bound parameters in the caller's SQL."""
        return {
            "caller": self.person_id,
            "district": self.district_id,
            "today": self.today,
            "assigned": list(self.assigned),
            **self.naming,
            **{f"{role}_schools": list(ids) for role, ids in self.schools.items()},
        }


def _row(kind: str, a: Any = None, b: Any = None, c: Any = None) -> Select[Any]:
    """One select of the union: a kind, two ids and a word."""
    none_id, none_word = cast(null(), Uuid()), cast(null(), String())
    return select(
        literal(kind, String()).label("kind"),
        (none_id if a is None else a).label("a"),
        (none_id if b is None else b).label("b"),
        (none_word if c is None else cast(c, String())).label("c"),
    )


def _is_reachable(assignment: Any) -> ColumnElement[bool]:
    """Whether the work is a student's of the caller's district, or of a guest's in it today."""
    stay = aliased(Placement)
    is_guests = exists().where(
        stay.student_id == assignment.student_id, stay.host_district_id == DISTRICT, holds(stay)
    )
    return or_(assignment.district_id == DISTRICT, is_guests)


def _statement() -> db.Prepared:
    session_id = bindparam("session", type_=Uuid())
    own, other = aliased(AccountPerson), aliased(AccountPerson)
    return db.Prepared(
        union_all(
            _row("session", Person.id, LoginSession.account_id, names.at_school(Person))
            .join_from(LoginSession, Person, Person.id == LoginSession.person_id)
            .join(Account, Account.id == LoginSession.account_id)
            .where(
                LoginSession.id == session_id,
                Person.id == CALLER,
                LoginSession.ended_at.is_(None),
                Person.status == PersonStatus.ACTIVE,
                Account.is_disabled.is_(False),
            ),
            _row("student", Student.id, Student.plan_home_school_id, Student.grade).where(
                Student.id == CALLER
            ),
            _row("left").where(leaving.has_left(CALLER, TODAY)),
            _row("tie", c=Relationship.kind)
            .where(
                Relationship.person_id == CALLER,
                Relationship.status == RelationshipStatus.CONFIRMED,
                holds(Relationship),
            )
            .distinct(),
            _row("child", Relationship.student_id).where(is_family_tie(Relationship)),
            _row("other", other.person_id)
            .join_from(own, other, other.account_id == own.account_id)
            .where(own.person_id == CALLER, other.person_id != CALLER),
            assignments.of_person(
                _row("assigned", Assignment.subject_id, Assignment.student_id), CALLER, TODAY
            ).where(_is_reachable(Assignment)),
            _row("appointment", Appointment.school_id, c=Appointment.role).where(
                Appointment.person_id == CALLER, holds(Appointment)
            ),
            _row("teaches").where(
                exists().where(
                    Enrollment.person_id == CALLER,
                    Enrollment.role == EnrollmentRole.TEACHER,
                    holds(Enrollment),
                )
            ),
            _row("guest", Placement.district_id)
            .where(
                Placement.host_district_id == DISTRICT,
                Placement.district_id != DISTRICT,
                holds(Placement),
            )
            .distinct(),
        )
    )


LOAD = _statement()

ROLE_OF_TIE = {
    RelationshipKind.ADVISOR: Role.ADVISOR,
    RelationshipKind.CASE_MANAGER: Role.ADVISOR,
    RelationshipKind.PARENT: Role.PARENT,
}
FAMILY = frozenset({Role.STUDENT, Role.ALUMNUS, Role.PARENT})


AskAhead = Callable[[Caller], db.Ahead]
"""The queries to send in advance, if the caller is the one that was guessed."""

MOST_REMEMBERED = 4096
_last_seen: dict[UUID, Caller] = {}


def load(
    person_id: UUID,
    session_id: UUID,
    district_id: UUID,
    zone: str,
    reason: str | None = None,
    ask: AskAhead | None = None,
) -> tuple[Caller, list[list[dict[str, Any]]] | None]:
    """The caller that a token names; enters their districts for row-level security.

    The caller is read from the database each time. To save a round trip, the
    queries that `ask` returns are sent together with that query. They are built
    for the caller this process last saw in the session. Their results are the
    second value returned: None unless the caller is exactly the same as then, so
    that results queried for another caller are never used. Raises
    Problem(session_ended) where the session is over or the account or person
    disabled.
    """
    today = clock.today(zone)
    query = LOAD(caller=person_id, session=session_id, district=district_id, today=today)
    guess = _guess(session_id, today, reason) if ask else None
    ahead = ask(guess) if ask and guess else db.Ahead()
    districts = guess.districts if guess else (district_id,)
    rows, *came = db.fetch(query, *ahead.queries, districts=districts, is_last=ahead.is_last)
    if not any(row["kind"] == "session" for row in rows):
        raise Problem(Code.SESSION_ENDED)
    caller = _assembled(rows, person_id, session_id, district_id, today, reason)
    if not set(caller.districts).issubset(districts):
        # The account may also be a parent's in a guest's home district. The first query could
        # not see that: row-level security hid the district.
        db.enter(caller.districts)
        (rows,) = db.fetch(query)
        caller = _assembled(rows, person_id, session_id, district_id, today, reason)
    elif districts != caller.districts or (ahead.is_last and caller != guess):
        db.enter(caller.districts)
    _remember(caller)
    return caller, came if caller == guess else None


def _guess(session_id: UUID, today: date, reason: str | None) -> Caller | None:
    """The caller this process last saw in the session, if that was today."""
    seen = _last_seen.get(session_id)
    if seen is None or seen.today != today:
        return None
    return seen if reason is None else replace(seen, reason=reason)


def _remember(caller: Caller) -> None:
    if caller.session_id is None:
        return
    if len(_last_seen) >= MOST_REMEMBERED:
        _last_seen.clear()
    _last_seen[caller.session_id] = replace(caller, reason=None) if caller.reason else caller


def absent(person: Person, on: date) -> Caller:
    """A person who acts without a session (by a link, on paper), with their roles on that day.

    The person's district must have been entered. A deactivated person holds no roles.
    """
    if person.status == PersonStatus.ACTIVE:
        return as_of(person, on)
    return _assembled((), person.id, None, person.district_id, on, None)


def as_of(person: Person, on: date) -> Caller:
    """The person with the roles they held on that day, even if deactivated since."""
    district_id = person.district_id
    (rows,) = db.fetch(LOAD(caller=person.id, session=None, district=district_id, today=on))
    return _assembled(rows, person.id, None, district_id, on, None)


def _assembled(
    rows: Iterable[dict[str, Any]],
    person_id: UUID,
    session_id: UUID | None,
    district_id: UUID,
    today: date,
    reason: str | None,
) -> Caller:
    roles: set[Role] = set()
    wide: set[Role] = set()
    schools: dict[Role, list[UUID]] = {}
    guests: list[UUID] = []
    children: set[UUID] = set()
    others: set[UUID] = set()
    assigned: dict[UUID, UUID] = {}
    own: dict[str, Any] = {}
    for row in rows:
        match row["kind"]:
            case "session":
                own["name"] = row["c"]
            case "student":
                roles.add(Role.STUDENT)
                own |= {"grade": row["c"], "school_id": row["b"]}
            case "left":
                roles.add(Role.ALUMNUS)
            case "teaches":
                roles.add(Role.TEACHER)
            case "tie":
                roles.add(ROLE_OF_TIE[RelationshipKind(row["c"])])
            case "child":
                children.add(row["a"])
            case "other":
                others.add(row["a"])
            case "assigned":
                assigned[row["a"]] = row["b"]
            case "guest":
                guests.append(row["a"])
            case "appointment":
                role = Role(AppointmentRole(row["c"]).value)
                roles.add(role)
                if row["a"] is not None:
                    schools.setdefault(role, []).append(row["a"])
                elif role is not Role.TEACHER:  # A teacher reaches classes, wherever appointed.
                    wide.add(role)
    if Role.ALUMNUS in roles:
        roles.discard(Role.STUDENT)
    work = _work_of_staff(assigned, roles, children | others | {person_id})
    if work:
        roles.add(Role.TEAM_MEMBER)
    return Caller(
        person_id=person_id,
        district_id=district_id,
        session_id=session_id,
        today=today,
        roles=frozenset(roles),
        schools={role: tuple(sorted(ids)) for role, ids in schools.items()},
        wide=frozenset(wide),
        # Only staff reach guests: a student's or parent's transaction enters no other district.
        guest_districts=tuple(sorted(guests)) if roles - FAMILY else (),
        children=frozenset(children),
        others=frozenset(others),
        assigned=work,
        reason=reason,
        own=Own(**own) if "name" in own else None,
    )


def _work_of_staff(assigned: dict[UUID, UUID], roles: set[Role], own: set[UUID]) -> frozenset[UUID]:
    """What the caller is assigned to, if they are staff today; by id of the work, its student.

    Whoever has left the school keeps no assignment. Nobody is assigned to the work of their
    own child, or to their own, even if they became family after it was given.
    """
    if not roles - FAMILY:
        return frozenset()
    return frozenset(work for work, student_id in assigned.items() if student_id not in own)
