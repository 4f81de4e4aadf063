"""Calls for work to the student at home."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Client
from tests.world import World, ahead

Call = Callable[..., dict[str, Any]]


@pytest.fixture
def teacher(client: Client, world: World) -> Client:
    return client.as_(world.home.teacher)


@pytest.fixture
def advisor(client: Client, world: World) -> Client:
    return client.as_(world.home.advisor)


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def call(teacher: Client, world: World) -> Call:
    """The teacher calls their class for a page in ten days; or what is given."""

    def made(by: Client = teacher, **members: Any) -> dict[str, Any]:
        usual: dict[str, Any] = {"title": "Best page", "due_on": ahead(10)}
        if not {"advisory_id", "student_ids"} & members.keys():
            usual["class_id"] = str(world.home.class_id)
        return dict(by.made("/calls-for-work", {**usual, **members}))

    return made


def recipient_of(reader: Client, call: dict[str, Any]) -> dict[str, Any]:
    """The only one called whom the reader sees."""
    (found,) = reader.read(f"/calls-for-work/{call['id']}/recipients")["items"]
    return dict(found)
