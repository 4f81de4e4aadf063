"""Freezing and signing: in order or not, as whom, what is refused, and what completes."""

import hashlib
from typing import Any

import pytest
import rfc8785

from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.agreements.conftest import ORDER, Desk, Freeze, decide
from tests.learning.elo_world import add_internship, assign
from tests.world import World, relate, writing

IN_PARALLEL = {"is_ordered": False}


def test_the_agreement_is_frozen_when_the_design_is_complete(desk: Desk) -> None:
    agreement = desk.agreement
    assert (agreement["edition"], agreement["status"], desk.status) == (
        1,
        "pending",
        "agreement_pending",
    )
    terms = agreement["terms"]
    assert hashlib.sha256(rfc8785.dumps(terms)).hexdigest() == agreement["sha256"]
    assert (terms["least_minutes"], terms["most_minutes"]) == (2400, 4800)
    assert terms["team"]["mentor"] == [str(desk.elo.mentor_id)]
    assert terms["team"]["cooperating_teacher"] == [str(desk.elo.cooperating_teacher.id)]
    assert "Averill" not in str(terms), "terms hold ids and words, no names of people"
    assert [one["role"] for one in agreement["requirements"]] == ORDER
    assert desk.waiting_for == ["student"]


def test_everybody_signs_in_order_and_the_last_signature_approves_the_elo(desk: Desk) -> None:
    for index, role in enumerate(ORDER):
        assert (desk.waiting_for, desk.status) == ([role], "agreement_pending")
        given = desk.sign(role).json
        assert (given["role"], given["sha256"]) == (role, desk.agreement["sha256"])
        assert given["method"] == ("in_room" if role == "mentor" else "account")
        assert desk.agreement["status"] == ("pending" if index < 4 else "complete")
    assert (desk.status, desk.waiting_for) == ("approved", [])
    assert desk.agreement["completed_at"]
    signed = desk.coordinator.read(f"{desk.path}/signatures")["items"]
    assert [one["role"] for one in signed] == ORDER
    mentor = signed[2]
    assert (mentor["mentor_name"], mentor["person_id"]) == ("Tom Averill", None)
    assert mentor["recorded_by"] == str(desk.elo.licensed_supervisor.id)


@pytest.mark.parametrize("role", ORDER[1:])
def test_who_signs_before_their_turn_is_told_who_comes_first(desk: Desk, role: str) -> None:
    refused = desk.sign(role)
    assert (refused.status_code, code(refused)) == (409, "signature_early")
    assert refused.json["waiting_for"] == ["student"]
    assert desk.coordinator.read(f"{desk.path}/signatures")["items"] == []


def test_without_a_binding_order_everybody_signs_when_they_can(freeze: Freeze) -> None:
    desk = freeze(profile=IN_PARALLEL)
    assert desk.waiting_for == ORDER
    desk.everybody_signs(ORDER[::-1])
    assert (desk.agreement["status"], desk.status) == ("complete", "approved")


def test_nobody_signs_twice_and_nobody_after_everybody(desk: Desk) -> None:
    first = desk.sign("student").json
    again = desk.sign("student")
    assert code(again) == "signature_exists"
    assert again.json["existing"]["id"] == first["id"]
    for role in ORDER[1:]:
        assert desk.sign(role).status_code == 201
    assert code(desk.sign("student")) == "signature_not_required"


def test_a_signature_is_over_the_terms_that_were_read(desk: Desk) -> None:
    refused = desk.sign("student", sha256="0" * 64)
    assert code(refused) == "agreement_changed"
    assert desk.status_of("student") == "open"


@pytest.mark.parametrize("name", ["advisor", "counselor", "school_admin"])
def test_staff_whom_the_profile_does_not_name_sign_nothing(
    client: Client, world: World, desk: Desk, name: str
) -> None:
    body = {"sha256": desk.agreement["sha256"], "language": "en"}
    refused = client.as_(getattr(world.home, name)).post(f"{desk.path}/signatures", body)
    assert (refused.status_code, code(refused)) == (409, "signature_not_required")


