"""Enter partners, recognize that one is there already, archive and restore them."""

from typing import Any
from uuid import UUID

from plp_api.catalog.partners import folding
from plp_api.catalog.partners.models import Partner, PartnerStatus
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem


def add(access: Access, *, is_another: bool = False, **fields: Any) -> Partner:
    """Add a partner.

    Raises Problem: partner_exists if the district has a partner of this folded name,
    archived or not, unless `is_another` says that it is another one.
    """
    district_id = access.caller.district_id
    if not is_another:
        _refuse_same_name(district_id, folding.name(fields["name"]))
    partner = Partner(
        id=db.new_id(), district_id=district_id, status=PartnerStatus.ACTIVE, **fields
    )
    db.session().add(partner)
    audit.record("partner.added", partner, by=access.caller.person_id, kind=partner.kind)
    return partner


def change(partner: Partner, access: Access, *, is_another: bool = False, **fields: Any) -> Partner:
    """Correct a partner, archived or not. Raises Problem: partner_exists, as `add`."""
    folded = folding.name(fields.get("name", partner.name))
    if folded != partner.folded_name and not is_another:
        _refuse_same_name(partner.district_id, folded)
    if changed := set_changed(partner, fields):
        audit.record("partner.changed", partner, by=access.caller.person_id, fields=changed)
    return partner


def _refuse_same_name(district_id: UUID, folded: str) -> None:
    """Raise partner_exists; the lock lets of two equal requests only one pass."""
    db.lock_name(f"partner|{district_id}|{folded}")
    detail = "Use that one, restore it if it is archived, or send `is_another` if yours is another."
    db.refuse_second(
        Partner,
        Partner.district_id == district_id,
        Partner.folded_name == folded,
        code=Code.PARTNER_EXISTS,
        detail=detail,
    )


def set_changed(row: Any, fields: dict[str, Any]) -> list[str]:
    """Set the values that differ, and return the names of their fields."""
    changed = sorted(name for name, value in fields.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, fields[name])
    return changed


def delete(partner: Partner, access: Access) -> None:
    """Delete a partner that was entered by mistake.

    The database refuses it (record_in_use) while anything refers to the partner: then
    it is archived instead.
    """
    audit.record("partner.deleted", partner, by=access.caller.person_id)
    db.session().delete(partner)


def require_active(partner: Partner) -> None:
    """Lock the partner, so that it stays active until the commit.

    For every action that adds something to a partner. Raises Problem: partner_archived.
    """
    db.lock(partner)
    if partner.status != PartnerStatus.ACTIVE:
        raise Problem(Code.PARTNER_ARCHIVED, "Restore the partner first.")


# The moves of the life cycle.


def archive(partner: Partner, access: Access) -> None:
    """Keep the partner with its history, and let nothing new be added to it."""
    audit.record("partner.archived", partner, by=access.caller.person_id)


def restore(partner: Partner, access: Access) -> None:
    """Make an archived partner one that takes students on again."""
    audit.record("partner.restored", partner, by=access.caller.person_id)
