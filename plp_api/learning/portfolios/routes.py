"""Routes of portfolios, their entries, and of answers to calls for work."""

from typing import Any
from uuid import UUID

from plp_api.catalog.portfolio_templates.models import PortfolioTemplate
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest import paging
from plp_api.foundation.rest.blueprint import Blueprint, page_schema
from plp_api.foundation.roster.models import Student
from plp_api.learning.calls.models import CallRecipient
from plp_api.learning.calls.schemas import CallRecipientSchema
from plp_api.learning.portfolios import actions, answering, listings
from plp_api.learning.portfolios.listings import BEGINNERS, PORTFOLIOS, PORTFOLIOS_OF_STUDENT
from plp_api.learning.portfolios.models import Portfolio, PortfolioEntry
from plp_api.learning.portfolios.schemas import (
    CallAnswerSchema,
    PortfolioEntryPatchSchema,
    PortfolioEntrySchema,
    PortfolioMoveSchema,
    PortfolioSchema,
    StudentWithoutPortfolioSchema,
)

blueprint = Blueprint(
    "Portfolios", __name__, "A student's artifacts in the slots of a template, and its gaps."
)
NOT_KEPT = (Code.ARTIFACT_IS_DRAFT, Code.ARTIFACT_ARCHIVED)


@blueprint.route("/portfolios")
@blueprint.requires(Permission.ARTIFACTS_READ)
@blueprint.lists(PortfolioSchema, PORTFOLIOS)
def list_portfolios(access: Access) -> Any:
    """List the portfolios you may read, across students, each with its gaps.

    An advisor lists whose portfolio lacks artifacts with `has_gaps=true&advisor_id=…`.
    Who has not begun one is in `/portfolio-templates/{id}/students-without-portfolio`.
    """
    return access.select(Portfolio)


@blueprint.route("/portfolio-templates/<uuid:template_id>/students-without-portfolio")
@blueprint.requires(Permission.SETTINGS_READ, PortfolioTemplate, also=Permission.ARTIFACTS_READ)
@blueprint.arguments(BEGINNERS.query_schema("StudentWithoutPortfolioQuery"), location="query")
@blueprint.response(200, page_schema("StudentWithoutPortfolio", StudentWithoutPortfolioSchema))
def list_students_without_portfolio(
    access: Access, template: PortfolioTemplate, query: dict[str, Any]
) -> paging.Page:
    """List the students to whom a template is offered, and who have begun no portfolio by it.

    Of the students whose artifacts you may read: those enrolled today, at the template's
    school and in its grades. A portfolio by any of its editions counts as begun.
    """
    return paging.page(listings.without_portfolio(template, access), BEGINNERS, query, access)


@blueprint.route("/students/<uuid:student_id>/portfolios")
@blueprint.requires(Permission.ARTIFACTS_READ, Student)
@blueprint.lists(PortfolioSchema, PORTFOLIOS_OF_STUDENT)
def list_portfolios_of_student(access: Access, student: Student) -> Any:
    """List the portfolios of a student, oldest first.

    A court order may deny the kind `artifacts` to a parent, and with it these.
    """
    return access.select(Portfolio).where(Portfolio.student_id == student.id)


@blueprint.route("/students/<uuid:student_id>/portfolios", methods=["POST"])
@blueprint.requires(Permission.ARTIFACTS_WRITE, Student)
@blueprint.refuses(Code.PORTFOLIO_EXISTS)
@blueprint.arguments(PortfolioSchema)
@blueprint.response(201, PortfolioSchema)
def begin_portfolio(access: Access, student: Student, fields: dict[str, Any]) -> Portfolio:
    """Begin a portfolio by a template.

    Only the student may, once for each template. Choose from
    `/portfolio-templates?status=published&for_grade=…`.
    """
    return actions.begin(student, access, **fields)


@blueprint.route("/portfolios/<uuid:portfolio_id>")
@blueprint.requires(Permission.ARTIFACTS_READ, Portfolio)
@blueprint.response(200, PortfolioSchema)
def get_portfolio(access: Access, portfolio: Portfolio) -> Portfolio:
    """Get a portfolio: its slots in their order, the artifacts in each, and what is missing.

    Only kept artifacts stand in it. One that was archived leaves a gap, and is back in its
    place when it is restored.
    """
    return portfolio


@blueprint.route("/portfolios/<uuid:portfolio_id>", methods=["DELETE"])
@blueprint.requires(Permission.ARTIFACTS_WRITE, Portfolio)
@blueprint.response(204)
def delete_portfolio(access: Access, portfolio: Portfolio) -> None:
    """Delete a portfolio.

    Its artifacts stay, and answer calls and stand in showcases as before.
    """
    actions.delete(portfolio, access)


