"""Lists of exceptions, waivers, delegates and outreach follow the conventions of every list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from plp_api.foundation import clock
from tests.client import Client, pointers
from tests.world import Somebody, World, ahead

NEVER = "updated_since=2999-01-01T00:00:00Z"


def ids(client: Client, path: str) -> list[Any]:
    return [one["id"] for one in client.read(path)["items"]]


@pytest.fixture
def counselor(client: Client, world: World) -> Client:
    return client.as_(world.home.counselor)


@pytest.fixture
def waivers(world: World) -> str:
    return f"/students/{world.home.student.id}/signature-waivers"


@pytest.fixture
def delegates(world: World) -> str:
    return f"/students/{world.home.student.id}/signature-delegates"


@pytest.fixture
def attempts(world: World) -> str:
    return f"/reviews/{world.home.student.review_id}/outreach-attempts"


@pytest.fixture
def exceptions(version: dict[str, Any]) -> str:
    return f"/plan-versions/{version['id']}/signature-exceptions"


def test_waivers_are_found_by_whether_they_hold_why_and_since_when(
    counselor: Client, waivers: str
) -> None:
    past = {"reason": "unaccompanied", "starts_on": ahead(-9), "ends_on": ahead(-1)}
    over = counselor.made(waivers, past)
    holds = counselor.made(waivers, {"reason": "state_custody"})
    for asked, wanted in (
        ("is_current=true", [holds]),
        ("is_current=false", [over]),
        ("reason=unaccompanied", [over]),
        ("reason=unaccompanied&reason=state_custody", [over, holds]),
        (f"updated_since={holds['updated_at']}", [holds]),
        (NEVER, []),
        ("sort=-starts_on", [holds, over]),
    ):
        assert ids(counselor, f"{waivers}?{asked}") == [one["id"] for one in wanted], asked


def test_what_was_changed_last_is_found_since_and_sorted_last(
    counselor: Client, waivers: str
) -> None:
    first = counselor.made(waivers, {"reason": "emancipated", "ends_on": ahead(3)})
    second = counselor.made(waivers, {"reason": "court_order"})
    changed = counselor.patch(f"/signature-waivers/{first['id']}", {"note": "Seen."}).json
    assert ids(counselor, f"{waivers}?sort=updated_at") == [second["id"], first["id"]]
    assert ids(counselor, f"{waivers}?updated_since={changed['updated_at']}") == [first["id"]]


def test_delegates_are_found_by_who_named_them_and_whether_their_span_holds(
    client: Client, world: World, delegates: str, father: Somebody
) -> None:
    parent, registrar = client.as_(world.home.parent), client.as_(world.home.registrar)
    hers = parent.made(delegates, {"name": "Amina"})
    his = client.as_(father).made(delegates, {"name": "Ben", "starts_on": ahead(5)})
    for asked, wanted in (
        (f"parent_id={father.id}", [his]),
        ("is_current=true", [hers]),
        ("is_current=false", [his]),
        (NEVER, []),
    ):
        assert ids(registrar, f"{delegates}?{asked}") == [one["id"] for one in wanted], asked
    assert ids(parent, f"{delegates}?parent_id={father.id}") == [], "a filter opens nothing"


def test_outreach_is_found_by_whom_by_what_means_and_with_what_outcome(
    client: Client, world: World, attempt: Callable[..., Any], attempts: str
) -> None:
    called = attempt(person_id=str(world.home.parent.id)).json
    wrote = attempt(mode="letter", outcome="sent", tried_on=ahead(-2)).json
    asked_student = attempt(role="student", outcome="reached").json
    advisor = client.as_(world.home.advisor)
    for asked, wanted in (
        ("role=student", [asked_student]),
        (f"person_id={world.home.parent.id}", [called]),
        ("mode=letter&mode=phone&role=parent", [wrote, called]),
        ("outcome=sent", [wrote]),
        (f"updated_since={asked_student['logged_at']}", [asked_student]),
        (NEVER, []),
        ("sort=logged_at", [called, wrote, asked_student]),
        ("sort=-logged_at&limit=1", [asked_student]),
    ):
        assert ids(advisor, f"{attempts}?{asked}") == [one["id"] for one in wanted], asked


def test_outreach_is_paged_and_counted(
    client: Client, world: World, attempt: Callable[..., Any], attempts: str
) -> None:
    logged = {attempt().json["id"] for _ in range(5)}
    advisor = client.as_(world.home.advisor)
    first = advisor.read(f"{attempts}?limit=3&count=true")
    assert (len(first["items"]), first["total_count"]) == (3, 5)
    rest = advisor.read(f"{attempts}?limit=3&cursor={first['next_cursor']}")
    assert rest["next_cursor"] is None
    assert {one["id"] for one in [*first["items"], *rest["items"]]} == logged


def test_exceptions_are_found_by_signer_basis_and_state(
    client: Client,
    world: World,
    attempt: Callable[..., Any],
    decline: Callable[..., Any],
    without: Callable[..., Any],
    exceptions: str,
) -> None:
    for _ in range(3):
        attempt()
    silent = without(world.home.advisor, "silence").json
    admin = client.as_(world.home.school_admin)
    assert admin.act(f"/signature-exceptions/{silent['id']}", "withdraw").status_code == 200
    decline(world.home.parent)
    refused = without(world.home.school_admin, "refusal").json
    for asked, wanted in (
        ("status=withdrawn", [silent]),
        ("status=given", [refused]),
        ("basis=silence&basis=refusal", [silent, refused]),
        ("role=student", []),
        (f"updated_since={refused['updated_at']}", [refused]),
        ("sort=-given_at", [refused, silent]),
    ):
        assert ids(admin, f"{exceptions}?{asked}") == [one["id"] for one in wanted], asked


def test_an_exception_that_is_taken_back_has_changed_since(
    client: Client,
    world: World,
    attempt: Callable[..., Any],
    without: Callable[..., Any],
    exceptions: str,
) -> None:
    for _ in range(3):
        attempt()
    given = without(world.home.advisor, "silence").json
    admin = client.as_(world.home.school_admin)
    later = clock.now() + timedelta(minutes=5)
    since = f"{exceptions}?updated_since={later:%Y-%m-%dT%H:%M:%SZ}"
    assert ids(admin, since) == []
    with time_machine.travel(later + timedelta(minutes=1)):
        admin.act(f"/signature-exceptions/{given['id']}", "withdraw")
    assert ids(admin, since) == [given["id"]]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("waivers", "status=given"),
        ("waivers", "reason=bad_parent"),
        ("waivers", "sort=reason"),
        ("delegates", "name=Amina"),
        ("delegates", "is_current=maybe"),
        ("attempts", "since=2026-01-01T00:00:00Z"),
        ("attempts", "updated_since=yesterday"),
        ("exceptions", "state=given"),
        ("exceptions", "limit=201"),
    ],
)
def test_a_mistyped_filter_is_refused(
    client: Client, world: World, request: pytest.FixtureRequest, name: str, asked: str
) -> None:
    admin = client.as_(world.home.school_admin)
    refused = admin.get(f"{request.getfixturevalue(name)}?{asked}")
    assert (refused.status_code, pointers(refused)) == (422, {asked.split("=", maxsplit=1)[0]})
