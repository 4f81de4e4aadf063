"""A version in force, and ways to sign or decline it."""

import pytest

from plp_api.foundation.roster.models import District
from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
from tests.client import code
from tests.world import relate, writing


@pytest.fixture
def version(client, world):
    """The version of `student`, in force, as the student reads it."""
    path = f"/plan-versions/{world.home.student.version_id}"
    student = client.as_(world.home.student)
    student.act(path, "submit")
    client.as_(world.home.advisor).act(path, "approve")
    return student.read(path)


@pytest.fixture
def sign(client, version):
    """Sign as a person, over the hash just read."""

    def signing(somebody, **changed):
        body = {"snapshot_sha256": version["snapshot_sha256"], "language": "en", **changed}
        return client.as_(somebody).post(f"/plan-versions/{version['id']}/signatures", body)

    return signing


@pytest.fixture
def state(client, world, version):
    def reading():
        found = client.as_(world.home.advisor).read(f"/plan-versions/{version['id']}/signatures")
        open_ones = [one["role"] for one in found["requirements"] if one["status"] == "open"]
        return found["signature_state"], open_ones

    return reading


@pytest.fixture
def status(client, world, version):
    """The status of one role's requirement."""

    def reading(role="parent"):
        found = client.as_(world.home.advisor).read(f"/plan-versions/{version['id']}/signatures")
        return {one["role"]: one["status"] for one in found["requirements"]}[role]

    return reading


@pytest.fixture
def decline(client, version):
    """Decline as a person, or record a decline for a person."""

    def declining(somebody, words="I was not at the meeting.", **more):
        body = {"words": words, **more}
        return client.as_(somebody).post(f"/plan-versions/{version['id']}/declines", body)

    return declining


@pytest.fixture
def without(client, version):
    """Except a signature of the version."""

    def excepting(somebody, basis, role="parent"):
        body = {"role": role, "basis": basis, "reason": "As told in the meeting."}
        return client.as_(somebody).post(
            f"/plan-versions/{version['id']}/signature-exceptions", body
        )

    return excepting


@pytest.fixture
def attempt(client, world):
    """Log an attempt to reach somebody."""

    def logging(somebody=None, **more):
        body = {"role": "parent", "mode": "phone", "outcome": "no_answer", **more}
        path = f"/reviews/{world.home.student.review_id}/outreach-attempts"
        return client.as_(somebody or world.home.advisor).post(path, body)

    return logging


@pytest.fixture
def father(world, database):
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
def all_are_asked(world, database):
    """The district requires all deciding parents to sign."""
    with writing(database, world.home) as session:
        session.get(District, world.home.district_id).settings = {"deciding_parents": "all"}


def refusal(response):
    """Status and code of a problem."""
    return response.status_code, code(response)
