"""A coordinator decides on a proposal: who may, with what, and what the student learns."""

import pytest

from plp_api.foundation.audit import actions as audit
from plp_api.foundation.audit.models import Event
from plp_api.learning.elos.models import Elo
from tests.client import Client, code, uuid
from tests.databases import Isolated
from tests.learning.elos.conftest import At, Propose
from tests.learning.interests.conftest import middle
from tests.world import World, writing

__all__ = ["middle"]


@pytest.fixture
def submitted(student: Client, proposed: Propose) -> str:
    path = proposed()
    assert student.act(path, "submit").status_code == 200
    return path


def test_a_proposal_is_returned_once_and_taken_on(
    student: Client, coordinator: Client, world: World, submitted: str
) -> None:
    assert coordinator.read(submitted)["available_actions"] == [
        *("accept", "return", "deny", "withdraw")
    ]
    assert coordinator.act(submitted, "return", comment="When?").json["status"] == "returned"
    (comment,) = student.read(f"{submitted}/comments")["items"]
    assert (comment["body"], comment["author_role"]) == ("When?", "elo_coordinator")
    assert student.act(submitted, "submit").json["status"] == "submitted"
    taken = coordinator.act(submitted, "accept").json
    assert (taken["status"], taken["accepted_by"]) == (
        "design",
        str(world.home.elo_coordinator.id),
    )
    assert set(taken["profile"]) >= {"signers", "is_ordered", "required_parts"}
    (member,) = taken["team"]
    assert (member["role"], member["person_id"]) == (
        "coordinator",
        str(world.home.elo_coordinator.id),
    )


def test_a_denial_has_its_reason_and_ends_it(
    student: Client, coordinator: Client, submitted: str
) -> None:
    assert code(coordinator.act(submitted, "deny")) == "validation_failed"
    denied = coordinator.act(submitted, "deny", comment="No seat at the mill.").json
    assert (denied["status"], denied["end_reason"]) == ("denied", "No seat at the mill.")
    assert (denied["waiting_on"], denied["available_actions"]) == (None, [])
    assert code(student.patch(submitted, {"title": "Again"})) == "elo_closed"
    (news,) = student.read("/me/inbox?kind=elo_moved")["items"]
    assert news["link"] == f"/api/v1{submitted}"


@pytest.mark.parametrize(("status", "action"), [("active", "suspend"), ("approved", "terminate")])
def test_a_parent_is_told_of_a_suspension_and_of_an_end_and_reads_why(
    client: Client, world: World, internship: At, status: str, action: str
) -> None:
    elo, why = internship(status), "The clinic closes for a month."
    name = "elo_coordinator" if action == "suspend" else "school_admin"
    assert (
        client.as_(getattr(world.home, name)).act(elo.path, action, comment=why).status_code == 200
    )
    for parent in (world.home.parent, world.home.inspecting_parent):
        reader = client.as_(parent)
        (news,) = reader.read("/me/inbox?kind=elo_moved")["items"]
        assert (news["link"], news["group"]) == (f"/api/v1{elo.path}", "new")
        words = [one["body"] for one in reader.read(f"{elo.path}/comments")["items"]]
        assert why in (*words, reader.read(elo.path)["end_reason"])


def test_a_parent_does_not_learn_from_the_inbox_that_the_other_parent_signed_last(
    client: Client, world: World, database: Isolated, internship: At
) -> None:
    elo = internship("approved")
    with writing(database, world.home) as session:
        row, by = session.get(Elo, elo.id), world.home.parent.id
        audit.record("elo.advanced", row, by=by, before="agreement_pending", status="approved")
    other = client.as_(world.home.inspecting_parent)
    (news,) = other.read("/me/inbox?kind=elo_moved")["items"]
    assert (news["actor_id"], news["actor_name"]) == (None, None)
    (news,) = client.as_(world.home.student).read("/me/inbox?kind=elo_moved")["items"]
    assert news["actor_id"] == str(world.home.parent.id)


@pytest.mark.parametrize("name", ["student", "parent", "advisor", "teacher", "school_admin"])
def test_who_reads_it_does_not_decide_it(
    client: Client, world: World, submitted: str, name: str
) -> None:
    reader = client.as_(getattr(world.home, name))
    assert "accept" not in reader.read(submitted)["available_actions"]
    refused = reader.act(submitted, "accept")
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["elo_coordinator"]


def test_another_school_s_coordinator_does_not_see_it(middle: Client, submitted: str) -> None:
    assert middle.get(submitted).status_code == 404
    assert middle.act(submitted, "accept").status_code == 404


def test_an_active_one_offers_each_reader_their_own_actions(
    client: Client, internship: At, student: Client, coordinator: Client, world: World
) -> None:
    elo = internship()
    assert student.read(elo.path)["available_actions"] == ["hand_in"]
    assert coordinator.read(elo.path)["available_actions"] == ["suspend", "withdraw", "terminate"]
    for name, actions in {"school_admin": ["terminate"], "counselor": [], "parent": []}.items():
        assert client.as_(getattr(world.home, name)).read(elo.path)["available_actions"] == actions
    assert client.as_(elo.teacher_of_record).read(elo.path)["available_actions"] == []
    assert client.as_(elo.others).get(elo.path).status_code == 404


def test_events_hold_no_words(
    coordinator: Client, submitted: str, database: Isolated, world: World
) -> None:
    coordinator.act(submitted, "deny", comment="SECRET WORDS")
    with writing(database, world.home) as session:
        of_elo = Event.subject_id == uuid(submitted.rsplit("/", 1)[1])
        events = session.query(Event).where(of_elo).all()
        assert [event.type for event in events] == ["elo.added", "elo.submitted", "elo.denied"]
        assert "SECRET" not in str([event.payload for event in events])
