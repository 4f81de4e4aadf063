"""Schemas of mentors' links."""

from typing import Any

from marshmallow import fields

from plp_api.foundation.links.models import CodeBy, LinkCheck, LinkEnd
from plp_api.foundation.rest.fields import Choice, Instant, Schema
from plp_api.foundation.rest.people import name_of
from plp_api.learning.attestations.models import MentorLinkStatus
from plp_api.planning.signing.schemas import Delivery


def _described(words: str, **more: Any) -> dict[str, Any]:
    return {"description": words, **more}


class MentorLinkSchema(Schema):
    """A link by which a mentor, without an account, attests once all that waits for them.

    `url`, `code` and `letter` are only in the response that makes the link: `url` and
    `letter` for a printed link, `code` for a mailed link whose code the issuer tells.
    """

    sometimes = frozenset({"url", "code", "letter"})

    id = fields.UUID(dump_only=True)
    mentor_id = fields.UUID(dump_only=True)
    delivery = Choice(
        Delivery,
        load_default=Delivery.PRINT,
        metadata=_described("`mail` sends it to the mentor's e-mail and shows it to nobody else."),
    )
    identity_check = Choice(
        LinkCheck,
        called="MentorLinkCheck",
        dump_only=True,
        metadata=_described(
            "`none`: the link was mailed to a proved address, and signs no agreement. `code`: its "
            "page asks for a code, which goes another way than the link."
        ),
    )
    code_by = Choice(
        CodeBy,
        dump_only=True,
        metadata=_described(
            "Which way the code goes: `issuer` tells it (the link was mailed), `mail` (the link "
            "was printed, mail is set up here, and another than the issuer entered the mentor's "
            "e-mail), or else a `witness` takes it at `/mentor-links/{id}/code` and hands it over. "
            "A link without a code says `issuer`."
        ),
    )
    witnessed_by = fields.UUID(
        dump_only=True, allow_none=True, metadata=_described("Who took the code to hand it over.")
    )
    witnessed_by_name = name_of("witnessed_by")
    witnessed_at = Instant(dump_only=True, allow_none=True)
    status = Choice(MentorLinkStatus, dump_only=True)
    attempts_left = fields.Integer(
        dump_only=True, metadata=_described("Wrong codes that are still taken.")
    )
    is_asked_by_holder = fields.Boolean(
        dump_only=True,
        metadata=_described("Whether the holder of a spent link had this one mailed."),
    )
    created_at = Instant(dump_only=True)
    issued_by = fields.UUID(dump_only=True)
    issued_by_name = name_of("issued_by")
    expires_at = Instant(dump_only=True)
    opened_at = Instant(dump_only=True, allow_none=True)
    used_at = Instant(dump_only=True, allow_none=True)
    ended_at = Instant(dump_only=True, allow_none=True)
    end_reason = Choice(LinkEnd, dump_only=True, allow_none=True)
    url = fields.String(
        dump_only=True, metadata=_described("The link itself; absent where it is mailed.")
    )
    code = fields.String(
        dump_only=True,
        metadata=_described("To tell the mentor, where `code_by` is `issuer`.", example="042917"),
    )
    letter = fields.String(
        dump_only=True,
        metadata=_described(
            "A letter with the link in the mentor's language, to print and hand over; names nobody."
        ),
    )


class MentorLinkCodeSchema(Schema):
    """The code of a mentor's link, for the witness who hands it over."""

    code = fields.String(metadata=_described("Shown this once.", example="042917"))
