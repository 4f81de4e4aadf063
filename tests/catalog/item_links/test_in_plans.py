"""Linked items in snapshots, differences, history and prints of a plan."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from markupsafe import escape
from pypdf import PdfReader

from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import clock
from plp_api.planning.pathways.models import PathwayElement
from tests.catalog.item_links.conftest import Item, link
from tests.client import Client, uuid
from tests.databases import Isolated
from tests.queries import counting
from tests.world import World, writing

WILD = (
    '<script>alert(1)</script> **Solve** $\\frac{x^2}{2} \\le 5$ & "quote" #let x = 1'
    "\nערבית 数学 🎓"
)
CODE = "M.1 <b>"


def approve(client: Client, world: World, version: str) -> Any:
    """Put the version in force; its snapshot."""
    student = client.as_(world.home.student)
    assert student.act(version, "submit").status_code == 200
    assert client.as_(world.home.advisor).act(version, "approve").status_code == 200
    return json.loads(student.get(f"{version}/snapshot").data)


def amend(client: Client, world: World) -> str:
    """The address of a new draft of the plan."""
    path = f"/plans/{world.home.student.plan_id}/versions"
    return f"/plan-versions/{client.as_(world.home.student).made(path, None)['id']}"


@pytest.fixture
def version(world: World) -> str:
    return f"/plan-versions/{world.home.student.version_id}"


@pytest.fixture
def approved_element(database: Isolated, world: World, element: str) -> str:
    with writing(database, world.home) as session:
        session.get_one(PathwayElement, uuid(element.split("/")[2])).status = "approved"
    return element


def restate(database: Isolated, world: World, item: str, statement: str) -> None:
    with writing(database, world.home) as session:
        session.get_one(FrameworkItem, uuid(item)).statement = statement


def test_a_snapshot_holds_the_words_of_items_whatever_becomes_of_them(
    client: Client, world: World, database: Isolated, goal: str, approved_element: str,
    an_item: Item, version: str,
) -> None:  # fmt: skip
    student, counselor = client.as_(world.home.student), client.as_(world.home.counselor)
    item = an_item("TS.1")
    address = link(student, goal, item)
    link(counselor, approved_element, item)
    frozen = approve(client, world, version)
    words = [{"id": item, "code": "TS.1", "statement": "Listens to others."}]
    assert frozen["goals"][0]["framework_items"] == words
    assert frozen["pathway_elements"][0]["framework_items"] == words
    sha256 = student.read(version)["snapshot_sha256"]
    restate(database, world, item, "Hears others out.")
    student.delete(address)
    assert json.loads(student.get(f"{version}/snapshot").data) == frozen
    assert student.read(version)["snapshot_sha256"] == sha256


def test_a_snapshot_without_links_is_what_it_was_before_there_were_links(
    client: Client, world: World, version: str
) -> None:
    frozen = approve(client, world, version)
    assert "framework_items" not in frozen["goals"][0]
    shown = client.as_(world.home.student).get(f"{version}/print").text
    assert "Works toward" not in shown


def test_a_difference_tells_of_items_linked_and_unlinked(
    client: Client, world: World, goal: str, an_item: Item, version: str
) -> None:
    student = client.as_(world.home.student)
    first, second = an_item("TS.1"), an_item("TS.2", statement="Writes. Reads!")
    address = link(student, goal, first)
    approve(client, world, version)
    link(student, goal, second)
    student.delete(address)
    draft = amend(client, world)
    found = student.read(f"{draft}/diff")
    (change,) = found["changes"]
    assert change["new_pointer"] == "/goals/0/framework_items"
    assert ([one["id"] for one in change["old"]], [one["id"] for one in change["new"]]) == (
        [first],
        [second],
    )
    (words,) = found["words"]
    assert words["title"] == "Shadow a nurse"
    assert words["texts"] == [
        {
            "member": "framework_items",
            "sentences": [
                {"op": "removed", "text": "TS.1 Listens to others."},
                {"op": "added", "text": "TS.2 Writes. Reads!"},
            ],
        }
    ]


def test_a_difference_tells_of_the_first_and_of_the_last_item(
    client: Client, world: World, goal: str, an_item: Item, version: str
) -> None:
    student = client.as_(world.home.student)
    approve(client, world, version)
    address = link(student, goal, an_item(None))
    second = amend(client, world)
    (added,) = student.read(f"{second}/diff")["changes"]
    assert (added["op"], added["old"]) == ("added", None)
    sentences = student.read(f"{second}/diff")["words"][0]["texts"][0]["sentences"]
    assert sentences == [{"op": "added", "text": "Listens to others."}]
    approve(client, world, second)
    student.delete(address)
    (removed,) = student.read(f"{amend(client, world)}/diff")["changes"]
    assert (removed["op"], removed["new"]) == ("removed", None)


def test_a_plan_of_an_earlier_day_has_the_items_of_that_day(
    client: Client, world: World, goal: str, element: str, an_item: Item
) -> None:
    item, today = an_item(), clock.today()
    addresses = [link(client.as_(world.home.student), subject, item) for subject in (goal, element)]
    history = f"/plans/{world.home.student.plan_id}/history?as_of="
    words = [{"id": item, "code": "TS.1", "statement": "Listens to others."}]
    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):
        student = client.as_(world.home.student)
        for address in addresses:
            assert student.delete(address).status_code == 204
        now, then = (student.read(f"{history}{day}")["parts"] for day in (clock.today(), today))
    for part in ("goals", "pathway_elements"):
        assert then[part][0]["framework_items"] == words, part
        assert now[part][0]["framework_items"] == [], part


@pytest.fixture
def printed(
    client: Client, world: World, goal: str, approved_element: str, an_item: Item, version: str
) -> str:
    """The address of the print of a version whose goal and element have items with wild words."""
    item, plain = an_item(CODE, statement=WILD), an_item(None)
    student, counselor = client.as_(world.home.student), client.as_(world.home.counselor)
    for by, subject, linked in (
        (student, goal, item),
        (student, goal, plain),
        (counselor, approved_element, item),
    ):
        link(by, subject, linked)
    approve(client, world, version)
    return f"{version}/print"


def test_a_page_shows_items_under_the_goal_and_the_element_as_text(
    client: Client, world: World, printed: str
) -> None:
    shown = client.as_(world.home.student).get(printed).text
    assert shown.count("<dt>Works toward</dt>") == 2
    assert shown.count(str(escape(WILD.split("\n", maxsplit=1)[0]))) == 2
    assert shown.count(str(escape(CODE))) == 2
    assert "<script" not in shown
    under_goal = shown.split("Shadow a nurse</h3>")[1].split("</article>")[0]
    assert "Listens to others." in under_goal
    assert "framework" not in shown.lower()


def test_a_pdf_shows_items_as_text(client: Client, world: World, printed: str) -> None:
    answer = client.as_(world.home.student).get(f"{printed}?format=pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in answer.data
    pages = PdfReader(BytesIO(answer.data)).pages
    words = " ".join(" ".join(one.extract_text() for one in pages).split())
    assert words.count("Works toward:") == 2
    assert "<script>alert(1)</script> **Solve** $\\frac{x^2}{2}" in words
    assert "#let x = 1" in words
    assert "Listens to others." in words


def test_a_page_of_goals_takes_as_many_queries_with_links_as_without(
    client: Client, world: World, database: Isolated, goal: str, an_item: Item
) -> None:
    student = client.as_(world.home.student)
    paths = ("/goals", f"/plans/{world.home.student.plan_id}?expand=goals,pathway_elements")
    counts: list[list[int]] = []
    for number in range(2):
        counts.append([])
        for path in paths:
            student.read(path)
            with counting(database) as queries:
                student.read(path)
            counts[-1].append(queries.count)
        if not number:
            for position in range(8):
                link(student, goal, an_item(f"TS.{position}"))
    assert counts[0] == counts[1]
