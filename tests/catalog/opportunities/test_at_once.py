"""An opportunity is offered while its partner is archived (real commits)."""

import time
from threading import Event
from typing import Any

import pytest

from plp_api.foundation.audit import actions as audit
from tests.catalog.opportunities.conftest import add_partner
from tests.client import code
from tests.conftest import Live
from tests.racing import at_once
from tests.world import writing

pytestmark = pytest.mark.both_databases


def test_nothing_is_offered_at_a_partner_that_is_archived_at_the_same_moment(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, is_archiving, record = live.world.home, Event(), audit.record
    with writing(live.database, home) as session:
        clinic = add_partner(session, home, "Closing Clinic", "Johnson")
    coordinator, admin = live.client.as_(home.elo_coordinator), live.client.as_(home.school_admin)
    body = {"school_id": str(home.school_id), "kind": "club", "title": "Chess", **clinic.body}

    def slowly(what: str, *args: Any, **kwargs: Any) -> None:
        record(what, *args, **kwargs)
        if what == "partner.archived":
            is_archiving.set()
            time.sleep(0.5)

    def offer() -> Any:
        assert is_archiving.wait(10)
        return coordinator.post("/opportunities", body)

    monkeypatch.setattr(audit, "record", slowly)
    archived, offered = at_once(
        lambda: admin.act(f"/partners/{clinic.partner_id}", "archive"), offer
    )
    assert archived.status_code == 200
    assert (offered.status_code, code(offered)) == (409, "partner_archived")
