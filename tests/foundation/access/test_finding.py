"""Lists across students are found by what is known of a student, and by nothing one may not see."""

from typing import Any

import pytest
from sqlalchemy import select, update

from plp_api.foundation.access.finding import WAYS
from plp_api.foundation.roster.classes import Enrollment
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import (
    AdvisoryMember,
    Placement,
    Relationship,
    RelationshipKind,
    SchoolEnrollment,
)
from tests import once
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.foundation.access import rows
from tests.foundation.access.operations import OPERATIONS
from tests.world import World, long_ago, relate, writing

pytestmark = pytest.mark.both_databases

LISTS = sorted(
    one.rule.removeprefix("/api/v1")
    for one in OPERATIONS
    if one.method == "GET" and one.listing and set(one.listing.filters) >= WAYS.keys()
    if one.model is None
)


STAFFS_ALONE = {"/concerns", "/site-visits"}
"""Lists that no parent reads."""
ABOUT_ONE_PERSON = {"/relationships", "/student-exports"}
"""Lists that show a parent their own rows alone."""
NO_HOSTS = {"/student-exports"}
"""Lists that no counselor reads."""
FAMILYS = [path for path in [*LISTS, "/plans"] if path not in STAFFS_ALONE]


def test_what_is_staff_s_alone_no_parent_lists(client: Client, school: World) -> None:
    for path in STAFFS_ALONE:
        assert client.as_(school.home.parent).get(path).status_code == 403


def test_the_lists_across_students_are_these() -> None:
    assert {"/students", "/goals", "/reviews", "/plan-versions", "/pathway-elements"} <= {*LISTS}
    assert "/relationships" in LISTS


