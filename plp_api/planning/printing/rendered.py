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
        replace(section, title=text["title"], body=text["body"], lang=lang) if text else section
        for section in original.sections
        for text in [rendition.sections.get(section.key)]
    )
    goals = _part(original.goals, rendition.goals, SMART, lang)
    parts = tuple(
        _part(part, rendition.pathway_elements, OF_ELEMENT, lang) if part.key == ELEMENTS else part
        for part in original.parts
    )
    return replace(original, sections=sections, goals=goals, parts=parts)


def _part(
    part: Part, texts: Mapping[str, Mapping[str, str]], names: tuple[str, ...], lang: str
) -> Part:
    called = {label(name): name for name in names}
    items = (
        _item(item, text, called, lang) if text else item
        for item in part.items
        for text in [texts.get(item.id or "")]
    )
    return replace(part, items=tuple(items))


def _item(item: Item, text: Mapping[str, str], called: Mapping[str, str], lang: str) -> Item:
    facts = tuple(
        Fact(fact.label, words, lang) if (words := text.get(called.get(fact.label, ""))) else fact
        for fact in item.facts
    )
    return replace(item, title=text["title"], facts=facts, lang=lang)
