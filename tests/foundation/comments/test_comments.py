"""Comments: who writes them in which role, who sees the author, and withdrawing them."""

from typing import Any

import pytest

from plp_api.foundation.audit.models import Event
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.roster.models import Person
from plp_api.foundation.roster.relationships import Relationship, RelationshipKind
from plp_api.planning.goals.models import Goal
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.queries import counting
from tests.world import Pupil, Somebody, World, relate, writing


@pytest.fixture
def goal(world: World) -> str:
    """The goal of the world, with a comment by its student."""
    return f"/goals/{world.home.student.goal_id}"


@pytest.fixture
def comments(goal: str) -> str:
    return f"{goal}/comments"


def say(client: Client, person: Pupil | Somebody, comments: str, body: str = "Well done.") -> Any:
    return client.as_(person).made(comments, {"body": body})


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("student", "student"),
        ("parent", "parent"),
        ("inspecting_parent", "parent"),
        ("advisor", "advisor"),
        ("case_manager", "advisor"),
        ("teacher", "teacher"),
        ("counselor", "counselor"),
    ],
)
def test_a_comment_says_as_what_its_author_spoke(
    client: Client, world: World, comments: str, name: str, role: str
) -> None:
    somebody = getattr(world.home, name)
    made = say(client, somebody, comments)
    assert (made["author_role"], made["author_id"]) == (role, str(somebody.id))
    assert (made["body"], made["is_own"], made["withdrawn_at"]) == ("Well done.", True, None)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("elo_coordinator", 403),
        ("school_admin", 403),
        ("auditor", 403),
        ("registrar", 404),
        ("denied_parent", 404),
        ("relative", 404),
        ("other_student", 404),
        ("other_advisor", 404),
    ],
)
def test_nobody_else_comments(
    client: Client, world: World, comments: str, name: str, wanted: int
) -> None:
    answer = client.as_(getattr(world.home, name)).post(comments, {"body": "Hello."})
    assert answer.status_code == wanted


def test_an_advisor_who_is_also_the_parent_speaks_as_the_parent(
    client: Client, world: World, database: Isolated, comments: str
) -> None:
    advisor = world.home.advisor
    with writing(database, world.home) as session:
        tie = {"parent_kind": "parent", "may_inspect": True}
        relate(session, world.home, advisor, world.home.student, RelationshipKind.PARENT, **tie)
    assert say(client, advisor, comments)["author_role"] == "parent"


def test_a_comment_is_found_where_the_answer_says(
    client: Client, world: World, comments: str
) -> None:
    teacher = client.as_(world.home.teacher)
    answer = teacher.post(comments, {"body": "Well done."})
    assert answer.headers["Location"] == f"/api/v1/comments/{answer.json['id']}"
    assert teacher.read(f"/comments/{answer.json['id']}") == answer.json


@pytest.mark.parametrize(
    "body",
    [{}, {"body": ""}, {"body": " "}, {"body": "x" * 4001}, {"body": "\x00"}, {"body": ["Hi"]}],
)
def test_a_comment_needs_words(
    client: Client, world: World, comments: str, body: dict[str, Any]
) -> None:
    refused = client.as_(world.home.advisor).post(comments, body)
    assert (refused.status_code, pointers(refused)) == (422, {"/body"})


def test_an_unknown_field_is_named(client: Client, world: World, comments: str) -> None:
    refused = client.as_(world.home.advisor).post(
        comments, {"body": "Hi", "author_role": "teacher"}
    )
    assert pointers(refused) == {"/author_role"}


def test_comments_stand_in_the_order_in_which_they_were_made(
    client: Client, world: World, comments: str
) -> None:
    for name in ("advisor", "parent", "teacher"):
        say(client, getattr(world.home, name), comments)
    read = client.as_(world.home.student).read(comments)["items"]
    assert [one["author_role"] for one in read] == ["student", "advisor", "parent", "teacher"]


@pytest.mark.parametrize("name", ["elo_coordinator", "school_admin", "auditor"])
def test_whoever_reads_the_goal_reads_what_was_said_about_it(
    client: Client, world: World, comments: str, name: str
) -> None:
    reader = client.as_(getattr(world.home, name))
    (one,) = reader.read(comments)["items"]
    assert reader.read(f"/comments/{one['id']}")["body"] == "The clinic in town?"


@pytest.mark.parametrize("name", ["registrar", "denied_parent", "other_advisor", "other_student"])
def test_whoever_does_not_read_the_goal_reads_no_comment(
    client: Client, world: World, comments: str, name: str
) -> None:
    reader = client.as_(getattr(world.home, name))
    assert reader.get(comments).status_code == 404
    assert reader.get(f"/comments/{world.home.student.comment_id}").status_code == 404


