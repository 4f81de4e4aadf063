"""The base classes of all tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, MetaData, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid6 import uuid7

from plp_api.foundation import clock
from plp_api.foundation.db.columns import Instant, Tags, Text

SCHEMA_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): ordered by creation time, so that indexes grow at one end."""
    return UUID(int=uuid7().int)


class Base(DeclarativeBase):
    """The base of every table. `__ownership__` names its owner and is required (ownership.py)."""

    metadata = MetaData(naming_convention=SCHEMA_NAMES)
    type_annotation_map = {
        str: Text,
        datetime: Instant,
        UUID: Uuid,
        dict[str, Any]: JSON().with_variant(JSONB, "postgresql"),
        list[Any]: JSON().with_variant(JSONB, "postgresql"),
        frozenset[str]: Tags,
    }
    # False for tables that are read before the district is known, though they have district ids.
    __row_security__ = True


class Identified:
    """A row with its own id."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


class Dated:
    """A row with the times of its creation and its last change."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class Resource(Identified, Dated):
    """A row that the API serves: its `version` grows with each change and is part of its ETag."""

    version: Mapped[int] = mapped_column(default=1)

    def touch(self) -> None:
        """Make the next flush write a new version, even if only related rows changed."""
        self.updated_at = clock.now()

    def locked_before(self) -> "Resource | None":
        """The row that `db.lock` locks before this one; None: no other.

        With one order for everybody, two transactions do not wait for each other.
        """
        return None


class Part(Resource):
    """A part of a whole, as a resource of its own, so that two people can change two parts at once.

    Changing a part gives the whole a new version too. `db.lock` locks the whole first.
    """

    def whole(self) -> Resource:
        """The row that the part belongs to."""
        raise NotImplementedError

    def locked_before(self) -> Resource:
        """The whole."""
        return self.whole()


@event.listens_for(Base, "instrument_class", propagate=True)
def _count_versions(mapper: Any, class_: type) -> None:
    """Make the database reject a stale write of a Resource too; If-Match is the first check."""
    if issubclass(class_, Resource) and "version" in mapper.local_table.c:
        mapper.version_id_col = mapper.local_table.c.version
