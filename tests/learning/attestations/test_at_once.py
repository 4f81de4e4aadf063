"""A mentor's link is used twice, or beside the coordinator, at the same moment (real commits)."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from plp_api.foundation import clock, db
from plp_api.learning.attestations.models import MentorLink
from plp_api.learning.work_logs.models import LogEntry
from tests.conftest import Live
from tests.learning.attestations.conftest import Link, at
from tests.learning.elo_world import Internship, add_internship
from tests.racing import at_once
from tests.world import writing

pytestmark = pytest.mark.both_databases


@pytest.fixture
def internship(live: Live) -> Internship:
    with writing(live.database, live.world.home) as session:
        return add_internship(session, live.world.home)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every lock is held for a while, so that the two requests meet."""
    lock = db.lock

    def held(row: Any) -> None:
        lock(row)
        time.sleep(0.1)

    monkeypatch.setattr(db, "lock", held)


def add_entry(live: Live, elo: Internship) -> UUID:
    home = live.world.home
    entry = LogEntry(
        id=db.new_id(),
        district_id=home.district_id,
        student_id=home.student.id,
        elo_id=elo.id,
        on=clock.today() - timedelta(days=1),
        minutes=60,
        activity="Took temperatures.",
    )
    with writing(live.database, home) as session:
        session.add(entry)
        return entry.id


def issue(live: Live, elo: Internship) -> Link:
    home, client = live.world.home, live.client
    made = client.as_(home.elo_coordinator).made(f"/mentors/{elo.mentor_id}/links", {})
    path = f"/mentor-links/{made['id']}/code"
    code = client.as_(home.school_admin).made(path, None)["code"]
    return Link(client, at(made["url"]), code, made["id"])


def test_of_two_submissions_at_once_one_is_taken(
    live: Live, internship: Internship, slowly: None
) -> None:
    entry = add_entry(live, internship)
    link = issue(live, internship)
    hidden = link.go_on().hidden
    form = {"step": "attest", "attest": "yes", **hidden, f"say-{entry}": "right"}
    answers = at_once(lambda: link.send(form), lambda: link.send(form))
    assert sorted(one.status_code for one in answers) == [200, 410]


def test_mentor_and_coordinator_at_once_decide_an_entry_once(
    live: Live, internship: Internship, slowly: None
) -> None:
    entry = add_entry(live, internship)
    link = issue(live, internship)
    hidden = link.go_on().hidden
    coordinator = live.client.as_(live.world.home.elo_coordinator)
    no = {f"say-{entry}": "decline", f"words-{entry}": "Not there."}
    form = {"step": "attest", "attest": "yes", **hidden, **no}
    path = f"/log-entries/{entry}"
    said, verified = at_once(lambda: link.send(form), lambda: coordinator.act(path, "verify"))
    status = coordinator.read(path)["status"]
    # Who came second finds nothing to decide: on the page nothing waits, at the API it changed.
    expected = {"declined": (200, {409, 412}), "verified": (422, {200})}
    page, answers = expected[status]
    assert said.status_code == page
    assert verified.status_code in answers


def test_two_links_issued_at_once_leave_one_open(live: Live, internship: Internship) -> None:
    coordinator = live.client.as_(live.world.home.elo_coordinator)
    path = f"/mentors/{internship.mentor_id}/links"
    made = at_once(*[lambda: coordinator.post(path, {})] * 2)
    assert [one.status_code for one in made] == [201, 201]
    with writing(live.database, live.world.home) as session:
        is_open = MentorLink.ended_at.is_(None)
        of_mentor = MentorLink.mentor_id == internship.mentor_id
        count = select(func.count()).select_from(MentorLink).where(of_mentor, is_open)
        assert session.scalar(count) == 1


def test_a_fresh_link_is_asked_for_while_the_coordinator_issues_one(
    live: Live, internship: Internship, slowly: None
) -> None:
    link = issue(live, internship)
    with writing(live.database, live.world.home) as session:
        row = session.get_one(MentorLink, UUID(link.id))
        row.expires_at = clock.now() - timedelta(days=1)
    coordinator = live.client.as_(live.world.home.elo_coordinator)
    path = f"/mentors/{internship.mentor_id}/links"
    with capture_logs() as logged:
        answers = at_once(lambda: link.post(step="fresh"), lambda: coordinator.post(path, {}))
    assert not [one for one in logged if one["event"] == "request.repeated"], "a deadlock"
    assert [one.status_code for one in answers] == [200, 201]
