"""The PDF as assistive technology reads it, and unusual texts."""

import itertools
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
import pytest
import typst

from plp_api.foundation import db
from plp_api.foundation.printing import pdf as pdf_module
from plp_api.foundation.printing import setting
from plp_api.foundation.problems import Problem
from plp_api.foundation.turns import Turns
from tests.client import Client, code
from tests.planning.printing.conftest import pdf, tags, words
from tests.world import World


@pytest.fixture
def structure(client: Client, world: World, in_force: str) -> list[Any]:
    return tags(pdf(client.as_(world.home.parent), in_force).root_object["/StructTreeRoot"])


def test_a_pdf_says_that_it_is_tagged_in_which_language_and_by_which_title(
    client: Client, world: World, in_force: str
) -> None:
    reader: Any = pdf(client.as_(world.home.parent), in_force)
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title.startswith("Personalized learning plan of Student Of")
    assert reader.metadata.author == "Tamarack High"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


def test_headings_begin_with_the_title_and_skip_no_level(structure: list[Any]) -> None:
    levels = [int(one["/S"][2:]) for one in structure if one["/S"] in {f"/H{n}" for n in range(7)}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_figure_has_a_text_in_its_place(structure: list[Any]) -> None:
    figures = [one for one in structure if one["/S"] == "/Figure"]
    assert len(figures) == 2
    assert all("goal" in one["/Alt"] or "check-in" in one["/Alt"] for one in figures)


def test_every_table_has_a_caption_and_headers_that_say_of_what(structure: list[Any]) -> None:
    tables = [one for one in structure if one["/S"] == "/Table"]
    assert len(tables) == 3
    for table in tables:
        within = tags(table)
        assert [one["/S"] for one in within].count("/Caption") == 1
        headers = [one for one in within if one["/S"] == "/TH"]
        assert headers
        assert all("/Scope" in str(one["/A"]) for one in headers)


def test_pages_are_letter_and_all_fonts_are_within(
    client: Client, world: World, in_force: str
) -> None:
    reader = pdf(client.as_(world.home.parent), in_force)
    assert {(one.mediabox.width, one.mediabox.height) for one in reader.pages} == {(612, 792)}
    pages: Any = reader.pages
    for one in pages:
        for font in one["/Resources"]["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            described = descendant.get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(described)


def test_a_pdf_carries_texts_signatures_and_the_hash(
    client: Client, world: World, in_force: str
) -> None:
    student = client.as_(world.home.student)
    said = words(pdf(student, in_force))
    assert "Algebra II, and a term at the clinic." in said
    assert student.read(in_force)["snapshot_sha256"] in said
    assert "School Advisor Of" in said


def test_markup_in_a_text_is_set_as_it_was_written(
    client: Client, world: World, approve: Callable[..., Any]
) -> None:
    wild = '#let x = 1; *bold* _it_ $x^2$ `raw` <b>bold</b> @ref // end \\ #eval("1") [x](y)'
    assert wild in words(pdf(client.as_(world.home.student), approve(about_me=wild)))


@pytest.mark.parametrize("text", ["Привет, Ελλάδα", "Nguyễn Thị Ánh", "שלום", "مرحبا بكم"])
def test_other_scripts_that_the_fonts_have_are_set(
    client: Client, world: World, approve: Callable[..., Any], text: str
) -> None:
    said = words(pdf(client.as_(world.home.student), approve(about_me=text)))
    assert "[" not in said


@pytest.mark.parametrize("title", ["تعلم التمريض", "אחות", "\u202eesrun"])
def test_a_goal_that_is_drawn_may_have_a_title_in_any_script(
    client: Client, world: World, approve: Callable[..., Any], title: str
) -> None:
    student = client.as_(world.home.student)
    goal = student.made(
        f"/plans/{world.home.student.plan_id}/goals", {"title": title, "domain": "career"}
    )
    assert student.act(f"/goals/{goal['id']}", "propose").status_code == 200
    student.made(f"/goals/{goal['id']}/check-ins", {"percent": 40})
    assert len(pdf(student, approve()).pages) > 1


def test_what_no_font_has_is_named_and_the_pdf_stays_accessible(
    client: Client, world: World, approve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(setting, "_fonts", lambda: own)
    monkeypatch.setattr(pdf_module, "_set", set_here)
    path = approve(about_me="I 😀 love 中文 and\u200e dogs 🐕.")
    setting._draws.cache_clear()
    reader: Any = pdf(client.as_(world.home.student), path)
    setting._draws.cache_clear()
    said = words(reader)
    assert "I [grinning face] love [2 CJK characters] and dogs [dog]." in said
    assert "could not be drawn" in said
    assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.root_object["/Metadata"].get_data()


def set_here(job: bytes) -> bytes:
    """The print of a job in this process."""
    asked = orjson.loads(job)
    return setting.of(asked["template"], asked["data"], datetime.fromisoformat(asked["printed_at"]))


# Harm that no text can do to other requests.


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(0xF0000 + index) for index in range(17000)),
        "\U0001d400" * 17000,
        "\u202e" * 2000 + "evil",
        "a\u0301" * 9000,
        "\u0915\u094d" * 200,
        "".join(chr(point) for point in range(0x10400, 0x12000)),
        "\u202b" * 9999 + "x" + "\u2069" * 9999,
    ],
    ids=[
        "private use",
        "one long word of letters",
        "overrides",
        "accents",
        "a word of joined consonants",
        "scripts that no font has",
        "embeddings that isolates do not end",
    ],
)
def test_no_text_keeps_a_plan_from_being_set(
    client: Client, world: World, approve: Callable[..., Any], text: str
) -> None:
    path = approve()
    parent = client.as_(world.home.parent)
    parent.made(f"{path}/statements", {"body": text})
    assert len(pdf(parent, path).pages) > 1


