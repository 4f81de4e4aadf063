"""Routes of partners, and of what belongs to them."""

from typing import Any

from plp_api.catalog.partners import actions, duplicates, parts
from plp_api.catalog.partners.listings import CONTACTS, INSURANCES, MENTORS, PARTNERS, SITES
from plp_api.catalog.partners.models import (
    Insurance,
    Mentor,
    Partner,
    PartnerContact,
    PartnerSite,
)
from plp_api.catalog.partners.schemas import (
    MentorPatchSchema,
    MentorSchema,
    PartnerActionFieldsSchema,
    PartnerContactPatchSchema,
    PartnerContactSchema,
    PartnerDuplicateSchema,
    PartnerInsurancePatchSchema,
    PartnerInsuranceSchema,
    PartnerPatchSchema,
    PartnerSchema,
    PartnerSitePatchSchema,
    PartnerSiteSchema,
)
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint, page_schema
from plp_api.foundation.rest.paging import Page

READ, WRITE = Permission.PARTNERS_READ, Permission.PARTNERS_WRITE

blueprint = Blueprint(
    "Partners",
    __name__,
    "Organizations that take students on: sites, contacts, mentors, insurance.",
)


@blueprint.route("/partners")
@blueprint.requires(READ)
@blueprint.lists(PartnerSchema, PARTNERS)
def list_partners(access: Access) -> Any:
    """List the partners of the district, active and archived.

    All schools share them. `status=active` leaves out the archived ones. Each filter by
    site is met by some site of the partner; to combine them for one site, list the
    partner's sites. Students and parents get 403: they read a partner's name in an
    opportunity.
    """
    return access.select(Partner)


@blueprint.route("/partners", methods=["POST"])
@blueprint.requires(WRITE)
@blueprint.refuses(Code.PARTNER_EXISTS)
@blueprint.arguments(PartnerSchema)
@blueprint.response(201, PartnerSchema)
def add_partner(access: Access, fields: dict[str, Any]) -> Partner:
    """Add a partner.

    If the district has a partner of the same name, the answer is 409 `partner_exists`
    with that partner as `existing`. Names are the same that differ only in case,
    accents, signs, `the`, or a legal form (`Inc.`, `LLC`). Send `is_another` if it is
    another one all the same.
    """
    return actions.add(access, **fields)


@blueprint.route("/partners/<uuid:partner_id>")
@blueprint.requires(READ, Partner)
@blueprint.response(200, PartnerSchema)
def get_partner(access: Access, partner: Partner) -> Partner:
    """Get a partner.

    Its sites, contacts, mentors and insurances are lists of their own. An archived
    partner stays readable, with everything that belongs to it.
    """
    return partner


@blueprint.route("/partners/<uuid:partner_id>", methods=["PATCH"])
@blueprint.requires(WRITE, Partner)
@blueprint.refuses(Code.PARTNER_EXISTS)
@blueprint.arguments(PartnerPatchSchema)
@blueprint.response(200, PartnerSchema)
def change_partner(access: Access, partner: Partner, fields: dict[str, Any]) -> Partner:
    """Correct a partner, also an archived one.

    A new name is compared with other partners as by `POST /partners`.
    """
    return actions.change(partner, access, **fields)


@blueprint.route("/partners/<uuid:partner_id>", methods=["DELETE"])
@blueprint.requires(WRITE, Partner)
@blueprint.refuses(Code.RECORD_IN_USE)
@blueprint.response(204)
def delete_partner(access: Access, partner: Partner) -> None:
    """Delete a partner that was entered by mistake.

    As long as anything refers to it, the answer is 409 `record_in_use`: archive it
    instead.
    """
    actions.delete(partner, access)


blueprint.actions("/partners", Partner, PartnerSchema, PartnerActionFieldsSchema)


@blueprint.route("/partners/<uuid:partner_id>/duplicates")
@blueprint.requires(READ, Partner)
@blueprint.arguments(duplicates.DUPLICATES.query_schema("PartnerDuplicateQuery"), location="query")
@blueprint.response(200, page_schema("PartnerDuplicate", PartnerDuplicateSchema))
def list_partner_duplicates(access: Access, partner: Partner, query: dict[str, Any]) -> Page:
    """List the partners that are likely the same as this one, with the reasons.

    They have its name, the host of its website, its e-mail or its phone number.
    Partners are not merged: move what is worth keeping, and archive the other.
    """
    return duplicates.page(access, partner, query)


# Sites.


