"""A district that shares outside, and its people."""

from typing import Any

import pytest

from plp_api.foundation.roster.models import District
from tests.client import Client
from tests.databases import Isolated
from tests.world import World, writing


@pytest.fixture
def sharing(world: World, database: Isolated) -> None:
    """The district has enabled sharing outside."""
    with writing(database, world.home) as session:
        district = session.get(District, world.home.district_id)
        district.settings = {**district.settings, "shares_outside": True}


@pytest.fixture
def path(world: World, sharing: None) -> str:
    return f"/students/{world.home.student.id}"


@pytest.fixture
def parent(client: Client, world: World) -> Client:
    return client.as_(world.home.parent)


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


def read_text(by: Client, path: str, language: str = "en") -> dict[str, Any]:
    """The body of a consent to the text in that language, as it is now."""
    texts = by.read(f"{path}/sharing-consent")["texts"]
    (text,) = (one for one in texts if one["language"] == language)
    return {"language": language, "text_sha256": text["text_sha256"]}
