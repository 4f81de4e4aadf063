"""The inbox: who finds what, that its actions work, and that what is done or read leaves it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.access.subjects import READ_BY
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.roster.models import Person
from plp_api.foundation.roster.relationships import RecordKind, Relationship, RelationshipKind
from plp_api.home.inbox.models import Kind, ReadMark
from plp_api.home.inbox.schemas import InboxItemSchema, InboxPageSchema
from plp_api.home.inbox.sources import SOURCES
from tests import once
from tests.client import Client, code
from tests.databases import Isolated
from tests.foundation.access.reach import EVERYBODY, readers
from tests.home.inbox import autumn
from tests.queries import counting
from tests.world import World, relate, writing

pytestmark = pytest.mark.both_databases

INBOX = "/me/inbox?limit=200"


def items_of(client: Client, who: Any, query: str = "") -> list[Any]:
    found: list[Any] = client.as_(who).read(INBOX + query)["items"]
    return found


def kinds_of(client: Client, who: Any) -> set[str]:
    return {item["kind"] for item in items_of(client, who)}


def under_api(path: str) -> str:
    return path.removeprefix("/api/v1")


def actors(world: World) -> Iterator[Any]:
    for name in EVERYBODY:
        yield getattr(world.home, name)
    yield world.home.placed
    yield world.away.counselor


kept, database = once.written(autumn.fill)


@pytest.fixture
def busy(world: World) -> World:
    """The world after a busy autumn."""
    return world


def test_something_of_every_kind_waits_for_the_right_people(client: Client, busy: World) -> None:
    home = busy.home
    returned = {"goal_returned", "element_returned", "signature_due", "comment_new"}
    decided = {"interest_answered", "elo_returned", "elo_moved", "log_entry_declined"}
    decided |= {"agreement_to_sign", "agreement_signature_stored", "call_to_answer"}
    decided |= {"artifact_returned", "artifact_judged"}
    assert kinds_of(client, home.student) == {*returned, "version_in_force", *decided}
    assert kinds_of(client, home.senior) >= {"version_returned", "signature_due"}
    assert kinds_of(client, home.placed) == {"review_to_prepare"}
    inspects = {"version_in_force", "comment_new", "elo_moved", "artifact_judged"}
    decides = {"signature_due", "agreement_to_sign", "consent_asked_for"}
    assert kinds_of(client, home.parent) == {*inspects, *decides}
    assert kinds_of(client, home.inspecting_parent) == {*inspects, "agreement_answered"}
    approves = {"version_to_approve", "statement_new"}
    confirms = {"goal_to_confirm", "outcome_to_confirm"}
    advises = {*approves, *confirms, "comment_new", "review_to_hold", "concern_answered"}
    advises |= {"call_answered"}
    advises |= {"artifact_to_assign"}
    assert kinds_of(client, home.advisor) == advises
    raised = {"concern_to_acknowledge", "concern_to_close"}
    counselor = {*approves, "element_to_approve"}
    assert kinds_of(client, home.counselor) == counselor
    assert kinds_of(client, home.school_admin) == {
        *("version_to_approve", "element_to_approve", "relationship_to_confirm"),
        *("interest_to_answer", "agreement_declined", "concern_closed", *raised),
        *("appeal_to_decide", "artifact_appeal_to_settle"),
    }
    judges = {"elo_to_present", "elo_to_evaluate", "credit_to_decide", "artifact_to_judge"}
    assert kinds_of(client, home.team_member) >= judges
    assert kinds_of(client, home.senior) >= {"credit_decided", "appeal_decided", "archive_to_take"}
    coordinates = {"interest_to_answer", "elo_to_decide", "elo_to_start", "hours_to_verify"}
    coordinates |= {"agreement_to_sign", "agreement_declined", *raised}
    assert kinds_of(client, home.elo_coordinator) == coordinates
    assert kinds_of(client, home.other_school_admin) == {"signature_contested", "review_overdue"}
    assert kinds_of(client, home.registrar) == {"relationship_to_confirm"}
    assert kinds_of(client, home.district_admin) == {"relationship_to_confirm"}
    for nobody in (home.teacher, home.denied_parent, home.relative, home.senior_parent):
        assert items_of(client, nobody) == []
    found = {kind for who in actors(busy) for kind in kinds_of(client, who)}
    assert found == {*Kind}


def test_an_item_is_as_documented(client: Client, busy: World) -> None:
    page = client.as_(busy.home.advisor).read("/me/inbox")
    assert set(page) == set(InboxPageSchema().fields)
    for item in page["items"]:
        assert set(item) == set(InboxItemSchema().fields)
        assert set(item["student"]) == {"id", "display_name", "grade", "school_id"}
    item = next(one for one in page["items"] if one["kind"] == "goal_to_confirm")
    assert (item["title"], item["group"], item["is_unread"]) == ("Learn Abenaki", "waiting", True)
    assert item["actor_id"] == item["student"]["id"] == str(busy.home.student.id)
    assert item["actor_name"] == item["student"]["display_name"]
    assert item["action"] == {"name": "confirm", "path": f"{item['link']}/actions"}


def body_of(client: Client, item: Any) -> dict[str, Any]:
    """What a front end would send with the action, after it has read the resource."""
    resource = client.read(under_api(item["link"]))
    bodies: dict[str, dict[str, Any]] = {
        "sign": {"snapshot_sha256": resource.get("snapshot_sha256"), "language": "en"},
        "comment": {"body": "Thank you."},
        "prepare": {"preparation": "I am ready."},
        "hold": {
            "held_on": clock.today().isoformat(),
            "mode": "in_person",
            "participants": [{"role": "student", "person_id": item["student"]["id"]}],
        },
        "close": {"outcome": "The saw has a guard now."},
        "present": {"held_on": clock.today().isoformat()},
        "evaluate": {"words": "She explains what she saw."},
        "except": {"role": "student", "basis": "refusal", "reason": "They declined."},
    }
    if item["kind"] == "review_overdue":
        return {"reason": "The student was ill."}
    if item["kind"] == "interest_to_answer":
        return {"last_day": clock.today().isoformat()}
    if item["kind"] == "credit_to_decide":
        return {"as_elective": True}
    if item["kind"] == "appeal_to_decide":
        return {"decision": "I read them."}
    if item["kind"] == "consent_asked_for":
        asked = client.read(f"/students/{item['student']['id']}/sharing-consent")
        text = next(one for one in asked["texts"] if one["language"] == "en")
        return {"language": "en", "text_sha256": text["text_sha256"]}
    if item["kind"] == "agreement_to_sign":
        return {"sha256": resource["sha256"], "language": "en"}
    return bodies.get(item["action"]["name"], {})


def test_every_action_is_accepted_and_what_is_done_leaves(
    client: Client, busy: World, database: Isolated
) -> None:
    done = set()
    for who in actors(busy):
        reader = client.as_(who)
        for item in items_of(client, who):
            if item["action"] is None:
                continue
            name, path = item["action"]["name"], under_api(item["action"]["path"])
            body = body_of(reader, item)
            with database.undone():
                if path.endswith("/actions"):
                    answer = reader.act(path.removesuffix("/actions"), name, **body)
                else:
                    answer = reader.post(path, body)
                assert answer.status_code in (200, 201), (who.username, item, answer.json)
                left = {one["id"] for one in items_of(client, who)}
                stays = item["kind"] == "comment_new"
                assert (item["id"] in left) == stays, (who.username, item)
            done.add(item["kind"])
    without = {"element_returned", "statement_new", "version_in_force", "interest_answered"}
    without |= {"elo_to_start", "elo_moved", "appeal_to_decide"}
    without |= {"agreement_declined", "agreement_signature_stored", "agreement_answered"}
    without |= {"concern_closed", "concern_answered"}
    without |= {"hours_to_verify", "log_entry_declined", "call_to_answer", "call_answered"}
    without |= {"credit_decided", "appeal_decided", "artifact_to_assign", "artifact_to_judge"}
    without |= {"artifact_appeal_to_settle", "artifact_returned", "artifact_judged"}
    without |= {"archive_to_take"}
    assert done == {*Kind} - without


def test_no_item_is_about_anybody_out_of_reach(client: Client, busy: World) -> None:
    """Every link can be opened by its reader, and every student is in their reach."""
    for name, reader in readers(busy).items():
        for item in items_of(client, reader.person):
            about = {str(student_id) for student_id in reader.students}
            # `busy` adds this one advisee, and assigns somebody to this student's ELOs.
            about |= {str(busy.home.placed.id)} if name == "advisor" else set()
            about |= {str(busy.home.senior.id)} if name == "team_member" else set()
            # Named to judge this student's work, and to settle an appeal.
            is_named = name in {"team_member", "other_advisor"}
            about |= {str(busy.home.student.id)} if is_named else set()
            assert item["student"]["id"] in about, (name, item)
            opened = client.as_(reader.person).get(under_api(item["link"]))
            assert opened.status_code == 200, (name, item)


def test_a_denied_kind_leaves_the_inbox(client: Client, busy: World, database: Isolated) -> None:
    parent = busy.home.parent
    with writing(database, busy.home) as session:
        tie = session.scalars(select(Relationship).where(Relationship.person_id == parent.id))
        tie.one().denied = frozenset({"plans", "roster"})
    items = items_of(client, parent)
    assert {(one["kind"], one["link"].split("/")[3]) for one in items} <= {
        ("comment_new", "goals"),
        ("comment_new", "pathway-elements"),
        ("comment_new", "elos"),
        ("agreement_to_sign", "agreements"),
        ("elo_moved", "elos"),
        ("artifact_judged", "artifact-reviews"),
    }
    assert items
    assert {(one["student"]["grade"], one["student"]["school_id"]) for one in items} == {
        (None, None)
    }
    with writing(database, busy.home) as session:
        tie = session.scalars(select(Relationship).where(Relationship.person_id == parent.id))
        tie.one().denied = frozenset({"plans", "goals", "pathways", "elos", "artifacts"})
    assert items_of(client, parent) == []


TELLS = {
    RecordKind.PLAN_STATUS: {"version_in_force", "signature_due"},
    RecordKind.PLANS: {"version_in_force", "signature_due"},
    RecordKind.SIGNATURES: {"signature_due"},
    RecordKind.ELOS: {"agreement_to_sign", "elo_moved"},
    RecordKind.ARTIFACTS: {"artifact_judged"},
}
"""The kinds of items that tell a parent of a kind of record."""


@pytest.mark.parametrize("denied", RecordKind)
def test_no_item_tells_a_parent_of_a_denied_kind(
    denied: RecordKind, client: Client, busy: World, database: Isolated
) -> None:
    parent = busy.home.parent
    whole = {one["kind"] for one in items_of(client, parent)}
    assert whole >= {"version_in_force", "signature_due", "comment_new"}
    with writing(database, busy.home) as session:
        tie = session.scalars(select(Relationship).where(Relationship.person_id == parent.id))
        tie.one().denied = frozenset({denied})
    left = items_of(client, parent)
    assert {one["kind"] for one in left}.isdisjoint(TELLS.get(denied, set()))
    for item in left:
        assert client.as_(parent).get(under_api(item["link"])).status_code == 200


def test_a_parent_does_not_learn_who_another_parent_is(client: Client, busy: World) -> None:
    home = busy.home
    path = f"/goals/{home.student.goal_id}/comments"
    client.as_(home.parent).made(path, {"body": "Well done."})
    other = items_of(client, home.inspecting_parent, "&kind=comment_new")
    theirs = max(other, key=lambda item: item["happened_at"])
    assert (theirs["actor_id"], theirs["actor_name"]) == (None, None)
    at_school = max(
        items_of(client, home.advisor, "&kind=comment_new"), key=lambda item: item["happened_at"]
    )
    assert at_school["actor_id"] == str(home.parent.id)
    own = {item["actor_id"] for item in items_of(client, home.parent)}
    assert str(home.parent.id) not in own


def test_a_parent_reads_the_name_that_the_family_uses(
    client: Client, busy: World, database: Isolated
) -> None:
    with writing(database, busy.home) as session:
        session.get(Person, busy.home.student.id).preferred_given_name = "Robin"
    at_school = items_of(client, busy.home.advisor, f"&student_id={busy.home.student.id}")
    at_home = items_of(client, busy.home.parent)
    assert {one["student"]["display_name"].split()[0] for one in at_school} == {"Robin"}
    assert {one["student"]["display_name"].split()[0] for one in at_home} == {"Student"}


def test_a_staff_member_s_own_child_waits_for_others(
    client: Client, busy: World, database: Isolated
) -> None:
    """Staff never act for the school on their own child; as parents they still sign."""
    home = busy.home
    with writing(database, home) as session:
        tie = session.scalars(select(Relationship).where(Relationship.person_id == home.parent.id))
        tie.one().person_id = home.advisor.id
    about_child = items_of(client, home.advisor, f"&student_id={home.student.id}&group=waiting")
    assert {one["kind"] for one in about_child} == {"signature_due", "agreement_to_sign"}
    assert {one["kind"] for one in items_of(client, home.advisor)} >= {"review_to_hold"}


def test_marking_by_id_and_until_an_instant(client: Client, busy: World) -> None:
    advisor = client.as_(busy.home.advisor)
    before = advisor.read("/me/inbox/count")
    waiting = items_of(client, busy.home.advisor, "&group=waiting")[0]
    new = items_of(client, busy.home.advisor, "&group=new")[0]
    body = {"action": "mark_read", "ids": [waiting["id"], new["id"]]}
    answer = advisor.post("/me/inbox/actions", body)
    assert answer.status_code == 200, answer.json
    assert answer.json["waiting"] == before["waiting"]
    assert answer.json["new"] == before["new"] - 1
    assert answer.json["unread"] == before["unread"] - 2
    left = {one["id"]: one for one in items_of(client, busy.home.advisor)}
    assert new["id"] not in left
    assert left[waiting["id"]]["is_unread"] is False
    unread = items_of(client, busy.home.advisor, "&is_unread=true")
    read = items_of(client, busy.home.advisor, "&is_unread=false")
    assert [one["id"] for one in read] == [waiting["id"]]
    assert len(unread) + len(read) == len(left)

    everything = {"action": "mark_read", "until": clock.now().isoformat()}
    answer = advisor.post("/me/inbox/actions", everything)
    assert (answer.json["new"], answer.json["unread"]) == (0, 0)
    assert answer.json["waiting"] == before["waiting"]
    goal = f"/goals/{busy.home.student.goal_id}/comments"
    client.as_(busy.home.student).made(goal, {"body": "One more thing."})
    (fresh,) = items_of(client, busy.home.advisor, "&is_unread=true&kind=comment_new")
    assert fresh["title"] == "Shadow a nurse"


def test_marks_of_one_person_are_nobody_else_s_and_few(
    client: Client, busy: World, database: Isolated
) -> None:
    home = busy.home
    ids = [one["id"] for one in items_of(client, home.advisor)]
    before = items_of(client, home.counselor)
    advisor = client.as_(home.advisor)
    advisor.post("/me/inbox/actions", {"action": "mark_read", "ids": ids})
    assert items_of(client, home.counselor) == before
    later = (clock.now() + timedelta(days=9)).isoformat()
    for _ in range(2):
        advisor.post("/me/inbox/actions", {"action": "mark_read", "until": later})
    with writing(database, home) as session:
        (mark,) = session.scalars(select(ReadMark)).all()
        assert mark.read_at <= clock.now()


@pytest.mark.parametrize(
    "body",
    [
        {"action": "mark_read", "ids": ["goal_to_confirm"]},
        {"action": "mark_read", "ids": ["grade_new:01a218ff-0e75-74d6-8c3b-ce6cc826f927"]},
        {"action": "forget", "until": "2026-01-01T00:00:00Z"},
    ],
)
def test_what_marks_nothing_is_refused(client: Client, world: World, body: Any) -> None:
    refused = client.as_(world.home.advisor).post("/me/inbox/actions", body)
    assert (refused.status_code, code(refused)) == (422, "validation_failed")


def test_pages_follow_each_other_without_loss(client: Client, busy: World) -> None:
    for who in (busy.home.advisor, busy.home.student, busy.home.school_admin):
        whole = [one["id"] for one in items_of(client, who)]
        found: list[str] = []
        path: str | None = "/me/inbox?limit=1"
        while path is not None:
            answer = client.as_(who).get(path)
            found += [one["id"] for one in answer.json["items"]]
            cursor = answer.json["next_cursor"]
            assert ("Link" in answer.headers) == (cursor is not None)
            path = cursor and f"/me/inbox?limit=1&cursor={cursor}"
        assert found == whole
        assert len(set(found)) == len(found) > 2


def test_what_waits_comes_first_and_by_its_due_day(client: Client, busy: World) -> None:
    items = items_of(client, busy.home.advisor)
    groups = [one["group"] for one in items]
    assert groups == sorted(groups, reverse=True)
    assert items[0]["due_on"] == min(one["due_on"] for one in items if one["due_on"])


def test_filters_narrow_and_a_wrong_word_is_refused(client: Client, busy: World) -> None:
    advisor, senior = busy.home.advisor, busy.home.senior
    two = items_of(client, advisor, "&kind=goal_to_confirm&kind=version_to_approve")
    assert {one["kind"] for one in two} == {"goal_to_confirm", "version_to_approve"}
    about = items_of(client, advisor, f"&student_id={senior.id}")
    assert {one["student"]["id"] for one in about} == {str(senior.id)}
    for query in ("kind=homework", "group=old", "cursor=x", "limit=0", "sort=title"):
        refused = client.as_(advisor).get(f"/me/inbox?{query}")
        assert (refused.status_code, code(refused)) == (422, "validation_failed"), query


def test_the_count_is_capped_at_100(client: Client, busy: World, database: Isolated) -> None:
    student = busy.home.student
    own = {"district_id": student.district_id, "student_id": student.id}
    with writing(database, busy.home) as session:
        session.add_all(
            Comment(
                **own,
                subject_type="goals",
                subject_id=student.goal_id,
                author_id=student.id,
                author_role="student",
                body="Again.",
            )
            for _ in range(130)
        )
    count = client.as_(busy.home.advisor).read("/me/inbox/count")
    assert (count["new"], count["unread"]) == (100, 100)
    assert {"kind": "comment_new", "count": 100} in count["kinds"]


@pytest.mark.parametrize("office", ["counselor", "teacher"])
def test_a_comment_is_new_for_an_office_only_where_it_took_part(
    client: Client, world: World, office: str
) -> None:
    """The student's advisor gets every comment, an office those that follow its own."""
    home = world.home
    student, reader = client.as_(home.student), getattr(home, office)
    comments = f"/goals/{home.student.goal_id}/comments"
    kind = "&kind=comment_new"
    before = student.made(comments, {"body": "I began."})
    assert items_of(client, reader, kind) == []
    client.as_(reader).made(comments, {"body": "How is it going?"})
    assert items_of(client, reader, kind) == []
    after = student.made(comments, {"body": "It is going well."})
    (item,) = items_of(client, reader, kind)
    assert item["id"] == f"comment_new:{after['id']}"
    advised = {one["id"] for one in items_of(client, home.advisor, kind)}
    assert advised >= {f"comment_new:{one['id']}" for one in (before, after)}


