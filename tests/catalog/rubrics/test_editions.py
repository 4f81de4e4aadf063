"""Editions and copies of rubrics: what was published never changes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.catalog.rubrics.models import Rubric
from tests.catalog.rubrics.conftest import body, criterion
from tests.client import Client, code, pointers
from tests.conftest import Live
from tests.racing import at_once
from tests.world import World, writing

Made = Callable[..., dict[str, Any]]


def test_what_was_published_is_never_changed(district_admin: Client, published: Made) -> None:
    first = published()
    path = f"/rubrics/{first['id']}"
    for refused in (district_admin.patch(path, {"title": "Other"}), district_admin.delete(path)):
        assert (refused.status_code, code(refused)) == (409, "rubric_frozen")
    assert district_admin.act(path, "retire").json["available_actions"] == []
    assert code(district_admin.patch(path, {"title": "Other"})) == "rubric_frozen"
    assert district_admin.read(path)["criteria"] == first["criteria"]


def test_the_next_edition_takes_the_place_of_the_one_before(
    district_admin: Client, published: Made, items: list[str]
) -> None:
    first = published(criteria=[criterion(framework_item_ids=items)])
    draft = district_admin.made(f"/rubrics/{first['id']}/editions", {})
    assert (draft["line_id"], draft["edition"]) == (first["line_id"], 2)
    assert draft["criteria"] == first["criteria"]
    path = f"/rubrics/{draft['id']}"
    district_admin.patch(path, {"criteria": [criterion(), criterion("voice")]})
    assert district_admin.act(path, "publish").json["status"] == "published"
    line = district_admin.read(f"/rubrics?line_id={first['line_id']}")["items"]
    assert [(one["edition"], one["status"]) for one in line] == [(1, "retired"), (2, "published")]
    assert line[0]["criteria"] == first["criteria"]
    assert len(line[1]["criteria"]) == 2


def test_one_next_edition_is_written_at_a_time(district_admin: Client, published: Made) -> None:
    path = f"/rubrics/{published()['id']}/editions"
    draft = district_admin.made(path, {})
    refused = district_admin.post(path)
    assert (refused.status_code, code(refused)) == (409, "rubric_draft_open")
    assert refused.json["existing"]["id"] == draft["id"]
    assert district_admin.delete(f"/rubrics/{draft['id']}").status_code == 204
    assert district_admin.made(path, {})["edition"] == 2


def test_a_school_copies_a_rubric_and_makes_it_its_own(
    world: World, school_admin: Client, published: Made
) -> None:
    districts = published()
    copy = school_admin.made(
        f"/rubrics/{districts['id']}/copies", {"school_id": str(world.home.school_id)}
    )
    assert (copy["status"], copy["edition"]) == ("draft", 1)
    assert copy["copied_from_id"] == districts["id"]
    assert copy["school_id"] == str(world.home.school_id)
    assert copy["line_id"] != districts["line_id"]
    assert copy["criteria"] == districts["criteria"]
    path = f"/rubrics/{copy['id']}"
    ours = school_admin.patch(path, {"title": "Ours", "criteria": [criterion("voice")]}).json
    assert school_admin.act(path, "publish").status_code == 200
    assert ours["criteria"][0]["key"] == "voice"
    first = school_admin.read(f"/rubrics/{districts['id']}")
    assert (first["title"], first["status"]) == ("Talk", "published")
    assert first["criteria"] == districts["criteria"]


def test_a_copy_is_made_by_who_may_write_at_that_school(
    client: Client, world: World, school_admin: Client, district_admin: Client, published: Made
) -> None:
    path = f"/rubrics/{published()['id']}/copies"
    here, there = str(world.home.school_id), str(world.home.other_school_id)
    for person, school_id in (
        (school_admin, there),
        (school_admin, str(world.away.school_id)),
        (client.as_(world.home.other_school_admin), here),
        (client.as_(world.home.teacher), here),
        (client.as_(world.home.student), here),
    ):
        refused = person.post(path, {"school_id": school_id})
        assert (refused.status_code, code(refused)) == (403, "permission_denied")
    refused = district_admin.post(path, {"school_id": str(world.away.school_id)})
    assert (refused.status_code, pointers(refused)) == (422, {"/school_id"})
    assert district_admin.made(path, {"school_id": there})["school_id"] == there
    away = client.as_(world.away.district_admin)
    assert away.post(path, {"school_id": str(world.away.school_id)}).status_code == 404


def test_a_copy_outlives_the_draft_that_it_was_copied_from(
    world: World, school_admin: Client, district_admin: Client
) -> None:
    draft = f"/rubrics/{district_admin.made('/rubrics', body())['id']}"
    copy = school_admin.made(f"{draft}/copies", {"school_id": str(world.home.school_id)})
    assert district_admin.delete(draft).status_code == 204
    assert school_admin.read(f"/rubrics/{copy['id']}")["copied_from_id"] is None


def test_a_copy_of_a_rubric_with_a_retired_item_is_published_without_it(
    world: World,
    school_admin: Client,
    published: Made,
    items: list[str],
    retire_item: Callable[[str], None],
) -> None:
    districts = published(criteria=[criterion(framework_item_ids=items)])
    retire_item(items[0])
    shown = school_admin.read(f"/rubrics/{districts['id']}")
    assert shown["criteria"][0]["framework_items"][0]["is_retired"] is True
    copy = school_admin.made(
        f"/rubrics/{districts['id']}/copies", {"school_id": str(world.home.school_id)}
    )
    path = f"/rubrics/{copy['id']}"
    assert code(school_admin.act(path, "publish")) == "framework_item_retired"
    school_admin.patch(path, {"criteria": [criterion(framework_item_ids=items[1:])]})
    assert school_admin.act(path, "publish").status_code == 200


@pytest.mark.both_databases
def test_of_two_next_editions_at_once_one_is_begun(live: Live) -> None:
    admin = live.client.as_(live.world.home.district_admin)
    draft = admin.made("/rubrics", body())
    path = f"/rubrics/{draft['id']}"
    assert admin.act(path, "publish").status_code == 200
    answers = at_once(*[lambda: admin.post(f"{path}/editions")] * 2)
    assert sorted(one.status_code for one in answers) == [201, 409]
    (refused,) = (one for one in answers if one.status_code == 409)
    assert code(refused) == "rubric_draft_open"


@pytest.mark.both_databases
def test_of_two_publications_at_once_one_is_done(live: Live) -> None:
    home = live.world.home
    admin = live.client.as_(home.district_admin)
    first = f"/rubrics/{admin.made('/rubrics', body())['id']}"
    assert admin.act(first, "publish").status_code == 200
    draft = admin.made(f"{first}/editions", {})
    path, line = f"/rubrics/{draft['id']}", draft["line_id"]
    answers = at_once(
        lambda: admin.act(path, "publish"),
        lambda: admin.act(path, "publish"),
        lambda: admin.act(first, "retire"),
    )
    statuses = [one.status_code for one in answers]
    assert sorted(statuses[:2]) in ([200, 409], [200, 412])
    assert statuses[2] in (200, 409, 412)
    with writing(live.database, home) as session:
        rows = session.scalars(select(Rubric).order_by(Rubric.edition)).unique().all()
        assert [one.status for one in rows if str(one.line_id) == line] == ["retired", "published"]
