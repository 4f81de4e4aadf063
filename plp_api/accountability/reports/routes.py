"""Routes of reports."""

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

blueprint = Blueprint("Reports", __name__, "Counts over a district, as of any day.")


@blueprint.route("/reports/coverage")
@blueprint.requires(Permission.COVERAGE_READ)
@blueprint.arguments(CoverageQuerySchema, location="query")
@blueprint.tagged
@blueprint.response(200, CoverageSchema)
@blueprint.alt_response(200, **sheets.documented(actions.COLUMNS), success=True)
def report_coverage(access: Access, query: dict[str, Any]) -> Response:
    """Report who has a current plan, by school, grade and advisor, as of any day.

    Every number is computed from dated records, so that the report of a past
    day stays the same. It counts the students enrolled in grades 7-12 on that
    day, without home study; each is exactly one of current, excepted, overdue
    and due. Signatures are counted separately, for the version in force on the
    day. A student with two advisors counts under each, and once in the total.

    Numbers below 11 are hidden if they are about students whose plan status you
    may not read one by one (neither today nor, with today's appointments, on the
    day itself). A hidden number is null, and so are other numbers from which it
    could be computed; `is_suppressed` is true if a number of the row is hidden.
    If you may read every student of a group, nothing in it is hidden.

    Send `Accept: text/csv` or `format=csv` for a table; its last line is the
    total.
    """
    is_sheet = sheets.are_wanted(query.pop("format", None))
    wanted = {"as_of": None, "school_id": None, "grade": None, "advisor_id": None, **query}
    document = actions.report(access, actions.question(access, **wanted))
    return _answer(access, "coverage", document, actions if is_sheet else None)


@blueprint.route("/reports/dual-enrollment")
@blueprint.requires(Permission.COVERAGE_READ)
@blueprint.arguments(DualEnrollmentQuerySchema, location="query")
@blueprint.tagged
@blueprint.response(200, DualEnrollmentSchema)
@blueprint.alt_response(200, **sheets.documented(ledger.COLUMNS), success=True)
def report_dual_enrollment(access: Access, query: dict[str, Any]) -> Response:
    """Report the district's dual-enrollment courses, as the state asks for in January.

    The report names students, so it includes only students whose pathway
    elements you may read, in its numbers too. `used_0`, `used_1` and `used_2`
    are the numbers of students who used none, one or both of the two courses
    that the state pays for, over all years, versions and schools (16 V.S.A.
    944). `courses` are those that begin in the school year and were approved by
    the day; each says whether it was approved before it began.

    Send `Accept: text/csv` or `format=csv` for the courses as a table.
    """
    is_sheet = sheets.are_wanted(query.pop("format", None))
    wanted = {"as_of": None, "school_year": None, "school_id": None, **query}
    document = ledger.report(access, **wanted)
    return _answer(access, "dual-enrollment", document, ledger if is_sheet else None)


def _answer(access: Access, name: str, document: dict[str, Any], as_sheet: Any) -> Response:
    """The report as JSON, or as the table of the module `as_sheet`."""
    columns, rows = ((), None) if as_sheet is None else (as_sheet.COLUMNS, as_sheet.table(document))
    return sheets.answer(access, f"{name}-{document['as_of']}", document, columns, rows)
