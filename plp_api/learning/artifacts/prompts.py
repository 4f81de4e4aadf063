"""The questions that a reflection answers: those of the artifact's template, or the usual three."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.portfolio_templates.models import PortfolioTemplate
from plp_api.foundation import db, editions
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import invalid
from plp_api.foundation.roster.models import Student
from plp_api.learning.artifacts.models import Artifact
from plp_api.learning.interests.actions import schools_of
from plp_api.people.directory.references import of_district

Prompts = Sequence[Mapping[str, str]]

USUAL: Prompts = (
    {"key": "what", "question": "What did you make, and for whom?"},
    {"key": "so_what", "question": "What does it show that you can do now?"},
    {"key": "now_what", "question": "What would you do next, or differently?"},
)


def offered(template_id: UUID, student: Student, access: Access) -> PortfolioTemplate:
    """The template, if the student is offered it: a published edition, for their grade and school.

    Raises Problem: validation_failed (`template_id`).
    """
    template = of_district(access, PortfolioTemplate, template_id, "template_id")
    editions.require_published(template, "template_id")
    if template.grades and student.grade not in template.grades:
        raise invalid("template_id", f"It is for grade {', '.join(sorted(template.grades))}.")
    if template.school_id not in {None, *schools_of(student, access.caller.today)}:
        raise invalid("template_id", "It is for the students of another school.")
    return template


def shape(artifacts: Sequence[Any]) -> None:
    """Set `prompts` of each artifact, in one statement for all."""
    known = _of_templates({one.template_id for one in artifacts if one.template_id is not None})
    for artifact in artifacts:
        artifact.prompts = known.get(artifact.template_id) or USUAL


def _of_templates(ids: set[UUID]) -> dict[UUID | None, Prompts]:
    if not ids:
        return {}
    columns = PortfolioTemplate.id, PortfolioTemplate.prompts
    query = select(*columns).where(db.any_of(PortfolioTemplate.id, db.ids_bind("templates")))
    return {row.id: row.prompts for row in db.session().execute(query, {"templates": list(ids)})}


def answered(artifact: Artifact, answers: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The answers, each with its question as it was put.

    A template's questions are kept as the template words them. The usual three may be put in
    other words, as in another language.

    Raises Problem: validation_failed (`answers`) for a question that is not asked, or asked in
    other words, or answered twice.
    """
    templates = _of_templates({artifact.template_id} if artifact.template_id else set())
    own = templates.get(artifact.template_id)
    words = {one["key"]: one["question"] for one in own or USUAL}
    kept: dict[str, dict[str, str]] = {}
    for place, given in enumerate(answers):
        key, asked = given["key"], given.get("question")
        if key not in words:
            raise invalid(f"answers/{place}/key", f"The questions are: {', '.join(words)}.")
        if key in kept:
            raise invalid(f"answers/{place}/key", "Answer each question once.")
        if own and asked not in {None, words[key]}:
            raise invalid(f"answers/{place}/question", "The template puts it in other words.")
        kept[key] = {"key": key, "question": asked or words[key], "text": given["text"]}
    return list(kept.values())
