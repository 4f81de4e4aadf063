"""Who must sign a version and who has: computed on every read, in SQL, for any day.

Three roles must sign: the student; the school, by approving (not in home study,
16 V.S.A. 942); and, until rights move to the student, a parent who may decide.
One parent suffices unless the district's setting is `all`. A requirement belongs
to a role, not to a person: the people who hold the role on the day must sign.

The SQL only collects facts, one bit each (`Mark`), as one number for a version.
Only `statuses` and `state_of` decide what the facts mean. Counts in SQL look up
their results (`state_letter`), so that no rule is written twice.
"""

from collections.abc import Collection, Iterable, Mapping
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
# Not COALESCE: PostgreSQL does not treat it as leakproof, so under row-level security it would read
# all signatures instead of the index.
COUNTED = case(
    (PlanVersion.signed_version_id.is_(None), PlanVersion.id),
    else_=PlanVersion.signed_version_id,
)
"""The version whose signatures count for a PlanVersion; several versions may share one."""


class Mark(IntFlag):
    """One fact about a version on a day.

    `…_DECLINED`: a signer declined and has not signed since. `PARENTS_MISSING`:
    all deciding parents must sign, and one has not.
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
    """The bind values of `marks` for one day: signatures until its end count."""
    until = clock.end_of(as_of)
    return {"as_of": as_of, "until": until, "deciding_parents": deciding_parents}


# The decisions, in Python.


def statuses(marks: int) -> dict[SignerRole, RequirementStatus]:
    """The status of each requirement, from a version's marks."""
    facts = Mark(marks)
    return {
        SignerRole.STUDENT: _of_student(facts),
        SignerRole.SCHOOL: _of_school(facts),
        SignerRole.PARENT: _of_parents(facts),
    }


def _of_student(facts: Mark) -> RequirementStatus:
    if Mark.STUDENT_SIGNED in facts:
        return RequirementStatus.SIGNED
    if Mark.STUDENT_EXCEPTED in facts:
        return RequirementStatus.EXCEPTED
    if Mark.STUDENT_DECLINED in facts:
        return RequirementStatus.DECLINED
    return RequirementStatus.OPEN


def _of_school(facts: Mark) -> RequirementStatus:
    if Mark.SCHOOL_SIGNED in facts:
        return RequirementStatus.SIGNED
    if Mark.FAMILY_KEEPS in facts:
        return RequirementStatus.NOT_REQUIRED
    return RequirementStatus.OPEN


def _of_parents(facts: Mark) -> RequirementStatus:
    """The parents' status. `split` (one signed, another declined) waits for an admin."""
    have_signed = Mark.PARENT_SIGNED in facts and Mark.PARENTS_MISSING not in facts
    if Mark.RIGHTS_MOVED in facts:
        return RequirementStatus.SIGNED if have_signed else RequirementStatus.NOT_REQUIRED
    has_declined = Mark.PARENT_DECLINED in facts
    if have_signed and not has_declined:
        return RequirementStatus.SIGNED
    if Mark.WAIVED in facts:
        return RequirementStatus.NOT_APPLICABLE
    if Mark.PARENT_EXCEPTED in facts:
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
    """The `signature_state` of a frozen version, from its marks."""
    results = {*statuses(marks).values()}
    if not results <= SETTLED:
        return SignatureState.PENDING
    is_excepted = RequirementStatus.EXCEPTED in results
    return SignatureState.EXCEPTED if is_excepted else SignatureState.COMPLETE


def state(version_status: str, fact: Mapping[str, Any] | None) -> SignatureState:
    """The `signature_state` of any version; `not_started` before approval."""
    if version_status not in ("in_force", "superseded") or fact is None:
        return SignatureState.NOT_STARTED
    return state_of(fact["signature_marks"])


