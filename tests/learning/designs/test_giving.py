"""A design is given to many students: each gets a draft of their own, with an answer for each."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from plp_api.foundation.roster.relationships import AppointmentRole
from tests.catalog.elo_designs.conftest import PARTS, Write, design, items, retire_item, written
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.queries import counting
from tests.world import Pupil, World, appoint, pupil, writing, years_ago

__all__ = ["items", "retire_item", "written"]

Give = Callable[..., Any]


@pytest.fixture
def give(coordinator: Client) -> Give:
    """Give a template to students; returns the answers."""

    def given(template: Any, *students: Any) -> Any:
        body = {"student_ids": [str(getattr(one, "id", one)) for one in students]}
        response = coordinator.post(f"/design-templates/{template['id']}/elos", body)
        assert response.status_code == 200, response.json
        return response.json["items"]

    return given


@pytest.fixture
def class_(world: World, database: Isolated) -> list[Pupil]:
    """Three more students of the high school."""
    with writing(database, world.home) as session:
        born, school_id = years_ago(16), world.home.school_id
        made = [
            pupil(session, world.home, f"pupil_{n}", grade="10", school_id=school_id, born=born)
            for n in range(3)
        ]
    for number in range(3):
        del world.home.people[f"pupil_{number}"]
    return made


def test_each_student_gets_a_draft_with_the_whole_design(
    client: Client, give: Give, written: Write, items: list[str], class_: list[Pupil]
) -> None:
    template = written(framework_item_ids=items)
    answers = give(template, *class_)
    assert [answer["status"] for answer in answers] == [200] * 3
    assert [answer["id"] for answer in answers] == [str(one.id) for one in class_]
    for answer, one in zip(answers, class_, strict=True):
        student = client.as_(one)
        elo = student.read(f"/elos/{answer['resource']['id']}")
        assert (elo["status"], elo["student_id"]) == ("draft", str(one.id))
        assert elo["design_template_id"] == template["id"]
        assert (elo["type"], elo["title"], elo["product"]) == (
            "internship",
            "Health care",
            "A guide for new helpers.",
        )
        assert [item["id"] for item in elo["framework_items"]] == items
        assert elo["available_actions"] == ["submit", "withdraw"]
        (benchmark,) = student.read(f"/elos/{elo['id']}/benchmarks")["items"]
        assert benchmark["title"] == PARTS["benchmarks"][0]["title"]
        (task,) = student.read(f"/elos/{elo['id']}/training-tasks")["items"]
        assert task["competence"] == "Measures vital signs"
        (row,) = student.read(f"/elos/{elo['id']}/communications")["items"]
        assert row["rhythm"] == "Every two weeks"


def test_a_student_makes_the_draft_their_own_and_hands_it_in(
    student: Client, coordinator: Client, world: World, give: Give, written: Write
) -> None:
    template = written()
    (answer,) = give(template, world.home.student)
    path = f"/elos/{answer['resource']['id']}"
    assert student.patch(path, {"product": "A film."}).json["product"] == "A film."
    assert student.act(path, "submit").json["status"] == "submitted"
    assert coordinator.act(path, "accept").json["status"] == "design"
    assert coordinator.read(f"/design-templates/{template['id']}")["product"] == template["product"]


def test_one_student_s_refusal_is_nobody_else_s(
    give: Give, written: Write, world: World, class_: list[Pupil]
) -> None:
    template = written()
    (first,) = give(template, class_[0])
    answers = give(template, class_[0], class_[1], world.away.student)
    assert [answer["status"] for answer in answers] == [409, 200, 404]
    problem = answers[0]["problem"]
    assert (problem["code"], problem["existing"]["id"]) == ("elo_exists", first["resource"]["id"])


def test_a_student_whose_elo_ended_may_get_it_anew(
    coordinator: Client, give: Give, written: Write, class_: list[Pupil]
) -> None:
    template = written()
    (answer,) = give(template, class_[0])
    coordinator.act(f"/elos/{answer['resource']['id']}", "withdraw", comment="A mistake.")
    assert [one["status"] for one in give(template, class_[0])] == [200]


def test_an_archived_design_is_given_to_nobody(
    coordinator: Client, written: Write, class_: list[Pupil]
) -> None:
    path = f"/design-templates/{written()['id']}"
    coordinator.act(path, "archive")
    response = coordinator.post(f"{path}/elos", {"student_ids": [str(class_[0].id)]})
    assert (response.status_code, code(response)) == (409, "design_template_archived")


def test_students_are_named_once_and_at_most_fifty(
    coordinator: Client, written: Write, class_: list[Pupil]
) -> None:
    path = f"/design-templates/{written()['id']}/elos"
    for ids in ([str(class_[0].id)] * 2, [], [str(UUID(int=n)) for n in range(51)]):
        response = coordinator.post(path, {"student_ids": ids})
        assert (response.status_code, pointers(response)) == (422, {"/student_ids"})


def test_only_coordinators_give_designs(
    client: Client, world: World, written: Write, class_: list[Pupil]
) -> None:
    path = f"/design-templates/{written()['id']}/elos"
    body = {"student_ids": [str(class_[0].id)]}
    for person in (world.home.student, world.home.advisor, world.home.school_admin):
        response = client.as_(person).post(path, body)
        assert (response.status_code, code(response)) == (403, "permission_denied")
    assert client.as_(world.away.elo_coordinator).post(path, body).status_code == 404


def test_a_coordinator_gives_nothing_to_their_own_child(
    client: Client, world: World, written: Write, database: Isolated
) -> None:
    template = written()
    with writing(database, world.home) as session:
        role, school_id = AppointmentRole.ELO_COORDINATOR, world.home.school_id
        appoint(session, world.home, world.home.parent, role, school_id)
    parent = client.as_(world.home.parent, anew=True)
    body = {"student_ids": [str(world.home.student.id)]}
    response = parent.post(f"/design-templates/{template['id']}/elos", body)
    (answer,) = response.json["items"]
    assert answer["problem"]["code"] == "actor_is_family"


def test_a_retired_item_does_not_come_along(
    give: Give,
    written: Write,
    items: list[str],
    retire_item: Callable[[str], None],
    class_: list[Pupil],
) -> None:
    template = written(framework_item_ids=items)
    retire_item(items[0])
    (answer,) = give(template, class_[0])
    shown = [item["id"] for item in answer["resource"]["framework_items"]]
    assert shown == items[1:]


def test_the_district_s_design_goes_to_the_school_that_keeps_the_plan(
    client: Client, world: World, give: Give, class_: list[Pupil]
) -> None:
    template = client.as_(world.home.district_admin).made("/design-templates", design())
    (answer,) = give(template, class_[0])
    assert answer["resource"]["school_id"] == str(world.home.school_id)


def test_a_repeated_request_gives_nothing_twice(
    coordinator: Client, written: Write, class_: list[Pupil]
) -> None:
    path = f"/design-templates/{written()['id']}/elos"
    body = {"student_ids": [str(class_[0].id)]}
    key = {"Idempotency-Key": "give-1"}
    first, second = (coordinator.post(path, body, headers=key) for _ in range(2))
    assert first.json == second.json
    assert len(coordinator.read(f"/students/{class_[0].id}/elos")["items"]) == 1


def test_each_student_costs_the_same_number_of_statements(
    give: Give, written: Write, class_: list[Pupil], database: Isolated, items: list[str]
) -> None:
    numbers = []
    for students in (class_[:1], class_[:2], class_):
        template = written(framework_item_ids=items)
        with counting(database) as statements:
            give(template, *students)
        numbers.append(len(statements))
    assert numbers[2] - numbers[1] == numbers[1] - numbers[0]
