"""The law's conditions: each refusal names its rule and source, and nothing is lost."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.district_settings import DistrictSettings
from plp_api.foundation.roster.relationships import SchoolEnrollment
from plp_api.planning.pathways.grades import Known
from plp_api.planning.plans.models import Plan
from tests.client import Response, code, pointers
from tests.databases import Isolated
from tests.planning.pathways.conftest import School
from tests.world import World, ahead, writing

READY = {"party": "provider", "said_by": "Dean Lu"}


def refused(answer: Response, place: str, source: str) -> Any:
    """The message at the given pointer, for a condition of the law that is not met."""
    assert answer.status_code == 409, answer.json
    assert code(answer) == "pathway_condition_unmet"
    found = {one["pointer"]: one["detail"] for one in answer.json["errors"]}
    assert place in found, found
    assert found[place].startswith(source), found
    assert source in answer.json["detail"]
    return found[place]


def test_an_element_is_approved_once_all_is_there(school: School, world: World) -> None:
    element = school.approved(world.home.senior, starts_on=ahead(1))
    read = school.counselor.read(element)
    assert read["status"] == "approved"
    assert read["approved_on"] == ahead(0)
    assert read["approved_by"] == str(world.home.counselor.id)
    assert read["is_before_course"] is True


@pytest.mark.parametrize("days", [0, -1, -30])
def test_an_element_approved_after_its_course_began_is_refused(
    school: School, world: World, days: int
) -> None:
    element = school.plan(world.home.senior, starts_on=ahead(days))
    school.make_ready(element)
    answer = school.counselor.act(element, "approve")
    assert "before the course begins" in refused(answer, "/starts_on", "16 V.S.A. 944")
    assert school.counselor.read(element)["status"] == "planned"


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("cte", "16 V.S.A. 1551"),
        ("work_based_learning", "16 V.S.A. 942"),
        ("service_learning", "16 V.S.A. 942"),
        ("adult_diploma", "16 V.S.A. 945"),
        ("other", "16 V.S.A. 942"),
    ],
)
def test_no_kind_of_element_enters_the_plan_after_it_began(
    school: School, world: World, kind: str, source: str
) -> None:
    late = school.plan(world.home.student, type=kind, starts_on=ahead(0))
    refused(school.counselor.act(late, "approve"), "/starts_on", source)
    early = school.plan(world.home.student, type=kind, starts_on=ahead(1))
    assert school.counselor.act(early, "approve").status_code == 200


def test_grade_10_must_be_completed_for_dual_enrollment(
    school: School, world: World, in_grade: Callable[..., Any]
) -> None:
    student = world.home.student
    in_grade(student, "10", clock.today())
    element = school.plan(student, starts_on=ahead(1))
    school.make_ready(element)
    answer = school.counselor.act(element, "approve")
    assert "grade 10 must be completed" in refused(answer, "/starts_on", "16 V.S.A. 944")
    in_grade(student, "11", clock.today())
    assert school.counselor.act(element, "approve").status_code == 200


def test_a_course_in_the_summer_after_grade_10_may_be_approved_before(
    school: School, world: World, in_grade: Callable[..., Any]
) -> None:
    student = world.home.student
    in_grade(student, "10", clock.today())
    today = clock.today()
    year = today.year + ((today.month, today.day) >= (6, 15))
    element = school.plan(student, starts_on=f"{year}-06-20")
    school.make_ready(element)
    assert school.counselor.act(element, "approve").status_code == 200


SETTINGS = DistrictSettings()


@pytest.mark.parametrize(
    ("known", "day", "grade"),
    [
        (Known(10, date(2026, 8, 25), date(2027, 3, 1)), date(2027, 6, 14), 10),
        (Known(10, date(2026, 8, 25), date(2027, 3, 1)), date(2027, 6, 15), 11),
        (Known(10, date(2026, 8, 25), date(2027, 3, 1)), date(2028, 9, 1), 12),
        # In July a roster may still have the grade that ended,
        (Known(10, date(2026, 8, 25), date(2027, 7, 10)), date(2027, 7, 20), 11),
        # or already the next one.
        (Known(11, date(2027, 7, 1), date(2027, 7, 10)), date(2027, 9, 1), 11),
        # An enrollment without an end has this year's grade, however long ago it began.
        (Known(10, date(2025, 8, 25), date(2027, 3, 1)), date(2027, 3, 20), 10),
    ],
)
def test_a_grade_is_counted_on_by_school_years(known: Known, day: date, grade: int) -> None:
    assert known.on(day, SETTINGS) == grade


@pytest.mark.parametrize(
    ("said", "missing"), [("home_school", "/provider_ready_on"), ("provider", "/home_ready_on")]
)
def test_both_schools_must_find_the_student_ready(
    school: School, world: World, said: str, missing: str
) -> None:
    element = school.plan(world.home.senior)
    school.counselor.act(element, "record_readiness", party=said, said_by="Ms. Roy")
    answer = school.counselor.act(element, "approve")
    assert "both schools" in refused(answer, missing, "16 V.S.A. 944")
    assert len(answer.json["errors"]) == 1


def test_readiness_is_dated_and_may_be_taken_back(school: School, world: World) -> None:
    element = school.plan(world.home.senior)
    school.make_ready(element)
    read = school.counselor.act(element, "record_readiness", **READY, said_on=ahead(-9)).json
    assert read["provider_ready_on"] == ahead(-9)
    assert read["status"] == "planned"
    late = school.counselor.act(element, "record_readiness", **READY, said_on=ahead(1))
    assert pointers(late) == {"/said_on"}
    school.counselor.act(element, "record_readiness", **READY, is_ready=False)
    refused(school.counselor.act(element, "approve"), "/provider_ready_on", "16 V.S.A. 944")


def test_who_provides_and_who_pays_is_said(school: School, world: World) -> None:
    element = school.plan(world.home.senior, provider_name=None, funding=None, starts_on=None)
    school.make_ready(element)
    answer = school.counselor.act(element, "approve")
    refused(answer, "/provider_name", "16 V.S.A. 944")
    assert pointers(answer) == {"/provider_name", "/funding", "/starts_on"}


def test_a_third_state_funded_course_is_refused_over_two_schools(
    school: School, world: World, database: Isolated
) -> None:
    senior = world.home.senior
    school.enrolled(senior)
    with writing(database, world.home) as session:
        mine = session.query(SchoolEnrollment).filter_by(student_id=senior.id).one()
        mine.ends_on = clock.today()
        session.add(
            SchoolEnrollment(
                district_id=world.home.district_id,
                student_id=senior.id,
                school_id=world.home.other_school_id,
                grade="12",
                starts_on=clock.today(),
            )
        )
    second, third = school.plan(senior, title="Calculus"), school.plan(senior, title="Welding")
    admin = school.other_school_admin
    for element in (second, third):
        for party in ("home_school", "provider"):
            admin.act(element, "record_readiness", party=party, said_by="Ms. Roy")
    assert admin.act(second, "approve").status_code == 200
    answer = admin.act(third, "approve")
    assert "at most two courses" in refused(answer, "/funding", "16 V.S.A. 944")
    # Courses that a district pays for are not counted.
    senior_client = school.client.as_(senior)
    senior_client.patch(third, {"funding": "district"})
    assert admin.act(third, "approve").status_code == 200


def test_a_voucher_counts_when_the_student_returns_to_a_closed_plan(
    school: School, world: World, database: Isolated
) -> None:
    senior = world.home.senior
    for title in ("Nursing", "Calculus"):
        school.enrolled(senior, title=title)
    for status in ("transferred_out", "active"):
        with writing(database, world.home) as session:
            session.get(Plan, senior.plan_id).status = status
    third = school.plan(senior, title="Welding")
    school.make_ready(third)
    refused(school.counselor.act(third, "approve"), "/funding", "16 V.S.A. 944")


def test_a_course_left_before_enrolling_gives_its_voucher_back(
    school: School, world: World
) -> None:
    senior = world.home.senior
    left = school.approved(senior)
    school.approved(senior, title="Calculus")
    assert school.counselor.act(left, "withdraw").status_code == 200
    school.approved(senior, title="Welding")


@pytest.mark.parametrize(("said", "used"), [({}, 2), ({"is_voucher_used": False}, 1)])
def test_a_course_left_later_keeps_its_voucher_unless_it_was_not_used(
    school: School, world: World, said: dict[str, Any], used: int
) -> None:
    senior = world.home.senior
    left = school.enrolled(senior)
    school.approved(senior, title="Calculus")
    assert school.counselor.act(left, "withdraw", **said).status_code == 200
    ledger = school.senior.read(f"/students/{senior.id}/pathway-ledger")
    assert ledger["state_funded_used"] == used
    third = school.plan(senior, title="Welding")
    school.make_ready(third)
    assert school.counselor.act(third, "approve").status_code == (409 if used == 2 else 200)


def test_two_at_once_in_one_request_do_not_pass_the_gate_together(
    school: School, world: World
) -> None:
    senior = world.home.senior
    school.approved(senior)
    items = []
    for title in ("Calculus", "Welding"):
        element = school.plan(senior, title=title)
        school.make_ready(element)
        read = school.counselor.read(element)
        items.append({"id": read["id"], "version": read["version"]})
    sent = {"action": "approve", "items": items}
    answers = school.counselor.post("/pathway-elements/actions", sent).json["items"]
    assert [one["status"] for one in answers] == [200, 409]
    assert answers[1]["problem"]["code"] == "pathway_condition_unmet"


def test_early_college_is_for_grade_12(
    school: School, world: World, in_grade: Callable[..., Any]
) -> None:
    student = world.home.student
    in_grade(student, "11", clock.today())
    element = school.plan(student, type="early_college", title="First year", starts_on=ahead(1))
    answer = school.counselor.act(element, "approve")
    assert "grade 12" in refused(answer, "/starts_on", "16 V.S.A. 946")


def test_early_college_stands_in_the_plan_before_acceptance(
    school: School, world: World, in_grade: Callable[..., Any]
) -> None:
    senior = world.home.senior
    in_grade(senior, "12", clock.today())
    late = school.plan(senior, type="early_college", accepted_on=ahead(-1))
    answer = school.counselor.act(late, "approve")
    assert "before acceptance" in refused(answer, "/accepted_on", "16 V.S.A. 946")
    school.senior.patch(late, {"accepted_on": None})
    assert school.counselor.act(late, "approve").status_code == 200
    answer = school.school_admin.act(late, "enroll", accepted_on=ahead(-1))
    assert "before acceptance" in refused(answer, "/accepted_on", "16 V.S.A. 946")
    refused(school.school_admin.act(late, "enroll"), "/accepted_on", "16 V.S.A. 946")


def test_an_early_college_student_still_enrolled_is_refused(
    school: School, world: World, in_grade: Callable[..., Any]
) -> None:
    senior = world.home.senior
    in_grade(senior, "12", clock.today())
    element = school.plan(senior, type="early_college", title="First year", starts_on=ahead(1))
    assert school.counselor.act(element, "approve").status_code == 200
    answer = school.school_admin.act(element, "enroll", accepted_on=ahead(0))
    assert "not enrolled in the high school" in refused(answer, "/starts_on", "16 V.S.A. 946")
    assert school.school_admin.read(element)["status"] == "approved"
    in_grade(senior, "12", clock.today(), clock.today() + timedelta(days=1))
    done = school.school_admin.act(element, "enroll", accepted_on=ahead(0))
    assert done.json["status"] == "enrolled"
    assert done.json["accepted_on"] == ahead(0)


def test_a_virtual_course_names_a_licensed_educator(school: School, world: World) -> None:
    student = world.home.student
    element = school.plan(student, type="virtual", title="Mandarin", provider_name="VTVLC")
    answer = school.counselor.act(element, "approve")
    refused(answer, "/supervisor_name", "16 V.S.A. 948")
    refused(answer, "/supervisor_licence", "16 V.S.A. 948")
    school.student.patch(element, {"supervisor_name": "Ada Roy"})
    assert pointers(school.counselor.act(element, "approve")) == {"/supervisor_licence"}
    school.student.patch(element, {"supervisor_licence": "VT 123456"})
    assert school.counselor.act(element, "approve").status_code == 200


def test_a_supervisor_known_here_is_a_grown_person_of_the_district(
    school: School, world: World
) -> None:
    texts = {"type": "virtual", "supervisor_licence": "VT 1"}
    element = school.plan(world.home.student, **texts, supervisor_id=str(world.home.teacher.id))
    assert school.counselor.act(element, "approve").status_code == 200
    other = school.plan(world.home.student, **texts)
    pupil = {"supervisor_id": str(world.home.senior.id)}
    assert code(school.student.patch(other, pupil)) == "person_is_student"
    stranger = {"supervisor_id": str(world.away.teacher.id)}
    assert pointers(school.student.patch(other, stranger)) == {"/supervisor_id"}
