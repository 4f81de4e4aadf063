"""Propose credit for an ELO line by line, attest to the licence, and decide.

Credit rests on the proficiencies that a line names, never on hours alone. Once every line is
decided and one of them is awarded, the ELO's credit is awarded.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation.access.lifecycle import ForOthers, Reason, unavailable
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, FieldError, Problem, invalid
from plp_api.learning.credit import teachers
from plp_api.learning.credit.models import CreditLine, CreditStatus
from plp_api.learning.elos import actions as elos
from plp_api.learning.elos import places
from plp_api.learning.elos.models import PROPOSED, Elo, EloStatus
from plp_api.people.directory.references import NOTHING

LICENSED = frozenset({"area", "teacher_of_record_id"})
"""What the attestation is about: where one of them changes, it no longer holds."""


def propose(
    elo: Elo,
    access: Access,
    area: str,
    amount: float,
    teacher_of_record_id: UUID,
    framework_item_ids: Sequence[UUID] = (),
) -> CreditLine:
    """Propose a line of credit, to be decided by its teacher of record.

    Raises Problem: actor_is_family, elo_closed, action_unavailable, framework_item_retired,
    validation_failed (`teacher_of_record_id`, `framework_item_ids`).
    """
    access.refuse_family(elo.student_id)
    _require_runs_it(elo, access, "propose")
    db.lock(elo)
    elos.require_not_ended(elo)
    if elo.status in PROPOSED:
        detail = f"The ELO is {elo.status}; credit is proposed once it is accepted."
        raise Problem(Code.ACTION_UNAVAILABLE, detail)
    _check_teacher(elo, teacher_of_record_id, access)
    line = CreditLine(
        id=db.new_id(),
        district_id=elo.district_id,
        student_id=elo.student_id,
        elo=elo,
        area=area,
        amount=amount,
        framework_item_ids=_checked(elo, framework_item_ids),
        teacher_of_record_id=teacher_of_record_id,
        proposed_by=access.caller.person_id,
    )
    db.session().add(line)
    _note("credit_line.proposed", line, access)
    return line


def change(line: CreditLine, access: Access, **fields: Any) -> CreditLine:
    """Change a line that is not decided; another area or teacher takes the attestation back.

    Raises Problem: actor_is_family, action_unavailable, elo_closed, credit_line_decided,
    framework_item_retired, validation_failed (`teacher_of_record_id`, `framework_item_ids`).
    """
    _require_undecided(line, access, "change")
    if "teacher_of_record_id" in fields:
        _check_teacher(line.elo, fields["teacher_of_record_id"], access)
    if "framework_item_ids" in fields:
        fields["framework_item_ids"] = _checked(line.elo, fields["framework_item_ids"])
    changed = sorted(name for name, value in fields.items() if getattr(line, name) != value)
    for name in changed:
        setattr(line, name, fields[name])
    if not LICENSED.isdisjoint(changed):
        _forget_attestation(line)
    if changed:
        _note("credit_line.changed", line, access, fields=changed)
    return line


def remove(line: CreditLine, access: Access) -> None:
    """Remove a line that is not decided. Raises as `change`."""
    _require_undecided(line, access, "remove")
    _note("credit_line.removed", line, access)
    db.session().delete(line)
    db.session().flush()
    settle(line.elo, access)


def _require_runs_it(elo: Elo, access: Access, action: str) -> None:
    """Raise action_unavailable unless the caller's school runs the ELO."""
    if reason := places.runs_it(elo, access):
        raise unavailable(action, reason, Permission.CREDIT_PROPOSE)


def _require_undecided(line: CreditLine, access: Access, action: str) -> None:
    access.refuse_family(line.student_id)
    _require_runs_it(line.elo, access, action)
    if line.status != CreditStatus.PROPOSED:
        raise Problem(Code.CREDIT_LINE_DECIDED)
    elos.require_not_ended(line.elo)


def _check_teacher(elo: Elo, person_id: UUID, access: Access) -> None:
    if not teachers.may_be(elo.id, person_id, access):
        detail = "Not a teacher of record of this ELO today: add them to its team first."
        raise invalid("teacher_of_record_id", detail)


def _checked(elo: Elo, keys: Sequence[UUID]) -> list[str]:
    """The items as they are stored, if they are the district's and not retired."""
    query = select(FrameworkItem.id, FrameworkItem.retired_on).where(
        FrameworkItem.id.in_(keys), FrameworkItem.district_id == elo.district_id
    )
    with db.session().no_autoflush:
        days = {row.id: row.retired_on for row in db.session().execute(query)}
    places = [(f"/framework_item_ids/{place}", key) for place, key in enumerate(keys)]
    if unknown := [FieldError(at, NOTHING) for at, key in places if key not in days]:
        raise Problem(Code.VALIDATION_FAILED, errors=unknown)
    if retired := [FieldError(at, f"Retired on {days[key]}.") for at, key in places if days[key]]:
        raise Problem(Code.FRAMEWORK_ITEM_RETIRED, errors=retired)
    return [str(key) for key in dict.fromkeys(keys)]


# Guards of the life cycle.


def elo_runs_elsewhere(line: CreditLine, access: Access) -> Reason | None:
    """Why a coordinator does not attest: another school runs the ELO."""
    return places.runs_it(line.elo, access)


