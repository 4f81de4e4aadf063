"""Prints: the page, its readers, and refusals."""

import base64
import hashlib
import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from markupsafe import escape

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.audit.models import Event
from plp_api.foundation.printing import pdf as pdf_module
from plp_api.foundation.roster.models import Person, School
from plp_api.foundation.roster.relationships import Relationship
from plp_api.planning.goals import progress
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.planning.printing.conftest import page, pdf, words
from tests.world import World, writing


def test_a_page_shows_what_was_signed_by_whom_and_its_hash(
    client: Client, world: World, in_force: str
) -> None:
    student = client.as_(world.home.student)
    shown = page(student, in_force)
    assert '<html lang="en">' in shown
    assert "Tamarack High" in shown
    assert "Algebra II, and a term at the clinic." in shown
    assert "Shadow a nurse" in shown
    assert student.read(in_force)["snapshot_sha256"] in shown
    assert re.search(r'<th scope="row">School</th><td>Advisor Of', shown)


def test_headings_go_down_by_one_level_at_most(client: Client, world: World, in_force: str) -> None:
    shown = page(client.as_(world.home.student), in_force)
    levels = [int(one) for one in re.findall(r"<h(\d)", shown)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_whatever_is_written_stands_there_as_text(
    client: Client, world: World, approve: Callable[..., Any]
) -> None:
    wild = '<script>alert(1)</script> {{ 7*7 }} #let x = 1 & "quotes"'
    shown = page(client.as_(world.home.student), approve(about_me=wild))
    assert str(escape(wild)) in shown
    assert "<script" not in shown


def test_a_school_by_a_wild_name_does_not_leave_the_margin(
    client: Client, world: World, database: Isolated, in_force: str
) -> None:
    with writing(database, world.home) as session:
        session.get(School, world.home.school_id).name = '"}</style><script>1</script>'
    assert "<script" not in page(client.as_(world.home.student), in_force)


def test_the_policy_of_a_page_lets_in_its_own_styles_and_no_script(
    client: Client, world: World, in_force: str
) -> None:
    answer = client.as_(world.home.student).get(f"{in_force}/print")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    for style in re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_names_are_those_of_the_readers_audience(
    client: Client, world: World, database: Isolated, in_force: str
) -> None:
    with writing(database, world.home) as session:
        session.get(Person, world.home.student.id).preferred_given_name = "Wren"
    own = page(client.as_(world.home.student), in_force)
    familys = page(client.as_(world.home.parent), in_force)
    assert "Wren" in own
    assert "Wren" not in familys
    assert "Student Of" in familys
    assert "<dd>Family</dd>" in familys


def test_a_parent_finds_the_other_parents_signature_by_role_alone(
    client: Client, world: World, in_force: str
) -> None:
    parent = client.as_(world.home.parent)
    sha256 = parent.read(in_force)["snapshot_sha256"]
    parent.made(f"{in_force}/signatures", {"snapshot_sha256": sha256, "language": "fr"})
    assert "Parent Of" in page(parent, in_force)
    others = page(client.as_(world.home.inspecting_parent), in_force)
    assert "Parent Of" not in others
    assert '<th scope="row">Parent</th><td>Not shown on this copy</td>' in others


def test_a_copy_says_whose_signature_is_not_there_yet(
    client: Client, world: World, in_force: str
) -> None:
    shown = page(client.as_(world.home.school_admin), in_force)
    assert "<strong>Parent:</strong> Not signed yet." in shown
    assert "<strong>School:</strong>" not in shown


def test_a_statement_of_disagreement_stands_beside_its_part(
    client: Client, world: World, in_force: str
) -> None:
    parent = client.as_(world.home.parent)
    made = {"part": "sections/scope_and_rigor", "body": "We asked for Algebra III."}
    parent.made(f"{in_force}/statements", made)
    familys = page(client.as_(world.home.inspecting_parent), in_force)
    section = familys.split("Scope and rigor</h2>")[1].split("</section>")[0]
    assert "We asked for Algebra III." in section
    assert "by a parent" in section
    assert "by Parent Of" in page(client.as_(world.home.school_admin), in_force)


def test_progress_is_drawn_with_its_words_and_its_table(
    client: Client, world: World, in_force: str
) -> None:
    shown = page(client.as_(world.home.student), in_force)
    assert "It is not part of what was signed." in shown
    assert "Steps toward these goals: 0 done, 1 open." in shown
    charts = re.findall(r"<svg.*?</svg>", shown)
    assert len(charts) == 2
    assert all("<title>" in one and "<desc>" in one for one in charts)
    assert "<td>10 %</td>" in shown


def test_progress_by_a_goal_the_student_keeps_to_themselves_is_not_drawn(
    client: Client, world: World, in_force: str
) -> None:
    student = client.as_(world.home.student)
    draft = {"domain": "civic", "title": "Run for class president"}
    student.made(f"/plans/{world.home.student.plan_id}/goals", draft)
    assert "Civic" not in page(student, in_force)


def test_a_version_that_was_superseded_says_so(client: Client, world: World, in_force: str) -> None:
    student, advisor = client.as_(world.home.student), client.as_(world.home.advisor)
    started = student.made(f"/plans/{world.home.student.plan_id}/versions", {})
    second = f"/plan-versions/{started['id']}"
    student.patch(second, {"sections": {"scope_and_rigor": "Calculus."}})
    student.act(second, "submit")
    assert advisor.act(second, "approve").status_code == 200
    assert "<dt>Superseded</dt>" in page(student, in_force)
    assert "<dt>Superseded</dt>" not in page(student, second)


def test_a_draft_is_not_printed(client: Client, world: World) -> None:
    path = f"/plan-versions/{world.home.student.version_id}/print"
    refused = client.as_(world.home.student).get(path)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")


def test_whom_goals_are_denied_gets_no_print(
    client: Client, world: World, database: Isolated, in_force: str
) -> None:
    with writing(database, world.home) as session:
        own = {"person_id": world.home.parent.id, "student_id": world.home.student.id}
        session.query(Relationship).filter_by(**own).one().denied = frozenset({"goals"})
    refused = client.as_(world.home.parent).get(f"{in_force}/print")
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_an_advisor_reads_and_does_not_export(client: Client, world: World, in_force: str) -> None:
    refused = client.as_(world.home.advisor).get(f"{in_force}/print")
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_every_print_stands_in_the_audit_trail(
    client: Client, world: World, database: Isolated, in_force: str
) -> None:
    parent = client.as_(world.home.parent)
    page(parent, in_force)
    parent.get(f"{in_force}/print?format=pdf")
    with writing(database, world.home) as session:
        events = session.query(Event).filter_by(type="plan_version.printed").order_by(Event.id)
        noted = [(event.actor_id, event.payload) for event in events]
    assert noted == [(world.home.parent.id, {"kind": kind}) for kind in ("html", "pdf")]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/pdf", "application/pdf"),
        ("application/pdf, text/html;q=0.5", "application/pdf"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
    ],
)
def test_the_accept_header_chooses(
    client: Client, world: World, in_force: str, accept: str, kind: str
) -> None:
    headers = {"Accept": accept}
    answer = client.as_(world.home.student).get(f"{in_force}/print", headers=headers)
    assert answer.mimetype == kind
    assert "Accept" in answer.vary


