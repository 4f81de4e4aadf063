"""JSON schemas of partners, sites, contacts, mentors and insurances."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.partners.duplicates import Likeness
from plp_api.catalog.partners.lifecycle import PARTNER
from plp_api.catalog.partners.models import (
    Accessibility,
    InsuranceKind,
    PartnerKind,
    PartnerStatus,
    TransportToSite,
)
from plp_api.foundation.rest.fields import (
    Choice,
    Date,
    Email,
    LanguageTag,
    ResourceSchema,
    Schema,
    Text,
    Words,
    enum_of,
)

LONGEST_NAME, LONGEST_TOWN, LONGEST_NOTES, LONGEST_TEXT = 200, 100, 2000, 4000
LONGEST_WEBSITE, LONGEST_EMAIL, LONGEST_PHONE = 400, 254, 40

# Shown as a link: another scheme could run a script, and a user name could hide the host.
WEBSITE = validate.Regexp(
    r"\A[Hh][Tt][Tt][Pp][Ss]?://(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}(?::[0-9]{1,5})?"
    r"(?:[/?#][!-~]*)?\Z",
    error="Must be a web address that begins with https:// or http://, without a user name.",
)
PHONE = validate.Regexp(
    r"\A\+?(?:[ ().-]{0,3}[0-9]){7,15}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?\Z",
    error="Must be a phone number: 7 to 15 digits, and an extension after `x` or `ext.`.",
)
POSTAL_CODE = validate.Regexp(
    r"\A(?:[0-9]{5}(?:-[0-9]{4})?|[A-Z][0-9][A-Z] [0-9][A-Z][0-9])?\Z",
    error="Must be a postal code, like `05641`, `05641-2104` or `J0B 3E0`.",
)
# Quebec, because Vermont's students cross that border too.
StateCode = enum_of(
    "StateCode",
    [
        *("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID"),
        *("IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO"),
        *("MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA"),
        *("QC", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY"),
    ],
)
StateCode.__doc__ = "A state, the District of Columbia, or Quebec."


def described(words: str, **more: Any) -> dict[str, Any]:
    """Metadata of a field: its description in the OpenAPI document."""
    return {"description": words, **more}


def _name(example: str, **kwargs: Any) -> Text:
    return Text(longest=LONGEST_NAME, metadata={"example": example}, **kwargs)


def _text(longest: int, words: str, example: str, **kwargs: Any) -> Text:
    """A text that may be empty."""
    return Text(longest=longest, blank=True, metadata=described(words, example=example), **kwargs)


def _website(**kwargs: Any) -> Text:
    words = "An address with https or http."
    metadata = described(words, example="https://www.barreclinic.example.org/students")
    return Text(
        longest=LONGEST_WEBSITE, allow_none=True, validate=[WEBSITE], metadata=metadata, **kwargs
    )


def _email(**kwargs: Any) -> Email:
    metadata = {"example": "office@barreclinic.example.org"}
    return Email(longest=LONGEST_EMAIL, allow_none=True, metadata=metadata, **kwargs)


def _phone(**kwargs: Any) -> Text:
    metadata = {"example": "802-555-0142"}
    return Text(
        longest=LONGEST_PHONE, allow_none=True, validate=[PHONE], metadata=metadata, **kwargs
    )


def _description(**kwargs: Any) -> Text:
    words = "What they do, and what a student could do there."
    return _text(LONGEST_TEXT, words, "A clinic with two doctors and a laboratory.", **kwargs)


def _is_another() -> fields.Boolean:
    words = "Whether it is another partner than the one of the same name."
    return fields.Boolean(load_only=True, metadata=described(words, example=False))


class PartnerSchema(ResourceSchema):
    """An organization or person outside the school that takes students on."""

    life = PARTNER

    status = Choice(PartnerStatus, dump_only=True)
    kind = Choice(PartnerKind, required=True)
    name = _name("Barre Community Clinic", required=True)
    description = _description(load_default="")
    website = _website(load_default=None)
    email = _email(load_default=None)
    phone = _phone(load_default=None)
    is_another = _is_another()
    available_actions = fields.List(fields.String(), dump_only=True)


class PartnerPatchSchema(Schema):
    """The members to change; null clears an address."""

    kind = Choice(PartnerKind)
    name = _name("Barre Community Clinic")
    description = _description()
    website = _website()
    email = _email()
    phone = _phone()
    is_another = _is_another()


class PartnerActionFieldsSchema(Schema):
    """The fields of a partner's actions: none."""


class PartnerDuplicateSchema(PartnerSchema):
    """A partner that is likely the same as another one."""

    reasons = fields.List(
        Choice(Likeness),
        dump_only=True,
        metadata=described(
            "What they have in common. Names are compared without case, accents, signs, `the` and"
            " legal forms (`Inc.`, `LLC`), websites by their host, phones by their digits."
        ),
    )


class PartOfPartnerSchema(ResourceSchema):
    """What belongs to a partner."""

    partner_id = fields.UUID(dump_only=True)