@blueprint.route("/partners/<uuid:partner_id>/sites")
@blueprint.requires(READ, Partner)
@blueprint.lists(PartnerSiteSchema, SITES)
def list_partner_sites(access: Access, partner: Partner) -> Any:
    """List the sites of a partner.

    A filter with several words means any of them; several filters mean all of them, at
    the same site.
    """
    return access.select(PartnerSite).where(PartnerSite.partner_id == partner.id)


@blueprint.route("/partners/<uuid:partner_id>/sites", methods=["POST"])
@blueprint.requires(WRITE, Partner)
@blueprint.refuses(Code.PARTNER_ARCHIVED)
@blueprint.arguments(PartnerSiteSchema)
@blueprint.response(201, PartnerSiteSchema)
def add_partner_site(access: Access, partner: Partner, fields: dict[str, Any]) -> PartnerSite:
    """Add a site to a partner.

    Say what is known of accessibility and transport: students search by it.
    """
    return parts.add_site(partner, access, **fields)


@blueprint.route("/partner-sites/<uuid:site_id>")
@blueprint.requires(READ, PartnerSite)
@blueprint.response(200, PartnerSiteSchema)
def get_partner_site(access: Access, site: PartnerSite) -> PartnerSite:
    """Get a site.

    Whoever reads partners reads their sites.
    """
    return site


@blueprint.route("/partner-sites/<uuid:site_id>", methods=["PATCH"])
@blueprint.requires(WRITE, PartnerSite)
@blueprint.arguments(PartnerSitePatchSchema)
@blueprint.response(200, PartnerSiteSchema)
def change_partner_site(access: Access, site: PartnerSite, fields: dict[str, Any]) -> PartnerSite:
    """Correct a site.

    `accessibility` and `transport` are replaced as a whole.
    """
    return parts.change_site(site, access, **fields)


@blueprint.route("/partner-sites/<uuid:site_id>", methods=["DELETE"])
@blueprint.requires(WRITE, PartnerSite)
@blueprint.refuses(Code.RECORD_IN_USE)
@blueprint.response(204)
def delete_partner_site(access: Access, site: PartnerSite) -> None:
    """Delete a site.

    As long as a mentor or an opportunity refers to it, the answer is 409
    `record_in_use`.
    """
    parts.delete_site(site, access)


# Contacts.


@blueprint.route("/partners/<uuid:partner_id>/contacts")
@blueprint.requires(READ, Partner)
@blueprint.lists(PartnerContactSchema, CONTACTS)
def list_partner_contacts(access: Access, partner: Partner) -> Any:
    """List the contacts of a partner.

    Only staff read them, never students or parents.
    """
    return access.select(PartnerContact).where(PartnerContact.partner_id == partner.id)


@blueprint.route("/partners/<uuid:partner_id>/contacts", methods=["POST"])
@blueprint.requires(WRITE, Partner)
@blueprint.refuses(Code.PARTNER_ARCHIVED)
@blueprint.arguments(PartnerContactSchema)
@blueprint.response(201, PartnerContactSchema)
def add_partner_contact(access: Access, partner: Partner, fields: dict[str, Any]) -> PartnerContact:
    """Add a contact to a partner.

    A contact is somebody whom the school talks to; who works with students is a mentor.
    """
    return parts.add_contact(partner, access, **fields)


@blueprint.route("/partner-contacts/<uuid:contact_id>")
@blueprint.requires(READ, PartnerContact)
@blueprint.response(200, PartnerContactSchema)
def get_partner_contact(access: Access, contact: PartnerContact) -> PartnerContact:
    """Get a contact.

    Only staff read contacts, never students or parents.
    """
    return contact


@blueprint.route("/partner-contacts/<uuid:contact_id>", methods=["PATCH"])
@blueprint.requires(WRITE, PartnerContact)
@blueprint.arguments(PartnerContactPatchSchema)
@blueprint.response(200, PartnerContactSchema)
def change_partner_contact(
    access: Access, contact: PartnerContact, fields: dict[str, Any]
) -> PartnerContact:
    """Correct a contact.

    The event of it names the changed members, never their values.
    """
    return parts.change_contact(contact, access, **fields)


@blueprint.route("/partner-contacts/<uuid:contact_id>", methods=["DELETE"])
@blueprint.requires(WRITE, PartnerContact)
@blueprint.response(204)
def delete_partner_contact(access: Access, contact: PartnerContact) -> None:
    """Delete a contact.

    Nothing relies on a contact, so that one is never kept longer than it is needed.
    """
    parts.delete_contact(contact, access)


# Mentors.


