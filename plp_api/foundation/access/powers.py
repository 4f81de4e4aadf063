"""Powers over people: who may act on somebody's account (product.md, section 3).

Some acts give the actor control over a person's account (a code, an e-mail, a
user name, a revocation, an office), and so over everything the account reaches.
Such an act needs offices that cover every *holding* of the account within the
district. Holdings are: offices held now or later, students related in any status
but suppressed, students to whose work they are assigned, classes and advisories
taught (a teacher's appointment counts as no more than these), and the person's
own record. An office covers a student if it is held at the school that enrolls
them or keeps their plan; a placement does not count. An office is covered by an
office that may give it.

Nobody acts on themselves, on a student to whom any person of their own account
is or was family, or on anyone related to such a student as family.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BindParameter,
    CompoundSelect,
    Select,
    String,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from plp_api.foundation import db
from plp_api.foundation.access.caller import Caller, household, is_not_over, selves
from plp_api.foundation.access.permissions import Permission, conditions
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.classes import Enrollment, EnrollmentRole
from plp_api.foundation.roster.models import AccountPerson, Person, PersonStatus, Student
from plp_api.foundation.roster.relationships import (
    AdvisoryAdvisor,
    Appointment,
    AppointmentRole,
    Relationship,
    RelationshipStatus,
    SchoolEnrollment,
)


class Act(StrEnum):
    """A kind of act on a person's account."""

    MAIL_CODE = "mail_code"
    """Have a one-time code mailed to the person; the actor does not see it."""
    TAKE_CODE = "take_code"
    """Receive a one-time code for the person, to print it."""
    CHANGE_SIGN_IN = "change_sign_in"
    """Change the e-mail or the user name, which would let the actor obtain a code or password."""
    CORRECT = "correct"
    """Change anything else that the directory stores about the person."""
    REVOKE = "revoke"
    APPOINT = "appoint"


KEYS = frozenset({Act.TAKE_CODE, Act.CHANGE_SIGN_IN})
"""Acts by which the actor could sign in as the person; on holders of offices only the district."""


class Holding(StrEnum):
    """A kind of holding of an account, or its relation to the actor (family, oneself)."""

    OFFICE = "office"
    STUDENT = "student"
    GROUP = "group"
    FAMILY = "family"
    ONESELF = "oneself"


@dataclass(frozen=True)
class Holdings:
    """The holdings of a person's account, compared with the actor's offices.

    `covered` has the kinds of which the offices cover at least one holding,
    `beyond` the kinds of which they leave at least one uncovered.
    """

    covered: frozenset[Holding]
    beyond: frozenset[Holding]

    @property
    def has_office(self) -> bool:
        """Whether the account holds an office, now or later."""
        return Holding.OFFICE in self.covered | self.beyond


PEOPLE = db.ids_bind("people")
COVERING = db.ids_bind("covering")
GIVING = db.ids_bind("giving")


def look_up(access: Access, people: Collection[UUID]) -> dict[UUID, Holdings]:
    """The holdings of each person's account, in one query for any number of people."""
    (rows,) = db.fetch(query(access, people))
    kinds: dict[UUID, tuple[set[Holding], set[Holding]]] = {
        person_id: (set(), set()) for person_id in people
    }
    for row in rows:
        covered, beyond = kinds[row["person_id"]]
        (covered if row["is_covered"] else beyond).add(Holding(row["holding"]))
    return {
        person_id: Holdings(frozenset(covered), frozenset(beyond))
        for person_id, (covered, beyond) in kinds.items()
    }


def query(access: Access, people: Collection[UUID]) -> db.Query:
    """The query of `look_up`: the holdings of these people's accounts."""
    covering = _offices(access.caller, Permission.PEOPLE_WRITE)
    giving = _offices(access.caller, Permission.APPOINTMENTS_WRITE)
    binds = {"people": list(people), "covering": covering or [], "giving": giving or []}
    return _statement(covering is None, giving is None)(**access.caller.binds, **binds)


def allowed(access: Access, holdings: Holdings) -> frozenset[Act]:
    """The acts that the actor may do to an account with these holdings."""
    if not access.caller.may(Permission.PEOPLE_WRITE):
        return frozenset()
    return frozenset(act for act in Act if refusal(access, act, holdings) is None)


def require(access: Access, act: Act, person_id: UUID) -> Holdings:
    """Check that the actor's offices allow the act on the person; return the account's holdings.

    Raises Problem: permission_denied on oneself, actor_is_family in one's own
    household, account_beyond_offices.
    """
    holdings = look_up(access, [person_id])[person_id]
    problem = refusal(access, act, holdings)
    if problem is not None:
        raise problem
    return holdings


