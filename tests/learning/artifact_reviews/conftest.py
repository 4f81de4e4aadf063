"""Work of `home.student`, a rubric with framework items, and a teacher who may judge it."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.learning.artifacts.models import ArtifactVersion
from tests.catalog.rubrics.conftest import add_items, body, criterion
from tests.client import Client
from tests.databases import Isolated
from tests.learning.portfolio_world import Work, add_artifact
from tests.world import World, writing

Submit = Callable[..., str]

SCORES = [
    {"criterion": "sources", "level": "proficient", "words": "Both sources are named."},
    {"criterion": "care", "level": "developing", "words": "Read it aloud once more."},
]


@pytest.fixture
def work(world: World, database: Isolated) -> Work:
    """A kept artifact of the student."""
    with writing(database, world.home) as session:
        return add_artifact(session, world.home)


@pytest.fixture
def next_version(world: World, database: Isolated) -> Callable[[Work], str]:
    """Add the next version of a work; get its id."""

    def added(work: Work) -> str:
        with writing(database, world.home) as session:
            first = session.get_one(ArtifactVersion, work.version_id)
            first.artifact.number += 1
            version = ArtifactVersion(
                district_id=first.district_id,
                student_id=first.student_id,
                artifact_id=work.id,
                number=first.artifact.number,
                added_by=first.student_id,
            )
            session.add(version)
            session.flush()
            return str(version.id)

    return added


@pytest.fixture
def items(database: Isolated, world: World) -> list[str]:
    """The ids of two framework items, rated by the district's default scale."""
    with writing(database, world.home) as session:
        return add_items(session, world.home, 2)


@pytest.fixture
def rubric(client: Client, world: World, items: list[str]) -> Any:
    """A published rubric: the first criterion is about the first item, the second about both."""
    admin = client.as_(world.home.district_admin)
    criteria = [
        criterion("sources", framework_item_ids=items[:1]),
        criterion("care", framework_item_ids=items),
    ]
    made = admin.made("/rubrics", body(criteria=criteria))
    answer = admin.act(f"/rubrics/{made['id']}", "publish")
    assert answer.status_code == 200, answer.json
    return answer.json


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def advisor(client: Client, world: World) -> Client:
    return client.as_(world.home.advisor)


@pytest.fixture
def admin(client: Client, world: World) -> Client:
    return client.as_(world.home.school_admin)


@pytest.fixture
def teacher(client: Client, world: World) -> Client:
    """A teacher without a class, who reaches the student by no other way."""
    return client.as_(world.home.team_member)


@pytest.fixture
def submit(student: Client, work: Work, rubric: Any) -> Submit:
    """Submit a work to be judged by the rubric; get the address of the review."""

    def made(of: Work = work, **members: Any) -> str:
        review = student.made(f"{of.path}/reviews", {"rubric_id": rubric["id"], **members})
        return f"/artifact-reviews/{review['id']}"

    return made


@pytest.fixture
def in_review(submit: Submit, advisor: Client, world: World) -> Submit:
    """Submit a work, and name the teacher to judge it."""

    def made(*args: Any, **members: Any) -> str:
        path = submit(*args, **members)
        answer = advisor.act(path, "assign", evaluator_id=str(world.home.team_member.id))
        assert answer.status_code == 200, answer.json
        return path

    return made


@pytest.fixture
def judged(in_review: Submit, teacher: Client) -> Callable[..., str]:
    """Submit a work, and let the teacher accept or return it."""

    def made(action: str = "accept", **fields: Any) -> str:
        path = in_review()
        answer = teacher.act(path, action, **{"scores": SCORES, "words": "Well done.", **fields})
        assert answer.status_code == 200, answer.json
        return path

    return made
