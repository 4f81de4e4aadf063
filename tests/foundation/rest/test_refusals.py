"""What a refusal tells: the row as it is now, the row that is there already, who may instead."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import UniqueConstraint, update

from plp_api.foundation import clock
from plp_api.foundation.access.lifecycle import LifeCycle, Move
from plp_api.foundation.access.permissions import Permission, Role, holders
from plp_api.foundation.db import Base
from plp_api.foundation.problems import Code
from plp_api.foundation.roster.relationships import (
    ParentKind,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
)
from plp_api.planning.plans.models import PlanSection
from tests.client import Client, code, uuid
from tests.databases import Isolated
from tests.foundation.access.matrix import TABLE
from tests.foundation.access.operations import OPERATIONS
from tests.world import World, ahead, relate, writing

# The row as it is now.


def test_a_stale_change_of_any_resource_gets_the_resource_as_it_is_now(
    client: Client, world: World
) -> None:
    goal = f"/goals/{world.home.student.goal_id}"
    student = client.as_(world.home.student)
    stale = student.patch(goal, {"title": "x"}, etag='"99"')
    assert stale.json["current"] == student.read(goal)
    acted = student.send(
        "POST", f"{goal}/actions", json={"action": "hold"}, headers={"If-Match": '"99"'}
    )
    assert acted.json["current"] == student.read(goal)


def test_a_stale_item_of_a_list_gets_its_resource_as_it_is_now(
    client: Client, world: World
) -> None:
    goal = world.home.student.goal_id
    student = client.as_(world.home.student)
    body = {"action": "hold", "items": [{"id": str(goal), "version": 99}]}
    (item,) = student.post("/goals/actions", body).json["items"]
    assert item["problem"]["code"] == "version_stale"
    assert item["problem"]["current"] == student.read(f"/goals/{goal}")


def test_a_large_resource_is_left_out(client: Client, world: World, database: Isolated) -> None:
    version = f"/plan-versions/{world.home.student.version_id}"
    with writing(database, world.home) as session:
        session.execute(update(PlanSection).values(body="ä" * 20_000))
    stale = client.as_(world.home.student).patch(version, {"sections": {}}, etag='"99"')
    assert (stale.status_code, "current" in stale.json) == (412, False)
    first = client.as_(world.home.student).read(f"{version}/sections")["items"][0]
    stale = client.as_(world.home.student).patch(
        f"/plan-sections/{first['id']}", {"body": ""}, etag='"99"'
    )
    assert stale.json["current"]["body"] == "ä" * 20_000


def test_a_resource_read_for_a_stated_reason_is_left_out(client: Client, world: World) -> None:
    path = f"/relationships/{_parent_of_student(client, world)['id']}"
    admin = client.as_(world.home.district_admin)
    told = admin.patch(path, {"starts_on": ahead(-9)}, etag='"99"')
    assert "current" in told.json
    reason = {"X-Access-Reason": "A parent asked for the record."}
    told = admin.patch(path, {"starts_on": ahead(-9)}, etag='"99"', headers=reason)
    assert (told.status_code, "current" in told.json) == (412, False)


def _parent_of_student(client: Client, world: World) -> Any:
    path = f"/students/{world.home.student.id}/relationships"
    listed = client.as_(world.home.registrar).read(path)["items"]
    return next(one for one in listed if one["person_id"] == str(world.home.parent.id))


# The row that is there already.


def test_version_open_names_the_open_version(client: Client, world: World) -> None:
    student = client.as_(world.home.student)
    refused = student.post(f"/plans/{world.home.student.plan_id}/versions")
    assert (refused.status_code, code(refused)) == (409, "version_open")
    existing = refused.json["existing"]
    assert existing == {
        "id": str(world.home.student.version_id),
        "href": f"/api/v1/plan-versions/{world.home.student.version_id}",
        "number": 1,
    }
    assert student.get(f"/{existing['href']}").status_code == 200


@pytest.mark.parametrize("by", ["registrar", "school_admin"])
def test_a_second_relationship_names_the_first(client: Client, world: World, by: str) -> None:
    staff = client.as_(getattr(world.home, by))
    first = _parent_of_student(client, world)
    same = {
        "person_id": str(world.home.parent.id),
        "kind": "parent",
        "parent_kind": "parent",
        "starts_on": ahead(-1),
    }
    path = f"/students/{world.home.student.id}/relationships"
    refused = staff.post(path, same)
    assert code(refused) == "relationship_exists"
    assert refused.json["existing"]["id"] == first["id"]
    assert staff.get(f"/{refused.json['existing']['href']}").status_code == 200


def test_a_problem_names_no_row_that_the_caller_may_not_read(
    client: Client, world: World, database: Isolated
) -> None:
    """A student of another school has the number; the school's admin does not reach them."""
    wide, admin = client.as_(world.home.district_admin), client.as_(world.home.school_admin)
    other = f"/students/{world.home.other_student.id}"
    assert wide.patch(other, {"state_student_id": "VT-1"}).status_code == 200
    mine = f"/students/{world.home.student.id}"
    assert admin.get(other).status_code == 404
    refused = admin.patch(mine, {"state_student_id": "VT-1"})
    assert (code(refused), "existing" in refused.json) == ("record_duplicate", False)
    refused = wide.patch(mine, {"state_student_id": "VT-1"})
    assert refused.json["existing"]["id"] == str(world.home.other_student.id)


