"""Logging in: what succeeds, and that a failure reveals nothing."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from argon2 import PasswordHasher

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    LoginSession,
    Person,
    PersonStatus,
)
from plp_api.foundation.turns import Turns
from plp_api.people.identity import devices, passwords, throttle
from plp_api.people.identity.models import FailedAttempt
from plp_api.people.identity.throttle import Kind
from plp_api.server.app import Application
from tests.client import Client, code, pointers
from tests.people.identity.conftest import (
    ANOTHER,
    PASSWORD,
    bearer,
    events,
    give_password,
    log_in,
    refresh,
)
from tests.racing import at_once
from tests.world import Somebody, World, writing


def test_a_person_signs_in_and_is_known(client: Client, world: World, student: Somebody) -> None:
    answer = log_in(client)
    assert answer.json["person_id"] == str(student.id)
    assert answer.json["token_type"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"
    me = bearer(client, answer).read("/me")
    assert me["person"]["id"] == str(student.id)
    assert me["session_id"] == answer.json["session_id"]


def test_case_and_composition_of_characters_do_not_count(
    client: Client, app: Application, world: World
) -> None:
    give_password(app, world.home, world.home.parent, "crème brûlée für alle")
    answer = log_in(client, "PARENT ", "cre\u0300me bru\u0302le\u0301e fu\u0308r alle")
    assert answer.status_code == 200


def test_spaces_of_a_password_are_part_of_it(client: Client, student: Somebody) -> None:
    assert code(log_in(client, password=f" {PASSWORD}")) == "credentials_invalid"


def test_a_user_name_that_one_district_knows_needs_no_district(
    client: Client, app: Application, world: World
) -> None:
    with writing(app.database, world.away) as session:
        session.get_one(Account, world.away.student.account_id).username = "somebody_else"
    give_password(app, world.home, world.home.student)
    answer = client.post("/auth/login", {"username": "student", "password": PASSWORD})
    assert answer.status_code == 200


def test_a_user_name_of_two_districts_needs_the_district_and_does_not_say_so(
    client: Client, world: World, student: Somebody
) -> None:
    answer = client.post("/auth/login", {"username": "student", "password": PASSWORD})
    assert code(answer) == "credentials_invalid"
    by_id = log_in(client, district=str(world.home.district_id))
    assert by_id.status_code == 200


def test_a_foreign_district_does_not_know_the_account(client: Client, student: Somebody) -> None:
    assert code(log_in(client, district="granite")) == "credentials_invalid"


def refusals(client: Client, app: Application, world: World) -> dict[str, object]:
    """Every way in which a login fails, with its answer."""
    home = world.home
    for somebody in (home.student, home.parent, home.advisor):
        give_password(app, home, somebody)
    with writing(app.database, home) as session:
        session.get_one(Account, home.parent.account_id).is_disabled = True
        session.get_one(Person, home.advisor.id).status = PersonStatus.DISABLED
    return {
        "wrong password": log_in(client, password=ANOTHER),
        "nobody": log_in(client, "nobody"),
        "never activated": log_in(client, "counselor"),
        "disabled account": log_in(client, "parent"),
        "disabled person": log_in(client, "advisor"),
        "foreign district": log_in(client, district="granite"),
        "unknown district": log_in(client, district="nowhere"),
        "several districts": client.post(
            "/auth/login", {"username": "student", "password": PASSWORD}
        ),
    }


def test_every_refusal_says_the_same(client: Client, app: Application, world: World) -> None:
    said = {}
    for name, answer in refusals(client, app, world).items():
        document = dict(answer.json)  # type: ignore[attr-defined]
        del document["request_id"]
        said[name] = (answer.status_code, str(sorted(document.items())))  # type: ignore[attr-defined]
    assert len(set(said.values())) == 1, said
    assert code(log_in(client, "nobody")) == "credentials_invalid"


def test_every_attempt_verifies_exactly_one_hash(
    client: Client, app: Application, world: World, student: Somebody
) -> None:
    log_in(client, "nobody")
    attempts: list[Callable[[], Any]] = [
        lambda: log_in(client),
        lambda: log_in(client, password=ANOTHER),
        lambda: log_in(client, "nobody"),
        lambda: log_in(client, "counselor"),
        lambda: log_in(client, district="granite"),
    ]
    for attempt in attempts:
        with (
            patch.object(
                PasswordHasher, "verify", autospec=True, side_effect=PasswordHasher.verify
            ) as verify,
            patch.object(PasswordHasher, "hash") as hashed,
        ):
            attempt()
        assert verify.call_count == 1
        assert hashed.call_count == 0


def test_a_hash_of_another_cost_is_made_anew(
    client: Client, app: Application, world: World, student: Somebody
) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    with writing(app.database, world.home) as session:
        session.get_one(Account, student.account_id).password_hash = old
    assert log_in(client).status_code == 200
    with writing(app.database, world.home) as session:
        assert session.get_one(Account, student.account_id).password_hash != old
    assert log_in(client).status_code == 200


def fail(client: Client, times: int, username: str = "student", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        answer = client.post(
            "/auth/login",
            {"username": username, "password": ANOTHER, "district": "tamarack"},
            environ_base={"REMOTE_ADDR": address},
        )
        assert code(answer) == "credentials_invalid"


@pytest.fixture
def patient() -> Iterator[None]:
    """No waiting time between the first failures."""
    with patch.object(throttle, "FREE", 100):
        yield


def try_to_log_in(client: Client, address: str, username: str = "student", **options: Any) -> Any:
    body = {"username": username, "password": PASSWORD, "district": "tamarack"}
    return client.post("/auth/login", body, environ_base={"REMOTE_ADDR": address}, **options)


STRANGER, HOME = "203.0.113.9", "192.0.2.1"


@pytest.mark.usefixtures("patient")
def test_ten_failures_close_the_account_to_whoever_made_them_and_to_nobody_else(
    client: Client, student: Somebody
) -> None:
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False) as traveller:
        fail(client, 10, address=STRANGER)
        answer = try_to_log_in(client, STRANGER)
        assert code(answer) == "login_throttled"
        assert answer.headers["Retry-After"] == "900"
        assert try_to_log_in(client, HOME).status_code == 200
        assert try_to_log_in(client, STRANGER, "parent").status_code == 401
        traveller.move_to(start + timedelta(minutes=15, seconds=1))
        assert try_to_log_in(client, STRANGER).status_code == 200


@pytest.mark.usefixtures("patient")
def test_getting_in_under_the_same_name_elsewhere_forgets_no_failure(
    client: Client, app: Application, world: World, student: Somebody
) -> None:
    give_password(app, world.away, world.away.student, ANOTHER)
    fail(client, 9)
    own = log_in(client, password=ANOTHER, district="granite")
    assert own.status_code == 200
    fail(client, 1)
    assert code(try_to_log_in(client, HOME)) == "login_throttled"


def test_from_the_fifth_failure_on_each_pause_is_twice_as_long(
    client: Client, student: Somebody
) -> None:
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False) as traveller:
        fail(client, 5)
        for pause in (1, 2, 4, 8):
            answer = try_to_log_in(client, HOME)
            assert (code(answer), answer.headers["Retry-After"]) == ("login_throttled", str(pause))
            traveller.shift(timedelta(seconds=pause))
            fail(client, 1)


@pytest.mark.usefixtures("patient")
def test_a_device_that_signed_in_before_is_locked_out_by_nobody(
    client: Client, student: Somebody
) -> None:
    """Guesses from many addresses close the account to unknown devices, and its address to all."""
    first = try_to_log_in(client, HOME)
    cookie = device_of(first)
    with patch.object(throttle, "MOST_PER_ACCOUNT", dict.fromkeys(Kind, 20)):
        for host in range(20):
            fail(client, 1, address=f"203.0.113.{host}")
        assert code(try_to_log_in(client, HOME)) == "login_throttled"
        assert try_to_log_in(client, HOME, headers={"Cookie": cookie}).status_code == 200
    with patch.object(throttle, "MOST_PER_ADDRESS", 3):
        for number in range(3):
            fail(client, 1, f"guess{number}", address=HOME)
        assert code(try_to_log_in(client, HOME)) == "login_throttled"
        assert try_to_log_in(client, HOME, headers={"Cookie": cookie}).status_code == 200


@pytest.mark.usefixtures("patient")
def test_a_known_device_is_counted_by_itself_and_guesses_no_more_than_others(
    client: Client, student: Somebody
) -> None:
    cookie = device_of(try_to_log_in(client, HOME))
    for host in range(10):
        body = {"username": "student", "password": ANOTHER, "district": "tamarack"}
        client.post(
            "/auth/login",
            body,
            environ_base={"REMOTE_ADDR": f"203.0.113.{host}"},
            headers={"Cookie": cookie},
        )
    assert code(try_to_log_in(client, HOME, headers={"Cookie": cookie})) == "login_throttled"
    assert try_to_log_in(client, HOME).status_code == 200


def test_the_cookie_of_a_device_is_good_for_its_own_accounts_and_read_by_no_script(
    client: Client, app: Application, world: World, student: Somebody
) -> None:
    answer = try_to_log_in(client, HOME)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/api/v1/auth" in cookie
    value = device_of(answer).split("=", 1)[1]
    own = Account(id=student.account_id, password_hash="kept")
    other = Account(id=db.new_id(), password_hash="kept")
    with settings_module.using(app.settings), writing(app.database, world.home) as session:
        assert devices.known(value, session.get_one(Account, student.account_id))
        value = devices.with_account(None, own)
        assert devices.known(value, own)
        assert devices.known(value, other) is None
        assert devices.known(value, None) is None
        assert devices.known(value[:-1] + "x", own) is None
        assert devices.known("anything." + value.split(".")[1], own) is None
        assert devices.known(value + ".é", own) is None
        both = devices.with_account(value, other)
        assert devices.known(both, own) == devices.known(both, other)
        many = both
        for _ in range(20):
            many = devices.with_account(many, Account(id=db.new_id(), password_hash="kept"))
        assert len(many) < devices.LONGEST
        own.password_hash = "another"
        assert devices.known(value, own) is None


def test_a_cookie_that_is_none_of_ours_keeps_nobody_out(client: Client, student: Somebody) -> None:
    for cookie in (
        "plp_device=abc.\xe9",
        "plp_device=",
        "plp_device=....",
        "plp_device=" + "x" * 3000,
    ):
        assert try_to_log_in(client, HOME, headers={"Cookie": cookie}).status_code == 200


@pytest.mark.usefixtures("patient")
def test_devices_that_knew_an_old_password_guess_the_new_one_as_strangers(
    client: Client, app: Application, world: World, student: Somebody
) -> None:
    cookie = device_of(try_to_log_in(client, HOME))
    with writing(app.database, world.home) as session:
        session.get_one(Account, student.account_id).password_hash = passwords.hashed(ANOTHER)
    for _ in range(10):
        answer = try_to_log_in(client, STRANGER, headers={"Cookie": cookie})
        assert code(answer) == "credentials_invalid"
    assert code(try_to_log_in(client, STRANGER)) == "login_throttled"


def device_of(answer: Any) -> str:
    """The device cookie as a browser sends it back."""
    found: str = answer.headers["Set-Cookie"].split(";")[0]
    assert found.startswith(devices.COOKIE)
    return found


@pytest.mark.usefixtures("patient")
def test_guesses_made_at_once_do_not_pass_the_limit(live: Any) -> None:
    answers = at_once(
        *(
            lambda: live.client.post(
                "/auth/login", {"username": "no.such", "password": ANOTHER, "district": "tamarack"}
            )
            for _ in range(24)
        )
    )
    verified = [one for one in answers if one.status_code == 401]
    assert len(verified) <= 10
    assert {one.status_code for one in answers} <= {401, 429, 503}


def test_few_passwords_are_verified_at_once_and_others_are_told_when_to_come(
    client: Client, student: Somebody
) -> None:
    with patch.object(passwords, "TURNS", Turns(at_once=1, waiting=0, seconds=0)):
        with passwords.TURNS.taken():
            answer = log_in(client)
            assert (code(answer), answer.headers["Retry-After"]) == ("server_busy", "1")
        assert log_in(client).status_code == 200


def test_no_transaction_is_open_while_a_password_is_verified(
    client: Client, student: Somebody
) -> None:
    held = []

    def look(*_: Any) -> bool:
        with suppress(LookupError):
            held.append(db.session())
        return True

    with patch.object(passwords, "matches", look):
        assert log_in(client).status_code == 200
    assert held == []


def test_asking_for_codes_closes_no_login(client: Client, student: Somebody) -> None:
    with patch.object(throttle, "MOST_PER_ADDRESS", 5):
        for number in range(6):
            client.post("/auth/password-reset", {"username": f"guess{number}"})
        refused = client.post("/auth/password-reset", {"username": "one.more"})
        assert code(refused) == "login_throttled"
        assert log_in(client).status_code == 200


@pytest.mark.usefixtures("patient")
def test_waiting_says_nothing_about_whether_an_account_exists(client: Client) -> None:
    fail(client, 10, "nobody", address="127.0.0.1")
    assert code(log_in(client, "nobody")) == "login_throttled"


@pytest.mark.usefixtures("patient")
def test_the_district_named_begins_no_other_count(client: Client, student: Somebody) -> None:
    fail(client, 10, address="127.0.0.1")
    answer = client.post("/auth/login", {"username": "student", "password": PASSWORD})
    assert code(answer) == "login_throttled"


def test_an_address_waits_whatever_the_account(client: Client, student: Somebody) -> None:
    with patch.object(throttle, "MOST_PER_ADDRESS", 3):
        for number in range(3):
            fail(client, 1, f"guess{number}", address="198.51.100.7")
        tried = {"username": "student", "password": PASSWORD, "district": "tamarack"}
        here = client.post("/auth/login", tried, environ_base={"REMOTE_ADDR": "198.51.100.7"})
        elsewhere = client.post("/auth/login", tried, environ_base={"REMOTE_ADDR": "198.51.100.8"})
    assert code(here) == "login_throttled"
    assert elsewhere.status_code == 200


def test_a_household_of_ipv6_addresses_is_one_address(client: Client, student: Somebody) -> None:
    with patch.object(throttle, "MOST_PER_ADDRESS", 2):
        fail(client, 1, "guess1", address="2001:db8:1:2::1")
        fail(client, 1, "guess2", address="2001:db8:1:2:ffff::9")
        tried = {"username": "student", "password": PASSWORD, "district": "tamarack"}
        same = client.post("/auth/login", tried, environ_base={"REMOTE_ADDR": "2001:db8:1:2::5"})
        other = client.post("/auth/login", tried, environ_base={"REMOTE_ADDR": "2001:db8:1:3::5"})
    assert code(same) == "login_throttled"
    assert other.status_code == 200


@pytest.mark.usefixtures("patient")
def test_getting_in_forgets_the_failures_before_at_that_place(
    client: Client, student: Somebody
) -> None:
    fail(client, 9)
    fail(client, 9, address=STRANGER)
    assert try_to_log_in(client, HOME).status_code == 200
    fail(client, 9)
    assert try_to_log_in(client, HOME).status_code == 200
    fail(client, 1, address=STRANGER)
    assert code(try_to_log_in(client, STRANGER)) == "login_throttled"


def test_failures_are_kept_without_name_or_address(
    client: Client, app: Application, world: World
) -> None:
    fail(client, 1, "nobody", address="192.0.2.77")
    with writing(app.database, world.home) as session:
        kept = session.query(FailedAttempt).one()
        assert len(kept.account_key) == len(kept.address_key) == 64


def hold_both(app: Application, world: World) -> Any:
    """One account for a parent in both districts."""
    home, away = world.home.parent, world.away.parent
    give_password(app, world.home, home)
    with writing(app.database, world.home, world.away) as session:
        session.get_one(AccountPerson, away.id).account_id = home.account_id
    return home


def test_an_account_acts_as_one_of_its_persons_and_switches(
    client: Client, app: Application, world: World
) -> None:
    home, away = hold_both(app, world), world.away.parent
    first = log_in(client, "parent")
    assert first.json["person_id"] == str(home.id)
    at_home = bearer(client, first)
    persons = at_home.read("/me")["persons"]
    assert [(one["id"], one["is_current"]) for one in persons] == [
        (str(away.id), False),
        (str(home.id), True),
    ]
    assert [one["district_name"] for one in persons] == ["Granite Union", "Tamarack Union"]

    switched = refresh(client, first.json["refresh_token"], person_id=str(away.id))
    there = bearer(client, switched).read("/me")
    assert there["person"]["id"] == str(away.id)
    assert there["district"]["slug"] == "granite"
    assert [one["id"] for one in there["children"]] == [str(world.away.student.id)]
    assert code(at_home.get("/me")) == "session_ended"
    assert "session.started" in events(app, world.away)


def test_signing_in_may_name_the_person(client: Client, app: Application, world: World) -> None:
    hold_both(app, world)
    answer = log_in(client, "parent", person_id=str(world.away.parent.id))
    assert answer.json["district_id"] == str(world.away.district_id)
    stranger = log_in(client, "parent", person_id=str(world.away.student.id))
    assert pointers(stranger) == {"/person_id"}


def test_nobody_goes_on_as_a_person_of_another_account(
    client: Client, world: World, student: Somebody
) -> None:
    token = log_in(client).json["refresh_token"]
    answer = refresh(client, token, person_id=str(world.home.parent.id))
    assert pointers(answer) == {"/person_id"}
    assert refresh(client, token).status_code == 200


def test_a_session_keeps_what_the_device_calls_itself(
    client: Client, app: Application, world: World, student: Somebody
) -> None:
    tried = {"username": "student", "password": PASSWORD, "district": "tamarack"}
    answer = client.post("/auth/login", tried, headers={"User-Agent": "Tester " * 100})
    with writing(app.database, world.home) as session:
        login = session.query(LoginSession).filter_by(person_id=student.id).one()
        assert str(login.id) == answer.json["session_id"]
        assert login.user_agent.startswith("Tester Tester")
        assert len(login.user_agent) == 200


def test_events_of_a_sign_in_name_ids_alone(
    client: Client, app: Application, world: World, student: Somebody
) -> None:
    bearer(client, log_in(client)).post("/auth/logout")
    assert events(app, world.home)[-2:] == ["session.started", "session.ended"]
