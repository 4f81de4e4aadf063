"""Planning, reading, revising and discussing pathway elements."""

from typing import Any

import pytest

from tests.client import code, pointers
from tests.databases import Isolated
from tests.planning.pathways.conftest import SPRING, School
from tests.world import World, ahead, writing


def test_a_student_plans_an_element_with_no_more_than_its_type_and_title(
    school: School, world: World
) -> None:
    student = world.home.student
    sent = {"type": "service_learning", "title": "Trail crew"}
    made = school.student.made(f"/plans/{student.plan_id}/pathway-elements", sent)
    assert made["status"] == "planned"
    assert made["planned_by"] == str(student.id)
    assert made["available_actions"] == ["withdraw"]
    assert school.parent.read(f"/pathway-elements/{made['id']}")["title"] == "Trail crew"


def test_an_element_shows_what_follows_from_its_dates_and_funding(
    school: School, world: World
) -> None:
    texts = {"starts_on": "2027-06-14", "ends_on": "2027-08-13"}
    element = school.student.read(school.plan(world.home.student, **texts))
    assert element["is_summer"] is True
    assert element["is_state_funded"] is True
    assert element["high_school_credits"] == 1
    assert element["college_credits"] == 3
    assert element["is_before_course"] is None


@pytest.mark.parametrize(
    ("dates", "is_summer"),
    [
        (("2027-06-01", "2027-08-31"), True),
        (("2027-05-31", "2027-07-01"), False),
        (("2027-08-20", "2027-12-10"), False),
        (("2027-07-01", None), True),
        (("2027-08-25", None), False),
    ],
)
def test_summer_is_june_to_august(
    school: School, world: World, dates: tuple[Any, ...], is_summer: bool
) -> None:
    element = school.plan(world.home.student, starts_on=dates[0], ends_on=dates[1])
    assert school.student.read(element)["is_summer"] is is_summer


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        ({"ends_on": ahead(-3)}, "/ends_on"),
        ({"high_school_credits": 0.125}, "/high_school_credits"),
        ({"college_credits": -1}, "/college_credits"),
        ({"type": "holiday"}, "/type"),
        ({"starts_on": "0027-01-01"}, "/starts_on"),
        ({"supervisor_id": "01890000-0000-7000-8000-000000000000"}, "/supervisor_id"),
        ({"status": "approved"}, "/status"),
        ({"home_ready_on": ahead(-1)}, "/home_ready_on"),
    ],
)
def test_what_makes_no_sense_or_is_not_for_the_author_to_say_is_refused(
    school: School, world: World, texts: dict[str, Any], place: str
) -> None:
    body = {**SPRING, "starts_on": ahead(1), **texts}
    answer = school.student.post(f"/plans/{world.home.student.plan_id}/pathway-elements", body)
    assert answer.status_code == 422
    assert place in pointers(answer)


def test_a_planned_element_is_revised_and_dates_must_still_fit(
    school: School, world: World
) -> None:
    element = school.plan(world.home.student, ends_on=ahead(100))
    assert school.student.patch(element, {"location": "Online"}).json["location"] == "Online"
    assert pointers(school.student.patch(element, {"starts_on": ahead(101)})) == {"/ends_on"}


def test_another_course_takes_back_what_both_schools_said(school: School, world: World) -> None:
    element = school.plan(world.home.student)
    school.make_ready(element)
    assert school.student.read(element)["provider_ready_by"] == "Dean Lu"
    school.student.patch(element, {"location": "Online"})
    assert school.student.read(element)["home_ready_on"] is not None
    school.student.patch(element, {"title": "Calculus"})
    read = school.student.read(element)
    assert [read["home_ready_on"], read["provider_ready_on"], read["home_ready_by"]] == [None] * 3


def test_an_approved_element_changes_only_where_and_when_exactly_and_by_its_counselor(
    school: School, world: World
) -> None:
    element = school.approved(world.home.senior)
    assert code(school.senior.patch(element, {"location": "Online"})) == "element_fixed"
    assert school.counselor.patch(element, {"location": "Online"}).status_code == 200
    fixed = school.counselor.patch(element, {"funding": "district", "location": "Here"})
    assert code(fixed) == "element_fixed"
    assert pointers(fixed) == {"/funding"}
    assert school.counselor.read(element)["location"] == "Online"


def test_what_has_ended_changes_no_more(school: School, world: World) -> None:
    element = school.plan(world.home.student)
    school.student.act(element, "withdraw")
    assert code(school.student.patch(element, {"title": "Calculus"})) == "element_fixed"


def test_a_planned_element_is_deleted_unless_others_rely_on_it(
    school: School, world: World
) -> None:
    student = world.home.student
    gone, said, back = (school.plan(student) for _ in range(3))
    assert school.student.delete(gone).status_code == 204
    assert school.student.get(gone).status_code == 404
    school.parent.made(f"{said}/comments", {"body": "Who drives?"})
    assert code(school.student.delete(said)) == "element_relied_on"
    school.counselor.act(back, "return", comment="Which term?")
    assert code(school.student.delete(back)) == "element_relied_on"
    approved = school.approved(world.home.senior)
    assert code(school.senior.delete(approved)) == "element_relied_on"


def test_nothing_is_planned_in_a_closed_plan(
    school: School, world: World, database: Isolated
) -> None:
    student = world.home.student
    element = school.plan(student)
    with writing(database, world.home) as session:
        from plp_api.planning.plans.models import Plan

        session.get(Plan, student.plan_id).status = "transferred_out"
    again = school.student.post(f"/plans/{student.plan_id}/pathway-elements", SPRING)
    assert code(again) == "plan_closed"
    assert code(school.student.patch(element, {"title": "Calculus"})) == "plan_closed"
    assert code(school.student.delete(element)) == "plan_closed"
    assert code(school.counselor.act(element, "approve")) == "plan_closed"


def test_a_counselor_finds_what_waits_across_students(school: School, world: World) -> None:
    one, other = school.plan(world.home.student), school.plan(world.home.senior)
    school.approved(world.home.senior)
    found = school.counselor.read("/pathway-elements?type=dual_enrollment&status=planned")
    assert {f"/pathway-elements/{item['id']}" for item in found["items"]} == {one, other}
    path = f"/pathway-elements?student_id={world.home.senior.id}&funding=state_voucher&q=nurs"
    assert len(school.counselor.read(path)["items"]) == 2
    of_plan = school.parent.read(f"/plans/{world.home.student.plan_id}/pathway-elements")
    assert [item["id"] for item in of_plan["items"]] == [one.rsplit("/", 1)[-1]]


def test_a_change_beneath_the_plan_stirs_it(
    school: School, world: World, database: Isolated
) -> None:
    from plp_api.planning.plans.models import Plan

    def activity() -> Any:
        with writing(database, world.home) as session:
            return session.get(Plan, world.home.student.plan_id).activity

    before = activity()
    element = school.plan(world.home.student)
    assert activity() > before
    before = activity()
    school.student.act(element, "withdraw")
    assert activity() > before
