"""The content as HTML: for the print, and for the page on which people sign."""

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from plp_api.printing.content import Content

BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def paragraphs(text: str) -> list[list[str]]:
    """The lines of each paragraph; a blank line ends one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return [block.split("\n") for block in BLANK_LINES.split(lines) if block.strip()]


@cache
def environment() -> Environment:
    """Templates in `pages`; whatever is put into one is escaped."""
    made = Environment(
        loader=PackageLoader("plp_api.printing", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["paragraphs"] = paragraphs
    return made


def snapshot(content: Content) -> Markup:
    """What is signed, as HTML to stand under an `<h1>`: sections, goals, all other parts."""
    return Markup(environment().get_template("_snapshot.html").render(content=content))  # noqa: S704
