"""An inbox in a district in which little happens."""

from datetime import timedelta

import pytest

from plp_api.foundation import clock
from plp_api.foundation.comments.models import Comment
from tests.client import Client
from tests.databases import Isolated
from tests.world import World, writing

pytestmark = pytest.mark.both_databases

INBOX = "/me/inbox"


def test_a_scribe_does_not_approve_their_own_words(
    client: Client, world: World, database: Isolated
) -> None:
    home = world.home
    path = f"/plan-versions/{home.student.version_id}"
    advisor = client.as_(home.advisor)
    written = advisor.patch(path, {"sections": [{"key": "about_me", "body": "As told to me."}]})
    if written.status_code == 422:
        written = advisor.patch(path, {"sections": {"about_me": "As told to me."}})
    assert written.status_code == 200, written.json
    assert client.as_(home.student).act(path, "submit").status_code == 200
    (own,) = client.as_(home.advisor).read(f"{INBOX}?kind=version_to_approve")["items"]
    (others,) = client.as_(home.counselor).read(f"{INBOX}?kind=version_to_approve")["items"]
    assert own["action"] is None
    assert others["action"]["name"] == "approve"


def test_an_old_or_withdrawn_comment_is_not_new(
    client: Client, world: World, database: Isolated
) -> None:
    advisor = world.home.advisor
    with writing(database, world.home) as session:
        session.get(Comment, world.home.student.comment_id).withdrawn_at = clock.now()
        old = session.get(Comment, world.home.senior.comment_id)
        old.created_at = clock.now() - timedelta(days=70)
    assert client.as_(advisor).read(f"{INBOX}?kind=comment_new")["items"] == []
