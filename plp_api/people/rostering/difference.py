"""Compare staged rows with stored ones and change the stored ones, in set-based statements.

For each kind of row: `compare` finds the state of every staged row (created, updated,
reactivated, unchanged, skipped), `write` applies it, `remove` removes stored rows that the roster
no longer names. No row is deleted: it becomes inactive, or its span ends.
"""

from collections import Counter
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

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.imports.staging import gather_statistics
from plp_api.foundation.roster.district_settings import DistrictSettings
from plp_api.people.rostering.findings import Findings
from plp_api.people.rostering.ids import row_ids
from plp_api.people.rostering.staging import GONE, gather_stored_statistics

CREATED, UPDATED, REACTIVATED, UNCHANGED, SKIPPED = STATES = (
    "created",
    "updated",
    "reactivated",
    "unchanged",
    "skipped",
)
REMOVED = "removed"

Columns = Mapping[str, ColumnElement[Any]]
Reference = tuple[str, Table]


@dataclass
class Comparison:
    """One import into one district on one day: the input and the results of its steps.

    `files` are the files of the package; rows of an absent file's kind stay as stored.
    `default_start` is the first day of students for whom the roster states none, `year_start`
    the first of the school year: spans that ended before it stay as stored.
    `importer` is the sender of the package, None for the operator.
    `counts` are by kind and state; `active` is the number of rows of a kind that were active
    before, `meant` the number of removed rows that a person decided on or that were replaced.
    """

    district_id: UUID
    today: date
    default_start: date
    settings: DistrictSettings
    version: str
    files: frozenset[str]
    findings: Findings
    importer: Access | None = None
    year_start: date = date.min
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    active: dict[str, int] = field(default_factory=dict)
    meant: Counter[str] = field(default_factory=Counter)

    @property
    def is_summer(self) -> bool:
        """Whether it is summer in the district: then absence from the roster removes nobody."""
        return self.settings.is_summer(self.today)

    @property
    def file_of_roles(self) -> str:
        """The file of the roles: in 1.1 the users' file."""
        return "roles.csv" if self.version == "1.2" else "users.csv"

    def note(self, kind: str, state: str, number: int) -> None:
        """Add to the number of rows of a kind in a state."""
        counted = self.counts.setdefault(kind, dict.fromkeys((*STATES, REMOVED), 0))
        counted[state] += number

    def note_meant(self, kind: str, number: int) -> None:
        """Add to the number of removed rows that need no confirmation."""
        self.note(kind, REMOVED, number)
        self.meant[kind] += number


@dataclass(frozen=True)
class Kind:
    """One kind of stored row with a sourcedId, and the staged rows it is compared with.

    `values` gives each stored column from a staged row. A column in `keeps` does not change
    if the roster is blank. `changes` overrides `values` for rows that exist already, `only_new`
    sets more columns of new ones. `is_active` selects active stored rows, `is_back` those that
    their staged row reactivates with the values `revived`; `removed` are the values of a
    removed row.
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
        """The new value of each stored column of a row that exists already."""
        kept = {name: func.coalesce(self.values[name], self.stored.c[name]) for name in self.keeps}
        return {**self.values, **kept, **self.changes}


# For smaller tables a query plan made without statistics does no harm.
MANY = 500


def execute(statement: Insert | Update | Delete) -> int:
    """Run a statement that changes rows; return the number of changed rows."""
    # Without the option PostgreSQL does not return the row count of an INSERT.
    options = {"preserve_rowcount": True}
    result = db.session().execute(statement, execution_options=options)
    count = result.rowcount if isinstance(result, CursorResult) else 0
    if isinstance(statement, Insert) and count >= MANY:
        gather_stored_statistics(statement.table, count)
    return count


def switched(stored: Table) -> dict[str, Any]:
    """The arguments of a `Kind` whose rows are active by the column `is_active`."""
    return {
        "is_active": stored.c.is_active.is_(True),
        "is_back": stored.c.is_active.is_(False),
        "revived": {"is_active": True},
        "removed": {"is_active": False},
    }


def refer(
    staged: Table, comparison: Comparison, told: Columns | None = None, **references: Reference
) -> None:
    """Find the stored rows that staged rows refer to: `id column=(key column, stored table)`.

    `told` sets more columns in the same pass: every pass rewrites the whole staged table.
    """
    values = dict(told or {})
    for column, (key, stored) in references.items():
        same = and_(
            stored.c.district_id == comparison.district_id, stored.c.sourced_id == staged.c[key]
        )
        values[column] = select(stored.c.id).where(same).scalar_subquery()
    execute(update(staged).values(values))
    gather_statistics(staged)


def compare(kind: Kind, comparison: Comparison) -> None:
    """Find the stored row of each staged row, by sourcedId, and set the staged row's state."""
    same = and_(
        kind.stored.c.district_id == comparison.district_id,
        kind.stored.c.sourced_id == kind.staged.c.sourced_id,
    )
    comparison.active[kind.name] = _count(kind.stored, _of_roster(kind, comparison), kind.is_active)
    mark(kind, same, row_ids())


