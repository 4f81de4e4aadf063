"""The page behind a mentor's link: plain HTML for a phone, with no script and no cookie.

Each response is one page: the way in (`identify`), all that waits (`read`), the receipt
(`receipt`), or a refusal that names nobody and may offer a fresh link. Opening the address
neither uses up the link nor shows anything of a student: the holder goes on by a form, with a
code where the link asks for one. The forms then carry a signed, dated `proof`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from plp_api.foundation import clock, db
from plp_api.foundation.links import page
from plp_api.foundation.links.models import LinkCheck
from plp_api.foundation.links.page import Wrong
from plp_api.foundation.problems import Code, Problem
from plp_api.learning.attestations import actions, seen, use, words
from plp_api.learning.attestations.form import Form
from plp_api.learning.attestations.shown import elos_shown, receipts
from plp_api.learning.attestations.use import Bearing
from plp_api.learning.attestations.waiting import ConcernKind, HabitLevel, Waiting, WorkHabit
from plp_api.learning.attestations.words import Words

REFUSALS = {
    Code.LINK_USED: "used",
    Code.LINK_EXPIRED: "expired",
    Code.LINK_ENDED: "ended",
    Code.NOT_FOUND: "unknown",
    Code.RATE_LIMITED: "too_many",
    Code.PERMISSION_DENIED: "foreign",
    Code.BODY_TOO_LARGE: "too_large",
}
CHANGED = {
    Code.DAY_OVERFULL: "overfull",
    Code.AGREEMENT_CHANGED: "changed",
    Code.AGREEMENT_VOID: "changed",
    Code.SIGNATURE_EARLY: "changed",
}
"""Why what was filled in does not fit what is there; the page is drawn again with it."""
SPENT = frozenset({Code.LINK_USED, Code.LINK_EXPIRED, Code.LINK_ENDED})


@dataclass(frozen=True)
class MentorShell(page.Shell):
    """The shell, with its refusals in the holder's language."""

    def refusal(self, problem: Problem) -> dict[str, Any]:
        """Title and sentence; a spent link offers a fresh one."""
        said = _said(str(problem.extra.get("language", "")))
        key = REFUSALS.get(problem.code, "otherwise")
        return {
            "title": said(f"{key}_title"),
            "words": said(f"{key}_words"),
            "offers_fresh": problem.code in SPENT and problem.extra.get("offers_fresh"),
            **_frame(said),
        }


SHELL = MentorShell("/verifications", "plp_api.learning.attestations", {}, ("", ""))
blueprint = Blueprint("mentor_page", __name__)
SHELL.guard(blueprint)


@blueprint.get("/verifications/<token>")
def open_mentor_page(token: str) -> Response:
    """Show the way in. It shows nothing of a student, and the link is not used up.

    HEAD and a browser's prefetch are not recorded as an opening.
    """
    bearing = use.bring(token)
    if request.method == "GET" and not page.is_prefetch():
        use.note_opened(bearing)
    return _identify(bearing)


# This GET writes: it records the opening (see app.Application.dispatch_request).
open_mentor_page.writes = True  # type: ignore[attr-defined]


@blueprint.post("/verifications/<token>")
def use_mentor_page(token: str) -> Response:
    """Take the next step: `identify`, `read`, `attest`, `concern`; or ask for a `fresh` link."""
    page.refuse_foreign_form()
    # A button of a language has no step: it shows the same page, with all that was filled in.
    step = request.form.get("step", "read")
    if step == "fresh":
        return _fresh(token)
    bearing = use.bring(token)
    if step == "identify":
        return _check(bearing)
    if step not in STEPS or not SHELL.is_proved(bearing.link.id):
        return _identify(bearing)
    return STEPS[step](bearing)


def _said(tag: str) -> Words:
    """The words of the language that the holder chose; else of the tag, or of their browser."""
    form = _form()
    tags = form.get("speak", ""), form.get("language", ""), tag
    chosen = next(filter(None, map(words.known, tags)), None)
    offered = request.accept_languages.best_match(list(words.LANGUAGES))
    return Words(chosen or offered or words.ORIGINAL)


def _form() -> Mapping[str, str]:
    """What was sent; nothing where it cannot be read, so that its refusal is a page too."""
    try:
        return request.form
    except HTTPException:
        return {}


def _frame(said: Words) -> dict[str, Any]:
    """What every template needs to speak the language."""
    return {
        "said": said,
        "lang": said.language,
        "languages": words.LANGUAGES,
        "error_label": said("error_label"),
        "errors_title": said("errors_title"),
    }


def _frame_of(bearing: Bearing) -> dict[str, Any]:
    sender, email = use.sender_of(bearing)
    return {
        **_frame(_said(bearing.mentor.language)),
        "district": bearing.district.name,
        "mentor": bearing.mentor.name,
        "sender": sender,
        "sender_email": email,
        "offers_fresh": actions.is_mail_set_up(),
    }


