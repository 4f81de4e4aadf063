"""A student takes their whole record along."""

import hashlib
import io
import re
import weakref
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED

import pytest
import time_machine
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from structlog.testing import CapturingLogger

from plp_api.foundation import clock, db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access import revocation
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.access.subjects import READ_BY
from plp_api.foundation.archives import actions, making, package
from plp_api.foundation.archives import work as worker
from plp_api.foundation.archives.models import ExportStatus, StudentExport
from plp_api.foundation.archives.parts import Part
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.files import receiving, storage
from plp_api.foundation.files.models import VirusCheck
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import Person, Student
from plp_api.learning.artifacts.models import ArtifactPart
from plp_api.planning.signatures.models import SignatureDecline
from plp_api.planning.signing.models import Scan
from plp_api.server import archived
from tests import browser
from tests.client import Client, code, pointers
from tests.conftest import Live
from tests.databases import Isolated
from tests.foundation.access import rows
from tests.foundation.access import test_every_road as roads
from tests.foundation.access.test_every_road import marked
from tests.foundation.archives.conftest import PICTURE, Export, Taken, Work
from tests.learning.portfolio_world import add_artifact
from tests.racing import at_once
from tests.world import World, pupil, writing, years_ago

__all__ = ["marked"]


# Tables of students that are no part of their own: in which part their rows are, or why in none.
WITHIN = {
    "artifact_links": "artifacts",
    "artifact_parts": "artifacts",
    "artifact_versions": "artifacts",
    "criterion_scores": "artifact_reviews",
    "plan_sections": "plan_versions",
    "portfolio_entries": "portfolios",
    "reflections": "artifacts",
    "review_participants": "reviews",
    "showcase_items": "showcases",
    "showcase_sections": "showcases",
    "statements": "plan_versions",
}
THE_SIS = "stays in the student system, or says who reaches whom"
THE_SCHOOLS = "the school's own work, not what it says of the student"
IN_NONE = {
    **dict.fromkeys(
        (
            *("advisory_members", "enrollments", "home_studies", "placements", "relationships"),
            *("school_enrollments", "students", "sampled_students", "assignments"),
        ),
        THE_SIS,
    ),
    **dict.fromkeys(
        (
            *("concerns", "elo_stops", "outreach_attempts", "signature_delegates"),
            *("signature_exceptions", "signature_waivers", "site_visits"),
        ),
        THE_SCHOOLS,
    ),
    "version_reaffirmations": "no area serves it yet: with its schema it becomes a part",
    "item_links": "of frameworks: an id of this installation",
    "revisions": "a text before its correction",
    "share_links": "a way in, which a file must not be",
    "share_openings": "a way in, which a file must not be",
    "signing_links": "a way in, which a file must not be",
    "student_exports": "itself",
}


def test_every_table_of_students_is_in_an_archive_or_it_is_said_why_not(client: Client) -> None:
    tables = {
        mapper.class_.__tablename__
        for mapper in db.Base.registry.mappers
        if isinstance(getattr(mapper.class_, "__ownership__", None), OwnedByStudent)
    }
    parts = {part.name for part in archived.PARTS}
    assert {*WITHIN.values()} <= parts
    assert tables - parts == {*WITHIN, *IN_NONE}


@pytest.fixture
def complete(world: World, database: Isolated) -> World:
    """The world with one of everything, for each student."""
    with writing(database, world.home, world.away) as session:
        rows.complete(world)
        session.execute(update(StudentExport).values(status=ExportStatus.FAILED))
    return world


def test_an_archive_holds_the_whole_record_with_hashes(complete: World, export: Export) -> None:
    taken = export(complete.home.student)
    listed = {file["path"]: file for file in taken.manifest["files"]}
    assert taken.names == {*listed, "manifest.json"}
    for path, file in listed.items():
        content = taken.zip.read(path)
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file["sha256"], file["size"])
    parts = {part["name"]: part["rows"] for part in taken.manifest["parts"]}
    empty = {name for name, number in parts.items() if not number}
    assert empty == {"signatures", "signature_declines"}


