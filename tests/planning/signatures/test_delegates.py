"""Signing for a parent, and for a signer who has left."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.models import AccountPerson
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind
from plp_api.planning.plans import amendments
from plp_api.planning.plans.followers import ON_FROZEN
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures import actions
from tests.client import Client, Response, pointers
from tests.databases import Isolated
from tests.planning.signatures.conftest import refusal
from tests.world import Somebody, World, relate, writing


@pytest.fixture
def path(world: World) -> str:
    return f"/students/{world.home.student.id}/signature-delegates"


@pytest.fixture
def hold(client: Client, world: World, version: dict[str, Any]) -> Callable[..., Any]:
    """Hold the review, with one signature given in person."""

    def holding(**given: Any) -> Response:
        signature = {
            "role": "parent",
            "person_id": str(world.home.parent.id),
            "snapshot_sha256": version["snapshot_sha256"],
            "language": "so",
            **given,
        }
        meeting = {
            "held_on": clock.today().isoformat(),
            "mode": "in_person",
            "participants": [{"role": "engaged_adult", "name": "Aunt Amina", "language": "so"}],
            "signatures": [signature],
        }
        review = f"/reviews/{world.home.student.review_id}"
        return client.as_(world.home.advisor).act(review, "hold", **meeting)

    return holding


def test_a_delegate_signs_in_the_room_in_the_parents_place(
    client: Client,
    world: World,
    path: str,
    version: dict[str, Any],
    hold: Callable[..., Any],
    status: Callable[..., Any],
) -> None:
    named = client.as_(world.home.parent).made(path, {"name": "Amina Warsame"})
    held = hold(delegate_id=named["id"], identity_check="government_id")
    assert held.status_code == 200, held.json
    assert status() == "signed"
    seen = client.as_(world.home.advisor).read(f"/plan-versions/{version['id']}/signatures")
    (given,) = [one for one in seen["items"] if one["role"] == "parent"]
    assert given["person_id"] == str(world.home.parent.id)
    assert given["signed_by_name"] == "Amina Warsame"
    assert (given["method"], given["identity_check"]) == ("in_room", "government_id")
    assert (given["language"], given["witnessed_by"]) == ("so", str(world.home.advisor.id))
    other = client.as_(world.home.inspecting_parent)
    (told,) = [
        one
        for one in other.read(f"/plan-versions/{version['id']}/signatures")["items"]
        if one["role"] == "parent"
    ]
    assert (told["person_id"], told["signed_by_name"]) == (None, None)
    plan = other.read(f"/plans/{world.home.student.plan_id}?expand=signatures")
    (told,) = [one for one in plan["signatures"] if one["role"] == "parent"]
    assert (told["person_id"], told["signed_by_name"]) == (None, None)


def test_only_a_deciding_parent_names_one(client: Client, world: World, path: str) -> None:
    body = {"name": "Somebody"}
    assert client.as_(world.home.inspecting_parent).post(path, body).status_code == 403
    for name in ("student", "advisor"):
        refused = client.as_(getattr(world.home, name)).post(path, body)
        assert refusal(refused) == (409, "action_unavailable"), name


def test_a_delegation_is_revoked_and_good_for_nothing_then(
    client: Client, world: World, path: str, hold: Callable[..., Any]
) -> None:
    parent = client.as_(world.home.parent)
    named = parent.made(path, {"name": "Amina Warsame"})
    own = f"/signature-delegates/{named['id']}"
    assert refusal(client.as_(world.home.advisor).delete(own)) == (409, "action_unavailable")
    assert parent.delete(own).status_code == 204
    refused = hold(delegate_id=named["id"])
    assert (refused.status_code, pointers(refused)) == (422, {"/delegate_id"})


def test_a_delegation_not_begun_is_good_for_nothing_yet(
    client: Client, world: World, path: str, hold: Callable[..., Any]
) -> None:
    later = (clock.today() + timedelta(days=7)).isoformat()
    named = client.as_(world.home.parent).made(path, {"name": "Amina", "starts_on": later})
    assert pointers(hold(delegate_id=named["id"])) == {"/delegate_id"}


def test_a_delegate_falls_with_the_parents_own_right(
    client: Client, world: World, path: str, hold: Callable[..., Any], database: Isolated
) -> None:
    named = client.as_(world.home.parent).made(path, {"name": "Amina"})
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id)
        tie.update({"may_decide": False})
    assert pointers(hold(delegate_id=named["id"])) == {"/signatures/0/person_id"}


def test_a_parent_sees_the_delegates_they_named_and_no_others(
    client: Client, world: World, path: str, father: Somebody
) -> None:
    client.as_(world.home.parent).made(path, {"name": "Amina"})
    assert len(client.as_(world.home.parent).read(path)["items"]) == 1
    assert client.as_(father).read(path)["items"] == []
    assert len(client.as_(world.home.registrar).read(path)["items"]) == 1


def test_a_parent_who_departed_is_replaced_by_the_guardian_who_stands_there_now(
    client: Client,
    world: World,
    database: Isolated,
    sign: Callable[..., Any],
    status: Callable[..., Any],
) -> None:
    today = clock.today()
    with writing(database, world.home) as session:
        session.query(Relationship).filter_by(person_id=world.home.parent.id).update(
            {"ends_on": today}
        )
    assert sign(world.home.parent).status_code == 404
    assert status() == "open"
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.senior_parent,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind="guardian",
            may_inspect=True,
            may_decide=True,
        )
    assert sign(world.home.senior_parent).status_code == 201
    assert status() == "signed"


@pytest.mark.usefixtures("all_are_asked")
def test_what_a_departed_parent_did_not_sign_is_waited_for_no_more(
    world: World,
    database: Isolated,
    father: Somebody,
    sign: Callable[..., Any],
    status: Callable[..., Any],
) -> None:
    sign(world.home.parent)
    assert status() == "open"
    with writing(database, world.home) as session:
        session.query(Relationship).filter_by(
            person_id=father.id, student_id=world.home.student.id
        ).update({"ends_on": clock.today()})
    assert status() == "signed"


def test_the_schools_signature_stays_when_the_advisor_who_gave_it_leaves(
    client: Client,
    world: World,
    database: Isolated,
    sign: Callable[..., Any],
    status: Callable[..., Any],
) -> None:
    with writing(database, world.home) as session:
        session.query(Relationship).filter_by(person_id=world.home.advisor.id).update(
            {"ends_on": clock.today()}
        )
    found = client.as_(world.home.counselor).read(
        f"/plan-versions/{world.home.student.version_id}/signatures"
    )
    statuses = {one["role"]: one["status"] for one in found["requirements"]}
    assert statuses["school"] == "signed"
    assert refusal(sign(world.home.co_advisor)) == (409, "signature_not_required")


@pytest.fixture
def school_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Approval gives no signature, as in home study. Request this fixture before `version`."""
    others = [one for one in ON_FROZEN if one is not actions.sign_for_school]
    monkeypatch.setattr(amendments, "ON_FROZEN", others)


