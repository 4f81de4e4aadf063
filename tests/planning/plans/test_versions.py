"""Writing a plan, submitting it, and putting it in force."""

import hashlib
from typing import Any

import pytest

from plp_api.foundation.access.permissions import Permission
from plp_api.planning.plans import members
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.world import World


@pytest.fixture
def path(world: World) -> str:
    """The draft that `student` has."""
    return f"/plan-versions/{world.home.student.version_id}"


@pytest.fixture
def submitted(client: Client, world: World, path: str) -> str:
    assert client.as_(world.home.student).act(path, "submit").status_code == 200
    return path


@pytest.fixture
def in_force(client: Client, world: World, submitted: str) -> str:
    assert client.as_(world.home.advisor).act(submitted, "approve").status_code == 200
    return submitted


def test_a_student_writes_a_section_and_reads_it_back(
    client: Client, world: World, path: str
) -> None:
    student = client.as_(world.home.student)
    answer = student.patch(path, {"sections": {"about_me": "I mend fences."}})
    assert answer.status_code == 200, answer.json
    bodies = {one["key"]: one["body"] for one in student.read(path)["sections"]}
    assert bodies["about_me"] == "I mend fences."
    assert bodies["scope_and_rigor"] == "My scope and rigor."


def test_the_second_of_two_who_save_gets_412_and_the_first_text_stays(
    client: Client, world: World, path: str
) -> None:
    student = client.as_(world.home.student)
    etag = student.etag(path)
    assert student.patch(path, {"sections": {"about_me": "First."}}, etag).status_code == 200
    late = student.patch(path, {"sections": {"about_me": "Second."}}, etag)
    assert (late.status_code, code(late)) == (412, "version_stale")
    bodies = {one["key"]: one["body"] for one in student.read(path)["sections"]}
    assert bodies["about_me"] == "First."


def test_a_parent_writes_the_family_section_and_no_other(
    client: Client, world: World, path: str
) -> None:
    parent = client.as_(world.home.parent)
    assert parent.patch(path, {"sections": {"family": "We are proud."}}).status_code == 200
    refused = parent.patch(path, {"sections": {"about_me": "She is shy."}})
    assert (refused.status_code, code(refused)) == (403, "section_not_yours")
    assert pointers(refused) == {"/sections/about_me"}


def test_a_student_does_not_write_the_family_section(
    client: Client, world: World, path: str
) -> None:
    refused = client.as_(world.home.student).patch(path, {"sections": {"family": "Yes."}})
    assert code(refused) == "section_not_yours"


def test_a_section_the_template_does_not_have_is_named(
    client: Client, world: World, path: str
) -> None:
    refused = client.as_(world.home.student).patch(path, {"sections": {"hobbies": "x"}})
    assert (refused.status_code, pointers(refused)) == (422, {"/sections/hobbies"})


def test_nothing_is_written_when_one_of_two_sections_is_refused(
    client: Client, world: World, path: str
) -> None:
    student = client.as_(world.home.student)
    student.patch(path, {"sections": {"about_me": "New.", "family": "Not mine."}})
    bodies = {one["key"]: one["body"] for one in student.read(path)["sections"]}
    assert bodies["about_me"] == "My about me."


def test_a_version_with_an_empty_required_section_is_not_handed_in(
    client: Client, world: World, path: str
) -> None:
    student = client.as_(world.home.student)
    student.patch(path, {"sections": {"about_me": ""}})
    refused = student.act(path, "submit")
    assert (refused.status_code, code(refused)) == (409, "version_incomplete")
    assert pointers(refused) == {"/sections/about_me"}


def test_what_is_handed_in_is_not_edited_until_it_is_recalled(
    client: Client, world: World, submitted: str
) -> None:
    student = client.as_(world.home.student)
    refused = student.patch(submitted, {"sections": {"about_me": "Later."}})
    assert code(refused) == "version_frozen"
    assert student.act(submitted, "recall").json["status"] == "draft"
    assert student.patch(submitted, {"sections": {"about_me": "Later."}}).status_code == 200


