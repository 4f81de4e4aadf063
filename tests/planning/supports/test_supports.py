"""Support pointers: that a record exists, its coordinator, what was agreed, and nothing more."""

from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import Relationship
from plp_api.planning.supports.models import Support
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, ahead, writing

AGREED = ["Extra time on tests", "A seat near the front"]


@pytest.fixture
def counselor(client: Client, world: World) -> Client:
    return client.as_(world.home.counselor)


@pytest.fixture
def path(world: World) -> str:
    return f"/students/{world.home.student.id}/supports"


@pytest.fixture
def given(world: World) -> dict[str, Any]:
    coordinator = str(world.home.case_manager.id)
    return {"kind": "section_504", "coordinator_id": coordinator, "accommodations": AGREED}


@pytest.fixture
def support(counselor: Client, path: str, given: dict[str, Any]) -> str:
    return f"/supports/{counselor.made(path, given)['id']}"


def test_a_counselor_notes_that_there_is_one(
    counselor: Client, path: str, given: dict[str, Any]
) -> None:
    made = counselor.made(path, given)
    assert made["kind"] == "section_504"
    assert made["starts_on"] == clock.today().isoformat()
    assert made["accommodations"] == AGREED
    assert [one["id"] for one in counselor.read(path)["items"]] == [made["id"]]


@pytest.mark.parametrize("name", ["student", "parent", "advisor", "case_manager", "school_admin"])
def test_the_family_and_the_team_read_it_whole(
    client: Client, world: World, support: str, name: str
) -> None:
    found = client.as_(getattr(world.home, name)).read(support)
    assert found["kind"] == "section_504"
    assert found["coordinator_id"] == str(world.home.case_manager.id)


def test_a_teacher_reads_the_accommodations_and_not_by_which_record(
    client: Client, world: World, support: str, path: str
) -> None:
    teacher = client.as_(world.home.teacher)
    [listed] = teacher.read(path)["items"]
    for found in (teacher.read(support), listed):
        assert found["accommodations"] == AGREED
        assert not {"kind", "coordinator_id", "starts_on", "ends_on"} & found.keys()


def test_a_teacher_reads_only_what_holds_today(
    client: Client, world: World, counselor: Client, support: str, path: str
) -> None:
    assert counselor.patch(support, {"ends_on": ahead(0)}).status_code == 200
    teacher = client.as_(world.home.teacher)
    assert teacher.get(support).status_code == 404
    assert teacher.read(path)["items"] == []
    assert len(counselor.read(path)["items"]) == 1


@pytest.mark.parametrize("name", ["registrar", "elo_coordinator", "district_admin", "auditor"])
def test_whom_it_does_not_concern_reads_none(
    client: Client, world: World, support: str, path: str, name: str
) -> None:
    reader = client.as_(getattr(world.home, name))
    assert reader.get(path).status_code == 403
    assert reader.get(support).status_code == 404


@pytest.mark.parametrize("name", ["student", "parent", "advisor", "teacher"])
def test_who_reads_it_does_not_write_it(
    client: Client, world: World, support: str, path: str, given: dict[str, Any], name: str
) -> None:
    reader = client.as_(getattr(world.home, name))
    assert reader.post(path, given).status_code == 403
    assert reader.patch(support, {"ends_on": ahead(1)}).status_code == 403


@pytest.mark.parametrize("member", ["diagnosis", "disability", "notes", "document", "services"])
def test_nothing_else_of_the_record_is_taken(
    counselor: Client, path: str, given: dict[str, Any], member: str
) -> None:
    refused = counselor.post(path, {**given, member: "…"})
    assert (refused.status_code, code(refused)) == (422, "validation_failed")
    assert pointers(refused) == {f"/{member}"}


def test_accommodations_are_few_and_short(
    counselor: Client, path: str, given: dict[str, Any]
) -> None:
    refused = counselor.post(path, {**given, "accommodations": ["a" * 301]})
    assert pointers(refused) == {"/accommodations/0"}
    refused = counselor.post(path, {**given, "accommodations": ["a"] * 31})
    assert pointers(refused) == {"/accommodations"}


