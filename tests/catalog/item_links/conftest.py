"""Framework items to link to, and the people who link."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation.db import new_id
from tests.client import Client
from tests.databases import Isolated
from tests.world import Place, World, writing

Item = Callable[..., str]


@pytest.fixture
def an_item(database: Isolated, world: World) -> Item:
    """Write an item of a district (at home, unless told) and get its id."""
    return item_writer(database, world)


def item_writer(database: db.Database, world: World) -> Item:
    """A function that writes one item of a framework of its own, and returns its id."""

    def made(code: str | None = "TS.1", place: Place | None = None, **columns: Any) -> str:
        own = {"district_id": (place or world.home).district_id, "last_changed_at": clock.now()}
        framework = Framework(
            **own, id=new_id(), identifier=new_id(), source="csv", title="Graduation"
        )
        item = FrameworkItem(
            **own,
            id=new_id(),
            framework_id=framework.id,
            identifier=new_id(),
            code=code,
            abbreviated_statement="Listening",
            **{"statement": "Listens to others.", **columns},
        )
        with writing(database, world.home, world.away) as session:
            session.add(framework)
            session.flush()
            session.add(item)
            return str(item.id)

    return made


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def goal(world: World) -> str:
    """The address of `home.student`'s goal, which is active."""
    return f"/goals/{world.home.student.goal_id}"


@pytest.fixture
def element(client: Client, world: World) -> str:
    """The address of a planned pathway element of `home.student`, planned by the counselor."""
    body = {"type": "dual_enrollment", "title": "Nursing"}
    path = f"/plans/{world.home.student.plan_id}/pathway-elements"
    made = client.as_(world.home.counselor).made(path, body)
    return f"/pathway-elements/{made['id']}"


def link(client: Client, subject: str, item: str) -> str:
    """Link the subject to the item; the address of the link."""
    made = client.made(f"{subject}/links", {"framework_item_id": item})
    return f"/item-links/{made['id']}"
