"""A student arranges chosen work: sections, order, cover, name, and what stands beside it."""

from typing import Any
from uuid import UUID

import pytest

from plp_api.foundation import clock, db
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.roster.models import Person
from plp_api.learning.artifacts.models import Artifact
from plp_api.learning.sharing.models import ShareLink
from plp_api.learning.showcases import contents
from plp_api.learning.showcases.models import Showcase
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.portfolio_world import add_artifact
from tests.learning.showcases.conftest import Kept, put_in, titles
from tests.queries import counting
from tests.world import World, writing


def picture(session: Any, world: World, **columns: Any) -> dict[str, Any]:
    """A part that is a picture without words, as a row of a file."""
    own = {"district_id": world.home.district_id, "student_id": world.home.student.id}
    file = StoredFile(
        id=db.new_id(),
        **own,
        **{
            "name": f"k{db.new_id()}",
            "media_type": "image/png",
            "size": 1,
            "sha256": "a" * 64,
            "uploaded_by": world.home.student.id,
            **columns,
        },
    )
    session.add(file)
    session.flush()
    return {"kind": "file", "file_id": file.id}


def test_a_showcase_is_begun_and_shown_under_the_family_name(
    student: Client, world: World, path: str
) -> None:
    shown = student.read(path)
    assert (shown["status"], shown["name_shown"], shown["language"]) == ("active", "family", "en")
    assert shown["available_actions"] == ["archive"]
    (listed,) = student.read(f"/students/{world.home.student.id}/showcases")["items"]
    assert listed["id"] == shown["id"]
    assert student.read("/showcases?status=active")["items"][0]["id"] == shown["id"]


@pytest.mark.parametrize("name", ["parent", "advisor", "school_admin", "teacher"])
def test_nobody_else_arranges_it(client: Client, world: World, path: str, name: str) -> None:
    other = client.as_(getattr(world.home, name))
    place = f"/students/{world.home.student.id}/showcases"
    assert other.post(place, {"title": "Mine"}).status_code in (403, 404)
    assert other.patch(path, {"title": "Mine"}, etag='"1"').status_code in (403, 404)
    assert other.post(f"{path}/sections", {"title": "Mine"}).status_code in (403, 404)


def test_works_are_shown_in_the_order_set_in_one_call(
    student: Client, kept: Kept, path: str
) -> None:
    first, second, third = (put_in(student, path, kept(title)) for title in ("One", "Two", "Three"))
    section = student.made(f"{path}/sections", {"title": "In the field", "words": "Cold."})
    assert titles(student, path) == [["One", "Two", "Three"], []]
    other = student.made(f"{path}/sections", {"title": "At home"})
    order = {
        "before_sections": [third["id"]],
        "sections": [
            {"section_id": other["id"], "item_ids": [second["id"], first["id"]]},
            {"section_id": section["id"], "item_ids": []},
        ],
    }
    answer = student.send(
        "PUT", f"{path}/order", json=order, headers={"If-Match": student.etag(path)}
    )
    assert answer.status_code == 200, answer.json
    shown = student.read(f"{path}/preview")["sections"]
    assert [part["title"] for part in shown] == ["", "At home", "In the field"]
    assert titles(student, path) == [["Three"], ["Two", "One"], []]
    listed = student.read(f"{path}/items")["items"]
    assert [item["id"] for item in listed] == [third["id"], second["id"], first["id"]]


def test_an_order_names_everything_exactly_once(student: Client, kept: Kept, path: str) -> None:
    item = put_in(student, path, kept())
    section = student.made(f"{path}/sections", {"title": "In the field"})
    whole = [{"section_id": section["id"], "item_ids": [item["id"]]}]
    for order, pointer in (
        ({"sections": []}, "/sections"),
        ({"sections": [{**whole[0], "item_ids": []}]}, "/before_sections"),
        ({"sections": whole, "before_sections": [item["id"]]}, "/before_sections"),
        ({"sections": [*whole, {**whole[0], "item_ids": []}]}, "/sections"),
        ({"sections": whole, "before_sections": [str(db.new_id())]}, "/before_sections"),
    ):
        headers = {"If-Match": student.etag(path)}
        refused = student.send("PUT", f"{path}/order", json=order, headers=headers)
        assert (refused.status_code, pointers(refused)) == (422, {pointer}), order
    stale = student.send(
        "PUT", f"{path}/order", json={"sections": whole}, headers={"If-Match": '"1"'}
    )
    assert (stale.status_code, code(stale)) == (412, "version_stale")