@pytest.mark.parametrize("name", ["registrar", "auditor", "teacher"])
def test_who_may_not_sign_at_all_is_refused(
    client: Client, world: World, desk: Desk, name: str
) -> None:
    body = {"sha256": desk.agreement["sha256"], "language": "en"}
    refused = client.as_(getattr(world.home, name)).post(f"{desk.path}/signatures", body)
    assert refused.status_code == (404 if name == "registrar" else 403)


def test_a_school_admin_signs_where_the_profile_says_so(
    client: Client, world: World, freeze: Freeze
) -> None:
    desk = freeze(profile={"signers": ["school_admin"]})
    body = {"sha256": desk.agreement["sha256"], "language": "en"}
    admin = client.as_(world.home.school_admin)
    assert admin.post(f"{desk.path}/signatures", body).status_code == 201
    assert desk.status == "approved"


def test_a_teacher_who_is_not_on_the_elo_does_not_find_it(client: Client, desk: Desk) -> None:
    other = client.as_(desk.elo.others)
    assert other.get(desk.path).status_code == 404
    assert other.read("/agreements")["items"] == []


def test_a_member_of_the_team_signs_only_in_their_own_role(desk: Desk) -> None:
    body = {"sha256": desk.agreement["sha256"], "language": "en", "role": "coordinator"}
    teacher = desk.signer("cooperating_teacher")
    refused = teacher.post(f"{desk.path}/signatures", body)
    assert code(refused) == "signature_not_required"
    (seen,) = teacher.read("/agreements")["items"]
    assert seen["id"] == desk.agreement["id"]


def test_a_parent_who_may_only_inspect_reads_and_does_not_sign(
    client: Client, world: World, desk: Desk
) -> None:
    desk.sign("student")
    inspecting = client.as_(world.home.inspecting_parent)
    assert inspecting.read(desk.path)["status"] == "pending"
    body = {"sha256": desk.agreement["sha256"], "language": "en"}
    assert inspecting.post(f"{desk.path}/signatures", body).status_code == 403


def test_one_person_in_two_roles_says_as_which_they_sign(
    world: World, database: Isolated, freeze: Freeze
) -> None:
    desk = freeze(profile=IN_PARALLEL)
    with writing(database, world.home) as session:
        coordinator = world.home.elo_coordinator
        assign(
            session,
            world.home,
            desk.elo,
            desk.pupil,
            "cooperating_teacher",
            person_id=coordinator.id,
        )
    vague = desk.sign("coordinator")
    assert (vague.status_code, pointers(vague)) == (422, {"/role"})
    assert desk.sign("coordinator", role="coordinator").json["role"] == "coordinator"
    assert desk.sign("coordinator", role="cooperating_teacher").status_code == 201


def test_staff_who_are_family_do_not_sign_for_the_school(
    world: World, database: Isolated, desk: Desk
) -> None:
    for role in ORDER[:4]:
        desk.sign(role)
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.elo_coordinator,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind=ParentKind.PARENT,
            may_inspect=True,
        )
    refused = desk.sign("coordinator")
    assert (refused.status_code, code(refused)) == (409, "actor_is_family")
    assert desk.agreement["status"] == "pending"


def both_parents(database: Isolated, world: World, rule: str = "any") -> Any:
    """A second parent who may decide; the district asks `rule` of them."""
    with writing(database, world.home) as session:
        decide(session, world, deciding_parents=rule)
        relate(
            session,
            world.home,
            world.home.relative,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind=ParentKind.GUARDIAN,
            may_inspect=True,
            may_decide=True,
        )
    return world.home.relative


def test_all_parents_who_decide_sign_where_the_district_asks_for_all(
    client: Client, world: World, database: Isolated, desk: Desk
) -> None:
    other = client.as_(both_parents(database, world, "all"))
    desk.sign("student")
    desk.sign("parent")
    assert (desk.status_of("parent"), desk.waiting_for) == ("open", ["parent"])
    body = {"sha256": desk.agreement["sha256"], "language": "es"}
    assert other.post(f"{desk.path}/signatures", body).status_code == 201
    assert (desk.status_of("parent"), desk.waiting_for) == ("signed", ["mentor"])


