"""A local folder and an S3-compatible store keep a file whole or not at all."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import s3fs
from moto.server import ThreadedMotoServer

from plp_api.foundation import clock
from plp_api.foundation import settings as settings_module
from plp_api.foundation.files import actions, receiving, storage, upkeep
from plp_api.foundation.files.models import StoredFile
from plp_api.server.app import Application
from tests.client import Client
from tests.databases import Isolated
from tests.foundation.files import samples
from tests.world import World, writing

LARGE = samples.picture("PNG", size=(800, 600))


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of a real S3 API, with a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    kept = {name: os.environ.get(name) for name in S3}
    os.environ.update(S3, AWS_ENDPOINT_URL=address)
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem(use_listings_cache=False).mkdir("plp-files")
    yield "s3://plp-files/here"
    server.stop()
    for name, value in {**kept, "AWS_ENDPOINT_URL": None}.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


S3 = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(params=["folder", "s3"])
def stored(request: pytest.FixtureRequest, app: Application, tmp_path: Path) -> Iterator[Any]:
    """Settings whose files are in a folder or an object store of their own."""
    url = (tmp_path / "files").as_uri()
    if request.param == "s3":
        url = f"{request.getfixturevalue('s3')}/{tmp_path.name}"
    with settings_module.using(replace(app.settings, storage_url=url)) as chosen:
        yield chosen


def received(world: World, content: bytes = LARGE) -> Any:
    home = world.home
    own = {"district_id": home.district_id, "by": home.student.id, "student_id": home.student.id}
    return receiving.receive(BytesIO(content), "barn.png", folder="uploads", **own)


def names() -> set[str]:
    return {*storage.names_before(clock.now() + timedelta(days=1))}


def test_a_file_is_kept_and_read_in_parts(stored: Any, world: World, database: Isolated) -> None:
    with writing(database, world.home):
        file = received(world)
        whole = storage.get(file.name)
        with actions.open_content(file) as content:
            content.seek(100)
            assert content.read(50) == whole[100:150]
        assert len(whole) == file.size


def test_what_is_rolled_back_leaves_nothing(stored: Any, world: World, database: Isolated) -> None:
    def fails() -> None:
        with database.transaction(districts=[world.home.district_id]):
            received(world)
            assert len(names()) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert names() == set()


def test_a_removed_file_goes_at_the_commit(stored: Any, world: World, database: Isolated) -> None:
    with writing(database, world.home):
        file = received(world)
        file_id, name = file.id, file.name
    assert names() == {name}
    with writing(database, world.home) as session:
        actions.remove(session.get_one(StoredFile, file_id))
        assert names() == {name}
    assert names() == set()


def test_rows_and_storage_are_compared(stored: Any, world: World, database: Isolated) -> None:
    with writing(database, world.home):
        kept, gone = received(world), received(world, samples.picture())
        kept_name, gone_id = kept.name, gone.id
        storage.remove(gone.name)
        stray = f"uploads/{world.home.district_id}/stray"
        storage.put(stray, b"nobody's")
    district_id = world.home.district_id
    with database.transaction(write=False, districts=[district_id]):
        assert upkeep.lost(district_id) == [gone_id]
        assert upkeep.unnamed(district_id) == [stray]
        assert kept_name not in upkeep.unnamed(district_id)


def test_an_upload_that_a_killed_process_left_is_ended(s3: str, app: Application) -> None:
    store = s3fs.S3FileSystem(use_listings_cache=False)
    store.call_s3("create_multipart_upload", Bucket="plp-files", Key="here/uploads/half")
    with settings_module.using(replace(app.settings, storage_url=s3)):
        # The stand-in says of every upload that it began in 2010.
        assert storage.end_unfinished(clock.now() + timedelta(days=1)) == 1
    assert store.list_multipart_uploads("plp-files") == []


def test_an_upload_of_a_neighbour_in_the_bucket_goes_on(s3: str, app: Application) -> None:
    store = s3fs.S3FileSystem(use_listings_cache=False)
    key = "here-beside/uploads/half"
    begun = store.call_s3("create_multipart_upload", Bucket="plp-files", Key=key)
    with settings_module.using(replace(app.settings, storage_url=s3)):
        assert storage.end_unfinished(clock.now() + timedelta(days=1)) == 0
    one = {"Bucket": "plp-files", "Key": key, "UploadId": begun["UploadId"]}
    assert store.call_s3("abort_multipart_upload", **one)


def test_half_a_file_in_a_folder_is_swept_after_a_day(
    app: Application, database: Isolated, world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    with settings_module.using(replace(app.settings, storage_url=folder.as_uri())):
        place = folder / "uploads" / str(world.home.district_id)
        place.mkdir(parents=True)
        old, new = place / "old.part", place / "new.part"
        for path in (old, new):
            path.write_bytes(b"half")
        moment = (clock.now() - timedelta(days=2)).timestamp()
        os.utime(old, (moment, moment))
        with database.transaction():
            upkeep.remove_abandoned()
        assert (old.exists(), new.exists()) == (False, True)


def test_a_file_in_an_object_store_is_served_in_ranges(
    s3: str, client: Client, world: World, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "settings", replace(app.settings, storage_url=f"{s3}/served"))
    student = client.as_(world.home.student)
    of = f"/students/{world.home.student.id}"
    text = b"Snow on the barn. " * 1000
    upload = student.post(f"{of}/uploads/files", data={"file": (BytesIO(text), "a.txt")}).json
    parts = [{"kind": "file", "upload_id": upload["id"]}]
    made = student.made(f"{of}/artifacts", {"title": "Snow", "kind": "writing", "parts": parts})
    part = UUID(made["newest_version"]["parts"][0]["id"])
    whole = student.get(f"/artifact-parts/{part}/content")
    assert whole.data == text
    piece = student.get(f"/artifact-parts/{part}/content", headers={"Range": "bytes=5-10"})
    assert (piece.status_code, piece.data) == (206, text[5:11])
