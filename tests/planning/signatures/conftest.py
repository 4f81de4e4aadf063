"""A version in force, and ways to sign or decline it."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.foundation.roster.models import District
from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
from tests.client import Client, Response, code
from tests.databases import Isolated
from tests.world import Pupil, Somebody, World, relate, writing


@pytest.fixture
def version(client: Client, world: World) -> Any:
    """The version of `student`, in force, as the student reads it."""
    path = f"/plan-versions/{world.home.student.version_id}"
    student = client.as_(world.home.student)
    student.act(path, "submit")
    client.as_(world.home.advisor).act(path, "approve")
    return student.read(path)


@pytest.fixture
def sign(client: Client, version: dict[str, Any]) -> Callable[..., Any]:
    """Sign as a person, over the hash just read."""

    def signing(somebody: Pupil | Somebody, **changed: Any) -> Response:
        body = {"snapshot_sha256": version["snapshot_sha256"], "language": "en", **changed}
        return client.as_(somebody).post(f"/plan-versions/{version['id']}/signatures", body)

    return signing


@pytest.fixture
def state(client: Client, world: World, version: dict[str, Any]) -> Callable[..., Any]:
    def reading() -> tuple[Any, ...]:
        found = client.as_(world.home.advisor).read(f"/plan-versions/{version['id']}/signatures")
        open_ones = [one["role"] for one in found["requirements"] if one["status"] == "open"]
        return found["signature_state"], open_ones

    return reading


@pytest.fixture
def status(client: Client, world: World, version: dict[str, Any]) -> Callable[..., Any]:
    """The status of one role's requirement."""

    def reading(role: str = "parent") -> Any:
        found = client.as_(world.home.advisor).read(f"/plan-versions/{version['id']}/signatures")
        return {one["role"]: one["status"] for one in found["requirements"]}[role]

    return reading


@pytest.fixture
def decline(client: Client, version: dict[str, Any]) -> Callable[..., Any]:
    """Decline as a person, or record a decline for a person."""

    def declining(
        somebody: Pupil | Somebody, words: str = "I was not at the meeting.", **more: Any
    ) -> Response:
        body = {"words": words, **more}
        return client.as_(somebody).post(f"/plan-versions/{version['id']}/declines", body)

    return declining


@pytest.fixture
def without(client: Client, version: dict[str, Any]) -> Callable[..., Any]:
    """Except a signature of the version."""

    def excepting(somebody: Somebody, basis: str, role: str = "parent") -> Response:
        body = {"role": role, "basis": basis, "reason": "As told in the meeting."}
        return client.as_(somebody).post(
            f"/plan-versions/{version['id']}/signature-exceptions", body
        )

    return excepting


@pytest.fixture
def attempt(client: Client, world: World) -> Callable[..., Any]:
    """Log an attempt to reach somebody."""

    def logging(somebody: Somebody | None = None, **more: Any) -> Response:
        body = {"role": "parent", "mode": "phone", "outcome": "no_answer", **more}
        path = f"/reviews/{world.home.student.review_id}/outreach-attempts"
        return client.as_(somebody or world.home.advisor).post(path, body)

    return logging


@pytest.fixture
def father(world: World, database: Isolated) -> Any:
    """A second, confirmed parent who may decide."""
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.senior_parent,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind=ParentKind.PARENT,
            may_inspect=True,
            may_decide=True,
        )
    return world.home.senior_parent


@pytest.fixture
def all_are_asked(world: World, database: Isolated) -> None:
    """The district requires all deciding parents to sign."""
    with writing(database, world.home) as session:
        session.get(District, world.home.district_id).settings = {"deciding_parents": "all"}


def refusal(response: Response) -> tuple[Any, ...]:
    """Status and code of a problem."""
    return response.status_code, code(response)
