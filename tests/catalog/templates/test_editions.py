"""Writing templates: who owns them, edition by edition, and what no template may require."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from plp_api.foundation.audit.models import Event
from tests.catalog.templates.conftest import ASKED, section
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, writing


def body(**changed: Any) -> dict[str, Any]:
    return {"name": "Ours", "grades": ["10", "09"], "sections": ASKED, **changed}


def default_of(client: Client) -> Any:
    (found,) = [one for one in client.read("/plan-templates")["items"] if one["is_default"]]
    return found


def test_a_template_begins_as_a_draft_and_shows_what_was_left_out(
    world: World, school_admin: Client
) -> None:
    made = school_admin.made("/plan-templates", body(school_id=str(world.home.school_id)))
    assert (made["status"], made["edition"], made["is_default"]) == ("draft", 1, False)
    assert made["grades"] == ["09", "10"]
    assert made["available_actions"] == ["publish"]
    assert made["sections"][2] == {
        "key": "wonder",
        "title": "Wonder",
        "prompt": "What do you wonder about?",
        "is_required": False,
        "is_material": False,
        "authors": ["student"],
        "source": "",
        "sensitivity": None,
        "visibility": "everyone_with_the_plan",
    }


def test_a_school_admin_writes_their_own_schools_templates_and_no_others(
    client: Client, world: World, school_admin: Client, district_admin: Client
) -> None:
    for school_id in (None, str(world.home.other_school_id), str(world.away.school_id)):
        refused = school_admin.post("/plan-templates", body(school_id=school_id))
        assert (refused.status_code, code(refused)) == (403, "permission_denied")
    default = default_of(school_admin)
    assert default["available_actions"] == []
    path = f"/plan-templates/{default['id']}"
    assert school_admin.post(f"{path}/editions").status_code == 403
    assert school_admin.act(path, "retire").status_code == 403
    assert district_admin.made(f"{path}/editions", {})["edition"] == 2


def test_a_school_of_another_district_is_no_school(world: World, district_admin: Client) -> None:
    refused = district_admin.post("/plan-templates", body(school_id=str(world.away.school_id)))
    assert (refused.status_code, pointers(refused)) == (422, {"/school_id"})


def test_a_draft_is_edited_and_thrown_away(world: World, school_admin: Client) -> None:
    made = school_admin.made("/plan-templates", body(school_id=str(world.home.school_id)))
    path = f"/plan-templates/{made['id']}"
    changed = school_admin.patch(path, {"name": "Other", "sections": ASKED[:1]}).json
    assert (changed["name"], len(changed["sections"])) == ("Other", 1)
    assert school_admin.delete(path).status_code == 204
    assert school_admin.get(path).status_code == 404


def test_what_was_published_is_never_changed(
    world: World, school_admin: Client, published: Callable[..., Any]
) -> None:
    path = f"/plan-templates/{published(school_admin)['id']}"
    refused = school_admin.patch(path, {"name": "Other"})
    assert (refused.status_code, code(refused)) == (409, "template_frozen")
    assert code(school_admin.delete(path)) == "template_frozen"
    school_admin.act(path, "retire")
    assert code(school_admin.patch(path, {"name": "Other"})) == "template_frozen"


def test_the_next_edition_takes_the_place_of_the_one_before(
    world: World, school_admin: Client, published: Callable[..., Any]
) -> None:
    first = published(school_admin)
    draft = school_admin.made(f"/plan-templates/{first['id']}/editions", {})
    assert draft["sections"] == first["sections"]
    assert (draft["line_id"], draft["edition"]) == (first["line_id"], 2)
    path = f"/plan-templates/{draft['id']}"
    school_admin.patch(path, {"sections": [*ASKED, section("pride")]})
    assert school_admin.act(path, "publish").json["status"] == "published"
    line = school_admin.read(f"/plan-templates?line_id={first['line_id']}")["items"]
    assert [(one["edition"], one["status"]) for one in line] == [(1, "retired"), (2, "published")]
    assert len(line[0]["sections"]) == 3


def test_one_next_edition_is_written_at_a_time(
    school_admin: Client, published: Callable[..., Any]
) -> None:
    path = f"/plan-templates/{published(school_admin)['id']}/editions"
    school_admin.made(path, {})
    refused = school_admin.post(path)
    assert (refused.status_code, code(refused)) == (409, "template_draft_open")


def test_two_templates_of_a_school_for_one_grade_are_refused(
    world: World, school_admin: Client, district_admin: Client, published: Callable[..., Any]
) -> None:
    first = published(school_admin, grades=["09", "10"])
    made = school_admin.made(
        "/plan-templates", body(school_id=str(world.home.school_id), grades=["10", "11"])
    )
    refused = school_admin.act(f"/plan-templates/{made['id']}", "publish")
    assert (refused.status_code, code(refused)) == (409, "template_overlaps")
    assert refused.json["detail"].startswith("Grade 10:")
    assert refused.json["template_id"] == first["id"]
    published(district_admin, school_id=None)
    school_admin.act(f"/plan-templates/{first['id']}", "retire")
    assert school_admin.act(f"/plan-templates/{made['id']}", "publish").status_code == 200


def test_a_districts_default_goes_on_by_editions_and_is_not_retired(district_admin: Client) -> None:
    default = default_of(district_admin)
    refused = district_admin.act(f"/plan-templates/{default['id']}", "retire")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    draft = district_admin.made(f"/plan-templates/{default['id']}/editions", {})
    published = district_admin.act(f"/plan-templates/{draft['id']}", "publish").json
    assert (published["is_default"], published["status"]) == (True, "published")
    assert district_admin.read(f"/plan-templates/{default['id']}")["status"] == "retired"


@pytest.mark.parametrize(
    ("sections", "pointer"),
    [
        ([section("a"), section("a")], "/sections/1/key"),
        ([section("Not A Key")], "/sections/0/key"),
        ([section("a", authors=[])], "/sections/0/authors"),
        ([section("a", authors=["teacher"])], "/sections/0/authors/0"),
        ([section("a", sensitivity="hobbies")], "/sections/0/sensitivity"),
        ([section("a", visibility="staff")], "/sections/0/visibility"),
        ([section("a", is_required=True, authors=["parent"])], "/sections/0/is_required"),
        ([], "/sections"),
    ],
)
def test_what_is_wrong_with_a_section_is_named(
    district_admin: Client, sections: list[Any], pointer: str
) -> None:
    refused = district_admin.post("/plan-templates", body(sections=sections))
    assert (refused.status_code, pointers(refused)) == (422, {pointer})


def test_nobody_is_required_to_write_about_what_the_law_protects(district_admin: Client) -> None:
    asks = section("home", sensitivity="income", is_required=True)
    refused = district_admin.post("/plan-templates", body(sections=[asks]))
    assert pointers(refused) == {"/sections/0/is_required"}
    assert "20 U.S.C. 1232h(b)" in refused.json["errors"][0]["detail"]
    open_to_all = section("home", sensitivity="income")
    made = district_admin.made("/plan-templates", body(sections=[open_to_all]))
    assert made["sections"][0]["sensitivity"] == "income"


def test_a_template_of_before_is_shown_whole_and_can_be_sent_back(
    world: World, district_admin: Client
) -> None:
    default = default_of(district_admin)
    assert {(one["sensitivity"], one["visibility"]) for one in default["sections"]} == {
        (None, "everyone_with_the_plan")
    }
    draft = district_admin.made(f"/plan-templates/{default['id']}/editions", {})
    path = f"/plan-templates/{draft['id']}"
    again = district_admin.patch(path, {"sections": default["sections"]})
    assert (again.status_code, again.json["sections"]) == (200, default["sections"])


def test_templates_are_listed_by_state_school_and_grade(
    world: World, student: Client, school_admin: Client, published: Callable[..., Any]
) -> None:
    ours = published(school_admin, grades=["09"])
    school_admin.made(f"/plan-templates/{ours['id']}/editions", {})
    path = f"/plan-templates?school_id={world.home.school_id}"
    assert len(student.read(path)["items"]) == 2
    offered = student.read(f"{path}&status=published&grade=09")["items"]
    assert [one["id"] for one in offered] == [ours["id"]]
    assert student.read(f"{path}&grade=10")["items"] == []


def test_every_step_is_in_the_trail_by_ids_alone(
    database: Isolated, world: World, school_admin: Client, published: Callable[..., Any]
) -> None:
    made = published(school_admin)
    with writing(database, world.home) as session:
        asked = select(Event).where(Event.subject_id == UUID(made["id"]))
        told = {(one.type, one.actor_id, *one.payload) for one in session.scalars(asked)}
    admin = world.home.school_admin.id
    assert told == {
        ("plan_template.drafted", admin, "edition"),
        ("plan_template.published", admin, "edition"),
    }
