"""Two people who write one draft at the same moment (real commits)."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from tests.client import Client
from tests.conftest import Live
from tests.racing import at_once

pytestmark = pytest.mark.both_databases
SAVES = 40


class Editor:
    """A front end that saves one section again and again, with the ETag of its last answer."""

    def __init__(self, client: Client, path: str, name: str) -> None:
        self.client, self.path, self.name = client, path, name
        self.etag = client.etag(path)
        self.statuses: Counter[int] = Counter()
        self.kept: list[str] = []

    def save(self) -> None:
        """Save all texts in turn; after a 412 go on from the text that stands."""
        for turn in range(SAVES):
            body = f"{self.name} {turn}"
            answer = self.client.patch(self.path, {"body": body}, etag=self.etag)
            self.statuses[answer.status_code] += 1
            if answer.status_code == 412:
                self.etag = f'"{answer.json["current"]["version"]}"'
            else:
                self.etag = answer.headers["ETag"]
                self.kept.append(answer.json["body"])
                assert answer.json["body"] == body


def draft(live: Live, key: str, other: str) -> tuple[str, str, str]:
    """An open version, and the paths of two of its sections."""
    version = f"/plan-versions/{live.world.away.student.version_id}"
    reader = live.client.as_(live.world.away.student)
    paths = {one["key"]: one["id"] for one in reader.read(f"{version}/sections")["items"]}
    return version, f"/plan-sections/{paths[key]}", f"/plan-sections/{paths[other]}"


def pair(live: Live, first: str, second: str) -> tuple[Editor, Editor]:
    away = live.world.away
    return (
        Editor(live.client.as_(away.student, anew=True), first, "student"),
        Editor(live.client.as_(away.advisor, anew=True), second, "advisor"),
    )


def numbers(live: Live, *paths: str) -> list[int]:
    reader = live.client.as_(live.world.away.student)
    return [reader.read(path)["version"] for path in paths]


def test_two_writers_of_two_sections_never_get_412_and_lose_nothing(live: Live) -> None:
    version, first, second = draft(live, "about_me", "scope_and_rigor")
    before = numbers(live, version, first, second)
    editors = pair(live, first, second)
    at_once(*(one.save for one in editors))
    assert [one.statuses for one in editors] == [Counter({200: SAVES})] * 2
    after = numbers(live, version, first, second)
    assert [b - a for a, b in zip(before, after, strict=True)] == [2 * SAVES, SAVES, SAVES]
    reader = live.client.as_(live.world.away.student)
    for editor in editors:
        assert reader.read(editor.path)["body"] == f"{editor.name} {SAVES - 1}"


def test_two_writers_of_one_section_overwrite_nothing_that_they_did_not_see(live: Live) -> None:
    version, first, _ = draft(live, "about_me", "scope_and_rigor")
    before = numbers(live, version, first)
    editors = pair(live, first, first)
    at_once(*(one.save for one in editors))
    assert {status for one in editors for status in one.statuses} <= {200, 412}
    kept = sum(one.statuses[200] for one in editors)
    after = numbers(live, version, first)
    assert [b - a for a, b in zip(before, after, strict=True)] == [kept, kept]
    last = {one.kept[-1] for one in editors if one.kept}
    reader: Any = live.client.as_(live.world.away.student)
    assert reader.read(first)["body"] in last


def test_a_bulk_change_or_a_submission_beside_a_save_is_exact(live: Live) -> None:
    version, first, _ = draft(live, "about_me", "scope_and_rigor")
    student = live.client.as_(live.world.away.student)
    advisor = live.client.as_(live.world.away.advisor)
    for turn in range(10):
        whole, part = student.etag(version), advisor.etag(first)
        bulk = {"sections": {"about_me": f"in bulk {turn}"}}
        alone = {"body": f"alone {turn}"}
        answers = at_once(
            partial(student.patch, version, bulk, whole), partial(advisor.patch, first, alone, part)
        )
        assert sorted(one.status_code for one in answers) == [200, 412]
        text = f"in bulk {turn}" if answers[0].status_code == 200 else f"alone {turn}"
        assert student.read(first)["body"] == text


def test_a_save_beside_the_draft_s_end_finds_it_or_does_not(live: Live) -> None:
    away = live.world.away
    senior, advisor = live.client.as_(away.senior), live.client.as_(away.advisor)
    path = f"/plan-versions/{away.senior.version_id}"
    part = f"/plan-sections/{senior.read(f'{path}/sections')['items'][0]['id']}"
    whole, etag = senior.etag(path), advisor.etag(part)
    ended, saved = at_once(
        lambda: senior.send("DELETE", path, headers={"If-Match": whole}),
        lambda: advisor.patch(part, {"body": "Still here?"}, etag=etag),
    )
    assert (ended.status_code, saved.status_code) in {(204, 404), (412, 200)}
