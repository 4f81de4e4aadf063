"""The page behind a link: what it shows, to whom, and what it never does."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from plp_api.foundation import clock
from plp_api.foundation.db import new_id
from plp_api.foundation.roster.models import Person
from plp_api.planning.plans.models import PlanSection
from plp_api.planning.signatures.models import SignatureDelegate
from tests.client import Client, uuid
from tests.planning.signing.conftest import Link, Page
from tests.world import SECTIONS, World, writing

Issue = Callable[..., Link]
Events = Callable[[], list[str]]


def test_nothing_of_the_plan_is_shown_before_the_check(link: Link, world: World) -> None:
    page = Page(link.open().text)
    assert "What code did the school give you?" in page.words
    for word in ("Student", "Scope and rigor", "Shadow a nurse", "Tamarack High"):
        assert word not in page.words


def test_the_very_snapshot_that_is_signed_is_shown(
    link: Link, client: Client, world: World, in_force: str
) -> None:
    words = link.identify().words
    version = client.as_(world.home.student).read(in_force)
    for section in version["sections"]:
        assert section["body"] in words
    for section in SECTIONS:
        assert section["title"] in words
    for word in ("Shadow a nurse", version["snapshot_sha256"], "Tamarack High", "Tamarack Union"):
        assert word in words


def test_what_was_written_since_is_not_what_is_signed(
    link: Link, client: Client, world: World
) -> None:
    student = client.as_(world.home.student)
    student.patch(f"/goals/{world.home.student.goal_id}", {"title": "Shadow a surgeon"})
    words = link.identify().words
    assert "Shadow a nurse" in words
    assert "surgeon" not in words


def test_the_other_parent_is_not_on_the_page(link: Link, world: World, database: Any) -> None:
    with writing(database, world.home) as session:
        other = session.get_one(Person, world.home.inspecting_parent.id)
        other.given_name, other.family_name = "Quentin", "Elsewhere"
    assert "Quentin" not in link.identify().words


def test_words_of_a_plan_are_never_markup(
    client: Client, world: World, order: dict[str, str], database: Any
) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;"
    with writing(database, world.home) as session:
        section = session.query(PlanSection).filter_by(
            plan_version_id=world.home.student.version_id, key="about_me"
        )
        section.one().body = evil
    path = f"/plan-versions/{world.home.student.version_id}"
    client.as_(world.home.student).act(path, "submit")
    client.as_(world.home.advisor).act(path, "approve")
    made = client.as_(world.home.advisor).made(f"{path}/signing-links", order)
    page = Link.of(client, made, client.as_(world.home.counselor)).identify()
    assert "<script" not in page.html
    assert "<img" not in page.html
    assert evil in page.words


def test_what_was_typed_comes_back_escaped(link: Link) -> None:
    proof = link.identify().hidden
    answer = link.post(step="sign", name='"><b>x', **proof)
    assert answer.status_code == 422
    assert "<b>x" not in answer.text


@pytest.mark.parametrize("state", ["open", "read", "error", "receipt", "refusal"])
def test_every_answer_is_private_and_lets_in_nothing_from_elsewhere(link: Link, state: str) -> None:
    states: dict[str, Callable[[], Any]] = {
        "open": link.open,
        "read": lambda: link.post(step="identify", code=link.code or ""),
        "error": lambda: link.post(step="identify", code=""),
        "receipt": link.sign,
        "refusal": lambda: link.client.get("//sign/unknown"),
    }
    answer = states[state]()
    headers = answer.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    (style,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy
    assert not re.search(r"<script|\sstyle=|\son\w+=|https?://", answer.text)
    assert '<html lang="en">' in answer.text


def test_fetching_the_address_ahead_uses_nothing_up_and_is_not_noted(
    link: Link, events: Events
) -> None:
    assert link.client.send("HEAD", link.path).status_code == 200
    for _ in range(3):
        assert link.open(headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 200
    assert events() == ["issued", "witnessed"]
    assert link.sign().status_code == 200


def test_no_step_is_taken_without_the_check(link: Link, issue: Issue) -> None:
    answered = link.identify().hidden
    unproved = link.post(step="sign", name="Pat", attest="yes", language="en")
    assert "What code" in Page(unproved.text).words
    # The proof of one link is not valid for another.
    other = issue()
    for proof in ("x.y.z", answered["proof"]):
        refused = other.post(step="sign", name="Pat", attest="yes", proof=proof)
        assert "What code" in Page(refused.text).words


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"}],
)
def test_a_form_from_another_site_is_refused(link: Link, headers: dict[str, str]) -> None:
    proof = link.identify().hidden
    answer = link.post(headers, step="sign", name="Pat", attest="yes", **proof)
    assert answer.status_code == 403
    assert link.sign().status_code == 200


@pytest.mark.parametrize("origin", ["null", "http://localhost"])
def test_our_own_form_is_taken_however_the_browser_names_us(link: Link, origin: str) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
    answer = link.post(headers, step="identify", code=link.code or "")
    assert answer.status_code == 200


def test_a_name_and_a_tick_are_asked_for_and_what_was_typed_stays(link: Link) -> None:
    proof = link.identify().hidden
    answer = link.post(step="sign", name="Pat Parent", language="so", **proof)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.title.startswith("Error: ")
    assert "Tick the box" in page.words
    assert 'value="Pat Parent"' in page.html
    assert '<option value="so" lang="so" selected>' in page.html
    assert 'id="attest-wrong"' in page.html
    assert 'href="#attest"' in page.html


def test_the_receipt_says_what_was_signed_and_when(
    link: Link, client: Client, world: World, in_force: str
) -> None:
    words = Page(link.sign(language="so").text).words
    sha256 = client.as_(world.home.student).read(in_force)["snapshot_sha256"]
    for word in ("You have signed", sha256, "Pat Parent", "Soomaali", "My scope and rigor."):
        assert word in words
    listed = client.as_(world.home.advisor).read(f"{in_force}/signatures")["items"]
    mine = next(one for one in listed if one["role"] == "parent")
    assert (mine["language"], mine["snapshot_sha256"]) == ("so", sha256)


def test_declining_is_kept_with_its_words_and_uses_the_link_up(
    link: Link, client: Client, world: World, in_force: str
) -> None:
    proof = link.identify().hidden
    assert link.post(step="decline", words="  ", **proof).status_code == 422
    answer = link.post(step="decline", words="Not before we talked.", **proof)
    assert "You have declined to sign" in answer.text
    assert link.open().status_code == 410
    shown = client.as_(world.home.advisor).read(f"/signing-links/{link.id}")
    assert shown["status"] == "declined"
    state = client.as_(world.home.advisor).read(f"{in_force}/signatures")
    parent = next(one for one in state["requirements"] if one["role"] == "parent")
    assert parent["status"] == "declined"


@pytest.mark.parametrize("words", ["x" * 4001, "a\x00b"])
def test_words_no_database_holds_are_refused(link: Link, words: str) -> None:
    proof = link.identify().hidden
    assert link.post(step="decline", words=words, **proof).status_code == 422
    assert link.sign().status_code == 200


def test_an_unknown_address_tells_nothing(link: Link) -> None:
    for path in ("//sign/unknown", "//sign/" + "x" * 43, "//sign/%00", f"{link.path}x"):
        answer = link.client.get(path)
        assert answer.status_code == 404
        assert "Tamarack" not in answer.text


def test_no_refusal_tells_of_anybody(link: Link) -> None:
    link.sign()
    words = Page(link.open().text).words
    for word in ("Student", "Parent", "Tamarack", "plan"):
        assert word not in words


def test_a_translation_is_shown_above_the_original(
    link: Link, client: Client, world: World, in_force: str
) -> None:
    advisor = client.as_(world.home.advisor)
    version = advisor.read(in_force)
    advisor.made(
        f"{in_force}/renditions",
        {
            "language": "es",
            "snapshot_sha256": version["snapshot_sha256"],
            "sections": {
                one["key"]: {"title": f"ES {one['key']}", "body": "Texto en español."}
                for one in version["sections"]
            },
            "goals": {str(world.home.student.goal_id): {"title": "Acompañar a una enfermera"}},
            "translator_name": "Ines Translator",
        },
    )
    first = link.identify()
    assert "Español" in first.words
    shown = link.post(step="read", language="es", **first.hidden)
    page = Page(shown.text)
    assert page.html.index("Texto en español.") < page.html.index("My scope and rigor.")
    assert '<h3 dir="auto" lang="es">Acompañar a una enfermera</h3>' in page.html
    for word in ("Acompañar a una enfermera", "Ines Translator"):
        assert word in page.words
    assert '<option value="es" lang="es" selected>' in page.html


@pytest.fixture
def delegate_id(world: World, database: Any) -> UUID:
    """The delegate whom the deciding parent named."""
    row = SignatureDelegate(
        id=new_id(),
        district_id=world.home.district_id,
        student_id=world.home.student.id,
        parent_id=world.home.parent.id,
        name="Aunt Ada",
        starts_on=clock.today() - timedelta(days=1),
    )
    with writing(database, world.home) as session:
        session.add(row)
        session.flush()
        return row.id


def test_a_delegate_signs_in_the_parent_s_place(
    client: Client, world: World, issue: Issue, in_force: str, delegate_id: UUID
) -> None:
    receipt = issue(delegate_id=str(delegate_id)).sign(name="Ada Aunt")
    assert "in the place of a parent" in receipt.text
    listed = client.as_(world.home.advisor).read(f"{in_force}/signatures")["items"]
    mine = next(one for one in listed if one["role"] == "parent")
    assert uuid(mine["person_id"]) == world.home.parent.id


def test_a_delegation_that_ended_stops_its_link(
    world: World, issue: Issue, database: Any, delegate_id: UUID, events: Events
) -> None:
    link = issue(delegate_id=str(delegate_id))
    with writing(database, world.home) as session:
        session.get_one(SignatureDelegate, delegate_id).ends_on = clock.today()
    assert link.open().status_code == 410
    assert events()[-1] == "refused delegate_ended"
