"""No sequence of actions reaches a state that product.md (section 4) forbids."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plp_api.foundation import clock
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.learning.elos import actions, places, team
from plp_api.learning.elos.lifecycle import ELO
from plp_api.learning.elos.models import AGREED, ENDED, Elo, EloStatus
from tests.client import Client
from tests.databases import Isolated
from tests.foundation.access.asking import caller_of
from tests.learning.elo_world import PROFILE, add_internship
from tests.learning.elos.conftest import At
from tests.world import World, writing

# State; the actions of the student; of the coordinator; of the principal; of the teacher of record.
TABLE = """
draft             | submit withdraw | withdraw                    | -         | -
submitted         | withdraw        | accept return deny withdraw | -         | -
returned          | submit withdraw | withdraw                    | -         | -
denied            | -               | -                           | -         | -
design            | withdraw        | complete_design withdraw    | -         | -
agreement_pending | -               | withdraw                    | -         | -
approved          | -               | start withdraw terminate    | terminate | -
active            | hand_in         | suspend withdraw terminate  | terminate | -
suspended         | -               | resume withdraw terminate   | terminate | -
evidence_complete | -               | withdraw terminate          | terminate | -
presented         | -               | withdraw terminate          | terminate | -
evaluated         | -               | withdraw terminate          | terminate | mark_incomplete
credit_awarded    | -               | -                           | -         | -
incomplete        | -               | continue withdraw terminate | terminate | -
withdrawn         | -               | -                           | -         | -
terminated        | -               | -                           | -         | -
"""

# What product.md draws, but for `withdrawn` and `terminated`.
EDGES = {
    ("draft", "submitted"),
    ("returned", "submitted"),
    ("submitted", "design"),
    ("submitted", "returned"),
    ("submitted", "denied"),
    ("denied", "design"),
    ("design", "agreement_pending"),
    ("agreement_pending", "approved"),
    ("approved", "agreement_pending"),
    ("approved", "active"),
    ("active", "suspended"),
    ("suspended", "active"),
    ("active", "evidence_complete"),
    ("evidence_complete", "presented"),
    ("presented", "evaluated"),
    ("evaluated", "credit_awarded"),
    ("evaluated", "incomplete"),
    ("incomplete", "active"),
}
# More where the profile of the type leaves a state out.
SHORTCUTS = {
    "agreement_pending": {("design", "approved")},
    "presented": {("evidence_complete", "evaluated")},
    "evaluated": {("presented", "credit_awarded"), ("presented", "incomplete")},
}


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_each_state_offers_each_role_what_the_table_says(
    client: Client, world: World, internship: At, line: str
) -> None:
    state, *cells = (cell.strip() for cell in line.split("|"))
    elo = internship(state)
    home = world.home
    people = (home.student, home.elo_coordinator, home.school_admin, elo.teacher_of_record)
    for somebody, cell in zip(people, cells, strict=True):
        available = client.as_(somebody).read(elo.path)["available_actions"]
        assert available == cell.replace("-", "").split(), somebody.username


def test_the_table_has_every_state() -> None:
    assert [line.split()[0] for line in TABLE.strip().splitlines()] == [*EloStatus]


DAY = timedelta(days=1)
WHO = ("student", "elo_coordinator", "school_admin", "teacher_of_record", "advisor")
STEPS = st.one_of(
    st.tuples(st.sampled_from(WHO), st.sampled_from(ELO.actions)),
    st.tuples(st.just("advance"), st.sampled_from(sorted(EloStatus))),
    st.tuples(st.just("supervisor"), st.sampled_from(["leaves", "comes"])),
)
SKIPPED = st.sets(st.sampled_from(sorted(SHORTCUTS)))


@given(
    begins=st.sampled_from(["draft", "design", "approved", "active", "evidence_complete"]),
    skipped=SKIPPED,
    steps=st.lists(STEPS, max_size=25),
)
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_sequence_of_actions_reaches_a_forbidden_state(
    world: World, database: Isolated, begins: str, skipped: set[str], steps: list[tuple[str, str]]
) -> None:
    with database.undone():
        profile = {**PROFILE, "required_parts": [], "skipped_states": sorted(skipped)}
        with writing(database, world.home) as session:
            made = add_internship(session, world.home, status=begins, profile=profile)
        people = {name: getattr(world.home, name) for name in WHO if name != "teacher_of_record"}
        people["teacher_of_record"] = made.teacher_of_record
        callers = {name: caller_of(database, one) for name, one in people.items()}
        with writing(database, world.home) as session:
            elo = session.get(Elo, made.id)
            for who, what in steps:
                before, edges = elo.status, _edges({*elo.profile["skipped_states"]})
                if who == "supervisor":
                    _move_supervisor(session, elo, what)
                else:
                    _try(elo, callers, who, what)
                session.flush()
                _assert_allowed(elo, before, edges)


def _edges(skipped: set[str]) -> set[tuple[str, str]]:
    """What product.md draws, and the shortcuts of a profile that leaves these states out."""
    edges = EDGES.union(*(SHORTCUTS[state] for state in skipped))
    if {"presented", "evaluated"} <= skipped:
        edges |= {("evidence_complete", "credit_awarded"), ("evidence_complete", "incomplete")}
    return edges


def _try(elo: Elo, callers: dict[str, Any], who: str, what: str) -> None:
    """Let somebody act; a refusal leaves the state as it is."""
    before = elo.status
    try:
        if who == "advance":
            actions.advance(elo, Access(callers["elo_coordinator"]), EloStatus(what))
        else:
            _act(elo, Access(callers[who]), what)
    except Problem:
        assert elo.status == before


def _act(elo: Elo, access: Access, action: str) -> None:
    needs: dict[str, dict[str, Any]] = {
        "return": {"comment": "Why?"},
        "deny": {"comment": "No."},
        "suspend": {"comment": "Ill."},
        "terminate": {"comment": "Unsafe."},
        "withdraw": {"comment": "Moved."},
        "mark_incomplete": {"complete_by": access.caller.today + DAY, "comment": "More."},
    }
    team.look_up([elo], access)
    places.look_up([elo], access)
    ELO.perform(elo, access, action, **needs.get(action, {}))


def _move_supervisor(session: Any, elo: Elo, what: str) -> None:
    rows = session.query(Assignment).filter_by(subject_id=elo.id, role="licensed_supervisor")
    rows.update({"ends_on": clock.today() if what == "leaves" else None})


def _assert_allowed(elo: Elo, before: str, edges: set[tuple[str, str]]) -> None:
    after = elo.status
    if after == before:
        return
    if after == "withdrawn":
        assert before not in ENDED
    elif after == "terminated":
        assert before in AGREED - ENDED
    else:
        assert (before, after) in edges
    if after == "active":
        supervisors = team.people_in(elo.id, AssignmentRole.LICENSED_SUPERVISOR, clock.today())
        assert supervisors, "no work without a licensed educator"
    assert (elo.ended_at is None) == (after not in ENDED), after
    assert (elo.waiting_on is None) == (after in ENDED), after
