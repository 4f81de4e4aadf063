"""A student's competencies over time: facts that a front end draws, and no score."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import clock
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.learning.ratings.conftest import Items, days_ago
from tests.learning.ratings.frameworks import TREE, add_framework, add_scale
from tests.queries import counting
from tests.world import World, writing

TWO_YEARS = 730


@pytest.fixture
def competencies(world: World) -> str:
    return f"/students/{world.home.student.id}/competencies"


def test_ratings_are_series_by_item_the_school_s_and_the_student_s_apart(
    student: Client, competencies: str, items: Items, a_rating: Callable[..., str]
) -> None:
    a_rating(items["W.2.a"], "proficient", rated_on=days_ago(3))
    a_rating(items["W.2.a"], "beginning", rated_on=days_ago(600))
    a_rating(items["W.2.a"], "exemplary", rated_on=days_ago(10), is_self=True)
    found = student.read(competencies)
    (item,) = found["competencies"]
    school = [(one["rated_on"], one["level"], one["level_position"]) for one in item["school"]]
    assert school == [
        (days_ago(600).isoformat(), "beginning", 1),
        (days_ago(3).isoformat(), "proficient", 3),
    ]
    assert [one["level"] for one in item["own"]] == ["exemplary"]
    assert item["latest_school"] == item["school"][-1]
    assert item["latest_own"] == item["own"][-1]
    assert (item["code"], item["parent"]["code"]) == ("W.2.a", "W.2")
    assert item["parent"]["statement"] == "Does W.2."
    shorts = (item["abbreviated_statement"], item["parent"]["abbreviated_statement"])
    assert shorts == ("W.2.a for short", "W.2 for short")
    (scale,) = found["scales"]
    assert scale["id"] == item["latest_own"]["scale_id"]
    assert scale["status"] == "active"
    positions = [(one["key"], one["position"]) for one in scale["levels"]]
    assert positions[0] == ("beginning", 1)
    assert positions[3] == ("exemplary", 4)
    assert found["student"]["id"] == found["student_id"]


def test_a_point_leads_to_its_rating_and_names_who_gave_it(
    client: Client, world: World, competencies: str, items: Items, a_rating: Callable[..., str]
) -> None:
    home = world.home
    school, own = a_rating(items["S.1"]), a_rating(items["S.1"], is_self=True)
    for reader in (home.student, home.parent, home.teacher):
        (item,) = client.as_(reader).read(competencies)["competencies"]
        for point, path, by in (
            (item["latest_school"], school, home.teacher),
            (item["latest_own"], own, home.student),
        ):
            rating = client.as_(reader).read(path)
            assert f"/ratings/{point['rating_id']}" == path
            assert point["rated_by"] == rating["rated_by"] == str(by.id)
            assert point["rated_by_name"] == rating["rated_by_name"] is not None


def test_items_stand_in_the_order_of_the_tree(
    student: Client, competencies: str, items: Items, a_rating: Callable[..., str]
) -> None:
    codes = [code for code, _ in TREE]
    for code in reversed(codes):
        a_rating(items[code])
    found = student.read(competencies)
    assert [one["code"] for one in found["competencies"]] == codes
    assert found["competencies"][0]["parent"] is None
    assert found["frameworks"] == [{"id": str(items["framework"]), "title": "Proficiencies"}]


def test_of_two_ratings_on_one_day_the_later_one_is_the_latest(
    student: Client, competencies: str, items: Items, a_rating: Callable[..., str]
) -> None:
    a_rating(items["S.1"], "exemplary")
    a_rating(items["S.1"], "developing")
    (item,) = student.read(competencies)["competencies"]
    assert item["latest_school"]["level"] == "developing"
    assert item["latest_own"] is None


def test_what_is_withdrawn_counts_nowhere(
    teacher: Client, student: Client, competencies: str, items: Items, ratings: str
) -> None:
    sent = {"framework_item_id": str(items["S.1"]), "level": "beginning"}
    made = teacher.made(ratings, sent)
    teacher.act(f"/ratings/{made['id']}", "withdraw", comment="A mistake.")
    found = student.read(competencies)
    assert (found["competencies"], found["scales"], found["frameworks"]) == ([], [], [])


def test_competencies_are_found_by_framework_and_between_days(
    student: Client,
    competencies: str,
    world: World,
    database: Isolated,
    items: Items,
    a_rating: Callable[..., str],
) -> None:
    with writing(database, world.home) as session:
        scale_id = add_scale(session, world.home.district_id, "not_yet", "met")
        others = add_framework(session, world.home.district_id, "Another", scale_id=scale_id)
    a_rating(items["S.1"], rated_on=days_ago(400))
    a_rating(items["W.1"], rated_on=days_ago(40))
    a_rating(others["S.1"], "met", rated_on=days_ago(4), scale_id=scale_id)

    def codes(query: str) -> list[Any]:
        found = student.read(f"{competencies}?{query}")
        assert {one["framework_id"] for one in found["competencies"]} == {
            one["id"] for one in found["frameworks"]
        }
        return [one["code"] for one in found["competencies"]]

    assert codes("") == ["S.1", "W.1", "S.1"]
    assert codes(f"framework_id={others['framework']}") == ["S.1"]
    both = f"framework_id={others['framework']}&framework_id={items['framework']}"
    assert len(codes(both)) == 3
    assert codes(f"framework_id={world.home.school_id}") == []
    assert codes(f"since={days_ago(400)}&until={days_ago(40)}") == ["W.1", "S.1"]
    assert codes(f"since={days_ago(39)}") == ["S.1"]
    assert codes(f"until={days_ago(401)}") == []
    backward = student.get(f"{competencies}?since={days_ago(1)}&until={days_ago(2)}")
    assert pointers(backward) == {"until"}


def test_a_retired_item_keeps_its_ratings(
    student: Client,
    competencies: str,
    world: World,
    database: Isolated,
    items: Items,
    a_rating: Callable[..., str],
) -> None:
    a_rating(items["S.1"])
    with writing(database, world.home) as session:
        session.execute(update(FrameworkItem).values(retired_on=clock.today()))
    (item,) = student.read(competencies)["competencies"]
    assert (item["is_retired"], len(item["school"])) == (True, 1)


@pytest.mark.parametrize("name", ["student", "parent", "teacher", "counselor"])
def test_two_years_of_ratings_take_at_most_six_queries(
    client: Client,
    competencies: str,
    world: World,
    database: Isolated,
    items: Items,
    a_rating: Callable[..., str],
    name: str,
) -> None:
    reader = client.as_(getattr(world.home, name))
    a_rating(items["W"], rated_on=days_ago(1))
    # From the second request on, the reach is sent together with the query for the caller.
    reader.read(competencies)
    with counting(database) as few:
        reader.read(competencies)
    for number in range(60):
        code = TREE[number % len(TREE)][0]
        day = days_ago(TWO_YEARS * number // 60)
        a_rating(items[code], rated_on=day, is_self=number % 3 == 0)
    with counting(database) as many:
        found = reader.read(competencies)
    assert sum(len(one["school"]) + len(one["own"]) for one in found["competencies"]) == 61
    assert len(few) == len(many)
    assert many.count <= 6, many.statements


def test_there_is_no_score(student: Client, competencies: str) -> None:
    members = {"student_id", "student", "since", "until", "scales", "frameworks", "competencies"}
    assert set(student.read(competencies)) == members


# Counts by level, for the progress of a plan.


def _by_level(client: Client, world: World) -> Any:
    progress = f"/plans/{world.home.student.plan_id}/progress"
    return client.as_(world.home.student).read(progress)["competencies"]


def test_items_are_counted_by_the_school_s_latest_level(
    client: Client, world: World, items: Items, a_rating: Callable[..., str]
) -> None:
    a_rating(items["S.1"], "beginning", rated_on=days_ago(100))
    a_rating(items["S.1"], "proficient", rated_on=days_ago(9))
    a_rating(items["S.1"], "exemplary", is_self=True)
    a_rating(items["W.1"], "proficient")
    a_rating(items["W"], "developing")
    a_rating(items["W.2"], "exemplary", status="withdrawn")
    (found,) = _by_level(client, world)
    assert (found["framework_id"], found["title"]) == (str(items["framework"]), "Proficiencies")
    assert found["scale_title"] == "Four levels"
    assert found["items"] == 3
    counts = {one["key"]: (one["position"], one["items"]) for one in found["levels"]}
    assert counts == {
        "beginning": (1, 0),
        "developing": (2, 1),
        "proficient": (3, 2),
        "exemplary": (4, 0),
    }
