"""An internship from the proposal to the credit: against a real server, with a real browser."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock, data
from plp_api.foundation.roster.relationships import AppointmentRole
from tests import browser
from tests.conftest import Live
from tests.main_job.live import PATIENCE, Installation, Person, Server
from tests.world import Somebody, appoint, person, writing

pytestmark = [pytest.mark.servers, browser.needed]

FILE = data.seeds() / "frameworks" / "graduation_proficiencies.json"
TEACHERS = ("cooperating_teacher", "teacher_of_record", "licensed_supervisor", "panel_member")
SIGNERS = ["student", "parent", "mentor", "cooperating_teacher", "coordinator"]
HIDDEN = ("other_advisor", "other_student", "away")


@dataclass
class Story:
    """The server, the people at home, and what the story has made so far."""

    live: Live
    installation: Installation
    people: dict[str, Somebody] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    server: Server = field(init=False)

    def of(self, name: str) -> Person:
        """Somebody at home by name, or `away`: the coordinator of the other district."""
        home = self.live.world.home
        known = {**self.people, "away": self.live.world.away.elo_coordinator}
        somebody = known.get(name) or getattr(home, name)
        return Person(self.server, self.live.client.as_(somebody).token)

    @property
    def student(self) -> Person:
        return self.of("student")

    @property
    def coordinator(self) -> Person:
        return self.of("elo_coordinator")

    @property
    def elo(self) -> str:
        return f"/elos/{self.made['elo']['id']}"

    @property
    def status(self) -> str:
        status: str = self.coordinator.read(self.elo)["status"]
        return status

    def refused(self, who: Person, path: str, action: str, **fields: Any) -> tuple[int, str]:
        """The status and the code of an action that is refused."""
        body = {"action": action, **fields}
        answer = who.send("POST", f"{path}/actions", body, If_Match=who.tag(path))
        return answer.status, answer.json["code"]

    def seen_as_the_matrix_says(self) -> None:
        """Everybody around the student reads the ELO, and nobody else finds it."""
        for name in ("student", "parent", "advisor", "counselor", "school_admin"):
            assert self.of(name).send("GET", self.elo).status == 200, name
        for name in HIDDEN:
            assert self.of(name).send("GET", self.elo).status == 404, name
        for name in ("registrar", "other_school_admin"):
            assert self.of(name).send("GET", self.elo).status in (403, 404), name
        denied = self.of("parent").send("PATCH", self.elo, {"title": "Mine"}, If_Match="*")
        assert denied.status == 403


@pytest.fixture
def story(own: Live) -> Iterator[Story]:
    """A high school with four teachers more, and a second member of staff for codes."""
    home = own.world.home
    story = Story(own, Installation(own.settings))
    with writing(own.database, home) as session:
        for name in TEACHERS:
            story.people[name] = person(session, home, name)
            appoint(session, home, story.people[name], AppointmentRole.TEACHER, home.school_id)
    with story.installation.serve() as story.server:
        yield story
    story.installation.close()


def test_an_internship_from_proposal_to_credit(story: Story) -> None:
    the_catalog_is_there(story)
    a_hand_becomes_a_proposal(story)
    it_is_returned_once_and_accepted(story)
    it_is_designed(story)
    it_needs_clearances(story)
    everybody_signs_in_order(story)
    the_work_begins_and_hours_are_verified_by_link(story)
    a_new_site_needs_new_signatures(story)
    the_evidence_is_presented_and_evaluated(story)
    credit_is_awarded(story)
    the_goal_is_achieved_and_the_next_version_names_the_elo(story)


def the_catalog_is_there(story: Story) -> None:
    """An imported framework, a clinic with two sites and two mentors, and a place to learn."""
    admin, coordinator = story.of("district_admin"), story.coordinator
    sent = admin.upload("/framework-imports", FILE)
    deadline = time.monotonic() + PATIENCE
    path = f"/framework-imports/{sent.json['id']}"
    while (done := admin.read(path))["state"] in ("queued", "running"):
        assert time.monotonic() < deadline, done
        time.sleep(0.1)
    items = admin.read(f"/frameworks/{done['framework_id']}/items?limit=100")["items"]
    story.made["item"] = next(one for one in items if one["code"] == "SCI.1")
    home = f"/districts/{story.live.world.home.district_id}"
    admin.change(home, {"settings": {"required_clearances": ["criminal_record"]}})

    partner = coordinator.make("/partners", {"name": "North Peak Clinic", "kind": "health_care"})
    at = f"/partners/{partner['id']}"
    sites = [coordinator.make(f"{at}/sites", {"name": name}) for name in ("Main", "Annex")]
    mentors = [
        coordinator.make(f"{at}/mentors", {"name": name, "email": f"{name[:3]}@clinic.example"})
        for name in ("Tom Averill", "Ines Morel")
    ]
    offered = {"kind": "internship", "title": "Help at the clinic", "seats": 1}
    placed = {"partner_id": partner["id"], "site_id": sites[0]["id"]}
    school = {"school_id": str(story.live.world.home.school_id)}
    opportunity = coordinator.make("/opportunities", {**offered, **placed, **school})
    story.made |= {
        "partner": partner,
        "sites": sites,
        "mentors": mentors,
        "opportunity": opportunity,
    }


def a_hand_becomes_a_proposal(story: Story) -> None:
    of_student = f"/students/{story.live.world.home.student.id}"
    hand = story.student.make(
        f"{of_student}/interests", {"opportunity_id": story.made["opportunity"]["id"]}
    )
    last_day = (clock.today() + timedelta(days=7)).isoformat()
    story.coordinator.act(f"/interests/{hand['id']}", "approve", last_day=last_day)
    elo = {"title": "Nursing at the clinic", "type": "internship", "interest_id": hand["id"]}
    story.made["elo"] = story.student.make(f"{of_student}/elos", elo)
    assert story.made["elo"]["partner_name"] == "North Peak Clinic"
    assert (
        story.coordinator.read(f"/opportunities/{story.made['opportunity']['id']}")["seats_left"]
        == 0
    )
    story.seen_as_the_matrix_says()


def it_is_returned_once_and_accepted(story: Story) -> None:
    story.student.act(story.elo, "submit")
    assert story.refused(story.of("advisor"), story.elo, "accept") == (403, "permission_denied")
    story.coordinator.act(story.elo, "return", comment="Say which days you would go.")
    assert story.status == "returned"
    story.student.change(story.elo, {"description": "On Fridays, the whole day."})
    story.student.act(story.elo, "submit")
    story.coordinator.act(story.elo, "accept")
    assert story.status == "design"


def it_is_designed(story: Story) -> None:
    student, coordinator, made = story.student, story.coordinator, story.made
    today = clock.today()
    assert story.refused(coordinator, story.elo, "complete_design")[1] in (
        "design_incomplete",
        "supervisor_missing",
    )
    words = (
        *("essential_question", "research", "reflection", "product"),
        *("presentation", "public_at", "timeline", "assessment"),
    )
    student.change(story.elo, {name: f"The {name} of it." for name in words})
    student.change(story.elo, {"know_and_do": ["I can take a pulse."]})
    student.make(f"{story.elo}/links", {"framework_item_id": made["item"]["id"]})
    goal_id = str(story.live.world.home.student.goal_id)
    student.make(f"{story.elo}/goals", {"goal_id": goal_id})
    coordinator.change(
        story.elo,
        {
            "earliest_start": today.isoformat(),
            "latest_end": (today + timedelta(days=120)).isoformat(),
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=100)).isoformat(),
            "least_minutes": 40 * 60,
            "most_minutes": 80 * 60,
            "planned_minutes": 60 * 60,
        },
    )
    communication = {"party": "The clinic", "means": "A call", "rhythm": "Each Friday"}
    student.make(f"{story.elo}/communications", communication)
    benchmark = {"title": "First interview", "due_on": today.isoformat()}
    made["benchmark"] = student.make(f"{story.elo}/benchmarks", benchmark)
    for role, somebody in story.people.items():
        team = {"role": role, "person_id": str(somebody.id)}
        coordinator.make(f"{story.elo}/team", team)
    mentor = {"role": "mentor", "mentor_id": made["mentors"][0]["id"]}
    made["mentor_row"] = coordinator.make(f"{story.elo}/team", mentor)
    assert story.of("panel_member").read(story.elo)["title"] == "Nursing at the clinic"
    student_path = f"/students/{story.live.world.home.student.id}"
    assert story.of("panel_member").send("GET", student_path).status == 404


def it_needs_clearances(story: Story) -> None:
    coordinator = story.coordinator
    assert story.refused(coordinator, story.elo, "complete_design") == (409, "clearance_missing")
    clear(story, 0)
    coordinator.act(story.elo, "complete_design")
    assert story.status == "agreement_pending"
    assert story.of("advisor").send("GET", "/clearances").status == 403


def clear(story: Story, number: int) -> None:
    """Record that a mentor was checked."""
    passed = {
        "kind": "criminal_record",
        "is_cleared": True,
        "checked_on": clock.today().isoformat(),
    }
    mentor = {"mentor_id": story.made["mentors"][number]["id"]}
    story.coordinator.make(
        f"/partners/{story.made['partner']['id']}/clearances", {**passed, **mentor}
    )


def newest_agreement(story: Story) -> Any:
    return story.coordinator.read(f"{story.elo}/agreements?sort=-edition")["items"][0]


def sign(story: Story, name: str) -> tuple[int, Any]:
    """Sign the newest agreement with one's account."""
    agreement = newest_agreement(story)
    body = {"sha256": agreement["sha256"], "language": "en"}
    who = "elo_coordinator" if name == "coordinator" else name
    path = f"/agreements/{agreement['id']}/signatures"
    answer = story.of(who).send("POST", path, body)
    return answer.status, answer.json


