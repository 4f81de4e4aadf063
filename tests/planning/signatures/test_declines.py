"""Declining with a reason, and the status that follows from two parents' answers."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.foundation.roster.relationships import Relationship
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.planning.signatures.conftest import refusal
from tests.world import Somebody, World, writing


def test_a_parent_declines_with_words_and_may_sign_later(
    world: World, decline: Callable[..., Any], sign: Callable[..., Any], status: Callable[..., Any]
) -> None:
    said = decline(world.home.parent)
    assert (said.status_code, said.json["words"]) == (201, "I was not at the meeting.")
    assert status() == "declined"
    assert sign(world.home.parent).status_code == 201
    assert status() == "signed"


def test_a_student_declines_for_themselves(
    world: World, decline: Callable[..., Any], status: Callable[..., Any], state: Callable[..., Any]
) -> None:
    assert decline(world.home.student).json["role"] == "student"
    assert status("student") == "declined"
    assert state()[0] == "pending"


def test_what_one_said_to_staff_is_recorded_as_theirs(
    client: Client,
    world: World,
    decline: Callable[..., Any],
    version: dict[str, Any],
    status: Callable[..., Any],
) -> None:
    said = decline(world.home.advisor, person_id=str(world.home.parent.id))
    assert said.json["person_id"] == str(world.home.parent.id)
    assert said.json["recorded_by"] == str(world.home.advisor.id)
    assert status() == "declined"


def test_staff_say_who_declined(world: World, decline: Callable[..., Any]) -> None:
    refused = decline(world.home.advisor)
    assert (refused.status_code, pointers(refused)) == (422, {"/person_id"})


def test_nobody_declines_for_another(world: World, decline: Callable[..., Any]) -> None:
    refused = decline(world.home.student, person_id=str(world.home.parent.id))
    assert (refused.status_code, pointers(refused)) == (422, {"/person_id"})


def test_who_signed_declines_no_more(
    world: World, decline: Callable[..., Any], sign: Callable[..., Any]
) -> None:
    sign(world.home.parent)
    assert refusal(decline(world.home.parent)) == (409, "signature_exists")


def test_who_is_not_asked_does_not_decline(world: World, decline: Callable[..., Any]) -> None:
    refused = decline(world.home.advisor, person_id=str(world.home.inspecting_parent.id))
    assert refusal(refused) == (409, "signature_not_required")


def test_the_words_are_for_staff_and_for_who_said_them(
    client: Client, world: World, version: dict[str, Any], decline: Callable[..., Any]
) -> None:
    decline(world.home.parent, "He never asks me.")
    path = f"/plan-versions/{version['id']}/signatures"
    seen = {
        name: len(client.as_(getattr(world.home, name)).read(path)["declines"])
        for name in ("parent", "inspecting_parent", "student", "advisor", "registrar")
    }
    wanted = {"parent": 1, "inspecting_parent": 0, "student": 0, "advisor": 1, "registrar": 0}
    assert seen == wanted


def test_under_any_one_who_signs_and_one_who_declines_split_and_an_admin_settles_it(
    world: World,
    father: Somebody,
    sign: Callable[..., Any],
    decline: Callable[..., Any],
    status: Callable[..., Any],
    state: Callable[..., Any],
    without: Callable[..., Any],
) -> None:
    sign(world.home.student)
    sign(world.home.parent)
    assert (status(), state()[0]) == ("signed", "complete")
    decline(father)
    assert (status(), state()[0]) == ("split", "pending")
    assert refusal(without(world.home.advisor, "split")) == (403, "permission_denied")
    assert without(world.home.school_admin, "split").status_code == 201
    assert (status(), state()[0]) == ("excepted", "excepted")


def test_a_split_is_over_when_the_other_signs_after_all(
    world: World,
    father: Somebody,
    sign: Callable[..., Any],
    decline: Callable[..., Any],
    status: Callable[..., Any],
) -> None:
    sign(world.home.parent)
    decline(father)
    sign(father)
    assert status() == "signed"


def test_a_split_is_over_when_who_declined_decides_no_more(
    world: World,
    father: Somebody,
    sign: Callable[..., Any],
    decline: Callable[..., Any],
    status: Callable[..., Any],
    database: Isolated,
) -> None:
    sign(world.home.parent)
    decline(father)
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(
            person_id=father.id, student_id=world.home.student.id
        )
        tie.update({"may_decide": False})
    assert status() == "signed"


@pytest.mark.usefixtures("all_are_asked")
def test_under_all_one_who_declines_is_waited_for(
    world: World,
    father: Somebody,
    sign: Callable[..., Any],
    decline: Callable[..., Any],
    status: Callable[..., Any],
    without: Callable[..., Any],
) -> None:
    sign(world.home.parent)
    assert status() == "open"
    decline(father)
    assert status() == "declined"
    assert without(world.home.school_admin, "refusal").status_code == 201
    assert status() == "excepted"


def test_an_admin_finds_the_plans_whose_answers_split(
    client: Client,
    world: World,
    father: Somebody,
    sign: Callable[..., Any],
    decline: Callable[..., Any],
) -> None:
    admin = client.as_(world.home.school_admin)
    assert admin.read("/plans?signature_status=split")["items"] == []
    sign(world.home.parent)
    decline(father)
    (found,) = admin.read("/plans?signature_status=split")["items"]
    assert found["id"] == str(world.home.student.plan_id)
    parents = {one["role"]: one["status"] for one in found["in_force"]["requirements"]}["parent"]
    assert parents == "split"
    assert admin.read("/plans?signature_status=excepted")["items"] == []
