"""A job from queued to finished; a killed worker's lease; attempts."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import time_machine

from plp_api.foundation import clock, db
from plp_api.foundation.db import Database
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs import queue
from plp_api.foundation.jobs import worker as workers
from plp_api.foundation.jobs.models import Job, JobState
from plp_api.foundation.jobs.worker import Worker
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.settings import Settings
from tests.databases import Isolated
from tests.world import World, writing

LEASE = timedelta(seconds=60)


class Script:
    """The results of a test's jobs, one for each attempt; the last one repeats."""

    def __init__(self) -> None:
        self.steps: list[Any] = []
        self.ran = 0
        self.failed: list[Any] = []

    def run(self, job_id: Any, report: jobs.Report) -> dict[str, Any]:
        step = self.steps[min(self.ran, len(self.steps) - 1)]
        self.ran += 1
        if isinstance(step, Exception):
            raise step
        return step(job_id, report) if callable(step) else {"answer": step}


@pytest.fixture
def script() -> Iterator[Script]:
    made = Script()
    jobs.kind("test.work", most_attempts=2, failed=lambda job: made.failed.append(job.problem))(
        made.run
    )
    yield made
    del jobs.KINDS["test.work"]


@pytest.fixture
def worker(database: Isolated, settings: Settings) -> workers.Worker:
    return workers.Worker(database, settings)


def asked(database: Isolated, world: World, **arguments: Any) -> Any:
    """The id of a job enqueued in a separate transaction."""
    with writing(database, world.home):
        return jobs.enqueue("test.work", world.home.district_id, None, **arguments).id


def row(database: Isolated, job_id: Any) -> Job:
    with database.transaction() as session:
        job = session.get_one(Job, job_id)
        session.expunge(job)
        return job


def sweep(database: Isolated) -> int:
    with database.transaction():
        return jobs.offer_lapsed()


