"""An advisor's conference afternoon: fourteen advisees in at most twenty calls."""

from collections.abc import Iterator
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
from tests.client import Client
from tests.databases import Isolated
from tests.world import Pupil, Somebody, World, person, pupil, relate, writing, years_ago

ADVISEES = 14


@pytest.fixture
def advisees(world: World, database: Isolated) -> Iterator[list[Any]]:
    """Fourteen students with a parent each, and one advisor."""
    home = world.home
    with writing(database, home) as session:
        person(session, home, "afternoon_advisor")
        found = []
        for number in range(ADVISEES):
            student = pupil(
                session,
                home,
                f"advisee_{number}",
                grade="11",
                school_id=home.school_id,
                born=years_ago(16, 50),
            )
            parent = person(session, home, f"parent_of_{number}")
            relate(session, home, home.afternoon_advisor, student, RelationshipKind.ADVISOR)
            relate(
                session,
                home,
                parent,
                student,
                RelationshipKind.PARENT,
                parent_kind=ParentKind.PARENT,
                may_inspect=True,
                may_decide=True,
            )
            found.append((student, parent))
    yield found
    for name in [one for one in home.people if "advisee_" in one or "parent_of_" in one]:
        del home.people[name]
    del home.people["afternoon_advisor"]


def test_fourteen_advisees_take_an_advisor_at_most_twenty_calls(
    client: Client, world: World, advisees: list[Any]
) -> None:
    for student, _ in advisees:
        path = f"/plan-versions/{student.version_id}"
        assert client.as_(student).act(path, "submit").status_code == 200
    advisor = client.as_(world.home.afternoon_advisor)
    calls = []

    def call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = advisor.send(method, path, json=body)
        calls.append(f"{method} {path.split('?', maxsplit=1)[0]}")
        assert answer.status_code == 200, answer.json
        return answer.json["items"]

    waiting = call("GET", "/plan-versions?status=submitted")
    assert len(waiting) == ADVISEES
    approved = call(
        "POST",
        "/plan-versions/actions",
        {
            "action": "approve",
            "items": [{"id": one["id"], "version": one["version"]} for one in waiting],
        },
    )
    assert {one["status"] for one in approved} == {200}
    hashes = {one["resource"]["student_id"]: one["resource"]["snapshot_sha256"] for one in approved}
    proposed = call("GET", "/goals?status=proposed")
    assert proposed == []
    reviews = {one["student_id"]: one for one in call("GET", "/reviews")}
    held = call(
        "POST",
        "/reviews/actions",
        {
            "action": "hold",
            "held_on": clock.today().isoformat(),
            "mode": "in_person",
            "items": [
                meeting(reviews[str(student.id)], student, parent, hashes[str(student.id)])
                for student, parent in advisees
            ],
        },
    )
    assert {one["status"] for one in held} == {200}, [one.get("problem") for one in held]
    plans = call("GET", "/plans")
    assert {one["in_force"]["signature_state"] for one in plans} == {"complete"}
    assert {one["review"]["standing"] for one in plans} == {"current"}
    assert len(calls) <= 20, calls
    print(f"\n{len(calls)} calls: {calls}")  # noqa: T201 - to be shown with -s


def meeting(
    review: dict[str, Any], student: Pupil, parent: Somebody, sha256: str
) -> dict[str, Any]:
    """One student's part: who was there, and who signed in person."""
    people = {"student": student, "parent": parent}
    return {
        "id": review["id"],
        "version": review["version"],
        "participants": [{"role": role, "person_id": str(one.id)} for role, one in people.items()],
        "signatures": [
            {"role": role, "person_id": str(one.id), "snapshot_sha256": sha256, "language": "en"}
            for role, one in people.items()
        ],
    }
