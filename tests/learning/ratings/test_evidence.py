"""The evidence for an item: of the students whom one may see, only what one may read."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text, update

from benchmarks.access import explained
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation.access import caller as callers
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.models import Person
from plp_api.foundation.roster.relationships import RelationshipKind
from plp_api.learning.ratings import evidence
from plp_api.planning.pathways.models import PathwayElement
from tests.client import Client
from tests.databases import Isolated
from tests.foundation.access.test_indexes import scanned
from tests.learning.ratings.conftest import Items, days_ago
from tests.learning.ratings.test_rating import deny
from tests.queries import counting
from tests.world import Pupil, World, pupil, relate, writing, years_ago


def path(items: Items, code: str, query: str = "") -> str:
    return f"/framework-items/{items[code]}/evidence?{query}"


def whose(reader: Client, address: str) -> list[str]:
    return [one["student_id"] for one in reader.read(address)["items"]]


@pytest.fixture
def element(world: World, database: Isolated) -> Any:
    """A pathway element of the student at home."""
    student, element_id = world.home.student, db.new_id()
    with writing(database, world.home) as session:
        session.add(
            PathwayElement(
                id=element_id,
                district_id=student.district_id,
                student_id=student.id,
                plan_id=student.plan_id,
                planned_by=student.id,
                type="dual_enrollment",
                title="Nursing",
            )
        )
    return element_id


def test_a_row_counts_links_and_ratings_and_shows_the_latest_levels(
    counselor: Client,
    world: World,
    items: Items,
    a_rating: Callable[..., str],
    a_link: Callable[..., None],
    element: Any,
) -> None:
    a_link(items["S.1"])
    a_link(items["S.1"], table="pathway_elements", subject=element)
    a_rating(items["S.1"], "beginning", rated_on=days_ago(50))
    a_rating(items["S.1"], "proficient", rated_on=days_ago(5))
    a_rating(items["S.1"], "exemplary", rated_on=days_ago(7), is_self=True)
    a_rating(items["S.1"], "exemplary", status="withdrawn")
    (row,) = counselor.read(path(items, "S.1"))["items"]
    assert (row["goals"], row["pathway_elements"], row["ratings"]) == (1, 1, 3)
    school, own = row["latest_school"], row["latest_own"]
    assert (school["level"], school["level_position"]) == ("proficient", 3)
    assert school["rated_on"] == days_ago(5).isoformat()
    assert (own["level_title"], own["rated_on"]) == ("Exemplary", days_ago(7).isoformat())
    assert row["student"]["id"] == row["student_id"] == str(world.home.student.id)
    assert row["student"]["grade"] == "10"


def test_a_goal_is_evidence_from_its_proposal_until_it_is_returned_or_dropped(
    client: Client, counselor: Client, student: Client, world: World, items: Items
) -> None:
    home, evidence_of = world.home, path(items, "S.1")
    made = student.made(
        f"/plans/{home.student.plan_id}/goals", {"domain": "career", "title": "Shadow a nurse"}
    )
    goal = f"/goals/{made['id']}"
    student.made(f"{goal}/links", {"framework_item_id": str(items["S.1"])})
    assert whose(counselor, evidence_of) == []
    advisor = client.as_(home.advisor)
    for actor, action, fields, counted in (
        (student, "propose", {}, [1]),
        (advisor, "return", {"comment": "Say when."}, []),
        (student, "propose", {}, [1]),
        (advisor, "confirm", {}, [1]),
        (student, "propose_outcome", {"outcome": "dropped", "reflection": "No time."}, [1]),
        (advisor, "confirm_outcome", {}, []),
    ):
        answer = actor.act(goal, action, **fields)
        assert answer.status_code == 200, answer.json
        rows = counselor.read(evidence_of)["items"]
        assert [row["goals"] for row in rows] == counted, action
        page = counselor.read(f"{evidence_of}&count=true&below=true")
        assert page["total_count"] == len(counted), action


def test_a_withdrawn_pathway_element_is_no_evidence(
    counselor: Client,
    student: Client,
    items: Items,
    a_link: Callable[..., None],
    element: Any,
) -> None:
    a_link(items["S.1"], table="pathway_elements", subject=element)
    assert len(whose(counselor, path(items, "S.1"))) == 1
    answer = student.act(f"/pathway-elements/{element}", "withdraw", comment="Another course.")
    assert answer.status_code == 200, answer.json
    assert whose(counselor, path(items, "S.1")) == []


def test_below_takes_in_the_items_beneath(
    counselor: Client,
    world: World,
    items: Items,
    a_rating: Callable[..., str],
    a_link: Callable[..., None],
) -> None:
    home = world.home
    a_rating(items["W.2.a"], "proficient")
    a_link(items["W.1"], pupil=home.senior)
    a_link(items["S.1"], pupil=home.placed)
    assert whose(counselor, path(items, "W")) == []
    found = counselor.read(path(items, "W", "below=true"))["items"]
    assert [one["student_id"] for one in found] == sorted(
        [str(home.student.id), str(home.senior.id)]
    )
    by_student = {one["student_id"]: one for one in found}
    latest = by_student[str(home.student.id)]["latest_school"]
    assert latest["framework_item_id"] == str(items["W.2.a"])
    assert by_student[str(home.senior.id)]["goals"] == 1


def test_each_reader_finds_the_students_whom_they_may_see(
    client: Client, world: World, items: Items, a_rating: Callable[..., str]
) -> None:
    home = world.home
    for one in (home.student, home.senior, home.other_student, home.placed):
        a_rating(items["S.1"], pupil=one)
    expected = {
        "student": [home.student],
        "parent": [home.student],
        "teacher": [home.student],
        "advisor": [home.student, home.senior],
        "counselor": [home.student, home.senior, home.placed],
        "other_school_admin": [home.other_student],
        "auditor": [home.student, home.senior, home.other_student, home.placed],
        "registrar": [],
        "district_admin": [],
    }
    for name, students in expected.items():
        reader = client.as_(getattr(home, name))
        found = whose(reader, path(items, "S.1"))
        assert found == sorted(str(one.id) for one in students), name
    assert client.as_(world.away.counselor).get(path(items, "S.1")).status_code == 404


def test_counts_leave_out_what_the_reader_may_not_read(
    client: Client,
    world: World,
    database: Isolated,
    items: Items,
    a_rating: Callable[..., str],
    a_link: Callable[..., None],
    element: Any,
) -> None:
    a_link(items["S.1"])
    a_link(items["S.1"], table="pathway_elements", subject=element)
    a_rating(items["S.1"])

    def counts(name: str) -> tuple[int, int, int]:
        (row,) = client.as_(getattr(world.home, name)).read(path(items, "S.1"))["items"]
        return row["goals"], row["pathway_elements"], row["ratings"]

    assert counts("counselor") == counts("parent") == (1, 1, 1)
    # No pathway elements for a teacher; nothing else for those who keep no ratings.
    assert counts("teacher") == (1, 0, 1)
    assert counts("registrar") == (0, 1, 0)
    for kind, left in {"ratings": (1, 1, 0), "goals": (0, 1, 1), "pathways": (1, 0, 1)}.items():
        deny(world, database, kind)
        assert counts("parent") == left, kind


def test_a_stated_reason_fills_no_list(
    client: Client, world: World, items: Items, a_link: Callable[..., None]
) -> None:
    """A district admin opens single goals for a stated reason, but finds none in lists."""
    a_link(items["S.1"])
    admin = client.as_(world.home.district_admin)
    answer = admin.get(path(items, "S.1"), headers={"X-Access-Reason": "A parent asked."})
    assert answer.json["items"] == []


def test_students_are_found_by_level_rating_and_place(
    counselor: Client,
    world: World,
    items: Items,
    a_rating: Callable[..., str],
    a_link: Callable[..., None],
) -> None:
    home = world.home
    a_rating(items["S.1"], "beginning", rated_on=days_ago(60))
    a_rating(items["S.1"], "proficient", rated_on=days_ago(6))
    a_rating(items["S.1"], "beginning", rated_on=days_ago(1), is_self=True)
    a_link(items["S.1"], pupil=home.senior)
    student, senior = str(home.student.id), str(home.senior.id)
    expected: dict[str, list[str]] = {
        "level=proficient": [student],
        "level=beginning": [],
        "level=beginning&level=proficient": [student],
        "has_rating=true": [student],
        "has_rating=false": [senior],
        "grade=12": [senior],
        f"school_id={home.school_id}": sorted([student, senior]),
        f"class_id={home.class_id}": [student],
        f"advisory_id={home.advisory_id}": [student],
        f"advisor_id={home.advisor.id}": sorted([student, senior]),
        f"student_id={senior}": [senior],
        "below=true&level=proficient": [student],
    }
    for query, students in expected.items():
        assert whose(counselor, path(items, "S.1", query)) == students, query


def test_nobody_finds_by_ratings_what_they_may_not_read(
    client: Client,
    world: World,
    database: Isolated,
    items: Items,
    a_rating: Callable[..., str],
    a_link: Callable[..., None],
) -> None:
    a_link(items["S.1"])
    a_rating(items["S.1"], "proficient")
    parent = client.as_(world.home.parent)
    deny(world, database, "ratings")
    for query in ("level=proficient", "has_rating=true", "has_rating=false"):
        assert whose(parent, path(items, "S.1", query)) == [], query
    assert len(whose(parent, path(items, "S.1"))) == 1


def test_the_evidence_of_a_retired_item_stays_readable(
    counselor: Client, world: World, database: Isolated, items: Items, a_link: Callable[..., None]
) -> None:
    a_link(items["S.1"])
    with writing(database, world.home) as session:
        session.execute(update(FrameworkItem).values(retired_on=clock.today()))
    assert len(whose(counselor, path(items, "S.1"))) == 1


@pytest.fixture
def crowd(world: World, database: Isolated) -> Any:
    """Twelve students whom counselor and parent reach."""
    home, found = world.home, []
    with writing(database, home) as session:
        for number in range(12):
            one = pupil(
                session,
                home,
                f"many_{number}",
                grade="11",
                school_id=home.school_id,
                born=years_ago(16, 50),
            )
            rights = {"may_inspect": True, "may_decide": True, "parent_kind": "parent"}
            relate(session, home, home.parent, one, RelationshipKind.PARENT, **rights)
            found.append(one)
    yield found
    for number in range(12):
        del home.people[f"many_{number}"]


def test_pages_hold_each_student_once_in_either_direction(
    counselor: Client,
    items: Items,
    crowd: list[Pupil],
    a_rating: Callable[..., str],
    a_link: Callable[..., None],
) -> None:
    for number, one in enumerate(crowd):
        if number % 3 != 0:
            a_rating(items["W.1"], pupil=one)
            a_rating(items["W.2"], pupil=one)
        if number % 3 != 1:
            a_link(items["W.1"], pupil=one)
    expected = sorted(str(one.id) for one in crowd)
    for query, wanted in (("", expected), ("&sort=-student_id", expected[::-1])):
        for below, code in (("true", "W"), ("false", "W.1")):
            address = path(items, code, f"below={below}&limit=5&count=true{query}")
            found: list[str] = []
            cursor: str | None = ""
            while cursor is not None:
                page = counselor.read(f"{address}{cursor and '&cursor=' + cursor}")
                assert page["total_count"] == len(crowd)
                found += [one["student_id"] for one in page["items"]]
                cursor = page["next_cursor"]
            assert found == wanted


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["counselor", "parent"])
def test_evidence_takes_at_most_six_queries_whatever_it_holds(
    client: Client,
    world: World,
    database: Isolated,
    items: Items,
    crowd: list[Pupil],
    a_rating: Callable[..., str],
    a_link: Callable[..., None],
    name: str,
) -> None:
    reader = client.as_(getattr(world.home, name))
    address = path(items, "W", "below=true&has_rating=true&grade=11")
    a_rating(items["W.1"], pupil=crowd[0])
    reader.read(address)
    with counting(database) as few:
        assert len(whose(reader, address)) == 1
    for one in crowd:
        a_link(items["W.1"], pupil=one)
        for number in range(4):
            a_rating(items["W.2.a"], pupil=one, rated_on=days_ago(number))
    with counting(database) as many:
        assert len(whose(reader, address)) == len(crowd)
    assert len(few) == len(many)
    assert many.count <= 6, many.statements


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["student", "parent", "advisor", "teacher", "counselor"])
@pytest.mark.parametrize("below", [False, True])
def test_evidence_is_found_by_indexes(
    world: World, database: Isolated, items: Items, name: str, below: bool
) -> None:
    with database.transaction(districts=[world.home.district_id]) as session:
        if database.is_postgresql:
            # Of a few rows PostgreSQL reads all; told not to, it shows whether it could do else.
            session.execute(text("SET LOCAL enable_seqscan = off"))
        person = session.get_one(Person, getattr(world.home, name).id)
        access = Access(callers.as_of(person, clock.today()))
        asked = {"sort": "student_id", "limit": 50, "level": ["proficient"], "grade": ["10"]}
        binds = {**access.caller.binds, "item": items["W"]}
        page = evidence.first_page(access, asked, below=below)
        plan = explained(session, page, binds)
        assert not scanned(plan), plan
        rows = evidence.details(access, below=below)
        plan = explained(session, rows, {**binds, "ids": [world.home.student.id]})
        assert not scanned(plan), plan