def test_another_district_finds_no_comment(client: Client, world: World) -> None:
    path = f"/comments/{world.home.student.comment_id}"
    assert client.as_(world.away.advisor).get(path).status_code == 404


def test_a_teacher_does_not_read_by_its_id_what_was_said_about_the_plan(
    client: Client, world: World
) -> None:
    about_plan = f"/plan-versions/{world.home.student.version_id}/comments"
    path = f"/comments/{say(client, world.home.parent, about_plan)['id']}"
    assert client.as_(world.home.advisor).get(path).status_code == 200
    teacher = client.as_(world.home.teacher)
    assert teacher.get(path).status_code == 404
    assert teacher.send("DELETE", path).status_code == 404


def test_a_district_admin_states_a_reason_to_read_a_comment(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    path = f"/comments/{world.home.student.comment_id}"
    assert code(admin.get(path)) == "reason_required"
    opened = admin.get(path, headers={"X-Access-Reason": "A complaint"})
    assert opened.json["body"] == "The clinic in town?"


def authors(client: Client, person: Pupil | Somebody, path: str) -> list[Any]:
    return [
        (one["author_id"], one["author_name"]) for one in client.as_(person).read(path)["items"]
    ]


def test_a_parent_never_learns_who_the_other_parent_is(
    client: Client, world: World, comments: str
) -> None:
    home = world.home
    made = say(client, home.parent, comments)
    anonymous = (None, None)
    assert authors(client, home.inspecting_parent, comments)[1] == anonymous
    other = client.as_(home.inspecting_parent).read(f"/comments/{made['id']}")
    assert (other["author_id"], other["author_name"]) == anonymous
    assert (other["body"], other["author_role"]) == ("Well done.", "parent")
    for name in ("parent", "student", "advisor", "teacher"):
        told = authors(client, getattr(home, name), comments)[1]
        assert told[0] == str(home.parent.id), name
        assert told[1].startswith("Parent "), name


def test_a_parent_who_teaches_the_child_does_not_learn_it_either(
    client: Client, world: World, database: Isolated, comments: str
) -> None:
    with writing(database, world.home) as session:
        tie = {"parent_kind": "parent", "may_inspect": True}
        relate(
            session,
            world.home,
            world.home.teacher,
            world.home.student,
            RelationshipKind.PARENT,
            **tie,
        )
    say(client, world.home.parent, comments)
    assert authors(client, world.home.teacher, comments)[1] == (None, None)


def test_a_parent_whom_an_order_keeps_out_learns_it_in_no_other_role_either(
    client: Client, world: World, database: Isolated, comments: str
) -> None:
    home = world.home
    with writing(database, home) as session:
        relate(session, home, home.denied_parent, home.student, RelationshipKind.ADVISOR)
    say(client, home.parent, comments)
    assert authors(client, home.denied_parent, comments)[1] == (None, None)


@pytest.mark.parametrize(("shared", "told"), [(False, "Student"), (True, "Robin")])
def test_a_parent_reads_the_preferred_name_only_if_the_student_wants_that(
    client: Client, world: World, database: Isolated, comments: str, shared: bool, told: str
) -> None:
    with writing(database, world.home) as session:
        person = session.get(Person, world.home.student.id)
        person.preferred_given_name, person.family_uses_preferred = "Robin", shared
    (_, to_parent), *_ = authors(client, world.home.parent, comments)
    (_, to_advisor), *_ = authors(client, world.home.advisor, comments)
    assert to_parent.split()[0] == told
    assert to_advisor.split()[0] == "Robin"


def test_staff_of_a_hosting_district_are_named_there_and_known_by_role_at_home(
    client: Client, world: World
) -> None:
    counselor = world.away.counselor
    comments = f"/goals/{world.home.placed.goal_id}/comments"
    made = say(client, counselor, comments)
    assert (made["author_role"], made["author_name"] is None) == ("counselor", False)
    assert authors(client, world.home.placed, comments)[1] == (str(counselor.id), None)


def test_an_author_withdraws_their_words_and_the_comment_stays(
    client: Client, world: World, database: Isolated, comments: str
) -> None:
    parent = client.as_(world.home.parent)
    path = f"/comments/{say(client, world.home.parent, comments)['id']}"
    assert parent.delete(path).status_code == 204
    _, withdrawn = client.as_(world.home.student).read(comments)["items"]
    assert (withdrawn["body"], withdrawn["author_role"]) == (None, "parent")
    assert withdrawn["withdrawn_at"] is not None
    assert parent.read(path)["body"] is None
    with writing(database, world.home) as session:
        kept = session.query(Comment).filter_by(author_id=world.home.parent.id).one()
        assert kept.body == "Well done."


def test_withdrawing_twice_changes_nothing(client: Client, world: World) -> None:
    student = client.as_(world.home.student)
    path = f"/comments/{world.home.student.comment_id}"
    student.delete(path)
    first = student.read(path)
    assert student.delete(path).status_code == 204
    assert student.read(path) == first


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("parent", "comment_not_yours"),
        ("advisor", "comment_not_yours"),
        ("teacher", "comment_not_yours"),
        ("elo_coordinator", "comment_not_yours"),
        ("school_admin", "comment_not_yours"),
        ("auditor", "permission_denied"),
    ],
)
def test_nobody_withdraws_somebody_elses_words(
    client: Client, world: World, name: str, told: str
) -> None:
    path = f"/comments/{world.home.student.comment_id}"
    refused = client.as_(getattr(world.home, name)).delete(path)
    assert (refused.status_code, code(refused)) == (403, told)
    assert client.as_(world.home.student).read(path)["body"] is not None


