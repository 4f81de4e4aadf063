"""Plan progress: facts that a front end draws, and no score."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from plp_api.foundation import clock
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.roster.relationships import Relationship
from plp_api.planning.goals import progress
from plp_api.planning.goals.models import CheckIn, GoalStep
from tests.client import Client
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World, writing


def _days(count: int) -> date:
    return clock.today() + timedelta(days=count)


def _work(
    database: Isolated,
    world: World,
    goal: UUID,
    steps: list[Any] | tuple[Any, ...] = (),
    looks: list[Any] | tuple[Any, ...] = (),
) -> None:
    pupil = world.home.student
    own = {"district_id": pupil.district_id, "student_id": pupil.id, "goal_id": goal}
    with writing(database, world.home) as session:
        for position, (due_on, done_on) in enumerate(steps, 1):
            session.add(
                GoalStep(**own, position=position, title="A step", due_on=due_on, done_on=done_on)
            )
        for on, percent in looks:
            session.add(CheckIn(**own, checked_on=on, percent=percent, author_id=pupil.id))


def _id(path: str) -> UUID:
    return UUID(path.rsplit("/", 1)[1])


def test_goals_are_counted_by_status_and_by_domain(
    student: Client, world: World, a_goal: Callable[..., Any]
) -> None:
    a_goal("achieved", domain="academic")
    a_goal("active", domain="academic")
    a_goal("draft", domain="civic")
    found = student.read(f"/plans/{world.home.student.plan_id}/progress")
    assert found["as_of"] == clock.today().isoformat()
    assert found["by_status"] == [
        {"status": "draft", "goals": 1},
        {"status": "active", "goals": 2},
        {"status": "achieved", "goals": 1},
    ]
    assert [(one["domain"], one["goals"]) for one in found["by_domain"]] == [
        ("academic", 2),
        ("career", 1),
        ("civic", 1),
    ]
    assert found["by_domain"][0]["by_status"] == [
        {"status": "active", "goals": 1},
        {"status": "achieved", "goals": 1},
    ]


def test_steps_are_done_open_overdue_or_left(
    student: Client, world: World, database: Isolated, a_goal: Callable[..., Any]
) -> None:
    goal = _id(a_goal("active", title="Weld"))
    steps = [(None, _days(-1)), (_days(-1), None), (_days(0), None), (None, None)]
    _work(database, world, goal, steps)
    ended = _id(a_goal("not_met", title="Paint"))
    _work(database, world, ended, [(_days(-9), None)])
    found = student.read(f"/plans/{world.home.student.plan_id}/progress")
    by_title = {one["title"]: one["steps"] for one in found["goals"]}
    assert by_title["Weld"] == {"done": 1, "open": 3, "overdue": 1, "left": 0}
    assert by_title["Paint"] == {"done": 0, "open": 0, "overdue": 0, "left": 1}
    assert found["steps"] == {"done": 1, "open": 4, "overdue": 1, "left": 1}


def test_check_ins_are_a_series_over_time(
    student: Client, world: World, database: Isolated, a_goal: Callable[..., Any]
) -> None:
    goal = _id(a_goal("active", title="Weld"))
    _work(database, world, goal, looks=[(_days(-3), 40), (_days(-30), 5), (_days(-10), 60)])
    found = student.read(f"/plans/{world.home.student.plan_id}/progress")
    [series] = [one["check_ins"] for one in found["goals"] if one["title"] == "Weld"]
    assert series == [
        {"on": _days(-30).isoformat(), "percent": 5},
        {"on": _days(-10).isoformat(), "percent": 60},
        {"on": _days(-3).isoformat(), "percent": 40},
    ]


def test_there_is_no_score(student: Client, world: World) -> None:
    found = student.read(f"/plans/{world.home.student.plan_id}/progress")
    assert set(found) - {"competencies", "elos", "elo_hours"} == {
        "plan_id",
        "as_of",
        "by_status",
        "by_domain",
        "steps",
        "goals",
    }


COMPETENCIES = [
    {
        "framework_id": "01890000-0000-7000-8000-000000000001",
        "title": "Graduation proficiencies",
        "scale_id": "01890000-0000-7000-8000-000000000002",
        "scale_title": "Four levels",
        "items": 9,
        "levels": [
            {"key": "beginning", "title": "Beginning", "position": 1, "items": 4},
            {"key": "proficient", "title": "Proficient", "position": 2, "items": 5},
        ],
    }
]


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Further parts of progress: competencies, and one that the schema does not know."""
    counted: list[Any] = []

    def counting_competencies(*asked: Any) -> Any:
        counted.append(asked)
        return COMPETENCIES

    registered = [
        ("competencies", Permission.RATINGS_READ, counting_competencies),
        ("horoscope", Permission.GOALS_READ, lambda *_: "A good week."),
    ]
    monkeypatch.setattr(progress, "PROGRESS_PARTS", registered)
    return counted


def test_a_part_of_another_area_is_shown_to_who_may_read_it(
    student: Client, world: World, parts: list[Any]
) -> None:
    found = student.read(f"/plans/{world.home.student.plan_id}/progress")
    assert found["competencies"] == COMPETENCIES
    assert "horoscope" not in found
    assert parts == [(world.home.student.id, clock.today())]


@pytest.mark.usefixtures("parts")
def test_a_parent_denied_ratings_sees_the_goals_alone(
    client: Client, world: World, database: Isolated
) -> None:
    path = f"/plans/{world.home.student.plan_id}/progress"
    assert "competencies" in client.as_(world.home.parent).read(path)
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"ratings"})
    found = client.as_(world.home.parent).read(path)
    assert "competencies" not in found
    assert len(found["goals"]) == 1


def test_it_takes_as_many_queries_for_thirty_goals_as_for_one(
    student: Client, world: World, database: Isolated, a_goal: Callable[..., Any]
) -> None:
    path = f"/plans/{world.home.student.plan_id}/progress"
    # From the second request on, the reach is sent together with the query for the caller.
    student.read(path)
    with counting(database) as few:
        student.read(path)
    for number in range(30):
        goal = _id(a_goal("active", title=f"Goal {number}"))
        _work(database, world, goal, [(None, None)] * 3, [(_days(-number), number)])
    with counting(database) as many:
        assert len(student.read(path)["goals"]) == 31
    assert few.count == many.count
    assert many.count <= 9, many.statements


def test_who_may_not_read_goals_draws_none(client: Client, world: World) -> None:
    path = f"/plans/{world.home.student.plan_id}/progress"
    assert client.as_(world.home.registrar).get(path).status_code == 403
    assert client.as_(world.home.other_advisor).get(path).status_code == 404
    assert client.as_(world.home.parent).get(path).status_code == 200
