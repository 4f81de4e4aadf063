"""The gaps of a portfolio: slots with fewer kept artifacts than their template asks for."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    cast,
    exists,
    func,
    literal_column,
    select,
    true,
)

from plp_api.catalog.portfolio_templates.models import PortfolioTemplate
from plp_api.foundation import db
from plp_api.learning.artifacts.models import Artifact, ArtifactStatus
from plp_api.learning.portfolios.models import Portfolio, PortfolioEntry

SLOT_KEY = literal_column("slot.value ->> 'key'", String())
LEAST = cast(literal_column("slot.value ->> 'least'"), Integer())


def have_gaps() -> ColumnElement[bool]:
    """SQL: whether a portfolio has a gap."""
    slot: Any = db.json_items(PortfolioTemplate.slots).table_valued("value", name="slot")
    lacking = (
        select(PortfolioTemplate.id)
        .join(slot, true())
        .where(PortfolioTemplate.id == Portfolio.template_id, _filled() < LEAST)
        .correlate(Portfolio)
    )
    return exists(lacking)


def _filled() -> Any:
    """How many kept artifacts stand in the slot."""
    kept = PortfolioEntry.artifact_id == Artifact.id, Artifact.status == ArtifactStatus.KEPT
    in_slot = PortfolioEntry.portfolio_id == Portfolio.id, PortfolioEntry.slot_key == SLOT_KEY
    return (
        select(func.count())
        .select_from(PortfolioEntry, Artifact)
        .where(*kept, *in_slot)
        .correlate(Portfolio)
        .scalar_subquery()
    )


def missing(slot: dict[str, Any], entries: int) -> int:
    """How many artifacts a slot with that many lacks."""
    return max(0, int(slot["least"]) - entries)