@blueprint.route("/partners/<uuid:partner_id>/mentors")
@blueprint.requires(READ, Partner)
@blueprint.lists(MentorSchema, MENTORS)
def list_mentors(access: Access, partner: Partner) -> Any:
    """List the mentors of a partner, also those who have ended.

    `is_current=true` leaves out those who have ended.
    """
    return access.select(Mentor).where(Mentor.partner_id == partner.id)


@blueprint.route("/partners/<uuid:partner_id>/mentors", methods=["POST"])
@blueprint.requires(WRITE, Partner)
@blueprint.refuses(Code.PARTNER_ARCHIVED)
@blueprint.arguments(MentorSchema)
@blueprint.response(201, MentorSchema)
def add_mentor(access: Access, partner: Partner, fields: dict[str, Any]) -> Mentor:
    """Add a mentor to a partner: somebody who works with students, without an account.

    A mentor is no person of the directory, and cannot sign in.
    """
    return parts.add_mentor(partner, access, **fields)


@blueprint.route("/mentors/<uuid:mentor_id>")
@blueprint.requires(READ, Mentor)
@blueprint.response(200, MentorSchema)
def get_mentor(access: Access, mentor: Mentor) -> Mentor:
    """Get a mentor, also one who has ended.

    Only staff read mentors, never students or parents.
    """
    return mentor


@blueprint.route("/mentors/<uuid:mentor_id>", methods=["PATCH"])
@blueprint.requires(WRITE, Mentor)
@blueprint.arguments(MentorPatchSchema)
@blueprint.response(200, MentorSchema)
def change_mentor(access: Access, mentor: Mentor, fields: dict[str, Any]) -> Mentor:
    """Correct a mentor, or end one by `ends_on`.

    A mentor stays with their partner: at another one, add them there. On the team of an ELO
    they stay the same person: only case, accents and signs of the name may be corrected.
    """
    return parts.change_mentor(mentor, access, **fields)


@blueprint.route("/mentors/<uuid:mentor_id>", methods=["DELETE"])
@blueprint.requires(WRITE, Mentor)
@blueprint.refuses(Code.RECORD_IN_USE)
@blueprint.response(204)
def delete_mentor(access: Access, mentor: Mentor) -> None:
    """Delete a mentor who was entered by mistake.

    As long as anything refers to them, the answer is 409 `record_in_use`: set
    `ends_on` instead.
    """
    parts.delete_mentor(mentor, access)


# Insurance.


@blueprint.route("/partners/<uuid:partner_id>/insurances")
@blueprint.requires(READ, Partner)
@blueprint.lists(PartnerInsuranceSchema, INSURANCES)
def list_partner_insurances(access: Access, partner: Partner) -> Any:
    """List the insurances of a partner, past ones too.

    `is_current=true` lists those that hold today.
    """
    return access.select(Insurance).where(Insurance.partner_id == partner.id)


@blueprint.route("/partners/<uuid:partner_id>/insurances", methods=["POST"])
@blueprint.requires(WRITE, Partner)
@blueprint.refuses(Code.PARTNER_ARCHIVED)
@blueprint.arguments(PartnerInsuranceSchema)
@blueprint.response(201, PartnerInsuranceSchema)
def add_partner_insurance(access: Access, partner: Partner, fields: dict[str, Any]) -> Insurance:
    """Add an insurance that the school has seen to a partner.

    A renewed insurance is another one, so that the history is kept.
    """
    return parts.add_insurance(partner, access, **fields)


@blueprint.route("/partner-insurances/<uuid:insurance_id>")
@blueprint.requires(READ, Insurance)
@blueprint.response(200, PartnerInsuranceSchema)
def get_partner_insurance(access: Access, insurance: Insurance) -> Insurance:
    """Get an insurance.

    Whoever reads partners reads their insurances.
    """
    return insurance


@blueprint.route("/partner-insurances/<uuid:insurance_id>", methods=["PATCH"])
@blueprint.requires(WRITE, Insurance)
@blueprint.arguments(PartnerInsurancePatchSchema)
@blueprint.response(200, PartnerInsuranceSchema)
def change_partner_insurance(
    access: Access, insurance: Insurance, fields: dict[str, Any]
) -> Insurance:
    """Correct an insurance, or end it by `ends_on`.

    A day before `starts_on` is refused.
    """
    return parts.change_insurance(insurance, access, **fields)


@blueprint.route("/partner-insurances/<uuid:insurance_id>", methods=["DELETE"])
@blueprint.requires(WRITE, Insurance)
@blueprint.response(204)
def delete_partner_insurance(access: Access, insurance: Insurance) -> None:
    """Delete an insurance that was entered by mistake.

    An insurance that has ended stays, with its `ends_on`.
    """
    parts.delete_insurance(insurance, access)
