"""The content as a tagged PDF (PDF/UA-1), set by typst: an extra, `pdf`.

The template is ours; what stands in a plan comes to it as JSON, and no word of
it is ever read as markup. Typst's own fonts (Latin, Greek, Cyrillic and more)
come first, then whatever fonts the machine has.
"""

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any, cast

import orjson

from plp_api.printing import glyphs
from plp_api.printing.content import Fact
from plp_api.printing.copies import Copy
from plp_api.printing.page import paragraphs

STANDARD: Any = "ua-1"
RIGHT_TO_LEFT = frozenset({"R", "AL"})
STRONG = RIGHT_TO_LEFT | {"L"}
NOTICE = (
    "Some characters could not be drawn with the fonts at hand; they are named in square brackets."
    " The web page of this version shows them as they were written."
)


def is_available() -> bool:
    """Whether typst is installed."""
    return find_spec("typst") is not None


def of(copy: Copy) -> bytes:
    """The PDF: PDF/UA-1, or, should a text defy that, tagged all the same."""
    import typst

    shown = _data(copy)
    try:
        return _compile(shown, copy.printed_at, [STANDARD])
    except typst.TypstError:
        lacking = glyphs.missing(_strings(shown), _draws)
        legible = {**glyphs.named(shown, lacking), "notice": NOTICE}
    try:
        return _compile(legible, copy.printed_at, [STANDARD])
    except typst.TypstError:
        return _compile(legible, copy.printed_at, [])


def _compile(shown: dict[str, Any], printed_at: datetime, standards: list[Any]) -> bytes:
    import typst

    compiler = typst.Compiler(_template(), font_paths=_fonts())
    found = compiler.compile(
        format="pdf",
        sys_inputs={"plan": orjson.dumps(shown).decode()},
        pdf_standards=standards,
        timestamp=printed_at,
    )
    return cast(bytes, found)


@cache
def _template() -> bytes:
    return (files("plp_api.printing") / "pages" / "plan.typ").read_bytes()


@cache
def _fonts() -> Any:
    """Typst's fonts and the machine's, looked for once."""
    import typst

    return typst.Fonts()


@lru_cache(maxsize=4096)
def _draws(characters: str) -> bool:
    """Whether some font has each of these characters."""
    import typst

    probe = (
        b'#set document(title: "-")\n#set text(lang: "en")\n#sys.inputs.text.clusters().join(" ")'
    )
    compiler = typst.Compiler(probe, font_paths=_fonts())
    try:
        compiler.compile(format="pdf", sys_inputs={"text": characters}, pdf_standards=[STANDARD])
    except typst.TypstError:
        return False
    return True


def _data(copy: Copy) -> dict[str, Any]:
    """What the template draws: the content, each long text as paragraphs of lines."""
    shown = {**_plain(copy.content), "student": str(copy.content.student)}
    shown["about"] += _plain([Fact("Copy for", copy.whose)])
    _into_paragraphs(shown, "body")
    for part in (shown["goals"], *shown["parts"]):
        _into_paragraphs(part, "words")
    around = {
        "progress": _plain(copy.progress),
        "translation": _plain(copy.translation),
        "address": copy.address,
    }
    return {**_clean({**shown, **around}), "notice": None}


def _plain(value: Any) -> Any:
    """Dataclasses as JSON has them."""
    return orjson.loads(orjson.dumps(value))


def _into_paragraphs(value: Any, name: str) -> None:
    """Make paragraphs of every text of that name, however deep."""
    if isinstance(value, list):
        for one in value:
            _into_paragraphs(one, name)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == name:
                value[key] = _paragraphs(one)
            else:
                _into_paragraphs(one, name)


def _paragraphs(text: str) -> list[dict[str, Any]]:
    return [
        {"lines": lines, "is_rtl": _is_right_to_left("".join(lines))} for lines in paragraphs(text)
    ]


def _is_right_to_left(text: str) -> bool:
    strong = (kind for one in text if (kind := unicodedata.bidirectional(one)) in STRONG)
    return next(strong, "L") in RIGHT_TO_LEFT


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return glyphs.without_controls(value)
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return value


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
