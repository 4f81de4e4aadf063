"""Functions of other areas, called when a plan changes or when its history is read.

Areas that build on plans register them in `plp_api.server.wiring`, so that
plans import none of those areas.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.planning.plans.models import Plan, PlanVersion, VersionReaffirmation

ON_APPROVED: list[Callable[[PlanVersion, Access], None]] = []
"""Called when a version comes into force, before it is frozen, in the same transaction."""

ON_FROZEN: list[Callable[[PlanVersion, Access], None]] = []
"""Called when a version is frozen: its snapshot, hash and `signed_version_id` are set."""

ON_REAFFIRMED: list[Callable[[VersionReaffirmation, Access], None]] = []
"""Called when a version in force was reaffirmed for a new cycle."""

ON_REOPENED: list[Callable[[UUID, Sequence[UUID], date], None]] = []
"""Called when a plan was reopened, with the arguments of `ON_ENROLLED` (`roster.followers`)."""

HISTORY_PARTS: list[tuple[str, Permission, Callable[[Plan, date, datetime], Any]]] = []
"""Parts of a plan's history: a name, the permission to read it, and a function of plan, day and
the instant at which that day ends, which returns the part as plain data."""
