"""Calling for work: whom it reaches, what each reads, and who may change it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.db import new_id
from plp_api.foundation.roster.classes import Enrollment, EnrollmentRole
from plp_api.foundation.roster.relationships import AdvisoryMember, ParentKind, RelationshipKind
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.learning.calls.conftest import Call, recipient_of
from tests.world import Place, Somebody, World, ahead, long_ago, person, relate, writing


def join_class(session: Any, place: Place, somebody: Somebody, role: str = "student") -> None:
    session.add(
        Enrollment(
            district_id=place.district_id,
            school_id=place.school_id,
            class_id=place.class_id,
            person_id=somebody.id,
            role=EnrollmentRole(role),
            starts_on=long_ago(100),
        )
    )
    session.flush()


def test_a_class_is_called_and_each_student_reads_their_own_row(
    client: Client, world: World, teacher: Client, student: Client, call: Call
) -> None:
    made = call(prompt="Say why.")
    assert (made["status"], made["school_id"]) == ("open", str(world.home.school_id))
    assert made["counts"] == {"called": 1, "awaited": 1, "handed_in": 0, "excused": 0}
    assert made["available_actions"] == ["extend", "remind", "catch_up", "close"]
    (row,) = student.read(f"/students/{world.home.student.id}/calls-for-work")["items"]
    assert (row["title"], row["prompt"], row["due_on"]) == ("Best page", "Say why.", ahead(10))
    assert (row["state"], row["is_overdue"], row["call_status"]) == ("awaited", False, "open")
    assert row["called_by"] == str(world.home.teacher.id)
    assert (row["artifact_id"], row["available_actions"]) == (None, [])
    path = f"/call-recipients/{row['id']}"
    for name in ("student", "parent", "advisor", "counselor", "school_admin"):
        assert client.as_(getattr(world.home, name)).read(path)["id"] == row["id"], name
    for nobody in (world.home.senior, world.home.other_advisor, world.away.district_admin):
        assert client.as_(nobody).get(path).status_code == 404


def test_a_student_and_a_parent_read_no_call_as_a_whole(
    client: Client, world: World, call: Call
) -> None:
    path = f"/calls-for-work/{call()['id']}"
    for name in ("student", "parent"):
        reader = client.as_(getattr(world.home, name))
        assert reader.get(path).status_code == 404
        assert reader.get(f"{path}/recipients").status_code == 404
        assert reader.get("/calls-for-work").status_code == 403


def test_staff_read_whom_they_reach_and_count_no_others(
    client: Client, world: World, database: Isolated, teacher: Client, call: Call
) -> None:
    with writing(database, world.home) as session:
        join_class(session, world.home, world.home.senior)
    made = call()
    assert made["counts"]["called"] == 2
    path = f"/calls-for-work/{made['id']}"
    co_advisor = client.as_(world.home.co_advisor)
    assert co_advisor.read(path)["counts"]["called"] == 1
    (seen,) = co_advisor.read(f"{path}/recipients")["items"]
    assert seen["student_id"] == str(world.home.student.id)
    other = client.as_(world.home.other_advisor)
    assert other.read(path)["counts"] == dict.fromkeys(made["counts"], 0)
    assert other.read(f"{path}/recipients")["items"] == []
    assert len(teacher.read(f"{path}/recipients?class_id={world.home.class_id}")["items"]) == 2


def test_an_advisory_and_chosen_students_are_called(
    world: World, advisor: Client, call: Call
) -> None:
    home = world.home
    assert call(advisor, advisory_id=str(home.advisory_id))["counts"]["called"] == 1
    ids = [str(home.student.id), str(home.senior.id), str(home.student.id)]
    chosen = call(advisor, student_ids=ids)
    assert (chosen["counts"]["called"], chosen["class_id"]) == (2, None)
    assert chosen["school_id"] == str(home.school_id)
    assert chosen["available_actions"] == ["extend", "remind", "close"]
    refused = advisor.act(f"/calls-for-work/{chosen['id']}", "catch_up")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"title": " "}, "/title"),
        ({"due_on": ahead(-1)}, "/due_on"),
        ({"due_on": ahead(500)}, "/due_on"),
        ({"class_id": str(new_id())}, "/class_id"),
        ({"rubric_id": str(new_id())}, "/rubric_id"),
        ({"advisory_id": str(new_id())}, "/advisory_id"),
        ({"class_id": None}, "/class_id"),
    ],
)
def test_what_is_wrong_with_a_call_is_named(
    world: World, teacher: Client, changed: dict[str, Any], pointer: str
) -> None:
    sent = {"title": "Best page", "class_id": str(world.home.class_id), **changed}
    refused = teacher.post("/calls-for-work", sent)
    assert (refused.status_code, pointers(refused)) == (422, {pointer})


def test_a_call_names_somebody(teacher: Client) -> None:
    refused = teacher.post("/calls-for-work", {"title": "Best page"})
    assert (refused.status_code, pointers(refused)) == (422, {"/class_id"})


def test_nobody_calls_a_student_whom_they_do_not_teach_or_advise(
    client: Client, world: World, teacher: Client
) -> None:
    home, away = world.home, world.away
    for stranger in (home.senior, home.other_student, away.student):
        ids = [str(home.student.id), str(stranger.id)]
        refused = teacher.post("/calls-for-work", {"title": "Page", "student_ids": ids})
        assert (refused.status_code, pointers(refused)) == (422, {"/student_ids/1"})
    # A teacher reads no advisory, so that they learn nothing of its members by calling it.
    sent = {"title": "Page", "advisory_id": str(home.advisory_id)}
    assert teacher.post("/calls-for-work", sent).status_code == 403
    for name in ("student", "parent", "counselor", "registrar", "school_admin"):
        by = client.as_(getattr(home, name))
        refused = by.post("/calls-for-work", {"title": "Page", "class_id": str(home.class_id)})
        assert (refused.status_code, code(refused)) == (403, "permission_denied"), name


def test_a_class_of_another_teacher_has_nobody_to_call(
    client: Client, world: World, database: Isolated
) -> None:
    sent = {"title": "Page", "class_id": str(world.home.class_id)}
    refused = client.as_(world.home.other_advisor).post("/calls-for-work", sent)
    assert (refused.status_code, pointers(refused)) == (422, {"/class_id"})


def test_a_teacher_s_own_child_is_left_to_a_colleague(
    client: Client, world: World, database: Isolated, teacher: Client, call: Call
) -> None:
    home = world.home
    with writing(database, home) as session:
        join_class(session, home, home.senior)
        kind = {"parent_kind": ParentKind.PARENT, "may_inspect": True}
        relate(session, home, home.teacher, home.senior, RelationshipKind.PARENT, **kind)
    made = call()
    assert recipient_of(client.as_(home.advisor), made)["student_id"] == str(home.student.id)
    path = f"/calls-for-work/{made['id']}/recipients"
    refused = teacher.post(path, {"student_ids": [str(home.senior.id)]})
    assert (refused.status_code, code(refused)) == (409, "actor_is_family")


def test_only_who_called_changes_a_call(
    client: Client, world: World, database: Isolated, teacher: Client, call: Call
) -> None:
    with writing(database, world.home) as session:
        colleague = person(session, world.home, "colleague")
        join_class(session, world.home, colleague, "teacher")
    path = f"/calls-for-work/{call()['id']}"
    names = ("advisor", "elo_coordinator", "school_admin", "district_admin")
    for who in (colleague, *(getattr(world.home, name) for name in names)):
        by = client.as_(who)
        if who is not world.home.district_admin:
            assert by.read(path)["available_actions"] == []
            assert by.patch(path, {"title": "Mine"}).status_code == 403
        assert by.act(path, "close").status_code in (403, 404)
    changed = teacher.patch(path, {"title": "Best two pages", "due_on": ahead(20)}).json
    assert (changed["title"], changed["due_on"]) == ("Best two pages", ahead(20))
    seen = recipient_of(client.as_(world.home.advisor), changed)
    assert (seen["title"], seen["due_on"]) == ("Best two pages", ahead(20))


def test_a_changed_call_is_polled_by_the_students_rows_too(
    world: World, teacher: Client, student: Client, call: Call
) -> None:
    made = call()
    moment = clock.iso(clock.now())
    rows = f"/students/{world.home.student.id}/calls-for-work"
    assert student.read(f"{rows}?updated_since={moment}")["items"] == []
    teacher.patch(f"/calls-for-work/{made['id']}", {"title": "Best two pages"})
    assert len(student.read(f"{rows}?updated_since={moment}")["items"]) == 1


def test_a_call_is_closed_reopened_and_extended(
    student: Client, world: World, teacher: Client, call: Call
) -> None:
    path = f"/calls-for-work/{call()['id']}"
    assert teacher.act(path, "close").json["available_actions"] == ["reopen"]
    assert code(teacher.patch(path, {"title": "Late"})) == "call_closed"
    assert code(teacher.act(path, "close")) == "action_repeated"
    more = {"student_ids": [str(world.home.student.id)]}
    assert code(teacher.post(f"{path}/recipients", more)) == "call_closed"
    assert pointers(teacher.act(path, "reopen", due_on=ahead(-1))) == {"/due_on"}
    reopened = teacher.act(path, "reopen", due_on=ahead(3)).json
    assert (reopened["status"], reopened["due_on"], reopened["closed_at"]) == (
        "open",
        ahead(3),
        None,
    )
    assert teacher.act(path, "extend", due_on=ahead(5)).json["due_on"] == ahead(5)
    assert code(teacher.act(path, "extend", due_on=ahead(5))) == "action_repeated"
    (row,) = student.read(f"/students/{world.home.student.id}/calls-for-work?is_open=true")["items"]
    assert row["due_on"] == ahead(5)


def test_who_joins_later_is_called_by_catching_up(
    world: World, database: Isolated, teacher: Client, advisor: Client, call: Call
) -> None:
    made = call()
    path = f"/calls-for-work/{made['id']}"
    assert code(teacher.act(path, "catch_up")) == "action_repeated"
    with writing(database, world.home) as session:
        join_class(session, world.home, world.home.senior)
    assert teacher.act(path, "catch_up").json["counts"]["called"] == 2
    ids = [str(world.home.student.id), str(world.home.senior.id)]
    again = teacher.post(f"{path}/recipients", {"student_ids": ids})
    assert (again.status_code, again.json["counts"]["called"]) == (200, 2)


def test_who_left_the_class_is_still_called_but_reached_no_more(
    world: World, database: Isolated, teacher: Client, advisor: Client, call: Call
) -> None:
    made = call()
    with writing(database, world.home) as session:
        left = session.scalars(select(Enrollment).filter_by(person_id=world.home.student.id)).one()
        left.ends_on = clock.today()
    path = f"/calls-for-work/{made['id']}"
    # Without a class they teach nobody, and so are nobody's teacher: the class goes on.
    assert teacher.read(path)["counts"]["called"] == 0
    assert teacher.read(f"{path}/recipients")["items"] == []
    assert recipient_of(advisor, made)["state"] == "awaited"


def test_a_student_is_excused_by_who_called_or_by_their_advisor(
    client: Client, world: World, database: Isolated, teacher: Client, advisor: Client, call: Call
) -> None:
    made = call()
    path = f"/call-recipients/{recipient_of(teacher, made)['id']}"
    with writing(database, world.home) as session:
        colleague = person(session, world.home, "colleague")
        join_class(session, world.home, colleague, "teacher")
    other = client.as_(colleague)
    assert other.read(path)["available_actions"] == []
    refused = other.act(path, "excuse")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    for by in (teacher, advisor):
        excused = by.act(path, "excuse").json
        assert (excused["state"], excused["available_actions"]) == ("excused", ["expect"])
        assert by.act(path, "expect").json["state"] == "awaited"
    for name in ("student", "parent", "counselor"):
        assert client.as_(getattr(world.home, name)).act(path, "excuse").status_code == 403


def test_many_are_excused_at_once(
    world: World, database: Isolated, teacher: Client, call: Call
) -> None:
    with writing(database, world.home) as session:
        join_class(session, world.home, world.home.senior)
    rows = teacher.read(f"/calls-for-work/{call()['id']}/recipients")["items"]
    items = [{"id": row["id"], "version": row["version"]} for row in rows]
    answer = teacher.post("/call-recipients/actions", {"action": "excuse", "items": items})
    assert [each["status"] for each in answer.json["items"]] == [200, 200]
    assert {each["resource"]["state"] for each in answer.json["items"]} == {"excused"}


def test_what_is_missing_past_its_day_is_overdue(client: Client, world: World, call: Call) -> None:
    made, home = call(), world.home
    mine = f"/call-recipients?advisor_id={home.advisor.id}&is_overdue=true"
    assert client.as_(home.advisor).read(mine)["items"] == []
    with time_machine.travel(clock.now() + timedelta(days=11)):
        advisor = client.as_(home.advisor)
        row = recipient_of(advisor, made)
        assert row["is_overdue"] is True
        assert [one["id"] for one in advisor.read(mine)["items"]] == [row["id"]]
        assert advisor.read(f"{mine}&state=handed_in")["items"] == []
        assert client.as_(home.teacher).read(f"/calls-for-work/{made['id']}")["is_overdue"] is True


def test_a_parent_never_learns_that_the_other_parent_called(
    client: Client, world: World, database: Isolated, teacher: Client, call: Call
) -> None:
    home = world.home
    made = call()
    with writing(database, home) as session:
        kind = {"parent_kind": ParentKind.PARENT, "may_inspect": True}
        relate(session, home, home.teacher, home.student, RelationshipKind.PARENT, **kind)
    (row,) = client.as_(home.parent).read(f"/students/{home.student.id}/calls-for-work")["items"]
    assert (row["called_by"], row["called_by_name"]) == (None, None)
    assert made["called_by"] not in str(row)


def test_events_of_a_call_hold_none_of_its_words(
    world: World, database: Isolated, teacher: Client, call: Call
) -> None:
    made = call(title="Quilts", prompt="Quilts of Vermont")
    teacher.patch(f"/calls-for-work/{made['id']}", {"prompt": "More quilts"})
    with writing(database, world.home) as session:
        types = Event.type.like("call%")
        payloads = [str(event.payload) for event in session.scalars(select(Event).where(types))]
    assert len(payloads) == 3
    assert "uilts" not in "".join(payloads)


def test_an_advisory_s_members_of_today_are_called(
    world: World, database: Isolated, advisor: Client, call: Call
) -> None:
    home = world.home
    with writing(database, home) as session:
        gone = {"starts_on": long_ago(100), "ends_on": clock.today()}
        own = {"district_id": home.district_id, "advisory_id": home.advisory_id}
        session.add(AdvisoryMember(**own, student_id=home.senior.id, **gone))
    made = call(advisor, advisory_id=str(home.advisory_id))
    assert recipient_of(advisor, made)["student_id"] == str(home.student.id)


def test_a_guest_of_another_district_is_not_called(
    client: Client, world: World, database: Isolated
) -> None:
    away = world.away
    with writing(database, world.home, away) as session:
        join_class(session, away, world.home.placed)
    teacher = client.as_(away.teacher)
    sent = {"title": "Page", "class_id": str(away.class_id)}
    assert teacher.made("/calls-for-work", sent)["counts"]["called"] == 1
    chosen = {"title": "Page", "student_ids": [str(world.home.placed.id)]}
    assert pointers(teacher.post("/calls-for-work", chosen)) == {"/student_ids/0"}
