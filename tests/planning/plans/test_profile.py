"""Profile entries: their kinds, and their history."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from plp_api.planning.plans.models import ProfileEntry
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, writing

DAY = timedelta(days=1)
# Half past ten in the evening where the district is; the next day already in UTC.
LATE = datetime(2026, 9, 2, 2, 30, tzinfo=UTC)


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def entries(world: World) -> str:
    return f"/plans/{world.home.student.plan_id}/profile-entries"


def said(client: Client, path: str) -> set[Any]:
    return {one["body"] for one in client.read(path)["items"]}


@pytest.mark.parametrize(
    "kind",
    [
        "strength",
        "interest",
        "aptitude",
        "disposition",
        "aspiration",
        "value",
        "learning_preference",
    ],
)
def test_a_student_says_something_of_every_kind(student: Client, entries: str, kind: str) -> None:
    made = student.made(entries, {"kind": kind, "body": "By doing."})
    assert (made["kind"], made["status"], made["replaces_id"]) == (kind, "current", None)
    assert said(student, f"{entries}?kind={kind}&status=current") >= {"By doing."}


def test_a_correction_takes_the_place_of_the_entry_and_leaves_it_in_the_history(
    world: World, student: Client, entries: str
) -> None:
    old = str(world.home.student.entry_id)
    new = student.made(entries, {"kind": "strength", "body": "Patient.", "replaces_id": old})
    assert new["replaces_id"] == old
    assert said(student, f"{entries}?status=current") == {"Patient."}
    assert said(student, f"{entries}?status=withdrawn") == {"Patient with animals"}
    assert said(student, entries) == {"Patient.", "Patient with animals"}
    before = student.read(f"/profile-entries/{old}")
    assert (before["status"], before["body"]) == ("withdrawn", "Patient with animals")
    shown = student.read(f"/plans/{world.home.student.plan_id}?expand=profile_entries")
    assert [one["body"] for one in shown["profile_entries"]] == ["Patient."]


def test_what_was_replaced_or_withdrawn_is_not_replaced_again(
    world: World, student: Client, entries: str
) -> None:
    old = str(world.home.student.entry_id)
    student.made(entries, {"kind": "strength", "body": "Patient.", "replaces_id": old})
    refused = student.post(entries, {"kind": "strength", "body": "Calm.", "replaces_id": old})
    assert (refused.status_code, code(refused)) == (409, "entry_withdrawn")
    assert said(student, f"{entries}?status=current") == {"Patient."}


def test_an_entry_of_another_plan_is_not_replaced(
    world: World, student: Client, entries: str
) -> None:
    for entry_id in (world.home.senior.entry_id, world.away.student.entry_id):
        body = {"kind": "strength", "body": "Calm.", "replaces_id": str(entry_id)}
        refused = student.post(entries, body)
        assert (refused.status_code, pointers(refused)) == (422, {"/replaces_id"})


def test_a_profile_is_read_as_of_a_day_where_the_district_is(
    client: Client, world: World, database: Isolated, student: Client, entries: str
) -> None:
    with writing(database, world.home) as session:
        old = session.get(ProfileEntry, world.home.student.entry_id)
        old.created_at = LATE - 10 * DAY
    with time_machine.travel(LATE, tick=False):
        body = {
            "kind": "value",
            "body": "Honesty.",
            "replaces_id": str(world.home.student.entry_id),
        }
        student = client.as_(world.home.student)
        student.made(entries, body)
    with time_machine.travel(LATE + 5 * DAY, tick=False):
        student = client.as_(world.home.student)
        assert said(student, f"{entries}?as_of=2026-08-20") == set()
        assert said(student, f"{entries}?as_of=2026-08-31") == {"Patient with animals"}
        assert said(student, f"{entries}?as_of=2026-09-01") == {"Honesty."}
        assert said(student, f"{entries}?as_of=2026-09-01&kind=strength") == set()
        refused = student.get(f"{entries}?as_of=yesterday")
        assert (refused.status_code, pointers(refused)) == (422, {"as_of"})


def test_an_entry_that_was_withdrawn_has_changed_since(
    world: World, student: Client, entries: str
) -> None:
    said_last = student.made(entries, {"kind": "value", "body": "Honesty."})
    since = f"{entries}?updated_since={said_last['updated_at']}&sort=-updated_at"
    assert said(student, since) == {"Honesty."}
    student.delete(f"/profile-entries/{world.home.student.entry_id}")
    words = [one["body"] for one in student.read(since)["items"]]
    assert words == ["Patient with animals", "Honesty."]
