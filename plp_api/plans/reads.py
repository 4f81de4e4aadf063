"""What readers see of versions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from plp_api.access.rows import Access
from plp_api.plans.models import PlanVersion
from plp_api.problems import Code, Problem


def snapshot_of(version: PlanVersion) -> str:
    """The signed bytes. Raises Problem(action_unavailable) before approval."""
    if version.snapshot is None:
        raise Problem(Code.ACTION_UNAVAILABLE, f"It is {version.status}; nothing is frozen yet.")
    return version.snapshot


def shown_writer(person_id: UUID | None, access: Access, student_id: UUID) -> UUID | None:
    """Who wrote a section, as far as the reader may know: the family learns of no other parent."""
    if access.is_family(student_id) and person_id not in (student_id, access.caller.person_id):
        return None
    return person_id


def shape(versions: Sequence[Any], access: Access) -> None:
    """Give sections their writers, as far as the caller may know them."""
    for version in versions:
        for section in version.sections:
            section.shown_writer = shown_writer(section.written_by, access, version.student_id)
