"""Positions of events under many writers: no gap, no duplicate, no event that a reader misses."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Flag
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from plp_api.foundation.audit import actions as audit
from plp_api.foundation.audit.models import Event
from plp_api.foundation.db import Database
from plp_api.foundation.jobs import upkeep
from plp_api.foundation.roster.models import District
from tests.databases import Isolated
from tests.world import World, writing

WRITERS, TRANSACTIONS = 6, 25


def test_readers_by_position_see_every_event_of_six_writers_once_and_in_order(
    real_database: Database, district: District
) -> None:
    stop = Flag()

    def write(writer: int) -> None:
        chance = random.Random(writer)
        for number in range(TRANSACTIONS):
            with real_database.transaction(districts=[district.id]) as session:
                audit.record("test.begun", district, by=None, writer=writer, number=number)
                session.flush()
                time.sleep(chance.random() / 200)
                audit.record("test.ended", district, by=None, writer=writer, number=number)

    def number() -> None:
        while not stop.is_set():
            with real_database.transaction(districts=[district.id]):
                audit.number_events()
            time.sleep(0.002)

    def read() -> list[Any]:
        seen: list[Any] = []
        after = 0
        while not stop.is_set():
            with real_database.transaction(write=False, districts=[district.id]) as session:
                behind = select(Event.position, Event.id).where(Event.position > after)
                found = session.execute(behind.order_by(Event.position).limit(10)).all()
            seen += found
            after = found[-1].position if found else after
        return seen

    with ThreadPoolExecutor(WRITERS + 3) as threads:
        reading = threads.submit(read)
        numbering = [threads.submit(number) for _ in range(2)]
        for writing_ in [threads.submit(write, writer) for writer in range(WRITERS)]:
            writing_.result()
        expected = 2 * WRITERS * TRANSACTIONS
        deadline = time.monotonic() + 10
        while _last(real_database, district) < expected and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05)
        stop.set()
        for numberer in numbering:
            numberer.result()
        seen = reading.result()

    assert [position for position, _ in seen] == list(range(1, expected + 1))
    assert len({event_id for _, event_id in seen}) == expected
    with real_database.transaction(districts=[district.id]):
        assert audit.verify_chain() is None


def _last(database: Database, district: District) -> int:
    with database.transaction(write=False, districts=[district.id]) as session:
        return session.scalar(select(Event.position).order_by(Event.position.desc()).limit(1)) or 0


def test_the_worker_numbers_in_portions(
    database: Isolated, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "NUMBERED_AT_ONCE", 2)
    with writing(database, world.home, world.away) as session:
        while audit.number_events():
            session.flush()
        for _ in range(3):
            audit.record("test.happened", _district(session, world), by=None)
    with writing(database, world.home, world.away) as session:
        assert upkeep.number_events() is True
        session.flush()
        assert upkeep.number_events() is False
        session.flush()
        assert audit.unnumbered() == 0


def test_a_changed_event_breaks_the_chain_where_it_stands(database: Isolated, world: World) -> None:
    with writing(database, world.home) as session:
        for _ in range(3):
            audit.record("test.happened", _district(session, world), by=None)
    with writing(database, world.home) as session:
        while audit.number_events():
            session.flush()
        assert audit.verify_chain() is None
        if database.is_postgresql:
            may = text("SELECT has_column_privilege('events', 'type', 'UPDATE')")
            assert session.scalar(may) is False, "the application itself cannot change an event"
        else:
            last = select(Event.position).order_by(Event.position.desc()).limit(1)
            position = session.scalar(last)
            tampering = update(Event).where(Event.position == position).values(type="test.never")
            session.execute(tampering)
            session.expire_all()
            assert audit.verify_chain() == position


def _district(session: Session, world: World) -> District:
    return session.get_one(District, world.home.district_id)
