"""Compare two versions of a plan: as changes for programs, as sentences for people.

Compares every part of a snapshot, also the parts that other areas register.
Texts are returned as written, in JSON and without markup; clients escape them.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.planning.plans import parts, presenters
from plp_api.planning.plans.models import OPEN_VERSION, PlanVersion

BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+")
# Comparing more sentences takes seconds, and nobody could read the result.
MOST_SENTENCES = 500
Place = tuple[str, Any]
NOWHERE: Place = ("", None)


def between(version: PlanVersion, against_id: UUID | None, access: Access) -> dict[str, Any]:
    """How a version differs from another of the plan, or from the one in force before it.

    Raises Problem: validation_failed if `against` is no version of this plan,
    version_sealed, permission_denied if the caller may not read a section.
    """
    old = _other(version, against_id, access) if against_id else _before(version)
    for compared in (version, old):
        if compared is not None:
            presenters.require_unsealed(compared, access)
            presenters.require_whole(compared, access)
    before = {} if old is None else presenters.readable(old, access)
    after = presenters.readable(version, access)
    differing = list(_compared(before, after))
    return {
        "plan_version_id": version.id,
        "against_id": None if old is None else old.id,
        "changes": [change for part in differing for change in _changes(*part)],
        "words": [words for part in differing if (words := _told(*part))],
    }


def _other(version: PlanVersion, against_id: UUID, access: Access) -> PlanVersion:
    other = db.session().get(PlanVersion, against_id)
    if other is None or other.plan_id != version.plan_id:
        detail = "No version of this plan."
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter="against")])
    access.require(Permission.PLANS_READ, other)
    return other


def _before(version: PlanVersion) -> PlanVersion | None:
    """The last version that was in force before this one, also if it is sealed now."""
    query = (
        select(PlanVersion)
        .where(
            PlanVersion.plan_id == version.plan_id,
            PlanVersion.number < version.number,
            PlanVersion.status.not_in(OPEN_VERSION),
        )
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    return db.session().scalars(query).first()


def _compared(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Place, Place]]:
    """Yield each part that differs: its name, its old place and value, its new place and value."""
    old = {name: (pointer, value) for name, pointer, value in parts.places(before)}
    new = {name: (pointer, value) for name, pointer, value in parts.places(after)}
    for name in [*new, *(one for one in old if one not in new)]:
        was, now = old.get(name, NOWHERE), new.get(name, NOWHERE)
        if was[1] != now[1]:
            yield name, was, now


def _changes(part: str, was: Place, now: Place) -> Iterator[dict[str, Any]]:
    """Yield one change for a part that was added or removed, else one for each changed member."""
    if not (isinstance(was[1], dict) and isinstance(now[1], dict)):
        yield _change(part, was, now)
        return
    for member in sorted(was[1].keys() | now[1].keys()):
        old, new = _member(was, member), _member(now, member)
        if old[1] != new[1]:
            yield _change(part, old, new)


def _member(place: Place, member: str) -> Place:
    pointer, value = place
    escaped = member.replace("~", "~0").replace("/", "~1")
    return (f"{pointer}/{escaped}", value[member]) if member in value else NOWHERE


def _change(part: str, was: Place, now: Place) -> dict[str, Any]:
    op = "added" if was is NOWHERE else "removed" if now is NOWHERE else "changed"
    return {
        "op": op,
        "part": part,
        "old_pointer": was[0] or None,
        "old": was[1],
        "new_pointer": now[0] or None,
        "new": now[1],
    }


def _told(part: str, was: Place, now: Place) -> dict[str, Any] | None:
    """A changed part for people: its title, and its texts compared sentence by sentence."""
    passages = [*_passages(_texts(was[1]), _texts(now[1])), *_items(was[1], now[1])]
    if not passages:
        return None
    op = "added" if was is NOWHERE else "removed" if now is NOWHERE else "changed"
    return {"part": part, "title": _title(now[1]) or _title(was[1]), "op": op, "texts": passages}


def _passages(old: dict[str, str], new: dict[str, str]) -> Iterator[dict[str, Any]]:
    for member in dict.fromkeys([*new, *old]):
        if old.get(member, "") != new.get(member, ""):
            compared = sentences(old.get(member, ""), new.get(member, ""))
            yield {"member": member, "sentences": compared}


def _items(old: Any, new: Any) -> Iterator[dict[str, Any]]:
    """Compare the members that list items with a statement, item by item."""
    before, after = _statements(old), _statements(new)
    for member in dict.fromkeys([*after, *before]):
        was, now = before.get(member, []), after.get(member, [])
        if was != now:
            yield {"member": member, "sentences": _compared_texts(was, now)}


def _statements(value: Any) -> dict[str, list[str]]:
    """By member, the words of the items that it lists: the code and the statement of each."""
    listed = value.items() if isinstance(value, dict) else ()
    return {
        name: [" ".join(filter(None, (item.get("code"), item["statement"]))) for item in items]
        for name, items in listed
        if isinstance(items, list)
        and all(isinstance(item, dict) and "statement" in item for item in items)
    }


def _title(value: Any) -> str | None:
    title = value.get("title") if isinstance(value, dict) else None
    return title if isinstance(title, str) else None


def _texts(value: Any) -> dict[str, str]:
    """The members of a part that are text or numbers, without keys and ids."""
    if not isinstance(value, dict):
        return {} if value is None else {"": str(value)}
    return {
        name: str(one)
        for name, one in value.items()
        if isinstance(one, str | int | float) and name != "key" and not name.endswith("id")
    }


def sentences(old: str, new: str) -> list[dict[str, str]]:
    """Compare two texts by sentence: `{op, text}` in order, op `kept`, `removed` or `added`.

    If a text has more than `MOST_SENTENCES`, every old sentence counts as
    removed and every new one as added.
    """
    return _compared_texts(_split(old), _split(new))


def _compared_texts(before: list[str], after: list[str]) -> list[dict[str, str]]:
    result: list[dict[str, str]] = []
    for tag, i, j, k, m in _opcodes(before, after):
        if tag == "equal":
            result += [{"op": "kept", "text": sentence} for sentence in before[i:j]]
            continue
        result += [{"op": "removed", "text": sentence} for sentence in before[i:j]]
        result += [{"op": "added", "text": sentence} for sentence in after[k:m]]
    return result


def _opcodes(before: list[str], after: list[str]) -> list[tuple[str, int, int, int, int]]:
    if max(len(before), len(after)) > MOST_SENTENCES:
        return [("replace", 0, len(before), 0, len(after))]
    return list(SequenceMatcher(None, before, after).get_opcodes())


def _split(text: str) -> list[str]:
    lines = (line.strip() for line in text.split("\n"))
    return [one for line in lines for one in BETWEEN_SENTENCES.split(line) if one]
