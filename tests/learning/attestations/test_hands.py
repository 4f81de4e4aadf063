"""A link and its code reach the mentor by different hands, and a spent link offers a fresh one."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor, PartnerSite
from plp_api.foundation import clock
from plp_api.foundation.links.models import Link as LinkRow
from plp_api.foundation.roster.relationships import RelationshipKind
from plp_api.learning.agreements.models import Agreement, AgreementSignature
from plp_api.learning.attestations.models import MentorLink
from plp_api.learning.elos.models import Elo
from plp_api.people.identity.models import Invitation
from tests.client import Client, code, pointers, uuid
from tests.databases import Isolated
from tests.learning.attestations.conftest import Issue, Link, Log, Mail, at, edition
from tests.learning.elo_world import Internship
from tests.world import Somebody, World, relate, writing

Enter = Callable[..., None]
Events = Callable[[], list[str]]


def links(elo: Internship) -> str:
    return f"/mentors/{elo.mentor_id}/links"


@pytest.fixture
def agreement(internship: Internship, world: World, database: Isolated) -> str:
    """The hash of an agreement of the internship that waits for the mentor alone."""
    with writing(database, world.home) as session:
        elo = session.get_one(Elo, internship.id)
        elo.status = "agreement_pending"
        session.add(edition(elo, internship, world))
    return "a" * 64


@pytest.mark.parametrize("delivery", ["print", "mail"])
@pytest.mark.parametrize("setter", ["issuer", "second", "roster"])
@pytest.mark.parametrize("waits", ["agreement", "hours"])
def test_whoever_issues_a_link_cannot_use_it(
    request: pytest.FixtureRequest,
    client: Client,
    coordinator: Client,
    internship: Internship,
    world: World,
    mail: Mail,
    entered_by: Enter,
    second: Somebody,
    log: Log,
    delivery: str,
    setter: str,
    waits: str,
) -> None:
    """Nothing that the answers, or the mailbox they entered, give the issuer opens the page."""
    if waits == "agreement":
        request.getfixturevalue("agreement")
    else:
        log.add(internship)
    people = {"issuer": world.home.elo_coordinator, "second": second, "roster": None}
    entered_by(people[setter])
    made = coordinator.made(links(internship), {"delivery": delivery})
    mail.run()
    paths = [at(made["url"])] if "url" in made else []
    codes = {made["code"]} if "code" in made else set()
    if setter == "issuer":
        texts = [text for _, _, text in mail.sent]
        paths += [mail.link().path] if "/verifications/" in "".join(texts) else []
        codes |= {word for text in texts for word in re.findall(r"\b[0-9]{6}\b", text)}
        assert (
            client.as_(world.home.elo_coordinator)
            .post(f"/mentor-links/{made['id']}/code", None)
            .status_code
            == 409
        )
    assert not (paths and (codes or made["identity_check"] == "none"))


def test_a_mailed_link_to_an_address_of_another_has_its_code_told(
    coordinator: Client, internship: Internship, mail: Mail, entered_by: Enter, second: Somebody
) -> None:
    entered_by(second)
    made = coordinator.made(links(internship), {"delivery": "mail"})
    assert made["code_by"] == "issuer"
    assert not {"url", "letter"} & made.keys()
    mail.run()
    ((to, _, text),) = mail.sent
    assert to == "tom@clinic.example"
    for word in ("Tom", "Student", "Nursing", made["code"]):
        assert word not in text
    assert "What waits" not in text
    assert "Nursing" in mail.link(made["code"]).go_on().words


def test_the_letter_speaks_the_mentor_s_language(
    coordinator: Client, internship: Internship, mail: Mail, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        session.get_one(Mentor, internship.mentor_id).language = "es"
    coordinator.made(links(internship), {"delivery": "mail"})
    mail.run()
    ((_, subject, text),) = mail.sent
    assert "Una escuela le pide" in subject
    assert "Abra esta dirección" in text


def test_once_a_code_proved_the_address_a_mailed_link_asks_for_none(
    coordinator: Client,
    principal: Client,
    internship: Internship,
    log: Log,
    mail: Mail,
    entered_by: Enter,
    world: World,
) -> None:
    entered_by(world.home.elo_coordinator)
    first = log.add(internship)
    made = coordinator.made(links(internship), {"delivery": "mail"})
    assert (made["identity_check"], made["code_by"]) == ("code", "witness")
    mail.run()
    secret = principal.made(f"/mentor-links/{made['id']}/code", None)["code"]
    assert mail.link(secret).attest({f"say-{first}": "right"}).status_code == 200
    second = log.add(internship, days_ago=2)
    made = coordinator.made(links(internship), {"delivery": "mail"})
    assert made["identity_check"] == "none"
    mail.run()
    link = mail.link()
    assert "Nursing" not in link.in_words(link.open())
    assert link.attest({f"say-{second}": "right"}).status_code == 200
    assert log.of(second).status == "verified"
    # Another address is not proved.
    entered_by(world.home.elo_coordinator, "other@clinic.example")
    made = coordinator.made(links(internship), {"delivery": "mail"})
    assert made["identity_check"] == "code"


def test_a_mailed_link_ends_when_the_address_changes(
    coordinator: Client, internship: Internship, mail: Mail, entered_by: Enter, second: Somebody
) -> None:
    entered_by(second)
    made = coordinator.made(links(internship), {"delivery": "mail"})
    entered_by(second, "right@clinic.example")
    mail.run()
    assert mail.sent == []
    made = coordinator.made(links(internship), {"delivery": "mail"})
    mail.run()
    link = mail.link(made["code"])
    entered_by(second, "other@clinic.example")
    assert link.open().status_code == 410


def test_the_code_of_a_printed_link_is_mailed_where_another_entered_the_address(
    coordinator: Client,
    client: Client,
    internship: Internship,
    mail: Mail,
    entered_by: Enter,
    second: Somebody,
) -> None:
    entered_by(second)
    made = coordinator.made(links(internship), {"delivery": "print"})
    assert made["code_by"] == "mail"
    mail.run()
    ((_, _, text),) = mail.sent
    (secret,) = re.findall(r"\b[0-9]{6}\b", text)
    assert "/verifications/" not in text
    assert "Nursing" in Link(client, at(made["url"]), secret).go_on().words


def test_no_code_is_mailed_where_the_issuer_entered_the_address_since(
    coordinator: Client,
    internship: Internship,
    mail: Mail,
    entered_by: Enter,
    second: Somebody,
    world: World,
) -> None:
    entered_by(second)
    coordinator.made(links(internship), {"delivery": "print"})
    entered_by(world.home.elo_coordinator)
    mail.run()
    assert mail.sent == []


def test_a_mentor_without_an_address_gets_no_mail(
    coordinator: Client, internship: Internship, mail: Mail, entered_by: Enter
) -> None:
    entered_by(None, None)
    refused = coordinator.post(links(internship), {"delivery": "mail"})
    assert pointers(refused) == {"/delivery"}


def test_without_mail_here_nothing_is_mailed(coordinator: Client, internship: Internship) -> None:
    refused = coordinator.post(links(internship), {"delivery": "mail"})
    assert pointers(refused) == {"/delivery"}


# Witnesses.


def test_the_witness_is_another_than_the_issuer(
    client: Client, coordinator: Client, internship: Internship, second: Somebody
) -> None:
    made = coordinator.made(links(internship), {})
    path = f"/mentor-links/{made['id']}/code"
    assert code(coordinator.post(path, None)) == "witness_not_apart"
    first = client.as_(second).made(path, None)["code"]
    later = client.as_(second).made(path, None)["code"]
    assert "For Tom Averill" in Link(client, at(made["url"]), later).go_on().words
    if first != later:
        refused = Link(client, at(made["url"]), first).post(step="identify", code=first)
        assert refused.status_code == 422
    assert coordinator.read(f"/mentor-links/{made['id']}")["witnessed_by"] == str(second.id)


def test_who_entered_the_address_is_no_witness_of_a_mailed_link(
    client: Client,
    coordinator: Client,
    principal: Client,
    internship: Internship,
    mail: Mail,
    entered_by: Enter,
    agreement: str,
    world: World,
    second: Somebody,
) -> None:
    entered_by(world.home.school_admin)
    made = coordinator.made(links(internship), {"delivery": "mail"})
    path = f"/mentor-links/{made['id']}/code"
    assert code(principal.post(path, None)) == "witness_not_apart"
    assert client.as_(second).post(path, None).status_code == 201


def test_nobody_witnesses_whose_account_the_issuer_s_code_opened(
    client: Client,
    coordinator: Client,
    internship: Internship,
    world: World,
    database: Isolated,
    second: Somebody,
) -> None:
    made = coordinator.made(links(internship), {})
    with writing(database, world.home) as session:
        session.add(
            Invitation(
                district_id=world.home.district_id,
                person_id=second.id,
                created_by=world.home.elo_coordinator.id,
                is_held=True,
                code_hash="0" * 64,
                expires_at=clock.now(),
                used_at=clock.now(),
            )
        )
    refused = client.as_(second).post(f"/mentor-links/{made['id']}/code", None)
    assert code(refused) == "witness_not_apart"


def test_a_parent_on_the_staff_is_no_witness_for_their_own_child(
    client: Client,
    coordinator: Client,
    internship: Internship,
    world: World,
    database: Isolated,
    second: Somebody,
) -> None:
    made = coordinator.made(links(internship), {})
    with writing(database, world.home) as session:
        kind = RelationshipKind.PARENT
        parent = {"parent_kind": "parent", "status": "confirmed"}
        relate(session, world.home, second, world.home.student, kind, **parent)
    refused = client.as_(second).post(f"/mentor-links/{made['id']}/code", None)
    assert code(refused) == "actor_is_family"


def test_a_spent_link_needs_no_witness(
    principal: Client, issue: Issue, internship: Internship, log: Log
) -> None:
    entry = log.add(internship)
    link = issue()
    link.attest({f"say-{entry}": "right"})
    refused = principal.post(f"/mentor-links/{link.id}/code", None)
    assert code(refused) == "action_unavailable"


# The agreement.


def test_a_mentor_signs_the_agreement_that_they_read(
    issue: Issue, internship: Internship, agreement: str, world: World, database: Isolated
) -> None:
    link = issue()
    words = link.go_on().words
    for part in (
        "Two mornings a week.",
        "I can take a pulse.",
        "from October 1, 2026 to December 31, 2026",
        "between 40 h and 80 h",
        "Tuesday, 8\u00a0a.m. to 12\u00a0p.m.",
        "First draft, November 15, 2026",
        "Scrubs: $25.00 (the school)",
        "Mentor: Tom Averill",
        "North Peak Clinic",
        agreement,
    ):
        assert part in words
    chosen = {f"sign-{internship.id}": "sign", f"agreement-{internship.id}": agreement}
    nameless = link.attest(chosen)
    assert "Type your full name to sign" in link.in_words(nameless)
    answer = link.attest({**chosen, "name": "Tom Averill"})
    for part in ("Agreement signed as Tom Averill", "I can take a pulse.", "If I sign"):
        assert part in link.in_words(answer)
    with writing(database, world.home) as session:
        signature = session.scalars(select(AgreementSignature)).one()
        assert (signature.method, signature.typed_name) == ("link", "Tom Averill")
        assert signature.mentor_id == internship.mentor_id
        assert signature.witnessed_by == world.home.school_admin.id
        assert signature.issued_by == world.home.elo_coordinator.id
        assert session.get_one(Elo, internship.id).status == "approved"


def test_the_agreement_says_first_where_and_when_and_names_a_place_once(
    issue: Issue, internship: Internship, agreement: str, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        site = session.get_one(PartnerSite, internship.site_id)
        site.name, site.street, site.town = "North Peak Clinic", "12 Hill Road", "Stowe"
        site.postal_code = "05672"
    text = issue().go_on().html
    terms = re.sub(r"<[^>]+>", "", text[text.index("<article") : text.index("</article>")])
    lines = [line for line in terms.splitlines() if line]
    at = lines.index("Where")
    assert lines[at + 1 : at + 4] == ["North Peak Clinic", "12 Hill Road", "Stowe, VT 05672"]
    assert "Pay by the hour: $15.50" in lines
    assert "None" not in terms
    order = [lines.index(one) for one in ("Where", "Dates", "Weekly times", "Product")]
    assert order == sorted(order)


def test_a_mentor_declines_the_agreement_with_words(
    issue: Issue, internship: Internship, agreement: str, world: World, database: Isolated
) -> None:
    link = issue()
    chosen = {f"sign-{internship.id}": "decline", f"agreement-{internship.id}": agreement}
    assert "Say why" in link.in_words(link.attest(chosen))
    answer = link.attest({**chosen, f"sign-words-{internship.id}": "Too many hours."})
    assert "Agreement not signed: Too many hours." in link.in_words(answer)
    with writing(database, world.home) as session:
        signature = session.scalars(select(AgreementSignature)).one()
        assert (signature.is_declined, signature.words) == (True, "Too many hours.")
        assert session.get_one(Elo, internship.id).status == "agreement_pending"


def test_an_agreement_that_changed_since_is_not_signed(
    issue: Issue, internship: Internship, agreement: str, world: World, database: Isolated
) -> None:
    link = issue()
    hidden = link.go_on().hidden
    with writing(database, world.home) as session:
        session.scalars(select(Agreement)).one().status = "void"
        elo = session.get_one(Elo, internship.id)
        session.add(edition(elo, internship, world, edition=2, sha256="b" * 64))
    answer = link.send(
        {
            "step": "attest",
            "attest": "yes",
            **hidden,
            "name": "Tom",
            f"sign-{internship.id}": "sign",
            f"agreement-{internship.id}": agreement,
        }
    )
    assert answer.status_code == 422
    assert "The agreement has changed" in link.in_words(answer)


def test_a_signature_under_an_agreement_that_is_void_now_is_not_kept(
    issue: Issue, internship: Internship, agreement: str, world: World, database: Isolated
) -> None:
    link = issue()
    chosen = {f"sign-{internship.id}": "sign", "name": "Tom Averill"}
    form = {"step": "attest", "attest": "yes", **link.go_on().hidden, **chosen}
    assert form[f"agreement-{internship.id}"] == agreement
    with writing(database, world.home) as session:
        session.scalars(select(Agreement)).one().status = "void"
    answer = link.send(form)
    assert answer.status_code == 422
    assert "What you marked has changed" in link.in_words(answer)
    with writing(database, world.home) as session:
        assert session.scalars(select(AgreementSignature)).all() == []


def test_the_receipt_repeats_the_statement_that_the_page_showed(
    issue: Issue, internship: Internship, log: Log, request: pytest.FixtureRequest
) -> None:
    entry = log.add(internship)
    link = issue()
    form = {"step": "attest", "attest": "yes", **link.go_on().hidden, f"say-{entry}": "right"}
    # It begins to wait for the mentor while they read the page.
    request.getfixturevalue("agreement")
    answer = link.send(form)
    assert answer.status_code == 200
    assert "If I sign an agreement" not in link.in_words(answer)
    assert "If I sign an agreement" in issue().go_on().words


def test_a_link_without_a_code_signs_no_agreement(
    coordinator: Client,
    principal: Client,
    internship: Internship,
    log: Log,
    mail: Mail,
    world: World,
    database: Isolated,
    request: pytest.FixtureRequest,
) -> None:
    entry = log.add(internship)
    made = coordinator.made(links(internship), {"delivery": "mail"})
    mail.run()
    secret = made.get("code") or principal.made(f"/mentor-links/{made['id']}/code", None)["code"]
    assert mail.link(secret).attest({f"say-{entry}": "right"}).status_code == 200
    made = coordinator.made(links(internship), {"delivery": "mail"})
    assert made["identity_check"] == "none"
    mail.run()
    agreement = request.getfixturevalue("agreement")
    link = mail.link()
    assert "ask the school for a link with a code" in link.go_on().words
    chosen = {f"sign-{internship.id}": "sign", f"agreement-{internship.id}": agreement}
    answer = link.attest({**chosen, "name": "Tom Averill"})
    assert "Nothing is marked yet" in link.in_words(answer)
    # A link that is mailed while it waits asks for a code that the issuer does not hold.
    made = coordinator.made(links(internship), {"delivery": "mail"})
    assert (made["identity_check"], made["code_by"]) == ("code", "witness")


# A fresh link.

NOTED = "We have taken note"


def spent(issue: Issue, internship: Internship, log: Log) -> Link:
    entry = log.add(internship, days_ago=20)
    link = issue()
    assert link.attest({f"say-{entry}": "right"}).status_code == 200
    return link


def test_no_fresh_link_is_offered_where_none_can_be_mailed(
    issue: Issue, internship: Internship, log: Log
) -> None:
    entry = log.add(internship)
    link = issue()
    receipt = link.attest({f"say-{entry}": "right"})
    for answer in (receipt, link.open()):
        assert "Mail me a new link" not in link.in_words(answer)


def test_a_spent_link_offers_a_fresh_one_to_the_address_on_file(
    issue: Issue, internship: Internship, log: Log, mail: Mail, principal: Client, events: Events
) -> None:
    link = spent(issue, internship, log)
    assert "Mail me a new link" in link.in_words(link.open())
    answer = link.post(step="fresh")
    assert NOTED in link.in_words(answer)
    mail.run()
    ((to, _, _),) = mail.sent
    assert to == "tom@clinic.example"
    (fresh,) = principal.read(f"{links(internship)}?status=open")["items"]
    assert fresh["is_asked_by_holder"] is True
    # The spent one was printed, so that the address is not proved yet.
    assert (fresh["identity_check"], fresh["code_by"]) == ("code", "witness")
    secret = principal.made(f"/mentor-links/{fresh['id']}/code", None)["code"]
    assert "Nursing" in mail.link(secret).go_on().words
    assert "fresh_asked" in events()


def test_an_expired_link_offers_a_fresh_one_too(
    issue: Issue, internship: Internship, mail: Mail, world: World, database: Isolated
) -> None:
    link = issue()
    with writing(database, world.home) as session:
        session.get_one(LinkRow, uuid(link.id)).expires_at = clock.now() - timedelta(days=1)
    assert NOTED in link.in_words(link.post(step="fresh"))
    mail.run()
    assert len(mail.sent) == 1


def test_fresh_links_are_few_a_day_and_the_page_says_the_same(
    issue: Issue, internship: Internship, log: Log, mail: Mail, world: World, database: Isolated
) -> None:
    link = spent(issue, internship, log)
    said = {link.in_words(link.post(step="fresh")) for _ in range(5)}
    assert len(said) == 1
    mail.run()
    assert len(mail.sent) == 3
    with writing(database, world.home) as session:
        for row in session.scalars(select(MentorLink)):
            row.created_at = clock.now() - timedelta(days=2)
    link.post(step="fresh")
    mail.run()
    assert len(mail.sent) == 4


def test_a_fresh_link_ends_no_other(
    issue: Issue, internship: Internship, log: Log, mail: Mail
) -> None:
    link = spent(issue, internship, log)
    sent_by_school = issue()
    link.post(step="fresh")
    assert sent_by_school.open().status_code == 200


def _revoked(session: Any, link: MentorLink, mentor: Mentor, elo: Elo) -> None:
    link.used_at, link.ended_at, link.end_reason = None, clock.now(), "revoked"


def _left(session: Any, link: MentorLink, mentor: Mentor, elo: Elo) -> None:
    mentor.ends_on = clock.today()


def _without_address(session: Any, link: MentorLink, mentor: Mentor, elo: Elo) -> None:
    mentor.email = None


def _over(session: Any, link: MentorLink, mentor: Mentor, elo: Elo) -> None:
    elo.status = "credit_awarded"


def _unused(session: Any, link: MentorLink, mentor: Mentor, elo: Elo) -> None:
    link.used_at = None


@pytest.mark.parametrize("change", [_revoked, _left, _without_address, _over, _unused])
def test_nothing_is_mailed_where_nothing_may_be_and_nothing_is_learned_by_it(
    client: Client,
    issue: Issue,
    internship: Internship,
    log: Log,
    mail: Mail,
    world: World,
    database: Isolated,
    change: Callable[..., None],
) -> None:
    link = spent(issue, internship, log)
    with writing(database, world.home) as session:
        rows = (
            session.get_one(MentorLink, uuid(link.id)),
            session.get_one(Mentor, internship.mentor_id),
            session.get_one(Elo, internship.id),
        )
        change(session, *rows)
    unknown = Link(client, "//verifications/" + "B" * 43)
    answers = [one.post(step="fresh") for one in (link, unknown)]
    assert answers[0].text == answers[1].text
    assert {one.status_code for one in answers} == {200}
    mail.run()
    assert mail.sent == []
