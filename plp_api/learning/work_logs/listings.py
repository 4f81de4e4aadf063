"""The filters and sort orders of the lists."""

from plp_api.foundation.rest.paging import (
    Listing,
    on_or_after,
    on_or_before,
    one_of,
    same_id,
    since,
    yes_or_no,
)
from plp_api.learning.elos.models import Elo, EloTime
from plp_api.learning.work_logs.models import Absence, LogEntry, LogEntryStatus, SiteVisit

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
ABSENCES_OF_ELO = Listing(
    filters={
        "is_excused": yes_or_no(Absence.is_excused.is_(True), "Only excused ones, or the others."),
        "since": on_or_after(Absence.on, "Only that day or later."),
        "until": on_or_before(Absence.on, "Only that day or earlier."),
        "updated_since": since(Absence.updated_at),
    },
    sorts={"on": Absence.on, "updated_at": Absence.updated_at},
)
ABSENCES = Listing(
    filters={"elo_id": same_id(Absence.elo_id, "Only of this ELO."), **ABSENCES_OF_ELO.filters},
    sorts={"updated_at": Absence.updated_at, "on": Absence.on},
)
VISITS_OF_ELO = Listing(
    filters={
        "site_id": same_id(SiteVisit.site_id, "Only visits at this site."),
        "since": on_or_after(SiteVisit.on, "Only that day or later."),
        "until": on_or_before(SiteVisit.on, "Only that day or earlier."),
        "updated_since": since(SiteVisit.updated_at),
    },
    sorts={"on": SiteVisit.on, "updated_at": SiteVisit.updated_at},
)
VISITS = Listing(
    filters={"elo_id": same_id(SiteVisit.elo_id, "Only of this ELO."), **VISITS_OF_ELO.filters},
    sorts={"updated_at": SiteVisit.updated_at, "on": SiteVisit.on},
)
UNVISITED = Listing(
    filters={
        "site_id": same_id(Elo.site_id, "Only at this site."),
        "partner_id": same_id(Elo.partner_id, "Only at this partner."),
        "updated_since": since(Elo.updated_at),
    },
    sorts={"created_at": Elo.created_at, "updated_at": Elo.updated_at},
).across_students()
OFF_CAMPUS = Listing(
    filters={
        "updated_since": since(EloTime.updated_at),
    },
    sorts={"begins": EloTime.begins, "updated_at": EloTime.updated_at},
).across_students()
