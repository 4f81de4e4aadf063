"""A goal's life cycle against product.md's table, which is repeated here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind
from plp_api.planning.goals.lifecycle import GOAL
from plp_api.planning.plans.models import Plan, PlanStatus
from tests.client import Client, Response, code, pointers
from tests.databases import Isolated
from tests.world import World, relate, writing

# State, with a pending proposal; the student's actions; the advisor's.
TABLE = """
draft               | propose propose_outcome | -
draft outcome       | propose propose_outcome | confirm_outcome decline_outcome
proposed            | propose_outcome         | confirm return
proposed outcome    | propose_outcome         | confirm_outcome decline_outcome
returned            | propose propose_outcome | -
returned outcome    | propose propose_outcome | confirm_outcome decline_outcome
active              | hold propose_outcome    | hold
active outcome      | hold propose_outcome    | hold confirm_outcome decline_outcome
active old          | hold propose_outcome carry_forward   | hold
active old outcome  | hold propose_outcome    | hold confirm_outcome decline_outcome
on_hold             | resume propose_outcome  | resume
on_hold outcome     | resume propose_outcome  | resume confirm_outcome decline_outcome
on_hold old         | resume propose_outcome carry_forward | resume
achieved old        | -                       | -
partly_met          | -                       | -
partly_met old      | carry_forward           | -
not_met old         | carry_forward           | -
dropped old         | -                       | -
carried_forward old | -                       | -
"""
NEXT = {
    "propose": "proposed",
    "confirm": "active",
    "return": "returned",
    "hold": "on_hold",
    "resume": "active",
    "confirm_outcome": "dropped",
    "carry_forward": "carried_forward",
}
FIELDS = {
    "return": {"comment": "How will it show?"},
    "propose_outcome": {"outcome": "dropped", "reflection": "It was not for me."},
    "decline_outcome": {"comment": "You are so close."},
}
STUDENTS = {"propose", "hold", "resume", "propose_outcome", "carry_forward"}
ADVISORS = {"confirm", "return", "hold", "resume", "confirm_outcome", "decline_outcome"}
LINES = [[cell.split() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
ENDED = ("achieved", "partly_met", "not_met", "dropped", "carried_forward")


def columns(words: list[Any]) -> dict[str, Any]:
    """The columns of a goal that the first cell of a line describes."""
    status, *beside = words
    found = {"status": status}
    if "outcome" in beside:
        found["proposed_outcome"] = "dropped"
    if "old" in beside:
        found["created_at"] = clock.now() - timedelta(days=400)
    return found


def take(client: Client, path: str, action: str, **fields: Any) -> Response:
    body = {"action": action, **FIELDS.get(action, {}), **fields}
    return client.post(f"{path}/actions", body, headers={"If-Match": "*"})


def test_the_code_knows_no_other_actions() -> None:
    assert set(GOAL.actions) == STUDENTS | ADVISORS


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[0]))
def test_a_state_offers_each_role_what_the_table_says(
    client: Client, world: World, a_goal: Callable[..., Any], line: list[Any]
) -> None:
    state, students, advisors = line
    path = a_goal(**columns(state))
    wanted = {"student": students, "advisor": advisors, "case_manager": advisors, "parent": ["-"]}
    for name, actions in wanted.items():
        goal = client.as_(getattr(world.home, name)).read(path)
        assert set(goal["available_actions"]) == set(actions) - {"-"}, name


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[0]))
def test_what_is_offered_is_done_and_everything_else_refused(
    student: Client, advisor: Client, a_goal: Callable[..., Any], line: list[Any]
) -> None:
    state, students, advisors = line
    for somebody, all_of_theirs, offered in (
        (student, STUDENTS, students),
        (advisor, ADVISORS, advisors),
    ):
        for action in GOAL.actions:
            path = a_goal(**columns(state))
            answer = take(somebody, path, action)
            if action in offered:
                assert answer.status_code == 200, (action, answer.json)
                assert answer.json["status"] == NEXT.get(action, state[0]), action
            elif action in all_of_theirs:
                # An action without a target state of its own cannot tell it.
                is_reached = NEXT.get(action) == state[0] and action != "confirm_outcome"
                why = "action_repeated" if is_reached else "action_unavailable"
                assert (answer.status_code, code(answer)) == (409, why), action
            else:
                assert (answer.status_code, code(answer)) == (403, "permission_denied"), action


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("parent", 403),
        ("teacher", 403),
        ("counselor", 403),
        ("elo_coordinator", 403),
        ("school_admin", 403),
        ("auditor", 403),
        ("registrar", 404),
        ("other_advisor", 404),
        ("other_student", 404),
        ("denied_parent", 404),
        ("relative", 404),
    ],
)
def test_nobody_else_moves_a_goal(
    client: Client, world: World, a_goal: Callable[..., Any], name: str, wanted: int
) -> None:
    somebody = client.as_(getattr(world.home, name))
    path = a_goal("proposed")
    for action in ("propose", "confirm", "propose_outcome"):
        assert take(somebody, path, action).status_code == wanted


def test_an_advisor_of_another_district_finds_no_goal(
    client: Client, world: World, a_goal: Callable[..., Any]
) -> None:
    assert take(client.as_(world.away.advisor), a_goal("proposed"), "confirm").status_code == 404


def test_nobody_confirms_their_own_goal(student: Client, a_goal: Callable[..., Any]) -> None:
    refused = take(student, a_goal("proposed"), "confirm")
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_an_advisor_who_is_the_students_parent_never_acts_for_the_school(
    client: Client, world: World, database: Isolated, a_goal: Callable[..., Any]
) -> None:
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.advisor,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind="parent",
        )
    advisor = client.as_(world.home.advisor)
    for status, action in (("proposed", "confirm"), ("proposed", "return"), ("active", "hold")):
        path = a_goal(status)
        assert advisor.read(path)["available_actions"] == []
        refused = take(advisor, path, action)
        assert (refused.status_code, code(refused)) == (409, "approver_is_family")


def test_a_confirmed_goal_says_by_whom_and_when(
    advisor: Client, world: World, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("proposed")
    goal = advisor.act(path, "confirm").json
    assert goal["confirmed_by"] == str(world.home.advisor.id)
    assert goal["confirmed_at"] is not None
    assert goal["version"] == 2


def test_returning_a_goal_needs_words_and_keeps_them_as_a_comment(
    student: Client, advisor: Client, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("proposed")
    refused = advisor.act(path, "return")
    assert (refused.status_code, pointers(refused)) == (422, {"/comment"})
    advisor.act(path, "return", comment="How will it show?")
    (said,) = student.read(f"{path}/comments")["items"]
    assert (said["body"], said["author_role"]) == ("How will it show?", "advisor")


def test_an_outcome_needs_a_reflection(student: Client, a_goal: Callable[..., Any]) -> None:
    refused = student.act(a_goal("active"), "propose_outcome", outcome="achieved")
    assert (refused.status_code, pointers(refused)) == (422, {"/reflection"})


@pytest.mark.parametrize("outcome", ["achieved", "partly_met", "not_met", "dropped"])
def test_the_student_says_how_it_ended_and_the_advisor_confirms(
    student: Client, advisor: Client, a_goal: Callable[..., Any], outcome: str
) -> None:
    path = a_goal("active")
    said = student.act(path, "propose_outcome", outcome=outcome, reflection="So it went.").json
    assert (said["status"], said["proposed_outcome"]) == ("active", outcome)
    ended = advisor.act(path, "confirm_outcome").json
    assert (ended["status"], ended["proposed_outcome"]) == (outcome, None)
    assert ended["reflection"] == "So it went."
    assert ended["ended_on"] == clock.today().isoformat()


def test_a_declined_outcome_lets_the_goal_go_on(
    student: Client, advisor: Client, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("active")
    student.act(path, "propose_outcome", outcome="not_met", reflection="I gave up.")
    going_on = advisor.act(path, "decline_outcome", comment="You are close.").json
    assert (going_on["status"], going_on["proposed_outcome"]) == ("active", None)
    assert going_on["ended_on"] is None


@pytest.mark.parametrize("status", ["draft", "proposed", "returned"])
def test_a_goal_that_was_never_confirmed_can_only_be_dropped(
    student: Client, a_goal: Callable[..., Any], status: str
) -> None:
    refused = student.act(a_goal(status), "propose_outcome", outcome="achieved", reflection="Done!")
    assert (refused.status_code, pointers(refused)) == (422, {"/outcome"})


def test_proposing_again_takes_back_the_wish_to_drop_it(
    student: Client, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("returned", proposed_outcome="dropped")
    goal = student.act(path, "propose").json
    assert (goal["status"], goal["proposed_outcome"]) == ("proposed", None)


def test_a_goal_is_carried_forward_once_its_cycle_is_over(
    student: Client, a_goal: Callable[..., Any]
) -> None:
    next_year = clock.today() + timedelta(days=200)
    path = a_goal("active", created_at=clock.now() - timedelta(days=400), measurable="Ten reports")
    student.made(f"{path}/steps", {"title": "Borrow", "done_on": clock.today().isoformat()})
    student.made(f"{path}/steps", {"title": "Read"})
    old = student.act(path, "carry_forward", due_on=next_year.isoformat()).json
    assert (old["status"], old["ended_on"]) == ("carried_forward", clock.today().isoformat())
    onward = f"/goals/{old['carried_to_id']}"
    new = student.read(onward)
    assert f"/goals/{new['carried_from_id']}" == path
    assert (new["status"], new["title"], new["measurable"]) == (
        "proposed",
        "Read ten novels",
        "Ten reports",
    )
    assert new["due_on"] == next_year.isoformat()
    assert [step["title"] for step in student.read(f"{onward}/steps")["items"]] == ["Read"]
    assert student.post(f"{onward}/check-ins", {"percent": 5}).status_code == 201


def test_a_due_date_that_has_passed_is_not_carried_forward(
    student: Client, a_goal: Callable[..., Any]
) -> None:
    long_ago = clock.now() - timedelta(days=400)
    path = a_goal("active", created_at=long_ago, due_on=clock.today() - timedelta(days=1))
    old = student.act(path, "carry_forward").json
    assert student.read(f"/goals/{old['carried_to_id']}")["due_on"] is None


def test_a_goal_of_this_cycle_is_not_carried_forward(
    student: Client, a_goal: Callable[..., Any]
) -> None:
    refused = take(student, a_goal("active"), "carry_forward")
    assert code(refused) == "action_unavailable"
    assert refused.json["detail"] == "It belongs to this cycle."


def test_nothing_moves_in_a_closed_plan(
    student: Client, database: Isolated, world: World, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("draft")
    with writing(database, world.home) as session:
        session.get(Plan, world.home.student.plan_id).status = PlanStatus.WITHDRAWN
    refused = take(student, path, "propose")
    assert (refused.status_code, code(refused)) == (409, "plan_closed")
    assert student.read(path)["available_actions"] == []


def test_an_action_refuses_fields_that_are_not_its_own(
    advisor: Client, a_goal: Callable[..., Any]
) -> None:
    refused = take(advisor, a_goal("proposed"), "confirm", outcome="achieved")
    assert (refused.status_code, pointers(refused)) == (422, {"/outcome"})


def test_an_action_needs_the_version_that_was_read(
    advisor: Client, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("proposed")
    missing = advisor.post(f"{path}/actions", {"action": "confirm"})
    stale = advisor.post(f"{path}/actions", {"action": "confirm"}, headers={"If-Match": '"7"'})
    assert (code(missing), code(stale)) == ("precondition_required", "version_stale")
    assert advisor.read(path)["status"] == "proposed"


def test_an_advisor_confirms_fourteen_goals_at_once(
    advisor: Client, a_goal: Callable[..., Any]
) -> None:
    ids = [a_goal("proposed").removeprefix("/goals/") for _ in range(14)]
    items = [{"id": one, "version": 1} for one in ids]
    answer = advisor.post("/goals/actions", {"action": "confirm", "items": items})
    assert [one["status"] for one in answer.json["items"]] == [200] * 14
    assert {one["resource"]["status"] for one in answer.json["items"]} == {"active"}


def test_each_goal_of_a_list_is_answered_by_itself(
    student: Client, advisor: Client, world: World, a_goal: Callable[..., Any]
) -> None:
    ready, draft, changed = a_goal("proposed"), a_goal("draft"), a_goal("proposed")
    student.patch(changed, {"title": "Read eleven novels"})
    strangers = a_goal("proposed", world.home.other_student)
    paths = (ready, draft, changed, strangers)
    items = [{"id": path.removeprefix("/goals/"), "version": 1} for path in paths]
    answer = advisor.post("/goals/actions", {"action": "confirm", "items": items})
    assert [one["status"] for one in answer.json["items"]] == [200, 409, 412, 404]
    assert [advisor.read(path)["status"] for path in paths[:3]] == ["active", "draft", "proposed"]


def test_a_list_sent_again_is_neither_done_twice_nor_shown_to_who_lost_the_right(
    client: Client, advisor: Client, database: Isolated, world: World, a_goal: Callable[..., Any]
) -> None:
    """An answer about many students is not stored: the right to each is checked again."""
    items = [{"id": a_goal("proposed").removeprefix("/goals/"), "version": 1}]
    again = {"headers": {"Idempotency-Key": "afternoon"}}

    def confirm() -> list[Any]:
        body = {"action": "confirm", "items": items}
        answer = advisor.post("/goals/actions", body, **again)
        return [one["status"] for one in answer.json["items"]]

    assert (confirm(), confirm()) == ([200], [412])
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(
            person_id=world.home.advisor.id, student_id=world.home.student.id
        )
        tie.one().ends_on = clock.today()
    assert confirm() == [404]


def test_every_move_is_told_by_an_event_without_words(
    student: Client, advisor: Client, database: Isolated, world: World, a_goal: Callable[..., Any]
) -> None:
    path = a_goal("draft")
    student.act(path, "propose", comment="Please look.")
    advisor.act(path, "confirm")
    student.act(path, "propose_outcome", outcome="achieved", reflection="Proud of it.")
    advisor.act(path, "confirm_outcome")
    with writing(database, world.home) as session:
        told = session.query(Event).filter(Event.type.like("goal.%")).order_by(Event.id).all()
        assert [one.type for one in told] == [
            "goal.proposed",
            "goal.confirmed",
            "goal.outcome_proposed",
            "goal.outcome_confirmed",
        ]
        assert told[-1].payload == {"outcome": "achieved"}
        assert {one.student_id for one in told} == {world.home.student.id}


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    walk=st.lists(
        st.tuples(st.sampled_from(["student", "advisor"]), st.sampled_from(GOAL.actions)),
        min_size=8,
        max_size=12,
    )
)
def test_no_sequence_of_actions_leaves_the_table(
    student: Client, advisor: Client, a_goal: Callable[..., Any], walk: list[Any]
) -> None:
    steps = {(line[0][0], action) for line in LINES for action in line[1] + line[2]}
    path, status = a_goal("draft", created_at=clock.now() - timedelta(days=400)), "draft"
    for name, action in walk:
        answer = take({"student": student, "advisor": advisor}[name], path, action)
        assert answer.status_code in (200, 403, 409)
        if answer.status_code == 200:
            assert status not in ENDED or action == "carry_forward"
            assert (status, action) in steps
            assert answer.json["status"] == NEXT.get(action, status)
            status = answer.json["status"]
    assert student.read(path)["status"] == status
