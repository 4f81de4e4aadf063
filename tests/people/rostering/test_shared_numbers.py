"""A state id that two students have is one child or a wrong number: a person decides."""

from dataclasses import replace
from typing import Any

import pytest

from plp_api.foundation.roster import followers
from plp_api.foundation.roster.models import Person, PersonStatus, Student
from plp_api.foundation.roster.relationships import Relationship, SchoolEnrollment
from plp_api.people.rostering.actions import Order
from plp_api.people.rostering.decisions import ABOUT
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.models import ImportState, LastingDecision, Verdict
from plp_api.planning.plans import actions as plans
from plp_api.planning.plans import closing
from plp_api.planning.plans.models import Plan
from tests.client import Client, code
from tests.people.rostering.children import ANN, BEN, CLASS_OF_THREE, CYD, Child, package_of
from tests.people.rostering.conftest import TODAY, Roster
from tests.people.rostering.packages import ORGS
from tests.people.rostering.test_import import everything
from tests.people.rostering.test_reused_ids import bring, children, codes, decided
from tests.world import World

SECOND = {"sourcedId": "s2", "name": "Granite Career", "type": "school", "parentSourcedId": "d1"}
TWICE = replace(ANN, id="u1c", username="u1c", org="s2")
SAME_NUMBER = (ANN, replace(BEN, number=ANN.number), CYD)


@pytest.fixture(autouse=True)
def plans_follow(enrolled: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "ON_ENROLLED", [plans.open_for])
    monkeypatch.setattr(followers, "ON_RECORD_ENDED", [closing.close_ended])


def bring_twice(roster: Roster, order: Order | None = None) -> Any:
    """Import one child under two ids, at two schools."""
    return bring(roster, *CLASS_OF_THREE, TWICE, order=order, orgs=[*ORGS, SECOND])


def test_one_child_under_two_ids_is_asked_with_both_rows(roster: Roster) -> None:
    outcome = bring_twice(roster)
    assert outcome.state is ImportState.UNDECIDED
    (finding,) = outcome.findings
    assert (finding.code, finding.row, finding.sourced_id) == (Code.STATE_ID_SHARED, 6, "u1c")
    assert "Row 3 has it." in finding.message
    assert "7001" not in finding.message


def test_merged_they_are_one_child_with_one_plan_at_both_schools(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE, orgs=[*ORGS, SECOND])
    outcome = bring_twice(roster, decided(("u1c", Verdict.MERGE)))
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert len(roster.rows(Student)) == 3
    assert len(roster.rows(Plan)) == 3
    ann = children(roster)["Ann"]
    own = roster.rows(SchoolEnrollment, SchoolEnrollment.student_id == ann.id)
    assert len({row.school_id for row in own if row.ends_on is None}) == 2
    assert outcome.counts["people"]["skipped"] == 1
    assert outcome.counts["students"]["created"] == 0


def test_a_merge_answers_for_later_packages_too(roster: Roster) -> None:
    bring_twice(roster, decided(("u1c", Verdict.MERGE)))
    (lasting,) = roster.rows(LastingDecision)
    assert (lasting.sourced_id, lasting.decision) == ("u1c", "merge")
    again = bring_twice(roster)
    assert again.state is ImportState.APPLIED, list(again.findings)
    assert len(roster.rows(Student)) == 3


