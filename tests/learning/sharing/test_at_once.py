"""A link is opened, guessed at and stopped at the same moment (real commits)."""

import pytest

from plp_api.learning.sharing import actions
from tests.client import code
from tests.conftest import Live
from tests.learning.sharing.showcase_world import Holder, Show
from tests.racing import at_once

pytestmark = pytest.mark.both_databases

PASSCODE = "birch river 7"
BODY = {"given_to": "Grandmother", "why": "To show her my year"}


@pytest.fixture
def show(live: Live) -> Show:
    made = Show(live.client, live.database, live.world)
    made.begin()
    made.work("A poem", [{"kind": "text", "text": "Snow."}], kind="writing")
    return made


def test_openings_at_once_are_each_counted_in_the_views(show: Show) -> None:
    link = show.made()
    holder = show.holder(link)
    answers = at_once(*[holder.get] * 4)
    assert [one.status_code for one in answers] == [200] * 4
    assert show.student.read(f"/share-links/{link['id']}")["views"] == 4


def test_guesses_at_once_pass_no_limit(show: Show) -> None:
    holder = show.shared(passcode=PASSCODE)
    guessed = [Holder(show.client, holder.path) for _ in range(16)]
    tries = [lambda one=one: one.unlock("a guess") for one in guessed]
    answers = [one.status_code for one in at_once(*tries)]
    assert {*answers} <= {422, 429, 503}
    assert answers.count(422) <= 10


def test_two_links_at_once_do_not_pass_the_limit(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_OPEN", 1)
    student = show.student
    answers = at_once(*[lambda: student.post(show.links, BODY)] * 2)
    assert sorted(one.status_code for one in answers) == [201, 409]
    (refused,) = (one for one in answers if one.status_code == 409)
    assert code(refused) == "share_links_full"


def test_a_link_that_is_stopped_twice_at_once_ends_once(show: Show) -> None:
    link = show.made()
    path = f"/share-links/{link['id']}/stop"
    student, admin = show.student, show.client.as_(show.home.school_admin)
    answers = at_once(
        lambda: student.post(path), lambda: admin.post(path, {"reason": "It names a classmate."})
    )
    assert [one.status_code for one in answers] == [200, 200]
    ends = {one.json["ended_at"] for one in answers}
    assert len(ends) == 1
