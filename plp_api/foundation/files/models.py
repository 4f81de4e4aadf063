"""The row of a stored file."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Identified
from plp_api.foundation.ownership import SystemRow


class FileType(StrEnum):
    """The format of a stored file, by its content."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    GIF = "image/gif"
    WEBP = "image/webp"
    MP3 = "audio/mpeg"
    M4A = "audio/mp4"
    WAV = "audio/wav"
    OGG = "audio/ogg"
    MP4 = "video/mp4"
    WEBM = "video/webm"
    QUICKTIME = "video/quicktime"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    ODP = "application/vnd.oasis.opendocument.presentation"
    TEXT = "text/plain"
    VTT = "text/vtt"
    ZIP = "application/zip"


class VirusCheck(StrEnum):
    """What the scanner said of a file; an infected one is quarantined: nobody gets its content."""

    NOT_SCANNED = "not_scanned"
    CLEAN = "clean"
    INFECTED = "infected"


class StorageName(String):
    """The type of each column that names a file in the storage.

    The sweep of what no row names, and `plp files check`, find the columns by it.
    """


ARCHIVES = "exports"
"""The folder of archives of students, which hold once more what is in the storage already."""


class StoredFile(Identified, Base):
    """A file in the storage, under `name`; the row that refers to it decides who may read it.

    `sha256` and `size` (bytes) describe the content as it is kept and served. `filename` is what
    its uploader called it, made harmless. `receiving.taken` says which files count to a quota.
    `thumbnail` is the name of a small picture of it in the storage.
    """

    __tablename__ = "files"
    __ownership__ = SystemRow()
    __table_args__ = (
        Index("ix_files_district_id", "district_id", "created_at"),
        Index("ix_files_student_id", "student_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    name: Mapped[str] = mapped_column(StorageName(200))
    # SQLite keeps any length, and cannot change a column.
    media_type: Mapped[str] = mapped_column(String(100).with_variant(String(32), "sqlite"))
    # An archive may have gigabytes; SQLite's integers always have 64 bits.
    size: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"))
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    student_id: Mapped[UUID | None] = mapped_column(ForeignKey("students.id"))
    filename: Mapped[str | None] = mapped_column(String(200))
    virus_check: Mapped[str] = mapped_column(String(16), default=VirusCheck.NOT_SCANNED)
    thumbnail: Mapped[str | None] = mapped_column(StorageName(200))