def everybody_signs_in_order(story: Story) -> None:
    status, problem = sign(story, "parent")
    assert (status, problem["code"]) == (409, "signature_early")
    for role in SIGNERS:
        if role == "mentor":
            the_mentor_signs_in_a_browser(story)
        else:
            assert sign(story, role)[0] == 201, role
    assert newest_agreement(story)["status"] == "complete"
    assert story.status == "approved"
    story.seen_as_the_matrix_says()


def a_link(story: Story, mentor_number: int) -> tuple[str, str]:
    """The address and the code of a printed link for a mentor."""
    mentor = f"/mentors/{story.made['mentors'][mentor_number]['id']}"
    link = story.coordinator.make(f"{mentor}/links", {"delivery": "print"})
    code = story.of("school_admin").make(f"/mentor-links/{link['id']}/code")["code"]
    return (
        f"http://127.0.0.1:{story.server.port}/verifications/{link['url'].rsplit('/', 1)[1]}",
        code,
    )


def the_mentor_signs_in_a_browser(story: Story, number: int = 0) -> None:
    address, code = a_link(story, number)
    with browser.opened(address, browser.PHONE) as page:
        page.get_by_label("code").fill(code)
        page.get_by_role("button", name="Continue").click()
        assert "Nursing at the clinic" in page.inner_text("main")
        page.get_by_label("I sign", exact=True).check()
        page.get_by_label("Your full name").fill("Tom Averill")
        page.get_by_label("What I say here is true").check()
        page.get_by_role("button", name="Send", exact=True).click()
        assert "Thank you" in page.inner_text("main")


