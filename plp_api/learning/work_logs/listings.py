"""The filters and sort orders of the lists."""

from plp_api.foundation.rest.paging import (
    Listing,
    on_or_after,
    on_or_before,
    one_of,
    same_id,
    since,
)
from plp_api.learning.work_logs.models import LogEntry, LogEntryStatus

ENTRIES_OF_ELO = Listing(
    filters={
        "status": one_of(LogEntry.status, LogEntryStatus, "Only entries in these states."),
        "framework_item_id": same_id(LogEntry.framework_item_id, "Only for this item."),
        "since": on_or_after(LogEntry.on, "Only hours of that day or later."),
        "until": on_or_before(LogEntry.on, "Only hours of that day or earlier."),
        "updated_since": since(LogEntry.updated_at),
    },
    sorts={
        "on": LogEntry.on,
        "created_at": LogEntry.created_at,
        "updated_at": LogEntry.updated_at,
    },
)
ENTRIES = Listing(
    filters={"elo_id": same_id(LogEntry.elo_id, "Only of this ELO."), **ENTRIES_OF_ELO.filters},
    sorts={"updated_at": LogEntry.updated_at, "on": LogEntry.on},
)
