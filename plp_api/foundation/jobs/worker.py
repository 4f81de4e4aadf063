"""The worker: runs the jobs that the queue names, renews their leases, runs periodic work.

Besides the threads that run jobs it has three: this one offers jobs with expired
leases and runs periodic work each second; one renews the leases; one is Huey's own.
At the end of the worker, each job stops when it next reports its progress. A job
that does not stop in time is offered again after its lease expires, as after a
kill -9.
"""

import logging
import queue as queues
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from huey.consumer import Consumer
from sqlalchemy.exc import SQLAlchemyError

from plp_api.foundation import clock, db, logs, metrics, processes, settings
from plp_api.foundation.audit.actions import request_id
from plp_api.foundation.jobs import actions, queue
from plp_api.foundation.jobs.actions import Claim, Interrupted, Report
from plp_api.foundation.problems import Problem
from plp_api.foundation.settings import Settings

TICK = 1.0
BEATS_A_LEASE = 4
SECONDS_TO_END = 15
SECONDS_BETWEEN_HEALTH_CHECKS = 10
PAUSE_AFTER_ERROR = timedelta(seconds=60)
log = structlog.get_logger()


@dataclass
class Hold:
    """A job that this process is running, and the progress for its next heartbeat."""

    claimed: Claim
    progress: float = 0.0
    shown: float = 0.0
    beaten: float = 0.0
    is_lost: bool = False


