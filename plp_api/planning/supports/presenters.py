"""What callers may read of supports."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access

WHOLE = frozenset({"kind", "starts_on", "ends_on", "coordinator_id"})
"""Hidden from teachers, who need the accommodations but not the kind of record."""


def shape(supports: Sequence[Any], access: Access) -> None:
    """Disclose the whole support, or only its accommodations."""
    for support in supports:
        is_whole = access.may(Permission.SUPPORTS_READ, support.student_id)
        support.disclosed = WHOLE if is_whole else frozenset()