def found(reader: Client, path: str, **filters: Any) -> set[str]:
    """The students whose rows the list shows."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return {whose(one) for one in reader.read(f"{path}?limit=200&{query}")["items"]}


def whose(item: dict[str, Any]) -> str:
    student: str = item.get("student_id") or item.get("student", item)["id"]
    return student


def those(*people: Any) -> set[str]:
    return {str(one.id) for one in people}


def fill(_: Client, world: World, database: Isolated) -> None:
    """A row of each kind for two students, and a guest in everything at home."""
    home, away = world.home, world.away
    with writing(database, home, away) as session:
        rows.complete(world)
        own = {"district_id": home.district_id, "starts_on": long_ago(100)}
        learns = {"class_id": home.class_id, "person_id": home.placed.id, "role": "student"}
        is_in = {"advisory_id": home.advisory_id, "student_id": home.placed.id}
        session.add_all(
            [
                Enrollment(**own, **learns, school_id=home.school_id),
                AdvisoryMember(**own, **is_in),
            ]
        )
        relate(session, home, home.co_advisor, home.placed, RelationshipKind.ADVISOR)


kept, database = once.written(fill)


@pytest.fixture
def school(world: World) -> World:
    """The world with what `fill` wrote."""
    return world


@pytest.mark.parametrize("path", [*LISTS, "/plans"])
def test_rows_are_found_by_what_is_known_of_their_student(
    client: Client, school: World, path: str
) -> None:
    home = school.home
    middle = client.as_(home.other_school_admin)
    reader = client.as_(home.school_admin)
    everybody = found(reader, path)
    assert everybody & those(home.student)
    here = those(home.student, home.senior, home.placed) & everybody
    assert found(reader, path, school_id=home.school_id) == here
    assert found(reader, path, grade="10") == those(home.student)
    assert found(reader, path, advisor_id=home.co_advisor.id) <= those(home.student, home.placed)
    assert found(reader, path, advisor_id=home.co_advisor.id) >= those(home.student)
    assert found(reader, path, advisory_id=home.advisory_id) >= those(home.student)
    assert found(reader, path, class_id=home.class_id) >= those(home.student)
    both = f"{home.advisor.id}&advisor_id={home.other_advisor.id}"
    assert found(middle, path, advisor_id=both) == those(home.other_student)
    assert found(reader, path, grade="10&grade=12") == those(home.student, home.senior) & everybody
    assert found(reader, path, grade="10", class_id=home.other_school_id) == set()
    assert pointers(reader.get(f"{path}?grade=99")) == {"grade"}


@pytest.mark.parametrize("path", [*LISTS, "/plans"])
def test_a_host_finds_nobody_by_people_and_groups_of_the_home_district(
    client: Client, school: World, path: str
) -> None:
    home = school.home
    host = client.as_(school.away.counselor)
    if path in NO_HOSTS or not found(host, path) & those(home.placed):
        pytest.skip("this list shows no row of the guest's")
    hidden = {
        "advisor_id": home.co_advisor.id,
        "advisory_id": home.advisory_id,
        "class_id": home.class_id,
    }
    for name, key in hidden.items():
        assert found(host, path, **{name: key}) == set(), name
    assert found(host, path, school_id=school.away.school_id) >= those(home.placed)
    assert found(host, path, grade="11") == those(home.placed)


@pytest.mark.parametrize("path", FAMILYS)
def test_a_parent_finds_nothing_by_the_other_parent(
    client: Client, school: World, database: Isolated, path: str
) -> None:
    home = school.home
    with writing(database, home) as session:
        relate(session, home, home.inspecting_parent, home.student, RelationshipKind.ADVISOR)
    parent = client.as_(home.parent)
    for other in (home.inspecting_parent, home.denied_parent, home.relative):
        assert found(parent, path, advisor_id=other.id) == set()
    if path not in ABOUT_ONE_PERSON:
        assert found(parent, path, advisor_id=home.advisor.id) == those(home.student)


@pytest.mark.parametrize("path", FAMILYS)
@pytest.mark.parametrize("denied", ["roster", "relationships"])
def test_a_parent_finds_nothing_by_a_record_that_an_order_denies(
    client: Client, school: World, database: Isolated, path: str, denied: str
) -> None:
    home = school.home
    deny(database, school, denied)
    parent = client.as_(home.parent)
    known = {
        "school_id": home.school_id,
        "grade": "10",
        "class_id": home.class_id,
        "advisory_id": home.advisory_id,
        "advisor_id": home.advisor.id,
    }
    for name, value in known.items():
        seen = found(parent, path, **{name: value})
        assert seen == set() or WAYS[name].needs.area != denied, name


def deny(database: Isolated, world: World, kind: str) -> None:
    home = world.home
    with writing(database, home) as session:
        tie = session.scalars(
            select(Relationship).where(
                Relationship.person_id == home.parent.id,
                Relationship.student_id == home.student.id,
            )
        ).one()
        tie.denied = frozenset({kind})


def test_a_parent_without_the_plan_s_status_finds_no_version_by_it(
    client: Client, world: World, database: Isolated
) -> None:
    parent = client.as_(world.home.parent)
    assert found(parent, "/plan-versions", status="draft") == those(world.home.student)
    deny(database, world, "plan_status")
    assert found(parent, "/plan-versions") == those(world.home.student)
    assert found(parent, "/plan-versions", status="draft") == set()


def test_a_role_finds_nobody_by_a_record_that_it_does_not_read(
    client: Client, world: World
) -> None:
    teacher = client.as_(world.home.teacher)
    assert found(teacher, "/goals", grade="10") == those(world.home.student)
    assert found(teacher, "/goals", advisor_id=world.home.advisor.id) == set()


def test_a_grade_as_no_list_of_grades_has_it_is_shown_without_the_filter(
    client: Client, world: World, database: Isolated
) -> None:
    home = world.home
    with writing(database, home) as session:
        odd = update(Student).where(Student.id == home.student.id).values(grade="Gr 9")
        session.execute(odd)
    advisor = client.as_(home.advisor)
    for path in ("/students", "/plans", "/goals"):
        assert those(home.student) <= found(advisor, path)
        assert those(home.student).isdisjoint(found(advisor, path, grade="09"))


def test_a_school_finds_the_former_students_whose_plan_it_keeps(
    client: Client, world: World, database: Isolated
) -> None:
    home = world.home
    with writing(database, home) as session:
        for model in (Placement, SchoolEnrollment):
            theirs = update(model).where(model.student_id == home.placed.id)
            session.execute(theirs.values(ends_on=long_ago(1)))
    admin = client.as_(home.district_admin)
    assert those(home.placed) <= found(admin, "/plans", school_id=home.school_id)
    assert found(admin, "/plans", school_id=world.away.school_id) == set()
