"""A showcase as a tagged PDF, set by typst, with its small pictures."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from uuid import UUID

from PIL import Image

from plp_api.foundation import clock, db, settings
from plp_api.foundation.files import storage
from plp_api.foundation.printing import pdf
from plp_api.foundation.roster.models import District
from plp_api.learning.sharing import shown, words
from plp_api.learning.sharing.shown import Look, Part, Showcase
from plp_api.learning.sharing.use import Opened
from plp_api.learning.sharing.words import Words

MOST_PICTURES = 60
SMALL_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    '<image width="{width}" height="{height}" href="data:{kind};base64,{data}"/></svg>'
)


def prepared(opened: Opened) -> Callable[[], bytes]:
    """A function that makes the PDF of what the link shows now, after the transaction.

    It raises Problem: print_failed, server_busy.
    """
    said = words.of(opened.contents.showcase.language)
    showcase, pictures = shown.of(opened, said), dict(_thumbnails(opened))
    zone = db.session().get_one(District, opened.link.district_id).time_zone
    day, by = said.day(clock.today(zone)), opened.link.id
    now = clock.now().replace(microsecond=0)
    chosen = settings.current()

    def data() -> dict[str, Any]:
        with settings.using(chosen):
            return _data(showcase, pictures, said, day)

    return lambda: pdf.of(_template(), data, now, by)


def _thumbnails(opened: Opened) -> Iterator[tuple[UUID, str]]:
    """The names of the small pictures in the storage, by part; the first ones, if there are many.

    The cover is one of the parts.
    """
    count = 0
    for work in opened.contents.works:
        for part in work.version.parts:
            if part.file is not None and part.file.thumbnail and count < MOST_PICTURES:
                count += 1
                yield part.id, part.file.thumbnail


@cache
def _template() -> str:
    return (files("plp_api.learning.sharing") / "pages" / "showcase.typ").read_text()


def _data(showcase: Showcase, pictures: dict[UUID, str], said: Words, day: str) -> dict[str, Any]:
    """The data for the template: each long text as paragraphs of lines, pictures as drawings."""
    data: dict[str, Any] = pdf.plain(asdict(showcase))
    if showcase.cover is not None:
        data["cover"] |= _drawn(showcase.cover, pictures, said)
    for section, row in zip(data["sections"], showcase.sections, strict=True):
        for work, of_work in zip(section["works"], row.works, strict=True):
            for part, of_part in zip(work["parts"], of_work.parts, strict=True):
                part.update(_drawn(of_part, pictures, said))
    for name in ("introduction", "words", "description", "text", "transcript"):
        pdf.into_paragraphs(data, name)
    labels = {
        "reflection": said("reflection"),
        "transcript": said("transcript"),
        "printed": said("printed", day=day),
        "page": said("page", page="{page}", pages="{pages}"),
        "no_work": said("no_work"),
    }
    return {**data, "frame": said.language, "said": labels}


def _drawn(part: Part, pictures: dict[UUID, str], said: Words) -> dict[str, Any]:
    """What stands for the part on paper: its small picture, or a line that names it."""
    drawing = None
    if part.look is Look.PICTURE and part.id in pictures:
        drawing = _drawing(pictures[part.id])
    if part.look is Look.LINK:
        line = said("elsewhere", called=part.called, site=part.site)
    elif part.look is Look.TEXT:
        line = ""
    else:
        line = said("seen_online", called=part.called, facts=part.facts)
    return {"svg": None, "width": 0, "line": line, **(drawing or {})}


def _drawing(name: str) -> dict[str, Any] | None:
    """The small picture as a drawing that typst sets; None where the storage has lost it."""
    try:
        content = storage.get(name)
    except FileNotFoundError:
        return None
    with Image.open(BytesIO(content), formats=["PNG", "JPEG"]) as picture:
        width, height, kind = picture.width, picture.height, Image.MIME[picture.format or "PNG"]
    data = base64.b64encode(content).decode()
    svg = SMALL_PICTURE.format(width=width, height=height, kind=kind, data=data)
    return {"svg": svg, "width": width}
