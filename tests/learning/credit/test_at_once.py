"""Decisions and appeals at the same moment (real commits)."""

from functools import partial
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.assignments import AssignmentRole
from tests.client import Client, code
from tests.conftest import Live
from tests.learning.elo_world import Internship, add_internship, assign
from tests.learning.ratings.frameworks import add_framework
from tests.racing import at_once
from tests.world import writing

pytestmark = pytest.mark.both_databases


def evaluated(live: Live, **columns: Any) -> Internship:
    home = live.world.home
    status = columns.pop("status", "evaluated")
    with writing(live.database, home) as session:
        elo = add_internship(session, home, home.student, status, **columns)
        role, who = AssignmentRole.TEACHER_OF_RECORD, elo.others.id
        assign(session, home, elo, home.student, role, person_id=who)
    return elo


def award(teacher: Client, path: str, etag: str) -> Any:
    body = {"action": "award", "as_elective": True}
    return teacher.post(f"{path}/actions", body, headers={"If-Match": etag})


def test_two_teachers_who_award_the_last_two_lines_at_once_bring_the_credit(live: Live) -> None:
    home = live.world.home
    elo = evaluated(live)
    with writing(live.database, home) as session:
        items = add_framework(session, home.district_id)
    coordinator = live.client.as_(home.elo_coordinator)
    sent = []
    for who in (elo.teacher_of_record, elo.others):
        body = {
            "area": "Science",
            "amount": 0.5,
            "teacher_of_record_id": str(who.id),
            "framework_item_ids": [str(items["W.1"])],
        }
        line = coordinator.made(f"{elo.path}/credit-lines", body)
        path, teacher = f"/credit-lines/{line['id']}", live.client.as_(who)
        sent.append(partial(award, teacher, path, teacher.etag(path)))
    answers = at_once(*sent)
    assert [one.status_code for one in answers] == [200, 200], [one.json for one in answers]
    assert coordinator.read(elo.path)["status"] == "credit_awarded"


def test_of_two_appeals_at_once_one_is_filed(live: Live) -> None:
    home = live.world.home
    ended = {"ended_by": home.elo_coordinator.id, "ended_at": clock.now()}
    elo = evaluated(live, status="denied", **ended)
    body = {"about": "denial", "words": "Please look again."}
    student, parent = live.client.as_(home.student), live.client.as_(home.parent)
    path = f"{elo.path}/appeals"
    answers = at_once(partial(student.post, path, body), partial(parent.post, path, body))
    assert sorted(one.status_code for one in answers) == [201, 409]
    (refused,) = (one for one in answers if one.status_code == 409)
    assert code(refused) == "appeal_exists"