def test_a_file_that_the_storage_lost_or_that_is_infected_is_named_as_missing(
    complete: World, database: Isolated, export: Export
) -> None:
    home = complete.home
    with writing(database, home) as session:
        file = receiving.receive(
            io.BytesIO(PICTURE),
            "barn.png",
            folder="artifacts",
            district_id=home.district_id,
            by=home.student.id,
            student_id=home.student.id,
        )
        file.virus_check = VirusCheck.INFECTED
        session.flush()
        add_artifact(session, home, part={"kind": "file", "file_id": file.id})
        scan = session.scalars(select(Scan).where(Scan.person_id == home.student.id)).one()
        work = session.scalars(
            select(ArtifactPart).where(
                ArtifactPart.student_id == home.student.id, ArtifactPart.text == "Snow."
            )
        ).one()
        lost, infected = {str(scan.id), str(work.file_id)}, str(file.id)
    taken = export(home.student)
    missing = {Path(name).stem for name in taken.manifest["missing"]}
    assert missing == {*lost, infected}
    assert not {name for name in taken.names if name.startswith("files/")}


def test_comments_are_taken_from_every_table_that_has_them(client: Client) -> None:
    assert set(READ_BY) <= {*archived.COMMENTED}


def made(database: Isolated, world: World, reader: UUID, student: UUID | None = None) -> Taken:
    """The archive of the student as a reader would get it, without the way over a job."""
    with writing(database, world.home) as session:
        row = session.get_one(Student, student or world.home.student.id)
        archive = making.make(row, making.access_of(reader, row.district_id))
        content = archive.path.read_bytes()
        archive.path.unlink()
    return Taken(content)


def test_the_page_in_it_needs_no_server_and_no_script(complete: World, export: Export) -> None:
    page = export(complete.home.student).zip.read("index.html").decode()
    assert "<script" not in page
    assert "A poem" in page
    assert '<h2 id="artifacts-title">Work</h2>' in page
    addresses = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert addresses
    assert {one.split("/")[0] for one in addresses} <= {"data", "files"}


class Rows(list[Any]):
    """A list that can be watched."""


def test_no_rows_of_a_part_are_kept_while_the_next_is_made(
    world: World, database: Isolated, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier: list[Any] = []

    def rows_of(name: str) -> Any:
        def given(*_given: Any) -> Rows:
            assert [one() for one in earlier] == [None] * len(earlier)
            given_ = Rows([{"id": "1", "title": f"{name} – ünïcode <b>"}] * 3_000)
            earlier.append(weakref.ref(given_))
            return given_

        return given

    parts = [
        Part(name, name, Permission.EXPORTS_READ, rows_of(name)) for name in ("one", "two", "three")
    ]
    monkeypatch.setattr(making, "ARCHIVE_PARTS", parts)
    page = made(database, world, world.home.student.id).zip.read("index.html").decode()
    assert len(earlier) == 3
    assert re.findall(r'<section id="(\w+)"', page) == ["one", "two", "three"]
    assert re.findall(r'href="#(\w+)">\w+</a> \((\d+)\)', page) == [
        (name, "3000") for name in ("one", "two", "three")
    ]
    assert page.count("<h3>two – ünïcode &lt;b&gt;</h3>") == 3_000
    assert page.endswith("</main>\n</body>\n</html>")


def test_what_packs_as_a_bomb_would_is_stored_as_it_is_and_may_be_read(tmp_path: Path) -> None:
    same, path = b" " * (3 << 20), tmp_path / "archive.zip"
    writer = package.Writer(path, clock.now())
    writer.add("data/goals.json", [b"[", same, b"]"])
    writer.add("files/1.txt", [b"Snow. " * 1_000])
    writer.close({})
    with package.opened(path) as archive:
        assert archive.rows("goals") == []
        packed = {info.filename: info.compress_type for info in archive.opened.infolist()}
    assert packed["data/goals.json"] == ZIP_STORED
    assert packed["files/1.txt"] == ZIP_DEFLATED


def test_an_archive_that_nobody_could_read_is_never_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "LARGEST_DATA", 2_000)
    writer = package.Writer(tmp_path / "archive.zip", clock.now())
    writer.add("data/goals.json", [b" " * 2_001])
    with pytest.raises(Problem) as caught:
        writer.close({})
    assert caught.value.code is Code.ARCHIVE_INVALID
    writer.abandon()


