"""Sets a PDF in a separate process: reads a job as JSON and writes the PDF.

    python -P -m plp_api.foundation.printing.setting < job.json > copy.pdf

People's texts have made the typesetter panic, and a panic ends its process. So each process sets
a single print, within limits that `pdf` gives it. It imports nothing of the application except
`glyphs`, so it starts in a twentieth of a second and knows no secret.
"""

import resource
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, cast

import orjson
import typst

from plp_api.foundation.printing import glyphs

STANDARD: Any = "ua-1"
NOTICE = (
    "Some characters could not be drawn with the fonts at hand; they are named in square brackets."
    " The web page of this version shows them as they were written."
)
PROBE = b"""\
#set document(title: "-")
#set text(lang: "en")
#sys.inputs.text.clusters().join(" ")
"""
WHOLE = b'#set document(title: "-")\n#set page(width: 12cm, height: auto)\n#sys.inputs.text\n'


def main() -> None:
    """Set one print: a job is a `template`, its `data`, `printed_at`, and the limits."""
    job = orjson.loads(sys.stdin.buffer.read())
    resource.setrlimit(resource.RLIMIT_AS, (job["bytes"], job["bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    document = of(job["template"], job["data"], datetime.fromisoformat(job["printed_at"]))
    if len(document) > job["longest"]:
        raise SystemExit(1)
    sys.stdout.buffer.write(document)


def of(template: str, data: dict[str, Any], printed_at: datetime) -> bytes:
    """The PDF of the data: PDF/UA-1, or only tagged where a text does not allow PDF/UA-1.

    The template reads the data as JSON from `sys.inputs.data`, and shows its `notice`
    where that is not null. Characters that no font has are replaced by their names first.
    """
    lacking = glyphs.missing(_strings(data), _draws)
    shown = {**glyphs.named(data, lacking), "notice": NOTICE} if lacking else data
    shown = glyphs.each(shown, glyphs.breakable)
    try:
        return _compile(template, shown, printed_at, [STANDARD])
    except typst.TypstError:
        return _compile(template, shown, printed_at, [])
    except BaseException as error:
        if not _is_panic(error):
            raise
    shown = {**glyphs.each(shown, _settable), "notice": NOTICE}
    return _compile(template, shown, printed_at, [])


def _settable(text: str) -> str:
    """The text if it can be set alone; else with more line breaks; else only its length."""
    for words in (text, glyphs.much_broken(text)):
        if _is_set(WHOLE, words):
            return words
    return f"[{len(text)} characters]"


def _compile(
    template: str, shown: dict[str, Any], printed_at: datetime, standards: list[Any]
) -> bytes:
    compiler = typst.Compiler(template.encode(), font_paths=_fonts())
    document = compiler.compile(
        format="pdf",
        sys_inputs={"data": orjson.dumps(shown).decode()},
        pdf_standards=standards,
        timestamp=printed_at,
    )
    return cast(bytes, document)


@cache
def _fonts() -> Any:
    """The fonts of typst and of the machine, searched once."""
    return typst.Fonts()


@lru_cache(maxsize=256)
def _draws(characters: str) -> bool:
    """Whether some font has each of these characters."""
    return _is_set(PROBE, characters, STANDARD)


def _is_set(template: bytes, text: str, *standards: Any) -> bool:
    """Whether the template can be set with the text, without an error or a panic."""
    compiler = typst.Compiler(template, font_paths=_fonts())
    try:
        compiler.compile(format="pdf", sys_inputs={"text": text}, pdf_standards=[*standards])
    except typst.TypstError:
        return False
    except BaseException as error:
        if not _is_panic(error):
            raise
        return False
    return True


def _is_panic(error: BaseException) -> bool:
    """Whether the error is a panic of the typesetter, which is written in Rust."""
    return type(error).__name__ == "PanicException"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


if __name__ == "__main__":
    main()
