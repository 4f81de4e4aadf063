"""A link is used while the school changes its version (real commits)."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from plp_api.foundation import db
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signing.models import SigningLink
from tests.conftest import Live
from tests.planning.signing.conftest import Link

pytestmark = pytest.mark.both_databases


def test_a_signature_and_a_new_link_at_once_are_both_answered(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = live.world.home
    version = f"/plan-versions/{home.student.version_id}"
    advisor = live.client.as_(home.advisor)
    assert live.client.as_(home.student).act(version, "submit").status_code == 200
    assert advisor.act(version, "approve").status_code == 200
    order = {"person_id": str(home.parent.id), "role": "parent", "identity_check": "code"}
    made = advisor.made(f"{version}/signing-links", order)
    link = Link.of(live.client, made, live.client.as_(home.counselor))
    proof = link.identify().hidden
    start, lock = Barrier(2), db.lock

    def slowly(row: PlanVersion | SigningLink) -> None:
        lock(row)
        time.sleep(0.3)

    monkeypatch.setattr(db, "lock", slowly)

    def sign() -> Any:
        start.wait(5)
        form = {"name": "Pat Parent", "attest": "yes", "language": "en"}
        return link.post(step="sign", **proof, **form).status_code

    def issue() -> int:
        start.wait(5)
        return advisor.post(f"{version}/signing-links", order).status_code

    with ThreadPoolExecutor(2) as threads:
        signed, issued = (one.result() for one in [threads.submit(sign), threads.submit(issue)])
    assert (signed, issued) in [(200, 409), (410, 201)]
