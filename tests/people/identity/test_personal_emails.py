"""A student's own e-mail, which stays theirs when the school's ends."""

import smtplib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from sqlalchemy import update

from plp_api.foundation import clock, mail, settings
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.models import Person, Student
from plp_api.foundation.roster.relationships import (
    Appointment,
    AppointmentRole,
    SchoolEnrollment,
)
from plp_api.server.app import Application
from tests.client import Client, code, pointers
from tests.people.identity.conftest import (
    ANOTHER,
    PASSWORD,
    activate,
    bearer,
    code_in,
    give_password,
    log_in,
    reachable,
    work,
)
from tests.world import Somebody, World, writing

OWN = "ada@example.org"
ENTRY, CODE = "/me/personal-email", "/me/personal-email/verification"
WITHIN = [
    "a@[127.0.0.1]",
    "a@[IPv6:::1]",
    "a@127.0.0.1",
    "a@10.1",
    "a@0x7f.0x1",
    "a@localhost",
    "a@example.org.",
    "a,b@example.org",
    "root@within@example.org",
]


@pytest.fixture
def signed_in(client: Client, student: Somebody) -> Client:
    return bearer(client, log_in(client))


def enter(signed_in: Client, email: str = OWN, password: str = PASSWORD) -> Any:
    return signed_in.post(ENTRY, {"email": email, "current_password": password})


@pytest.fixture
def verified(app: Application, signed_in: Client, sent: list[Any]) -> Client:
    """The student, who has verified an e-mail of their own."""
    assert enter(signed_in).status_code == 200
    work(app)
    assert signed_in.post(CODE, {"code": code_in(sent.pop()[2])}).status_code == 200
    return signed_in


def leave(app: Application, world: World, student: Somebody) -> None:
    day = clock.today() - timedelta(days=1)
    with writing(app.database, world.home) as session:
        stays = update(SchoolEnrollment).where(SchoolEnrollment.student_id == student.id)
        session.execute(stays.values(ends_on=day))
        session.get_one(Student, student.id).left_on = day


def test_an_address_counts_when_its_code_comes_back(
    app: Application, signed_in: Client, sent: list[Any]
) -> None:
    assert signed_in.read("/me")["personal_email"] is None
    assert enter(signed_in).status_code == 200
    shown = signed_in.read("/me")["personal_email"]
    assert shown == {"address": None, "verified_at": None, "pending": OWN}
    work(app)
    [(to, _subject, text)] = sent
    assert to == OWN
    assert "Student" not in text
    answer = signed_in.post(CODE, {"code": code_in(text).lower()})
    assert (answer.status_code, answer.json["address"], answer.json["pending"]) == (200, OWN, None)
    assert signed_in.read("/me")["personal_email"] == answer.json
    assert code(signed_in.post(CODE, {"code": code_in(text)})) == "activation_invalid"


def test_the_verified_one_counts_until_the_next_is_verified(
    app: Application, verified: Client, sent: list[Any]
) -> None:
    enter(verified, "typo@example.org")
    shown = verified.read("/me")["personal_email"]
    assert (shown["address"], shown["pending"]) == (OWN, "typo@example.org")


def test_a_code_works_for_a_day_and_another_not_at_all(
    app: Application, signed_in: Client, sent: list[Any], client: Client
) -> None:
    enter(signed_in)
    assert code(signed_in.post(CODE, {"code": "K7QF-2M9T-XD0R-5HWB"})) == "activation_invalid"
    work(app)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1, seconds=1)):
        later = bearer(client, log_in(client))
        assert code(later.post(CODE, {"code": code_in(sent[0][2])})) == "activation_invalid"


def test_codes_are_guessed_slowly(signed_in: Client, sent: list[Any]) -> None:
    enter(signed_in)
    answers = [signed_in.post(CODE, {"code": f"K7QF-{n}"}) for n in range(12)]
    assert code(answers[0]) == "activation_invalid"
    assert code(answers[-1]) == "login_throttled"


def test_a_stolen_session_enters_no_address(signed_in: Client, sent: list[Any]) -> None:
    refused = enter(signed_in, password="a guess of mine")
    assert (refused.status_code, pointers(refused)) == (422, {"/current_password"})
    assert signed_in.read("/me")["personal_email"] is None


def test_nobodys_mailbox_is_flooded(app: Application, signed_in: Client, sent: list[Any]) -> None:
    answers = [enter(signed_in, f"{n}@example.org") for n in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]


def test_only_students_have_one(
    app: Application, client: Client, world: World, sent: list[Any]
) -> None:
    give_password(app, world.home, world.home.parent)
    parent = bearer(client, log_in(client, "parent"))
    refused = enter(parent)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert parent.read("/me")["personal_email"] is None


def test_without_a_mail_server_nothing_is_promised(signed_in: Client) -> None:
    assert code(enter(signed_in)) == "mail_unavailable"


def test_after_leaving_a_new_password_is_mailed_there_and_not_to_the_school(
    app: Application,
    client: Client,
    world: World,
    student: Somebody,
    verified: Client,
    sent: list[Any],
) -> None:
    reachable(app, world, student)
    asked = {"username": "student", "district": "tamarack"}
    client.post("/auth/password-reset", asked)
    work(app)
    assert sent.pop()[0] == "family@example.org"
    leave(app, world, student)
    client.post("/auth/password-reset", asked)
    work(app)
    [(to, _subject, text)] = sent
    assert to == OWN
    body = {"code": code_in(text), "password": ANOTHER}
    assert client.post("/auth/password-reset/confirm", body).status_code == 200
    assert bearer(client, log_in(client, password=ANOTHER)).read("/me")["roles"] == ["alumnus"]


