"""`GET /me`: the data from which a front end builds its pages."""

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Person
from plp_api.foundation.roster.relationships import RelationshipKind
from plp_api.server.app import Application
from tests import databases
from tests.client import Client, code
from tests.queries import counting
from tests.world import World, pupil, relate, writing, years_ago


def test_a_student_is_shown_their_own_standing(client: Client, world: World) -> None:
    me = client.as_(world.home.student).read("/me")
    assert me["roles"] == ["student"]
    assert me["student"]["grade"] == "10"
    assert me["student"]["holds_rights"] is False
    assert me["schools"] == [{"id": str(world.home.school_id), "name": "Tamarack High"}]
    assert "plans:write" in me["permissions"]
    assert "plans:approve" not in me["permissions"]
    assert me["children"] == []


def test_a_student_of_age_holds_their_rights(client: Client, world: World) -> None:
    assert client.as_(world.home.senior).read("/me")["student"]["holds_rights"] is True


def test_a_district_says_what_day_and_cycle_it_is(client: Client, world: World) -> None:
    district = client.as_(world.home.student).read("/me")["district"]
    assert district["slug"] == "tamarack"
    assert district["today"] == clock.today().isoformat()
    assert district["cycle"]["starts_on"] <= district["today"] <= district["cycle"]["ends_on"]
    assert district["settings"]["cycle_end"] == "11-30"


def test_a_parent_finds_the_children_they_reach(client: Client, world: World) -> None:
    home = world.home
    deciding = client.as_(home.parent).read("/me")
    assert deciding["roles"] == ["parent"]
    assert deciding["relationships"] == [{"kind": "parent", "student_count": 1}]
    [child] = deciding["children"]
    assert (child["id"], child["may_decide"]) == (str(home.student.id), True)
    [inspected] = client.as_(home.inspecting_parent).read("/me")["children"]
    assert inspected["may_decide"] is False
    assert client.as_(home.denied_parent).read("/me")["children"] == []
    assert client.as_(home.senior_parent).read("/me")["children"] == []


def test_a_parent_reads_the_name_the_child_lets_the_family_know(
    client: Client, app: Application, world: World
) -> None:
    with writing(app.database, world.home) as session:
        session.get_one(Person, world.home.student.id).preferred_given_name = "Robin"
    parent = client.as_(world.home.parent)
    assert parent.read("/me")["children"][0]["display_name"].startswith("Student")
    with writing(app.database, world.home) as session:
        session.get_one(Person, world.home.student.id).family_uses_preferred = True
    assert parent.read("/me")["children"][0]["display_name"].startswith("Robin")


def test_staff_who_are_parents_find_their_children_and_no_others(
    client: Client, app: Application, world: World
) -> None:
    home = world.home
    with writing(app.database, home) as session:
        relate(
            session,
            home,
            home.district_admin,
            home.student,
            RelationshipKind.PARENT,
            may_inspect=True,
        )
    me = client.as_(home.district_admin).read("/me")
    assert [one["id"] for one in me["children"]] == [str(home.student.id)]
    assert me["roles"] == ["district_admin", "parent"]
    assert me["offices"] == [{"role": "district_admin", "school_id": None}]


def test_an_advisor_finds_how_many_they_advise(client: Client, world: World) -> None:
    me = client.as_(world.home.advisor).read("/me")
    assert me["relationships"] == [{"kind": "advisor", "student_count": 2}]


def test_an_office_is_shown_with_its_school(client: Client, world: World) -> None:
    me = client.as_(world.home.counselor).read("/me")
    school = str(world.home.school_id)
    assert me["offices"] == [{"role": "counselor", "school_id": school}]
    assert [one["id"] for one in me["schools"]] == [school]


def test_a_person_whom_nobody_confirmed_yet_may_mind_their_own_account(
    client: Client, world: World
) -> None:
    relative = client.as_(world.home.relative)
    me = relative.read("/me")
    assert me["roles"] == []
    assert me["permissions"] == ["self:manage"]
    assert (me["relationships"], me["children"]) == ([], [])
    assert relative.get("/auth/sessions").status_code == 200
    assert relative.post("/auth/logout").status_code == 204
    back = client.as_(world.home.relative, anew=True)
    assert code(back.get("/students")) == "permission_denied"


def test_nobody_is_nobody(client: Client) -> None:
    assert code(client.get("/me")) == "token_missing"


@pytest.mark.parametrize("name", ["parent", "advisor"])
def test_the_number_of_queries_does_not_grow_with_whom_one_reaches(
    client: Client, database: databases.Isolated, app: Application, world: World, name: str
) -> None:
    home = world.home
    caller = client.as_(home.people[name])
    caller.read("/me")
    with counting(database) as before:
        caller.read("/me")
    kind = RelationshipKind.PARENT if name == "parent" else RelationshipKind.ADVISOR
    with writing(database, home) as session:
        for number in range(5):
            more = pupil(
                session,
                home,
                f"more{number}",
                grade="09",
                school_id=home.school_id,
                born=years_ago(14),
            )
            relate(session, home, home.people[name], more, kind, may_inspect=True)
    with counting(database) as after:
        me = caller.read("/me")
    assert me["relationships"][0]["student_count"] > 5
    assert after.count == before.count
    assert after.count <= 16
