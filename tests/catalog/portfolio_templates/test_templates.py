"""Writing portfolio templates: editions, slots, prompts, and who may."""

from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation.audit.models import Event
from plp_api.foundation.db import new_id
from plp_api.learning.artifacts.models import ArtifactKind
from tests.catalog.rubrics.conftest import add_items
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, writing

PATH = "/portfolio-templates"


def slot(key: str = "best", **changed: Any) -> dict[str, Any]:
    return {"key": key, "title": key.capitalize(), **changed}


def body(**changed: Any) -> dict[str, Any]:
    return {"title": "Graduation", "slots": [slot()], **changed}


@pytest.fixture
def admin(client: Client, world: World) -> Client:
    return client.as_(world.home.district_admin)


@pytest.fixture
def items(database: Isolated, world: World) -> list[str]:
    with writing(database, world.home) as session:
        return add_items(session, world.home, 2)


def test_a_template_begins_as_a_draft_with_what_a_slot_usually_is(
    admin: Client, items: list[str]
) -> None:
    sent = slot(framework_item_ids=items[:1], kinds=["writing", "art"])
    prompts = [{"key": "what", "question": "What is it?"}]
    made = admin.made(PATH, body(slots=[sent, slot("more", least=0)], prompts=prompts))
    assert (made["status"], made["edition"], made["purpose"]) == ("draft", 1, "other")
    assert (made["grades"], made["prompts"], made["school_id"]) == ([], prompts, None)
    best, more = made["slots"]
    assert (best["least"], best["most"], best["kinds"]) == (1, None, ["art", "writing"])
    assert [one["id"] for one in best["framework_items"]] == items[:1]
    assert (more["least"], more["kinds"], more["framework_items"]) == (0, [], [])
    assert admin.read(f"{PATH}/{made['id']}") == made


def test_a_published_edition_never_changes_and_the_next_takes_its_place(admin: Client) -> None:
    first = admin.made(PATH, body())
    path = f"{PATH}/{first['id']}"
    assert admin.patch(path, {"title": "Before graduation"}).status_code == 200
    assert admin.act(path, "publish").json["status"] == "published"
    for refused in (admin.patch(path, {"title": "Other"}), admin.delete(path)):
        assert (refused.status_code, code(refused)) == (409, "portfolio_template_frozen")
    draft = admin.made(f"{path}/editions", {})
    assert (draft["line_id"], draft["edition"]) == (first["line_id"], 2)
    assert code(admin.post(f"{path}/editions")) == "portfolio_template_draft_open"
    assert admin.act(f"{PATH}/{draft['id']}", "publish").status_code == 200
    line = admin.read(f"{PATH}?line_id={first['line_id']}")["items"]
    assert [one["status"] for one in line] == ["retired", "published"]


def test_a_draft_may_be_discarded(admin: Client) -> None:
    path = f"{PATH}/{admin.made(PATH, body())['id']}"
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"slots": []}, "/slots"),
        ({"slots": [slot(), slot()]}, "/slots/1/key"),
        ({"slots": [slot("Not A Key")]}, "/slots/0/key"),
        ({"slots": [slot(least=3, most=2)]}, "/slots/0/most"),
        ({"slots": [slot(most=0)]}, "/slots/0/most"),
        ({"slots": [slot(kinds=["sculpture"])]}, "/slots/0/kinds/0"),
        ({"slots": [slot(framework_item_ids=[str(new_id())])]}, "/slots/0/framework_item_ids/0"),
        ({"prompts": [{"key": "a", "question": " "}]}, "/prompts/0/question"),
        ({"prompts": [{"key": "a", "question": "A"}] * 2}, "/prompts/1/key"),
        ({"grades": ["03"]}, "/grades/0"),
        ({"title": ""}, "/title"),
    ],
)
def test_what_is_wrong_with_a_template_is_named(
    admin: Client, changed: dict[str, Any], pointer: str
) -> None:
    refused = admin.post(PATH, body(**changed))
    assert (refused.status_code, pointers(refused)) == (422, {pointer})


def test_an_admin_of_a_school_writes_their_school_s_and_everybody_reads(
    client: Client, world: World, admin: Client
) -> None:
    ours = client.as_(world.home.school_admin)
    for school_id in (None, str(world.home.other_school_id), str(world.away.school_id)):
        assert ours.post(PATH, body(school_id=school_id)).status_code == 403
    path = f"{PATH}/{ours.made(PATH, body(school_id=str(world.home.school_id)))['id']}"
    for name in ("student", "parent", "teacher", "advisor"):
        reader = client.as_(getattr(world.home, name))
        assert reader.read(path)["available_actions"] == []
        assert reader.post(PATH, body()).status_code == 403
        assert reader.patch(path, {"title": "Mine"}).status_code == 403
    assert client.as_(world.away.district_admin).get(path).status_code == 404


def test_templates_are_found_by_school_grade_and_purpose(world: World, admin: Client) -> None:
    home = world.home
    everybodys = admin.made(PATH, body(title="Any", purpose="grade"))
    seniors = admin.made(PATH, body(title="Seniors", grades=["12"]))
    other = admin.made(PATH, body(title="Middle", school_id=str(home.other_school_id)))

    def found(query: str) -> list[str]:
        listed = admin.read(f"{PATH}?{query}")["items"]
        return [one["id"] for one in listed]

    assert found("for_grade=12") == [everybodys["id"], seniors["id"], other["id"]]
    assert found("for_grade=11") == [everybodys["id"], other["id"]]
    assert found(f"school_id={home.school_id}") == [everybodys["id"], seniors["id"]]
    assert found("purpose=grade") == [everybodys["id"]]
    assert found("q=senior") == [seniors["id"]]


def test_events_of_a_template_hold_none_of_its_words(
    database: Isolated, world: World, admin: Client
) -> None:
    path = f"{PATH}/{admin.made(PATH, body(title='Quilts'))['id']}"
    admin.patch(path, {"description": "Quilts of Vermont"})
    with writing(database, world.home) as session:
        events = session.scalars(select(Event).where(Event.type.like("portfolio_template.%")))
        found = {event.type: str(event.payload) for event in events}
    assert {*found} == {"portfolio_template.drafted", "portfolio_template.edited"}
    assert "Quilts" not in "".join(found.values())


def test_slots_take_the_kinds_that_artifacts_have(admin: Client) -> None:
    kinds = sorted(ArtifactKind)
    assert admin.made(PATH, body(slots=[slot(kinds=kinds)]))["slots"][0]["kinds"] == kinds