def test_words_in_it_are_text_and_never_markup(
    world: World, database: Isolated, export: Export
) -> None:
    with writing(database, world.home) as session:
        add_artifact(session, world.home, title="<script>alert(1)</script>")
    page = export(world.home.student).zip.read("index.html").decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@browser.needed
def test_the_page_is_accessible_and_fits_a_phone(
    complete: World, export: Export, tmp_path: Path
) -> None:
    export(complete.home.student).zip.extractall(tmp_path)
    address = (tmp_path / "index.html").as_uri()
    with browser.opened(address, browser.PHONE, scripts=True) as page:
        assert browser.violations(page) == []
        assert not browser.is_wider_than_its_window(page)


def test_a_signed_version_is_in_it_with_the_bytes_that_were_signed(
    client: Client, world: World, export: Export
) -> None:
    version = str(world.home.student.version_id)
    student = client.as_(world.home.student)
    for key in ("about_me", "scope_and_rigor"):
        student.patch(f"/plan-versions/{version}", {"sections": {key: "I mend fences."}})
    assert student.act(f"/plan-versions/{version}", "submit").status_code == 200
    assert (
        client.as_(world.home.advisor).act(f"/plan-versions/{version}", "approve").status_code
        == 200
    )
    shown = student.read(f"/plan-versions/{version}")
    body = {"snapshot_sha256": shown["snapshot_sha256"], "language": "en"}
    assert student.post(f"/plan-versions/{version}/signatures", body).status_code == 201
    taken = export(world.home.student)
    frozen = taken.zip.read(f"snapshots/{version}.json")
    assert hashlib.sha256(frozen).hexdigest() == shown["snapshot_sha256"]
    assert "I mend fences." in taken.zip.read(f"prints/{version}.html").decode()
    signed = [row for row in taken.rows("signatures") if row["role"] == "student"]
    assert signed[0]["plan_version_id"] == version
    (listed,) = (row for row in taken.rows("plan_versions") if row["id"] == version)
    ours = {name: value for name, value in shown.items() if name != "available_actions"}
    assert {name: listed[name] for name in ours if name in listed} == {
        name: value for name, value in ours.items() if name in listed
    }


# What is not in it.


def test_what_an_order_denies_is_in_no_archive(database: Isolated, marked: World) -> None:
    parent, sha256 = marked.home.parent.id, roads._hash(database, marked)

    def seen(kind: str) -> list[str]:
        compact = re.sub(r"\s*([:{,])\s*", r"\1", made(database, marked, parent).text)
        return [mark for mark in roads.MARKS[kind] if mark.replace("HASH", sha256) in compact]

    in_none = {"share_links", "calls", "relationships"}
    kinds = set(roads.MARKS) - in_none
    assert {kind for kind in kinds if seen(kind)} == kinds
    for kind in roads.MARKS:
        with database.undone():
            roads._deny(database, marked, kind)
            assert seen(kind) == [], kind


def test_a_parent_gets_no_draft_and_learns_of_no_other_parent(
    complete: World, database: Isolated
) -> None:
    home = complete.home
    with writing(database, home) as session:
        drafted = add_artifact(session, home, status="draft", title="Half a thought")
        comment = session.scalars(
            select(Comment).where(Comment.student_id == home.student.id)
        ).first()
        whose = {"district_id": home.district_id, "student_id": home.student.id}
        said = {"subject_type": "artifacts", "subject_id": drafted.id}
        by = {"author_id": home.student.id, "author_role": "student"}
        session.add(Comment(**whose, **said, **by, body="Is the draft too short?"))
        comment.author_id, comment.author_role = home.inspecting_parent.id, "parent"
    theirs = made(database, complete, home.parent.id).text
    assert "Half a thought" not in theirs
    assert "Is the draft too short?" not in theirs
    assert str(drafted.id) not in theirs
    assert str(home.inspecting_parent.id) not in theirs
    own = made(database, complete, home.student.id).text
    assert str(home.inspecting_parent.id) in own
    assert "Is the draft too short?" in own


