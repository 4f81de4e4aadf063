"""Life cycles as tables: state, action, permissions, next state, guards.

One mechanism serves every resource that has a `status`: it lists the actions
that are available to the caller now, and performs an action.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any
from uuid import UUID

from plp_api.foundation.access.permissions import Permission, holders
from plp_api.foundation.access.rows import Access, denied
from plp_api.foundation.problems import Code, Existing, FieldError, Problem


@dataclass(frozen=True)
class ForOthers:
    """A reason that is about the caller: others may take the action.

    They need any of `permissions`; if there are none, those of the action.
    """

    reason: str
    permissions: tuple[Permission, ...] = ()


Reason = str | Code | ForOthers | Problem
Guard = Callable[[Any, Access], Reason | None]
"""Returns why an action is not available on a row although state and permission allow it: a
sentence, a problem code, or a problem with its own detail; None where it is available."""


def not_family(row: Any, access: Access) -> Code | None:
    """A guard for the school's actions: a student's parent never acts for the school on them."""
    return Code.APPROVER_IS_FAMILY if access.is_own(row.student_id) else None


def not_family_unless_keeper(row: Any, access: Access) -> Code | None:
    """As `not_family`, but lets the family act where it keeps the plan (home study)."""
    return None if access.keeps(row.student_id) else not_family(row, access)


def own_work(access: Access, *authors: UUID | None) -> ForOthers | None:
    """Why the caller may not approve the work of these authors: nobody approves their own."""
    if not access.selves.isdisjoint(authors):
        return ForOthers("Nobody approves their own work; another approver is needed.")
    return None


@dataclass(frozen=True)
class Move:
    """One line of a life cycle: a holder of any of `permissions` may move a row in `sources`.

    `perform(row, access, **fields)` does the work. Where `target` is None, it
    sets the new status itself (the outcome depends on facts).

    `is_done(row, access, **fields)` says whether the same caller did the same already.
    A move that leaves the row where the move is possible again needs it.
    """

    action: str
    sources: frozenset[str]
    target: str | None
    permissions: tuple[Permission, ...]
    perform: Callable[..., Any]
    guards: tuple[Guard, ...] = ()
    is_done: Callable[..., bool] | None = None


def move(
    sources: str,
    action: str,
    permissions: Permission | Iterable[Permission],
    target: str | None,
    perform: Callable[..., Any],
    *guards: Guard,
    is_done: Callable[..., bool] | None = None,
) -> Move:
    """A line of the table; `sources` are states separated by spaces."""
    who = (permissions,) if isinstance(permissions, Permission) else tuple(permissions)
    return Move(action, frozenset(sources.split()), target, who, perform, guards, is_done)


def repeated(row: Any, action: str, detail: str) -> Problem:
    """The problem that the action was taken on the row already; it names the row."""
    existing = Existing(type(row), {"id": row.id})
    return Problem(Code.ACTION_REPEATED, detail, extra={"action": action}, existing=existing)


class LifeCycle:
    """The table of one resource; `status` names the column that holds the state.

    `refuses` are the problem codes of guards and actions besides action_unavailable,
    for the document. `look_up(rows, access)` loads in few queries what the guards ask
    of many rows.
    """

    def __init__(
        self,
        moves: Iterable[Move],
        status: str = "status",
        *,
        refuses: Iterable[Code] = (),
        look_up: Callable[[Any, Access], None] | None = None,
    ) -> None:
        self.moves = tuple(moves)
        self.status = status
        self.refuses = (Code.ACTION_UNAVAILABLE, Code.ACTION_REPEATED, *refuses)
        self.look_up = look_up

    @property
    def actions(self) -> list[str]:
        """Every action of the table, in its order."""
        return list(dict.fromkeys(line.action for line in self.moves))

    def available(self, row: Any, access: Access) -> list[str]:
        """The actions this caller may take on the row now."""
        return list(
            dict.fromkeys(
                line.action for line in self.moves if not self._refusal(line, row, access)
            )
        )

    def wrong_fields(
        self, action: str, given: Iterable[str], refused: Iterable[str]
    ) -> dict[str, str]:
        """What is wrong with the names of an action's fields, besides those refused already."""
        refused = set(refused)
        line = next((line for line in self.moves if line.action == action), None)
        wrong = _wrong_fields(line, given) if line else {}
        return {name: detail for name, detail in wrong.items() if name not in refused}

    def _refusal(self, line: Move, row: Any, access: Access) -> Problem | None:
        if not _permits(line, row, access):
            return denied(*line.permissions, row=row)
        status = getattr(row, self.status)
        if status not in line.sources:
            if status == line.target:
                return repeated(row, line.action, f"It is {status} already.")
            wanted = ", ".join(sorted(line.sources))
            return unavailable(line.action, f"It is {status}; this needs {wanted}.")
        for guard in line.guards:
            if reason := guard(row, access):
                return unavailable(line.action, reason, *line.permissions)
        return None

    def perform(self, row: Any, access: Access, action: str, **fields: Any) -> Any:
        """Perform the action, and return the result of its line's `perform`.

        Raises Problem: permission_denied where no line of the action permits the
        caller, validation_failed where `fields` do not match the parameters of
        the action, action_unavailable where the state or a guard forbids it,
        action_repeated where it was taken already.
        """
        refusals = []
        for line in self._lines(action, row, access):
            _check_fields(line, fields)
            refusal = self._refusal(line, row, access)
            if refusal is None:
                if line.is_done is not None and line.is_done(row, access, **fields):
                    raise repeated(row, action, "You did exactly this already.")
                result = line.perform(row, access, **fields)
                if line.target is not None:
                    setattr(row, self.status, line.target)
                return result
            refusals.append(refusal)
        raise refusals[0]

    def _lines(self, action: str, row: Any, access: Access) -> list[Move]:
        """The lines of the action that permit the caller; permission_denied where there is none."""
        lines = [
            line for line in self.moves if line.action == action and _permits(line, row, access)
        ]
        if not lines:
            of_action = (line for line in self.moves if line.action == action)
            raise denied(*(one for line in of_action for one in line.permissions), row=row)
        return lines


