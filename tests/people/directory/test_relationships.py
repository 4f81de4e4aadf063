"""Relationships: who sees them, who makes them, and what access each gives."""

from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.roster.relationships import (
    AppointmentRole,
    RecordKind,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
)
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import Somebody, World, appoint, person, relate, writing

PARENT = RelationshipKind.PARENT
STAFF_ONLY = {"basis", "order_reference"}


def of_student(world: World) -> str:
    return f"/students/{world.home.student.id}/relationships"


@pytest.fixture
def order(database: Isolated, world: World) -> Any:
    """A court's order about the parent who may not inspect."""
    with writing(database, world.home) as session:
        (row,) = session.query(Relationship).filter_by(person_id=world.home.denied_parent.id)
        row.basis, row.order_reference = "Relief from abuse", "No. 12-3-26"
        session.flush()
        session.expunge(row)
        return row


def link_of(client: Client, world: World, somebody: Somebody) -> Any:
    """A person's relationship to the student, as the registrar sees it."""
    registrar = client.as_(world.home.registrar)
    (row,) = registrar.read(f"{of_student(world)}?person_id={somebody.id}")["items"]
    return row


# Who sees which.


def test_a_parent_finds_their_own_relationship_and_no_other(
    client: Client, world: World, order: Relationship
) -> None:
    home = world.home
    parent = client.as_(home.parent)
    for path in (of_student(world), "/relationships"):
        (own,) = parent.read(path)["items"]
        assert own["person_id"] == str(home.parent.id)
        assert not STAFF_ONLY & own.keys()
    body = parent.get(of_student(world)).text
    assert "No. 12" not in body
    assert str(home.inspecting_parent.id) not in body
    assert parent.get(f"/relationships/{order.id}").status_code == 404
    assert parent.read(f"{of_student(world)}?person_id={home.denied_parent.id}")["items"] == []
    assert parent.read(f"{of_student(world)}?count=true")["total_count"] == 1


def test_a_parent_learns_no_more_by_an_office_they_hold(
    client: Client, world: World, database: Isolated, order: Relationship
) -> None:
    home = world.home
    with writing(database, home) as session:
        appoint(session, home, home.parent, AppointmentRole.SCHOOL_ADMIN, home.school_id)
        appoint(session, home, home.denied_parent, AppointmentRole.DISTRICT_ADMIN, None)
    for somebody in (home.parent, home.denied_parent):
        reader = client.as_(somebody)
        rows = reader.read(of_student(world))["items"]
        assert [row["person_id"] for row in rows] == [str(somebody.id)]
        assert not STAFF_ONLY & rows[0].keys()
        assert str(home.inspecting_parent.id) not in reader.get("/relationships").text
    assert client.as_(home.parent).get(f"/relationships/{order.id}").status_code == 404


def test_staff_see_orders_and_the_student_does_not(
    client: Client, world: World, order: Relationship
) -> None:
    path = f"/relationships/{order.id}"
    for name in ("advisor", "case_manager", "counselor", "registrar", "school_admin"):
        assert client.as_(getattr(world.home, name)).read(path)["order_reference"] == "No. 12-3-26"
    shown = client.as_(world.home.student).read(path)
    assert not {*STAFF_ONLY, "denied"} & shown.keys()


def test_a_teacher_and_another_schools_staff_see_none(client: Client, world: World) -> None:
    assert client.as_(world.home.teacher).get(of_student(world)).status_code == 403
    assert client.as_(world.home.other_school_admin).get(of_student(world)).status_code == 404


