"""The table of work to be done: the row is the truth, a queue only carries its id."""

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
    """Where a job stands. `failed` is final: its attempts are used up, or it was refused."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Job(Identified, Dated, Base):
    """One piece of work; whoever has it holds it until `lease_until`, unless it beats again.

    While it is queued, the lease is the queue's, to deliver it; while it runs,
    the worker's. One that ran out (a queue that lost it, a killed worker) lets
    the job be offered again, until `attempts` reaches `most_attempts`.
    `progress` runs from 0 to 1.
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
    """A claim to periodic work: who inserts the name and the moment due runs it, nobody else."""

    __tablename__ = "periodic_runs"
    __ownership__ = SystemRow()
    __row_security__ = False
    __table_args__ = (UniqueConstraint("name", "due_at"),)

    name: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]
    claimed_at: Mapped[datetime] = mapped_column(default=clock.now)
