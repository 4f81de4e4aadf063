"""Design templates as a coordinator writes them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.catalog.rubrics.conftest import district_admin, items, published, retire_item
from tests.client import Client
from tests.world import World

__all__ = ["district_admin", "items", "published", "retire_item"]

Write = Callable[..., Any]
PARTS: dict[str, Any] = {
    "benchmarks": [{"title": "A first draft"}],
    "training_tasks": [{"task": "Take blood pressure", "competence": "Measures vital signs"}],
    "communications": [{"party": "Mentor", "means": "Visit", "rhythm": "Every two weeks"}],
}


def design(**changed: Any) -> dict[str, Any]:
    """A design of an internship, as it is sent."""
    return {
        "type": "internship",
        "title": "Health care",
        "essential_question": "What makes care good?",
        "know_and_do": ["I can take a pulse."],
        "product": "A guide for new helpers.",
        "parts": PARTS,
        **changed,
    }


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


@pytest.fixture
def written(coordinator: Client, world: World) -> Write:
    """Write a template of the high school."""

    def made(**changed: Any) -> Any:
        body = design(school_id=str(world.home.school_id), **changed)
        return coordinator.made("/design-templates", body)

    return made
