"""Charts from plain facts: a description and a table give the same facts."""

from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from plp_api.foundation.printing.page import paragraphs
from plp_api.planning.printing.charts import Point, by_domain, progress

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