def test_a_second_of_the_kind_waits_for_the_first_to_end(
    counselor: Client, path: str, given: dict[str, Any], support: str
) -> None:
    refused = counselor.post(path, given)
    assert (refused.status_code, code(refused)) == (409, "support_exists")
    assert counselor.post(path, {**given, "kind": "est"}).status_code == 201


def test_what_is_agreed_anew_leaves_what_was_agreed(
    counselor: Client, path: str, given: dict[str, Any]
) -> None:
    first = counselor.made(path, {**given, "starts_on": ahead(-100)})
    refused = counselor.patch(f"/supports/{first['id']}", {"accommodations": ["Large print"]})
    assert pointers(refused) == {"/accommodations"}
    assert counselor.patch(f"/supports/{first['id']}", {"ends_on": ahead(0)}).status_code == 200
    counselor.made(path, {**given, "accommodations": ["Large print"]})
    history = counselor.read(f"{path}?sort=created_at")["items"]
    assert [one["accommodations"] for one in history] == [AGREED, ["Large print"]]


def test_a_coordinator_is_staff_of_the_district(
    counselor: Client, client: Client, world: World, path: str, given: dict[str, Any]
) -> None:
    for somebody in (world.home.other_student, world.away.counselor):
        refused = counselor.post(path, {**given, "coordinator_id": str(somebody.id)})
        assert pointers(refused) == {"/coordinator_id"}


def test_it_does_not_end_before_it_begins(counselor: Client, support: str) -> None:
    assert pointers(counselor.patch(support, {"ends_on": ahead(-1)})) == {"/ends_on"}


def test_a_parent_whom_an_order_denies_supports_finds_none(
    client: Client, world: World, database: Isolated, support: str, path: str
) -> None:
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"supports"})
    parent = client.as_(world.home.parent)
    assert parent.get(support).status_code == 404
    assert parent.get(path).status_code == 403, "the student is theirs to see"


def test_it_stands_in_no_snapshot(client: Client, world: World, support: str) -> None:
    version = f"/plan-versions/{world.home.student.version_id}"
    student = client.as_(world.home.student)
    assert student.act(version, "submit").status_code == 200
    assert client.as_(world.home.advisor).act(version, "approve").status_code == 200
    snapshot = student.get(f"{version}/snapshot").get_data(as_text=True)
    assert not [word for word in (*AGREED, "section_504", "supports") if word in snapshot]


def test_an_event_of_it_names_no_accommodation(
    counselor: Client, support: str, database: Isolated, world: World
) -> None:
    from plp_api.foundation.audit.models import Event

    with writing(database, world.home) as session:
        events = session.query(Event).filter_by(subject_type=Support.__tablename__).all()
        assert [one.type for one in events] == ["support.added"]
        assert AGREED[0] not in str(events[0].payload)


def test_they_are_found_by_whether_they_hold_and_since_when(
    counselor: Client, path: str, given: dict[str, Any]
) -> None:
    over = counselor.made(path, {**given, "starts_on": ahead(-9), "ends_on": ahead(-2)})
    holds = counselor.made(path, given)
    for asked, wanted in (
        ("is_current=true", [holds]),
        ("is_current=false", [over]),
        (f"updated_since={holds['updated_at']}", [holds]),
        ("sort=-updated_at", [holds, over]),
    ):
        found = counselor.read(f"{path}?{asked}")["items"]
        assert [one["id"] for one in found] == [one["id"] for one in wanted], asked


def test_no_filter_and_no_sort_tells_a_teacher_which_record_it_is(
    client: Client, world: World, support: str, path: str
) -> None:
    teacher = client.as_(world.home.teacher)
    coordinator = world.home.case_manager.id
    for asked in ("kind=section_504", f"coordinator_id={coordinator}", "sort=starts_on"):
        refused = teacher.get(f"{path}?{asked}")
        assert (refused.status_code, pointers(refused)) == (422, {asked.split("=")[0]})
