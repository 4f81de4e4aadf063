"""The row of a stored file."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Identified
from plp_api.foundation.ownership import SystemRow


class FileType(StrEnum):
    """The format of a stored file."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


class StoredFile(Identified, Base):
    """A file in the storage, under `name`; the row that refers to it decides who may read it.

    `sha256` and `size` (bytes) describe the content as it is kept and served.
    """

    __tablename__ = "files"
    __ownership__ = SystemRow()
    __table_args__ = (Index("ix_files_district_id", "district_id", "created_at"),)

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
