"""No sequence of requests brings a plan to a forbidden state.

Two random walks for each database, the same ones every time. Each step is one
request of one person; most are available actions, some are not. After each step
the tables are checked against product.md's prohibitions.
"""

import hashlib
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import RelationshipKind, SchoolEnrollment
from plp_api.planning.goals.lifecycle import GOAL
from plp_api.planning.goals.models import CheckIn, Goal, GoalStep
from plp_api.planning.pathways.lifecycle import PATHWAY_ELEMENT
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans.lifecycle import PLAN, VERSION
from plp_api.planning.plans.models import Plan, PlanSection, PlanVersion, ProfileEntry
from plp_api.planning.signatures.models import Signature
from tests.client import Client
from tests.databases import Isolated
from tests.world import World, relate, writing

STEPS = 80
# The co-advisor is also the student's parent, so they must never act for the school here.
PEOPLE = ("student", "parent", "co_advisor", "advisor", "counselor", "school_admin")
FAMILY = ("parent", "co_advisor", "inspecting_parent", "denied_parent", "relative")
OPEN = ("draft", "submitted", "changes_requested")
STANDING = ("approved", "enrolled", "completed")
WORDS = {
    "request_changes": {"comment": "Say more."},
    "submit_for": {"reason": "Told to me at the bench."},
    "return": {"comment": "When?"},
    "propose_outcome": {"outcome": "dropped", "reflection": "Not for me."},
    "decline_outcome": {"comment": "Go on."},
    "transfer_out": {"reason": "Moved."},
    "withdraw": {"reason": "Left."},
    "reopen": {"reason": "Returned."},
}


# Actions that lead forward; the walk takes them more often than those that lead back.
ONWARD = {"submit", "approve", "record_readiness", "enroll"}
# Who usually does each; one try in four is by another person.
STUDENTS = {"submit", "recall", "propose", "propose_outcome", "hold", "resume", "carry_forward"}
USUALLY = {
    "declines": ("parent",),
    "signature-exceptions": ("advisor", "school_admin"),
    "corrections": ("school_admin",),
    "signatures": ("student", "parent"),
}
STAFF = ("advisor", "counselor", "school_admin", "co_advisor")


def usually(path: str, body: dict[str, Any]) -> tuple[str, ...]:
    """The people who usually make such a request."""
    last = path.rsplit("/", 1)[1]
    if last in USUALLY:
        return USUALLY[last]
    return STAFF if last == "actions" and body["action"] not in STUDENTS else ("student",)


