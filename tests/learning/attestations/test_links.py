"""Issuing a mentor's link, ending it, and when it ends by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import clock
from plp_api.foundation.disclosures.models import Disclosure
from plp_api.foundation.links.models import Link as LinkRow
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.models import Person
from plp_api.foundation.roster.relationships import Appointment, AppointmentRole, Relationship
from plp_api.learning.elos.models import Elo
from tests.client import Client, code, pointers, uuid
from tests.databases import Isolated
from tests.learning.attestations.conftest import Issue, Link, Log
from tests.learning.elo_world import Internship, add_internship, assign
from tests.world import World, appoint, person, writing

Events = Callable[[], list[str]]


def links(elo: Internship) -> str:
    return f"/mentors/{elo.mentor_id}/links"


def test_a_printed_link_comes_with_its_letter_and_without_its_code(
    coordinator: Client, internship: Internship
) -> None:
    made = coordinator.made(links(internship), {})
    assert (made["delivery"], made["identity_check"]) == ("print", "code")
    assert (made["code_by"], made["status"]) == ("witness", "open")
    assert made["url"] in made["letter"]
    assert "code" not in made
    for name in ("Student", "Tom", "Averill", "Nursing"):
        assert name not in made["letter"]
    read = coordinator.read(f"/mentor-links/{made['id']}")
    assert not {"url", "letter", "code"} & read.keys()
    (listed,) = coordinator.read(f"{links(internship)}?status=open")["items"]
    assert listed == read


@pytest.mark.parametrize("name", ["school_admin", "advisor", "teacher", "counselor"])
def test_only_a_coordinator_issues_links(
    client: Client, world: World, internship: Internship, name: str
) -> None:
    refused = client.as_(getattr(world.home, name)).post(links(internship), {})
    assert refused.status_code == 403


@pytest.mark.parametrize("name", ["student", "parent", "registrar"])
def test_who_reads_no_mentor_finds_none(
    client: Client, world: World, internship: Internship, name: str
) -> None:
    somebody = client.as_(getattr(world.home, name))
    assert somebody.post(links(internship), {}).status_code == 404
    assert somebody.get(links(internship)).status_code == 404


def test_another_district_finds_neither_mentor_nor_link(
    client: Client, world: World, internship: Internship, issue: Issue
) -> None:
    away = client.as_(world.away.elo_coordinator)
    assert away.post(links(internship), {}).status_code == 404
    link = issue()
    assert away.get(f"/mentor-links/{link.id}").status_code == 404
    assert away.post(f"/mentor-links/{link.id}/code", None).status_code == 404


def test_a_coordinator_who_reaches_none_of_the_elos_issues_none(
    client: Client, world: World, database: Isolated, internship: Internship, issue: Issue
) -> None:
    with writing(database, world.home) as session:
        middle = person(session, world.home, "middle_coordinator")
        place = world.home.other_school_id
        appoint(session, world.home, middle, AppointmentRole.ELO_COORDINATOR, place)
    del world.home.people["middle_coordinator"]
    refused = client.as_(middle).post(links(internship), {})
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    ended = client.as_(middle).send("DELETE", f"/mentor-links/{issue().id}")
    assert (ended.status_code, code(ended)) == (403, "permission_denied")


def test_a_link_opens_only_the_elos_that_its_issuer_reaches(
    client: Client, world: World, database: Isolated, internship: Internship, issue: Issue, log: Log
) -> None:
    with writing(database, world.home) as session:
        middle = add_internship(session, world.home, world.home.other_student, title="Farm work")
        assign(
            session,
            world.home,
            middle,
            world.home.other_student,
            "mentor",
            mentor_id=internship.mentor_id,
        )
    words = issue().go_on().words
    assert "Nursing at the clinic" in words
    assert "Farm work" not in words


def test_a_parent_on_the_staff_issues_no_link_for_their_own_child(
    coordinator: Client, world: World, database: Isolated, internship: Internship
) -> None:
    with writing(database, world.home) as session:
        session.add(
            Relationship(
                district_id=world.home.district_id,
                person_id=world.home.elo_coordinator.id,
                student_id=world.home.student.id,
                kind="parent",
                parent_kind="parent",
                status="confirmed",
                starts_on=clock.today(),
            )
        )
    refused = coordinator.post(links(internship), {})
    assert code(refused) == "action_unavailable"


def test_a_new_link_ends_the_earlier_one_of_the_same_issuer(
    issue: Issue, internship: Internship, events: Events
) -> None:
    first, second = issue(), issue()
    assert first.open().status_code == 410
    assert second.open().status_code == 200
    assert "ended replaced" in events()


def test_a_link_that_was_ended_works_no_more(
    coordinator: Client, issue: Issue, internship: Internship
) -> None:
    link = issue()
    assert coordinator.send("DELETE", f"/mentor-links/{link.id}").status_code == 204
    answer = link.open()
    assert answer.status_code == 410
    assert "This link no longer works" in link.in_words(answer)
    assert coordinator.read(f"/mentor-links/{link.id}")["end_reason"] == "revoked"


def test_a_forged_link_is_unknown(client: Client, internship: Internship) -> None:
    link = Link(client, "//verifications/" + "A" * 43)
    for answer in (link.open(), link.post(step="identify", code="123456")):
        assert answer.status_code == 404
        assert "We do not know this link" in link.in_words(answer)


def test_a_link_expires_after_the_days_of_the_setting(
    client: Client, world: World, database: Isolated, issue: Issue, internship: Internship
) -> None:
    admin = client.as_(world.home.district_admin)
    district = f"/districts/{world.home.district_id}"
    refused = admin.patch(district, {"settings": {"mentor_link_days": 61}})
    assert pointers(refused) == {"/settings/mentor_link_days"}
    assert admin.patch(district, {"settings": {"mentor_link_days": 2}}).status_code == 200
    link = issue()
    with writing(database, world.home) as session:
        row = session.get_one(LinkRow, uuid(link.id))
        assert timedelta(days=1) < row.expires_at - clock.now() <= timedelta(days=2)
        row.expires_at = clock.now() - timedelta(seconds=1)
    answer = link.open()
    assert answer.status_code == 410
    assert "This link has expired" in link.in_words(answer)


def _leaves(session: Any, world: World, elo: Internship) -> None:
    session.get_one(Mentor, elo.mentor_id).ends_on = clock.today()


def _is_replaced(session: Any, world: World, elo: Internship) -> None:
    of_mentor = update(Assignment).where(Assignment.mentor_id == elo.mentor_id)
    session.execute(of_mentor.values(ends_on=clock.today()))


def _ends(session: Any, world: World, elo: Internship) -> None:
    session.get_one(Elo, elo.id).status = "terminated"


def _issuer_leaves(session: Any, world: World, elo: Internship) -> None:
    offices = update(Appointment).where(Appointment.person_id == world.home.elo_coordinator.id)
    session.execute(offices.values(ends_on=clock.today()))


def _issuer_is_deactivated(session: Any, world: World, elo: Internship) -> None:
    session.get_one(Person, world.home.elo_coordinator.id).status = "deactivated"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_leaves, "mentor_left"),
        (_is_replaced, "reach_changed"),
        (_ends, "reach_changed"),
        (_issuer_leaves, "reach_changed"),
        (_issuer_is_deactivated, "reach_changed"),
    ],
)
def test_a_link_ends_with_what_it_rests_on(
    issue: Issue,
    internship: Internship,
    log: Log,
    world: World,
    database: Isolated,
    events: Events,
    change: Callable[..., None],
    reason: str,
) -> None:
    entry = log.add(internship)
    link = issue()
    hidden = link.go_on().hidden
    with writing(database, world.home) as session:
        change(session, world, internship)
    for answer in (
        link.open(),
        link.send({"step": "attest", "attest": "yes", **hidden, f"say-{entry}": "right"}),
    ):
        assert answer.status_code == 410
        assert "This link no longer works" in link.in_words(answer)
        assert "Student" not in link.in_words(answer)
    assert log.of(entry).status == "pending"
    assert events()[-1] == f"refused {reason}"


def test_few_wrong_codes_end_the_link(issue: Issue, internship: Internship, events: Events) -> None:
    link = issue()
    wrong = "000000" if link.code != "000000" else "000001"
    answers = [link.post(step="identify", code=wrong) for _ in range(5)]
    assert [one.status_code for one in answers] == [422, 422, 422, 422, 410]
    assert link.post(step="identify", code=link.code or "").status_code == 410
    assert events()[-2:] == ["ended attempts_used_up", "refused attempts_used_up"]


# The ledger of disclosures.

Disclosed = Callable[[], list[Disclosure]]


def test_what_a_mentor_is_shown_stands_in_the_ledger_once(
    issue: Issue, internship: Internship, log: Log, world: World, disclosed: Disclosed
) -> None:
    log.add(internship)
    link = issue()
    link.open()
    assert disclosed() == []
    link.go_on()
    link.go_on(language="fr")
    (row,) = disclosed()
    assert row.student_id == world.home.student.id
    assert row.party == "Tom Averill, North Peak Clinic"
    assert row.what == "name and title of the ELO, log entries"
    assert (row.basis, row.subject_type, row.subject_id) == (
        "school_official",
        "elos",
        internship.id,
    )
    assert str(row.link_id) == link.id


def test_each_student_who_is_shown_has_a_row(
    issue: Issue, internship: Internship, world: World, database: Isolated, disclosed: Disclosed
) -> None:
    with writing(database, world.home) as session:
        senior = add_internship(session, world.home, world.home.senior)
        mentor = {"mentor_id": internship.mentor_id}
        assign(session, world.home, senior, world.home.senior, "mentor", **mentor)
    issue().go_on()
    students = {world.home.student.id, world.home.senior.id}
    assert {row.student_id for row in disclosed()} == students


# The mentor's address.


def test_who_entered_a_mentor_s_address_is_kept(
    client: Client,
    coordinator: Client,
    principal: Client,
    internship: Internship,
    world: World,
    database: Isolated,
) -> None:
    def setter(mentor_id: str) -> Any:
        with writing(database, world.home) as session:
            query = select(Mentor.email_set_by).where(Mentor.name == mentor_id)
            return session.scalar(query)

    path = f"/partners/{internship.partner_id}/mentors"
    made = coordinator.made(path, {"name": "Ana", "email": "ana@x.example", "language": "es"})
    assert made["language"] == "es"
    assert setter("Ana") == world.home.elo_coordinator.id
    principal.patch(f"/mentors/{made['id']}", {"email": "ana@x.example", "phone": "802-555-0142"})
    assert setter("Ana") == world.home.elo_coordinator.id
    principal.patch(f"/mentors/{made['id']}", {"email": "ana@y.example"})
    assert setter("Ana") == world.home.school_admin.id
    coordinator.made(path, {"name": "Bo"})
    assert setter("Bo") is None
