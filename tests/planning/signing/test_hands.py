"""Nobody receives both a link and its code: no issuer can sign for the signer."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.jobs.models import Job
from plp_api.foundation.roster.models import AccountPerson, Person, Student
from plp_api.planning.signing import actions
from tests.client import Client, code, pointers
from tests.people.identity.conftest import activate
from tests.planning.signing.conftest import Link, Page
from tests.world import World, person, relate, writing

ISSUERS = ("advisor", "counselor", "registrar", "school_admin")
DELIVERIES = ("print", "mail")
CHECKS = ("code", "birth_date")
MAILBOXES = ("none", "the signer's", "entered by the issuer")


@pytest.fixture(params=[False, True], ids=["no mail", "mail"])
def has_mail(request: pytest.FixtureRequest, app: Any) -> Iterator[bool]:
    """Whether mail is configured."""
    chosen = app.settings
    if request.param:
        chosen = replace(chosen, mail_url="smtp://mail", public_url="https://plp.example")
    with patch.object(app, "settings", chosen), settings_module.using(chosen):
        yield bool(request.param)


def test_whoever_issues_a_link_cannot_sign_by_it(
    client: Client,
    world: World,
    in_force: str,
    order: dict[str, str],
    database: Any,
    has_mail: bool,
) -> None:
    """Every issuer, delivery, check and mailbox, with all that the answers give the issuer."""
    tried, made_links, wrong = 0, 0, []
    issuers = {who: client.as_(world.home.people[who]) for who in ISSUERS}
    for who in ISSUERS:
        for mailbox in MAILBOXES:
            _mailbox(database, world, mailbox, who)
            for delivery in DELIVERIES:
                for check in CHECKS:
                    asked = {**order, "delivery": delivery, "identity_check": check}
                    issuer = issuers[who]
                    with database.undone():
                        answer = issuer.post(f"{in_force}/signing-links", asked)
                        tried += 1
                        if answer.status_code == 422:
                            assert pointers(answer) <= {"/delivery", "/identity_check"}
                            continue
                        made_links += 1
                        if _signs(client, issuer, answer.json, database, world):
                            wrong.append((who, mailbox, delivery, check))
    assert wrong == []
    assert tried == len(ISSUERS) * len(MAILBOXES) * len(DELIVERIES) * len(CHECKS)
    assert made_links >= 12


def _mailbox(database: Any, world: World, whose: str, issuer: str) -> None:
    with writing(database, world.home) as session:
        parent = session.get_one(Person, world.home.parent.id)
        parent.email = None if whose == "none" else "family@example.org"
        is_issuers = whose == "entered by the issuer"
        parent.email_set_by = world.home.people[issuer].id if is_issuers else None


def _signs(client: Client, issuer: Client, made: dict[str, Any], database: Any, world: Any) -> bool:
    """Whether the issuer can sign with the answer and the data that they can look up."""
    listed = issuer.get(f"/signing-links/{made['id']}").json
    own = issuer.send("POST", f"/signing-links/{made['id']}/code")
    known = {**listed, **made, **(own.json if own.status_code == 201 else {})}
    if "url" not in known:
        return False
    path = "/" + re.sub(r"^https?://[^/]+", "", known["url"])
    link = Link(client, known["id"], path, known.get("code"))
    with writing(database, world.home) as session:
        born: date = session.get_one(Student, world.home.student.id).birth_date
    answers = [
        {"code": known.get("code", "")},
        {"year": str(born.year), "month": str(born.month), "day": str(born.day)},
    ]
    for answer in answers:
        page = link.post(step="identify", **answer)
        if page.status_code != 200:
            continue
        filled = {"name": "Pat Parent", "attest": "yes", "language": "en"}
        signed = link.post(step="sign", **Page(page.text).hidden, **filled)
        if "You have signed" in signed.text:
            return True
    return False


def enter_address(database: Any, world: World, by: Any) -> None:
    with writing(database, world.home) as session:
        parent = session.get_one(Person, world.home.parent.id)
        parent.email, parent.email_set_by = "family@example.org", by


@pytest.mark.parametrize("has_mail", [True], indirect=True)
def test_a_birth_date_is_asked_of_no_address_that_staff_entered(
    client: Client,
    world: World,
    in_force: str,
    order: dict[str, str],
    database: Any,
    has_mail: bool,
) -> None:
    home = world.home
    asked = {**order, "delivery": "mail", "identity_check": "birth_date"}
    counselor = client.as_(home.counselor)
    enter_address(database, world, home.registrar.id)
    refused = counselor.post(f"{in_force}/signing-links", asked)
    assert pointers(refused) == {"/identity_check"}
    enter_address(database, world, None)
    assert counselor.made(f"{in_force}/signing-links", asked)["code_by"] == "issuer"


@pytest.mark.parametrize("has_mail", [True], indirect=True)
@pytest.mark.parametrize("delivery", DELIVERIES)
@pytest.mark.parametrize("enterer", ["advisor", "second_person"])
def test_to_an_address_that_the_approver_entered_a_witness_hands_the_code(
    client: Client,
    world: World,
    in_force: str,
    order: dict[str, str],
    database: Any,
    has_mail: bool,
    delivery: str,
    enterer: str,
) -> None:
    home = world.home
    with writing(database, home) as session:
        second = person(session, home, "second_person")
        session.get_one(AccountPerson, second.id).account_id = home.advisor.account_id
    enter_address(database, world, home.people[enterer].id)
    asked = {**order, "delivery": delivery}
    made = client.as_(home.counselor).made(f"{in_force}/signing-links", asked)
    assert made["code_by"] == "witness"


@pytest.mark.parametrize("has_mail", [True], indirect=True)
@pytest.mark.parametrize("enterer", ["counselor", "second_person", "advisor"])
def test_nothing_is_mailed_where_issuer_or_approver_entered_the_address_since(
    client: Client,
    world: World,
    in_force: str,
    order: dict[str, str],
    database: Any,
    has_mail: bool,
    enterer: str,
) -> None:
    home = world.home
    with writing(database, home) as session:
        second = person(session, home, "second_person")
        session.get_one(AccountPerson, second.id).account_id = home.counselor.account_id
    enter_address(database, world, None)
    asked = {**order, "delivery": "mail"}
    client.as_(home.counselor).made(f"{in_force}/signing-links", asked)
    enter_address(database, world, home.people[enterer].id)
    with database.transaction() as session:
        (job,) = session.query(Job).filter(Job.kind == actions.MAIL_LINK)
        job_id = job.id
    with db.using(database):
        assert actions.mail_link(job_id, lambda _: None) == {"is_mailed": False}


def test_a_second_adult_hands_the_code_over_and_is_the_witness(
    client: Client, world: World, in_force: str, order: dict[str, str]
) -> None:
    home = world.home
    made = client.as_(home.advisor).made(f"{in_force}/signing-links", order)
    assert made["code_by"] == "witness"
    link = Link.of(client, made, client.as_(home.registrar))
    page = link.identify()
    assert "Advisor" in page.words
    assert link.sign().status_code == 200
    read = client.as_(home.counselor).read(f"{in_force}/signatures")
    (given,) = [one for one in read["items"] if one["role"] == "parent"]
    assert (given["method"], given["issued_by"]) == ("link", str(home.advisor.id))
    assert given["witnessed_by"] == str(home.registrar.id)
    printed = client.as_(home.school_admin).get(f"{in_force}/print?format=html").text
    assert "sent by Advisor" in printed
    assert "witnessed by Registrar" in printed


@pytest.mark.parametrize("who", ["advisor", "counselor", "second_person"])
def test_neither_issuer_nor_approver_is_the_witness_by_any_person_of_theirs(
    client: Client, world: World, in_force: str, order: dict[str, str], database: Any, who: str
) -> None:
    home = world.home
    with writing(database, home) as session:
        second = person(session, home, "second_person")
        relate(session, home, second, home.student, "advisor")  # type: ignore[arg-type]
        session.get_one(AccountPerson, second.id).account_id = home.counselor.account_id
    asked = {**order, "wants_witness": True}
    made = client.as_(home.counselor).made(f"{in_force}/signing-links", asked)
    refused = client.as_(home.people[who]).send("POST", f"/signing-links/{made['id']}/code")
    assert code(refused) == "witness_not_apart"


def test_nobody_witnesses_whose_account_the_issuer_s_code_opened(
    client: Client, world: World, in_force: str, order: dict[str, str], database: Any
) -> None:
    home = world.home
    registrar = client.as_(home.registrar)
    path = f"/people/{home.co_advisor.id}"
    printed = registrar.act(path, "invite", is_printed=True).json["invitation"]["code"]
    assert activate(client, printed).status_code == 200
    with writing(database, home) as session:
        relate(session, home, home.co_advisor, home.student, "advisor")  # type: ignore[arg-type]
    made = registrar.made(f"{in_force}/signing-links", {**order, "wants_witness": True})
    witness = client.as_(home.co_advisor)
    refused = witness.send("POST", f"/signing-links/{made['id']}/code")
    assert code(refused) == "witness_not_apart"


def test_a_code_taken_anew_ends_the_one_before(
    client: Client, world: World, in_force: str, order: dict[str, str]
) -> None:
    made = client.as_(world.home.advisor).made(f"{in_force}/signing-links", order)
    first = Link.of(client, made, client.as_(world.home.registrar))
    second = Link.of(client, made, client.as_(world.home.counselor))
    if first.code != second.code:
        assert first.post(step="identify", code=first.code or "").status_code == 422
    assert second.sign().status_code == 200


def test_a_link_that_needs_no_witness_takes_none(
    client: Client, app: Any, world: World, in_force: str, order: dict[str, str], database: Any
) -> None:
    _mailbox(database, world, "the signer's", "counselor")
    chosen = replace(app.settings, mail_url="smtp://mail", public_url="https://plp.example")
    with patch.object(app, "settings", chosen):
        made = client.as_(world.home.counselor).made(f"{in_force}/signing-links", order)
        refused = client.as_(world.home.registrar).send("POST", f"/signing-links/{made['id']}/code")
    assert code(refused) == "action_unavailable"
