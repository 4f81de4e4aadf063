"""While a file is read and checked nobody waits, and what changed meanwhile counts."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from plp_api.foundation.files import scanning
from plp_api.foundation.files.models import StoredFile, VirusCheck
from plp_api.foundation.roster.models import District, LoginSession
from plp_api.foundation.uploads.models import CHUNK_SIZE
from plp_api.server.app import create_app
from tests.client import Client, Response, code
from tests.conftest import Live
from tests.racing import at_once

Meanwhile = Callable[[Callable[[], Any]], list[Any]]
FILE = b"Snow on the barn.\n" * 25_000
"""450 KB."""


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has something done whenever the scanner is asked; gives the list of the answers."""

    def doing(act: Callable[[], Any]) -> list[Any]:
        answers: list[Any] = []

        def scan(_path: Path) -> VirusCheck:
            answers.append(act())
            return VirusCheck.CLEAN

        monkeypatch.setattr(scanning, "scan", scan)
        return answers

    return doing


@pytest.fixture
def student(own: Live) -> Client:
    return own.client.as_(own.world.home.student)


@pytest.fixture
def path(own: Live) -> str:
    return f"/students/{own.world.home.student.id}/uploads"


def sent(client: Client, path: str, content: bytes = FILE) -> Response:
    return client.post(f"{path}/files", data={"file": (BytesIO(content), "poem.txt")})


def announced(client: Client, path: str, content: bytes = FILE) -> str:
    """The address of an upload whose one chunk has come."""
    upload = client.made(path, {"filename": "poem.txt", "size": len(content)})
    assert len(content) <= CHUNK_SIZE
    told = {"Content-Type": "application/octet-stream"}
    address = f"/uploads/{upload['id']}"
    done = client.send("PUT", f"{address}/chunks/1", data=content, headers=told)
    assert done.status_code == 200
    return address


def test_others_write_while_a_file_is_checked(
    student: Client, path: str, meanwhile: Meanwhile
) -> None:
    answers = meanwhile(lambda: student.post(path, {"filename": "film.mp4", "size": 9}))
    assert sent(student, path).status_code == 201
    assert [answer.status_code for answer in answers] == [201], "checked once, while others write"


def test_others_write_while_the_chunks_are_put_together(
    student: Client, path: str, meanwhile: Meanwhile
) -> None:
    address = announced(student, path)
    answers = meanwhile(lambda: student.post(path, {"filename": "film.mp4", "size": 9}))
    assert student.act(address, "complete").json["status"] == "complete"
    assert [answer.status_code for answer in answers] == [201]


class Slow(BytesIO):
    """A body whose sender pauses after its beginning."""

    def __init__(self, content: bytes, pause: Callable[[], Any]) -> None:
        super().__init__(content)
        self.pause = pause
        self.answers: list[Any] = []

    def readinto(self, buffer: Any, /) -> int:
        if self.tell() and not self.answers:
            self.answers.append(self.pause())
        return super().readinto(buffer)


def test_others_write_while_a_slow_sender_sends(student: Client, path: str) -> None:
    head = 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    body = f"--b\r\n{head}".encode() + FILE + b"\r\n--b--\r\n"
    slow = Slow(body, lambda: student.post(path, {"filename": "film.mp4", "size": 9}))
    kind = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(len(body))}
    done = student.send("POST", f"{path}/files", input_stream=slow, headers=kind)
    assert (done.status_code, done.json["file"]["size"]) == (201, len(FILE))
    assert [answer.status_code for answer in slow.answers] == [201]


def test_who_may_not_send_is_told_before_the_body_is_read(own: Live, path: str) -> None:
    slow = Slow(b"--b\r\n" + bytes(100_000), lambda: None)
    kind = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "100005"}
    parent = own.client.as_(own.world.home.parent)
    refused = parent.send("POST", f"{path}/files", input_stream=slow, headers=kind)
    assert (refused.status_code, slow.tell()) == (403, 0)


def kept_files(own: Live) -> int:
    with own.database.transaction(write=False, districts=[own.world.home.district_id]) as session:
        return session.scalar(select(func.count()).select_from(StoredFile)) or 0


def test_who_signs_out_meanwhile_leaves_nothing(
    own: Live, student: Client, path: str, meanwhile: Meanwhile
) -> None:
    def sign_out() -> None:
        with own.database.transaction() as session:
            mine = LoginSession.person_id == own.world.home.student.id
            session.execute(delete(LoginSession).where(mine))

    meanwhile(sign_out)
    assert sent(student, path).status_code == 401
    assert kept_files(own) == 0
    assert not any((own.settings.data_dir / "receiving").iterdir())


def test_an_upload_that_is_cancelled_meanwhile_is_not_completed(
    own: Live, student: Client, path: str, meanwhile: Meanwhile
) -> None:
    address = announced(student, path)
    meanwhile(lambda: student.act(address, "cancel"))
    refused = student.act(address, "complete")
    assert (refused.status_code, code(refused)) == (412, "version_stale")
    assert kept_files(own) == 0


def test_a_quota_holds_for_two_files_that_were_checked_at_once(
    own: Live, student: Client, path: str, meanwhile: Meanwhile
) -> None:
    with own.database.transaction() as session:
        district = session.get_one(District, own.world.home.district_id)
        district.settings = {**district.settings, "file_quota_student_mb": 1}
    assert sent(student, path).status_code == 201
    both_are_checked = Barrier(2, timeout=30)
    meanwhile(both_are_checked.wait)
    answers = at_once(lambda: sent(student, path), lambda: sent(student, path))
    assert sorted(one.status_code for one in answers) == [201, 409]
    assert kept_files(own) == 2
    folder = own.settings.data_dir / "files" / "uploads"
    assert sum(one.is_file() for one in folder.rglob("*")) == 2


def test_of_many_uploads_each_is_checked_once(
    student: Client, path: str, meanwhile: Meanwhile
) -> None:
    contents = (FILE, b"<html>", FILE[:-1])
    addresses = [announced(student, path, content) for content in contents]
    answers = meanwhile(lambda: None)
    items = [{"id": one.rsplit("/", 1)[1], "version": 2} for one in addresses]
    done = student.post("/uploads/actions", {"action": "complete", "items": items})
    assert [one["status"] for one in done.json["items"]] == [200, 422, 200]
    assert len(answers) == 2


def test_a_request_that_runs_again_is_counted_once(own: Live, path: str) -> None:
    app = create_app(replace(own.settings, rate_limit="5/minute"), own.database)
    answer = sent(Client(app).as_(own.world.home.student), path)
    assert answer.status_code == 201
    assert "r=4" in answer.headers["RateLimit"]
