"""Charts from plain facts: a description and a table give the same facts."""

from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from plp_api.foundation.printing.page import paragraphs
from plp_api.planning.printing.charts import Point, by_domain, by_level, progress

SVG = "{http://www.w3.org/2000/svg}"
FIRST = date(2026, 9, 1)


def points(count: int) -> list[Any]:
    return [Point(FIRST + timedelta(days=7 * index), index) for index in range(count)]


def test_a_line_goes_through_every_check_in() -> None:
    chart = progress("Read twelve books", points(4))
    drawing = ET.fromstring(chart.svg)
    assert len(drawing.findall(f"{SVG}circle")) == 4
    assert chart.rows[0] == ("September 1, 2026", "0 %")
    assert chart.text == (
        "4 check-ins, from 0 per cent on September 1, 2026 to 3 per cent on September 22, 2026."
    )


def test_of_many_check_ins_the_latest_twelve_are_drawn_and_that_is_said() -> None:
    chart = progress("Read twelve books", points(30))
    assert len(chart.rows) == 12
    assert chart.rows[-1][1] == "29 %"
    assert chart.text.startswith("The latest 12 of 30 check-ins,")


def test_check_ins_of_one_day_are_drawn_in_the_middle() -> None:
    chart = progress("Read", [Point(FIRST, 20), Point(FIRST, 40)])
    places = {one.get("cx") for one in ET.fromstring(chart.svg).findall(f"{SVG}circle")}
    assert len(places) == 1


def test_a_goals_title_is_never_markup_in_a_drawing() -> None:
    chart = progress("</title><script>1</script>", points(1))
    drawing = ET.fromstring(chart.svg)
    assert drawing.findtext(f"{SVG}title") == "Progress of “</title><script>1</script>”"
    assert drawing.find(f"{SVG}script") is None


def test_each_goal_is_a_box_and_every_number_stands_in_the_table() -> None:
    goals = [("career", "active")] * 20 + [("academic", "achieved"), ("career", "dropped")]
    chart = by_domain(goals)
    boxes_and_legend = ET.fromstring(chart.svg).findall(f"{SVG}g")
    assert len(boxes_and_legend) == 22 + 3
    assert chart.rows == (
        ("Academic", "Achieved", "1"),
        ("Career", "Active", "20"),
        ("Career", "Dropped", "1"),
    )
    assert chart.text == "22 goals: 20 active, 1 achieved, 1 dropped."


def test_a_status_that_is_not_known_yet_is_drawn_all_the_same() -> None:
    chart = by_domain([("career", "paused")])
    assert chart.rows == (("Career", "Paused", "1"),)
    assert "?" in chart.svg


def test_a_blank_line_ends_a_paragraph_and_any_line_break_a_line() -> None:
    assert paragraphs("a\r\nb\n \nc\rd\n\n\n") == [["a", "b"], ["c", "d"]]
    assert paragraphs(" \n ") == []


LEVELS = [("Beginning", 0), ("Developing", 4), ("Proficient", 5), ("Exemplary", 1)]


def test_each_level_is_a_bar_as_long_as_its_items_are_many() -> None:
    chart = by_level("Graduation proficiencies", "Four levels", LEVELS)
    drawing = ET.fromstring(chart.svg)
    lengths = [float(one.get("width") or 0) for one in drawing.findall(f"{SVG}rect")]
    assert lengths == [pytest.approx(lengths[1] * 0.8, abs=0.1), lengths[1], lengths[1] / 5]
    shown = [one.text for one in drawing.findall(f"{SVG}text")]
    assert shown == [str(word) for level in LEVELS for word in level]
    assert chart.rows == tuple((title, str(items)) for title, items in LEVELS)
    assert chart.text == ("10 items rated: 4 at “Developing”, 5 at “Proficient”, 1 at “Exemplary”.")
    assert chart.title == "Competencies in “Graduation proficiencies”"
    assert chart.caption == "Items rated by the school, by level of “Four levels”"


@pytest.mark.parametrize("title", ["数学", "Exceeds everything expected", "a\nb", "🎓"])
def test_a_level_whose_title_cannot_be_drawn_is_drawn_by_its_number(title: str) -> None:
    chart = by_level("</title><script>1</script>", "Own", [("A & <b>", 1), (title, 2)])
    drawing = ET.fromstring(chart.svg)
    assert [one.text for one in drawing.findall(f"{SVG}text")] == ["A & <b>", "1", "Level 2", "2"]
    assert chart.rows[1] == (f"Level 2: {title}", "2")
    assert drawing.find(f"{SVG}script") is None
