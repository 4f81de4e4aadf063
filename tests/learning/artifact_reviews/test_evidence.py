"""Work as evidence: for the goals it is linked to, and by the ratings that followed from it."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.foundation.roster.relationships import Relationship
from plp_api.learning.artifacts.models import Artifact, ArtifactLink
from tests.client import Client, uuid
from tests.databases import Isolated
from tests.learning.portfolio_world import Work, add_artifact
from tests.world import Place, World, writing


def link(session: Any, place: Place, work: Work, goal_id: Any) -> None:
    student = place.student
    own = {"district_id": place.district_id, "student_id": student.id}
    session.add(ArtifactLink(**own, artifact_id=work.id, goal_id=goal_id, linked_by=student.id))


@pytest.fixture
def linked(world: World, database: Isolated, work: Work) -> str:
    """The path of the student's goal, to which the work is linked."""
    with writing(database, world.home) as session:
        link(session, world.home, work, world.home.student.goal_id)
    return f"/goals/{world.home.student.goal_id}"


def test_a_goal_shows_the_work_that_is_linked_to_it_and_whether_it_was_accepted(
    student: Client, linked: str, work: Work, judged: Callable[..., str]
) -> None:
    (shown,) = student.read(linked)["artifacts"]
    assert (shown["id"], shown["title"], shown["kind"]) == (str(work.id), "A poem", "writing")
    assert shown["is_accepted"] is False
    judged()
    (shown,) = student.read(linked)["artifacts"]
    assert shown["is_accepted"] is True


@pytest.mark.parametrize(("result", "is_accepted"), [("accepted", True), ("returned", False)])
def test_the_word_on_appeal_says_whether_it_was_accepted(
    student: Client,
    admin: Client,
    linked: str,
    judged: Callable[..., str],
    result: str,
    is_accepted: bool,
) -> None:
    path = judged()
    student.act(path, "appeal", words="See line three.")
    (shown,) = student.read(linked)["artifacts"]
    assert shown["is_accepted"] is False, "until it is settled"
    assert admin.act(path, "settle", result=result, words="So be it.").status_code == 200
    (shown,) = student.read(linked)["artifacts"]
    assert shown["is_accepted"] is is_accepted


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_neither_a_draft_nor_archived_work_is_shown_with_a_goal(
    client: Client, world: World, database: Isolated, linked: str, work: Work, status: str
) -> None:
    with writing(database, world.home) as session:
        session.get_one(Artifact, work.id).status = status
    for reader in (world.home.student, world.home.advisor, world.home.parent):
        assert client.as_(reader).read(linked)["artifacts"] == []


def test_who_may_not_read_artifacts_is_not_told_of_them(
    client: Client, world: World, database: Isolated, linked: str
) -> None:
    parent = client.as_(world.home.parent)
    assert parent.read(linked)["artifacts"]
    with writing(database, world.home) as session:
        ties = session.query(Relationship).filter_by(
            person_id=world.home.parent.id, student_id=world.home.student.id
        )
        for tie in ties:
            tie.denied = frozenset({"artifacts"})
    assert "artifacts" not in parent.read(linked)


@pytest.mark.parametrize(("status", "expected"), [("draft", 204), ("kept", 409)])
def test_a_goal_is_not_deleted_while_work_shown_with_it_is_evidence_for_it(
    student: Client, world: World, database: Isolated, status: str, expected: int
) -> None:
    goals = f"/plans/{world.home.student.plan_id}/goals"
    goal = student.made(goals, {"title": "Write", "domain": "academic"})
    with writing(database, world.home) as session:
        work = add_artifact(session, world.home, status=status)
        link(session, world.home, work, uuid(goal["id"]))
    answer = student.delete(f"/goals/{goal['id']}")
    assert answer.status_code == expected
    links = student.read(f"{work.path}/evidence-links")["items"]
    assert len(links) == (0 if expected == 204 else 1), "the link goes with the goal"


def test_a_reader_of_ratings_alone_is_not_shown_the_work_behind_them(
    client: Client, world: World, judged: Callable[..., str]
) -> None:
    judged()
    ratings = f"/students/{world.home.student.id}/ratings"
    for reader, is_shown in ((world.home.advisor, True), (world.home.teacher, False)):
        found = client.as_(reader).read(ratings)["items"]
        assert len(found) == 2
        for rating in found:
            assert (rating["artifact_id"] is not None) is is_shown
            assert (rating["artifact_review_id"] is not None) is is_shown


def test_a_goal_read_again_after_the_work_was_accepted_is_another(
    student: Client, linked: str, judged: Callable[..., str]
) -> None:
    before = {"If-None-Match": student.etag(linked)}
    assert student.get(linked, headers=before).status_code == 304
    judged()
    again = student.get(linked, headers=before)
    assert (again.status_code, again.json["artifacts"][0]["is_accepted"]) == (200, True)


@pytest.mark.parametrize("status", ["draft", "kept", "archived"])
def test_kept_work_alone_is_evidence_for_the_items_it_is_linked_to(
    client: Client,
    student: Client,
    world: World,
    database: Isolated,
    work: Work,
    items: list[str],
    status: str,
) -> None:
    student.made(f"{work.path}/links", {"framework_item_id": items[0]})
    with writing(database, world.home) as session:
        session.get_one(Artifact, work.id).status = status
    for reader in (world.home.student, world.home.advisor, world.home.parent):
        path = f"/framework-items/{items[0]}/evidence?count=true"
        found = client.as_(reader).read(path)
        counts = [one["artifacts"] for one in found["items"]]
        assert (counts, found["total_count"]) == (([1], 1) if status == "kept" else ([], 0))


def test_who_reads_no_artifacts_is_not_told_that_they_are_evidence(
    client: Client, student: Client, world: World, work: Work, items: list[str]
) -> None:
    student.made(f"{work.path}/links", {"framework_item_id": items[0]})
    path = f"/framework-items/{items[0]}/evidence"
    assert client.as_(world.home.teacher).read(path)["items"] == []