# The way in.


def _identify(bearing: Bearing, *wrong: Wrong) -> Response:
    return SHELL.draw(
        "identify",
        422 if wrong else 200,
        errors=wrong,
        asks_code=bearing.link.identity_check == LinkCheck.CODE,
        **_frame_of(bearing),
    )


def _check(bearing: Bearing) -> Response:
    said = _said(bearing.mentor.language)
    code = "".join(char for char in request.form.get("code", "") if char.isdecimal())
    if bearing.link.identity_check == LinkCheck.CODE and not code:
        return _identify(bearing, Wrong("code", said("wrong_code_missing")))
    if use.check(bearing, code):
        return _read(bearing)
    if not bearing.link.attempts_left:
        problem = Problem(Code.LINK_ENDED, extra=use.known_of(bearing.mentor))
        return SHELL.refuse(problem)
    tries = said("wrong_code", left=bearing.link.attempts_left)
    return _identify(bearing, Wrong("code", tries))


# Reading.


def _read(bearing: Bearing, *wrong: Wrong, notice: str = "") -> Response:
    said = _said(bearing.mentor.language)
    found = use.read(bearing)
    form = _kept(found, has_told=bool(notice))
    return SHELL.draw(
        "read",
        422 if wrong else 200,
        errors=wrong,
        form=form,
        has_changed=not request.form.keys() <= form.keys(),
        notice=notice,
        proof=SHELL.proof(bearing.link.id),
        elos=elos_shown(found, said, {each.field for each in wrong}),
        is_anything=any(one.is_anything for one in found),
        signs=_signs(bearing, found),
        may_sign=bearing.may_sign,
        habits=[(str(one), said.named("habits", one)) for one in WorkHabit],
        levels=[(str(one), said.named("levels", one)) for one in HabitLevel],
        concerns=[(str(one), said.named("concerns", one)) for one in ConcernKind],
        attestation=_attestation(bearing, said, signs=_signs(bearing, found)),
        **_frame_of(bearing),
    )


def _kept(found: Sequence[Waiting], *, has_told: bool) -> dict[str, str]:
    """What is filled in again: neither what was told, nor a mark at what has changed."""
    form = seen.kept(request.form, found)
    return {**form, "concern": ""} if has_told else form


def _signs(bearing: Bearing, found: Sequence[Waiting]) -> bool:
    """Whether the page asks for a signature."""
    return bearing.may_sign and any(one.agreement for one in found)


def _attestation(bearing: Bearing, said: Words, *, signs: bool) -> str:
    """The statement that the holder confirms by ticking the box."""
    statement = said("attestation", mentor=bearing.mentor.name)
    return f"{statement} {said('attestation_signs')}" if signs else statement


# Answering.


def _attest(bearing: Bearing) -> Response:
    """All that is filled in, a concern included; a concern alone leaves the link good."""
    said = _said(bearing.mentor.language)
    found = use.read(bearing)
    form = Form(request.form, said)
    concern = form.concern(bearing)
    everything = form.read(found, bearing, is_enough=concern is not None)
    if form.wrong:
        return _read(bearing, *form.wrong)
    if not everything.is_anything:
        return _raise_concern(bearing)
    shown = receipts(found, everything, said)
    try:
        with db.session().begin_nested():
            use.attest(bearing, everything, said.language, concern)
    except Problem as problem:
        # The page again: what was filled in would be lost with a refusal.
        if problem.code not in CHANGED:
            raise
        key = CHANGED[problem.code]
        return _read(bearing, Wrong("mark", f"{said(f'{key}_title')}. {said(f'{key}_words')}"))
    used_at = bearing.link.used_at or clock.now()
    return SHELL.draw(
        "receipt",
        200,
        receipts=shown,
        concern=concern,
        left=everything.left,
        at=said.moment(used_at, bearing.district.time_zone),
        attestation=_attestation(bearing, said, signs=seen.has_agreement(request.form)),
        **_frame_of(bearing),
    )


def _raise_concern(bearing: Bearing) -> Response:
    said = _said(bearing.mentor.language)
    form = Form(request.form, said)
    concern = form.concern(bearing, is_needed=True)
    if concern is None or form.wrong:
        return _read(bearing, *form.wrong)
    use.raise_concern(bearing, concern)
    return _read(bearing, notice=said("concern_done"))


def _fresh(token: str) -> Response:
    said = _said(use.ask_for_fresh(token))
    return SHELL.draw("fresh", 200, **_frame(said))


STEPS: dict[str, Callable[[Bearing], Response]] = {
    "read": _read,
    "attest": _attest,
    "concern": _raise_concern,
}
