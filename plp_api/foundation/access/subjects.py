"""The permission to read a row that other rows (comments, links to items) are about."""

from typing import Any
from uuid import UUID

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission

READ_BY: dict[str, Permission] = {}
"""By table. The routes that serve comments or links on a table's rows fill it (`serve`)."""
_HIDING: dict[str, type[Any]] = {}
"""The tables of these that hide some rows from those without a further permission."""


def serve(model: type[Any], read: Permission) -> None:
    """Say by which permission rows of the model are read."""
    READ_BY[model.__tablename__] = read
    if model.__ownership__.hidden:
        _HIDING[model.__tablename__] = model


def read_of(subject_type: str, subject_id: UUID) -> Permission:
    """The permission to read that row: of a hidden one, what its reader needs besides."""
    model = _HIDING.get(subject_type)
    if model is None:
        return READ_BY[subject_type]
    row = db.session().get(model, subject_id)
    for column, value, needed in model.__ownership__.hidden:
        # Of a row that is gone nobody knows whether it was hidden.
        if row is None or getattr(row, column) == value:
            return Permission(needed)
    return READ_BY[subject_type]