class Walk:
    """A random walk: one student's plan, and requests by everybody around it."""

    def __init__(self, client: Any, database: Any, home: Any, seed: int) -> None:
        self.client, self.database, self.home = client, database, home
        self.rng = Random(seed)
        self.plan = f"/plans/{home.student.plan_id}"
        self.frozen: dict[Any, str] = {}
        self.seen: Counter[str] = Counter()
        self.tries = [
            (8, self.move_version),
            (3, self.start_version),
            (3, self.write),
            (4, self.sign),
            (1, self.decline_or_except),
            (1, self.correct),
            (2, self.add_goal),
            (4, self.move_goal),
            (3, self.work),
            (2, self.plan_element),
            (8, self.move_element),
            (1, self.revise_element),
            (1, self.close_or_open),
        ]

    def step(self) -> None:
        """Send one request, and check the prohibitions."""
        before = self.rows()
        weights, tries = zip(*self.tries, strict=True)
        (chosen,) = self.rng.choices(tries, weights)
        if before["plan"].status != "active" and self.rng.random() < 0.2:
            chosen = self.close_or_open
        method, path, body = chosen(before)
        name = self.rng.choice(usually(path, body) if self.rng.random() < 0.75 else PEOPLE)
        self.send(before, name, method, path, body)

    def send(self, before: Any, name: str, method: str, path: str, body: Any) -> Any:
        """Send one request as a person, and record the result."""
        someone = self.client.as_(getattr(self.home, name))
        answer = someone.send(method, path, json=body, headers={"If-Match": "*"})
        told = f"{name}: {method} {path} {body}: {answer.status_code}"
        assert answer.status_code < 500, (told, answer.json)
        after = self.rows()
        self.look(after, told)
        if before["plan"].status != "active" != after["plan"].status:
            assert self.content(before) == self.content(after), told
            self.seen["tried in a closed plan"] += 1
        return answer

    def begin(self) -> None:
        """Prepare a plan in force, signed, with a course that needs only approval."""
        version = f"/plan-versions/{self.home.student.version_id}"
        course = {
            "type": "dual_enrollment",
            "title": "Welding I",
            "provider_name": "Community College of Vermont",
            "starts_on": (clock.today() + timedelta(60)).isoformat(),
            "funding": "state_voucher",
        }
        for name, path, body in (
            ("student", f"{version}/actions", {"action": "submit"}),
            ("advisor", f"{version}/actions", {"action": "approve"}),
            ("student", f"{self.plan}/pathway-elements", course),
        ):
            self.send(self.rows(), name, "POST", path, body)
        rows = self.rows()
        signature = {"snapshot_sha256": rows["versions"][0].snapshot_sha256, "language": "en"}
        self.send(rows, "student", "POST", f"{version}/signatures", signature)
        element = f"/pathway-elements/{rows['elements'][0].id}/actions"
        for party in ("home_school", "provider"):
            said = {"action": "record_readiness", "party": party, "said_by": "Dean Lu"}
            self.send(rows, "counselor", "POST", element, said)
        self.send(rows, "school_admin", "POST", element, {"action": "approve"})

    def close(self) -> None:
        """Close the plan, if it is open."""
        body = {"action": "transfer_out", "reason": "Moved."}
        self.send(self.rows(), "school_admin", "POST", f"{self.plan}/actions", body)

    # The requests.

    def one(self, rows: list[Any]) -> Any:
        """A random row; the newest is twice as likely as all others together."""
        return rows[-1] if self.rng.random() < 0.66 else self.rng.choice(rows)

    def act(self, address: str, row: Any, life: Any) -> tuple[str, str, Any]:
        """An action that is possible in the row's state, or any action at all."""
        leading = [one.action for one in life.moves if row.status in one.sources]
        is_blind = not leading or self.rng.random() < 0.2
        onward = [one for one in leading if one in ONWARD]
        action = self.rng.choice(life.actions if is_blind else leading + 3 * onward)
        fields: dict[str, Any]
        fields = WORDS.get(action, {}) if life is not PATHWAY_ELEMENT else {}
        if action == "record_readiness":
            party = self.rng.choice(["home_school", "provider"])
            fields = {
                "party": party,
                "said_by": "Dean Lu",
                "is_ready": self.rng.random() < 0.9,
            }
        if action == "return":
            fields = WORDS["return"]
        if action == "complete" and life is PLAN:
            fields = {"reason": "Graduated."}
        return "POST", f"{address}/{row.id}/actions", {"action": action, **fields}

    def move_version(self, rows: Any) -> Any:
        return self.act("/plan-versions", self.one(rows["versions"]), VERSION)

    def start_version(self, rows: Any) -> Any:
        return "POST", f"{self.plan}/versions", {}

    def write(self, rows: Any) -> Any:
        key = self.rng.choice(["about_me", "scope_and_rigor", "family"])
        words = {"sections": {key: f"Thought of {self.rng.random()}."}}
        return "PATCH", f"/plan-versions/{self.one(rows['versions']).id}", words

    def sign(self, rows: Any) -> Any:
        hashes = [one.snapshot_sha256 for one in rows["versions"] if one.snapshot_sha256]
        sha256 = self.one([*hashes, hashes[-1]] if hashes else ["0" * 64])
        version = self.one([one for one in rows["versions"] if one.snapshot] or rows["versions"])
        body = {"snapshot_sha256": sha256, "language": "en"}
        return "POST", f"/plan-versions/{version.id}/signatures", body

    def decline_or_except(self, rows: Any) -> Any:
        address = f"/plan-versions/{self.one(rows['versions']).id}"
        if self.rng.random() < 0.5:
            return "POST", f"{address}/declines", {"words": "I was not at the meeting."}
        basis = self.rng.choice(["silence", "refusal", "split"])
        body = {"role": "parent", "basis": basis, "reason": "They said so."}
        return "POST", f"{address}/signature-exceptions", body

    def correct(self, rows: Any) -> Any:
        texts = {"about_me": f"Corrected {self.rng.random()}."}
        body = {"reason": "Found wrong.", "reference": "AR-1", "sections": texts}
        return "POST", f"/plan-versions/{self.one(rows['versions']).id}/corrections", body

    def add_goal(self, rows: Any) -> Any:
        return "POST", f"{self.plan}/goals", {"title": "Weld a gate", "domain": "career"}

    def move_goal(self, rows: Any) -> Any:
        return self.act("/goals", self.one(rows["goals"]), GOAL)

    def work(self, rows: Any) -> Any:
        goal = f"/goals/{self.one(rows['goals']).id}"
        if self.rng.random() < 0.5:
            return "POST", f"{goal}/steps", {"title": "Call"}
        return "POST", f"{goal}/check-ins", {"percent": self.rng.randint(0, 100)}

    def plan_element(self, rows: Any) -> Any:
        body = {
            "type": self.rng.choice(["dual_enrollment"] * 4 + ["virtual", "cte", "other"]),
            "title": "Welding I",
            "provider_name": "Community College of Vermont",
            "starts_on": (clock.today() + timedelta(self.rng.choice([-5, 0, 1, 30]))).isoformat(),
            "funding": self.rng.choice(["state_voucher"] * 3 + ["district", "family"]),
        }
        return "POST", f"{self.plan}/pathway-elements", body

    def move_element(self, rows: Any) -> Any:
        if not rows["elements"]:
            return self.plan_element(rows)
        return self.act("/pathway-elements", self.one(rows["elements"]), PATHWAY_ELEMENT)

    def revise_element(self, rows: Any) -> Any:
        if not rows["elements"]:
            return self.plan_element(rows)
        day = clock.today() + timedelta(self.rng.choice([-9, 20]))
        change = self.rng.choice([{"starts_on": day.isoformat()}, {"funding": "state_voucher"}])
        return "PATCH", f"/pathway-elements/{self.one(rows['elements']).id}", change

    def close_or_open(self, rows: Any) -> Any:
        return self.act("/plans", rows["plan"], PLAN)

    # The prohibitions.

    def rows(self) -> dict[str, Any]:
        """The rows of the student's plan by table, oldest first."""
        found: dict[str, Any] = {}
        with writing(self.database, self.home) as session:
            for name, model in TABLES.items():
                asked = select(model).where(model.student_id == self.home.student.id)
                order = model.number if model is PlanVersion else model.id
                found[name] = list(session.scalars(asked.order_by(order)).unique())
            found["plan"] = session.get_one(Plan, self.home.student.plan_id)
            session.expunge_all()
        return found

    def look(self, rows: dict[str, Any], told: str) -> None:
        """Check each prohibition of product.md that the tables can show."""
        versions = {one.id: one for one in rows["versions"]}
        states = Counter(one.status for one in versions.values())
        assert states["in_force"] <= 1, told
        assert sum(states[one] for one in OPEN) <= 1, told
        for one in versions.values():
            self.look_at_version(one, told)
        for one in rows["signatures"]:
            assert one.snapshot_sha256 == versions[one.plan_version_id].snapshot_sha256, told
            signed = versions[one.plan_version_id].signed_version_id
            assert one.signed_version_id == signed, told
            self.seen[f"{one.role} signed"] += 1
        self.look_at_elements(rows["elements"], told)
        self.seen[rows["plan"].status] += 1

    def look_at_version(self, version: PlanVersion, told: str) -> None:
        if version.snapshot is None:
            assert version.status in OPEN, told
            assert version.approved_by is None, told
            return
        self.seen[version.status] += 1
        kept = self.frozen.setdefault(version.id, version.snapshot)
        assert version.snapshot == kept, told
        assert hashlib.sha256(kept.encode()).hexdigest() == version.snapshot_sha256, told
        assert version.approved_by not in self.family, told
        if version.corrects_id is None:
            assert version.approved_by != version.submitted_by, told

    def look_at_elements(self, elements: list[PathwayElement], told: str) -> None:
        paid = 0
        for one in elements:
            is_dual = one.type == "dual_enrollment"
            is_state_funded = is_dual and one.funding == "state_voucher"
            paid += is_state_funded and (one.status in STANDING or one.is_voucher_used)
            if one.status not in STANDING:
                continue
            self.seen[f"{one.type} {one.status}"] += 1
            assert one.approved_on, told
            assert one.starts_on, told
            assert one.approved_on < one.starts_on, told
            assert one.approved_by not in (*self.family, one.planned_by), told
            assert one.type != "virtual", (told, "no licensed educator was ever named")
            if is_dual:
                assert self.grade == "11", (told, "grade 10 was not completed")
                assert one.home_ready_on, told
                assert one.provider_ready_on, told
                assert one.home_ready_on <= one.approved_on, told
                assert one.provider_ready_on <= one.approved_on, told
        assert paid <= 2, (told, "a third course paid for by the state")

    @property
    def family(self) -> set[Any]:
        """The student and their parents, of any kind."""
        return {getattr(self.home, name).id for name in (*FAMILY, "student")}

    grade = "11"

    def content(self, rows: dict[str, Any]) -> list[Any]:
        """Content that nobody may write in a closed plan; course results may still be recorded."""
        return [
            [(one.id, one.status, one.version) for one in rows["goals"]],
            [(one.id, one.status, one.snapshot_sha256) for one in rows["versions"]],
            [(one.id, one.body) for one in rows["sections"]],
            [one.id for name in ("steps", "check_ins", "entries") for one in rows[name]],
            [one.id for one in rows["elements"]],
        ]


