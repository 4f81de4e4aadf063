"""The page by which a person reads an archive: one HTML file, without script or server."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from plp_api.foundation.archives.parts import Row
from plp_api.foundation.printing.page import environment

PACKAGE = "plp_api.foundation.archives"
# Members that say nothing to a person; the JSON has them all.
UNREAD = frozenset({"id", "version", "student", "available_actions"})
NAMES_OF_ROWS = ("title", "name", "activity", "area", "text", "body", "on", "key", "made_on")
PICTURES = (".png", ".jpg", ".gif", ".webp")
LONGEST_HEADING = 120
PIECES_AT_ONCE = 500


@dataclass(frozen=True)
class Listed:
    """A part as the page lists it, with the number of its rows."""

    name: str
    title: str
    rows: int


def section(
    name: str, title: str, rows: Sequence[Row], files: Sequence[str], held: Collection[str]
) -> Iterator[str]:
    """The section of a part, piece by piece; `files` are its paths in the archive.

    A `path` in a row is a link only if the archive holds it (`held`): rows from elsewhere may
    name any address.
    """
    return _drawn(
        "section.html",
        name=name,
        title=title,
        # A template's data is freed late; an iterator at its end holds no row any more.
        rows=iter(rows),
        files=files,
        heading=_heading,
        members=_members,
        label=_label,
        is_held=lambda path: isinstance(path, str) and path in held,
        is_picture=lambda path: path.endswith(PICTURES),
    )


def page(head: dict[str, Any], parts: Sequence[Listed], sections: Iterable[str]) -> Iterator[str]:
    """The whole page, piece by piece, around sections that `section` drew."""
    drawn = (Markup(words) for words in sections)  # noqa: S704 - escaped when they were drawn
    style = Markup(_style())  # noqa: S704 - our own CSS
    return _drawn("index.html", style=style, head=head, parts=parts, sections=drawn)


def _drawn(template: str, **data: Any) -> Iterator[str]:
    stream = environment(PACKAGE).get_template(template).stream(**data)
    stream.enable_buffering(PIECES_AT_ONCE)
    return stream


def _heading(row: Row, number: int) -> str:
    """What the row is called on the page."""
    said = next((row[name] for name in NAMES_OF_ROWS if row.get(name)), None)
    return str(said)[:LONGEST_HEADING] if said else f"{number}"


def _members(row: Row) -> list[tuple[str, Any]]:
    """The members that a person reads: no ids, nothing empty."""
    return [
        (name, value)
        for name, value in row.items()
        if name not in UNREAD
        and not name.endswith(("_id", "_ids"))
        and value not in (None, "", [], {})
        and row.get(f"{name}_name") is None
    ]


def _label(name: str) -> str:
    words = name.replace("_", " ").removesuffix(" name")
    return words[:1].upper() + words[1:]


@cache
def _style() -> str:
    return (files(PACKAGE) / "pages" / "index.css").read_text()