def elo_has_ended(line: CreditLine, _access: Access) -> Code | None:
    """Why nothing is attested: the ELO has ended."""
    return None if line.elo.is_open else Code.ELO_CLOSED


def is_own_licence(line: CreditLine, access: Access) -> ForOthers | None:
    """Why the caller does not attest: nobody attests to a licence by which they decide."""
    if line.teacher_of_record_id in access.selves:
        return ForOthers("Nobody attests to their own licence; another coordinator does.")
    if teachers.is_not_theirs(line, access) is None:
        return ForOthers("Who decides for the teacher does not attest; another coordinator does.")
    return None


def is_not_attested(line: CreditLine, _access: Access) -> str | None:
    """Why there is nothing to take back."""
    return "Nobody has attested to it." if line.licence_attested_by is None else None


def elo_is_not_evaluated(line: CreditLine, _access: Access) -> str | None:
    """Why nothing is decided yet, or no more: credit follows the evaluation."""
    if elos.may_advance(line.elo, EloStatus.CREDIT_AWARDED):
        return None
    return f"The ELO is {line.elo.status}; credit is decided once it is evaluated."


def earns_no_credit(line: CreditLine, access: Access) -> str | None:
    """Why no decision on the line is changed: the ELO is neither evaluated nor awarded credit."""
    is_awarded = line.elo.status == EloStatus.CREDIT_AWARDED
    return None if is_awarded else elo_is_not_evaluated(line, access)


def names_no_proficiencies(line: CreditLine, _access: Access) -> Code | None:
    """Why no credit is awarded: hours alone earn none."""
    return None if line.framework_item_ids else Code.PROFICIENCIES_MISSING


# The moves of the life cycle.


def attest(line: CreditLine, access: Access) -> None:
    """Say that the licence of the line's teacher covers its area: it is no elective."""
    line.licence_attested_by = access.caller.person_id
    line.licence_attested_at = clock.now()
    line.is_elective = False
    _note("credit_line.attested", line, access, teacher_id=line.teacher_of_record_id)


def is_attested(line: CreditLine, _access: Access) -> bool:
    """Whether somebody attested already."""
    return line.licence_attested_by is not None


def withdraw_attestation(line: CreditLine, access: Access) -> None:
    """Take the attestation back: the line is elective again."""
    _forget_attestation(line)
    _note("credit_line.attestation_withdrawn", line, access)


def _forget_attestation(line: CreditLine) -> None:
    line.licence_attested_by = line.licence_attested_at = None
    line.is_elective = True


def award(
    line: CreditLine,
    access: Access,
    words: str = "",
    as_elective: bool = False,
) -> None:
    """Award the credit of the line.

    Raises Problem: credit_elective where nobody attested to the licence, unless the caller
    says that it is elective credit; action_unavailable where the caller attested themselves.
    """
    if line.licence_attested_by in access.selves and not as_elective:
        detail = "You attested to the licence: another coordinator does, or it is elective credit."
        raise Problem(Code.ACTION_UNAVAILABLE, detail)
    grant(line, access, as_elective=as_elective)
    line.words = words
    settle(line.elo, access)


def grant(line: CreditLine, access: Access, *, as_elective: bool) -> None:
    """Decide that the line's credit is awarded. Raises Problem: credit_elective."""
    if line.licence_attested_by is None and not as_elective:
        detail = "A coordinator attests by `attest`, or `as_elective` says that it is elective."
        raise Problem(Code.CREDIT_ELECTIVE, detail)
    line.is_elective = as_elective
    _decide(line, CreditStatus.AWARDED, access)


def deny(line: CreditLine, access: Access, words: str) -> None:
    """Deny the credit of the line, with the reason; the student may appeal to the principal."""
    line.words = words
    _decide(line, CreditStatus.DENIED, access)
    settle(line.elo, access)


def _decide(line: CreditLine, status: CreditStatus, access: Access) -> None:
    line.status = status
    line.decided_by, line.decided_at = access.caller.person_id, clock.now()
    # Not how: people and programs follow events that may read no credit.
    _note("credit_line.decided", line, access)


def settle(elo: Elo, access: Access) -> None:
    """Award the ELO's credit once every line is decided, and one of them is awarded."""
    if not elos.may_advance(elo, EloStatus.CREDIT_AWARDED):
        return
    db.session().flush()
    found = set(db.session().scalars(select(CreditLine.status).where(CreditLine.elo_id == elo.id)))
    if CreditStatus.AWARDED in found and CreditStatus.PROPOSED not in found:
        elos.advance(elo, access, EloStatus.CREDIT_AWARDED)


def _note(what: str, line: CreditLine, access: Access, **payload: Any) -> None:
    """Record an event about the line, and count the change in its ELO and plan."""
    line.elo.touch()
    line.elo.plan.stir()
    audit.record(what, line, by=access.caller.person_id, elo_id=line.elo.id, **payload)


def look_up(lines: Iterable[Any], access: Access) -> None:
    """Load what the guards ask of many lines."""
    lines = list(lines)
    teachers.look_up(lines, access)
    places.look_up([line.elo for line in lines], access)