class Worker:
    """Runs jobs until a signal ends it. `run` is the main function of a worker process."""

    def __init__(self, database: db.Database, given: Settings) -> None:
        self.database = database
        self.lease = timedelta(seconds=given.job_lease)
        self.settings = given
        self.is_ending = False
        self._holds: dict[UUID, Hold] = {}
        self._ticked: dict[str, datetime] = {}
        self._paused: dict[str, datetime] = {}

    # Jobs.

    def perform(self, job_id: UUID) -> None:
        """Claim the job and run it, if it is available; never raises the job's exceptions."""
        with db.using(self.database), settings.using(self.settings):
            with self.database.transaction():
                claimed = actions.claim(job_id, self.lease)
            if claimed is not None:
                token = request_id.set(f"job-{job_id}")
                try:
                    self._run(claimed)
                finally:
                    request_id.reset(token)

    def _run(self, claimed: Claim) -> None:
        started = time.monotonic()
        hold = self._holds[claimed.job_id] = Hold(claimed, beaten=started)
        try:
            outcome = self._attempt(claimed, self._report_of(hold))
        finally:
            del self._holds[claimed.job_id]
        metrics.JOBS.labels(claimed.kind, outcome).inc()
        log.info(
            "job.ended",
            job=str(claimed.job_id),
            kind=claimed.kind,
            attempt=claimed.attempt,
            outcome=outcome,
            milliseconds=round((time.monotonic() - started) * 1000),
        )

    def _attempt(self, claimed: Claim, report: Report) -> str:
        """Run the job once, and store the outcome in a separate transaction."""
        try:
            result = actions.KINDS[claimed.kind].run(claimed.job_id, report)
        except Interrupted:
            return self._end("interrupted", actions.give_back, claimed)
        except Problem as problem:
            if problem.afterwards:
                with self.database.transaction():
                    problem.afterwards()
            return self._end(problem.code.wire, actions.refuse, claimed, problem)
        except Exception as error:
            log.exception("job.failed", job=str(claimed.job_id), kind=claimed.kind, exc_info=error)
            return self._end("error", actions.retry, claimed)
        return self._end("succeeded", actions.succeed, claimed, result)

    def _end(self, outcome: str, keep: Callable[..., None], claimed: Claim, *facts: Any) -> str:
        with self.database.transaction():
            keep(claimed, *facts)
        return outcome

    def _report_of(self, hold: Hold) -> Report:
        """The job's report function; it only notes the progress, and the heartbeat writes it."""

        def report(progress: float) -> None:
            if hold.is_lost or self.is_ending:
                raise Interrupted
            hold.progress = min(max(progress, 0.0), 1.0)

        return report

    # Heartbeats.

    def _beat_until(self, stop: threading.Event) -> None:
        pause = min(TICK, self.lease.total_seconds() / BEATS_A_LEASE)
        while not stop.wait(pause):
            self.beat()

    def beat(self) -> None:
        """Renew the leases that are a quarter over, and store new progress."""
        for hold in list(self._holds.values()):
            age = time.monotonic() - hold.beaten
            is_old = age >= self.lease.total_seconds() / BEATS_A_LEASE
            if is_old or hold.progress != hold.shown:
                self._renew(hold)

    def _renew(self, hold: Hold) -> None:
        progress = hold.progress
        try:
            with self.database.transaction():
                hold.is_lost = not actions.beat(hold.claimed, progress, self.lease)
        except SQLAlchemyError as error:
            # On SQLite the job itself may be the one writer that blocks this heartbeat.
            log.warning("job.heartbeat_missed", job=str(hold.claimed.job_id), exc_info=error)
        else:
            hold.shown, hold.beaten = progress, time.monotonic()

    # What is due.

    def tick(self) -> None:
        """Offer jobs with expired leases, run due periodic work; an error delays only that work."""
        self._guarded("offer lapsed jobs", self._sweep)
        for name, periodic in actions.PERIODIC.items():
            due_at = actions.moment_due(periodic.every)
            if self._ticked.get(name) != due_at:
                self._guarded(name, lambda name=name, due_at=due_at: self._turn(name, due_at))  # type: ignore[misc]

    def _guarded(self, name: str, call: Callable[[], None]) -> None:
        if self._paused.get(name, clock.now()) > clock.now():
            return
        try:
            call()
        except Exception as error:
            log.exception("periodic.failed", name=name, exc_info=error)
            self._paused[name] = clock.now() + PAUSE_AFTER_ERROR

    def _sweep(self) -> None:
        with self.database.transaction(write=False):
            if not actions.is_any_lapsed():
                return
        with self.database.transaction():
            offered = actions.offer_lapsed(self._holds)
        log.info("jobs.offered_again", count=offered)

    def _turn(self, name: str, due_at: datetime) -> None:
        """Run due periodic work, and run it again while it returns that more is waiting."""
        periodic = actions.PERIODIC[name]
        if periodic.needed is not None:
            with self.database.transaction(write=False):
                db.enter(actions.every_district())
                if not periodic.needed():
                    return
        is_more = self._claim_and_run(name, due_at)
        if is_more is not None:
            self._ticked[name] = due_at
        while is_more and not self.is_ending:
            is_more = self._claim_and_run(name, clock.now())

    def _claim_and_run(self, name: str, due_at: datetime) -> bool | None:
        with settings.using(self.settings), self.database.transaction():
            return actions.run_periodic(name, due_at)

    # Life.

    def run(self) -> None:
        """Work until TERM, INT or HUP."""
        logging.getLogger("huey").addHandler(logs.Lines())
        carrier = queue.Queue(self.settings, self.perform)
        queue.connect(carrier)
        consumer = Consumer(
            carrier.huey,
            workers=self.settings.worker_threads,
            periodic=False,
            initial_delay=0.05,
            max_delay=TICK,
            scheduler_interval=60,
            shutdown_timeout=SECONDS_TO_END,
        )
        stop_beating = threading.Event()
        consumer.start()
        signals = processes.listen(*processes.ENDING, tell=self._end_soon)
        threading.Thread(target=self._beat_until, args=[stop_beating], daemon=True).start()
        log.info("worker.started", threads=self.settings.worker_threads)
        self._tick_until(signals, consumer)
        consumer.stop(graceful=True)
        stop_beating.set()
        log.info("worker.ended", left=len(self._holds))

    def _end_soon(self) -> None:
        self.is_ending = True

    def _tick_until(self, signals: "queues.SimpleQueue[int]", consumer: Consumer) -> None:
        checked = time.monotonic()
        while not self.is_ending:
            self.tick()
            if time.monotonic() - checked > SECONDS_BETWEEN_HEALTH_CHECKS:
                consumer.check_worker_health()
                checked = time.monotonic()
            with suppress(queues.Empty):
                signals.get(timeout=TICK)
