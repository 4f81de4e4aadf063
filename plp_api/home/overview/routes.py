"""Routes of the overview: plans with everything that a front end's first page shows."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Response, request

from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.concurrency import facts_tag, plain, polls, rights, unchanged
from plp_api.foundation.rest.fields import listed
from plp_api.foundation.roster.models import Student
from plp_api.home.overview import listing, presenters
from plp_api.home.overview.schemas import EXPANDS, PlanDocumentSchema, PlanQuerySchema
from plp_api.planning.plans.models import Plan

blueprint = Blueprint("Overview", __name__, "Plans with all that a front end's first page shows.")


def _ask_plans(caller: Caller) -> Any:
    """The queries that `list_plans` runs ahead if the request has no parameters."""
    return listing.ask(caller, is_plain=not request.args)


def _ask_plan(caller: Caller, plan_id: UUID) -> Any:
    """The queries that `get_plan` runs ahead; the view rejects unknown words in `expand`."""
    words = listed(request.args.getlist("expand"))
    return presenters.ask(caller, plan_id, [] if polls() else _in_order(words))


@blueprint.route("/plans")
@blueprint.requires(Permission.PLAN_STATUS_READ, ahead=_ask_plans)
@blueprint.arguments(listing.QUERY, location="query")
@blueprint.response(200, listing.PAGE)
def list_plans(access: Access, query: dict[str, Any]) -> Response:
    """List plans with their status: versions, signatures, this cycle's review.

    An advisor gets their whole list in one call. It has no content of plans:
    read that at `/plans/{id}`.
    """
    page = listing.page(access, query)
    return plain(page.document, headers=page.headers)


@blueprint.route("/plans/<uuid:plan_id>")
@blueprint.requires(Permission.PLANS_READ, Plan, ahead=_ask_plan)
@blueprint.arguments(PlanQuerySchema, location="query")
@blueprint.response(200, PlanDocumentSchema)
def get_plan(access: Access, plan_id: UUID, query: dict[str, Any]) -> Response:
    """Get a plan, with the parts named in `expand`.

    `expand=goals,signatures` adds the goals with their steps and the
    signatures of the version in force, in one call; `elos` adds the ELOs with their hours,
    `template` the questions that the sections answer. The ETag is weak and covers
    everything that belongs to the plan: poll with If-None-Match.
    """
    return _shown(access, plan_id, query)


@blueprint.route("/students/<uuid:student_id>/plan")
@blueprint.requires(Permission.PLANS_READ, Student)
@blueprint.arguments(PlanQuerySchema, location="query")
@blueprint.response(200, PlanDocumentSchema)
def get_plan_of_student(access: Access, student: Student, query: dict[str, Any]) -> Response:
    """Get a student's plan, as `/plans/{id}` does.

    404 where the student has no plan yet, or is out of your reach. `expand` unfolds the
    same parts.
    """
    return _shown(access, presenters.plan_of(student), query)


def _shown(access: Access, plan_id: UUID, query: dict[str, Any]) -> Response:
    """The document. If the client polls with an ETag, load the parts only if it is stale."""
    unfold = _in_order(query["expand"])
    is_polled = polls()
    head, parts = presenters.look(access, plan_id, [] if is_polled else unfold)
    tag = facts_tag([head, rights(access.reached(head["student_id"]))], access)
    if is_polled:
        if known := unchanged(tag):
            return known
        parts = presenters.unfolded(access, plan_id, unfold)
    return plain(presenters.document(access, head, parts), tag=tag)


def _in_order(words: Collection[str]) -> list[str]:
    """The words in a fixed order, because the queries run ahead and the view must agree on it."""
    return [word for word in EXPANDS if word in words]
