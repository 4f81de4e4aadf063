"""A portfolio as it is shown: its slots with their artifacts, and what is missing in each.

Entries whose artifact is no longer kept are left out, for every reader: they are a gap.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.portfolio_templates.presenters import slots_of
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.learning.artifacts.models import Artifact, ArtifactStatus
from plp_api.learning.portfolios import gaps
from plp_api.learning.portfolios.models import PortfolioEntry

Slots = dict[tuple[UUID, str], list[Any]]


def shape(portfolios: Sequence[Any], _access: Access) -> None:
    """Set `slots` and `gaps` of each portfolio, by two statements for all."""
    entries = _kept([portfolio.id for portfolio in portfolios])
    templates = {portfolio.template_id: portfolio.template for portfolio in portfolios}
    slots = slots_of([*templates.values()])
    for portfolio in portfolios:
        portfolio.slots = [
            _slot(slot, entries[portfolio.id, slot["key"]]) for slot in slots[portfolio.template_id]
        ]
        portfolio.gaps = sum(slot["missing"] > 0 for slot in portfolio.slots)


def _slot(slot: dict[str, Any], entries: list[Any]) -> dict[str, Any]:
    return {**slot, "entries": entries, "missing": gaps.missing(slot, len(entries))}


def _kept(portfolio_ids: Sequence[UUID]) -> Slots:
    """The entries with a kept artifact, by portfolio and slot, in their order."""
    query = (
        select(PortfolioEntry, Artifact)
        .join(Artifact, Artifact.id == PortfolioEntry.artifact_id)
        .where(
            PortfolioEntry.portfolio_id.in_(portfolio_ids),
            Artifact.status == ArtifactStatus.KEPT,
        )
        .order_by(PortfolioEntry.position, PortfolioEntry.id)
    )
    found: Slots = defaultdict(list)
    entry: Any
    for entry, artifact in db.session().execute(query):
        entry.artifact = artifact
        found[entry.portfolio_id, entry.slot_key].append(entry)
    return found


def shape_entries(entries: Sequence[Any], access: Access) -> None:
    """Set `artifact` of each entry; None for whoever may not read it as it is now."""
    keys = [entry.artifact_id for entry in entries]
    found = db.session().scalars(select(Artifact).where(Artifact.id.in_(keys)))
    artifacts = {artifact.id: artifact for artifact in found}
    for entry in entries:
        artifact = artifacts[entry.artifact_id]
        is_draft = artifact.status == ArtifactStatus.DRAFT
        needed = Permission.ARTIFACTS_READ_DRAFTS if is_draft else Permission.ARTIFACTS_READ
        entry.artifact = artifact if access.may(needed, entry.student_id) else None
