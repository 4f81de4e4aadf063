"""A version's content in the language of a rendition, where the rendition has a text."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from plp_api.foundation.printing.words import label
from plp_api.planning.printing.content import SMART, Content, Fact, Item, Part
from plp_api.planning.renditions.models import Rendition

ELEMENTS = "pathway_elements"
OF_ELEMENT = ("location", "term")


@dataclass(frozen=True)
class Translation:
    """The language and the translator of a rendition, whose words were not signed."""

    language: str
    translator: str
    is_certified: bool


def about(rendition: Rendition) -> Translation:
    """The language and the translator of this rendition."""
    return Translation(rendition.language, rendition.translator_name, rendition.is_certified)


def of(original: Content, rendition: Rendition) -> Content:
    """The content with the texts of the rendition, each marked with its language.

    Texts that the rendition lacks stay as they were written, unmarked.
    """
    lang = rendition.language
    sections = tuple(
        replace(one, title=found["title"], body=found["body"], lang=lang) if found else one
        for one in original.sections
        for found in [rendition.sections.get(one.key)]
    )
    goals = _part(original.goals, rendition.goals, SMART, lang)
    parts = tuple(
        _part(one, rendition.pathway_elements, OF_ELEMENT, lang) if one.key == ELEMENTS else one
        for one in original.parts
    )
    return replace(original, sections=sections, goals=goals, parts=parts)


def _part(
    part: Part, texts: Mapping[str, Mapping[str, str]], names: tuple[str, ...], lang: str
) -> Part:
    called = {label(name): name for name in names}
    items = (
        _item(one, found, called, lang) if found else one
        for one in part.items
        for found in [texts.get(one.id or "")]
    )
    return replace(part, items=tuple(items))


def _item(one: Item, found: Mapping[str, str], called: Mapping[str, str], lang: str) -> Item:
    facts = tuple(
        Fact(fact.label, words, lang) if (words := found.get(called.get(fact.label, ""))) else fact
        for fact in one.facts
    )
    return replace(one, title=found["title"], facts=facts, lang=lang)
