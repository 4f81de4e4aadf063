"""The content as a tagged PDF (PDF/UA-1), set by typst: an extra, `pdf`.

The template is ours; what stands in a plan comes to it as JSON, and no word of
it is ever read as markup. Typst's own fonts (Latin, Greek, Cyrillic and more)
come first, then whatever fonts the machine has. Each print is set by a process
of its own (`setting`), with limits of time, memory and output.
"""

import subprocess
import sys
import unicodedata
from importlib.util import find_spec
from typing import Any

import orjson
import structlog

from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.turns import Turns
from plp_api.planning.printing import glyphs
from plp_api.planning.printing.content import Fact
from plp_api.planning.printing.copies import Copy
from plp_api.planning.printing.page import paragraphs

# `-P`: what lies in the folder where the server was started is not code to import.
SETTER = (sys.executable, "-P", "-m", "plp_api.planning.printing.setting")
# One thread, and no trace of a panic: that would quote what people wrote.
ENVIRONMENT = {"RAYON_NUM_THREADS": "1", "RUST_BACKTRACE": "0", "LC_ALL": "C.UTF-8"}
SECONDS = 20
MEMORY = 1 << 30
LONGEST = 32 << 20
RIGHT_TO_LEFT = frozenset({"R", "AL"})
STRONG = RIGHT_TO_LEFT | {"L"}
# One process sets one at a time: three threads of its eight wait for a print at most.
TURNS = Turns(at_once=1, waiting=3, seconds=10)
log = structlog.get_logger()


def is_available() -> bool:
    """Whether typst is installed."""
    return find_spec("typst") is not None


def of(copy: Copy) -> bytes:
    """The PDF of the copy. Raises Problem: print_failed, beyond the limits; server_busy."""
    with TURNS.taken(by=copy.reader_id):
        job = {
            "plan": _data(copy),
            "printed_at": copy.printed_at.isoformat(),
            "seconds": SECONDS,
            "bytes": MEMORY,
            "longest": LONGEST,
        }
        found = _set(orjson.dumps(job))
    if not found.startswith(b"%PDF"):
        raise Problem(Code.PRINT_FAILED)
    return found


def _set(job: bytes) -> bytes:
    """What the process made of the job, nothing where it failed."""
    with subprocess.Popen(  # noqa: S603 - a command of our own making
        SETTER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    ) as process:
        try:
            made, _ = process.communicate(job, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            made = b""
    if process.returncode or len(made) > LONGEST:
        log.error("print.failed", code=process.returncode, size=len(made))
        return b""
    return made


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
    return {**glyphs.each({**shown, **around}, _clean), "notice": None}


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


def _clean(text: str) -> str:
    return glyphs.isolated(glyphs.without_controls(text))
