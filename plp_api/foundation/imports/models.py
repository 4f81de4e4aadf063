"""The columns that the row of every import has."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship

from plp_api.foundation.db import Resource
from plp_api.foundation.jobs.models import Job

QUEUED, RUNNING, FAILED = "queued", "running", "failed"
UNFINISHED = frozenset({QUEUED, RUNNING})


class ImportRow(Resource):
    """One uploaded file and the result of its import; the row is also the job's resource.

    `counts` holds by kind of row how many were (in a dry run: would be) created, updated and so
    on. `findings` holds the first of each code, `finding_counts` the numbers of all. The file
    itself is not stored. The area defines its own states besides queued, running and failed.
    """

    district_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(16), default=QUEUED)
    job_id: Mapped[UUID | None]
    is_dry_run: Mapped[bool] = mapped_column(default=False)
    sha256: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    findings: Mapped[list[Any]] = mapped_column(default=list)
    finding_counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @declared_attr
    @classmethod
    def job(cls) -> Mapped[Job | None]:
        """The job of the import; none at the command line, and none after some weeks."""
        return relationship(
            primaryjoin=lambda: foreign(cls.job_id) == Job.id, lazy="selectin", viewonly=True
        )

    @property
    def progress(self) -> float:
        """The progress of the import, from 0 to 1."""
        if self.state not in UNFINISHED:
            return 1.0
        return self.job.progress if self.job else 0.0

    @property
    def failure(self) -> dict[str, Any] | None:
        """The problem document of a failed job."""
        if self.state != FAILED or self.job is None:
            return None
        return self.job.problem
