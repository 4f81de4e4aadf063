"""A coordinator decides on a proposal: who may, with what, and what the student learns."""

from tests.client import Client
from tests.learning.elos.conftest import At, Propose


def test_a_proposal_is_returned_once_and_taken_on(
    student: Client, coordinator: Client, proposed: Propose
) -> None:
    path = proposed()
    assert student.act(path, "submit").json["status"] == "submitted"
    assert coordinator.act(path, "return", comment="When?").json["status"] == "returned"
    assert student.act(path, "submit").json["status"] == "submitted"
    taken = coordinator.act(path, "accept").json
    assert taken["status"] == "design"
    assert [member["role"] for member in taken["team"]] == ["coordinator"]


def test_an_active_one_offers_each_reader_their_own_actions(
    internship: At, student: Client, coordinator: Client
) -> None:
    path = internship().path
    assert student.read(path)["available_actions"] == ["hand_in"]
    assert coordinator.read(path)["available_actions"] == ["suspend", "withdraw", "terminate"]
