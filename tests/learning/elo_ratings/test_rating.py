"""The team of an ELO rates the student in its items, and in nothing else."""

from typing import Any

import pytest

from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.scales.models import Scale
from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.relationships import RelationshipKind
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.world import World, relate, writing

LEVELS: list[Any] = [{"key": key, "title": key, "description": ""} for key in ("not_yet", "met")]


@pytest.fixture
def items(world: World, database: Isolated) -> list[Any]:
    """Two items of a framework of the district's."""
    own, changed = {"district_id": world.home.district_id}, {"last_changed_at": clock.now()}
    with writing(database, world.home) as session:
        session.add(Scale(**own, title="Two levels", levels=LEVELS, is_default=True))
        framework = Framework(
            id=db.new_id(), **own, **changed, identifier=db.new_id(), source="csv", title="Ours"
        )
        session.add(framework)
        session.flush()
        found = [
            FrameworkItem(
                id=db.new_id(),
                **own,
                **changed,
                framework_id=framework.id,
                identifier=db.new_id(),
                statement=statement,
            )
            for statement in ("Listens.", "Writes.")
        ]
        session.add_all(found)
        return [item.id for item in found]


@pytest.fixture
def at(world: World, database: Isolated, items: list[Any]) -> Any:
    """An internship in a state, linked to the first of the items."""

    def made(status: str = "active") -> Internship:
        with writing(database, world.home) as session:
            elo = add_internship(session, world.home, status=status)
            session.add(
                ItemLink(
                    district_id=world.home.district_id,
                    student_id=world.home.student.id,
                    subject_type="elos",
                    subject_id=elo.id,
                    framework_item_id=items[0],
                    linked_by=world.home.student.id,
                )
            )
            return elo

    return made


def rating(item: Any, **members: Any) -> dict[str, Any]:
    return {"framework_item_id": str(item), "level": "met", **members}


def test_a_member_rates_in_an_item_of_the_elo_and_reads_the_rating(
    client: Client, world: World, at: Any, items: list[Any]
) -> None:
    elo = at()
    member = client.as_(elo.cooperating_teacher)
    made = member.made(f"{elo.path}/ratings", rating(items[0], evidence="Took six histories."))
    assert made["elo_id"] == str(elo.id)
    assert (made["rated_as"], made["is_self"]) == ("team_member", False)
    assert made["available_actions"] == ["withdraw"]
    for path in (f"{elo.path}/ratings", "/ratings"):
        assert [one["id"] for one in member.read(path)["items"]] == [made["id"]]
    student = client.as_(world.home.student)
    (seen,) = student.read(f"/students/{world.home.student.id}/ratings")["items"]
    assert (seen["id"], seen["elo_id"]) == (made["id"], str(elo.id))


def test_an_advisor_on_the_team_rates_and_one_who_is_not_does_not(
    client: Client, world: World, database: Isolated, at: Any, items: list[Any]
) -> None:
    elo, home = at(), world.home
    advisor = client.as_(home.advisor)
    assert advisor.post(f"{elo.path}/ratings", rating(items[0])).status_code == 403
    own = {"district_id": home.district_id, "student_id": home.student.id}
    with writing(database, home) as session:
        session.add(
            Assignment(
                **own,
                subject_type="elos",
                subject_id=elo.id,
                role="reviewer",
                person_id=home.advisor.id,
                starts_on=clock.today(),
            )
        )
    assert advisor.post(f"{elo.path}/ratings", rating(items[0])).status_code == 201
    # Elsewhere the advisor still rates nobody.
    elsewhere = advisor.post(f"/students/{home.student.id}/ratings", rating(items[0]))
    assert elsewhere.status_code == 403


def test_a_member_rates_in_nothing_else_of_the_student(
    client: Client, world: World, at: Any, items: list[Any]
) -> None:
    elo = at()
    member = client.as_(elo.cooperating_teacher)
    other_item = member.post(f"{elo.path}/ratings", rating(items[1]))
    assert pointers(other_item) == {"/framework_item_id"}
    path = f"/students/{world.home.student.id}/ratings"
    assert member.post(path, rating(items[0])).status_code == 404
    body = {"framework_item_id": str(items[0])}
    body["items"] = [{"student_id": str(world.home.student.id), "level": "met"}]  # type: ignore[assignment]
    (answer,) = member.post("/ratings", body).json["items"]
    assert answer["problem"]["code"] == "not_found"
    goal = rating(items[0], goal_id=str(world.home.student.goal_id))
    assert pointers(member.post(f"{elo.path}/ratings", goal)) == {"/goal_id"}


def test_a_member_reads_no_rating_beside_the_elo_s(
    client: Client, world: World, at: Any, items: list[Any]
) -> None:
    elo, home = at(), world.home
    client.as_(home.teacher).made(f"/students/{home.student.id}/ratings", rating(items[1]))
    member = client.as_(elo.cooperating_teacher)
    assert member.read("/ratings")["items"] == []
    assert member.get(f"/students/{home.student.id}/ratings").status_code == 404
    assert member.get(f"/students/{home.student.id}/competencies").status_code == 404


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("design", "elo_not_active"),
        ("approved", "elo_not_active"),
        ("active", None),
        ("suspended", None),
        ("evaluated", None),
        ("credit_awarded", "elo_closed"),
        ("terminated", "elo_closed"),
    ],
)
def test_an_elo_is_rated_from_its_start_until_it_ends(
    client: Client, at: Any, items: list[Any], status: str, answer: str | None
) -> None:
    elo = at(status)
    response = client.as_(elo.teacher_of_record).post(f"{elo.path}/ratings", rating(items[0]))
    if answer is None:
        assert response.status_code == 201
    else:
        assert code(response) == answer


def test_the_student_rates_themselves_and_strangers_and_family_do_not(
    client: Client, world: World, database: Isolated, at: Any, items: list[Any]
) -> None:
    elo, home = at(), world.home
    path = f"{elo.path}/ratings"
    assert client.as_(home.student).made(path, rating(items[0]))["is_self"] is True
    assert client.as_(elo.others).post(path, rating(items[0])).status_code == 404
    assert client.as_(home.parent).post(path, rating(items[0])).status_code == 403
    with writing(database, home) as session:
        relate(session, home, elo.panel_member, home.student, RelationshipKind.PARENT)
    assert client.as_(elo.panel_member).post(path, rating(items[0])).status_code == 404


def test_a_member_withdraws_what_they_gave_while_on_the_team(
    client: Client, at: Any, items: list[Any]
) -> None:
    elo = at()
    member = client.as_(elo.cooperating_teacher)
    path = f"/ratings/{member.made(f'{elo.path}/ratings', rating(items[0]))['id']}"
    another = client.as_(elo.teacher_of_record)
    assert code(another.act(path, "withdraw", comment="No.")) == "rating_not_yours"
    assert member.act(path, "withdraw", comment="Wrong item.").status_code == 200
