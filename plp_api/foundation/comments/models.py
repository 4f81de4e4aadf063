"""One comment, and what may be commented on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedWithSubject

READ_BY: dict[str, Permission] = {}
"""By table, the permission by which a subject is read; filled where its comments are served."""


class Comment(Resource, Base):
    """Somebody's words about `subject` (its table and id), which concerns one student.

    `author_role` is as what they spoke, then. Withdrawn words are kept, and not
    shown.
    """

    __tablename__ = "comments"
    __ownership__ = OwnedWithSubject(read="comments:read")
    __table_args__ = (Index("ix_comments_subject", "subject_id", "created_at"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"), index=True)
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    author_role: Mapped[str] = mapped_column(String(24))
    body: Mapped[str]
    withdrawn_at: Mapped[datetime | None]

    @property
    def read_of_subject(self) -> Permission:
        """The permission without which nobody sees what this is about."""
        return READ_BY[self.subject_type]
