"""Whatever people do with an ELO and in which order, some things never come about.

The steps are taken over HTTP, across agreement, team, clearances, evaluation, credit and appeal.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from plp_api.catalog.partners.models import PartnerSite
from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.learning.agreements import actions as agreements
from plp_api.learning.credit.models import CreditLine
from plp_api.learning.elos import conditions, team
from plp_api.learning.elos.models import Elo
from tests.catalog.clearances.conftest import requires
from tests.client import Client
from tests.databases import Isolated
from tests.foundation.access.asking import caller_of
from tests.learning.agreements.conftest import AGREED_ON, Desk, add_mentor
from tests.learning.elo_world import add_internship
from tests.learning.ratings.frameworks import add_framework
from tests.world import World, ahead, writing

COUNT = int(os.environ.get("PLP_TEST_FUZZ", "4"))
SEED = int(os.environ.get("PLP_TEST_SEED", "0"))
CHECK = {"kind": "criminal_record", "checked_on": ahead(0)}
MOVES = {
    "complete_design": "coordinator",
    "start": "coordinator",
    "suspend": "coordinator",
    "resume": "coordinator",
    "hand_in": "student",
    "mark_incomplete": "teacher_of_record",
    "continue": "coordinator",
}
CREDITED = {"evaluated", "credit_awarded"}


class Walk:
    """One ELO, and the steps that people may take with it; a refused step changes nothing."""

    def __init__(self, client: Client, world: World, database: Isolated) -> None:
        """Add an internship in design, whose mentor is cleared as the district requires."""
        self.world, self.database = world, database
        # Sessions of an earlier example are undone with it.
        client = Client(client.app)
        with writing(database, world.home) as session:
            ends = clock.today() + timedelta(days=50)
            elo = add_internship(
                session, world.home, status="design", profile=AGREED_ON, ends_on=ends
            )
            self.items = add_framework(session, world.home.district_id)
        self.desk = Desk(client, world, elo, world.home.student)
        self.path, self.coordinator = elo.path, self.desk.coordinator
        self.callers = caller_of(database, world.home.elo_coordinator)
        requires(client, world, "criminal_record")
        self.clear()

    def __getattr__(self, name: str) -> Callable[[], Any]:
        """A move of the life cycle, by whoever makes it."""
        if name not in MOVES:
            raise AttributeError(name)
        fields = {"suspend": {"comment": "Ill."}, "mark_incomplete": {"comment": "More."}}
        more = dict(fields.get(name, {}))
        if name == "mark_incomplete":
            more["complete_by"] = ahead(20)
        return lambda: self.desk.signer(MOVES[name]).act(self.path, name, **more)

    def sign(self) -> None:
        """Everybody signs whose turn it is, until nobody is left."""
        while self.coordinator.read(f"{self.path}/agreements")["items"]:
            turns = self.desk.waiting_for
            if not turns or self.desk.sign(turns[0]).status_code != 201:
                return

    def let_grace_pass(self) -> None:
        with writing(self.database, self.world.home) as session:
            elo = session.get_one(Elo, self.desk.elo.id)
            if elo.unagreed_until is not None:
                elo.unagreed_until = clock.today() - timedelta(days=1)

    def move_site(self) -> None:
        site_id, own = db.new_id(), {"district_id": self.world.home.district_id}
        with writing(self.database, self.world.home) as session:
            site = PartnerSite(id=site_id, **own, partner_id=self.desk.elo.partner_id, name="Annex")
            session.add(site)
        self.coordinator.patch(self.path, {"site_id": str(site_id)})

    def widen(self) -> None:
        self.coordinator.patch(self.path, {"latest_end": ahead(90)})

    def replace_mentor(self) -> None:
        new = add_mentor(self.database, self.desk)
        self._replace("mentor", mentor_id=str(new))

    def replace_teacher(self) -> None:
        self._replace("cooperating_teacher", person_id=str(self.desk.elo.others.id))

    def _replace(self, role: str, **somebody: str) -> None:
        members = self.coordinator.read(f"{self.path}/team")["items"]
        held = next((one for one in members if one["role"] == role), None)
        if held is not None:
            body = {"role": role, "replaces_id": held["id"], **somebody}
            self.coordinator.post(f"{self.path}/team", body)

    def clear(self) -> None:
        self._check(is_cleared=True)

    def find_uncleared(self) -> None:
        self._check(is_cleared=False)

    def _check(self, *, is_cleared: bool) -> None:
        """Record a check of everybody who mentors today."""
        for one in self.coordinator.read(self.path)["team"]:
            if one["role"] == "mentor":
                check = {**CHECK, "is_cleared": is_cleared, "mentor_id": one["mentor_id"]}
                self.coordinator.made(f"/partners/{self.desk.elo.partner_id}/clearances", check)

    def present(self) -> None:
        body = {"held_on": ahead(0)}
        self.desk.signer("panel_member").post(f"{self.path}/presentations", body)

    def evaluate(self) -> None:
        teachers = [
            one
            for one in self.coordinator.read(self.path)["team"]
            if one["role"] == "cooperating_teacher"
        ]
        is_new = str(teachers[0]["person_id"]) == str(self.desk.elo.others.id)
        who = self.desk.elo.others if is_new else self.desk.elo.cooperating_teacher
        body = {"words": f"Seen {clock.now()}."}
        self.desk.client.as_(who).post(f"{self.path}/evaluations", body)

    def propose_line(self) -> None:
        body = {
            "area": "Science",
            "amount": 0.5,
            "teacher_of_record_id": str(self.desk.elo.teacher_of_record.id),
            "framework_item_ids": [str(self.items["W.1"])],
        }
        self.coordinator.post(f"{self.path}/credit-lines", body)

    def award(self) -> None:
        self._decide("award", as_elective=True)

    def deny(self) -> None:
        self._decide("deny", words="No science.")

    def _decide(self, action: str, **fields: Any) -> None:
        teacher = self.desk.signer("teacher_of_record")
        for line in teacher.read(f"{self.path}/credit-lines")["items"]:
            if line["status"] == "proposed":
                teacher.act(f"/credit-lines/{line['id']}", action, **fields)

    def appeal(self) -> None:
        """The student appeals against each denied line, and the principal awards it."""
        student = self.desk.signer("student")
        principal = self.desk.client.as_(self.world.home.school_admin)
        for line in student.read(f"{self.path}/credit-lines")["items"]:
            if line["status"] == "denied":
                body = {"about": "credit", "credit_line_id": line["id"], "words": "I did it."}
                student.post(f"{self.path}/appeals", body)
        for one in student.read(f"{self.path}/appeals")["items"]:
            if one["status"] == "open":
                path = f"/appeals/{one['id']}"
                principal.act(path, "overturn", decision="Yes.", as_elective=True)

    # What the ELO is after a step.

    def now(self) -> dict[str, Any]:
        with writing(self.database, self.world.home) as session:
            elo, access = session.get_one(Elo, self.desk.elo.id), Access(self.callers)
            lines = session.query(CreditLine.status).filter_by(elo_id=elo.id)
            mentors = team.mentors_of(elo.id, clock.today())
            return {
                "status": elo.status,
                "place": (elo.site_id, elo.partner_id, {one.id for one in mentors}),
                "unagreed_until": elo.unagreed_until,
                "is_agreed": agreements.is_agreed(elo, access) is None,
                "is_cleared": conditions.is_cleared(elo, access) is None,
                "lines": [status for (status,) in lines],
            }


STEPS = (
    *MOVES,
    "sign",
    "let_grace_pass",
    "move_site",
    "widen",
    "replace_mentor",
    "replace_teacher",
    "clear",
    "find_uncleared",
    "present",
    "evaluate",
    "propose_line",
    "award",
    "deny",
    "appeal",
)


@seed(SEED)
@given(
    begins=st.sampled_from(["design", "active", "presented", "evaluated"]),
    steps=st.lists(st.sampled_from(STEPS), min_size=4, max_size=12),
)
@settings(
    max_examples=2 * COUNT,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_sequence_earns_credit_or_goes_on_without_what_it_needs(
    client: Client, world: World, database: Isolated, begins: str, steps: list[str]
) -> None:
    with database.undone():
        walk = Walk(client, world, database)
        ready = ("complete_design", "sign", "start", "hand_in", "present", "evaluate")
        until = {"design": 0, "active": 3, "presented": 5, "evaluated": 6}[begins]
        for step in ready[:until]:
            getattr(walk, step)()
        before = walk.now()
        assert before["status"] == begins
        for step in steps:
            getattr(walk, step)()
            after = walk.now()
            _check_credit(before, after)
            _check_going(before, after)
            before = after


def _check_credit(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Credit follows an evaluation, and none is left open by it."""
    if after["lines"].count("awarded") > before["lines"].count("awarded"):
        assert before["status"] in CREDITED
    if after["status"] == "credit_awarded":
        assert "awarded" in after["lines"]
        assert "proposed" not in after["lines"]


def _check_going(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Whoever is out there works as agreed, or within days of grace, and was cleared for it."""
    if after["status"] != "active":
        return
    assert after["is_agreed"] or after["unagreed_until"] is not None
    if before["status"] != "active":
        assert after["is_agreed"]
        assert after["is_cleared"]
    if after["place"] != before["place"]:
        assert after["is_cleared"]
