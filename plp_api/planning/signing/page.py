"""The page behind a signing link: plain HTML for a phone, with no script and no cookie.

Each response is one page: the identity check (`identify`), the plan with its
signing form (`read`), the receipt (`receipt`), or a refusal that names nobody.
Opening the address neither uses up the link nor shows the plan: the identity
check comes first. After the right answer the forms carry a signed, dated
`proof`, which is worthless without the link.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from marshmallow import ValidationError

from plp_api.foundation import clock
from plp_api.foundation.links import page
from plp_api.foundation.links.models import LinkCheck
from plp_api.foundation.links.page import Wrong
from plp_api.foundation.printing.words import day
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.rest.fields import Text
from plp_api.planning.printing import content as contents
from plp_api.planning.printing import page as printing
from plp_api.planning.printing import readers, rendered
from plp_api.planning.renditions import presenters as renditions
from plp_api.planning.renditions.models import Rendition
from plp_api.planning.signing import use
from plp_api.planning.signing.models import LinkStatus
from plp_api.planning.signing.use import Bearing

LONGEST_NAME, LONGEST_WORDS = 200, 4000
ORIGINAL = "en"
LANGUAGES = {
    "en": "English",
    "ar": "العربية",
    "my": "မြန်မာ",
    "prs": "دری",
    "es": "Español",
    "fr": "Français",
    "rn": "Ikirundi",
    "lo": "ລາວ",
    "ne": "नेपाली",
    "ps": "پښتو",
    "pt": "Português",
    "rw": "Ikinyarwanda",
    "so": "Soomaali",
    "sw": "Kiswahili",
    "uk": "Українська",
    "vi": "Tiếng Việt",
    "zh": "中文",
    "ase": "American Sign Language",
}
RIGHT_TO_LEFT = frozenset({"ar", "prs", "ps", "fa", "he", "ur", "dv", "yi"})
REFUSALS = {
    **page.REFUSALS,
    Code.SIGNER_IS_APPROVER: (
        "You cannot sign here",
        "Somebody who approved a document for the school does not sign it for a family.",
    ),
}
ANYTHING_ELSE = ("Something went wrong", "Nothing was signed. Please open the link again later.")
SHELL = page.Shell("/sign", "plp_api.planning.signing", REFUSALS, ANYTHING_ELSE)
blueprint = Blueprint("signing_page", __name__)
SHELL.guard(blueprint)


@blueprint.get("/sign/<token>")
def open_signing_page(token: str) -> Response:
    """Show the identity check. It shows nothing of the plan, and the link is not used up.

    HEAD and a browser's prefetch are not recorded as an opening.
    """
    bearing = use.bring(token)
    if request.method == "GET" and not page.is_prefetch():
        use.note_opened(bearing)
    return _identify(bearing)


# This GET writes: it records the opening (see app.Application.dispatch_request).
open_signing_page.writes = True  # type: ignore[attr-defined]


@blueprint.post("/sign/<token>")
def use_signing_page(token: str) -> Response:
    """Take the next step: `identify`, `read` in another language, `sign` or `decline`."""
    page.refuse_foreign_form()
    bearing = use.bring(token)
    step = STEPS.get(request.form.get("step", ""), _check_identity)
    if step is not _check_identity and not SHELL.is_proved(bearing.link.id):
        return _identify(bearing)
    return step(bearing)


# Identity check.


def _identify(bearing: Bearing, *wrong: Wrong) -> Response:
    return SHELL.draw(
        "identify",
        422 if wrong else 200,
        errors=wrong,
        district=_district(bearing),
        asks_code=bearing.link.identity_check == LinkCheck.CODE,
        form=request.form,
    )


def _district(bearing: Bearing) -> str:
    return use.district_of(bearing).name


def _check_identity(bearing: Bearing) -> Response:
    asks_code = bearing.link.identity_check == LinkCheck.CODE
    answer = _code() if asks_code else _birth_date()
    field = "code" if asks_code else "month"
    if answer is None:
        words = "Type the code." if asks_code else "Type a month, a day and a year, in numbers."
        return _identify(bearing, Wrong(field, words))
    if use.check(bearing, answer):
        return _read(bearing)
    left = bearing.link.attempts_left
    if not left:
        return SHELL.refuse(Problem(Code.LINK_ENDED))
    tries = "1 try is" if left == 1 else f"{left} tries are"
    return _identify(bearing, Wrong(field, f"That is not what we have. {tries} left."))


def _code() -> str | None:
    digits = "".join(char for char in request.form.get("code", "") if char.isdecimal())
    return digits or None


def _birth_date() -> date | None:
    try:
        return date(*(int(request.form.get(name, "")) for name in ("year", "month", "day")))
    except (ValueError, OverflowError):
        return None


# Reading.


def _read(bearing: Bearing, *wrong: Wrong) -> Response:
    chosen = request.form.get("language", "")
    supplied = renditions.languages(bearing.version.id)
    rendition = renditions.current(bearing.version, chosen) if chosen in supplied else None
    return SHELL.draw(
        "read",
        422 if wrong else 200,
        errors=wrong,
        form=request.form,
        proof=SHELL.proof(bearing.link.id),
        languages=[(ORIGINAL, LANGUAGES[ORIGINAL]), *((tag, _spoken(tag)) for tag in supplied)],
        shown=rendition.language if rendition else ORIGINAL,
        read_in=chosen if chosen in {*LANGUAGES, *supplied} else ORIGINAL,
        all_languages={**LANGUAGES, **{tag: _spoken(tag) for tag in supplied}},
        attestation=attestation(bearing),
        **_what(bearing, rendition),
    )


def _spoken(language: str) -> str:
    return LANGUAGES.get(language, language)


def _what(bearing: Bearing, rendition: Rendition | None = None) -> dict[str, Any]:
    """Template data of the plan, as the signer may see it."""
    reader = readers.of(bearing.signer, bearing.version.student_id)
    original = contents.of(bearing.version, reader)
    translated = _rendered(original, rendition) if rendition else None
    return {
        "content": original,
        "is_delegate": bearing.link.delegate_id is not None,
        "sender": use.sender_of(bearing),
        "original": printing.snapshot(original),
        "translated": printing.snapshot(translated) if translated else None,
        "rendition": rendition,
        "direction": _direction(rendition.language) if rendition else "ltr",
        "spoken": _spoken(rendition.language) if rendition else "",
    }


def _direction(language: str) -> str:
    return "rtl" if language.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


def _rendered(original: contents.Content, rendition: Rendition) -> contents.Content:
    """The parts of the content that the rendition translates; the original shows the rest."""
    translation = rendered.of(original, rendition)
    parts = [_in_other_words(part) for part in translation.parts]
    return replace(
        translation,
        sections=tuple(section for section in translation.sections if section.lang),
        goals=_in_other_words(translation.goals),
        parts=tuple(part for part in parts if part.items),
    )


def _in_other_words(part: contents.Part) -> contents.Part:
    return replace(part, items=tuple(item for item in part.items if item.lang))


def attestation(bearing: Bearing) -> str:
    """The statement that the signer confirms by ticking the box."""
    who = "I am the person whom the school asked to sign"
    if bearing.link.delegate_id:
        who = "A parent named me to sign in their place"
    return (
        f"{who}. I have read this plan, or it was read to me, and I agree to it."
        " I mean my typed name to be my signature."
    )


# Answering.


def _sign(bearing: Bearing) -> Response:
    name, wrong = _words("name", LONGEST_NAME, "Type your full name.")
    if request.form.get("attest") != "yes":
        wrong = [*wrong, Wrong("attest", "Tick the box to say that you agree.")]
    if wrong:
        return _read(bearing, *wrong)
    read_in = request.form.get("language", "")
    known = {*LANGUAGES, *renditions.languages(bearing.version.id)}
    signature = use.sign(bearing, name, read_in if read_in in known else ORIGINAL)
    return _receipt(bearing, name=name, spoken_in=_spoken(signature.language))


def _decline(bearing: Bearing) -> Response:
    words, wrong = _words("words", LONGEST_WORDS, "Say why you do not want to sign.")
    if wrong:
        return _read(bearing, *wrong)
    use.decline(bearing, words)
    return _receipt(bearing, words=words)


def _words(field: str, longest: int, missing: str) -> tuple[str, list[Wrong]]:
    """The text of a form field, and its errors."""
    typed = request.form.get(field, "")
    if not typed.strip():
        return "", [Wrong(field, missing)]
    try:
        return Text(longest=longest).deserialize(typed), []
    except ValidationError:
        return "", [Wrong(field, f"Use at most {longest} characters, and no control characters.")]


def _receipt(bearing: Bearing, **said: str) -> Response:
    used_at = bearing.link.used_at or clock.now()
    local = used_at.astimezone(ZoneInfo(use.district_of(bearing).time_zone))
    return SHELL.draw(
        "receipt",
        200,
        is_signed=bearing.link.outcome == LinkStatus.SIGNED,
        at=f"{day(local.date())}, {local:%-I:%M %p}",
        attestation=attestation(bearing),
        said=said,
        **_what(bearing),
    )


STEPS: dict[str, Callable[[Bearing], Response]] = {
    "identify": _check_identity,
    "read": _read,
    "sign": _sign,
    "decline": _decline,
}