def test_two_children_with_one_state_id_are_asked_and_never_merged(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    before = everything(roster)
    outcome = bring(roster, *SAME_NUMBER)
    assert outcome.state is ImportState.UNDECIDED
    (finding,) = outcome.findings
    assert (finding.code, finding.row, finding.sourced_id) == (Code.STATE_ID_SHARED, 4, "u2")
    assert "Row 3 has it." in finding.message
    merged = bring(roster, *SAME_NUMBER, order=decided(("u2", Verdict.MERGE)))
    assert merged.state is ImportState.REFUSED
    assert codes(merged) == {Code.MERGE_CONFLICT: 1}
    assert everything(roster) == before


@pytest.mark.parametrize("wrong", ["u1", "u2"])
def test_a_wrong_number_is_left_blank_until_the_sis_corrects_it(roster: Roster, wrong: str) -> None:
    outcome = bring(roster, *SAME_NUMBER, order=decided((wrong, Verdict.WRONG_NUMBER)))
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    numbers = {row.person.sourced_id: row.state_student_id for row in roster.rows(Student)}
    assert numbers == {"u1": "7001", "u2": "7001", "u3": "7003", wrong: None}
    assert bring(roster, *SAME_NUMBER).state is ImportState.APPLIED, "it answers for later ones"
    assert bring(roster, *CLASS_OF_THREE).state is ImportState.APPLIED
    numbers = {row.person.sourced_id: row.state_student_id for row in roster.rows(Student)}
    assert numbers == {"u1": "7001", "u2": "7002", "u3": "7003"}


def test_a_number_that_two_stored_students_have_is_taken_from_the_wrong_one(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    with roster.writing() as session:
        session.get_one(Student, children(roster)["Ben"].id).state_student_id = "7001"
    outcome = bring(roster, *SAME_NUMBER, order=decided(("u2", Verdict.WRONG_NUMBER)))
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert children(roster)["Ben"].state_student_id is None


def test_two_records_of_one_child_become_one_and_the_other_ends(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE, replace(TWICE, number=""), orgs=[*ORGS, SECOND])
    records = {row.person.sourced_id: row.id for row in roster.rows(Student)}
    outcome = bring_twice(roster, decided(("u1c", Verdict.MERGE)))
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    with_plans = {plan.student_id: plan.is_open for plan in roster.rows(Plan)}
    assert with_plans[records["u1"]]
    assert not with_plans[records["u1c"]]
    people = {row.id: row for row in roster.rows(Person)}
    assert people[records["u1c"]].status == PersonStatus.DISABLED
    assert bring_twice(roster).state is ImportState.APPLIED


def test_the_number_of_a_member_of_staff_is_no_student_s(roster: Roster) -> None:
    package = bring(roster, *CLASS_OF_THREE)
    assert package.state is ImportState.APPLIED
    files = package_of(*CLASS_OF_THREE)
    files["users"][0] = {**files["users"][0], "userIds": "{state:7001}"}
    assert roster.bring("1.2", **files).state is ImportState.APPLIED


# Who returns.


def returned(**fields: Any) -> Child:
    return replace(ANN, **{"id": "u9", "username": "u9", **fields})


@pytest.fixture
def left(roster: Roster) -> Student:
    """Ann, who is no longer in any roster."""
    bring(roster, *CLASS_OF_THREE)
    ann = children(roster)["Ann"]
    bring(roster, BEN, CYD, order=Order(is_confirmed=True))
    assert roster.by_sourced_id(Person)["u1"].status == PersonStatus.DISABLED
    return ann


def test_a_child_who_returns_under_a_new_id_meets_the_old_plan(
    roster: Roster, left: Student
) -> None:
    outcome = bring(roster, returned(), BEN, CYD)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert codes(outcome) == {Code.STUDENT_REKEYED: 1}
    ann = children(roster)["Ann"]
    assert (ann.id, ann.person.sourced_id) == (left.id, "u9")
    assert ann.person.status == PersonStatus.ACTIVE
    assert [plan.is_open for plan in roster.rows(Plan, Plan.student_id == ann.id)] == [True]
    spans = roster.rows(SchoolEnrollment, SchoolEnrollment.student_id == ann.id)
    assert {row.ends_on for row in spans} == {TODAY, None}
    assert (len(spans), len(roster.rows(Student))) == (2, 3)


def test_a_child_entered_by_hand_is_met_by_the_roster(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    with roster.writing() as session:
        session.get_one(Person, children(roster)["Ann"].id).sourced_id = None
    outcome = bring(roster, *CLASS_OF_THREE)
    assert codes(outcome) == {Code.STUDENT_REKEYED: 1}
    assert len(roster.rows(Student)) == 3


@pytest.mark.parametrize(
    "differs", [{"given": "Dee"}, {"family": "Ash"}, {"born": "2011-03-11"}, {"born": ""}]
)
def test_a_state_id_alone_needs_a_decision(
    roster: Roster, left: Student, differs: dict[str, Any]
) -> None:
    outcome = bring(roster, returned(**differs), BEN, CYD)
    assert outcome.state is ImportState.UNDECIDED
    (finding,) = outcome.findings
    assert (finding.code, finding.sourced_id) == (Code.STATE_ID_SHARED, "u9")
    assert str(left.id) in finding.message
    order = decided(("u9", Verdict.MERGE))
    merged = bring(roster, returned(**differs), BEN, CYD, order=order)
    assert merged.state is ImportState.APPLIED, list(merged.findings)
    (ann,) = roster.rows(Student, Student.id == left.id)
    assert (ann.person.sourced_id, ann.person.status) == ("u9", PersonStatus.ACTIVE)


def test_another_child_with_the_number_of_one_who_left_begins_anew(
    roster: Roster, left: Student
) -> None:
    order = decided(("u9", Verdict.WRONG_NUMBER))
    outcome = bring(roster, returned(given="Dee"), BEN, CYD, order=order)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    dee = children(roster)["Dee"]
    assert dee.id != left.id
    assert dee.state_student_id is None
    parents = roster.rows(Relationship, Relationship.student_id == dee.id)
    assert {row.status for row in parents if row.kind == "parent"} == {"unconfirmed"}


# One rule and one table.


def test_every_kind_of_decision_answers_a_question() -> None:
    assert set(ABOUT) == set(Verdict)
    assert set(ABOUT.values()) == {Code.ID_REUSED, Code.STATE_ID_SHARED}


def test_the_api_refuses_what_an_import_asks_about(client: Client, world: World) -> None:
    registrar = client.as_(world.home.registrar)
    child = {
        "given_name": "Ann",
        "family_name": "Alder",
        "grade": "09",
        "school_id": str(world.home.school_id),
        "state_student_id": "7001",
    }
    registrar.made("/students", child)
    assert code(registrar.post("/students", {**child, "given_name": "Ben"})) == "record_duplicate"
