"""A district in which something of every kind waits for somebody."""

from datetime import timedelta
from typing import Any

from plp_api.foundation import clock, db
from plp_api.foundation.archives.models import ExportStatus, StudentExport
from plp_api.foundation.roster.relationships import RelationshipKind
from plp_api.planning.reviews.models import Review
from tests.catalog.rubrics.conftest import body
from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import PROFILE, add_internship, assign
from tests.learning.portfolio_world import add_artifact
from tests.learning.ratings.frameworks import add_framework
from tests.world import World, ahead, relate, writing

WORDS = {"comment": "Please change the words."}


def fill(client: Client, world: World, database: Isolated) -> None:
    """Let something of every kind wait for somebody."""
    home = world.home
    with writing(database, home) as session:
        relate(session, home, home.advisor, home.placed, RelationshipKind.ADVISOR)
        _move_reviews(session, world)
    _approve(client, home.student, by=home.counselor)
    _approve(client, home.senior, by=home.counselor)
    _approve(client, home.other_student, by=home.other_advisor)
    _decline(client, home.other_student)
    _hand_in_again(client, home.student)
    again = _hand_in_again(client, home.senior)
    assert client.as_(home.advisor).act(again, "request_changes", **WORDS).status_code == 200
    _state(client, home.senior)
    _add_goals(client, world)
    _add_elements(client, world)
    _raise_hands(client, world)
    _propose_elos(client, world, database)
    _sign_agreements(client, world, database)
    _raise_concerns(client, world, database)
    _review_artifacts(client, world, database)
    _log_hours(client, world, database)
    _judge_elos(client, world, database)
    _call_for_work(client, world, database)
    _arrange_showcase(client, world, database)
    _export_class(world, database)


def _arrange_showcase(client: Client, world: World, database: Isolated) -> None:
    """A showcase waits for a consent."""
    home = world.home
    shares = {"settings": {"shares_outside": True}}
    _ok(client.as_(home.district_admin).patch(f"/districts/{home.district_id}", shares))
    with writing(database, home) as session:
        work = add_artifact(session, home)
    student = client.as_(home.student)
    showcase = student.made(f"/students/{home.student.id}/showcases", {"title": "My year"})
    student.made(f"/showcases/{showcase['id']}/items", {"artifact_id": str(work.id)})


def _export_class(world: World, database: Isolated) -> None:
    """The archive of a leaving student is ready."""
    home = world.home
    own = {"district_id": home.district_id, "student_id": home.senior.id}
    made = {"batch_id": db.new_id(), "status": ExportStatus.READY, "ready_at": clock.now()}
    people = {"requested_by": home.school_admin.id, "requested_for": home.senior.id}
    with writing(database, home) as session:
        session.add(StudentExport(**own, **made, **people))


def _call_for_work(client: Client, world: World, database: Isolated) -> None:
    """Of two students called, one has answered."""
    home = world.home
    ids = [str(home.student.id), str(home.senior.id)]
    client.as_(home.advisor).made("/calls-for-work", {"title": "Page", "student_ids": ids})
    with writing(database, home) as session:
        work = add_artifact(session, home, home.senior)
    senior = client.as_(home.senior)
    (row,) = senior.read(f"/students/{home.senior.id}/calls-for-work")["items"]
    path, sent = f"/call-recipients/{row['id']}", {"artifact_id": str(work.id)}
    headers = {"If-Match": senior.etag(path)}
    _ok(senior.send("PUT", f"{path}/answer", json=sent, headers=headers))


def _move_reviews(session: Any, world: World) -> None:
    """One review is due soon, another was missed."""
    today = clock.today()
    session.get(Review, world.home.placed.review_id).due_on = today + timedelta(days=10)
    missed = session.get(Review, world.home.other_student.review_id)
    missed.cycle_starts_on = today - timedelta(days=300)
    missed.cycle_ends_on = missed.due_on = today - timedelta(days=5)


def _ok(response: Any) -> Any:
    assert response.status_code in (200, 201), response.json
    return response.json


def _approve(client: Client, pupil: Any, by: Any) -> None:
    version = f"/plan-versions/{pupil.version_id}"
    _ok(client.as_(pupil).act(version, "submit"))
    _ok(client.as_(by).act(version, "approve"))


def _decline(client: Client, pupil: Any) -> None:
    path = f"/plan-versions/{pupil.version_id}/declines"
    client.as_(pupil).made(path, {"words": "I do not agree."})


