"""Compares staged rows with stored ones and makes the stored ones agree, set by set.

For each kind of row: `compare` finds what every staged row is (created, updated, reactivated,
unchanged, skipped), `write` makes it so, `remove` takes away what the roster no longer names.
Nothing is ever deleted: a row is switched off, or its span ends.
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
from plp_api.foundation.roster.district_settings import DistrictSettings
from plp_api.people.rostering.findings import Findings
from plp_api.people.rostering.ids import row_ids
from plp_api.people.rostering.staging import GONE, gather_statistics, gather_stored_statistics

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
    """One import into one district on one day: what every step needs to know, and what it tells.

    `files` are those the package holds; what an absent file would say is left as it is.
    `default_start` is the day on which students begin for whom the roster names none, `year_start`
    the first of the school year: what was over before it stays as it is stored.
    `importer` is whoever sent the package, None for the operator.
    `counts` are by kind and state; `active` tells how many rows of a kind were active before, and
    `meant` how many of the removed were decided by a person or replaced.
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

    def note_meant(self, kind: str, number: int) -> None:
        """Count rows that are removed for a reason which needs no confirmation."""
        self.note(kind, REMOVED, number)
        self.meant[kind] += number


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


# Below it a plan made without statistics does no harm.
MANY = 500


def execute(statement: Insert | Update | Delete) -> int:
    """Run a statement that changes rows; how many it changed."""
    # Without the option an INSERT's count is lost on PostgreSQL.
    options = {"preserve_rowcount": True}
    result = db.session().execute(statement, execution_options=options)
    count = result.rowcount if isinstance(result, CursorResult) else 0
    if isinstance(statement, Insert) and count >= MANY:
        gather_stored_statistics(statement.table, count)
    return count


def switched(stored: Table) -> dict[str, Any]:
    """The members of a `Kind` whose rows are switched on and off by `is_active`."""
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
    """Find out what each staged row is to the stored ones, by sourcedId."""
    same = and_(
        kind.stored.c.district_id == comparison.district_id,
        kind.stored.c.sourced_id == kind.staged.c.sourced_id,
    )
    comparison.active[kind.name] = _count(kind.stored, _of_roster(kind, comparison), kind.is_active)
    mark(kind, same, row_ids())


def mark(kind: Kind, same: ColumnElement[bool], new_id: ColumnElement[Any]) -> None:
    """Set id and state of each staged row; `same` says which stored row it is."""
    staged, stored = kind.staged, kind.stored
    differs = or_(*(stored.c[name].is_distinct_from(value) for name, value in kind.changed.items()))
    state = case((kind.is_back, REACTIVATED), (differs, UPDATED), else_=UNCHANGED)
    is_open = staged.c.state.is_(None)
    execute(update(staged).where(is_open, same).values(id=stored.c.id, state=state))
    execute(update(staged).where(is_open).values(id=new_id, state=CREATED))
    gather_statistics(staged)


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
