"""An archive comes into another installation: drafts of their own, and unverified history."""

import hashlib
import io
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select, update

from plp_api.foundation import db
from plp_api.foundation.archives import arriving, making, package
from plp_api.foundation.archives.models import ExportStatus, ForeignRecord, StudentExport
from plp_api.foundation.files import receiving, scanning
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.district_settings import DistrictSettings
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import Relationship
from plp_api.foundation.settings import Settings
from plp_api.learning.artifacts.models import Artifact, ArtifactPart, Reflection
from plp_api.learning.showcases.models import Showcase, ShowcaseItem
from plp_api.server import archived
from plp_api.server.cli import main
from tests import databases
from tests.client import Client, code
from tests.databases import Isolated
from tests.foundation.access import rows
from tests.foundation.access import test_every_road as roads
from tests.foundation.access.test_every_road import marked
from tests.foundation.archives.conftest import PICTURE, Export, Taken, add_showcase
from tests.foundation.files import samples
from tests.learning.portfolio_world import Work, add_artifact
from tests.world import Place, World, populate, writing

__all__ = ["marked"]

Bring = Callable[..., Any]


def add_photo(session: Any, world: World) -> str:
    """A kept artifact with a photo in a showcase; returns the SHA-256 of the photo."""
    place = world.home
    file = receiving.receive(
        io.BytesIO(PICTURE),
        "barn.png",
        folder="artifacts",
        district_id=place.district_id,
        by=place.student.id,
        student_id=place.student.id,
    )
    session.flush()
    # The world's file is a row alone.
    mine = ArtifactPart.student_id == place.student.id, ArtifactPart.file_id.is_not(None)
    session.execute(update(ArtifactPart).where(*mine).values(file_id=file.id))
    part = {"kind": "file", "file_id": file.id, "alt": "A red barn in snow"}
    work = add_artifact(session, place, part=part, title="My barn")
    add_artifact(session, place, status="draft", title="Half a thought")
    add_showcase(session, place, work)
    return str(file.sha256)


@pytest.fixture
def sha256(world: World, database: Isolated) -> str:
    """The hash of the student's photo; the world has one of everything."""
    with writing(database, world.home, world.away) as session:
        rows.complete(world)
        session.execute(update(StudentExport).values(status=ExportStatus.FAILED))
        return add_photo(session, world)


@pytest.fixture
def taken(world: World, sha256: str, export: Export) -> Taken:
    """The student's archive."""
    return export(world.home.student)


@pytest.fixture
def bring(world: World, database: Isolated, tmp_path: Path) -> Bring:
    """Imports an archive into the record of a student of the other district."""

    def brought(content: bytes, *, student_id: Any = None) -> Any:
        path = tmp_path / "archive.zip"
        path.write_bytes(content)
        with (
            arriving.checked(path, DistrictSettings()) as ready,
            writing(database, world.away) as session,
        ):
            student = session.get_one(Student, student_id or world.away.student.id)
            return arriving.bring(ready, student)

    return brought