def test_works_of_a_removed_section_stay_before_all_sections(
    student: Client, kept: Kept, path: str
) -> None:
    section = student.made(f"{path}/sections", {"title": "In the field"})
    place = f"/showcase-sections/{section['id']}"
    changed = student.patch(place, {"words": "Cold."})
    assert changed.json["words"] == "Cold."
    put_in(student, path, kept("One"), section_id=section["id"])
    put_in(student, path, kept("Two"))
    assert student.delete(place).status_code == 204
    assert titles(student, path) == [["Two", "One"]]


def test_a_draft_an_archived_and_anothers_work_are_refused(
    student: Client, kept: Kept, path: str, world: World
) -> None:
    for work, status, answered in (
        (kept(status="draft"), 409, "artifact_is_draft"),
        (kept(status="archived"), 409, "artifact_archived"),
        (kept(student=world.home.senior), 422, "validation_failed"),
    ):
        refused = student.post(f"{path}/items", {"artifact_id": str(work.id)})
        assert (refused.status_code, code(refused)) == (status, answered)
    other = kept()
    refused = student.post(
        f"{path}/items", {"artifact_id": str(kept().id), "version_id": str(other.version_id)}
    )
    assert pointers(refused) == {"/version_id"}


def test_a_version_stands_in_a_showcase_once(student: Client, kept: Kept, path: str) -> None:
    work = kept()
    item = put_in(student, path, work)
    again = student.post(f"{path}/items", {"artifact_id": str(work.id)})
    assert (again.status_code, code(again)) == (409, "showcase_item_exists")
    assert again.json["existing"]["id"] == item["id"]


def test_what_was_chosen_is_shown_though_the_work_goes_on(
    student: Client, kept: Kept, path: str
) -> None:
    work = kept()
    item = put_in(student, path, work)
    newer = student.made(
        f"{work.path}/versions", {"parts": [{"kind": "text", "text": "Snow, again."}]}
    )

    def text() -> str:
        (section,) = student.read(f"{path}/preview")["sections"]
        return str(section["works"][0]["parts"][0]["text"])

    assert text() == "Snow on the barn."
    place = f"/showcase-items/{item['id']}"
    changed = student.patch(place, {"version_id": newer["id"], "words": "Twice."})
    assert (changed.json["version_id"], changed.json["words"]) == (newer["id"], "Twice.")
    assert text() == "Snow, again."


def test_an_archived_work_is_left_out_until_it_is_restored(
    student: Client, kept: Kept, path: str
) -> None:
    work = kept()
    item = put_in(student, path, work)
    student.act(work.path, "archive")
    shown = student.read(f"{path}/preview")
    assert (shown["sections"], shown["left_out"]) == ([], [item["id"]])
    student.act(work.path, "restore")
    assert titles(student, path) == [["A poem"]]


def test_a_draft_that_stands_in_a_showcase_is_neither_shown_nor_deleted(
    student: Client, kept: Kept, path: str, world: World, database: Isolated
) -> None:
    work = kept()
    put_in(student, path, work)
    with writing(database, world.home) as session:
        session.get(Artifact, work.id).status = "draft"
    assert student.read(f"{path}/preview")["sections"] == []
    refused = student.delete(work.path)
    assert refused.status_code == 409
    assert student.read(work.path)["id"] == str(work.id)


def test_a_reflection_stands_beside_the_work_only_where_the_student_says(
    student: Client, kept: Kept, path: str
) -> None:
    work = kept()
    answers = [{"key": "what", "question": "What did you make?", "text": "A poem."}]
    item = put_in(student, path, work)
    student.made(f"{work.path}/reflections", {"answers": answers})

    def shown() -> Any:
        (section,) = student.read(f"{path}/preview")["sections"]
        return section["works"][0]["answers"]

    assert shown() == []
    student.patch(f"/showcase-items/{item['id']}", {"shows_reflection": True})
    assert shown() == answers
    student.made(f"{work.path}/versions", {"parts": [{"kind": "text", "text": "More."}]})
    later = [{**answers[0], "text": "About the second version."}]
    student.made(f"{work.path}/reflections", {"answers": later})
    assert shown() == answers


