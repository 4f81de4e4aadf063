"""What waits for the panel and the cooperating teacher."""

import pytest

from tests.client import Client
from tests.learning.elo_world import PROFILE
from tests.learning.evaluations.conftest import At
from tests.learning.evaluations.test_presenting import HELD, WORDS

WAITING = "/me/inbox?kind=elo_to_present&kind=elo_to_evaluate"


def waiting(reader: Client) -> list[tuple[str, str]]:
    return [(one["kind"], one["link"]) for one in reader.read(WAITING)["items"]]


def test_an_elo_waits_for_its_panel_then_for_its_cooperating_teacher(
    client: Client, coordinator: Client, student: Client, internship: At
) -> None:
    elo, other = internship("evidence_complete"), internship("active")
    panel, teacher = client.as_(elo.panel_member), client.as_(elo.cooperating_teacher)
    (item,) = panel.read(WAITING)["items"]
    assert (item["kind"], item["link"]) == ("elo_to_present", f"/api/v1{elo.path}")
    assert item["action"]["path"] == f"/api/v1{elo.path}/presentations"
    assert waiting(teacher) == waiting(client.as_(other.panel_member)) == []
    panel.made(f"{elo.path}/presentations", HELD)
    assert waiting(panel) == []
    (item,) = teacher.read(WAITING)["items"]
    assert (item["kind"], item["action"]["path"]) == (
        "elo_to_evaluate",
        f"/api/v1{elo.path}/evaluations",
    )
    teacher.made(f"{elo.path}/evaluations", WORDS)
    for reader in (teacher, coordinator, student, client.as_(elo.teacher_of_record)):
        assert waiting(reader) == []


@pytest.mark.parametrize(
    ("skipped", "expected"),
    [
        (["presented"], [[], ["elo_to_evaluate"]]),
        (["evaluated"], [["elo_to_present"], []]),
        (["presented", "evaluated"], [[], []]),
    ],
)
def test_what_the_profile_skips_waits_for_nobody(
    client: Client, internship: At, skipped: list[str], expected: list[list[str]]
) -> None:
    elo = internship("evidence_complete", profile={**PROFILE, "skipped_states": skipped})
    readers = (elo.panel_member, elo.cooperating_teacher)
    kinds = [[kind for kind, _ in waiting(client.as_(one))] for one in readers]
    assert kinds == expected
