"""Exports of students' records, and history that came from elsewhere."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.archives.parts import part_named
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.ownership import OwnedByStudent, OwnedWithSubject
from plp_api.foundation.problems import Code, Problem


class ExportStatus(StrEnum):
    """The state of an export. The archive of an expired one is removed."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


class StudentExport(Resource, Base):
    """An archive of one student's record, as `requested_for` may read it; it is theirs alone.

    `batch_id` joins the exports of a leaving class. `counts` tells the rows by part.
    """

    __tablename__ = "student_exports"
    __ownership__ = OwnedByStudent(read="exports:read", about="requested_for", is_personal=True)
    __table_args__ = (
        Index("ix_student_exports_student_id", "student_id", "created_at"),
        # One is being made at a time.
        Index(
            "uq_student_exports_open",
            "student_id",
            "requested_for",
            unique=True,
            sqlite_where=text("status IN ('queued', 'running')"),
            postgresql_where=text("status IN ('queued', 'running')"),
            info={"problem": Code.EXPORT_RUNNING},
        ),
        Index("ix_student_exports_batch_id", "batch_id"),
        Index("ix_student_exports_expires_at", "expires_at"),
        Index("ix_student_exports_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    status: Mapped[str] = mapped_column(String(16), default=ExportStatus.QUEUED)
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    requested_for: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    batch_id: Mapped[UUID | None]
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id"))
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    downloaded_at: Mapped[datetime | None]

    file: Mapped[StoredFile | None] = relationship(lazy="joined")


class ForeignRecord(Resource, Base):
    """A record from another installation's archive, as it stood there: unverified history.

    `part` names the part of the archive; `content` is the row as its API served it. Its reader
    needs the permission of that part here too.
    """

    __tablename__ = "foreign_records"
    __ownership__ = OwnedWithSubject(read="foreign_records:read")
    __table_args__ = (
        Index("ix_foreign_records_student_id", "student_id", "part"),
        Index("ix_foreign_records_archive_sha256", "student_id", "archive_sha256"),
        Index("ix_foreign_records_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    part: Mapped[str] = mapped_column(String(40))
    foreign_id: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]]
    came_from: Mapped[str] = mapped_column(String(400))
    archive_sha256: Mapped[str] = mapped_column(String(64))
    imported_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))

    @property
    def read_of_subject(self) -> Permission:
        """The permission of its part. Raises Problem(not_found): nothing here has such a part."""
        part = part_named(self.part)
        if part is None:
            raise Problem(Code.NOT_FOUND)
        return part.permission
