"""What follows in the areas above when a plan moves on, and what they tell of an earlier day.

They register here (`plp_api.server.wiring`); plans know none of them.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.planning.plans.models import Plan, PlanVersion, VersionReaffirmation

ON_APPROVED: list[Callable[[PlanVersion, Access], None]] = []
"""Called when a version comes into force, before it is frozen, in the approval's transaction."""

ON_FROZEN: list[Callable[[PlanVersion, Access], None]] = []
"""Called after that, with the snapshot and its hash written, and `signed_version_id` set."""

ON_REAFFIRMED: list[Callable[[VersionReaffirmation, Access], None]] = []
"""Called when a version in force was reviewed and kept for a new cycle."""

ON_REOPENED: list[Callable[[UUID, Sequence[UUID], date], None]] = []
"""Called as `people.followers.ON_ENROLLED` is, for the student whose plan was opened again."""

HISTORY_PARTS: list[tuple[str, Permission, Callable[[Plan, date, datetime], Any]]] = []
"""Members of a plan's look at an earlier day: a name, what a reader needs to see it, and its plain
content as it stood at the end of that day (the moment given: the first one after it)."""
