"""What a source of the inbox is, the columns that all of them select, and their common criteria."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    false,
    literal,
    literal_column,
    null,
    select,
)

from plp_api.foundation import db
from plp_api.foundation.access.caller import FAMILY, Caller
from plp_api.foundation.access.permissions import Condition, Permission, Role, conditions
from plp_api.foundation.access.scope import visible
from plp_api.home.inbox.models import Group, Kind
from plp_api.planning.plans.models import Plan, PlanStatus, PlanVersion, Regime
from plp_api.planning.signatures.models import SignerRole

NEW_FOR = timedelta(days=60)
"""What is older is no longer new, read or not."""
COMING = timedelta(days=60)
"""How long before its due day a review waits for somebody."""
PAST = timedelta(days=365)
"""How long a review that was missed is still called overdue."""

SINCE = bindparam("since", type_=db.Instant())
SOON = bindparam("soon", type_=Date())
A_YEAR_AGO = bindparam("a_year_ago", type_=Date())
ACTIVE = Plan.status == PlanStatus.ACTIVE
AT_SCHOOL = "school"
"""Instead of a role: whoever did it did not act as family."""

APPROVED_AS: ColumnElement[str] = case(
    (PlanVersion.regime == Regime.HOME_STUDY, literal(SignerRole.PARENT.value, String())),
    else_=literal(AT_SCHOOL, String()),
)
"""In which role a version was put in force: in home study the family does it."""

Make = Callable[[Caller], Select[Any]]


@dataclass(frozen=True)
class Source:
    """One kind of item on the rows of one table, for callers with all the permissions of `needs`.

    `roles` limits the roles that count. `collection` is the address of the resource.
    `action` is the word and the address below the resource; only callers whose every role
    here holds `acts` are shown it. `title` shows the row's words.
    """

    kind: Kind
    collection: str
    make: Make
    needs: tuple[Permission, ...]
    roles: tuple[Role, ...] = tuple(Role)
    group: Group = Group.WAITING
    action: tuple[str, str] | None = None
    acts: Permission | None = None
    title: str = "{}"

    def caller(self, caller: Caller) -> Caller:
        """The caller in the roles that count here."""
        return caller.only_as(*self.roles)

    def is_for(self, caller: Caller) -> bool:
        """Whether a role of the caller may fill a list with such rows."""
        return all(_granting(self.caller(caller), permission) for permission in self.needs)

    def shown_action(self, caller: Caller) -> tuple[str, str] | None:
        """The action, if every role that brings the items holds its permission."""
        if self.acts is None:
            return self.action
        held = _granting(self.caller(caller), self.needs[0])
        acting = _granting(self.caller(caller), self.acts)
        return self.action if held <= acting else None


def _granting(caller: Caller, permission: Permission) -> set[tuple[Role, Condition | None]]:
    """The roles of the caller that grant it in lists, each with its condition."""
    return {
        (role, condition)
        for role in caller.roles
        for condition in conditions(role, permission)
        if condition is not Condition.REASONED
    }


def item_columns(
    row: Any,
    at: Any,
    *,
    words: Any,
    actor: Any = None,
    acted_as: Any = AT_SCHOOL,
    due_on: Any = None,
    on: Any = None,
    is_blocked: Any = None,
) -> Select[Any]:
    """A select of items: the row, when it happened, who did it, what a title needs.

    `on` is the id of the resource to open, if it is not the row itself. `is_blocked` says
    that the action is not available although the row waits.
    """
    role = literal(acted_as, String()) if isinstance(acted_as, str) else acted_as
    columns: list[ColumnElement[Any]] = [
        row.id.label("id"),
        row.student_id.label("student_id"),
        at.label("at"),
        (cast(null(), Date()) if due_on is None else due_on).label("due_on"),
        (cast(null(), Uuid()) if actor is None else actor).label("actor_id"),
        role.label("acted_as"),
        cast(words, String()).label("words"),
        (row.id if on is None else on).label("resource_id"),
        (false() if is_blocked is None else is_blocked).label("is_blocked"),
    ]
    return select(*columns)


def of_plan(items: Select[Any], row: Any, *criteria: ColumnElement[bool]) -> Select[Any]:
    """The items whose plan is open, and that meet the criteria."""
    return items.join(Plan, Plan.id == row.plan_id).where(ACTIVE, *criteria)


def seen(model: type[db.Base], caller: Caller, *permissions: Permission) -> ColumnElement[bool]:
    """The rows on which the caller has all the permissions."""
    return and_(*(visible(model, caller, permission) for permission in permissions))


def equals(column: Any, word: str) -> ColumnElement[bool]:
    """Compare with a literal: a bound word would not match a partial index."""
    equal: ColumnElement[bool] = column == literal_column(f"'{word}'")
    return equal


VERSIONS, GOALS, REVIEWS = "plan-versions", "goals", "reviews"
ELEMENTS = "pathway-elements"
VERSION, REVIEW = "Plan, version {}", "Annual review"

CLOSE = (*sorted(FAMILY), Role.ADVISOR)
"""Roles about single students: what is new there is news. Classes and offices reach too many."""


def is_only_close(caller: Caller) -> bool:
    """Whether the caller reaches no student by a class or an office."""
    return caller.roles <= {*CLOSE}
