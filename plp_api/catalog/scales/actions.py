"""Give a district its default scale."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.scales.models import CatalogStatus, Scale
from plp_api.foundation import db

# The usual levels of proficiency-based grading, lowest first.
DEFAULT_LEVELS: tuple[tuple[str, str, str], ...] = (
    ("beginning", "Beginning", "Starts to show it, with much help."),
    ("developing", "Developing", "Shows parts of it, or all of it with help."),
    ("proficient", "Proficient", "Shows all of it, without help."),
    ("exemplary", "Exemplary", "Shows more than was asked, and can help others with it."),
)


def default_for(district_id: UUID) -> Scale:
    """The district's default scale; made with the usual four levels if there is none yet."""
    default = select(Scale).where(
        Scale.district_id == district_id,
        Scale.is_default.is_(True),
        Scale.status == CatalogStatus.ACTIVE,
    )
    session = db.session()
    scale = session.scalars(default).first()
    if scale is None:
        _hold(district_id)
        scale = session.scalars(default).first() or _make_default(district_id)
    return scale


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
    return scale


def _level(key: str, title: str, description: str) -> dict[str, Any]:
    return {"key": key, "title": title, "description": description}


def _hold(district_id: UUID) -> None:
    """Lock the set of the district's scales until the transaction ends."""
    db.lock_name(f"scales of {district_id}")
