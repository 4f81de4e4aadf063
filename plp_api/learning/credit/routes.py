"""Routes of credit lines and appeals, and of the registrar's sheets."""

from typing import Any

from flask import Response

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.sheets import answer, are_wanted, documented
from plp_api.learning.credit import actions, appealing, sheets
from plp_api.learning.credit.listings import (
    APPEALS,
    APPEALS_OF_ELO,
    CREDIT_LINES,
    CREDIT_LINES_OF_ELO,
)
from plp_api.learning.credit.models import Appeal, CreditLine
from plp_api.learning.credit.schemas import (
    AppealActionFieldsSchema,
    AppealSchema,
    CreditLineActionFieldsSchema,
    CreditLinePatchSchema,
    CreditLineSchema,
    CreditSheetQuerySchema,
    CreditSheetSchema,
    EloSectionsQuerySchema,
    EloSectionsSchema,
)
from plp_api.learning.elos.models import Elo

blueprint = Blueprint("Credit", __name__, "Credit for ELOs, line by line, and appeals.")


@blueprint.route("/elos/<uuid:elo_id>/credit-lines")
@blueprint.requires(Permission.CREDIT_READ, Elo)
@blueprint.lists(CreditLineSchema, CREDIT_LINES_OF_ELO)
def list_credit_lines_of_elo(access: Access, elo: Elo) -> Any:
    """List the credit lines of an ELO, decided or not.

    The oldest comes first. A court order may deny the kind `credit` to a parent.
    """
    return access.beneath(elo, CreditLine)


@blueprint.route("/elos/<uuid:elo_id>/credit-lines", methods=["POST"])
@blueprint.requires(Permission.CREDIT_PROPOSE, Elo)
@blueprint.refuses(
    Code.ACTOR_IS_FAMILY, Code.ELO_CLOSED, Code.ACTION_UNAVAILABLE, Code.FRAMEWORK_ITEM_RETIRED
)
@blueprint.arguments(CreditLineSchema)
@blueprint.response(201, CreditLineSchema)
def propose_credit_line(access: Access, elo: Elo, fields: dict[str, Any]) -> CreditLine:
    """Propose credit for an ELO in one area.

    A coordinator of the school that runs it does, from the design on. Each line has a teacher of
    record of its own, of the ELO's team. It is elective until a coordinator attests (`attest`)
    that the teacher's licence covers the area.
    """
    return actions.propose(elo, access, **fields)


@blueprint.route("/credit-lines")
@blueprint.requires(Permission.CREDIT_READ)
@blueprint.lists(CreditLineSchema, CREDIT_LINES)
def list_credit_lines(access: Access) -> Any:
    """List the credit lines you may read, across students.

    A teacher of record finds theirs with `teacher_of_record_id` and `status=proposed`; a
    registrar takes `/reports/credit-lines` for the record.
    """
    return access.select(CreditLine)


@blueprint.route("/credit-lines/<uuid:credit_line_id>")
@blueprint.requires(Permission.CREDIT_READ, CreditLine)
@blueprint.response(200, CreditLineSchema)
def get_credit_line(access: Access, line: CreditLine) -> CreditLine:
    """Get a credit line, and the actions you may take now.

    Once every line of an ELO is decided and one is awarded, the ELO is `credit_awarded`.
    """
    return line


@blueprint.route("/credit-lines/<uuid:credit_line_id>", methods=["PATCH"])
@blueprint.requires(Permission.CREDIT_PROPOSE, CreditLine)
@blueprint.refuses(
    Code.ACTOR_IS_FAMILY,
    Code.ACTION_UNAVAILABLE,
    Code.ELO_CLOSED,
    Code.CREDIT_LINE_DECIDED,
    Code.FRAMEWORK_ITEM_RETIRED,
)
@blueprint.arguments(CreditLinePatchSchema)
@blueprint.response(200, CreditLineSchema)
def change_credit_line(access: Access, line: CreditLine, fields: dict[str, Any]) -> CreditLine:
    """Change a credit line that is not decided.

    With another area or teacher the attestation to the licence is taken back.
    """
    return actions.change(line, access, **fields)


@blueprint.route("/credit-lines/<uuid:credit_line_id>", methods=["DELETE"])
@blueprint.requires(Permission.CREDIT_PROPOSE, CreditLine)
@blueprint.refuses(
    Code.ACTOR_IS_FAMILY, Code.ACTION_UNAVAILABLE, Code.ELO_CLOSED, Code.CREDIT_LINE_DECIDED
)
@blueprint.response(204)
def remove_credit_line(access: Access, line: CreditLine) -> None:
    """Remove a credit line that is not decided.

    If all other lines are decided and one is awarded, the ELO is then `credit_awarded`.
    """
    actions.remove(line, access)


