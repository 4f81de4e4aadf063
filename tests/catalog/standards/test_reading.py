"""Reading frameworks and their items, and choosing a framework's scale."""

from typing import Any

import pytest
from sqlalchemy import select

from plp_api.catalog.scales import actions as scales
from plp_api.catalog.scales.models import Scale
from plp_api.foundation.audit.models import Event
from tests.catalog.standards.conftest import Standards
from tests.catalog.standards.packages import (
    association,
    child,
    document,
    item,
    node,
    package,
    small,
)
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World

LEVELS: list[Any] = [{"key": "a", "title": "A", "description": ""}]
EVERYBODY = ("student", "parent", "advisor", "teacher", "counselor", "registrar", "auditor")


@pytest.fixture
def framework(standards: Standards) -> str:
    """A framework of four items, with associations beside the tree; its path."""
    whole = small()
    whole["CFItems"][2] |= {"educationLevel": ["09", "10"], "fullStatement": "Wägt Quellen ab."}
    whole["CFAssociations"] += [
        association("precedes", "A1", "A2"),
        association("exactMatchOf", node("outside"), "A1"),
        association("isRelatedTo", "A", "B"),
    ]
    standards.bring(whole)
    return f"/frameworks/{standards.frameworks()[0].id}"


def listed(client: Client, path: str) -> list[str]:
    return [one["code"] for one in client.read(path)["items"]]


def test_everybody_reads_frameworks_and_items(client: Client, world: World, framework: str) -> None:
    for name in EVERYBODY:
        reader = client.as_(getattr(world.home, name))
        assert reader.read(framework)["title"] == "A framework", name
        assert listed(reader, f"{framework}/items") == ["B", "A", "A1", "A2"]
    stranger = client.as_(world.away.teacher)
    assert stranger.get(framework).status_code == 404
    assert stranger.get(f"{framework}/items").status_code == 404
    assert stranger.read("/frameworks")["items"] == []
    assert stranger.read("/framework-items")["items"] == []


def test_items_come_in_the_order_of_the_tree_page_by_page(
    client: Client, world: World, standards: Standards
) -> None:
    names = [f"{n:02}" for n in range(30)]
    branches = [child("framework", name, sequenceNumber=-int(name)) for name in names]
    standards.bring(package([item(name) for name in names], branches))
    teacher = client.as_(world.home.teacher)
    for path in (f"/frameworks/{standards.frameworks()[0].id}/items", "/framework-items"):
        first = teacher.read(f"{path}?limit=20")
        rest = teacher.read(f"{path}?limit=20&cursor={first['next_cursor']}")
        found = [one["code"] for one in (*first["items"], *rest["items"])]
        assert found == names[::-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("is_top=true", ["B", "A"]),
        ("is_top=false", ["A1", "A2"]),
        ("grade=09", ["A1"]),
        ("grade=09&grade=11", ["A1"]),
        ("grade=11", []),
        ("code=A1&code=B", ["B", "A1"]),
        ("q=wagt", ["A1"]),
        ("q=a2", ["A2"]),
        ("q=%25", []),
        ("is_retired=false", ["B", "A", "A1", "A2"]),
        ("is_retired=true", []),
    ],
)
def test_items_are_found_by_filters(
    client: Client, world: World, framework: str, query: str, found: list[str]
) -> None:
    teacher = client.as_(world.home.teacher)
    framework_id = framework.rpartition("/")[2]
    assert listed(teacher, f"{framework}/items?{query}") == found
    assert listed(teacher, f"/framework-items?framework_id={framework_id}&{query}") == found


def test_items_are_found_by_their_parent(
    client: Client, world: World, framework: str, standards: Standards
) -> None:
    parent = standards.items()["A"].id
    teacher = client.as_(world.home.teacher)
    assert listed(teacher, f"/framework-items?parent_id={parent}") == ["A1", "A2"]


def test_a_wrong_filter_is_refused(client: Client, world: World, framework: str) -> None:
    teacher = client.as_(world.home.teacher)
    for query in ("grade=9th", "framework_id=x", "surprise=1", "sort=statement"):
        assert code(teacher.get(f"/framework-items?{query}")) == "validation_failed", query


def test_an_item_tells_its_place_in_the_tree(
    client: Client, world: World, standards: Standards
) -> None:
    names = ["a", "b", "c", "d"]
    above = ["framework", *names]
    branches = [child(of, name) for of, name in zip(above, names, strict=False)]
    standards.bring(package([item(name) for name in names], branches))
    items = standards.items()
    teacher = client.as_(world.home.teacher)
    shown = teacher.read(f"/framework-items/{items['d'].id}")
    assert [one["code"] for one in shown["path"]] == ["a", "b", "c"]
    assert shown["path"][0].keys() == {
        *("id", "code", "statement", "abbreviated_statement", "framework_id", "is_retired")
    }
    assert (shown["child_count"], shown["depth"]) == (0, 3)
    top = teacher.read(f"/framework-items/{items['a'].id}")
    assert (top["path"], top["child_count"]) == ([], 1)


