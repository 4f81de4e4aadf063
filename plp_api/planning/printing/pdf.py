"""A copy of a plan as PDF."""

from functools import cache
from importlib.resources import files
from typing import Any

from plp_api.foundation.printing import pdf
from plp_api.planning.printing.content import Fact
from plp_api.planning.printing.copies import Copy


def of(copy: Copy) -> bytes:
    """The PDF of the copy. Raises Problem: print_failed, server_busy."""
    return pdf.of(_template(), lambda: _data(copy), copy.printed_at, copy.reader_id)


@cache
def _template() -> str:
    return (files("plp_api.planning.printing") / "pages" / "plan.typ").read_text()


def _data(copy: Copy) -> dict[str, Any]:
    """The data for the template: the content, with each long text as paragraphs of lines."""
    shown = {**pdf.plain(copy.content), "student": str(copy.content.student)}
    shown["about"] += pdf.plain([Fact("Copy for", copy.whose)])
    pdf.into_paragraphs(shown, "body")
    for part in (shown["goals"], *shown["parts"]):
        pdf.into_paragraphs(part, "words")
    return {
        **shown,
        "progress": pdf.plain(copy.progress),
        "translation": pdf.plain(copy.translation),
        "address": copy.address,
    }
