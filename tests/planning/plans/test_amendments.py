"""A version in force: amended, reaffirmed for a new cycle, corrected, contested."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import clock
from plp_api.foundation.db import new_id
from plp_api.foundation.roster.models import District
from plp_api.foundation.roster.relationships import Relationship
from plp_api.planning.plans.models import Revision
from plp_api.planning.renditions.models import Rendition
from tests.client import Client, code, pointers
from tests.databases import Isolated
from tests.planning.plans.travellers import Traveller
from tests.world import World, writing

GRANTED = {"reason": "The hearing found it inaccurate.", "reference": "AR-2026-14"}


@pytest.fixture
def student(client: Client, world: World) -> Traveller:
    return Traveller(client, world.home.student)


@pytest.fixture
def advisor(client: Client, world: World) -> Traveller:
    return Traveller(client, world.home.advisor)


@pytest.fixture
def admin(client: Client, world: World) -> Traveller:
    return Traveller(client, world.home.school_admin)


@pytest.fixture
def first(student: Traveller, advisor: Traveller, world: World) -> str:
    """The path of the version in force, approved today."""
    path = f"/plan-versions/{world.home.student.version_id}"
    assert student.act(path, "submit").status_code == 200
    assert advisor.act(path, "approve").status_code == 200
    return path


@pytest.fixture
def amend(student: Traveller, advisor: Traveller, world: World) -> Callable[..., Any]:
    """Amends the plan with new texts, and returns the path of the version then in force."""

    def amended(approver: Traveller = advisor, **sections: Any) -> str:
        draft = student.made(f"/plans/{world.home.student.plan_id}/versions", None)
        path = f"/plan-versions/{draft['id']}"
        assert student.patch(path, {"sections": sections}).status_code == 200
        assert student.act(path, "submit").status_code == 200
        answer = approver.act(path, "approve")
        assert answer.status_code == 200, answer.json
        return path

    return amended


def body(version: dict[str, Any], key: str) -> Any:
    return next(one["body"] for one in version["sections"] if one["key"] == key)


def test_an_amendment_of_a_field_that_is_not_material_keeps_the_signatures(
    student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    amended = student.read(amend(about_me="I mend fences, and clocks."))
    assert amended["signed_version_id"] == student.read(first)["id"]
    assert amended["snapshot_sha256"] != student.read(first)["snapshot_sha256"]


def test_an_amendment_of_a_material_field_asks_for_signatures_again(
    student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    amended = student.read(amend(scope_and_rigor="Calculus, and welding at the center."))
    assert amended["signed_version_id"] == amended["id"] != student.read(first)["id"]


def test_the_first_version_is_signed_by_itself(student: Traveller, first: str) -> None:
    version = student.read(first)
    assert version["signed_version_id"] == version["id"]


def test_a_small_change_after_a_material_one_keeps_what_was_signed_for_that(
    student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    material = student.read(amend(scope_and_rigor="Calculus."))
    small = student.read(amend(about_me="I mend clocks."))
    assert small["signed_version_id"] == material["id"]


def test_going_back_to_the_signed_words_is_a_change_all_the_same(
    student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    amend(scope_and_rigor="Calculus.")
    back = student.read(amend(scope_and_rigor="My scope and rigor."))
    assert back["signed_version_id"] == back["id"]


def test_a_district_names_more_parts_that_are_material(
    database: Isolated, world: World, student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    with writing(database, world.home) as session:
        district = session.get(District, world.home.district_id)
        district.settings = {**district.settings, "material_parts": ["about_me"]}
    amended = student.read(amend(about_me="I mend clocks."))
    assert amended["signed_version_id"] == amended["id"]


def test_a_section_the_template_does_not_flag_is_material_where_the_district_says_so(
    database: Isolated, world: World, student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    with writing(database, world.home) as session:
        template = session.get(PlanTemplate, world.home.template_id)
        template.sections = [{**one, "is_material": False} for one in template.sections]
    amended = student.read(amend(scope_and_rigor="Calculus."))
    assert amended["signed_version_id"] == amended["id"], "by default the scope is"


def test_an_amendment_while_another_is_open_is_refused(
    student: Traveller, world: World, first: str
) -> None:
    path = f"/plans/{world.home.student.plan_id}/versions"
    student.made(path, None)
    refused = student.post(path)
    assert (refused.status_code, code(refused)) == (409, "version_open")
    assert refused.json["detail"].startswith("16 V.S.A. 942")
    assert len(student.read(path)["items"]) == 2, "nothing is lost"


def test_of_two_who_approve_at_once_the_second_is_told(
    client: Client, student: Traveller, advisor: Traveller, world: World
) -> None:
    path = f"/plan-versions/{world.home.student.version_id}"
    student.act(path, "submit")
    both_read = advisor.etag(path).strip('"').split(".")[0]
    headers = {"If-Match": f'"{both_read}"'}
    body = {"action": "approve"}
    assert advisor.post(f"{path}/actions", body, headers=headers).status_code == 200
    late = Traveller(client, world.home.co_advisor).post(f"{path}/actions", body, headers=headers)
    assert (late.status_code, code(late)) == (412, "version_stale")
    versions = student.read(f"/plans/{world.home.student.plan_id}/versions")["items"]
    assert [one["status"] for one in versions] == ["in_force"]


# Reaffirmed for a new cycle.


@pytest.fixture
def next_cycle(first: str, student: Traveller) -> Iterator[date]:
    """A day of the cycle after the one in which the first version came into force."""
    cycle = clock.Cycle.containing(clock.today())
    day = cycle.ends_on + timedelta(days=20)
    with time_machine.travel(f"{day}T15:00:00+00:00", tick=True):
        yield day


def open_reviews(database: Isolated, world: World) -> None:
    from plp_api.planning.reviews import actions

    with database.transaction(districts=[world.home.district_id]):
        actions.open_cycle(world.home.district_id)


def reviews(reader: Traveller, world: World) -> dict[str, Any]:
    found = reader.read("/reviews")["items"]
    return {one["cycle_starts_on"]: one["standing"] for one in found}


def test_reaffirming_in_a_new_cycle_makes_its_review_complete(
    database: Isolated,
    world: World,
    student: Traveller,
    advisor: Traveller,
    first: str,
    next_cycle: date,
) -> None:
    open_reviews(database, world)
    starts_on = str(clock.Cycle.containing(next_cycle).starts_on)
    assert reviews(student, world)[starts_on] == "due"
    kept = advisor.act(first, "reaffirm", comment="Read together, still right.")
    assert (kept.status_code, kept.json["status"]) == (200, "in_force")
    assert kept.json["snapshot_sha256"] == student.read(first)["snapshot_sha256"]
    assert reviews(student, world)[starts_on] == "current"


def test_a_review_opened_after_reaffirming_is_complete(
    database: Isolated,
    world: World,
    student: Traveller,
    advisor: Traveller,
    first: str,
    next_cycle: date,
) -> None:
    assert advisor.act(first, "reaffirm").status_code == 200
    open_reviews(database, world)
    starts_on = str(clock.Cycle.containing(next_cycle).starts_on)
    assert reviews(student, world)[starts_on] == "current"


def test_coverage_counts_a_reaffirmed_plan_as_current(
    client: Client,
    database: Isolated,
    world: World,
    advisor: Traveller,
    first: str,
    next_cycle: date,
) -> None:
    office = Traveller(client, world.home.district_admin)

    def current() -> Any:
        answer = office.read("/reports/coverage")
        return answer["total"]["current"]

    open_reviews(database, world)
    before = current()
    assert advisor.act(first, "reaffirm").status_code == 200
    assert current() == before + 1


def test_a_version_of_this_cycle_is_not_reaffirmed(advisor: Traveller, first: str) -> None:
    assert "reaffirm" not in advisor.read(first)["available_actions"]
    refused = advisor.act(first, "reaffirm")
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")


def test_a_version_is_reaffirmed_once_in_a_cycle(
    advisor: Traveller, first: str, next_cycle: date
) -> None:
    assert advisor.act(first, "reaffirm").status_code == 200
    again = advisor.act(first, "reaffirm")
    assert (again.status_code, code(again)) == (409, "action_unavailable")


def test_a_student_does_not_reaffirm_and_whoever_handed_it_in_does_not_either(
    client: Client, world: World, student: Traveller, advisor: Traveller
) -> None:
    path = f"/plan-versions/{world.home.student.version_id}"
    advisor.act(path, "submit_for", reason="She was ill.")
    assert Traveller(client, world.home.co_advisor).act(path, "approve").status_code == 200
    day = clock.Cycle.containing(clock.today()).ends_on + timedelta(days=20)
    with time_machine.travel(f"{day}T15:00:00+00:00", tick=True):
        assert code(student.act(path, "reaffirm")) == "permission_denied"
        refused = advisor.act(path, "reaffirm")
        assert (refused.status_code, code(refused)) == (409, "action_unavailable")
        assert Traveller(client, world.home.counselor).act(path, "reaffirm").status_code == 200


# Corrected after an amendment request was granted.


def test_a_correction_is_in_force_at_once_and_seals_what_it_corrects(
    student: Traveller, admin: Traveller, first: str
) -> None:
    corrected = admin.made(
        f"{first}/corrections", {**GRANTED, "sections": {"about_me": "I was never suspended."}}
    )
    assert (corrected["status"], corrected["number"]) == ("in_force", 2)
    assert corrected["corrects_id"] == student.read(first)["id"]
    assert corrected["correction_reference"] == "AR-2026-14"
    old = student.read(first)
    assert old["status"] == "superseded"
    assert old["sealed_on"] == str(clock.today())
    assert {one["body"] for one in old["sections"]} == {None}
    now = student.read(f"/plan-versions/{corrected['id']}")
    assert body(now, "about_me") == "I was never suspended."


def test_a_sealed_text_opens_to_who_must_and_its_hash_is_still_to_be_checked(
    client: Client,
    world: World,
    student: Traveller,
    advisor: Traveller,
    admin: Traveller,
    first: str,
) -> None:
    fixed = {**GRANTED, "sections": {"about_me": "I was never suspended."}}
    admin.made(f"{first}/corrections", fixed)
    for reader in (student, advisor, Traveller(client, world.home.parent)):
        refused = reader.get(f"{first}/snapshot")
        assert (refused.status_code, code(refused)) == (409, "version_sealed")
    office = Traveller(client, world.home.district_admin)
    assert office.get(f"{first}/snapshot").status_code == 403, "only with a reason"
    reason = {"X-Access-Reason": "Auditing the amendment."}
    for opened in (admin.get(f"{first}/snapshot"), office.get(f"{first}/snapshot", headers=reason)):
        assert opened.status_code == 200, opened.json
        assert hashlib.sha256(opened.data).hexdigest() == admin.read(first)["snapshot_sha256"]
    assert body(admin.read(first), "about_me") == "My about me."


def test_a_sealed_text_is_not_read_in_another_language_either(
    database: Isolated, world: World, student: Traveller, admin: Traveller, first: str
) -> None:
    rendition_id = new_id()
    with writing(database, world.home) as session:
        own = {"district_id": world.home.district_id, "student_id": world.home.student.id}
        rendition = Rendition(
            id=rendition_id,
            **own,
            plan_version_id=world.home.student.version_id,
            snapshot_sha256="0" * 64,
            language="es",
            translator_name="A. Traductora",
            sections={"about_me": {"title": "Sobre mí", "body": "Palabras."}},
            goals={},
            supplied_by=world.home.advisor.id,
        )
        session.add(rendition)
    paths = (f"{first}/renditions", f"/renditions/{rendition_id}")
    assert [student.get(path).status_code for path in paths] == [200, 200]
    admin.made(f"{first}/corrections", {**GRANTED, "sections": {"about_me": "Right words."}})
    assert [code(student.get(path)) for path in paths] == ["version_sealed"] * 2
    assert [admin.get(path).status_code for path in paths] == [200, 200]


def test_earlier_versions_with_the_same_wrong_words_are_sealed_too(
    student: Traveller, admin: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    second = amend(scope_and_rigor="Calculus.")
    admin.made(f"{second}/corrections", {**GRANTED, "sections": {"about_me": "Right words."}})
    assert student.read(first)["sealed_on"] is not None
    assert student.read(second)["sealed_on"] is not None


def test_an_earlier_version_with_other_words_there_stays_open(
    student: Traveller, admin: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    second = amend(about_me="Wrong words.")
    admin.made(f"{second}/corrections", {**GRANTED, "sections": {"about_me": "Right words."}})
    assert student.read(first)["sealed_on"] is None
    assert body(student.read(first), "about_me") == "My about me."


def test_a_correction_of_a_correction_is_refused_by_its_rule(admin: Traveller, first: str) -> None:
    fixed = {**GRANTED, "sections": {"about_me": "Right words."}}
    corrected = admin.made(f"{first}/corrections", fixed)
    again = {**GRANTED, "sections": {"about_me": "Righter words."}}
    refused = admin.post(f"/plan-versions/{corrected['id']}/corrections", again)
    assert (refused.status_code, code(refused)) == (409, "version_corrected")
    assert "34 CFR 99.20-99.22" in refused.json["detail"]


def test_what_is_sealed_is_not_corrected_again(admin: Traveller, first: str) -> None:
    fixed = {**GRANTED, "sections": {"about_me": "Right words."}}
    admin.made(f"{first}/corrections", fixed)
    refused = admin.post(f"{first}/corrections", fixed)
    assert (refused.status_code, code(refused)) == (409, "version_sealed")
    assert "34 CFR 99.20-99.22" in refused.json["detail"]


def test_only_what_is_in_force_is_corrected(
    admin: Traveller, world: World, first: str, amend: Callable[..., Any]
) -> None:
    amend(about_me="Other words.")
    fixed = {**GRANTED, "sections": {"scope_and_rigor": "Right words."}}
    refused = admin.post(f"{first}/corrections", fixed)
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")


def test_a_correction_needs_its_reason_its_reference_and_words_that_differ(
    admin: Traveller, first: str
) -> None:
    bare = admin.post(f"{first}/corrections", {"sections": {"about_me": "x"}})
    assert pointers(bare) == {"/reason", "/reference"}
    same = {**GRANTED, "sections": {"about_me": "My about me.", "hobbies": "x"}}
    refused = admin.post(f"{first}/corrections", same)
    assert (refused.status_code, pointers(refused)) == (
        422,
        {"/sections/about_me", "/sections/hobbies"},
    )
    nothing = admin.post(f"{first}/corrections", {**GRANTED, "sections": {}})
    assert pointers(nothing) == {"/sections"}


def test_a_correction_asks_for_signatures_again_only_where_it_is_material(
    student: Traveller, admin: Traveller, first: str
) -> None:
    old = student.read(first)["id"]
    small = admin.made(f"{first}/corrections", {**GRANTED, "sections": {"about_me": "Right."}})
    assert small["signed_version_id"] == old


def test_a_material_correction_asks_for_signatures_again(admin: Traveller, first: str) -> None:
    fixed = {**GRANTED, "sections": {"scope_and_rigor": "Right."}}
    large = admin.made(f"{first}/corrections", fixed)
    assert large["signed_version_id"] == large["id"]


def test_an_open_draft_is_corrected_with_it_and_comes_after_it(
    student: Traveller, admin: Traveller, world: World, first: str
) -> None:
    draft = student.made(f"/plans/{world.home.student.plan_id}/versions", None)
    path = f"/plan-versions/{draft['id']}"
    student.patch(path, {"sections": {"scope_and_rigor": "Calculus."}})
    fixed = {**GRANTED, "sections": {"about_me": "Right.", "scope_and_rigor": "Algebra."}}
    corrected = admin.made(f"{first}/corrections", fixed)
    now = student.read(path)
    assert (corrected["number"], now["number"]) == (2, 3)
    assert body(now, "about_me") == "Right."
    assert body(now, "scope_and_rigor") == "Calculus.", "the student's own new words stay"


def test_a_correction_is_no_yearly_update(
    client: Client, database: Isolated, world: World, admin: Traveller, first: str, next_cycle: date
) -> None:
    office = Traveller(client, world.home.district_admin)
    open_reviews(database, world)
    before = office.read("/reports/coverage")["total"]
    admin.made(f"{first}/corrections", {**GRANTED, "sections": {"about_me": "Right."}})
    assert office.read("/reports/coverage")["total"] == before
    starts_on = str(clock.Cycle.containing(next_cycle).starts_on)
    assert reviews(Traveller(client, world.home.student), world)[starts_on] == "due"


def test_an_admin_who_is_the_parent_does_not_correct(
    client: Client, database: Isolated, world: World, first: str
) -> None:
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.inspecting_parent.id).one()
        tie.person_id = world.home.school_admin.id
    fixed = {**GRANTED, "sections": {"about_me": "She never did."}}
    refused = Traveller(client, world.home.school_admin).post(f"{first}/corrections", fixed)
    assert (refused.status_code, code(refused)) == (409, "actor_is_family")


# Contested.


def test_a_statement_travels_with_its_part_into_later_versions_and_snapshots_stay(
    client: Client, world: World, student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    parent = Traveller(client, world.home.parent)
    before = student.get(f"{first}/snapshot").data
    given = {"part": "sections/about_me", "body": "That is not how it was."}
    made = parent.made(f"{first}/statements", given)
    assert made["author_role"] == "parent"
    assert student.get(f"{first}/snapshot").data == before, "it stands beside what was signed"
    elsewhere = amend(scope_and_rigor="Calculus.")
    reworded = amend(about_me="My about me, in other words.")
    for path in (first, elsewhere, reworded):
        shown = student.read(path)["statements"]
        assert [one["body"] for one in shown] == ["That is not how it was."]
        assert student.read(f"{path}/statements")["items"] == shown
    plan = f"/plans/{world.home.student.plan_id}?expand=sections"
    assert student.read(plan)["statements"] == shown
    assert parent.read(plan)["statements"][0]["author_id"] == str(world.home.parent.id)
    other = Traveller(client, world.home.inspecting_parent).read(plan)["statements"]
    assert [one["author_id"] for one in other] == [None]


def test_a_statement_goes_back_to_earlier_versions_that_hold_the_same_words(
    client: Client, world: World, student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    second = amend(scope_and_rigor="Calculus.")
    parent = Traveller(client, world.home.parent)
    parent.made(f"{second}/statements", {"part": "sections/about_me", "body": "Not so."})
    parent.made(f"{second}/statements", {"part": "sections/scope_and_rigor", "body": "Nor this."})
    assert [one["body"] for one in student.read(first)["statements"]] == ["Not so."]


def test_a_statement_on_a_whole_version_stays_with_that_version(
    client: Client, world: World, student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    Traveller(client, world.home.parent).made(f"{first}/statements", {"body": "We were not asked."})
    assert len(student.read(first)["statements"]) == 1
    assert student.read(amend(about_me="New."))["statements"] == []


def test_a_statement_is_made_on_a_goal_and_hidden_from_whom_goals_are_denied(
    client: Client, database: Isolated, world: World, first: str
) -> None:
    parent = Traveller(client, world.home.parent)
    part = f"goals/{world.home.student.goal_id}"
    made = parent.made(f"{first}/statements", {"part": part, "body": "Not her goal."})
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.inspecting_parent.id).one()
        tie.denied = frozenset({"goals"})
    other = Traveller(client, world.home.inspecting_parent)
    assert other.read(first)["statements"] == []
    listed = other.read(f"{first}/statements?count=true")
    assert (listed["items"], listed["total_count"]) == ([], 0)
    assert other.get(f"/statements/{made['id']}").status_code == 404
    assert parent.read(f"/statements/{made['id']}")["body"] == "Not her goal."


def test_a_parent_does_not_learn_which_other_parent_disagreed(
    client: Client, world: World, advisor: Traveller, first: str
) -> None:
    made = Traveller(client, world.home.parent).made(f"{first}/statements", {"body": "Not so."})
    assert made["author_id"] == str(world.home.parent.id)
    other = Traveller(client, world.home.inspecting_parent)
    [told] = other.read(first)["statements"]
    [listed] = other.read(f"{first}/statements")["items"]
    for shown in (told, listed, other.read(f"/statements/{made['id']}")):
        assert shown["author_id"] is None
    mine = advisor.read(first)["statements"]
    assert [one["author_id"] for one in mine] == [str(world.home.parent.id)]


SAID = ("Not so.", "Nor this.", "Nor that we were asked.")


@pytest.fixture
def contested(client: Client, world: World, first: str) -> str:
    """The path of the statements on a version: two on its first section, one on the whole."""
    parent, path = Traveller(client, world.home.parent), f"{first}/statements"
    for words in SAID[:2]:
        parent.made(path, {"part": "sections/about_me", "body": words})
    parent.made(path, {"body": SAID[2]})
    return path


def words_of(page: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(one["body"] for one in page["items"])


def test_statements_are_read_page_by_page_and_counted(student: Traveller, contested: str) -> None:
    page = student.read(f"{contested}?limit=2&count=true")
    assert (words_of(page), page["total_count"]) == (SAID[:2], 3)
    rest = student.get(f"{contested}?limit=2&cursor={page['next_cursor']}")
    assert (words_of(rest.json), rest.json["next_cursor"]) == (SAID[2:], None)
    assert 'rel="next"' in student.get(f"{contested}?limit=2").headers["Link"]
    assert words_of(student.read(f"{contested}?sort=-stated_at")) == SAID[::-1]


def test_statements_are_found_by_part_and_since_when(student: Traveller, contested: str) -> None:
    latest = student.read(f"{contested}?sort=-stated_at&limit=1")["items"][0]["stated_at"]
    for asked, wanted in (
        ("part=sections/about_me", SAID[:2]),
        ("part=", SAID[2:]),
        ("part=sections/hobbies", ()),
        (f"updated_since={latest}", SAID[2:]),
    ):
        assert words_of(student.read(f"{contested}?{asked}")) == wanted, asked


@pytest.mark.parametrize("asked", ["section=about_me", "sort=body", "limit=0", "cursor=x"])
def test_a_list_of_statements_refuses_what_it_does_not_know(
    student: Traveller, contested: str, asked: str
) -> None:
    refused = student.get(f"{contested}?{asked}")
    assert (refused.status_code, pointers(refused)) == (422, {asked.split("=", maxsplit=1)[0]})


def test_a_page_of_a_version_holds_what_travels_to_it_and_no_more(
    student: Traveller, contested: str, amend: Callable[..., Any]
) -> None:
    amended = amend(scope_and_rigor="Calculus.")
    page = student.read(f"{amended}/statements?limit=1&count=true")
    assert (words_of(page), page["total_count"]) == (SAID[:1], 2)


def test_only_who_holds_the_rights_disagrees(
    client: Client, world: World, student: Traveller, advisor: Traveller, first: str
) -> None:
    path = f"{first}/statements"
    assert student.post(path, {"body": "Not so."}).status_code == 403, "15 years old"
    assert advisor.post(path, {"body": "Not so."}).status_code == 403
    assert (
        Traveller(client, world.home.inspecting_parent).post(path, {"body": "x"}).status_code == 201
    )


def test_a_student_of_age_disagrees_and_a_parent_no_longer(client: Client, world: World) -> None:
    senior, advisor = Traveller(client, world.home.senior), Traveller(client, world.home.advisor)
    path = f"/plan-versions/{world.home.senior.version_id}"
    senior.act(path, "submit")
    advisor.act(path, "approve")
    assert senior.post(f"{path}/statements", {"body": "Not so."}).status_code == 201
    parent = Traveller(client, world.home.senior_parent)
    assert parent.post(f"{path}/statements", {"body": "Not so."}).status_code == 404


def test_nobody_but_its_author_takes_a_statement_off(
    client: Client, world: World, admin: Traveller, student: Traveller, first: str
) -> None:
    parent = Traveller(client, world.home.parent)
    made = parent.made(f"{first}/statements", {"body": "Not so."})
    path = f"/statements/{made['id']}"
    other = Traveller(client, world.home.inspecting_parent)
    assert {one.delete(path).status_code for one in (admin, student, other)} <= {403, 409}
    assert admin.patch(path, {"body": "Fine."}).status_code == 405
    assert [one["body"] for one in student.read(first)["statements"]] == ["Not so."]


def test_a_withdrawn_statement_goes_with_nothing_and_its_words_are_kept(
    client: Client, world: World, database: Isolated, student: Traveller, first: str
) -> None:
    parent = Traveller(client, world.home.parent)
    path = f"/statements/{parent.made(f'{first}/statements', {'body': 'Not so.'})['id']}"
    assert [parent.delete(path).status_code for _ in range(2)] == [204, 204]
    plan = f"/plans/{world.home.student.plan_id}?expand=sections"
    for road in (first, plan):
        assert student.read(road)["statements"] == []
    assert student.read(f"{first}/statements")["items"] == []
    shown = parent.read(path)
    assert shown["body"] == ""
    assert shown["withdrawn_at"]
    with writing(database, world.home) as session:
        (kept,) = session.query(Revision).filter_by(subject_type="statements")
        assert kept.values["body"] == "Not so."


def test_an_admin_corrects_a_statement_and_its_words_are_kept(
    client: Client,
    world: World,
    database: Isolated,
    admin: Traveller,
    student: Traveller,
    first: str,
) -> None:
    parent = Traveller(client, world.home.parent)
    made = parent.made(f"{first}/statements", {"body": "It was Ann Alder."})
    path = f"/statements/{made['id']}/corrections"
    changed = {"body": "It was another child.", "reason": "It named another family's child."}
    assert parent.post(path, changed).status_code == 403
    assert admin.post(path, {"body": "It was another child."}).status_code == 422
    assert admin.post(path, changed).json["body"] == "It was another child."
    (seen,) = student.read(first)["statements"]
    assert (seen["body"], seen["correction_reason"]) == (changed["body"], changed["reason"])
    assert seen["corrected_at"]
    with writing(database, world.home) as session:
        (kept,) = session.query(Revision).filter_by(subject_type="statements")
        assert kept.values["body"] == "It was Ann Alder."
    parent.delete(f"/statements/{made['id']}")
    assert code(admin.post(path, changed)) == "action_unavailable"


def test_a_part_that_is_not_there_and_a_draft_are_not_contested(
    client: Client, world: World, first: str, student: Traveller
) -> None:
    parent = Traveller(client, world.home.parent)
    refused = parent.post(f"{first}/statements", {"part": "sections/hobbies", "body": "Not so."})
    assert (refused.status_code, pointers(refused)) == (422, {"/part"})
    draft = student.made(f"/plans/{world.home.student.plan_id}/versions", None)
    early = parent.post(f"/plan-versions/{draft['id']}/statements", {"body": "Not so."})
    assert (early.status_code, code(early)) == (409, "action_unavailable")


# Compared.


def test_a_diff_names_what_changed_for_programs_and_in_words(
    student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    second = amend(scope_and_rigor="My scope and rigor. And calculus.", about_me="Now another.")
    found = student.read(f"{second}/diff")
    assert found["against_id"] == student.read(first)["id"]
    by_part = {one["part"]: one for one in found["changes"]}
    assert set(by_part) == {"sections/about_me", "sections/scope_and_rigor"}
    assert by_part["sections/scope_and_rigor"] == {
        "op": "changed",
        "part": "sections/scope_and_rigor",
        "old_pointer": "/sections/1/body",
        "old": "My scope and rigor.",
        "new_pointer": "/sections/1/body",
        "new": "My scope and rigor. And calculus.",
    }
    words = {one["part"]: one for one in found["words"]}["sections/scope_and_rigor"]
    assert words["title"] == "Scope and rigor"
    assert words["texts"][0]["sentences"] == [
        {"op": "kept", "text": "My scope and rigor."},
        {"op": "added", "text": "And calculus."},
    ]


def test_a_diff_tells_goals_added_and_changed(
    world: World, student: Traveller, advisor: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    goal = student.made(
        f"/plans/{world.home.student.plan_id}/goals", {"title": "Weld", "domain": "career"}
    )
    student.act(f"/goals/{goal['id']}", "propose")
    student.patch(f"/goals/{world.home.student.goal_id}", {"title": "Shadow two nurses"})
    second = amend(about_me="New.")
    by_part = {one["part"]: one for one in student.read(f"{second}/diff")["changes"]}
    added = by_part[f"goals/{goal['id']}"]
    assert (added["op"], added["old"], added["new"]["title"]) == ("added", None, "Weld")
    changed = by_part[f"goals/{world.home.student.goal_id}"]
    assert (changed["old"], changed["new"]) == ("Shadow a nurse", "Shadow two nurses")
    assert changed["new_pointer"].endswith("/title")


def test_the_first_version_differs_from_nothing_by_everything(
    student: Traveller, first: str
) -> None:
    found = student.read(f"{first}/diff")
    assert found["against_id"] is None
    assert {one["op"] for one in found["changes"]} == {"added"}


def test_any_two_versions_of_a_plan_are_compared_and_no_others(
    world: World, student: Traveller, first: str, amend: Callable[..., Any]
) -> None:
    second = student.read(amend(about_me="Second."))["id"]
    third = amend(about_me="Third.")
    found = student.read(f"{third}/diff?against={second}")
    assert [(one["old"], one["new"]) for one in found["changes"]] == [("Second.", "Third.")]
    other = world.home.senior.version_id
    refused = student.get(f"{third}/diff?against={other}")
    assert (refused.status_code, pointers(refused)) == (422, {"against"})


def test_a_draft_is_compared_as_it_would_be_frozen(
    world: World, student: Traveller, first: str
) -> None:
    draft = student.made(f"/plans/{world.home.student.plan_id}/versions", None)
    path = f"/plan-versions/{draft['id']}"
    assert student.read(f"{path}/diff")["changes"] == []
    student.patch(path, {"sections": {"about_me": "<b>Bold</b> & new."}})
    (change,) = student.read(f"{path}/diff")["changes"]
    assert change["new"] == "<b>Bold</b> & new.", "plain text, as it was written"


def test_goals_are_left_out_for_whom_they_are_denied(
    client: Client, database: Isolated, world: World, first: str
) -> None:
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"goals"})
    found = Traveller(client, world.home.parent).read(f"{first}/diff")
    assert {one["part"].split("/")[0] for one in found["changes"]} == {"sections"}


def test_a_sealed_version_is_not_compared_either(
    student: Traveller, admin: Traveller, first: str
) -> None:
    fixed = {**GRANTED, "sections": {"about_me": "Right."}}
    corrected = admin.made(f"{first}/corrections", fixed)
    path = f"/plan-versions/{corrected['id']}/diff"
    refused = student.get(path)
    assert (refused.status_code, code(refused)) == (409, "version_sealed")
    assert admin.read(path)["changes"][0]["old"] == "My about me."


def test_a_reason_is_kept_with_each_correction_and_goes_with_a_withdrawal(
    client: Client, world: World, database: Isolated, admin: Traveller, first: str
) -> None:
    parent = Traveller(client, world.home.parent)
    made = parent.made(f"{first}/statements", {"body": "It was Ann Alder."})
    path = f"/statements/{made['id']}"
    for reason in ("It named Ann.", "It named Bobby."):
        changed = {"body": "It was another child.", "reason": reason}
        assert admin.post(f"{path}/corrections", changed).status_code == 200
    with writing(database, world.home) as session:
        kept = session.query(Revision).filter_by(subject_type="statements")
        assert "It named Ann." in {one.values["correction_reason"] for one in kept}
    parent.delete(path)
    assert admin.read(path)["correction_reason"] is None


def test_one_person_s_statements_on_a_version_are_no_flood(
    client: Client, world: World, first: str
) -> None:
    parent = Traveller(client, world.home.parent)
    for number in range(20):
        made = parent.made(f"{first}/statements", {"body": f"Not so, {number}."})
    refused = parent.post(f"{first}/statements", {"body": "Nor this."})
    assert (refused.status_code, code(refused)) == (409, "action_unavailable")
    parent.delete(f"/statements/{made['id']}")
    parent.made(f"{first}/statements", {"body": "Nor this."})
