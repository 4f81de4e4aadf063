"""Frameworks, their items and associations."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, cast, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from plp_api.foundation import problems
from plp_api.foundation.db import Base, Resource
from plp_api.foundation.imports.models import ImportRow
from plp_api.foundation.ownership import OwnedByDistrict


class FrameworkSource(StrEnum):
    """Where a framework comes from: a CASE package, or the district's own CSV file."""

    CASE = "case"
    CSV = "csv"

    @classmethod
    def of(cls, title: str | None) -> Self:
        """The format of a file: with a title it is a CSV, because a CASE package has its own."""
        return cls.CASE if title is None else cls.CSV


class Framework(Resource, Base):
    """A set of standards: a CFDocument of CASE, or the rows of a district's CSV file.

    `identifier` is that of CASE (a UUID), or one made from district and title for a CSV file.
    `last_changed_at` is the document's own; a package that is not newer changes nothing.
    """

    __tablename__ = "frameworks"
    __ownership__ = OwnedByDistrict(read="settings:read", is_wide=True)
    __table_args__ = (
        Index("uq_frameworks_identifier", "district_id", "identifier", unique=True),
        Index("ix_frameworks_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    identifier: Mapped[UUID]
    source: Mapped[str] = mapped_column(String(8))
    scale_id: Mapped[UUID | None] = mapped_column(ForeignKey("scales.id"))
    title: Mapped[str]
    creator: Mapped[str] = mapped_column(default="")
    publisher: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    adoption_status: Mapped[str | None] = mapped_column(String(64))
    document_version: Mapped[str | None]
    case_version: Mapped[str | None] = mapped_column(String(8))
    framework_type: Mapped[str | None]
    language: Mapped[str | None] = mapped_column(String(35))
    uri: Mapped[str | None]
    official_source_url: Mapped[str | None]
    license_uri: Mapped[str | None]
    subjects: Mapped[list[Any]] = mapped_column(default=list)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    last_changed_at: Mapped[datetime]


class FrameworkItem(Resource, Base):
    """One standard. `position` is its place in its framework's tree, read depth first.

    `retired_on` is the day of the import in which it was gone; what refers to it stays.
    `statement` is stored as it came (Markdown with LaTeX); whoever shows it escapes it.
    """

    __tablename__ = "framework_items"
    __ownership__ = OwnedByDistrict(read="settings:read")
    __table_args__ = (
        Index("uq_framework_items_identifier", "district_id", "identifier", unique=True),
        Index("ix_framework_items_framework_id", "framework_id", "position"),
        Index("ix_framework_items_parent_id", "parent_id"),
        Index("ix_framework_items_district_updated", "district_id", "updated_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("frameworks.id"))
    identifier: Mapped[UUID]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_items.id"))
    position: Mapped[int] = mapped_column(default=0)
    depth: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None]
    statement: Mapped[str]
    abbreviated_statement: Mapped[str | None]
    item_type: Mapped[str | None]
    subjects: Mapped[list[Any]] = mapped_column(default=list)
    grades: Mapped[list[Any]] = mapped_column(default=list)
    list_enumeration: Mapped[str | None]
    notes: Mapped[str | None]
    language: Mapped[str | None] = mapped_column(String(35))
    uri: Mapped[str | None]
    license_uri: Mapped[str | None]
    last_changed_at: Mapped[datetime]
    retired_on: Mapped[date | None]

    framework: Mapped[Framework] = relationship(lazy="raise")

    @property
    def is_retired(self) -> bool:
        """Whether the item is no longer offered: nothing new refers to it."""
        return self.retired_on is not None


class Association(Resource, Base):
    """A CFAssociation other than the tree's: one item precedes, replaces or matches another.

    An end that is no item of the district is kept as a reference: its identifier, URI and title.
    """

    __tablename__ = "framework_associations"
    __ownership__ = OwnedByDistrict(read="settings:read")
    __table_args__ = (
        Index("uq_framework_associations_identifier", "district_id", "identifier", unique=True),
        Index("ix_framework_associations_framework_id", "framework_id"),
        Index("ix_framework_associations_origin_item_id", "origin_item_id"),
        Index("ix_framework_associations_destination_item_id", "destination_item_id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    framework_id: Mapped[UUID] = mapped_column(ForeignKey("frameworks.id"))
    identifier: Mapped[UUID]
    type: Mapped[str] = mapped_column(String(64))
    origin_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_items.id"))
    origin_identifier: Mapped[str]
    origin_uri: Mapped[str]
    origin_title: Mapped[str]
    destination_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("framework_items.id"))
    destination_identifier: Mapped[str]
    destination_uri: Mapped[str]
    destination_title: Mapped[str]
    sequence_number: Mapped[int | None]
    last_changed_at: Mapped[datetime]
    retired_on: Mapped[date | None]

    @property
    def is_retired(self) -> bool:
        """Whether the association is gone from its package."""
        return self.retired_on is not None


def for_grades(grades: list[str]) -> ColumnElement[bool]:
    """SQL: whether an item names one of the grades."""
    # The same on both databases: the JSON of a list of words, searched for the quoted word.
    listed = cast(FrameworkItem.grades, String)
    return or_(*(listed.contains(f'"{grade}"') for grade in grades))


def is_end_of(item_id: UUID) -> ColumnElement[bool]:
    """SQL: whether an association begins or ends at an item."""
    return or_(Association.origin_item_id == item_id, Association.destination_item_id == item_id)


class FrameworkImportState(StrEnum):
    """The state of an import.

    `applied` changed the framework; `compared` is a dry run's end. `refused`: the file has errors,
    which `findings` name. `unconfirmed`: it would retire more than the district allows without
    confirmation. Only `applied` changes anything.
    """

    QUEUED = "queued"
    RUNNING = "running"
    APPLIED = "applied"
    COMPARED = "compared"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"


class FrameworkImport(ImportRow, Base):
    """One uploaded file of standards and the result of its import; the row is the job's resource.

    `title` is that of a district's own proficiencies, which come as CSV; a CASE package has its
    own. `counts` holds by kind of row how many were (in a dry run: would be) created, updated,
    restored, retired and unchanged.
    """

    __tablename__ = "framework_imports"
    __ownership__ = OwnedByDistrict(read="settings:write")
    __table_args__ = (
        Index("ix_framework_imports_district_created", "district_id", "created_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    format: Mapped[str] = mapped_column(String(8))
    title: Mapped[str | None]
    is_confirmed: Mapped[bool] = mapped_column(default=False)
    framework_id: Mapped[UUID | None] = mapped_column(ForeignKey("frameworks.id"))

    @property
    def problem(self) -> dict[str, Any] | None:
        """Why the import failed, as a problem document."""
        if self.state == FrameworkImportState.REFUSED:
            return problems.document(problems.Problem(problems.Code.FRAMEWORK_INVALID))
        return self.failure
