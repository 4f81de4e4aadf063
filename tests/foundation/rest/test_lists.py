"""Lists: pages that lose nothing, closed filters and sorts, cursors bound to their list."""

import base64
import json
from typing import Any

import pytest

from tests.client import Client, code, pointers

TITLES = ["b", "a", "c", "b", "é", "B", "a b", "z"]


@pytest.fixture
def many(student: Client, samples: str) -> list[str]:
    """The titles of all of the student's samples: eight more."""
    for title in TITLES:
        student.made(samples, {"title": title})
    return sorted([*TITLES, "Shadow a nurse"])


def walked(client: Client, query: str) -> list[Any]:
    """Every item, page by page, following `Link`."""
    found: list[Any] = []
    path: str | None = f"/samples?{query}"
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.json
        found += answer.json["items"]
        link = answer.headers.get("Link")
        assert (link is None) == (answer.json["next_cursor"] is None)
        path = link and link.split("/api/v1", 1)[1].split(">")[0]
        assert link is None or link.endswith('; rel="next"')
    return found


@pytest.mark.parametrize("sort", ["title", "-title", "created_at", "-updated_at"])
def test_pages_hold_every_row_once(student: Client, many: list[str], sort: str) -> None:
    for limit in (1, 2, 3, 8, 9, 10):
        found = walked(student, f"sort={sort}&limit={limit}")
        assert sorted(one["title"] for one in found) == many, limit
        assert len({one["id"] for one in found}) == len(found), limit


@pytest.mark.parametrize("sort", ["created_at", "updated_at", "title"])
def test_a_sort_is_the_same_whatever_the_page_and_turns_round(
    student: Client, many: list[str], sort: str
) -> None:
    whole = [one["id"] for one in student.read(f"/samples?sort={sort}")["items"]]
    assert [one["id"] for one in walked(student, f"sort={sort}&limit=2")] == whole
    assert [one["id"] for one in walked(student, f"sort=-{sort}&limit=2")] == whole[::-1]


def test_nothing_is_lost_while_rows_come_and_go(
    student: Client, many: list[str], samples: str
) -> None:
    first = student.read("/samples?limit=3")
    student.made(samples, {"title": "arrived meanwhile"})
    rest = walked(student, f"limit=3&cursor={first['next_cursor']}")
    titles = [one["title"] for one in [*first["items"], *rest]]
    assert sorted(titles) == sorted([*many, "arrived meanwhile"])


def test_a_filter_holds_on_every_page(student: Client, samples: str, many: list[str]) -> None:
    for number in range(5):
        student.made(samples, {"title": f"civic {number}", "domain": "civic"})
    found = walked(student, "domain=civic&limit=2")
    assert [one["title"] for one in found] == [f"civic {number}" for number in range(5)]
    both = walked(student, "domain=civic&domain=career&limit=4")
    assert len(both) == len(many) + 5


def test_a_count_is_given_when_asked_and_is_of_all_pages(student: Client, many: list[str]) -> None:
    page = student.read("/samples?limit=2&count=true")
    assert (page["total_count"], len(page["items"])) == (len(many), 2)
    assert "total_count" not in student.read("/samples?limit=2")


def test_words_are_searched_without_regard_to_case(student: Client, many: list[str]) -> None:
    found = student.read("/samples?q=NURSE")["items"]
    assert [one["title"] for one in found] == ["Shadow a nurse"]


@pytest.mark.parametrize("words", ["%25", "_", "a%25b"])
def test_words_are_no_patterns(student: Client, many: list[str], words: str) -> None:
    assert student.read(f"/samples?q={words}")["items"] == []


def test_changes_since_an_instant_are_found(student: Client, many: list[str], goal: str) -> None:
    newest = student.read("/samples?sort=-updated_at&limit=1")["items"][0]["updated_at"]
    student.patch(goal, {"title": "Just changed"})
    titles = [one["title"] for one in walked(student, f"updated_since={newest}")]
    assert "Just changed" in titles
    assert student.read("/samples?updated_since=2999-01-01T00:00:00Z")["items"] == []


def _made(position: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


MIDDLE = "0190a7c0-0000-7000-8000-000000000000"
HERE = "/api/v1/samples"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "====",
        "AAAA",
        "%00",
        _made(None),
        _made([]),
        _made({}),
        _made([HERE, "title"]),
        _made([HERE, "title", "a", "not-an-id"]),
        _made([HERE, "title", "a", 7]),
        _made([HERE, "title", 7, MIDDLE]),
        _made([HERE, "title", None, MIDDLE]),
        _made([HERE, "title", "\x00", MIDDLE]),
        _made([HERE, "title", ["a"], MIDDLE]),
        _made([HERE, "title", "a", MIDDLE, 1]),
        _made([HERE, "-title", "a", MIDDLE]),
        _made([HERE, "created_at", "2026-01-01T00:00:00Z", MIDDLE]),
        _made(["/api/v1/other-samples", "title", "a", MIDDLE]),
    ],
)
def test_a_cursor_that_this_list_never_gave_is_refused(
    student: Client, many: list[str], cursor: str
) -> None:
    answer = student.get(f"/samples?sort=title&cursor={cursor}")
    assert (answer.status_code, code(answer)) == (422, "validation_failed")
    assert pointers(answer) == {"cursor"}


@pytest.mark.parametrize(
    "value", ["never", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", 5, None]
)
def test_a_cursor_with_no_instant_is_refused_by_a_sort_over_instants(
    student: Client, many: list[str], value: Any
) -> None:
    cursor = _made([HERE, "created_at", value, MIDDLE])
    assert student.get(f"/samples?sort=created_at&cursor={cursor}").status_code == 422


def test_a_cursor_serves_only_the_list_and_sort_it_was_made_for(
    student: Client, many: list[str]
) -> None:
    cursor = student.read("/samples?limit=2&sort=title")["next_cursor"]
    assert student.get(f"/samples?limit=2&sort=title&cursor={cursor}").status_code == 200
    assert student.get(f"/samples?limit=2&sort=-title&cursor={cursor}").status_code == 422
    assert student.get(f"/other-samples?limit=2&sort=title&cursor={cursor}").status_code == 422


def test_a_cursor_shows_nobody_more_than_they_may_see(
    client: Client, student: Client, many: list[str], world: Any
) -> None:
    cursor = student.read("/samples?limit=2&sort=title")["next_cursor"]
    senior = client.as_(world.home.senior)
    titles = {
        (one["title"], one["plan_id"])
        for one in senior.read(f"/samples?sort=title&cursor={cursor}")["items"]
    }
    assert titles <= {("Shadow a nurse", str(world.home.senior.plan_id))}
