"""Moving a plan to another template: no text is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.foundation import clock
from tests.catalog.templates.conftest import ASKED, section
from tests.client import Client, code, pointers
from tests.world import World


@pytest.fixture
def path(world: World) -> str:
    """The draft of `home.student`, in the default: about_me, scope_and_rigor, family."""
    return f"/plan-versions/{world.home.student.version_id}"


def bodies(version: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: one["body"] for one in version["sections"]}


def kept(version: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: one["kept_from_id"] for one in version["sections"] if one["kept_from_id"]}


def test_a_draft_moves_to_another_template_with_every_answer(
    student: Client, school_admin: Client, published: Callable[..., Any], path: str
) -> None:
    ours = published(school_admin)
    moved = student.act(path, "change_template", template_id=ours["id"])
    assert moved.status_code == 200, moved.json
    assert moved.json["template_id"] == ours["id"]
    assert moved.json["status"] == "draft"
    assert bodies(moved.json) == {
        "about_me": "My about me.",
        "scope_and_rigor": "My scope and rigor.",
        "wonder": "",
    }
    assert bodies(student.read(path)) == bodies(moved.json)
    assert student.patch(path, {"sections": {"wonder": "Why snow is loud."}}).status_code == 200


def test_without_a_template_it_moves_to_the_one_meant_for_the_student(
    student: Client, school_admin: Client, published: Callable[..., Any], path: str
) -> None:
    refused = student.act(path, "change_template")
    assert (refused.status_code, code(refused)) == (409, "action_repeated")
    ours = published(school_admin)
    assert student.act(path, "change_template").json["template_id"] == ours["id"]


def test_a_template_that_drops_a_section_with_answers_is_refused_by_name(
    client: Client,
    world: World,
    student: Client,
    school_admin: Client,
    published: Callable[..., Any],
    path: str,
) -> None:
    client.as_(world.home.parent).patch(path, {"sections": {"family": "We are proud."}})
    ours = published(school_admin, sections=[ASKED[0]])
    refused = student.act(path, "change_template", template_id=ours["id"])
    assert (refused.status_code, code(refused)) == (409, "section_unasked")
    assert refused.json["detail"].startswith("16 V.S.A. 942")
    assert pointers(refused) == {"/sections/scope_and_rigor", "/sections/family"}
    unmoved = student.read(path)
    assert unmoved["template_id"] == str(world.home.template_id)
    assert bodies(unmoved)["family"] == "We are proud."


@pytest.fixture
def moved(
    client: Client,
    world: World,
    student: Client,
    school_admin: Client,
    published: Callable[..., Any],
    path: str,
) -> Any:
    """The draft moved to a template without the family's section, whose text it keeps."""
    client.as_(world.home.parent).patch(path, {"sections": {"family": "We are proud."}})
    ours = published(school_admin)
    answer = student.act(path, "change_template", template_id=ours["id"], keep_unasked=True)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_words_no_longer_asked_for_are_kept_and_shown_as_such(
    world: World, moved: dict[str, Any]
) -> None:
    assert kept(moved) == {"family": str(world.home.template_id)}
    assert moved["sections"][-1]["body"] == "We are proud."


def test_kept_words_are_still_their_authors_to_change(
    client: Client, world: World, moved: dict[str, Any], path: str
) -> None:
    refused = client.as_(world.home.student).patch(path, {"sections": {"family": "No."}})
    assert code(refused) == "section_not_yours"
    parent = client.as_(world.home.parent)
    assert parent.patch(path, {"sections": {"family": "Still."}}).status_code == 200


def test_kept_words_stand_in_the_snapshot_and_go_on_into_the_next_version(
    client: Client, world: World, student: Client, moved: dict[str, Any], path: str
) -> None:
    student.act(path, "submit")
    assert client.as_(world.home.advisor).act(path, "approve").status_code == 200
    frozen = student.get(f"{path}/snapshot").json["sections"]
    assert {"key": "family", "title": "From my family", "body": "We are proud."} in frozen
    plan = f"/plans/{world.home.student.plan_id}"
    assert student.read(plan)["template_id"] == moved["template_id"]
    begun = student.made(f"{plan}/versions", {})
    assert kept(begun) == {"family": str(world.home.template_id)}
    assert bodies(begun)["family"] == "We are proud."


def test_a_kept_section_that_is_asked_for_again_is_kept_no_longer(
    world: World, student: Client, school_admin: Client, moved: dict[str, Any], path: str
) -> None:
    draft = school_admin.made(f"/plan-templates/{moved['template_id']}/editions", {})
    edition = f"/plan-templates/{draft['id']}"
    sections = [section("family", authors=["parent"]), *ASKED]
    school_admin.patch(edition, {"sections": sections})
    school_admin.act(edition, "publish")
    back = student.act(path, "change_template").json
    assert kept(back) == {}
    assert back["sections"][0]["key"] == "family"
    assert back["sections"][0]["body"] == "We are proud."


def test_what_is_required_of_the_new_template_is_required(
    student: Client, school_admin: Client, published: Callable[..., Any], path: str
) -> None:
    published(school_admin, sections=[*ASKED, section("pride", is_required=True)])
    student.act(path, "change_template")
    refused = student.act(path, "submit")
    assert (code(refused), pointers(refused)) == ("version_incomplete", {"/sections/pride"})


