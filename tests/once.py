"""A world that a module writes once: each of its tests begins there, and is taken back to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from plp_api.server.app import Application
from tests.client import Client
from tests.databases import Isolated
from tests.terms import stale
from tests.world import World


def written(fill: Callable[[Client, World, Isolated], None]) -> tuple[Any, Any]:
    """The fixtures `kept` and `database` of a module, whose tests begin from what `fill` writes."""

    @pytest.fixture(scope="module")
    def kept(
        shared_app: Application, shared_database: Isolated, populated: World
    ) -> Iterator[Isolated]:
        with shared_database.isolated():
            fill(Client(shared_app), populated, shared_database)
            yield shared_database

    @pytest.fixture
    def database(kept: Isolated, populated: World) -> Iterator[Isolated]:
        with kept.undone():
            yield kept
            assert not stale(kept, populated.home.district_id, populated.away.district_id)

    return kept, database
