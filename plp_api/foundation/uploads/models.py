"""Uploads and their chunks."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation.db import Base, Identified, Resource
from plp_api.foundation.files.models import StorageName, StoredFile
from plp_api.foundation.ownership import OwnedByPerson, SystemRow

CHUNK_SIZE = 8 << 20


class UploadStatus(StrEnum):
    """The state of an upload. A `taken` one belongs to the record that names it."""

    OPEN = "open"
    COMPLETE = "complete"
    TAKEN = "taken"
    CANCELLED = "cancelled"


class Upload(Resource, Base):
    """A file on its way: `size` bytes as announced, in chunks of `chunk_size`.

    `student_id` tells whose quota it counts to. `file_id` is the stored file, once complete.
    """

    __tablename__ = "uploads"
    __ownership__ = OwnedByPerson(read="self:manage")
    __table_args__ = (
        Index("ix_uploads_person_id", "person_id", "status"),
        Index("ix_uploads_expires_at", "expires_at"),
        Index("ix_uploads_file_id", "file_id"),
        CheckConstraint("size > 0", name="size"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("students.id"))
    status: Mapped[str] = mapped_column(String(16), default=UploadStatus.OPEN)
    filename: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    chunk_size: Mapped[int] = mapped_column(default=CHUNK_SIZE)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime]

    file: Mapped[StoredFile | None] = relationship(lazy="joined")

    @property
    def chunk_count(self) -> int:
        """The number of chunks of the whole."""
        return -(-self.size // self.chunk_size)

    def size_of(self, number: int) -> int:
        """The size of a chunk; all are equal but the last."""
        is_last = number == self.chunk_count
        return self.size - self.chunk_size * (number - 1) if is_last else self.chunk_size


class UploadChunk(Identified, Base):
    """A chunk that arrived: numbered from 1, stored under `name`."""

    __tablename__ = "upload_chunks"
    __ownership__ = SystemRow()
    __table_args__ = (Index("uq_upload_chunks_number", "upload_id", "number", unique=True),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    upload_id: Mapped[UUID] = mapped_column(ForeignKey("uploads.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(StorageName(200))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