def sealed(content: dict[str, bytes], **manifest: Any) -> bytes:
    """An archive of these files with a true seal, as whoever forges one would make it."""
    target = io.BytesIO()
    files = [
        {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for path, data in content.items()
    ]
    with ZipFile(target, "w", ZIP_DEFLATED) as zipped:
        for path, data in content.items():
            zipped.writestr(path, data)
        document = {"format": package.FORMAT, "files": files, **manifest}
        zipped.writestr("manifest.json", json.dumps(document))
    return seal(target.getvalue())


def seal(zipped: bytes) -> bytes:
    body = zipped[:-2] + struct.pack("<H", package.SEAL_LENGTH)
    return body + package.SEAL + hashlib.sha256(body).hexdigest().encode()


def contents(taken: Taken) -> dict[str, bytes]:
    return {name: taken.zip.read(name) for name in taken.names - {"manifest.json"}}


def with_rows(taken: Taken, part: str, change: Callable[[Any], None]) -> bytes:
    """The archive with the rows of a part changed, and sealed anew."""
    changed, altered = contents(taken), taken.rows(part)
    change(altered)
    changed[f"data/{part}.json"] = json.dumps(altered).encode()
    return sealed(changed)


def has_nothing(database: Isolated, world: World) -> bool:
    """Whether nothing came into the other student's record."""
    with writing(database, world.away) as session:
        mine = world.away.student.id
        foreign = select(ForeignRecord).where(
            ForeignRecord.student_id == mine, ForeignRecord.came_from != "Another school"
        )
        works = select(Artifact).where(Artifact.student_id == mine, Artifact.came_from.is_not(None))
        return session.scalars(foreign).first() is session.scalars(works).first() is None


def works_of(place: Place) -> Any:
    """What came into the student's record."""
    mine = Artifact.student_id == place.student.id
    return select(Artifact).where(mine, Artifact.came_from.is_not(None))


def refused(bring: Bring, content: bytes, **options: Any) -> str:
    with pytest.raises(Problem) as caught:
        bring(content, **options)
    return caught.value.code.name.lower()


def test_work_comes_in_as_drafts_of_their_own_with_the_same_hashes(
    client: Client, world: World, database: Isolated, taken: Taken, sha256: str, bring: Bring
) -> None:
    counts = bring(taken.content)
    assert counts["artifacts"] == 4
    with writing(database, world.away) as session:
        works = session.scalars(works_of(world.away)).all()
        assert {work.status for work in works} == {"draft"}
        assert all(work.came_from and work.came_from.startswith("Tamarack") for work in works)
        came = [work.id for work in session.scalars(works_of(world.away))]
        parts = session.scalars(select(ArtifactPart).where(ArtifactPart.artifact_id.in_(came)))
        files = {part.alt: part.file for part in parts if part.file}
        assert {file.sha256 for file in files.values()} == {sha256}
        assert len({file.id for file in files.values()}) == 1
        assert "A red barn in snow" in files
        shown = select(func.count()).where(Showcase.student_id == world.away.student.id)
        assert session.scalar(shown) == 3


PHOTOS = {
    "JPEG": samples.photo_with_place(),
    "WebP": samples.picture("WEBP", exif=samples.camera()),
    "PNG": samples.picture("PNG", exif=samples.camera()),
    "moving GIF": samples.animation("GIF", comment=samples.PLACE),
    "moving WebP": samples.animation("WEBP", exif=samples.camera()),
}


def test_a_photo_that_was_cleaned_there_has_the_hash_of_the_manifest_here(
    world: World, database: Isolated, sha256: str, export: Export, bring: Bring
) -> None:
    place = world.home
    with writing(database, place) as session:
        for what, photo in PHOTOS.items():
            own = {"district_id": place.district_id, "student_id": place.student.id}
            sent = io.BytesIO(photo)
            file = receiving.receive(sent, what, folder="artifacts", by=place.student.id, **own)
            part = {"kind": "file", "file_id": file.id, "alt": what}
            add_artifact(session, place, part=part, title=what)
    taken = export(place.student)
    said = {one["sha256"] for one in taken.manifest["files"] if one["path"].startswith("files/")}
    assert len(said) == len(PHOTOS) + 1
    bring(taken.content)
    with writing(database, world.away) as session:
        came = [work.id for work in session.scalars(works_of(world.away))]
        parts = session.scalars(select(ArtifactPart).where(ArtifactPart.artifact_id.in_(came)))
        assert {part.file.sha256 for part in parts if part.file} == said


def test_a_showcase_that_was_taken_down_stays_so(
    world: World, database: Isolated, sha256: str, export: Export, bring: Bring
) -> None:
    with writing(database, world.home) as session:
        work = add_artifact(session, world.home)
        down = {"status": "taken_down", "take_down_reason": "It shows a classmate."}
        add_showcase(session, world.home, work, title="My street", **down)
    bring(export(world.home.student).content)
    with writing(database, world.away) as session:
        theirs = Showcase.student_id == world.away.student.id
        came = {row.title: row for row in session.scalars(select(Showcase).where(theirs))}
        assert came["My street"].status == "taken_down"
        assert came["My street"].take_down_reason == "It shows a classmate."
        assert came["My street"].taken_down_by is None
        assert came["My year"].status == "active"


def brought_down(
    world: World, database: Isolated, export: Export, bring: Bring, change: Callable[[Any], None]
) -> dict[str, bool]:
    """By title of the work: whether it is barred here, once a showcase was taken down there."""
    with writing(database, world.home) as session:
        works = [add_artifact(session, world.home, title=title) for title in ("Street", "Barn")]
        key = add_showcase(session, world.home, *works, title="My street", status="taken_down")
        mine = ShowcaseItem.showcase_id == key, ShowcaseItem.artifact_id == works[0].id
        session.execute(update(ShowcaseItem).where(*mine).values(is_barred=True))
    bring(with_rows(export(world.home.student), "showcases", change))
    with writing(database, world.away) as session:
        theirs = session.scalars(select(Showcase).where(Showcase.title == "My street"))
        key = next(one.id for one in theirs if one.student_id == world.away.student.id)
        items = select(ShowcaseItem.is_barred, Artifact.title).join(
            Artifact, Artifact.id == ShowcaseItem.artifact_id
        )
        shown = session.execute(items.where(ShowcaseItem.showcase_id == key))
        return {title: is_barred for is_barred, title in shown}


def test_a_work_that_was_taken_down_is_shown_nowhere_here_either(
    client: Client, world: World, database: Isolated, sha256: str, export: Export, bring: Bring
) -> None:
    barred = brought_down(world, database, export, bring, lambda _: None)
    assert barred == {"Street": True, "Barn": False}
    student = client.as_(world.away.student)
    works = student.read(f"/students/{world.away.student.id}/artifacts?limit=200")["items"]
    ids = {work["title"]: work["id"] for work in works}
    assert student.act(f"/artifacts/{ids['Street']}", "keep").status_code == 200
    begun = student.made(f"/students/{world.away.student.id}/showcases", {"title": "Anew"})
    again = student.post(f"/showcases/{begun['id']}/items", {"artifact_id": ids["Street"]})
    assert (again.status_code, code(again)) == (409, "showcase_taken_down")


def test_all_works_are_barred_where_the_archive_does_not_say_which(
    world: World, database: Isolated, sha256: str, export: Export, bring: Bring
) -> None:
    def forget(rows_: Any) -> None:
        for item in (item for row in rows_ for item in row["items"]):
            del item["is_barred"]

    barred = brought_down(world, database, export, bring, forget)
    assert barred == {"Street": True, "Barn": True}


def test_a_draft_that_came_in_a_showcase_is_archived_rather_than_deleted(
    client: Client, world: World, database: Isolated, taken: Taken, bring: Bring
) -> None:
    bring(taken.content)
    with writing(database, world.away) as session:
        (key,) = (work.id for work in session.scalars(works_of(world.away)) if "barn" in work.title)
    refusal = client.as_(world.away.student).delete(f"/artifacts/{key}")
    assert (refusal.status_code, code(refusal)) == (409, "artifact_relied_on")


def test_a_showcase_that_shows_a_version_of_another_work_refuses_all(
    world: World, database: Isolated, taken: Taken, bring: Bring
) -> None:
    versions = {one["id"] for work in taken.rows("artifacts") for one in work["versions"]}

    def swap(rows_: Any) -> None:
        item = rows_[-1]["items"][0]
        item["version_id"] = min(versions - {item["version_id"]})

    assert refused(bring, with_rows(taken, "showcases", swap)) == "archive_invalid"
    assert has_nothing(database, world)


def test_an_id_that_is_the_path_of_a_file_is_an_id_like_any_other(
    taken: Taken, bring: Bring
) -> None:
    (photo,) = (name for name in taken.names if name.startswith("files/"))

    def rename(works: Any) -> None:
        works.insert(0, {**works[-1], "id": photo, "versions": [], "reflections": []})

    assert bring(with_rows(taken, "artifacts", rename))["artifacts"] == 5


def test_a_reflection_stays_with_the_version_that_it_is_on(
    world: World, database: Isolated, taken: Taken, bring: Bring
) -> None:
    said = [{"id": f"r-{number}", "number": 1, "answers": []} for number in range(3)]
    bring(with_rows(taken, "artifacts", lambda works: works[-1].update(reflections=said)))
    with writing(database, world.away) as session:
        title = taken.rows("artifacts")[-1]["title"]
        (work,) = (one for one in session.scalars(works_of(world.away)) if one.title == title)
        mine = select(Reflection.number).where(Reflection.artifact_id == work.id)
        assert list(session.scalars(mine)) == [work.number] * 3 == [1] * 3


def test_a_later_showcase_of_work_that_came_before_comes_in(
    world: World, database: Isolated, taken: Taken, export: Export, bring: Bring
) -> None:
    bring(taken.content)
    work = next(work for work in taken.rows("artifacts") if work["title"] == "My barn")
    key, version = UUID(work["id"]), UUID(work["versions"][0]["id"])
    with writing(database, world.home) as session:
        add_showcase(session, world.home, Work(key, version, key), title="Later")
    assert bring(export(world.home.student).content)["showcases"] == 1


def test_what_others_said_comes_in_as_unverified_history(
    client: Client, world: World, taken: Taken, bring: Bring
) -> None:
    counts = bring(taken.content)
    assert counts["ratings"] == len(taken.rows("ratings")) > 0
    path = f"/students/{world.away.student.id}"
    student = client.as_(world.away.student)
    records = student.read(f"{path}/foreign-records?limit=200")["items"]
    came = {(one["part"], one["foreign_id"]): one for one in records}
    for part in ("ratings", "reviews", "goals", "plan_versions"):
        for row in taken.rows(part):
            record = came[part, row["id"]]
            assert record["content"] == row
            assert record["archive_sha256"] == taken.content[-64:].decode()
    before = student.read(f"{path}/ratings")["items"]
    assert not {one["id"] for one in before} & {row["id"] for row in taken.rows("ratings")}


def test_the_same_archive_twice_adds_nothing(taken: Taken, bring: Bring) -> None:
    assert sum(bring(taken.content).values()) > 0
    assert sum(bring(taken.content).values()) == 0


def test_a_later_archive_adds_what_is_new_in_it(
    world: World, database: Isolated, taken: Taken, export: Export, bring: Bring
) -> None:
    bring(taken.content)
    with writing(database, world.home) as session:
        add_artifact(session, world.home, title="One more")
    counts = bring(export(world.home.student).content)
    assert {part: number for part, number in counts.items() if number} == {"artifacts": 1}


def test_a_students_own_archive_adds_nothing_where_it_was_made(
    world: World, database: Isolated, taken: Taken, tmp_path: Path
) -> None:
    with (
        arriving.checked(taken.saved(tmp_path), DistrictSettings()) as ready,
        writing(database, world.home) as session,
    ):
        student = session.get_one(Student, world.home.student.id)
        assert arriving.bring(ready, student) == {}


def test_one_altered_byte_refuses_all(
    world: World, database: Isolated, taken: Taken, bring: Bring
) -> None:
    size = len(taken.content)
    step = max(size // 150, 1)
    places = {*range(0, size, step), *range(size - 120, size), *range(40)}
    for place in sorted(places):
        altered = bytearray(taken.content)
        altered[place] ^= 1
        assert refused(bring, bytes(altered)) == "archive_invalid", place
    assert has_nothing(database, world)
    assert refused(bring, taken.content[:-1]) == "archive_invalid"
    assert refused(bring, taken.content + b"\0") == "archive_invalid"


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "files/../x",
        "files\\x",
        "CON",
        "data/x\u202egpj.exe",
        "files/",
    ],
)
def test_a_path_that_no_archive_has_is_refused(taken: Taken, bring: Bring, path: str) -> None:
    assert refused(bring, sealed({**contents(taken), path: b"x"})) == "archive_invalid"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(bring: Bring) -> None:
    bomb = sealed({"files/bomb.txt": bytes(200 << 20), "index.html": b""})
    assert len(bomb) < 1 << 20
    assert refused(bring, bomb) == "archive_invalid"