def the_work_begins_and_hours_are_verified_by_link(story: Story) -> None:
    student, coordinator, today = story.student, story.coordinator, clock.today()
    coordinator.act(story.elo, "start")
    entry = {"on": today.isoformat(), "minutes": 180, "activity": "Took temperatures."}
    for _ in range(2):
        student.make(f"{story.elo}/log-entries", entry)
    tomorrow = {**entry, "on": (today + timedelta(days=1)).isoformat()}
    assert student.send("POST", f"{story.elo}/log-entries", tomorrow).status == 422
    address, code = a_link(story, 0)
    with browser.opened(address, browser.PHONE) as page:
        page.get_by_label("code").fill(code)
        page.get_by_role("button", name="Continue").click()
        assert page.inner_text("main").count("Took temperatures.") == 2
        page.get_by_label("These hours are right").check()
        page.get_by_label("What I say here is true").check()
        page.get_by_role("button", name="Send", exact=True).click()
        assert "Thank you" in page.inner_text("main")
    with browser.opened(address) as page:
        assert "This link has been used" in page.inner_text("main")
    hours = student.read(f"{story.elo}/hours")["totals"]
    assert hours["verified"]["minutes"] == 360


def a_new_site_needs_new_signatures(story: Story) -> None:
    coordinator, made = story.coordinator, story.made
    coordinator.change(story.elo, {"site_id": made["sites"][1]["id"]})
    replaced = {"replaces_id": made["mentor_row"]["id"], "mentor_id": made["mentors"][1]["id"]}
    coordinator.make(f"{story.elo}/team", {"role": "mentor", **replaced})
    assert story.status == "suspended"
    assert story.refused(coordinator, story.elo, "resume")[0] == 409
    clear(story, 1)
    assert story.refused(coordinator, story.elo, "resume") == (409, "agreement_missing")
    for role in SIGNERS:
        if role == "mentor":
            the_mentor_signs_in_a_browser(story, 1)
        else:
            assert sign(story, role)[0] == 201, role
    coordinator.act(story.elo, "resume")
    assert story.status == "active"
    stays = story.student.read(f"{story.elo}/hours")["totals"]
    assert stays["verified"]["minutes"] == 360, "hours stay"


