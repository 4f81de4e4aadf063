"""The table of links to framework items, and the subjects that may have links."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, exists
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access import subjects
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.db import Base, Part, Resource
from plp_api.foundation.ownership import OwnedWithSubject
from plp_api.foundation.problems import Code, Problem

Criterion = ColumnElement[bool]


@dataclass(frozen=True)
class Subject:
    """A table whose rows may be linked to items.

    `write` is the permission to change a row, and so its links. `change` raises a problem
    if the row may not be changed now, else gives it (and its whole) a new version.
    `counts` says of a row, in SQL, whether it is evidence for the items it is linked to.
    """

    model: type[Any]
    write: Permission
    change: Callable[[Any, Access], None]
    counts: Criterion


SUBJECTS: dict[str, Subject] = {}
"""By table. `routes.serve_links` fills it."""


class ItemLink(Part, Base):
    """A link from a student's work (`subject`: table and id) to an item: the evidence for it."""

    __tablename__ = "item_links"
    __ownership__ = OwnedWithSubject(read="links:read", assigned_by="subject_id")
    # So that the history of a plan knows links that were removed.
    __kept__ = ("subject_type", "subject_id", "framework_item_id")
    __table_args__ = (
        Index("uq_item_links_subject", "subject_id", "framework_item_id", unique=True),
        Index("ix_item_links_item", "framework_item_id", "student_id"),
        Index("ix_item_links_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    framework_item_id: Mapped[UUID] = mapped_column(ForeignKey("framework_items.id"))
    linked_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))

    framework_item: Mapped[FrameworkItem] = relationship(lazy="joined", innerjoin=True)

    def whole(self) -> Resource:
        """The subject, whose version moves with its links.

        Raises Problem(not_found) if it was deleted just now, with its links.
        """
        subject: Resource | None = db.session().get(
            SUBJECTS[self.subject_type].model, self.subject_id
        )
        if subject is None:
            raise Problem(Code.NOT_FOUND)
        return subject

    @classmethod
    def is_evidence(cls, subject_type: str) -> Criterion:
        """Whether a link from a row of that table counts as evidence, as its subject says."""
        subject = SUBJECTS[subject_type]
        is_counted = exists().where(subject.model.id == cls.subject_id, subject.counts)
        return (cls.subject_type == subject_type) & is_counted

    @property
    def read_of_subject(self) -> Permission:
        """The permission needed to see the subject."""
        return subjects.read_of(self.subject_type, self.subject_id)
