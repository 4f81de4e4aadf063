"""A school admin takes a showcase down with a reason, and the student cannot undo that."""

from typing import Any
from uuid import UUID

import pytest

from plp_api.foundation import db
from plp_api.foundation.audit.models import Event
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.roster.relationships import RelationshipKind
from plp_api.learning.artifacts.models import ArtifactGroup
from plp_api.learning.showcases import actions
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.portfolio_world import Work, add_artifact
from tests.learning.showcases.conftest import Kept, put_in, titles
from tests.world import Place, Pupil, World, relate, writing

REASON = "A classmate who did not agree is in the picture."


@pytest.fixture
def poem(student: Client, kept: Kept, path: str) -> Work:
    """A work in the showcase."""
    work = kept("A poem")
    put_in(student, path, work)
    return work


def another(student: Client, world: World) -> str:
    made = student.made(f"/students/{world.home.student.id}/showcases", {"title": "My year"})
    return f"/showcases/{made['id']}"


def test_student_and_parent_read_why_and_nothing_is_shown(
    admin: Client, student: Client, parent: Client, path: str, poem: Work, world: World
) -> None:
    assert admin.read(path)["available_actions"] == ["take_down"]
    answer = admin.act(path, "take_down", reason=REASON)
    assert answer.json["status"] == "taken_down"
    for reader in (student, parent):
        shown = reader.read(path)
        assert shown["take_down_reason"] == REASON
        assert shown["taken_down_by"] == str(world.home.school_admin.id)
        assert shown["available_actions"] == []
        assert reader.read(f"{path}/preview")["sections"] == []


def test_it_needs_a_reason_and_the_schools_admin(
    client: Client, admin: Client, student: Client, path: str, poem: Work, world: World
) -> None:
    assert pointers(admin.act(path, "take_down")) == {"/reason"}
    for name in ("student", "parent", "advisor", "counselor"):
        refused = client.as_(getattr(world.home, name)).act(path, "take_down", reason=REASON)
        assert (refused.status_code, code(refused)) == (403, "permission_denied"), name
    other = client.as_(world.home.other_school_admin)
    assert other.act(path, "take_down", reason=REASON).status_code == 404
    assert student.read(path)["status"] == "active"


def test_no_admin_takes_down_their_own_childs(
    admin: Client, path: str, poem: Work, world: World, database: Isolated
) -> None:
    home = world.home
    with writing(database, home) as session:
        relate(session, home, home.school_admin, home.student, RelationshipKind.PARENT)
    refused = admin.act(path, "take_down", reason=REASON)
    assert refused.status_code in (403, 404, 409)


def test_nothing_of_it_changes_any_more(
    admin: Client, student: Client, path: str, poem: Work, kept: Kept
) -> None:
    section = student.made(f"{path}/sections", {"title": "In the field"})
    (item,) = student.read(f"{path}/items")["items"]
    admin.act(path, "take_down", reason=REASON)
    order = {
        "before_sections": [item["id"]],
        "sections": [{"section_id": section["id"], "item_ids": []}],
    }
    place, heading = f"/showcase-items/{item['id']}", f"/showcase-sections/{section['id']}"
    for refused in (
        student.patch(path, {"title": "Again"}),
        student.delete(path),
        student.post(f"{path}/sections", {"title": "More"}),
        student.patch(heading, {"title": "More"}),
        student.delete(heading),
        student.post(f"{path}/items", {"artifact_id": str(kept().id)}),
        student.patch(place, {"words": "More."}),
        student.delete(place),
        student.send("PUT", f"{path}/order", json=order, headers={"If-Match": student.etag(path)}),
    ):
        assert (refused.status_code, code(refused)) == (409, "showcase_taken_down")
    for action in ("archive", "restore"):
        refused = student.act(path, action)
        assert (refused.status_code, code(refused)) == (409, "action_unavailable")


def test_its_works_are_shown_in_no_other_showcase(
    admin: Client, student: Client, path: str, poem: Work, kept: Kept, world: World
) -> None:
    before = another(student, world)
    item = put_in(student, before, poem)
    put_in(student, before, kept("A song"))
    admin.act(path, "take_down", reason=REASON)
    shown = student.read(f"{before}/preview")
    assert titles(student, before) == [["A song"]]
    assert shown["left_out"] == [item["id"]]
    after = another(student, world)
    refused = student.post(f"{after}/items", {"artifact_id": str(poem.id)})
    assert (refused.status_code, code(refused)) == (409, "showcase_taken_down")
    student.made(f"{poem.path}/versions", {"parts": [{"kind": "text", "text": "Again."}]})
    again = student.post(f"{after}/items", {"artifact_id": str(poem.id)})
    assert code(again) == "showcase_taken_down"


def with_file(session: Any, place: Place, maker: Pupil, digit: str, **columns: Any) -> Work:
    """A work of the maker with a file that has this SHA-256."""
    file = StoredFile(
        id=db.new_id(),
        district_id=place.district_id,
        student_id=maker.id,
        name=f"k{db.new_id()}",
        media_type="image/png",
        size=1,
        sha256=digit * 64,
        uploaded_by=maker.id,
    )
    session.add(file)
    session.flush()
    part = {"kind": "file", "file_id": file.id}
    return add_artifact(session, place, maker, part=part, **columns)


