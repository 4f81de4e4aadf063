"""Routes of supports."""

from dataclasses import replace
from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing
from plp_api.foundation.roster.models import Student
from plp_api.planning.supports import actions
from plp_api.planning.supports.models import Support
from plp_api.planning.supports.schemas import NewSupportSchema, SupportPatchSchema, SupportSchema

blueprint = Blueprint(
    "Supports", __name__, "Pointers to EST, 504 or IEP records: whom to ask, and what was agreed."
)

# No filter by kind or coordinator, and no sort by the first day, which the cursor would carry:
# teachers would learn members that are hidden from them.
SUPPORTS = replace(
    Listing.of_spans(Support),
    sorts={"created_at": Support.created_at, "updated_at": Support.updated_at},
)


@blueprint.route("/students/<uuid:student_id>/supports")
@blueprint.requires(Permission.SUPPORTS_READ_ACCOMMODATIONS, Student)
@blueprint.lists(SupportSchema, SUPPORTS)
def list_supports(access: Access, student: Student) -> Any:
    """List the supports of a student, including past ones.

    A teacher sees only the supports of today, and only their `accommodations`.
    """
    return actions.of(student, access)


@blueprint.route("/students/<uuid:student_id>/supports", methods=["POST"])
@blueprint.requires(Permission.SUPPORTS_WRITE, Student)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.SUPPORT_EXISTS)
@blueprint.arguments(NewSupportSchema)
@blueprint.response(201, SupportSchema)
def add_support(access: Access, student: Student, fields: dict[str, Any]) -> Support:
    """Add a support: a pointer to a support record of a student.

    It is never a copy of the record: any other member is refused. It is in no
    plan version and no signature. Spans of the same kind cannot overlap.
    """
    return actions.add(student, access, **fields)


@blueprint.route("/supports/<uuid:support_id>")
@blueprint.requires(Permission.SUPPORTS_READ_ACCOMMODATIONS, Support)
@blueprint.response(200, SupportSchema)
def get_support(access: Access, support: Support) -> Support:
    """Get a support. A teacher gets only the accommodations, and only of a current support.

    A support that no longer holds, or does not yet, is 404 for a teacher. Everybody
    else who reads it reads all of it.
    """
    return actions.require_current(support, access)


@blueprint.route("/supports/<uuid:support_id>", methods=["PATCH"])
@blueprint.requires(Permission.SUPPORTS_WRITE, Support)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.SUPPORT_EXISTS)
@blueprint.arguments(SupportPatchSchema)
@blueprint.response(200, SupportSchema)
def change_support(access: Access, support: Support, fields: dict[str, Any]) -> Support:
    """End a support, correct its dates, or name another coordinator.

    For new accommodations, end this support on their first day and add another
    one, so that the accommodations of every day are kept.
    """
    return actions.change(support, access, **fields)