def test_who_declined_to_sign_takes_their_own_words_along(
    complete: World, database: Isolated
) -> None:
    home = complete.home
    with writing(database, home) as session:
        session.execute(delete(SignatureDecline))
        of = {"district_id": home.district_id, "student_id": home.student.id}
        of |= {"signed_version_id": home.student.version_id}
        for person, role in ((home.student, "student"), (home.parent, "parent")):
            words = f"Not yet, says the {role}."
            session.add(SignatureDecline(**of, person_id=person.id, role=role, words=words))
    for reader, role in ((home.student, "student"), (home.parent, "parent")):
        (row,) = made(database, complete, reader.id).rows("signature_declines")
        assert row["words"] == f"Not yet, says the {role}."
        assert row["plan_version_id"] == str(home.student.version_id)
    assert made(database, complete, home.inspecting_parent.id).rows("signature_declines") == []


def test_no_word_of_another_student_is_in_it(complete: World, database: Isolated) -> None:
    home = complete.home
    with writing(database, home) as session:
        add_artifact(session, home, home.other_student, title="Another's work")
    for reader in (home.student, home.parent):
        text = made(database, complete, reader.id).text
        assert "Another's work" not in text
        for other in (home.other_student, home.senior, complete.away.student):
            for key in (other.id, other.plan_id, other.version_id, other.goal_id):
                assert str(key) not in text


# Who may.


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("inspecting_parent", 202),
        ("denied_parent", 404),
        ("relative", 404),
        ("advisor", 403),
        ("counselor", 403),
        ("school_admin", 403),
        ("district_admin", 403),
        ("senior", 404),
    ],
)
def test_only_the_student_and_who_holds_their_rights_may(
    client: Client, world: World, who: str, status: int
) -> None:
    path = f"/students/{world.home.student.id}/exports"
    assert client.as_(getattr(world.home, who)).post(path).status_code == status


def test_an_archive_is_for_whom_it_was_made_alone(client: Client, world: World, work: Work) -> None:
    home = world.home
    made_ = client.as_(home.parent).post(f"/students/{home.student.id}/exports").json
    work()
    path = f"/student-exports/{made_['id']}"
    for other in (home.student, home.inspecting_parent):
        assert client.as_(other).get(path).status_code == 404
        assert client.as_(other).get(f"{path}/content").status_code == 404
    admin = client.as_(home.school_admin)
    assert (admin.read(path)["is_yours"], admin.read(path)["status"]) == (False, "ready")
    assert admin.get(f"{path}/content").status_code == 403
    assert client.as_(home.parent).get(f"{path}/content").status_code == 200


def test_while_one_is_made_another_is_refused(client: Client, world: World, work: Work) -> None:
    student, path = client.as_(world.home.student), f"/students/{world.home.student.id}/exports"
    first = student.post(path).json
    second = student.post(path)
    assert (second.status_code, code(second)) == (409, "export_running")
    content = student.get(f"/student-exports/{first['id']}/content")
    assert code(content) == "export_not_ready"
    work()
    assert student.post(path).status_code == 202


def test_after_two_weeks_the_archive_is_gone(
    client: Client, world: World, database: Isolated, work: Work
) -> None:
    student = client.as_(world.home.student)
    made_ = student.post(f"/students/{world.home.student.id}/exports").json
    work()
    path = f"/student-exports/{made_['id']}"
    with database.transaction(districts=[world.home.district_id]) as session:
        file = session.get_one(StudentExport, UUID(made_["id"])).file
        assert file is not None
        name = file.name
    assert storage.get(name)
    with time_machine.travel(clock.now() + timedelta(days=15)):
        later = client.as_(world.home.student, anew=True)
        assert code(later.get(f"{path}/content")) == "export_expired"
        with database.transaction(districts=[world.home.district_id]):
            worker.end_exports()
        assert later.read(path)["status"] == "expired"
    with pytest.raises(FileNotFoundError):
        storage.get(name)


