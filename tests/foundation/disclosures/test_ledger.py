"""The ledger says what was shown of whom, to which party, and why."""

from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.disclosures import actions as disclosures
from plp_api.foundation.disclosures.models import Disclosure, DisclosureBasis
from plp_api.planning.goals.models import Goal
from plp_api.planning.signing.models import SigningLink
from tests.databases import Isolated
from tests.foundation.access import rows
from tests.world import World, writing

SHOWN: dict[str, Any] = {
    "party": "North Peak Clinic",
    "interest": "Mentor",
    "what": "a goal",
    "basis": DisclosureBasis.CONSENT,
}


def record(database: Isolated, world: World, times: int = 1, **changed: Any) -> list[Disclosure]:
    """Record that a goal was shown, and get the rows of the ledger."""
    with writing(database, world.home) as session:
        goal = session.get_one(Goal, world.home.student.goal_id)
        for _ in range(times):
            how = {**SHOWN, **changed}
            disclosures.record([(goal, how.pop("what"))], **how)
            db.flush()
        kept = list(session.scalars(select(Disclosure)))
        session.expunge_all()
        return kept


def test_a_disclosure_names_student_party_interest_and_basis(
    database: Isolated, world: World
) -> None:
    (kept,) = record(database, world)
    assert (kept.student_id, kept.district_id) == (world.home.student.id, world.home.district_id)
    assert (kept.subject_type, kept.subject_id) == ("goals", world.home.student.goal_id)
    assert (kept.party, kept.interest, kept.what) == ("North Peak Clinic", "Mentor", "a goal")
    assert kept.basis == "consent"


def test_without_a_link_each_disclosure_counts(database: Isolated, world: World) -> None:
    assert len(record(database, world, times=2)) == 2


@pytest.mark.parametrize(("what", "count"), [("a goal", 1), ("a goal and its steps", 2)])
def test_by_one_link_the_same_counts_once(
    database: Isolated, world: World, what: str, count: int
) -> None:
    with writing(database, world.home) as session:
        rows._add_signing(world.home, world.home.student)
        session.flush()
        link_id = session.scalars(select(SigningLink.id)).first()
    record(database, world, times=2, link_id=link_id)
    assert len(record(database, world, what=what, link_id=link_id)) == count


def test_a_long_name_is_cut_and_not_refused(database: Isolated, world: World) -> None:
    (kept,) = record(database, world, party="Clinic " * 100)
    assert len(kept.party) == disclosures.LONGEST
