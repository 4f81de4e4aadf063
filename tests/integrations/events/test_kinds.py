"""docs/events.md lists exactly the types of events that the code records."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import class_mapper

from plp_api.foundation.editions import EVENTS
from plp_api.learning.designs.kinds import KINDS
from plp_api.learning.elos.models import ENDED, EloStatus

ROOT = Path(__file__).parents[3]
TYPE = re.compile(r"[a-z_]+\.[a-z_]+")
# Functions that pass an event's type to `audit.record`.
RECORDING = {
    "record",
    "_note",
    "_note_decision",
    "_note_move",
    "_note_waiver",
    "_follow",
    "_settled",
    "_change",
    "_touched",
    "note",
    "_moved",
    "_judged",
}
# Types that the code puts together: an ELO that ended, and the parts of a design.
COMPOSED = {f"elo.{status}" for status in ENDED - {EloStatus.CREDIT_AWARDED}} | {
    f"{str(class_mapper(kind.model).local_table).removesuffix('s')}.{verb}"
    for kind in KINDS
    for verb in ("added", "changed", "deleted")
}


def recorded(source: str) -> Iterator[str]:
    """The types of event that a module records."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and _name(call.func) == "Editions":
            (noun,) = (one.value for one in call.keywords if one.arg == "noun")
            yield from (f"{ast.literal_eval(noun)}.{verb}" for verb in EVENTS)
        if isinstance(call, ast.Call) and _name(call.func) in RECORDING:
            for argument in call.args:
                for one in ast.walk(argument):
                    if isinstance(one, ast.Constant) and TYPE.fullmatch(str(one.value)):
                        yield str(one.value)


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_the_list_of_events_is_whole() -> None:
    sources = (one.read_text() for one in (ROOT / "plp_api").rglob("*.py"))
    found = {one for source in sources for one in recorded(source)} | COMPOSED
    listed = re.findall(r"`([a-z_]+\.[a-z_]+)`", (ROOT / "docs" / "events.md").read_text())
    assert sorted(listed) == sorted(found)