def mark(kind: Kind, same: ColumnElement[bool], new_id: ColumnElement[Any]) -> None:
    """Set id and state of each staged row; `same` joins it to its stored row."""
    staged, stored = kind.staged, kind.stored
    differs = or_(*(stored.c[name].is_distinct_from(value) for name, value in kind.changed.items()))
    state = case((kind.is_back, REACTIVATED), (differs, UPDATED), else_=UNCHANGED)
    is_open = staged.c.state.is_(None)
    execute(update(staged).where(is_open, same).values(id=stored.c.id, state=state))
    execute(update(staged).where(is_open).values(id=new_id, state=CREATED))
    gather_statistics(staged)


def write(kind: Kind, comparison: Comparison) -> None:
    """Insert and update the stored rows from the staged ones; unchanged rows are not written."""
    staged, stored = kind.staged, kind.stored
    again = or_(staged.c.state == UPDATED, staged.c.state == REACTIVATED)
    same = stored.c.id == staged.c.id
    version = {"version": stored.c.version + 1}
    execute(update(stored).where(same, again).values({**kind.changed, **version}))
    if kind.revived:
        back = staged.c.state == REACTIVATED
        execute(update(stored).where(same, back).values(kind.revived))
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
    """Remove stored rows that the package no longer names.

    In summer only rows that the package marks as deleted, and rows that meet `in_summer`.
    """
    criterion = absent(kind, comparison, in_summer)
    changed = {**kind.removed, "version": kind.stored.c.version + 1}
    removed = execute(update(kind.stored).where(criterion).values(changed))
    comparison.note(kind.name, REMOVED, removed)


def absent(kind: Kind, comparison: Comparison, in_summer: Any = None) -> ColumnElement[bool]:
    """SQL: whether the package removes a stored row."""
    staged, stored = kind.staged, kind.stored
    is_named = exists().where(staged.c.id == stored.c.id, staged.c.state != SKIPPED)
    gone = select(GONE.c.sourced_id).where(GONE.c.kind == staged.name.removeprefix("staged_"))
    reasons = [stored.c.sourced_id.in_(gone)]
    if in_summer is not None:
        reasons.append(in_summer)
    why = or_(*reasons) if comparison.is_summer else true()
    return and_(_of_roster(kind, comparison), kind.is_active, ~is_named, why)


def _of_roster(kind: Kind, comparison: Comparison) -> ColumnElement[bool]:
    """Stored rows that came from this district's roster, not those that people entered."""
    stored = kind.stored
    return and_(stored.c.district_id == comparison.district_id, stored.c.sourced_id.is_not(None))


def _count(table: Table, *criteria: ColumnElement[bool]) -> int:
    return db.session().scalar(select(func.count()).select_from(table).where(*criteria)) or 0