# How a conflict with a row that is there already names it. Every code of the kind stands here.
NAMES_THE_ROW = {
    Code.VERSION_OPEN: "by its unique index",
    Code.PLAN_EXISTS: "by its unique constraint",
    Code.TEMPLATE_DRAFT_OPEN: "by a query before, and by its unique index",
    Code.TEMPLATE_OVERLAPS: "by a query before",
    Code.RUBRIC_DRAFT_OPEN: "by a query before, and by its unique index",
    Code.PORTFOLIO_TEMPLATE_DRAFT_OPEN: "by a query before, and by its unique index",
    Code.PORTFOLIO_EXISTS: "by a query before, and by its unique index",
    Code.PORTFOLIO_ENTRY_EXISTS: "by a query before, and by its unique index",
    Code.RECORD_DUPLICATE: "by a query before, or by any unique constraint without a code",
    Code.RELATIONSHIP_EXISTS: "by a query before",
    Code.RELATIONSHIP_SUPPRESSED: "by a query before",
    Code.HOME_STUDY_EXISTS: "by a query before",
    Code.SUPPORT_EXISTS: "by a query before",
    Code.PARTNER_EXISTS: "by a query before",
    Code.IMPORT_RUNNING: "by a query before",
    Code.INTEREST_EXISTS: "by a query before, and by its unique index",
    Code.ELO_EXISTS: "by a query before",
    Code.WORK_HABITS_EXIST: "by a query before, and by its unique index",
    Code.APPEAL_EXISTS: "by a query before, and by its unique index",
    Code.LINK_EXISTS: "by a query before",
    Code.ARTIFACT_LINK_EXISTS: "by a query before",
    Code.SHOWCASE_ITEM_EXISTS: "by a query before, and by its unique index",
    Code.ABSENCE_EXISTS: "by a query before, and by its unique index",
    Code.FRAMEWORK_IMPORT_RUNNING: "by a query before",
    Code.ARTIFACT_REVIEW_OPEN: "by a query before, and by its unique index",
    Code.EXPORT_RUNNING: "by a query before",
    Code.ACTION_REPEATED: "it is the row that was acted on",
}
NAMES_NONE = {
    Code.SIGNATURE_EXISTS: "a signature has no address; the list of the version's has it",
    Code.VERSION_REAFFIRMED: "a reaffirmation has no address",
    Code.USERNAME_TAKEN: "whose account it is, is nobody's business",
    Code.REQUEST_RUNNING: "nothing is stored yet",
    Code.RECORD_IN_USE: "many rows may refer to it, in many tables",
    Code.SCALE_IN_USE: "many frameworks and rubrics may refer to it",
    Code.ENTRY_WITHDRAWN: "the caller named the entry",
}


def test_every_conflict_with_a_row_is_decided() -> None:
    words = ("EXISTS", "OPEN", "DUPLICATE", "OVERLAPS", "TAKEN", "RUNNING", "REPEATED", "IN_USE")
    of_the_kind = {one for one in Code if one.value.status == 409 and one.name.endswith(words)}
    assert of_the_kind <= NAMES_THE_ROW.keys() | NAMES_NONE.keys()
    assert not NAMES_THE_ROW.keys() & NAMES_NONE.keys()


def test_every_unique_constraint_with_a_code_is_decided() -> None:
    for table in Base.metadata.tables.values():
        for rule in (*table.indexes, *table.constraints):
            if isinstance(rule, UniqueConstraint) or getattr(rule, "unique", False):
                told = rule.info.get("problem", Code.RECORD_DUPLICATE)
                assert told in NAMES_THE_ROW.keys() | NAMES_NONE.keys(), table.name


