"""Rubrics as a district and its schools write them, and framework items to refer to."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.foundation import clock
from plp_api.foundation.db import new_id
from tests.client import Client
from tests.databases import Isolated
from tests.world import Place, World, writing

LEVELS = ("beginning", "developing", "proficient", "exemplary")
DESCRIBED = {level: f"What {level} work is like." for level in LEVELS}


def criterion(key: str = "sources", **changed: Any) -> dict[str, Any]:
    """A criterion as it is sent, with every level described."""
    return {"key": key, "title": key.capitalize(), "descriptors": DESCRIBED, **changed}


def body(**changed: Any) -> dict[str, Any]:
    return {"title": "Talk", "criteria": [criterion()], **changed}


def add_items(session: Any, place: Place, count: int, scale_id: UUID | None = None) -> list[str]:
    """Add a framework with that many items; return their ids."""
    own = {"district_id": place.district_id, "last_changed_at": clock.now()}
    framework = Framework(
        id=new_id(), **own, identifier=new_id(), source="csv", title="Skills", scale_id=scale_id
    )
    session.add(framework)
    session.flush()
    items = [
        FrameworkItem(
            id=new_id(),
            **own,
            framework_id=framework.id,
            identifier=new_id(),
            code=f"TS.{number}",
            statement=f"Skill {number}.",
        )
        for number in range(count)
    ]
    session.add_all(items)
    session.flush()
    return [str(item.id) for item in items]


@pytest.fixture
def items(database: Isolated, world: World) -> list[str]:
    """The ids of three framework items."""
    with writing(database, world.home) as session:
        return add_items(session, world.home, 3)


@pytest.fixture
def retire_item(database: Isolated, world: World) -> Callable[[str], None]:
    """Retire a framework item, as an import does."""

    def retire(key: str) -> None:
        with writing(database, world.home) as session:
            session.get_one(FrameworkItem, UUID(key)).retired_on = date(2026, 9, 1)

    return retire


@pytest.fixture
def school_admin(client: Client, world: World) -> Client:
    return client.as_(world.home.school_admin)


@pytest.fixture
def district_admin(client: Client, world: World) -> Client:
    return client.as_(world.home.district_admin)


@pytest.fixture
def published(district_admin: Client) -> Callable[..., dict[str, Any]]:
    """Write a rubric and publish it; by default the district's."""

    def made(client: Client = district_admin, **changed: Any) -> dict[str, Any]:
        draft = client.made("/rubrics", body(**changed))
        answer = client.act(f"/rubrics/{draft['id']}", "publish")
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    return made