def test_what_is_no_archive_is_refused(taken: Taken, bring: Bring) -> None:
    for content in (
        b"",
        b"PK",
        b"hello" * 100,
        seal(b"PK" * 100),
        sealed({"index.html": b""}, format="x"),
    ):
        assert refused(bring, content) == "archive_invalid"


def test_a_zip_packed_in_another_way_or_deeper_than_records_is_refused(bring: Bring) -> None:
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_LZMA) as zipped:
        zipped.writestr("manifest.json", "{}")
    assert refused(bring, seal(target.getvalue())) == "archive_invalid"
    deep = b'[{"id": "1", "x": ' + b"[" * 500 + b"]" * 500 + b"}]"
    assert refused(bring, sealed({"index.html": b"", "data/goals.json": deep})) == "archive_invalid"


def test_a_file_that_the_manifest_does_not_name_is_refused(taken: Taken, bring: Bring) -> None:
    assert refused(bring, sealed(contents(taken), files=[])) == "archive_invalid"


def test_a_forged_snapshot_is_refused(taken: Taken, bring: Bring) -> None:
    def forge(versions: Any) -> None:
        versions[0]["snapshot_sha256"] = "0" * 64

    changed = with_rows(taken, "plan_versions", forge)
    version = taken.rows("plan_versions")[0]["id"]
    content = {name: ZipFile(io.BytesIO(changed)).read(name) for name in taken.names}
    content.pop("manifest.json")
    content[f"snapshots/{version}.json"] = b"{}"
    assert refused(bring, sealed(content)) == "archive_invalid"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "x" * 201},
        {"title": 7},
        {"kind": "weapon"},
        {"made_on": "yesterday"},
        {"versions": "none"},
        {
            "versions": [
                {
                    "id": "1",
                    "number": 1,
                    "parts": [
                        {"id": "2", "position": 1, "kind": "link", "url": "javascript:alert(1)"}
                    ],
                }
            ]
        },
        {
            "versions": [
                {
                    "id": "1",
                    "number": 1,
                    "parts": [{"id": "2", "position": 1, "kind": "file", "path": "files/none.png"}],
                }
            ]
        },
        {
            "versions": [
                {
                    "id": "1",
                    "number": 1,
                    "parts": [{"id": "2", "position": 1, "kind": "captions", "of_part_id": "9"}],
                }
            ]
        },
        {"title": "a\u0000b"},
        {"versions": [{"id": "1", "number": 1, "parts": [{"id": [1], "path": {}}]}]},
        {
            "versions": [
                {
                    "id": "1",
                    "number": 1,
                    "parts": [{"id": "2", "position": 1, "kind": "captions", "of_part_id": [9]}],
                }
            ]
        },
    ],
)
def test_an_artifact_that_is_none_refuses_all(
    world: World, database: Isolated, taken: Taken, bring: Bring, change: dict[str, Any]
) -> None:
    content = with_rows(taken, "artifacts", lambda works: works[-1].update(change))
    assert refused(bring, content) == "archive_invalid"
    assert has_nothing(database, world)


