"""What follows an approval, and what else belongs in a snapshot: areas above register here."""

from collections.abc import Callable
from typing import Any

from plp_api.access.rows import Access
from plp_api.plans.models import Plan, PlanVersion

ON_APPROVED: list[Callable[[PlanVersion, Access], None]] = []
"""Called when a version comes into force, before it is frozen, in the approval's transaction."""

ON_FROZEN: list[Callable[[PlanVersion, Access], None]] = []
"""Called after that, with the snapshot and its hash written."""

SNAPSHOT_PARTS: list[tuple[str, Callable[[Plan], Any]]] = []
"""Members of the snapshot beside the sections: a name, and its plain content (ids, never names)."""
