"""Small CASE packages, and large ones."""

import json
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

SPACE = UUID("00000000-0000-4000-8000-000000000000")
FIRST, SECOND = "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00"
Json = dict[str, Any]


def ident(name: str) -> str:
    """The identifier of a thing of this name."""
    return str(uuid5(SPACE, name))


def thing(name: str, at: str, **members: Any) -> Json:
    own = {"identifier": ident(name), "uri": f"https://example.org/{ident(name)}"}
    return {**own, "lastChangeDateTime": at, **members}


def document(at: str = FIRST, name: str = "framework", **members: Any) -> Json:
    return thing(name, at, **{"creator": "A district", "title": "A framework", **members})


def item(name: str, at: str = FIRST, **members: Any) -> Json:
    return thing(
        name, at, **{"fullStatement": f"Does {name}.", "humanCodingScheme": name} | members
    )


def node(name: str, **members: Any) -> Json:
    return {
        "title": name,
        "identifier": ident(name),
        "uri": f"https://example.org/{name}",
    } | members


def association(
    kind: str, origin: Any, destination: Any, at: str = FIRST, name: str = "", **members: Any
) -> Json:
    ends = [one if isinstance(one, dict) else node(one) for one in (origin, destination)]
    named = name or f"{kind} {ends[0]['identifier']} {ends[1]['identifier']}"
    return thing(
        named,
        at,
        associationType=kind,
        originNodeURI=ends[0],
        destinationNodeURI=ends[1],
        **members,
    )


def child(of: str, name: str, at: str = FIRST, **members: Any) -> Json:
    return association("isChildOf", name, of, at, **members)


def package(
    items: list[Json], associations: list[Json], described: Json | None = None, **more: Any
) -> Json:
    whole = {"CFItems": items, "CFAssociations": associations}
    return {"CFDocument": described or document(), **whole, **more}


def small(at: str = FIRST, *, names: tuple[str, ...] = ("A", "B", "A1", "A2")) -> Json:
    """Two items at the top and two beneath the first, whose order their sequence numbers say."""
    above = {"A": "framework", "B": "framework", "A1": "A", "A2": "A"}
    numbers = {"A": 2, "B": 1, "A1": 1, "A2": 2}
    branches = [
        child(above[name], name, at, sequenceNumber=numbers[name])
        for name in names
        if above[name] in (*names, "framework")
    ]
    return package([item(name, at) for name in names], branches, document(at))


def large(count: int, at: str = FIRST) -> Json:
    """A framework of so many items, ten to a parent, with as many associations beside the tree."""
    names = [f"item {number}" for number in range(count)]
    branches = [
        child("framework" if number < 10 else names[number // 10], name, at, sequenceNumber=number)
        for number, name in enumerate(names)
    ]
    beside = [association("precedes", one, after, at) for one, after in pairwise(names)]
    return package([item(name, at) for name in names], [*branches, *beside], document(at))


def version_1_1(whole: Json) -> Json:
    return {**whole, "CFDocument": {**whole["CFDocument"], "caseVersion": "1.1"}}


def raw(whole: Any) -> bytes:
    return json.dumps(whole).encode()