def refusal(access: Access, act: Act, holdings: Holdings) -> Problem | None:
    """Why the actor may not do this to an account with these holdings; None where they may."""
    if Holding.ONESELF in holdings.covered:
        own = Problem(Code.PERMISSION_DENIED, "Nobody does this to themselves.")
        return None if act is Act.CORRECT else own
    if Holding.FAMILY in holdings.covered:
        return Problem(Code.ACTOR_IS_FAMILY)
    if act in KEYS and holdings.has_office and not _gives_all(access.caller):
        return Problem(Code.ACCOUNT_BEYOND_OFFICES, OF_AN_OFFICE)
    if holdings.beyond and not _suffices(act, holdings):
        return Problem(Code.ACCOUNT_BEYOND_OFFICES, _what_instead(holdings))
    return None


OF_AN_OFFICE = "They hold an office: the district does this."
MAIL_OR_DISTRICT = (
    "You cover a part of it: a code can be mailed to them; all else the district does."
)


def _what_instead(holdings: Holdings) -> str:
    if Holding.OFFICE in holdings.beyond:
        return OF_AN_OFFICE
    if _suffices(Act.MAIL_CODE, holdings):
        return MAIL_OR_DISTRICT
    return "The school that covers it does this, or the district."


def _suffices(act: Act, holdings: Holdings) -> bool:
    """Whether partial cover is enough: for a mailed code, which the actor does not see."""
    is_partly_covered = bool(holdings.covered & {Holding.STUDENT, Holding.GROUP})
    return act is Act.MAIL_CODE and is_partly_covered


def require_another_admin(
    access: Access, leaving_id: UUID, since: date | None = None, until: date = date.max
) -> None:
    """Check that the district has another admin on every day the leaving admin would have been one.

    Only days from `since` (default: today) to before `until` count. A lock makes two
    admins who deactivate each other take turns: the second finds that their own
    office has ended. Raises Problem(admin_is_last).
    """
    district_id, first = access.caller.district_id, since or access.caller.today
    db.lock_name(f"district admins|{district_id}")
    admins = (
        select(Appointment.person_id, Appointment.starts_on, Appointment.ends_on)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            Appointment.district_id == district_id,
            Appointment.role == AppointmentRole.DISTRICT_ADMIN,
            spans.is_not_over(Appointment, first),
            Person.status == PersonStatus.ACTIVE,
        )
        .order_by(Appointment.starts_on, Appointment.id)
    )
    own: list[tuple[date, date]] = []
    others: list[tuple[date, date]] = []
    for person_id, starts_on, ends_on in db.session().execute(admins):
        held = own if person_id == leaving_id else others
        held.append((starts_on, ends_on or date.max))
    if not all(_is_covered(max(start, first), min(end, until), others) for start, end in own):
        raise Problem(Code.ADMIN_IS_LAST)


def _is_covered(day: date, until: date, spans: Iterable[tuple[date, date]]) -> bool:
    """Whether the spans, sorted by start, cover every day from `day` to before `until`."""
    for start, end in spans:
        if day >= until or start > day:
            break
        day = max(day, end)
    return day >= until


def refuse_overseer(access: Access, person_id: UUID) -> None:
    """Check that the person holds no office beyond the actor's, before they are made family.

    Nobody acts on their own household, so the relationship would take power from a
    holder of a higher office. Raises Problem(account_beyond_offices).
    """
    if Holding.OFFICE in look_up(access, [person_id])[person_id].beyond:
        raise Problem(Code.ACCOUNT_BEYOND_OFFICES, OF_AN_OFFICE)


def refuse_oneself(access: Access, person_id: UUID) -> None:
    """Raise permission_denied if the person belongs to the caller's own account."""
    if person_id in access.selves:
        raise Problem(Code.PERMISSION_DENIED, "Nobody does this to themselves.")


def refuse_household(access: Access, person_id: UUID) -> None:
    """Raise actor_is_family if the person is the actor's own child or that child's family."""
    if person_id in access.household:
        raise Problem(Code.ACTOR_IS_FAMILY)


def outside(access: Access, people: Select[Any]) -> tuple[Select[Any], dict[str, Any]]:
    """The people on whom the actor may not perform the acts in KEYS: the SQL, and its binds.

    `people` selects ids. The result's second column says whether an office is among
    the reasons. For imports, which act on a whole district at once.
    """
    covering = _offices(access.caller, Permission.PEOPLE_WRITE)
    giving = _offices(access.caller, Permission.APPOINTMENTS_WRITE)
    held = _holdings(people, covering is None, giving is None).subquery("held")
    barring = [Holding.FAMILY, Holding.ONESELF]
    if giving is not None:
        barring.append(Holding.OFFICE)
    is_barred = or_(held.c.is_covered.is_(False), held.c.holding.in_(barring))
    binds = {"covering": covering or [], "giving": giving or []}
    is_office = func.max(case((held.c.holding == Holding.OFFICE, 1), else_=0)) == 1
    barred = select(held.c.person_id, is_office).where(is_barred).group_by(held.c.person_id)
    return barred, {**access.caller.binds, **binds}


