"""Who must sign a version, and whether all have: worked out on read, as SQL, for any day.

Required are the student, the school (whose signature is the approval), and,
while the rights are the parents', a parent who may decide: one of them, or all
where the district says so. From the day rights move to the student no parent
is waited for; signatures given before stay.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)

from plp_api import clock, db
from plp_api.people.district_settings import DecidingParents
from plp_api.people.models import Student
from plp_api.people.ties import Relationship, RelationshipKind, RelationshipStatus
from plp_api.plans.models import PlanVersion
from plp_api.signatures.models import Signature, SignatureState, SignerRole

AS_OF = bindparam("as_of", type_=Date())
UNTIL = bindparam("until", type_=db.Instant())
PARTS = ("student_signed", "school_signed", "parent_signed", "rights_moved")
DECIDING_PARENTS = bindparam("deciding_parents", type_=String())


def binds(as_of: date, deciding_parents: str | None = None) -> dict[str, Any]:
    """The binds of `columns` for one day: what was signed by the end of it counts."""
    until = clock.end_of(as_of)
    return {"as_of": as_of, "until": until, "deciding_parents": deciding_parents}


def _signed(role: SignerRole) -> ColumnElement[bool]:
    # Not EXISTS: of fifty versions PostgreSQL would make a hash of every signature there is.
    found = (
        select(literal(1))
        .where(
            Signature.plan_version_id == PlanVersion.id,
            Signature.role == role,
            Signature.signed_at < UNTIL,
        )
        .limit(1)
        .correlate(PlanVersion)
        .scalar_subquery()
    )
    return found.is_not(None)


def _a_decider_has_not() -> ColumnElement[bool]:
    """Whether some parent who may decide on the day has not signed."""
    # Correlated by hand: left to itself it would take a signature on any version for one on this.
    own_signature = (
        exists()
        .where(
            Signature.plan_version_id == PlanVersion.id,
            Signature.role == SignerRole.PARENT,
            Signature.person_id == Relationship.person_id,
            Signature.signed_at < UNTIL,
        )
        .correlate(PlanVersion, Relationship)
    )
    return (
        exists()
        .where(
            Relationship.student_id == PlanVersion.student_id,
            Relationship.kind == RelationshipKind.PARENT,
            Relationship.status == RelationshipStatus.CONFIRMED,
            Relationship.may_decide.is_(True),
            Relationship.starts_on <= AS_OF,
            or_(Relationship.ends_on.is_(None), Relationship.ends_on > AS_OF),
            ~own_signature,
        )
        .correlate(PlanVersion)
    )


def parts(rule: ColumnElement[Any] = DECIDING_PARENTS) -> list[ColumnElement[Any]]:
    """Who has signed, for a select that has PlanVersion and Student.

    Labelled student_signed, school_signed, parent_signed and rights_moved (to the
    student: no parent is waited for). Binds: `binds(…)`; `rule` says elsewhere
    whether one deciding parent suffices, null for the default.
    """
    rights_moved = and_(
        Student.rights_transfer_on.is_not(None), Student.rights_transfer_on <= AS_OF
    )
    one_suffices = func.coalesce(rule, DecidingParents.ANY) != DecidingParents.ALL
    parents_are_done = and_(_signed(SignerRole.PARENT), or_(one_suffices, ~_a_decider_has_not()))
    return [
        _signed(SignerRole.STUDENT).label("student_signed"),
        _signed(SignerRole.SCHOOL).label("school_signed"),
        parents_are_done.label("parent_signed"),
        rights_moved.label("rights_moved"),
    ]


def complete(student: Any, school: Any, parent: Any, rights_moved: Any) -> Any:
    """Whether that is all: of `parts` as they stand in SQL, and of their values alike."""
    return student & school & (parent | rights_moved)


def columns(rule: ColumnElement[Any] = DECIDING_PARENTS) -> list[ColumnElement[Any]]:
    """`parts`, and `is_complete` of them: for whoever counts or filters in SQL."""
    found = parts(rule)
    return [*found, complete(*(one.element for one in found)).label("is_complete")]


def facts() -> Select[Any]:
    """`parts` for plan versions, beside their id and student_id: add a `where` on PlanVersion."""
    owner: list[ColumnElement[Any]] = [
        PlanVersion.id.label("id"),
        PlanVersion.student_id.label("student_id"),
    ]
    return select(*owner, *parts()).join(Student, Student.id == PlanVersion.student_id)


@cache
def _facts_of() -> db.Prepared:
    return db.Prepared(facts().where(db.any_of(PlanVersion.id, bindparam("ids", type_=db.IDS))))


def query(ids: Iterable[UUID], as_of: date, deciding_parents: str) -> db.Query:
    """The query of `facts` for these versions, for `db.fetch`."""
    return _facts_of()(ids=list(ids), **binds(as_of, deciding_parents))


def state(version_status: str, fact: dict[str, Any] | None) -> str:
    """`signature_state` of a version: before approval there is nothing to sign."""
    if version_status not in ("in_force", "superseded") or fact is None:
        return SignatureState.NOT_STARTED
    is_complete = complete(*(bool(fact[name]) for name in PARTS))
    return SignatureState.COMPLETE if is_complete else SignatureState.PENDING


def requirements(fact: dict[str, Any]) -> list[dict[str, Any]]:
    """Who must sign, each with what became of it: `signed`, `open`, or `not_required`."""
    return [
        _requirement(SignerRole.STUDENT, fact["student_signed"]),
        _requirement(SignerRole.SCHOOL, fact["school_signed"]),
        _requirement(
            SignerRole.PARENT, fact["parent_signed"], is_required=not fact["rights_moved"]
        ),
    ]


def _requirement(role: SignerRole, is_signed: bool, *, is_required: bool = True) -> dict[str, Any]:
    status = "signed" if is_signed else "open" if is_required else "not_required"
    return {"role": role, "status": status}
