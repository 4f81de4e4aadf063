"""The signed bytes and the print of each frozen version, for the archive of a student."""

from collections.abc import Iterator
from contextlib import suppress

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.models import Student
from plp_api.planning.plans import parts, presenters
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.printing import copies, page


def files(student: Student, access: Access) -> Iterator[tuple[str, bytes]]:
    """By version, `snapshots/{id}.json` (its SHA-256 is what was signed) and `prints/{id}.html`.

    A version is left out where the caller may not read the whole of it, or it is sealed.
    """
    mine = access.select(PlanVersion).where(PlanVersion.student_id == student.id)
    for version in access.scalars(mine.order_by(PlanVersion.number)):
        with suppress(Problem):
            yield from list(_of(version, access))


def _of(version: PlanVersion, access: Access) -> Iterator[tuple[str, bytes]]:
    access.require(Permission.PLANS_EXPORT, version)
    frozen = presenters.snapshot_of(version, access)
    parts.require_all(version, access)
    yield f"snapshots/{version.id}.json", frozen.encode()
    yield f"prints/{version.id}.html", page.of(copies.of(version, access)).html.encode()
