"""Two parents who must not learn of each other: no answer to one contains anything of the other.

Both do everything a parent can; then each reads every address, and no answer
contains an id, name, address or telephone number of the other.
"""

from typing import Any

import pytest

from plp_api.foundation.roster.models import LoginSession, Person
from plp_api.foundation.roster.relationships import Relationship
from tests.families.addresses import every_address
from tests.world import writing

NAMES = {
    "parent": ("Zebulon", "Quarrington", "zq@example.org", "802-555-0101"),
    "inspecting_parent": ("Xanthippe", "Vandermeulen", "xv@example.org", "802-555-0202"),
}
OTHER = {"parent": "inspecting_parent", "inspecting_parent": "parent"}
# From a waiver that `rows.complete` adds: only staff read where and with whom a student lives.
LIVING_SITUATION = "state_custody"


@pytest.fixture
def marks(database: Any, world: Any) -> dict[str, set[str]]:
    """By parent, every text and id that would reveal them."""
    found = {}
    with writing(database, world.home) as session:
        for name, words in NAMES.items():
            somebody = getattr(world.home, name)
            row = session.get(Person, somebody.id)
            row.given_name, row.family_name, row.email, row.phone = words
            row.username = f"user-{words[1].lower()}"
            for tie in session.query(Relationship).filter_by(person_id=somebody.id):
                tie.may_inspect = tie.may_decide = True
                tie.basis, tie.order_reference = f"Order on {words[0]}", f"Docket {words[1]}"
                ties = {str(tie.id)}
            found[name] = {*words, row.username, str(somebody.id), str(somebody.account_id), *ties}
    return found


@pytest.fixture
def lives(client: Any, world: Any, marks: Any) -> None:
    """Both parents do all they can: before, during and after home study."""
    pupil = world.home.student
    student, advisor = client.as_(pupil), client.as_(world.home.advisor)
    registrar = client.as_(world.home.registrar)
    version = f"/plan-versions/{pupil.version_id}"
    _say(client, world, version)
    for name in NAMES:
        written = client.as_(getattr(world.home, name)).patch(
            version, {"sections": {"family": f"From {name.replace('_', ' ')} number {len(name)}."}}
        )
        assert written.status_code == 200, written.json
    assert student.act(version, "submit").status_code == 200
    _hold(advisor, world)
    assert advisor.act(version, "approve").status_code == 200
    _sign(client, world, version)
    home = registrar.made(f"/students/{pupil.id}/home-studies", {})
    for name in NAMES:
        _keep_plan(client.as_(getattr(world.home, name)), student, pupil, name)
    today = home["starts_on"]
    assert registrar.patch(f"/home-studies/{home['id']}", {"ends_on": today}).status_code == 200
    started = student.made(f"/plans/{pupil.plan_id}/versions", {})
    _say(client, world, f"/plan-versions/{started['id']}")


def _say(client: Any, world: Any, version: str) -> None:
    pupil = world.home.student
    for name in NAMES:
        parent = client.as_(getattr(world.home, name))
        for path in (version, f"/goals/{pupil.goal_id}", f"/reviews/{pupil.review_id}"):
            parent.made(f"{path}/comments", {"body": "We talked about this at dinner."})


def _hold(advisor: Any, world: Any) -> None:
    from plp_api.foundation import clock

    pupil = world.home.student
    people = [("student", pupil), *(("parent", getattr(world.home, name)) for name in NAMES)]
    held = advisor.act(
        f"/reviews/{pupil.review_id}",
        "hold",
        held_on=clock.today().isoformat(),
        mode="in_person",
        participants=[{"role": role, "person_id": str(one.id)} for role, one in people],
    )
    assert held.status_code == 200, held.json


def _sign(client: Any, world: Any, version: str) -> None:
    for name in NAMES:
        parent = client.as_(getattr(world.home, name))
        sha256 = parent.read(version)["snapshot_sha256"]
        signed = parent.post(f"{version}/signatures", {"snapshot_sha256": sha256, "language": "en"})
        assert signed.status_code == 201, signed.json


def _keep_plan(parent: Any, student: Any, pupil: Any, name: str) -> None:
    """A parent's acts in home study: a version, an entry, a goal."""
    started = parent.made(f"/plans/{pupil.plan_id}/versions", {})
    path = f"/plan-versions/{started['id']}"
    assert (
        parent.patch(path, {"sections": {"about_me": f"At home, {len(name)}."}}).status_code == 200
    )
    parent.made(f"/plans/{pupil.plan_id}/profile-entries", {"kind": "strength", "body": "Bees"})
    goal = student.made(f"/plans/{pupil.plan_id}/goals", {"domain": "civic", "title": "Keep bees"})
    assert student.act(f"/goals/{goal['id']}", "propose").status_code == 200
    assert parent.act(f"/goals/{goal['id']}", "confirm").status_code == 200
    assert parent.act(path, "put_in_force").status_code == 200


@pytest.fixture
def addresses(database: Any, world: Any, lives: None) -> list[str]:
    """Every address that a parent could read, with every row of the child."""
    return every_address(database, world)


@pytest.mark.parametrize("reader", NAMES)
def test_no_answer_tells_one_parent_of_the_other(
    client: Any, world: Any, marks: Any, addresses: list[str], reader: str
) -> None:
    parent, other = client.as_(getattr(world.home, reader)), OTHER[reader]
    told, answered = [], 0
    for address in dict.fromkeys(addresses):
        answer = parent.get(address)
        assert answer.status_code < 500, address
        answered += answer.status_code == 200
        body = answer.get_data(as_text=True) if answer.mimetype != "application/pdf" else ""
        hidden = marks[other] | {LIVING_SITUATION}
        said = sorted(one for one in hidden if one.lower() in body.lower())
        if said:
            told.append(f"{address}: {', '.join(said)}")
    assert answered > 30, "the walk must reach what a parent reads"
    assert not told, "\n".join(told)


def test_the_walk_would_notice(client: Any, world: Any, marks: Any, addresses: list[str]) -> None:
    """The advisor, who may know both parents, finds them at the same addresses."""
    advisor, told = client.as_(world.home.advisor), set()
    for address in dict.fromkeys(addresses):
        body = advisor.get(address).get_data(as_text=True)
        told |= {one for name in NAMES for one in marks[name] if one in body}
    assert {str(getattr(world.home, name).id) for name in NAMES} <= told


def test_a_parent_s_own_sessions_are_their_own(database: Any, client: Any, world: Any) -> None:
    for name in NAMES:
        client.as_(getattr(world.home, name))
    with writing(database, world.home) as session:
        theirs = {
            name: {
                str(one.id)
                for one in session.query(LoginSession).filter_by(
                    person_id=getattr(world.home, name).id
                )
            }
            for name in NAMES
        }
    for name, other in OTHER.items():
        body = client.as_(getattr(world.home, name)).get("/auth/sessions").get_data(as_text=True)
        assert not [one for one in theirs[other] if one in body]