def test_a_cover_is_a_picture_of_a_work_in_it_with_words(
    student: Client, path: str, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        painted = add_artifact(session, world.home, part=picture(session, world))
        written = add_artifact(session, world.home)
    cover = {"cover_part_id": str(painted.part_id)}
    assert pointers(student.patch(path, cover)) == {"/cover_part_id"}
    item = put_in(student, path, painted)
    put_in(student, path, written)
    text = student.patch(path, {"cover_part_id": str(written.part_id)})
    assert pointers(text) == {"/cover_part_id"}
    assert pointers(student.patch(path, cover)) == {"/cover_alt"}
    assert student.patch(path, {**cover, "cover_alt": "A barn."}).status_code == 200
    shown = student.read(f"{path}/preview")
    assert shown["cover"] == {"part_id": str(painted.part_id), "alt": "A barn."}
    student.act(painted.path, "archive")
    assert student.read(f"{path}/preview")["cover"] is None
    student.delete(f"/showcase-items/{item['id']}")
    assert student.read(path)["cover_part_id"] is None


@pytest.mark.parametrize(
    ("choice", "name"), [("family", "Given Name"), ("school", "Zed Name"), ("none", None)]
)
def test_the_preview_shows_the_very_name_and_never_to_a_parent(
    student: Client,
    client: Client,
    parent: Client,
    world: World,
    path: str,
    database: Isolated,
    choice: str,
    name: str | None,
) -> None:
    with writing(database, world.home) as session:
        row = session.get(Person, world.home.student.id)
        row.given_name, row.family_name = "Given", "Name"
        row.preferred_given_name, row.family_uses_preferred = "Zed", False
    student.patch(path, {"name_shown": choice})
    advisor = client.as_(world.home.advisor)
    assert student.read(f"{path}/preview")["shown_name"] == name
    assert "shown_name" not in advisor.read(f"{path}/preview")
    for reader in (student, advisor):
        assert reader.read(path)["name_shown"] == choice
    for place in (path, f"{path}/preview", f"/students/{world.home.student.id}/showcases"):
        answer = parent.get(place)
        assert answer.status_code == 200
        assert "Zed" not in answer.text
        assert "name_shown" not in answer.text
        assert "shown_name" not in answer.text


def test_it_is_put_away_taken_up_again_and_deleted(student: Client, kept: Kept, path: str) -> None:
    work = kept()
    put_in(student, path, work)
    student.made(f"{path}/sections", {"title": "In the field"})
    assert student.act(path, "archive").json["status"] == "archived"
    assert student.act(path, "restore").json["status"] == "active"
    assert student.delete(path).status_code == 204
    assert student.get(path).status_code == 404
    assert student.read(work.path)["status"] == "kept"


def test_one_that_was_shown_by_a_link_is_not_deleted(
    student: Client, path: str, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        session.add(
            ShareLink(
                district_id=world.home.district_id,
                student_id=world.home.student.id,
                identity_check="none",
                expires_at=clock.now(),
                token_sha256="x" * 64,
                issued_by=world.home.student.id,
                showcase_id=UUID(path.rsplit("/", 1)[-1]),
                name_shown="family",
            )
        )
    refused = student.delete(path)
    assert (refused.status_code, code(refused)) == (409, "record_in_use")
    assert student.get(path).status_code == 200


def test_a_longer_showcase_asks_no_more_of_the_database(
    student: Client, kept: Kept, path: str, world: World, database: Isolated
) -> None:
    key = UUID(path.rsplit("/", 1)[-1])

    def asked() -> int:
        with writing(database, world.home) as session, counting(database) as queries:
            shown = contents.of(session.get(Showcase, key))
            assert [len(work.version.parts) for work in shown.works]
        return len(queries)

    put_in(student, path, kept(), shows_reflection=True, shows_review=True)
    before = asked()
    for _ in range(4):
        put_in(student, path, kept(), shows_reflection=True, shows_review=True)
    assert asked() == before


def test_limits_hold(
    student: Client, path: str, kept: Kept, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    monkeypatch.setattr("plp_api.learning.showcases.actions.MOST_SHOWCASES", 1)
    monkeypatch.setattr("plp_api.learning.showcases.actions.MOST_SECTIONS", 0)
    monkeypatch.setattr("plp_api.learning.showcases.items.MOST_ITEMS", 0)
    place = f"/students/{world.home.student.id}/showcases"
    for answer in (
        student.post(place, {"title": "Another"}),
        student.post(f"{path}/sections", {"title": "In the field"}),
        student.post(f"{path}/items", {"artifact_id": str(kept().id)}),
    ):
        assert (answer.status_code, code(answer)) == (409, "showcases_full")
