"""The ELOs in a plan version's snapshot: ids and words, no names of people."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.item_links import presenters as item_links
from plp_api.foundation import clock, db
from plp_api.learning.elos.models import AGREED, Elo, EloGoal

TEXTS = ("type", "title", "description", "essential_question", "product", "partner_name")
DAYS = ("starts_on", "ends_on")


def approved(plans: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """By plan, the ELOs that are part of it: agreed on, and neither withdrawn nor terminated.

    A plan without any has no member, so that its snapshot is what it was before there were
    ELOs. State, hours and credit are left out, so that nobody has to sign again when they
    change; so is the plan that an agreement still waits for.
    """
    agreed = (
        select(Elo)
        .where(Elo.plan_id.in_(plans), Elo.status.in_(sorted(AGREED)))
        .order_by(Elo.created_at, Elo.id)
    )
    elos = db.session().scalars(agreed).unique().all()
    keys = {elo.id for elo in elos}
    items, goals = item_links.of_subjects(keys), goals_of(keys)
    found: dict[UUID, list[dict[str, Any]]] = {}
    for elo in elos:
        words = {**_words(elo), "goal_ids": goals[elo.id], **item_links.frozen(items[elo.id])}
        found.setdefault(elo.plan_id, []).append(words)
    return found


def _words(elo: Elo) -> dict[str, Any]:
    return {
        "elo_id": str(elo.id),
        **{name: getattr(elo, name) for name in TEXTS},
        **{name: clock.iso(getattr(elo, name)) for name in DAYS},
        "planned_minutes": elo.planned_minutes,
    }


def goals_of(elos: Iterable[UUID]) -> dict[UUID, list[str]]:
    """By ELO, the ids of the goals that it serves, in the order in which they were linked."""
    found: dict[UUID, list[str]] = {key: [] for key in elos}
    if not found:
        return found
    query = select(EloGoal.elo_id, EloGoal.goal_id).where(EloGoal.elo_id.in_(found))
    for elo_id, goal_id in db.session().execute(query.order_by(EloGoal.id)):
        found[elo_id].append(str(goal_id))
    return found
