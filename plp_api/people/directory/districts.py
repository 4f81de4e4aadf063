"""The districts of an installation, for its operator."""

from typing import Any

from sqlalchemy import func, select

from plp_api.foundation import db
from plp_api.foundation.jobs.actions import every_district
from plp_api.foundation.roster.models import District, Person, School, Student


def counted() -> list[Any]:
    """Slug, name and the numbers of schools, students and people of every district."""
    db.enter(every_district())
    counts = [_count(model).label(name) for name, model in COUNTED.items()]
    statement = select(District.slug, District.name, *counts).order_by(District.slug)
    return list(db.session().execute(statement))


COUNTED = {"schools": School, "students": Student, "people": Person}


def _count(model: Any) -> Any:
    rows = select(func.count()).select_from(model).where(model.district_id == District.id)
    return rows.correlate(District).scalar_subquery()