def test_an_office_that_also_advises_gets_the_comments_of_its_advisees(
    client: Client, world: World, database: Isolated
) -> None:
    home = world.home
    with writing(database, home) as session:
        relate(session, home, home.counselor, home.senior, RelationshipKind.ADVISOR)
    for pupil in (home.student, home.senior):
        client.as_(pupil).made(f"/goals/{pupil.goal_id}/comments", {"body": "I began."})
    found = items_of(client, home.counselor, "&kind=comment_new")
    assert {one["student"]["id"] for one in found} == {str(home.senior.id)}
    assert len(found) == len({one["id"] for one in found})


def test_an_inbox_takes_the_same_few_queries_whatever_it_holds(
    client: Client, busy: World, database: Isolated
) -> None:
    """The caller's own query, one for each source, and at most two beside them."""
    for who in actors(busy):
        counts = []
        for limit in (1, 200):
            client.as_(who).read("/me/inbox")
            with counting(database) as queries:
                client.as_(who).read(f"/me/inbox?limit={limit}")
            counts.append(queries.count)
        assert max(counts) <= len(SOURCES) + 4, (who.username, queries.statements)
        assert abs(counts[0] - counts[1]) <= 2, counts


def test_comments_on_every_kind_of_subject_are_new(client: Client) -> None:
    """A resource that takes comments is a source of the inbox: add it to `sources`."""
    comments = [source for source in SOURCES if source.kind is Kind.COMMENT_NEW]
    subjects = {source.collection.replace("-", "_") for source in comments}
    assert subjects == {*READ_BY}
    assert {source.needs[1] for source in comments} == {*READ_BY.values()}
