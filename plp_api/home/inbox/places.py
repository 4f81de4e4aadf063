"""The place of an item in the order of the inbox, and the cursor that names it."""

import base64
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson

from plp_api.foundation.problems import Code, FieldError, Problem
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
        place = [self.group, self.due, self.at, self.id, self.kind]
        return base64.urlsafe_b64encode(orjson.dumps(place)).rstrip(b"=").decode()


def of(source: Source, row: dict[str, Any]) -> Place:
    """The place of a source's row."""
    due = row["due_on"] or date.fromisoformat(NEVER)
    return Place(source.group, due, row["at"].astimezone(UTC), row["id"], source.kind)


def named_by(cursor: str) -> Place:
    """The place that a cursor names. Raises Problem(validation_failed)."""
    try:
        place = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        group, due, at, key, kind = place
        moment = datetime.fromisoformat(at).astimezone(UTC)
        return Place(Group(group), date.fromisoformat(due), moment, UUID(key), Kind(kind))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        errors = [FieldError("", "Not a cursor of this list.", parameter="cursor")]
        raise Problem(Code.VALIDATION_FAILED, errors=errors) from error