def test_a_parent_whose_reach_ends_has_no_archive_any_more(
    client: Client, world: World, database: Isolated, work: Work
) -> None:
    home = world.home
    parent = client.as_(home.parent)
    made_ = parent.post(f"/students/{home.student.id}/exports").json
    work()
    with writing(database, home) as session:
        student = session.get_one(Student, home.student.id)
        by = Access(callers.absent(session.get_one(Person, home.registrar.id), clock.today()))
        revocation.revoke(home.parent.id, student, access=by)
    with writing(database, home) as session:
        export = session.get_one(StudentExport, UUID(made_["id"]))
        assert (export.status, export.file_id) == ("expired", None)
    assert parent.get(f"/student-exports/{made_['id']}/content").status_code == 404


def test_an_order_after_it_was_made_closes_it(
    client: Client, world: World, database: Isolated, work: Work
) -> None:
    home = world.home
    parent = client.as_(home.parent)
    made_ = parent.post(f"/students/{home.student.id}/exports").json
    work()
    path = f"/student-exports/{made_['id']}/content"
    assert parent.get(path).status_code == 200
    roads._deny(database, world, "goals")
    assert code(parent.get(path)) == "export_expired"


# A leaving class.


def test_a_leaving_class_is_exported_by_one_job_each_archive_the_student_s_own(
    client: Client, world: World, database: Isolated, work: Work
) -> None:
    home = world.home
    admin = client.as_(home.school_admin)
    body = {"school_id": str(home.school_id), "grade": "12"}
    batch = admin.post("/student-exports", body)
    assert (batch.status_code, batch.json["student_count"]) == (202, 1)
    assert admin.post("/student-exports", body).json["student_count"] == 0
    work()
    (row,) = admin.read(f"/student-exports?batch_id={batch.json['batch_id']}")["items"]
    assert (row["status"], row["student_id"]) == ("ready", str(home.senior.id))
    assert row["requested_for"] == str(home.senior.id)
    content = f"/student-exports/{row['id']}/content"
    assert admin.get(content).status_code == 403
    assert client.as_(home.senior_parent).get(content).status_code == 404
    taken = Taken(client.as_(home.senior).get(content).data)
    assert taken.manifest["made_for"] == "student"


@pytest.mark.parametrize(
    ("who", "status"), [("other_school_admin", 403), ("advisor", 403), ("registrar", 403)]
)
def test_only_an_admin_of_that_school_exports_its_class(
    client: Client, world: World, who: str, status: int
) -> None:
    body = {"school_id": str(world.home.school_id), "grade": "12"}
    answer = client.as_(getattr(world.home, who)).post("/student-exports", body)
    assert answer.status_code == status
    elsewhere = {"school_id": str(world.away.school_id), "grade": "12"}
    admin = client.as_(world.home.school_admin)
    assert pointers(admin.post("/student-exports", elsewhere)) == {"/school_id"}


def test_one_that_cannot_be_made_fails_alone(
    client: Client, world: World, database: Isolated, work: Work
) -> None:
    home = world.home
    with writing(database, home) as session:
        classmate = pupil(
            session, home, "classmate", grade="12", school_id=home.school_id, born=years_ago(17)
        )
    admin = client.as_(home.school_admin)
    body = {"school_id": str(home.school_id), "grade": "12"}
    batch = admin.post("/student-exports", body).json
    assert batch["student_count"] == 2
    with writing(database, home) as session:
        session.get_one(Person, classmate.id).status = "disabled"
    work()
    rows_ = admin.read(f"/student-exports?batch_id={batch['batch_id']}")["items"]
    states = {row["student_id"]: row["status"] for row in rows_}
    assert states == {str(classmate.id): "failed", str(home.senior.id): "ready"}
    assert list(making.folder().glob("*.zip")) == []


