"""Begin a portfolio, put artifacts into its slots, and move it to a newer edition."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from plp_api.catalog.portfolio_templates.models import MOST_IN_SLOT, PortfolioTemplate
from plp_api.foundation import db, editions
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts import actions as artifacts
from plp_api.learning.artifacts import prompts
from plp_api.learning.artifacts.models import Artifact, ArtifactStatus
from plp_api.learning.portfolios.models import Portfolio, PortfolioEntry
from plp_api.people.directory.references import NOTHING, of_district


def begin(student: Student, access: Access, template_id: UUID) -> Portfolio:
    """Begin the student's portfolio by a template.

    Raises Problem: validation_failed (`template_id`), portfolio_exists by any of its editions.
    """
    template = prompts.offered(template_id, student, access)
    db.lock_name(f"portfolio {student.id} {template.line_id}")
    db.refuse_second(
        Portfolio,
        Portfolio.student_id == student.id,
        Portfolio.template.has(PortfolioTemplate.line_id == template.line_id),
        code=Code.PORTFOLIO_EXISTS,
    )
    own = {"district_id": student.district_id, "student_id": student.id}
    portfolio = Portfolio(id=db.new_id(), **own, template=template)
    db.session().add(portfolio)
    _note("portfolio.begun", portfolio, access, template_id=template.id)
    return portfolio


def move(portfolio: Portfolio, access: Access, template_id: UUID) -> Portfolio:
    """Keep the portfolio by the published edition of its template; every artifact stays.

    Raises Problem: validation_failed (`template_id`) for another template, or where a slot
    that has artifacts is gone.
    """
    if template_id == portfolio.template_id:
        return portfolio
    template = of_district(access, PortfolioTemplate, template_id, "template_id")
    if template.line_id != portfolio.template.line_id:
        raise invalid("template_id", "It is another template; begin a portfolio by it.")
    editions.require_published(template, "template_id")
    keys = {slot["key"] for slot in template.slots}
    if lost := sorted({entry.slot_key for entry in _entries(portfolio)} - keys):
        raise invalid("template_id", f"It has no slots {', '.join(lost)}: empty these first.")
    before, portfolio.template = portfolio.template_id, template
    _note("portfolio.moved", portfolio, access, template_id=template.id, before=before)
    return portfolio


def delete(portfolio: Portfolio, access: Access) -> None:
    """Delete the portfolio; the artifacts stay."""
    for entry in _entries(portfolio):
        db.session().delete(entry)
    db.session().flush()
    _note("portfolio.deleted", portfolio, access, template_id=portfolio.template_id)
    db.session().delete(portfolio)


def _entries(portfolio: Portfolio) -> list[PortfolioEntry]:
    query = select(PortfolioEntry).where(PortfolioEntry.portfolio_id == portfolio.id)
    return list(db.session().scalars(query))


# Entries.


def add_entry(
    portfolio: Portfolio, access: Access, slot_key: str, artifact_id: UUID, words: str = ""
) -> PortfolioEntry:
    """Put a kept artifact of the student into a slot, behind those that are there.

    Raises Problem: validation_failed (`slot_key`, `artifact_id`), artifact_is_draft,
    artifact_archived, portfolio_entry_exists, portfolio_slot_full.
    """
    db.lock(portfolio)
    artifact = kept_artifact(portfolio.student_id, artifact_id)
    _check_fits(portfolio, slot_key, artifact)
    own = {"district_id": portfolio.district_id, "student_id": portfolio.student_id}
    entry = PortfolioEntry(
        id=db.new_id(),
        **own,
        portfolio=portfolio,
        slot_key=slot_key,
        artifact_id=artifact.id,
        position=_next_position(portfolio, slot_key),
        words=words,
    )
    db.session().add(entry)
    _touched("portfolio_entry.added", entry, access)
    return entry


def kept_artifact(student_id: UUID, artifact_id: UUID) -> Artifact:
    """The student's artifact, locked, if it is kept.

    Raises Problem: validation_failed (`artifact_id`), artifact_is_draft, artifact_archived.
    """
    own = select(Artifact).where(Artifact.id == artifact_id, Artifact.student_id == student_id)
    artifact = db.session().scalar(own)
    if artifact is None:
        raise invalid("artifact_id", NOTHING)
    db.lock(artifact)
    artifacts.require_kept(artifact)
    return artifact


def _check_fits(portfolio: Portfolio, slot_key: str, artifact: Artifact) -> None:
    slot = _slot(portfolio, slot_key)
    if slot["kinds"] and artifact.kind not in slot["kinds"]:
        raise invalid("artifact_id", f"The slot takes: {', '.join(slot['kinds'])}.")
    db.refuse_second(
        PortfolioEntry,
        PortfolioEntry.portfolio_id == portfolio.id,
        PortfolioEntry.slot_key == slot_key,
        PortfolioEntry.artifact_id == artifact.id,
        code=Code.PORTFOLIO_ENTRY_EXISTS,
    )
    most = MOST_IN_SLOT if slot["most"] is None else slot["most"]
    if _filled(portfolio, slot_key) >= most:
        raise Problem(Code.PORTFOLIO_SLOT_FULL, f"It may have {most}.")


def _slot(portfolio: Portfolio, slot_key: str) -> dict[str, Any]:
    slots = {slot["key"]: slot for slot in portfolio.template.slots}
    if slot_key not in slots:
        raise invalid("slot_key", f"The slots are: {', '.join(slots)}.")
    slot: dict[str, Any] = slots[slot_key]
    return slot


def _filled(portfolio: Portfolio, slot_key: str) -> int:
    """How many kept artifacts stand in the slot; an archived one leaves its place free."""
    query = (
        select(func.count())
        .select_from(PortfolioEntry)
        .join(Artifact, Artifact.id == PortfolioEntry.artifact_id)
        .where(
            PortfolioEntry.portfolio_id == portfolio.id,
            PortfolioEntry.slot_key == slot_key,
            Artifact.status == ArtifactStatus.KEPT,
        )
    )
    with db.session().no_autoflush:
        return db.session().scalar(query) or 0


def _next_position(portfolio: Portfolio, slot_key: str) -> int:
    last = select(func.max(PortfolioEntry.position)).where(
        PortfolioEntry.portfolio_id == portfolio.id, PortfolioEntry.slot_key == slot_key
    )
    return (db.session().scalar(last) or 0) + 1


def change_entry(entry: PortfolioEntry, access: Access, **fields: Any) -> PortfolioEntry:
    """Change the words, the place in the slot, or the slot.

    Raises Problem: what `add_entry` raises, for another slot.
    """
    changed = sorted(name for name, value in fields.items() if getattr(entry, name) != value)
    if "slot_key" in changed:
        artifact = kept_artifact(entry.student_id, entry.artifact_id)
        _check_fits(entry.portfolio, fields["slot_key"], artifact)
    for name in changed:
        setattr(entry, name, fields[name])
    if changed:
        _touched("portfolio_entry.changed", entry, access, fields=changed)
    return entry


def remove_entry(entry: PortfolioEntry, access: Access) -> None:
    """Take an artifact out of its slot; the artifact stays."""
    _touched("portfolio_entry.removed", entry, access)
    db.session().delete(entry)


def has_entry(artifact: Artifact) -> bool:
    """Whether the artifact stands in a slot of any portfolio."""
    entries = exists().where(PortfolioEntry.artifact_id == artifact.id)
    return bool(db.session().scalar(select(entries)))


def _touched(what: str, entry: PortfolioEntry, access: Access, **payload: Any) -> None:
    """Record what happened; the portfolio changes with its entries."""
    entry.portfolio.touch()
    whose = {"portfolio_id": entry.portfolio.id, "artifact_id": entry.artifact_id}
    _note(what, entry, access, **whose, slot_key=entry.slot_key, **payload)


def _note(what: str, row: Any, access: Access, **payload: Any) -> None:
    audit.record(what, row, by=access.caller.person_id, **payload)
