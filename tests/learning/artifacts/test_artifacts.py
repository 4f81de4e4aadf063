"""A student's work: begun as a draft, kept, changed by versions, put away."""

from typing import Any

import pytest

from plp_api.foundation.files.models import StoredFile
from plp_api.learning.artifacts import actions, versions
from plp_api.learning.artifacts.models import Artifact, ArtifactStatus
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.foundation.files import samples
from tests.learning.artifacts.conftest import Send
from tests.learning.portfolio_world import add_artifact
from tests.queries import counting
from tests.world import World, writing

POEM = {"title": "A poem", "kind": "writing"}
TEXT = {"kind": "text", "text": "Snow on the barn."}


def test_a_draft_is_begun_with_text_file_and_address(
    student: Client, path: str, send: Send
) -> None:
    picture = {"kind": "file", "upload_id": send(samples.picture()), "alt": "A barn in snow."}
    place = {"kind": "link", "url": "https://poems.example/snow", "title": "Read aloud"}
    made = student.made(path, {**POEM, "parts": [TEXT, picture, place]})
    assert (made["status"], made["number"]) == ("draft", 1)
    parts = made["newest_version"]["parts"]
    assert [part["kind"] for part in parts] == ["text", "file", "link"]
    assert parts[1]["file"]["media_type"] == "image/png"
    assert parts[1]["alt"] == "A barn in snow."
    assert student.read(f"/artifacts/{made['id']}") == made


def test_student_and_advisor_alone_read_a_draft(
    client: Client, student: Client, path: str, world: World
) -> None:
    made = student.made(path, {**POEM, "parts": [TEXT]})
    places = [f"/artifacts/{made['id']}", f"/artifact-versions/{made['newest_version']['id']}"]
    places.append(f"/artifacts/{made['id']}/versions")
    readers = {"student": 200, "advisor": 200, "co_advisor": 200, "case_manager": 200}
    readers |= dict.fromkeys(("parent", "counselor", "elo_coordinator", "school_admin"), 404)
    readers |= dict.fromkeys(("teacher", "other_advisor", "other_student", "district_admin"), 404)
    for name, status in readers.items():
        reader = client.as_(getattr(world.home, name))
        for place in places:
            assert reader.get(place).status_code == status, (name, place)


def test_words_on_a_draft_are_hidden_with_it(
    student: Client, advisor: Client, parent: Client, client: Client, path: str, world: World
) -> None:
    made = student.made(path, {**POEM, "parts": [TEXT]})
    said = advisor.made(f"/artifacts/{made['id']}/comments", {"body": "Which barn?"})
    place = f"/comments/{said['id']}"
    counselor = client.as_(world.home.counselor)
    assert student.get(place).status_code == 200
    assert {parent.get(place).status_code, counselor.get(place).status_code} == {404}
    assert counselor.read("/me/inbox?kind=comment_new")["items"] == []
    student.act(f"/artifacts/{made['id']}", "keep")
    assert {parent.get(place).status_code, counselor.get(place).status_code} == {200}


def test_what_is_kept_is_shown_to_whoever_reads_the_students_work(
    client: Client, student: Client, path: str, world: World
) -> None:
    made = student.made(path, {**POEM, "parts": [TEXT]})
    place = f"/artifacts/{made['id']}"
    assert made["available_actions"] == ["keep"]
    assert student.act(place, "keep").json["status"] == "kept"
    for name in ("parent", "counselor", "elo_coordinator", "school_admin", "advisor"):
        shown = client.as_(getattr(world.home, name)).read(place)
        assert (shown["status"], shown["available_actions"]) == ("kept", []), name


def test_a_draft_without_a_version_is_not_kept(student: Client, path: str) -> None:
    made = student.made(path, POEM)
    assert (made["newest_version"], made["available_actions"]) == (None, [])
    refused = student.act(f"/artifacts/{made['id']}", "keep")
    assert (refused.status_code, code(refused)) == (409, "artifact_empty"), refused.json["errors"]


def test_a_version_never_changes_and_the_next_keeps_its_files(
    student: Client, path: str, send: Send
) -> None:
    picture = {"kind": "file", "upload_id": send(samples.picture()), "title": "Barn"}
    picture |= {"alt": "A red barn."}
    first = student.made(path, {**POEM, "parts": [picture]})
    part = first["newest_version"]["parts"][0]
    versions = f"/artifacts/{first['id']}/versions"
    again = {"kind": "file", "part_id": part["id"], "title": "The same barn"}
    second = student.made(versions, {"words": "With words.", "parts": [again, TEXT]})
    assert second["number"] == 2
    kept = second["parts"][0]
    assert kept["file"]["id"] == part["file"]["id"]
    assert (kept["title"], kept["alt"]) == ("The same barn", "A red barn.")
    listed = student.read(versions)["items"]
    assert [one["number"] for one in listed] == [1, 2]
    assert [one["title"] for one in listed[0]["parts"]] == ["Barn"]
    assert student.read(f"/artifacts/{first['id']}")["newest_version"]["id"] == second["id"]