def test_a_job_keeps_its_result(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    script.steps = [42]
    job_id = asked(database, world)
    worker.perform(job_id)
    job = row(database, job_id)
    assert (job.state, job.progress, job.attempts) == ("succeeded", 1.0, 1)
    assert job.result == {"answer": 42}
    assert job.lease_until is None


def test_a_job_reads_its_arguments_and_opens_its_own_transactions(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    def read(job_id: UUID, report: Callable[..., Any]) -> dict[str, Any]:
        with db.current().transaction():
            return jobs.arguments(job_id)

    script.steps = [read]
    job_id = asked(database, world, student_id=world.home.student.id, grade="07")
    worker.perform(job_id)
    expected = {"student_id": str(world.home.student.id), "grade": "07"}
    assert row(database, job_id).result == expected


def test_a_job_asked_for_is_offered_only_after_the_commit(
    database: Isolated, world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[Any] = []
    monkeypatch.setattr(queue, "offer", offered.append)
    with writing(database, world.home) as session:
        with session.begin_nested():
            job_id = jobs.enqueue("test.work", None, None).id
        assert offered == [], "a savepoint's release is no commit"
    assert offered == [job_id]


def test_a_job_asked_for_in_vain_is_never_offered(
    database: Isolated, world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[Any] = []
    monkeypatch.setattr(queue, "offer", offered.append)
    with suppress(ZeroDivisionError), writing(database, world.home):
        jobs.enqueue("test.work", None, None)
        raise ZeroDivisionError
    assert offered == []


def test_a_refused_job_keeps_its_problem_and_is_not_tried_again(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    script.steps = [Problem(Code.PACKAGE_INVALID, "Three rows are wrong.")]
    job_id = asked(database, world)
    worker.perform(job_id)
    job = row(database, job_id)
    assert (job.state, job.attempts) == ("failed", 1)
    assert (job.problem or {})["code"] == "package_invalid"
    assert (job.problem or {})["detail"] == "Three rows are wrong."
    assert script.failed == [job.problem]


def test_a_failed_job_is_tried_again_after_a_pause(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    script.steps = [ValueError("once"), "well"]
    with time_machine.travel(clock.now(), tick=False) as travel:
        job_id = asked(database, world)
        worker.perform(job_id)
        assert row(database, job_id).state == JobState.QUEUED
        worker.perform(job_id)
        assert script.ran == 1, "not before its pause is over"
        assert sweep(database) == 0
        travel.shift(jobs.FIRST_PAUSE)
        assert sweep(database) == 1, "the sweep offers it when it is due"
        worker.perform(job_id)
    assert row(database, job_id).result == {"answer": "well"}


def test_a_job_fails_for_good_when_its_attempts_are_used_up(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    script.steps = [ValueError("the name of somebody")]
    with time_machine.travel(clock.now(), tick=False) as travel:
        job_id = asked(database, world)
        for _ in range(4):
            worker.perform(job_id)
            travel.shift(timedelta(hours=1))
    job = row(database, job_id)
    assert (job.state, job.attempts, script.ran) == ("failed", 2, 2)
    assert (job.problem or {})["code"] == "internal_error"
    assert "somebody" not in str(job.problem)
    assert script.failed == [job.problem]


def test_a_job_is_taken_by_one_worker_alone(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    job_id = asked(database, world)
    with database.transaction():
        first, second = jobs.claim(job_id, LEASE), jobs.claim(job_id, LEASE)
    assert first is not None
    assert second is None


def test_of_workers_that_claim_at_once_one_gets_the_job(
    real_database: Database, script: Script
) -> None:
    with real_database.transaction():
        asked_for = [jobs.enqueue("test.work", None, None).id for _ in range(10)]
    together = Barrier(3)

    def take() -> list[Any]:
        taken = []
        for job_id in asked_for:
            together.wait()
            with real_database.transaction():
                taken += [job_id] if jobs.claim(job_id, LEASE) else []
        return taken

    with ThreadPoolExecutor(3) as threads:
        taking = [threads.submit(take) for _ in range(3)]
        taken = [job_id for one in taking for job_id in one.result()]
    assert sorted(taken) == sorted(asked_for)


def test_a_killed_workers_job_is_offered_again_once_its_lease_ran_out(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    script.steps = ["done"]
    with time_machine.travel(clock.now(), tick=False) as travel:
        job_id = asked(database, world)
        with database.transaction():
            jobs.claim(job_id, LEASE)
        travel.shift(LEASE / 2)
        assert sweep(database) == 0
        travel.shift(LEASE)
        assert sweep(database) == 1
        worker.perform(job_id)
    job = row(database, job_id)
    assert (job.state, job.attempts) == ("succeeded", 2)


def test_a_heartbeat_keeps_the_lease_and_shows_progress(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    def work(job_id: UUID, report: Callable[..., Any]) -> dict[str, Any]:
        report(0.5)
        travel.shift(LEASE)
        worker.beat()
        assert sweep(database) == 0
        assert row(database, job_id).progress == 0.5
        return {}

    script.steps = [work]
    with time_machine.travel(clock.now(), tick=False) as travel:
        job_id = asked(database, world)
        worker.perform(job_id)
    assert row(database, job_id).state == JobState.SUCCEEDED


def test_a_worker_that_lost_its_job_must_stop_and_cannot_end_it(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    def work(job_id: UUID, report: Callable[..., Any]) -> dict[str, Any]:
        report(0.1)
        travel.shift(2 * LEASE)
        assert sweep(database) == 1
        worker.beat()
        with pytest.raises(jobs.Interrupted):
            report(0.9)
        return {"answer": "late"}

    script.steps = [work]
    with time_machine.travel(clock.now(), tick=False) as travel:
        job_id = asked(database, world)
        worker.perform(job_id)
    job = row(database, job_id)
    assert (job.state, job.result) == ("queued", None)


def test_a_worker_that_lost_its_job_to_another_cannot_end_it(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    def work(job_id: UUID, report: Callable[..., Any]) -> dict[str, Any]:
        travel.shift(2 * LEASE)
        sweep(database)
        with database.transaction():
            again = jobs.claim(job_id, LEASE)
        assert again
        assert again.attempt == 2
        return {"answer": "late"}

    script.steps = [work]
    with time_machine.travel(clock.now(), tick=False) as travel:
        job_id = asked(database, world)
        worker.perform(job_id)
    job = row(database, job_id)
    assert (job.state, job.result) == ("running", None)


def test_a_job_that_kills_its_workers_is_given_up(
    database: Isolated, world: World, script: Script
) -> None:
    with time_machine.travel(clock.now(), tick=False) as travel:
        job_id = asked(database, world)
        for _ in range(2):
            with database.transaction():
                assert jobs.claim(job_id, LEASE)
            travel.shift(2 * LEASE)
            sweep(database)
    job = row(database, job_id)
    assert (job.state, (job.problem or {})["code"]) == ("failed", "internal_error")
    assert script.failed == [job.problem]


def test_what_the_queue_lost_is_offered_again(
    database: Isolated, world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[Any] = []
    monkeypatch.setattr(queue, "offer", offered.append)
    with time_machine.travel(clock.now(), tick=False) as travel:
        job_id = asked(database, world)
        offered.clear()
        assert sweep(database) == 0
        travel.shift(jobs.OFFERED_FOR)
        assert sweep(database) == 1
        assert offered == [job_id]
        assert sweep(database) == 0, "it is not offered over and over"


def test_an_ending_worker_gives_its_job_back_uncounted(
    database: Isolated, world: World, script: Script, worker: Worker
) -> None:
    def work(job_id: UUID, report: Callable[..., Any]) -> None:
        worker.is_ending = True
        report(0.1)
        raise AssertionError("the report must interrupt")

    script.steps = [work]
    job_id = asked(database, world)
    worker.perform(job_id)
    job = row(database, job_id)
    assert (job.state, job.attempts) == ("queued", 0)


def test_a_failure_that_cannot_be_told_still_is_one(
    database: Isolated, world: World, worker: Worker
) -> None:
    def untold(job: Job) -> None:
        raise ValueError

    jobs.kind("test.untold", failed=untold)(lambda job_id, report: refused())
    try:
        with writing(database, world.home):
            job_id = jobs.enqueue("test.untold", None, None).id
        worker.perform(job_id)
        assert row(database, job_id).state == JobState.FAILED
    finally:
        del jobs.KINDS["test.untold"]


def refused() -> Any:
    raise Problem(Code.PACKAGE_INVALID)