def test_the_same_file_in_another_artifact_is_shown_nowhere_either(
    admin: Client, student: Client, path: str, world: World, database: Isolated
) -> None:
    home = world.home
    with writing(database, home) as session:
        shown, copy, other = (with_file(session, home, home.student, digit) for digit in "aab")
    put_in(student, path, shown)
    admin.act(path, "take_down", reason=REASON)
    place = another(student, world)
    refused = student.post(f"{place}/items", {"artifact_id": str(copy.id)})
    assert code(refused) == "showcase_taken_down"
    put_in(student, place, other)
    (section,) = titles(student, place)
    assert len(section) == 1


@pytest.mark.parametrize("leaves", [False, True])
def test_the_picture_of_a_group_is_shown_by_no_other_maker_either(
    client: Client,
    admin: Client,
    student: Client,
    path: str,
    world: World,
    database: Isolated,
    *,
    leaves: bool,
) -> None:
    home = world.home
    with writing(database, home) as session:
        group = ArtifactGroup(
            id=db.new_id(), district_id=home.district_id, founded_by=home.student.id
        )
        session.add(group)
        session.flush()
        own, theirs = (
            with_file(session, home, maker, "a", group_id=group.id, title="Our picture")
            for maker in (home.student, home.senior)
        )
        alone = with_file(session, home, home.senior, "b", title="A song")
    put_in(student, path, own)
    senior = client.as_(home.senior)
    made = senior.made(f"/students/{home.senior.id}/showcases", {"title": "Mine"})
    place = f"/showcases/{made['id']}"
    for work in (theirs, alone):
        put_in(senior, place, work)
    assert titles(senior, place) == [["Our picture", "A song"]]
    if leaves:
        senior.act(theirs.path, "leave_group")
    admin.act(path, "take_down", reason=REASON)
    assert titles(senior, place) == [["A song"]]
    again = senior.made(f"/students/{home.senior.id}/showcases", {"title": "Again"})
    refused = senior.post(f"/showcases/{again['id']}/items", {"artifact_id": str(theirs.id)})
    assert (refused.status_code, code(refused)) == (409, "showcase_taken_down")
    admin.act(path, "put_back")
    assert titles(senior, place) == [["Our picture", "A song"]]


def test_what_another_district_took_down_bars_nothing_here(
    client: Client, student: Client, path: str, world: World, database: Isolated
) -> None:
    home, away = world.home, world.away
    with writing(database, home, away) as session:
        own = with_file(session, home, home.student, "a")
        theirs = with_file(session, away, away.student, "a")
    other = client.as_(away.student)
    made = other.made(f"/students/{away.student.id}/showcases", {"title": "Theirs"})
    place = f"/showcases/{made['id']}"
    put_in(other, place, theirs)
    put_in(student, path, own)
    client.as_(away.school_admin).act(place, "take_down", reason=REASON)
    assert titles(student, path) == [["A poem"]]


def test_the_works_that_are_the_reason_may_be_named(
    admin: Client, student: Client, path: str, poem: Work, kept: Kept, world: World
) -> None:
    song = kept("A song")
    put_in(student, path, song)
    refused = admin.act(path, "take_down", reason=REASON, artifact_ids=[str(kept().id)])
    assert pointers(refused) == {"/artifact_ids"}
    admin.act(path, "take_down", reason=REASON, artifact_ids=[str(poem.id)])
    barred = {item["artifact_id"]: item["is_barred"] for item in _items(student, path)}
    assert barred == {str(poem.id): True, str(song.id): False}
    place = another(student, world)
    put_in(student, place, song)
    assert titles(student, place) == [["A song"]]
    assert code(student.post(f"{place}/items", {"artifact_id": str(poem.id)})) == (
        "showcase_taken_down"
    )


def _items(by: Client, path: str) -> Any:
    return by.read(f"{path}/items")["items"]


def test_the_admin_puts_it_back_and_the_student_restores_it(
    admin: Client, student: Client, path: str, poem: Work
) -> None:
    admin.act(path, "take_down", reason=REASON)
    back = admin.act(path, "put_back").json
    assert (back["status"], back["take_down_reason"], back["taken_down_by"]) == (
        "archived",
        "",
        None,
    )
    assert student.act(path, "restore").json["status"] == "active"
    assert titles(student, path) == [["A poem"]]


def test_areas_above_are_told_and_the_event_holds_no_reason(
    admin: Client,
    path: str,
    poem: Work,
    world: World,
    database: Isolated,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(
        actions, "ON_TAKEN_DOWN", [lambda showcase, by: told.append((showcase.id, by))]
    )
    admin.act(path, "take_down", reason=REASON)
    assert told == [(UUID(path.rsplit("/", 1)[-1]), world.home.school_admin.id)]
    with writing(database, world.home) as session:
        (event,) = session.query(Event).filter_by(type="showcase.taken_down")
        assert event.payload == {"works": 1}
