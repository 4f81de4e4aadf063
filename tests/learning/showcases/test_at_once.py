"""Two clicks at once put a work in once, and one order wins (real commits)."""

from functools import partial
from typing import Any

import pytest

from tests.client import Client
from tests.conftest import Live
from tests.learning.portfolio_world import add_artifact
from tests.racing import at_once
from tests.world import writing

pytestmark = pytest.mark.both_databases


@pytest.fixture
def student(live: Live) -> Client:
    return live.client.as_(live.world.home.student)


@pytest.fixture
def path(live: Live, student: Client) -> str:
    place = f"/students/{live.world.home.student.id}/showcases"
    return f"/showcases/{student.made(place, {'title': 'My year'})['id']}"


def test_a_work_is_put_in_once(live: Live, student: Client, path: str) -> None:
    with writing(live.database, live.world.home) as session:
        work = add_artifact(session, live.world.home)
    put = partial(student.post, f"{path}/items", {"artifact_id": str(work.id)})
    answers = at_once(put, put, put)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(student.read(f"{path}/items")["items"]) == 1


def test_sections_added_at_once_stand_one_after_the_other(student: Client, path: str) -> None:
    adding = [partial(student.post, f"{path}/sections", {"title": title}) for title in "abc"]
    assert {answer.status_code for answer in at_once(*adding)} == {201}
    listed = student.read(f"{path}/sections")["items"]
    assert [section["position"] for section in listed] == [1, 2, 3]


def test_an_order_that_misses_a_work_put_in_meanwhile_is_refused(
    live: Live, student: Client, path: str
) -> None:
    with writing(live.database, live.world.home) as session:
        work = add_artifact(session, live.world.home)
    headers = {"If-Match": student.etag(path)}
    student.made(f"{path}/items", {"artifact_id": str(work.id)})
    empty: dict[str, Any] = {"before_sections": [], "sections": []}
    refused = student.send("PUT", f"{path}/order", json=empty, headers=headers)
    assert refused.status_code == 412
