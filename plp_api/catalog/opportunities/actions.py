"""Offer, change, close and delete opportunities."""

from collections.abc import Container
from datetime import date
from typing import Any
from uuid import UUID

from plp_api.catalog.opportunities import seats
from plp_api.catalog.opportunities.models import Opportunity
from plp_api.catalog.partners.actions import require_active
from plp_api.catalog.partners.models import Partner
from plp_api.catalog.partners.parts import site_of
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.people.directory import references

Fields = dict[str, Any]
DAYS = ("starts_on", "ends_on", "apply_by")


def offer(access: Access, fields: Fields) -> Opportunity:
    """Offer an opportunity at a school (`school_id` null: in the whole district).

    Raises Problem: permission_denied if no office of the caller covers that school,
    partner_archived, validation_failed.
    """
    school_id = fields.get("school_id")
    access.require_at(Permission.OPPORTUNITIES_WRITE, school_id)
    if school_id is not None:
        references.school(access, school_id)
    partner_id = fields.pop("partner_id", None)
    partner = None if partner_id is None else _partner(access, partner_id)
    site = site_of(partner_id, fields.pop("site_id", None))
    _check_days(**{name: fields.get(name) for name in DAYS}, sent=DAYS)
    opportunity = Opportunity(
        id=db.new_id(),
        district_id=access.caller.district_id,
        partner=partner,
        site=site,
        **fields,
    )
    db.session().add(opportunity)
    _note("opportunity.offered", opportunity, access)
    return opportunity


def revise(opportunity: Opportunity, access: Access, fields: Fields) -> Opportunity:
    """Change an opportunity, whose row is locked.

    Raises Problem: validation_failed, also where `seats` is less than the seats held, or
    `ends_on` not after their last day.
    """
    days = {name: fields.get(name, getattr(opportunity, name)) for name in DAYS}
    _check_days(**days, sent=fields)
    _check_seats(opportunity, access, fields.get("seats"))
    _check_end(opportunity, access, fields.get("ends_on"))
    if "site_id" in fields:
        site_id = fields.pop("site_id")
        opportunity.site = site_of(opportunity.partner_id, site_id)
        opportunity.site_id = site_id
    for name, value in fields.items():
        setattr(opportunity, name, value)
    _note("opportunity.revised", opportunity, access)
    return opportunity


def delete(opportunity: Opportunity, access: Access) -> None:
    """Delete an opportunity for which nobody ever raised a hand.

    Raises Problem: record_in_use otherwise.
    """
    if seats.is_relied_on(opportunity):
        raise Problem(Code.RECORD_IN_USE, "A hand was raised for it: close it instead.")
    _note("opportunity.deleted", opportunity, access)
    db.session().delete(opportunity)


def close(opportunity: Opportunity, access: Access) -> None:
    """Take no more hands. Those that are raised still wait, and seats stay held."""
    _note("opportunity.closed", opportunity, access)


def reopen(opportunity: Opportunity, access: Access) -> None:
    """Take hands again."""
    _note("opportunity.reopened", opportunity, access)


def partner_is_active(opportunity: Opportunity, _access: Access) -> Code | None:
    """A guard: an archived partner takes no students on."""
    return Code.PARTNER_ARCHIVED if opportunity.has_archived_partner else None


def _note(what: str, opportunity: Opportunity, access: Access) -> None:
    by = access.caller.person_id
    audit.record(what, opportunity, by=by, school_id=opportunity.school_id)


def _partner(access: Access, partner_id: UUID) -> Partner:
    partner = references.of_district(access, Partner, partner_id, "partner_id")
    require_active(partner)
    return partner


def _check_days(
    starts_on: date | None,
    ends_on: date | None,
    apply_by: date | None,
    *,
    sent: Container[str],
) -> None:
    """Raise validation_failed at a day that was `sent`, and does not fit the others."""
    if ends_on is None:
        return
    if starts_on is not None and ends_on <= starts_on:
        if "ends_on" in sent:
            raise invalid("ends_on", "Must lie after `starts_on`.")
        raise invalid("starts_on", "Must lie before `ends_on`.")
    if apply_by is not None and apply_by >= ends_on:
        if "apply_by" in sent:
            raise invalid("apply_by", "Must lie before `ends_on`.")
        raise invalid("ends_on", "Must lie after `apply_by`.")


def _check_seats(opportunity: Opportunity, access: Access, number: int | None) -> None:
    if number is None:
        return
    held = seats.held_today([opportunity.id], access)[opportunity.id]
    if number < held:
        raise invalid("seats", f"{held} seats are held: it may not be less.")


def _check_end(opportunity: Opportunity, access: Access, ends_on: date | None) -> None:
    if ends_on is None:
        return
    last_day = seats.last_day(opportunity, access)
    if last_day is not None and ends_on <= last_day:
        raise invalid("ends_on", f"A seat is held until {last_day}: it may not end earlier.")
