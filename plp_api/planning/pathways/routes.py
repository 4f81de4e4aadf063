"""Routes of pathway elements, and of a student's ledger of courses that the state pays for."""

from typing import Any

from plp_api.catalog.item_links.routes import by_item, serve_links
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments.routes import serve as serve_comments
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, on_or_before, one_of, same_id, search, since
from plp_api.foundation.roster.models import Student
from plp_api.planning.pathways import actions, elsewhere, vouchers
from plp_api.planning.pathways.models import Funding, PathwayElement, PathwayStatus, PathwayType
from plp_api.planning.pathways.schemas import (
    CourseTakenElsewhereSchema,
    PathwayElementActionFieldsSchema,
    PathwayElementPatchSchema,
    PathwayElementSchema,
    PathwayLedgerSchema,
)
from plp_api.planning.plans.models import Plan

blueprint = Blueprint(
    "Pathways", __name__, "Dual enrollment, early college, CTE and other planned ways of learning."
)

OF_PLAN = {
    "type": one_of(PathwayElement.type, PathwayType, "Only elements of these types."),
    "status": one_of(PathwayElement.status, PathwayStatus, "Only elements in these states."),
    "funding": one_of(PathwayElement.funding, Funding, "Only with this funding."),
    "starts_by": on_or_before(PathwayElement.starts_on, "Only if it begins that day or earlier."),
    "framework_item_id": by_item(PathwayElement),
    "updated_since": since(PathwayElement.updated_at),
    "q": search(PathwayElement.title, PathwayElement.course_code, PathwayElement.provider_name),
}
ELEMENTS_OF_PLAN = Listing(
    filters=OF_PLAN,
    sorts={"created_at": PathwayElement.created_at, "updated_at": PathwayElement.updated_at},
)
ELEMENTS = Listing(
    filters={
        **OF_PLAN,
        "plan_id": same_id(PathwayElement.plan_id, "Only this plan's."),
    },
    sorts={"updated_at": PathwayElement.updated_at, "created_at": PathwayElement.created_at},
)


@blueprint.route("/plans/<uuid:plan_id>/pathway-elements")
@blueprint.requires(Permission.PATHWAYS_READ, Plan)
@blueprint.lists(PathwayElementSchema, ELEMENTS_OF_PLAN)
def list_pathway_elements_of_plan(access: Access, plan: Plan) -> Any:
    """List the pathway elements of one plan, including those that ended.

    Whoever does not reach the plan gets 404. Filter by `status` to leave out the
    elements that ended.
    """
    return access.beneath(plan, PathwayElement)


@blueprint.route("/plans/<uuid:plan_id>/pathway-elements", methods=["POST"])
@blueprint.requires(Permission.PATHWAYS_WRITE, Plan)
@blueprint.refuses(Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY, Code.PERSON_IS_STUDENT)
@blueprint.arguments(PathwayElementSchema)
@blueprint.response(201, PathwayElementSchema)
def plan_pathway_element(access: Access, plan: Plan, fields: dict[str, Any]) -> PathwayElement:
    """Plan a pathway element.

    Only `type` and `title` are required now; the law's conditions are checked by
    `approve`. The person who planned an element cannot approve it.
    """
    return actions.add(plan, access, **fields)


@blueprint.route("/plans/<uuid:plan_id>/courses-taken-elsewhere", methods=["POST"])
@blueprint.requires(Permission.PATHWAYS_RECORD, Plan)
@blueprint.refuses(Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY)
@blueprint.arguments(CourseTakenElsewhereSchema)
@blueprint.response(201, PathwayElementSchema)
def record_course_taken_elsewhere(
    access: Access, plan: Plan, fields: dict[str, Any]
) -> PathwayElement:
    """Record a dual-enrollment course that the state paid for before the student came.

    The conditions for approval are not checked, because the course took place.
    It counts as one of the two courses from its first day, in the ledger and for
    the next approval (16 V.S.A. 944). The answer is a pathway element with
    `taken_elsewhere_at`: `completed`, or `enrolled` while it runs. It is in no
    version of the plan. To undo a mistake, send the action `strike`.
    """
    return elsewhere.record(plan, access, **fields)