@pytest.mark.usefixtures("school_silent")
def test_where_the_school_has_not_signed_whoever_stands_there_now_does(
    world: World, database: Isolated, sign: Callable[..., Any], status: Callable[..., Any]
) -> None:
    """As after a return from home study, when the advisor has left since."""
    assert status("school") == "open"
    assert sign(world.home.co_advisor).json["role"] == "school"
    assert status("school") == "signed"


@pytest.mark.usefixtures("school_silent")
def test_in_home_study_the_school_does_not_sign(
    world: World, database: Isolated, sign: Callable[..., Any], status: Callable[..., Any]
) -> None:
    with writing(database, world.home) as session:
        version = session.get(PlanVersion, world.home.student.version_id)
        version.regime = "home_study"
    assert status("school") == "not_required"
    refused = sign(world.home.co_advisor)
    assert refusal(refused) == (409, "signature_not_required")
    assert "16 V.S.A. 942" in refused.json["detail"]


def test_who_approved_a_version_does_not_sign_it_as_the_parent_by_another_account(
    world: World, database: Isolated, sign: Callable[..., Any]
) -> None:
    """The advisor's own parent account: one human being, two persons under one account."""
    with writing(database, world.home) as session:
        session.query(AccountPerson).filter_by(person_id=world.home.parent.id).update(
            {"account_id": world.home.advisor.account_id}
        )
    refused = sign(world.home.parent)
    assert refusal(refused) == (409, "signer_is_approver")
    assert "16 V.S.A. 942" in refused.json["detail"]


@pytest.mark.usefixtures("school_silent")
def test_staff_who_are_the_students_parent_never_sign_for_the_school(
    client: Client, world: World, database: Isolated, sign: Callable[..., Any]
) -> None:
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.co_advisor,
            world.home.student,
            RelationshipKind.PARENT,
            may_inspect=True,
        )
    assert refusal(sign(world.home.co_advisor)) == (409, "actor_is_family")


def test_a_closed_plan_is_not_signed(
    world: World,
    database: Isolated,
    sign: Callable[..., Any],
    decline: Callable[..., Any],
    without: Callable[..., Any],
) -> None:
    from plp_api.planning.plans.models import Plan

    with writing(database, world.home) as session:
        session.query(Plan).filter_by(id=world.home.student.plan_id).update({"status": "withdrawn"})
    assert refusal(sign(world.home.student)) == (409, "plan_closed")
    assert refusal(decline(world.home.student)) == (409, "plan_closed")
    assert refusal(without(world.home.school_admin, "silence")) == (409, "plan_closed")


def test_a_child_is_nobodys_delegate(client: Client, world: World, path: str) -> None:
    body = {"name": "A Child", "person_id": str(world.home.senior.id)}
    assert pointers(client.as_(world.home.parent).post(path, body)) == {"/person_id"}
    known = {"name": "R", "person_id": str(world.home.relative.id)}
    with_person = client.as_(world.home.parent).made(path, known)
    assert with_person["person_id"] == str(world.home.relative.id)
