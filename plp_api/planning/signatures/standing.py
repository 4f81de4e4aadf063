"""Who must sign a version, and what became of it: worked out on read, as SQL, for any day.

Required are the student, the school (whose signature is the approval; not where
the family keeps the plan, 16 V.S.A. 942), and, while the rights are the
parents', a parent who may decide: one of them, or all where the district says
so. A requirement belongs to a role, never to a person: who departed is replaced
by whoever stands in their place on the day.

SQL finds facts alone, one bit each (`Mark`), in one number for a version; what
they come to is said once, in `statuses` and `state_of`. Counts in SQL look that
up (`state_letter`), so that nothing is decided twice.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import IntFlag
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.visitors import replacement_traverse

from plp_api.foundation import clock, db
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.district_settings import DecidingParents
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import (
    RecordKind,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
)
from plp_api.planning.plans.models import PlanVersion, Regime
from plp_api.planning.signatures.models import (
    RequirementStatus,
    Signature,
    SignatureDecline,
    SignatureException,
    SignatureState,
    SignatureWaiver,
    SignerRole,
)

AS_OF = bindparam("as_of", type_=Date())
UNTIL = bindparam("until", type_=db.Instant())
DECIDING_PARENTS = bindparam("deciding_parents", type_=String())
# Not COALESCE: PostgreSQL takes it for something that may leak a row, and under row security would
# read all signatures instead of the index.
COUNTED = case(
    (PlanVersion.signed_version_id.is_(None), PlanVersion.id),
    else_=PlanVersion.signed_version_id,
)
"""The version whose signatures count for a PlanVersion: versions that share it share them."""


class Mark(IntFlag):
    """One fact about a version on a day.

    `DECLINED`: somebody who was to sign declined, and has not signed since.
    `PARENTS_MISSING`: all deciding parents are asked, and one has not signed.
    """

    STUDENT_SIGNED = 1
    SCHOOL_SIGNED = 2
    PARENT_SIGNED = 4
    STUDENT_EXCEPTED = 8
    PARENT_EXCEPTED = 16
    PARENT_DECLINED = 32
    PARENTS_MISSING = 64
    WAIVED = 128
    RIGHTS_MOVED = 256
    FAMILY_KEEPS = 512
    STUDENT_DECLINED = 1024


def binds(as_of: date, deciding_parents: str | None = None) -> dict[str, Any]:
    """The binds of `marks` for one day: what was signed by the end of it counts."""
    until = clock.end_of(as_of)
    return {"as_of": as_of, "until": until, "deciding_parents": deciding_parents}


# What the facts come to.


def statuses(marks: int) -> dict[SignerRole, RequirementStatus]:
    """What became of each requirement."""
    found = Mark(marks)
    return {
        SignerRole.STUDENT: _of_student(found),
        SignerRole.SCHOOL: _of_school(found),
        SignerRole.PARENT: _of_parents(found),
    }


def _of_student(found: Mark) -> RequirementStatus:
    if Mark.STUDENT_SIGNED in found:
        return RequirementStatus.SIGNED
    if Mark.STUDENT_EXCEPTED in found:
        return RequirementStatus.EXCEPTED
    if Mark.STUDENT_DECLINED in found:
        return RequirementStatus.DECLINED
    return RequirementStatus.OPEN


def _of_school(found: Mark) -> RequirementStatus:
    if Mark.SCHOOL_SIGNED in found:
        return RequirementStatus.SIGNED
    if Mark.FAMILY_KEEPS in found:
        return RequirementStatus.NOT_REQUIRED
    return RequirementStatus.OPEN


def _of_parents(found: Mark) -> RequirementStatus:
    """Whose answers split, one signing and one declining, wait for an admin's exception."""
    have_signed = Mark.PARENT_SIGNED in found and Mark.PARENTS_MISSING not in found
    if Mark.RIGHTS_MOVED in found:
        return RequirementStatus.SIGNED if have_signed else RequirementStatus.NOT_REQUIRED
    has_declined = Mark.PARENT_DECLINED in found
    if have_signed and not has_declined:
        return RequirementStatus.SIGNED
    if Mark.WAIVED in found:
        return RequirementStatus.NOT_APPLICABLE
    if Mark.PARENT_EXCEPTED in found:
        return RequirementStatus.EXCEPTED
    if have_signed:
        return RequirementStatus.SPLIT
    return RequirementStatus.DECLINED if has_declined else RequirementStatus.OPEN


