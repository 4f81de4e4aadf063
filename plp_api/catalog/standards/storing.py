"""Bring a file's content into a district's stored framework, in a few statements for all rows.

Rows are known by their identifier. A row of the file that is not newer than the stored one leaves
it as it is; only its place in the tree follows the file. A stored row that the file lacks is
retired, and restored when it returns, also in another framework. Nothing is deleted.

A document older than the stored one changes nothing, unless it is confirmed: then the whole file
stands, whatever its dates.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    MetaData,
    Select,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from plp_api.catalog.standards.content import Association, Content, Document, End, Placed
from plp_api.catalog.standards.findings import Code, Findings
from plp_api.catalog.standards.models import Association as StoredAssociation
from plp_api.catalog.standards.models import Framework, FrameworkItem, FrameworkSource
from plp_api.foundation import clock, db
from plp_api.foundation.imports import staging

CREATED, UPDATED, RESTORED, RETIRED, UNCHANGED = STATES = (
    "created",
    "updated",
    "restored",
    "retired",
    "unchanged",
)
FRAMEWORKS, ITEMS, ASSOCIATIONS = "frameworks", "items", "associations"
WORDS = (
    "code",
    "statement",
    "abbreviated_statement",
    "item_type",
    "subjects",
    "grades",
    "list_enumeration",
    "notes",
    "language",
    "uri",
    "license_uri",
)
LISTS = frozenset({"subjects", "grades"})
ENDS = (
    "type",
    "origin_identifier",
    "origin_uri",
    "origin_title",
    "destination_identifier",
    "destination_uri",
    "destination_title",
    "sequence_number",
)
PLACE = ("parent_id", "position", "depth")
ENDS_FOUND = ("origin_item_id", "destination_item_id")
STAGED = MetaData()


@dataclass
class Outcome:
    """What became of the rows, by kind and state; `active` are the kind's active rows before."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    active: dict[str, int] = field(default_factory=dict)

    def note(self, kind: str, states: Mapping[str, int]) -> None:
        """Set the numbers of a kind."""
        self.counts[kind] = {state: states.get(state, 0) for state in STATES}


