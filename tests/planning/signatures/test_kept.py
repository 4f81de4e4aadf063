"""A signature is never changed or deleted, not even by the application's database role."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from plp_api.foundation import db
from tests.client import Client
from tests.databases import Isolated
from tests.world import World

CHANGES = (
    "UPDATE signatures SET snapshot_sha256 = 'x'",
    "UPDATE signatures SET signed_by_name = 'Somebody'",
    "DELETE FROM signatures",
)


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_it(
    world: World, database: Isolated, version: dict[str, Any], change: str
) -> None:
    with pytest.raises(DatabaseError), database.transaction(districts=[world.home.district_id]):
        db.session().execute(text(change))


def test_it_is_read_as_it_was_given(
    client: Client, world: World, version: dict[str, Any], sign: Callable[..., Any]
) -> None:
    assert sign(world.home.parent).status_code == 201
    seen = client.as_(world.home.advisor).read(f"/plan-versions/{version['id']}/signatures")
    assert {one["role"] for one in seen["items"]} >= {"school", "parent"}