WRONG: dict[str, Any] = {
    "a text without words": ({"kind": "text"}, "/parts/0/text"),
    "a file without an upload": ({"kind": "file"}, "/parts/0/upload_id"),
    "a link that runs": ({"kind": "link", "url": "javascript:alert(1)"}, "/parts/0/url"),
    "a text with an address": ({**TEXT, "url": "https://a.example"}, "/parts/0/url"),
    "captions of nothing": (
        {"kind": "transcript", "text": "Hello."},
        "/parts/0/of_position",
    ),
    "a text that belongs to another": ({**TEXT, "of_position": 1}, "/parts/0/of_position"),
    "a text with an earlier file": (
        {**TEXT, "part_id": "0199b2c4-5f00-7000-8000-000000000000"},
        "/parts/0/part_id",
    ),
    "a file that is new and old": (
        {
            "kind": "file",
            "upload_id": "0199b2c4-5f00-7000-8000-000000000000",
            "part_id": "0199b2c4-5f00-7000-8000-000000000000",
        },
        "/parts/0/part_id",
    ),
    "an address of nobody": ({"kind": "link", "url": "http://[::1"}, "/parts/0/url"),
    "an address with a password": ({"kind": "link", "url": "https://a:b@c.de"}, "/parts/0/url"),
    "a language and a line": ({**TEXT, "language": "es\n"}, "/parts/0/language"),
    "another's part": (
        {"kind": "file", "part_id": "0199b2c4-5f00-7000-8000-000000000000"},
        "/parts/0/part_id",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_part_that_is_not_what_its_kind_needs_is_refused_at_its_place(
    student: Client, path: str, what: str
) -> None:
    part, pointer = WRONG[what]
    refused = student.post(path, {**POEM, "parts": [part]})
    assert (refused.status_code, pointers(refused)) == (422, {pointer})
    assert student.read(path)["items"] == []


def test_sound_has_captions_and_a_transcript(student: Client, path: str, send: Send) -> None:
    sound = {"kind": "file", "upload_id": send(samples.MP3), "alt": "The whistle."}
    words = {"kind": "transcript", "text": "I set my watch by it.", "of_position": 1}
    shown = {"kind": "captions", "upload_id": send(samples.VTT), "of_position": 1}
    made = student.made(path, {**POEM, "parts": [sound, {**words, "language": "en"}, shown]})
    first, *companions = made["newest_version"]["parts"]
    assert {one["of_part_id"] for one in companions} == {first["id"]}
    still = {"kind": "captions", "upload_id": send(b"no captions"), "of_position": 1}
    refused = student.post(path, {**POEM, "parts": [TEXT, still]})
    assert pointers(refused) == {"/parts/1/of_position"}


def test_an_upload_belongs_to_one_record(student: Client, path: str, send: Send) -> None:
    file = {"kind": "file", "upload_id": send(samples.picture())}
    student.made(path, {**POEM, "parts": [file]})
    refused = student.post(path, {**POEM, "parts": [file]})
    assert (refused.status_code, code(refused)) == (409, "upload_not_complete")
    twice = {"kind": "file", "upload_id": send(samples.picture())}
    assert pointers(student.post(path, {**POEM, "parts": [twice, twice]})) == {"/parts"}


def test_a_draft_is_deleted_with_its_files(
    student: Client, path: str, send: Send, database: Isolated, world: World
) -> None:
    file = {"kind": "file", "upload_id": send(samples.picture())}
    made = student.made(path, {**POEM, "parts": [file, TEXT]})
    assert student.delete(f"/artifacts/{made['id']}").status_code == 204
    with writing(database, world.home) as session:
        assert session.query(Artifact).count() + session.query(StoredFile).count() == 0


def test_what_was_kept_is_archived_and_stays(student: Client, parent: Client, path: str) -> None:
    made = student.made(path, {**POEM, "parts": [TEXT]})
    place = f"/artifacts/{made['id']}"
    student.act(place, "keep")
    refused = student.delete(place)
    assert (refused.status_code, code(refused)) == (409, "artifact_relied_on")
    assert student.act(place, "archive").json["available_actions"] == ["restore"]
    for answer in (
        student.patch(place, {"title": "Another"}),
        student.post(f"{place}/versions", {"parts": [TEXT]}),
    ):
        assert (answer.status_code, code(answer)) == (409, "artifact_archived")
    assert parent.read(f"{path}?status=archived")["items"] != []
    assert student.act(place, "restore").json["status"] == "kept"


def test_the_student_alone_changes_it(
    client: Client, student: Client, path: str, world: World
) -> None:
    made = student.made(path, {**POEM, "parts": [TEXT]})
    place = f"/artifacts/{made['id']}"
    student.act(place, "keep")
    for name in ("parent", "advisor", "counselor", "school_admin"):
        other = client.as_(getattr(world.home, name))
        assert other.patch(place, {"title": "Mine"}).status_code == 403, name
        assert other.post(f"{place}/versions", {"parts": [TEXT]}).status_code == 403, name


def test_staff_record_work_for_a_student_as_the_students_draft(
    client: Client, student: Client, path: str, world: World, send: Send
) -> None:
    place = path.replace("artifacts", "recorded-artifacts")
    teacher = client.as_(world.home.teacher)
    bench = {"kind": "file", "upload_id": send(samples.picture(), by=teacher)}
    made = teacher.made(place, {"title": "A bench", "kind": "project", "parts": [bench]})
    assert (made["status"], made["recorded_by"]) == ("draft", str(world.home.teacher.id))
    assert teacher.get(f"/artifacts/{made['id']}").status_code == 404
    assert student.read(f"{path}?is_recorded=true")["items"][0]["id"] == made["id"]
    assert student.delete(f"/artifacts/{made['id']}").status_code == 204
    for name, status in {"parent": 403, "counselor": 403, "other_advisor": 404}.items():
        answer = client.as_(getattr(world.home, name)).post(place, POEM)
        assert answer.status_code == status, name


def test_a_student_has_at_most_so_many(
    student: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_ARTIFACTS", 1)
    student.made(path, POEM)
    refused = student.post(path, POEM)
    assert (refused.status_code, code(refused)) == (409, "artifacts_full")


def test_fifty_take_as_many_statements_as_one(
    student: Client, path: str, database: Isolated, world: World
) -> None:
    with writing(database, world.home) as session:
        add_artifact(session, world.home)
    with counting(database) as one:
        student.read(path)
    with writing(database, world.home) as session:
        for number in range(49):
            add_artifact(session, world.home, title=f"Piece {number}")
    with counting(database) as fifty:
        assert len(student.read(path)["items"]) == 50
    assert fifty.count == one.count, fifty.statements


def test_it_is_found_by_words_kind_and_state(
    student: Client, path: str, database: Isolated, world: World
) -> None:
    with writing(database, world.home) as session:
        add_artifact(session, world.home, title="Thaw", kind="art")
        add_artifact(session, world.home, status=ArtifactStatus.DRAFT)
    assert [one["title"] for one in student.read(f"{path}?q=thaw")["items"]] == ["Thaw"]
    assert [one["title"] for one in student.read(f"{path}?kind=art")["items"]] == ["Thaw"]
    assert [one["title"] for one in student.read(f"{path}?status=draft")["items"]] == ["A poem"]


def test_what_is_said_of_it_changes_and_the_work_does_not(student: Client, path: str) -> None:
    made = student.made(path, {**POEM, "parts": [TEXT]})
    place = f"/artifacts/{made['id']}"
    said = {"title": "Thaw", "kind": "art", "description": "Ink.", "made_on": "2026-03-01"}
    changed = student.patch(place, said).json
    assert {name: changed[name] for name in said} == said
    assert changed["newest_version"] == made["newest_version"]
    assert changed["version"] > made["version"]


def test_a_version_needs_its_artifact_to_have_room(
    student: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MOST_VERSIONS", 1)
    made = student.made(path, {**POEM, "parts": [TEXT]})
    refused = student.post(f"/artifacts/{made['id']}/versions", {"parts": [TEXT]})
    assert (refused.status_code, code(refused)) == (409, "artifact_parts_full")


def test_captions_belong_to_sound_or_film(student: Client, path: str, send: Send) -> None:
    shown = {"kind": "captions", "upload_id": send(samples.VTT), "of_position": 1}
    refused = student.post(path, {**POEM, "parts": [TEXT, shown]})
    assert pointers(refused) == {"/parts/1/of_position"}
    sound = {"kind": "file", "upload_id": send(samples.MP3)}
    plain = {"kind": "captions", "upload_id": send(b"no captions"), "of_position": 1}
    refused = student.post(path, {**POEM, "parts": [sound, plain]})
    assert pointers(refused) == {"/parts/1/upload_id"}


def test_a_draft_of_which_somebody_spoke_is_not_deleted(
    student: Client, advisor: Client, path: str
) -> None:
    made = student.made(path, {**POEM, "parts": [TEXT]})
    advisor.made(f"/artifacts/{made['id']}/comments", {"body": "Which barn?"})
    refused = student.delete(f"/artifacts/{made['id']}")
    assert (refused.status_code, code(refused)) == (409, "artifact_relied_on")
