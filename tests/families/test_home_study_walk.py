"""Home study: no staff member finds a text of the family at any address."""

from typing import Any

import pytest

from tests.families.addresses import every_address

WORD = "Zebulonquarrington"


@pytest.fixture
def hidden(client: Any, world: Any) -> set[str]:
    """The family's work on its plan at home, and the texts and ids that would reveal it."""
    pupil = world.home.student
    client.as_(world.home.registrar).made(f"/students/{pupil.id}/home-studies", {})
    student, parent = client.as_(pupil), client.as_(world.home.parent)
    version = f"/plan-versions/{pupil.version_id}"
    assert student.patch(version, {"sections": {"about_me": WORD}}).status_code == 200
    goal = student.made(f"/plans/{pupil.plan_id}/goals", {"domain": "civic", "title": WORD})
    assert student.act(f"/goals/{goal['id']}", "propose").status_code == 200
    assert parent.act(f"/goals/{goal['id']}", "confirm").status_code == 200
    student.made(f"/plans/{pupil.plan_id}/profile-entries", {"kind": "strength", "body": WORD})
    student.made(f"{version}/comments", {"body": WORD})
    assert parent.act(version, "put_in_force").status_code == 200
    student.made(f"{version}/declines", {"words": WORD})
    return {WORD, student.read(version)["snapshot_sha256"], goal["id"]}


@pytest.fixture
def addresses(database: Any, world: Any, hidden: set[str]) -> list[str]:
    return every_address(database, world)


@pytest.mark.parametrize("reader", ["advisor", "school_admin", "district_admin", "auditor"])
def test_no_answer_tells_staff_what_the_family_keeps(
    client: Any, world: Any, addresses: list[str], hidden: set[str], reader: str
) -> None:
    # A stated reason makes no difference here.
    stated = {"X-Access-Reason": "To look"}
    staff, told = client.as_(getattr(world.home, reader)), []
    for address in addresses:
        answer = staff.get(address, headers=stated)
        assert answer.status_code < 500, address
        told += [(address, one) for one in hidden if one.encode() in answer.data]
    assert not told


def test_the_walk_would_notice(
    client: Any, world: Any, addresses: list[str], hidden: set[str]
) -> None:
    """The student finds all of it at the same addresses."""
    student = client.as_(world.home.student)
    bodies = [student.get(one).data for one in addresses]
    assert all(any(one.encode() in body for body in bodies) for one in hidden)