def with_link(url: str) -> dict[str, Any]:
    parts = [{"id": "2", "position": 1, "kind": "link", "url": url}]
    return {"versions": [{"id": "1", "number": 1, "parts": parts}]}


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("artifacts", with_link("http://[x")),
        ("artifacts", with_link("https://")),
        ("artifacts", with_link("https://school.example@evil.example/")),
        ("artifacts", {"title": ""}),
        ("artifacts", {"title": "\u200b"}),
        ("artifacts", {"title": "a\u0007b"}),
        ("artifacts", {"made_on": "20260101"}),
        ("showcases", {"title": None}),
        ("showcases", {"language": "klingonish"}),
        ("showcases", {"sections": [{"id": "1", "title": " "}]}),
        ("showcases", {"status": "taken_down", "take_down_reason": "x" * 4_001}),
    ],
)
def test_what_the_api_refuses_comes_in_by_no_archive(
    world: World,
    database: Isolated,
    taken: Taken,
    bring: Bring,
    part: str,
    change: dict[str, Any],
) -> None:
    content = with_rows(taken, part, lambda rows_: rows_[-1].update(change))
    assert refused(bring, content) == "archive_invalid"
    assert has_nothing(database, world)


def test_a_part_that_nobody_registered_is_never_read(taken: Taken, bring: Bring) -> None:
    secret = json.dumps([{"id": "1", "words": "x"}]).encode()
    counts = bring(sealed({**contents(taken), "data/secrets.json": secret}))
    assert "secrets" not in counts


