"""A district's scales: who writes them, what never changes, and the one default."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from plp_api.catalog.scales.actions import begin
from plp_api.catalog.scales.models import Scale
from plp_api.foundation.audit.models import Event
from tests.catalog.rubrics.conftest import add_items, body, criterion
from tests.client import Client, code, pointers
from tests.conftest import Live
from tests.databases import Isolated
from tests.racing import at_once
from tests.world import World, writing

PASS = [{"key": "not_yet", "title": "Not yet"}, {"key": "done", "title": "Done"}]


@pytest.fixture
def district_admin(client: Client, world: World) -> Client:
    return client.as_(world.home.district_admin)


@pytest.fixture
def default(database: Isolated, world: World) -> str:
    """The path of the district's default scale, with which a district begins."""
    with writing(database, world.home) as session:
        begin(world.home.district_id)
        session.flush()
        mine = select(Scale.id).where(Scale.district_id == world.home.district_id)
        return f"/scales/{session.scalars(mine).one()}"


def made(client: Client, **changed: Any) -> dict[str, Any]:
    scale: dict[str, Any] = client.made("/scales", {"title": "Pass", "levels": PASS, **changed})
    return scale


@pytest.mark.usefixtures("default")
def test_a_district_begins_with_four_levels_which_everybody_reads(
    client: Client, world: World
) -> None:
    for person in (world.home.student, world.home.parent, world.home.teacher):
        (scale,) = client.as_(person).read("/scales")["items"]
        assert (scale["is_default"], scale["available_actions"]) == (True, [])
        keys = [level["key"] for level in scale["levels"]]
        assert keys == ["beginning", "developing", "proficient", "exemplary"]


def test_a_scale_is_added_and_shows_what_was_left_out(district_admin: Client) -> None:
    scale = made(district_admin)
    assert scale["levels"][0] == {"key": "not_yet", "title": "Not yet", "description": ""}
    assert (scale["status"], scale["is_default"]) == ("active", False)
    assert scale["available_actions"] == ["make_default", "retire"]
    assert district_admin.read(f"/scales/{scale['id']}") == scale


def test_only_an_office_for_the_whole_district_writes_scales(
    client: Client, world: World, default: str, district_admin: Client
) -> None:
    ours = f"/scales/{made(district_admin)['id']}"
    for name in ("school_admin", "counselor", "teacher", "student", "parent"):
        person = client.as_(getattr(world.home, name))
        refused = person.post("/scales", {"title": "Ours", "levels": PASS})
        assert (refused.status_code, code(refused)) == (403, "permission_denied")
        assert person.patch(ours, {"title": "Ours"}).status_code == 403
        assert code(person.act(ours, "retire")) == "permission_denied"
    assert client.as_(world.away.district_admin).get(default).status_code == 404


def test_titles_change_and_keys_with_their_order_do_not(district_admin: Client) -> None:
    path = f"/scales/{made(district_admin)['id']}"
    told = [{**level, "title": f"{level['title']}!"} for level in PASS]
    changed = district_admin.patch(path, {"title": "Other", "levels": told}).json
    assert (changed["title"], changed["levels"][1]["title"]) == ("Other", "Done!")
    assert changed["levels"][1]["key"] == "done"

    refused = district_admin.patch(path, {"levels": PASS[::-1]})
    assert (refused.status_code, pointers(refused)) == (422, {"/levels/0/key", "/levels/1/key"})
    longer = [*PASS, {"key": "more", "title": "More"}]
    refused = district_admin.patch(path, {"levels": longer})
    assert (refused.status_code, pointers(refused)) == (422, {"/levels"})
    assert district_admin.read(path) == changed


def test_a_stale_change_of_a_scale_is_refused(district_admin: Client) -> None:
    path = f"/scales/{made(district_admin)['id']}"
    etag = district_admin.etag(path)
    assert district_admin.patch(path, {"title": "Other"}, etag=etag).status_code == 200
    stale = district_admin.patch(path, {"title": "Third"}, etag=etag)
    assert (stale.status_code, stale.json["current"]["title"]) == (412, "Other")
    without = district_admin.send("PATCH", path, json={"title": "Third"})
    assert code(without) == "precondition_required"


