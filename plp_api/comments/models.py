"""One comment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.db import Base, Resource
from plp_api.ownership import OwnedByStudent


class Comment(Resource, Base):
    """Somebody's words about `subject` (its table and id), which concerns one student."""

    __tablename__ = "comments"
    __ownership__ = OwnedByStudent(read="plan_status:read")
    __table_args__ = (Index("ix_comments_subject", "subject_id", "created_at"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"), index=True)
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    author_role: Mapped[str] = mapped_column(String(24))
    body: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