def the_evidence_is_presented_and_evaluated(story: Story) -> None:
    teacher = story.of("cooperating_teacher")
    benchmark = f"/elo-benchmarks/{story.made['benchmark']['id']}"
    teacher.act(benchmark, "review", outcome="met", comment="Good questions.")
    story.student.act(story.elo, "hand_in")
    today = clock.today().isoformat()
    story.of("panel_member").make(f"{story.elo}/presentations", {"held_on": today})
    assert story.status == "presented"
    teacher.make(f"{story.elo}/evaluations", {"words": "She explains what she saw."})
    assert story.status == "evaluated"


def credit_is_awarded(story: Story) -> None:
    coordinator, teacher = story.coordinator, story.of("teacher_of_record")
    record_id = str(story.people["teacher_of_record"].id)
    line = {"area": "Science", "amount": 0.5, "teacher_of_record_id": record_id}
    bare = coordinator.make(f"{story.elo}/credit-lines", line)
    path = f"/credit-lines/{bare['id']}"
    assert story.refused(teacher, path, "award", as_elective=True) == (409, "proficiencies_missing")
    coordinator.change(path, {"framework_item_ids": [story.made["item"]["id"]]})
    other = story.refused(story.of("cooperating_teacher"), path, "award", as_elective=True)
    assert other == (403, "teacher_not_of_record")
    coordinator.act(path, "attest")
    awarded = teacher.act(path, "award", words="She explained each step.")
    assert (awarded["status"], awarded["is_elective"]) == ("awarded", False)
    assert story.status == "credit_awarded"
    assert story.of("registrar").read(path)["amount"] == 0.5
    story.seen_as_the_matrix_says()


def the_goal_is_achieved_and_the_next_version_names_the_elo(story: Story) -> None:
    student, advisor, home = story.student, story.of("advisor"), story.live.world.home
    goal = f"/goals/{home.student.goal_id}"
    elo_id = story.made["elo"]["id"]
    assert [one["id"] for one in student.read(goal)["elos"]] == [elo_id]
    student.act(goal, "propose_outcome", outcome="achieved", reflection="I know what I want.")
    advisor.act(goal, "confirm_outcome")
    assert student.read(goal)["status"] == "achieved"

    version = f"/plan-versions/{home.student.version_id}"
    student.act(version, "submit")
    advisor.act(version, "approve")
    frozen = student.read(f"{version}/snapshot")
    assert [one["elo_id"] for one in frozen["elos"]] == [elo_id]
