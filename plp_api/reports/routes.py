"""Routes of reports."""

from typing import Any

from flask import Response

from plp_api.access.permissions import Permission
from plp_api.access.rows import Access
from plp_api.reports import actions
from plp_api.reports.schemas import CoverageQuerySchema, CoverageSchema
from plp_api.rest import sheets
from plp_api.rest.blueprint import Blueprint
from plp_api.rest.concurrency import facts_tag, plain, unchanged

blueprint = Blueprint("Reports", __name__, "Counts over a district, as of any day.")
HEADER = ",".join(actions.COLUMNS) + "\r\n"
CSV = {"schema": {"type": "string"}, "content_type": sheets.MEDIA_TYPE, "example": HEADER}


@blueprint.route("/reports/coverage")
@blueprint.requires(Permission.COVERAGE_READ)
@blueprint.arguments(CoverageQuerySchema, location="query")
@blueprint.response(200, CoverageSchema)
@blueprint.alt_response(200, **CSV, success=True)
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
    tag = facts_tag([found, is_sheet], access)
    response = unchanged(tag) or (_sheet(found, tag) if is_sheet else plain(found, tag=tag))
    response.vary.add("Accept")
    return response


def _sheet(found: dict[str, Any], tag: str) -> Response:
    name = f"coverage-{found['as_of']}"
    response = sheets.sheet(actions.COLUMNS, actions.table(found), name)
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
