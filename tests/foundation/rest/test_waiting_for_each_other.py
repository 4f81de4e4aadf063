"""Two requests that each lock a row the other needs next both get answers (real commits)."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from plp_api.foundation import clock, db
from plp_api.planning.reviews.models import Review
from tests.conftest import Live

pytestmark = pytest.mark.both_databases


def test_a_meeting_and_an_approval_at_once_are_both_answered(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = live.world.home
    student, advisor = live.client.as_(home.other_student), live.client.as_(home.other_advisor)
    version = f"/plan-versions/{home.other_student.version_id}"
    review = f"/reviews/{home.other_student.review_id}"
    assert student.act(version, "submit").status_code == 200
    tags = {path: advisor.etag(path) for path in (version, review)}
    start, lock = Barrier(2), db.lock

    def slowly(row: Any) -> None:
        lock(row)
        time.sleep(0.45 if isinstance(row, Review) else 0.3)

    def act(path: str, action: str, **fields: Any) -> Any:
        start.wait(5)
        body = {"action": action, **fields}
        return advisor.post(f"{path}/actions", body, headers={"If-Match": tags[path]})

    monkeypatch.setattr(db, "lock", slowly)
    today = clock.today(clock.DEFAULT_ZONE).isoformat()
    present = [{"role": "student", "person_id": str(home.other_student.id)}]
    held = {"held_on": today, "mode": "in_person", "participants": present}
    with ThreadPoolExecutor(2) as threads:
        approving = threads.submit(act, version, "approve")
        holding = threads.submit(act, review, "hold", **held)
        approved, meeting = approving.result(), holding.result()
    assert approved.status_code == 200
    # 412 where the approval came first and completed the review that was read before.
    assert meeting.status_code in (200, 412), "not that the database is gone"
    found = advisor.read(review)
    assert found["plan_version_id"] == str(home.other_student.version_id)
    assert (found["held_on"] is not None) == (meeting.status_code == 200)
