"""The last two sign at once (real commits): the agreement is complete once, and stays so."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.audit.models import Event
from tests.conftest import Live
from tests.learning.agreements.conftest import AGREED_ON
from tests.learning.elo_world import add_internship
from tests.world import writing

pytestmark = pytest.mark.both_databases


def test_two_last_signers_at_once_complete_it_once(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = live.world.home
    profile = {**AGREED_ON, "is_ordered": False, "signers": ["student", "coordinator"]}
    with writing(live.database, home) as session:
        elo = add_internship(session, home, status="design", profile=profile)
    coordinator = live.client.as_(home.elo_coordinator)
    assert coordinator.act(elo.path, "complete_design").status_code == 200
    (agreement,) = coordinator.read(f"{elo.path}/agreements")["items"]
    body = {"sha256": agreement["sha256"], "language": "en"}
    signers = [live.client.as_(home.student), coordinator]
    start, lock = Barrier(2), db.lock

    def slowly(row: Any) -> None:
        lock(row)
        time.sleep(0.2)

    monkeypatch.setattr(db, "lock", slowly)

    def sign(client: Any) -> int:
        start.wait(5)
        status: int = client.post(f"/agreements/{agreement['id']}/signatures", body).status_code
        return status

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(sign, signers)) == [201, 201]
    monkeypatch.undo()
    assert coordinator.read(f"/agreements/{agreement['id']}")["status"] == "complete"
    assert coordinator.read(elo.path)["status"] == "approved"
    with writing(live.database, home) as session:
        told = select(Event).where(Event.type == "agreement.completed")
        assert len(session.scalars(told).all()) == 1