def test_a_refused_file_refuses_all(
    world: World, database: Isolated, taken: Taken, bring: Bring
) -> None:
    content = contents(taken)
    (photo,) = (name for name in content if name.startswith("files/"))
    content[photo] = b"MZ\x90\x00\x03 no picture"
    assert refused(bring, sealed(content)) == "file_type_refused"
    assert has_nothing(database, world)


def test_a_file_that_was_missing_there_is_missing_here(
    world: World, database: Isolated, taken: Taken, bring: Bring
) -> None:
    content = contents(taken)
    (photo,) = (name for name in content if name.startswith("files/"))
    del content[photo]
    assert refused(bring, sealed(content)) == "archive_invalid"
    assert bring(sealed(content, missing=[photo]))["artifacts"] == 4
    with writing(database, world.away) as session:
        came = [work.id for work in session.scalars(works_of(world.away))]
        parts = session.scalars(select(ArtifactPart).where(ArtifactPart.artifact_id.in_(came)))
        assert {part.kind for part in parts} == {"link", "text"}


# Who reads what came.

PERSONAL = {"consents", "signature_declines", "scans"}


def test_a_foreign_record_is_for_who_reads_its_part_here(
    client: Client, world: World, database: Isolated, taken: Taken, bring: Bring
) -> None:
    away = world.away
    bring(taken.content)
    path = f"/students/{away.student.id}/foreign-records?limit=200"
    seen = client.as_(away.student).read(path)["items"]
    assert {"ratings", "supports", "appeals", "log_entries"} <= {one["part"] for one in seen}
    by_part = {one["part"]: f"/foreign-records/{one['id']}" for one in seen}
    deny(database, away, "supports")
    parent = client.as_(away.parent)
    left = {one["part"] for one in parent.read(path)["items"]}
    assert left == {one["part"] for one in seen} - {"supports", *PERSONAL}
    assert parent.get(by_part["supports"]).status_code == 404
    assert parent.get(by_part["ratings"]).status_code == 200
    for stranger in (away.teacher, world.home.advisor):
        assert client.as_(stranger).get(by_part["ratings"]).status_code in (403, 404)


