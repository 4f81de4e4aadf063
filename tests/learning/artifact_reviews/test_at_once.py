"""What happens to a review at the same moment happens once (real commits)."""

from functools import partial
from typing import Any

import pytest

from tests.catalog.rubrics.conftest import LEVELS, body
from tests.client import Client, code
from tests.conftest import Live
from tests.learning.portfolio_world import Work, add_artifact
from tests.racing import at_once
from tests.world import writing

pytestmark = pytest.mark.both_databases
SCORES = [{"criterion": "sources", "level": "proficient"}]


@pytest.fixture
def work(live: Live) -> Work:
    """A work of the student who has none in other tests."""
    home = live.world.home
    with writing(live.database, home) as session:
        return add_artifact(session, home, home.senior)


@pytest.fixture
def asked(live: Live) -> dict[str, Any]:
    """The body that submits work by a published rubric."""
    admin = live.client.as_(live.world.home.district_admin)
    levels = [{"key": key, "title": key.capitalize()} for key in LEVELS]
    # The district's default scale in this database may be another test's.
    scale = admin.made("/scales", {"title": "Of work", "levels": levels})
    rubric = admin.made("/rubrics", body(scale_id=scale["id"]))
    assert admin.act(f"/rubrics/{rubric['id']}", "publish").status_code == 200
    return {"rubric_id": rubric["id"]}


def senior_of(live: Live) -> Client:
    return live.client.as_(live.world.home.senior)


def test_work_submitted_twice_is_under_one_review(
    live: Live, work: Work, asked: dict[str, Any]
) -> None:
    senior = senior_of(live)
    sent = [partial(senior.post, f"{work.path}/reviews", asked) for _ in range(4)]
    answers = at_once(*sent)
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    assert {code(one) for one in answers if one.status_code == 409} == {"artifact_review_open"}
    assert len(senior.read(f"{work.path}/reviews")["items"]) == 1


def test_work_is_accepted_once_or_recalled_and_rated_once(
    live: Live, work: Work, asked: dict[str, Any]
) -> None:
    home, senior = live.world.home, senior_of(live)
    review = senior.made(f"{work.path}/reviews", asked)
    path = f"/artifact-reviews/{review['id']}"
    admin, teacher = live.client.as_(home.school_admin), live.client.as_(home.team_member)
    assert admin.act(path, "assign", evaluator_id=str(home.team_member.id)).status_code == 200
    etag = {"If-Match": teacher.etag(path)}
    accept = {"action": "accept", "scores": SCORES}
    own = {"If-Match": senior.etag(path)}
    answers = at_once(
        partial(teacher.post, f"{path}/actions", accept, headers=etag),
        partial(teacher.post, f"{path}/actions", accept, headers=etag),
        partial(senior.post, f"{path}/actions", {"action": "recall"}, headers=own),
    )
    assert [one.status_code for one in answers].count(200) == 1
    assert {one.status_code for one in answers} <= {200, 404, 412}
    final = senior.read(path)
    assert (final["status"] == "accepted") is (answers[2].status_code != 200)
    assert len(final["scores"]) == (1 if final["status"] == "accepted" else 0)
