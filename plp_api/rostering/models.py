"""A roster import as a resource, and who left by a roster."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.db import Base, Resource
from plp_api.ownership import OwnedByDistrict


class ImportState(StrEnum):
    """Where an import stands.

    `refused`: the package has errors. `unconfirmed`: it would remove more than the district lets
    pass without a person's word. Neither changed anything; send the package again.
    """

    QUEUED = "queued"
    RUNNING = "running"
    APPLIED = "applied"
    COMPARED = "compared"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"


UNFINISHED = frozenset({ImportState.QUEUED, ImportState.RUNNING})


class RosterImport(Resource, Base):
    """One roster package sent in, and what became of it: the resource that is the job.

    `counts` tells by kind of row how many were created, updated, reactivated, removed, unchanged
    and skipped (in a dry run: would be). `findings` holds the first of each code,
    `finding_counts` all of them. The package itself is not kept.
    """

    __tablename__ = "roster_imports"
    __ownership__ = OwnedByDistrict(read="imports:read")
    __table_args__ = (
        Index("ix_roster_imports_district_created", "district_id", "created_at", "id"),
    )

    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    state: Mapped[str] = mapped_column(String(16), default=ImportState.QUEUED)
    progress: Mapped[float] = mapped_column(default=0.0)
    profile: Mapped[str] = mapped_column(String(16))
    is_dry_run: Mapped[bool] = mapped_column(default=False)
    is_confirmed: Mapped[bool] = mapped_column(default=False)
    sha256: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    findings: Mapped[list[Any]] = mapped_column(default=list)
    finding_counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Leaver(Base):
    """A person whom a roster disabled: it no longer names them, or says so.

    Who is in a later roster again is let in again. Whom staff disabled has no row here and stays
    disabled, whatever a roster says.
    """

    __tablename__ = "roster_leavers"
    __ownership__ = OwnedByDistrict(read="imports:read")

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"), index=True)
    left_on: Mapped[date]
