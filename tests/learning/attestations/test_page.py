"""What a mentor sees and says by a link, and what becomes of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import clock
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.models import Person
from plp_api.learning.concerns.models import Concern
from plp_api.learning.elos.models import Elo
from plp_api.learning.evaluations.models import WorkHabits
from tests.client import Client
from tests.databases import Isolated
from tests.learning.attestations.conftest import Issue, Log, Page
from tests.learning.elo_world import Internship, add_internship
from tests.queries import counting
from tests.world import World, writing

Events = Callable[[], list[str]]
STUDENT = "Student"
LOCK = 2
"""Statements that each ELO needs of its own: to lock it, and its row of the ledger."""


def test_nothing_of_a_student_is_shown_before_the_code(
    issue: Issue, internship: Internship, log: Log
) -> None:
    log.add(internship)
    page = Page(issue().open().text)
    assert "What code did you get" in page.words
    for word in (STUDENT, "Nursing", "Took temperatures", "Tom Averill"):
        assert word not in page.words


def test_a_mentor_confirms_corrects_declines_and_leaves_open_in_one_go(
    issue: Issue, internship: Internship, log: Log, events: Events
) -> None:
    right, longer, wrong, later = (log.add(internship, days_ago=day) for day in (1, 2, 3, 4))
    link = issue()
    answer = link.attest(
        {
            f"all-{internship.id}": "yes",
            f"say-{longer}": "correct",
            f"hours-{longer}": "4:30",
            f"say-{wrong}": "decline",
            f"words-{wrong}": "The clinic was closed.",
            f"say-{later}": "later",
        }
    )
    assert answer.status_code == 200
    assert "Thank you" in link.in_words(answer)
    found = [log.of(key) for key in (right, longer, wrong, later)]
    assert [one.status for one in found] == ["verified", "verified", "declined", "pending"]
    assert [one.verified_minutes for one in found] == [180, 270, None, None]
    assert found[2].words == "The clinic was closed."
    assert {one.verified_by for one in found} == {None}
    assert [one.verified_by_mentor_id for one in found[:3]] == [internship.mentor_id] * 3
    assert [str(one.link_id) for one in found[:3]] == [link.id] * 3
    assert events() == ["issued", "witnessed", "read", "used"]


def test_the_receipt_repeats_why_other_hours_were_seen(
    issue: Issue, internship: Internship, log: Log
) -> None:
    entry = log.add(internship, begins=13 * 60)
    link = issue()
    assert "1\u00a0p.m.: 3 h" in link.go_on().words
    why = {f"words-{entry}": "She left early."}
    answer = link.attest({f"say-{entry}": "correct", f"hours-{entry}": "2", **why})
    assert "2 h instead of 3 h: She left early." in link.in_words(answer)


def test_who_only_confirms_hours_reads_nothing_of_a_signature(
    issue: Issue, internship: Internship, log: Log
) -> None:
    log.add(internship)
    assert "signature" not in issue().go_on().words


def test_the_page_names_whom_to_ask(
    issue: Issue, internship: Internship, world: World, database: Isolated
) -> None:
    email = "office@tamarack.example"
    with writing(database, world.home) as session:
        session.get_one(Person, world.home.elo_coordinator.id).email = email
    link = issue()
    for page in (Page(link.open().text), link.go_on()):
        assert email in page.words


def test_three_elos_ask_the_database_no_more_than_two(
    issue: Issue, internship: Internship, log: Log, world: World, database: Isolated
) -> None:
    def more() -> None:
        with writing(database, world.home) as session:
            elo = add_internship(session, world.home)
            mentor = select(Assignment).where(Assignment.mentor_id == elo.mentor_id)
            session.scalars(mentor).one().mentor_id = internship.mentor_id
        log.add(elo)

    def reading() -> int:
        link = issue()
        with counting(database) as sent:
            assert "Took temperatures" in link.go_on().words
        return sent.count

    log.add(internship)
    more()
    two = reading()
    more()
    assert reading() - two <= LOCK


def test_fifty_entries_are_confirmed_by_one_tick(
    issue: Issue, internship: Internship, log: Log
) -> None:
    keys = [log.add(internship, days_ago=1 + day % 25, minutes=60) for day in range(50)]
    assert issue().attest({f"all-{internship.id}": "yes"}).status_code == 200
    assert {log.of(key).status for key in keys} == {"verified"}


def test_unmarked_entries_stay_open_without_the_tick(
    issue: Issue, internship: Internship, log: Log
) -> None:
    marked, unmarked = log.add(internship), log.add(internship, days_ago=2)
    issue().attest({f"say-{marked}": "right"})
    assert [log.of(key).status for key in (marked, unmarked)] == ["verified", "pending"]


def test_a_link_is_used_once(issue: Issue, internship: Internship, log: Log) -> None:
    first, second = log.add(internship), log.add(internship, days_ago=2)
    link = issue()
    hidden = link.go_on().hidden
    form = {"step": "attest", "attest": "yes", **hidden, f"say-{first}": "right"}
    assert link.send(form).status_code == 200
    again = link.send({**form, f"say-{second}": "right"})
    assert again.status_code == 410
    assert "This link has been used" in link.in_words(again)
    assert log.of(second).status == "pending"
    assert link.open().status_code == 410


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Nothing is marked yet"),
        ({"say": "right", "attest": ""}, "Tick the box"),
        ({"say": "correct"}, "Type the hours that you saw"),
        ({"say": "correct", "hours": "25"}, "Type the hours that you saw"),
        ({"say": "correct", "hours": "-1"}, "Type the hours that you saw"),
        ({"say": "decline"}, "Say why"),
        ({"say": "decline", "words": "x" * 2001}, "Use at most 2000 characters"),
        ({"say": "right", "words": "a\x00b"}, "no control characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    issue: Issue, internship: Internship, log: Log, form: dict[str, str], words: str
) -> None:
    entry = log.add(internship)
    link = issue()
    named = {key if key == "attest" else f"{key}-{entry}": value for key, value in form.items()}
    answer = link.attest(named)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert words in page.words
    assert page.title.startswith("Error:")
    for key, value in named.items():
        if key.startswith("hours"):
            assert f'value="{value}"' in page.html
    assert log.of(entry).status == "pending"
    assert link.attest({f"say-{entry}": "right"}).status_code == 200


def test_more_hours_than_a_day_has_are_refused_and_nothing_is_kept(
    issue: Issue, internship: Internship, log: Log
) -> None:
    entry, other = log.add(internship), log.add(internship, minutes=1200)
    link = issue()
    form = {f"say-{entry}": "correct", f"hours-{entry}": "23", **told_of(internship)}
    answer = link.attest(form)
    assert answer.status_code == 422
    assert 'value="23"' in answer.text
    assert "No gloves were left.</textarea>" in answer.text
    assert "A day has only 24 hours" in link.in_words(answer)
    assert [log.of(key).status for key in (entry, other)] == ["pending", "pending"]
    assert link.attest({f"say-{entry}": "right"}).status_code == 200


def test_an_entry_that_was_decided_meanwhile_is_left_as_it_is(
    issue: Issue, internship: Internship, log: Log, coordinator: Client
) -> None:
    gone, there = log.add(internship), log.add(internship, days_ago=2)
    link = issue()
    hidden = link.go_on().hidden
    assert coordinator.act(f"/log-entries/{gone}", "verify").status_code == 200
    both = {f"say-{gone}": "decline", f"words-{gone}": "No.", f"say-{there}": "right"}
    answer = link.send({"step": "attest", "attest": "yes", **hidden, **both})
    assert "changed while your page was open: 1." in link.in_words(answer)
    assert [log.of(key).status for key in (gone, there)] == ["verified", "verified"]


def test_an_entry_of_another_elo_cannot_be_slipped_in(
    issue: Issue, internship: Internship, log: Log, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        elsewhere = add_internship(session, world.home)
    mine, foreign = log.add(internship), log.add(elsewhere, days_ago=2)
    issue().attest(
        {f"say-{mine}": "right", f"say-{foreign}": "right", f"all-{elsewhere.id}": "yes"}
    )
    assert [log.of(key).status for key in (mine, foreign)] == ["verified", "pending"]


# Work habits.


@pytest.fixture
def half_over(internship: Internship, world: World, database: Isolated) -> Internship:
    with writing(database, world.home) as session:
        elo = session.get_one(Elo, internship.id)
        elo.started_on = elo.starts_on = clock.today() - timedelta(days=70)
        elo.ends_on = clock.today() + timedelta(days=30)
    return internship


def rated(database: Isolated, world: World) -> list[Any]:
    with writing(database, world.home) as session:
        rows = session.scalars(select(WorkHabits)).all()
        return [(one.moment, one.levels, one.words, one.rated_by_mentor_id) for one in rows]


def test_work_habits_are_asked_from_the_middle_on(
    issue: Issue, internship: Internship, log: Log
) -> None:
    assert "Work habits" not in issue().go_on().words


def test_a_mentor_rates_work_habits_once_at_the_midpoint(
    issue: Issue, half_over: Internship, world: World, database: Isolated
) -> None:
    form = {
        f"habit-{half_over.id}-punctuality": "usually",
        f"habit-{half_over.id}-teamwork": "always",
        f"habit-{half_over.id}-safety": "perhaps",
        f"habit-words-{half_over.id}": "She asks good questions.",
    }
    assert issue().attest(form).status_code == 200
    levels = {"punctuality": "usually", "teamwork": "always"}
    words = "She asks good questions."
    assert rated(database, world) == [("midpoint", levels, words, half_over.mentor_id)]
    assert "Work habits" not in issue().go_on().words


def test_words_about_habits_need_a_level(issue: Issue, half_over: Internship) -> None:
    link = issue()
    answer = link.attest({f"habit-words-{half_over.id}": "Fine."})
    assert answer.status_code == 422
    assert "Choose how often you see it" in link.in_words(answer)


# Concerns.


def test_a_concern_reaches_the_school_and_the_link_stays_good(
    issue: Issue,
    internship: Internship,
    log: Log,
    world: World,
    database: Isolated,
    events: Events,
) -> None:
    entry = log.add(internship)
    link = issue()
    proof = {"proof": link.go_on().hidden["proof"], "step": "concern"}
    told = {"about": str(internship.id), "kind": "safety", "concern": "No gloves were left."}
    answer = link.send({**proof, **told})
    assert "The school has been told" in link.in_words(answer)
    with writing(database, world.home) as session:
        concern = session.scalars(select(Concern)).one()
        assert (concern.words, concern.kind) == ("No gloves were left.", "safety")
        assert concern.raised_by_mentor_id == internship.mentor_id
        assert str(concern.link_id) == link.id
    assert link.attest({f"say-{entry}": "right"}).status_code == 200
    assert "concern_raised" in events()


def told_of(elo: Internship, words: str = "No gloves were left.") -> dict[str, str]:
    return {"about": str(elo.id), "kind": "safety", "concern": words}


def concerns(database: Isolated, world: World) -> list[str]:
    with writing(database, world.home) as session:
        return [one.words for one in session.scalars(select(Concern)).all()]


def test_a_concern_that_is_filled_in_is_sent_with_everything_else(
    issue: Issue, internship: Internship, log: Log, world: World, database: Isolated
) -> None:
    entry = log.add(internship)
    link = issue()
    answer = link.attest({f"say-{entry}": "right", **told_of(internship)})
    assert "You told the school" in link.in_words(answer)
    assert concerns(database, world) == ["No gloves were left."]
    assert log.of(entry).status == "verified"


def test_a_concern_waits_with_everything_else_until_nothing_is_wrong(
    issue: Issue, internship: Internship, log: Log, world: World, database: Isolated
) -> None:
    entry = log.add(internship)
    answer = issue().attest({f"say-{entry}": "decline", **told_of(internship)})
    assert answer.status_code == 422
    assert "No gloves were left.</textarea>" in answer.text
    assert concerns(database, world) == []


def test_a_concern_alone_is_sent_and_leaves_the_link_good(
    issue: Issue, internship: Internship, log: Log, world: World, database: Isolated
) -> None:
    log.add(internship)
    link = issue()
    answer = link.attest(told_of(internship))
    assert "The school has been told" in link.in_words(answer)
    assert "No gloves were left." not in link.in_words(answer)
    assert concerns(database, world) == ["No gloves were left."]
    assert link.open().status_code == 200


@pytest.mark.parametrize("pressed", ["concern", "language"])
def test_telling_the_school_and_changing_the_language_keep_what_is_filled_in(
    issue: Issue, internship: Internship, log: Log, pressed: str
) -> None:
    entry = log.add(internship)
    link = issue()
    hidden = link.go_on().hidden
    filled = {f"say-{entry}": "decline", f"words-{entry}": "Closed.", "attest": "yes"}
    buttons = {"concern": {"step": "concern", **told_of(internship)}, "language": {"speak": "fr"}}
    answer = link.send({**hidden, **filled, **buttons[pressed]})
    assert answer.status_code == 200
    assert f'value="decline" checked><label for="say-{entry}-decline"' in answer.text
    assert "Closed.</textarea>" in answer.text
    assert 'name="attest" value="yes" checked' in answer.text
    assert ("Heures notées" in answer.text) == (pressed == "language")


def test_the_page_says_who_can_read_a_concern(issue: Issue, internship: Internship) -> None:
    words = issue().go_on().words
    for who in ("coordinator", "principal", "counselors", "district’s office"):
        assert who in words


def test_a_fourth_concern_by_one_link_is_refused(issue: Issue, internship: Internship) -> None:
    link = issue()
    proof = {"proof": link.go_on().hidden["proof"], "step": "concern"}
    told = {"about": str(internship.id), "kind": "other", "concern": "Look here."}
    answers = [link.send({**proof, **told}).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 422]


@pytest.mark.parametrize(
    "changed",
    [{"concern": " "}, {"kind": "gossip"}, {"about": "01a218ff-0e75-74d6-8c3b-ce6cc826f927"}],
)
def test_a_concern_says_what_and_about_whom(
    issue: Issue, internship: Internship, changed: dict[str, str]
) -> None:
    link = issue()
    proof = {"proof": link.go_on().hidden["proof"], "step": "concern"}
    told = {"about": str(internship.id), "kind": "other", "concern": "Look here.", **changed}
    assert link.send({**proof, **told}).status_code == 422


# Languages.


@pytest.mark.parametrize(
    ("tag", "words"),
    [("es-MX", "Horas anotadas"), ("fr", "Heures notées"), ("my", "Hours logged")],
)
def test_the_page_speaks_the_mentor_s_language(
    issue: Issue,
    internship: Internship,
    log: Log,
    world: World,
    database: Isolated,
    tag: str,
    words: str,
) -> None:
    log.add(internship)
    with writing(database, world.home) as session:
        session.get_one(Mentor, internship.mentor_id).language = tag
    page = issue().go_on()
    assert words in page.words
    main = tag.split("-", maxsplit=1)[0]
    assert f'<html lang="{main if main in ("es", "fr") else "en"}">' in page.html


def test_the_holder_chooses_another_language(issue: Issue, internship: Internship) -> None:
    link = issue()
    opened = Page(link.post(speak="fr", language="en").text)
    assert "Quel code" in opened.words
    page = Page(link.post(step="identify", code=link.code or "", language="es").text)
    assert "¿Le preocupa algo?" in page.words


# Safety of the page.


def test_words_of_a_student_are_never_markup(
    issue: Issue, internship: Internship, log: Log
) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    log.add(internship, activity=evil)
    page = issue().go_on()
    assert "<script" not in page.html
    assert "<img" not in page.html
    assert evil in page.words


@pytest.mark.parametrize("state", ["open", "read", "error", "refusal"])
def test_every_answer_is_private_and_lets_in_nothing_from_elsewhere(
    issue: Issue, internship: Internship, state: str
) -> None:
    link = issue()
    states: dict[str, Callable[[], Any]] = {
        "open": link.open,
        "read": lambda: link.post(step="identify", code=link.code or ""),
        "error": lambda: link.post(step="identify", code=""),
        "refusal": lambda: link.client.get("//verifications/unknown"),
    }
    answer = states[state]()
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text


def test_fetching_the_address_ahead_uses_nothing_up(
    issue: Issue, internship: Internship, events: Events
) -> None:
    link = issue()
    assert link.client.send("HEAD", link.path).status_code == 200
    assert link.open(headers={"Sec-Purpose": "prefetch"}).status_code == 200
    assert events() == ["issued", "witnessed"]


def test_a_form_from_another_site_is_refused(issue: Issue, internship: Internship) -> None:
    link = issue()
    answer = link.post(headers={"Origin": "https://evil.example"}, step="identify")
    assert answer.status_code == 403


def test_no_step_is_taken_without_the_code(issue: Issue, internship: Internship, log: Log) -> None:
    entry = log.add(internship)
    other = issue()
    proof = other.go_on().hidden["proof"]
    link = issue()
    for given in ("", "x.y.z", proof):
        answer = link.send(
            {"step": "attest", "attest": "yes", "proof": given, f"say-{entry}": "right"}
        )
        assert "What code did you get" in link.in_words(answer)
    assert log.of(entry).status == "pending"
