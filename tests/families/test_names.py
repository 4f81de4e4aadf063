"""Names and pronouns by audience: rows store ids, and each read looks up the name for its reader.

The school says Wren; the family reads the name on the record, unless the student wants otherwise.
The student decides, and earlier versions, comments and prints follow.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Person
from tests.client import Client
from tests.families.addresses import every_address
from tests.world import World, writing

CHOSEN, RECORDED = "Wren", "Theodora"
SCHOOL = ("student", "advisor", "counselor", "school_admin")
FAMILY = ("parent", "inspecting_parent")


@pytest.fixture
def names(client: Client, world: World, database: Any) -> Callable[..., None]:
    """Sets the student's names, as the student."""
    with writing(database, world.home) as session:
        session.get_one(Person, world.home.student.id).given_name = RECORDED

    def chosen(**names: Any) -> None:
        path = f"/students/{world.home.student.id}"
        student = client.as_(world.home.student)
        tag = {"If-Match": student.etag(path)}
        answer = student.send("PATCH", f"{path}/names", json=names, headers=tag)
        assert answer.status_code == 200, answer.json

    chosen(preferred_given_name=CHOSEN, pronouns="they/them")
    return chosen


@pytest.fixture
def read(client: Client, world: World, names: Any) -> Callable[[str], dict[str, str]]:
    """What somebody reads, by place: approval, comments, review and signatures."""
    pupil = world.home.student
    student, advisor = client.as_(pupil), client.as_(world.home.advisor)
    version, review = f"/plan-versions/{pupil.version_id}", f"/reviews/{pupil.review_id}"
    plan, goal = f"/plans/{pupil.plan_id}", f"/goals/{pupil.goal_id}"
    for path in (version, goal):
        student.made(f"{path}/comments", {"body": "I wrote this."})
    advisor.made(f"{review}/comments", {"body": "We met."})
    held = {
        "held_on": str(clock.today()),
        "mode": "in_person",
        "participants": [{"role": "student", "person_id": str(pupil.id)}],
    }
    assert advisor.act(review, "hold", **held).status_code == 200
    assert student.act(version, "submit").status_code == 200
    assert advisor.act(version, "approve").status_code == 200
    sha256 = student.read(version)["snapshot_sha256"]
    student.made(f"{version}/signatures", {"snapshot_sha256": sha256, "language": "en"})
    places = {
        "plan": f"{plan}?expand=goals,sections,signatures,profile_entries",
        "plans": "/plans",
        "student": f"/students/{pupil.id}",
        "students": "/students",
        "version": version,
        "signatures": f"{version}/signatures",
        "review": review,
        "comments on the version": f"{version}/comments",
        "comments on the review": f"{review}/comments",
        "comments on the goal": f"{goal}/comments",
        "print": f"{version}/print",
    }

    def reading(name: str) -> dict[str, str]:
        reader = client.as_(getattr(world.home, name))
        answers = {where: reader.get(path) for where, path in places.items()}
        denied = {where for where, one in answers.items() if one.status_code != 200}
        assert denied <= {"print"}, "only the school's admins export"
        return {where: one.get_data(as_text=True) for where, one in answers.items()}

    return reading


NAMED = {"plan", "plans", "student", "students", "print"}
SPOKEN = {"comments on the version", "comments on the goal"}


def where(told: dict[str, str], word: str) -> set[str]:
    return {place for place, text in told.items() if word in text}


PRINTING = {"student", "school_admin"}


@pytest.mark.parametrize("reader", SCHOOL)
def test_the_school_reads_the_chosen_name_wherever_the_student_is_named(
    read: Any, reader: str
) -> None:
    told = read(reader)
    unprinted = set() if reader in PRINTING else {"print"}
    assert where(told, CHOSEN) >= (NAMED | SPOKEN) - unprinted
    assert "they/them" in told["plan"]
    assert not where(told, RECORDED) - {"student", "students"}, "but on the roster's own card"


@pytest.mark.parametrize("reader", FAMILY)
def test_the_family_reads_the_recorded_name_and_no_trace_of_another(read: Any, reader: str) -> None:
    told = read(reader)
    assert where(told, RECORDED) >= NAMED | SPOKEN
    assert not where(told, CHOSEN)
    assert not where(told, "they/them")


def test_the_family_reads_the_chosen_name_from_the_day_the_student_says_so_and_no_longer(
    read: Any, names: Any
) -> None:
    names(family_uses_preferred=True)
    told = read("parent")
    assert where(told, CHOSEN) >= NAMED | SPOKEN
    assert "they/them" in told["plan"]
    names(family_uses_preferred=False)
    assert not where(read("parent"), CHOSEN)


def test_another_name_appears_in_what_was_frozen_said_and_printed_before(
    client: Client, world: World, read: Any, names: Any
) -> None:
    version = f"/plan-versions/{world.home.student.version_id}"
    advisor = client.as_(world.home.advisor)
    frozen = advisor.get(f"{version}/snapshot").data
    assert CHOSEN.encode() not in frozen
    assert RECORDED.encode() not in frozen
    names(preferred_given_name="Robin")
    told = read("school_admin")
    assert where(told, "Robin") >= NAMED | SPOKEN
    assert not where(told, CHOSEN)
    assert advisor.get(f"{version}/snapshot").data == frozen, "no name was ever signed"


AT_ROSTER = re.compile(r"//api/v1/(students|people)(/[0-9a-f-]{36})?")


@pytest.fixture
def everywhere(database: Any, world: World, read: Any) -> list[str]:
    """Every address with rows of the student, who wrote, signed and met."""
    return every_address(database, world)


@pytest.mark.parametrize("reader", [*FAMILY, "advisor", "teacher", "counselor", "school_admin"])
def test_no_answer_at_all_has_the_name_of_the_other_audience(
    client: Client, world: World, everywhere: list[str], reader: str
) -> None:
    somebody, told, answered = client.as_(getattr(world.home, reader)), [], 0
    wrong = CHOSEN if reader in FAMILY else RECORDED
    for address in everywhere:
        answer = somebody.get(address)
        assert answer.status_code < 500, address
        answered += answer.status_code == 200
        # The roster's own cards hold the name of record beside the one in use.
        if reader not in FAMILY and AT_ROSTER.fullmatch(address):
            continue
        if answer.mimetype != "application/pdf" and wrong in answer.get_data(as_text=True):
            told.append(address)
    assert answered > 30, "the walk must reach what they read"
    assert told == []
