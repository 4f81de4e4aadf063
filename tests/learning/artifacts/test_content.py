"""The file of a part: in ranges, never run, to whoever reads the work."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator

import pytest

from plp_api.foundation import settings as settings_module
from plp_api.foundation.files import storage, thumbnails
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job
from plp_api.server.app import Application
from tests.client import Client, code
from tests.databases import Isolated
from tests.foundation.files import samples
from tests.learning.artifacts.conftest import Send
from tests.world import World, writing

TEXT = b"Snow, and more snow."


@pytest.fixture(autouse=True)
def used_settings(app: Application) -> Iterator[None]:
    with settings_module.using(app.settings):
        yield


def part_of(student: Client, path: str, upload_id: str) -> str:
    parts = [{"kind": "file", "upload_id": upload_id}]
    made = student.made(path, {"title": "Snow", "kind": "photo", "parts": parts})
    student.act(f"/artifacts/{made['id']}", "keep")
    return f"/artifact-parts/{made['newest_version']['parts'][0]['id']}"


def test_a_file_comes_whole_with_its_hash_and_runs_nothing(
    student: Client, parent: Client, path: str, send: Send
) -> None:
    place = part_of(student, path, send(TEXT, "my poem žofie.txt"))
    answer = parent.get(f"{place}/content")
    assert answer.data == TEXT
    headers = answer.headers
    assert headers["Content-Type"].startswith("text/plain")
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''my%20poem%20%C5%BEofie.txt" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    digest = hashlib.sha256(TEXT).digest()
    assert headers["Repr-Digest"] == f"sha-256=:{b64encode(digest).decode()}:"


def test_a_picture_is_shown_in_a_page(student: Client, path: str, send: Send) -> None:
    place = part_of(student, path, send(samples.picture(), "evil.html"))
    answer = student.get(f"{place}/content")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith('inline; filename="evil.png"')


def test_a_range_comes_alone(student: Client, path: str, send: Send) -> None:
    place = f"{part_of(student, path, send(TEXT))}/content"
    answer = student.get(place, headers={"Range": "bytes=6-8"})
    assert (answer.status_code, answer.data) == (206, TEXT[6:9])
    assert answer.headers["Content-Range"] == f"bytes 6-8/{len(TEXT)}"
    refused = student.get(place, headers={"Range": "bytes=900-"})
    assert (refused.status_code, code(refused)) == (416, "range_unsatisfiable")
    assert refused.headers["Content-Range"] == f"bytes */{len(TEXT)}"


# What is asked for, and what comes of TEXT; nothing: all of it.
RANGES = {
    "bytes=6-8": TEXT[6:9],
    "bytes=6-": TEXT[6:],
    "bytes=6-900": TEXT[6:],
    "bytes=0-": TEXT,
    "bytes=-3": TEXT[-3:],
    "bytes=-900": TEXT,
    "Bytes = 6-8": TEXT[6:9],
    "lines=1-2": None,
    "bytes=8-6": None,
    "bytes=a-b": None,
    "bytes": None,
    "bytes=0-1,4-5": None,
}


@pytest.mark.parametrize("asked", RANGES)
def test_a_range_that_is_no_single_one_of_bytes_is_ignored(
    student: Client, path: str, send: Send, asked: str
) -> None:
    place = f"{part_of(student, path, send(TEXT))}/content"
    answer = student.get(place, headers={"Range": asked})
    part = RANGES[asked]
    whole = (200, TEXT)
    assert (answer.status_code, answer.data) == (whole if part is None else (206, part))
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("given", ['"another"', "Sat, 28 Nov 2026 00:00:00 GMT"])
@pytest.mark.parametrize("asked", ["bytes=6-8", "bytes=900-"])
def test_a_range_of_other_content_brings_the_whole(
    student: Client, path: str, send: Send, asked: str, given: str
) -> None:
    place = f"{part_of(student, path, send(TEXT))}/content"
    answer = student.get(place, headers={"Range": asked, "If-Range": given})
    assert (answer.status_code, answer.data) == (200, TEXT)


def test_a_head_tells_of_the_whole(student: Client, path: str, send: Send) -> None:
    place = f"{part_of(student, path, send(TEXT))}/content"
    answer = student.send("HEAD", place, headers={"Range": "bytes=6-8"})
    assert (answer.status_code, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(TEXT)


def test_who_does_not_read_the_work_does_not_get_its_file(
    client: Client, student: Client, path: str, send: Send, world: World
) -> None:
    place = part_of(student, path, send(TEXT))
    for name in ("other_student", "other_advisor", "denied_parent", "registrar"):
        for leaf in ("content", "thumbnail"):
            answer = client.as_(getattr(world.home, name)).get(f"{place}/{leaf}")
            assert answer.status_code == 404, (name, leaf)


def test_a_text_has_no_file(student: Client, path: str) -> None:
    parts = [{"kind": "text", "text": "Snow."}]
    made = student.made(path, {"title": "Snow", "kind": "writing", "parts": parts})
    place = f"/artifact-parts/{made['newest_version']['parts'][0]['id']}"
    for leaf in ("content", "thumbnail"):
        assert student.get(f"{place}/{leaf}").status_code == 404


def test_a_lost_or_infected_file_says_so(
    student: Client, path: str, send: Send, database: Isolated, world: World
) -> None:
    place = f"{part_of(student, path, send(TEXT))}/content"
    with writing(database, world.home) as session:
        file = session.query(StoredFile).one()
        file.virus_check = "infected"
    assert code(student.get(place)) == "file_quarantined"
    with writing(database, world.home) as session:
        file = session.query(StoredFile).one()
        file.virus_check = "clean"
        storage.remove(file.name)
    assert code(student.get(place)) == "file_lost"


def test_a_job_makes_a_small_picture(
    student: Client, path: str, send: Send, database: Isolated, world: World
) -> None:
    place = part_of(student, path, send(samples.picture(size=(1200, 900))))
    assert student.get(f"{place}/thumbnail").status_code == 404
    with database.transaction() as session:
        job_id = session.query(Job).filter_by(kind=thumbnails.KIND).one().id
    with settings_module.using(settings_module.current()):
        from plp_api.foundation import db

        with db.using(database):
            assert jobs.KINDS[thumbnails.KIND].run(job_id, lambda _: None) == {"made": True}
            assert jobs.KINDS[thumbnails.KIND].run(job_id, lambda _: None) == {"made": False}
    answer = student.get(f"{place}/thumbnail")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert student.read("/uploads")["items"][0]["file"]["has_thumbnail"] is True
