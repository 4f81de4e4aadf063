"""Alembic's entry point: runs revisions on the connection of `plp_api.foundation.migrating`."""

from typing import Any

from alembic import context
from sqlalchemy import TypeDecorator

from plp_api.foundation.db import Base
from plp_api.server import areas

# Autogenerate would drop the table of a model that is not imported.
areas.load_tables()


def plain(kind: str, item: Any, autogen: Any) -> str | bool:
    """Write a column's database type, so that changes of our code do not change a revision."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Skip the queue's tables, which Huey creates itself (plp_api/foundation/migrating.py)."""
    return not (kind == "table" and name is not None and name.startswith("huey_"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=False,
    render_as_batch=False,
    render_item=plain,
    include_name=ours,
)
with context.begin_transaction():
    context.run_migrations()
