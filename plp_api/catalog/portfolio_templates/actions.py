"""Write editions of portfolio templates."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from plp_api.catalog.portfolio_templates.models import PortfolioTemplate
from plp_api.catalog.standards import items
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.editions import Editions, EditionStatus
from plp_api.foundation.problems import Code, FieldError, Problem, doubled
from plp_api.people.directory import references

Fields = dict[str, Any]

EDITIONS = Editions(
    PortfolioTemplate,
    noun="portfolio_template",
    carried=(
        "district_id",
        "school_id",
        "title",
        "description",
        "purpose",
        "grades",
        "slots",
        "prompts",
    ),
    frozen=Code.PORTFOLIO_TEMPLATE_FROZEN,
    draft_open=Code.PORTFOLIO_TEMPLATE_DRAFT_OPEN,
)


def draft(access: Access, fields: Fields) -> PortfolioTemplate:
    """Begin a template, as the draft of its first edition.

    Raises Problem: permission_denied if the caller may not change the settings of that
    school (null: of the district), validation_failed, framework_item_retired.
    """
    school_id = fields["school_id"]
    access.require_at(Permission.SETTINGS_WRITE, school_id)
    if school_id is not None:
        references.school(access, school_id)
    template = PortfolioTemplate(
        id=db.new_id(),
        district_id=access.caller.district_id,
        status=EditionStatus.DRAFT,
        **_checked(fields, access),
    )
    return EDITIONS.begin(template, access)


def draft_edition(template: PortfolioTemplate, access: Access) -> PortfolioTemplate:
    """Begin the next edition of a template. Raises Problem: portfolio_template_draft_open."""
    return EDITIONS.draft_next(template, access)


def edit(template: PortfolioTemplate, access: Access, fields: Fields) -> PortfolioTemplate:
    """Change a draft.

    Raises Problem: portfolio_template_frozen for any other edition, validation_failed,
    framework_item_retired.
    """
    EDITIONS.require_draft(template)
    return EDITIONS.edit(template, access, _checked(fields, access))


def discard(template: PortfolioTemplate, access: Access) -> None:
    """Delete a draft. Raises Problem: portfolio_template_frozen for any other edition."""
    EDITIONS.discard(template, access)


def publish(template: PortfolioTemplate, access: Access) -> None:
    """Offer the edition, and retire the one before it. Raises Problem: framework_item_retired."""
    items.check(_items(template.slots), access)
    EDITIONS.publish(template, access)


def retire(template: PortfolioTemplate, access: Access) -> None:
    """Stop offering the template. The portfolios kept by it go on."""
    EDITIONS.retire(template, access)


def _checked(fields: Fields, access: Access) -> Fields:
    """The fields as they are stored, checked."""
    slots, prompts = fields.get("slots", []), fields.get("prompts", [])
    errors = [
        *doubled(slots, "slots", "slot"),
        *doubled(prompts, "prompts", "prompt"),
        *_impossible(slots),
    ]
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    items.check(_items(slots), access)
    return fields | ({"slots": [_stored(slot) for slot in slots]} if "slots" in fields else {})


def _impossible(slots: list[Fields]) -> Iterator[FieldError]:
    """An error for each slot that takes fewer artifacts than it needs."""
    for place, slot in enumerate(slots):
        if slot["most"] is not None and slot["most"] < slot["least"]:
            yield FieldError(f"/slots/{place}/most", "Must not be below `least`.")


def _stored(slot: Fields) -> Fields:
    keys = [*dict.fromkeys(map(str, slot["framework_item_ids"]))]
    return {**slot, "kinds": sorted(slot["kinds"]), "framework_item_ids": keys}


def _items(slots: list[Fields]) -> Iterator[tuple[str, UUID]]:
    """Where each framework item stands in the slots, and its id."""
    for place, slot in enumerate(slots):
        for number, key in enumerate(slot["framework_item_ids"]):
            yield f"/slots/{place}/framework_item_ids/{number}", UUID(str(key))
