"""Who judges work, by which rubric, and what follows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind
from plp_api.learning.artifacts.models import Artifact, ArtifactGroup
from plp_api.learning.ratings.models import Rating
from tests.catalog.rubrics.conftest import body
from tests.client import Client, code, pointers, uuid
from tests.databases import Isolated
from tests.learning.artifact_reviews.conftest import SCORES, Submit
from tests.learning.portfolio_world import Work, add_artifact
from tests.world import World, ahead, person, relate, writing


def assign(who: Client, path: str, somebody: Any) -> Any:
    return who.act(path, "assign", evaluator_id=str(somebody.id))


# Who judges.


def test_the_named_evaluator_reaches_that_work_alone_until_it_is_judged(
    world: World, database: Isolated, teacher: Client, submit: Submit, advisor: Client, work: Work
) -> None:
    with writing(database, world.home) as session:
        other = add_artifact(session, world.home)
    path, unnamed = submit(), submit(other)
    assert teacher.get(path).status_code == 404
    answer = assign(advisor, path, world.home.team_member)
    assert (answer.json["status"], answer.json["assigned_by"]) == (
        "in_review",
        str(world.home.advisor.id),
    )
    assert teacher.read(path)["available_actions"] == ["accept", "return"]
    assert [one["id"] for one in teacher.read("/artifact-reviews")["items"]] == [path[18:]]
    assert teacher.read(f"{work.path}/reviews")["items"]
    for hidden in (unnamed, f"{other.path}/reviews", f"/students/{world.home.student.id}"):
        assert teacher.get(hidden).status_code == 404
    teacher.act(path, "accept", scores=SCORES)
    assert teacher.read(path)["status"] == "accepted"
    with time_machine.travel(clock.now() + timedelta(days=1)):
        assert teacher.as_(world.home.team_member).get(path).status_code == 404


def test_whoever_is_replaced_or_recalled_from_loses_the_work_at_once(
    client: Client, world: World, in_review: Submit, advisor: Client, student: Client
) -> None:
    path, home = in_review(), world.home
    first, second = client.as_(home.team_member), client.as_(home.co_advisor)
    assert assign(advisor, path, home.co_advisor).status_code == 200
    assert first.get(path).status_code == 404
    assert second.read(path)["available_actions"][-2:] == ["accept", "return"]
    assert assign(advisor, path, home.team_member).status_code == 200
    assert first.get(path).status_code == 200
    assert student.act(path, "recall").status_code == 200
    assert first.get(path).status_code == 404


def test_an_evaluator_with_another_open_review_of_the_work_keeps_it(
    client: Client, world: World, in_review: Submit, teacher: Client, student: Client, work: Work
) -> None:
    path, admin = in_review(), client.as_(world.home.district_admin)
    other = admin.made("/rubrics", body(title="Care"))
    admin.act(f"/rubrics/{other['id']}", "publish")
    second = in_review(rubric_id=other["id"])
    assert student.act(path, "recall").status_code == 200
    assert teacher.get(second).status_code == 200


def test_nobody_but_the_named_evaluator_judges(
    client: Client, world: World, in_review: Submit, advisor: Client
) -> None:
    path = in_review()
    answer = advisor.act(path, "accept", scores=SCORES)
    assert (answer.status_code, code(answer)) == (403, "evaluator_not_assigned")
    for name in ("student", "parent", "counselor", "school_admin"):
        reader = client.as_(getattr(world.home, name))
        assert reader.act(path, "return", words="No.").status_code == 403


def test_an_advisor_names_themselves_and_judges(
    world: World, submit: Submit, advisor: Client
) -> None:
    path = submit()
    assert assign(advisor, path, world.home.advisor).json["status"] == "in_review"
    again = assign(advisor, path, world.home.advisor)
    assert (again.status_code, code(again)) == (409, "action_repeated")
    accepted = advisor.act(path, "accept", scores=SCORES)
    assert accepted.json["decided_by"] == str(world.home.advisor.id)


def test_no_student_no_family_and_nobody_without_an_office_is_named(
    client: Client, world: World, database: Isolated, submit: Submit, advisor: Client
) -> None:
    path, home = submit(), world.home
    with writing(database, home) as session:
        relate(session, home, home.team_member, home.student, RelationshipKind.PARENT)
        nobody = person(session, home, "nobody")
    for pupil, expected in (
        (home.student, "evaluator_is_author"),
        (home.other_student, "person_is_student"),
    ):
        answer = assign(advisor, path, pupil)
        assert (answer.status_code, code(answer)) == (409, expected)
    for somebody in (home.parent, home.team_member, nobody, world.away.advisor):
        answer = assign(advisor, path, somebody)
        assert (answer.status_code, pointers(answer)) == (422, {"/evaluator_id"})


def group_up(session: Any, world: World, work: Work) -> None:
    """Let another student have made the work too."""
    home = world.home
    group = ArtifactGroup(district_id=home.district_id, founded_by=home.student.id)
    session.add(group)
    session.flush()
    session.get_one(Artifact, work.id).group_id = group.id
    add_artifact(session, home, home.other_student, group_id=group.id)


def test_family_of_another_maker_judges_no_work_of_the_group(
    client: Client,
    world: World,
    database: Isolated,
    submit: Submit,
    advisor: Client,
    work: Work,
) -> None:
    path, home = submit(), world.home
    assert assign(advisor, path, home.team_member).status_code == 200
    with writing(database, home) as session:
        group_up(session, world, work)
        relate(session, home, home.team_member, home.other_student, RelationshipKind.PARENT)
    # They became family after they were named: nothing of the work is open to judge.
    teacher = client.as_(home.team_member)
    assert teacher.read(path)["available_actions"] == []
    answer = teacher.act(path, "accept", scores=SCORES)
    assert (answer.status_code, code(answer)) == (409, "approver_is_family")
    assert assign(advisor, path, home.co_advisor).status_code == 200
    refused = assign(advisor, path, home.team_member)
    assert (refused.status_code, pointers(refused)) == (422, {"/evaluator_id"})


def test_up_to_fifty_reviews_get_their_evaluators_in_one_call(
    world: World, database: Isolated, submit: Submit, advisor: Client, teacher: Client
) -> None:
    with writing(database, world.home) as session:
        works = [add_artifact(session, world.home) for _ in range(3)]
    paths = [submit(one) for one in works]
    items = [{"id": path[18:], "version": advisor.read(path)["version"]} for path in paths]
    items[0]["evaluator_id"] = str(world.home.student.id)
    sent = {"action": "assign", "evaluator_id": str(world.home.team_member.id), "items": items}
    answers = advisor.post("/artifact-reviews/actions", sent).json["items"]
    assert [one["status"] for one in answers] == [409, 200, 200]
    assert {one["id"] for one in teacher.read("/artifact-reviews")["items"]} == {
        path[18:] for path in paths[1:]
    }


# How it is judged.


@pytest.mark.parametrize(
    ("action", "fields", "expected"),
    [
        ("accept", {"scores": SCORES[:1]}, "/scores"),
        ("accept", {"scores": [*SCORES, SCORES[0]]}, "/scores/2/criterion"),
        (
            "accept",
            {"scores": [*SCORES, {**SCORES[0], "criterion": "style"}]},
            "/scores/2/criterion",
        ),
        ("accept", {"scores": [{**SCORES[0], "level": "superb"}, SCORES[1]]}, "/scores/0/level"),
        (
            "return",
            {"words": "No.", "scores": [{**SCORES[0], "level": "superb"}]},
            "/scores/0/level",
        ),
        ("accept", {}, "/scores"),
        ("return", {"scores": SCORES}, "/words"),
        ("accept", {"scores": SCORES, "evaluator_id": None}, "/evaluator_id"),
    ],
)
def test_scores_are_of_the_rubric_and_a_returned_work_has_words(
    in_review: Submit, teacher: Client, action: str, fields: dict[str, Any], expected: str
) -> None:
    answer = teacher.act(in_review(), action, **fields)
    assert (answer.status_code, pointers(answer)) == (422, {expected})


def test_returned_work_comes_with_words_for_each_criterion(
    in_review: Submit, teacher: Client, student: Client
) -> None:
    path = in_review()
    answer = teacher.act(path, "return", words="Nearly there.", scores=SCORES[1:])
    assert answer.status_code == 200
    review = student.read(path)
    assert (review["status"], review["result"], review["words"]) == (
        "returned",
        "returned",
        "Nearly there.",
    )
    (score,) = review["scores"]
    assert score == {
        "criterion": "care",
        "criterion_title": "Care",
        "level": "developing",
        "level_title": "Developing",
        "level_position": 2,
        "words": "Read it aloud once more.",
    }
    assert student.read(f"{path}/ratings")["items"] == []
    assert review["available_actions"] == ["appeal"]


def test_the_next_version_of_returned_work_is_accepted_and_the_ratings_stand(
    student: Client,
    teacher: Client,
    judged: Callable[..., str],
    in_review: Submit,
    work: Work,
    next_version: Callable[[Work], str],
    items: list[str],
    world: World,
) -> None:
    returned = judged("return")
    next_version(work)
    path = in_review()
    better = [{**SCORES[0], "level": "exemplary"}, {**SCORES[1], "level": "proficient"}]
    accepted = teacher.act(path, "accept", scores=better, words="Now it sings.")
    assert [one["level"] for one in accepted.json["scores"]] == ["exemplary", "proficient"]
    ratings = student.read(f"/students/{world.home.student.id}/ratings")["items"]
    # Two criteria are about the first item: the lower level counts.
    shown = {one["framework_item_id"]: one["level"] for one in ratings}
    assert shown == dict.fromkeys(items, "proficient")
    for rating in ratings:
        assert rating["artifact_id"] == str(work.id)
        assert rating["artifact_review_id"] == path[18:]
        assert (rating["is_self"], rating["rated_as"]) == (False, "team_member")
        assert rating["evidence"] == "Read it aloud once more."
    assert student.read(f"{path}/ratings")["items"] == ratings
    assert student.read(returned)["available_actions"] == []


def test_a_retired_item_gets_no_rating(
    judged: Callable[..., str],
    student: Client,
    items: list[str],
    database: Isolated,
    world: World,
) -> None:
    with writing(database, world.home) as session:
        session.get_one(FrameworkItem, uuid(items[1])).retired_on = clock.today()
    path = judged()
    (rating,) = student.read(f"{path}/ratings")["items"]
    assert rating["framework_item_id"] == items[0]


def test_archived_work_is_neither_assigned_nor_judged(
    in_review: Submit,
    teacher: Client,
    advisor: Client,
    student: Client,
    world: World,
    database: Isolated,
    work: Work,
) -> None:
    path = in_review()
    with writing(database, world.home) as session:
        session.get_one(Artifact, work.id).status = "archived"
    assert code(teacher.act(path, "accept", scores=SCORES)) == "artifact_archived"
    assert code(assign(advisor, path, world.home.co_advisor)) == "artifact_archived"
    assert student.read(path)["available_actions"] == ["recall"]


def test_a_parent_denied_ratings_reads_that_it_was_judged_and_not_how(
    client: Client, world: World, database: Isolated, judged: Callable[..., str]
) -> None:
    path, parent = judged(), client.as_(world.home.parent)
    assert parent.read(path)["scores"]
    with writing(database, world.home) as session:
        ties = session.query(Relationship).filter_by(
            person_id=world.home.parent.id, student_id=world.home.student.id
        )
        for tie in ties:
            tie.denied = frozenset({"ratings"})
    review = parent.read(path)
    assert review["status"] == "accepted"
    assert {"scores", "words", "appeal_words", "final_scores", "final_words"}.isdisjoint(review)
    assert parent.get(f"{path}/ratings").status_code in {403, 404}


def test_the_events_of_a_review_say_no_level(
    world: World, database: Isolated, judged: Callable[..., str]
) -> None:
    judged()
    with writing(database, world.home) as session:
        events = session.query(Event).filter(Event.type.like("artifact_review.%")).all()
        assert {one.type for one in events} == {
            "artifact_review.submitted",
            "artifact_review.assigned",
            "artifact_review.accepted",
        }
        assert "proficient" not in str([one.payload for one in events])
        assert session.query(Rating).filter(Rating.artifact_review_id.is_not(None)).count() == 2


def test_who_reviews_an_artifact_is_no_member_of_a_team(
    client: Client, world: World, database: Isolated, in_review: Submit
) -> None:
    in_review()
    with writing(database, world.home) as session:
        named = session.query(Assignment).filter_by(subject_type="artifacts").one()
        address = f"/assignments/{named.id}"
    coordinator = client.as_(world.home.elo_coordinator)
    assert coordinator.get(address).status_code == 404
    changed = coordinator.patch(address, {"ends_on": ahead(0)}, etag='"1"')
    assert changed.status_code == 404