# Who may.


def test_what_one_may_not_do_says_which_roles_may(client: Client, world: World) -> None:
    version = f"/plan-versions/{world.home.student.version_id}"
    refused = client.as_(world.home.counselor).patch(version, {"sections": {}})
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["student", "parent", "advisor"]
    assert refused.json["detail"] == "The roles that may: student, parent, advisor."


def test_nobody_approves_their_own_work_and_learns_who_may(client: Client, world: World) -> None:
    version = f"/plan-versions/{world.home.student.version_id}"
    advisor = client.as_(world.home.advisor)
    advisor.act(version, "submit_for", reason="She is ill.")
    refused = advisor.act(version, "approve")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert refused.json["allowed_roles"] == ["advisor", "counselor", "school_admin"]
    assert refused.json["action"] == "approve"


def test_a_state_that_does_not_allow_an_action_names_no_roles(client: Client, world: World) -> None:
    version = f"/plan-versions/{world.home.student.version_id}"
    refused = client.as_(world.home.advisor).act(version, "approve")
    assert code(refused) == "action_unavailable"
    assert "allowed_roles" not in refused.json


@pytest.fixture
def related(world: World, database: Isolated) -> None:
    """The counselor is a parent of the student, without rights."""
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.counselor,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind=ParentKind.PARENT,
            may_inspect=False,
            may_decide=False,
        )


@pytest.mark.usefixtures("related")
def test_family_learns_who_acts_for_the_school(client: Client, world: World) -> None:
    review, counselor = f"/reviews/{world.home.student.review_id}", client.as_(world.home.counselor)
    held: dict[str, Any] = {"held_on": clock.today().isoformat(), "mode": "in_person"}
    held["participants"] = [{"role": "student", "person_id": str(world.home.student.id)}]
    refused = counselor.act(review, "hold", **held)
    assert code(refused) == "approver_is_family"
    assert refused.json["allowed_roles"] == ["advisor", "counselor", "school_admin"]
    support = {"kind": "iep", "starts_on": ahead(0), "coordinator_id": str(world.home.advisor.id)}
    refused = counselor.post(f"/students/{world.home.student.id}/supports", support)
    assert code(refused) == "actor_is_family"
    assert refused.json["allowed_roles"] == ["counselor", "school_admin"]


@pytest.mark.parametrize("permission", list(Permission))
def test_the_roles_named_are_those_of_the_role_table(permission: Permission) -> None:
    """A role that has it only in home study is named where no other role has it."""
    cells = {Role(role): cell for role, cell in TABLE[permission].items() if cell != "."}
    usual = {role for role, cell in cells.items() if cell != "keeping"}
    assert set(holders(permission)) == (usual or set(cells))


# Repeats.


def lives() -> Iterator[tuple[str, LifeCycle]]:
    for operation in OPERATIONS:
        life = getattr(operation.view, "life", None)
        if life is not None and not hasattr(operation.view, "each"):
            yield operation.rule, life


LINES = [(rule, line) for rule, life in lives() for line in life.moves]
# Moves after which a guard forbids them: what they would do again is not there any more.
ENDS_ITSELF = {
    ("/api/v1/call-recipients/<uuid:call_recipient_id>/actions", "excuse"),
    ("/api/v1/call-recipients/<uuid:call_recipient_id>/actions", "expect"),
    ("/api/v1/artifacts/<uuid:artifact_id>/actions", "catch_up"),
    ("/api/v1/artifacts/<uuid:artifact_id>/actions", "leave_group"),
    ("/api/v1/elos/<uuid:elo_id>/actions", "complete_design"),
    ("/api/v1/credit-lines/<uuid:credit_line_id>/actions", "withdraw_attestation"),
    ("/api/v1/goals/<uuid:goal_id>/actions", "confirm_outcome"),
    ("/api/v1/goals/<uuid:goal_id>/actions", "decline_outcome"),
    ("/api/v1/goals/<uuid:goal_id>/actions", "carry_forward"),
    ("/api/v1/plan-versions/<uuid:plan_version_id>/actions", "reaffirm"),
    ("/api/v1/plan-versions/<uuid:plan_version_id>/actions", "change_template"),
    ("/api/v1/reviews/<uuid:review_id>/actions", "reinstate"),
    ("/api/v1/scales/<uuid:scale_id>/actions", "make_default"),
}


