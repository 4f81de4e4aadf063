"""Whoever asks: person, session and reach, loaded in one query."""

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
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import Select

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import EVERYBODYS, Permission, Role, conditions
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import spans
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


def schools_of(role: Role) -> BindParameter[Any]:
    """The schools where the caller holds that office."""
    return bindparam(f"{role}_schools", type_=db.IDS)


def holds(tie: Any) -> ColumnElement[bool]:
    """Whether a dated tie holds today: from `starts_on` until the day before `ends_on`."""
    return spans.holds_on(tie, TODAY)


def is_not_over(tie: Any) -> ColumnElement[bool]:
    """Whether a dated tie holds today, or will."""
    return spans.is_not_over(tie, TODAY)


def is_family_tie(tie: Any) -> ColumnElement[bool]:
    """Whether a relationship makes the caller family: asked of the tie itself, not of reach.

    A parent without rights, or of former times, is a parent: they never act for
    the school, and of the other parent they learn nothing by an office. So is who
    is the parent as another person of the same account: it is one human being.
    """
    return and_(
        tie.person_id.in_(selves()),
        tie.kind == RelationshipKind.PARENT,
        tie.status != RelationshipStatus.SUPPRESSED,
    )


def household() -> Any:
    """Ids of the students to whom the caller is family, and of everybody tied to these as family.

    The caller is among them, and whom else one of these accounts may act as.
    Nobody acts on these people by an office.
    """
    own, other = aliased(Relationship), aliased(Relationship)
    children = select(own.student_id).where(is_family_tie(own))
    family = select(other.person_id).where(
        other.kind == RelationshipKind.PARENT,
        other.status != RelationshipStatus.SUPPRESSED,
        other.student_id.in_(children),
    )
    members = union_all(children, family).cte()
    one, another = aliased(AccountPerson), aliased(AccountPerson)
    others = (
        select(another.person_id)
        .join(one, one.account_id == another.account_id)
        .join(members, members.c[0] == one.person_id)
    )
    return union_all(select(members.c[0]), others)


def selves() -> Any:
    """The caller, and whom else their account may act as."""
    own, other = aliased(AccountPerson), aliased(AccountPerson)
    others = (
        select(other.person_id)
        .join(own, own.account_id == other.account_id)
        .where(own.person_id == CALLER)
    )
    return union_all(select(CALLER), others)


Shape = tuple[frozenset[Role], frozenset[Role], bool]
"""Roles held, those held for the whole district, and whether there are guests."""


@dataclass(frozen=True)
class Caller:
    """A signed-in person, today, with what they hold.

    `schools` lists, per role, the schools where the caller holds that office;
    `wide` the offices held for the whole district; `guest_districts` the home
    districts of students placed in the caller's own; `children` those to whom
    the caller is family in any way (see `is_family_tie`).
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
    reason: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether any role held could ever grant the permission, on somebody."""
        return permission in EVERYBODYS or any(conditions(role, permission) for role in self.roles)

    @property
    def districts(self) -> tuple[UUID, ...]:
        """The districts whose rows this caller's transaction may touch at all."""
        return (self.district_id, *self.guest_districts)

    @cached_property
    def shape(self) -> Shape:
        """What decides how the caller's SQL looks, whoever they are: statements are kept by it."""
        return self.roles, self.wide, bool(self.guest_districts)

    @cached_property
    def binds(self) -> dict[str, Any]:
        """The values for the caller's SQL."""
        return {
            "caller": self.person_id,
            "district": self.district_id,
            "today": self.today,
            **{f"{role}_schools": list(ids) for role, ids in self.schools.items()},
        }


def _row(kind: str, a: Any = None, b: Any = None, c: Any = None) -> Select[Any]:
    """One arm of the union: a kind, two ids and a word."""
    none_id, none_word = cast(null(), Uuid()), cast(null(), String())
    return select(
        literal(kind, String()).label("kind"),
        (none_id if a is None else a).label("a"),
        (none_id if b is None else b).label("b"),
        (none_word if c is None else cast(c, String())).label("c"),
    )


def _statement() -> db.Prepared:
    session_id = bindparam("session", type_=Uuid())
    return db.Prepared(
        union_all(
            _row("session", Person.id, LoginSession.account_id)
            .join_from(LoginSession, Person, Person.id == LoginSession.person_id)
            .join(Account, Account.id == LoginSession.account_id)
            .where(
                LoginSession.id == session_id,
                Person.id == CALLER,
                LoginSession.ended_at.is_(None),
                Person.status == PersonStatus.ACTIVE,
                Account.is_disabled.is_(False),
            ),
            _row("student", Student.id).where(Student.id == CALLER),
            _row("tie", c=Relationship.kind)
            .where(
                Relationship.person_id == CALLER,
                Relationship.status == RelationshipStatus.CONFIRMED,
                holds(Relationship),
            )
            .distinct(),
            _row("child", Relationship.student_id).where(is_family_tie(Relationship)),
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
FAMILY = frozenset({Role.STUDENT, Role.PARENT})


AskAhead = Callable[[Caller], db.Ahead]
"""What will be asked, should the caller turn out to be this one."""

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
    """The caller a token names, with the transaction opened to their districts.

    Who they are is read afresh each time. What `ask` gives travels along with
    that question, put as for whom this session was when last seen here: a round
    trip less. Its answers come second; they are None unless the caller proved
    exactly the same, so that nothing asked for anybody else is used. Raises
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
        # Where students come from as guests, the same account may be a parent's: seen only now.
        db.enter(caller.districts)
        (rows,) = db.fetch(query)
        caller = _assembled(rows, person_id, session_id, district_id, today, reason)
    elif districts != caller.districts or (ahead.is_last and caller != guess):
        db.enter(caller.districts)
    _remember(caller)
    return caller, came if caller == guess else None


def _guess(session_id: UUID, today: date, reason: str | None) -> Caller | None:
    """Whom the session was when last seen in this process, if that was today."""
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
    """A person who acts without a session, by a link or on paper: what they held on that day.

    Their district must have been entered. Who is shut out holds nothing.
    """
    if person.status == PersonStatus.ACTIVE:
        return as_of(person, on)
    return _assembled((), person.id, None, person.district_id, on, None)


def as_of(person: Person, on: date) -> Caller:
    """The person with what they held on that day, shut out since or not."""
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
    for row in rows:
        match row["kind"]:
            case "student":
                roles.add(Role.STUDENT)
            case "teaches":
                roles.add(Role.TEACHER)
            case "tie":
                roles.add(ROLE_OF_TIE[RelationshipKind(row["c"])])
            case "child":
                children.add(row["a"])
            case "guest":
                guests.append(row["a"])
            case "appointment":
                role = Role(AppointmentRole(row["c"]).value)
                roles.add(role)
                if row["a"] is not None:
                    schools.setdefault(role, []).append(row["a"])
                elif role is not Role.TEACHER:  # A teacher reaches classes, wherever appointed.
                    wide.add(role)
    return Caller(
        person_id=person_id,
        district_id=district_id,
        session_id=session_id,
        today=today,
        roles=frozenset(roles),
        schools={role: tuple(sorted(ids)) for role, ids in schools.items()},
        wide=frozenset(wide),
        # Only staff reach guests; a student's or parent's transaction stays at home.
        guest_districts=tuple(sorted(guests)) if roles - FAMILY else (),
        children=frozenset(children),
        reason=reason,
    )
