"""The filters and sort orders of the lists."""

from plp_api.foundation.archives.models import ExportStatus, ForeignRecord, StudentExport
from plp_api.foundation.rest.paging import Listing, one_of, same_id, since

EXPORTS_OF_STUDENT = Listing(
    filters={
        "status": one_of(StudentExport.status, ExportStatus, "Only exports in these states."),
        "updated_since": since(StudentExport.updated_at),
    },
    sorts={"created_at": StudentExport.created_at, "updated_at": StudentExport.updated_at},
)
EXPORTS = Listing(
    filters={
        "batch_id": same_id(StudentExport.batch_id, "Only those of this leaving class."),
        **EXPORTS_OF_STUDENT.filters,
    },
    sorts=EXPORTS_OF_STUDENT.sorts,
)
FOREIGN_RECORDS = Listing(
    filters={
        "updated_since": since(ForeignRecord.updated_at),
    },
    sorts={"created_at": ForeignRecord.created_at, "updated_at": ForeignRecord.updated_at},
)
