"""The PDF as assistive technology finds it, and texts that no template foresaw."""

import itertools

import pytest
import typst

from plp_api.printing import pdf as pdf_module
from tests.printing.conftest import pdf, tags, words


@pytest.fixture
def structure(client, world, in_force):
    return tags(pdf(client.as_(world.home.parent), in_force).root_object["/StructTreeRoot"])


def test_a_pdf_says_that_it_is_tagged_in_which_language_and_by_which_title(client, world, in_force):
    reader = pdf(client.as_(world.home.parent), in_force)
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title.startswith("Personalized learning plan of Student Of")
    assert reader.metadata.author == "Tamarack High"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


def test_headings_begin_with_the_title_and_skip_no_level(structure):
    levels = [int(one["/S"][2:]) for one in structure if one["/S"] in {f"/H{n}" for n in range(7)}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_figure_has_a_text_in_its_place(structure):
    figures = [one for one in structure if one["/S"] == "/Figure"]
    assert len(figures) == 2
    assert all("goal" in one["/Alt"] or "check-in" in one["/Alt"] for one in figures)


def test_every_table_has_a_caption_and_headers_that_say_of_what(structure):
    tables = [one for one in structure if one["/S"] == "/Table"]
    assert len(tables) == 3
    for table in tables:
        within = tags(table)
        assert [one["/S"] for one in within].count("/Caption") == 1
        headers = [one for one in within if one["/S"] == "/TH"]
        assert headers
        assert all("/Scope" in str(one["/A"]) for one in headers)


def test_pages_are_letter_and_all_fonts_are_within(client, world, in_force):
    reader = pdf(client.as_(world.home.parent), in_force)
    assert {(one.mediabox.width, one.mediabox.height) for one in reader.pages} == {(612, 792)}
    for one in reader.pages:
        for font in one["/Resources"]["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            described = descendant.get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(described)


def test_a_pdf_carries_texts_signatures_and_the_hash(client, world, in_force):
    student = client.as_(world.home.student)
    said = words(pdf(student, in_force))
    assert "Algebra II, and a term at the clinic." in said
    assert student.read(in_force)["snapshot_sha256"] in said
    assert "School Advisor Of" in said


def test_markup_in_a_text_is_set_as_it_was_written(client, world, approve):
    wild = '#let x = 1; *bold* _it_ $x^2$ `raw` <b>bold</b> @ref // end \\ #eval("1") [x](y)'
    assert wild in words(pdf(client.as_(world.home.student), approve(about_me=wild)))


@pytest.mark.parametrize("text", ["Привет, Ελλάδα", "Nguyễn Thị Ánh", "שלום", "مرحبا بكم"])
def test_other_scripts_that_the_fonts_have_are_set(client, world, approve, text):
    said = words(pdf(client.as_(world.home.student), approve(about_me=text)))
    assert "[" not in said


def test_what_no_font_has_is_named_and_the_pdf_stays_accessible(
    client, world, approve, monkeypatch
):
    own = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(pdf_module, "_fonts", lambda: own)
    pdf_module._draws.cache_clear()
    path = approve(about_me="I 😀 love 中文 and\x07 dogs 🐕.")
    reader = pdf(client.as_(world.home.student), path)
    pdf_module._draws.cache_clear()
    said = words(reader)
    assert "I [grinning face] love [2 CJK characters] and dogs [dog]." in said
    assert "could not be drawn" in said
    assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.root_object["/Metadata"].get_data()
