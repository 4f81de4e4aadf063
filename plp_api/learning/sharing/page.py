"""The page that a share link opens, with its pictures, files and PDF: no script, not indexed.

Each address asks everything again (`use.bring`). Where a passcode is asked for, nothing is shown
before it, and a signed cookie for this address alone remembers it for a day.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.exceptions import HTTPException

from plp_api.foundation import db
from plp_api.foundation.links import page
from plp_api.foundation.links.page import Wrong
from plp_api.foundation.printing import pdf as engine
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.rest import downloads
from plp_api.foundation.rest.later import LaterResponse
from plp_api.learning.sharing import passcodes, pdf, shown, use, words
from plp_api.learning.sharing.models import OpeningKind
from plp_api.learning.sharing.use import Opened
from plp_api.learning.sharing.words import Words

COOKIE = "plp_shared"
REFUSALS = {
    Code.NOT_FOUND: "unknown",
    Code.RATE_LIMITED: "too_many",
    Code.LOGIN_THROTTLED: "too_many",
    Code.PERMISSION_DENIED: "foreign",
    Code.FILE_LOST: "lost",
    Code.FILE_QUARANTINED: "lost",
}


@dataclass(frozen=True)
class ShowcaseShell(page.Shell):
    """The shell, with its refusals in the language of the holder's browser."""

    def refusal(self, problem: Problem) -> dict[str, Any]:
        """Title and sentence; the same whatever the link would show, or why it does not."""
        said = _browsers()
        key = REFUSALS.get(problem.code, "otherwise")
        frame = _frame(said)
        return {"title": said(f"{key}_title"), "words": said(f"{key}_words"), **frame}


SHELL = ShowcaseShell(
    "/shared",
    "plp_api.learning.sharing",
    {},
    ("", ""),
    own_style="showcase.css",
    loads="img-src 'self'; media-src 'self'; ",
)
blueprint = Blueprint("shared_page", __name__)
SHELL.guard(blueprint)


@blueprint.before_request
def refuse_prefetch() -> Response | None:
    """Send a browser that prefetches away without content: it asks again once somebody opens.

    Else whoever calls their opening a prefetch reads everything, and the list of openings is empty.
    """
    return Response(status=503) if page.is_prefetch() else None


@blueprint.get("/shared/<token>")
def open_shared_page(token: str) -> Response:
    """Show the showcase, or ask for the passcode. HEAD shows nothing, and is not counted."""
    _require_storable(token)
    if use.is_locked(token, _cookie()):
        return _ask()
    opened = use.bring(token, _cookie())
    _note(opened, OpeningKind.PAGE)
    said = words.of(opened.contents.showcase.language)
    return SHELL.draw(
        "showcase",
        200,
        showcase=shown.of(opened, said),
        base=_base(token),
        has_pdf=engine.is_available(),
        **_frame(said),
    )


# This GET writes: it counts the opening (see app.Application.dispatch_request).
open_shared_page.writes = True  # type: ignore[attr-defined]


@blueprint.post("/shared/<token>")
def unlock_shared_page(token: str) -> Response:
    """Take the passcode, and go on to the page; a wrong one and a wrong address answer the same."""
    page.refuse_foreign_form()
    _require_storable(token)
    proof = use.unlock(token, _passcode(), request.remote_addr)
    if proof is None:
        return _ask(Wrong("passcode", _browsers()("wrong_passcode")))
    response: Response = redirect(_base(token), 303)  # type: ignore[assignment]
    response.set_cookie(
        COOKIE,
        proof,
        max_age=passcodes.PROOF_SECONDS,
        path=_base(token),
        secure=current_app.config["JWT_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


# No transaction is open while the passcode is verified.
unlock_shared_page.is_alone = True  # type: ignore[attr-defined]


@blueprint.get("/shared/<token>/thumbnails/<uuid:part_id>")
def get_shared_thumbnail(token: str, part_id: UUID) -> Response:
    """The small picture of a part that is shown."""
    _, part = _bring(token).part(part_id)
    return downloads.send_thumbnail(_file(part))


@blueprint.get("/shared/<token>/files/<uuid:part_id>")
def get_shared_file(token: str, part_id: UUID) -> Response:
    """A picture, recording, film, its captions, or a PDF, to be seen; of others nothing."""
    _, part = _bring(token).part(part_id)
    file = _file(part)
    if file.media_type not in shown.SEEN:
        raise Problem(Code.NOT_FOUND)
    return downloads.send(file, inline=True, called=part.title or "work")


@blueprint.get("/shared/<token>/downloads/<uuid:part_id>")
def keep_shared_file(token: str, part_id: UUID) -> Response:
    """A file to keep, where both the link and the item allow it."""
    opened = _bring(token)
    work, part = opened.part(part_id)
    if not opened.may_keep(work):
        raise Problem(Code.NOT_FOUND)
    response = downloads.send(_file(part), called=part.title or work.artifact.title)
    _note(opened, OpeningKind.FILE)
    return response


keep_shared_file.writes = True  # type: ignore[attr-defined]


@blueprint.get("/shared/<token>/showcase.pdf")
def keep_shared_pdf(token: str) -> Response:
    """The showcase as a tagged PDF, where the link allows to keep it."""
    opened = _bring(token)
    if not opened.link.allows_download or not engine.is_available():
        raise Problem(Code.NOT_FOUND)
    _note(opened, OpeningKind.PDF)
    make = pdf.prepared(opened)
    response = LaterResponse(make, mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="showcase.pdf"'
    return response


keep_shared_pdf.writes = True  # type: ignore[attr-defined]


def _bring(token: str) -> Opened:
    _require_storable(token)
    return use.bring(token, _cookie())


def _note(opened: Opened, what: OpeningKind) -> None:
    """Count what is opened, each range of it too: the ranges of one download are one opening.

    Any range may be nearly the whole file, and `use.note` counts what follows within a minute once.
    """
    if request.method == "GET":
        use.note(opened, what)


def _file(part: Any) -> Any:
    if part.file is None:
        raise Problem(Code.NOT_FOUND)
    return part.file


def _require_storable(token: str) -> None:
    if not db.storable(token):
        raise Problem(Code.NOT_FOUND)


def _ask(*wrong: Wrong) -> Response:
    return SHELL.draw("locked", 422 if wrong else 200, **{**_frame(_browsers()), "errors": wrong})


def _passcode() -> str:
    """What was typed; nothing where the form cannot be read."""
    try:
        return request.form.get("passcode", "").strip()
    except HTTPException:
        return ""


def _cookie() -> str | None:
    return request.cookies.get(COOKIE)


def _base(token: str) -> str:
    return f"{request.script_root}/shared/{token}"


def _browsers() -> Words:
    """The words of the language that the browser asks for."""
    return words.offered(request.accept_languages.best_match(list(words.LANGUAGES)))


def _frame(said: Words) -> dict[str, Any]:
    """What every template needs to speak the language."""
    return {
        "said": said,
        "lang": said.language,
        "error_label": said("error_label"),
        "errors_title": said("errors_title"),
    }
