"""Enqueues jobs, and moves them from queued to their end; runs periodic work.

An area registers each kind of job once, and enqueues a job in the transaction of
the change that needs it:

    @jobs.kind("roster.import")
    def run(job_id, report):
        ...

    jobs.enqueue("roster.import", district_id, caller.person_id, import_id=row.id)

`plp_api/server/work.py` imports every module that registers work, so that workers know it.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects import postgresql, sqlite

from plp_api.foundation import clock, db
from plp_api.foundation.jobs import queue
from plp_api.foundation.jobs.models import Job, JobState, PeriodicRun
from plp_api.foundation.problems import Code, Problem, document
from plp_api.foundation.roster.models import District

Report = Callable[[float], None]
"""Reports a job's progress, from 0 to 1. Raises Interrupted if the job must stop."""
Run = Callable[[UUID, Report], dict[str, Any]]
Failed = Callable[[Job], None]

OFFERED_FOR = timedelta(seconds=30)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PERIOD = timedelta(days=1)
log = structlog.get_logger()


class Interrupted(Exception):
    """The worker is ending, or has lost the job to another worker: stop, and commit nothing."""


@dataclass(frozen=True)
class Kind:
    """A kind of job: its function, its maximum of attempts, and the call after a final failure."""

    run: Run
    most_attempts: int
    failed: Failed | None


@dataclass(frozen=True)
class Periodic:
    """Work that is due at regular times."""

    run: Callable[[], bool | None]
    every: timedelta
    needed: Callable[[], bool] | None


KINDS: dict[str, Kind] = {}
PERIODIC: dict[str, Periodic] = {}


def kind(
    name: str, *, most_attempts: int = 3, failed: Failed | None = None
) -> Callable[[Run], Run]:
    """Register the function of a kind of job: `run(job_id, report) -> result`, a dict for JSON.

    `run` starts without a transaction and opens its own by
    `db.current().transaction(…)`; `arguments` reads its arguments. It must be safe to
    run again from the start, as happens after a killed worker: it checks what is
    already done, or does everything in one transaction.

    A Problem is final and stored as the job's problem. After any other exception the
    job is tried again, after a pause, until its attempts are used up. `failed(job)` is
    called in the transaction that makes a failure final, with the job's district
    entered, so that the resource behind the job can show the failure.
    """

    def register(run: Run) -> Run:
        KINDS[name] = Kind(run, most_attempts, failed)
        return run

    return register


def periodically(
    name: str, *, every: timedelta, needed: Callable[[], bool] | None = None
) -> Callable[[Callable[[], bool | None]], Callable[[], bool | None]]:
    """Register work that is due at each multiple of `every` (at most a day), counted in UTC.

    One worker runs it, in the transaction that claims it, with every district
    entered: all of it is committed, or none and it runs again. So it must be short;
    it enqueues jobs for long work. If it returns True, more is waiting and it is due
    again at once. `needed`, a cheap query, avoids claims for nothing.

    If no worker ran at several due times, the work runs once afterwards. Where the
    *local* date matters, make it hourly: no district's day begins at midnight UTC.
    """
    if every > LONGEST_PERIOD:
        raise ValueError("claims are kept for days; a period is at most one day")

    def register(run: Callable[[], bool | None]) -> Callable[[], bool | None]:
        PERIODIC[name] = Periodic(run, every, needed)
        return run

    return register


def enqueue(
    kind: str,
    district_id: UUID | None,
    created_by: UUID | None,
    /,
    *,
    due_at: datetime | None = None,
    **arguments: Any,
) -> Job:
    """Add a job in the running transaction; a worker sees it after the commit.

    Arguments are ids and plain values (stored as JSON): never a secret, never text
    that a person wrote.
    """
    job = Job(
        id=db.new_id(),
        district_id=district_id,
        created_by=created_by,
        kind=kind,
        arguments=arguments,
        most_attempts=KINDS[kind].most_attempts,
        due_at=due_at or clock.now(),
    )
    db.session().add(job)
    _offer(job)
    return job


def _offer(job: Job) -> None:
    """Offer the job to the queue after the commit; if it is lost there, the sweep repeats this."""
    job.state = JobState.QUEUED
    if job.due_at > clock.now():
        job.lease_until = job.due_at
        return
    job.lease_until = clock.now() + OFFERED_FOR
    job_id = job.id
    db.after_commit(lambda: queue.offer(job_id))


def arguments(job_id: UUID) -> dict[str, Any]:
    """The job's arguments; ids are strings."""
    return db.session().get_one(Job, job_id).arguments


# A worker's claim on a job. The number of the attempt protects the job: a worker that lost the
# claim cannot end the job.


@dataclass(frozen=True)
class Claim:
    """A job claimed by a worker: its kind, its district, and the number of the attempt."""

    job_id: UUID
    attempt: int
    kind: str
    district_id: UUID | None


