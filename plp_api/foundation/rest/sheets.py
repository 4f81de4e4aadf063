"""Responses as CSV (RFC 4180), for spreadsheets."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from flask import Response, request

from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.concurrency import facts_tag, plain, unchanged

MEDIA_TYPE = "text/csv"
# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def are_wanted(asked: str | None) -> bool:
    """Whether the client wants CSV: the parameter `format` decides, else the Accept header."""
    if asked is not None:
        return asked == "csv"
    best = request.accept_mimetypes.best_match(["application/json", MEDIA_TYPE])
    return best == MEDIA_TYPE


def documented(columns: Sequence[str]) -> dict[str, Any]:
    """The OpenAPI documentation of a CSV answer with these columns."""
    header = ",".join(columns) + "\r\n"
    return {"schema": {"type": "string"}, "content_type": MEDIA_TYPE, "example": header}


def answer(
    access: Access,
    name: str,
    document: dict[str, Any],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]] | None,
) -> Response:
    """The document as JSON, or with `rows` as a table of `columns`, or 304 if unchanged."""
    tag = facts_tag([document, rows is not None], access)
    response = unchanged(tag)
    if response is None and rows is None:
        response = plain(document, tag=tag)
    elif response is None:
        response = sheet(columns, rows or (), name)
        response.set_etag(tag, weak=True)
        response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Accept")
    return response


def sheet(columns: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> Response:
    """The rows under a header line, to be saved as `name`.csv; no cell can run as a formula."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    response = Response(
        written.getvalue(), content_type=f"{MEDIA_TYPE}; charset=utf-8; header=present"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: Any) -> Any:
    """The value as a cell; text that a spreadsheet would take for a formula gets a leading `'`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