@pytest.mark.parametrize("broken", ["making.make", "keeping.stored"])
def test_an_odd_record_or_a_full_disk_fails_one_export_and_not_the_class(
    client: Client,
    world: World,
    database: Isolated,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    home = world.home
    with writing(database, home) as session:
        classmate = pupil(
            session, home, "classmate", grade="12", school_id=home.school_id, born=years_ago(17)
        )
    area, name = broken.split(".")
    module = getattr(worker, area)
    done, left = getattr(module, name), [True]

    def odd(*given: Any) -> Any:
        if left and left.pop():
            raise KeyError("Ruth's own words")
        return done(*given)

    monkeypatch.setattr(module, name, odd)
    admin = client.as_(home.school_admin)
    body = {"school_id": str(home.school_id), "grade": "12"}
    batch = admin.post("/student-exports", body).json
    said = CapturingLogger()
    monkeypatch.setattr(worker, "log", said)
    work()
    ((_, words, facts),) = said.calls
    assert words == ("export.failed",)
    assert set(facts) == {"export", "exc_info"}
    rows_ = admin.read(f"/student-exports?batch_id={batch['batch_id']}")["items"]
    assert sorted(row["status"] for row in rows_) == ["failed", "ready"]
    assert {row["student_id"] for row in rows_} == {str(classmate.id), str(home.senior.id)}
    assert list(making.folder().glob("*.zip")) == []


def test_a_job_that_runs_again_makes_nothing_twice(
    client: Client, world: World, database: Isolated, work: Work
) -> None:
    student = client.as_(world.home.student)
    path = (
        f"/student-exports/{student.post(f'/students/{world.home.student.id}/exports').json['id']}"
    )
    work()
    first = student.read(path)
    with database.transaction(districts=[world.home.district_id]) as session:
        job_id = session.get_one(StudentExport, UUID(first["id"])).job_id
    assert job_id is not None
    with db.using(database):
        worker.run(job_id, lambda _: None)
    assert student.read(path) == first


def test_an_export_that_is_withdrawn_while_it_is_made_is_not_kept(
    client: Client, world: World, database: Isolated, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = world.home
    parent = client.as_(home.parent)
    path = f"/student-exports/{parent.post(f'/students/{home.student.id}/exports').json['id']}"
    before = set(storage.names_before(clock.now() + timedelta(days=1)))
    keep = worker._keep

    def late(*given: Any) -> None:
        with writing(database, home):
            actions.withdraw(home.parent.id, home.student.id)
        keep(*given)

    monkeypatch.setattr(worker, "_keep", late)
    work()
    shown = parent.read(path)
    assert (shown["status"], shown["size"]) == ("expired", None)
    assert set(storage.names_before(clock.now() + timedelta(days=1))) == before


@pytest.mark.both_databases
def test_of_two_requests_at_once_one_is_refused(live: Live) -> None:
    senior = live.world.home.senior
    path, student = f"/students/{senior.id}/exports", live.client.as_(senior)
    answers = at_once(*[lambda: student.post(path)] * 2)
    assert sorted(answer.status_code for answer in answers) == [202, 409]


@pytest.mark.both_databases
def test_an_own_export_and_that_of_the_class_at_once_are_one(live: Live) -> None:
    home = live.world.home
    student, admin = live.client.as_(home.senior), live.client.as_(home.school_admin)
    path, body = f"/students/{home.senior.id}/exports", {"school_id": str(home.school_id)}
    for _ in range(8):
        with writing(live.database, home) as session:
            session.execute(update(StudentExport).values(status=ExportStatus.FAILED))
        answers = at_once(
            lambda: student.post(path),
            lambda: admin.post("/student-exports", body | {"grade": "12"}),
        )
        assert answers[1].status_code == 202, answers[1].json
        began = (answers[0].status_code, answers[1].json["student_count"])
        assert began in ((202, 0), (409, 1))


def test_the_database_itself_allows_one_open_export(world: World, database: Isolated) -> None:
    own = {"district_id": world.home.district_id, "student_id": world.home.student.id}
    own |= {"requested_by": world.home.student.id, "requested_for": world.home.student.id}
    with writing(database, world.home) as session:
        session.add(StudentExport(**own))
        session.flush()
        session.add(StudentExport(**own, status="running"))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_a_new_archive_takes_the_place_of_the_earlier_one_of_its_kind(
    client: Client, world: World, work: Work
) -> None:
    home = world.home
    student, admin = client.as_(home.senior), client.as_(home.school_admin)
    path, body = f"/students/{home.senior.id}/exports", {"school_id": str(home.school_id)}
    before = set(storage.names_before(clock.now() + timedelta(days=1)))
    for _ in range(2):
        assert student.post(path).status_code == 202
        work()
        assert admin.post("/student-exports", body | {"grade": "12"}).json["student_count"] == 1
        work()
    shown = student.read(f"{path}?sort=created_at")["items"]
    states = [(bool(one["batch_id"]), one["status"]) for one in shown]
    assert states == [(False, "expired"), (True, "expired"), (False, "ready"), (True, "ready")]
    kept = set(storage.names_before(clock.now() + timedelta(days=1))) - before
    assert len(kept) == 2


def test_an_archive_is_written_to_the_storage_while_no_transaction_is_open(
    client: Client, world: World, database: Isolated, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = client.as_(world.home.student)
    write, seen = storage.put_file_now, []

    def watched(name: str, source: Path) -> None:
        with pytest.raises(LookupError):
            db.session()
        seen.append(name)
        write(name, source)

    monkeypatch.setattr(storage, "put_file_now", watched)
    made_ = student.post(f"/students/{world.home.student.id}/exports").json
    work()
    shown = student.read(f"/student-exports/{made_['id']}")
    content = student.get(f"/student-exports/{made_['id']}/content").data
    assert (len(seen), shown["status"]) == (1, "ready")
    assert shown["sha256"] == hashlib.sha256(content).hexdigest()
    assert shown["size"] == len(content)


def test_what_cannot_be_committed_leaves_no_archive_in_the_storage(
    client: Client, world: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = client.as_(world.home.student)
    before = set(storage.names_before(clock.now() + timedelta(days=1)))

    def odd(*_given: Any) -> None:
        raise KeyError

    monkeypatch.setattr(actions, "finish", odd)
    made_ = student.post(f"/students/{world.home.student.id}/exports").json
    work()
    assert student.read(f"/student-exports/{made_['id']}")["status"] == "failed"
    assert set(storage.names_before(clock.now() + timedelta(days=1))) == before


def test_an_archive_waits_until_its_last_byte_was_asked_for(
    client: Client, world: World, work: Work
) -> None:
    home = world.home
    body = {"school_id": str(home.school_id), "grade": "12"}
    client.as_(home.school_admin).post("/student-exports", body)
    work()
    senior = client.as_(home.senior)
    (export_,) = senior.read(f"/students/{home.senior.id}/exports")["items"]
    path, size = f"/student-exports/{export_['id']}", export_["size"]

    def is_waiting() -> bool:
        waits = bool(senior.read("/me/inbox?kind=archive_to_take")["items"])
        assert waits == (senior.read(path)["downloaded_at"] is None)
        return waits

    for begun in ("bytes=0-0", f"bytes=0-{size - 2}"):
        assert senior.get(f"{path}/content", headers={"Range": begun}).status_code == 206
        assert is_waiting()
    assert senior.send("HEAD", f"{path}/content").status_code == 200
    assert is_waiting()
    beyond = senior.get(f"{path}/content", headers={"Range": f"bytes={size}-"})
    assert beyond.status_code == 416
    assert is_waiting()
    rest = {"Range": f"bytes={size // 2}-"}
    assert senior.get(f"{path}/content", headers=rest).status_code == 206
    assert not is_waiting()