def _hand_in_again(client: Client, pupil: Any) -> str:
    """The path of an amendment that the student handed in."""
    student = client.as_(pupil)
    made = student.made(f"/plans/{pupil.plan_id}/versions", {})
    path = f"/plan-versions/{made['id']}"
    _ok(student.act(path, "submit"))
    return path


def _state(client: Client, pupil: Any) -> None:
    body = {"part": "sections/about_me", "body": "This is not what I said."}
    client.as_(pupil).made(f"/plan-versions/{pupil.version_id}/statements", body)


def _add_goals(client: Client, world: World) -> None:
    student, advisor = client.as_(world.home.student), client.as_(world.home.advisor)
    for title in ("Learn Abenaki", "Build a boat"):
        goal = student.made(
            f"/plans/{world.home.student.plan_id}/goals", {"title": title, "domain": "civic"}
        )
        path = f"/goals/{goal['id']}"
        _ok(student.act(path, "propose"))
    _ok(advisor.act(path, "return", **WORDS))
    over = {"outcome": "achieved", "reflection": "It went well."}
    _ok(student.act(f"/goals/{world.home.student.goal_id}", "propose_outcome", **over))


def _add_elements(client: Client, world: World) -> None:
    student, counselor = client.as_(world.home.student), client.as_(world.home.counselor)
    for title in ("Help at the shelter", "Work at the mill"):
        element = student.made(
            f"/plans/{world.home.student.plan_id}/pathway-elements",
            {"title": title, "type": "service_learning"},
        )
    _ok(counselor.act(f"/pathway-elements/{element['id']}", "return", **WORDS))


def _raise_hands(client: Client, world: World) -> None:
    """One hand waits for a coordinator, another is answered."""
    student = client.as_(world.home.student)
    coordinator = client.as_(world.home.elo_coordinator)
    offered = {"school_id": str(world.home.school_id), "kind": "job_shadow"}
    for title in ("Milk the cows", "Mend bicycles"):
        opportunity = coordinator.made("/opportunities", {**offered, "title": title})
        hand = {"opportunity_id": opportunity["id"]}
        interest = student.made(f"/students/{world.home.student.id}/interests", hand)
    path = f"/interests/{interest['id']}"
    _ok(coordinator.act(path, "approve", last_day=clock.today().isoformat()))


def _propose_elos(client: Client, world: World, database: Isolated) -> None:
    """One proposal waits for a coordinator, one is given back, one denied, one may be started."""
    student = client.as_(world.home.student)
    coordinator = client.as_(world.home.elo_coordinator)
    answers = {"Shear sheep": None, "Carve a canoe": "return", "Skip a term": "deny"}
    for title, answer in answers.items():
        body = {"type": "independent_study", "title": title}
        elo = student.made(f"/students/{world.home.student.id}/elos", body)
        _ok(student.act(f"/elos/{elo['id']}", "submit"))
        if answer is not None:
            _ok(coordinator.act(f"/elos/{elo['id']}", answer, **WORDS))
    with writing(database, world.home) as session:
        add_internship(session, world.home, world.home.senior, "approved")


def _sign_agreements(client: Client, world: World, database: Isolated) -> None:
    """A student signed one before the counselor, and a teacher declined; a parent signed another.

    The first waits for the parent and the coordinator, the second for the student.
    """
    home = world.home
    first, second = (_agreed(client, world, database) for _ in range(2))
    read = {"sha256": first["sha256"], "language": "en"}
    before = {"role": "student", "person_id": str(home.student.id)}
    body = {**read, **before, "identity_check": "known_in_person"}
    client.as_(home.counselor).made(f"/agreements/{first['id']}/witnessed-signatures", body)
    teacher = client.as_(first["team"].cooperating_teacher)
    teacher.made(f"/agreements/{first['id']}/declines", {"words": "I am away in spring."})
    read = {"sha256": second["sha256"], "language": "en"}
    client.as_(home.parent).made(f"/agreements/{second['id']}/signatures", read)


def _agreed(client: Client, world: World, database: Isolated) -> Any:
    """An agreement that waits for everybody's signature, and the ELO's team."""
    profile = {**PROFILE, "required_parts": [], "is_ordered": False}
    with writing(database, world.home) as session:
        elo = add_internship(session, world.home, status="design", profile=profile)
    coordinator = client.as_(world.home.elo_coordinator)
    _ok(coordinator.act(elo.path, "complete_design"))
    (agreement,) = coordinator.read(f"{elo.path}/agreements")["items"]
    return {**agreement, "team": elo}