@pytest.mark.parametrize(("rule", "line"), LINES, ids=[f"{r} {one.action}" for r, one in LINES])
def test_a_move_that_could_be_made_twice_knows_a_repeat(rule: str, line: Move) -> None:
    stays = line.target is None or line.target in line.sources
    assert not stays or line.is_done is not None or (rule, line.action) in ENDS_ITSELF


def test_a_review_that_was_held_is_not_held_again_with_the_same_body(
    client: Client, world: World
) -> None:
    review, advisor = f"/reviews/{world.home.student.review_id}", client.as_(world.home.advisor)
    meeting = {
        "held_on": clock.today().isoformat(),
        "mode": "in_person",
        "summary": "A good talk.",
        "participants": [
            {"role": "student", "person_id": str(world.home.student.id)},
            {"role": "interpreter", "name": "A. Interpreter", "language": "so"},
        ],
    }
    assert advisor.act(review, "hold", **meeting).status_code == 200
    before = advisor.read(review)
    again = advisor.act(review, "hold", **meeting)
    assert (again.status_code, code(again)) == (409, "action_repeated")
    assert again.json["existing"]["href"] == f"/api/v1{review}"
    assert advisor.read(review) == before, "it was not done twice"
    item = {"id": before["id"], "version": before["version"]}
    (many,) = advisor.post("/reviews/actions", {"action": "hold", **meeting, "items": [item]}).json[
        "items"
    ]
    assert (many["status"], many["problem"]["code"]) == (409, "action_repeated")
    assert many["problem"]["existing"]["id"] == before["id"]
    corrected = advisor.act(review, "hold", **{**meeting, "summary": "A long talk."})
    assert corrected.json["summary"] == "A long talk."


def test_an_action_whose_state_is_reached_is_a_repeat(client: Client, world: World) -> None:
    version, student = f"/plan-versions/{world.home.student.version_id}", world.home.student
    assert client.as_(student).act(version, "submit").status_code == 200
    again = client.as_(student).act(version, "submit")
    assert (again.status_code, code(again)) == (409, "action_repeated")
    assert again.json["detail"] == "It is submitted already."


def test_an_outcome_is_not_proposed_twice_and_no_comment_either(
    client: Client, world: World
) -> None:
    goal, student = f"/goals/{world.home.student.goal_id}", client.as_(world.home.student)
    words = {"outcome": "achieved", "reflection": "I did it.", "comment": "Please confirm."}
    assert student.act(goal, "propose_outcome", **words).status_code == 200
    assert code(student.act(goal, "propose_outcome", **words)) == "action_repeated"
    assert len(student.read(f"{goal}/comments")["items"]) == 2, "the world's and this one"
    other = {**words, "comment": "Please!"}
    assert student.act(goal, "propose_outcome", **other).status_code == 200


def test_a_relationship_ends_once_on_a_day(client: Client, world: World) -> None:
    path = f"/relationships/{_parent_of_student(client, world)['id']}"
    registrar = client.as_(world.home.registrar)
    assert registrar.act(path, "end", ends_on=ahead(30)).status_code == 200
    assert code(registrar.act(path, "end", ends_on=ahead(30))) == "action_repeated"
    assert registrar.act(path, "end", ends_on=ahead(31)).status_code == 200


def test_a_suppressed_relationship_is_named_to_who_may_restore_it(
    client: Client, world: World, database: Isolated
) -> None:
    first = _parent_of_student(client, world)
    with writing(database, world.home) as session:
        row = session.get_one(Relationship, uuid(first["id"]))
        row.status = RelationshipStatus.SUPPRESSED
    same = {"person_id": first["person_id"], "kind": "parent", "parent_kind": "parent"}
    refused = client.as_(world.home.registrar).post(
        f"/students/{world.home.student.id}/relationships", same
    )
    assert code(refused) == "relationship_suppressed"
    assert refused.json["existing"]["id"] == first["id"]


def test_an_office_at_the_wrong_place_is_told_which_is_needed(client: Client, world: World) -> None:
    admin = client.as_(world.home.school_admin)
    levels = [{"key": key, "title": key} for key in ("not_yet", "done")]
    refused = admin.post("/scales", {"title": "Ours", "levels": levels})
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["detail"] == "This needs an office for the whole district."
    elsewhere = {"school_id": str(world.home.other_school_id), "kind": "other", "title": "Club"}
    refused = admin.post("/opportunities", elsewhere)
    assert refused.json["detail"] == "This needs an office for that school."
