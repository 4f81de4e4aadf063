"""Routes of reports."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from plp_api.accountability.reports import actions, ledger
from plp_api.accountability.reports.schemas import (
    CoverageQuerySchema,
    CoverageSchema,
    DualEnrollmentQuerySchema,
    DualEnrollmentSchema,
)
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest import sheets
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.concurrency import facts_tag, plain, unchanged

blueprint = Blueprint("Reports", __name__, "Counts over a district, as of any day.")


def _csv(columns: Sequence[str]) -> dict[str, Any]:
    """How a sheet of these columns is documented."""
    header = ",".join(columns) + "\r\n"
    return {"schema": {"type": "string"}, "content_type": sheets.MEDIA_TYPE, "example": header}


@blueprint.route("/reports/coverage")
@blueprint.requires(Permission.COVERAGE_READ)
@blueprint.arguments(CoverageQuerySchema, location="query")
@blueprint.response(200, CoverageSchema)
@blueprint.alt_response(200, **_csv(actions.COLUMNS), success=True)
def report_coverage(access: Access, asked: dict[str, Any]) -> Response:
    """Report who has a current plan, by school, grade and advisor, as of any day.

    Every number is worked out from dated facts, so a past day is told as it
    was. Counted are the students enrolled in grades 7-12 on that day (home
    study stands outside); each is exactly one of current, excepted, overdue
    and due. Signatures are counted apart, of the version in force on the day.
    A student with two advisors counts under each, and once in the total.

    Of students whose plan status you may not read one by one, today or then by
    what you hold today, you see no number below 11. Such a number is null, and
    so are others from which it could be worked out; `is_suppressed` says that
    something in the row is. Where you may see each student of a group, its
    numbers are plain.

    `Accept: text/csv` or `format=csv` answers a table, its total in the last
    line.
    """
    is_sheet = sheets.are_wanted(asked.pop("format", None))
    wanted = {"as_of": None, "school_id": None, "grade": None, "advisor_id": None, **asked}
    found = actions.report(access, actions.question(access, **wanted))
    return _answer(access, "coverage", found, actions if is_sheet else None)


@blueprint.route("/reports/dual-enrollment")
@blueprint.requires(Permission.COVERAGE_READ)
@blueprint.arguments(DualEnrollmentQuerySchema, location="query")
@blueprint.response(200, DualEnrollmentSchema)
@blueprint.alt_response(200, **_csv(ledger.COLUMNS), success=True)
def report_dual_enrollment(access: Access, asked: dict[str, Any]) -> Response:
    """Report the district's dual-enrollment courses, for January: who used how many of the two.

    It tells of persons: it holds the students whose pathway elements you may
    read, and no others, whatever the numbers are of. `used_0`, `used_1` and
    `used_2` count the courses that the State pays for over all years, versions
    and schools (16 V.S.A. 944); `courses` are those that begin in the school
    year and were approved by the day, each with whether that was before it
    began.

    `Accept: text/csv` or `format=csv` answers the courses as a table.
    """
    is_sheet = sheets.are_wanted(asked.pop("format", None))
    wanted = {"as_of": None, "school_year": None, "school_id": None, **asked}
    found = ledger.report(access, **wanted)
    return _answer(access, "dual-enrollment", found, ledger if is_sheet else None)


def _answer(access: Access, name: str, found: dict[str, Any], as_sheet: Any) -> Response:
    """A report as JSON, or as the table that the module `as_sheet` makes of it."""
    tag = facts_tag([found, as_sheet is not None], access)
    response = unchanged(tag)
    if response is None and as_sheet is None:
        response = plain(found, tag=tag)
    elif response is None:
        response = _sheet(f"{name}-{found['as_of']}", as_sheet.COLUMNS, as_sheet.table(found), tag)
    response.vary.add("Accept")
    return response


def _sheet(name: str, columns: Sequence[str], rows: Any, tag: str) -> Response:
    response = sheets.sheet(columns, rows, name)
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