def test_no_parent_learns_who_another_parent_is(
    client: Client, world: World, database: Isolated, desk: Desk
) -> None:
    other = client.as_(both_parents(database, world, "all"))
    desk.sign("student")
    desk.sign("parent", typed_name="Parent OfHome")
    for reader in (other, client.as_(world.home.inspecting_parent)):
        _, seen = reader.read(f"{desk.path}/signatures")["items"]
        assert (seen["role"], seen["person_id"], seen["signed_as"]) == ("parent", None, None)
        assert seen["person_name"] is None
    _, own = desk.signer("parent").read(f"{desk.path}/signatures")["items"]
    assert own["person_id"] == str(world.home.parent.id)
    assert own["signed_as"] == "Parent OfHome"


def test_a_student_of_age_needs_no_parent(client: Client, world: World, freeze: Freeze) -> None:
    desk = freeze(pupil=world.home.senior)
    assert desk.status_of("parent") == "not_required"
    assert desk.sign("student").status_code == 201
    assert desk.waiting_for == ["mentor"]
    for role in ("mentor", "cooperating_teacher", "coordinator"):
        assert desk.sign(role).status_code == 201
    assert desk.status == "approved"


def test_an_independent_study_without_a_partner_has_no_mentor_to_sign(freeze: Freeze) -> None:
    desk = freeze(partner_id=None, site_id=None, profile={"needs_partner": False})
    assert [one["role"] for one in desk.agreement["requirements"]] == [
        "student",
        "parent",
        "cooperating_teacher",
        "coordinator",
    ]


def test_no_start_before_everybody_has_signed(desk: Desk) -> None:
    desk.everybody_signs(ORDER[:4])
    assert code(desk.coordinator.act(desk.elo.path, "start")) == "action_unavailable"
    desk.sign("coordinator")
    assert desk.coordinator.act(desk.elo.path, "start").json["status"] == "active"


def test_an_approved_elo_without_a_complete_agreement_does_not_start(
    world: World, database: Isolated, client: Client
) -> None:
    with writing(database, world.home) as session:
        elo = add_internship(session, world.home, status="approved")
    refused = client.as_(world.home.elo_coordinator).act(elo.path, "start")
    assert (refused.status_code, code(refused)) == (409, "agreement_missing")


def test_events_hold_roles_and_methods_and_no_words(
    world: World, database: Isolated, desk: Desk
) -> None:
    for role in ORDER[:3]:
        desk.sign(role, typed_name="Tom Averill")
    with writing(database, world.home) as session:
        rows = session.query(Event).filter(Event.type == "agreement.signed").all()
        told = [(row.payload["role"], row.payload["method"]) for row in rows]
        assert "Averill" not in str([row.payload for row in rows])
    assert sorted(told) == [("mentor", "in_room"), ("parent", "account"), ("student", "account")]


def test_whoever_signs_by_account_reads_the_terms_with_names(desk: Desk) -> None:
    for role in ("student", "parent", "cooperating_teacher"):
        read = desk.signer(role).read(desk.path)
        names, terms = read["names"], read["terms"]
        assert (names["partner_name"], names["site_name"]) == ("North Peak Clinic", "Main house")
        assert names["school_name"], role
        by_role = {one["role"]: one for one in names["team"]}
        assert by_role["mentor"]["mentor_name"] == "Tom Averill"
        assert by_role["mentor"]["person_name"] is None
        teacher = by_role["cooperating_teacher"]
        assert [teacher["person_id"]] == terms["team"]["cooperating_teacher"]
        assert teacher["person_name"].startswith("Cooperating"), role


def test_a_list_of_agreements_says_the_same_names_as_one(desk: Desk) -> None:
    listed = desk.signer("student").read("/agreements")["items"]
    assert [one["names"] for one in listed] == [desk.signer("student").read(desk.path)["names"]]
