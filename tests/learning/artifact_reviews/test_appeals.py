"""A student appeals against a judgment, and the school's admin, or whom they name, settles it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client, code, pointers
from tests.learning.artifact_reviews.conftest import SCORES, Submit
from tests.learning.artifact_reviews.test_judging import assign
from tests.learning.portfolio_world import Work
from tests.world import World

WHY = "The second source stands on page three."
BETTER = [{**SCORES[0], "level": "exemplary"}, {**SCORES[1], "level": "exemplary"}]

Judged = Callable[..., str]


def levels(reader: Client, path: str) -> list[tuple[str, str]]:
    """The ratings that followed from the review, each with its state."""
    ratings = reader.read(f"{path}/ratings")["items"]
    return sorted((one["status"], one["level"]) for one in ratings)


@pytest.fixture
def appealed(judged: Judged, student: Client) -> Judged:
    """Appeal against the teacher's judgment."""

    def made(action: str = "accept", **fields: Any) -> str:
        path = judged(action, **fields)
        answer = student.act(path, "appeal", words=WHY)
        assert answer.status_code == 200, answer.json
        return path

    return made


def test_until_the_appeal_is_settled_the_judgment_stands(
    appealed: Judged, student: Client, world: World
) -> None:
    path = appealed()
    review = student.read(path)
    assert (review["status"], review["result"]) == ("appealed", "accepted")
    assert (review["appeal_words"], review["evaluator_id"]) == (WHY, None)
    assert review["decided_by"] == str(world.home.team_member.id)
    assert levels(student, path) == [("given", "developing")] * 2
    assert review["available_actions"] == []


def test_the_admin_upholds_the_judgment(
    appealed: Judged, admin: Client, student: Client, world: World
) -> None:
    path = appealed()
    assert admin.read(path)["available_actions"] == ["assign", "settle"]
    answer = admin.act(path, "settle", result="accepted", words="It was read twice.")
    assert (answer.json["status"], answer.json["final_by"]) == (
        "final",
        str(world.home.school_admin.id),
    )
    assert (answer.json["final_result"], answer.json["final_scores"]) == ("accepted", [])
    assert levels(student, path) == [("given", "developing")] * 2
    assert student.read(path)["available_actions"] == []


def test_other_levels_replace_the_ratings_and_the_first_scores_stay(
    appealed: Judged, admin: Client, student: Client
) -> None:
    path = appealed()
    settled = admin.act(path, "settle", result="accepted", words="Page three.", scores=BETTER)
    assert [one["level"] for one in settled.json["scores"]] == ["proficient", "developing"]
    assert [one["level"] for one in settled.json["final_scores"]] == ["exemplary"] * 2
    assert levels(student, path) == [("given", "exemplary")] * 2 + [("withdrawn", "developing")] * 2
    given = [one for one in student.read(f"{path}/ratings")["items"] if one["status"] == "given"]
    assert {one["rated_as"] for one in given} == {"school_admin"}


def test_returned_work_is_accepted_on_appeal_only_with_every_level(
    appealed: Judged, admin: Client, student: Client
) -> None:
    path = appealed("return", scores=[])
    assert levels(student, path) == []
    bare = admin.act(path, "settle", result="accepted", words="It is good.")
    assert (bare.status_code, pointers(bare)) == (422, {"/scores"})
    settled = admin.act(path, "settle", result="accepted", words="It is good.", scores=SCORES)
    assert settled.json["final_result"] == "accepted"
    assert levels(student, path) == [("given", "developing")] * 2


def test_accepted_work_that_is_returned_on_appeal_loses_its_ratings(
    appealed: Judged, admin: Client, student: Client
) -> None:
    path = appealed()
    settled = admin.act(path, "settle", result="returned", words="It is copied.")
    assert (settled.json["result"], settled.json["final_result"]) == ("accepted", "returned")
    assert levels(student, path) == [("withdrawn", "developing")] * 2


def test_whom_the_admin_names_settles_in_their_place_and_never_who_judged(
    client: Client, world: World, appealed: Judged, admin: Client, advisor: Client, student: Client
) -> None:
    path, home = appealed(), world.home
    judge = assign(admin, path, home.team_member)
    assert (judge.status_code, pointers(judge)) == (422, {"/evaluator_id"})
    refused = assign(advisor, path, home.co_advisor)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    assert advisor.act(path, "settle", result="accepted", words="Yes.").status_code == 403
    assert assign(admin, path, home.other_advisor).status_code == 200
    designee = client.as_(home.other_advisor)
    assert designee.read(path)["available_actions"] == ["settle"]
    settled = designee.act(path, "settle", result="accepted", words="Yes.", scores=BETTER)
    assert (settled.json["status"], settled.json["final_by"]) == (
        "final",
        str(home.other_advisor.id),
    )
    given = [one for one in student.read(f"{path}/ratings")["items"] if one["status"] == "given"]
    assert {one["rated_as"] for one in given} == {"team_member"}


def test_an_admin_who_judged_does_not_settle(
    world: World, submit: Submit, advisor: Client, admin: Client, student: Client
) -> None:
    path = submit()
    assign(advisor, path, world.home.school_admin)
    assert admin.act(path, "accept", scores=SCORES).status_code == 200
    student.act(path, "appeal", words=WHY)
    assert admin.read(path)["available_actions"] == ["assign"]
    answer = admin.act(path, "settle", result="accepted", words="As I said.")
    assert (answer.status_code, code(answer)) == (409, "action_unavailable")


def test_work_that_was_submitted_again_is_not_appealed(
    judged: Judged,
    submit: Submit,
    student: Client,
    work: Work,
    next_version: Callable[[Work], str],
) -> None:
    path = judged("return")
    next_version(work)
    again = submit()
    answer = student.act(path, "appeal", words=WHY)
    assert (answer.status_code, code(answer)) == (409, "action_unavailable")
    student.act(again, "recall")
    assert student.act(path, "appeal", words=WHY).status_code == 200
    blocked = student.post(f"{work.path}/reviews", {"rubric_id": student.read(path)["rubric_id"]})
    assert (blocked.status_code, code(blocked)) == (409, "artifact_review_open")