@blueprint.route("/pathway-elements")
@blueprint.requires(Permission.PATHWAYS_READ)
@blueprint.lists(PathwayElementSchema, ELEMENTS)
def list_pathway_elements(access: Access) -> Any:
    """List pathway elements you may read, across students.

    A counselor lists the elements that wait for approval with `status=planned`,
    and answers up to fifty in one `POST /pathway-elements/actions`.
    """
    return access.select(PathwayElement)


@blueprint.route("/pathway-elements/<uuid:pathway_element_id>")
@blueprint.requires(Permission.PATHWAYS_READ, PathwayElement)
@blueprint.response(200, PathwayElementSchema)
def get_pathway_element(access: Access, element: PathwayElement) -> PathwayElement:
    """Get a pathway element, with the actions you may take on it now.

    `available_actions` depends on who asks and on the day; take one of them with `POST
    /pathway-elements/{id}/actions`. Send the ETag as If-Match with a change.
    """
    return element


@blueprint.route("/pathway-elements/<uuid:pathway_element_id>", methods=["PATCH"])
@blueprint.requires(Permission.PATHWAYS_WRITE, PathwayElement)
@blueprint.refuses(
    Code.ELEMENT_FIXED, Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY, Code.PERSON_IS_STUDENT
)
@blueprint.arguments(PathwayElementPatchSchema)
@blueprint.response(200, PathwayElementSchema)
def revise_pathway_element(
    access: Access, element: PathwayElement, fields: dict[str, Any]
) -> PathwayElement:
    """Revise a planned element.

    A change of the course, its provider or its first day clears the readiness
    that the two schools confirmed. After approval, only the counselor can change
    it, and only `course_code`, `location`, `term` and `ends_on`; for any other
    change, withdraw it and plan a new one.
    """
    return actions.revise(element, access, **fields)


@blueprint.route("/pathway-elements/<uuid:pathway_element_id>", methods=["DELETE"])
@blueprint.requires(Permission.PATHWAYS_WRITE, PathwayElement)
@blueprint.refuses(Code.ELEMENT_RELIED_ON, Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY)
@blueprint.response(204)
def delete_pathway_element(access: Access, element: PathwayElement) -> None:
    """Delete a planned element that was never returned or commented on.

    To end any other element, send the action `withdraw`.
    """
    actions.delete(element, access)


blueprint.actions(
    "/pathway-elements", PathwayElement, PathwayElementSchema, PathwayElementActionFieldsSchema
)
serve_comments(
    blueprint,
    "/pathway-elements",
    PathwayElement,
    read=Permission.PATHWAYS_READ,
    write=Permission.PATHWAYS_COMMENT,
)
serve_links(
    blueprint,
    "/pathway-elements",
    PathwayElement,
    read=Permission.PATHWAYS_READ,
    write=Permission.PATHWAYS_WRITE,
    change=actions.change_links,
    counts=PathwayElement.status != PathwayStatus.WITHDRAWN,
    refuses=(Code.ELEMENT_FIXED, Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY),
)


@blueprint.route("/students/<uuid:student_id>/pathway-ledger")
@blueprint.requires(Permission.PATHWAYS_READ, Student)
@blueprint.response(200, PathwayLedgerSchema)
def get_pathway_ledger(access: Access, student: Student) -> dict[str, Any]:
    """Get a student's dual-enrollment courses, and how many the state has paid for.

    The state pays for at most two. All versions of the plan, all schools and
    summers count (16 V.S.A. 944). A course counts from its approval, a course
    taken elsewhere from its first day. After a withdrawal it counts only if its
    voucher was used.
    """
    return vouchers.ledger(student.id, access.caller.today)
