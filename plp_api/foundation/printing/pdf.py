"""Data as a tagged PDF (PDF/UA-1), set by typst, which the extra `pdf` installs.

The template is ours; it reads the data as JSON, and never as markup. Typst's own fonts
(Latin, Greek, Cyrillic and more) come first, then the fonts of the machine. Each print is
set in a separate process (`setting`), with limits of time, memory and output.
"""

import subprocess
import sys
import unicodedata
from collections.abc import Callable, Hashable
from datetime import datetime
from importlib.util import find_spec
from typing import Any

import orjson
import structlog

from plp_api.foundation.printing import glyphs
from plp_api.foundation.printing.page import paragraphs
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.turns import Turns

# `-P`: import no code from the folder in which the server was started.
SETTER = (sys.executable, "-P", "-m", "plp_api.foundation.printing.setting")
# One thread, and no backtrace of a panic, which would quote people's texts.
ENVIRONMENT = {"RAYON_NUM_THREADS": "1", "RUST_BACKTRACE": "0", "LC_ALL": "C.UTF-8"}
SECONDS = 20
MEMORY = 1 << 30
LONGEST = 32 << 20
RIGHT_TO_LEFT = frozenset({"R", "AL"})
STRONG = RIGHT_TO_LEFT | {"L"}
# A worker sets one print at a time; at most three of its eight threads wait for one.
TURNS = Turns(at_once=1, waiting=3, seconds=10)
log = structlog.get_logger()


def is_available() -> bool:
    """Whether typst is installed."""
    return find_spec("typst") is not None


def of(
    template: str, make_data: Callable[[], dict[str, Any]], printed_at: datetime, by: Hashable
) -> bytes:
    """The PDF of the data that `make_data` returns, one print at a time for each `by`.

    `make_data` is called when the print's turn comes, because a long text takes time to
    prepare. Control characters are removed, and the direction of each text is isolated.

    Raises Problem: print_failed (the typesetter failed or exceeded a limit), server_busy.
    """
    with TURNS.taken(by=by):
        job = {
            "template": template,
            "data": {**glyphs.each(make_data(), _clean), "notice": None},
            "printed_at": printed_at.isoformat(),
            "seconds": SECONDS,
            "bytes": MEMORY,
            "longest": LONGEST,
        }
        result = _set(orjson.dumps(job))
    if not result.startswith(b"%PDF"):
        raise Problem(Code.PRINT_FAILED)
    return result


def _set(job: bytes) -> bytes:
    """The output of the process for the job; empty where it failed."""
    with subprocess.Popen(  # noqa: S603 - a command of our own making
        SETTER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    ) as process:
        try:
            output, _ = process.communicate(job, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output = b""
    if process.returncode or len(output) > LONGEST:
        log.error("print.failed", code=process.returncode, size=len(output))
        return b""
    return output


def plain(value: Any) -> Any:
    """Dataclasses as plain data."""
    return orjson.loads(orjson.dumps(value))


def into_paragraphs(value: Any, name: str) -> None:
    """Replace every text under that name by its paragraphs, at any depth."""
    if isinstance(value, list):
        for item in value:
            into_paragraphs(item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == name:
                value[key] = _paragraphs(item)
            else:
                into_paragraphs(item, name)


def _paragraphs(text: str) -> list[dict[str, Any]]:
    return [
        {"lines": lines, "is_rtl": _is_right_to_left("".join(lines))} for lines in paragraphs(text)
    ]


def _is_right_to_left(text: str) -> bool:
    strong = (kind for char in text if (kind := unicodedata.bidirectional(char)) in STRONG)
    return next(strong, "L") in RIGHT_TO_LEFT


def _clean(text: str) -> str:
    return glyphs.isolated(glyphs.without_controls(text))
