"""The team of an ELO: who is added, by whom, for how long, and what they reach by it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from plp_api.catalog.partners.models import Mentor, Partner
from plp_api.foundation import clock, db
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.models import AccountPerson
from plp_api.foundation.roster.relationships import (
    AppointmentRole,
    Placement,
    PlacementKind,
    RelationshipKind,
)
from plp_api.learning.elos.gates import ON_CHANGED
from plp_api.learning.elos.models import Elo
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.world import Somebody, World, ahead, appoint, person, relate, writing


def teacher(role: str, somebody: Somebody, **members: Any) -> dict[str, Any]:
    return {"role": role, "person_id": str(somebody.id), **members}


def mentor(mentor_id: Any, **members: Any) -> dict[str, Any]:
    return {"role": "mentor", "mentor_id": str(mentor_id), **members}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """What the areas above are told of changes, one set for each time."""
    heard: list[set[str]] = []

    def hear(_elo: Elo, _access: Any, changed: frozenset[str]) -> None:
        heard.append(set(changed))

    monkeypatch.setattr("plp_api.learning.elos.gates.ON_CHANGED", [*ON_CHANGED, hear])
    return heard


def add_mentor(database: Isolated, world: World, elo: Internship, **columns: Any) -> Any:
    own = {"district_id": world.home.district_id, "partner_id": elo.partner_id}
    with writing(database, world.home) as session:
        row = Mentor(id=db.new_id(), **{**own, "name": "Ines Morel", **columns})
        session.add(row)
        return row.id


def test_the_team_is_listed_with_names_to_whoever_reads_the_elo(
    client: Client, world: World, elo: Internship
) -> None:
    for reader in (world.home.student, world.home.parent, world.home.advisor, elo.panel_member):
        listed = client.as_(reader).read(f"{elo.path}/team")["items"]
        names = {one["role"]: one["person_name"] or one["mentor_name"] for one in listed}
        assert names["mentor"] == "Tom Averill"
        assert names["teacher_of_record"].startswith("Teacher")
        assert len(listed) == 6
    for stranger in (elo.others, world.away.elo_coordinator, world.home.other_advisor):
        assert client.as_(stranger).get(f"{elo.path}/team").status_code == 404


def test_who_is_added_reaches_the_elo_and_nothing_else_of_the_student(
    client: Client, world: World, elo: Internship, coordinator: Client
) -> None:
    added = client.as_(elo.others)
    assert added.get(elo.path).status_code == 404
    made = coordinator.made(f"{elo.path}/team", teacher("panel_member", elo.others))
    assert made["person_name"]
    assert made["is_current"] is True
    assert made["starts_on"] == str(clock.today())
    assert [one["id"] for one in added.read("/elos")["items"]] == [str(elo.id)]
    student = world.home.student
    for path in (
        f"/students/{student.id}",
        f"/goals/{student.goal_id}",
        f"/plans/{student.plan_id}",
        f"/students/{student.id}/elos",
    ):
        assert added.get(path).status_code in (403, 404), path


def test_a_member_comments_as_one(client: Client, elo: Internship) -> None:
    member = client.as_(elo.cooperating_teacher)
    said = member.made(f"{elo.path}/comments", {"body": "Bring gloves."})
    assert said["author_role"] == "team_member"
    assert client.as_(elo.others).post(f"{elo.path}/comments", {"body": "No."}).status_code == 404


def test_only_a_coordinator_of_the_school_changes_the_team(
    client: Client, world: World, elo: Internship, member_of: Any
) -> None:
    home, body = world.home, teacher("panel_member", elo.others)
    one = f"/assignments/{member_of('panel_member')['id']}"
    for reader in (home.student, home.parent, home.advisor, home.school_admin, elo.panel_member):
        client_of = client.as_(reader)
        assert client_of.post(f"{elo.path}/team", body).status_code == 403, reader.username
        assert client_of.patch(one, {"ends_on": ahead(1)}).status_code == 403
    outside = client.as_(world.away.elo_coordinator)
    assert outside.post(f"{elo.path}/team", body).status_code == 404


def test_an_end_takes_the_reach_away_on_that_day_and_stays_in_the_history(
    client: Client, elo: Internship, coordinator: Client, member_of: Any
) -> None:
    one = member_of("panel_member")
    path = f"/assignments/{one['id']}"
    member = client.as_(elo.panel_member)
    assert member.get(elo.path).status_code == 200
    assert coordinator.patch(path, {"ends_on": ahead(3)}).status_code == 200
    assert member.get(elo.path).status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        assert client.as_(elo.panel_member).get(elo.path).status_code == 404
    assert coordinator.patch(path, {"ends_on": ahead(0)}).status_code == 200
    assert member.get(elo.path).status_code == 404
    listed = coordinator.read(f"{elo.path}/team?role=panel_member")["items"]
    assert [(row["id"], row["is_current"]) for row in listed] == [(one["id"], False)]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"ends_on": ahead(-1)}, "/ends_on"),
        ({"starts_on": ahead(-40)}, "/starts_on"),
        ({"starts_on": ahead(1)}, "/starts_on"),
    ],
)
def test_no_day_that_is_over_changes(
    coordinator: Client, member_of: Any, change: dict[str, str], pointer: str
) -> None:
    path = f"/assignments/{member_of('panel_member')['id']}"
    refused = coordinator.patch(path, change)
    assert refused.status_code == 422
    assert pointers(refused) == {pointer}


def test_what_is_over_is_not_taken_up_again(coordinator: Client, member_of: Any) -> None:
    path = f"/assignments/{member_of('panel_member')['id']}"
    assert coordinator.patch(path, {"ends_on": ahead(0)}).status_code == 200
    for again in ({"ends_on": None}, {"ends_on": ahead(9)}):
        assert code(coordinator.patch(path, again)) == "action_unavailable"


def test_what_is_still_to_come_is_moved(elo: Internship, coordinator: Client) -> None:
    body = teacher("panel_member", elo.others, starts_on=ahead(5), ends_on=ahead(9))
    made = coordinator.made(f"{elo.path}/team", body)
    assert made["is_current"] is False
    path = f"/assignments/{made['id']}"
    assert coordinator.patch(path, {"starts_on": ahead(2)}).json["starts_on"] == ahead(2)
    assert pointers(coordinator.patch(path, {"starts_on": ahead(-2)})) == {"/starts_on"}
    assert pointers(coordinator.patch(path, {"ends_on": ahead(1)})) == {"/ends_on"}
    past = teacher("reviewer", elo.others, starts_on=ahead(-1))
    assert pointers(coordinator.post(f"{elo.path}/team", past)) == {"/starts_on"}


# Who may be assigned.


def test_a_student_is_assigned_to_nothing(
    world: World, elo: Internship, coordinator: Client
) -> None:
    refused = coordinator.post(f"{elo.path}/team", teacher("panel_member", world.home.senior))
    assert code(refused) == "person_is_student"


@pytest.mark.parametrize("who", ["parent", "former parent", "same account", "no staff", "away"])
def test_nobody_outside_the_school_and_no_family_is_assigned(
    world: World, database: Isolated, elo: Internship, coordinator: Client, who: str
) -> None:
    home, somebody = world.home, elo.others
    with writing(database, home) as session:
        if who in ("parent", "former parent"):
            ends_on = clock.today() - timedelta(days=1) if who == "former parent" else None
            is_parent = RelationshipKind.PARENT
            relate(session, home, somebody, home.student, is_parent, ends_on=ends_on)
        elif who == "same account":
            same = AccountPerson.person_id == home.student.id
            moved = update(AccountPerson).where(same).values(account_id=somebody.account_id)
            session.execute(moved)
        elif who == "no staff":
            somebody = home.senior_parent
        else:
            somebody = world.away.teacher
    refused = coordinator.post(f"{elo.path}/team", teacher("panel_member", somebody))
    assert refused.status_code == 422
    assert pointers(refused) == {"/person_id"}


def test_the_refusal_does_not_tell_who_is_family(
    world: World, database: Isolated, elo: Internship, coordinator: Client
) -> None:
    with writing(database, world.home) as session:
        relate(session, world.home, elo.others, world.home.student, RelationshipKind.PARENT)
    path = f"{elo.path}/team"
    family = coordinator.post(path, teacher("panel_member", elo.others))
    no_staff = coordinator.post(path, teacher("panel_member", world.home.senior_parent))
    assert family.json["errors"] == no_staff.json["errors"]


def test_nobody_makes_themselves_teacher_of_record(
    world: World, elo: Internship, coordinator: Client, member_of: Any
) -> None:
    own = world.home.elo_coordinator
    path = f"{elo.path}/team"
    assert code(coordinator.post(path, teacher("teacher_of_record", own))) == "permission_denied"
    principal = member_of("teacher_of_record")["id"]
    body = teacher("teacher_of_record", own, delegate_of_id=principal, ends_on=ahead(9))
    assert code(coordinator.post(path, body)) == "permission_denied"
    # One person may hold several roles all the same.
    assert coordinator.post(path, teacher("licensed_supervisor", own)).status_code == 201


def test_nobody_prolongs_their_own_time_as_the_teacher_of_record_s_delegate(
    client: Client, world: World, database: Isolated, elo: Internship, member_of: Any
) -> None:
    principal, own = member_of("teacher_of_record")["id"], world.home.elo_coordinator
    with writing(database, world.home) as session:
        other = person(session, world.home, "second_coordinator")
        appoint(session, world.home, other, AppointmentRole.ELO_COORDINATOR, world.home.school_id)
    body = teacher("teacher_of_record", own, delegate_of_id=principal, ends_on=ahead(5))
    path = f"/assignments/{client.as_(other).made(f'{elo.path}/team', body)['id']}"
    coordinator = client.as_(own)
    assert code(coordinator.patch(path, {"ends_on": ahead(300)})) == "permission_denied"
    assert coordinator.patch(path, {"ends_on": ahead(3)}).status_code == 200
    assert client.as_(other).patch(path, {"ends_on": ahead(9)}).status_code == 200


def test_nobody_makes_themselves_another_s_delegate(
    world: World, elo: Internship, coordinator: Client, member_of: Any
) -> None:
    principal = member_of("cooperating_teacher")["id"]
    own = world.home.elo_coordinator
    body = teacher("cooperating_teacher", own, delegate_of_id=principal, ends_on=ahead(9))
    assert code(coordinator.post(f"{elo.path}/team", body)) == "permission_denied"


def test_a_mentor_of_a_former_partner_gets_no_further_days(
    database: Isolated, world: World, coordinator: Client
) -> None:
    ids, own = (db.new_id(), db.new_id()), {"district_id": world.home.district_id}
    with writing(database, world.home) as session:
        elo = add_internship(session, world.home, latest_end=clock.today() + timedelta(days=90))
        session.add(Partner(id=ids[0], **own, kind="business", name="South Peak Clinic"))
        session.add(Mentor(id=ids[1], **own, partner_id=elo.partner_id, name="Ines Morel"))
    path = f"{elo.path}/team"
    added = coordinator.made(path, mentor(ids[1], starts_on=ahead(1)))["id"]
    moved = coordinator.patch(elo.path, {"partner_id": str(ids[0]), "site_id": None})
    assert moved.status_code == 200, moved.json
    refused = coordinator.patch(f"/assignments/{added}", {"ends_on": ahead(60)})
    assert pointers(refused) == {"/mentor_id"}, refused.json


def test_a_parent_who_is_a_coordinator_changes_no_team_of_their_child_s(
    client: Client, world: World, database: Isolated, elo: Internship, member_of: Any
) -> None:
    home = world.home
    one = f"/assignments/{member_of('panel_member')['id']}"
    with writing(database, home) as session:
        relate(session, home, home.elo_coordinator, home.student, RelationshipKind.PARENT)
    parent = client.as_(home.elo_coordinator)
    body = teacher("panel_member", elo.others)
    assert code(parent.post(f"{elo.path}/team", body)) == "actor_is_family"
    assert code(parent.patch(one, {"ends_on": ahead(1)})) == "actor_is_family"


def test_who_becomes_a_parent_is_named_to_the_other_parent_no_longer(
    client: Client, world: World, database: Isolated, elo: Internship
) -> None:
    home = world.home
    with writing(database, home) as session:
        relate(session, home, elo.panel_member, home.student, RelationshipKind.PARENT)
    path = f"{elo.path}/team?role=panel_member"
    (hidden,) = client.as_(home.parent).read(path)["items"]
    assert (hidden["person_id"], hidden["person_name"]) == (None, None)
    (shown,) = client.as_(home.advisor).read(path)["items"]
    assert shown["person_id"] == str(elo.panel_member.id)


# Mentors.


def test_a_mentor_is_one_of_the_elo_s_partner(
    world: World, database: Isolated, elo: Internship, coordinator: Client
) -> None:
    path = f"{elo.path}/team"
    over = add_mentor(database, world, elo, ends_on=clock.today())
    with writing(database, world.home) as session:
        partner = Partner(district_id=world.home.district_id, kind="farm", name="Hill Farm")
        session.add(partner)
        session.flush()
        elo_of_farm = Internship(elo.id, partner.id, elo.site_id, elo.mentor_id)
    elsewhere = add_mentor(database, world, elo_of_farm)
    for wrong in (over, elsewhere, db.new_id()):
        assert pointers(coordinator.post(path, mentor(wrong))) == {"/mentor_id"}
    assert coordinator.post(path, mentor(add_mentor(database, world, elo))).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"role": "mentor"}, "/mentor_id"),
        ({"role": "panel_member"}, "/person_id"),
        ({"role": "mentor", "mentor_id": "MENTOR", "person_id": "PERSON"}, "/person_id"),
        ({"role": "panel_member", "mentor_id": "MENTOR"}, "/mentor_id"),
    ],
)
def test_a_role_is_held_by_a_person_or_by_a_mentor(
    elo: Internship, coordinator: Client, body: dict[str, str], pointer: str
) -> None:
    ids = {"MENTOR": str(elo.mentor_id), "PERSON": str(elo.others.id)}
    given = {name: ids.get(value, value) for name, value in body.items()}
    refused = coordinator.post(f"{elo.path}/team", given)
    assert refused.status_code == 422
    assert pointers(refused) == {pointer}


def test_a_mentor_is_replaced_in_one_call_and_the_areas_above_are_told_once(
    world: World,
    database: Isolated,
    elo: Internship,
    coordinator: Client,
    member_of: Any,
    told: list[set[str]],
) -> None:
    former = member_of("mentor")
    version = coordinator.read(elo.path)["version"]
    successor = add_mentor(database, world, elo)
    body = mentor(successor, replaces_id=former["id"])
    coordinator.made(f"{elo.path}/team", body)
    assert member_of("mentor")["mentor_name"] == "Ines Morel"
    assert coordinator.read(f"/assignments/{former['id']}")["ends_on"] == str(clock.today())
    assert told == [{"mentor"}]
    assert coordinator.read(elo.path)["version"] > version


def test_only_somebody_of_the_same_role_and_team_is_replaced(
    world: World, database: Isolated, elo: Internship, coordinator: Client, member_of: Any
) -> None:
    with writing(database, world.home) as session:
        other = add_internship(session, world.home, title="Another")
    (foreign,) = coordinator.read(f"{other.path}/team?role=panel_member")["items"]
    for wrong in (foreign["id"], member_of("mentor")["id"], str(db.new_id())):
        body = teacher("panel_member", elo.others, replaces_id=wrong)
        refused = coordinator.post(f"{elo.path}/team", body)
        assert pointers(refused) == {"/replaces_id"}


def test_with_another_partner_the_mentor_s_time_ends(
    world: World, database: Isolated, coordinator: Client
) -> None:
    with writing(database, world.home) as session:
        elo = add_internship(session, world.home, latest_end=clock.today() + timedelta(days=90))
        partner = Partner(district_id=world.home.district_id, kind="farm", name="Hill Farm")
        session.add(partner)
        session.flush()
        new = {"partner_id": str(partner.id), "site_id": None}
    revised = coordinator.patch(elo.path, new)
    assert revised.status_code == 200, revised.json
    (mentors,) = coordinator.read(f"{elo.path}/team?role=mentor")["items"]
    assert mentors["ends_on"] == str(clock.today())


# Delegates.


def test_a_delegate_acts_for_a_span_in_the_same_role(
    client: Client,
    elo: Internship,
    coordinator: Client,
    member_of: Any,
    told: list[set[str]],
) -> None:
    principal = member_of("cooperating_teacher")
    path, role = f"{elo.path}/team", "cooperating_teacher"
    delegate = teacher(role, elo.others, delegate_of_id=principal["id"])
    assert pointers(coordinator.post(path, delegate)) == {"/ends_on"}
    for wrong in (
        {**delegate, "role": "panel_member"},
        {**delegate, "person_id": str(elo.cooperating_teacher.id)},
        {**delegate, "delegate_of_id": str(db.new_id())},
    ):
        refused = coordinator.post(path, {**wrong, "ends_on": ahead(9)})
        assert pointers(refused) == {"/delegate_of_id"}
    made = coordinator.made(path, {**delegate, "ends_on": ahead(9)})
    assert told == [], "a delegate changes nothing of the agreement"
    chained = {**delegate, "delegate_of_id": made["id"], "ends_on": ahead(5)}
    chained["person_id"] = str(elo.panel_member.id)
    assert pointers(coordinator.post(path, chained)) == {"/delegate_of_id"}
    assert client.as_(elo.others).get(elo.path).status_code == 200
    one = f"/assignments/{made['id']}"
    assert pointers(coordinator.patch(one, {"ends_on": None})) == {"/ends_on"}


def test_a_delegate_s_reach_ends_with_the_principal_s(
    client: Client, elo: Internship, coordinator: Client, member_of: Any
) -> None:
    principal = member_of("cooperating_teacher")
    given = {"delegate_of_id": principal["id"], "ends_on": ahead(9)}
    coordinator.made(f"{elo.path}/team", teacher("cooperating_teacher", elo.others, **given))
    delegate = client.as_(elo.others)
    assert delegate.get(elo.path).status_code == 200
    ended = coordinator.patch(f"/assignments/{principal['id']}", {"ends_on": ahead(0)})
    assert ended.status_code == 200
    assert delegate.get(elo.path).status_code == 404


# States, schools, duplicates, the record.


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("draft", "action_unavailable"),
        ("submitted", "action_unavailable"),
        ("denied", "elo_closed"),
        ("terminated", "elo_closed"),
        ("credit_awarded", "elo_closed"),
    ],
)
def test_a_team_is_changed_from_the_design_until_the_end(
    world: World, database: Isolated, coordinator: Client, status: str, answer: str
) -> None:
    with writing(database, world.home) as session:
        elo = add_internship(session, world.home, status=status)
    refused = coordinator.post(f"{elo.path}/team", teacher("panel_member", elo.others))
    assert code(refused) == answer
    (one,) = coordinator.read(f"{elo.path}/team?role=panel_member")["items"]
    assert code(coordinator.patch(f"/assignments/{one['id']}", {"ends_on": ahead(0)})) == answer


def test_nobody_is_twice_in_one_role(elo: Internship, coordinator: Client, member_of: Any) -> None:
    one, path = member_of("panel_member"), f"{elo.path}/team"
    again = teacher("panel_member", elo.panel_member)
    refused = coordinator.post(path, again)
    assert code(refused) == "record_duplicate"
    assert refused.json["existing"]["id"] == one["id"]
    assert coordinator.post(path, {**again, "role": "reviewer"}).status_code == 201
    assert coordinator.patch(f"/assignments/{one['id']}", {"ends_on": ahead(3)}).status_code == 200
    assert coordinator.post(path, {**again, "starts_on": ahead(3)}).status_code == 201


def test_the_school_that_runs_it_changes_the_team(
    client: Client, world: World, database: Isolated
) -> None:
    home = world.home
    with writing(database, home) as session:
        session.add(
            Placement(
                district_id=home.district_id,
                host_district_id=home.district_id,
                student_id=home.student.id,
                school_id=home.other_school_id,
                kind=PlacementKind.CTE,
                starts_on=clock.today() - timedelta(days=60),
            )
        )
        host = person(session, home, "host_coordinator")
        appoint(session, home, host, AppointmentRole.ELO_COORDINATOR, home.other_school_id)
        del home.people["host_coordinator"]
        elo = add_internship(session, home, school_id=home.other_school_id)
    body = teacher("panel_member", elo.others)
    refused = client.as_(home.elo_coordinator).post(f"{elo.path}/team", body)
    assert code(refused) == "action_unavailable"
    assert client.as_(host).post(f"{elo.path}/team", body).status_code == 201


def test_a_host_of_another_district_assigns_its_own_staff_while_the_placement_lasts(
    client: Client, world: World, database: Isolated
) -> None:
    home, away = world.home, world.away
    with writing(database, home, away) as session:
        elo = add_internship(session, home, home.placed, school_id=away.school_id)
    host, teaches = client.as_(away.elo_coordinator), away.team_member
    path = f"{elo.path}/team"
    assert pointers(host.post(path, teacher("panel_member", elo.others))) == {"/person_id"}
    assert host.post(path, teacher("panel_member", teaches)).status_code == 201
    assert client.as_(teaches).read(elo.path)["id"] == str(elo.id)
    with writing(database, home, away) as session:
        stays = select(Placement).where(Placement.student_id == home.placed.id)
        session.scalars(stays).one().ends_on = clock.today()
    assert client.as_(teaches).get(elo.path).status_code == 404


def test_each_change_is_in_the_record_without_names(
    world: World, database: Isolated, elo: Internship, coordinator: Client, member_of: Any
) -> None:
    former = member_of("panel_member")
    body = teacher("panel_member", elo.others, replaces_id=former["id"])
    made = coordinator.made(f"{elo.path}/team", body)
    kept = select(Event).where(Event.subject_type == "assignments").order_by(Event.id)
    with writing(database, world.home) as session:
        events = [(str(one.subject_id), one.type, one.payload) for one in session.scalars(kept)]
    assert [event[:2] for event in events] == [
        (former["id"], "assignment.changed"),
        (made["id"], "assignment.added"),
    ]
    assert events[1][2]["person_id"] == str(elo.others.id)
    assert events[0][2]["ends_on"] == str(clock.today())


def test_a_repeated_add_is_done_once(elo: Internship, coordinator: Client) -> None:
    headers = {"Idempotency-Key": "add-once"}
    body = teacher("panel_member", elo.others)
    first = coordinator.post(f"{elo.path}/team", body, headers=headers)
    second = coordinator.post(f"{elo.path}/team", body, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["id"] == second.json["id"]


def test_nobody_stands_in_for_a_mentor(
    database: Isolated, world: World, elo: Internship, coordinator: Client, member_of: Any
) -> None:
    other = add_mentor(database, world, elo)
    body = mentor(other, delegate_of_id=member_of("mentor")["id"], ends_on=ahead(5))
    refused = coordinator.post(f"{elo.path}/team", body)
    assert (refused.status_code, pointers(refused)) == (422, {"/delegate_of_id"})


def test_a_mentor_is_on_no_team_after_they_left_the_partner(
    database: Isolated, world: World, elo: Internship, coordinator: Client
) -> None:
    leaving = add_mentor(database, world, elo, ends_on=clock.today() + timedelta(days=5))
    made = coordinator.made(f"{elo.path}/team", mentor(leaving))
    assert made["ends_on"] == ahead(5)
    longer = coordinator.patch(f"/assignments/{made['id']}", {"ends_on": ahead(9)}).json
    assert longer["ends_on"] == ahead(5)


def test_the_last_licensed_supervisor_goes_only_when_another_follows(
    elo: Internship, coordinator: Client, member_of: Any
) -> None:
    path = f"/assignments/{member_of('licensed_supervisor')['id']}"
    for day in (ahead(0), ahead(59)):
        refused = coordinator.patch(path, {"ends_on": day})
        assert (refused.status_code, code(refused)) == (409, "supervisor_missing"), day
    assert coordinator.patch(path, {"ends_on": ahead(60)}).status_code == 200, "it is over then"
    follows = teacher("licensed_supervisor", elo.others, replaces_id=path.rsplit("/", 1)[1])
    short = coordinator.post(f"{elo.path}/team", {**follows, "ends_on": ahead(9)})
    assert code(short) == "supervisor_missing"
    coordinator.made(f"{elo.path}/team", follows)
    assert member_of("licensed_supervisor")["person_id"] == str(elo.others.id)
