"""A parent's office does not let them read what is withheld from parents."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
from tests.client import Client
from tests.databases import Isolated
from tests.world import Somebody, World, relate, writing


@pytest.fixture(params=["school_admin", "counselor"])
def colleague(request: pytest.FixtureRequest, world: World) -> Any:
    """A member of staff, who later becomes a parent of the student."""
    return getattr(world.home, request.param)


@pytest.fixture
def becomes_parent(world: World, database: Isolated, colleague: Somebody) -> Callable[..., Any]:
    def tie() -> None:
        with writing(database, world.home) as session:
            relate(
                session,
                world.home,
                colleague,
                world.home.student,
                RelationshipKind.PARENT,
                parent_kind=ParentKind.PARENT,
                may_inspect=False,
                may_decide=False,
            )

    return tie


def test_by_an_office_a_parent_reads_no_log_of_the_other_s_silence_and_no_reason(
    client: Client,
    world: World,
    version: dict[str, Any],
    attempt: Callable[..., Any],
    without: Callable[..., Any],
    colleague: Somebody,
    becomes_parent: Callable[..., Any],
) -> None:
    pupil = world.home.student
    for _ in range(3):
        attempt(person_id=str(world.home.parent.id), words="Her sister took the call.")
    exception = without(world.home.advisor, "silence").json
    waiver = client.as_(colleague).made(
        f"/students/{pupil.id}/signature-waivers", {"reason": "court_order", "note": "Docket 7"}
    )
    lists = [
        f"/reviews/{pupil.review_id}/outreach-attempts",
        f"/plan-versions/{version['id']}/signature-exceptions",
        f"/students/{pupil.id}/signature-waivers",
    ]
    rows = [f"/signature-exceptions/{exception['id']}", f"/signature-waivers/{waiver['id']}"]
    reader = client.as_(colleague)
    assert all(reader.read(path)["items"] for path in lists)
    assert all(reader.get(path).status_code == 200 for path in rows)
    becomes_parent()
    assert [reader.read(path)["items"] for path in lists] == [[], [], []]
    assert [reader.get(path).status_code for path in rows] == [404, 404]
    assert all(client.as_(world.home.auditor).read(path)["items"] for path in lists[:2])