@pytest.mark.parametrize(
    ("levels", "pointer"),
    [
        (PASS[:1], "/levels"),
        ([{"key": f"l{n}", "title": "L"} for n in range(11)], "/levels"),
        ([PASS[0], PASS[0]], "/levels/1/key"),
        ([PASS[0], {"key": "Well Done", "title": "Done"}], "/levels/1/key"),
        ([PASS[0], {"key": "", "title": "Done"}], "/levels/1/key"),
        ([PASS[0], {"key": "done"}], "/levels/1/title"),
        ([PASS[0], {"key": "done", "title": "Done", "points": 4}], "/levels/1/points"),
        ("beginning", "/levels"),
    ],
)
def test_what_is_wrong_with_a_level_is_named(
    district_admin: Client, levels: Any, pointer: str
) -> None:
    refused = district_admin.post("/scales", {"title": "Bad", "levels": levels})
    assert (refused.status_code, pointers(refused)) == (422, {pointer})


def test_another_scale_becomes_the_default_and_the_first_one_is_retired(
    district_admin: Client, default: str
) -> None:
    refused = district_admin.act(default, "retire")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    second = f"/scales/{made(district_admin)['id']}"
    assert district_admin.act(second, "make_default").json["is_default"] is True
    assert district_admin.read(default)["is_default"] is False
    assert code(district_admin.act(second, "make_default")) == "action_repeated"
    retired = district_admin.act(default, "retire").json
    assert (retired["status"], retired["available_actions"]) == ("retired", ["restore"])
    assert code(district_admin.act(default, "make_default")) == "action_unavailable"
    listed = district_admin.read("/scales?status=active")["items"]
    assert [f"/scales/{one['id']}" for one in listed] == [second]
    assert district_admin.act(default, "restore").json["status"] == "active"


def test_a_scale_that_a_framework_uses_is_not_retired(
    database: Isolated, world: World, district_admin: Client
) -> None:
    scale = made(district_admin)
    with writing(database, world.home) as session:
        add_items(session, world.home, 1, UUID(scale["id"]))
    path = f"/scales/{scale['id']}"
    assert district_admin.read(path)["available_actions"] == ["make_default"]
    refused = district_admin.act(path, "retire")
    assert (refused.status_code, code(refused)) == (409, "scale_in_use")


@pytest.mark.usefixtures("default")
def test_a_scale_that_a_published_rubric_uses_is_not_retired(district_admin: Client) -> None:
    scale = made(district_admin)
    path = f"/scales/{scale['id']}"
    described = criterion(descriptors={"not_yet": "Not yet.", "done": "Done."})
    draft = district_admin.made("/rubrics", body(scale_id=scale["id"], criteria=[described]))
    rubric = f"/rubrics/{draft['id']}"
    assert "retire" in district_admin.read(path)["available_actions"]
    district_admin.act(rubric, "publish")
    assert code(district_admin.act(path, "retire")) == "scale_in_use"
    district_admin.act(rubric, "retire")
    assert district_admin.act(path, "retire").status_code == 200
    shown = district_admin.read(rubric)
    assert (shown["scale"]["status"], shown["scale"]["levels"][1]["key"]) == ("retired", "done")


def test_every_change_of_a_scale_is_in_the_trail(
    database: Isolated, world: World, district_admin: Client, default: str
) -> None:
    path = f"/scales/{made(district_admin)['id']}"
    district_admin.patch(path, {"title": "Other"})
    district_admin.act(path, "make_default")
    district_admin.act(default, "retire")
    district_admin.act(default, "restore")
    with writing(database, world.home) as session:
        asked = select(Event).where(Event.subject_type == "scales")
        told = {(one.type, one.actor_id) for one in session.scalars(asked)}
    admin = world.home.district_admin.id
    verbs = ("added", "edited", "made_default", "retired", "restored")
    assert told == {("scale.added", None), *((f"scale.{verb}", admin) for verb in verbs)}


@pytest.mark.both_databases
def test_of_two_scales_made_default_at_once_one_is(live: Live) -> None:
    home, admin = live.world.home, live.client.as_(live.world.home.district_admin)
    first, second = (f"/scales/{made(admin)['id']}" for _ in range(2))
    answers = at_once(
        lambda: admin.act(first, "make_default"), lambda: admin.act(second, "make_default")
    )
    assert {one.status_code for one in answers} <= {200, 409, 412, 503}
    assert 200 in {one.status_code for one in answers}
    with writing(live.database, home) as session:
        defaults = select(func.count()).where(
            Scale.district_id == home.district_id, Scale.is_default.is_(True)
        )
        assert session.scalar(defaults) == 1