@dataclass(frozen=True)
class Kind:
    """A stored table, the columns that follow the row's date, and those that always follow."""

    model: Any
    dated: tuple[str, ...]
    undated: tuple[str, ...]
    staged: Table

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that an import writes."""
        return ("identifier", *self.dated, *self.undated, "last_changed_at")

    @property
    def table(self) -> Any:
        """The stored table."""
        return self.model.__table__

    def rows(self) -> Select[Any]:
        """Stored rows, retired ones too, with what an import compares."""
        return select(*(self.table.c[name] for name in ("id", "retired_on", *self.columns)))


def _kind(name: str, model: Any, dated: tuple[str, ...], undated: tuple[str, ...]) -> Kind:
    names = ("identifier", *dated, *undated, "last_changed_at")
    types = {each: String() if each in LISTS else model.__table__.c[each].type for each in names}
    columns = [Column("id", model.__table__.c.id.type), Column("is_new", Boolean)]
    columns += [Column(each, kind) for each, kind in types.items()]
    return Kind(model, dated, undated, staging.temporary(name, STAGED, *columns))


ITEM = _kind("framework_items", FrameworkItem, WORDS, PLACE)
ASSOCIATION = _kind("framework_associations", StoredAssociation, ENDS, ENDS_FOUND)
FOUND = staging.temporary(
    "framework_ends",
    STAGED,
    *(Column(each, StoredAssociation.__table__.c[each].type) for each in ("id", *ENDS_FOUND)),
)


def store(
    content: Content, district_id: UUID, today: date, findings: Findings, *, is_confirmed: bool
) -> tuple[Framework | None, Outcome]:
    """Bring the content into the district, in the running transaction.

    An older document changes nothing unless `is_confirmed`.
    The framework is None if there are errors, which are in `findings`; then the caller rolls back.
    """
    outcome = Outcome()
    document = content.document
    stored = _stored_framework(document, district_id)
    is_older = stored is not None and _is_older(document, stored)
    if stored is not None and is_older and not is_confirmed:
        framework = stored
        findings.add(Code.PACKAGE_OLDER, identifier=document.identifier)
        outcome.note(FRAMEWORKS, {UNCHANGED: 1})
        outcome.note(ITEMS, {UNCHANGED: len(content.items)})
        outcome.note(ASSOCIATIONS, {UNCHANGED: len(content.associations)})
        return framework, outcome
    framework, state = _brought(content, stored, district_id)
    outcome.note(FRAMEWORKS, {state: 1})
    staging.create(STAGED)
    import_ = _Import(framework, today, findings, outcome)
    import_.is_dated = content.source is FrameworkSource.CASE
    import_.is_back = is_older
    ids = import_.bring_items(content.items)
    if ids is not None:
        import_.bring_associations(content.associations, ids)
    staging.clear(STAGED)
    return (None if findings.errors else framework), outcome


def _is_older(document: Document, framework: Framework) -> bool:
    dated = document.last_changed_at
    return dated is not None and dated < framework.last_changed_at


def _stored_framework(document: Document, district_id: UUID) -> Framework | None:
    same = (Framework.district_id == district_id, Framework.identifier == document.identifier)
    return db.session().scalar(select(Framework).where(*same))


def _brought(
    content: Content, framework: Framework | None, district_id: UUID
) -> tuple[Framework, str]:
    """The stored framework, made or changed by the document, and what became of it."""
    session = db.session()
    values = asdict(content.document)
    dated = values.pop("last_changed_at")
    if framework is None:
        own = {"id": db.new_id(), "district_id": district_id, "source": content.source}
        framework = Framework(**own, **values)
        framework.last_changed_at = dated or clock.now()
        session.add(framework)
        session.flush()
        return framework, CREATED
    if dated == framework.last_changed_at:
        return framework, UNCHANGED
    if dated is None and all(getattr(framework, name) == v for name, v in values.items()):
        return framework, UNCHANGED
    for name, value in values.items():
        setattr(framework, name, value)
    framework.last_changed_at = dated or clock.now()
    return framework, UPDATED


class _Import:
    """One import into one framework."""

    def __init__(
        self,
        framework: Framework,
        today: date,
        findings: Findings,
        outcome: Outcome,
    ) -> None:
        self.framework = framework
        self.today = today
        self.is_dated = True
        self.is_back = False
        """Whether an older document was confirmed, to take back what a newer one brought."""
        self.findings = findings
        self.outcome = outcome
        self.now = clock.now()

    def bring_items(self, placed: list[Placed]) -> dict[UUID, UUID] | None:
        """Bring the items; return their ids by identifier, or None with findings of errors."""
        stored = self._stored(ITEM)
        places = {one.item.identifier: one.item.place for one in placed}
        adopted = self._adopted(ITEM, places.keys() - stored.keys(), places)
        if adopted is None:
            return None
        stored |= adopted
        ids = {
            key: stored[key]["id"] if key in stored else db.new_id()
            for key in (one.item.identifier for one in placed)
        }
        rows = [self._item_row(one, ids) for one in placed]
        created = self._bring(ITEMS, ITEM, rows, ids, stored)
        if adopted:
            self._part_from([row["id"] for row in adopted.values()])
        known = {key: row["id"] for key, row in stored.items()} | ids
        self._find_ends({key: ids[key] for key in created})
        return known

    def _item_row(self, one: Placed, ids: Mapping[UUID, UUID]) -> dict[str, Any]:
        item = one.item
        return {
            "identifier": item.identifier,
            **{name: getattr(item, name) for name in WORDS},
            "parent_id": ids[one.parent] if one.parent else None,
            "position": one.position,
            "depth": one.depth,
            "last_changed_at": item.last_changed_at or self.now,
        }

    def bring_associations(self, associations: list[Association], ids: Mapping[UUID, UUID]) -> None:
        """Bring the associations. An end that is no item of the district stays a reference."""
        stored = self._stored(ASSOCIATION)
        places = {one.identifier: one.place for one in associations}
        adopted = self._adopted(ASSOCIATION, places.keys() - stored.keys(), places)
        if adopted is None:
            return
        stored |= adopted
        ends = {end.key for one in associations for end in (one.origin, one.destination)}
        items = {**self._items_of_district({key for key in ends if key} - ids.keys()), **ids}
        own = {key: stored[key]["id"] if key in stored else db.new_id() for key in places}
        rows = [_association_row(one, items) for one in associations]
        self._bring(ASSOCIATIONS, ASSOCIATION, rows, own, stored)

    def _stored(self, kind: Kind) -> dict[UUID, dict[str, Any]]:
        """The framework's rows by identifier, retired ones too."""
        rows = kind.rows().where(kind.table.c.framework_id == self.framework.id)
        return {row["identifier"]: dict(row) for row in db.session().execute(rows).mappings()}

    def _adopted(
        self, kind: Kind, identifiers: Iterable[UUID], places: Mapping[UUID, str | None]
    ) -> dict[UUID, dict[str, Any]] | None:
        """Retired rows of other frameworks that move into this one, by identifier.

        None, with findings, if another framework still holds one of the identifiers.
        """
        found = self._of_district(kind.rows(), kind.table, identifiers)
        rows = [dict(row) for row in db.session().execute(found).mappings()]
        held = [row["identifier"] for row in rows if row["retired_on"] is None]
        for identifier in held:
            self.findings.add(Code.IDENTIFIER_ELSEWHERE, places[identifier], identifier)
        return None if held else {row["identifier"]: row for row in rows}

    def _part_from(self, adopted: list[UUID]) -> None:
        """Let retired items of other frameworks, whose parents moved here, stand at their top."""
        table = ITEM.table
        is_child = and_(
            db.any_of(table.c.parent_id, bindparam("ids_adopted", adopted, type_=db.IDS)),
            table.c.framework_id != self.framework.id,
        )
        first = select(table.c.id, table.c.depth.label("lift")).where(is_child)
        below = first.cte("below", recursive=True)
        inner = table.alias()
        deeper = select(inner.c.id, below.c.lift).join(below, inner.c.parent_id == below.c.id)
        below = below.union_all(deeper)
        lifted = {
            "depth": table.c.depth - below.c.lift,
            "parent_id": case((is_child, None), else_=table.c.parent_id),
            "version": table.c.version + 1,
            "updated_at": self.now,
        }
        db.session().execute(update(table).where(table.c.id == below.c.id).values(lifted))

    def _items_of_district(self, identifiers: Iterable[UUID]) -> dict[UUID, UUID]:
        table = ITEM.table
        found = self._of_district(select(table.c.identifier, table.c.id), table, identifiers)
        return {row.identifier: row.id for row in db.session().execute(found)}

    def _of_district(
        self, rows: Select[Any], table: Table, identifiers: Iterable[UUID]
    ) -> Select[Any]:
        listed = bindparam("identifiers", list(identifiers), type_=db.IDS)
        return rows.where(
            table.c.district_id == self.framework.district_id,
            db.any_of(table.c.identifier, listed),
        )

    def _bring(
        self,
        name: str,
        kind: Kind,
        rows: list[dict[str, Any]],
        ids: Mapping[UUID, UUID],
        stored: Mapping[UUID, dict[str, Any]],
    ) -> list[UUID]:
        """Write the rows that differ from the stored ones; return the identifiers of new ones."""
        states: Counter[str] = Counter()
        created: list[UUID] = []
        written: list[tuple[Any, ...]] = []
        for row in rows:
            key = row["identifier"]
            state = self._state(kind, row, stored.get(key))
            states[state] += 1
            if state == CREATED:
                created.append(key)
            if state != UNCHANGED:
                values = (_staged(name, row[name]) for name in kind.columns)
                written.append((ids[key], state == CREATED, *values))
        staging.load(kind.staged, written)
        staging.gather_statistics(kind.staged)
        if states[CREATED]:
            self._insert(kind)
        if len(written) > states[CREATED]:
            self._update(kind)
        gone = [row["id"] for key, row in stored.items() if key not in ids]
        self.outcome.active[name] = sum(row["retired_on"] is None for row in stored.values())
        states[RETIRED] = self._retire(kind, gone) if gone else 0
        self.outcome.note(name, states)
        return created

    def _state(self, kind: Kind, row: dict[str, Any], stored: dict[str, Any] | None) -> str:
        """What is to become of the row. What is not newer keeps the words that are stored."""
        if stored is None:
            return CREATED
        dated, before = row["last_changed_at"], stored["last_changed_at"]
        differs = False
        if not self.is_dated or self.is_back or dated > before:
            differs = any(row[name] != stored[name] for name in kind.dated)
            differs = differs or (self.is_dated and dated != before)
        if not differs:
            row.update({name: stored[name] for name in (*kind.dated, "last_changed_at")})
        is_moved = any(row[name] != stored[name] for name in kind.undated)
        if stored["retired_on"] is not None:
            return RESTORED
        return UPDATED if differs or is_moved else UNCHANGED

    def _insert(self, kind: Kind) -> None:
        own = {
            "id": kind.staged.c.id,
            "district_id": literal(self.framework.district_id),
            "framework_id": literal(self.framework.id),
            "version": literal(1),
            "created_at": literal(self.now),
            "updated_at": literal(self.now),
            **self._values(kind),
        }
        rows = select(*own.values()).where(kind.staged.c.is_new.is_(True))
        db.session().execute(insert(kind.table).from_select(list(own), rows))

    def _update(self, kind: Kind) -> None:
        changed = {
            **self._values(kind),
            "framework_id": self.framework.id,
            "retired_on": None,
            "version": kind.table.c.version + 1,
            "updated_at": self.now,
        }
        same = and_(kind.table.c.id == kind.staged.c.id, kind.staged.c.is_new.is_(False))
        db.session().execute(update(kind.table).where(same).values(changed))

    def _values(self, kind: Kind) -> dict[str, ColumnElement[Any]]:
        return {name: _unstaged(name, kind.staged.c[name]) for name in kind.columns}

    def _retire(self, kind: Kind, ids: list[UUID]) -> int:
        table = kind.table
        listed = bindparam("ids_gone", ids, type_=db.IDS)
        retired = (
            update(table)
            .where(db.any_of(table.c.id, listed), table.c.retired_on.is_(None))
            .values(retired_on=self.today, version=table.c.version + 1, updated_at=self.now)
        )
        result: Any = db.session().execute(retired)
        return int(result.rowcount)

    def _find_ends(self, created: Mapping[UUID, UUID]) -> None:
        """Let stored associations whose end was unknown so far refer to the new items."""
        if not created:
            return
        table = ASSOCIATION.table
        names = ("id", "origin_identifier", "destination_identifier", *ENDS_FOUND)
        unknown = select(*(table.c[name] for name in names)).where(
            table.c.district_id == self.framework.district_id,
            or_(table.c.origin_item_id.is_(None), table.c.destination_item_id.is_(None)),
        )
        found = []
        for row in db.session().execute(unknown):
            origin = row.origin_item_id or created.get(_key(row.origin_identifier))
            destination = row.destination_item_id or created.get(_key(row.destination_identifier))
            if (origin, destination) != (row.origin_item_id, row.destination_item_id):
                found.append((row.id, origin, destination))
        if not found:
            return
        staging.load(FOUND, found)
        staging.gather_statistics(FOUND)
        values = {name: FOUND.c[name] for name in ENDS_FOUND}
        changed = {**values, "version": table.c.version + 1, "updated_at": self.now}
        db.session().execute(update(table).where(table.c.id == FOUND.c.id).values(changed))


def _association_row(one: Association, items: Mapping[UUID, UUID]) -> dict[str, Any]:
    def of(end: End) -> UUID | None:
        return items.get(end.key) if end.key else None

    return {
        "identifier": one.identifier,
        "type": one.type,
        "origin_identifier": one.origin.identifier,
        "origin_uri": one.origin.uri,
        "origin_title": one.origin.title,
        "destination_identifier": one.destination.identifier,
        "destination_uri": one.destination.uri,
        "destination_title": one.destination.title,
        "sequence_number": one.sequence_number,
        "origin_item_id": of(one.origin),
        "destination_item_id": of(one.destination),
        "last_changed_at": one.last_changed_at,
    }


def _key(identifier: str) -> Any:
    return End(identifier, "", "").key


def _staged(name: str, value: Any) -> Any:
    """The value as a temporary table holds it: lists as JSON text, which COPY can write."""
    return orjson.dumps(value).decode() if name in LISTS else value


def _unstaged(name: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    if name not in LISTS:
        return column
    return cast(column, JSONB) if db.on_postgresql() else type_coerce(column, JSON)
