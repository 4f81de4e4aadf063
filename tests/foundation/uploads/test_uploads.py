"""Files on their way: whole in one request, or chunk by chunk over a line that breaks."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from plp_api.foundation import clock
from plp_api.foundation import settings as settings_module
from plp_api.foundation.access.rows import Access
from plp_api.foundation.files import storage
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.models import District, Student
from plp_api.foundation.uploads import actions, upkeep
from plp_api.foundation.uploads.models import CHUNK_SIZE, Upload, UploadChunk
from plp_api.server.app import Application
from tests.client import Client, Response, code
from tests.databases import Isolated
from tests.foundation.access.asking import access_of
from tests.foundation.files import samples
from tests.world import World, writing

TEXT = b"Snow on the barn roof.\n" * 400_000
"""9.2 MB: two chunks."""
HASH = hashlib.sha256(TEXT).hexdigest()


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def path(world: World) -> str:
    return f"/students/{world.home.student.id}/uploads"


def announced(student: Client, path: str, **fields: Any) -> Any:
    return student.made(path, {"filename": "poem.txt", "size": len(TEXT), **fields})


def put(client: Client, upload: Any, number: int, content: bytes, **headers: str) -> Response:
    address = f"/uploads/{upload['id']}/chunks/{number}"
    told = {"Content-Type": "application/octet-stream", **headers}
    return client.send("PUT", address, data=content, headers=told)


def digest(content: bytes) -> str:
    return f"sha-256=:{b64encode(hashlib.sha256(content).digest()).decode()}:"


def sent(client: Client, path: str, content: bytes, name: str = "poem.txt") -> Response:
    return client.post(f"{path}/files", data={"file": (BytesIO(content), name)})


def test_a_small_file_takes_one_request(student: Client, path: str) -> None:
    upload = sent(student, path, b"A poem.").json
    assert upload["status"] == "complete"
    assert upload["file"]["media_type"] == "text/plain"
    assert upload["file"]["sha256"] == hashlib.sha256(b"A poem.").hexdigest()
    assert student.read(f"/uploads/{upload['id']}") == upload


def test_a_large_file_comes_in_chunks_in_any_order(student: Client, path: str) -> None:
    upload = announced(student, path, sha256=HASH)
    assert (upload["chunk_count"], upload["received_chunks"]) == (2, [])
    second = TEXT[CHUNK_SIZE:]
    assert put(student, upload, 2, second, **{"Content-Digest": digest(second)}).status_code == 200
    assert put(student, upload, 1, TEXT[:CHUNK_SIZE]).json["received_chunks"] == [1, 2]
    done = student.act(f"/uploads/{upload['id']}", "complete").json
    assert (done["status"], done["file"]["sha256"]) == ("complete", HASH)


def test_a_chunk_sent_again_changes_nothing_and_another_replaces_it(
    student: Client, path: str, app: Application
) -> None:
    upload = announced(student, path, sha256=HASH)
    put(student, upload, 1, b"x" * CHUNK_SIZE)
    for _ in range(2):
        assert put(student, upload, 1, TEXT[:CHUNK_SIZE]).json["received_chunks"] == [1]
    put(student, upload, 2, TEXT[CHUNK_SIZE:])
    assert student.act(f"/uploads/{upload['id']}", "complete").status_code == 200
    chunks = app.settings.data_dir / "files" / "chunks"
    assert [one for one in chunks.rglob("*") if one.is_file()] == []


def test_what_a_line_altered_is_refused(student: Client, path: str) -> None:
    upload = announced(student, path)
    told = {"Content-Digest": digest(TEXT[:CHUNK_SIZE])}
    altered = b"y" + TEXT[1:CHUNK_SIZE]
    refused = put(student, upload, 1, altered, **told)
    assert (refused.status_code, code(refused)) == (422, "upload_mismatch")
    assert student.read(f"/uploads/{upload['id']}")["received_chunks"] == []
    odd = put(student, upload, 1, altered, **{"Content-Digest": "md5=:AAAA:"})
    assert code(odd) == "request_malformed"


def test_a_whole_that_is_not_what_was_announced_is_refused(student: Client, path: str) -> None:
    upload = announced(student, path, sha256="0" * 64)
    put(student, upload, 1, TEXT[:CHUNK_SIZE])
    put(student, upload, 2, TEXT[CHUNK_SIZE:])
    refused = student.act(f"/uploads/{upload['id']}", "complete")
    assert (refused.status_code, code(refused)) == (422, "upload_mismatch")
    assert student.read(f"/uploads/{upload['id']}")["status"] == "open"


def test_a_chunk_has_its_size_and_its_number(student: Client, path: str) -> None:
    upload = announced(student, path)
    assert code(put(student, upload, 1, b"short")) == "upload_mismatch"
    assert put(student, upload, 3, b"").status_code == 404
    assert put(student, upload, 0, b"").status_code == 404
    too_large = put(student, upload, 1, TEXT[: CHUNK_SIZE + 1])
    assert (too_large.status_code, code(too_large)) == (413, "body_too_large")


def test_an_upload_with_a_gap_is_not_complete(student: Client, path: str) -> None:
    upload = announced(student, path)
    put(student, upload, 2, TEXT[CHUNK_SIZE:])
    refused = student.act(f"/uploads/{upload['id']}", "complete")
    assert (refused.status_code, code(refused)) == (409, "upload_incomplete"), refused.json


def test_a_complete_upload_takes_no_more_chunks(student: Client, path: str) -> None:
    upload = sent(student, path, b"A poem.").json
    assert code(put(student, upload, 1, b"A poem.")) == "upload_closed"


def test_a_cancelled_upload_leaves_nothing(
    student: Client, path: str, database: Isolated, world: World, app: Application
) -> None:
    upload = sent(student, path, b"A poem.").json
    assert student.act(f"/uploads/{upload['id']}", "cancel").json["status"] == "cancelled"
    with reading(database, world, app) as session:
        assert session.get(StoredFile, UUID(upload["file"]["id"])) is None


@contextmanager
def reading(database: Isolated, world: World, app: Application) -> Iterator[Any]:
    with settings_module.using(app.settings), writing(database, world.home) as session:
        yield session


def test_nobody_reads_or_feeds_the_upload_of_another(
    client: Client, student: Client, path: str, world: World
) -> None:
    upload = announced(student, path)
    for name in ("other_student", "parent", "advisor", "school_admin"):
        other = client.as_(getattr(world.home, name))
        assert other.get(f"/uploads/{upload['id']}").status_code == 404, name
        assert put(other, upload, 1, b"x").status_code == 404, name


def test_who_records_work_for_a_student_sends_files_for_them(
    client: Client, path: str, world: World
) -> None:
    for name, status in {
        "advisor": 201,
        "teacher": 201,
        "parent": 403,
        "other_advisor": 404,
    }.items():
        answer = sent(client.as_(getattr(world.home, name)), path, b"A poem.")
        assert answer.status_code == status, name


def test_a_limit_and_a_quota_are_told_before_anything_is_sent(
    student: Client, path: str, database: Isolated, world: World
) -> None:
    with writing(database, world.home) as session:
        district = session.get_one(District, world.home.district_id)
        district.settings = {**district.settings, "file_limit_mb": 2, "file_quota_student_mb": 1}
    refused = student.post(path, {"filename": "film.mp4", "size": 3 << 20})
    assert (refused.status_code, code(refused)) == (413, "file_too_large")
    refused = student.post(path, {"filename": "film.mp4", "size": (1 << 20) + 1})
    assert (refused.status_code, code(refused)) == (409, "quota_reached")


def test_nobody_opens_uploads_without_end(student: Client, path: str) -> None:
    for _ in range(actions.MOST_OPEN):
        announced(student, path)
    refused = student.post(path, {"filename": "poem.txt", "size": 1})
    assert (refused.status_code, code(refused)) == (409, "uploads_full")


@pytest.mark.parametrize("what", ["html", "svg", "a program", "a picture bomb", "nothing"])
def test_a_harmful_file_is_refused_by_name_over_http(student: Client, path: str, what: str) -> None:
    harmful = {"html": samples.HTML, "svg": samples.SVG, "a program": samples.PROGRAM}
    harmful |= {"a picture bomb": samples.bomb(), "nothing": b""}
    refused = sent(student, path, harmful[what], "holiday.jpg")
    assert refused.status_code == 422
    assert code(refused) in {"file_type_refused", "file_unsafe", "file_empty"}
    assert student.read("/uploads")["items"] == []


def taken(access: Access, world: World, *uploads: Any, of: str = "student") -> list[StoredFile]:
    student = Student(id=getattr(world.home, of).id)
    return actions.take([UUID(one["id"]) for one in uploads], access, student)


def test_a_record_takes_an_upload_once(
    student: Client, path: str, database: Isolated, world: World, app: Application
) -> None:
    upload = sent(student, path, b"A poem.").json
    with reading(database, world, app) as session:
        access = access_of(session, world.home.student)
        assert [str(file.id) for file in taken(access, world, upload)] == [upload["file"]["id"]]
        session.flush()
        with pytest.raises(Problem, match="upload_not_complete"):
            taken(access, world, upload)
    assert student.read(f"/uploads/{upload['id']}")["status"] == "taken"
    refused = student.act(f"/uploads/{upload['id']}", "cancel")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")


def test_nobody_takes_the_upload_of_another_or_for_another_student(
    student: Client, path: str, database: Isolated, world: World, app: Application
) -> None:
    upload = sent(student, path, b"A poem.").json
    with reading(database, world, app) as session:
        for name, of in (("advisor", "student"), ("student", "other_student")):
            access = access_of(session, getattr(world.home, name))
            with pytest.raises(Problem, match="upload_not_complete"):
                taken(access, world, upload, of=of)


def test_what_nobody_completed_or_took_is_removed_after_two_days(
    student: Client, path: str, database: Isolated, world: World, app: Application
) -> None:
    waiting, complete = announced(student, path), sent(student, path, b"A poem.").json
    put(student, waiting, 1, TEXT[:CHUNK_SIZE])
    with reading(database, world, app) as session:
        for upload in session.query(Upload):
            upload.expires_at = clock.now() - timedelta(seconds=1)
        names = [row.name for row in (*session.query(UploadChunk), *session.query(StoredFile))]
        assert len(names) == 2
        session.flush()
        assert upkeep.remove_expired() is False
        session.flush()
        assert session.query(UploadChunk).count() + session.query(StoredFile).count() == 0
    for upload in (waiting, complete):
        assert student.read(f"/uploads/{upload['id']}")["status"] == "cancelled"
    with settings_module.using(app.settings):
        assert not any(storage.exists(name) for name in names)
