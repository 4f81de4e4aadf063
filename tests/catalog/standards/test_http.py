"""Framework imports over HTTP: sent, executed by the worker, read as a resource."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from sqlalchemy import select

from plp_api.catalog.standards import actions, work
from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.imports import uploads
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.jobs.worker import Worker
from plp_api.foundation.settings import Settings
from tests.catalog.standards.packages import (
    SECOND,
    association,
    child,
    document,
    item,
    package,
    raw,
    small,
)
from tests.client import Client, Response, code, pointers
from tests.databases import Isolated
from tests.world import World

SHEET = b"code,statement\nA,Does A.\n"


@pytest.fixture(autouse=True)
def places(settings: Settings) -> Iterator[None]:
    """The settings also hold outside requests; waiting files do not outlive a test."""
    with settings_module.using(settings):
        yield
        for path in waiting():
            path.unlink()


def waiting() -> list[Any]:
    return list(work.folder().glob("*"))


def sent(client: Client, content: Any = None, /, **fields: Any) -> Response:
    """Send a file."""
    packed = content if isinstance(content, bytes) else raw(content or small())
    form = {"file": (io.BytesIO(packed), "framework.json"), **fields}
    return client.post("/framework-imports", data=form, content_type="multipart/form-data")


def worked(settings: Settings, database: Isolated) -> None:
    """Let a worker run the waiting jobs."""
    with database.transaction() as session:
        jobs = session.scalars(select(Job.id).where(Job.kind == actions.JOB)).all()
    for job_id in jobs:
        Worker(database, settings).perform(job_id)


def test_a_package_is_taken_and_imported_by_the_worker(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    taken = sent(admin)
    assert taken.status_code == 202, taken.json
    assert (taken.json["state"], taken.json["progress"]) == ("queued", 0)
    assert taken.json["format"] == "case"
    path = taken.headers["Location"].removeprefix("/api/v1")
    assert path == f"/framework-imports/{taken.json['id']}"
    assert [one.stat().st_mode & 0o777 for one in waiting()] == [0o600]
    worked(settings, database)
    done = admin.read(path)
    assert (done["state"], done["progress"], done["problem"]) == ("applied", 1.0, None), done
    assert done["counts"]["items"]["created"] == 4
    assert done["created_by"] == str(world.home.district_admin.id)
    listed = admin.read("/framework-imports?state=applied")["items"]
    assert [one["id"] for one in listed] == [done["id"]]
    framework = admin.read(f"/frameworks/{done['framework_id']}")
    assert framework["title"] == "A framework"
    assert waiting() == [], "the file is not kept"


def test_a_sheet_is_sent_with_its_title(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    taken = sent(admin, SHEET, title="Ours")
    assert (taken.json["format"], taken.json["title"]) == ("csv", "Ours")
    worked(settings, database)
    assert admin.read(f"/framework-imports/{taken.json['id']}")["state"] == "applied"
    (framework,) = admin.read("/frameworks?source=csv")["items"]
    assert framework["title"] == "Ours"


def test_a_dry_run_changes_nothing(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    taken = sent(admin, dry_run="true")
    worked(settings, database)
    done = admin.read(f"/framework-imports/{taken.json['id']}")
    assert (done["state"], done["is_dry_run"], done["framework_id"]) == ("compared", True, None)
    assert done["counts"]["items"]["created"] == 4
    assert admin.read("/frameworks")["items"] == []


def test_a_bad_file_is_refused_with_findings(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    whole = small()
    whole["CFItems"][1]["fullStatement"] = 7
    taken = sent(admin, whole)
    worked(settings, database)
    done = admin.read(f"/framework-imports/{taken.json['id']}")
    assert (done["state"], done["problem"]["code"]) == ("refused", "framework_invalid")
    (finding,) = done["findings"]
    assert finding["code"] == "wrong_type"
    assert finding["pointer"] == "/CFItems/1/fullStatement"
    assert finding["identifier"] == whole["CFItems"][1]["identifier"]
    assert done["finding_counts"] == {"wrong_type": 1}
    assert admin.read("/frameworks")["items"] == []
    sheet = sent(admin, b"code,statement\nA,Does A.\nA,Again.\n", title="Ours")
    worked(settings, database)
    (finding,) = admin.read(f"/framework-imports/{sheet.json['id']}")["findings"]
    assert (finding["code"], finding["row"], finding["column"]) == ("code_twice", 3, "code")


def test_a_second_import_waits_until_the_first_has_ended(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    sent(admin)
    assert code(sent(admin)) == "framework_import_running"
    assert len(waiting()) == 1, "what is refused is not stored"
    assert sent(client.as_(world.away.district_admin)).status_code == 202
    worked(settings, database)
    assert sent(admin).status_code == 202


def test_only_an_office_of_the_whole_district_imports(client: Client, world: World) -> None:
    for name in ("school_admin", "teacher", "student", "parent", "registrar"):
        assert sent(client.as_(getattr(world.home, name))).status_code == 403, name
    assert waiting() == []


def test_imports_of_another_district_are_not_seen(client: Client, world: World) -> None:
    taken = sent(client.as_(world.home.district_admin))
    stranger = client.as_(world.away.district_admin)
    assert stranger.get(f"/framework-imports/{taken.json['id']}").status_code == 404
    assert stranger.read("/framework-imports")["items"] == []
    teacher = client.as_(world.home.teacher)
    assert teacher.get("/framework-imports").status_code == 403


def test_an_import_whose_file_is_gone_has_failed(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    taken = sent(admin)
    for path in waiting():
        path.unlink()
    worked(settings, database)
    done = admin.read(f"/framework-imports/{taken.json['id']}")
    assert (done["state"], done["problem"]["code"]) == ("failed", "not_found")
    assert sent(admin).status_code == 202


def test_a_job_killed_midway_is_repeated_from_the_start(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    """Killed before its commit nothing is there; killed after it nothing is done again."""
    admin = client.as_(world.home.district_admin)
    taken = sent(admin)
    with database.transaction() as session:
        job_id = session.scalars(select(Job.id).where(Job.kind == actions.JOB)).one()
    # As a kill: nothing catches it, so the transaction is rolled back and the file stays.
    with (
        db.using(database),
        patch.object(actions, "_keep", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        work.run(job_id, lambda _: None)
    assert admin.read("/frameworks")["items"] == []
    assert admin.read(f"/framework-imports/{taken.json['id']}")["state"] == "running"
    with (
        db.using(database),
        patch.object(Path, "unlink", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        work.run(job_id, lambda _: None)
    before = admin.read(f"/framework-imports/{taken.json['id']}")
    assert before["state"] == "applied"
    assert len(waiting()) == 1
    with db.using(database):
        assert work.run(job_id, lambda _: None) == {}
    assert admin.read(f"/framework-imports/{taken.json['id']}") == before
    assert waiting() == []
    with database.transaction(districts=[world.home.district_id]) as session:
        assert len(session.scalars(select(Framework)).all()) == 1
        assert len(session.scalars(select(FrameworkItem)).all()) == 4


def test_an_importer_who_lost_their_office_imports_nothing(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    taken = sent(admin)
    with patch("plp_api.foundation.imports.actions.access_of", return_value=None):
        worked(settings, database)
    done = admin.read(f"/framework-imports/{taken.json['id']}")
    assert done["state"] == "refused"
    assert done["finding_counts"] == {"importer_without_office": 1}


def test_what_is_sent_must_be_a_form_with_a_file(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    assert code(admin.post("/framework-imports", {})) == "media_type_unsupported"
    empty = admin.post("/framework-imports", data={}, content_type="multipart/form-data")
    assert code(empty) == "validation_failed"
    assert pointers(empty) == {"/file"}
    assert code(sent(admin, surprise="1")) == "validation_failed"
    assert code(sent(admin, title="")) == "validation_failed"
    assert code(sent(admin, title="x" * 201)) == "validation_failed"
    assert code(sent(admin, dry_run="perhaps")) == "validation_failed"


def test_a_file_beyond_the_limit_is_refused(
    client: Client, world: World, settings: Settings
) -> None:
    with settings_module.using(replace(settings, framework_limit=100)):
        assert code(sent(client.as_(world.home.district_admin))) == "body_too_large"


def test_files_that_nobody_imported_are_forgotten(client: Client, world: World) -> None:
    sent(client.as_(world.home.district_admin))
    work.forget()
    assert len(waiting()) == 1
    with time_machine.travel(clock.now() + uploads.KEPT * 2):
        work.forget()
    assert waiting() == []


def test_the_next_edition_retires_what_is_gone(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    for whole in (small(), small(SECOND, names=("A", "B", "A1"))):
        sent(admin, whole, confirm="true")
        worked(settings, database)
    held = admin.read("/framework-items?is_retired=false")["items"]
    assert [one["code"] for one in held] == ["B", "A", "A1"]
    (gone,) = admin.read("/framework-items?is_retired=true")["items"]
    assert (gone["code"], gone["is_retired"]) == ("A2", True)
    assert gone["retired_on"]


def imported(
    client: Client, settings: Settings, database: Isolated, content: Any, **fields: Any
) -> Any:
    """The import of a file, once a worker has ended it."""
    taken = sent(client, content, **fields)
    assert taken.status_code == 202, taken.json
    worked(settings, database)
    return client.read(f"/framework-imports/{taken.json['id']}")


@pytest.mark.both_databases
def test_a_file_that_would_retire_a_whole_framework_needs_confirmation(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    held = "/framework-items?is_retired=false"
    imported(admin, settings, database, small())
    empty = {"CFDocument": document(SECOND)}
    for dry_run in ("true", "false"):
        stopped = imported(admin, settings, database, empty, dry_run=dry_run)
        assert (stopped["state"], stopped["is_confirmed"]) == ("unconfirmed", False)
        assert stopped["counts"]["items"]["retired"] == 4
        (finding,) = stopped["findings"]
        assert finding["code"] == "many_retired"
        assert "4 of 4 items." in finding["message"]
        assert len(admin.read(held)["items"]) == 4
    done = imported(admin, settings, database, empty, confirm="true")
    assert (done["state"], done["is_confirmed"], done["findings"]) == ("applied", True, [])
    assert admin.read(held)["items"] == []


@pytest.mark.both_databases
def test_an_older_package_that_is_confirmed_takes_a_mistake_back(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    held = "/framework-items?is_retired=false"
    good = small()
    imported(admin, settings, database, good)
    mistaken = small(SECOND, names=("A",))
    mistaken["CFDocument"]["title"] = mistaken["CFItems"][0]["fullStatement"] = "A mistake."
    imported(admin, settings, database, mistaken, confirm="true")
    assert [one["statement"] for one in admin.read(held)["items"]] == ["A mistake."]
    older = imported(admin, settings, database, good)
    assert older["finding_counts"] == {"package_older": 1}
    assert len(admin.read(held)["items"]) == 1
    back = imported(admin, settings, database, good, confirm="true")
    assert (back["state"], back["findings"]) == ("applied", [])
    assert back["counts"]["frameworks"]["updated"] == 1
    items = {one["code"]: one for one in admin.read(held)["items"]}
    assert items.keys() == {"A", "B", "A1", "A2"}
    assert items["A"]["statement"] == "Does A."
    (framework,) = admin.read("/frameworks")["items"]
    assert framework["title"] == "A framework"
    again = imported(admin, settings, database, good)
    assert again["counts"]["items"]["unchanged"] == 4
    # The next edition finds the dates as they were before the mistake.
    later = imported(admin, settings, database, small("2026-01-15T00:00:00+00:00"))
    assert later["counts"]["items"]["updated"] == 4


def test_a_time_in_the_future_is_refused_before_it_locks_the_framework(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    for days, state in ((2, "refused"), (0.5, "applied")):
        at = (clock.now() + timedelta(days=days)).isoformat(timespec="seconds")
        whole = small()
        whole["CFDocument"]["lastChangeDateTime"] = at
        whole["CFItems"][1]["lastChangeDateTime"] = at
        done = imported(admin, settings, database, whole)
        assert done["state"] == state, done
        if state == "refused":
            assert done["finding_counts"] == {"instant_in_future": 2}
            assert {one["pointer"] for one in done["findings"]} == {
                "/CFDocument/lastChangeDateTime",
                "/CFItems/1/lastChangeDateTime",
            }


@pytest.mark.both_databases
def test_an_item_that_moves_to_another_framework_is_adopted_once_its_own_dropped_it(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    tree = [child("framework", "A"), child("A", "A1"), child("A1", "A1a"), child("framework", "B")]
    beside = association("precedes", "A", "B")
    names = ("A", "A1", "A1a", "B")
    first = package([item(name) for name in names], [*tree, beside])
    imported(admin, settings, database, first)
    before = {one["code"]: one["id"] for one in admin.read("/framework-items")["items"]}
    moved = package(
        [item("A"), item("C")], [child("other", "A"), child("A", "C")], document(name="other")
    )
    moved["CFAssociations"].append(beside)
    refused = imported(admin, settings, database, moved)
    assert (refused["state"], refused["finding_counts"]) == (
        "refused",
        {"identifier_elsewhere": 1},
    )
    dropped = package([item("B", SECOND)], [child("framework", "B", SECOND)], document(SECOND))
    imported(admin, settings, database, dropped, confirm="true")
    done = imported(admin, settings, database, moved)
    assert done["state"] == "applied", done["findings"]
    assert done["counts"]["items"] | {"created": 1, "restored": 1} == done["counts"]["items"]
    assert done["counts"]["associations"]["restored"] == 1
    items = {one["code"]: one for one in admin.read("/framework-items")["items"]}
    assert items["A"]["id"] == before["A"]
    assert items["A"]["framework_id"] == items["C"]["framework_id"] == done["framework_id"]
    assert (items["A"]["is_retired"], items["C"]["parent_id"]) == (False, before["A"])
    # What stays behind has no parent in another framework.
    assert items["A1"]["framework_id"] == items["B"]["framework_id"]
    assert (items["A1"]["parent_id"], items["A1"]["depth"]) == (None, 0)
    assert (items["A1a"]["parent_id"], items["A1a"]["depth"]) == (before["A1"], 1)
    (after,) = admin.read(f"/framework-items/{before['A']}/associations")["items"]
    assert after["destination_item_id"] == before["B"]


def test_the_faults_of_a_sheet_come_all_at_once(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    rows = (
        "code,statement,parent\nA,,\nB,Does B.,C\nC,Does C.,B\nD,Does D.,X\nB,Again.,\n,No code.,\n"
    )
    admin = client.as_(world.home.district_admin)
    done = imported(admin, settings, database, rows.encode(), title="Ours")
    found = {(one["code"], one["row"], one["column"]): one for one in done["findings"]}
    assert found.keys() == {
        ("cell_missing", 2, "statement"),
        ("cell_missing", 7, "code"),
        ("cycle", 3, "parent"),
        ("cycle", 4, "parent"),
        ("parent_missing", 5, "parent"),
        ("code_twice", 6, "code"),
    }
    assert "The first is in row 3." in found["code_twice", 6, "code"]["message"]
