"""Clients around a student's work, and files that they send."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from tests.client import Client
from tests.world import World

Send = Callable[..., Any]


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def advisor(client: Client, world: World) -> Client:
    return client.as_(world.home.advisor)


@pytest.fixture
def parent(client: Client, world: World) -> Client:
    return client.as_(world.home.parent)


@pytest.fixture
def path(world: World) -> str:
    return f"/students/{world.home.student.id}/artifacts"


@pytest.fixture
def send(student: Client, world: World) -> Send:
    """Uploads content for the student; the complete upload's id."""

    def sent(content: bytes, name: str = "work", by: Client | None = None) -> Any:
        answer = (by or student).post(
            f"/students/{world.home.student.id}/uploads/files",
            data={"file": (BytesIO(content), name)},
        )
        assert answer.status_code == 201, answer.json
        return answer.json["id"]

    return sent