TABLES: dict[str, Any] = {
    "versions": PlanVersion,
    "sections": PlanSection,
    "signatures": Signature,
    "goals": Goal,
    "steps": GoalStep,
    "check_ins": CheckIn,
    "entries": ProfileEntry,
    "elements": PathwayElement,
}


@pytest.mark.parametrize(("seed", "grade"), [(1, "11"), (2, "08")])
def test_no_sequence_of_actions_reaches_what_is_forbidden(
    client: Client, database: Isolated, world: World, seed: int, grade: str
) -> None:
    home = world.home
    with writing(database, home) as session:
        for model, mine in ((Student, Student.id), (SchoolEnrollment, SchoolEnrollment.student_id)):
            session.execute(update(model).where(mine == home.student.id).values(grade=grade))
        rights = {"parent_kind": "parent", "may_inspect": True, "may_decide": True}
        relate(session, home, home.co_advisor, home.student, RelationshipKind.PARENT, **rights)
    walk = Walk(client, database, home, seed)
    walk.grade = grade
    with time_machine.travel(clock.now(), tick=False) as traveller:
        walk.begin()
        for number in range(STEPS):
            walk.step()
            if number % 25 == 24:
                traveller.shift(timedelta(days=2))
            if number == STEPS - 15:
                walk.close()
    reached = {"in_force", "student signed", "tried in a closed plan"}
    assert reached <= set(walk.seen), (reached - set(walk.seen), walk.seen)
    assert bool(walk.seen["dual_enrollment approved"]) == (grade == "11"), walk.seen
