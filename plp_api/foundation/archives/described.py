"""Rows by the API's own schemas, outside of a request: for the parts of an archive."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import orjson
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.archives.parts import Row, Rows
from plp_api.foundation.ownership import OwnedWithSubject
from plp_api.foundation.rest import people
from plp_api.foundation.roster.models import Student

Select = Callable[[Student, Access], Sequence[Any]]


def by_schema(model: Any, schema: Any, chosen: Select | None = None) -> Rows:
    """The rows of the model that are the student's, as `schema` shows them to the caller.

    Oldest first. `chosen` selects them where the caller may read fewer than the table's
    ownership says. Actions that one could take are no part of an archive.
    """
    made = schema()

    def rows(student: Student, access: Access) -> list[Row]:
        found = list(chosen(student, access) if chosen else own_rows(model, student, access))
        return shown(found, made, student, access)

    return rows


def shown(found: list[Any], schema: Any, student: Student, access: Access) -> list[Row]:
    """The rows as the schema shows them to the caller, with names; plain JSON."""
    shape = getattr(schema, "shape", None)
    if found and shape is not None:
        access.look_up([student.id])
        shape(found, access)
    dumped = schema.dump(found, many=True)
    people.fill(dumped, schema, access, student.id, is_last=False)
    return cast("list[Row]", orjson.loads(orjson.dumps(dumped, default=str)))


def own_rows(model: Any, student: Student, access: Access) -> Sequence[Any]:
    """The rows of the model about the student that the caller may read, oldest first."""
    if isinstance(model.__ownership__, OwnedWithSubject):
        return _with_subjects(model, student, access)
    mine = access.select(model).where(model.student_id == student.id)
    return access.scalars(mine.order_by(model.id))


def _with_subjects(model: Any, student: Student, access: Access) -> Sequence[Any]:
    """As `own_rows`, for a model whose rows are read with their subjects."""
    if not access.may(Permission(model.__ownership__.read), student.id):
        return []
    mine = select(model).where(model.student_id == student.id).order_by(model.id)
    rows = db.session().scalars(mine).unique().all()
    return [row for row in rows if access.may(Permission(row.read_of_subject), student.id)]
