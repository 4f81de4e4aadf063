"""Writes that travel with the COMMIT."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plp_api.foundation import db
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.audit.models import Event
from plp_api.foundation.db import Database
from plp_api.foundation.roster.models import District
from plp_api.planning.goals.models import Goal
from tests.conftest import Live

pytestmark = pytest.mark.both_databases

HAPPENED = select(func.count()).where(Event.type == "test.happened")


@pytest.fixture
def database(live: Live) -> Database:
    return live.database


@pytest.fixture
def happen(live: Live) -> Callable[..., Any]:
    def happening(session: Session) -> None:
        district = session.get_one(District, live.world.home.district_id)
        audit.record("test.happened", district, by=None)

    return happening


@pytest.fixture
def happened(database: Database, live: Live) -> Callable[..., Any]:
    def counting_events() -> int:
        districts = [live.world.home.district_id]
        with database.transaction(write=False, districts=districts) as session:
            return session.scalar(HAPPENED) or 0

    return counting_events


@pytest.fixture
def writing(database: Database, live: Live) -> Callable[..., Any]:
    return lambda: database.transaction(districts=[live.world.home.district_id])


def test_it_is_there_when_the_transaction_is_over(
    writing: Callable[..., Any], happen: Callable[..., Any], happened: Callable[..., Any]
) -> None:
    before = happened()
    with writing() as session:
        happen(session)
        assert session.scalar(HAPPENED) == before
    assert happened() == before + 1


def test_it_is_not_there_where_the_transaction_was_rolled_back(
    writing: Callable[..., Any], happen: Callable[..., Any], happened: Callable[..., Any]
) -> None:
    before = happened()
    with suppress(ZeroDivisionError), writing() as session:
        happen(session)
        raise ZeroDivisionError
    with writing():
        pass
    assert happened() == before


def test_in_a_savepoint_it_goes_where_the_savepoint_goes(
    writing: Callable[..., Any], happen: Callable[..., Any], happened: Callable[..., Any]
) -> None:
    before = happened()
    with writing() as session:
        with suppress(ZeroDivisionError), session.begin_nested():
            happen(session)
            raise ZeroDivisionError
        with session.begin_nested():
            happen(session)
    assert happened() == before + 1


def test_what_was_changed_beside_it_is_written_too(
    writing: Callable[..., Any],
    live: Live,
    happen: Callable[..., Any],
    happened: Callable[..., Any],
) -> None:
    before, words = happened(), str(db.new_id())
    with writing() as session:
        happen(session)
        session.get_one(Goal, live.world.home.student.goal_id).relevant = words
    with writing() as session:
        assert session.get_one(Goal, live.world.home.student.goal_id).relevant == words
    assert happened() == before + 1
