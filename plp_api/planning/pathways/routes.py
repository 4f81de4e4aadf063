"""Routes of pathway elements, and of a student's ledger of courses that the state pays for."""

from typing import Any

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
    "Pathways", __name__, "Dual enrollment, early college, CTE and the other planned ways."
)

OF_PLAN = {
    "type": one_of(PathwayElement.type, PathwayType, "Only elements of these types."),
    "status": one_of(PathwayElement.status, PathwayStatus, "Only elements in these states."),
    "funding": one_of(PathwayElement.funding, Funding, "Only what these pay for."),
    "starts_by": on_or_before(PathwayElement.starts_on, "Only what begins that day or earlier."),
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
        "student_id": same_id(PathwayElement.student_id, "Only this student's."),
        "plan_id": same_id(PathwayElement.plan_id, "Only this plan's."),
    },
    sorts={"updated_at": PathwayElement.updated_at, "created_at": PathwayElement.created_at},
)


@blueprint.route("/plans/<uuid:plan_id>/pathway-elements")
@blueprint.requires(Permission.PATHWAYS_READ, Plan)
@blueprint.lists(PathwayElementSchema, ELEMENTS_OF_PLAN)
def list_pathway_elements_of_plan(access: Access, plan: Plan) -> Any:
    """List the pathway elements of one plan, those that ended included."""
    return access.beneath(plan, PathwayElement)


@blueprint.route("/plans/<uuid:plan_id>/pathway-elements", methods=["POST"])
@blueprint.requires(Permission.PATHWAYS_WRITE, Plan)
@blueprint.refuses(Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY, Code.PERSON_IS_STUDENT)
@blueprint.arguments(PathwayElementSchema)
@blueprint.response(201, PathwayElementSchema)
def plan_pathway_element(access: Access, plan: Plan, fields: dict[str, Any]) -> PathwayElement:
    """Plan a pathway element.

    Only `type` and `title` are needed now; what the law asks for is asked at
    `approve`. Somebody else than who planned it approves it.
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
    """Record a dual-enrollment course that the State paid for before the student came.

    It passes none of the gates, for it happened; it counts as one of the two
    courses from its first day, in the ledger and for the next approval (16 V.S.A.
    944). The answer is a pathway element with `taken_elsewhere_at`: `completed`,
    or `enrolled` while it runs. It stands in no version of the plan. A mistake is
    taken back by the action `strike`.
    """
    return elsewhere.record(plan, access, **fields)


@blueprint.route("/pathway-elements")
@blueprint.requires(Permission.PATHWAYS_READ)
@blueprint.lists(PathwayElementSchema, ELEMENTS)
def list_pathway_elements(access: Access) -> Any:
    """List pathway elements across the students you reach.

    What waits for a counselor: `status=planned`; up to fifty are answered in one
    `POST /pathway-elements/actions`.
    """
    return access.select(PathwayElement)


@blueprint.route("/pathway-elements/<uuid:pathway_element_id>")
@blueprint.requires(Permission.PATHWAYS_READ, PathwayElement)
@blueprint.response(200, PathwayElementSchema)
def get_pathway_element(access: Access, element: PathwayElement) -> PathwayElement:
    """Get a pathway element, with what you may do with it now."""
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

    Another course, provider or beginning takes back what the two schools said of
    the student's readiness. Once approved, only `course_code`, `location`,
    `term` and `ends_on` change, by the counselor; for anything else withdraw it,
    and plan it anew.
    """
    return actions.revise(element, access, **fields)


@blueprint.route("/pathway-elements/<uuid:pathway_element_id>", methods=["DELETE"])
@blueprint.requires(Permission.PATHWAYS_WRITE, PathwayElement)
@blueprint.refuses(Code.ELEMENT_RELIED_ON, Code.PLAN_CLOSED, Code.ACTOR_IS_FAMILY)
@blueprint.response(204)
def delete_pathway_element(access: Access, element: PathwayElement) -> None:
    """Delete a planned element that nobody has relied on.

    Once it was approved, given back or commented on, `withdraw` ends it instead.
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


@blueprint.route("/students/<uuid:student_id>/pathway-ledger")
@blueprint.requires(Permission.PATHWAYS_READ, Student)
@blueprint.response(200, PathwayLedgerSchema)
def get_pathway_ledger(access: Access, student: Student) -> dict[str, Any]:
    """Get a student's dual-enrollment courses, and how many the state has paid for.

    At most two, counted over all versions of the plan and all schools, summer
    included (16 V.S.A. 944). A course counts from its approval, one taken
    elsewhere from its first day; one withdrawn from, where its voucher was used.
    """
    return vouchers.ledger(student.id, access.caller.today)
