"""Answer a call for work with an artifact, and take the answer back.

Whoever called may read what answers them: where they reach it by nothing else, as a teacher does
not, they are assigned to that artifact as its reader, until it is taken back. A closed call cannot
be answered otherwise any more, so that this ends by itself some days after it was closed, and at
once when the student goes on with the work: that was not handed in.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Existing, Problem
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.models import Person
from plp_api.learning.artifacts import assigning
from plp_api.learning.artifacts.models import Artifact
from plp_api.learning.calls import recipients
from plp_api.learning.calls.models import CallForWork, CallRecipient, CallStatus
from plp_api.learning.portfolios.actions import kept_artifact

READ_AFTER_CLOSING = timedelta(days=14)
"""For how long after a call was closed its caller reads what answers it."""


def answer(recipient: CallRecipient, access: Access, artifact_id: UUID) -> CallRecipient:
    """Hand a kept artifact in, instead of what was handed in before. The recipient is locked.

    Raises Problem: call_closed, validation_failed (`artifact_id`), artifact_is_draft,
    artifact_archived, call_answered where it answers another call.
    """
    recipients.require_open(recipient.call)
    artifact = kept_artifact(recipient.student_id, artifact_id)
    if artifact.call_recipient_id == recipient.id:
        return recipient
    if artifact.call_recipient_id is not None:
        existing = Existing(CallRecipient, {"id": artifact.call_recipient_id})
        raise Problem(Code.CALL_ANSWERED, "The artifact answers another call.", existing=existing)
    for before in _answers([recipient.id]):
        _release(before, recipient, access)
    artifact.call_recipient_id = recipient.id
    _let_read(artifact, recipient, access)
    recipients.hand_in(recipient, access, artifact.id)
    return recipient


def take_back(recipient: CallRecipient, access: Access) -> None:
    """Take the answer back; the artifact stays. The recipient is locked.

    Raises Problem: call_closed, not_found if nothing was handed in.
    """
    recipients.require_open(recipient.call)
    if not (before := _answers([recipient.id])):
        raise Problem(Code.NOT_FOUND)
    for artifact in before:
        _release(artifact, recipient, access)
        recipients.take_back(recipient, access, artifact.id)


def follow_close(call: CallForWork, access: Access) -> None:
    """Let whoever called read the answers for some days yet (`ON_CLOSED`)."""
    for artifact, recipient in _answered(call):
        for assignment in _assignments(artifact, recipient, access):
            assigning.set_end(assignment, access.caller.today + READ_AFTER_CLOSING, access)


def follow_reopening(call: CallForWork, access: Access) -> None:
    """Let whoever called read the answers again, without an end (`ON_REOPENED`)."""
    for artifact, recipient in _answered(call):
        _let_read(artifact, recipient, access)


def follow_change(artifact: Artifact, access: Access) -> None:
    """End the reading for a closed call when the student goes on with the work (`ON_CHANGED`)."""
    if artifact.call_recipient_id is None:
        return
    recipient = db.session().get_one(CallRecipient, artifact.call_recipient_id)
    if recipient.call.status == CallStatus.OPEN:
        return
    for assignment in _assignments(artifact, recipient, access):
        assigning.set_end(assignment, access.caller.today, access)


def artifacts_of(answered: Sequence[CallRecipient], access: Access) -> dict[UUID, UUID]:
    """The artifacts that answer, by the recipient's id, of those that the caller may read."""
    keys = [one.id for one in answered if one.handed_in_at is not None]
    if not keys or not access.caller.may(Permission.ARTIFACTS_READ):
        return {}
    seen = access.select(Artifact).where(Artifact.call_recipient_id.in_(keys))
    found = {one.call_recipient_id: one.id for one in access.scalars(seen)}
    return {key: artifact_id for key, artifact_id in found.items() if key is not None}


def _answers(recipient_ids: Sequence[UUID]) -> Sequence[Artifact]:
    query = select(Artifact).where(Artifact.call_recipient_id.in_(recipient_ids))
    return db.session().scalars(query).all()


def _release(artifact: Artifact, recipient: CallRecipient, access: Access) -> None:
    """Let the artifact answer nothing, and whoever called no longer read it for that."""
    db.lock(artifact)
    artifact.call_recipient_id = None
    for assignment in _assignments(artifact, recipient, access):
        assigning.set_end(assignment, access.caller.today, access)


def _let_read(artifact: Artifact, recipient: CallRecipient, access: Access) -> None:
    person = db.session().get_one(Person, recipient.call.called_by)
    caller = Access(callers.absent(person, access.caller.today))
    if caller.may(Permission.ARTIFACTS_READ, artifact.student_id):
        return
    if caller.is_own(artifact.student_id):
        return
    if before := _assignments(artifact, recipient, access):
        for one in before:
            assigning.set_end(one, None, access)
        return
    assigning.assign(artifact, AssignmentRole.READER, person.id, access)


def _answered(call: CallForWork) -> Sequence[tuple[Artifact, CallRecipient]]:
    """What answers the call, locked, with whom it is from."""
    query = (
        select(Artifact, CallRecipient)
        .join(CallRecipient, CallRecipient.id == Artifact.call_recipient_id)
        .where(CallRecipient.call_id == call.id)
        .order_by(Artifact.id)
        .with_for_update(of=Artifact)
    )
    return [(artifact, recipient) for artifact, recipient in db.session().execute(query)]


def _assignments(
    artifact: Artifact, recipient: CallRecipient, access: Access
) -> Sequence[Assignment]:
    """Those of whoever called, as the artifact's reader, that are not over."""
    theirs = assigning.of(artifact.id, AssignmentRole.READER, recipient.call.called_by)
    lasting = theirs.where(spans.is_not_over(Assignment, access.caller.today))
    return db.session().scalars(lasting).all()
