"""For whom a plan is printed, and what they may learn from the print."""

from dataclasses import dataclass
from uuid import UUID

from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster import names
from plp_api.foundation.roster.names import Audience
from plp_api.foundation.roster.relationships import RecordKind
from plp_api.planning.plans.models import PlanVersion


@dataclass(frozen=True)
class Reader:
    """Who reads a print, and by which audience's names people stand in it."""

    access: Access
    audience: Audience

    @property
    def person_id(self) -> UUID:
        """Who reads."""
        return self.access.caller.person_id

    def is_shown(self, kind: RecordKind, version: PlanVersion) -> bool:
        """Whether that kind of record is open to the reader: an order may deny it."""
        return self.access.shows(kind, version.student_id)


def of(access: Access, student_id: UUID) -> Reader:
    """The caller as a reader of this student's plan."""
    return Reader(access, names.audience(is_family=access.is_family(student_id)))
