"""The student logs hours: on which days, how many, in which states, and who else may not."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.learning.elos.models import EloStatus
from tests.client import Client, code, pointers, uuid
from tests.databases import Isolated
from tests.learning.elo_world import PROFILE, Internship, add_internship
from tests.learning.ratings.frameworks import add_framework
from tests.learning.work_logs.conftest import Change, Log
from tests.world import World, ahead, writing

ENTRY: dict[str, Any] = {"on": ahead(-1), "minutes": 60, "activity": "Filed charts."}


def test_a_student_logs_hours_and_they_wait_to_be_verified(
    student: Client, elo: Internship
) -> None:
    version = student.read(elo.path)["version"]
    body = {"on": ahead(-2), "minutes": 150, "begins": 780, "activity": "Took blood pressures."}
    entry = student.made(f"{elo.path}/log-entries", body)
    assert {name: entry[name] for name in body} == body
    assert (entry["status"], entry["verified_minutes"], entry["words"]) == ("pending", None, "")
    assert (entry["decided_by"], entry["mentor"], entry["decided_at"]) == (None, None, None)
    assert entry["available_actions"] == []
    assert student.read(f"/log-entries/{entry['id']}") == entry
    assert student.read(f"{elo.path}/log-entries")["items"] == [entry]
    assert student.read(elo.path)["version"] == version


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"on": ahead(1)}, "/on"),
        ({"on": ahead(-31)}, "/on"),
        ({"minutes": 0}, "/minutes"),
        ({"minutes": 1441}, "/minutes"),
        ({"minutes": 1.5}, "/minutes"),
        ({"begins": 1440}, "/begins"),
        ({"begins": 1400}, "/minutes"),
        ({"activity": " "}, "/activity"),
        ({"framework_item_id": "01890000-0000-7000-8000-000000000001"}, "/framework_item_id"),
        ({"status": "verified"}, "/status"),
        ({"verified_minutes": 60}, "/verified_minutes"),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_place(
    student: Client, elo: Internship, members: dict[str, Any], pointer: str
) -> None:
    refused = student.post(f"{elo.path}/log-entries", {**ENTRY, **members})
    assert (refused.status_code, pointers(refused)) == (422, {pointer})
    assert student.read(f"{elo.path}/log-entries")["items"] == []


def test_hours_lie_within_the_dates_of_the_elo(
    student: Client, elo: Internship, change_elo: Change
) -> None:
    path, today = f"{elo.path}/log-entries", clock.today()
    first = student.post(path, {**ENTRY, "on": ahead(-30)})
    assert first.status_code == 201, first.json
    assert student.post(path, {**ENTRY, "on": ahead(0)}).status_code == 201
    change_elo(started_on=today - timedelta(days=10))
    early = student.post(path, {**ENTRY, "on": ahead(-11)})
    assert pointers(early) == {"/on"}
    assert ahead(-10) in early.json["errors"][0]["detail"]
    change_elo(ends_on=today - timedelta(days=3))
    assert pointers(student.post(path, {**ENTRY, "on": ahead(-2)})) == {"/on"}
    change_elo(complete_by=today + timedelta(days=3))
    assert student.post(path, {**ENTRY, "on": ahead(-2)}).status_code == 201


def test_a_day_has_24_hours_over_all_elos_of_the_student(
    student: Client,
    coordinator: Client,
    elo: Internship,
    log: Log,
    database: Isolated,
    world: World,
) -> None:
    with writing(database, world.home) as session:
        second = add_internship(session, world.home, title="Nights at the inn")
    first = log(minutes=1000)
    log(second, minutes=400)
    refused = student.post(f"{elo.path}/log-entries", {**ENTRY, "minutes": 41})
    assert (refused.status_code, code(refused)) == (409, "day_overfull")
    assert refused.json["detail"] == f"40 minutes of {ahead(-1)} are left."
    assert student.post(f"{elo.path}/log-entries", {**ENTRY, "minutes": 40}).status_code == 201
    assert code(student.patch(first, {"minutes": 1001})) == "day_overfull"
    assert student.patch(first, {"minutes": 999, "activity": "Less."}).status_code == 200
    assert code(coordinator.act(first, "verify", minutes=1001)) == "day_overfull"
    assert coordinator.act(first, "decline", words="You were at school.").status_code == 200
    assert student.post(f"{elo.path}/log-entries", {**ENTRY, "minutes": 1000}).status_code == 201
    assert code(student.patch(first, {"activity": "I was there."})) == "day_overfull"


@pytest.mark.parametrize("status", sorted(set(EloStatus) - {"active", "suspended"}))
def test_hours_are_logged_only_while_the_elo_is_active(
    student: Client, elo: Internship, log: Log, change_elo: Change, status: EloStatus
) -> None:
    entry = log()
    change_elo(status=status)
    ended = ("denied", "credit_awarded", "withdrawn", "terminated")
    expected = "elo_closed" if status in ended else "elo_not_active"
    refused = student.post(f"{elo.path}/log-entries", ENTRY)
    assert (refused.status_code, code(refused)) == (409, expected)
    assert code(student.patch(entry, {"minutes": 10})) == expected
    assert code(student.delete(entry)) == expected
    assert student.read(entry)["minutes"] == 150


def test_while_it_is_suspended_only_hours_of_the_days_before_are_logged(
    student: Client, elo: Internship, change_elo: Change
) -> None:
    path = f"{elo.path}/log-entries"
    change_elo(status="suspended", suspended_on=clock.today() - timedelta(days=2))
    assert pointers(student.post(path, {**ENTRY, "on": ahead(-2)})) == {"/on"}
    assert student.post(path, {**ENTRY, "on": ahead(-3)}).status_code == 201


def in_days(number: int) -> Any:
    return time_machine.travel(clock.now() + timedelta(days=number))


def days_taken(student: Client, elo: Internship, *days: str) -> list[str]:
    """The days of these on which an hour may be logged."""
    path = f"{elo.path}/log-entries"
    return [on for on in days if student.post(path, {**ENTRY, "on": on}).status_code == 201]


@pytest.mark.both_databases
def test_no_hours_are_logged_of_the_days_of_a_suspension_that_is_over(
    client: Client, world: World, coordinator: Client, elo: Internship, change_elo: Change
) -> None:
    change_elo(profile={**PROFILE, "skipped_states": ["agreement_pending"]})
    before, first, last, again = (ahead(number) for number in (-1, 0, 2, 3))
    assert coordinator.act(elo.path, "suspend", comment="The mentor is ill.").status_code == 200
    with in_days(3):
        resumed = client.as_(world.home.elo_coordinator).act(elo.path, "resume")
        assert (resumed.json["status"], resumed.json["suspended_on"]) == ("active", None)
    with in_days(5):
        student = client.as_(world.home.student)
        assert days_taken(student, elo, before, first, last, again) == [before, again]
        late = student.post(f"{elo.path}/log-entries", {**ENTRY, "on": last})
        assert late.json["errors"][0]["detail"] == f"The ELO stood still from {first} to {last}."


def test_no_hours_are_logged_of_the_days_between_the_hand_in_and_going_on(
    client: Client, world: World, student: Client, elo: Internship, change_elo: Change
) -> None:
    change_elo(profile={**PROFILE, "skipped_states": ["agreement_pending"]})
    days = [ahead(number) for number in (0, 1, 2, 3)]
    assert student.act(elo.path, "hand_in").json["handed_in_on"] == days[0]
    change_elo(status="incomplete", complete_by=clock.today() + timedelta(days=20))
    with in_days(3):
        who = client.as_(world.home.elo_coordinator)
        assert who.act(elo.path, "continue").json["handed_in_on"] is None
    with in_days(4):
        assert days_taken(client.as_(world.home.student), elo, *days) == [days[0], days[3]]


def test_nothing_is_handed_in_after_the_days_of_grace_without_an_agreement(
    student: Client, elo: Internship, change_elo: Change
) -> None:
    change_elo(unagreed_until=clock.today() - timedelta(days=1))
    refused = student.act(elo.path, "hand_in")
    assert (refused.status_code, code(refused)) == (409, "agreement_missing")
    assert ahead(-1) in refused.json["detail"]
    change_elo(unagreed_until=clock.today())
    assert student.act(elo.path, "hand_in").json["status"] == "evidence_complete"


def test_without_an_agreement_no_hours_are_logged_after_the_days_of_grace(
    student: Client, elo: Internship, change_elo: Change
) -> None:
    path = f"{elo.path}/log-entries"
    change_elo(unagreed_until=clock.today() - timedelta(days=2))
    late = student.post(path, {**ENTRY, "on": ahead(-1)})
    assert pointers(late) == {"/on"}
    assert "agreement" in late.json["errors"][0]["detail"]
    assert student.post(path, {**ENTRY, "on": ahead(-2)}).status_code == 201


@pytest.mark.both_databases
def test_where_a_lapsed_clearance_stops_an_elo_no_hours_of_these_days_are_logged(
    student: Client, elo: Internship, lapsed: Change
) -> None:
    path = f"{elo.path}/log-entries"
    lapsed(suspends=False)
    assert student.post(path, {**ENTRY, "on": ahead(-3)}).status_code == 201
    lapsed(suspends=True)
    late = student.post(path, {**ENTRY, "on": ahead(-3)})
    assert pointers(late) == {"/on"}
    assert "clear" not in str(late.json)
    assert student.post(path, {**ENTRY, "on": ahead(-4)}).status_code == 201


def test_an_entry_names_an_item_of_a_framework_of_the_district(
    student: Client, elo: Internship, log: Log, database: Isolated, world: World
) -> None:
    with writing(database, world.home, world.away) as session:
        items = add_framework(session, world.home.district_id)
        foreign = add_framework(session, world.away.district_id)
    name, item = "W.2", items["W.2"]
    entry = student.read(log(framework_item_id=str(item)))
    assert (entry["framework_item_id"], entry["framework_item"]["code"]) == (str(item), name)
    body = {**ENTRY, "framework_item_id": str(foreign[name])}
    refused = student.post(f"{elo.path}/log-entries", body)
    assert pointers(refused) == {"/framework_item_id"}
    cleared = student.patch(f"/log-entries/{entry['id']}", {"framework_item_id": None}).json
    assert (cleared["framework_item_id"], cleared["framework_item"]) == (None, None)


def test_a_student_changes_and_deletes_an_entry_until_it_is_verified(
    student: Client, coordinator: Client, log: Log
) -> None:
    path, other = log(), log(minutes=30)
    changed = student.patch(path, {"minutes": 120, "on": ahead(-2)}).json
    assert (changed["minutes"], changed["on"], changed["version"]) == (120, ahead(-2), 2)
    assert student.patch(path, {"minutes": 120}).json["version"] == 2
    assert pointers(student.patch(path, {"on": ahead(1)})) == {"/on"}
    assert student.delete(other).status_code == 204
    assert student.get(other).status_code == 404
    assert coordinator.act(path, "verify").status_code == 200
    for refused in (student.patch(path, {"minutes": 1}), student.delete(path)):
        assert (refused.status_code, code(refused)) == (409, "log_entry_verified")


@pytest.mark.parametrize(
    "name", ["parent", "advisor", "counselor", "elo_coordinator", "school_admin"]
)
def test_others_read_the_log_and_write_nothing_in_it(
    client: Client, world: World, elo: Internship, log: Log, name: str
) -> None:
    path, reader = log(), client.as_(getattr(world.home, name))
    assert reader.read(path)["minutes"] == 150
    assert len(reader.read("/log-entries")["items"]) == 1
    refused = reader.post(f"{elo.path}/log-entries", ENTRY)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["student"]
    assert reader.patch(path, {"minutes": 1}).status_code == 403
    assert reader.delete(path).status_code == 403


def test_who_is_not_around_the_student_reads_nothing(
    client: Client, world: World, elo: Internship, log: Log
) -> None:
    path = log()
    strangers = (world.home.senior, world.away.elo_coordinator, world.away.student, elo.others)
    for reader in map(client.as_, strangers):
        assert reader.get(path).status_code == 404
        assert reader.get(f"{elo.path}/log-entries").status_code == 404
        assert path not in [f"/log-entries/{one['id']}" for one in _seen(reader)]
    for name in ("teacher", "registrar", "auditor"):
        reader = client.as_(getattr(world.home, name))
        assert reader.get(path).status_code in (403, 404)
        assert reader.get("/log-entries").status_code == 403


def _seen(reader: Client) -> list[Any]:
    answer = reader.get("/log-entries")
    return answer.json["items"] if answer.status_code == 200 else []


def test_the_lists_are_narrowed_by_state_day_and_elo(
    student: Client, coordinator: Client, elo: Internship, log: Log
) -> None:
    old, new = log(on=ahead(-9)), log()
    coordinator.act(old, "verify")
    paths = {
        "status=pending": [new],
        "status=verified": [old],
        f"since={ahead(-1)}": [new],
        f"until={ahead(-2)}": [old],
        "sort=-on": [new, old],
        "sort=on": [old, new],
    }
    for address in (f"{elo.path}/log-entries", "/log-entries"):
        for query, expected in paths.items():
            found = coordinator.read(f"{address}?{query}")["items"]
            assert [f"/log-entries/{one['id']}" for one in found] == expected, query
    assert len(coordinator.read(f"/log-entries?elo_id={elo.id}")["items"]) == 2
    other = "01890000-0000-7000-8000-000000000001"
    assert coordinator.read(f"/log-entries?elo_id={other}")["items"] == []


def test_what_is_logged_is_an_event_without_words(
    coordinator: Client, world: World, log: Log, database: Isolated
) -> None:
    path = log(activity="A secret cure.")
    coordinator.act(path, "decline", words="A secret reason.")
    with writing(database, world.home) as session:
        own = select(Event).where(Event.subject_id == uuid(path.rsplit("/", 1)[-1]))
        events = session.scalars(own.order_by(Event.at, Event.id)).all()
        assert [one.type for one in events] == ["log_entry.added", "log_entry.declined"]
        assert "secret" not in str([one.payload for one in events])
