"""Ratings: given by a teacher or by oneself, never changed, withdrawn by giver or admin."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.foundation import clock, db
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.classes import Enrollment
from plp_api.foundation.roster.models import AccountPerson
from plp_api.foundation.roster.relationships import (
    Appointment,
    ParentKind,
    Relationship,
    RelationshipKind,
)
from plp_api.planning.goals.models import Goal
from plp_api.planning.pathways.models import PathwayElement
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.ratings.conftest import Items, days_ago
from tests.learning.ratings.frameworks import add_framework, add_scale
from tests.world import World, ahead, person, relate, writing


def body(item: UUID, level: str = "proficient", **more: Any) -> dict[str, Any]:
    return {"framework_item_id": str(item), "level": level, **more}


# Who rates.


def test_a_teacher_rates_for_the_school_and_the_student_reads_it(
    teacher: Client, student: Client, world: World, items: Items, ratings: str
) -> None:
    made = teacher.made(ratings, body(items["W.2.a"], evidence="The essay, second draft."))
    assert made["framework_item"] == {
        "id": str(items["W.2.a"]),
        "code": "W.2.a",
        "statement": "Does W.2.a.",
        "abbreviated_statement": "W.2.a for short",
        "framework_id": str(items["framework"]),
        "is_retired": False,
    }
    level = (made["level"], made["level_title"], made["level_position"])
    assert level == ("proficient", "Proficient", 3)
    by = (made["is_self"], made["rated_by"], made["rated_as"], made["rated_by_name"])
    assert by[:3] == (False, str(world.home.teacher.id), "teacher")
    assert by[3].startswith("Teacher")
    assert made["rated_on"] == clock.today().isoformat()
    read = student.read(f"/ratings/{made['id']}")
    assert read["evidence"] == "The essay, second draft."
    assert [one["id"] for one in student.read(ratings)["items"]] == [made["id"]]
    assert read["student"]["id"] == str(world.home.student.id)


def test_a_student_rates_themselves_apart_from_the_school(
    student: Client, teacher: Client, items: Items, ratings: str
) -> None:
    made = student.made(ratings, body(items["S.1"], "exemplary"))
    assert (made["is_self"], made["rated_as"]) == (True, "student")
    teacher.made(ratings, body(items["S.1"], "beginning"))
    own = teacher.read(f"{ratings}?is_self=true")["items"]
    assert [one["level"] for one in own] == ["exemplary"]
    assert teacher.read(f"{ratings}?is_self=false")["items"][0]["level"] == "beginning"


@pytest.mark.parametrize(
    "name", ["parent", "advisor", "counselor", "elo_coordinator", "school_admin", "auditor"]
)
def test_who_only_reads_ratings_gives_none(
    client: Client, world: World, items: Items, ratings: str, name: str
) -> None:
    reader = client.as_(getattr(world.home, name))
    assert reader.get(ratings).status_code == 200
    refused = reader.post(ratings, body(items["S.1"]))
    assert (refused.status_code, code(refused)) == (403, "permission_denied")
    assert refused.json["allowed_roles"] == ["student", "teacher"]


def test_a_teacher_rates_only_students_of_their_own_classes(
    teacher: Client, world: World, items: Items
) -> None:
    for pupil in (world.home.senior, world.home.other_student):
        assert teacher.post(f"/students/{pupil.id}/ratings", body(items["S.1"])).status_code == 404


def test_a_teacher_loses_the_right_when_the_class_ends(
    teacher: Client, world: World, database: Isolated, items: Items, ratings: str
) -> None:
    made = teacher.made(ratings, body(items["S.1"]))
    with writing(database, world.home) as session:
        session.execute(
            update(Enrollment)
            .where(Enrollment.person_id == world.home.teacher.id)
            .values(ends_on=clock.today())
        )
    assert teacher.post(ratings, body(items["S.1"])).status_code in (403, 404)
    assert teacher.get(f"/ratings/{made['id']}").status_code in (403, 404)


def test_a_teacher_never_rates_their_own_child(
    client: Client, teacher: Client, world: World, database: Isolated, items: Items, ratings: str
) -> None:
    mine = teacher.made(ratings, body(items["S.1"]))
    with writing(database, world.home) as session:
        tie = {"parent_kind": ParentKind.PARENT, "may_inspect": True}
        relate(
            session,
            world.home,
            world.home.teacher,
            world.home.student,
            RelationshipKind.PARENT,
            **tie,
        )
    assert code(teacher.post(ratings, body(items["S.1"]))) == "actor_is_family"
    path = f"/ratings/{mine['id']}"
    assert teacher.read(path)["available_actions"] == []
    refused = teacher.act(path, "withdraw", comment="A mistake.")
    assert code(refused) == "approver_is_family"


def test_a_student_who_teaches_their_class_still_rates_only_themselves(
    student: Client, world: World, database: Isolated, items: Items, ratings: str
) -> None:
    _teach(world, database, world.home.student.id)
    assert student.made(ratings, body(items["S.1"]))["is_self"] is True


def test_nobody_rates_themselves_for_the_school_by_another_person_of_their_account(
    client: Client, world: World, database: Isolated, items: Items, ratings: str
) -> None:
    home = world.home
    with writing(database, home) as session:
        teaching = person(session, home, "teaching")
        del home.people["teaching"]
        session.execute(
            update(AccountPerson)
            .where(AccountPerson.person_id == teaching.id)
            .values(account_id=home.student.account_id)
        )
    teaching.account_id = home.student.account_id
    _teach(world, database, teaching.id)
    refused = client.as_(teaching).post(ratings, body(items["S.1"]))
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def _teach(world: World, database: Isolated, person_id: UUID) -> None:
    home = world.home
    with writing(database, home) as session:
        session.add(
            Enrollment(
                district_id=home.district_id,
                school_id=home.school_id,
                class_id=home.class_id,
                person_id=person_id,
                role="teacher",
                starts_on=days_ago(100),
            )
        )


# What is rated.


def test_a_level_of_another_scale_is_refused_with_those_allowed(
    teacher: Client, items: Items, ratings: str
) -> None:
    refused = teacher.post(ratings, body(items["S.1"], "met"))
    assert (refused.status_code, code(refused)) == (422, "level_not_on_scale")
    assert refused.json["allowed_levels"] == [
        "beginning",
        "developing",
        "proficient",
        "exemplary",
    ]
    assert pointers(refused) == {"/level"}


def test_a_framework_s_own_scale_counts_and_a_rating_keeps_its_scale(
    teacher: Client, world: World, database: Isolated, ratings: str
) -> None:
    home = world.home
    with writing(database, home) as session:
        scale_id = add_scale(session, home.district_id, "not_yet", "met")
        items = add_framework(session, home.district_id, scale_id=scale_id)
    assert code(teacher.post(ratings, body(items["S.1"]))) == "level_not_on_scale"
    made = teacher.made(ratings, body(items["S.1"], "met"))
    assert (made["scale_id"], made["level_position"]) == (str(scale_id), 2)
    with writing(database, home) as session:
        session.execute(update(Framework).values(scale_id=None))
    assert teacher.read(f"/ratings/{made['id']}")["level_title"] == "Met"
    assert teacher.made(ratings, body(items["S.1"]))["scale_id"] != str(scale_id)


def test_what_is_retired_gets_no_rating_and_keeps_those_it_has(
    teacher: Client, world: World, database: Isolated, items: Items, ratings: str
) -> None:
    made = teacher.made(ratings, body(items["S.1"]))
    with writing(database, world.home) as session:
        session.execute(update(FrameworkItem).values(retired_on=clock.today()))
    refused = teacher.post(ratings, body(items["S.1"]))
    assert (refused.status_code, code(refused)) == (409, "framework_item_retired")
    shown = teacher.read(f"/ratings/{made['id']}")
    assert shown["framework_item"]["is_retired"] is True


def test_an_item_of_another_district_does_not_exist(
    teacher: Client, foreign_items: Items, world: World, ratings: str
) -> None:
    foreign = teacher.post(ratings, body(foreign_items["S.1"]))
    nothing = teacher.post(ratings, body(world.home.student.id))
    assert pointers(foreign) == pointers(nothing) == {"/framework_item_id"}
    assert foreign.json["errors"] == nothing.json["errors"]


@pytest.mark.parametrize(("days", "status"), [(1, 422), (0, 201), (-30, 201), (-3000, 422)])
def test_a_rating_s_day_is_not_to_come_and_not_long_past(
    teacher: Client, items: Items, ratings: str, days: int, status: int
) -> None:
    answer = teacher.post(ratings, body(items["S.1"], rated_on=ahead(days)))
    assert answer.status_code == status
    if status == 422:
        assert pointers(answer) == {"/rated_on"}


# What it rests on.


def test_a_rating_rests_on_a_goal_of_the_same_student(
    teacher: Client, world: World, items: Items, ratings: str
) -> None:
    own, others = world.home.student.goal_id, world.home.senior.goal_id
    made = teacher.made(ratings, body(items["S.1"], goal_id=str(own)))
    assert made["goal_id"] == str(own)
    refused = teacher.post(ratings, body(items["S.1"], goal_id=str(others)))
    assert pointers(refused) == {"/goal_id"}


def test_a_rating_rests_on_a_pathway_element_only_of_whom_may_read_it(
    teacher: Client, student: Client, world: World, database: Isolated, items: Items, ratings: str
) -> None:
    element_id = _element(world, database)
    given = body(items["S.1"], pathway_element_id=str(element_id))
    assert pointers(teacher.post(ratings, given)) == {"/pathway_element_id"}
    made = student.made(ratings, given)
    assert made["pathway_element_id"] == str(element_id)
    assert teacher.read(f"/ratings/{made['id']}")["pathway_element_id"] is None


def _element(world: World, database: Isolated) -> UUID:
    pupil, element_id = world.home.student, db.new_id()
    with writing(database, world.home) as session:
        session.add(
            PathwayElement(
                id=element_id,
                district_id=pupil.district_id,
                student_id=pupil.id,
                plan_id=pupil.plan_id,
                planned_by=pupil.id,
                type="dual_enrollment",
                title="Nursing",
            )
        )
    return element_id


def test_a_goal_on_which_a_rating_rests_is_not_deleted(
    student: Client, world: World, database: Isolated, items: Items, ratings: str
) -> None:
    pupil, goal_id = world.home.student, db.new_id()
    with writing(database, world.home) as session:
        own = {"district_id": pupil.district_id, "student_id": pupil.id, "plan_id": pupil.plan_id}
        session.add(Goal(id=goal_id, **own, status="draft", domain="civic", title="Vote"))
    student.made(ratings, body(items["S.1"], goal_id=str(goal_id)))
    assert code(student.delete(f"/goals/{goal_id}")) == "record_in_use"


def test_a_parent_to_whom_goals_are_denied_is_not_shown_the_goal(
    client: Client, teacher: Client, world: World, database: Isolated, items: Items, ratings: str
) -> None:
    goal = str(world.home.student.goal_id)
    made = teacher.made(ratings, body(items["S.1"], goal_id=goal))
    parent = client.as_(world.home.parent)
    assert parent.read(f"/ratings/{made['id']}")["goal_id"] == goal
    deny(world, database, "goals")
    assert parent.read(f"/ratings/{made['id']}")["goal_id"] is None


def deny(world: World, database: Isolated, kind: str) -> None:
    """Let an order deny the parent at home a kind of record."""
    with writing(database, world.home) as session:
        session.execute(
            update(Relationship)
            .where(Relationship.person_id == world.home.parent.id)
            .values(denied=frozenset({kind}))
        )


def test_an_order_that_denies_ratings_hides_them_on_every_road(
    client: Client, world: World, database: Isolated, items: Items, ratings: str, a_rating: Any
) -> None:
    path, parent = a_rating(items["S.1"]), client.as_(world.home.parent)
    competencies = f"/students/{world.home.student.id}/competencies"
    evidence = f"/framework-items/{items['S.1']}/evidence"
    progress = f"/plans/{world.home.student.plan_id}/progress"
    version = f"/plan-versions/{world.home.student.version_id}"
    client.as_(world.home.student).act(version, "submit")
    client.as_(world.home.advisor).act(version, "approve")
    print_ = f"{version}/print?format=html"
    assert len(parent.read(evidence)["items"]) == 1
    assert len(parent.read(progress)["competencies"]) == 1
    assert "Competencies in" in parent.get(print_).get_data(as_text=True)
    deny(world, database, "ratings")
    assert parent.get(ratings).status_code == 403
    assert parent.get(competencies).status_code == 403
    assert parent.get(path).status_code == 404
    assert parent.read("/ratings")["items"] == []
    assert parent.read(evidence)["items"] == []
    assert "competencies" not in parent.read(progress)
    printed = parent.get(print_)
    assert printed.status_code == 200
    assert "Competencies in" not in printed.get_data(as_text=True)


# Withdrawing, and the history.


def test_who_gave_a_rating_withdraws_it_and_it_stays_in_the_list(
    teacher: Client, student: Client, items: Items, ratings: str
) -> None:
    made = teacher.made(ratings, body(items["S.1"]))
    path = f"/ratings/{made['id']}"
    assert made["available_actions"] == ["withdraw"]
    assert pointers(teacher.act(path, "withdraw")) == {"/comment"}
    assert teacher.act(path, "withdraw", comment="Meant for another.").status_code == 200
    shown = student.read(path)
    assert (shown["status"], shown["withdraw_reason"]) == ("withdrawn", "Meant for another.")
    assert shown["withdrawn_at"] is not None
    assert [one["id"] for one in student.read(ratings)["items"]] == [made["id"]]
    assert student.read(f"{ratings}?status=given")["items"] == []
    assert code(teacher.act(path, "withdraw", comment="Again.")) == "action_repeated"


def test_nobody_else_withdraws_a_rating(
    client: Client,
    student: Client,
    teacher: Client,
    world: World,
    database: Isolated,
    a_rating: Any,
    items: Items,
) -> None:
    path = a_rating(items["S.1"])
    refused = student.act(path, "withdraw", comment="I do not like it.")
    assert (refused.status_code, code(refused)) == (403, "rating_not_yours")
    own = a_rating(items["S.1"], is_self=True)
    assert code(teacher.act(own, "withdraw", comment="Too high.")) == "rating_not_yours"
    admin = client.as_(world.home.school_admin)
    assert code(admin.act(own, "withdraw", comment="No.")) == "rating_not_yours"
    assert admin.read(own)["available_actions"] == []
    counselor = client.as_(world.home.counselor)
    assert code(counselor.act(path, "withdraw", comment="No.")) == "rating_not_yours"
    _teach(world, database, world.home.co_advisor.id)
    other = client.as_(world.home.co_advisor)
    assert code(other.act(path, "withdraw", comment="No.")) == "rating_not_yours"


def test_who_gave_a_rating_withdraws_it_after_the_class_ended_if_they_still_read_it(
    client: Client, teacher: Client, world: World, database: Isolated, a_rating: Any, items: Items
) -> None:
    """The advisor taught the student once, and is their advisor still."""
    advisor = client.as_(world.home.advisor)
    path = a_rating(items["S.1"], rated_by=world.home.advisor.id)
    assert advisor.read(path)["available_actions"] == ["withdraw"]
    assert advisor.act(path, "withdraw", comment="Meant for another.").status_code == 200


def test_a_school_admin_withdraws_a_rating_whose_giver_is_gone(
    client: Client, world: World, database: Isolated, a_rating: Any, items: Items, ratings: str
) -> None:
    home, path = world.home, a_rating(items["S.1"])
    with writing(database, home) as session:
        session.execute(
            update(Enrollment)
            .where(Enrollment.person_id == home.teacher.id)
            .values(ends_on=days_ago(1))
        )
    assert client.as_(home.teacher).get(path).status_code == 404
    admin = client.as_(home.school_admin)
    assert admin.read(path)["available_actions"] == ["withdraw"]
    assert pointers(admin.act(path, "withdraw")) == {"/comment"}
    reason = "The teacher confused two students."
    assert admin.act(path, "withdraw", comment=reason).status_code == 200
    shown = client.as_(home.student).read(path)
    by = (shown["status"], shown["withdraw_reason"], shown["withdrawn_by"])
    assert by == ("withdrawn", reason, str(home.school_admin.id))
    assert shown["withdrawn_by_name"] is not None
    assert shown["rated_by"] == str(home.teacher.id)
    assert len(client.as_(home.student).read(ratings)["items"]) == 1
    other = client.as_(home.other_school_admin)
    assert other.act(a_rating(items["W.1"]), "withdraw", comment=reason).status_code == 404


def test_a_school_admin_withdraws_no_rating_of_their_own_child_or_of_themselves(
    client: Client, world: World, database: Isolated, a_rating: Any, items: Items
) -> None:
    home, path = world.home, a_rating(items["S.1"])
    with writing(database, home) as session:
        tie = {"parent_kind": ParentKind.PARENT, "may_inspect": True}
        relate(session, home, home.school_admin, home.student, RelationshipKind.PARENT, **tie)
    admin = client.as_(home.school_admin)
    assert admin.read(path)["available_actions"] == []
    assert code(admin.act(path, "withdraw", comment="No.")) == "approver_is_family"
    with writing(database, home) as session:
        session.execute(
            update(Appointment)
            .where(Appointment.person_id == home.school_admin.id)
            .values(person_id=home.student.id)
        )
    refused = client.as_(home.student).act(path, "withdraw", comment="No.")
    assert code(refused) == "rating_not_yours"


def test_a_second_click_gives_no_second_rating(
    teacher: Client, student: Client, items: Items, ratings: str
) -> None:
    made = teacher.made(ratings, body(items["S.1"], evidence="The map."))
    refused = teacher.post(ratings, body(items["S.1"], evidence="The map."))
    assert (refused.status_code, code(refused)) == (409, "action_repeated")
    assert refused.json["existing"]["id"] == made["id"]
    for other in (
        body(items["S.1"], evidence="The second map."),
        body(items["S.1"], "developing", evidence="The map."),
        body(items["W.1"], evidence="The map."),
        body(items["S.1"], evidence="The map.", rated_on=ahead(-1)),
    ):
        teacher.made(ratings, other)
    student.made(ratings, body(items["S.1"], evidence="The map."))
    teacher.act(f"/ratings/{made['id']}", "withdraw", comment="Too early.")
    teacher.made(ratings, body(items["S.1"], evidence="The map."))


def test_a_later_rating_stands_beside_the_earlier_one(
    teacher: Client, items: Items, ratings: str
) -> None:
    teacher.made(ratings, body(items["S.1"], "beginning", rated_on=ahead(-20)))
    teacher.made(ratings, body(items["S.1"], "exemplary"))
    listed = teacher.read(f"{ratings}?sort=rated_on")["items"]
    assert [one["level"] for one in listed] == ["beginning", "exemplary"]


def test_ratings_are_in_the_trail_without_words(
    teacher: Client, world: World, database: Isolated, items: Items, ratings: str
) -> None:
    made = teacher.made(ratings, body(items["S.1"], evidence="Secret words."))
    teacher.act(f"/ratings/{made['id']}", "withdraw", comment="Secret too.")
    with writing(database, world.home) as session:
        query = select(Event).where(Event.subject_type == "ratings").order_by(Event.id)
        events = session.scalars(query).all()
        assert [event.type for event in events] == ["rating.given", "rating.withdrawn"]
        assert "ecret" not in str([event.payload for event in events])
        assert "level" not in events[0].payload, "whoever follows events may read no rating"


# Lists.


def test_ratings_are_found_by_item_framework_level_day_and_person(
    counselor: Client, world: World, items: Items, a_rating: Callable[..., str]
) -> None:
    old = a_rating(items["W.1"], "beginning", rated_on=days_ago(400))
    new = a_rating(items["S.1"], "proficient", pupil=world.home.senior)
    own = a_rating(items["S.1"], "exemplary", is_self=True)
    teacher_id = world.home.teacher.id
    expected = {
        f"framework_item_id={items['W.1']}": {old},
        f"framework_id={items['framework']}": {old, new, own},
        f"framework_id={world.home.school_id}": set(),
        "level=proficient&level=exemplary": {new, own},
        f"rated_since={days_ago(30)}": {new, own},
        f"rated_by={teacher_id}": {old, new},
        "is_self=true": {own},
        f"student_id={world.home.senior.id}": {new},
        "grade=12": {new},
        f"class_id={world.home.class_id}": {old, own},
        "status=withdrawn": set(),
    }
    for query, paths in expected.items():
        listed = counselor.read(f"/ratings?{query}")["items"]
        assert {f"/ratings/{one['id']}" for one in listed} == paths, query


# Many at once.


def test_a_teacher_rates_a_class_in_one_call_with_an_answer_for_each(
    teacher: Client, world: World, items: Items, ratings: str
) -> None:
    home = world.home
    sent = {
        "framework_item_id": str(items["W.1"]),
        "rated_on": ahead(-1),
        "items": [
            {"student_id": str(home.senior.id), "level": "proficient"},
            {"student_id": str(home.student.id), "level": "met"},
            {"student_id": str(home.student.id), "level": "developing", "evidence": "Map."},
            {"student_id": str(world.away.student.id), "level": "developing"},
        ],
    }
    key = {"headers": {"Idempotency-Key": "period 3"}}
    answer = teacher.post("/ratings", sent, **key)
    assert answer.status_code == 200, answer.json
    found = answer.json["items"]
    assert [one["status"] for one in found] == [404, 422, 200, 404]
    assert found[1]["problem"]["code"] == "level_not_on_scale"
    assert found[2]["id"] == str(home.student.id)
    assert found[2]["resource"]["rated_on"] == ahead(-1)
    assert teacher.post("/ratings", sent, **key).json == answer.json
    (kept,) = teacher.read(ratings)["items"]
    assert (kept["id"], kept["evidence"]) == (found[2]["resource"]["id"], "Map.")


def test_fifty_are_the_most_at_once(teacher: Client, world: World, items: Items) -> None:
    item = {"student_id": str(world.home.student.id), "level": "proficient"}
    for number in (0, 51):
        sent = {"framework_item_id": str(items["W.1"]), "items": [item] * number}
        assert pointers(teacher.post("/ratings", sent)) == {"/items"}
