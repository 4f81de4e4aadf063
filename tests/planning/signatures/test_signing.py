"""Signing: over the hash, by today's required signers, and cases that need no signature."""

from collections.abc import Callable
from typing import Any

import time_machine

from plp_api.foundation import clock
from plp_api.foundation.roster.models import District, Student
from plp_api.foundation.roster.relationships import RelationshipKind
from tests.client import Client, code
from tests.databases import Isolated
from tests.world import World, relate, writing


def test_student_school_and_one_deciding_parent_complete_it(
    world: World, sign: Callable[..., Any], state: Callable[..., Any]
) -> None:
    assert state() == ("pending", ["student", "parent"])
    assert sign(world.home.student).json["role"] == "student"
    assert state() == ("pending", ["parent"])
    assert sign(world.home.parent).status_code == 201
    assert state() == ("complete", [])


def test_a_signature_over_another_hash_is_refused(world: World, sign: Callable[..., Any]) -> None:
    refused = sign(world.home.student, snapshot_sha256="0" * 64)
    assert (refused.status_code, code(refused)) == (409, "snapshot_mismatch")


def test_nobody_signs_twice(world: World, sign: Callable[..., Any]) -> None:
    sign(world.home.student)
    refused = sign(world.home.student)
    assert (refused.status_code, code(refused)) == (409, "signature_exists")


def test_a_parent_who_only_inspects_does_not_sign(world: World, sign: Callable[..., Any]) -> None:
    refused = sign(world.home.inspecting_parent)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_the_school_signs_once_by_approving(world: World, sign: Callable[..., Any]) -> None:
    refused = sign(world.home.counselor)
    assert (refused.status_code, code(refused)) == (409, "signature_not_required")


def test_a_draft_is_not_signed(client: Client, world: World) -> None:
    path = f"/plan-versions/{world.home.senior.version_id}/signatures"
    body = {"snapshot_sha256": "0" * 64, "language": "en"}
    assert code(client.as_(world.home.senior).post(path, body)) == "action_unavailable"


def test_where_all_deciding_parents_are_asked_one_is_not_enough(
    world: World, sign: Callable[..., Any], state: Callable[..., Any], database: Isolated
) -> None:
    with writing(database, world.home) as session:
        session.get(District, world.home.district_id).settings = {"deciding_parents": "all"}
        relate(
            session,
            world.home,
            world.home.relative,
            world.home.student,
            RelationshipKind.PARENT,
            may_inspect=True,
            may_decide=True,
        )
    sign(world.home.student)
    sign(world.home.parent)
    assert state() == ("pending", ["parent"])
    sign(world.home.relative)
    assert state() == ("complete", [])


def test_from_the_18th_birthday_the_parent_is_refused_and_waited_for_no_more(
    client: Client,
    world: World,
    sign: Callable[..., Any],
    state: Callable[..., Any],
    database: Isolated,
) -> None:
    with writing(database, world.home) as session:
        birth = session.get(Student, world.home.student.id).birth_date
    sign(world.home.student)
    assert state() == ("pending", ["parent"])
    eighteenth = clock.birthday(birth, 18)
    with time_machine.travel(eighteenth.isoformat() + "T15:00:00Z"):
        assert sign(world.home.parent).status_code == 404
        assert state() == ("complete", [])


def test_a_signature_given_before_the_birthday_stays(
    client: Client,
    world: World,
    sign: Callable[..., Any],
    state: Callable[..., Any],
    database: Isolated,
) -> None:
    with writing(database, world.home) as session:
        birth = session.get(Student, world.home.student.id).birth_date
    sign(world.home.student)
    sign(world.home.parent)
    with time_machine.travel(clock.birthday(birth, 18).isoformat() + "T15:00:00Z"):
        assert state() == ("complete", [])


def test_a_parent_does_not_learn_who_the_other_parent_is(
    client: Client, world: World, sign: Callable[..., Any], version: dict[str, Any]
) -> None:
    sign(world.home.parent)
    path = f"/plan-versions/{version['id']}/signatures"
    seen = client.as_(world.home.inspecting_parent).read(path)["items"]
    assert {one["role"]: one["person_id"] for one in seen}["parent"] is None
    own = client.as_(world.home.parent).read(path)["items"]
    assert {one["role"]: one["person_id"] for one in own}["parent"] == str(world.home.parent.id)


def test_the_registrar_sees_that_it_is_signed_and_not_what_it_says(
    client: Client, world: World, version: dict[str, Any]
) -> None:
    registrar = client.as_(world.home.registrar)
    assert registrar.get(f"/plan-versions/{version['id']}/signatures").status_code == 200
    assert registrar.get(f"/plan-versions/{version['id']}").status_code == 404
