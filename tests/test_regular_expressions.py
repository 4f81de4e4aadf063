"""Every regular expression over input runs in linear time."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, validate

import plp_api
from plp_api.foundation.printing.glyphs import _replaced
from plp_api.foundation.settings import read
from plp_api.server.app import create_app

SHORT, LONG = 5_000, 20_000
# The time of a quadratic one grows sixteenfold; a short pause of the machine is tolerated.
MOST_GROWTH, PAUSE = 8, 0.02


def patterns() -> dict[str, re.Pattern[Any]]:
    """Every compiled expression: in a module, and in a validator of a schema that is served."""
    found: dict[str, re.Pattern[Any]] = {}
    for module in pkgutil.walk_packages(plp_api.__path__, "plp_api."):
        if module.name in ("plp_api.server.serving", "plp_api.__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                found[f"{module.name}.{name}"] = value
    found |= {str(one.regex.pattern): one.regex for one in validators()}
    return found


def validators() -> Iterator[validate.Regexp]:
    waiting = list(Schema.__subclasses__())
    while waiting:
        schema = waiting.pop()
        waiting += schema.__subclasses__()
        for field in getattr(schema, "_declared_fields", {}).values():
            inner = getattr(field, "inner", None) or field
            yield from (one for one in inner.validators if isinstance(one, validate.Regexp))


def texts(length: int) -> Iterator[str]:
    """Texts that cause backtracking: long runs, of every kind of character, that nearly match."""
    for one in (
        " ",
        "\n",
        "\t",
        "a",
        "0",
        "-",
        "_",
        ".",
        "@",
        "{",
        ":",
        "é",
        "\u200d",
        ". ",
        " \n",
    ):
        yield (one * length)[:length]
        yield (one * length)[: length - 1] + "\x00"
        yield "a" + (one * length)[: length - 2] + "!"
    for pair in ("{a", "a:", "\n ", "a@", "0-", "ext:", "a ", "is_", "is_a", "-_"):
        yield (pair * length)[:length]


def seconds(pattern: re.Pattern[Any], text: str) -> float:
    given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
    began = time.perf_counter()
    pattern.match(given)
    pattern.fullmatch(given)
    pattern.sub(given[:0], given)
    return time.perf_counter() - began


@pytest.fixture(scope="module")
def compiled() -> dict[str, re.Pattern[Any]]:
    create_app(read())
    return patterns()


def test_every_expression_is_linear(compiled: dict[str, re.Pattern[Any]]) -> None:
    assert len(compiled) > 15
    slow = [
        f"{name}: {text[:6]!r} {short:.3f} s, {long:.3f} s"
        for name, pattern in compiled.items()
        for text, longer in zip(texts(SHORT), texts(LONG), strict=True)
        for short, long in [(seconds(pattern, text), seconds(pattern, longer))]
        if long > MOST_GROWTH * short + PAUSE
    ]
    assert slow == []


def test_naming_what_no_font_has_is_linear() -> None:
    """Its expression is built from the missing characters, which may include joiners."""
    lacking = frozenset("中\u200d\U0001f3fb")

    def taken(length: int) -> float:
        began = time.perf_counter()
        for text in (
            "中" + " " * length,
            "\U0001f3fb" * length,
            "中 " * (length // 2),
            "\u200d" * length,
        ):
            _replaced(text, lacking)
        return time.perf_counter() - began

    assert taken(LONG) <= MOST_GROWTH * taken(SHORT) + PAUSE


def test_every_expression_is_a_constant_that_this_test_finds() -> None:
    inline = re.compile(r"\bre\.(sub|match|search|split|findall|finditer|fullmatch)\(r?[\"']")
    folder = Path(plp_api.__file__).parent
    assert [str(one) for one in folder.rglob("*.py") if inline.search(one.read_text())] == []


def test_a_quadratic_expression_would_be_found() -> None:
    lines = re.compile(r"\s*\n\s*")
    short, long = (seconds(lines, " " * length) for length in (SHORT, LONG))
    assert long > MOST_GROWTH * short + PAUSE