blueprint.actions("/credit-lines", CreditLine, CreditLineSchema, CreditLineActionFieldsSchema)


# Appeals.


@blueprint.route("/elos/<uuid:elo_id>/appeals")
@blueprint.requires(Permission.APPEALS_READ, Elo)
@blueprint.lists(AppealSchema, APPEALS_OF_ELO)
def list_appeals_of_elo(access: Access, elo: Elo) -> Any:
    """List the appeals about an ELO and its credit.

    The oldest comes first. A court order may deny the kind `appeals` to a parent.
    """
    return access.beneath(elo, Appeal)


@blueprint.route("/elos/<uuid:elo_id>/appeals", methods=["POST"])
@blueprint.requires(Permission.APPEALS_FILE, Elo)
@blueprint.refuses(Code.ACTION_UNAVAILABLE, Code.APPEAL_EXISTS)
@blueprint.arguments(AppealSchema)
@blueprint.response(201, AppealSchema)
def file_appeal(access: Access, elo: Elo, fields: dict[str, Any]) -> Appeal:
    """Appeal to the principal against the denial of an ELO, or a decision on its credit.

    The student may, and a parent who may decide. One appeal about a decision is open at a
    time (409 `appeal_exists`); once the principal decided it, there is no other here.
    """
    return appealing.file(elo, access, **fields)


@blueprint.route("/appeals")
@blueprint.requires(Permission.APPEALS_READ)
@blueprint.lists(AppealSchema, APPEALS)
def list_appeals(access: Access) -> Any:
    """List the appeals you may read, across students.

    A principal lists those that wait with `status=open`.
    """
    return access.select(Appeal)


@blueprint.route("/appeals/<uuid:appeal_id>")
@blueprint.requires(Permission.APPEALS_READ, Appeal)
@blueprint.response(200, AppealSchema)
def get_appeal(access: Access, appeal: Appeal) -> Appeal:
    """Get an appeal, and the actions you may take now.

    A school admin of the student's home school decides it: `uphold` lets the decision stand,
    `overturn` takes a denied ELO into its design, or awards the credit of the line. Nobody
    decides an appeal against what they decided.
    """
    return appeal


blueprint.actions("/appeals", Appeal, AppealSchema, AppealActionFieldsSchema)


# The registrar's sheets.


@blueprint.route("/reports/credit-lines")
@blueprint.requires(Permission.CREDIT_EXPORT)
@blueprint.arguments(CreditSheetQuerySchema, location="query")
@blueprint.tagged
@blueprint.response(200, CreditSheetSchema)
@blueprint.alt_response(200, **documented(sheets.CREDIT_COLUMNS), success=True)
def report_credit_lines(access: Access, query: dict[str, Any]) -> Response:
    """Report the credit of ELOs for the student information system.

    A row for each line that was decided from `since` to `until`; only awarded ones, unless
    `status` says otherwise. Send `Accept: text/csv` or `format=csv` for a table.
    """
    is_sheet = are_wanted(query.pop("format", None))
    document = sheets.lines(access, **query)
    return _sheet(access, "credit-lines", document, sheets.CREDIT_COLUMNS, is_sheet=is_sheet)


@blueprint.route("/reports/elo-sections")
@blueprint.requires(Permission.CREDIT_EXPORT)
@blueprint.arguments(EloSectionsQuerySchema, location="query")
@blueprint.tagged
@blueprint.response(200, EloSectionsSchema)
@blueprint.alt_response(200, **documented(sheets.SECTION_COLUMNS), success=True)
def report_elo_sections(access: Access, query: dict[str, Any]) -> Response:
    """Report ELOs as sections of the schedule, for the student information system.

    A row for each agreed ELO that runs from `since` to `until`, and for each line of its
    credit that is not denied; `elo_id` reports one ELO. `section_code` stays the same. Send
    `Accept: text/csv` or `format=csv` for a table.
    """
    is_sheet = are_wanted(query.pop("format", None))
    document = sheets.sections(access, **query)
    return _sheet(access, "elo-sections", document, sheets.SECTION_COLUMNS, is_sheet=is_sheet)


def _sheet(
    access: Access, name: str, document: dict[str, Any], columns: tuple[str, ...], *, is_sheet: bool
) -> Response:
    rows = sheets.table(document, columns) if is_sheet else None
    return answer(access, f"{name}-{document['until']}", document, columns, rows)
