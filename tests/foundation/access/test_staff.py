"""Who is on the staff, as SQL over people: the same as `Caller.is_staff` says of each."""

import pytest
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.staff import is_staff, is_unrelated_to
from plp_api.foundation.roster.models import Person
from tests.databases import Isolated
from tests.world import World, writing

pytestmark = pytest.mark.both_databases


def test_the_list_says_of_each_what_the_caller_says(world: World, database: Isolated) -> None:
    today = clock.today()
    with writing(database, world.home) as session:
        mine = Person.district_id == world.home.district_id
        everybody = session.scalars(select(Person).where(mine)).all()
        listed = set(session.scalars(select(Person.id).where(mine, is_staff(Person, today))))
        each = {one.id: callers.absent(one, today) for one in everybody}
        assert listed == {key for key, one in each.items() if one.is_staff}
        assert listed
        assert len(listed) < len(each)


def test_unrelated_are_those_of_whom_the_caller_says_so(world: World, database: Isolated) -> None:
    today, home = clock.today(), world.home
    students = {home.student.id, home.other_student.id}
    with writing(database, home) as session:
        mine = Person.district_id == home.district_id
        everybody = session.scalars(select(Person).where(mine)).all()
        far = set(
            session.scalars(select(Person.id).where(mine, is_unrelated_to(Person.id, students)))
        )
        for one in everybody:
            somebody = callers.absent(one, today)
            near = {one.id} | somebody.children | somebody.others
            assert (one.id in far) == near.isdisjoint(students), one.username
