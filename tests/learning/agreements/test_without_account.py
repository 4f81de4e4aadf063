"""Signatures in the room, on paper and by a mentor's link, and declines with words."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from plp_api.foundation import clock, db
from plp_api.foundation.problems import Problem
from plp_api.foundation.roster.relationships import ParentKind, RelationshipKind
from plp_api.learning.agreements import actions
from plp_api.learning.agreements.models import Agreement
from plp_api.learning.attestations.models import MentorLink
from tests.client import Client, Response, code, pointers
from tests.databases import Isolated
from tests.learning.agreements.conftest import ORDER, Desk, Freeze, add_mentor
from tests.learning.elo_world import assign
from tests.world import World, relate, writing

# In the room.


@pytest.mark.parametrize("name", ["advisor", "counselor", "school_admin"])
def test_staff_who_work_with_the_student_store_what_was_signed_before_them(
    client: Client, world: World, desk: Desk, name: str
) -> None:
    witness = client.as_(getattr(world.home, name))
    given = desk.in_room("student", witness, person_id=str(world.home.student.id)).json
    assert (given["method"], given["recorded_by"]) == (
        "in_room",
        str(getattr(world.home, name).id),
    )
    assert given["identity_check"] == "known_in_person"
    assert desk.status_of("student") == "signed"


def test_a_member_of_the_team_witnesses_too(world: World, desk: Desk) -> None:
    witness = desk.signer("teacher_of_record")
    given = desk.in_room("student", witness, person_id=str(world.home.student.id))
    assert given.status_code == 201


@pytest.mark.parametrize("role", ["parent", "mentor"])
def test_who_signs_as_coordinator_witnesses_neither_parent_nor_mentor(
    world: World, freeze: Freeze, role: str
) -> None:
    desk = freeze(profile={"is_ordered": False})
    somebody: dict[str, Any] = {
        "parent": {"person_id": str(world.home.parent.id)},
        "mentor": {"mentor_id": str(desk.elo.mentor_id)},
    }
    refused = desk.in_room(role, desk.coordinator, **somebody[role])
    assert (refused.status_code, code(refused)) == (409, "witness_not_apart")
    assert desk.in_room(role, **somebody[role]).status_code == 201


def test_a_witness_who_coordinates_the_elo_later_leaves_the_signature_to_another(
    world: World, database: Isolated, freeze: Freeze
) -> None:
    desk = freeze(profile={"is_ordered": False})
    assert desk.in_room("mentor", mentor_id=str(desk.elo.mentor_id)).status_code == 201
    with writing(database, world.home) as session:
        witness = {"person_id": desk.elo.licensed_supervisor.id}
        assign(session, world.home, desk.elo, desk.pupil, "coordinator", **witness)
    body = {"sha256": desk.agreement["sha256"], "language": "en", "role": "coordinator"}
    refused = desk.signer("licensed_supervisor").post(f"{desk.path}/signatures", body)
    assert (refused.status_code, code(refused)) == (409, "witness_not_apart")
    assert desk.sign("coordinator").status_code == 201


@pytest.mark.parametrize(("name", "status"), [("student", 403), ("parent", 403), ("teacher", 403)])
def test_who_is_no_witness_stores_nothing(
    client: Client, world: World, desk: Desk, name: str, status: int
) -> None:
    somebody = client.as_(getattr(world.home, name))
    refused = desk.in_room("student", somebody, person_id=str(world.home.student.id))
    assert refused.status_code == status
    assert desk.status_of("student") == "open"


def test_family_on_the_staff_witnesses_nothing(
    client: Client, world: World, database: Isolated, desk: Desk
) -> None:
    with writing(database, world.home) as session:
        relate(
            session,
            world.home,
            world.home.counselor,
            world.home.student,
            RelationshipKind.PARENT,
            parent_kind=ParentKind.PARENT,
            may_inspect=True,
            may_decide=True,
        )
    counselor = client.as_(world.home.counselor)
    own = desk.in_room("student", counselor, person_id=str(world.home.student.id))
    assert code(own) == "actor_is_family"
    themselves = desk.in_room("parent", counselor, person_id=str(world.home.counselor.id))
    assert code(themselves) == "actor_is_family"


@pytest.mark.parametrize(
    ("role", "member", "whose", "pointer"),
    [
        ("student", "person_id", "other_student", "/person_id"),
        ("parent", "person_id", "inspecting_parent", "/person_id"),
        ("parent", "person_id", "senior_parent", "/person_id"),
        ("mentor", "mentor_id", "advisor", "/mentor_id"),
        ("mentor", "person_id", "parent", "/mentor_id"),
        ("student", "mentor_id", "student", "/person_id"),
    ],
)
def test_who_does_not_sign_in_that_role_is_refused(
    world: World, desk: Desk, role: str, member: str, whose: str, pointer: str
) -> None:
    somebody: Any = {member: str(getattr(world.home, whose).id)}
    refused = desk.in_room(role, **somebody)
    assert refused.status_code == 422
    assert pointer in pointers(refused)


def test_staff_do_not_sign_in_the_room(desk: Desk) -> None:
    refused = desk.in_room("coordinator", person_id=str(desk.world.home.elo_coordinator.id))
    assert pointers(refused) == {"/role"}


def test_an_adult_whom_the_parent_named_signs_in_their_place(world: World, desk: Desk) -> None:
    parent = desk.signer("parent")
    named = parent.made(
        f"/students/{world.home.student.id}/signature-delegates", {"name": "Rosa Delgado"}
    )
    desk.sign("student")
    parent_id = str(world.home.parent.id)
    given = desk.in_room("parent", person_id=parent_id, delegate_id=named["id"]).json
    assert (given["signed_as"], given["person_id"]) == ("Rosa Delgado", parent_id)
    for_student = desk.in_room("student", person_id=str(world.home.student.id))
    assert code(for_student) == "signature_exists"


def test_a_stranger_s_delegate_signs_for_nobody(world: World, desk: Desk) -> None:
    desk.sign("student")
    refused = desk.in_room(
        "parent", person_id=str(world.home.parent.id), delegate_id=str(db.new_id())
    )
    assert pointers(refused) == {"/delegate_id"}


# On paper.


def picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (40, 20), "white").save(written, "PNG")
    return written.getvalue()


def on_paper(desk: Desk, client: Client, content: bytes | None = None, **members: Any) -> Response:
    form = {
        "role": "student",
        "person_id": str(desk.pupil.id),
        "signed_on": clock.today().isoformat(),
        "language": "en",
        "identity_check": "signature_on_file",
        "file": (BytesIO(picture() if content is None else content), "scan.png"),
        **members,
    }
    form = {name: value for name, value in form.items() if value is not None}
    return client.post(
        f"/agreements/{desk.agreement['id']}/paper-signatures",
        data=form,
        content_type="multipart/form-data",
    )


@pytest.mark.parametrize("name", ["registrar", "elo_coordinator"])
def test_registrar_and_coordinator_enter_a_paper_with_its_scan(
    client: Client, world: World, desk: Desk, name: str
) -> None:
    clerk = client.as_(getattr(world.home, name))
    entered = on_paper(desk, clerk)
    assert entered.status_code == 201, entered.json
    given = entered.json
    assert (given["method"], given["has_scan"]) == ("paper", True)
    assert given["recorded_by"] == str(getattr(world.home, name).id)
    scan = clerk.get(f"/agreement-signatures/{given['id']}/scan")
    assert (scan.status_code, scan.mimetype) == (200, "image/png")
    assert desk.status_of("student") == "signed"
    for reader in ("student", "parent", "advisor"):
        path = f"/agreement-signatures/{given['id']}/scan"
        assert client.as_(getattr(world.home, reader)).get(path).status_code == 403


def test_a_mentor_s_paper_names_the_mentor(desk: Desk) -> None:
    desk.sign("student")
    desk.sign("parent")
    mentor_id = str(desk.elo.mentor_id)
    paper = on_paper(desk, desk.coordinator, role="mentor", person_id=None, mentor_id=mentor_id)
    given = paper.json
    assert (given["mentor_name"], given["person_id"]) == ("Tom Averill", None)


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"signed_on": "2020-01-01"}, "/signed_on"),
        ({"signed_on": "2199-01-01"}, "/signed_on"),
        ({"content": b"no picture"}, "/file"),
        ({"person_id": None}, "/person_id"),
    ],
)
def test_a_paper_that_cannot_be_is_refused_and_nothing_is_kept(
    desk: Desk, members: dict[str, Any], pointer: str
) -> None:
    refused = on_paper(desk, desk.coordinator, **members)
    assert (refused.status_code, pointers(refused)) == (422, {pointer})
    assert desk.coordinator.read(f"{desk.path}/signatures")["items"] == []


def test_a_paper_has_its_turn_too(world: World, desk: Desk) -> None:
    parent_id = str(world.home.parent.id)
    refused = on_paper(desk, desk.coordinator, role="parent", person_id=parent_id)
    assert code(refused) == "signature_early"


@pytest.mark.parametrize("name", ["advisor", "school_admin", "parent", "student"])
def test_nobody_else_enters_papers(client: Client, world: World, desk: Desk, name: str) -> None:
    assert on_paper(desk, client.as_(getattr(world.home, name))).status_code == 403


# By a mentor's link: `attestations` serves the page, these functions keep the signature.


def by_link(database: Isolated, desk: Desk, call: Any, mentor_id: Any = None, **given: Any) -> None:
    home = desk.world.home
    with writing(database, home) as session:
        link = MentorLink(
            id=db.new_id(),
            district_id=home.district_id,
            mentor_id=desk.elo.mentor_id,
            token_sha256="0" * 64,
            identity_check="code",
            issued_by=home.elo_coordinator.id,
            expires_at=clock.now(),
        )
        session.add(link)
        session.flush()
        agreement = session.get(Agreement, UUID(desk.agreement["id"]))
        call(
            agreement,
            mentor_id or desk.elo.mentor_id,
            language="es",
            link_id=link.id,
            issued_by=home.elo_coordinator.id,
            **given,
        )


def test_a_mentor_signs_by_link(database: Isolated, desk: Desk) -> None:
    for role in ORDER[:2]:
        desk.sign(role)
    given = {"sha256": desk.agreement["sha256"], "typed_name": "Tom Averill"}
    by_link(database, desk, actions.sign_by_link, **given)
    (signed,) = desk.coordinator.read(f"{desk.path}/signatures?method=link")["items"]
    assert (signed["role"], signed["mentor_id"]) == ("mentor", str(desk.elo.mentor_id))
    assert (signed["signed_as"], signed["identity_check"]) == ("Tom Averill", "link_code")
    assert signed["issued_by"] == str(desk.world.home.elo_coordinator.id)
    assert desk.waiting_for == ["cooperating_teacher"]


def test_the_mentor_s_link_may_complete_the_agreement(database: Isolated, freeze: Freeze) -> None:
    desk = freeze(profile={"is_ordered": False})
    desk.everybody_signs([role for role in ORDER if role != "mentor"])
    given = {"sha256": desk.agreement["sha256"], "typed_name": "Tom Averill"}
    by_link(database, desk, actions.sign_by_link, **given)
    assert (desk.agreement["status"], desk.status) == ("complete", "approved")


def test_a_mentor_declines_by_link(database: Isolated, desk: Desk) -> None:
    by_link(database, desk, actions.decline_by_link, words="We move in spring.")
    assert desk.status_of("mentor") == "declined"
    (declined,) = desk.coordinator.read(f"{desk.path}/signatures")["items"]
    assert (declined["is_declined"], declined["words"]) == (True, "We move in spring.")


def test_a_mentor_of_another_elo_signs_nothing_here(database: Isolated, desk: Desk) -> None:
    other = add_mentor(database, desk)
    given = {"sha256": desk.agreement["sha256"], "typed_name": "Ines Morel"}
    with pytest.raises(Problem) as refused:
        by_link(database, desk, actions.sign_by_link, other, **given)
    assert [error.pointer for error in refused.value.errors] == ["/mentor_id"]


# Declining.


def test_who_declines_says_why_and_may_sign_later(desk: Desk) -> None:
    parent = desk.signer("parent")
    words = {"words": "Fridays are not possible."}
    declined = parent.post(f"{desk.path}/declines", words).json
    assert (declined["is_declined"], declined["words"]) == (True, words["words"])
    assert desk.status_of("parent") == "declined"
    assert desk.waiting_for == ["student"], "a decline needs no turn, and takes nobody's"
    desk.sign("student")
    assert desk.waiting_for == ["parent"]
    assert desk.sign("parent").status_code == 201
    assert desk.status_of("parent") == "signed"
    assert len(desk.coordinator.read(f"{desk.path}/signatures?is_declined=true")["items"]) == 1


def test_the_words_of_a_decline_are_read_by_staff_and_by_who_gave_them(
    client: Client, world: World, desk: Desk
) -> None:
    desk.signer("parent").post(f"{desk.path}/declines", {"words": "Not with her boss."})
    for name in ("elo_coordinator", "advisor", "school_admin", "parent"):
        reader = client.as_(getattr(world.home, name))
        (seen,) = reader.read(f"{desk.path}/signatures")["items"]
        assert seen["words"] == "Not with her boss.", name
    for name in ("student", "inspecting_parent"):
        reader = client.as_(getattr(world.home, name))
        (seen,) = reader.read(f"{desk.path}/signatures")["items"]
        assert (seen["role"], seen["words"], seen["person_id"]) == ("parent", None, None), name


def test_who_does_not_sign_declines_nothing(client: Client, world: World, desk: Desk) -> None:
    refused = client.as_(world.home.advisor).post(f"{desk.path}/declines", {"words": "No."})
    assert code(refused) == "signature_not_required"
    desk.sign("student")
    again = desk.signer("student").post(f"{desk.path}/declines", {"words": "No."})
    assert code(again) == "signature_exists"


def second_parent(database: Isolated, world: World) -> None:
    """Another parent who may decide."""
    with writing(database, world.home) as session:
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


def test_where_parents_disagree_a_school_admin_decides(
    client: Client, world: World, database: Isolated, desk: Desk
) -> None:
    second_parent(database, world)
    other = client.as_(world.home.relative)
    other.post(f"{desk.path}/declines", {"words": "It is too far."})
    desk.sign("student")
    desk.sign("parent")
    assert (desk.status_of("parent"), desk.waiting_for) == ("split", ["parent"])
    admin = client.as_(world.home.school_admin)
    assert admin.read(desk.path)["available_actions"] == []
    assert code(desk.sign("mentor")) == "signature_early"
    early = admin.act(desk.path, "settle_split")
    assert (early.status_code, code(early)) == (409, "action_unavailable")
    assert "Others have still to sign." in early.json["detail"]


def test_an_admin_s_decision_completes_what_only_waits_for_parents_who_disagree(
    client: Client, world: World, database: Isolated, freeze: Freeze
) -> None:
    desk = freeze(profile={"is_ordered": False})
    second_parent(database, world)
    client.as_(world.home.relative).post(f"{desk.path}/declines", {"words": "It is too far."})
    desk.everybody_signs()
    assert (desk.agreement["status"], desk.status) == ("pending", "agreement_pending")
    assert code(desk.coordinator.act(desk.path, "settle_split")) == "permission_denied"
    admin = client.as_(world.home.school_admin)
    assert admin.read(desk.path)["available_actions"] == ["settle_split"]
    assert admin.act(desk.path, "settle_split").json["status"] == "complete"
    assert desk.status == "approved"
