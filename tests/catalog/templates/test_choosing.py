"""The template of a new plan, of many new plans, and of the next version."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from plp_api.foundation import clock
from plp_api.foundation.db import new_id
from plp_api.foundation.roster.models import Person, Student
from plp_api.planning.plans import actions as plans
from plp_api.planning.plans.models import Plan
from tests.catalog.templates.conftest import ASKED, section
from tests.client import Client
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World, writing


@pytest.fixture
def opened(database: Isolated, world: World) -> Callable[..., Any]:
    """Enroll students of these grades at a school of `home`; return their new plans' templates."""

    def made(*grades: str | None, school_id: UUID | None = None) -> list[str]:
        place = world.home
        with writing(database, place) as session:
            ids = [new_id() for _ in grades]
            for student_id, grade in zip(ids, grades, strict=True):
                own = {"id": student_id, "district_id": place.district_id}
                session.add(Person(**own, given_name="New", family_name="Comer"))
                session.flush()
                home = school_id or place.school_id
                session.add(Student(**own, plan_home_school_id=home, grade=grade))
            session.flush()
            plans.open_for(place.district_id, ids, clock.today())
            by_student = {
                plan.student_id: str(plan.template_id)
                for plan in session.query(Plan).filter(Plan.student_id.in_(ids))
            }
            return [by_student[one] for one in ids]

    return made


def test_a_new_plan_takes_the_schools_template_then_the_districts_then_the_default(
    world: World,
    school_admin: Client,
    district_admin: Client,
    published: Callable[..., Any],
    opened: Callable[..., Any],
) -> None:
    ours = published(school_admin, grades=["10"])["id"]
    theirs = published(district_admin, school_id=None, grades=["10", "11"])["id"]
    default = str(world.home.template_id)
    assert opened("10", "11", "12", None) == [ours, theirs, default, default]
    assert opened("10", school_id=world.home.other_school_id) == [theirs]


def test_drafts_and_retired_editions_are_not_offered(
    world: World, school_admin: Client, published: Callable[..., Any], opened: Callable[..., Any]
) -> None:
    path = f"/plan-templates/{published(school_admin)['id']}"
    draft = school_admin.made(f"{path}/editions", {})
    school_admin.act(path, "retire")
    assert opened("10") == [str(world.home.template_id)]
    school_admin.act(f"/plan-templates/{draft['id']}", "publish")
    assert opened("10") == [draft["id"]]


def test_opening_plans_asks_no_more_for_many_students_than_for_one(
    database: Isolated, opened: Callable[..., Any]
) -> None:
    with counting(database) as one:
        opened("10")
    with counting(database) as many:
        opened(*["10", "11"] * 10)
    for counted in (one.statements, many.statements):
        assert len([sent for sent in counted if "FROM plan_templates" in sent]) == 1
        assert len([sent for sent in counted if "INSERT INTO plans" in sent]) == 1


def test_the_first_version_is_written_in_what_fits_the_student_today(
    client: Client,
    world: World,
    database: Isolated,
    school_admin: Client,
    published: Callable[..., Any],
) -> None:
    student = client.as_(world.home.student)
    plan = f"/plans/{world.home.student.plan_id}"
    assert student.delete(f"/plan-versions/{world.home.student.version_id}").status_code == 204
    ours = published(school_admin)
    begun = student.made(f"{plan}/versions", {})
    assert begun["template_id"] == ours["id"]
    assert [one["key"] for one in begun["sections"]] == ["about_me", "scope_and_rigor", "wonder"]


def test_a_later_version_goes_on_in_the_template_in_force_whatever_was_published_since(
    client: Client, world: World, school_admin: Client, published: Callable[..., Any]
) -> None:
    student, plan = client.as_(world.home.student), f"/plans/{world.home.student.plan_id}"
    path = f"/plan-versions/{world.home.student.version_id}"
    student.act(path, "submit")
    assert client.as_(world.home.advisor).act(path, "approve").status_code == 200
    published(school_admin, sections=[*ASKED, section("new", is_required=True)])
    begun = student.made(f"{plan}/versions", {})
    assert begun["template_id"] == str(world.home.template_id)
    assert Client.read(student, path)["template_id"] == str(world.home.template_id)
