"""Work that staff capture for several students at once."""

from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.files.models import StoredFile
from plp_api.foundation.roster.classes import Enrollment, EnrollmentRole
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.foundation.files import samples
from tests.learning.artifacts.conftest import Send
from tests.world import World, writing

BENCH = {"title": "A bench", "kind": "project"}
PLACE = "/recorded-artifacts"


@pytest.fixture
def teacher(client: Client, world: World) -> Client:
    return client.as_(world.home.teacher)


@pytest.fixture
def two(world: World, database: Isolated) -> list[str]:
    """The student and another one of the teacher's class."""
    with writing(database, world.home) as session:
        enrolled = Enrollment(
            district_id=world.home.district_id,
            school_id=world.home.school_id,
            class_id=world.home.class_id,
            person_id=world.home.senior.id,
            role=EnrollmentRole.STUDENT,
            starts_on=clock.today(),
        )
        session.add(enrolled)
    return [str(world.home.student.id), str(world.home.senior.id)]


def test_each_student_gets_a_draft_with_the_same_work(
    teacher: Client, client: Client, two: list[str], send: Send, world: World
) -> None:
    photo = {"kind": "file", "upload_id": send(samples.picture(), by=teacher)}
    made = teacher.made(PLACE, {**BENCH, "student_ids": two, "parts": [photo]})["items"]
    assert [one["student_id"] for one in made] == two
    for one, pupil in zip(made, (world.home.student, world.home.senior), strict=True):
        own = client.as_(pupil)
        shown = own.read(f"/artifacts/{one['artifact_id']}")
        assert (shown["status"], shown["group"]) == ("draft", None)
        assert shown["recorded_by"] == str(world.home.teacher.id)
        (part,) = shown["newest_version"]["parts"]
        assert own.get(f"/artifact-parts/{part['id']}/content").status_code == 200
        assert teacher.get(f"/artifacts/{one['artifact_id']}").status_code == 404
    # One deletes theirs; the other's picture stays.
    client.as_(world.home.student).delete(f"/artifacts/{made[0]['artifact_id']}")
    assert own.get(f"/artifact-parts/{part['id']}/content").status_code == 200


def test_a_shared_file_counts_to_whoever_still_holds_it(
    teacher: Client,
    client: Client,
    two: list[str],
    send: Send,
    database: Isolated,
    world: World,
) -> None:
    photo = {"kind": "file", "upload_id": send(samples.picture(), by=teacher)}
    made = teacher.made(PLACE, {**BENCH, "student_ids": two, "parts": [photo]})["items"]

    def counts_to() -> list[str]:
        with writing(database, world.home) as session:
            return [str(file.student_id) for file in session.query(StoredFile)]

    assert counts_to() == [two[0]]
    for one, pupil, left in zip(
        made, (world.home.student, world.home.senior), ([two[1]], []), strict=True
    ):
        client.as_(pupil).delete(f"/artifacts/{one['artifact_id']}")
        assert counts_to() == left


def test_they_may_be_the_makers_of_one_work(
    teacher: Client, client: Client, two: list[str], world: World
) -> None:
    text = {"kind": "text", "text": "A bench for the trail."}
    body: dict[str, Any] = {**BENCH, "student_ids": two, "is_group": True, "parts": [text]}
    first, _ = teacher.made(PLACE, body)["items"]
    shown = client.as_(world.home.student).read(f"/artifacts/{first['artifact_id']}")
    assert (shown["group"]["maker_count"], len(shown["group"]["makers"])) == (2, 1)
    assert shown["available_actions"] == ["keep", "leave_group"]
    senior = client.as_(world.home.senior)
    (other,) = senior.read(f"/students/{world.home.senior.id}/artifacts")["items"]
    senior.act(f"/artifacts/{other['id']}", "keep")
    # It is the same work: there is nothing to take over.
    shown = client.as_(world.home.student).read(f"/artifacts/{first['artifact_id']}")
    assert shown["available_actions"] == ["keep", "leave_group"]


def test_for_all_of_them_or_for_none(
    teacher: Client, client: Client, two: list[str], world: World
) -> None:
    strangers = [two[0], str(world.home.other_student.id), str(world.away.student.id)]
    refused = teacher.post(PLACE, {**BENCH, "student_ids": strangers})
    assert pointers(refused) == {"/student_ids/1", "/student_ids/2"}
    assert pointers(teacher.post(PLACE, {**BENCH, "student_ids": [two[0]] * 2})) == {"/student_ids"}
    student = client.as_(world.home.student)
    assert student.read(f"/students/{world.home.student.id}/artifacts")["items"] == []


@pytest.fixture
def with_guest(world: World, database: Isolated) -> list[str]:
    """A student of the other district, and a guest of their class whom the first one keeps."""
    guest = world.home.placed
    with writing(database, world.away) as session:
        enrolled = Enrollment(
            district_id=world.away.district_id,
            school_id=world.away.school_id,
            class_id=world.away.class_id,
            person_id=guest.id,
            role=EnrollmentRole.STUDENT,
            starts_on=clock.today(),
        )
        session.add(enrolled)
    return [str(world.away.student.id), str(guest.id)]


@pytest.mark.parametrize("is_group", [True, False])
def test_students_of_two_districts_share_neither_group_nor_file(
    client: Client, world: World, with_guest: list[str], is_group: bool
) -> None:
    teacher = client.as_(world.away.teacher)
    text = {"kind": "text", "text": "A bench for the trail."}
    body: dict[str, Any] = {**BENCH, "is_group": is_group, "parts": [text]}
    refused = teacher.post(PLACE, {**body, "student_ids": with_guest})
    assert (refused.status_code, pointers(refused)) == (422, {"/student_ids/1"})
    assert "Another district" in refused.text
    for somebody, key in zip((world.away.student, world.home.placed), with_guest, strict=True):
        assert client.as_(somebody).read(f"/students/{key}/artifacts")["items"] == []
    # Each alone is captured, a guest too.
    for key in with_guest:
        (made,) = teacher.made(PLACE, {**body, "student_ids": [key]})["items"]
        assert made["student_id"] == key


@pytest.mark.parametrize("name", ["student", "parent", "counselor", "school_admin"])
def test_whoever_does_not_teach_or_advise_records_nothing(
    client: Client, world: World, name: str
) -> None:
    somebody = client.as_(getattr(world.home, name))
    refused = somebody.post(PLACE, {**BENCH, "student_ids": [str(world.home.student.id)]})
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
