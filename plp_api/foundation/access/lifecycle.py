"""Life cycles as tables: state, action, who, next state, what must hold.

One mechanism serves every resource that has a `status`: it says which actions
are available to this caller now, and performs one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any
from uuid import UUID

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem

Guard = Callable[[Any, Access], str | Code | None]
"""Says why an action is not available on a row though state and permission would allow it: in
words, or by a code of its own."""


def not_family(row: Any, access: Access) -> Code | None:
    """A guard for what the school does: a student's parent never acts for the school there."""
    return Code.APPROVER_IS_FAMILY if access.is_family(row.student_id) else None


def not_family_unless_keeper(row: Any, access: Access) -> Code | None:
    """The same for what falls to the family where it keeps the plan, in home study."""
    return None if access.keeps(row.student_id) else not_family(row, access)


def own_work(access: Access, *authors: UUID | None) -> str | None:
    """Why the caller may not approve what these people made: nobody approves their own work."""
    if access.caller.person_id in authors:
        return "Nobody approves their own work; another approver is needed."
    return None


@dataclass(frozen=True)
class Move:
    """One line of a life cycle: who holds any of `permissions` may move a row in `sources`.

    `perform(row, access, **fields)` does it, and sets the new status itself
    where `target` is None (when the outcome depends on facts).
    """

    action: str
    sources: frozenset[str]
    target: str | None
    permissions: tuple[Permission, ...]
    perform: Callable[..., Any]
    guards: tuple[Guard, ...] = ()


def move(
    sources: str,
    action: str,
    permissions: Permission | Iterable[Permission],
    target: str | None,
    perform: Callable[..., Any],
    *guards: Guard,
) -> Move:
    """A line of the table; `sources` are states between spaces."""
    who = (permissions,) if isinstance(permissions, Permission) else tuple(permissions)
    return Move(action, frozenset(sources.split()), target, who, perform, guards)


class LifeCycle:
    """The table of one resource. `student_of` gives the student a row is about."""

    def __init__(self, moves: Iterable[Move], status: str = "status") -> None:
        self.moves = tuple(moves)
        self.status = status

    @property
    def actions(self) -> list[str]:
        """Every action there is, in the table's order."""
        return list(dict.fromkeys(one.action for one in self.moves))

    def available(self, row: Any, access: Access) -> list[str]:
        """The actions this caller may take on the row now."""
        return list(
            dict.fromkeys(one.action for one in self.moves if not self._refusal(one, row, access))
        )

    def _refusal(self, one: Move, row: Any, access: Access) -> Problem | None:
        if not any(access.may_on(permission, row) for permission in one.permissions):
            return Problem(Code.PERMISSION_DENIED)
        status = getattr(row, self.status)
        if status not in one.sources:
            wanted = ", ".join(sorted(one.sources))
            return self._unavailable(one.action, f"It is {status}; this needs {wanted}.")
        for guard in one.guards:
            if reason := guard(row, access):
                return self._unavailable(one.action, reason)
        return None

    def _unavailable(self, action: str, reason: str | Code) -> Problem:
        if isinstance(reason, Code):
            return Problem(reason, extra={"action": action})
        return Problem(Code.ACTION_UNAVAILABLE, reason, extra={"action": action})

    def perform(self, row: Any, access: Access, action: str, **fields: Any) -> Any:
        """Take the action, and return what `perform` of its line returns.

        Raises Problem: permission_denied where no line of the action is the
        caller's to take, validation_failed where `fields` are not what the
        action takes, action_unavailable where the state or a guard forbids it.
        """
        refusals = []
        for one in self._lines(action, row, access):
            _check_fields(one, fields)
            refusal = self._refusal(one, row, access)
            if refusal is None:
                result = one.perform(row, access, **fields)
                if one.target is not None:
                    setattr(row, self.status, one.target)
                return result
            refusals.append(refusal)
        raise refusals[0]

    def _lines(self, action: str, row: Any, access: Access) -> list[Move]:
        """The lines of the action that are the caller's to take; none is permission_denied."""
        found = [
            one
            for one in self.moves
            if one.action == action
            and any(access.may_on(permission, row) for permission in one.permissions)
        ]
        if not found:
            raise Problem(Code.PERMISSION_DENIED)
        return found


def _check_fields(one: Move, fields: dict[str, Any]) -> None:
    """Refuse what the action does not take, and what it needs but did not get."""
    taken = list(signature(one.perform).parameters.values())[2:]
    names = {parameter.name for parameter in taken}
    missing = [p.name for p in taken if p.default is Parameter.empty and p.name not in fields]
    errors = [
        *(
            FieldError(f"/{name}", "Unknown field for this action.")
            for name in fields
            if name not in names
        ),
        *(FieldError(f"/{name}", "This action needs it.") for name in missing),
    ]
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
