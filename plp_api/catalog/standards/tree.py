"""Put items in the order of their tree, and find those that are their own ancestors."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from plp_api.catalog.standards.content import Item, Placed

PIECES = re.compile(r"[0-9]+|[^0-9]+")
Key = tuple[Any, ...]
DEEPEST = 50


def arrange(
    items: Iterable[Item], parents: Mapping[UUID, UUID | None], keys: Mapping[UUID, Key]
) -> list[Placed]:
    """The items in the order of the tree, depth first; those of a cycle are left out.

    `parents` are by item; None is the framework itself. Items of one parent are ordered by
    `keys`, and by their order in the file where keys are equal.
    """
    children: dict[UUID | None, list[Item]] = defaultdict(list)
    for item in items:
        children[parents[item.identifier]].append(item)
    for siblings in children.values():
        siblings.sort(key=lambda item: keys[item.identifier])
    placed: list[Placed] = []
    # Not by recursion: a file may nest deeper than Python does.
    waiting = [(item, 0) for item in reversed(children[None])]
    while waiting:
        item, depth = waiting.pop()
        placed.append(Placed(item, parents[item.identifier], len(placed), depth))
        below = children.get(item.identifier, ())
        waiting.extend((child, depth + 1) for child in reversed(below))
    return placed


def too_deep(placed: Iterable[Placed]) -> list[Item]:
    """The first items of each branch that is longer than a reader can follow."""
    return [one.item for one in placed if one.depth == DEEPEST]


def in_cycles(parents: Mapping[UUID, UUID | None]) -> list[UUID]:
    """The items that are their own ancestors, in the order of `parents`."""
    seen: set[UUID] = set()
    looped: set[UUID] = set()
    for start in parents:
        path: list[UUID] = []
        on_path: set[UUID] = set()
        step: UUID | None = start
        while step is not None and step not in seen:
            seen.add(step)
            path.append(step)
            on_path.add(step)
            step = parents.get(step)
        if step in on_path:
            looped.update(path[path.index(step) :])
    return [item for item in parents if item in looped]


def natural(text: str | None) -> Key:
    """A key by which `2.9` comes before `2.10`; nothing comes last."""
    pieces = (_piece(piece) for piece in PIECES.findall(text or ""))
    return (not text, *pieces)


def _piece(piece: str) -> Key:
    if "0" <= piece[0] <= "9":
        digits = piece.lstrip("0")
        return 0, len(digits), digits
    return 1, 0, piece.casefold()
