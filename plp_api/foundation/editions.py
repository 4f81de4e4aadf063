"""Editions: what is published never changes, so a change is written as the next edition.

All editions of one thing share a line. A line has at most one draft, which is edited, and at
most one published edition, which is offered; publishing the draft retires the edition before it.
Rows that refer to an edition keep it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Index, String, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import db
from plp_api.foundation.access.lifecycle import Guard, LifeCycle, move
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.db import Resource, new_id
from plp_api.foundation.problems import Code, Problem, invalid

EVENTS = ("discarded", "drafted", "edited", "published", "retired")
"""What happens to an edition; each is an event, `noun.verb`."""


class EditionStatus(StrEnum):
    """The state of an edition. Only a draft can be edited; only a published one is offered."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Edition(Resource):
    """A row that is one edition; editions of one thing share `line_id`, and each has its number."""

    line_id: Mapped[UUID] = mapped_column(default=new_id)
    edition: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(16), default=EditionStatus.DRAFT)

    @classmethod
    def rules(cls, table: str, draft_open: Code) -> tuple[Index, ...]:
        """The unique indexes: a line has each number, one draft and one published edition once."""
        return (
            Index(f"uq_{table}_line_id_edition", "line_id", "edition", unique=True),
            Index(
                f"uq_{table}_draft",
                "line_id",
                unique=True,
                sqlite_where=text("status = 'draft'"),
                postgresql_where=text("status = 'draft'"),
                info={"problem": draft_open, "tells": ("edition",)},
            ),
            Index(
                f"uq_{table}_published",
                "line_id",
                unique=True,
                sqlite_where=text("status = 'published'"),
                postgresql_where=text("status = 'published'"),
            ),
        )


Row = TypeVar("Row", bound=Edition)


@dataclass(frozen=True)
class Editions(Generic[Row]):
    """The verbs of one table's editions.

    `noun` begins its events; `carried` names the columns with which the next edition starts.
    `frozen` is the problem of editing what is no draft, `draft_open` that of a second draft.
    """

    model: type[Row]
    noun: str
    carried: tuple[str, ...]
    frozen: Code
    draft_open: Code

    def begin(self, draft: Row, access: Access, **facts: Any) -> Row:
        """Store a new draft; `facts` go into its event."""
        db.session().add(draft)
        db.session().flush()
        self._record("drafted", draft, access, edition=draft.edition, **facts)
        return draft

    def draft_next(self, row: Row, access: Access) -> Row:
        """Begin the next edition, as a draft that starts from this edition.

        Raises Problem: `draft_open` if there is a draft already; a unique index enforces
        this too.
        """
        # Two at once would take the same number.
        db.lock_name(f"line {row.line_id}")
        of_line = self.model.line_id == row.line_id
        is_draft = self.model.status == EditionStatus.DRAFT
        db.refuse_second(self.model, of_line, is_draft, code=self.draft_open)
        latest = db.session().scalar(select(func.max(self.model.edition)).where(of_line)) or 0
        make: Any = self.model
        following: Row = make(
            id=new_id(),
            line_id=row.line_id,
            edition=latest + 1,
            status=EditionStatus.DRAFT,
            **self.carried_from(row),
        )
        return self.begin(following, access)

    def carried_from(self, row: Row) -> dict[str, Any]:
        """The values with which another edition starts."""
        return {name: getattr(row, name) for name in self.carried}

    def require_draft(self, row: Row) -> None:
        """Raise Problem(`frozen`) if the edition is no draft."""
        if row.status != EditionStatus.DRAFT:
            raise Problem(self.frozen, f"It is {row.status}.")

    def edit(self, draft: Row, access: Access, values: dict[str, Any]) -> Row:
        """Change columns of an edition that the caller has found to be a draft."""
        for name, value in values.items():
            setattr(draft, name, value)
        self._record("edited", draft, access, fields=sorted(values))
        return draft

    def discard(self, row: Row, access: Access) -> None:
        """Delete a draft. Raises Problem: `frozen` for any other edition."""
        self.require_draft(row)
        self._record("discarded", row, access, edition=row.edition)
        db.session().delete(row)

    def publish(self, draft: Row, access: Access) -> None:
        """Retire the edition before it; the life cycle then sets the draft's status."""
        published = select(self.model).where(
            self.model.line_id == draft.line_id, self.model.status == EditionStatus.PUBLISHED
        )
        for before in db.session().scalars(published).all():
            # Somebody may be retiring it at the same moment.
            db.lock(before)
            before.status = EditionStatus.RETIRED
        # Flushed first: a unique index allows one published edition of a line at a time.
        db.session().flush()
        self._record("published", draft, access, edition=draft.edition)

    def retire(self, row: Row, access: Access) -> None:
        """Stop offering the edition. What refers to it keeps it."""
        self._record("retired", row, access, edition=row.edition)

    def _record(self, verb: str, row: Row, access: Access, **facts: Any) -> None:
        audit.record(f"{self.noun}.{verb}", row, by=access.caller.person_id, **facts)


def require_published(row: Edition, member: str) -> None:
    """Raise validation_failed at the member that names an edition which is not offered."""
    if row.status != EditionStatus.PUBLISHED:
        raise invalid(member, f"This edition is {row.status}; name a published one.")


def life_cycle(
    permission: Permission,
    publish: Callable[[Any, Access], None],
    retire: Callable[[Any, Access], None],
    *is_retirable: Guard,
    refuses: tuple[Code, ...],
) -> LifeCycle:
    """The life cycle of an edition: a draft is published, and at last retired."""
    return LifeCycle(
        [
            move("draft", "publish", permission, EditionStatus.PUBLISHED, publish),
            move("published", "retire", permission, EditionStatus.RETIRED, retire, *is_retirable),
        ],
        refuses=refuses,
    )
