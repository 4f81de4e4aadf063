"""The tables of jobs and of claims to periodic work."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation import clock
from plp_api.foundation.db import Base, Dated, Identified
from plp_api.foundation.ownership import SystemRow


class JobState(StrEnum):
    """The state of a job. `failed` is final: no attempts are left, or it raised a Problem."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Job(Identified, Dated, Base):
    """One piece of work. `lease_until` says how long its holder has it; a heartbeat renews it.

    While the job is queued, the queue holds the lease, to deliver the job; while it
    runs, the worker does. After the lease has expired (the queue lost the job, the
    worker was killed) the job is offered again, until `attempts` reaches
    `most_attempts`. `progress` goes from 0 to 1.
    """

    __tablename__ = "jobs"
    __ownership__ = SystemRow()
    __row_security__ = False
    __table_args__ = (Index("ix_jobs_lease", "state", "lease_until"),)

    district_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(String(64))
    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(16), default=JobState.QUEUED)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    most_attempts: Mapped[int] = mapped_column(default=3)
    lease_until: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    progress: Mapped[float] = mapped_column(default=0.0)
    result: Mapped[dict[str, Any] | None]
    problem: Mapped[dict[str, Any] | None]
    created_by: Mapped[UUID | None]


class PeriodicRun(Identified, Base):
    """A claim to periodic work: only the worker that inserts name and due time runs it."""

    __tablename__ = "periodic_runs"
    __ownership__ = SystemRow()
    __row_security__ = False
    __table_args__ = (UniqueConstraint("name", "due_at"),)

    name: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]
    claimed_at: Mapped[datetime] = mapped_column(default=clock.now)