def _offices(caller: Caller, permission: Permission) -> list[UUID] | None:
    """The schools where an office of the caller grants the permission; None: the whole district.

    Only offices that grant it without a condition count.
    """
    roles = [role for role in caller.roles if None in conditions(role, permission)]
    if any(role in caller.wide for role in roles):
        return None
    return sorted({school for role in roles for school in caller.schools.get(role, ())})


def _gives_all(caller: Caller) -> bool:
    """Whether the caller may give offices in the whole district."""
    return _offices(caller, Permission.APPOINTMENTS_WRITE) is None


@lru_cache(maxsize=4)
def _statement(covers_all: bool, gives_all: bool) -> db.Prepared:
    people = select(Person.id).where(db.any_of(Person.id, PEOPLE))
    return db.Prepared(_holdings(people, covers_all, gives_all))


def _holdings(people: Select[Any], covers_all: bool, gives_all: bool) -> CompoundSelect[Any]:
    """Every holding of these people's accounts: person, kind, and whether it is covered."""
    accounts = _accounts(people)
    member = accounts.c.self_id
    covers_student = _covers_student(covers_all)

    def held(holding: Holding, is_covered: ColumnElement[bool]) -> Select[Any]:
        return select(
            accounts.c.person_id,
            literal(str(holding), String()).label("holding"),
            is_covered.label("is_covered"),
        ).select_from(accounts)

    return union(
        held(Holding.OFFICE, _is_at(Appointment, GIVING, gives_all))
        .join(Appointment, Appointment.person_id == member)
        .where(is_not_over(Appointment), Appointment.role != AppointmentRole.TEACHER),
        held(Holding.GROUP, _is_at(Appointment, COVERING, covers_all))
        .join(Appointment, Appointment.person_id == member)
        .where(is_not_over(Appointment), Appointment.role == AppointmentRole.TEACHER),
        held(Holding.STUDENT, covers_student).join(Student, Student.id == member),
        held(Holding.STUDENT, covers_student)
        .join(Relationship, Relationship.person_id == member)
        .join(Student, Student.id == Relationship.student_id)
        .where(Relationship.status != RelationshipStatus.SUPPRESSED, is_not_over(Relationship)),
        held(Holding.STUDENT, covers_student)
        .join(Assignment, Assignment.person_id == member)
        .join(Student, Student.id == Assignment.student_id)
        .where(is_not_over(Assignment)),
        held(Holding.GROUP, _is_at(Enrollment, COVERING, covers_all))
        .join(Enrollment, Enrollment.person_id == member)
        .where(Enrollment.role == EnrollmentRole.TEACHER, is_not_over(Enrollment)),
        held(Holding.GROUP, _is_at(AdvisoryAdvisor, COVERING, covers_all))
        .join(AdvisoryAdvisor, AdvisoryAdvisor.person_id == member)
        .where(is_not_over(AdvisoryAdvisor)),
        held(Holding.FAMILY, true()).where(member.in_(household())),
        held(Holding.ONESELF, true()).where(member.in_(selves())),
    )


def _accounts(people: Select[Any]) -> CTE:
    """Each of these people, paired with every person of their account in the district."""
    ids = people.subquery("acted_on")
    own, other = aliased(AccountPerson), aliased(AccountPerson)
    person_id = ids.c[0]
    oneself = select(person_id.label("person_id"), person_id.label("self_id"))
    shared = (
        select(own.person_id, other.person_id)
        .join(ids, person_id == own.person_id)
        .join(other, other.account_id == own.account_id)
        .where(other.district_id == own.district_id)
    )
    return union(oneself, shared).cte("accounts")


def _is_at(model: Any, schools: BindParameter[Any], is_wide: bool) -> ColumnElement[bool]:
    """Whether the row belongs to one of these schools; a district-wide row belongs to none."""
    return true() if is_wide else func.coalesce(db.any_of(model.school_id, schools), false())


def _covers_student(is_wide: bool) -> ColumnElement[bool]:
    """Whether a school of the offices enrolls the student or keeps their plan."""
    if is_wide:
        return true()
    is_enrolled = exists().where(
        SchoolEnrollment.student_id == Student.id,
        db.any_of(SchoolEnrollment.school_id, COVERING),
        is_not_over(SchoolEnrollment),
    )
    is_kept = db.any_of(Student.plan_home_school_id, COVERING)
    return func.coalesce(or_(is_kept, is_enrolled), false())
