"""A reflection answers the questions of the artifact's template, or the usual three."""

from collections.abc import Callable
from typing import Any

import pytest

from plp_api.catalog.portfolio_templates.models import PortfolioTemplate
from plp_api.foundation import db
from plp_api.learning.artifacts import prompts
from tests.client import Client, pointers
from tests.databases import Isolated
from tests.queries import counting
from tests.world import Place, World, writing

POEM = {"title": "A poem", "kind": "writing", "parts": [{"kind": "text", "text": "Snow."}]}
OWN = [
    {"key": "risk", "question": "Which risk did you take?"},
    {"key": "thanks", "question": "Who helped you?"},
]
Add = Callable[..., str]


@pytest.fixture
def template(database: Isolated, world: World) -> Add:
    """Adds a published template with questions; its id."""

    def add(place: Place = world.home, **columns: Any) -> str:
        given = {"status": "published", "title": "Grade 8", "prompts": OWN, "slots": []} | columns
        row = PortfolioTemplate(id=db.new_id(), district_id=place.district_id, **given)
        with writing(database, place) as session:
            session.add(row)
            return str(row.id)

    return add


def asked(artifact: Any) -> list[str]:
    return [one["key"] for one in artifact["prompts"]]


def test_the_usual_three_are_asked_and_kept_as_they_were_put(student: Client, path: str) -> None:
    poem = student.made(path, POEM)
    assert asked(poem) == ["what", "so_what", "now_what"]
    answers = [
        {"key": "what", "text": "A poem."},
        {"key": "so_what", "question": "¿Y qué?", "text": "I can rhyme."},
    ]
    kept = student.made(f"/artifacts/{poem['id']}/reflections", {"answers": answers})["answers"]
    assert kept == [{**answers[0], "question": prompts.USUAL[0]["question"]}, answers[1]]


def test_a_template_asks_its_own_questions_in_its_own_words(
    student: Client, path: str, template: Add
) -> None:
    poem = student.made(path, {**POEM, "template_id": template()})
    assert poem["prompts"] == OWN
    place = f"/artifacts/{poem['id']}/reflections"
    made = student.made(place, {"answers": [{"key": "risk", "text": "To read it aloud."}]})
    assert made["answers"] == [{**OWN[0], "text": "To read it aloud."}]
    for wrong, at in (
        ([{"key": "what", "text": "A poem."}], "key"),
        ([{**OWN[0], "question": "Was it hard?", "text": "No."}], "question"),
    ):
        assert pointers(student.post(place, {"answers": wrong})) == {f"/answers/0/{at}"}
    twice = [{"key": "risk", "text": "One."}, {"key": "risk", "text": "Two."}]
    assert pointers(student.post(place, {"answers": twice})) == {"/answers/1/key"}


def test_what_was_said_keeps_its_question_when_others_are_asked(
    student: Client, path: str, template: Add
) -> None:
    poem = student.made(path, {**POEM, "template_id": template()})
    place = f"/artifacts/{poem['id']}"
    made = student.made(f"{place}/reflections", {"answers": [{"key": "risk", "text": "Aloud."}]})
    student.patch(place, {"template_id": None})
    assert asked(student.read(place)) == ["what", "so_what", "now_what"]
    assert (
        student.read(f"/reflections/{made['id']}")["answers"][0]["question"] == OWN[0]["question"]
    )


def test_a_template_without_questions_asks_the_usual_three(
    student: Client, path: str, template: Add
) -> None:
    poem = student.made(path, {**POEM, "template_id": template(prompts=[])})
    assert asked(poem) == ["what", "so_what", "now_what"]


def test_only_a_template_that_is_offered_to_the_student_is_taken(
    student: Client, path: str, template: Add, world: World
) -> None:
    school = template(school_id=world.home.school_id)
    poem = student.made(path, {**POEM, "template_id": school})
    place = f"/artifacts/{poem['id']}"
    wrong = [
        template(status="draft"),
        template(status="retired"),
        template(school_id=world.home.other_school_id),
        template(world.away),
        str(db.new_id()),
    ]
    for key in wrong:
        assert pointers(student.post(path, {**POEM, "template_id": key})) == {"/template_id"}
        refused = student.send(
            "PATCH", place, json={"template_id": key}, headers={"If-Match": student.etag(place)}
        )
        assert pointers(refused) == {"/template_id"}
    assert student.patch(place, {"template_id": school}).status_code == 200


def test_staff_give_a_class_the_questions_of_a_template(
    client: Client, student: Client, template: Add, world: World
) -> None:
    body = {"title": "A bench", "kind": "project", "student_ids": [str(world.home.student.id)]}
    teacher = client.as_(world.home.teacher)
    (made,) = teacher.made("/recorded-artifacts", {**body, "template_id": template()})["items"]
    assert student.read(f"/artifacts/{made['artifact_id']}")["prompts"] == OWN


def test_a_list_reads_the_questions_of_all_by_one_statement(
    student: Client, path: str, template: Add, database: Isolated
) -> None:
    def statements() -> int:
        with counting(database) as seen:
            student.read(path)
        return len(seen)

    student.made(path, {**POEM, "template_id": template()})
    first = statements()
    for _ in range(3):
        student.made(path, {**POEM, "template_id": template()})
    assert statements() == first