def _permits(line: Move, row: Any, access: Access) -> bool:
    """Whether the caller may take the line's action on the row, whatever its state.

    A former student moves nothing of their own record, not even where to read it is enough.
    """
    if access.has_left(getattr(row, "student_id", None)):
        return False
    return any(access.may_on(permission, row) for permission in line.permissions)


def unavailable(action: str, reason: Reason, *permissions: Permission) -> Problem:
    """The problem; where others may take the action, it says which roles.

    These have any of `permissions`, unless the reason names others.
    """
    extra: dict[str, object] = {"action": action}
    if isinstance(reason, Problem):
        reason.extra = {**extra, **reason.extra}
        return reason
    if isinstance(reason, ForOthers):
        extra["allowed_roles"] = holders(*(reason.permissions or permissions))
        return Problem(Code.ACTION_UNAVAILABLE, reason.reason, extra=extra)
    if isinstance(reason, str):
        return Problem(Code.ACTION_UNAVAILABLE, reason, extra=extra)
    if reason.value.is_for_others:
        extra["allowed_roles"] = holders(*permissions)
    return Problem(reason, extra=extra)


def _check_fields(line: Move, fields: dict[str, Any]) -> None:
    """Raise validation_failed for fields that the action does not take, and for missing ones."""
    wrong = _wrong_fields(line, fields)
    if wrong:
        errors = [FieldError(f"/{name}", detail) for name, detail in wrong.items()]
        raise Problem(Code.VALIDATION_FAILED, errors=errors)


def _wrong_fields(line: Move, given: Iterable[str]) -> dict[str, str]:
    """What is wrong with these names as the fields of the action, by name."""
    taken = list(signature(line.perform).parameters.values())[2:]
    names, given = {parameter.name for parameter in taken}, list(given)
    return {
        **{name: "Unknown field for this action." for name in given if name not in names},
        **{
            one.name: "This action needs it."
            for one in taken
            if one.default is Parameter.empty and one.name not in given
        },
    }