def deny(database: Isolated, place: Place, *kinds: str) -> None:
    with writing(database, place) as session:
        tie = select(Relationship).where(
            Relationship.person_id == place.parent.id,
            Relationship.student_id == place.student.id,
        )
        session.scalars(tie).one().denied = frozenset(kinds)


def test_what_an_order_here_denies_is_in_no_record_from_elsewhere(
    client: Client, database: Isolated, marked: World, bring: Bring
) -> None:
    home, away = marked.home, marked.away
    with writing(database, home) as session:
        student = session.get_one(Student, home.student.id)
        made = making.make(student, making.access_of(student.id, student.district_id)).path
    bring(made.read_bytes())
    made.unlink()
    sha256 = roads._hash(database, marked)
    parent = client.as_(away.parent)
    path = f"/students/{away.student.id}/foreign-records?limit=200"

    def seen(kind: str) -> list[str]:
        return roads._seen(parent.get(path), kind, sha256)

    told = {kind for kind in roads.MARKS if seen(kind)}
    # Work comes in as drafts; the mark of links is a name.
    assert set(roads.MARKS) - told == {"relationships", "share_links", "showcases", "signatures"}
    for kind in roads.MARKS:
        with database.undone():
            deny(database, away, kind)
            assert seen(kind) == [], kind


def test_what_an_order_denies_of_a_record_is_missing_in_the_parents_archive_too(
    client: Client, database: Isolated, world: World, taken: Taken, bring: Bring
) -> None:
    away = world.away
    bring(taken.content)

    def held() -> dict[str, Any]:
        with writing(database, away) as session:
            student = session.get_one(Student, away.student.id)
            made = making.make(student, making.access_of(away.parent.id, student.district_id)).path
            content = made.read_bytes()
            made.unlink()
        rows_ = Taken(content).rows("foreign_records")
        return {row["part"]: row["content"] for row in rows_}

    before = held()
    assert "words" in before["artifact_reviews"]
    assert not {"consents", "signature_declines", "scans"} & {*before}
    deny(database, away, "ratings", "artifacts")
    assert not {"artifact_reviews", "ratings"} & {*held()}
    deny(database, away, "ratings")
    assert not {"words", "scores", "final_words"} & {*held()["artifact_reviews"]}


