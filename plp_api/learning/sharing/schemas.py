"""Schemas of share links and their openings."""

from typing import Any, ClassVar

from marshmallow import fields, validate

from plp_api.foundation.links.models import LinkEnd
from plp_api.foundation.rest.fields import Choice, GuardedMembers, Instant, Schema, Text
from plp_api.foundation.rest.people import name_of, student_of
from plp_api.learning.sharing.models import OpeningKind, ShareLinkStatus
from plp_api.learning.sharing.passcodes import LONGEST, SHORTEST
from plp_api.learning.sharing.presenters import shape
from plp_api.learning.showcases.models import NameShown
from plp_api.learning.showcases.presenters import NAMES

MOST_DAYS, USUAL_DAYS = 365, 30
LONGEST_PARTY, LONGEST_WORDS = 200, 400


def _described(words: str, **more: Any) -> dict[str, Any]:
    return {"description": words, **more}


class ShareLinkSchema(GuardedMembers):
    """A link that shows one showcase outside. `url` is only in the response that makes it."""

    shape = staticmethod(shape)
    sometimes = frozenset({"url"})
    guarded: ClassVar[frozenset[str]] = NAMES

    id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    showcase_id = fields.UUID(dump_only=True)
    given_to = Text(
        required=True,
        longest=LONGEST_PARTY,
        metadata=_described(
            "To whom you give the link, as the ledger of disclosures keeps it.",
            example="Grandmother",
        ),
    )
    why = Text(
        required=True,
        longest=LONGEST_WORDS,
        metadata=_described("Why, for the ledger.", example="To show her my year"),
    )
    name_shown = Choice(
        NameShown,
        allow_none=True,
        load_default=None,
        metadata=_described(
            "The name on the page; null takes what the showcase says. A parent does not get it."
        ),
    )
    allows_download = fields.Boolean(
        load_default=False,
        metadata=_described("Whether the PDF, and files of items that allow it, may be kept."),
    )
    passcode = Text(
        load_only=True,
        allow_none=True,
        load_default=None,
        longest=LONGEST,
        validate=[validate.Length(SHORTEST)],
        metadata=_described(
            "What its holder must know; tell it another way than the link.",
            example="birch river 7",
        ),
    )
    has_passcode = fields.Boolean(dump_only=True)
    days = fields.Integer(
        load_only=True,
        strict=True,
        load_default=USUAL_DAYS,
        validate=validate.Range(1, MOST_DAYS),
        metadata=_described("For how many days it shows the showcase."),
    )
    status = Choice(ShareLinkStatus, dump_only=True)
    views = fields.Integer(dump_only=True, metadata=_described("How often its page was opened."))
    last_opened_at = Instant(dump_only=True, allow_none=True)
    created_at = Instant(dump_only=True)
    expires_at = Instant(dump_only=True)
    ended_at = Instant(dump_only=True, allow_none=True)
    ended_by = fields.UUID(
        dump_only=True,
        allow_none=True,
        attribute="shown_ender",
        metadata=_described("Who stopped it; null where nobody did, or you may not know."),
    )
    ended_by_name = name_of("ended_by")
    end_reason = Choice(LinkEnd, dump_only=True, allow_none=True)
    stop_reason = fields.String(
        dump_only=True,
        allow_none=True,
        metadata=_described("Why the school stopped it.", example="It names a classmate."),
    )
    url = fields.String(
        dump_only=True,
        metadata=_described(
            "The link itself, shown this once.",
            example="https://plp.example.org/shared/3kQ9xW7vT2mB",
        ),
    )


class ShareStopSchema(Schema):
    reason = Text(
        longest=LONGEST_WORDS,
        load_default="",
        metadata=_described(
            "Why: asked of the school alone. Student and parents read it.",
            example="It names a classmate.",
        ),
    )


class ShareOpeningSchema(Schema):
    """One opening of a link. Nothing is kept of who opened it."""

    id = fields.UUID(dump_only=True)
    student_id = fields.UUID(dump_only=True)
    student = student_of()
    share_link_id = fields.UUID(dump_only=True, attribute="link_id")
    what = Choice(OpeningKind, dump_only=True)
    opened_at = Instant(dump_only=True)
