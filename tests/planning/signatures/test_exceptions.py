"""Exceptions from a signature: silence after outreach, refusal after a decline."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine

from plp_api.foundation import clock
from plp_api.foundation.roster.models import District
from plp_api.foundation.roster.relationships import Relationship, RelationshipStatus
from plp_api.planning.plans.models import PlanVersion
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.planning.signatures.conftest import refusal
from tests.world import Somebody, World, writing


def test_a_silent_parent_is_excepted_after_three_logged_attempts(
    world: World,
    sign: Callable[..., Any],
    attempt: Callable[..., Any],
    without: Callable[..., Any],
    status: Callable[..., Any],
    state: Callable[..., Any],
) -> None:
    sign(world.home.student)
    for missing in (3, 2, 1):
        refused = without(world.home.advisor, "silence")
        assert refusal(refused) == (409, "outreach_insufficient")
        assert refused.json["missing"] == missing
        assert refused.json["detail"].startswith(f"{missing} more logged outreach")
        assert attempt().status_code == 201
    given = without(world.home.advisor, "silence")
    assert (given.status_code, given.json["basis"]) == (201, "silence")
    assert (status(), state()[0]) == ("excepted", "excepted")


def test_a_district_says_how_many_attempts_it_asks_for(
    world: World, database: Isolated, attempt: Callable[..., Any], without: Callable[..., Any]
) -> None:
    with writing(database, world.home) as session:
        session.get(District, world.home.district_id).settings = {"outreach_attempts_needed": 1}
    attempt()
    assert without(world.home.advisor, "silence").status_code == 201


def test_a_wrong_address_is_no_attempt(
    world: World, attempt: Callable[..., Any], without: Callable[..., Any]
) -> None:
    for _ in range(3):
        attempt(outcome="wrong_address")
    assert without(world.home.advisor, "silence").json["missing"] == 3


def test_attempts_from_before_the_version_came_into_force_do_not_count(
    world: World, attempt: Callable[..., Any], without: Callable[..., Any]
) -> None:
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    for _ in range(3):
        assert attempt(tried_on=yesterday).status_code == 201
    assert without(world.home.advisor, "silence").json["missing"] == 3


def test_attempts_to_a_parent_whose_tie_was_suppressed_do_not_count(
    world: World,
    database: Isolated,
    father: Somebody,
    attempt: Callable[..., Any],
    without: Callable[..., Any],
) -> None:
    for _ in range(3):
        assert attempt(person_id=str(father.id)).status_code == 201
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(
            person_id=father.id, student_id=world.home.student.id
        )
        tie.update({"status": RelationshipStatus.SUPPRESSED})
    assert without(world.home.advisor, "silence").json["missing"] == 3


def test_where_all_are_asked_each_silent_parent_must_have_been_tried(
    world: World,
    father: Somebody,
    all_are_asked: None,
    attempt: Callable[..., Any],
    without: Callable[..., Any],
) -> None:
    for _ in range(3):
        attempt(person_id=str(world.home.parent.id))
    assert without(world.home.advisor, "silence").json["missing"] == 3
    for _ in range(3):
        attempt(person_id=str(father.id))
    assert without(world.home.advisor, "silence").status_code == 201


def test_a_refusal_needs_a_decline_and_an_admin(
    world: World,
    decline: Callable[..., Any],
    without: Callable[..., Any],
    status: Callable[..., Any],
) -> None:
    assert refusal(without(world.home.school_admin, "refusal")) == (409, "decline_missing")
    decline(world.home.parent)
    assert refusal(without(world.home.advisor, "refusal")) == (403, "permission_denied")
    assert refusal(without(world.home.advisor, "silence")) == (409, "action_unavailable")
    assert without(world.home.school_admin, "refusal").status_code == 201
    assert status() == "excepted"


def test_an_exception_given_by_mistake_is_withdrawn(
    client: Client,
    world: World,
    decline: Callable[..., Any],
    without: Callable[..., Any],
    status: Callable[..., Any],
) -> None:
    decline(world.home.parent)
    given = without(world.home.school_admin, "refusal").json
    path = f"/signature-exceptions/{given['id']}"
    assert refusal(client.as_(world.home.advisor).act(path, "withdraw")) == (
        409,
        "action_unavailable",
    )
    taken = client.as_(world.home.school_admin).act(path, "withdraw", comment="The wrong family.")
    assert (taken.status_code, taken.json["status"]) == (200, "withdrawn")
    assert status() == "declined"


def test_nothing_that_is_signed_is_excepted(
    world: World, sign: Callable[..., Any], without: Callable[..., Any]
) -> None:
    sign(world.home.parent)
    assert refusal(without(world.home.school_admin, "refusal")) == (409, "signature_not_required")


def test_the_school_is_never_excepted(world: World, without: Callable[..., Any]) -> None:
    refused = without(world.home.school_admin, "silence", role="school")
    assert (refused.status_code, pointers(refused)) == (422, {"/role"})


def test_staff_who_are_the_students_parent_except_nothing(
    client: Client,
    world: World,
    database: Isolated,
    version: dict[str, Any],
    decline: Callable[..., Any],
    attempt: Callable[..., Any],
) -> None:
    """For their own child, staff neither log outreach nor except a signature."""
    from plp_api.foundation.roster.relationships import AppointmentRole
    from tests.world import appoint

    with writing(database, world.home) as session:
        appoint(
            session,
            world.home,
            world.home.inspecting_parent,
            AppointmentRole.SCHOOL_ADMIN,
            world.home.school_id,
        )
    body = {"role": "parent", "basis": "silence", "reason": "Me."}
    path = f"/plan-versions/{version['id']}/signature-exceptions"
    refused = client.as_(world.home.inspecting_parent).post(path, body)
    assert refusal(refused) == (409, "actor_is_family")
    assert refusal(attempt(world.home.inspecting_parent)) == (409, "actor_is_family")


def test_the_outreach_log_is_for_staff_alone(
    client: Client, world: World, attempt: Callable[..., Any]
) -> None:
    attempt(words="The number is out of use.")
    path = f"/reviews/{world.home.student.review_id}/outreach-attempts"
    assert len(client.as_(world.home.counselor).read(path)["items"]) == 1
    for name in ("parent", "student", "registrar"):
        assert client.as_(getattr(world.home, name)).get(path).status_code == 403, name


def test_an_attempt_is_not_logged_for_tomorrow_nor_about_strangers(
    world: World, attempt: Callable[..., Any]
) -> None:
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert pointers(attempt(tried_on=tomorrow)) == {"/tried_on"}
    assert pointers(attempt(person_id=str(world.home.teacher.id))) == {"/person_id"}


def test_the_family_reads_no_exception(
    client: Client,
    world: World,
    version: dict[str, Any],
    decline: Callable[..., Any],
    without: Callable[..., Any],
) -> None:
    decline(world.home.parent)
    given = without(world.home.school_admin, "refusal").json
    for name in ("parent", "student"):
        somebody = client.as_(getattr(world.home, name))
        assert somebody.get(f"/signature-exceptions/{given['id']}").status_code == 404
        listed = somebody.get(f"/plan-versions/{version['id']}/signature-exceptions")
        assert listed.status_code == 403


def test_an_amendment_that_asks_for_no_new_signatures_goes_on_with_those_there_are(
    client: Client,
    world: World,
    database: Isolated,
    version: dict[str, Any],
    sign: Callable[..., Any],
    decline: Callable[..., Any],
    state: Callable[..., Any],
) -> None:
    """Versions that share `signed_version_id` share signatures, declines and exceptions."""
    sign(world.home.student)
    with writing(database, world.home) as session:
        first = session.query(PlanVersion).filter_by(id=world.home.student.version_id).one()
        first.status, first.superseded_on = "superseded", clock.today()
        session.flush()
        later = PlanVersion(
            district_id=first.district_id,
            student_id=first.student_id,
            plan_id=first.plan_id,
            template_id=first.template_id,
            number=2,
            status="in_force",
            started_by=first.student_id,
            approved_by=first.approved_by,
            in_force_on=clock.today(),
            snapshot="{}",
            snapshot_sha256="1" * 64,
            signed_version_id=first.id,
        )
        session.add(later)
        session.flush()
        later_id = later.id
    path = f"/plan-versions/{later_id}/signatures"
    found = client.as_(world.home.advisor).read(path)
    statuses = {one["role"]: one["status"] for one in found["requirements"]}
    assert statuses == {"student": "signed", "school": "signed", "parent": "open"}
    again = {"snapshot_sha256": "1" * 64, "language": "en"}
    assert refusal(client.as_(world.home.student).post(path, again)) == (409, "signature_exists")
    signed = client.as_(world.home.parent).made(path, again)
    assert (signed["plan_version_id"], signed["snapshot_sha256"]) == (str(later_id), "1" * 64)
    assert client.as_(world.home.advisor).read(path)["signature_state"] == "complete"
    head = client.as_(world.home.student).read(f"/plans/{world.home.student.plan_id}")
    assert head["in_force"]["signature_state"] == "complete"


def test_from_the_18th_birthday_a_refusal_is_nobodys_concern(
    world: World,
    database: Isolated,
    sign: Callable[..., Any],
    decline: Callable[..., Any],
    state: Callable[..., Any],
    status: Callable[..., Any],
) -> None:
    from plp_api.foundation.roster.models import Student

    with writing(database, world.home) as session:
        birth = session.get(Student, world.home.student.id).birth_date
    sign(world.home.student)
    decline(world.home.parent)
    assert (status(), state()[0]) == ("declined", "pending")
    with time_machine.travel(clock.birthday(birth, 18).isoformat() + "T15:00:00Z"):
        assert (status(), state()[0]) == ("not_required", "complete")