def test_what_is_about_one_person_there_is_for_no_parent_here(
    client: Client, world: World, taken: Taken, bring: Bring
) -> None:
    away = world.away
    assert {part.name for part in archived.PARTS if part.is_personal} == PERSONAL
    decline = {"id": "1", "role": "student", "words": "I was not asked."}
    bring(with_rows(taken, "signature_declines", lambda rows_: rows_.append(decline)))
    path = f"/students/{away.student.id}/foreign-records?limit=200"
    own = {one["part"]: one["id"] for one in client.as_(away.student).read(path)["items"]}
    assert {*own} >= PERSONAL
    parent = client.as_(away.parent)
    listed = parent.read(path)["items"]
    assert listed
    assert not PERSONAL & {one["part"] for one in listed}
    for part in PERSONAL:
        assert parent.get(f"/foreign-records/{own[part]}").status_code == 404


def test_what_a_parent_took_along_of_their_own_comes_into_no_record(
    taken: Taken, bring: Bring
) -> None:
    counts = bring(sealed(contents(taken), made_for="family"))
    assert not PERSONAL & {*counts}


def test_a_disclosure_by_a_link_there_is_for_who_may_know_of_links(
    client: Client, world: World, database: Isolated, taken: Taken, bring: Bring
) -> None:
    away = world.away
    told = {"id": "1", "subject_type": "showcases", "party": "Aunt Maple", "what": "My year"}
    bring(sealed({**contents(taken), "data/disclosures.json": json.dumps([told]).encode()}))
    path = f"/students/{away.student.id}/foreign-records?limit=200"

    def seen(person: Any) -> list[Any]:
        listed = client.as_(person).read(path)["items"]
        return [one["content"] for one in listed if one["part"] == "disclosures"]

    assert seen(away.school_admin) == [told]
    assert [{*content} for content in seen(away.parent)] == [{"id", "subject_type", "what"}]
    deny(database, away, "share_links")
    assert seen(away.parent) == []


def test_a_comment_from_elsewhere_is_for_who_reads_what_it_is_about(
    client: Client, world: World, database: Isolated, taken: Taken, bring: Bring
) -> None:
    away = world.away
    said = [{"id": f"c-{about}", "subject_type": about} for about in ("goals", "reviews", "x")]
    bring(with_rows(taken, "comments", lambda rows_: rows_.extend(said)))
    deny(database, away, "goals")
    parent, student = client.as_(away.parent), client.as_(away.student)
    path = f"/students/{away.student.id}/foreign-records?limit=200"
    found = {one["foreign_id"]: one["id"] for one in student.read(path)["items"]}
    assert {"c-goals", "c-reviews"} <= {*found}
    assert "c-x" not in found
    left = {one["foreign_id"] for one in parent.read(path)["items"]}
    assert ("c-reviews" in left, "c-goals" in left) == (True, False)
    assert parent.get(f"/foreign-records/{found['c-goals']}").status_code == 404
    assert parent.get(f"/foreign-records/{found['c-reviews']}").status_code == 200


def test_a_parent_here_learns_of_no_parent_there(
    client: Client, world: World, database: Isolated, taken: Taken, bring: Bring
) -> None:
    away, home = world.away, world.home
    content = with_rows(
        taken,
        "signatures",
        lambda rows_: rows_.append(
            {
                "id": "1",
                "role": "parent",
                "person_id": str(home.parent.id),
                "person_name": "Ruth There",
                "signed_by_name": "Ruth There",
                "signed_at": "2026-09-01T10:00:00Z",
            }
        ),
    )
    bring(content)
    path = f"/students/{away.student.id}/foreign-records?limit=200"
    assert "Ruth There" in client.as_(away.student).get(path).text
    theirs = client.as_(away.parent).get(path).text
    assert "Ruth There" not in theirs
    assert str(home.parent.id) not in theirs
    assert "2026-09-01T10:00:00Z" in theirs


def test_foreign_records_travel_on_with_the_student(
    world: World, database: Isolated, taken: Taken, bring: Bring, tmp_path: Path
) -> None:
    bring(taken.content)
    with writing(database, world.away) as session:
        student = session.get_one(Student, world.away.student.id)
        access = making.access_of(student.id, student.district_id)
        second = making.make(student, access).path
    third = world.home.other_student.id
    with (
        arriving.checked(second, DistrictSettings()) as ready,
        writing(database, world.home) as session,
    ):
        arriving.bring(ready, session.get_one(Student, third))
        kept = session.scalars(select(ForeignRecord).where(ForeignRecord.student_id == third))
        came = {(one.part, one.foreign_id): one.came_from for one in kept}
    rating = taken.rows("ratings")[0]["id"]
    assert came["ratings", rating].startswith("Tamarack")
    second.unlink()