SETTLED = frozenset(
    {
        RequirementStatus.SIGNED,
        RequirementStatus.EXCEPTED,
        RequirementStatus.NOT_APPLICABLE,
        RequirementStatus.NOT_REQUIRED,
    }
)


def state_of(marks: int) -> SignatureState:
    """The `signature_state` of a frozen version."""
    found = {*statuses(marks).values()}
    if not found <= SETTLED:
        return SignatureState.PENDING
    is_excepted = RequirementStatus.EXCEPTED in found
    return SignatureState.EXCEPTED if is_excepted else SignatureState.COMPLETE


def state(version_status: str, fact: Mapping[str, Any] | None) -> SignatureState:
    """`signature_state` of a version: before approval there is nothing to sign."""
    if version_status not in ("in_force", "superseded") or fact is None:
        return SignatureState.NOT_STARTED
    return state_of(fact["signature_marks"])


def requirements(fact: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who must sign, each with what became of it."""
    found = statuses(fact["signature_marks"])
    return [{"role": role, "status": status} for role, status in found.items()]


# The facts, as SQL.


def parts(rule: ColumnElement[Any] = DECIDING_PARENTS) -> list[ColumnElement[Any]]:
    """The facts of a version, labelled `signature_marks`: see `marks`."""
    return [marks(rule).label("signature_marks")]


def marks(rule: ColumnElement[Any] = DECIDING_PARENTS) -> ColumnElement[Any]:
    """The sum of a version's `Mark`s, for a select that has PlanVersion and Student.

    Binds: `binds(…)`; `rule` says elsewhere whether one deciding parent suffices,
    null for the default.
    """
    rights_moved = and_(
        Student.rights_transfer_on.is_not(None), Student.rights_transfer_on <= AS_OF
    )
    all_are_asked = func.coalesce(rule, DecidingParents.ANY) == DecidingParents.ALL
    found: ColumnElement[Any] = (
        _signed()
        + _excepted()
        + _declined()
        + _waived()
        + _mark(and_(all_are_asked, _a_decider_has_not()), Mark.PARENTS_MISSING)
        + _mark(rights_moved, Mark.RIGHTS_MOVED)
        + _mark(PlanVersion.regime == Regime.HOME_STUDY, Mark.FAMILY_KEEPS)
    )
    return found


def _mark(fact: ColumnElement[bool], mark: Mark) -> ColumnElement[Any]:
    return case((fact, _number(mark)), else_=_number(0))


def _number(value: int) -> ColumnElement[Any]:
    # In the statement's text: as a bound value each would be one more to send.
    return literal_column(str(int(value)))


def _sum(of: Any, marked: Mapping[Mark, ColumnElement[bool]], *where: Any) -> ColumnElement[Any]:
    """The marks that any row of a table gives a version, 0 for none.

    An aggregate, and not EXISTS: of fifty versions PostgreSQL would make a hash
    of every row there is; and one look serves all marks.
    """
    terms = [func.max(_mark(fact, mark)) for mark, fact in marked.items()]
    total: Any = terms[0]
    for term in terms[1:]:
        total = total + term
    looked = select(total).select_from(of).where(*where).correlate(PlanVersion).scalar_subquery()
    return func.coalesce(looked, _number(0))


def _signed() -> ColumnElement[Any]:
    return _sum(
        Signature,
        {
            Mark.STUDENT_SIGNED: Signature.role == SignerRole.STUDENT,
            Mark.SCHOOL_SIGNED: Signature.role == SignerRole.SCHOOL,
            Mark.PARENT_SIGNED: Signature.role == SignerRole.PARENT,
        },
        Signature.signed_version_id == COUNTED,
        Signature.signed_at < UNTIL,
    )


def _excepted() -> ColumnElement[Any]:
    one = SignatureException
    return _sum(
        one,
        {
            Mark.STUDENT_EXCEPTED: one.role == SignerRole.STUDENT,
            Mark.PARENT_EXCEPTED: one.role == SignerRole.PARENT,
        },
        one.signed_version_id == COUNTED,
        one.given_at < UNTIL,
        or_(one.withdrawn_at.is_(None), one.withdrawn_at >= UNTIL),
    )


def _declined() -> ColumnElement[Any]:
    one = SignatureDecline
    has_signed = (
        exists()
        .where(
            Signature.signed_version_id == one.signed_version_id,
            Signature.role == one.role,
            Signature.person_id == one.person_id,
            Signature.signed_at < UNTIL,
        )
        .correlate(one)
    )
    still_decides = (
        exists()
        .where(
            Relationship.student_id == one.student_id,
            Relationship.person_id == one.person_id,
            *deciding(AS_OF),
        )
        .correlate(one)
    )
    return _sum(
        one,
        {
            Mark.STUDENT_DECLINED: one.role == SignerRole.STUDENT,
            Mark.PARENT_DECLINED: and_(one.role == SignerRole.PARENT, still_decides),
        },
        one.signed_version_id == COUNTED,
        one.declined_at < UNTIL,
        ~has_signed,
    )


def _waived() -> ColumnElement[Any]:
    one = SignatureWaiver
    return _sum(
        one,
        {Mark.WAIVED: one.starts_on <= AS_OF},
        one.student_id == PlanVersion.student_id,
        spans.holds_on(one, AS_OF),
    )


def deciding(on: Any) -> tuple[ColumnElement[bool], ...]:
    """What makes a Relationship that of a parent who may decide on the day.

    Whom an order denies plans, or signatures, does not sign and is not waited for.
    """
    return (
        Relationship.kind == RelationshipKind.PARENT,
        Relationship.status == RelationshipStatus.CONFIRMED,
        Relationship.may_decide.is_(True),
        ~db.has_tag(Relationship.denied, RecordKind.PLANS),
        ~db.has_tag(Relationship.denied, RecordKind.SIGNATURES),
        spans.holds_on(Relationship, on),
    )


def _a_decider_has_not() -> ColumnElement[bool]:
    """Whether some parent who may decide on the day has not signed."""
    # Correlated by hand: left to itself it would take a signature on any version for one on this.
    own_signature = (
        exists()
        .where(
            Signature.signed_version_id == COUNTED,
            Signature.role == SignerRole.PARENT,
            Signature.person_id == Relationship.person_id,
            Signature.signed_at < UNTIL,
        )
        .correlate(PlanVersion, Relationship)
    )
    return (
        exists()
        .where(Relationship.student_id == PlanVersion.student_id, *deciding(AS_OF), ~own_signature)
        .correlate(PlanVersion)
    )


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


# The same sentences for whoever counts or filters in SQL: a letter for each sum of marks there is.

LETTERS = {
    SignatureState.COMPLETE: "c",
    SignatureState.EXCEPTED: "e",
    SignatureState.PENDING: "p",
}
EVERY = 2 * max(Mark)


def state_letter(found: ColumnElement[Any]) -> ColumnElement[Any]:
    """The letter (of LETTERS) of a version's state, from its `marks`."""
    # Whether the student declined changes no state: half of the letters will do.
    told = "".join(LETTERS[state_of(one)] for one in range(EVERY // 2))
    return func.substr(told, found % _number(EVERY // 2) + _number(1), _number(1))


def stands(status: RequirementStatus, rule: ColumnElement[Any], as_of: date) -> ColumnElement[bool]:
    """Whether any requirement of a version stands so on the day: see `marks`; needs no binds."""
    told = "".join("x" if status in statuses(one).values() else "-" for one in range(EVERY))
    letter: ColumnElement[Any] = func.substr(told, marks(rule) + _number(1), _number(1))
    values = binds(as_of)

    def bound(element: Any, **_: Any) -> Any:
        is_of_day = isinstance(element, BindParameter) and element.key in values
        return bindparam(element.key, values[element.key], element.type) if is_of_day else None

    found: ColumnElement[bool] = replacement_traverse(letter == "x", {}, bound)
    return found
