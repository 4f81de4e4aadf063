"""Refuse a second row where one row is allowed, and name the first."""

from typing import Any

from sqlalchemy import ColumnElement, select

from plp_api.foundation.db.transactions import session
from plp_api.foundation.problems import Code, Existing, Problem


def refuse_second(
    model: Any, *is_same: ColumnElement[bool], code: Code, detail: str | None = None
) -> None:
    """Raise Problem(code), which names the row, if a row of the model is the same already.

    The row that is checked may be in the session already: it is not flushed before.
    """
    query = select(model.id).where(*is_same).order_by(model.id).limit(1)
    with session().no_autoflush:
        key = session().scalar(query)
    if key is not None:
        raise Problem(code, detail, existing=Existing(model, {"id": key}))
