"""One-time codes: made, printed or mailed, used once; and revoking access."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine

from plp_api.foundation.jobs.models import Job
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.models import Account, AccountPerson, Person
from plp_api.people.identity import actions, codes
from plp_api.people.identity.models import Invitation
from plp_api.server.app import Application
from tests.client import Client, code, pointers
from tests.people.identity.conftest import (
    ANOTHER,
    Invite,
    acting,
    activate,
    bearer,
    code_in,
    events,
    give_password,
    log_in,
    reachable,
    refresh,
    work,
)
from tests.world import Somebody, World, person, writing


def newcomer(app: Application, world: World, username: str | None) -> Somebody:
    """Somebody of the district who never had an account."""
    with writing(app.database, world.home) as session:
        made = person(session, world.home, "newcomer")
        session.delete(session.get_one(AccountPerson, made.id))
        session.flush()
        session.delete(session.get_one(Account, made.account_id))
        session.get_one(Person, made.id).username = username
    return made


def test_a_code_activates_an_account_and_signs_in(
    client: Client, app: Application, world: World, invite: Invite
) -> None:
    made = newcomer(app, world, "New.Comer")
    given = invite(made)
    answer = activate(client, given)
    assert answer.json["person_id"] == str(made.id)
    me = bearer(client, answer).read("/me")
    assert me["username"] == "new.comer"
    assert me["roles"] == []
    assert log_in(client, "NEW.COMER").status_code == 200
    assert {"invitation.made", "account.activated", "session.started"} <= set(
        events(app, world.home)
    )


def test_a_code_is_random_typed_by_hand_and_kept_as_a_hash_alone(
    client: Client, app: Application, world: World, invite: Invite
) -> None:
    given = invite(world.home.student)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", given)
    assert given != invite(world.home.parent)
    with writing(app.database, world.home) as session:
        kept = session.query(Invitation).filter_by(person_id=world.home.student.id).one()
        assert given not in str(vars(kept))
        assert given.replace("-", "") not in str(vars(kept))
    typed = given.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert activate(client, typed).status_code == 200


def test_a_code_works_once(client: Client, world: World, invite: Invite) -> None:
    given = invite(world.home.student)
    assert activate(client, given).status_code == 200
    assert code(activate(client, given, ANOTHER)) == "activation_invalid"
    assert log_in(client).status_code == 200


def test_a_code_expires(client: Client, world: World, invite: Invite) -> None:
    given = invite(world.home.student)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=14, seconds=1)):
        assert code(activate(client, given)) == "activation_invalid"


def test_a_newer_code_ends_the_one_before(client: Client, world: World, invite: Invite) -> None:
    first, second = invite(world.home.student), invite(world.home.student)
    assert code(activate(client, first)) == "activation_invalid"
    assert activate(client, second).status_code == 200


def test_guessed_codes_are_throttled_by_address(client: Client, world: World) -> None:
    with patch("plp_api.people.identity.throttle.MOST_PER_ADDRESS", 3):
        for number in range(3):
            assert code(activate(client, f"AAAA-BBBB-CCCC-DDD{number}")) == "activation_invalid"
        assert code(activate(client, "AAAA-BBBB-CCCC-DDDD")) == "login_throttled"


def test_a_code_refused_for_the_password_is_still_good(
    client: Client, world: World, invite: Invite
) -> None:
    given = invite(world.home.student)
    weak = activate(client, given, "password1234")
    assert (code(weak), pointers(weak)) == ("password_weak", {"/password"})
    assert activate(client, given).status_code == 200


def test_a_person_without_a_user_name_chooses_one(
    client: Client, app: Application, world: World, invite: Invite
) -> None:
    made = newcomer(app, world, None)
    given = invite(made)
    assert code(activate(client, given)) == "person_has_no_username"
    assert pointers(activate(client, given, username="two words")) == {"/username"}
    assert activate(client, given, username="Kim_2026").status_code == 200
    assert log_in(client, "kim_2026").status_code == 200
    with writing(app.database, world.home) as session:
        assert session.get_one(Person, made.id).username == "Kim_2026"


def test_a_chosen_user_name_is_nobodys_yet(
    client: Client, app: Application, world: World, invite: Invite
) -> None:
    rostered = newcomer(app, world, "Waits.For.Me")
    with writing(app.database, world.home) as session:
        second = person(session, world.home, "second")
        session.delete(session.get_one(AccountPerson, second.id))
        session.get_one(Person, second.id).username = None
        session.get_one(Account, second.account_id).username = "an_account"
    given = invite(second)
    for taken in ("student", "STUDENT", "waits.for.me", "An_Account"):
        assert code(activate(client, given, username=taken)) == "username_taken"
    assert activate(client, given, username="second").status_code == 200
    assert activate(client, invite(rostered)).status_code == 200


def test_an_account_keeps_its_user_name(client: Client, world: World, invite: Invite) -> None:
    answer = activate(client, invite(world.home.student), username="another")
    assert pointers(answer) == {"/username"}


def test_a_code_sets_a_forgotten_password_anew_and_ends_the_sessions(
    client: Client, world: World, student: Somebody, invite: Invite
) -> None:
    before = bearer(client, log_in(client))
    for _ in range(10):
        log_in(client, password="not this one, nor that")
    assert activate(client, invite(student), ANOTHER).status_code == 200
    assert code(before.get("/me")) == "session_ended"
    assert log_in(client, password=ANOTHER).status_code == 200


def test_a_code_opens_no_other_district(
    client: Client, app: Application, world: World, invite: Invite
) -> None:
    home, away = world.home.parent, world.away.parent
    give_password(app, world.home, home)
    with writing(app.database, world.home, world.away) as session:
        session.get_one(AccountPerson, away.id).account_id = home.account_id
    shared = log_in(client, "parent")

    given = invite(home)
    assert code(activate(client, given, ANOTHER)) == "username_taken"
    answer = activate(client, given, ANOTHER, username="parent2")
    assert [one["id"] for one in bearer(client, answer).read("/me")["persons"]] == [str(home.id)]
    refused = refresh(client, answer.json["refresh_token"], person_id=str(away.id))
    assert pointers(refused) == {"/person_id"}
    assert code(bearer(client, shared).get("/me")) == "session_ended"
    kept = log_in(client, "parent")
    assert kept.json["person_id"] == str(away.id)


def test_a_disabled_persons_code_is_dead(
    client: Client, app: Application, world: World, invite: Invite
) -> None:
    given = invite(world.home.student)
    with writing(app.database, world.home) as session:
        session.get_one(Person, world.home.student.id).status = "disabled"
    assert code(activate(client, given)) == "activation_invalid"


# Who may.


def attempt(app: Application, world: World, by: str, whom: str, what: Any) -> Any:
    with writing(app.database, world.home) as session:
        access = acting(world.home.people[by])
        return what(session.get_one(Person, world.home.people[whom].id), access=access)


def test_a_registrar_makes_no_code_for_who_holds_an_office(app: Application, world: World) -> None:
    with pytest.raises(Problem) as refused:
        attempt(app, world, "registrar", "counselor", actions.invite)
    assert refused.value.code is Code.ACCOUNT_BEYOND_OFFICES


def test_a_code_for_one_person_is_not_a_way_into_another_of_the_account(
    app: Application, world: World
) -> None:
    home = world.home
    with writing(app.database, home) as session:
        link = session.get_one(AccountPerson, home.parent.id)
        link.account_id = home.district_admin.account_id
    with pytest.raises(Problem) as refused:
        attempt(app, world, "registrar", "parent", actions.invite)
    assert refused.value.code is Code.ACCOUNT_BEYOND_OFFICES


# Revoking access.


def test_access_revoked_ends_everything_at_once_and_an_invitation_gives_it_back(
    client: Client, app: Application, world: World, student: Somebody, invite: Invite
) -> None:
    first = log_in(client)
    given = invite(student)
    attempt(app, world, "registrar", "student", actions.revoke_access)
    assert code(bearer(client, first).get("/me")) == "session_ended"
    assert code(refresh(client, first.json["refresh_token"])) == "session_ended"
    assert code(log_in(client)) == "credentials_invalid"
    assert code(activate(client, given)) == "activation_invalid"
    with writing(app.database, world.home) as session:
        assert session.get_one(Account, student.account_id).is_disabled
    assert "access.revoked" in events(app, world.home)

    assert activate(client, invite(student), ANOTHER).status_code == 200
    assert log_in(client, password=ANOTHER).status_code == 200


def test_access_revoked_in_one_district_leaves_the_other(
    client: Client, app: Application, world: World
) -> None:
    home, away = world.home.parent, world.away.parent
    give_password(app, world.home, home)
    with writing(app.database, world.home, world.away) as session:
        session.get_one(AccountPerson, away.id).account_id = home.account_id
    attempt(app, world, "registrar", "parent", actions.revoke_access)
    assert log_in(client, "parent").json["person_id"] == str(away.id)


# Mail.


def test_an_invitation_is_mailed_where_it_can_be(
    client: Client, app: Application, world: World, sent: list[Any]
) -> None:
    reachable(app, world, world.home.student)
    mailed = attempt(app, world, "registrar", "student", actions.invite)
    printed = attempt(app, world, "registrar", "parent", actions.invite)
    assert mailed.code is None
    assert printed.code is not None
    work(app)
    [(to, _subject, text)] = sent
    assert to == "family@example.org"
    assert "https://plp.example" in text
    assert "Student" not in text
    assert activate(client, code_in(text)).status_code == 200


def test_no_job_holds_a_code(app: Application, world: World, sent: list[Any]) -> None:
    reachable(app, world, world.home.student)
    attempt(app, world, "registrar", "student", actions.invite)
    work(app)
    with app.database.transaction() as session:
        kept = [str(job.arguments) + str(job.result) for job in session.query(Job)]
    assert kept
    assert not any(code_in(sent[0][2]) in one for one in kept)


def test_a_mail_sent_twice_leaves_one_code(
    client: Client, app: Application, world: World, sent: list[Any]
) -> None:
    reachable(app, world, world.home.student)
    attempt(app, world, "registrar", "student", actions.invite)
    work(app)
    with app.database.transaction() as session:
        for job in session.query(Job):
            job.state = "queued"
    work(app)
    first, second = (code_in(text) for _, _, text in sent)
    assert code(activate(client, first)) == "activation_invalid"
    assert activate(client, second).status_code == 200


def test_an_invitation_ended_before_its_mail_is_not_mailed(
    app: Application, world: World, sent: list[Any]
) -> None:
    reachable(app, world, world.home.student)
    attempt(app, world, "registrar", "student", actions.invite)
    attempt(app, world, "registrar", "student", actions.revoke_access)
    assert work(app) == [{"is_mailed": False}]
    assert sent == []


def test_a_forgotten_password_is_answered_by_mail(
    client: Client, app: Application, world: World, student: Somebody, sent: list[Any]
) -> None:
    reachable(app, world, student)
    before = bearer(client, log_in(client))
    asked = client.post("/auth/password-reset", {"username": "Student", "district": "tamarack"})
    assert asked.status_code == 202
    work(app)
    [(to, _subject, text)] = sent
    assert to == "family@example.org"
    confirmed = client.post(
        "/auth/password-reset/confirm", {"code": code_in(text), "password": ANOTHER}
    )
    assert confirmed.status_code == 200
    assert code(before.get("/me")) == "session_ended"
    assert log_in(client, password=ANOTHER).status_code == 200


def test_a_mailed_code_is_good_for_an_hour(
    client: Client, app: Application, world: World, student: Somebody, sent: list[Any]
) -> None:
    reachable(app, world, student)
    client.post("/auth/password-reset", {"username": "student", "district": "tamarack"})
    work(app)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, seconds=1)):
        assert code(activate(client, code_in(sent[0][2]), ANOTHER)) == "activation_invalid"


def test_asking_for_a_new_password_tells_nothing_and_does_the_same_work(
    client: Client, app: Application, world: World, student: Somebody, sent: list[Any]
) -> None:
    reachable(app, world, student)
    asked = [
        client.post("/auth/password-reset", {"username": name, "district": "tamarack"})
        for name in ("student", "nobody", "parent", "counselor")
    ]
    assert {(one.status_code, one.data) for one in asked} == {(202, asked[0].data)}
    with app.database.transaction() as session:
        assert session.query(Job).count() == len(asked)
    assert sum(one["is_mailed"] for one in work(app)) == 1
    assert len(sent) == 1


def test_asking_from_outside_leaves_a_printed_code_alone(
    client: Client,
    app: Application,
    world: World,
    student: Somebody,
    sent: list[Any],
    invite: Invite,
) -> None:
    reachable(app, world, student)
    given = invite(student)
    client.post("/auth/password-reset", {"username": "student", "district": "tamarack"})
    work(app)
    assert activate(client, given, ANOTHER).status_code == 200
    reset = next(text for _to, _subject, text in sent if "asked for a new password" in text)
    assert code(activate(client, code_in(reset))) == "activation_invalid"


def test_nobodys_mailbox_is_flooded(client: Client, world: World, student: Somebody) -> None:
    body = {"username": "student", "district": "tamarack"}
    answers = [client.post("/auth/password-reset", body) for _ in range(4)]
    assert [one.status_code for one in answers] == [202, 202, 202, 429]
    assert log_in(client).status_code == 200


def test_a_digest_knows_no_two_codes_alike() -> None:
    assert codes.digest("OIL0-1234") == codes.digest("o1l 01234 ")
    assert codes.digest("AAAA") != codes.digest("AAAB")
