"""The content of a plan as HTML, for the print and for the signing page."""

from functools import cache
from importlib.resources import files

from markupsafe import Markup

from plp_api.foundation.printing.page import Page, css_string, environment, page
from plp_api.planning.printing.content import Content
from plp_api.planning.printing.copies import Copy

PACKAGE = "plp_api.planning.printing"


def snapshot(content: Content) -> Markup:
    """The signed content as HTML, to be put under an `<h1>`: sections, goals, all other parts."""
    template = environment(PACKAGE).get_template("_snapshot.html")
    return Markup(template.render(content=content))  # noqa: S704


def of(copy: Copy) -> Page:
    """The copy as a complete page, for screen and paper."""
    return page(
        PACKAGE,
        "print.html",
        styles={"style": _style(), "running": _running(copy.content)},
        content=copy.content,
        progress=copy.progress,
        translation=copy.translation,
        whose=copy.whose,
        address=copy.address,
    )


@cache
def _style() -> str:
    return (files(PACKAGE) / "pages" / "print.css").read_text()


def _running(content: Content) -> str:
    """The CSS for the margins of each printed page; browsers take their text only from CSS."""
    version = f"Version {content.number}, in force since {content.in_force_on}"
    boxes = {
        "top-left": css_string(str(content.student)),
        "top-right": css_string(content.school or content.district),
        "bottom-left": css_string(version),
        "bottom-right": '"Page " counter(page) " of " counter(pages)',
    }
    font = "font: 9.5pt Georgia, serif"
    said = " ".join(f"@{box} {{ content: {words}; {font} }}" for box, words in boxes.items())
    first = "@page :first { @top-left { content: none } @top-right { content: none } }"
    return f"@page {{ {said} }} {first}"
