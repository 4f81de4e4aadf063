"""The table of comments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.access import subjects
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.ownership import OwnedWithSubject


class Comment(Resource, Base):
    """A person's comment on `subject` (table and id), a row about one student.

    `author_role` is the author's role at the time. The text of a withdrawn comment is
    kept, but not shown.
    """

    __tablename__ = "comments"
    __ownership__ = OwnedWithSubject(read="comments:read", assigned_by="subject_id")
    __table_args__ = (
        Index("ix_comments_subject", "subject_id", "created_at"),
        Index("ix_comments_student_id", "student_id", "created_at"),
        Index("ix_comments_author_id", "author_id", "subject_id", "created_at"),
        Index("ix_comments_district_id", "district_id", "created_at"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    author_role: Mapped[str] = mapped_column(String(24))
    body: Mapped[str]
    withdrawn_at: Mapped[datetime | None]

    @property
    def read_of_subject(self) -> Permission:
        """The permission needed to see the subject."""
        return subjects.read_of(self.subject_type, self.subject_id)
