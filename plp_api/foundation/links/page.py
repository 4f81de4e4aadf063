"""The shell of the pages that links open: no scripts, no caching, no frames.

An area makes a `Shell` for its templates, which extend `base.html`; the shell guards the
area's blueprint and draws its pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from flask import Blueprint, Response, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup

from plp_api.foundation import settings
from plp_api.foundation.printing.page import environment, style_hash
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.rest import errors, limits

OWN = "plp_api.foundation.links"
# Longer than anybody reads (WCAG 2.2, 2.2.1 allows a time limit of more than 20 hours).
PROOF_SECONDS = 24 * 3600
REFUSALS = {
    Code.LINK_USED: ("This link has been used", "A link works once. If you signed, it was kept."),
    Code.LINK_EXPIRED: ("This link has expired", "A link works for a limited time."),
    Code.LINK_ENDED: ("This link no longer works", "It was replaced, or ended."),
    Code.NOT_FOUND: ("We do not know this link", "Part of the address may be missing."),
    Code.RATE_LIMITED: ("Too many tries", "Please wait a minute, then open the link again."),
    Code.PERMISSION_DENIED: ("This did not come from our page", "Open your link again."),
}
# What the frame says itself; an area whose pages speak other languages gives its own words.
FRAME: Mapping[str, Any] = {
    "errors": (),
    "lang": "en",
    "error_label": "Error:",
    "errors_title": "There is something to put right",
}
log = structlog.get_logger()


@dataclass(frozen=True)
class Wrong:
    """An error in a form: the field's id, and a sentence."""

    field: str
    words: str


@dataclass(frozen=True)
class Shell:
    """Draws the pages of one kind of link.

    `under` is where its pages stand (`/sign`). `package` holds the templates; `refusals` has a
    title and a sentence by code, and `otherwise` those for every other problem. `own_style` names
    a stylesheet of the package that follows the common one; `loads` is what of our own origin the
    pages may load besides,
    as directives of a Content-Security-Policy.
    """

    under: str
    package: str
    refusals: Mapping[Code, tuple[str, str]]
    otherwise: tuple[str, str]
    own_style: str = ""
    loads: str = ""

    def guard(self, blueprint: Blueprint) -> None:
        """Limit requests by address, add the security headers, and draw errors as pages.

        So too for what no view answers: another method, or an address beneath `under` that is none.
        """
        blueprint.before_app_request(self._refuse_unrouted)
        blueprint.before_request(limits.check)
        blueprint.after_request(self._forbid)
        blueprint.register_error_handler(Exception, self.refuse)

    def _refuse_unrouted(self) -> Response | None:
        """The page for a request beneath `under` that no view, and so no blueprint, answers."""
        error = request.routing_exception
        if error is None or not f"{request.path}/".startswith(f"{self.under}/"):
            return None
        return self._forbid(self.refuse(error))

    def refuse(self, error: Exception) -> Response:
        """The error as a page, in words for the holder of the link."""
        problem = errors.translated(error)
        if problem.status >= 500:
            log.error("request.failed", code=problem.code.wire, exc_info=error)
        response = self.draw("refusal", problem.status, **self.refusal(problem))
        response.headers.extend(problem.headers)
        return response

    def refusal(self, problem: Problem) -> dict[str, Any]:
        """The data of the template `refusal`: a title and a sentence, at least."""
        title, words = self.refusals.get(problem.code, self.otherwise)
        return {"title": title, "words": words}

    def draw(self, name: str, status: int, **data: Any) -> Response:
        """The response with the template of that name, filled with the data."""
        template = environment(self.package, OWN).get_template(f"{name}.html")
        style = Markup(self._style)  # noqa: S704 - ours
        html = template.render(style=style, **{**FRAME, **data})
        return Response(html, status=status, mimetype="text/html")

    def proof(self, link_id: UUID) -> str:
        """The proof that a form carries once the holder has answered the link's question."""
        return self._proofs.dumps(str(link_id))

    def is_proved(self, link_id: UUID) -> bool:
        """Whether the submitted form carries the proof for this link."""
        try:
            proved = self._proofs.loads(request.form.get("proof", ""), max_age=PROOF_SECONDS)
        except BadSignature:
            return False
        return bool(proved == str(link_id))

    def _forbid(self, response: Response) -> Response:
        """Forbid caching, frames, foreign resources and referrers, by headers of the response.

        A file that is served within the page brings a stricter policy of its own.
        """
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'none'; style-src 'sha256-{style_hash(self._style)}'; {self.loads}"
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        )
        return response

    @property
    def _style(self) -> str:
        own = _style(self.package, self.own_style) if self.own_style else ""
        return _style(OWN, "page.css") + own

    @property
    def _proofs(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(settings.current().secret_key, salt=self.package)


def is_prefetch() -> bool:
    """Whether a browser prefetches the page before anybody opens it."""
    headers = request.headers
    purpose = f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')}"
    return "prefetch" in purpose.lower()


def refuse_foreign_form() -> None:
    """Refuse a form that another site sent: a second defence beside the secret address.

    Under `no-referrer` browsers send our own forms with `Origin: null`.
    Raises Problem: permission_denied.
    """
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", "null")
    public = urlsplit(settings.current().public_url)
    own = {"null", request.host_url.rstrip("/"), f"{public.scheme}://{public.netloc}"}
    if site not in ("same-origin", "none") or origin not in own:
        raise Problem(Code.PERMISSION_DENIED)


@cache
def _style(package: str, name: str) -> str:
    return (files(package) / "pages" / name).read_text()
