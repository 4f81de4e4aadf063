"""Benchmarks are reviewed and training tasks rated: by whom, when, and what it changes."""

from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.relationships import AppointmentRole
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.designs.conftest import KINDS, At
from tests.learning.elo_world import Internship
from tests.world import World, appoint, writing


def benchmark(coordinator: Client, elo: Internship, **members: object) -> str:
    part = coordinator.made(f"{elo.path}/benchmarks", {**KINDS["benchmarks"][1], **members})
    return f"/elo-benchmarks/{part['id']}"


def task(coordinator: Client, elo: Internship) -> str:
    part = coordinator.made(f"{elo.path}/training-tasks", KINDS["training-tasks"][1])
    return f"/elo-training-tasks/{part['id']}"


def test_the_team_reviews_a_benchmark_and_the_student_reads_it(
    client: Client, coordinator: Client, student: Client, internship: At
) -> None:
    elo = internship("active")
    path = benchmark(coordinator, elo)
    teacher = client.as_(elo.cooperating_teacher)
    assert teacher.read(path)["available_actions"] == ["review"]
    words = "Clear; add where to find the gloves."
    done = teacher.act(path, "review", outcome="partly_met", comment=words)
    assert done.status_code == 200, done.json
    shown = student.read(path)
    assert (shown["status"], shown["outcome"], shown["words"]) == ("reviewed", "partly_met", words)
    assert shown["reviewed_by"] == str(elo.cooperating_teacher.id)
    assert shown["available_actions"] == []


def test_a_review_may_be_given_anew_but_not_twice(
    client: Client, coordinator: Client, internship: At
) -> None:
    elo = internship("active")
    path = benchmark(coordinator, elo)
    teacher = client.as_(elo.cooperating_teacher)
    assert teacher.act(path, "review", outcome="not_met").status_code == 200
    again = teacher.act(path, "review", outcome="not_met")
    assert (again.status_code, code(again)) == (409, "action_repeated")
    assert teacher.act(path, "review", outcome="met").json["outcome"] == "met"


def test_a_named_reviewer_alone_reviews(
    client: Client, coordinator: Client, internship: At
) -> None:
    elo = internship("active")
    path = benchmark(coordinator, elo, reviewer_id=str(elo.panel_member.id))
    teacher = client.as_(elo.cooperating_teacher)
    assert teacher.read(path)["available_actions"] == []
    response = teacher.act(path, "review", outcome="met")
    assert (response.status_code, code(response)) == (409, "action_unavailable")
    reviewer = client.as_(elo.panel_member)
    assert reviewer.act(path, "review", outcome="met").status_code == 200


def test_the_reviewer_is_of_the_team(coordinator: Client, internship: At) -> None:
    elo = internship("active")
    body = {**KINDS["benchmarks"][1], "reviewer_id": str(elo.others.id)}
    response = coordinator.post(f"{elo.path}/benchmarks", body)
    assert (response.status_code, pointers(response)) == (422, {"/reviewer_id"})


def test_nothing_is_judged_before_the_work_began_or_after_the_end(
    client: Client, coordinator: Client, internship: At
) -> None:
    elo = internship("design")
    path = benchmark(coordinator, elo)
    teacher = client.as_(elo.cooperating_teacher)
    response = teacher.act(path, "review", outcome="met")
    assert (response.status_code, code(response)) == (409, "elo_not_active")
    response = teacher.act(task(coordinator, elo), "rate", rating="independent")
    assert (response.status_code, code(response)) == (409, "elo_not_active")


def test_neither_student_nor_family_nor_a_stranger_judges(
    client: Client, world: World, coordinator: Client, internship: At
) -> None:
    elo = internship("active")
    path = benchmark(coordinator, elo)
    etag = coordinator.etag(path)
    body = {"action": "review", "outcome": "met"}
    for person in (world.home.student, world.home.parent, world.home.teacher):
        response = client.as_(person).send(
            "POST", f"{path}/actions", json=body, headers={"If-Match": etag}
        )
        assert (response.status_code, code(response)) == (403, "permission_denied")
    response = client.as_(elo.others).send(
        "POST", f"{path}/actions", json=body, headers={"If-Match": etag}
    )
    assert response.status_code == 404


def test_a_coordinator_does_not_judge_their_own_child(
    client: Client, world: World, coordinator: Client, internship: At, database: Isolated
) -> None:
    elo = internship("active")
    path = benchmark(coordinator, elo)
    with writing(database, world.home) as session:
        role, school_id = AppointmentRole.ELO_COORDINATOR, world.home.school_id
        appoint(session, world.home, world.home.parent, role, school_id)
    response = client.as_(world.home.parent, anew=True).act(path, "review", outcome="met")
    assert (response.status_code, code(response)) == (409, "approver_is_family")


def test_what_was_judged_stays_as_it_is(
    client: Client, coordinator: Client, internship: At
) -> None:
    elo = internship("active")
    for path, action, fields, change in (
        (benchmark(coordinator, elo), "review", {"outcome": "met"}, {"title": "Another"}),
        (task(coordinator, elo), "rate", {"rating": "with_help"}, {"task": "Another"}),
    ):
        assert coordinator.act(path, action, **fields).status_code == 200
        response = coordinator.patch(path, change)
        assert (response.status_code, code(response)) == (409, "action_unavailable")
        assert code(coordinator.delete(path)) == "action_unavailable"


def test_a_task_is_rated_as_the_student_learns_it(
    client: Client, coordinator: Client, student: Client, internship: At
) -> None:
    elo = internship("active")
    path = task(coordinator, elo)
    assert coordinator.act(path, "rate", rating="with_help").json["status"] == "rated"
    teacher = client.as_(elo.cooperating_teacher)
    assert teacher.act(path, "rate", rating="independent").status_code == 200
    shown = student.read(path)
    assert (shown["rating"], shown["rated_by"]) == ("independent", str(elo.cooperating_teacher.id))


def test_many_benchmarks_are_reviewed_at_once(coordinator: Client, internship: At) -> None:
    elo = internship("active")
    parts = [coordinator.made(f"{elo.path}/benchmarks", KINDS["benchmarks"][1]) for _ in range(2)]
    items = [{"id": part["id"], "version": part["version"]} for part in parts]
    body = {"action": "review", "outcome": "met", "items": items}
    answers = coordinator.post("/elo-benchmarks/actions", body).json["items"]
    assert [answer["status"] for answer in answers] == [200, 200]


def test_whoever_left_the_team_judges_no_more(
    client: Client, world: World, coordinator: Client, internship: At, database: Isolated
) -> None:
    elo = internship("active")
    path = benchmark(coordinator, elo)
    teacher = client.as_(elo.teacher_of_record)
    assert teacher.act(path, "review", outcome="met").status_code == 200
    with writing(database, world.home) as session:
        mine = select(Assignment).where(Assignment.person_id == elo.teacher_of_record.id)
        session.scalars(mine).one().ends_on = clock.today()
    assert teacher.get(path).status_code == 404