@blueprint.route("/portfolios/<uuid:portfolio_id>/template", methods=["PUT"])
@blueprint.requires(Permission.ARTIFACTS_WRITE, Portfolio)
@blueprint.refuses(Code.PORTFOLIO_EXISTS)
@blueprint.arguments(PortfolioMoveSchema)
@blueprint.response(200, PortfolioSchema)
def move_portfolio(access: Access, portfolio: Portfolio, fields: dict[str, UUID]) -> Portfolio:
    """Keep a portfolio by the newest edition of its template.

    Every artifact stays in the slot of the same key. Where a slot that has artifacts is
    gone, it is refused and names the slot.
    """
    return actions.move(portfolio, access, **fields)


@blueprint.route("/portfolios/<uuid:portfolio_id>/entries", methods=["POST"])
@blueprint.requires(Permission.ARTIFACTS_WRITE, Portfolio)
@blueprint.refuses(*NOT_KEPT, Code.PORTFOLIO_ENTRY_EXISTS, Code.PORTFOLIO_SLOT_FULL)
@blueprint.arguments(PortfolioEntrySchema)
@blueprint.response(201, PortfolioEntrySchema)
def add_portfolio_entry(
    access: Access, portfolio: Portfolio, fields: dict[str, Any]
) -> PortfolioEntry:
    """Put an artifact into a slot, behind those that are there.

    Only the student may, with kept artifacts of their own. One artifact may stand in
    several slots.
    """
    return actions.add_entry(portfolio, access, **fields)


@blueprint.route("/portfolio-entries/<uuid:entry_id>")
@blueprint.requires(Permission.ARTIFACTS_READ, PortfolioEntry)
@blueprint.response(200, PortfolioEntrySchema)
def get_portfolio_entry(access: Access, entry: PortfolioEntry) -> PortfolioEntry:
    """Get an entry of a portfolio.

    It is there also where its artifact was archived since, and the portfolio shows a gap.
    """
    return entry


@blueprint.route("/portfolio-entries/<uuid:entry_id>", methods=["PATCH"])
@blueprint.requires(Permission.ARTIFACTS_WRITE, PortfolioEntry)
@blueprint.refuses(*NOT_KEPT, Code.PORTFOLIO_ENTRY_EXISTS, Code.PORTFOLIO_SLOT_FULL)
@blueprint.arguments(PortfolioEntryPatchSchema)
@blueprint.response(200, PortfolioEntrySchema)
def change_portfolio_entry(
    access: Access, entry: PortfolioEntry, fields: dict[str, Any]
) -> PortfolioEntry:
    """Change the words on an artifact, its place, or its slot."""
    return actions.change_entry(entry, access, **fields)


@blueprint.route("/portfolio-entries/<uuid:entry_id>", methods=["DELETE"])
@blueprint.requires(Permission.ARTIFACTS_WRITE, PortfolioEntry)
@blueprint.response(204)
def remove_portfolio_entry(access: Access, entry: PortfolioEntry) -> None:
    """Take an artifact out of its slot.

    The artifact stays, also in other slots.
    """
    actions.remove_entry(entry, access)


@blueprint.route("/call-recipients/<uuid:recipient_id>/answer", methods=["PUT"])
@blueprint.requires(Permission.ARTIFACTS_WRITE, CallRecipient)
@blueprint.refuses(*NOT_KEPT, Code.CALL_ANSWERED, Code.CALL_CLOSED)
@blueprint.arguments(CallAnswerSchema)
@blueprint.response(200, CallRecipientSchema)
def answer_call(access: Access, recipient: CallRecipient, fields: dict[str, UUID]) -> CallRecipient:
    """Hand in an artifact that answers a call for work, instead of what was handed in before.

    Only the student may. Whoever called reads the artifact from then on, with all its
    versions and reflections, and what others say of it, until it is taken back, and learns
    of it in their inbox. An artifact answers one call. Late work is taken as long as the call
    is open.

    After the call was closed, whoever called reads the artifact for 14 days; but once you
    change it, add to it or put it away, they read it no more. Both hold where they read
    it by nothing else, as a teacher does; reopening the call lets them read again.
    """
    return answering.answer(recipient, access, **fields)


@blueprint.route("/call-recipients/<uuid:recipient_id>/answer", methods=["DELETE"])
@blueprint.requires(Permission.ARTIFACTS_WRITE, CallRecipient)
@blueprint.refuses(Code.CALL_CLOSED)
@blueprint.response(204)
def take_answer_back(access: Access, recipient: CallRecipient) -> None:
    """Take the answer to a call back, while the call is open.

    The artifact stays the student's own; whoever called no longer reads it for the call.
    404 if nothing was handed in.
    """
    answering.take_back(recipient, access)
