"""Roster imports over HTTP: sent, executed by the worker, read as a resource."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from time_machine import Traveller

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.audit.models import Event
from plp_api.foundation.imports import uploads
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.jobs.worker import Worker
from plp_api.foundation.roster import terms
from plp_api.foundation.roster.classes import AcademicSession, Class, Course, Enrollment
from plp_api.foundation.roster.models import District, Person, School, Student
from plp_api.foundation.settings import Settings
from plp_api.people.rostering import work
from plp_api.people.rostering.models import RosterImport
from tests.client import Client, Response, code, pointers, uuid
from tests.databases import Isolated
from tests.people.rostering.children import ANN, BEN, package_of
from tests.people.rostering.packages import ORGS, changed, contents, zipped
from tests.world import World


@pytest.fixture(autouse=True)
def places(
    settings: Settings, world: World, database: Isolated, enrolled: list[Any]
) -> Iterator[None]:
    """Nobody at home has come from a roster yet; the settings also hold outside requests."""
    with database.transaction(districts=[world.home.district_id]) as session:
        session.get_one(District, world.home.district_id).sourced_id = None
        for model in (School, AcademicSession, Course, Class, Person, Enrollment):
            own = model.district_id == world.home.district_id
            session.execute(update(model).where(own).values(sourced_id=None))
        terms.renew(session.scalars(select(Person.id)), session)
    with settings_module.using(settings):
        yield
        for path in work.folder().glob("*.zip"):
            path.unlink()


def sent(client: Client, files: Any = None, /, **fields: Any) -> Response:
    """Send a package."""
    packed = files if isinstance(files, bytes) else zipped(files or contents()).getvalue()
    form = {"file": (io.BytesIO(packed), "roster.zip"), **fields}
    return client.post("/roster-imports", data=form, content_type="multipart/form-data")


def worked(settings: Settings, database: Isolated) -> None:
    """Let a worker run the waiting jobs."""
    with database.transaction() as session:
        waiting = session.scalars(select(Job.id).where(Job.kind == "roster.import")).all()
    for job_id in waiting:
        Worker(database, settings).perform(job_id)


def test_a_package_is_taken_and_imported_by_the_worker(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    taken = sent(admin)
    assert taken.status_code == 202, taken.json
    assert taken.json["state"] == "queued"
    assert taken.json["progress"] == 0
    path = taken.headers["Location"].removeprefix("/api/v1")
    assert path == f"/roster-imports/{taken.json['id']}"
    worked(settings, database)
    done = admin.read(path)
    assert (done["state"], done["progress"], done["problem"]) == ("applied", 1.0, None), done
    assert done["counts"]["students"]["created"] == 1
    assert done["created_by"] == str(world.home.district_admin.id)
    assert [one["id"] for one in admin.read("/roster-imports?state=applied")["items"]] == [
        done["id"]
    ]
    assert list(work.folder().glob("*.zip")) == [], "the package is not kept"


def test_a_dry_run_changes_nothing(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    taken = sent(admin, dry_run="true")
    worked(settings, database)
    done = admin.read(f"/roster-imports/{taken.json['id']}")
    assert (done["state"], done["is_dry_run"]) == ("compared", True)
    assert done["counts"]["students"]["created"] == 1
    with database.transaction(districts=[world.home.district_id]) as session:
        same = select(Student).where(Student.state_student_id == "4711")
        assert session.scalars(same).unique().all() == []


@pytest.mark.parametrize(
    ("package", "file", "problem"),
    [
        (b"not a zip", None, "package_invalid"),
        (contents(orgs=changed(ORGS, 1, type="club")), "orgs.csv", "package_invalid"),
        (contents(orgs=[*ORGS, {**ORGS[0], "sourcedId": "d2"}]), "orgs.csv", "district_unknown"),
    ],
)
def test_a_bad_package_is_refused_with_findings(
    client: Client,
    world: World,
    settings: Settings,
    database: Isolated,
    package: bytes | dict[str, Any],
    file: str | None,
    problem: str,
) -> None:
    admin = client.as_(world.home.district_admin)
    taken = sent(admin, package)
    assert taken.status_code == 202
    worked(settings, database)
    done = admin.read(f"/roster-imports/{taken.json['id']}")
    assert done["state"] == "refused"
    assert done["findings"][0]["file"] == file
    assert done["problem"]["code"] == problem


def test_a_second_import_waits_until_the_first_has_ended(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    sent(admin)
    assert code(sent(admin)) == "import_running"
    assert sent(client.as_(world.away.district_admin)).status_code == 202
    worked(settings, database)
    assert sent(admin).status_code == 202


def test_an_import_whose_package_is_gone_has_failed(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    taken = sent(admin)
    for path in work.folder().glob("*.zip"):
        path.unlink()
    worked(settings, database)
    done = admin.read(f"/roster-imports/{taken.json['id']}")
    assert done["state"] == "failed"
    assert done["problem"]["code"] == "not_found"


def test_a_job_done_already_is_not_done_again(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    taken = sent(admin)
    worked(settings, database)
    before = admin.read(f"/roster-imports/{taken.json['id']}")
    with database.transaction() as session:
        job_id = session.scalars(select(Job.id).where(Job.kind == "roster.import")).one()
    with db.using(database):
        assert work.run(job_id, lambda _: None) == {}
    assert admin.read(f"/roster-imports/{taken.json['id']}") == before


def test_an_upload_needs_no_idempotency_key_and_ignores_one(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    form = {"file": (io.BytesIO(zipped(contents()).getvalue()), "roster.zip")}
    answer = admin.post(
        "/roster-imports",
        data=form,
        content_type="multipart/form-data",
        headers={"Idempotency-Key": "once"},
    )
    assert answer.status_code == 202
    assert code(sent(admin)) == "import_running"


def test_what_is_sent_must_be_a_form_with_a_file(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    assert code(admin.post("/roster-imports", {})) == "media_type_unsupported"
    empty = admin.post("/roster-imports", data={}, content_type="multipart/form-data")
    assert code(empty) == "validation_failed"
    assert pointers(empty) == {"/file"}
    assert code(sent(admin, surprise="1")) == "validation_failed"
    assert code(sent(admin, profile="loose")) == "validation_failed"
    assert code(sent(admin, dry_run="perhaps")) == "validation_failed"


def test_a_file_that_is_no_file_is_refused(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    form = {"file": "just words"}
    answer = admin.post("/roster-imports", data=form, content_type="multipart/form-data")
    assert code(answer) == "validation_failed"


def test_a_package_beyond_the_limit_is_refused(
    client: Client, world: World, settings: Settings
) -> None:
    with settings_module.using(replace(settings, package_limit=100)):
        assert code(sent(client.as_(world.home.district_admin))) == "body_too_large"


@pytest.mark.parametrize("role", ["student", "parent", "advisor", "school_admin"])
def test_who_keeps_no_roster_imports_none(client: Client, world: World, role: str) -> None:
    person = client.as_(getattr(world.home, role))
    assert code(sent(person)) == "permission_denied"
    assert code(person.get("/roster-imports")) == "permission_denied"


def test_another_districts_import_does_not_exist(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    taken = sent(client.as_(world.away.district_admin))
    answer = client.as_(world.home.district_admin).get(f"/roster-imports/{taken.json['id']}")
    assert code(answer) == "not_found"


def test_packages_that_nobody_imported_are_forgotten(settings: Settings, autumn: Traveller) -> None:
    work.folder().mkdir(parents=True, exist_ok=True)
    path = work.folder() / "old.zip"
    path.write_bytes(b"")
    work.forget()
    assert path.exists()
    autumn.shift(uploads.KEPT.total_seconds() + 10**9)
    work.forget()
    assert not path.exists()


def test_every_import_knows_its_job(client: Client, world: World, database: Isolated) -> None:
    taken = sent(client.as_(world.home.district_admin))
    with database.transaction(districts=[world.home.district_id]) as session:
        row = session.scalars(select(RosterImport)).one()
        assert str(row.id) == taken.json["id"]
        assert row.job
        assert row.job.arguments == {"import_id": taken.json["id"]}


# Decisions.

TWO_WITH_ONE_NUMBER = (ANN, replace(BEN, number=ANN.number))


def asked(client: Client, world: World, settings: Settings, database: Isolated) -> tuple[Any, ...]:
    """An import that waits for a decision about u2."""
    admin = client.as_(world.home.district_admin)
    taken = sent(admin, contents(**package_of(*TWO_WITH_ONE_NUMBER)))
    worked(settings, database)
    return admin, admin.read(f"/roster-imports/{taken.json['id']}")


def test_an_undecided_import_names_whom_it_is_about_and_changes_nothing(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin, waiting = asked(client, world, settings, database)
    assert (waiting["state"], waiting["problem"], waiting["counts"]) == ("undecided", None, {})
    (finding,) = waiting["findings"]
    assert (finding["code"], finding["sourced_id"]) == ("state_id_shared", "u2")
    assert admin.read("/roster-imports?state=undecided")["items"][0]["id"] == waiting["id"]
    with database.transaction(districts=[world.home.district_id]) as session:
        known = select(Student).where(Student.state_student_id == ANN.number)
        assert session.scalars(known).unique().all() == []


def test_sent_again_with_the_decision_it_is_applied_and_tells_who_decided(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin, _ = asked(client, world, settings, database)
    decisions = [{"sourced_id": "u2", "decision": "wrong_number"}]
    package = contents(**package_of(*TWO_WITH_ONE_NUMBER))
    taken = sent(admin, package, decisions=json.dumps(decisions))
    assert taken.status_code == 202, taken.json
    worked(settings, database)
    done = admin.read(f"/roster-imports/{taken.json['id']}")
    assert (done["state"], done["decisions"]) == ("applied", decisions), done
    with database.transaction(districts=[world.home.district_id]) as session:
        told = select(Event).where(Event.type == "roster_import.decided")
        (event,) = session.scalars(told.where(Event.subject_id == uuid(done["id"])))
        assert event.actor_id == world.home.district_admin.id
        assert event.payload == {"sourced_id": "u2", "decision": "wrong_number"}


def test_a_decision_about_nobody_is_a_finding(
    client: Client, world: World, settings: Settings, database: Isolated
) -> None:
    admin = client.as_(world.home.district_admin)
    decisions = [{"sourced_id": "u7", "decision": "another"}]
    taken = sent(admin, decisions=json.dumps(decisions))
    worked(settings, database)
    done = admin.read(f"/roster-imports/{taken.json['id']}")
    assert done["state"] == "refused"
    (finding,) = done["findings"]
    assert (finding["code"], finding["sourced_id"]) == ("decision_unknown", "u7")


@pytest.mark.parametrize(
    ("decisions", "place"),
    [
        ("no json", "/decisions"),
        ("{}", "/decisions"),
        ("[" * 100_000, "/decisions"),
        ('[{"sourced_id": "u2"}]', "/decisions/0/decision"),
        ('[{"sourced_id": "u2", "decision": "perhaps"}]', "/decisions/0/decision"),
        ('[{"sourced_id": "", "decision": "same"}]', "/decisions/0/sourced_id"),
        ('[{"sourced_id": "u2", "decision": "same", "x": 1}]', "/decisions/0/x"),
        (
            json.dumps([{"sourced_id": "u2", "decision": one} for one in ("same", "another")]),
            "/decisions",
        ),
    ],
)
def test_decisions_that_cannot_be_read_are_refused_at_their_place(
    client: Client, world: World, decisions: str, place: str
) -> None:
    answer = sent(client.as_(world.home.district_admin), decisions=decisions)
    assert code(answer) == "validation_failed"
    assert pointers(answer) == {place}
