"""Appeal to the principal against the denial of an ELO or of credit, and decide the appeal."""

from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.access.lifecycle import ForOthers, Reason, own_work
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.learning.credit import actions as lines
from plp_api.learning.credit.models import (
    Appeal,
    AppealAbout,
    AppealStatus,
    CreditLine,
    CreditStatus,
)
from plp_api.learning.elos import actions as elos
from plp_api.learning.elos.models import ENDED, Elo, EloStatus
from plp_api.planning.plans.guards import require_open

DECIDED = (AppealStatus.UPHELD, AppealStatus.OVERTURNED)


def file(
    elo: Elo,
    access: Access,
    about: AppealAbout,
    words: str,
    credit_line_id: UUID | None = None,
) -> Appeal:
    """Appeal against the denial of the ELO, or against the decision on one of its lines.

    Raises Problem: appeal_exists, action_unavailable, validation_failed (`credit_line_id`).
    """
    db.lock(elo)
    line = _line(elo, about, credit_line_id)
    if line is None:
        _require_denied(elo)
    else:
        _require_decided(line)
    _refuse_another(elo, line)
    appeal = Appeal(
        id=db.new_id(),
        district_id=elo.district_id,
        student_id=elo.student_id,
        elo=elo,
        about=about,
        credit_line=line,
        words=words,
        filed_by=access.caller.person_id,
    )
    db.session().add(appeal)
    _note("appeal.filed", appeal, access)
    return appeal


def _line(elo: Elo, about: AppealAbout, key: UUID | None) -> CreditLine | None:
    """The line that the appeal is about; None: the denial of the ELO."""
    if about == AppealAbout.DENIAL:
        if key is not None:
            raise invalid("credit_line_id", "Only an appeal about `credit` names a line.")
        return None
    line = None if key is None else db.session().get(CreditLine, key)
    if line is None or line.elo_id != elo.id:
        raise invalid("credit_line_id", "Name a credit line of this ELO.")
    return line


def _require_denied(elo: Elo) -> None:
    if elo.status != EloStatus.DENIED:
        detail = f"The ELO is {elo.status}; only a denial is appealed."
        raise Problem(Code.ACTION_UNAVAILABLE, detail)


def _require_decided(line: CreditLine) -> None:
    """Raise action_unavailable for a line not decided, or of an ELO that ended without credit."""
    if line.status == CreditStatus.PROPOSED:
        raise Problem(Code.ACTION_UNAVAILABLE, "The line is not decided yet.")
    if line.elo.status in ENDED - {EloStatus.CREDIT_AWARDED}:
        raise Problem(Code.ACTION_UNAVAILABLE, f"The ELO is {line.elo.status}: it earns no credit.")


def _refuse_another(elo: Elo, line: CreditLine | None) -> None:
    """Raise appeal_exists while one is open, action_unavailable once the principal decided."""
    same = (Appeal.elo_id == elo.id, Appeal.credit_line_id.is_not_distinct_from(line and line.id))
    is_open = Appeal.status == AppealStatus.OPEN
    db.refuse_second(Appeal, *same, is_open, code=Code.APPEAL_EXISTS)
    decided = select(Appeal.id).where(*same, Appeal.status.in_(DECIDED)).limit(1)
    if db.session().scalar(decided) is not None:
        raise Problem(Code.ACTION_UNAVAILABLE, "The principal decided an appeal about it already.")


# Guards of the life cycle.


def was_decided_by_caller(appeal: Appeal, access: Access) -> ForOthers | None:
    """Why the caller does not decide: the appeal is against their own decision or proposal."""
    line = appeal.credit_line
    if line is None:
        return own_work(access, appeal.elo.ended_by)
    return own_work(access, line.decided_by, line.teacher_of_record_id)


def is_not_yours(appeal: Appeal, access: Access) -> str | None:
    """Why the caller does not withdraw it: another person filed it."""
    is_own = appeal.filed_by == access.caller.person_id
    return None if is_own else "Only who filed an appeal withdraws it."


def nothing_to_overturn(appeal: Appeal, access: Access) -> Reason | None:
    """Why the decision cannot be overturned: it no longer stands, or the law forbids it."""
    line = appeal.credit_line
    if line is None:
        is_denied = appeal.elo.status == EloStatus.DENIED
        return None if is_denied else f"The ELO is {appeal.elo.status}."
    return lines.earns_no_credit(line, access) or lines.names_no_proficiencies(line, access)


# The moves of the life cycle.


def uphold(appeal: Appeal, access: Access, decision: str) -> None:
    """Let the decision stand, with the reason."""
    _decide(appeal, access, decision)


def overturn(
    appeal: Appeal,
    access: Access,
    decision: str,
    amount: float | None = None,
    as_elective: bool | None = None,
) -> None:
    """Change the decision: a denied ELO goes into its design, a line is awarded.

    Raises Problem: credit_elective, plan_closed, validation_failed (`amount`, `as_elective`).
    """
    line = appeal.credit_line
    if line is None:
        _take_on(appeal, access, amount=amount, as_elective=as_elective)
    else:
        _award(line, access, amount=amount, as_elective=bool(as_elective))
    _decide(appeal, access, decision)


def _take_on(
    appeal: Appeal, access: Access, *, amount: float | None, as_elective: bool | None
) -> None:
    for field, value in (("amount", amount), ("as_elective", as_elective)):
        if value is not None:
            raise invalid(field, "Only for an appeal about `credit`.")
    require_open(appeal.elo.plan)
    elos.advance(appeal.elo, access, EloStatus.DESIGN)


def _award(line: CreditLine, access: Access, *, amount: float | None, as_elective: bool) -> None:
    """Award a denied line, or an awarded one with another amount or as no elective."""
    before = (line.status, line.amount, line.is_elective)
    line.amount = line.amount if amount is None else amount
    lines.grant(line, access, as_elective=as_elective)
    if before == (line.status, line.amount, line.is_elective):
        raise invalid("amount", "This changes nothing: uphold the decision instead.")
    lines.settle(line.elo, access)


def withdraw(appeal: Appeal, access: Access) -> None:
    """Take one's own appeal back."""
    _note("appeal.withdrawn", appeal, access)


def _decide(appeal: Appeal, access: Access, decision: str) -> None:
    appeal.decision = decision
    appeal.decided_by, appeal.decided_at = access.caller.person_id, clock.now()
    # Not how: people and programs follow events that may read no appeal.
    _note("appeal.decided", appeal, access)


def _note(what: str, appeal: Appeal, access: Access) -> None:
    line = appeal.credit_line
    audit.record(
        what,
        appeal,
        by=access.caller.person_id,
        elo_id=appeal.elo.id,
        about=appeal.about,
        credit_line_id=None if line is None else line.id,
    )
