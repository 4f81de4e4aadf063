"""A pathway element's life cycle against product.md's table: who may, when, and the result."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.relationships import RelationshipKind
from plp_api.planning.plans.models import Plan
from tests.client import code, pointers
from tests.databases import Isolated
from tests.planning.pathways.conftest import School
from tests.world import World, ahead, relate, writing

# State; the student's actions; the counselor's; the registrar's; the school admin's.
TABLE = """
planned   | withdraw | record_readiness approve return withdraw | record_readiness | record_readiness approve return
approved  | -        | enroll withdraw                          | enroll withdraw  | enroll withdraw
enrolled  | -        | complete withdraw                        | complete withdraw| complete withdraw
completed | -        | complete                                 | complete         | complete
withdrawn | -        | -                                        | -                | -
"""  # noqa: E501 - a table is read across
ROLES = ("senior", "counselor", "registrar", "school_admin")
READERS = ("advisor", "elo_coordinator", "district_admin", "auditor")


def reach(school: School, state: str) -> str:
    """The address of an element of the senior in that state."""
    senior = school.home.senior
    if state == "planned":
        return school.plan(senior)
    element = school.approved(senior)
    ways = {"approved": "", "enrolled": "enroll", "completed": "enroll complete"}
    for action in ways.get(state, "withdraw").split():
        assert school.counselor.act(element, action).status_code == 200
    return element


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_each_state_offers_each_role_what_the_table_says(school: School, line: str) -> None:
    state, *cells = (cell.strip() for cell in line.split("|"))
    element = reach(school, state)
    for role, cell in zip(ROLES, cells, strict=True):
        read = getattr(school, role).read(element)
        assert read["status"] == state
        assert sorted(read["available_actions"]) == sorted(cell.replace("-", "").split()), role
    for role in READERS:
        assert getattr(school, role).read(element)["available_actions"] == []


@pytest.mark.parametrize("action", ["approve", "return", "record_readiness", "enroll", "complete"])
@pytest.mark.parametrize("role", ["student", "parent", "advisor"])
def test_what_is_the_schools_to_do_is_denied_to_others(
    school: School, role: str, action: str
) -> None:
    element = school.plan(school.home.student)
    assert code(getattr(school, role).act(element, action)) == "permission_denied"


def test_nobody_approves_what_they_planned(school: School, world: World) -> None:
    element = school.plan(world.home.senior, by="counselor")
    school.make_ready(element)
    assert "approve" not in school.counselor.read(element)["available_actions"]
    answer = school.counselor.act(element, "approve")
    assert code(answer) == "action_unavailable"
    assert "their own work" in answer.json["detail"]
    assert school.school_admin.act(element, "approve").status_code == 200


def test_a_counselor_never_acts_for_the_school_on_their_own_child(
    school: School, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        both = {"may_inspect": True, "may_decide": True, "parent_kind": "parent"}
        parent, child = world.home.counselor, world.home.senior
        relate(session, world.home, parent, child, RelationshipKind.PARENT, **both)
    element = school.plan(world.home.senior)
    assert school.counselor.read(element)["available_actions"] == []
    assert code(school.counselor.act(element, "approve")) == "approver_is_family"
    path = f"/plans/{world.home.senior.plan_id}/pathway-elements"
    mine = {"type": "other", "title": "Mine"}
    assert code(school.counselor.post(path, mine)) == "actor_is_family"


def test_an_element_given_back_stays_planned_and_says_why(school: School, world: World) -> None:
    element = school.plan(world.home.senior)
    assert pointers(school.counselor.act(element, "return")) == {"/comment"}
    back = school.counselor.act(element, "return", comment="Which term?").json
    assert (back["status"], back["returned_on"]) == ("planned", ahead(0))
    said = school.senior.read(f"{element}/comments")["items"]
    assert [(one["body"], one["author_role"]) for one in said] == [("Which term?", "counselor")]
    assert school.senior.patch(element, {"term": "Autumn"}).json["returned_on"] is None


def test_a_school_admin_may_say_why_too(school: School, world: World) -> None:
    element = school.plan(world.home.senior)
    assert school.school_admin.act(element, "return", comment="Not yet.").status_code == 200


def test_a_result_is_recorded_and_put_right(school: School, world: World) -> None:
    element = reach(school, "enrolled")
    assert school.senior.read(element)["is_voucher_used"] is True
    earned = {"high_school_credits_earned": 1, "college_credits_earned": 3}
    done = school.registrar.act(element, "complete", result="B", **earned).json
    assert (done["status"], done["result"], done["college_credits_earned"]) == ("completed", "B", 3)
    assert done["completed_on"] == ahead(0)
    assert school.registrar.act(element, "complete", result="B+").json["result"] == "B+"


def test_a_result_may_come_after_the_plan_was_closed(
    school: School, world: World, database: Isolated
) -> None:
    element = reach(school, "enrolled")
    with writing(database, world.home) as session:
        session.get(Plan, world.home.senior.plan_id).status = "completed"
    assert school.registrar.act(element, "complete", result="A").status_code == 200


def test_only_a_voucher_that_could_be_used_is_said_to_be(school: School, world: World) -> None:
    for element, given_ in (
        (reach(school, "approved"), True),
        (reach(school, "enrolled"), "maybe"),
    ):
        answer = school.counselor.act(element, "withdraw", is_voucher_used=given_)
        assert pointers(answer) == {"/is_voucher_used"}
    planned = reach(school, "planned")
    denied = school.senior.act(planned, "withdraw", is_voucher_used=False)
    assert code(denied) == "permission_denied"


def test_each_step_is_in_the_audit_trail_without_words_of_anybody(
    school: School, world: World, database: Isolated
) -> None:
    element = reach(school, "planned")
    school.counselor.act(element, "return", comment="Secret words")
    school.make_ready(element)
    school.counselor.act(element, "approve")
    with writing(database, world.home) as session:
        found = session.query(Event).filter(Event.type.like("pathway_element.%")).all()
        types = [one.type.removeprefix("pathway_element.") for one in found]
        told = str([one.payload for one in found])
    ready = "readiness_recorded"
    assert sorted(types) == sorted(["planned", "returned", ready, ready, "approved"])
    assert "Secret" not in told
    assert "Dean Lu" not in told


def test_up_to_fifty_are_answered_at_once_each_by_itself(school: School, world: World) -> None:
    fine, late = school.plan(world.home.senior), school.plan(world.home.senior, starts_on=ahead(0))
    for element in (fine, late):
        school.make_ready(element)
    read = [school.counselor.read(one) for one in (fine, late)]
    items = [{"id": one["id"], "version": one["version"]} for one in read]
    answers = school.counselor.post(
        "/pathway-elements/actions", {"action": "approve", "items": items}
    ).json["items"]
    assert [one["status"] for one in answers] == [200, 409]
    assert answers[1]["problem"]["code"] == "pathway_condition_unmet"
    assert school.counselor.read(late)["status"] == "planned"


STEPS: st.SearchStrategy[Any] = st.one_of(
    st.tuples(
        st.sampled_from(["counselor", "school_admin", "registrar", "senior"]),
        st.sampled_from(["approve", "enroll", "complete", "withdraw"]),
        st.just({}),
    ),
    st.tuples(
        st.sampled_from(["counselor", "registrar"]),
        st.just("record_readiness"),
        st.fixed_dictionaries(
            {
                "party": st.sampled_from(["home_school", "provider"]),
                "said_by": st.just("Ms. Roy"),
                "is_ready": st.sampled_from([True, True, False]),
            }
        ),
    ),
    st.tuples(
        st.sampled_from(["senior", "counselor"]),
        st.just("PATCH"),
        st.sampled_from(
            [
                {"title": "Calculus"},
                {"starts_on": ahead(0)},
                {"starts_on": ahead(2)},
                {"funding": None},
                {"funding": "state_voucher"},
                {"provider_name": None},
                {"provider_name": "CCV"},
            ]
        ),
    ),
)


@given(steps=st.lists(STEPS, max_size=8))
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nothing_is_approved_without_its_facts(
    school: School, database: Isolated, steps: list[Any]
) -> None:
    # Sign in before the block, because its rollback removes sessions too.
    people = {role: getattr(school, role) for role in ROLES}
    with database.undone():
        element = school.plan(school.home.senior, by="senior")
        before = "planned"
        for role, action, fields in steps:
            if action == "PATCH":
                answer = people[role].patch(element, fields)
            else:
                answer = people[role].act(element, action, **fields)
            assert answer.status_code < 500, answer.json
            now = people["counselor"].read(element)
            if now["status"] != "planned":
                assert_facts(now, before)
            before = now["status"]


def assert_facts(element: dict[str, Any], before: str) -> None:
    allowed = {
        "approved": {"planned", "approved"},
        "enrolled": {"approved", "enrolled"},
        "completed": {"enrolled", "completed"},
        "withdrawn": {"planned", "approved", "enrolled", "withdrawn"},
    }
    assert before in allowed[element["status"]]
    if element["approved_on"] is not None:
        assert element["is_before_course"]
        assert element["starts_on"] > str(clock.today())
        assert element["home_ready_on"]
        assert element["provider_ready_on"]
        assert element["funding"]
        assert element["provider_name"]
    else:
        assert element["status"] == "withdrawn"