def test_a_school_s_mailbox_gets_no_code_of_who_left(
    app: Application, client: Client, world: World, student: Somebody, sent: list[Any]
) -> None:
    reachable(app, world, student)
    leave(app, world, student)
    client.post("/auth/password-reset", {"username": "student", "district": "tamarack"})
    work(app)
    assert sent == []


@pytest.mark.parametrize("is_verified", [True, False])
def test_who_left_and_works_here_now_gets_codes_as_staff(
    app: Application,
    client: Client,
    world: World,
    student: Somebody,
    sent: list[Any],
    request: pytest.FixtureRequest,
    is_verified: bool,
) -> None:
    if is_verified:
        request.getfixturevalue("verified")
    leave(app, world, student)
    with writing(app.database, world.home) as session:
        session.get_one(Person, student.id).email = "office@example.org"
        session.add(
            Appointment(
                district_id=world.home.district_id,
                school_id=world.home.school_id,
                person_id=student.id,
                role=AppointmentRole.COUNSELOR,
                starts_on=clock.today() - timedelta(days=1),
            )
        )
    asked = {"username": "student", "district": "tamarack"}
    client.post("/auth/password-reset", asked)
    work(app)
    assert [to for to, *_ in sent] == ["office@example.org"]
    admin = client.as_(world.home.district_admin)
    invited = admin.act(f"/people/{student.id}", "invite")
    assert (invited.status_code, invited.json["invitation"]["code"]) == (200, None), invited.json
    work(app)
    assert [to for to, *_ in sent] == ["office@example.org"] * 2


def test_who_left_may_still_enter_another(
    app: Application, world: World, student: Somebody, verified: Client, sent: list[Any]
) -> None:
    leave(app, world, student)
    assert enter(verified, "new@example.org").status_code == 200
    work(app)
    answer = verified.post(CODE, {"code": code_in(sent[0][2])})
    assert answer.json["address"] == "new@example.org"


@pytest.mark.parametrize("address", WITHIN)
def test_no_mail_is_aimed_at_a_machine_within(
    client: Client, world: World, signed_in: Client, sent: list[Any], address: str
) -> None:
    """One rule for every e-mail that the API takes, and for those of a roster when it mails."""
    assert pointers(enter(signed_in, address)) == {"/email"}
    registrar = client.as_(world.home.registrar)
    path = f"/people/{world.home.senior.id}"
    assert pointers(registrar.patch(path, {"email": address})) == {"/email"}
    office = client.as_(world.home.elo_coordinator)
    body = {"kind": "business", "name": "Mill", "email": address}
    assert pointers(office.post("/partners", body)) == {"/email"}


@pytest.mark.parametrize("address", WITHIN)
def test_an_address_within_from_a_roster_gets_no_mail(address: str) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mail.send(settings.current(), address, "Subject", "Text")


def print_code(client: Client, world: World, student: Somebody) -> Any:
    registrar = client.as_(world.home.registrar)
    return registrar.act(f"/people/{student.id}", "invite", is_printed=True)


def test_nobody_prints_a_code_of_who_left_with_an_e_mail_of_their_own(
    app: Application,
    client: Client,
    world: World,
    student: Somebody,
    verified: Client,
    sent: list[Any],
) -> None:
    before = print_code(client, world, student).json["invitation"]
    assert before["works_from"] is None
    leave(app, world, student)
    # Not even by a code that was printed while they were here.
    assert code(activate(client, before["code"], ANOTHER)) == "activation_invalid"
    assert pointers(print_code(client, world, student)) == {"/is_printed"}
    registrar = client.as_(world.home.registrar)
    with patch.object(app, "settings", replace(app.settings, mail_url="")):
        refused = registrar.act(f"/people/{student.id}", "invite")
    assert (refused.status_code, code(refused)) == (409, "mail_unavailable")
    sent.clear()
    invited = registrar.act(f"/people/{student.id}", "invite").json["invitation"]
    assert (invited["code"], invited["works_from"]) == (None, None)
    work(app)
    assert OWN in [to for to, *_ in sent]
    assert {to for to, *_ in sent} == {OWN}
    text = next(text for _, subject, text in sent if subject == "Your invitation")
    assert activate(client, code_in(text), ANOTHER).status_code == 200


@pytest.mark.parametrize("signs_in", [True, False])
def test_a_printed_code_of_who_left_waits_for_whoever_has_the_password(
    app: Application, client: Client, world: World, student: Somebody, signs_in: bool
) -> None:
    leave(app, world, student)
    invited = print_code(client, world, student).json["invitation"]
    begins = datetime.fromisoformat(invited["works_from"])
    assert begins - clock.now() > timedelta(days=6)
    assert code(activate(client, invited["code"], ANOTHER)) == "activation_invalid"
    if signs_in:
        with time_machine.travel(begins - timedelta(days=1)):
            shown = bearer(client, log_in(client)).read("/me")["codes"]
            assert [one["id"] for one in shown] == [invited["id"]]
    with time_machine.travel(begins + timedelta(minutes=1)):
        answer = activate(client, invited["code"], ANOTHER)
        assert answer.status_code == (422 if signs_in else 200), answer.json
    assert log_in(client).status_code == (200 if signs_in else 401)
    with writing(app.database, world.home) as session:
        made = session.query(Event).filter_by(type="invitation.made").one()
        assert datetime.fromisoformat(made.payload["works_from"]) == begins


def test_who_left_without_a_password_gets_a_printed_code_at_once(
    app: Application, client: Client, world: World
) -> None:
    senior = world.home.senior
    leave(app, world, senior)
    invited = print_code(client, world, senior).json["invitation"]
    assert invited["works_from"] is None
    assert activate(client, invited["code"]).status_code == 200
