"""A copy of a version: its content and what surrounds it, made for one reader on one day."""

from dataclasses import dataclass
from datetime import datetime

from plp_api import clock, settings
from plp_api.access.permissions import Permission
from plp_api.access.rows import Access
from plp_api.audit import actions as audit
from plp_api.people.names import Audience
from plp_api.plans.models import PlanVersion
from plp_api.printing import content, progress
from plp_api.printing.content import Content
from plp_api.printing.progress import Progress

SNAPSHOT = "/api/v1/plan-versions/{}/snapshot"


@dataclass(frozen=True)
class Copy:
    """What is printed: `whose` says for whom, `address` where the signed bytes are read."""

    content: Content
    progress: Progress
    whose: str
    address: str
    printed_at: datetime


def make(version: PlanVersion, access: Access, kind: str) -> Copy:
    """A copy for the caller, which is an export and noted as one; `kind` is `html` or `pdf`.

    Goals stand in every version, so who is denied goals gets none. Raises
    Problem: action_unavailable (nothing is frozen yet), permission_denied.
    """
    access.require(Permission.GOALS_READ, version)
    reader = content.reader(access, version.student_id)
    made = Copy(
        content=content.of(version, reader),
        progress=progress.of(version, access.caller.today),
        whose=_whose(reader, version),
        address=settings.current().public_url + SNAPSHOT.format(version.id),
        printed_at=clock.now().replace(microsecond=0),
    )
    audit.record("plan_version.printed", version, by=access.caller.person_id, kind=kind)
    return made


def _whose(reader: content.Reader, version: PlanVersion) -> str:
    if reader.audience is Audience.FAMILY:
        return "Family"
    return "Student" if reader.person_id == version.student_id else "School"
