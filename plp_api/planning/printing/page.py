"""The content as HTML: for the print, and for the page on which people sign."""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from plp_api.planning.printing.content import Content
from plp_api.planning.printing.copies import Copy

BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def paragraphs(text: str) -> list[list[str]]:
    """The lines of each paragraph; a blank line ends one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return [block.split("\n") for block in BLANK_LINES.split(lines) if block.strip()]


@cache
def environment() -> Environment:
    """Templates in `pages`; whatever is put into one is escaped."""
    made = Environment(
        loader=PackageLoader("plp_api.planning.printing", "pages"),
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


@dataclass(frozen=True)
class Page:
    """An HTML page, and the Content-Security-Policy that lets in its own styles alone."""

    html: str
    policy: str


def of(copy: Copy) -> Page:
    """The copy as a page of its own, for screen and paper."""
    styles = (_style(), _running(copy.content))
    shown = (
        environment()
        .get_template("print.html")
        .render(
            content=copy.content,
            progress=copy.progress,
            translation=copy.translation,
            whose=copy.whose,
            address=copy.address,
            style=Markup(styles[0]),  # noqa: S704 - ours
            running=Markup(styles[1]),  # noqa: S704 - every word of it is escaped as CSS
        )
    )
    hashes = " ".join(f"'sha256-{_hash(style)}'" for style in styles)
    return Page(shown, f"default-src 'none'; style-src {hashes}; base-uri 'none'")


@cache
def _style() -> str:
    return (files("plp_api.planning.printing") / "pages" / "print.css").read_text()


def _running(content: Content) -> str:
    """What stands in the margins of each printed page; a browser takes it from CSS alone."""
    version = f"Version {content.number}, in force since {content.in_force_on}"
    boxes = {
        "top-left": _css_string(str(content.student)),
        "top-right": _css_string(content.school or content.district),
        "bottom-left": _css_string(version),
        "bottom-right": '"Page " counter(page) " of " counter(pages)',
    }
    font = "font: 9.5pt Georgia, serif"
    said = " ".join(f"@{box} {{ content: {words}; {font} }}" for box, words in boxes.items())
    first = "@page :first { @top-left { content: none } @top-right { content: none } }"
    return f"@page {{ {said} }} {first}"


def _css_string(words: str) -> str:
    """Words as a CSS string in which nothing but letters and digits stands for itself."""
    return '"' + "".join(one if one.isalnum() else f"\\{ord(one):X} " for one in words) + '"'


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
