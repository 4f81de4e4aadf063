"""Who may is asked of every row and for every list, so it never reads a table from end to end.

What it costs at 100,000 students is measured by `python -m benchmarks.access`.
"""

import re
from typing import Any

import pytest
from sqlalchemy import text

from benchmarks.access import explained
from plp_api.foundation import clock
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access import reach
from plp_api.foundation.access.finding import WAYS
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Problem
from plp_api.foundation.rest import paging
from plp_api.foundation.roster.models import LoginSession, Student
from plp_api.home.overview.listing import PLANS
from plp_api.learning.ratings.models import Rating
from plp_api.people.directory.listings import STUDENTS
from plp_api.planning.goals.models import Goal
from plp_api.planning.plans.models import Plan, PlanVersion
from plp_api.planning.reviews.models import Review
from tests import databases
from tests.client import Client
from tests.foundation.access.operations import OPERATIONS
from tests.world import CAST, World

pytestmark = pytest.mark.both_databases

LISTS = (Student, Plan, PlanVersion, Goal, Review, Rating)
# What grows with the number of students.
LARGE = {"students", "people", "relationships", "school_enrollments", "enrollments", "placements"}
LARGE |= {"person_terms", "framework_items", "item_links"}
LARGE |= {one.__tablename__ for one in LISTS} | {"advisory_members", "sampled_students"}


def scanned(plan: list[str]) -> set[str]:
    """The large tables that a plan reads from end to end."""
    found = re.findall(r"Seq Scan on (\w+)|^SCAN (\w+)(?!.* USING)", "\n".join(plan), re.MULTILINE)
    return {name for pair in found for name in pair} & LARGE


@pytest.fixture
def asked(client: Client, database: databases.Isolated, world: World, request: Any) -> Any:
    """Somebody's transaction: their caller and the session, sequential scans put off."""
    person = getattr(world.home, request.param)
    client.as_(person)
    with database.transaction(districts=[person.district_id]) as session:
        if database.is_postgresql:
            # Of a few rows PostgreSQL reads all; told not to, it shows whether it could do else.
            session.execute(text("SET LOCAL enable_seqscan = off"))
        login = session.query(LoginSession).filter_by(person_id=person.id).limit(1).one()
        caller, _ = callers.load(person.id, login.id, person.district_id, clock.DEFAULT_ZONE)
        yield caller, session


each = pytest.mark.parametrize("asked", CAST, indirect=True)


@each
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_a_list_is_found_by_indexes(asked: Any, model: Any) -> None:
    caller, session = asked
    try:
        visible = Access(caller).select(model)
    except Problem:
        assert not caller.may(Permission(model.__ownership__.read))
        return
    page = visible.with_only_columns(model.id).order_by(model.updated_at, model.id).limit(51)
    plan = explained(session, page, caller.binds)
    assert scanned(plan) == set(), "\n".join(plan)


@each
def test_a_search_reads_a_range_of_the_terms(asked: Any) -> None:
    caller, session = asked
    if not caller.may(Permission.ROSTER_READ):
        return
    access = Access(caller)
    statement = access.select(Student).with_only_columns(Student.id)
    page = STUDENTS.filters["q"].narrow(statement, "ortiz, ma", access)
    plan = explained(session, page, caller.binds)
    assert scanned(plan) == set(), "\n".join(plan)
    # Of one student the range of that person's terms alone, by the primary key.
    ranges = r"ix_person_terms_district_id_term|pk_person_terms|person_terms_\d USING PRIMARY KEY"
    assert re.search(ranges, "\n".join(plan)), "\n".join(plan)


@each
def test_reach_to_one_student_is_found_by_indexes(asked: Any, world: World) -> None:
    caller, session = asked
    statement = reach.statement(caller.shape, None).statement
    binds = {**caller.binds, "students": [world.home.student.id]}
    plan = explained(session, statement, binds)
    assert scanned(plan) == set(), "\n".join(plan)


@each
def test_reach_by_a_row_s_id_is_found_by_indexes(asked: Any, world: World) -> None:
    caller, session = asked
    statement = reach.statement(caller.shape, Goal).statement
    plan = explained(session, statement, {**caller.binds, "row": world.home.student.goal_id})
    assert scanned(plan) == set(), "\n".join(plan)


@pytest.mark.parametrize("asked", ["counselor", "district_admin"], indirect=True)
def test_a_bound_list_is_searched_by_an_index(asked: Any, world: World) -> None:
    """`any_of` once read every enrollment, because SQLite was asked `… IN (…) = 1`."""
    caller, session = asked
    statement: Any = reach.statement(caller.shape, None).statement
    binds = {**caller.binds, "students": [world.home.student.id]}
    words = "\n".join(explained(session, statement, binds))
    assert "= 1" not in str(statement.compile(dialect=session.connection().dialect))
    assert re.search(r"SEARCH|Index", words)


LISTINGS = [one.listing for one in OPERATIONS if one.listing and one.model is None]
FOUND = [one for one in LISTINGS if WAYS.keys() <= one.filters.keys()] + [PLANS]


@each
def test_what_is_filtered_by_the_student_is_found_by_indexes(asked: Any, world: World) -> None:
    caller, session = asked
    access, known = Access(caller), [world.home.school_id, world.home.advisor.id]
    for listing in FOUND:
        permission = Permission.PLAN_STATUS_READ if listing.model is Plan else None
        if not caller.may(permission or Permission(listing.model.__ownership__.read)):
            continue
        seen = access.select(listing.model, permission)
        values = {**dict.fromkeys(WAYS, known), "grade": ["10", "11"], "standing": ["overdue"]}
        for name in values.keys() & listing.filters.keys():
            found = paging.narrowed(seen, listing, {name: values[name]}, access)
            page = found.with_only_columns(listing.model.id).limit(51)
            # Links never change as a whole: their lists go by the day on which they were made.
            model: Any = listing.model
            moved = getattr(model, "updated_at", None) or model.created_at
            plan = explained(session, page.order_by(moved, model.id), caller.binds)
            assert scanned(plan) == set(), (listing.model, name, "\n".join(plan))