def test_an_advisor_asks_for_changes_and_the_student_hands_in_again(
    client: Client, world: World, submitted: str
) -> None:
    advisor, student = client.as_(world.home.advisor), client.as_(world.home.student)
    asked = advisor.act(submitted, "request_changes", comment="Say more about rigor.")
    assert asked.json["status"] == "changes_requested"
    comments = student.read(f"{submitted}/comments")["items"]
    assert [one["body"] for one in comments] == ["Say more about rigor."]
    assert student.act(submitted, "submit").json["status"] == "submitted"


def test_asking_for_changes_needs_words(client: Client, world: World, submitted: str) -> None:
    refused = client.as_(world.home.advisor).act(submitted, "request_changes")
    assert (refused.status_code, pointers(refused)) == (422, {"/comment"})


def test_approval_puts_the_version_in_force_with_a_hash_anybody_can_check(
    client: Client, world: World, in_force: str
) -> None:
    student = client.as_(world.home.student)
    version = student.read(in_force)
    assert version["status"] == "in_force"
    assert version["available_actions"] == []
    snapshot = student.get(f"{in_force}/snapshot")
    assert hashlib.sha256(snapshot.data).hexdigest() == version["snapshot_sha256"]
    assert b"Shadow a nurse" in snapshot.data
    assert b"Student" not in snapshot.data, "names are rendered at read, never frozen"


def test_approval_is_the_schools_signature(client: Client, world: World, in_force: str) -> None:
    signatures = client.as_(world.home.student).read(f"{in_force}/signatures")
    assert [one["role"] for one in signatures["items"]] == ["school"]
    assert signatures["signature_state"] == "pending"


def test_approval_confirms_proposed_goals(client: Client, world: World, submitted: str) -> None:
    student, advisor = client.as_(world.home.student), client.as_(world.home.advisor)
    goal = student.made(
        f"/plans/{world.home.student.plan_id}/goals", {"title": "Weld", "domain": "career"}
    )
    student.act(f"/goals/{goal['id']}", "propose")
    advisor.act(submitted, "approve")
    assert student.read(f"/goals/{goal['id']}")["status"] == "active"


def test_a_new_version_starts_from_the_one_in_force_and_supersedes_it(
    client: Client, world: World, in_force: str
) -> None:
    student, advisor = client.as_(world.home.student), client.as_(world.home.advisor)
    plan = f"/plans/{world.home.student.plan_id}"
    second = student.made(f"{plan}/versions", None)
    assert second["number"] == 2
    assert second["sections"][0]["body"] == "My about me."
    path = f"/plan-versions/{second['id']}"
    student.act(path, "submit")
    assert advisor.act(path, "approve").status_code == 200
    assert student.read(in_force)["status"] == "superseded"
    assert student.read(path)["status"] == "in_force"


def test_a_plan_has_at_most_one_open_version(client: Client, world: World) -> None:
    refused = client.as_(world.home.student).post(f"/plans/{world.home.student.plan_id}/versions")
    assert (refused.status_code, code(refused)) == (409, "version_open")


def test_a_draft_never_handed_in_can_be_discarded_and_one_that_was_cannot(
    client: Client, world: World, path: str
) -> None:
    student = client.as_(world.home.student)
    student.act(path, "submit")
    student.act(path, "recall")
    assert code(student.delete(path)) == "version_frozen"
    other = client.as_(world.home.other_student)
    draft = f"/plan-versions/{world.home.other_student.version_id}"
    assert other.delete(draft).status_code == 204
    assert other.get(draft).status_code == 404