def test_a_print_is_never_json(client: Client, world: World, in_force: str) -> None:
    headers = {"Accept": "application/json"}
    refused = client.as_(world.home.student).get(f"{in_force}/print", headers=headers)
    assert (refused.status_code, code(refused)) == (406, "not_acceptable")


def test_an_unknown_format_is_named(client: Client, world: World, in_force: str) -> None:
    refused = client.as_(world.home.student).get(f"{in_force}/print?format=docx")
    assert (refused.status_code, pointers(refused)) == (422, {"format"})


def test_a_server_without_typst_says_so_and_still_answers_html(
    client: Client, world: World, in_force: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_module, "is_available", lambda: False)
    student = client.as_(world.home.student)
    refused = student.get(f"{in_force}/print?format=pdf")
    assert (refused.status_code, code(refused)) == (406, "pdf_unavailable")
    only = student.get(f"{in_force}/print", headers={"Accept": "application/pdf"})
    assert code(only) == "pdf_unavailable"
    either = {"Accept": "application/pdf, text/html;q=0.5"}
    assert student.get(f"{in_force}/print", headers=either).mimetype == "text/html"


@pytest.mark.parametrize("as_page", [True, False], ids=["page", "pdf"])
def test_words_that_the_school_changed_are_said_to_be_so(
    client: Client, world: World, in_force: str, as_page: bool
) -> None:
    parent, admin = client.as_(world.home.parent), client.as_(world.home.school_admin)
    made = parent.made(f"{in_force}/statements", {"body": "We were not asked, as was Ada."})
    changed = {"body": "We were not asked.", "reason": "Another child was named."}
    path = f"/statements/{made['id']}/corrections"
    assert admin.post(path, changed).status_code == 200
    said = page(parent, in_force) if as_page else words(pdf(parent, in_force))
    assert "Changed by the school" in said
    assert "Another child was named." in said
    assert "Ada" not in said


COMPETENCIES = {
    "title": "Graduation <b>proficiencies</b>",
    "scale_title": "Four levels",
    "levels": [
        {"title": "Beginning", "items": 0},
        {"title": "Developing", "items": 4},
        {"title": "Proficient", "items": 5},
        {"title": "Exemplary", "items": 1},
    ],
}


@pytest.fixture
def rated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets progress count the competencies of every student so."""
    part = ("competencies", Permission.RATINGS_READ, lambda *_: [COMPETENCIES])
    monkeypatch.setattr(progress, "PROGRESS_PARTS", [part])


@pytest.mark.usefixtures("rated")
def test_competencies_are_drawn_by_level_with_their_words_and_their_table(
    client: Client, world: World, in_force: str
) -> None:
    student = client.as_(world.home.student)
    shown = page(student, in_force)
    assert len(re.findall(r"<svg.*?</svg>", shown)) == 3
    assert "Competencies in “Graduation &lt;b&gt;proficiencies&lt;/b&gt;”</h3>" in shown
    assert "10 items rated: 4 at “Developing”, 5 at “Proficient”, 1 at “Exemplary”." in shown
    assert '<th scope="row">Beginning</th><td>0</td>' in shown
    assert "How the goals and competencies stood on the day" in shown
    told = words(pdf(student, in_force))
    assert "Competencies in “Graduation <b>proficiencies</b>”" in told
    assert "Developing 4" in told


@pytest.mark.usefixtures("rated")
def test_no_competencies_are_drawn_for_a_parent_denied_ratings(
    client: Client, world: World, database: Isolated, in_force: str
) -> None:
    with writing(database, world.home) as session:
        own = {"person_id": world.home.parent.id, "student_id": world.home.student.id}
        session.query(Relationship).filter_by(**own).one().denied = frozenset({"ratings"})
    denied = page(client.as_(world.home.parent), in_force)
    assert "Competencies" not in denied
    assert "How the goals stood on the day" in denied
    assert "Competencies" in page(client.as_(world.home.inspecting_parent), in_force)
