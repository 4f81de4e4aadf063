"""Writes that travel with the COMMIT."""

from contextlib import suppress

import pytest
from sqlalchemy import func, select

from plp_api.foundation import db
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.models import District
from plp_api.planning.goals.models import Goal

HAPPENED = select(func.count()).where(Event.type == "test.happened")


@pytest.fixture
def database(live):
    return live.database


@pytest.fixture
def happen(live):
    def happening(session):
        district = session.get_one(District, live.world.home.district_id)
        audit.record("test.happened", district, by=None)

    return happening


@pytest.fixture
def happened(database, live):
    def counting_events():
        districts = [live.world.home.district_id]
        with database.transaction(write=False, districts=districts) as session:
            return session.scalar(HAPPENED)

    return counting_events


@pytest.fixture
def writing(database, live):
    return lambda: database.transaction(districts=[live.world.home.district_id])


def test_it_is_there_when_the_transaction_is_over(writing, happen, happened):
    before = happened()
    with writing() as session:
        happen(session)
        assert session.scalar(HAPPENED) == before
    assert happened() == before + 1


def test_it_is_not_there_where_the_transaction_was_rolled_back(writing, happen, happened):
    before = happened()
    with suppress(ZeroDivisionError), writing() as session:
        happen(session)
        raise ZeroDivisionError
    with writing():
        pass
    assert happened() == before


def test_in_a_savepoint_it_goes_where_the_savepoint_goes(writing, happen, happened):
    before = happened()
    with writing() as session:
        with suppress(ZeroDivisionError), session.begin_nested():
            happen(session)
            raise ZeroDivisionError
        with session.begin_nested():
            happen(session)
    assert happened() == before + 1


def test_what_was_changed_beside_it_is_written_too(writing, live, happen, happened):
    before, words = happened(), str(db.new_id())
    with writing() as session:
        happen(session)
        session.get_one(Goal, live.world.home.student.goal_id).relevant = words
    with writing() as session:
        assert session.get_one(Goal, live.world.home.student.goal_id).relevant == words
    assert happened() == before + 1
