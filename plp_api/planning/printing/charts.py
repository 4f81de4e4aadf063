"""Progress as small charts: SVG from plain data, each with a text and a table.

The charts are black on white and use shapes, not colors, so that photocopies stay
readable. They draw only our own words; a person's text, such as the title of a goal,
is not drawn but named in the title beside the chart. The title of a level is drawn where
it is short and every font has its characters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import escape

from plp_api.foundation.printing.glyphs import LATIN_1, without_controls
from plp_api.foundation.printing.words import day, phrase
from plp_api.foundation.printing.words import hours as spoken

WIDTH, NARROW = 480, 310
FONT = 'font-family="Libertinus Serif, sans-serif" font-size="12"'


@dataclass(frozen=True)
class Point:
    """The progress of a goal on a day, in per cent."""

    on: date
    percent: int


@dataclass(frozen=True)
class Chart:
    """A drawing, with the same content as a text and as a table."""

    title: str
    text: str
    svg: str
    width: int
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


# Progress of one goal.

LEFT, RIGHT, TOP, BOTTOM = 44, 48, 12, 96
HEIGHT = 120
LATEST = 12


def progress(goal: str, points: Sequence[Point]) -> Chart:
    """A goal's latest twelve check-ins, as a line between 0 and 100 per cent.

    `points` are in the order of their days, at least one.
    """
    drawn = points[-LATEST:]
    title, text = f"Progress of “{goal}”", _progress_text(drawn, len(points))
    return Chart(
        title=title,
        text=text,
        svg=_svg((NARROW, HEIGHT), title, text, _line(drawn)),
        width=NARROW,
        caption="Check-ins",
        columns=("Checked in on", "Progress"),
        rows=tuple((day(point.on), f"{point.percent} %") for point in drawn),
    )


def _progress_text(drawn: Sequence[Point], in_all: int) -> str:
    first, last = drawn[0], drawn[-1]
    if in_all == 1:
        return f"One check-in, on {day(last.on)}: {last.percent} per cent."
    counted = f"{in_all} check-ins"
    if len(drawn) < in_all:
        counted = f"The latest {len(drawn)} of {in_all} check-ins"
    return (
        f"{counted}, from {first.percent} per cent on {day(first.on)}"
        f" to {last.percent} per cent on {day(last.on)}."
    )


def _line(points: Sequence[Point]) -> Iterator[str]:
    for percent in (0, 50, 100):
        y = _y(percent)
        yield f'<path d="M{LEFT} {y}H{NARROW - RIGHT}" stroke="#999" stroke-width="0.7"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end" {FONT}>{percent} %</text>'
    placed = [(_x(point, points), _y(point.percent)) for point in points]
    path = "L".join(f"{x} {y}" for x, y in placed)
    if len(placed) > 1:
        yield f'<path d="M{path}" fill="none" stroke="#000" stroke-width="2"/>'
    for x, y in placed:
        yield f'<circle cx="{x}" cy="{y}" r="3.5" fill="#000"/>'
    x, y = placed[-1]
    words = f"{points[-1].percent} %"
    yield f'<text x="{x + 7}" y="{y + 4}" font-weight="bold" {FONT}>{words}</text>'
    yield from _days(points)


def _days(points: Sequence[Point]) -> Iterator[str]:
    first, last = points[0].on, points[-1].on
    if first == last:
        yield _day(_middle(), "middle", last)
        return
    yield _day(LEFT, "start", first)
    yield _day(NARROW - RIGHT, "end", last)


def _day(x: float, anchor: str, on: date) -> str:
    return f'<text x="{x}" y="{HEIGHT - 6}" text-anchor="{anchor}" {FONT}>{day(on)}</text>'


def _x(point: Point, points: Sequence[Point]) -> float:
    first, last = points[0].on, points[-1].on
    if first == last:
        return _middle()
    share = (point.on - first).days / (last - first).days
    return round(LEFT + share * (NARROW - RIGHT - LEFT), 1)


def _middle() -> float:
    return (LEFT + NARROW - RIGHT) / 2


def _y(percent: int) -> float:
    return round(BOTTOM - percent / 100 * (BOTTOM - TOP), 1)


# Goals by domain and status.

BOX, STEP, LABELS, IN_A_ROW = 16, 22, 140, 15
FRAME = f'<rect width="{BOX}" height="{BOX}" fill="#fff" stroke="#000" stroke-width="1.5"/>'
CROSS = f'<path d="M0 0L{BOX} {BOX}M{BOX} 0L0 {BOX}" stroke="#000" stroke-width="1.5"/>'
# In the order of the legend. A status missing here is drawn as a box with a question mark.
SHAPES: Mapping[str, str] = {
    "proposed": FRAME.replace("/>", ' stroke-dasharray="3 2"/>'),
    "returned": FRAME.replace("/>", ' stroke-dasharray="1 2"/>'),
    "active": FRAME,
    "on_hold": f'{FRAME}<path d="M5.5 3.5V12.5M10.5 3.5V12.5" stroke="#000" stroke-width="2.5"/>',
    "achieved": f'<rect width="{BOX}" height="{BOX}" stroke="#000" stroke-width="1.5"/>',
    "partly_met": f'{FRAME}<rect y="8" width="{BOX}" height="8"/>',
    "not_met": f"{FRAME}{CROSS}",
    "dropped": f'{FRAME}<path d="M3 8H13" stroke="#000" stroke-width="2"/>',
    "carried_forward": f'{FRAME}<path d="M4 3L13 8L4 13Z"/>',
}


def by_domain(goals: Sequence[tuple[str, str]]) -> Chart:
    """Every goal as a box beside its domain; the shape shows its status.

    `goals` are pairs of domain and status, at least one.
    """
    domains = list(dict.fromkeys(domain for domain, _ in sorted(goals)))
    known = [status for status in SHAPES if any(status == own for _, own in goals)]
    statuses = known + sorted({status for _, status in goals} - set(known))
    title, text = "Goals by domain and status", _domain_text(goals, statuses)
    height, drawn = _boxes(goals, domains, statuses)
    return Chart(
        title=title,
        text=text,
        svg=_svg((WIDTH, height), title, text, drawn),
        width=WIDTH,
        caption="Number of goals",
        columns=("Domain", "Status", "Goals"),
        rows=tuple(
            (phrase(domain), phrase(status), str(count))
            for domain in domains
            for status in statuses
            if (count := goals.count((domain, status)))
        ),
    )


def _domain_text(goals: Sequence[tuple[str, str]], statuses: Sequence[str]) -> str:
    counts = ((sum(own == status for _, own in goals), phrase(status)) for status in statuses)
    listed = ", ".join(f"{count} {words.lower()}" for count, words in counts)
    return f"{len(goals)} goal{'s' if len(goals) > 1 else ''}: {listed}."


def _boxes(
    goals: Sequence[tuple[str, str]], domains: Sequence[str], statuses: Sequence[str]
) -> tuple[int, list[str]]:
    """The height of the drawing, and its elements."""
    drawn, y = [], 6
    for domain in domains:
        drawn.append(f'<text x="0" y="{y + 13}" {FONT}>{phrase(domain)}</text>')
        own = [status for status in statuses for goal in goals if goal == (domain, status)]
        for index, status in enumerate(own):
            row, column = divmod(index, IN_A_ROW)
            drawn.append(_box(status, LABELS + column * STEP, y + row * STEP))
        y += STEP * (1 + (len(own) - 1) // IN_A_ROW) + 4
    y += 10
    for index, status in enumerate(statuses):
        row, column = divmod(index, 4)
        x, line = column * (WIDTH // 4), y + row * STEP
        drawn.append(_box(status, x + 1, line))
        drawn.append(f'<text x="{x + 24}" y="{line + 13}" {FONT}>{phrase(status)}</text>')
    return y + STEP * (1 + (len(statuses) - 1) // 4), drawn


def _box(status: str, x: int, y: int) -> str:
    unknown = f'{FRAME}<text x="5" y="13" {FONT}>?</text>'
    return f'<g transform="translate({x} {y})">{SHAPES.get(status, unknown)}</g>'


# Competencies by level of a scale.

BAR, LINE, LONGEST_LABEL = 14, 24, 18
BARS = 128
WIDEST_BAR = NARROW - BARS - 34


def by_level(framework: str, scale: str, levels: Sequence[tuple[str, int]]) -> Chart:
    """How many items of a framework are rated at each level, as bars.

    `scale` is the title of their scale. `levels` are pairs of the level's title and the
    number of items, lowest level first.
    """
    names = [_level_name(number, title) for number, (title, _) in enumerate(levels, 1)]
    title, text = f"Competencies in “{framework}”", _level_text(levels)
    return Chart(
        title=title,
        text=text,
        svg=_svg((NARROW, LINE * len(levels)), title, text, _bars(names, levels)),
        width=NARROW,
        caption=f"Items rated by the school, by level of “{scale}”",
        columns=("Level", "Items"),
        rows=tuple(
            (own if own == name else f"{name}: {own}", str(items))
            for name, (own, items) in zip(names, levels, strict=True)
        ),
    )


def _level_name(number: int, title: str) -> str:
    """The title of a level where it can be drawn, else its number."""
    is_drawn = title.isprintable() and all(ord(char) <= LATIN_1 for char in title)
    return title if is_drawn and len(title) <= LONGEST_LABEL else f"Level {number}"


def _level_text(levels: Sequence[tuple[str, int]]) -> str:
    in_all = sum(items for _, items in levels)
    listed = ", ".join(f"{items} at “{title}”" for title, items in levels if items)
    return f"{in_all} item{'' if in_all == 1 else 's'} rated: {listed}."


def _bars(names: Sequence[str], levels: Sequence[tuple[str, int]]) -> Iterator[str]:
    most = max(items for _, items in levels)
    for row, (name, (_, items)) in enumerate(zip(names, levels, strict=True)):
        y = row * LINE + (LINE - BAR) // 2
        length = round(items / most * WIDEST_BAR, 1) if most else 0
        yield f'<text x="0" y="{y + 11}" {FONT}>{escape(name)}</text>'
        yield f'<path d="M{BARS} {y - 3}V{y + BAR + 3}" stroke="#000" stroke-width="1"/>'
        if items:
            yield f'<rect x="{BARS}" y="{y}" width="{length}" height="{BAR}"/>'
        x = BARS + length + 7
        yield f'<text x="{x}" y="{y + 11}" font-weight="bold" {FONT}>{items}</text>'


# Hours of an ELO.


def hours(elo: str, verified: int, pending: int, planned: int | None) -> Chart:
    """The minutes of an ELO that were verified, those that wait, and those planned, as bars."""
    counted = [("Verified", verified), ("Not verified yet", pending)]
    if planned is not None:
        counted.append(("Planned", planned))
    title = f"Hours of “{elo}”"
    text = f"{', '.join(f'{name}: {spoken(minutes)}' for name, minutes in counted)}."
    return Chart(
        title=title,
        text=text,
        svg=_svg((NARROW, LINE * len(counted)), title, text, _spans(counted)),
        width=NARROW,
        caption="Hours logged and planned",
        columns=("Hours", "In all"),
        rows=tuple((name, spoken(minutes)) for name, minutes in counted),
    )


def _spans(counted: Sequence[tuple[str, int]]) -> Iterator[str]:
    """A bar for each span of time, in whole hours; an open box where nobody verified it."""
    most = max(minutes for _, minutes in counted)
    for row, (name, minutes) in enumerate(counted):
        y = row * LINE + (LINE - BAR) // 2
        length = round(minutes / most * WIDEST_BAR, 1) if most else 0
        fill = "" if row == 0 else ' fill="#fff" stroke="#000" stroke-width="1.5"'
        yield f'<text x="0" y="{y + 11}" {FONT}>{name}</text>'
        yield f'<path d="M{BARS} {y - 3}V{y + BAR + 3}" stroke="#000" stroke-width="1"/>'
        if minutes:
            yield f'<rect x="{BARS}" y="{y}" width="{length}" height="{BAR}"{fill}/>'
        words = f"{minutes // 60} h"
        x = BARS + length + 7
        yield f'<text x="{x}" y="{y + 11}" font-weight="bold" {FONT}>{words}</text>'


def _svg(size: tuple[int, int], title: str, text: str, drawn: Iterable[str]) -> str:
    """The drawing as SVG, with a title and a description for screen readers."""
    width, height = size
    # XML has no place for control characters.
    title, text = without_controls(title), without_controls(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(text)}</desc>{''.join(drawn)}</svg>"
    )