def test_private_use_is_counted_before_anything_is_set(
    client: Client, world: World, approve: Callable[..., Any]
) -> None:
    path = approve(about_me="\U000f0000\U000f0001 and \ue000.")
    said = words(pdf(client.as_(world.home.student), path))
    assert "[2 private-use characters] and [1 private-use character]." in said


PYTHON = (sys.executable, "-c")


@pytest.mark.parametrize(
    "program",
    [
        "import os; os.abort()",
        "import time; time.sleep(60)",
        "print('%PDF' + 'x' * (1 << 20))",
        "raise SystemExit(1)",
        "print('<html>')",
    ],
    ids=["panics", "never ends", "writes too much", "gives up", "writes something else"],
)
def test_a_print_that_fails_is_a_problem_of_its_own(
    client: Client, world: World, in_force: str, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(pdf_module, "SETTER", (*PYTHON, program))
    monkeypatch.setattr(pdf_module, "SECONDS", 1)
    monkeypatch.setattr(pdf_module, "LONGEST", 1000)
    student = client.as_(world.home.student)
    answer = student.get(f"{in_force}/print?format=pdf")
    assert (answer.status_code, code(answer)) == (500, "print_failed")
    monkeypatch.undo()
    assert pdf(student, in_force).pages


def test_a_print_takes_no_more_memory_than_it_may(
    client: Client, world: World, in_force: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_module, "MEMORY", 64 << 20)
    answer = client.as_(world.home.student).get(f"{in_force}/print?format=pdf")
    assert code(answer) == "print_failed"


def test_a_print_knows_no_secret_and_no_trace_of_it_quotes_anybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PLP_SECRET_KEY", "sesame")
    program = "import os; print('%PDF', sorted(os.environ))"
    monkeypatch.setattr(pdf_module, "SETTER", (*PYTHON, program))
    assert b"PLP_SECRET_KEY" not in pdf_module._set(b"{}")


def test_a_print_is_set_when_its_transaction_is_over(
    client: Client, world: World, in_force: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []

    def look(_job: bytes) -> bytes:
        try:
            held.append(db.session())
        except LookupError:
            return b"%PDF-1.7"
        return b""

    monkeypatch.setattr(pdf_module, "_set", look)
    answer = client.as_(world.home.student).get(f"{in_force}/print?format=pdf")
    assert (answer.status_code, held) == (200, [])


def test_few_prints_are_set_at_once_and_the_next_is_told_when_to_come(
    client: Client, world: World, in_force: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_module, "TURNS", Turns(at_once=1, waiting=0, seconds=0))
    student = client.as_(world.home.student)
    with pdf_module.TURNS.taken():
        answer = student.get(f"{in_force}/print?format=pdf")
        assert (code(answer), answer.headers["Retry-After"]) == ("server_busy", "1")
        assert student.get(f"{in_force}/print").status_code == 200
    assert pdf(student, in_force).pages


def test_one_person_has_one_print_set_at_a_time() -> None:
    turns = Turns(at_once=1, waiting=1, seconds=1)
    with (
        turns.taken(by="somebody"),
        pytest.raises(Problem, match="server_busy"),
        turns.taken(by="somebody"),
    ):
        pytest.fail("a second turn")
    with turns.taken(by="somebody"):
        pass