def _street(**kwargs: Any) -> Text:
    return _text(LONGEST_NAME, "Street and number.", "14 Granite Street", **kwargs)


def _town(**kwargs: Any) -> Text:
    return _text(LONGEST_TOWN, "The town, by which students find it.", "Barre", **kwargs)


def _postal_code(**kwargs: Any) -> Text:
    return Text(
        longest=10, blank=True, validate=[POSTAL_CODE], metadata={"example": "05641"}, **kwargs
    )


def _state_code(**kwargs: Any) -> Choice:
    return Choice(StateCode, attribute="state", metadata={"example": "VT"}, **kwargs)


def _accessibility(**kwargs: Any) -> Words:
    metadata = described("What it offers to people who need it.", example=["wheelchair"])
    return Words(Accessibility, metadata=metadata, **kwargs)


def _accessibility_notes(**kwargs: Any) -> Text:
    return _text(
        LONGEST_NOTES, "What the words do not say.", "The ramp is behind the house.", **kwargs
    )


def _transport(**kwargs: Any) -> Words:
    metadata = described("How students get there.", example=["public_bus"])
    return Words(TransportToSite, metadata=metadata, **kwargs)


def _transport_notes(**kwargs: Any) -> Text:
    return _text(LONGEST_NOTES, "What the words do not say.", "Bus 89, every hour.", **kwargs)


class PartnerSiteSchema(PartOfPartnerSchema):
    """A place of a partner's where students learn."""

    name = _name("Main Street office", required=True)
    street = _street(load_default="")
    town = _town(load_default="")
    state_code = _state_code(load_default="VT")
    postal_code = _postal_code(load_default="")
    accessibility = _accessibility(load_default=frozenset)
    accessibility_notes = _accessibility_notes(load_default="")
    transport = _transport(load_default=frozenset)
    transport_notes = _transport_notes(load_default="")


class PartnerSitePatchSchema(Schema):
    """The members to change; a set of words is replaced as a whole."""

    name = _name("Main Street office")
    street = _street()
    town = _town()
    state_code = _state_code()
    postal_code = _postal_code()
    accessibility = _accessibility()
    accessibility_notes = _accessibility_notes()
    transport = _transport()
    transport_notes = _transport_notes()


def _job_title(**kwargs: Any) -> Text:
    return _text(LONGEST_NAME, "What they do at the partner.", "Head nurse", **kwargs)


class PartnerContactSchema(PartOfPartnerSchema):
    """Somebody at a partner whom the school talks to. Only staff read contacts."""

    name = _name("Ines Morel", required=True)
    job_title = _job_title(load_default="")
    email = _email(load_default=None)
    phone = _phone(load_default=None)


class PartnerContactPatchSchema(Schema):
    """The members to change; null clears an address."""

    name = _name("Ines Morel")
    job_title = _job_title()
    email = _email()
    phone = _phone()


def _site_id(**kwargs: Any) -> fields.UUID:
    metadata = described("Where they work; a site of the same partner.")
    return fields.UUID(allow_none=True, metadata=metadata, **kwargs)


def _mentor_until(**kwargs: Any) -> Date:
    metadata = described("The first day on which they are no longer a mentor.")
    return Date(allow_none=True, metadata=metadata, **kwargs)


def _mentor_language(**kwargs: Any) -> LanguageTag:
    words = "The language of their letters and pages, where there are words in it; else English."
    return LanguageTag(metadata=described(words, example="es"), **kwargs)


class MentorSchema(PartOfPartnerSchema):
    """Somebody at a partner who works with students, without an account. Only staff read them."""

    site_id = _site_id(load_default=None)
    name = _name("Tom Averill", required=True)
    job_title = _job_title(load_default="")
    email = _email(load_default=None)
    phone = _phone(load_default=None)
    language = _mentor_language(load_default="en")
    ends_on = _mentor_until(load_default=None)


class MentorPatchSchema(Schema):
    """The members to change; `ends_on` ends a mentor."""

    site_id = _site_id()
    name = _name("Tom Averill")
    job_title = _job_title()
    email = _email()
    phone = _phone()
    language = _mentor_language()
    ends_on = _mentor_until()


def _insured_until(**kwargs: Any) -> Date:
    metadata = described("The first day on which it no longer holds.")
    return Date(allow_none=True, metadata=metadata, **kwargs)


def _insurer(**kwargs: Any) -> Text:
    return _name("Maple Mutual", **kwargs)


class PartnerInsuranceSchema(PartOfPartnerSchema):
    """An insurance of a partner's, as the school has seen it."""

    kind = Choice(InsuranceKind, required=True)
    insurer = _insurer(required=True)
    starts_on = Date(required=True)
    ends_on = _insured_until(load_default=None)


class PartnerInsurancePatchSchema(Schema):
    """The members to change."""

    kind = Choice(InsuranceKind)
    insurer = _insurer()
    starts_on = Date()
    ends_on = _insured_until()
