"""Routes of calls for work, and of the students called."""

from typing import Any
from uuid import UUID

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.roster.models import Student
from plp_api.learning.calls import actions
from plp_api.learning.calls.listings import CALLS, OF_ONE_CALL, OF_STUDENT, RECIPIENTS
from plp_api.learning.calls.models import CallForWork, CallRecipient
from plp_api.learning.calls.schemas import (
    CalledStudentsSchema,
    CallForWorkActionFieldsSchema,
    CallForWorkPatchSchema,
    CallForWorkSchema,
    CallRecipientActionFieldsSchema,
    CallRecipientSchema,
    NewCallForWorkSchema,
)

blueprint = Blueprint(
    "Calls for work", __name__, "Work that staff ask of several students until a day."
)


@blueprint.route("/calls-for-work")
@blueprint.requires(Permission.CALLS_OVERSEE)
@blueprint.lists(CallForWorkSchema, CALLS)
def list_calls_for_work(access: Access) -> Any:
    """List the calls for work of the district; for staff.

    `counts` tells what became of the work of the students whom you may see, and of no
    others. `called_by` with your own id lists your own. A student's own list is
    `/students/{id}/calls-for-work`.
    """
    return access.select(CallForWork)


@blueprint.route("/calls-for-work", methods=["POST"])
@blueprint.requires(Permission.CALLS_WRITE)
@blueprint.refuses(Code.ACTOR_IS_FAMILY)
@blueprint.arguments(NewCallForWorkSchema)
@blueprint.response(201, CallForWorkSchema)
def call_for_work(access: Access, fields: dict[str, Any]) -> CallForWork:
    """Call a class, an advisory or chosen students for work.

    Of a class or an advisory those are called who are in it today and whom you may call:
    students you teach or advise, or of the school whose ELOs you coordinate. Left out are
    guests from other districts and your own child, whom a colleague calls. Who joins later
    is called by the action `catch_up`. Each student gets a row of their own, with an
    address for the answer (`/call-recipients/{id}/answer`), and an item in their inbox;
    nobody learns of the others.
    """
    return actions.call(access, **fields)


@blueprint.route("/calls-for-work/<uuid:call_id>")
@blueprint.requires(Permission.CALLS_OVERSEE, CallForWork)
@blueprint.response(200, CallForWorkSchema)
def get_call_for_work(access: Access, call: CallForWork) -> CallForWork:
    """Get a call for work; for staff.

    Who is missing is in `/calls-for-work/{id}/recipients?state=awaited`.
    """
    return call


@blueprint.route("/calls-for-work/<uuid:call_id>", methods=["PATCH"])
@blueprint.requires(Permission.CALLS_WRITE, CallForWork)
@blueprint.refuses(Code.CALL_CLOSED)
@blueprint.arguments(CallForWorkPatchSchema)
@blueprint.response(200, CallForWorkSchema)
def change_call_for_work(access: Access, call: CallForWork, fields: dict[str, Any]) -> CallForWork:
    """Change the words, the due day or the rubric of your open call.

    The students read the new words at once, also those who handed in already.
    """
    return actions.edit(call, access, **fields)


blueprint.actions("/calls-for-work", CallForWork, CallForWorkSchema, CallForWorkActionFieldsSchema)


@blueprint.route("/calls-for-work/<uuid:call_id>/recipients")
@blueprint.requires(Permission.CALLS_OVERSEE, CallForWork, also=Permission.CALLS_READ)
@blueprint.lists(CallRecipientSchema, OF_ONE_CALL)
def list_recipients_of_call(access: Access, call: CallForWork) -> Any:
    """List who was called, of the students you may see: who handed in, and who is missing.

    `state=awaited` lists who is missing, `is_overdue=true` only once the day is past.
    """
    return access.select(CallRecipient).where(CallRecipient.call_id == call.id)


@blueprint.route("/calls-for-work/<uuid:call_id>/recipients", methods=["POST"])
@blueprint.requires(Permission.CALLS_WRITE, CallForWork)
@blueprint.refuses(Code.ACTOR_IS_FAMILY, Code.CALL_CLOSED)
@blueprint.arguments(CalledStudentsSchema)
@blueprint.response(200, CallForWorkSchema)
def call_more_students(access: Access, call: CallForWork, fields: dict[str, list[UUID]]) -> Any:
    """Call more students, whether they are in the class or advisory or not.

    Who was called already stays as they are.
    """
    return actions.add_students(call, access, **fields)


@blueprint.route("/call-recipients")
@blueprint.requires(Permission.CALLS_READ)
@blueprint.lists(CallRecipientSchema, RECIPIENTS)
def list_call_recipients(access: Access) -> Any:
    """List students and the work asked of them, across students and calls.

    An advisor lists what is missing of all advisees with
    `state=awaited&advisor_id=…`; `POST /call-recipients/actions` excuses many at once.
    """
    return access.select(CallRecipient)


@blueprint.route("/students/<uuid:student_id>/calls-for-work")
@blueprint.requires(Permission.CALLS_READ, Student)
@blueprint.lists(CallRecipientSchema, OF_STUDENT)
def list_calls_of_student(access: Access, student: Student) -> Any:
    """List the work that was asked of a student, oldest call first.

    `state=awaited&is_open=true` lists what there is to do. Parents read it; a court order
    may deny them the kind `calls`.
    """
    return access.select(CallRecipient).where(CallRecipient.student_id == student.id)


@blueprint.route("/call-recipients/<uuid:recipient_id>")
@blueprint.requires(Permission.CALLS_READ, CallRecipient)
@blueprint.response(200, CallRecipientSchema)
def get_call_recipient(access: Access, recipient: CallRecipient) -> CallRecipient:
    """Get the work asked of one student, with the words of the call.

    The student answers with `PUT /call-recipients/{id}/answer`. `artifact_id` is what was
    handed in.
    """
    return recipient


blueprint.actions(
    "/call-recipients", CallRecipient, CallRecipientSchema, CallRecipientActionFieldsSchema
)
