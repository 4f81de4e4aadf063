"""Periodic work: claimed by one worker, committed whole or not at all, caught up, cleaned up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.audit.models import AnsweredRequest
from plp_api.foundation.db import Database
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs import upkeep
from plp_api.foundation.jobs.models import Job, JobState, PeriodicRun
from plp_api.foundation.jobs.worker import Worker
from plp_api.foundation.roster.models import Person
from plp_api.foundation.settings import Settings
from tests.databases import Isolated
from tests.world import World

HOUR = timedelta(hours=1)
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Registers `run` as the only periodic work: `registered(run, …)`."""
    monkeypatch.setattr(jobs, "PERIODIC", {})

    def register(
        run: Callable[..., Any], every: timedelta = HOUR, needed: Callable[..., Any] | None = None
    ) -> None:
        jobs.periodically("test", every=every, needed=needed)(run)

    return register


def test_of_two_claimants_one_runs(real_database: Database, registered: Callable[..., Any]) -> None:
    ran = []
    registered(lambda: ran.append(1))
    together = Barrier(2)

    def claim() -> None:
        together.wait()
        with real_database.transaction():
            jobs.run_periodic("test", NOON)

    with ThreadPoolExecutor(2) as threads:
        for claimed in [threads.submit(claim) for _ in range(2)]:
            claimed.result()
    assert ran == [1]


def test_each_moment_is_done_once_by_whatever_worker(
    database: Isolated, settings: Settings, registered: Callable[..., Any]
) -> None:
    ran = []
    registered(lambda: ran.append(clock.now()))
    first, second = Worker(database, settings), Worker(database, settings)
    with time_machine.travel(NOON, tick=False) as travel:
        for _ in range(3):
            first.tick()
            second.tick()
        assert len(ran) == 1
        travel.shift(HOUR)
        second.tick()
        first.tick()
        assert len(ran) == 2


def test_moments_missed_are_made_up_for_once(
    database: Isolated, settings: Settings, registered: Callable[..., Any]
) -> None:
    ran = []
    registered(lambda: ran.append(1))
    worker = Worker(database, settings)
    with time_machine.travel(NOON, tick=False) as travel:
        worker.tick()
        travel.shift(5 * HOUR)
        worker.tick()
        worker.tick()
    assert len(ran) == 2


def test_failed_work_is_taken_back_with_its_claim_and_done_again(
    database: Isolated, settings: Settings, world: World, registered: Callable[..., Any]
) -> None:
    fails = [True, False]

    def run() -> None:
        person = db.session().get_one(Person, world.home.advisor.id)
        person.phone = "555-0100"
        db.session().flush()
        if fails.pop(0):
            raise ValueError

    registered(run)
    worker = Worker(database, settings)
    with time_machine.travel(NOON, tick=False) as travel:
        worker.tick()
        with database.transaction(districts=[world.home.district_id]) as session:
            assert session.get_one(Person, world.home.advisor.id).phone != "555-0100"
        worker.tick()
        assert fails == [False], "not at once"
        travel.shift(timedelta(minutes=2))
        worker.tick()
    assert fails == []


def test_it_runs_in_every_district(
    database: Isolated, settings: Settings, world: World, registered: Callable[..., Any]
) -> None:
    seen = []
    registered(lambda: seen.append(set(db.session().scalars(select(Person.district_id)))))
    Worker(database, settings).tick()
    assert seen == [{world.home.district_id, world.away.district_id}]


def test_work_that_is_not_needed_is_not_claimed(
    database: Isolated, settings: Settings, registered: Callable[..., Any]
) -> None:
    ran, needed = [], [False]
    registered(lambda: ran.append(1), needed=lambda: needed[0])
    worker = Worker(database, settings)
    with time_machine.travel(NOON, tick=False):
        worker.tick()
        with database.transaction() as session:
            assert session.scalar(select(PeriodicRun.id).where(PeriodicRun.name == "test")) is None
        needed[0] = True
        worker.tick()
    assert ran == [1]


def test_work_of_which_more_is_waiting_goes_on_at_once(
    database: Isolated, settings: Settings, registered: Callable[..., Any]
) -> None:
    left = [True, True, False]
    registered(lambda: left.pop(0))
    with time_machine.travel(NOON, tick=True):
        Worker(database, settings).tick()
    assert left == []


def test_a_period_longer_than_claims_are_kept_is_refused() -> None:
    with pytest.raises(ValueError, match="at most one day"):
        jobs.periodically("test", every=timedelta(days=2))


def test_what_has_served_its_time_is_forgotten(database: Isolated, world: World) -> None:
    with time_machine.travel(NOON, tick=False) as travel:
        with database.transaction() as session:
            session.add(_answer(world))
            session.add(Job(kind="test", state=JobState.SUCCEEDED))
            session.add(PeriodicRun(name="test", due_at=NOON))
        for elapsed, expected in ((23, (1, 1, 1)), (25, (0, 1, 1)), (49, (0, 0, 1))):
            travel.move_to(NOON + elapsed * HOUR)
            assert _left(database) == expected
        travel.move_to(NOON + timedelta(days=91))
        assert _left(database) == (0, 0, 0)


def _answer(world: World) -> AnsweredRequest:
    return AnsweredRequest(
        person_id=world.home.advisor.id,
        key="k",
        route="POST /",
        fingerprint="f",
        status=201,
        headers={},
        body="",
    )


def _left(database: Isolated) -> tuple[Any, ...]:
    with database.transaction() as session:
        upkeep.forget()
        return (
            len(session.scalars(select(AnsweredRequest)).all()),
            len(session.scalars(select(PeriodicRun).where(PeriodicRun.name == "test")).all()),
            len(session.scalars(select(Job).where(Job.kind == "test")).all()),
        )
