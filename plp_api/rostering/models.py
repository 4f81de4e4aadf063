"""A roster import as a resource, and who left by a roster."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from plp_api import problems
from plp_api.db import Base, Resource
from plp_api.jobs.models import Job
from plp_api.ownership import OwnedByDistrict
from plp_api.rostering.findings import Code


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
    job_id: Mapped[UUID | None]
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

    job: Mapped[Job | None] = relationship(
        primaryjoin=lambda: foreign(RosterImport.job_id) == Job.id, lazy="selectin", viewonly=True
    )

    @property
    def progress(self) -> float:
        """How far it is, from 0 to 1."""
        if self.state not in UNFINISHED:
            return 1.0
        return self.job.progress if self.job else 0.0

    @property
    def problem(self) -> dict[str, Any] | None:
        """Why nothing came of it, as a problem document."""
        if self.state == ImportState.REFUSED:
            is_other = self.finding_counts.keys() & {Code.DISTRICT_OTHER, Code.DISTRICT_UNCLEAR}
            code = problems.Code.DISTRICT_UNKNOWN if is_other else problems.Code.PACKAGE_INVALID
            return problems.document(problems.Problem(code))
        if self.state == ImportState.FAILED:
            return self.job.problem if self.job else None
        return None


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
