"""Routes of prints."""

from typing import Any

from flask import Response, request

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.printing import pdf as engine
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.later import LaterResponse
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.printing import copies, page, pdf
from plp_api.planning.printing.copies import Copy
from plp_api.planning.printing.schemas import PrintFormat, PrintQuerySchema

blueprint = Blueprint("Prints", __name__, "A plan version on paper and screen.")
HTML, PDF = "text/html", "application/pdf"
HTML_ANSWER = {
    "schema": {"type": "string"},
    "content_type": HTML,
    "example": '<!doctype html><html lang="en">…</html>',
}
PDF_ANSWER = {"schema": {"type": "string", "format": "binary"}, "content_type": PDF}


@blueprint.route("/plan-versions/<uuid:version_id>/print")
@blueprint.requires(Permission.PLANS_EXPORT, PlanVersion, offers=(HTML, PDF), writes=True)
@blueprint.refuses(
    Code.ACTION_UNAVAILABLE,
    Code.VERSION_SEALED,
    Code.PDF_UNAVAILABLE,
    Code.PRINT_FAILED,
    Code.SERVER_BUSY,
)
@blueprint.arguments(PrintQuerySchema, location="query")
@blueprint.response(200, **HTML_ANSWER)
@blueprint.alt_response(200, **PDF_ANSWER, success=True)
def print_plan_version(access: Access, version: PlanVersion, query: dict[str, Any]) -> Response:
    """Print a frozen plan version, as a page or as a tagged PDF.

    `format=html|pdf` or the Accept header selects the format (HTML where both are
    accepted). A version that is not yet in force is a 409. The copy is made for the
    caller: it uses the names that the caller may see, and shows a parent the other
    parent's signature only by role. A caller who may not read goals gets no copy. It
    shows the signed hash and, beside the signed content, the progress of goals as of
    today. `language` replaces texts by those of a rendition and names the translator;
    a language without a rendition is a 422.

    The HTML is a complete page for screen and Letter paper. The PDF follows PDF/UA-1,
    with headings, tables and alternative texts; characters that no font of the server
    has are named in square brackets. A server without the extra `pdf` answers 406 to a
    request that accepts only PDF.

    Every print is recorded in the audit trail as an export, even if the PDF then fails.
    A PDF may take 20 seconds, and few are made at once (503 `server_busy`, with
    Retry-After).
    """
    kind = _kind(query.get("format"))
    copy = copies.make(version, access, kind, query.get("language"))
    response = _pdf(copy) if kind == PrintFormat.PDF else _html(copy)
    response.vary.add("Accept")
    return response


def _kind(chosen: str | None) -> PrintFormat:
    """The format of the response. Raises Problem(pdf_unavailable): PDF without typst."""
    offered = [HTML, PDF] if engine.is_available() else [HTML]
    accepted = request.accept_mimetypes
    # `offers` has refused all other types, so an accepted type not offered can only be PDF.
    best = accepted.best_match(offered, default=PDF) if accepted else HTML
    kind = PrintFormat(chosen or best.split("/")[1])
    if kind == PrintFormat.PDF and PDF not in offered:
        raise Problem(Code.PDF_UNAVAILABLE)
    return kind


def _html(copy: Copy) -> Response:
    printed = page.of(copy)
    response = Response(printed.html, mimetype=HTML)
    response.headers["Content-Security-Policy"] = printed.policy
    return response


def _pdf(copy: Copy) -> Response:
    response = LaterResponse(lambda: pdf.of(copy), mimetype=PDF)
    name = f"plan-version-{copy.content.number}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