def test_an_advisor_hands_in_for_a_student_with_a_reason_and_another_approves(
    client: Client, world: World, path: str
) -> None:
    advisor = client.as_(world.home.advisor)
    missing = advisor.act(path, "submit_for")
    assert pointers(missing) == {"/reason"}
    handed_in = advisor.act(path, "submit_for", reason="He dictated it to me.")
    assert handed_in.json["recorded_for"] == "He dictated it to me."
    refused = advisor.act(path, "approve")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    approved = client.as_(world.home.co_advisor).act(path, "approve")
    assert approved.json["status"] == "in_force"


def test_an_advisor_who_wrote_as_scribe_does_not_approve(
    client: Client, world: World, path: str
) -> None:
    advisor, student = client.as_(world.home.advisor), client.as_(world.home.student)
    advisor.patch(path, {"sections": {"about_me": "Written down for her."}})
    student.act(path, "submit")
    assert "approve" not in advisor.read(path)["available_actions"]
    assert client.as_(world.home.counselor).act(path, "approve").status_code == 200


def test_a_member_of_staff_who_is_the_students_parent_never_approves(
    client: Client, world: World, submitted: str, database: Isolated
) -> None:
    from plp_api.foundation.roster.relationships import RelationshipKind
    from tests.world import relate, writing

    with writing(database, world.home) as session:
        relate(session, world.home, world.home.advisor, world.home.student, RelationshipKind.PARENT)
    refused = client.as_(world.home.advisor).act(submitted, "approve")
    assert (refused.status_code, code(refused)) == (409, "approver_is_family")


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("student", ["recall"]),
        ("parent", []),
        ("advisor", ["request_changes", "approve"]),
        ("school_admin", ["request_changes", "approve"]),
    ],
)
def test_everybody_is_offered_what_is_theirs_to_do(
    client: Client, world: World, submitted: str, name: str, offered: list[Any]
) -> None:
    somebody = client.as_(getattr(world.home, name))
    assert somebody.read(submitted)["available_actions"] == offered


def test_approval_completes_this_cycles_review(client: Client, world: World, in_force: str) -> None:
    review = client.as_(world.home.student).read(f"/reviews/{world.home.student.review_id}")
    assert review["standing"] == "current"
    assert review["plan_version_id"] == str(world.home.student.version_id)


def test_every_step_left_an_event_without_words_or_names(
    client: Client, world: World, in_force: str, database: Isolated
) -> None:
    from plp_api.foundation.audit.actions import number_events
    from tests.world import writing

    with writing(database, world.home, world.away):
        number_events()
    events = client.as_(world.home.district_admin).read("/events")["items"]
    assert [one["type"] for one in events if one["subject_type"] == "plan_versions"] == [
        "plan_version.submitted",
        "plan_version.approved",
    ]
    assert "My about me" not in str(events)


@pytest.mark.parametrize("kind", ["goals", "pathways"])
def test_a_parent_who_is_denied_a_kind_of_record_does_not_find_it_in_the_snapshot(
    client: Client, world: World, in_force: str, database: Isolated, kind: str
) -> None:
    from plp_api.foundation.roster.relationships import Relationship
    from tests.world import writing

    parent = client.as_(world.home.parent)
    assert parent.get(f"{in_force}/snapshot").status_code == 200
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({kind})
    assert parent.get(f"{in_force}/snapshot").status_code == 403


def test_a_parent_does_not_learn_which_other_parent_wrote(
    client: Client, world: World, path: str
) -> None:
    client.as_(world.home.parent).patch(path, {"sections": {"family": "We are proud."}})

    def writer(name: str) -> Any:
        sections = client.as_(getattr(world.home, name)).read(path)["sections"]
        return next(one["written_by"] for one in sections if one["key"] == "family")

    assert writer("advisor") == writer("parent") == str(world.home.parent.id)
    assert writer("inspecting_parent") is None


def test_a_member_of_a_snapshot_that_nobody_registered_is_shown_to_nobody() -> None:
    with pytest.raises(LookupError):
        members.permission_of("restricted_notes")
    assert members.permission_of("goals/some-id") == Permission.GOALS_READ
    assert members.permission_of("") == members.permission_of("sections/about_me")
