"""Writing rubrics: who may, what is refused, and what is shown."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from plp_api.foundation.audit.models import Event
from plp_api.foundation.db import new_id
from tests.catalog.rubrics.conftest import DESCRIBED, add_items, body, criterion
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World, writing

Made = Callable[..., dict[str, Any]]
PASS = [{"key": "not_yet", "title": "Not yet"}, {"key": "done", "title": "Done"}]


def test_a_rubric_begins_as_a_draft_on_the_districts_default_scale(
    world: World, school_admin: Client, items: list[str]
) -> None:
    sent = criterion(framework_item_ids=items[:1], descriptors={})
    rubric = school_admin.made(
        "/rubrics", body(school_id=str(world.home.school_id), criteria=[sent])
    )
    assert (rubric["status"], rubric["edition"], rubric["copied_from_id"]) == ("draft", 1, None)
    assert rubric["available_actions"] == ["publish"]
    assert [level["key"] for level in rubric["scale"]["levels"]] == list(DESCRIBED)
    (shown,) = rubric["criteria"]
    assert (shown["key"], shown["description"], shown["descriptors"]) == ("sources", "", {})
    (item,) = shown["framework_items"]
    assert (item["id"], item["code"], item["statement"]) == (items[0], "TS.0", "Skill 0.")
    assert (item["is_retired"], item["abbreviated_statement"]) == (False, None)
    assert school_admin.read(f"/rubrics/{rubric['id']}") == rubric


def test_everybody_of_the_district_reads_a_rubric_and_nobody_else(
    client: Client, world: World, published: Made
) -> None:
    path = f"/rubrics/{published()['id']}"
    for name in ("student", "parent", "teacher", "counselor"):
        assert client.as_(getattr(world.home, name)).read(path)["available_actions"] == []
    assert client.as_(world.away.district_admin).get(path).status_code == 404


def test_a_school_admin_writes_their_own_schools_rubrics_and_no_others(
    client: Client, world: World, school_admin: Client, district_admin: Client
) -> None:
    for school_id in (None, str(world.home.other_school_id), str(world.away.school_id)):
        refused = school_admin.post("/rubrics", body(school_id=school_id))
        assert (refused.status_code, code(refused)) == (403, "permission_denied")
    ours = school_admin.made("/rubrics", body(school_id=str(world.home.school_id)))
    path, other = f"/rubrics/{ours['id']}", client.as_(world.home.other_school_admin)
    assert other.read(path)["available_actions"] == []
    for refused in (
        other.patch(path, {"title": "Theirs"}),
        other.delete(path),
        other.post(f"{path}/editions"),
        other.act(path, "publish"),
    ):
        assert (refused.status_code, code(refused)) == (403, "permission_denied")
    districts = f"/rubrics/{district_admin.made('/rubrics', body())['id']}"
    assert school_admin.patch(districts, {"title": "Ours"}).status_code == 403
    assert district_admin.patch(path, {"title": "Yours"}).status_code == 200


def test_a_student_or_teacher_writes_no_rubric(client: Client, world: World) -> None:
    for name in ("student", "parent", "teacher", "counselor"):
        refused = client.as_(getattr(world.home, name)).post("/rubrics", body())
        assert (refused.status_code, code(refused)) == (403, "permission_denied")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"criteria": []}, "/criteria"),
        ({"criteria": [criterion(f"c{n}") for n in range(31)]}, "/criteria"),
        ({"criteria": [criterion(), criterion()]}, "/criteria/1/key"),
        ({"criteria": [criterion("Not A Key")]}, "/criteria/0/key"),
        ({"criteria": [criterion(title="  ")]}, "/criteria/0/title"),
        ({"criteria": [criterion(weight=2)]}, "/criteria/0/weight"),
        ({"criteria": [criterion(descriptors=["x"])]}, "/criteria/0/descriptors"),
        ({"criteria": [criterion(framework_item_ids=["x"])]}, "/criteria/0/framework_item_ids/0"),
        ({"scale_id": str(new_id())}, "/scale_id"),
        ({"title": ""}, "/title"),
    ],
)
def test_what_is_wrong_with_a_rubric_is_named(
    district_admin: Client, changed: dict[str, Any], pointer: str
) -> None:
    refused = district_admin.post("/rubrics", body(**changed))
    assert (refused.status_code, pointers(refused)) == (422, {pointer})


def test_a_level_that_is_not_on_the_scale_is_named(district_admin: Client) -> None:
    wrong = criterion(descriptors={"proficient": "Good.", "expert": "Better."})
    refused = district_admin.post("/rubrics", body(criteria=[criterion("first"), wrong]))
    assert (refused.status_code, code(refused)) == (422, "level_not_on_scale")
    assert pointers(refused) == {"/criteria/1/descriptors/expert"}
    draft = district_admin.made("/rubrics", body())
    scale = district_admin.made("/scales", {"title": "Pass", "levels": PASS})
    refused = district_admin.patch(f"/rubrics/{draft['id']}", {"scale_id": scale["id"]})
    assert code(refused) == "level_not_on_scale"
    fitting = [criterion(descriptors={"done": "Done."})]
    both = {"scale_id": scale["id"], "criteria": fitting}
    changed = district_admin.patch(f"/rubrics/{draft['id']}", both).json
    assert (changed["scale"]["id"], changed["scale_id"]) == (scale["id"], scale["id"])


def test_an_item_of_another_district_or_none_is_refused(
    database: Isolated, world: World, district_admin: Client, items: list[str]
) -> None:
    with writing(database, world.away) as session:
        theirs = add_items(session, world.away, 1)
    for foreign in (theirs[0], str(new_id())):
        sent = criterion(framework_item_ids=[items[0], foreign])
        refused = district_admin.post("/rubrics", body(criteria=[sent]))
        assert (refused.status_code, code(refused)) == (422, "validation_failed")
        assert pointers(refused) == {"/criteria/0/framework_item_ids/1"}


def test_nothing_new_refers_to_a_retired_item(
    district_admin: Client, items: list[str], retire_item: Callable[[str], None]
) -> None:
    sent = [criterion(framework_item_ids=items)]
    path = f"/rubrics/{district_admin.made('/rubrics', body(criteria=sent))['id']}"
    retire_item(items[1])
    assert district_admin.read(path)["criteria"][0]["framework_items"][1]["is_retired"] is True
    for refused in (
        district_admin.post("/rubrics", body(criteria=sent)),
        district_admin.patch(path, {"criteria": sent}),
        district_admin.act(path, "publish"),
    ):
        assert (refused.status_code, code(refused)) == (409, "framework_item_retired")
        assert pointers(refused) == {"/criteria/0/framework_item_ids/1"}
    left = [criterion(framework_item_ids=[items[0], items[2]])]
    assert district_admin.patch(path, {"criteria": left}).status_code == 200
    assert district_admin.act(path, "publish").status_code == 200


def test_a_retired_scale_is_taken_for_no_new_rubric(district_admin: Client) -> None:
    scale = district_admin.made("/scales", {"title": "Pass", "levels": PASS})
    fitting = body(
        scale_id=scale["id"], criteria=[criterion(descriptors={"not_yet": "No.", "done": "Yes."})]
    )
    draft = district_admin.made("/rubrics", fitting)
    district_admin.act(f"/scales/{scale['id']}", "retire")
    refused = district_admin.post("/rubrics", fitting)
    assert (refused.status_code, code(refused)) == (409, "scale_retired")
    assert code(district_admin.act(f"/rubrics/{draft['id']}", "publish")) == "scale_retired"
    assert district_admin.read(f"/rubrics/{draft['id']}")["scale"]["status"] == "retired"


def test_a_draft_may_lack_levels_and_a_published_edition_may_not(district_admin: Client) -> None:
    lacking = criterion(descriptors={"proficient": "Good."})
    draft = district_admin.made("/rubrics", body(criteria=[criterion("whole"), lacking]))
    path = f"/rubrics/{draft['id']}"
    refused = district_admin.act(path, "publish")
    assert (refused.status_code, code(refused)) == (409, "rubric_incomplete")
    assert refused.json["errors"] == [
        {
            "pointer": "/criteria/1/descriptors",
            "detail": "Describe: beginning, developing, exemplary.",
        }
    ]
    district_admin.patch(path, {"criteria": [criterion()]})
    assert district_admin.act(path, "publish").json["status"] == "published"


def test_a_stale_edit_is_refused_and_shows_the_rubric_as_it_is(district_admin: Client) -> None:
    path = f"/rubrics/{district_admin.made('/rubrics', body())['id']}"
    etag = district_admin.etag(path)
    assert district_admin.patch(path, {"title": "Other"}, etag=etag).status_code == 200
    stale = district_admin.patch(path, {"title": "Third"}, etag=etag)
    assert (stale.status_code, stale.json["current"]["title"]) == (412, "Other")


def test_rubrics_are_found_by_school_state_scale_item_and_words(
    client: Client, world: World, school_admin: Client, published: Made, items: list[str]
) -> None:
    sent = [criterion(framework_item_ids=items[:2])]
    ours = school_admin.made(
        "/rubrics", body(title="Exposé", school_id=str(world.home.school_id), criteria=sent)
    )
    theirs = published(criteria=[criterion(framework_item_ids=items[1:2])])
    reader = client.as_(world.home.student)

    def found(query: str) -> list[str]:
        return [one["id"] for one in reader.read(f"/rubrics?{query}")["items"]]

    assert found("") == [ours["id"], theirs["id"]]
    assert found(f"school_id={world.home.school_id}") == [ours["id"]]
    assert found("status=published") == [theirs["id"]]
    assert found(f"framework_item_id={items[0]}") == [ours["id"]]
    assert found(f"framework_item_id={items[1]}") == [ours["id"], theirs["id"]]
    assert found(f"framework_item_id={items[0]}&framework_item_id={items[2]}") == [ours["id"]]
    assert found(f"framework_item_id={items[2]}") == []
    assert found("q=expose") == [ours["id"]]
    assert found(f"line_id={theirs['line_id']}") == [theirs["id"]]
    assert found(f"scale_id={theirs['scale_id']}") == [ours["id"], theirs["id"]]


def test_the_items_of_a_page_are_read_in_one_statement(
    client: Client, database: Isolated, world: World, published: Made, items: list[str]
) -> None:
    for number in range(4):
        published(title=f"Talk {number}", criteria=[criterion(framework_item_ids=items)])
    with counting(database) as sent:
        shown = client.as_(world.home.student).read("/rubrics")["items"]
    assert len(shown) == 4
    assert len([one for one in sent.statements if "FROM framework_items" in one]) == 1


def test_every_step_of_a_rubric_is_in_the_trail_by_ids_alone(
    database: Isolated, world: World, district_admin: Client
) -> None:
    made = district_admin.made("/rubrics", body())
    path = f"/rubrics/{made['id']}"
    district_admin.patch(path, {"title": "A secret title"})
    district_admin.act(path, "publish")
    district_admin.act(path, "retire")
    with writing(database, world.home) as session:
        asked = select(Event).where(Event.subject_id == UUID(made["id"]))
        told = {one.type: one.payload for one in session.scalars(asked)}
    assert told == {
        "rubric.drafted": {"edition": 1},
        "rubric.edited": {"fields": ["title"]},
        "rubric.published": {"edition": 1},
        "rubric.retired": {"edition": 1},
    }