def requirements(fact: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The roles that must sign, each with its status."""
    by_role = statuses(fact["signature_marks"])
    return [{"role": role, "status": status} for role, status in by_role.items()]


# The facts, as SQL.


def parts(rule: ColumnElement[Any] = DECIDING_PARENTS) -> list[ColumnElement[Any]]:
    """A list of one column, `marks(rule)` labelled `signature_marks`, for a select list."""
    return [marks(rule).label("signature_marks")]


def marks(rule: ColumnElement[Any] = DECIDING_PARENTS) -> ColumnElement[Any]:
    """The sum of a version's `Mark`s, for a select that has PlanVersion and Student.

    Bind the values of `binds(…)`. `rule` is the district's rule on deciding
    parents as SQL (default: a bind parameter); null means one parent suffices.
    """
    rights_moved = and_(
        Student.rights_transfer_on.is_not(None), Student.rights_transfer_on <= AS_OF
    )
    all_are_asked = func.coalesce(rule, DecidingParents.ANY) == DecidingParents.ALL
    total: ColumnElement[Any] = (
        _signed()
        + _excepted()
        + _declined()
        + _waived()
        + _mark(and_(all_are_asked, _a_decider_has_not()), Mark.PARENTS_MISSING)
        + _mark(rights_moved, Mark.RIGHTS_MOVED)
        + _mark(PlanVersion.regime == Regime.HOME_STUDY, Mark.FAMILY_KEEPS)
    )
    return total


def _mark(fact: ColumnElement[bool], mark: Mark) -> ColumnElement[Any]:
    return case((fact, _number(mark)), else_=_number(0))


def _number(value: int) -> ColumnElement[Any]:
    # Written into the statement: as a bind parameter each number would be sent every time.
    return literal_column(str(int(value)))


def _sum(of: Any, marked: Mapping[Mark, ColumnElement[bool]], *where: Any) -> ColumnElement[Any]:
    """The sum of the marks that the rows of a table give a version, 0 if there are none.

    An aggregate instead of EXISTS: for fifty versions PostgreSQL would hash the
    whole table, and one subquery is enough for all marks.
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
    exception = SignatureException
    return _sum(
        exception,
        {
            Mark.STUDENT_EXCEPTED: exception.role == SignerRole.STUDENT,
            Mark.PARENT_EXCEPTED: exception.role == SignerRole.PARENT,
        },
        exception.signed_version_id == COUNTED,
        exception.given_at < UNTIL,
        or_(exception.withdrawn_at.is_(None), exception.withdrawn_at >= UNTIL),
    )


def _declined() -> ColumnElement[Any]:
    decline = SignatureDecline
    has_signed = (
        exists()
        .where(
            Signature.signed_version_id == decline.signed_version_id,
            Signature.role == decline.role,
            Signature.person_id == decline.person_id,
            Signature.signed_at < UNTIL,
        )
        .correlate(decline)
    )
    still_decides = (
        exists()
        .where(
            Relationship.student_id == decline.student_id,
            Relationship.person_id == decline.person_id,
            *deciding(AS_OF),
        )
        .correlate(decline)
    )
    return _sum(
        decline,
        {
            Mark.STUDENT_DECLINED: decline.role == SignerRole.STUDENT,
            Mark.PARENT_DECLINED: and_(decline.role == SignerRole.PARENT, still_decides),
        },
        decline.signed_version_id == COUNTED,
        decline.declined_at < UNTIL,
        ~has_signed,
    )


def _waived() -> ColumnElement[Any]:
    waiver = SignatureWaiver
    return _sum(
        waiver,
        {Mark.WAIVED: waiver.starts_on <= AS_OF},
        waiver.student_id == PlanVersion.student_id,
        spans.holds_on(waiver, AS_OF),
    )


def deciding(on: Any) -> tuple[ColumnElement[bool], ...]:
    """The criteria of a Relationship of a parent who may decide on the day.

    A parent to whom an order denies plans or signatures does not have to sign.
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
    """Whether a parent who may decide on the day has not signed."""
    # Correlated explicitly: automatic correlation would accept a signature on any version.
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
    """A select of id, student_id and `signature_marks` of all plan versions: add a `where`.

    Bind the values of `binds(…)`.
    """
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


# The same decisions for counts and filters in SQL: one letter for each possible sum of marks.

LETTERS = {
    SignatureState.COMPLETE: "c",
    SignatureState.EXCEPTED: "e",
    SignatureState.PENDING: "p",
}
EVERY = 2 * max(Mark)


def state_letter(marks: ColumnElement[Any]) -> ColumnElement[Any]:
    """The letter (of LETTERS) of a version's state, from its `marks`."""
    # STUDENT_DECLINED, the highest mark, never changes the state: half of the letters are enough.
    letters = "".join(LETTERS[state_of(value)] for value in range(EVERY // 2))
    return func.substr(letters, marks % _number(EVERY // 2) + _number(1), _number(1))


def is_one_of(
    wanted: Collection[RequirementStatus], roles: Collection[SignerRole], rule: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Whether the requirement of one of these roles has such a status. Bind `binds(…)`."""
    letters = "".join(
        "x" if any(statuses(value)[role] in wanted for role in roles) else "-"
        for value in range(EVERY)
    )
    letter: ColumnElement[Any] = func.substr(letters, marks(rule) + _number(1), _number(1))
    criterion: ColumnElement[bool] = letter == literal_column("'x'")
    return criterion


def stands(
    wanted: Collection[RequirementStatus], rule: ColumnElement[Any], as_of: date
) -> ColumnElement[bool]:
    """Whether a requirement of a version has one of these statuses on the day; needs no `binds`."""
    is_one = is_one_of(wanted, list(SignerRole), rule)
    values = binds(as_of)

    def bound(element: Any, **_: Any) -> Any:
        is_of_day = isinstance(element, BindParameter) and element.key in values
        return bindparam(element.key, values[element.key], element.type) if is_of_day else None

    criterion: ColumnElement[bool] = replacement_traverse(is_one, {}, bound)
    return criterion
