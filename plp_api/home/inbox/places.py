"""The place of an item in the order of the inbox, and the cursor that names it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from plp_api.foundation.rest import cursors
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.source import Source
from plp_api.home.inbox.statements import NEVER

GROUPS = list(Group)


@dataclass(frozen=True)
class Place:
    """What waits comes first, by due day; then the newest comes first."""

    group: Group
    due: date
    at: datetime
    id: UUID
    kind: Kind

    @property
    def order(self) -> tuple[int, date, float, int, str]:
        """The key to sort by."""
        return (
            GROUPS.index(self.group),
            self.due,
            -self.at.timestamp(),
            -self.id.int,
            self.kind,
        )

    def follows(self, other: "Place") -> bool:
        """Whether it comes after another place."""
        return self.order > other.order

    @property
    def cursor(self) -> str:
        """The place in opaque form."""
        return cursors.written([self.group, self.due, self.at, self.id, self.kind])


def of(source: Source, row: dict[str, Any]) -> Place:
    """The place of a source's row."""
    due = row["due_on"] or date.fromisoformat(NEVER)
    return Place(source.group, due, row["at"].astimezone(UTC), row["id"], source.kind)


def named_by(cursor: str) -> Place:
    """The place that a cursor names. Raises Problem(validation_failed)."""
    return cursors.read(cursor, _parsed)


def _parsed(place: Any) -> Place:
    group, due, at, key, kind = place
    moment = datetime.fromisoformat(at).astimezone(UTC)
    return Place(Group(group), date.fromisoformat(due), moment, UUID(key), Kind(kind))