def test_only_what_the_district_or_the_students_school_has_published_is_offered(
    client: Client,
    world: World,
    student: Client,
    school_admin: Client,
    published: Callable[..., Any],
    path: str,
) -> None:
    middle = client.as_(world.home.other_school_admin)
    other = published(middle, school_id=str(world.home.other_school_id))["id"]
    away = str(world.away.template_id)
    first = published(school_admin)["id"]
    draft = school_admin.made(f"/plan-templates/{first}/editions", {})["id"]
    for template_id in (other, away, draft):
        refused = student.act(path, "change_template", template_id=template_id)
        assert (refused.status_code, pointers(refused)) == (422, {"/template_id"})


def test_a_version_that_was_handed_in_is_not_moved(
    student: Client, school_admin: Client, published: Callable[..., Any], path: str
) -> None:
    ours = published(school_admin)
    student.act(path, "submit")
    refused = student.act(path, "change_template", template_id=ours["id"])
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")


def test_an_advisor_moves_many_drafts_at_once(
    client: Client, world: World, school_admin: Client, published: Callable[..., Any]
) -> None:
    published(school_admin, grades=["10", "12"])
    advisor = client.as_(world.home.advisor)
    items = [
        {"id": str(one.version_id), "version": 1} for one in (world.home.student, world.home.senior)
    ]
    answer = advisor.post("/plan-versions/actions", {"action": "change_template", "items": items})
    assert [one["status"] for one in answer.json["items"]] == [200, 200]


def test_a_parent_and_a_counselor_do_not_move_a_plan(
    client: Client, world: World, school_admin: Client, published: Callable[..., Any], path: str
) -> None:
    ours = published(school_admin)
    for somebody in (world.home.parent, world.home.counselor):
        refused = client.as_(somebody).act(path, "change_template", template_id=ours["id"])
        assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_a_written_plan_stays_as_it_is_when_its_template_goes_on(
    client: Client, world: World, student: Client, district_admin: Client, path: str
) -> None:
    before = student.read(path)
    edition = f"/plan-templates/{world.home.template_id}/editions"
    draft = district_admin.made(edition, {})
    district_admin.patch(f"/plan-templates/{draft['id']}", {"sections": [section("pride")]})
    district_admin.act(f"/plan-templates/{draft['id']}", "publish")
    assert student.read(path) == before
    assert student.act(path, "submit").status_code == 200


NARROW = [
    section("about_me", visibility="who_writes_or_approves"),
    section("scope_and_rigor", authors=["student", "advisor"]),
    section("family", authors=["parent"]),
]


@pytest.fixture
def narrowed(
    client: Client,
    world: World,
    student: Client,
    school_admin: Client,
    published: Callable[..., Any],
    path: str,
) -> str:
    """The version in force, with one section for those who write or approve."""
    published(school_admin, sections=NARROW)
    assert student.act(path, "change_template").status_code == 200
    student.act(path, "submit")
    assert client.as_(world.home.advisor).act(path, "approve").status_code == 200
    return path


WHO_WRITES_OR_APPROVES = (
    "student",
    "parent",
    "inspecting_parent",
    "advisor",
    "case_manager",
    "counselor",
    "school_admin",
)


@pytest.mark.parametrize("name", WHO_WRITES_OR_APPROVES)
def test_who_writes_or_approves_reads_a_narrowed_section_and_the_snapshot(
    client: Client, world: World, narrowed: str, name: str
) -> None:
    reader = client.as_(getattr(world.home, name))
    assert bodies(reader.read(narrowed))["about_me"] == "My about me."
    assert b"My about me." in reader.get(f"{narrowed}/snapshot").data


def test_an_auditor_reads_all_but_a_narrowed_section_and_no_snapshot(
    client: Client, world: World, narrowed: str
) -> None:
    auditor = client.as_(world.home.auditor)
    shown = auditor.read(narrowed)
    assert bodies(shown)["about_me"] is None
    assert bodies(shown)["scope_and_rigor"] == "My scope and rigor."
    refused = auditor.get(f"{narrowed}/snapshot")
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert shown["snapshot_sha256"]


def test_a_stated_reason_opens_a_plan_to_the_district_but_no_narrowed_section(
    district_admin: Client, narrowed: str
) -> None:
    shown = district_admin.get(narrowed, headers={"X-Access-Reason": "A complaint was made."})
    assert shown.status_code == 200
    assert bodies(shown.json)["about_me"] is None


def test_what_quotes_a_version_whole_quotes_nothing_narrowed_to_an_auditor(
    client: Client, world: World, narrowed: str
) -> None:
    auditor = client.as_(world.home.auditor)
    refused = auditor.get(f"{narrowed}/diff")
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    today = clock.today().isoformat()
    shown = auditor.get(f"/plans/{world.home.student.plan_id}/history?as_of={today}")
    assert shown.status_code == 200
    assert b"My about me." not in shown.data
    plan = auditor.read(f"/plans/{world.home.student.plan_id}?expand=sections")
    assert {one["key"]: one["body"] for one in plan["sections"]}["about_me"] is None
    refused = auditor.get(f"{narrowed}/renditions")
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
