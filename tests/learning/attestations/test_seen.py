"""A mentor confirms exactly what their page showed: what has changed since stays open."""

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.learning.elos.models import Elo
from plp_api.learning.evaluations.models import WorkHabits
from tests.client import Client
from tests.databases import Isolated
from tests.learning.attestations.conftest import Issue, Link, Log
from tests.learning.elo_world import Internship
from tests.world import World, writing

CHANGED = "changed while your page was open"
LOOK_AGAIN = "Something changed while your page was open"


class Filled(HTMLParser):
    """What a browser sends of the page's last form, as it is drawn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        name, value = named.get("name") or "", named.get("value") or ""
        is_marked = named.get("type") not in ("radio", "checkbox") or "checked" in named
        if tag == "form":
            self.fields.clear()
        elif tag == "input" and is_marked:
            self.fields[name] = value
        elif tag == "textarea":
            self._area = name

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] = data

    def handle_endtag(self, tag: str) -> None:
        self._area = ""


def filled(answer: Any, **more: str) -> dict[str, str]:
    return Filled(answer.text).fields | more


def opened(link: Link) -> dict[str, str]:
    """The form of the page that the mentor reads first."""
    return filled(link.post(step="identify", code=link.code or ""), attest="yes", step="attest")


@pytest.fixture
def student(client: Client, world: World) -> Client:
    return client.as_(world.home.student)


@pytest.fixture
def half_over(internship: Internship, world: World, database: Isolated) -> Internship:
    with writing(database, world.home) as session:
        elo = session.get_one(Elo, internship.id)
        elo.started_on = elo.starts_on = clock.today() - timedelta(days=70)
        elo.ends_on = clock.today() + timedelta(days=30)
    return internship


def changes(student: Client, path: str) -> dict[str, Callable[[], Any]]:
    """What a student may change of an entry while the mentor reads it."""
    return {
        "minutes": lambda: student.patch(path, {"minutes": 1200}),
        "activity": lambda: student.patch(path, {"activity": "Ran the clinic."}),
        "on": lambda: student.patch(path, {"on": (clock.today() - timedelta(days=3)).isoformat()}),
        "deleted": lambda: student.delete(path),
    }


@pytest.mark.parametrize("what", ["minutes", "activity", "on", "deleted"])
@pytest.mark.parametrize("mark", ["all", "say"])
def test_what_changed_since_the_page_was_drawn_stays_open_and_the_receipt_says_so(
    issue: Issue, internship: Internship, log: Log, student: Client, what: str, mark: str
) -> None:
    kept, changed = log.add(internship), log.add(internship, days_ago=2)
    link = issue()
    form = opened(link)
    answer = changes(student, f"/log-entries/{changed}")[what]()
    assert answer.status_code in (200, 204)
    new = student.made(
        f"{internship.path}/log-entries",
        {
            "on": (clock.today() - timedelta(days=4)).isoformat(),
            "minutes": 1440,
            "activity": "More",
        },
    )["id"]
    marks = {
        "all": {f"all-{internship.id}": "yes"},
        "say": {f"say-{key}": "right" for key in (kept, changed, new)},
    }
    answer = link.send({**form, **marks[mark]})
    assert answer.status_code == 200
    assert f"{CHANGED}: 1." in link.in_words(answer)
    assert log.of(kept).status == "verified"
    others = [new] if what == "deleted" else [changed, new]
    for key in others:
        assert student.read(f"/log-entries/{key}")["status"] == "pending"


def test_nothing_is_sent_where_all_that_was_marked_has_changed(
    issue: Issue, internship: Internship, log: Log, student: Client
) -> None:
    entry = log.add(internship, minutes=60)
    link = issue()
    form = opened(link) | {f"all-{internship.id}": "yes"}
    assert student.patch(f"/log-entries/{entry}", {"minutes": 1200}).status_code == 200
    answer = link.send(form)
    assert answer.status_code == 422
    assert "Nothing was sent yet" in link.in_words(answer)
    assert log.of(entry).status == "pending"
    # The page is drawn again with what is there now; the mentor marks it once more, or not.
    again = filled(answer, step="attest")
    assert f"all-{internship.id}" not in again
    assert link.send(again | {f"say-{entry}": "right"}).status_code == 200
    assert log.of(entry).verified_minutes == 1200


REDRAWN: dict[str, dict[str, str]] = {
    "language": {"speak": "en"},
    "concern": {"step": "concern", "kind": "other", "concern": "Look here."},
    "read": {"step": "read"},
    "error": {"step": "attest", "attest": ""},
}


@pytest.mark.parametrize("step", list(REDRAWN))
def test_a_page_that_is_drawn_again_marks_nothing_that_it_had_not_shown(
    issue: Issue, half_over: Internship, log: Log, student: Client, step: str
) -> None:
    kept, changed = log.add(half_over), log.add(half_over, days_ago=2, minutes=60)
    link = issue()
    marked = {
        f"all-{half_over.id}": "yes",
        f"say-{kept}": "right",
        f"say-{changed}": "correct",
        f"hours-{changed}": "2",
        f"words-{changed}": "Not all day.",
        f"habit-{half_over.id}-punctuality": "rarely",
        "about": str(half_over.id),
    }
    form = opened(link) | marked
    assert student.patch(f"/log-entries/{changed}", {"minutes": 1200}).status_code == 200
    assert student.act(half_over.path, "hand_in").status_code == 200
    # The first form's step is not that of a button of a language.
    form.pop("step")
    answer = link.send(form | REDRAWN[step])
    assert LOOK_AGAIN in link.in_words(answer)
    again = filled(answer)
    assert again[f"say-{kept}"] == "right"
    assert again[f"words-{changed}"] == "Not all day."
    gone = {f"all-{half_over.id}", f"say-{changed}", f"habit-{half_over.id}-punctuality"}
    assert not gone & again.keys()
    # Sent as it is: the concern's words went already.
    assert link.send(again | {"step": "attest", "attest": "yes"}).status_code == 200
    assert [log.of(key).status for key in (kept, changed)] == ["verified", "pending"]


def test_a_page_that_is_drawn_again_keeps_each_mark_where_nothing_changed(
    issue: Issue, half_over: Internship, log: Log
) -> None:
    entry = log.add(half_over)
    link = issue()
    marked = {
        f"all-{half_over.id}": "yes",
        f"say-{entry}": "right",
        f"habit-{half_over.id}-punctuality": "rarely",
    }
    answer = link.send(opened(link) | marked | {"step": "read"})
    assert marked.items() <= filled(answer).items()
    assert LOOK_AGAIN not in link.in_words(answer)


@pytest.mark.parametrize("what", ["handed in", "rated"])
def test_work_habits_count_for_the_moment_that_the_page_asked_for(
    issue: Issue,
    half_over: Internship,
    log: Log,
    student: Client,
    coordinator: Client,
    world: World,
    database: Isolated,
    what: str,
) -> None:
    entry = log.add(half_over)
    link = issue()
    habit = {f"habit-{half_over.id}-punctuality": "rarely"}
    form = opened(link) | habit | {f"say-{entry}": "right"}
    if what == "handed in":
        assert student.act(half_over.path, "hand_in").status_code == 200
    else:
        rating = {"moment": "midpoint", "habits": [{"habit": "safety", "level": "always"}]}
        coordinator.made(f"{half_over.path}/work-habits", rating)
    answer = link.send(form)
    assert answer.status_code == 200
    assert f"{CHANGED}: 1." in link.in_words(answer)
    assert log.of(entry).status == "verified"
    with writing(database, world.home) as session:
        rated = [one.levels for one in session.scalars(select(WorkHabits))]
    assert {"punctuality": "rarely"} not in rated


def test_a_form_that_does_not_say_what_it_showed_confirms_nothing(
    issue: Issue, half_over: Internship, log: Log, world: World, database: Isolated
) -> None:
    entry = log.add(half_over)
    link = issue()
    form = {"step": "attest", "attest": "yes", "proof": opened(link)["proof"]}
    marks = {f"all-{half_over.id}": "yes", f"habit-{half_over.id}-safety": "always"}
    assert link.send(form | marks).status_code == 422
    assert log.of(entry).status == "pending"
    with writing(database, world.home) as session:
        assert session.scalars(select(WorkHabits)).all() == []


@pytest.mark.parametrize("step", ["identify", "read", "attest", "concern", "fresh", "language"])
@pytest.mark.parametrize("token", ["known", "unknown"])
def test_a_form_that_is_too_large_is_refused_on_a_page_at_every_step(
    issue: Issue, internship: Internship, client: Client, step: str, token: str
) -> None:
    link = issue()
    if token == "unknown":
        link = Link(client, "//verifications/" + "B" * 43)
    button = {"speak": "fr"} if step == "language" else {"step": step}
    headers = {"Accept-Language": "es"}
    answer = link.post(headers=headers, words="x" * 3_000_000, **button)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Era demasiado para enviar" in link.in_words(answer)


def test_an_address_that_is_opened_with_a_body_shows_the_way_in_and_reads_no_body(
    issue: Issue, internship: Internship
) -> None:
    link = issue()
    answer = link.client.send("GET", link.path, data={"words": "x" * 3_000_000})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