def test_associations_are_listed_from_both_ends(
    client: Client, world: World, framework: str, standards: Standards
) -> None:
    items = standards.items()
    teacher = client.as_(world.home.teacher)
    path = f"/framework-items/{items['A1'].id}/associations"
    found = {one["type"]: one for one in teacher.read(path)["items"]}
    assert found.keys() == {"precedes", "exactMatchOf"}
    assert found["precedes"]["origin_item_id"] == str(items["A1"].id)
    assert found["precedes"]["destination_item_id"] == str(items["A2"].id)
    assert found["exactMatchOf"]["origin_item_id"] is None
    assert found["exactMatchOf"]["origin_title"] == "outside"
    other = f"/framework-items/{items['A2'].id}/associations"
    assert [one["type"] for one in teacher.read(other)["items"]] == ["precedes"]
    assert teacher.read(f"{path}?type=isPeerOf")["items"] == []
    assert client.as_(world.away.teacher).get(path).status_code == 404


def test_a_district_admin_chooses_the_scale_of_a_framework(
    client: Client, world: World, framework: str, database: Isolated
) -> None:
    with database.transaction(districts=[world.home.district_id]) as session:
        scale = scales.default_for(world.home.district_id)
        retired = Scale(district_id=world.home.district_id, title="Old", levels=LEVELS)
        retired.status = "retired"
        session.add(retired)
        session.flush()
        scale_id, retired_id = str(scale.id), str(retired.id)
    with database.transaction(districts=[world.away.district_id]) as session:
        foreign = str(scales.default_for(world.away.district_id).id)
    admin = client.as_(world.home.district_admin)
    assert admin.patch(framework, {"scale_id": scale_id}).json["scale_id"] == scale_id
    assert code(admin.patch(framework, {"scale_id": retired_id})) == "scale_retired"
    for wrong in (foreign, framework.rpartition("/")[2]):
        answer = admin.patch(framework, {"scale_id": wrong})
        assert (code(answer), pointers(answer)) == ("validation_failed", {"/scale_id"})
    assert admin.patch(framework, {"scale_id": None}).json["scale_id"] is None
    assert code(admin.patch(framework, {"title": "Mine"})) == "validation_failed"
    with database.transaction(districts=[world.home.district_id]) as session:
        events = session.scalars(select(Event).where(Event.type == "framework.edited")).all()
    assert len(events) == 2


def test_a_school_admin_does_not_change_the_district_s_framework(
    client: Client, world: World, framework: str
) -> None:
    for name in ("school_admin", "teacher", "student"):
        answer = client.as_(getattr(world.home, name)).patch(framework, {"scale_id": None})
        assert answer.status_code == 403, name


def test_who_may_not_change_a_framework_learns_nothing_of_the_body(
    client: Client, world: World, framework: str
) -> None:
    answer = client.as_(world.home.school_admin).patch(framework, {"scale_id": "no scale"})
    assert (answer.status_code, code(answer)) == (403, "permission_denied")


@pytest.mark.both_databases
def test_a_framework_and_its_items_show_the_scale_to_rate_by(
    client: Client, world: World, framework: str, standards: Standards, database: Isolated
) -> None:
    standards.bring(package([item("X")], [child("other", "X")], document(name="other")))
    with database.transaction(districts=[world.home.district_id]):
        scales.default_for(world.home.district_id)
    admin, student = (client.as_(getattr(world.home, n)) for n in ("district_admin", "student"))
    levels = [{"key": key, "title": key.title()} for key in ("low", "high")]
    own = admin.made("/scales", {"title": "Two levels", "levels": levels})
    chosen = admin.patch(framework, {"scale_id": own["id"]}).json
    assert chosen["scale"]["title"] == "Two levels"
    shown = {one["scale_id"]: one["scale"] for one in student.read("/frameworks")["items"]}
    assert [level["key"] for level in shown[own["id"]]["levels"]] == ["low", "high"]
    assert shown[None]["title"] == "Four levels"
    assert student.read(framework)["scale"] == shown[own["id"]]
    items = standards.items()
    for name, scale in (("A1", shown[own["id"]]), ("X", shown[None])):
        assert student.read(f"/framework-items/{items[name].id}")["scale"] == scale
    assert admin.patch(framework, {"scale_id": None}).json["scale"] == shown[None]
