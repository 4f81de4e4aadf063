"""Write a district's scales, choose its default, and retire a scale that nothing uses."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, or_, select

from plp_api.catalog.scales.models import Scale, ScaleStatus
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, FieldError, Problem, doubled, invalid

Fields = dict[str, Any]

# The usual levels of proficiency-based grading, lowest first.
DEFAULT_LEVELS: tuple[tuple[str, str, str], ...] = (
    ("beginning", "Beginning", "Starts to show it, with much help."),
    ("developing", "Developing", "Shows parts of it, or all of it with help."),
    ("proficient", "Proficient", "Shows all of it, without help."),
    ("exemplary", "Exemplary", "Shows more than was asked, and can help others with it."),
)
IN_USE: list[Select[Any]] = []
"""Selects of the ids of scales that are in use; each area above has its own (`server.wiring`)."""


def begin(district_id: UUID) -> None:
    """Give a new district its default scale."""
    default_for(district_id)


def default_for(district_id: UUID) -> Scale:
    """The district's default scale; made with the usual four levels if there is none yet."""
    scale = _default(district_id)
    if scale is None:
        _hold(district_id)
        scale = _default(district_id) or _make_default(district_id)
    return scale


def _default(district_id: UUID) -> Scale | None:
    default = select(Scale).where(
        Scale.district_id == district_id,
        Scale.is_default.is_(True),
        Scale.status == ScaleStatus.ACTIVE,
    )
    return db.session().scalars(default).first()


def _make_default(district_id: UUID) -> Scale:
    scale = Scale(
        id=db.new_id(),
        district_id=district_id,
        title="Four levels",
        levels=[_level(*level) for level in DEFAULT_LEVELS],
        is_default=True,
    )
    db.session().add(scale)
    db.session().flush()
    audit.record("scale.added", scale, by=None)
    return scale


def _level(key: str, title: str, description: str) -> Fields:
    return {"key": key, "title": title, "description": description}


def _hold(district_id: UUID) -> None:
    """Lock the choice of the district's default scale until the transaction ends."""
    db.lock_name(f"scales of {district_id}")


def add(access: Access, title: str, levels: list[Fields]) -> Scale:
    """Add a scale to the district. Raises Problem: validation_failed."""
    if errors := [*doubled(levels, "levels", "level")]:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    scale = Scale(id=db.new_id(), district_id=access.caller.district_id, title=title, levels=levels)
    db.session().add(scale)
    db.session().flush()
    audit.record("scale.added", scale, by=access.caller.person_id)
    return scale


def edit(scale: Scale, access: Access, fields: Fields) -> Scale:
    """Change titles and descriptions; keys and their order stay.

    Raises Problem: validation_failed.
    """
    if "levels" in fields:
        _check_keys_stay(scale, [level["key"] for level in fields["levels"]])
    for name, value in fields.items():
        setattr(scale, name, value)
    audit.record("scale.edited", scale, by=access.caller.person_id, fields=sorted(fields))
    return scale


def _check_keys_stay(scale: Scale, keys: list[str]) -> None:
    if len(keys) != len(scale.keys):
        raise invalid("levels", f"A scale keeps its levels: {', '.join(scale.keys)}.")
    errors = [
        FieldError(f"/levels/{place}/key", f"A level keeps its key and its place: {stored}.")
        for place, (stored, key) in enumerate(zip(scale.keys, keys, strict=True))
        if stored != key
    ]
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)


def make_default(scale: Scale, access: Access) -> None:
    """Rate by this scale wherever no other is named, in place of the default before it."""
    _hold(scale.district_id)
    before = _default(scale.district_id)
    if before is not None:
        db.lock(before)
        before.is_default = False
        # Flushed first: a unique index allows one default at a time.
        db.session().flush()
    scale.is_default = True
    audit.record("scale.made_default", scale, by=access.caller.person_id)


def retire(scale: Scale, access: Access) -> None:
    """Stop offering the scale. What was rated by it keeps it."""
    audit.record("scale.retired", scale, by=access.caller.person_id)


def restore(scale: Scale, access: Access) -> None:
    """Offer the scale again."""
    audit.record("scale.restored", scale, by=access.caller.person_id)


def is_not_default(scale: Scale, _access: Access) -> Code | None:
    """Reason: it is the default already."""
    return Code.ACTION_REPEATED if scale.is_default else None


def is_retirable(scale: Scale, access: Access) -> str | Code | None:
    """Reason: the scale is the district's default, or in use."""
    if scale.is_default:
        return "A district always has a default; make another scale the default first."
    if "is_used" not in vars(scale):
        look_up_use([scale], access)
    return Code.SCALE_IN_USE if vars(scale)["is_used"] else None


def look_up_use(scales: Sequence[Scale], _access: Access) -> None:
    """Keep with each scale whether it is in use; one query for all."""
    of_these = Scale.id.in_([scale.id for scale in scales])
    in_use = or_(false(), *(Scale.id.in_(ids) for ids in IN_USE))
    used = set(db.session().scalars(select(Scale.id).where(of_these, in_use)))
    for scale in scales:
        vars(scale)["is_used"] = scale.id in used


def require_active(scale: Scale) -> None:
    """Hold the scale so that nobody retires it now. Raises Problem: scale_retired."""
    db.lock(scale)
    if scale.status == ScaleStatus.RETIRED:
        raise Problem(Code.SCALE_RETIRED)
