"""Every road to a record asks what the main road asks: orders that deny, and stated reasons.

Each kind of record carries marks of its own. Every address that names a row of
the student is read, with one kind denied after another: no mark of a denied
kind may come by any of them.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.disclosures.models import Disclosure
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.roster.relationships import RecordKind, Relationship
from plp_api.learning.artifact_reviews.models import ArtifactReview, CriterionScore
from plp_api.learning.artifacts.models import Artifact, ArtifactPart
from plp_api.learning.calls.models import CallRecipient
from plp_api.learning.credit.models import Appeal, CreditLine
from plp_api.learning.elos.models import Elo
from plp_api.learning.interests.models import Interest
from plp_api.learning.ratings.models import Rating
from plp_api.learning.showcases.models import Showcase
from plp_api.learning.work_logs.models import LogEntry
from plp_api.planning.goals.models import Goal
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans.models import PlanSection, PlanVersion, ProfileEntry
from plp_api.planning.reviews.models import Review
from plp_api.planning.supports.models import Support
from tests.client import Client, code
from tests.databases import Isolated
from tests.foundation.access import rows
from tests.foundation.access.operations import OPERATIONS, Operation
from tests.world import World, writing

REASON = {"X-Access-Reason": "A records request of today"}
# Words that stand in rows of one kind alone, and members that tell of it wherever they stand.
MARKS: dict[str, list[str]] = {
    RecordKind.PLANS: ["MARK-plans", "HASH"],
    RecordKind.GOALS: ["MARK-goals"],
    RecordKind.REVIEWS: ["MARK-reviews", '"review_id"', '"review":{'],
    RecordKind.PATHWAYS: ["MARK-pathways"],
    RecordKind.SUPPORTS: ["MARK-supports"],
    RecordKind.INTERESTS: ["MARK-interests"],
    RecordKind.ELOS: ["MARK-elos"],
    RecordKind.LOG_ENTRIES: ["MARK-log_entries", '"minutes":{'],
    RecordKind.CREDIT: ["MARK-credit"],
    RecordKind.APPEALS: ["MARK-appeals"],
    RecordKind.ARTIFACTS: ["MARK-artifacts"],
    RecordKind.SHOWCASES: ["MARK-showcases"],
    RecordKind.SHARE_LINKS: ["MARK-share_links"],
    RecordKind.CALLS: ["MARK-calls"],
    RecordKind.RATINGS: ["MARK-ratings", '"scale_title"', "Competencies in"],
    RecordKind.SIGNATURES: ['"signature_state"', '"signed_by_name"'],
    RecordKind.PLAN_STATUS: ['"in_force_on"', '"opened_on"', '"open_version":{"id":"x","status"'],
    RecordKind.ROSTER: ['"plan_home_school_id"', '"grade":"'],
    RecordKind.RELATIONSHIPS: ['"advisors"', '"may_inspect"'],
}
QUERIES = {
    "GET /api/v1/plans/<uuid:plan_id>": "?expand=goals,sections,signatures,profile_entries,"
    "pathway_elements,elos,template",
    "GET /api/v1/students/<uuid:student_id>/plan": "?expand=goals,sections,signatures,"
    "pathway_elements,elos",
    "GET /api/v1/plans/<uuid:plan_id>/history": "?as_of={today}",
    "GET /api/v1/plans/<uuid:plan_id>/progress": "?as_of={today}",
    "GET /api/v1/plan-versions/<uuid:version_id>/print": "?format=html",
}


@pytest.fixture
def marked(client: Client, database: Isolated, world: World) -> World:
    """`student` with a version in force, and marks in every kind of record."""
    home, pupil = world.home, world.home.student
    with writing(database, home, world.away) as session:
        rows.complete(world)
        _mark(session, home, pupil)
    path = f"/plan-versions/{pupil.version_id}"
    assert client.as_(pupil).act(path, "submit").status_code == 200
    assert client.as_(home.advisor).act(path, "approve").status_code == 200
    return world


def _mark(session: Any, home: Any, pupil: Any) -> None:
    def mine(model: Any) -> Any:
        return session.scalars(select(model).where(model.student_id == pupil.id)).all()

    for model, member, kind in (
        (PlanSection, "body", "plans"),
        (ProfileEntry, "body", "plans"),
        (Goal, "title", "goals"),
        (PathwayElement, "title", "pathways"),
        (Review, "preparation", "reviews"),
        (Interest, "words", "interests"),
        (Rating, "evidence", "ratings"),
        (Elo, "title", "elos"),
        (LogEntry, "activity", "log_entries"),
        (CreditLine, "area", "credit"),
        (Appeal, "words", "appeals"),
        (Artifact, "title", "artifacts"),
        (ArtifactPart, "text", "artifacts"),
        (ArtifactReview, "words", "ratings"),
        (CriterionScore, "words", "ratings"),
        (Showcase, "title", "showcases"),
        (Disclosure, "party", "share_links"),
    ):
        for row in mine(model):
            setattr(row, member, f"MARK-{kind}")
    for row in mine(Rating):
        # The progress of a plan counts what the school said.
        row.is_self, row.rated_by, row.rated_as = False, home.teacher.id, "teacher"
    for called in mine(CallRecipient):
        called.call.title = "MARK-calls"
    for row in mine(Support):
        row.accommodations = ["MARK-supports"]
    kinds = {"plan_versions": "plans", "goals": "goals", "pathway_elements": "pathways"}
    kinds |= {"interests": "interests", "elos": "elos", "artifacts": "artifacts"}
    for row in mine(Comment):
        row.body = f"MARK-{kinds[row.subject_type]}"
    own = {"district_id": home.district_id, "student_id": pupil.id, "author_id": pupil.id}
    about = {"subject_type": "reviews", "subject_id": pupil.review_id}
    session.add(Comment(**own, **about, author_role="student", body="MARK-reviews"))


def roads(world: World, database: Isolated) -> list[tuple[Operation, str]]:
    """Every address that is read, with each row of the student that it may name."""
    models = list({one.model for one in OPERATIONS if _is_students(one)})
    with database.transaction(districts=[world.home.district_id, world.away.district_id]):
        owners = rows.all_rows(models)
    found: list[tuple[Operation, str]] = []
    for one in OPERATIONS:
        if one.method != "GET" or one.permission is None:
            continue
        query = QUERIES.get(str(one), "").format(today=clock.today())
        if not one.arguments:
            found.append((one, f"/{one.path(None)}{query}"))
        elif _is_students(one):
            ids = [
                key
                for key, owner in owners[one.model].items()
                if owner.student_id == world.home.student.id
            ]
            found += [(one, f"/{one.path(key)}{query}") for key in ids]
    return found


def _is_students(one: Operation) -> bool:
    return isinstance(getattr(one.model, "__ownership__", None), OwnedByStudent)


def _deny(database: Isolated, world: World, *kinds: str) -> None:
    home = world.home
    with writing(database, home) as session:
        ties = select(Relationship).where(
            Relationship.person_id == home.parent.id, Relationship.student_id == home.student.id
        )
        session.scalars(ties).one().denied = frozenset(kinds)


def _hash(database: Isolated, world: World) -> str:
    with writing(database, world.home) as session:
        return str(session.get_one(PlanVersion, world.home.student.version_id).snapshot_sha256)


def _seen(answer: Any, kind: str, sha256: str) -> list[str]:
    """The marks of a kind in an answer."""
    compact = re.sub(r"\s*([:{,])\s*", r"\1", answer.get_data(as_text=True))
    return [mark for mark in MARKS[kind] if mark.replace("HASH", sha256) in compact]


def test_each_kind_of_record_that_an_order_may_deny_has_marks() -> None:
    assert set(MARKS) == set(RecordKind)


def test_what_an_order_denies_comes_by_no_road(
    client: Client, database: Isolated, marked: World
) -> None:
    parent, sha256 = client.as_(marked.home.parent), _hash(database, marked)
    listed = roads(marked, database)
    open_by: defaultdict[str, set[str]] = defaultdict(set)
    for road, address in listed:
        answer = parent.get(address)
        for kind in MARKS:
            if _seen(answer, kind, sha256):
                open_by[kind].add(str(road))
    # With nothing denied each kind is there to be seen, or the rest would prove nothing.
    assert {kind for kind in MARKS if open_by[kind]} == set(MARKS)
    leaks = []
    for kind in MARKS:
        with database.undone():
            _deny(database, marked, kind)
            for road, address in listed:
                if found := _seen(parent.get(address), kind, sha256):
                    leaks.append(f"{kind} denied, {road}: {found}")
    assert sorted(leaks) == []
    assert len(listed) * len(MARKS) > 400


@pytest.mark.parametrize("kind", [RecordKind.PLANS, RecordKind.SIGNATURES])
def test_whom_an_order_denies_plans_or_signatures_neither_signs_nor_is_waited_for(
    client: Client, database: Isolated, marked: World, kind: str
) -> None:
    home, version = marked.home, f"/plan-versions/{marked.home.student.version_id}"
    sha256 = _hash(database, marked)
    _deny(database, marked, kind)
    body = {"snapshot_sha256": sha256, "language": "en"}
    for road, given in (("signatures", body), ("declines", {"words": "No."})):
        refused = client.as_(home.parent).post(f"{version}/{road}", given)
        assert refused.status_code in (403, 409)
        if refused.status_code == 409:
            assert code(refused) == "signature_not_required"
    link = {"person_id": str(home.parent.id), "role": "parent", "identity_check": "birth_date"}
    answer = client.as_(home.advisor).post(f"{version}/signing-links", link)
    assert answer.status_code in (409, 422)


def test_nobody_finds_a_plan_by_what_is_denied_to_them(
    client: Client, database: Isolated, marked: World
) -> None:
    parent = client.as_(marked.home.parent)
    path = "/plans?signature_status=signed"
    assert parent.read(path)["items"]
    _deny(database, marked, RecordKind.SIGNATURES)
    assert parent.read(path)["items"] == []
    _deny(database, marked, RecordKind.ROSTER)
    assert parent.read("/plans?grade=10")["items"] == []


def test_a_parent_learns_no_name_of_whom_the_other_parent_brought(
    client: Client, world: World
) -> None:
    home = world.home
    path = f"/reviews/{home.student.review_id}"
    names = ["Aunt Maple", "Mr. Interpreter"]
    held = client.as_(home.advisor).act(
        path,
        "hold",
        held_on=str(clock.today()),
        mode="in_person",
        participants=[
            {"role": "parent", "person_id": str(home.inspecting_parent.id)},
            {"role": "engaged_adult", "name": names[0]},
            {"role": "interpreter", "name": names[1], "language": "ne"},
        ],
    )
    assert held.status_code == 200, held.json
    for address in (path, "/reviews", f"/students/{home.student.id}/reviews"):
        text = client.as_(home.parent).get(address).get_data(as_text=True)
        assert not [name for name in names if name in text], address
        assert names[0] in client.as_(home.advisor).get(address).get_data(as_text=True)


# Stated reasons.


@pytest.fixture
def opened(database: Isolated, world: World) -> Any:
    """The permissions that a stated reason opened, one for each event."""

    def reading() -> list[str]:
        kept = select(Event.payload).where(Event.type == "record.opened")
        with writing(database, world.home) as session:
            return [payload["permission"] for payload in session.scalars(kept)]

    return reading


def test_every_answer_that_a_reason_opens_is_noted_or_holds_no_content(
    client: Client, database: Isolated, marked: World, opened: Any
) -> None:
    admin = client.as_(marked.home.district_admin)
    listed, wrong, told = roads(marked, database), [], set()
    for road, address in listed:
        plain = admin.get(address)
        assert not _content(plain), f"{road} without a reason"
        with database.undone():
            answer = admin.get(address, headers=REASON)
            events = opened()
        tells_more = answer.status_code < 400 and answer.data != plain.data
        if tells_more:
            told.add(str(road))
        if (tells_more or _content(answer)) and not events:
            wrong.append(f"{road} shows what no event tells of")
        if events and not tells_more:
            wrong.append(f"{road} notes what it does not show: {events}")
    assert wrong == []
    assert len(told) > 8, told
    assert len(listed) > 60


def _content(answer: Any) -> list[str]:
    """The marks of what a district admin reads for a reason alone."""
    kinds = (RecordKind.PLANS, RecordKind.GOALS)
    return [one for kind in kinds for one in _seen(answer, kind, "no hash")]


def test_comments_are_listed_to_nobody_who_may_not_read_one(client: Client, marked: World) -> None:
    home = marked.home
    for road, address in comments_of(marked):
        for name in ("registrar", "auditor", "district_admin"):
            answer = client.as_(home.people[name]).get(address)
            is_sampled = name == "auditor"
            assert (answer.status_code == 200) is is_sampled, (name, road)
            if not is_sampled:
                assert "MARK" not in answer.get_data(as_text=True)


def comments_of(world: World) -> Iterator[tuple[str, str]]:
    """The lists of comments on a plan version, goal, review of the student."""
    pupil = world.home.student
    yield "plan version", f"/plan-versions/{pupil.version_id}/comments"
    yield "goal", f"/goals/{pupil.goal_id}/comments"
    yield "review", f"/reviews/{pupil.review_id}/comments"


@pytest.mark.parametrize("reason", ["x", "...", "a b", "1 2 3 4 5 6", "qwertyuiop"])
def test_a_reason_has_some_words_in_it(
    client: Client, world: World, opened: Any, reason: str
) -> None:
    admin = client.as_(world.home.district_admin)
    path = f"/goals/{world.home.student.goal_id}"
    refused = admin.get(path, headers={"X-Access-Reason": reason})
    assert refused.status_code == 422
    assert [one["parameter"] for one in refused.json["errors"]] == ["X-Access-Reason"]
    assert opened() == []
