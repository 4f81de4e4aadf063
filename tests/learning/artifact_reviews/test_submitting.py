"""What a student submits to be judged, and takes back."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.catalog.rubrics.models import Rubric
from plp_api.learning.artifacts.lifecycle import ARTIFACT
from plp_api.learning.artifacts.models import Artifact, ArtifactStatus
from plp_api.learning.calls.models import CallForWork, CallRecipient
from tests.client import Client, code, pointers, uuid
from tests.databases import Isolated
from tests.learning.artifact_reviews.conftest import Submit
from tests.learning.portfolio_world import Work, add_artifact
from tests.world import World, writing


def test_the_newest_version_is_submitted(
    student: Client,
    work: Work,
    submit: Submit,
    next_version: Callable[[Work], str],
    rubric: Any,
    database: Isolated,
    world: World,
) -> None:
    newest = next_version(work)
    review = student.read(submit())
    assert (review["status"], review["version_id"], review["version_number"]) == (
        "submitted",
        newest,
        2,
    )
    assert (review["artifact_title"], review["rubric_title"]) == ("A poem", rubric["title"])
    assert (review["evaluator_id"], review["scores"]) == (None, [])
    assert review["available_actions"] == ["recall"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"status": "draft"}, "artifact_is_draft"),
        ({"status": "archived"}, "artifact_archived"),
        ({"number": 0}, "artifact_empty"),
    ],
)
def test_only_kept_work_with_a_version_is_submitted(
    student: Client,
    rubric: Any,
    world: World,
    database: Isolated,
    work: Work,
    columns: dict[str, Any],
    expected: str,
) -> None:
    with writing(database, world.home) as session:
        artifact = session.get_one(Artifact, work.id)
        for name, value in columns.items():
            setattr(artifact, name, value)
    answer = student.post(f"{work.path}/reviews", {"rubric_id": rubric["id"]})
    assert (answer.status_code, code(answer)) == (409, expected)


def test_by_one_rubric_one_review_is_open_and_a_recalled_one_is_not(
    student: Client, work: Work, submit: Submit, rubric: Any
) -> None:
    path = submit()
    again = student.post(f"{work.path}/reviews", {"rubric_id": rubric["id"]})
    assert (again.status_code, code(again)) == (409, "artifact_review_open")
    assert student.act(path, "recall").json["status"] == "recalled"
    assert submit() != path
    statuses = [one["status"] for one in student.read(f"{work.path}/reviews")["items"]]
    assert statuses == ["recalled", "submitted"]


def test_a_judged_version_is_not_judged_again_by_that_rubric_but_the_next_one_is(
    student: Client,
    work: Work,
    judged: Callable[..., str],
    submit: Submit,
    rubric: Any,
    next_version: Callable[[Work], str],
) -> None:
    judged("return")
    again = student.post(f"{work.path}/reviews", {"rubric_id": rubric["id"]})
    assert (again.status_code, code(again)) == (409, "action_unavailable")
    next_version(work)
    assert student.read(submit())["version_number"] == 2


def test_a_version_of_another_work_and_a_draft_of_a_rubric_are_refused(
    client: Client, student: Client, work: Work, rubric: Any, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        other = add_artifact(session, world.home)
    body = {"rubric_id": rubric["id"], "version_id": str(other.version_id)}
    assert pointers(student.post(f"{work.path}/reviews", body)) == {"/version_id"}
    admin = client.as_(world.home.district_admin)
    draft = admin.made(f"/rubrics/{rubric['id']}/editions", {})
    for key in (draft["id"], str(work.id)):
        answer = student.post(f"{work.path}/reviews", {"rubric_id": key})
        assert (answer.status_code, pointers(answer)) == (422, {"/rubric_id"})


def test_work_that_answers_a_call_is_judged_by_the_rubric_of_the_call(
    student: Client, work: Work, rubric: Any, world: World, database: Isolated
) -> None:
    missing = student.post(f"{work.path}/reviews", {})
    assert (missing.status_code, pointers(missing)) == (422, {"/rubric_id"})
    own = {"district_id": world.home.district_id}
    with writing(database, world.home) as session:
        call = CallForWork(
            **own,
            title="Your best page",
            called_by=world.home.advisor.id,
            rubric_id=uuid(rubric["id"]),
        )
        session.add(call)
        session.flush()
        called = CallRecipient(**own, student_id=world.home.student.id, call_id=call.id)
        session.add(called)
        session.flush()
        session.get_one(Artifact, work.id).call_recipient_id = called.id
        # The call stands, though the edition has been followed by another since.
        session.get_one(Rubric, uuid(rubric["id"])).status = "retired"
        call_id = str(call.id)
    review = student.made(f"{work.path}/reviews", {})
    assert (review["rubric_id"], review["call_id"]) == (rubric["id"], call_id)


def test_only_the_student_submits_and_recalls(
    client: Client, world: World, work: Work, submit: Submit, rubric: Any
) -> None:
    path, body = submit(), {"rubric_id": rubric["id"]}
    home = world.home
    for somebody in (home.parent, home.advisor, home.counselor, home.school_admin):
        reader = client.as_(somebody)
        assert reader.post(f"{work.path}/reviews", body).status_code == 403
        assert "recall" not in reader.read(path)["available_actions"]
        assert reader.act(path, "recall").status_code == 403
    assert client.as_(home.teacher).get(path).status_code == 404


def test_no_move_makes_a_draft_of_work_that_was_shown_so_no_review_is_of_a_draft() -> None:
    assert ArtifactStatus.DRAFT not in {one.target for one in ARTIFACT.moves}


def test_a_draft_that_was_reviewed_all_the_same_is_not_deleted(
    student: Client, work: Work, submit: Submit, world: World, database: Isolated
) -> None:
    submit()
    with writing(database, world.home) as session:
        session.get_one(Artifact, work.id).status = "draft"
    answer = student.delete(work.path)
    assert (answer.status_code, code(answer)) == (409, "artifact_relied_on")
