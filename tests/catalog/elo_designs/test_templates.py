"""Design templates: who writes them, and what becomes of them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.catalog.elo_designs.conftest import PARTS, Write, design
from tests.catalog.rubrics.conftest import body as rubric
from tests.client import Client, code, pointers, uuid
from tests.databases import Isolated
from tests.learning.elo_world import add_internship
from tests.queries import counting
from tests.world import World, writing


def path_of(template: Any) -> str:
    return f"/design-templates/{template['id']}"


def test_a_template_shows_its_words_parts_and_items(written: Write, items: list[str]) -> None:
    template = written(framework_item_ids=items)
    assert template["status"] == "active"
    assert template["parts"] == PARTS
    assert template["know_and_do"] == ["I can take a pulse."]
    assert template["research"] == ""
    assert [item["id"] for item in template["framework_items"]] == items
    assert template["available_actions"] == ["archive"]


def test_a_template_without_parts_has_empty_lists(coordinator: Client, world: World) -> None:
    body = {"type": "capstone", "title": "Senior year", "school_id": str(world.home.school_id)}
    template = coordinator.made("/design-templates", body)
    assert template["parts"] == {"benchmarks": [], "training_tasks": [], "communications": []}


def test_everybody_of_the_district_reads_it_and_nobody_of_another(
    client: Client, world: World, written: Write
) -> None:
    template = written()
    for reader in (world.home.student, world.home.parent, world.home.teacher):
        assert client.as_(reader).read(path_of(template))["title"] == "Health care"
    assert client.as_(world.away.elo_coordinator).get(path_of(template)).status_code == 404


def test_a_coordinator_writes_for_their_school_alone(coordinator: Client, world: World) -> None:
    for school_id in (str(world.home.other_school_id), None):
        response = coordinator.post("/design-templates", design(school_id=school_id))
        assert (response.status_code, code(response)) == (403, "permission_denied")


def test_an_admin_writes_for_the_whole_district(district_admin: Client) -> None:
    assert district_admin.made("/design-templates", design())["school_id"] is None


def test_students_and_teachers_write_none(client: Client, world: World, written: Write) -> None:
    template = written()
    for person in (world.home.student, world.home.teacher, world.home.advisor):
        somebody = client.as_(person)
        assert somebody.post("/design-templates", design()).status_code == 403
        assert somebody.patch(path_of(template), {"title": "Mine"}).status_code == 403
        assert somebody.post(f"{path_of(template)}/copies", {}).status_code == 403


def test_a_school_may_use_its_own_templates_and_the_district_s(
    district_admin: Client, coordinator: Client, world: World, written: Write
) -> None:
    own, everybodys = written(), district_admin.made("/design-templates", design(title="All"))
    district_admin.made("/design-templates", design(school_id=str(world.home.other_school_id)))
    listed = coordinator.read(f"/design-templates?school_id={world.home.school_id}&sort=title")
    assert [one["id"] for one in listed["items"]] == [everybodys["id"], own["id"]]


def test_a_template_is_edited_part_by_part(coordinator: Client, written: Write) -> None:
    template = written()
    change = {"title": "Nursing", "parts": {"benchmarks": [{"title": "A talk"}]}}
    changed = coordinator.patch(path_of(template), change).json
    assert (changed["title"], changed["product"]) == ("Nursing", template["product"])
    assert changed["parts"]["benchmarks"] == [{"title": "A talk"}]
    assert changed["parts"]["communications"] == []


def test_an_archived_template_stays_readable_and_is_not_edited(
    coordinator: Client, written: Write
) -> None:
    path = path_of(written())
    assert coordinator.act(path, "archive").json["available_actions"] == ["restore"]
    response = coordinator.patch(path, {"title": "Other"})
    assert (response.status_code, code(response)) == (409, "design_template_archived")
    assert coordinator.read("/design-templates?status=active")["items"] == []
    assert coordinator.act(path, "restore").json["status"] == "active"
    assert coordinator.patch(path, {"title": "Other"}).json["title"] == "Other"


def test_a_copy_goes_its_own_way(
    district_admin: Client,
    coordinator: Client,
    world: World,
    items: list[str],
    retire_item: Callable[[str], None],
) -> None:
    first = district_admin.made("/design-templates", design(framework_item_ids=items))
    retire_item(items[1])
    body = {"school_id": str(world.home.school_id)}
    copied = coordinator.made(f"{path_of(first)}/copies", body)
    assert copied["school_id"] == str(world.home.school_id)
    assert copied["framework_item_ids"] == [items[0], items[2]]
    assert copied["parts"] == PARTS
    district_admin.patch(path_of(first), {"title": "Changed"})
    assert coordinator.read(path_of(copied))["title"] == "Health care"


def test_an_item_or_rubric_that_is_not_there_is_refused(
    coordinator: Client,
    world: World,
    items: list[str],
    retire_item: Callable[[str], None],
    published: Callable[..., Any],
) -> None:
    school = {"school_id": str(world.home.school_id)}
    nothing = str(world.away.school_id)
    response = coordinator.post(
        "/design-templates", design(framework_item_ids=[items[0], nothing], **school)
    )
    assert (response.status_code, pointers(response)) == (422, {"/framework_item_ids/1"})
    response = coordinator.post("/design-templates", design(rubric_id=nothing, **school))
    assert (response.status_code, pointers(response)) == (422, {"/rubric_id"})
    retire_item(items[0])
    response = coordinator.post("/design-templates", design(framework_item_ids=items, **school))
    assert (response.status_code, code(response)) == (409, "framework_item_retired")
    edition = published()
    template = coordinator.made("/design-templates", design(rubric_id=edition["id"], **school))
    assert template["rubric_id"] == edition["id"]


def test_a_draft_of_a_rubric_judges_nothing(
    coordinator: Client, district_admin: Client, written: Write
) -> None:
    draft = district_admin.made("/rubrics", rubric())
    response = coordinator.patch(path_of(written()), {"rubric_id": draft["id"]})
    assert (response.status_code, pointers(response)) == (422, {"/rubric_id"})


def test_a_template_that_was_given_out_is_archived_not_deleted(
    coordinator: Client, written: Write, world: World, database: Isolated
) -> None:
    unused, used = written(), written()
    with writing(database, world.home) as session:
        add_internship(session, world.home, design_template_id=uuid(used["id"]))
    assert coordinator.delete(path_of(unused)).status_code == 204
    response = coordinator.delete(path_of(used))
    assert (response.status_code, code(response)) == (409, "record_in_use")


@pytest.mark.both_databases
def test_a_list_of_many_takes_as_many_statements_as_one_of_few(
    coordinator: Client, written: Write, items: list[str], database: Isolated
) -> None:
    numbers = []
    for _ in range(2):
        written(framework_item_ids=items)
        with counting(database) as statements:
            coordinator.read("/design-templates")
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
