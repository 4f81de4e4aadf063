"""Asking for work, and a job's way from queued to its end.

An area says once what a kind of work means, and asks for it in the transaction
of whatever makes it needed:

    @jobs.kind("roster.import")
    def run(job_id, report):
        ...

    jobs.enqueue("roster.import", district_id, caller.person_id, import_id=row.id)

The module that registers stands in `plp_api/server/work.py`, so that every worker knows it.
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
"""Says how far a job is, from 0 to 1. Raises Interrupted where it must not go on."""
Run = Callable[[UUID, Report], dict[str, Any]]
Failed = Callable[[Job], None]

OFFERED_FOR = timedelta(seconds=30)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PERIOD = timedelta(days=1)
log = structlog.get_logger()


class Interrupted(Exception):
    """The worker is ending, or has lost the job to another: stop here and keep nothing."""


@dataclass(frozen=True)
class Kind:
    """What one kind of job does, how often it is tried, and who is told that it failed for good."""

    run: Run
    most_attempts: int
    failed: Failed | None


@dataclass(frozen=True)
class Periodic:
    """Work that is due again and again."""

    run: Callable[[], bool | None]
    every: timedelta
    needed: Callable[[], bool] | None


KINDS: dict[str, Kind] = {}
PERIODIC: dict[str, Periodic] = {}


def kind(
    name: str, *, most_attempts: int = 3, failed: Failed | None = None
) -> Callable[[Run], Run]:
    """Register what a kind of job does: `run(job_id, report) -> result`, a dict for JSON.

    `run` stands outside any transaction and opens its own, by
    `db.current().transaction(…)`; the arguments are in its row (`arguments`).
    It must be safe to run again from the start: a killed worker's job is, so
    it looks at what is there, or does all it does in one transaction.

    A Problem is final and kept as the job's problem; any other exception is
    tried again, after a pause, until the attempts are used up. `failed(job)`
    is called in the transaction that makes a failure final, its district
    entered, so that the resource that is the job can show it.
    """

    def register(run: Run) -> Run:
        KINDS[name] = Kind(run, most_attempts, failed)
        return run

    return register


def periodically(
    name: str, *, every: timedelta, needed: Callable[[], bool] | None = None
) -> Callable[[Callable[[], bool | None]], Callable[[], bool | None]]:
    """Register work that is due at each multiple of `every` (at most a day), counted in UTC.

    One worker does it, in the transaction that claims it, every district
    entered: all of it is kept, or none and it is done again. So it is short;
    what is long it enqueues. Where it returns True, more is waiting, and it is
    due again at once. `needed`, a cheap reading question, spares the claim.

    A moment missed (no worker ran) is made up for once. Where the *local* date
    matters, let it be due hourly: at UTC's midnight no district's day begins.
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
    """Ask for work in the running transaction; a worker sees it once that is committed.

    Arguments are ids and plain values (they are kept as JSON): never a secret,
    never anybody's words.
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
    """Let the queue carry the job's id; if it loses it, the sweep offers it again."""
    job.state = JobState.QUEUED
    if job.due_at > clock.now():
        job.lease_until = job.due_at
        return
    job.lease_until = clock.now() + OFFERED_FOR
    job_id = job.id
    db.after_commit(lambda: queue.offer(job_id))


def arguments(job_id: UUID) -> dict[str, Any]:
    """What the job was asked to work on; ids come as strings."""
    return db.session().get_one(Job, job_id).arguments


# A worker's hold on a job. `attempt` fences it: who lost the job cannot end it.


@dataclass(frozen=True)
class Claim:
    """A job taken: its kind, its district, and which attempt this is."""

    job_id: UUID
    attempt: int
    kind: str
    district_id: UUID | None


def claim(job_id: UUID, lease: timedelta) -> Claim | None:
    """Take the job for the length of `lease`; None where it is not to be had (now, or here)."""
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
    """Renew the lease and show how far the job is; False where the job was lost."""
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
    """Keep the result; without effect where the job was lost."""
    if job := _own(claimed):
        _end(job, JobState.SUCCEEDED)
        job.progress, job.result = 1.0, result


def refuse(claimed: Claim, problem: Problem) -> None:
    """Keep the problem as the job's end."""
    if job := _own(claimed):
        _fail(job, problem)


def retry(claimed: Claim) -> None:
    """Try again later, after pauses of 10, 40, 160 … seconds, while attempts are left."""
    job = _own(claimed)
    if job is None:
        return
    if job.attempts >= job.most_attempts:
        _fail(job, Problem(Code.INTERNAL_ERROR, f"It failed {job.attempts} times."))
        return
    job.due_at = clock.now() + FIRST_PAUSE * 4 ** (job.attempts - 1)
    _offer(job)


def give_back(claimed: Claim) -> None:
    """Let another worker begin it anew; this attempt does not count."""
    if job := _own(claimed):
        job.attempts -= 1
        _offer(job)


def _end(job: Job, state: JobState) -> None:
    job.state = state
    job.lease_until = None


def _fail(job: Job, problem: Problem) -> None:
    _end(job, JobState.FAILED)
    job.problem = document(problem)
    told = KINDS[job.kind].failed if job.kind in KINDS else None
    if told is None:
        return
    if job.district_id:
        db.enter([job.district_id])
    try:
        with db.session().begin_nested():
            told(job)
    except Exception as error:
        # The job has failed, whatever its area makes of it.
        log.exception("job.failure_untold", job=str(job.id), kind=job.kind, exc_info=error)


# The sweep.


def is_any_lapsed() -> bool:
    """Whether some job is held by nobody, though it ought to be."""
    lapsed = select(Job.id).where(*_lapsed()).limit(1)
    return db.session().scalar(lapsed) is not None


def _lapsed() -> tuple[ColumnElement[bool], ...]:
    return (
        Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
        Job.lease_until <= clock.now(),
    )


def offer_lapsed(spared: Container[UUID] = ()) -> int:
    """Offer again what the queue lost and what killed workers left; how many jobs that were.

    A job that was running at its last attempt has failed: it may be what kills
    its workers. `spared` are jobs known to be running, whose heartbeat is late
    because SQLite's one writer is at work.
    """
    lapsed = select(Job).where(*_lapsed()).with_for_update(skip_locked=True)
    jobs = [job for job in db.session().scalars(lapsed) if job.id not in spared]
    for job in jobs:
        if job.state == JobState.RUNNING and job.attempts >= job.most_attempts:
            detail = f"It was interrupted at each of {job.attempts} attempts."
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
    """Do the work in the running transaction unless another worker has claimed this moment.

    Returns whether more is waiting; None while another worker is still at it.
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
    """The ids of all districts, for work that concerns them all."""
    return list(db.session().scalars(select(District.id)))