def claim(job_id: UUID, lease: timedelta) -> Claim | None:
    """Claim the job for the length of `lease`; None if it is not queued, not due, or unknown."""
    job = db.session().get(Job, job_id, with_for_update=True)
    if job is None or job.state != JobState.QUEUED or job.kind not in KINDS:
        return None
    if job.due_at > clock.now():
        return None
    job.state = JobState.RUNNING
    job.attempts += 1
    job.heartbeat_at = clock.now()
    job.lease_until = job.heartbeat_at + lease
    return Claim(job.id, job.attempts, job.kind, job.district_id)


def beat(claimed: Claim, progress: float, lease: timedelta) -> bool:
    """Renew the lease and store the progress; False if the claim was lost."""
    now = clock.now()
    beaten = (
        update(Job)
        .where(*_held(claimed))
        .values(heartbeat_at=now, lease_until=now + lease, progress=progress)
        .returning(Job.id)
    )
    return db.session().scalar(beaten) is not None


def _held(claimed: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        Job.id == claimed.job_id,
        Job.attempts == claimed.attempt,
        Job.state == JobState.RUNNING,
    )


def _own(claimed: Claim) -> Job | None:
    return db.session().scalar(select(Job).where(*_held(claimed)).with_for_update())


def succeed(claimed: Claim, result: dict[str, Any]) -> None:
    """End the job with its result; no effect if the claim was lost."""
    if job := _own(claimed):
        _end(job, JobState.SUCCEEDED)
        job.progress, job.result = 1.0, result


def refuse(claimed: Claim, problem: Problem) -> None:
    """End the job as failed, with the problem; no effect if the claim was lost."""
    if job := _own(claimed):
        _fail(job, problem)


def retry(claimed: Claim) -> None:
    """Queue the job again after 10, 40, 160 … seconds; after the last attempt, fail it."""
    job = _own(claimed)
    if job is None:
        return
    if job.attempts >= job.most_attempts:
        _fail(job, Problem(Code.INTERNAL_ERROR, f"The job failed {job.attempts} times."))
        return
    job.due_at = clock.now() + FIRST_PAUSE * 4 ** (job.attempts - 1)
    _offer(job)


def give_back(claimed: Claim) -> None:
    """Queue the job again without counting this attempt."""
    if job := _own(claimed):
        job.attempts -= 1
        _offer(job)


def _end(job: Job, state: JobState) -> None:
    job.state = state
    job.lease_until = None


def _fail(job: Job, problem: Problem) -> None:
    _end(job, JobState.FAILED)
    job.problem = document(problem)
    failed = KINDS[job.kind].failed if job.kind in KINDS else None
    if failed is None:
        return
    if job.district_id:
        db.enter([job.district_id])
    try:
        with db.session().begin_nested():
            failed(job)
    except Exception as error:
        # The job has failed, even if its area's call fails too.
        log.exception("job.failure_untold", job=str(job.id), kind=job.kind, exc_info=error)


# The sweep.


def is_any_lapsed() -> bool:
    """Whether a queued or running job has an expired lease."""
    lapsed = select(Job.id).where(*_lapsed()).limit(1)
    return db.session().scalar(lapsed) is not None


def _lapsed() -> tuple[ColumnElement[bool], ...]:
    return (
        Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
        Job.lease_until <= clock.now(),
    )


def offer_lapsed(spared: Container[UUID] = ()) -> int:
    """Offer again the jobs that the queue lost or killed workers left; return how many.

    A job interrupted at its last attempt fails: it may be the cause of the kills.
    `spared` are jobs known to be running, whose heartbeat is late because another
    connection is writing to SQLite.
    """
    lapsed = select(Job).where(*_lapsed()).with_for_update(skip_locked=True)
    jobs = [job for job in db.session().scalars(lapsed) if job.id not in spared]
    for job in jobs:
        if job.state == JobState.RUNNING and job.attempts >= job.most_attempts:
            detail = f"The worker ended during the last of {job.attempts} attempts."
            _fail(job, Problem(Code.INTERNAL_ERROR, detail))
        else:
            _offer(job)
    return len(jobs)


# Periodic work.


def moment_due(every: timedelta) -> datetime:
    """The last multiple of `every`, counted from 1970 in UTC."""
    seconds = every.total_seconds()
    return datetime.fromtimestamp(clock.now().timestamp() // seconds * seconds, UTC)


def run_periodic(name: str, due_at: datetime) -> bool | None:
    """Run the work in the open transaction, unless another worker has claimed this due time.

    Returns whether more is waiting; None while another worker is still running it.
    """
    if not db.lock_name(f"periodic {name}", wait=False):
        return None
    if not _claim_moment(name, due_at):
        return False
    db.enter(every_district())
    return PERIODIC[name].run() is True


def _claim_moment(name: str, due_at: datetime) -> bool:
    insert = postgresql.insert if db.on_postgresql() else sqlite.insert
    row = insert(PeriodicRun).values(id=db.new_id(), name=name, due_at=due_at)
    claimed = row.on_conflict_do_nothing().returning(PeriodicRun.id)
    return db.session().scalar(claimed) is not None


def every_district() -> list[UUID]:
    """The ids of all districts, for work across districts."""
    return list(db.session().scalars(select(District.id)))
