"""HTML pages: a template filled with data, and a policy that allows only the page's own styles."""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def paragraphs(text: str) -> list[list[str]]:
    """The lines of each paragraph; a blank line ends one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return [block.split("\n") for block in BLANK_LINES.split(lines) if block.strip()]


@cache
def environment(*packages: str) -> Environment:
    """The templates in `pages` of the packages, the first that has one; every value is escaped."""
    templates = Environment(
        loader=ChoiceLoader([PackageLoader(package, "pages") for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["paragraphs"] = paragraphs
    return templates


@dataclass(frozen=True)
class Page:
    """An HTML page, and its Content-Security-Policy."""

    html: str
    policy: str


def page(package: str, template: str, *, styles: dict[str, str], **data: Any) -> Page:
    """The template filled with data and styles by name; the styles must be trusted CSS."""
    marked = {name: Markup(css) for name, css in styles.items()}  # noqa: S704 - escaped as CSS
    html = environment(package).get_template(template).render(**data, **marked)
    hashes = " ".join(f"'sha256-{style_hash(css)}'" for css in styles.values())
    return Page(html, f"default-src 'none'; style-src {hashes}; base-uri 'none'")


def css_string(words: str) -> str:
    """The text as a CSS string; all characters except letters and digits are escaped."""
    return '"' + "".join(char if char.isalnum() else f"\\{ord(char):X} " for char in words) + '"'


def style_hash(style: str) -> str:
    """The hash by which a Content-Security-Policy allows a style."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
