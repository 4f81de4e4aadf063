"""A student's competencies as facts that a front end draws: ratings over time, and counts.

There is no score and no average: levels are in an order, but not at equal distances.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, func, select
from sqlalchemy.orm import aliased

from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.roster.models import Student
from plp_api.learning.ratings.models import Rating, RatingStatus, place_of

Row = dict[str, Any]
STUDENT = bindparam("student", type_=Uuid())
SINCE, UNTIL = bindparam("since", type_=Date()), bindparam("until", type_=Date())
FRAMEWORKS = db.ids_bind("frameworks")

_parent = aliased(FrameworkItem)
_POINT = ("rating_id", "rated_on", "rated_by", "scale_id", "level")
_WANTED: list[Any] = [
    Rating.id.label("rating_id"),
    Rating.rated_on,
    Rating.rated_by,
    Rating.scale_id,
    Rating.level,
    Rating.is_self,
    Rating.framework_item_id,
    FrameworkItem.framework_id,
    Framework.title.label("framework_title"),
    FrameworkItem.code,
    FrameworkItem.statement,
    FrameworkItem.abbreviated_statement,
    FrameworkItem.retired_on,
    FrameworkItem.parent_id,
    _parent.code.label("parent_code"),
    _parent.statement.label("parent_statement"),
    _parent.abbreviated_statement.label("parent_abbreviated"),
]
_ratings = (
    select(*_WANTED)
    .join(FrameworkItem, FrameworkItem.id == Rating.framework_item_id)
    .join(Framework, Framework.id == FrameworkItem.framework_id)
    .outerjoin(_parent, _parent.id == FrameworkItem.parent_id)
    .where(
        Rating.student_id == STUDENT,
        Rating.status == RatingStatus.GIVEN,
        Rating.rated_on >= SINCE,
        Rating.rated_on <= UNTIL,
    )
    .order_by(
        *(Framework.title, Framework.id, FrameworkItem.position, FrameworkItem.id),
        *(Rating.rated_on, Rating.id),
    )
)
RATINGS = db.Prepared(_ratings)
RATINGS_OF_FRAMEWORKS = db.Prepared(
    _ratings.where(db.any_of(FrameworkItem.framework_id, FRAMEWORKS))
)
SCALES = db.Prepared(
    select(Scale.id, Scale.title, Scale.status, Scale.levels)
    .where(Scale.id.in_(select(Rating.scale_id).where(Rating.student_id == STUDENT)))
    .order_by(Scale.title, Scale.id)
)


def of(
    student: Student,
    framework_ids: Sequence[UUID] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Row:
    """The student's ratings over time, by item in the order of the frameworks' trees.

    The caller must be allowed to read them. Both queries go in one round trip. Withdrawn
    ratings are left out, and items without a rating.
    """
    binds = {"student": student.id, "since": since or date.min, "until": until or date.max}
    if framework_ids is None:
        asked = RATINGS(**binds)
    else:
        asked = RATINGS_OF_FRAMEWORKS(**binds, frameworks=framework_ids)
    rows, scales = db.fetch(asked, SCALES(student=student.id))
    used = {row["scale_id"] for row in rows}
    levels = {scale["id"]: scale["levels"] for scale in scales}
    return {
        "student_id": student.id,
        "since": since,
        "until": until,
        "scales": [_scale(scale) for scale in scales if scale["id"] in used],
        "frameworks": [
            {"id": key, "title": title}
            for key, title in dict.fromkeys(
                (row["framework_id"], row["framework_title"]) for row in rows
            )
        ],
        "competencies": list(_competencies(rows, levels)),
    }


def _scale(scale: Row) -> Row:
    levels = [{**level, "position": place} for place, level in enumerate(scale["levels"], 1)]
    return {**scale, "levels": levels}


def _competencies(rows: Sequence[Row], levels: dict[UUID, Any]) -> Iterator[Row]:
    """The items in the order of the rows, each with its two series, oldest first."""
    for key, group in groupby(rows, key=lambda row: row["framework_item_id"]):
        ratings = list(group)
        school = [_point(row, levels) for row in ratings if not row["is_self"]]
        own = [_point(row, levels) for row in ratings if row["is_self"]]
        row = ratings[0]
        yield {
            "id": key,
            "framework_id": row["framework_id"],
            "code": row["code"],
            "statement": row["statement"],
            "abbreviated_statement": row["abbreviated_statement"],
            "is_retired": row["retired_on"] is not None,
            "parent": _parent_of(row),
            "school": school,
            "own": own,
            "latest_school": school[-1] if school else None,
            "latest_own": own[-1] if own else None,
        }


def _parent_of(row: Row) -> Row | None:
    if row["parent_id"] is None:
        return None
    return {
        "id": row["parent_id"],
        "code": row["parent_code"],
        "statement": row["parent_statement"],
        "abbreviated_statement": row["parent_abbreviated"],
    }


def _point(row: Row, levels: dict[UUID, Any]) -> Row:
    position = place_of(levels[row["scale_id"]], row["level"]).position
    return {**{name: row[name] for name in _POINT}, "level_position": position}


# Counts by level, for the progress of a plan and for prints.

_ranked = (
    select(
        Rating.framework_item_id,
        Rating.scale_id,
        Rating.level,
        func.row_number()
        .over(
            partition_by=Rating.framework_item_id,
            order_by=(Rating.rated_on.desc(), Rating.id.desc()),
        )
        .label("rank"),
    )
    .where(
        Rating.student_id == STUDENT,
        Rating.status == RatingStatus.GIVEN,
        Rating.is_self.is_(False),
        Rating.rated_on <= UNTIL,
    )
    .subquery()
)
LEVELS = db.Prepared(
    select(
        Framework.id.label("framework_id"),
        Framework.title,
        Scale.id.label("scale_id"),
        Scale.title.label("scale_title"),
        Scale.levels,
        _ranked.c.level,
    )
    .join(FrameworkItem, FrameworkItem.id == _ranked.c.framework_item_id)
    .join(Framework, Framework.id == FrameworkItem.framework_id)
    .join(Scale, Scale.id == _ranked.c.scale_id)
    .where(_ranked.c.rank == 1)
    .order_by(Framework.title, Framework.id, Scale.title, Scale.id)
)


def competencies_by_level(student_id: UUID, today: date) -> list[Row]:
    """How many items stand at each level by the school's latest rating, by framework and scale.

    In one query; the caller must be allowed to read the student's ratings. A framework that
    changed its scale has an entry for each. Retired items count: what was judged stays.
    """
    (rows,) = db.fetch(LEVELS(student=student_id, until=today))
    groups = groupby(rows, key=lambda row: (row["framework_id"], row["scale_id"]))
    return [_counted(list(group)) for _, group in groups]


def _counted(rows: Sequence[Row]) -> Row:
    """The entry of one framework and scale, with every level of the scale, lowest first."""
    held = [row["level"] for row in rows]
    shown = {name: rows[0][name] for name in ("framework_id", "title", "scale_id", "scale_title")}
    levels = [
        {
            "key": level["key"],
            "title": level["title"],
            "position": position,
            "items": held.count(level["key"]),
        }
        for position, level in enumerate(rows[0]["levels"], 1)
    ]
    return {**shown, "items": len(held), "levels": levels}
