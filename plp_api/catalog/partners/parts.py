"""Add, correct and delete what belongs to a partner: sites, contacts, mentors, insurances."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.partners import folding
from plp_api.catalog.partners.actions import require_active, set_changed
from plp_api.catalog.partners.models import (
    Insurance,
    Mentor,
    Partner,
    PartnerContact,
    PartnerSite,
)
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import invalid
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.assignments import Assignment

ON_MENTOR_ENDED: list[Callable[[Mentor, Access], None]] = []
"""Called when a mentor is ended by `ends_on`, also for a day to come: their work ends with them."""
Part = TypeVar("Part", PartnerSite, PartnerContact, Mentor, Insurance)


def _add(model: type[Part], partner: Partner, fields: dict[str, Any]) -> Part:
    """Add a part of an active partner. Raises Problem: partner_archived."""
    require_active(partner)
    own = {"district_id": partner.district_id, "partner_id": partner.id}
    part = model(id=db.new_id(), **own, **fields)
    db.session().add(part)
    return part


def _note(what: str, part: Any, access: Access, **payload: Any) -> None:
    """Record a change of a part. Names and addresses stay out of events."""
    audit.record(what, part, by=access.caller.person_id, partner_id=part.partner_id, **payload)


def _change(what: str, part: Part, access: Access, fields: dict[str, Any]) -> Part:
    """Set the values that differ; the event has their names."""
    if changed := set_changed(part, fields):
        _note(what, part, access, fields=changed)
    return part


def add_site(partner: Partner, access: Access, **fields: Any) -> PartnerSite:
    """Add a site. Raises Problem: partner_archived."""
    site = _add(PartnerSite, partner, fields)
    _note("partner_site.added", site, access)
    return site


def change_site(site: PartnerSite, access: Access, **fields: Any) -> PartnerSite:
    """Correct a site."""
    return _change("partner_site.changed", site, access, fields)


def delete_site(site: PartnerSite, access: Access) -> None:
    """Delete a site. The database refuses it (record_in_use) while anything refers to it."""
    _note("partner_site.deleted", site, access)
    db.session().delete(site)


def add_contact(partner: Partner, access: Access, **fields: Any) -> PartnerContact:
    """Add a contact. Raises Problem: partner_archived."""
    contact = _add(PartnerContact, partner, fields)
    _note("partner_contact.added", contact, access)
    return contact


def change_contact(contact: PartnerContact, access: Access, **fields: Any) -> PartnerContact:
    """Correct a contact."""
    return _change("partner_contact.changed", contact, access, fields)


def delete_contact(contact: PartnerContact, access: Access) -> None:
    """Delete a contact, on which nothing relies."""
    _note("partner_contact.deleted", contact, access)
    db.session().delete(contact)


def add_mentor(partner: Partner, access: Access, **fields: Any) -> Mentor:
    """Add a mentor. Raises Problem: partner_archived, validation_failed (`site_id`)."""
    mentor = _add(Mentor, partner, fields)
    if mentor.email:
        mentor.email_set_by = access.caller.person_id
    site_of(partner.id, mentor.site_id)
    _note("mentor.added", mentor, access)
    return mentor


def change_mentor(mentor: Mentor, access: Access, **fields: Any) -> Mentor:
    """Correct a mentor, or end them by `ends_on`.

    Who enters an address can read what is mailed there; so it is kept who did.
    Raises Problem: validation_failed (`name`, `site_id`).
    """
    if "name" in fields:
        _check_name(mentor, fields["name"])
    site_of(mentor.partner_id, fields.get("site_id"))
    if fields.get("email", mentor.email) != mentor.email:
        mentor.email_set_by = access.caller.person_id
    _change("mentor.changed", mentor, access, fields)
    if fields.get("ends_on") is not None:
        for follow in ON_MENTOR_ENDED:
            follow(mentor, access)
    return mentor


def _check_name(mentor: Mentor, name: str) -> None:
    """Raise validation_failed where a mentor on a team would become somebody else.

    Agreements and signatures name them by id: another name would put it on another person.
    """
    if folding.name(name) == folding.name(mentor.name):
        return
    assigned = select(Assignment.id).where(Assignment.mentor_id == mentor.id)
    if db.session().scalar(assigned.limit(1)) is not None:
        raise invalid("name", "They are on the team of an ELO: add another person as a new mentor.")


def site_of(partner_id: UUID | None, site_id: UUID | None) -> PartnerSite | None:
    """The site of this partner; None without an id. Raises Problem: validation_failed."""
    if site_id is None:
        return None
    of_partner = select(PartnerSite).where(
        PartnerSite.id == site_id, PartnerSite.partner_id == partner_id
    )
    with db.session().no_autoflush:
        site = db.session().scalar(of_partner)
    if site is None:
        raise invalid("site_id", "The partner has no such site.")
    return site


def delete_mentor(mentor: Mentor, access: Access) -> None:
    """Delete a mentor entered by mistake.

    The database refuses it (record_in_use) while anything refers to them: then they
    are ended by `ends_on`.
    """
    _note("mentor.deleted", mentor, access)
    db.session().delete(mentor)


def add_insurance(partner: Partner, access: Access, **fields: Any) -> Insurance:
    """Add an insurance. Raises Problem: partner_archived, validation_failed (`ends_on`)."""
    spans.check(fields["starts_on"], fields["ends_on"])
    insurance = _add(Insurance, partner, fields)
    _note("partner_insurance.added", insurance, access, kind=insurance.kind)
    return insurance


def change_insurance(insurance: Insurance, access: Access, **fields: Any) -> Insurance:
    """Correct an insurance, or end it. Raises Problem: validation_failed (`ends_on`)."""
    starts_on: date = fields.get("starts_on", insurance.starts_on)
    spans.check(starts_on, fields.get("ends_on", insurance.ends_on))
    return _change("partner_insurance.changed", insurance, access, fields)


def delete_insurance(insurance: Insurance, access: Access) -> None:
    """Delete an insurance that was entered by mistake."""
    _note("partner_insurance.deleted", insurance, access)
    db.session().delete(insurance)