def test_a_parent_who_lost_their_reach_leaves_their_words_alone(
    client: Client, world: World, database: Isolated, comments: str
) -> None:
    path = f"/comments/{say(client, world.home.parent, comments)['id']}"
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.may_inspect = False
    parent = client.as_(world.home.parent)
    assert parent.send("DELETE", path, headers={"If-Match": "*"}).status_code == 404


def test_withdrawing_needs_the_version_that_was_read(client: Client, world: World) -> None:
    student = client.as_(world.home.student)
    path = f"/comments/{world.home.student.comment_id}"
    missing = student.send("DELETE", path)
    stale = student.send("DELETE", path, headers={"If-Match": '"9"'})
    assert (missing.status_code, stale.status_code) == (428, 412)


def test_a_comment_is_never_edited(client: Client, world: World) -> None:
    student = client.as_(world.home.student)
    path = f"/comments/{world.home.student.comment_id}"
    assert student.patch(path, {"body": "Another"}).status_code == 405


def test_a_withdrawn_comment_is_not_taken_for_unchanged(client: Client, world: World) -> None:
    student = client.as_(world.home.student)
    path = f"/comments/{world.home.student.comment_id}"
    etag = student.etag(path)
    assert student.get(path, headers={"If-None-Match": etag}).status_code == 304
    student.delete(path)
    assert student.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_a_goal_that_has_ended_can_still_be_talked_about(
    client: Client, world: World, database: Isolated, goal: str, comments: str
) -> None:
    with writing(database, world.home) as session:
        session.get(Goal, world.home.student.goal_id).status = "achieved"
    assert say(client, world.home.parent, comments)["body"] == "Well done."


def test_events_hold_no_words(
    client: Client, world: World, database: Isolated, comments: str
) -> None:
    made = say(client, world.home.parent, comments, "Between us.")
    client.as_(world.home.parent).delete(f"/comments/{made['id']}")
    with writing(database, world.home) as session:
        told = session.query(Event).filter(Event.type.like("comment.%")).order_by(Event.id).all()
        assert [one.type for one in told] == ["comment.added", "comment.withdrawn"]
        assert "Between us." not in str([one.payload for one in told])


def test_paging_loses_nothing_while_people_talk(
    client: Client, world: World, comments: str
) -> None:
    student = client.as_(world.home.student)
    there = [str(world.home.student.comment_id)]
    there += [student.made(comments, {"body": f"{n}"})["id"] for n in range(5)]
    seen: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = student.read(f"{comments}?limit=2{cursor and f'&cursor={cursor}'}")
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if len(there) < 8:
            there.append(student.made(comments, {"body": "More"})["id"])
    assert seen == there


def test_what_was_withdrawn_has_changed_since_and_is_sorted_last(
    client: Client, world: World, comments: str
) -> None:
    student = client.as_(world.home.student)
    first, second = (student.made(comments, {"body": words}) for words in ("One.", "Two."))
    assert student.delete(f"/comments/{first['id']}").status_code == 204
    since = f"{comments}?updated_since={second['updated_at']}&sort=updated_at"
    assert [one["id"] for one in student.read(since)["items"]] == [second["id"], first["id"]]
    by_author = student.get(f"{comments}?author_id={world.home.student.id}")
    assert (by_author.status_code, pointers(by_author)) == (422, {"author_id"})


def test_a_page_takes_the_same_queries_whatever_it_holds(
    client: Client, world: World, database: Isolated, comments: str
) -> None:
    reader, counts = client.as_(world.home.advisor), []
    for speakers in (["parent"], ["advisor", "teacher", "counselor", "student"] * 3):
        for name in speakers:
            say(client, getattr(world.home, name), comments)
        with counting(database) as queries:
            reader.read(f"{comments}?limit=200")
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 7, queries.statements
