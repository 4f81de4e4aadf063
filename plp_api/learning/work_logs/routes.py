"""Routes of the log of an ELO, of the school's visits, and of who is off campus."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest import paging
from plp_api.foundation.rest.blueprint import Blueprint, page_schema
from plp_api.learning.elos.models import Elo
from plp_api.learning.work_logs import absences, actions, hours, off_campus, visits
from plp_api.learning.work_logs.listings import (
    ABSENCES,
    ABSENCES_OF_ELO,
    ENTRIES,
    ENTRIES_OF_ELO,
    OFF_CAMPUS,
    UNVISITED,
    VISITS,
    VISITS_OF_ELO,
)
from plp_api.learning.work_logs.models import Absence, LogEntry, SiteVisit
from plp_api.learning.work_logs.schemas import (
    AbsencePatchSchema,
    AbsenceSchema,
    EloHoursSchema,
    LogEntryActionFieldsSchema,
    LogEntryPatchSchema,
    LogEntrySchema,
    OffCampusQuerySchema,
    OffCampusSchema,
    SiteVisitPatchSchema,
    SiteVisitSchema,
    UnvisitedEloQuerySchema,
    UnvisitedEloSchema,
)

READ, WRITE = Permission.LOG_ENTRIES_READ, Permission.LOG_ENTRIES_WRITE
VERIFY = Permission.LOG_ENTRIES_VERIFY
READ_VISITS, WRITE_VISITS = Permission.SITE_VISITS_READ, Permission.SITE_VISITS_WRITE
NOT_RUNNING = (Code.ELO_CLOSED, Code.ELO_NOT_ACTIVE)
NOT_LOGGED = (*NOT_RUNNING, Code.DAY_OVERFULL, Code.FRAMEWORK_ITEM_RETIRED)

blueprint = Blueprint(
    "Work logs", __name__, "Hours of an ELO, absences, visits, and who is off campus."
)


@blueprint.route("/elos/<uuid:elo_id>/log-entries")
@blueprint.requires(READ, Elo)
@blueprint.lists(LogEntrySchema, ENTRIES_OF_ELO)
def list_log_entries_of_elo(access: Access, elo: Elo) -> Any:
    """List the log entries of an ELO, by day.

    Declined ones stay in the list; `status` leaves them out. For charts take
    `/elos/{id}/hours`.
    """
    return access.beneath(elo, LogEntry)


@blueprint.route("/elos/<uuid:elo_id>/log-entries", methods=["POST"])
@blueprint.requires(WRITE, Elo)
@blueprint.refuses(*NOT_LOGGED)
@blueprint.arguments(LogEntrySchema)
@blueprint.response(201, LogEntrySchema)
def add_log_entry(access: Access, elo: Elo, fields: dict[str, Any]) -> LogEntry:
    """Log hours of one day.

    Only the student may, while the ELO is active. A day may have several entries, of at
    most 24 hours in all, over all ELOs of the student; more get 409 `day_overfull`. The
    day is one of the ELO's, and not in the future. While the ELO is suspended, hours of
    the days before may still be logged. Where the work ran past midnight, add an entry
    for each day.
    """
    return actions.log(elo, access, **fields)


@blueprint.route("/log-entries")
@blueprint.requires(READ)
@blueprint.lists(LogEntrySchema, ENTRIES)
def list_log_entries(access: Access) -> Any:
    """List log entries that you may read, across ELOs and students.

    What waits to be verified is `status=pending`; `POST /log-entries/actions` verifies up
    to fifty at once.
    """
    return access.select(LogEntry)


@blueprint.route("/log-entries/<uuid:entry_id>")
@blueprint.requires(READ, LogEntry)
@blueprint.response(200, LogEntrySchema)
def get_log_entry(access: Access, entry: LogEntry) -> LogEntry:
    """Get a log entry, who verified or declined it, and the actions you may take now.

    A mentor, who has no account, stands in `mentor`, somebody of the school in
    `decided_by`.
    """
    return entry


@blueprint.route("/log-entries/<uuid:entry_id>", methods=["PATCH"])
@blueprint.requires(WRITE, LogEntry)
@blueprint.refuses(*NOT_LOGGED, Code.LOG_ENTRY_VERIFIED)
@blueprint.arguments(LogEntryPatchSchema)
@blueprint.response(200, LogEntrySchema)
def change_log_entry(access: Access, entry: LogEntry, fields: dict[str, Any]) -> LogEntry:
    """Change a log entry that nobody has verified.

    A declined one waits anew. A verified one gets 409 `log_entry_verified`: ask who
    verified it to correct or decline it.
    """
    return actions.change(entry, access, **fields)


@blueprint.route("/log-entries/<uuid:entry_id>", methods=["DELETE"])
@blueprint.requires(WRITE, LogEntry)
@blueprint.refuses(*NOT_RUNNING, Code.LOG_ENTRY_VERIFIED)
@blueprint.response(204)
def delete_log_entry(access: Access, entry: LogEntry) -> None:
    """Delete a log entry that nobody has verified."""
    actions.delete(entry, access)


blueprint.actions("/log-entries", LogEntry, LogEntrySchema, LogEntryActionFieldsSchema)


@blueprint.route("/elos/<uuid:elo_id>/hours")
@blueprint.requires(Permission.LOG_ENTRIES_READ_TOTALS, Elo)
@blueprint.response(200, EloHoursSchema)
def get_hours_of_elo(access: Access, elo: Elo) -> Any:
    """Get the hours of an ELO: verified, pending and declined, by week and by item.

    Verified minutes are as the verifier saw them. `notices` names the rules on paid work of
    minors that the hours went beyond; declined hours are no work there. An auditor reads
    the totals alone: `by_week`, `by_item` and `notices` are left out.
    """
    return hours.of(elo, access)


# Absences.


@blueprint.route("/elos/<uuid:elo_id>/absences")
@blueprint.requires(READ, Elo)
@blueprint.lists(AbsenceSchema, ABSENCES_OF_ELO)
def list_absences_of_elo(access: Access, elo: Elo) -> Any:
    """List the absences from the site of an ELO, by day.

    Announced ones are in the list too: their day is yet to come.
    """
    return access.beneath(elo, Absence)


@blueprint.route("/elos/<uuid:elo_id>/absences", methods=["POST"])
@blueprint.requires(VERIFY, Elo)
@blueprint.refuses(*NOT_RUNNING, Code.ABSENCE_EXISTS, Code.ACTOR_IS_FAMILY)
@blueprint.arguments(AbsenceSchema)
@blueprint.response(201, AbsenceSchema)
def record_absence(access: Access, elo: Elo, fields: dict[str, Any]) -> Absence:
    """Record a day on which the student is not on site.

    The coordinator and the ELO's team may. A day has one absence at most; a second gets
    409 `absence_exists` with the first as `existing`.
    """
    return absences.record(elo, access, **fields)


@blueprint.route("/elo-absences")
@blueprint.requires(READ)
@blueprint.lists(AbsenceSchema, ABSENCES)
def list_absences(access: Access) -> Any:
    """List absences from sites that you may read, across ELOs and students.

    For the office: `GET /off-campus` says who is expected where on a day.
    """
    return access.select(Absence)


@blueprint.route("/elo-absences/<uuid:absence_id>")
@blueprint.requires(READ, Absence)
@blueprint.response(200, AbsenceSchema)
def get_absence(access: Access, absence: Absence) -> Absence:
    """Get an absence.

    Whoever reads the log of the ELO reads its absences.
    """
    return absence


@blueprint.route("/elo-absences/<uuid:absence_id>", methods=["PATCH"])
@blueprint.requires(VERIFY, Absence)
@blueprint.refuses(*NOT_RUNNING, Code.ABSENCE_EXISTS, Code.ACTOR_IS_FAMILY)
@blueprint.arguments(AbsencePatchSchema)
@blueprint.response(200, AbsenceSchema)
def change_absence(access: Access, absence: Absence, fields: dict[str, Any]) -> Absence:
    """Correct an absence, or excuse it."""
    return absences.change(absence, access, **fields)


@blueprint.route("/elo-absences/<uuid:absence_id>", methods=["DELETE"])
@blueprint.requires(VERIFY, Absence)
@blueprint.refuses(*NOT_RUNNING, Code.ACTOR_IS_FAMILY)
@blueprint.response(204)
def delete_absence(access: Access, absence: Absence) -> None:
    """Delete an absence that was none."""
    absences.delete(absence, access)


# Visits.


@blueprint.route("/elos/<uuid:elo_id>/site-visits")
@blueprint.requires(READ_VISITS, Elo)
@blueprint.lists(SiteVisitSchema, VISITS_OF_ELO)
def list_site_visits_of_elo(access: Access, elo: Elo) -> Any:
    """List the visits of the school for an ELO, by day.

    Only staff read them, never the family.
    """
    return access.select(SiteVisit).where(SiteVisit.elo_id == elo.id)


@blueprint.route("/elos/<uuid:elo_id>/site-visits", methods=["POST"])
@blueprint.requires(WRITE_VISITS, Elo)
@blueprint.refuses(*NOT_RUNNING, Code.ACTOR_IS_FAMILY)
@blueprint.arguments(SiteVisitSchema)
@blueprint.response(201, SiteVisitSchema)
def record_site_visit(access: Access, elo: Elo, fields: dict[str, Any]) -> SiteVisit:
    """Record a visit at the site of an ELO.

    The coordinator records it, also for somebody of the ELO's team (`visited_by`). It
    counts for every ELO at the site (`/unvisited-elos`).
    """
    return visits.record(elo, access, **fields)


@blueprint.route("/site-visits")
@blueprint.requires(READ_VISITS)
@blueprint.lists(SiteVisitSchema, VISITS)
def list_site_visits(access: Access) -> Any:
    """List visits of the school that you may read, across ELOs and students.

    `GET /unvisited-elos` lists the ELOs whose site nobody has visited for some time.
    """
    return access.select(SiteVisit)


@blueprint.route("/site-visits/<uuid:visit_id>")
@blueprint.requires(READ_VISITS, SiteVisit)
@blueprint.response(200, SiteVisitSchema)
def get_site_visit(access: Access, visit: SiteVisit) -> SiteVisit:
    """Get a visit, with the site as it was when the visit was recorded.

    Only staff read it, never the family.
    """
    return visit


@blueprint.route("/site-visits/<uuid:visit_id>", methods=["PATCH"])
@blueprint.requires(WRITE_VISITS, SiteVisit)
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.arguments(SiteVisitPatchSchema)
@blueprint.response(200, SiteVisitSchema)
def change_site_visit(access: Access, visit: SiteVisit, fields: dict[str, Any]) -> SiteVisit:
    """Correct a visit."""
    return visits.change(visit, access, **fields)


@blueprint.route("/site-visits/<uuid:visit_id>", methods=["DELETE"])
@blueprint.requires(WRITE_VISITS, SiteVisit)
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.response(204)
def delete_site_visit(access: Access, visit: SiteVisit) -> None:
    """Delete a visit that was entered by mistake."""
    visits.delete(visit, access)


@blueprint.route("/unvisited-elos")
@blueprint.requires(READ_VISITS)
@blueprint.arguments(UnvisitedEloQuerySchema, location="query")
@blueprint.response(200, page_schema("UnvisitedElo", UnvisitedEloSchema))
def list_unvisited_elos(access: Access, query: dict[str, Any]) -> paging.Page:
    """List active ELOs whose site nobody of the school visited for `days` days (30).

    A visit counts for all students at the site. An ELO that began later is left out, and
    so is one without a site.
    """
    unvisited = visits.unvisited(access, query.pop("days"))
    return paging.page(unvisited, UNVISITED, query, access)


@blueprint.route("/off-campus")
@blueprint.requires(Permission.OFF_CAMPUS_READ)
@blueprint.arguments(OffCampusQuerySchema, location="query")
@blueprint.response(200, page_schema("OffCampus", OffCampusSchema))
def list_students_off_campus(access: Access, query: dict[str, Any]) -> paging.Page:
    """List who is off campus on a day, when and where, by the weekly times of active ELOs.

    For the office. A student with two times on the day has two rows. A recorded absence
    from the site shows as `is_absent`, an ELO that may not go on today as `is_running`
    false: ask where the student is. Days without school are not known here. Of another
    day it says what the ELOs that are active now have in their week.
    """
    on = query.pop("on", access.caller.today)
    page = paging.page(off_campus.expected(access, on), OFF_CAMPUS, query, access)
    off_campus.describe(page.items, on, access)
    return page
