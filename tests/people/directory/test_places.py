"""Schools, school years, terms, courses and classes."""

from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.db import new_id
from plp_api.foundation.roster.classes import AcademicSession, Course
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World, writing


def names(page: dict[str, Any], key: str = "name") -> list[str]:
    return [item[key] for item in page["items"]]


def test_schools_of_ones_own_district_are_listed_by_name(client: Client, world: World) -> None:
    page = client.as_(world.home.student).read("/schools")
    assert names(page) == ["Tamarack High", "Tamarack Middle"]
    assert names(client.as_(world.home.student).read("/schools?q=midd")) == ["Tamarack Middle"]


def test_a_district_admin_adds_a_school_and_a_school_admin_does_not(
    client: Client, world: World
) -> None:
    admin = client.as_(world.home.district_admin)
    made = admin.made("/schools", {"name": "Tamarack Career Center"})
    assert admin.read(f"/schools/{made['id']}")["is_active"] is True
    assert code(admin.post("/schools", {"name": "Tamarack High"})) == "record_duplicate"
    refused = client.as_(world.home.school_admin).post("/schools", {"name": "Mine"})
    assert refused.status_code == 403


def test_a_school_admin_corrects_their_own_school_and_no_other(
    client: Client, world: World
) -> None:
    admin = client.as_(world.home.school_admin)
    own, other = f"/schools/{world.home.school_id}", f"/schools/{world.home.other_school_id}"
    assert admin.patch(own, {"state_org_id": "PS123"}).json["state_org_id"] == "PS123"
    assert admin.patch(other, {"state_org_id": "PS123"}).status_code == 403
    assert admin.get(f"/schools/{world.away.school_id}").status_code == 404


@pytest.fixture
def calendar(database: Isolated, world: World) -> dict[str, Any]:
    """A school year with a term, and a course."""
    own = {"district_id": world.home.district_id}
    today = clock.today()
    span = {"starts_on": today, "ends_on": today, "school_year": today.year}
    with writing(database, world.home) as session:
        year = AcademicSession(id=new_id(), **own, title="This year", type="schoolYear", **span)
        session.add(year)
        session.flush()
        term = AcademicSession(
            id=new_id(), **own, title="Fall", type="term", parent_id=year.id, **span
        )
        course = Course(id=new_id(), **own, title="English 10", code="ENG10")
        session.add_all([term, course])
        return {"year": year.id, "term": term.id, "course": course.id}


def test_school_years_and_terms_are_apart(
    client: Client, world: World, calendar: dict[str, Any]
) -> None:
    reader = client.as_(world.home.advisor)
    assert names(reader.read("/school-years"), "title") == ["This year"]
    assert names(reader.read("/terms"), "title") == ["Fall"]
    assert reader.read(f"/terms/{calendar['term']}")["parent_id"] == str(calendar["year"])
    assert reader.get(f"/terms/{calendar['year']}").status_code == 404
    assert reader.get(f"/school-years/{calendar['term']}").status_code == 404
    refused = reader.get("/terms?school_year=soon")
    assert pointers(refused) == {"school_year"}


def test_courses_are_found_by_code(client: Client, world: World, calendar: dict[str, Any]) -> None:
    reader = client.as_(world.home.student)
    assert names(reader.read("/courses?q=eng10"), "title") == ["English 10"]
    assert reader.read(f"/courses/{calendar['course']}")["code"] == "ENG10"


def test_a_class_shows_its_teachers_and_not_its_students(client: Client, world: World) -> None:
    page = client.as_(world.home.teacher).read("/classes?q=english")
    (group,) = page["items"]
    assert [one["person_id"] for one in group["teachers"]] == [str(world.home.teacher.id)]
    assert "students" not in group
    assert client.as_(world.home.parent).get("/classes").status_code == 403
