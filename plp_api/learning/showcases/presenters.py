"""What the readers of showcases are shown of them."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.relationships import RecordKind
from plp_api.learning.showcases import contents
from plp_api.learning.showcases.contents import Contents, Result, Section, Work
from plp_api.learning.showcases.models import Showcase, ShowcaseItem

NAMES = frozenset({"name_shown"})
"""A parent does not get these: the name used at school may be one that the family must not know."""


def shape(showcases: Sequence[Any], access: Access) -> None:
    """Set what is disclosed of the name, and who took it down, as the reader may know them."""
    access.look_up(showcase.student_id for showcase in showcases)
    for showcase in showcases:
        showcase.disclosed = frozenset() if access.is_family(showcase.student_id) else NAMES
        showcase.shown_taken_down_by = access.shown_person(
            showcase.taken_down_by, showcase.student_id
        )


def preview(showcase: Showcase, left_out: Sequence[ShowcaseItem], access: Access) -> dict[str, Any]:
    """The showcase as it is shown outside, with the ids of what is left out.

    Whom an order denies ratings gets no result, as in the reviews themselves.
    """
    shown = contents.of(showcase)
    access.look_up_denied({showcase.student_id})
    shows_results = access.shows(RecordKind.RATINGS, showcase.student_id)
    works = {work.item.id for work in shown.works}
    is_own = access.is_oneself(showcase.student_id)
    name = {"shown_name": contents.name_of(showcase)} if is_own else {}
    return {
        "showcase_id": showcase.id,
        "student_id": showcase.student_id,
        "title": showcase.title,
        "introduction": showcase.introduction,
        "language": showcase.language,
        **name,
        "cover": _cover(shown),
        "sections": [_section(section, shows_results=shows_results) for section in shown.sections],
        "left_out": [item.id for item in left_out if item.id not in works],
    }


def _cover(shown: Contents) -> dict[str, Any] | None:
    return None if shown.cover is None else {"part_id": shown.cover.id, "alt": shown.cover_alt}


def _section(shown: Section, *, shows_results: bool) -> dict[str, Any]:
    heading = shown.section
    return {
        "section_id": None if heading is None else heading.id,
        "title": "" if heading is None else heading.title,
        "words": "" if heading is None else heading.words,
        "works": [_work(work, shows_results=shows_results) for work in shown.works],
    }


def _work(work: Work, *, shows_results: bool) -> dict[str, Any]:
    return {
        "item_id": work.item.id,
        "artifact_id": work.artifact.id,
        "version_id": work.version.id,
        "title": work.artifact.title,
        "kind": work.artifact.kind,
        "description": work.artifact.description,
        "made_on": work.artifact.made_on,
        "words": work.item.words,
        "allows_download": work.item.allows_download,
        "parts": work.version.parts,
        "answers": [] if work.reflection is None else work.reflection.answers,
        "result": _result(work.review) if shows_results and work.review else None,
        "makers": list(work.makers),
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "rubric_title": result.rubric_title,
        "decided_on": result.decided_on,
        "levels": [{"criterion": criterion, "level": level} for criterion, level in result.levels],
    }
