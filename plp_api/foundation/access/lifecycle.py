"""Life cycles as tables: state, action, permissions, next state, guards.

One mechanism serves every resource that has a `status`: it lists the actions
that are available to the caller now, and performs an action.
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
"""Returns why an action is not available on a row although state and permission allow it: a
sentence, or a problem code; None where it is available."""


def not_family(row: Any, access: Access) -> Code | None:
    """A guard for the school's actions: a student's parent never acts for the school on them."""
    return Code.APPROVER_IS_FAMILY if access.is_family(row.student_id) else None


def not_family_unless_keeper(row: Any, access: Access) -> Code | None:
    """As `not_family`, but lets the family act where it keeps the plan (home study)."""
    return None if access.keeps(row.student_id) else not_family(row, access)


def own_work(access: Access, *authors: UUID | None) -> str | None:
    """Why the caller may not approve the work of these authors: nobody approves their own."""
    if access.caller.person_id in authors:
        return "Nobody approves their own work; another approver is needed."
    return None


@dataclass(frozen=True)
class Move:
    """One line of a life cycle: a holder of any of `permissions` may move a row in `sources`.

    `perform(row, access, **fields)` does the work. Where `target` is None, it
    sets the new status itself (the outcome depends on facts).
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
    """A line of the table; `sources` are states separated by spaces."""
    who = (permissions,) if isinstance(permissions, Permission) else tuple(permissions)
    return Move(action, frozenset(sources.split()), target, who, perform, guards)


class LifeCycle:
    """The table of one resource; `status` names the column that holds the state.

    `refuses` are the problem codes of guards and actions besides action_unavailable,
    for the document.
    """

    def __init__(
        self, moves: Iterable[Move], status: str = "status", refuses: Iterable[Code] = ()
    ) -> None:
        self.moves = tuple(moves)
        self.status = status
        self.refuses = (Code.ACTION_UNAVAILABLE, *refuses)

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

    def _refusal(self, line: Move, row: Any, access: Access) -> Problem | None:
        if not any(access.may_on(permission, row) for permission in line.permissions):
            return Problem(Code.PERMISSION_DENIED)
        status = getattr(row, self.status)
        if status not in line.sources:
            wanted = ", ".join(sorted(line.sources))
            return self._unavailable(line.action, f"It is {status}; this needs {wanted}.")
        for guard in line.guards:
            if reason := guard(row, access):
                return self._unavailable(line.action, reason)
        return None

    def _unavailable(self, action: str, reason: str | Code) -> Problem:
        if isinstance(reason, Code):
            return Problem(reason, extra={"action": action})
        return Problem(Code.ACTION_UNAVAILABLE, reason, extra={"action": action})

    def perform(self, row: Any, access: Access, action: str, **fields: Any) -> Any:
        """Perform the action, and return the result of its line's `perform`.

        Raises Problem: permission_denied where no line of the action permits the
        caller, validation_failed where `fields` do not match the parameters of
        the action, action_unavailable where the state or a guard forbids it.
        """
        refusals = []
        for line in self._lines(action, row, access):
            _check_fields(line, fields)
            refusal = self._refusal(line, row, access)
            if refusal is None:
                result = line.perform(row, access, **fields)
                if line.target is not None:
                    setattr(row, self.status, line.target)
                return result
            refusals.append(refusal)
        raise refusals[0]

    def _lines(self, action: str, row: Any, access: Access) -> list[Move]:
        """The lines of the action that permit the caller; permission_denied where there is none."""
        lines = [
            line
            for line in self.moves
            if line.action == action
            and any(access.may_on(permission, row) for permission in line.permissions)
        ]
        if not lines:
            raise Problem(Code.PERMISSION_DENIED)
        return lines


def _check_fields(line: Move, fields: dict[str, Any]) -> None:
    """Raise validation_failed for fields that the action does not take, and for missing ones."""
    taken = list(signature(line.perform).parameters.values())[2:]
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