def test_links_that_wait_for_a_person_are_found_and_settled_in_one_call(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    (waiting,) = registrar.read("/relationships?status=unconfirmed")["items"]
    assert waiting["person_id"] == str(world.home.relative.id)
    assert {"confirm", "suppress", "end"} == set(waiting["available_actions"])
    item = {"id": waiting["id"], "version": waiting["version"]}
    answer = registrar.post("/relationships/actions", {"action": "confirm", "items": [item]})
    assert answer.json["items"][0]["resource"]["status"] == "confirmed"


# Confirmed, suppressed.


def test_an_unconfirmed_relative_reaches_nothing_until_confirmed(
    client: Client, world: World
) -> None:
    path = f"/students/{world.home.student.id}"
    relative = client.as_(world.home.relative)
    assert relative.get(path).status_code == 404
    row = link_of(client, world, world.home.relative)
    client.as_(world.home.registrar).act(f"/relationships/{row['id']}", "confirm")
    assert relative.get(path).status_code == 200


def test_suppressed_stays_so_until_a_person_restores_and_confirms_it(
    client: Client, world: World
) -> None:
    registrar, parent = client.as_(world.home.registrar), client.as_(world.home.parent)
    row = link_of(client, world, world.home.parent)
    path = f"/relationships/{row['id']}"
    student = f"/students/{world.home.student.id}"
    assert registrar.act(path, "suppress").json["available_actions"] == ["restore"]
    assert parent.get(student).status_code == 404
    again = {"person_id": row["person_id"], "kind": "parent", "parent_kind": "parent"}
    assert code(registrar.post(of_student(world), again)) == "relationship_suppressed"
    assert code(registrar.act(path, "confirm")) == "action_unavailable"
    registrar.act(path, "restore")
    assert parent.get(student).status_code == 404
    registrar.act(path, "confirm")
    assert parent.get(student).status_code == 200


def test_confirming_a_link_from_a_roster_gives_a_parent_both_rights_and_a_relative_none(
    client: Client, world: World, database: Isolated
) -> None:
    registrar = client.as_(world.home.registrar)
    given = {}
    for kind in ("guardian", "relative"):
        with writing(database, world.home) as session:
            somebody = person(session, world.home, f"new_{kind}")
            link = relate(
                session,
                world.home,
                somebody,
                world.home.senior,
                PARENT,
                parent_kind=kind,
                status=RelationshipStatus.UNCONFIRMED,
            ).id
        shown = registrar.act(f"/relationships/{link}", "confirm").json
        given[kind] = (shown["may_inspect"], shown["may_decide"])
    assert given == {"guardian": (True, True), "relative": (False, False)}


# Making.


def test_a_parent_is_entered_with_both_rights_unless_said_otherwise(
    client: Client, world: World
) -> None:
    registrar = client.as_(world.home.registrar)
    path = f"/students/{world.home.senior.id}/relationships"
    body = {"person_id": str(world.home.parent.id), "kind": "parent", "parent_kind": "parent"}
    made = registrar.made(path, body)
    assert (made["status"], made["may_inspect"], made["may_decide"]) == ("confirmed", True, True)
    assert made["person_name"].startswith("Parent ")
    body["person_id"] = str(world.home.relative.id)
    made = registrar.made(path, {**body, "may_inspect": False})
    assert (made["may_inspect"], made["may_decide"]) == (False, False)


def test_an_advisor_is_entered_and_reaches_the_student_from_that_day(
    client: Client, world: World
) -> None:
    home = world.home
    registrar, advisor = client.as_(home.registrar), client.as_(home.other_advisor)
    tomorrow = str(clock.today() + timedelta(days=1))
    path = f"/students/{home.senior.id}"
    body = {"person_id": str(home.other_advisor.id), "kind": "advisor"}
    later = registrar.made(f"{path}/relationships", {**body, "starts_on": tomorrow})
    assert later["capacity"] == "lead"
    assert advisor.get(path).status_code == 404
    now = {"starts_on": str(clock.today())}
    assert registrar.patch(f"/relationships/{later['id']}", now).status_code == 200
    assert advisor.get(path).status_code == 200


def test_what_does_not_fit_is_refused_at_its_field(client: Client, world: World) -> None:
    home = world.home
    registrar = client.as_(home.registrar)
    path = f"/students/{home.senior.id}/relationships"
    adult = str(home.parent.id)
    for body, pointer in (
        ({"person_id": adult, "kind": "parent"}, "/parent_kind"),
        ({"person_id": adult, "kind": "advisor", "may_inspect": True}, "/may_inspect"),
        ({"person_id": adult, "kind": "case_manager", "capacity": "lead"}, "/capacity"),
        (
            {
                "person_id": adult,
                "kind": "parent",
                "parent_kind": "parent",
                "may_inspect": False,
                "may_decide": True,
            },
            "/may_decide",
        ),
        (
            {
                "person_id": adult,
                "kind": "advisor",
                "starts_on": "2026-02-01",
                "ends_on": "2026-01-01",
            },
            "/ends_on",
        ),
        ({"person_id": str(world.away.parent.id), "kind": "advisor"}, "/person_id"),
        (
            {"person_id": str(home.senior.id), "kind": "parent", "parent_kind": "parent"},
            "/person_id",
        ),
        ({"person_id": adult, "kind": "parent", "parent_kind": "aunt"}, "/parent_kind"),
        (
            {"person_id": adult, "kind": "parent", "parent_kind": "parent", "denied": ["x"]},
            "/denied/0",
        ),
    ):
        refused = registrar.post(path, body)
        assert (refused.status_code, pointers(refused)) == (422, {pointer}), body


def test_two_are_related_in_one_way_once_at_a_time(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    body = {"person_id": str(world.home.advisor.id), "kind": "advisor"}
    assert code(registrar.post(of_student(world), body)) == "relationship_exists"
    row = link_of(client, world, world.home.advisor)
    registrar.act(f"/relationships/{row['id']}", "end")
    assert registrar.post(of_student(world), body).status_code == 201


def test_a_student_advises_nobody(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    body = {"person_id": str(world.home.senior.id), "kind": "advisor"}
    assert code(registrar.post(of_student(world), body)) == "person_is_student"


def test_nobody_ties_themselves_to_a_student(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    body = {"person_id": str(world.home.registrar.id), "kind": "advisor"}
    assert registrar.post(of_student(world), body).status_code == 403


def test_a_staff_member_never_acts_on_the_ties_of_their_own_child(
    client: Client, world: World, database: Isolated
) -> None:
    home = world.home
    with writing(database, home) as session:
        appoint(session, home, home.parent, AppointmentRole.SCHOOL_ADMIN, home.school_id)
    (own,) = client.as_(home.parent).read(of_student(world))["items"]
    path = f"/relationships/{own['id']}"
    staff = client.as_(home.parent)
    assert own["available_actions"] == []
    assert code(staff.patch(path, {"may_decide": False})) == "actor_is_family"
    assert code(staff.act(path, "suppress")) == "action_unavailable"
    body = {"person_id": str(home.other_advisor.id), "kind": "advisor"}
    assert code(staff.post(of_student(world), body)) == "actor_is_family"


def test_advisors_and_parents_change_no_relationship(client: Client, world: World) -> None:
    row = link_of(client, world, world.home.parent)
    path = f"/relationships/{row['id']}"
    assert client.as_(world.home.advisor).patch(path, {"may_decide": False}).status_code == 403
    assert client.as_(world.home.parent).patch(path, {"may_inspect": True}).status_code == 403
    assert client.as_(world.home.parent).read(path)["available_actions"] == []


# What an order withholds.


def test_what_an_order_withholds_is_closed_and_the_rest_stays_open(
    client: Client, world: World
) -> None:
    registrar, parent = client.as_(world.home.registrar), client.as_(world.home.parent)
    row = link_of(client, world, world.home.parent)
    plan, student = (
        f"/students/{world.home.student.id}/plan",
        f"/students/{world.home.student.id}",
    )
    goals = f"/plans/{world.home.student.plan_id}/goals"
    assert parent.get(goals).status_code == 200
    changed = registrar.patch(f"/relationships/{row['id']}", {"denied": ["goals"]})
    assert changed.json["denied"] == ["goals"]
    assert parent.get(goals).status_code == 403
    assert parent.get(f"/goals/{world.home.student.goal_id}").status_code == 404
    assert parent.get(plan).status_code == 200
    assert parent.get(student).status_code == 200


def test_a_kind_of_record_is_an_area_of_what_parents_may_do() -> None:
    areas = {permission.split(":")[0] for permission in Permission}
    assert set(map(str, RecordKind)) <= areas
