"""Compares staged rows with stored ones and makes the stored ones agree, set by set.

For each kind of row: `compare` finds what every staged row is (created, updated, reactivated,
unchanged, skipped), `write` makes it so, `remove` takes away what the roster no longer names.
Nothing is ever deleted: a row is switched off, or its span ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    Table,
    Update,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.engine import CursorResult

from plp_api import db
from plp_api.people.district_settings import DistrictSettings
from plp_api.rostering.findings import Findings
from plp_api.rostering.ids import row_ids
from plp_api.rostering.staging import GONE, gather_statistics

CREATED, UPDATED, REACTIVATED, UNCHANGED, SKIPPED = STATES = (
    "created",
    "updated",
    "reactivated",
    "unchanged",
    "skipped",
)
REMOVED = "removed"

Columns = Mapping[str, ColumnElement[Any]]


@dataclass
class Comparison:
    """One import into one district on one day: what every step needs to know, and what it tells.

    `files` are those the package holds; what an absent file would say is left as it is.
    `default_start` is the day on which students begin for whom the roster names none.
    `counts` are by kind and state; `active` tells how many rows of a kind were active before.
    """

    district_id: UUID
    today: date
    default_start: date
    settings: DistrictSettings
    version: str
    files: frozenset[str]
    findings: Findings
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    active: dict[str, int] = field(default_factory=dict)

    @property
    def is_summer(self) -> bool:
        """Whether absence removes nobody today."""
        return self.settings.is_summer(self.today)

    @property
    def file_of_roles(self) -> str:
        """Where roles are told: in 1.1 with the users."""
        return "roles.csv" if self.version == "1.2" else "users.csv"

    def note(self, kind: str, state: str, number: int) -> None:
        """Count rows of a kind that came to a state."""
        counted = self.counts.setdefault(kind, dict.fromkeys((*STATES, REMOVED), 0))
        counted[state] += number


@dataclass(frozen=True)
class Kind:
    """One kind of stored row with a sourcedId, and the staged rows it is compared with.

    `values` gives each stored column from a staged row. A column in `keeps` is left as it is
    where the roster is blank. `changes` overrules `values` for rows that are there already,
    `only_new` sets more on new ones. `is_active` tells it of a stored row; `is_back` of a stored
    row that its staged row revives by setting `revived`; `removed` takes a row away.
    """

    name: str
    staged: Table
    stored: Table
    values: Columns
    is_active: ColumnElement[bool]
    is_back: ColumnElement[bool]
    removed: Mapping[str, Any]
    revived: Mapping[str, Any] = field(default_factory=dict)
    keeps: frozenset[str] = frozenset()
    changes: Columns = field(default_factory=dict)
    only_new: Columns = field(default_factory=dict)

    @property
    def changed(self) -> Columns:
        """What each stored column becomes where the row is there already."""
        kept = {name: func.coalesce(self.values[name], self.stored.c[name]) for name in self.keeps}
        return {**self.values, **kept, **self.changes}


def execute(statement: Insert | Update | Delete) -> int:
    """Run a statement that changes rows; how many it changed."""
    # Without the option an INSERT's count is lost on PostgreSQL.
    options = {"preserve_rowcount": True}
    result = db.session().execute(statement, execution_options=options)
    return result.rowcount if isinstance(result, CursorResult) else 0


def switched(stored: Table) -> dict[str, Any]:
    """The members of a `Kind` whose rows are switched on and off by `is_active`."""
    return {
        "is_active": stored.c.is_active.is_(True),
        "is_back": stored.c.is_active.is_(False),
        "revived": {"is_active": True},
        "removed": {"is_active": False},
    }


def refer(staged: Table, comparison: Comparison, **references: tuple[str, Table, str]) -> None:
    """Find the stored rows that staged rows refer to: `id column=(key column, stored, file)`."""
    values = {
        column: _stored_id(stored, staged.c[key], comparison)
        for column, (key, stored, _) in references.items()
    }
    execute(update(staged).values(values))
    gather_statistics(staged)


def _stored_id(stored: Table, sourced_id: Any, comparison: Comparison) -> Any:
    return (
        select(stored.c.id)
        .where(stored.c.district_id == comparison.district_id, stored.c.sourced_id == sourced_id)
        .scalar_subquery()
    )


def compare(kind: Kind, comparison: Comparison) -> None:
    """Find out what each staged row is to the stored ones."""
    staged = kind.staged
    known = _stored_id(kind.stored, staged.c.sourced_id, comparison)
    execute(update(staged).where(staged.c.state.is_(None)).values(id=known))
    gather_statistics(staged)
    comparison.active[kind.name] = _count(kind.stored, _of_roster(kind, comparison), kind.is_active)
    mark(kind)


def mark(kind: Kind) -> None:
    """Set the state of each staged row whose stored row, if any, is known."""
    staged, stored = kind.staged, kind.stored
    same = stored.c.id == staged.c.id
    differs = or_(*(stored.c[name].is_distinct_from(value) for name, value in kind.changed.items()))
    state = case(
        (staged.c.id.is_(None), CREATED),
        (exists().where(same, kind.is_back), REACTIVATED),
        (exists().where(same, differs), UPDATED),
        else_=UNCHANGED,
    )
    execute(update(staged).where(staged.c.state.is_(None)).values(state=state))


def write(kind: Kind, comparison: Comparison) -> None:
    """Make the stored rows say what the staged ones do; the unchanged are not touched."""
    staged, stored = kind.staged, kind.stored
    again = or_(staged.c.state == UPDATED, staged.c.state == REACTIVATED)
    same = stored.c.id == staged.c.id
    version = {"version": stored.c.version + 1}
    execute(update(stored).where(same, again).values({**kind.changed, **version}))
    if kind.revived:
        back = staged.c.state == REACTIVATED
        execute(update(stored).where(same, back).values(kind.revived))
    is_new = staged.c.state == CREATED
    execute(update(staged).where(is_new, staged.c.id.is_(None)).values(id=row_ids()))
    gather_statistics(staged)
    _insert_new(kind, comparison)
    for state, number in db.session().execute(
        select(staged.c.state, func.count()).group_by(staged.c.state)
    ):
        comparison.note(kind.name, state, number)


def _insert_new(kind: Kind, comparison: Comparison) -> None:
    staged = kind.staged
    columns = {
        "id": staged.c.id,
        "district_id": literal(comparison.district_id),
        **({"sourced_id": staged.c.sourced_id} if "sourced_id" in staged.c else {}),
        **kind.values,
        **kind.only_new,
    }
    rows = select(*columns.values()).where(staged.c.state == CREATED)
    execute(insert(kind.stored).from_select(list(columns), rows))


def remove(kind: Kind, comparison: Comparison, in_summer: Any = None) -> None:
    """Take away what the package no longer names.

    Over the summer only what the package marks as deleted goes, and what meets `in_summer`.
    """
    criterion = absent(kind, comparison, in_summer)
    changed = {**kind.removed, "version": kind.stored.c.version + 1}
    removed = execute(update(kind.stored).where(criterion).values(changed))
    comparison.note(kind.name, REMOVED, removed)


def absent(kind: Kind, comparison: Comparison, in_summer: Any = None) -> ColumnElement[bool]:
    """Which stored rows the package takes away."""
    staged, stored = kind.staged, kind.stored
    is_named = exists().where(staged.c.id == stored.c.id, staged.c.state != SKIPPED)
    gone = select(GONE.c.sourced_id).where(GONE.c.kind == staged.name.removeprefix("staged_"))
    reasons = [stored.c.sourced_id.in_(gone)]
    if in_summer is not None:
        reasons.append(in_summer)
    why = or_(*reasons) if comparison.is_summer else true()
    return and_(_of_roster(kind, comparison), kind.is_active, ~is_named, why)


def _of_roster(kind: Kind, comparison: Comparison) -> ColumnElement[bool]:
    """Stored rows of this district that came from its roster; what people entered stays theirs."""
    stored = kind.stored
    return and_(stored.c.district_id == comparison.district_id, stored.c.sourced_id.is_not(None))


def _count(table: Table, *criteria: ColumnElement[bool]) -> int:
    return db.session().scalar(select(func.count()).select_from(table).where(*criteria)) or 0
