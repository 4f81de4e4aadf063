"""Archives that the school had made for a leaving class: each waits until its student takes it."""

from typing import Any

from sqlalchemy import Select, literal

from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.archives.models import ExportStatus, StudentExport
from plp_api.home.inbox.models import Kind
from plp_api.home.inbox.sources.source import Source, equals, item_columns

EXPORTS = "student-exports"


def _to_take(_caller: Caller) -> Select[Any]:
    return item_columns(
        StudentExport,
        StudentExport.ready_at,
        words=literal("Your whole record, to take along"),
        actor=StudentExport.requested_by,
    ).where(
        StudentExport.student_id == CALLER,
        StudentExport.requested_for == CALLER,
        StudentExport.batch_id.is_not(None),
        equals(StudentExport.status, ExportStatus.READY),
        StudentExport.downloaded_at.is_(None),
    )


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.ARCHIVE_TO_TAKE,
        EXPORTS,
        _to_take,
        (Permission.EXPORTS_WRITE,),
        roles=(Role.STUDENT, Role.ALUMNUS),
    ),
)
