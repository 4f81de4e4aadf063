"""What of a support each reader gets."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access

WHOLE = frozenset({"kind", "starts_on", "ends_on", "coordinator_id"})
"""Not for a teacher, who needs to know what was agreed, and not by which record."""


def shape(supports: Sequence[Any], access: Access) -> None:
    """Disclose the whole pointer, or the accommodations alone."""
    for support in supports:
        is_whole = access.may(Permission.SUPPORTS_READ, support.student_id)
        support.disclosed = WHOLE if is_whole else frozenset()
