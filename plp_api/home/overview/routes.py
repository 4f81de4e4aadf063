"""Routes of the overview: plans as a front end opens on them."""

from typing import Any
from uuid import UUID

from flask import Response, request

from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.concurrency import facts_tag, plain, polls, rights, unchanged
from plp_api.foundation.roster.models import Student
from plp_api.home.overview import listing, presenters
from plp_api.home.overview.schemas import EXPANDS, PlanDocumentSchema, PlanQuerySchema
from plp_api.planning.plans.models import Plan

blueprint = Blueprint("Overview", __name__, "Plans, put together as a front end opens on them.")


def _ask_plans(caller: Caller) -> Any:
    """What `list_plans` asks where nothing is asked for in particular."""
    return listing.ask(caller, is_plain=not request.args)


def _ask_plan(caller: Caller, plan_id: UUID) -> Any:
    """What `get_plan` asks; an unknown word of `expand` is refused by the view."""
    words = _words(request.args.get("expand", ""))
    return presenters.ask(caller, plan_id, [] if polls() else _in_order(words))


@blueprint.route("/plans")
@blueprint.requires(Permission.PLAN_STATUS_READ, ahead=_ask_plans)
@blueprint.arguments(listing.QUERY, location="query")
@blueprint.response(200, listing.PAGE)
def list_plans(access: Access, asked: dict[str, Any]) -> Response:
    """List plans with their standing: versions, signatures, this cycle's review.

    Status only, no content: an advisor's whole list in one call. Whoever may
    read a plan's content finds it at `/plans/{id}`.
    """
    page = listing.page(access, asked)
    return plain(page.document, headers=page.headers)


@blueprint.route("/plans/<uuid:plan_id>")
@blueprint.requires(Permission.PLANS_READ, Plan, ahead=_ask_plan)
@blueprint.arguments(PlanQuerySchema, location="query")
@blueprint.response(200, PlanDocumentSchema)
def get_plan(access: Access, plan_id: UUID, asked: dict[str, Any]) -> Response:
    """Get a plan with what you ask to be unfolded.

    `expand=goals,signatures` adds the goals with their steps and the
    signatures of the version in force, in one call. The ETag is weak, over
    everything beneath the plan: poll with If-None-Match.
    """
    return _shown(access, plan_id, asked)


@blueprint.route("/students/<uuid:student_id>/plan")
@blueprint.requires(Permission.PLANS_READ, Student)
@blueprint.arguments(PlanQuerySchema, location="query")
@blueprint.response(200, PlanDocumentSchema)
def get_plan_of_student(access: Access, student: Student, asked: dict[str, Any]) -> Response:
    """Get a student's plan, as `/plans/{id}` does."""
    return _shown(access, presenters.plan_of(student), asked)


def _shown(access: Access, plan_id: UUID, asked: dict[str, Any]) -> Response:
    """The document; where a tag is polled, what is unfolded waits until it proves stale."""
    unfold = _unfold(asked.get("expand", ""))
    is_polled = polls()
    head, parts = presenters.look(access, plan_id, [] if is_polled else unfold)
    tag = facts_tag([head, rights(access.reached(head["student_id"]))], access)
    if is_polled:
        if known := unchanged(tag):
            return known
        parts = presenters.unfolded(access, plan_id, unfold)
    return plain(presenters.document(access, head, parts), tag=tag)


def _unfold(expand: str) -> list[str]:
    """What is to be unfolded. Raises Problem(validation_failed) if unknown."""
    words = _words(expand)
    unknown = sorted(words - set(EXPANDS))
    if unknown:
        detail = f"Unknown: {', '.join(unknown)}. There is: {', '.join(EXPANDS)}."
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter="expand")])
    return _in_order(words)


def _words(expand: str) -> set[str]:
    return {word.strip() for word in expand.split(",") if word.strip()}


def _in_order(words: set[str]) -> list[str]:
    """One order, whatever order was asked in: what is asked ahead must answer what is asked."""
    return [word for word in EXPANDS if word in words]
