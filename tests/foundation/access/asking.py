"""What `Access` answers to an operation: what the blueprint asks, asked without HTTP.

A question costs a third of a request. The blueprint's own functions put it, so
that the two cannot differ in what they ask; `test_sweep` compares what they answer.
"""

from typing import Any
from uuid import UUID

from plp_api.foundation import clock, db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.rest import blueprint
from plp_api.foundation.roster.models import Person
from tests import databases
from tests.foundation.access.operations import Operation
from tests.foundation.access.reach import ALLOWED, DENIED, HIDDEN

OUTCOMES = {
    Code.NOT_FOUND: HIDDEN,
    Code.PERMISSION_DENIED: DENIED,
    Code.REASON_REQUIRED: DENIED,
}


def caller_of(database: databases.Isolated, person: Any) -> Caller:
    """The caller whom a person's token would name today."""
    with database.transaction(write=False, districts=[person.district_id]) as session:
        row = session.get_one(Person, person.id)
        return callers.as_of(row, clock.today(clock.DEFAULT_ZONE))


def access_of(session: Any, somebody: Any) -> Access:
    return Access(callers.as_of(session.get_one(Person, somebody.id), clock.today()))


def outcome(caller: Caller, operation: Operation, row_id: UUID | None) -> str:
    """What the operation comes to; a transaction in the caller's districts must be open."""
    try:
        _admit(caller, operation, row_id)
    except Problem as problem:
        return OUTCOMES[problem.code]
    return ALLOWED


def outcome_of_action(
    caller: Caller, operation: Operation, model: Any, row_id: UUID, action: str
) -> str:
    """What one action on a row of the model comes to."""
    assert operation.permission is not None
    try:
        access, url = _asked(caller, model, row_id)
        row = blueprint._row(access, operation.permission, model, url)
        operation.view.life._lines(action, row, access)
    except Problem as problem:
        return OUTCOMES[problem.code]
    return ALLOWED


def _admit(caller: Caller, operation: Operation, row_id: UUID | None) -> None:
    """Put the questions of `Blueprint.requires`, in its order; raises its problems."""
    assert operation.permission is not None
    access, url = _asked(caller, operation.model, row_id)
    if operation.is_district_wide:
        access.require_at(operation.permission, None)
    row = blueprint._row(access, operation.permission, operation.model, url)
    if operation.also is not None:
        also = operation.also
        access.require(also(row) if callable(also) else also, row)


def _asked(caller: Caller, model: Any, row_id: UUID | None) -> tuple[Access, dict[str, Any]]:
    """The access of one request, with what the blueprint asks together with who asks."""
    url = {"row_id": row_id} if row_id else {}
    ask = blueprint._asked(None, model, url)
    return Access(caller, db.fetch(*ask(caller).queries) if ask else None), url
