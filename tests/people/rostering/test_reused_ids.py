"""A sourcedId that now names another child identifies nobody until a person has decided."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster import followers
from plp_api.foundation.roster.classes import Enrollment
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    District,
    Person,
    PersonStatus,
    School,
    Student,
)
from plp_api.foundation.roster.relationships import (
    AdvisoryAdvisor,
    AdvisoryMember,
    Appointment,
    Placement,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    SchoolEnrollment,
)
from plp_api.people.identity import passwords
from plp_api.people.rostering.actions import Order
from plp_api.people.rostering.decisions import Answers, Decision
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.models import ImportState, Leaver, RosterImport, Verdict
from plp_api.planning.plans import actions as plans
from plp_api.planning.plans import closing
from plp_api.planning.plans.models import Plan, PlanStatus
from tests.client import Client
from tests.people.rostering.children import (
    ANN,
    BEN,
    CLASS_OF_THREE,
    CYD,
    Child,
    give_office,
    package_of,
)
from tests.people.rostering.conftest import TODAY, Roster
from tests.people.rostering.packages import USERS, changed
from tests.people.rostering.test_import import everything

DEE = replace(ANN, given="Dee", family="Dogwood", number="9999", born="2012-07-30", parent="p9")
WITH_DEE = (replace(DEE, username="dee"), BEN, CYD)
PASSWORD = "a long password of the old child"


@pytest.fixture(autouse=True)
def plans_follow(enrolled: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "ON_ENROLLED", [plans.open_for])
    monkeypatch.setattr(followers, "ON_RECORD_ENDED", [closing.close_ended])


def decided(*pairs: tuple[str, Verdict], **fields: Any) -> Order:
    decisions = tuple(Decision(*pair) for pair in pairs)
    return Order(decisions=decisions, may_create=True, **fields)


def bring(roster: Roster, *children: Child, order: Order | None = None, **changed: Any) -> Any:
    return roster.bring("1.2", order=order, **package_of(*children, parents=("p1",), **changed))


def codes(outcome: Any) -> dict[Code, int]:
    return dict(outcome.findings.counts)


def children(roster: Roster) -> dict[str, Student]:
    """The students by given name."""
    return {row.person.given_name: row for row in roster.rows(Student)}


def give_account(roster: Roster, sourced_id: str) -> SimpleNamespace:
    """Let a person of the roster sign in, by `Client.as_` and by password."""
    person = roster.by_sourced_id(Person)[sourced_id]
    account_id = db.new_id()
    own = {"district_id": roster.district_id}
    with roster.writing() as session:
        hashed = passwords.hashed(PASSWORD)
        session.add(Account(id=account_id, username=sourced_id, password_hash=hashed, **own))
        session.flush()
        session.add(AccountPerson(person_id=person.id, account_id=account_id, **own))
    return SimpleNamespace(id=person.id, account_id=account_id, **own)


def confirm_families(roster: Roster) -> None:
    with roster.writing() as session:
        links = select(Relationship).where(Relationship.kind == RelationshipKind.PARENT)
        for link in session.scalars(links.where(Relationship.district_id == roster.district_id)):
            link.status, link.may_inspect = RelationshipStatus.CONFIRMED, True


# Before a person decided.


def test_an_id_given_to_another_child_stops_the_import_and_changes_nothing(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    before = everything(roster)
    outcome = bring(roster, *WITH_DEE)
    assert outcome.state is ImportState.UNDECIDED
    assert codes(outcome) == {Code.ID_REUSED: 1}
    (finding,) = outcome.findings
    assert (finding.file, finding.row, finding.sourced_id) == ("users.csv", 3, "u1")
    assert everything(roster) == before
    assert "p9" not in roster.by_sourced_id(Person)
    kept = roster.rows(RosterImport, RosterImport.state == ImportState.UNDECIDED)
    assert kept[0].findings[0]["sourced_id"] == "u1"
    told = str(kept[0].findings)
    assert "Dee" not in told
    assert "9999" not in told


@pytest.mark.parametrize(
    ("change", "is_asked"),
    [
        ({"family": "Ash"}, False),
        ({"given": "Anna"}, False),
        ({"born": "2011-03-11"}, False),
        ({"number": "7111"}, False),
        ({"given": "Anna", "family": "Ash"}, False),
        ({"given": "Anna", "born": "2011-03-11"}, False),
        ({"born": "2011-03-11", "number": "7111"}, False),
        ({"given": " ANN ", "born": "2011-03-11", "number": "7111"}, False),
        ({"given": "Dee", "born": "2012-07-30", "number": "9999"}, True),
        ({"given": "Dee", "family": "Dogwood", "born": "2012-07-30", "number": "9999"}, True),
        # A missing value cannot differ; one of the two must be known on both sides.
        ({"given": "Dee", "born": "2012-07-30", "number": ""}, True),
        ({"given": "Dee", "born": "", "number": "9999"}, True),
        ({"given": "Dee", "born": "", "number": ""}, False),
        ({"given": "Dee", "family": "Dogwood", "born": "", "number": "", "username": "d"}, True),
    ],
)
def test_everything_that_both_sides_say_must_differ(
    roster: Roster, change: dict[str, Any], is_asked: bool
) -> None:
    bring(roster, *CLASS_OF_THREE)
    outcome = bring(roster, replace(ANN, **change), BEN, CYD)
    expected = ImportState.UNDECIDED if is_asked else ImportState.APPLIED
    assert outcome.state is expected, list(outcome.findings)


@pytest.mark.parametrize(
    ("cells", "is_asked"),
    [
        ({"givenName": "Gus", "familyName": "Gale", "username": "gus"}, True),
        ({"familyName": "Gale", "username": "ada.gale"}, False),
        ({"givenName": "Gus", "familyName": "Gale"}, True),
        ({"givenName": "Gus", "familyName": "Gale", "username": "gus", "email": ""}, True),
        ({"givenName": "Gus", "familyName": "Gale", "username": "gus", "email": "a@x.org"}, False),
    ],
)
def test_of_an_adult_both_names_must_differ_and_no_e_mail_be_the_same(
    roster: Roster, cells: dict[str, Any], is_asked: bool
) -> None:
    roster.bring(users=changed(USERS, 0, email="a@x.org"))
    outcome = roster.bring(users=changed(USERS, 0, **{"email": "g@x.org", **cells}))
    expected = ImportState.UNDECIDED if is_asked else ImportState.APPLIED
    assert outcome.state is expected, list(outcome.findings)


# The same child, corrected.


def test_the_same_child_is_corrected_and_keeps_account_and_plan(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    old = children(roster)["Ann"]
    outcome = bring(roster, *WITH_DEE, order=decided(("u1", Verdict.SAME), is_confirmed=True))
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    now = children(roster)["Dee"]
    assert (now.id, now.state_student_id) == (old.id, "9999")
    assert len(roster.rows(Plan, Plan.student_id == old.id)) == 1
    again = bring(roster, *WITH_DEE)
    assert again.state is ImportState.APPLIED, "it was decided, and nothing differs any more"


# Another child.


@pytest.fixture
def replaced(roster: Roster) -> SimpleNamespace:
    """The district after a person decided that u1 is another child."""
    bring(roster, *CLASS_OF_THREE)
    account, parent = give_account(roster, "u1"), give_account(roster, "p1")
    confirm_families(roster)
    order = decided(("u1", Verdict.ANOTHER))
    outcome = bring(roster, *WITH_DEE, order=order)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    now = children(roster)
    return SimpleNamespace(
        old=now["Ann"], new=now["Dee"], account=account, parent=parent, outcome=outcome
    )


def test_another_child_begins_a_record_of_their_own(
    roster: Roster, replaced: SimpleNamespace
) -> None:
    assert replaced.new.id != replaced.old.id
    assert replaced.new.person.sourced_id == "u1"
    assert (replaced.new.state_student_id, str(replaced.new.birth_date)) == ("9999", "2012-07-30")
    (plan,) = roster.rows(Plan, Plan.student_id == replaced.new.id)
    assert plan.is_open
    assert roster.rows(AccountPerson, AccountPerson.person_id == replaced.new.id) == []
    (enrollment,) = roster.rows(SchoolEnrollment, SchoolEnrollment.student_id == replaced.new.id)
    assert (enrollment.starts_on, enrollment.ends_on) == (TODAY, None)
    (link,) = links_of(roster, replaced.new)
    assert link.person_id == roster.by_sourced_id(Person)["p9"].id
    assert link.status == RelationshipStatus.UNCONFIRMED


def links_of(roster: Roster, student: Student) -> list[Relationship]:
    own = (Relationship.student_id == student.id, Relationship.kind == RelationshipKind.PARENT)
    found: list[Relationship] = roster.rows(Relationship, *own)
    return found


def test_the_old_record_ends_with_every_tie(roster: Roster, replaced: SimpleNamespace) -> None:
    old = replaced.old
    assert (old.person.sourced_id, old.person.status) == (None, PersonStatus.DISABLED)
    assert (old.state_student_id, old.person.given_name) == ("7001", "Ann")
    assert [row.person_id for row in roster.rows(Leaver)] == [old.id]
    ties = [
        *roster.rows(SchoolEnrollment, SchoolEnrollment.student_id == old.id),
        *roster.rows(Enrollment, Enrollment.person_id == old.id),
        *roster.rows(AdvisoryMember, AdvisoryMember.student_id == old.id),
        *roster.rows(Relationship, Relationship.student_id == old.id),
    ]
    assert len(ties) == 5, "school, class, advisory, advisor, parent"
    assert {tie.ends_on for tie in ties} == {TODAY}
    (plan,) = roster.rows(Plan, Plan.student_id == old.id)
    assert (plan.status, plan.closed_on) == (PlanStatus.WITHDRAWN, TODAY)
    assert replaced.outcome.counts["people"]["removed"] == 1
    assert replaced.outcome.counts["students"]["created"] == 1


def test_the_old_password_does_not_open_the_new_child_s_account(
    client: Client, roster: Roster, replaced: SimpleNamespace
) -> None:
    district = roster.rows(District)[0].slug
    for username in ("u1", "dee"):
        body = {"username": username, "password": PASSWORD, "district": district}
        assert client.post("/auth/login", body).status_code == 401, username
    assert client.as_(replaced.account).get("/me").status_code == 401


def test_a_user_name_given_on_with_the_id_opens_nothing_either(
    client: Client, roster: Roster
) -> None:
    bring(roster, *CLASS_OF_THREE)
    give_account(roster, "u1")
    outcome = bring(roster, DEE, BEN, CYD, order=decided(("u1", Verdict.ANOTHER)))
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    body = {"username": "u1", "password": PASSWORD, "district": roster.rows(District)[0].slug}
    assert client.post("/auth/login", body).status_code == 401
    new = children(roster)["Dee"]
    assert roster.rows(AccountPerson, AccountPerson.person_id == new.id) == []


def test_the_old_child_s_parent_reaches_nothing_of_the_new_child(
    client: Client, roster: Roster, replaced: SimpleNamespace
) -> None:
    parent = client.as_(replaced.parent)
    (plan,) = roster.rows(Plan, Plan.student_id == replaced.new.id)
    for path in (f"/students/{replaced.new.id}", f"/plans/{plan.id}"):
        assert parent.get(path).status_code == 404, path
    assert parent.get("/students").status_code == 403, "they are nobody's parent any more"


def test_the_new_child_s_parent_once_confirmed_reaches_nothing_of_the_old_child(
    client: Client, roster: Roster, replaced: SimpleNamespace
) -> None:
    newcomer = give_account(roster, "p9")
    confirm_families(roster)
    (old_plan,) = roster.rows(Plan, Plan.student_id == replaced.old.id)
    for path in (f"/students/{replaced.old.id}", f"/plans/{old_plan.id}"):
        assert client.as_(newcomer).get(path).status_code == 404, path
    assert client.as_(newcomer).get(f"/students/{replaced.new.id}").status_code == 200


def test_a_decision_is_recorded_with_who_took_it_and_ids_alone(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    old = children(roster)["Ann"]
    by = roster.by_sourced_id(Person)["t1"].id
    give_office(roster, by, TODAY)
    outcome = bring(roster, *WITH_DEE, order=decided(("u1", Verdict.ANOTHER), by=by))
    (event,) = roster.rows(Event, Event.type == "roster_import.decided")
    assert (event.subject_id, event.actor_id) == (outcome.import_id, by)
    assert event.payload == {"sourced_id": "u1", "decision": "another", "person_id": str(old.id)}


def test_after_a_decision_the_same_package_changes_nothing(
    roster: Roster, replaced: SimpleNamespace
) -> None:
    again = bring(roster, *WITH_DEE)
    assert again.state is ImportState.APPLIED, list(again.findings)
    for kind, counts in again.counts.items():
        moved = {state: number for state, number in counts.items() if number}
        assert set(moved) <= {"unchanged"}, kind


def test_a_dry_run_with_a_decision_changes_nothing(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    before = everything(roster)
    order = decided(("u1", Verdict.ANOTHER), is_dry_run=True)
    tried = bring(roster, *WITH_DEE, order=order)
    assert tried.state is ImportState.COMPARED, list(tried.findings)
    assert everything(roster) == before
    done = bring(roster, *WITH_DEE, order=decided(("u1", Verdict.ANOTHER)))
    assert done.counts == tried.counts


def test_two_children_who_swapped_ids_keep_their_records(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    before = {name: row.id for name, row in children(roster).items()}
    swapped = (replace(ANN, id="u2"), replace(BEN, id="u1"), CYD)
    assert codes(bring(roster, *swapped)) == {Code.ID_REUSED: 2}
    order = decided(("u1", Verdict.ANOTHER), ("u2", Verdict.ANOTHER))
    outcome = bring(roster, *swapped, order=order)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    now = children(roster)
    assert {name: row.id for name, row in now.items()} == before
    assert (now["Ann"].person.sourced_id, now["Ben"].person.sourced_id) == ("u2", "u1")
    assert {plan.status for plan in roster.rows(Plan)} == {PlanStatus.ACTIVE}
    held = roster.rows(Enrollment, Enrollment.ends_on.is_(None), Enrollment.role == "student")
    names = {(row.sourced_id, row.person_id) for row in held}
    assert names == {("e-u1", before["Ben"]), ("e-u2", before["Ann"]), ("e-u3", before["Cyd"])}


def test_a_parent_s_id_given_to_another_parent_hands_over_nothing(
    client: Client, roster: Roster
) -> None:
    bring(roster, *CLASS_OF_THREE)
    old = give_account(roster, "p1")
    confirm_families(roster)
    package = package_of(*CLASS_OF_THREE)
    package["users"] = [
        {**user, "username": "gus", "givenName": "Gus", "familyName": "Gale"}
        if user["sourcedId"] == "p1"
        else user
        for user in package["users"]
    ]
    assert roster.bring("1.2", **package).state is ImportState.UNDECIDED
    outcome = roster.bring("1.2", order=decided(("p1", Verdict.ANOTHER)), **package)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    ann = children(roster)["Ann"]
    links = {link.person_id: link for link in links_of(roster, ann)}
    assert links.pop(old.id).ends_on == TODAY
    (new,) = links.values()
    assert (new.status, new.may_inspect) == (RelationshipStatus.UNCONFIRMED, False)
    assert client.as_(old).get(f"/students/{ann.id}").status_code == 401


def test_everything_dated_that_an_adult_holds_ends_with_their_record(roster: Roster) -> None:
    roster.bring()
    other = changed(USERS, 0, givenName="Gus", familyName="Gale", username="gus")
    old = roster.by_sourced_id(Person)["t1"]
    outcome = roster.bring(users=other, order=decided(("t1", Verdict.ANOTHER)))
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    for model in (Appointment, AdvisoryAdvisor, Enrollment):
        held = {row.person_id: row.ends_on for row in roster.rows(model)}
        assert held[old.id] == TODAY, model.__name__
        assert held[roster.by_sourced_id(Person)["t1"].id] is None, model.__name__


def test_placements_and_home_study_end_with_the_record(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    ann, school = children(roster)["Ann"], roster.rows(School)[0]
    own = {"district_id": roster.district_id, "student_id": ann.id, "starts_on": TODAY}
    host = {"host_district_id": roster.district_id, "school_id": school.id, "kind": "cte"}
    with roster.writing() as session:
        session.add_all([Placement(**own, **host), HomeStudy(**own)])
    bring(roster, *WITH_DEE, order=decided(("u1", Verdict.ANOTHER)))
    ends = [row.ends_on for model in (Placement, HomeStudy) for row in roster.rows(model)]
    assert ends == [TODAY, TODAY]


# Decisions that do not fit.


@pytest.mark.parametrize(
    "decision",
    [
        ("nobody", Verdict.ANOTHER),
        ("u2", Verdict.ANOTHER),
        ("u1", Verdict.MERGE),
    ],
)
def test_a_decision_that_answers_nothing_refuses_the_package(
    roster: Roster, decision: tuple[Any, ...]
) -> None:
    bring(roster, *CLASS_OF_THREE)
    before = everything(roster)
    order = decided(("u1", Verdict.SAME), decision)
    outcome = bring(roster, *WITH_DEE, order=order)
    assert outcome.state is ImportState.REFUSED
    told = [one.sourced_id for one in outcome.findings if one.code is Code.DECISION_UNKNOWN]
    assert told == [decision[0]]
    assert everything(roster) == before


def test_nobody_decides_about_their_own_child(roster: Roster) -> None:
    bring(roster, *CLASS_OF_THREE)
    parent = give_account(roster, "p1")
    give_office(roster, parent.id, TODAY)
    order = decided(("u1", Verdict.SAME), by=parent.id)
    outcome = bring(roster, *WITH_DEE, order=order)
    assert outcome.state is ImportState.REFUSED
    assert codes(outcome) == {Code.DECISION_NOT_YOURS: 1}


@pytest.mark.parametrize("is_stored", [True, False])
def test_nobody_merges_another_record_into_their_own_child_s(
    roster: Roster, is_stored: bool
) -> None:
    kim = replace(ANN, id="u8", username="u8", number="", parent="")
    bring(roster, *CLASS_OF_THREE, *([kim] if is_stored else []))
    parent = give_account(roster, "p1")
    give_office(roster, parent.id, TODAY)
    order = decided(("u8", Verdict.MERGE), by=parent.id)
    outcome = bring(roster, *CLASS_OF_THREE, replace(kim, number=ANN.number), order=order)
    assert outcome.state is ImportState.REFUSED
    assert codes(outcome) == {Code.DECISION_NOT_YOURS: 1}


def test_what_another_merged_before_moves_no_record_of_the_importer_s_own_child(
    roster: Roster,
) -> None:
    kim = replace(ANN, id="u8", username="u8", parent="")
    bring(roster, *CLASS_OF_THREE, kim, order=decided(("u8", Verdict.MERGE)))
    parent = give_account(roster, "p1")
    give_office(roster, parent.id, TODAY)
    again = bring(roster, *CLASS_OF_THREE, kim, order=Order(by=parent.id))
    assert again.state is ImportState.APPLIED, "the rows fold as before"
    unnamed = replace(kim, given="Kim", born="2010-09-09")
    moved = bring(roster, BEN, CYD, unnamed, order=Order(by=parent.id, is_confirmed=True))
    assert moved.state is not ImportState.APPLIED
    assert Code.DECISION_NOT_YOURS in codes(moved)


def test_two_decisions_about_one_row_are_asked_for_by_the_reader_of_the_first() -> None:
    first, second = Decision("u1", Verdict.SAME), Decision("u1", Verdict.WRONG_NUMBER)
    answers = Answers(None, None, (first, second))  # type: ignore[arg-type]
    assert answers.find("u1", Verdict.SAME, Verdict.ANOTHER) == first
    assert answers.find("u1", Verdict.MERGE, Verdict.WRONG_NUMBER) == second
    assert answers.find("u2", Verdict.SAME) is None


def test_an_enrollment_s_id_given_to_another_student_leaves_the_past_of_the_first(
    roster: Roster,
) -> None:
    bring(roster, *CLASS_OF_THREE)
    ann, ben = children(roster)["Ann"], children(roster)["Ben"]
    package = package_of(*CLASS_OF_THREE)
    first, _second, third = package["enrollments"][1:]
    package["enrollments"][1:] = [{**first, "userSourcedId": "u2"}, third]
    outcome = roster.bring("1.2", order=Order(is_confirmed=True), **package)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    own = roster.rows(Enrollment, Enrollment.person_id == ann.id)
    assert [(row.sourced_id, row.ends_on) for row in own] == [(None, TODAY)]
    now = roster.by_sourced_id(Enrollment)["e-u1"]
    assert (now.person_id, now.ends_on) == (ben.id, None)
