"""What differs between two versions of a plan: for programs, and in words for people.

Over every part that snapshots have, those of areas above included. Nothing is
markup: texts come as they are, in JSON, and whoever shows them escapes them.
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
# To compare more of them takes seconds, and no reader would follow.
MOST_SENTENCES = 500
Place = tuple[str, Any]
NOWHERE: Place = ("", None)


def between(version: PlanVersion, against_id: UUID | None, access: Access) -> dict[str, Any]:
    """How a version differs from another of the plan, or from the one in force before it.

    Raises Problem: validation_failed (`against` of another plan, or out of
    reach), version_sealed, permission_denied where a section's visibility
    leaves the reader out.
    """
    old = _other(version, against_id, access) if against_id else _before(version)
    for one in (version, old):
        if one is not None:
            presenters.require_unsealed(one, access)
            presenters.require_whole(one, access)
    before = {} if old is None else presenters.readable(old, access)
    after = presenters.readable(version, access)
    compared = list(_compared(before, after))
    return {
        "plan_version_id": version.id,
        "against_id": None if old is None else old.id,
        "changes": [change for one in compared for change in _changes(*one)],
        "words": [told for one in compared if (told := _told(*one))],
    }


def _other(version: PlanVersion, against_id: UUID, access: Access) -> PlanVersion:
    other = db.session().get(PlanVersion, against_id)
    if other is None or other.plan_id != version.plan_id:
        detail = "No version of this plan."
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter="against")])
    access.require(Permission.PLANS_READ, other)
    return other


def _before(version: PlanVersion) -> PlanVersion | None:
    """The last version that was in force before this one, whatever became of it."""
    asked = (
        select(PlanVersion)
        .where(
            PlanVersion.plan_id == version.plan_id,
            PlanVersion.number < version.number,
            PlanVersion.status.not_in(OPEN_VERSION),
        )
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    return db.session().scalars(asked).first()


def _compared(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Place, Place]]:
    """Each part that differs: its name, and where and what it was and is."""
    old = {name: (pointer, value) for name, pointer, value in parts.places(before)}
    new = {name: (pointer, value) for name, pointer, value in parts.places(after)}
    for name in [*new, *(one for one in old if one not in new)]:
        was, now = old.get(name, NOWHERE), new.get(name, NOWHERE)
        if was[1] != now[1]:
            yield name, was, now


def _changes(part: str, was: Place, now: Place) -> Iterator[dict[str, Any]]:
    """A part added or removed as a whole; of a changed one each member that differs."""
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
    """The same in words: the part's title, and sentence by sentence what was said and is."""
    old, new = _texts(was[1]), _texts(now[1])
    passages = [
        {"member": member, "sentences": sentences(old.get(member, ""), new.get(member, ""))}
        for member in dict.fromkeys([*new, *old])
        if old.get(member, "") != new.get(member, "")
    ]
    if not passages:
        return None
    op = "added" if was is NOWHERE else "removed" if now is NOWHERE else "changed"
    return {"part": part, "title": _title(now[1]) or _title(was[1]), "op": op, "texts": passages}


def _title(value: Any) -> str | None:
    title = value.get("title") if isinstance(value, dict) else None
    return title if isinstance(title, str) else None


def _texts(value: Any) -> dict[str, str]:
    """The members of a part that are words, or can be written as one; ids say nothing to people."""
    if not isinstance(value, dict):
        return {} if value is None else {"": str(value)}
    return {
        name: str(one)
        for name, one in value.items()
        if isinstance(one, str | int | float) and name != "key" and not name.endswith("id")
    }


def sentences(old: str, new: str) -> list[dict[str, str]]:
    """Two texts sentence by sentence: `{op, text}` in order, op `kept`, `removed` or `added`.

    Of texts with more than `MOST_SENTENCES` all of the old is removed, all of the new added.
    """
    before, after = _split(old), _split(new)
    found: list[dict[str, str]] = []
    for tag, i, j, k, m in _opcodes(before, after):
        if tag == "equal":
            found += [{"op": "kept", "text": one} for one in before[i:j]]
            continue
        found += [{"op": "removed", "text": one} for one in before[i:j]]
        found += [{"op": "added", "text": one} for one in after[k:m]]
    return found


def _opcodes(before: list[str], after: list[str]) -> list[tuple[str, int, int, int, int]]:
    if max(len(before), len(after)) > MOST_SENTENCES:
        return [("replace", 0, len(before), 0, len(after))]
    return list(SequenceMatcher(None, before, after).get_opcodes())


def _split(text: str) -> list[str]:
    lines = (line.strip() for line in text.split("\n"))
    return [one for line in lines for one in BETWEEN_SENTENCES.split(line) if one]