# By the command line.


@pytest.mark.parametrize(
    "address",
    ["//evil.example/share/x.png", "javascript:alert(1)", "files/../x.png", ["files/x.png"]],
)
def test_the_page_leads_to_no_address_that_a_record_from_elsewhere_names(
    world: World, database: Isolated, taken: Taken, export: Export, bring: Bring, address: Any
) -> None:
    bring(with_rows(taken, "goals", lambda goals: goals[0].update(path=address, alt="Look")))
    again = export(world.away.student)
    page = again.zip.read("index.html").decode()
    named = set(re.findall(r'(?:src|href)="([^"#]+)"', page))
    assert "Look" in page
    assert named
    assert named <= again.names


def environment(settings: Settings) -> dict[str, Any]:
    return {
        "PLP_DATABASE_URL": settings.database_url,
        "PLP_MIGRATION_DATABASE_URL": settings.migration_database_url,
        "PLP_DATA_DIR": str(settings.data_dir),
        "PLP_SECRET_KEY": settings.secret_key,
    }


def another(settings: Settings, tmp_path: Path) -> tuple[Settings, UUID]:
    """An empty installation of the same kind, and a student of its."""
    kind = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    folder = tmp_path / "there"
    folder.mkdir()
    there = databases.prepared(kind, folder)
    database = db.Database.of(there)
    student_id = populate(database).home.student.id
    database.dispose()
    return there, student_id


def test_no_transaction_is_open_while_an_archive_is_checked(
    taken: Taken, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, student_id = another(settings, tmp_path)
    called: list[str] = []

    def apart(module: Any, name: str) -> None:
        then = getattr(module, name)

        def called_apart(*given: Any, **named: Any) -> Any:
            with pytest.raises(LookupError):
                db.session()
            called.append(name)
            return then(*given, **named)

        monkeypatch.setattr(module, name, called_apart)

    slow = [(package, "_check_seal"), (package, "_check_entry"), (scanning, "scan")]
    for module, name in slow:
        apart(module, name)
    come = ["import", "student", str(taken.saved(tmp_path)), "--yes", "--student", str(student_id)]
    done = CliRunner().invoke(main, come, env=environment(there))
    assert done.exit_code == 0, done.output
    assert {*called} == {name for _, name in slow}


def test_a_record_goes_from_one_installation_into_an_empty_one(
    taken: Taken, sha256: str, settings: Settings, tmp_path: Path
) -> None:
    there, student_id = another(settings, tmp_path)
    saved, written = taken.saved(tmp_path), tmp_path / "back.zip"
    come = ["import", "student", str(saved), "--student", str(student_id)]
    asked = CliRunner().invoke(main, come, env=environment(there), input="n\n")
    assert asked.exit_code == 1
    assert "Student" in asked.output.splitlines()[0], "both names"
    come += ["--yes"]
    go = ["export", "student", str(student_id), "--to", str(written)]

    def run(arguments: list[str]) -> Result:
        return CliRunner().invoke(main, arguments, env=environment(there))

    first = run(come)
    assert first.exit_code == 0, first.output
    assert "artifacts" in first.output
    assert run(come).output == "Nothing new.\n"
    back = run(go)
    assert back.exit_code == 0, back.output
    assert written.stat().st_mode & 0o077 == 0
    assert run(go).exit_code == 1
    again = Taken(written.read_bytes())
    photos = {file["sha256"] for file in again.manifest["files"] if "files/" in file["path"]}
    assert photos == {sha256}
    theirs = {row["title"]: row["status"] for row in again.rows("artifacts")}
    assert theirs["My barn"] == "draft"
    kept = {
        (row["part"], row["foreign_id"]): row["content"] for row in again.rows("foreign_records")
    }
    for part in ("goals", "ratings", "reviews", "plan_versions"):
        for row in taken.rows(part):
            assert kept[part, row["id"]] == row
    saved.write_bytes(taken.content[:-1] + bytes([taken.content[-1] ^ 1]))
    refused_ = run(come)
    assert (refused_.exit_code, "altered" in refused_.output) == (1, True)