def _raise_concerns(client: Client, world: World, database: Isolated) -> None:
    """One concern is open, one is acknowledged, one is closed."""
    with writing(database, world.home) as session:
        path = add_internship(session, world.home).path
    advisor = client.as_(world.home.advisor)
    coordinator = client.as_(world.home.elo_coordinator)
    body = {"kind": "safety", "words": "The saw has no guard."}
    _, taken_up, closed = (advisor.made(f"{path}/concerns", body)["id"] for _ in range(3))
    for each in (taken_up, closed):
        _ok(coordinator.act(f"/concerns/{each}", "acknowledge"))
    _ok(coordinator.act(f"/concerns/{closed}", "close", outcome="It has one now."))


def _log_hours(client: Client, world: World, database: Isolated) -> None:
    """Hours of one day wait to be verified, those of another were declined."""
    with writing(database, world.home) as session:
        path = add_internship(session, world.home).path
    student = client.as_(world.home.student)
    hours = {"minutes": 60, "activity": "Filed charts."}
    for day in (-1, -2):
        entry = student.made(f"{path}/log-entries", {**hours, "on": ahead(day)})
    declined = f"/log-entries/{entry['id']}"
    coordinator = client.as_(world.home.elo_coordinator)
    _ok(coordinator.act(declined, "decline", words="You were at school."))


def _judge_elos(client: Client, world: World, database: Isolated) -> None:
    """One waits for its panel, one for its evaluation; of one, credit and an appeal wait.

    A line was denied, and the appeal against another upheld.
    """
    home, made = world.home, {}
    with writing(database, home) as session:
        items = add_framework(session, home.district_id)
        for status in ("evidence_complete", "presented", "evaluated"):
            elo = made[status] = add_internship(session, home, home.senior, status)
            for role in ("panel_member", "cooperating_teacher", "teacher_of_record"):
                assign(session, home, elo, home.senior, role, person_id=home.team_member.id)
    senior, coordinator = client.as_(home.senior), client.as_(home.elo_coordinator)
    teacher, principal = client.as_(home.team_member), client.as_(home.school_admin)
    path = made["evaluated"].path
    line = {"area": "Science", "amount": 0.5, "teacher_of_record_id": str(home.team_member.id)}
    line["framework_item_ids"] = [str(items["W.1"])]
    lines = [coordinator.made(f"{path}/credit-lines", line)["id"] for _ in range(3)]
    for key in lines[1:]:
        _ok(teacher.act(f"/credit-lines/{key}", "deny", words="The hours are there."))
    appeals = [
        senior.made(
            f"{path}/appeals", {"about": "credit", "credit_line_id": key, "words": "See my notes."}
        )
        for key in lines[1:]
    ]
    _ok(principal.act(f"/appeals/{appeals[0]['id']}", "uphold", decision="I read them."))


def _review_artifacts(client: Client, world: World, database: Isolated) -> None:
    """Work waits to be assigned, and to be judged; some came back, some was accepted.

    One appeal waits for the admin, and one for whom they named.
    """
    home = world.home
    with writing(database, home) as session:
        works = [add_artifact(session, home, title=f"Poem {number}") for number in range(6)]
    director, student = client.as_(home.district_admin), client.as_(home.student)
    rubric = director.made("/rubrics", body())
    _ok(director.act(f"/rubrics/{rubric['id']}", "publish"))
    asked = {"rubric_id": rubric["id"]}
    paths = [
        f"/artifact-reviews/{student.made(f'{work.path}/reviews', asked)['id']}" for work in works
    ]
    named = {"evaluator_id": str(home.team_member.id)}
    for path in paths[1:]:
        _ok(client.as_(home.advisor).act(path, "assign", **named))
    teacher, admin = client.as_(home.team_member), client.as_(home.school_admin)
    _ok(teacher.act(paths[2], "return", words="Read it aloud once more."))
    scores = [{"criterion": "sources", "level": "proficient"}]
    for path in paths[3:]:
        _ok(teacher.act(path, "accept", scores=scores))
    for path in paths[4:]:
        _ok(student.act(path, "appeal", words="See line three."))
    _ok(admin.act(paths[5], "assign", evaluator_id=str(home.other_advisor.id)))
