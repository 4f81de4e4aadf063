"""Two makers of one work, at the same moment (real commits)."""

import time
from threading import Event
from typing import Any

import pytest

from plp_api.foundation.audit import actions as audit
from plp_api.foundation.files.models import StoredFile
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactGroup,
    ArtifactPart,
    ArtifactStatus,
    PartKind,
)
from tests.client import code
from tests.conftest import Live
from tests.foundation.files import samples
from tests.learning.portfolio_world import Work, add_artifact
from tests.racing import at_once
from tests.world import writing

pytestmark = pytest.mark.both_databases


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Set once a draft is deleted, half a second before its transaction ends."""
    is_deleting, record = Event(), audit.record

    def recorded(what: str, *args: Any, **kwargs: Any) -> None:
        record(what, *args, **kwargs)
        if what == "artifact.deleted":
            is_deleting.set()
            time.sleep(0.5)

    monkeypatch.setattr(audit, "record", recorded)
    return is_deleting


def test_of_two_who_let_a_file_go_at_once_the_second_removes_it(live: Live, slowly: Event) -> None:
    home = live.world.home
    with writing(live.database, home) as session:
        file = StoredFile(
            district_id=home.district_id,
            name="uploads/shared",
            media_type="image/png",
            size=len(samples.picture()),
            sha256="0" * 64,
            uploaded_by=home.teacher.id,
            student_id=home.student.id,
        )
        session.add(file)
        session.flush()
        part = {"kind": PartKind.FILE, "file_id": file.id}
        draft: dict[str, Any] = {"status": ArtifactStatus.DRAFT, "part": part}
        first = add_artifact(session, home, **draft)
        second = add_artifact(session, home, home.senior, **draft)
    student, senior = live.client.as_(home.student), live.client.as_(home.senior)

    def delete_too() -> Any:
        assert slowly.wait(10)
        return senior.delete(second.path)

    answers = at_once(lambda: student.delete(first.path), delete_too)
    assert [one.status_code for one in answers] == [204, 204]
    with writing(live.database, home) as session:
        assert session.query(ArtifactPart).filter_by(kind=PartKind.FILE).count() == 0
        assert session.query(StoredFile).filter_by(name="uploads/shared").count() == 0


def test_nobody_joins_a_group_that_ends_at_the_same_moment(live: Live, slowly: Event) -> None:
    home = live.world.home
    student, senior = live.client.as_(home.student), live.client.as_(home.senior)
    with writing(live.database, home) as session:
        draft: Work = add_artifact(session, home, status=ArtifactStatus.DRAFT, title="Of two")
    given = {"code": student.post(f"{draft.path}/group-code").json["code"]}

    def join() -> Any:
        assert slowly.wait(10)
        return senior.post(f"/students/{home.senior.id}/joined-artifacts", given)

    deleted, refused = at_once(lambda: student.delete(draft.path), join)
    assert deleted.status_code == 204
    assert (refused.status_code, code(refused)) == (422, "group_code_invalid")
    with writing(live.database, home) as session:
        assert session.query(ArtifactGroup).count() == 0
        joined = session.query(Artifact).filter_by(student_id=home.senior.id, title="Of two")
        assert joined.count() == 0


def test_the_last_place_of_a_group_is_taken_once(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = live.world.home
    monkeypatch.setattr("plp_api.learning.artifacts.joining.MOST_MAKERS", 2)
    with writing(live.database, home) as session:
        work = add_artifact(session, home)
    given = {"code": live.client.as_(home.student).post(f"{work.path}/group-code").json["code"]}

    def joins(pupil: Any) -> Any:
        reader = live.client.as_(pupil)
        return lambda: reader.post(f"/students/{pupil.id}/joined-artifacts", given)

    answers = at_once(joins(home.senior), joins(home.other_student))
    assert sorted(one.status_code for one in answers) == [201, 409]
