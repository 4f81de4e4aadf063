"""Clients around a student's showcase, and works to put in."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.databases import Isolated
from tests.learning.portfolio_world import Work, add_artifact
from tests.world import World, writing

Kept = Callable[..., Work]


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def parent(client: Client, world: World) -> Client:
    return client.as_(world.home.parent)


@pytest.fixture
def admin(client: Client, world: World) -> Client:
    return client.as_(world.home.school_admin)


@pytest.fixture
def kept(world: World, database: Isolated) -> Kept:
    """Adds a kept artifact of the student; with `student` of another one."""

    def added(title: str = "A poem", **columns: Any) -> Work:
        with writing(database, world.home) as session:
            return add_artifact(session, world.home, title=title, **columns)

    return added


@pytest.fixture
def path(student: Client, world: World) -> str:
    """The address of a showcase without works."""
    made = student.made(f"/students/{world.home.student.id}/showcases", {"title": "My year"})
    return f"/showcases/{made['id']}"


def put_in(student: Client, path: str, work: Work, **more: Any) -> Any:
    """Put the work into the showcase."""
    return student.made(f"{path}/items", {"artifact_id": str(work.id), **more})


def titles(by: Client, path: str) -> list[list[str]]:
    """The titles of the works that the preview shows, by section."""
    sections = by.read(f"{path}/preview")["sections"]
    return [[work["title"] for work in section["works"]] for section in sections]
