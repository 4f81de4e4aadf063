"""A student without any parent to sign: nothing is refused for this reason."""

from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind
from tests.client import Client, code
from tests.databases import Isolated
from tests.world import Pupil, World, writing


@pytest.fixture
def alone(database: Isolated, world: World) -> Any:
    """`home.student` has no parent on record."""
    with writing(database, world.home) as session:
        ties = session.query(Relationship).filter_by(
            student_id=world.home.student.id, kind=RelationshipKind.PARENT
        )
        ties.delete()
    return world.home.student


def test_a_year_goes_by_without_a_parent(client: Client, world: World, alone: Pupil) -> None:
    student, advisor = client.as_(alone), client.as_(world.home.advisor)
    plan, version = f"/plans/{alone.plan_id}", f"/plan-versions/{alone.version_id}"
    goal = student.made(f"{plan}/goals", {"domain": "civic", "title": "Vote"})
    student.made(f"{plan}/profile-entries", {"kind": "interest", "body": "Maps"})
    assert student.act(f"/goals/{goal['id']}", "propose").status_code == 200
    student.made(f"/goals/{goal['id']}/check-ins", {"percent": 20})
    review = f"/reviews/{alone.review_id}"
    assert student.act(review, "prepare", preparation="I know what I want.").status_code == 200
    assert student.act(version, "submit").status_code == 200
    assert advisor.act(version, "approve").status_code == 200
    sha256 = student.read(version)["snapshot_sha256"]
    signed = student.post(f"{version}/signatures", {"snapshot_sha256": sha256, "language": "en"})
    assert signed.status_code == 201, signed.json
    assert student.read(review)["standing"] == "current"
    assert student.read(f"{plan}/progress")["goals"]
    amended = student.made(f"{plan}/versions", {})
    assert amended["status"] == "draft"
    element = {"type": "dual_enrollment", "title": "Nursing"}
    assert student.post(f"{plan}/pathway-elements", element).status_code == 201


def test_emancipation_moves_rights_to_the_student_for_a_stated_reason(
    client: Client, world: World
) -> None:
    pupil = world.home.student
    registrar, parent = client.as_(world.home.registrar), client.as_(world.home.parent)
    given = {"basis": "emancipation", "on": clock.today().isoformat()}
    address = f"/students/{pupil.id}/rights-transfer"
    send = {"headers": {"If-Match": registrar.etag(f"/students/{pupil.id}")}}
    assert registrar.send("PUT", address, json=given, **send).status_code == 422
    moved = registrar.send("PUT", address, json={**given, "reason": "Order 12-3"}, **send)
    assert moved.status_code == 200, moved.json
    assert parent.get(f"/plans/{pupil.plan_id}").status_code == 404
    assert client.as_(pupil).get(f"/plans/{pupil.plan_id}").status_code == 200


def test_why_rights_moved_is_for_staff_who_keep_the_roster(client: Client, world: World) -> None:
    pupil = world.home.student
    registrar = client.as_(world.home.registrar)
    given = {"basis": "emancipation", "on": clock.today().isoformat(), "reason": "Order 12-3"}
    send = {"headers": {"If-Match": registrar.etag(f"/students/{pupil.id}")}}
    registrar.send("PUT", f"/students/{pupil.id}/rights-transfer", json=given, **send)
    assert "Order 12-3" in registrar.get(f"/students/{pupil.id}").get_data(as_text=True)
    for name in ("student", "advisor", "teacher", "counselor"):
        told = client.as_(getattr(world.home, name)).get(f"/students/{pupil.id}")
        assert "Order 12-3" not in told.get_data(as_text=True), name


def test_emancipated_the_student_keeps_a_plan_of_home_study_alone(
    client: Client, world: World
) -> None:
    pupil = world.home.student
    registrar, parent = client.as_(world.home.registrar), client.as_(world.home.parent)
    registrar.made(f"/students/{pupil.id}/home-studies", {})
    version = f"/plan-versions/{pupil.version_id}"
    assert parent.get(version).status_code == 200
    given = {"basis": "emancipation", "on": clock.today().isoformat(), "reason": "Order"}
    send = {"headers": {"If-Match": registrar.etag(f"/students/{pupil.id}")}}
    registrar.send("PUT", f"/students/{pupil.id}/rights-transfer", json=given, **send)
    assert parent.get(version).status_code == 404
    assert client.as_(pupil).act(version, "put_in_force").status_code == 200


def test_rights_that_move_ahead_have_not_moved_yet(client: Client, world: World) -> None:
    pupil = world.home.student
    registrar, parent = client.as_(world.home.registrar), client.as_(world.home.parent)
    ahead = (clock.today() + timedelta(days=5)).isoformat()
    send = {"headers": {"If-Match": registrar.etag(f"/students/{pupil.id}")}}
    given = {"basis": "emancipation", "on": ahead, "reason": "Order"}
    moved = registrar.send("PUT", f"/students/{pupil.id}/rights-transfer", json=given, **send)
    assert moved.status_code == 200, moved.json
    assert parent.get(f"/plans/{pupil.plan_id}").status_code == 200


def test_a_teacher_sets_no_transfer(client: Client, world: World) -> None:
    address = f"/students/{world.home.student.id}/rights-transfer"
    given = {"basis": "emancipation", "on": clock.today().isoformat(), "reason": "?"}
    refused = client.as_(world.home.teacher).send(
        "PUT", address, json=given, headers={"If-Match": "*"}
    )
    assert code(refused) == "permission_denied"
