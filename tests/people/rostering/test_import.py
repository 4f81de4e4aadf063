"""A roster is imported completely or not at all, and the result is reported."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, text
from time_machine import Traveller

from plp_api.foundation import clock
from plp_api.foundation.audit.models import Event
from plp_api.foundation.roster.classes import AcademicSession, Class, Course, Enrollment
from plp_api.foundation.roster.models import (
    District,
    Person,
    PersonStatus,
    RightsTransferBasis,
    School,
    Student,
)
from plp_api.foundation.roster.relationships import SchoolEnrollment
from plp_api.foundation.roster.terms import PersonTerm
from plp_api.people.identity.models import PersonalEmail
from plp_api.people.rostering import relationships
from plp_api.people.rostering.actions import Order, Outcome
from plp_api.people.rostering.difference import Comparison
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.models import ImportState, Leaver, RosterImport
from tests.people.rostering.conftest import TODAY, Roster
from tests.people.rostering.packages import (
    CLASSES,
    DEMOGRAPHICS,
    ENROLLMENTS,
    ORGS,
    ROLES,
    USERS,
    changed,
    contents,
    manifest,
)
from tests.world import World

SOURCED = (School, AcademicSession, Course, Class, Person, Enrollment)


def everything(roster: Roster) -> dict[tuple[str, str], Any]:
    """Every stored row of the kinds that a roster contains, with its version."""
    return {
        (model.__name__, row.sourced_id): (row.id, row.version, row.updated_at)
        for model in SOURCED
        for row in roster.rows(model)
    }


def totals(outcome: Outcome, state: str) -> dict[str, Any]:
    """The number of rows of each kind by outcome, without zeros."""
    return {kind: counts[state] for kind, counts in outcome.counts.items() if counts[state]}


def codes(outcome: Outcome) -> dict[Any, int]:
    return dict(outcome.findings.counts)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_first_roster_brings_everybody(roster: Roster, version: str) -> None:
    outcome = roster.bring(version)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert totals(outcome, "created") == {
        "schools": 1,
        "academic_sessions": 1,
        "courses": 1,
        "classes": 1,
        "people": 3,
        "students": 1,
        "enrollments": 2,
        "school_enrollments": 1,
        "appointments": 1,
        "family_links": 1,
        "advisories": 1,
        "advisory_members": 1,
        "advisory_advisors": 1,
        "advisors": 1,
    }
    student = roster.rows(Student)[0]
    assert (student.grade, student.birth_date) == ("09", date(2011, 2, 28))
    assert student.rights_transfer_on == date(2029, 2, 28)
    assert student.state_student_id == "4711"
    assert student.plan_home_school_id == roster.rows(School)[0].id
    assert roster.rows(District)[0].name == "Granite SU"
    parent = roster.by_sourced_id(Person)["p1"]
    assert parent.status == PersonStatus.DISABLED, "its row says enabledUser false"


def test_a_student_found_in_the_middle_of_the_year_began_with_it(roster: Roster) -> None:
    roster.bring()
    assert roster.rows(SchoolEnrollment)[0].starts_on == date(2026, 8, 26)
    assert roster.rows(Student)[0].entered_on == date(2026, 8, 26)


def test_a_student_who_comes_later_begins_today(roster: Roster) -> None:
    roster.bring()
    newcomer = {**USERS[1], "sourcedId": "u2", "userIds": "", "username": "new"}
    role = {**ROLES[1], "sourcedId": "ru2", "userSourcedId": "u2"}
    roster.bring(users=[*USERS, newcomer], roles=[*ROLES, role])
    person = roster.by_sourced_id(Person)["u2"]
    enrollments = {row.student_id: row for row in roster.rows(SchoolEnrollment)}
    assert enrollments[person.id].starts_on == TODAY


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_the_same_package_twice_changes_nothing(
    roster: Roster, version: str, autumn: Traveller
) -> None:
    first = roster.bring(version)
    before = everything(roster)
    autumn.shift(3600)
    second = roster.bring(version)
    assert second.state is ImportState.APPLIED
    for state in ("created", "updated", "reactivated", "removed"):
        assert totals(second, state) == {}, state
    assert everything(roster) == before
    assert totals(second, "unchanged") == totals(first, "created")


def test_a_dry_run_counts_the_same_and_changes_nothing(roster: Roster) -> None:
    tried = roster.bring(order=Order(may_create=True, is_dry_run=True))
    assert tried.state is ImportState.COMPARED
    assert tried.district_id is None
    with roster.database.transaction() as session:
        same = select(func.count()).select_from(District).where(District.name == "Granite SU")
        assert session.scalar(same) == 0
    assert roster.bring().counts == tried.counts


def test_a_change_touches_only_its_row(roster: Roster) -> None:
    roster.bring()
    before = everything(roster)
    outcome = roster.bring(users=changed(USERS, 0, familyName="Slate"))
    assert totals(outcome, "updated") == {"people": 1}
    after = everything(roster)
    assert {key for key in after if after[key] != before[key]} == {("Person", "t1")}
    assert roster.by_sourced_id(Person)["t1"].family_name == "Slate"
    assert roster.by_sourced_id(Person)["t1"].version == 2


def test_who_is_no_longer_named_is_disabled_and_comes_back(roster: Roster) -> None:
    roster.bring(order=Order(may_create=True))
    confirmed = Order(may_create=True, is_confirmed=True)
    without = {
        "users": [USERS[0], {**USERS[1], "agentSourcedIds": ""}],
        "roles": ROLES[:2],
    }
    roster.bring(users=changed(USERS, 2, enabledUser="true"))
    outcome = roster.bring(order=confirmed, **without)
    assert outcome.counts["people"]["removed"] == 1
    assert roster.by_sourced_id(Person)["p1"].status == PersonStatus.DISABLED
    assert [row.left_on for row in roster.rows(Leaver)] == [TODAY]
    back = roster.bring(users=changed(USERS, 2, enabledUser="true"))
    assert back.counts["people"]["reactivated"] == 1
    assert roster.by_sourced_id(Person)["p1"].status == PersonStatus.ACTIVE
    assert roster.rows(Leaver) == []


def test_whom_staff_disabled_stays_disabled(roster: Roster) -> None:
    roster.bring()
    roster.edit(Person, "t1", status=PersonStatus.DISABLED)
    outcome = roster.bring(users=changed(USERS, 0, familyName="Slate"))
    assert outcome.counts["people"]["reactivated"] == 0
    assert roster.by_sourced_id(Person)["t1"].status == PersonStatus.DISABLED


def test_whom_the_roster_disables_is_disabled_and_let_in_again(roster: Roster) -> None:
    roster.bring()
    order = Order(is_confirmed=True)
    off = roster.bring(order=order, users=changed(USERS, 0, enabledUser="false"))
    assert off.counts["people"]["removed"] == 1
    again = roster.bring(order=order, users=changed(USERS, 0, enabledUser="false"))
    assert again.counts["people"]["removed"] == 0
    assert again.counts["people"]["unchanged"] == 3
    assert roster.bring().counts["people"]["reactivated"] == 1


@pytest.mark.parametrize("is_verified", [True, False])
@pytest.mark.parametrize("is_named", [True, False])
def test_who_left_with_an_own_e_mail_keeps_their_account(
    roster: Roster, *, is_named: bool, is_verified: bool
) -> None:
    roster.bring()
    student = roster.by_sourced_id(Person)["u1"]
    with roster.writing() as session:
        own: dict[str, Any] = {"person_id": student.id, "district_id": roster.district_id}
        own |= {"address": "bo@example.org", "verified_at": clock.now()} if is_verified else {}
        session.add(PersonalEmail(**own))
        session.get_one(Student, student.id).left_on = TODAY
    without: dict[str, Any] = {
        "users": [USERS[0], USERS[2]],
        "roles": [ROLES[0], ROLES[2]],
        "enrollments": ENROLLMENTS[:1],
        "demographics": [],
    }
    disabled = {"users": changed(USERS, 1, enabledUser="false")}
    outcome = roster.bring(order=Order(is_confirmed=True), **(disabled if is_named else without))
    assert outcome.counts["people"]["removed"] == (0 if is_verified else 1)
    kept = roster.by_sourced_id(Person)["u1"].status == PersonStatus.ACTIVE
    assert kept == is_verified
    assert len(roster.rows(Leaver, Leaver.person_id == student.id)) == (0 if is_verified else 1)


def test_who_was_entered_by_hand_is_none_of_the_rosters_business(roster: Roster) -> None:
    roster.bring()
    with roster.writing() as session:
        session.add(Person(district_id=roster.district_id, given_name="Cam", family_name="Quill"))
    outcome = roster.bring()
    assert outcome.counts["people"]["removed"] == 0
    assert {row.status for row in roster.rows(Person) if not row.sourced_id} == {"active"}


def test_removing_too_many_stops_and_asks(roster: Roster) -> None:
    roster.bring()
    before = everything(roster)
    outcome = roster.bring(enrollments=ENROLLMENTS[:1])
    assert outcome.state is ImportState.UNCONFIRMED
    assert codes(outcome) == {Code.MANY_REMOVED: 1}
    assert "1 of 2 enrollments" in next(iter(outcome.findings)).message
    assert everything(roster) == before
    kept = roster.rows(RosterImport, RosterImport.state == ImportState.UNCONFIRMED)
    assert kept[0].counts["enrollments"]["removed"] == 1
    confirmed = roster.bring(enrollments=ENROLLMENTS[:1], order=Order(is_confirmed=True))
    assert confirmed.state is ImportState.APPLIED
    assert roster.by_sourced_id(Enrollment)["e2"].ends_on == TODAY


def test_a_district_decides_how_many_are_too_many(roster: Roster) -> None:
    roster.bring()
    roster.decide(deletion_threshold=0.5)
    assert roster.bring(enrollments=ENROLLMENTS[:1]).state is ImportState.APPLIED


def test_an_ended_enrollment_that_returns_goes_on(roster: Roster) -> None:
    roster.bring()
    roster.bring(enrollments=ENROLLMENTS[:1], order=Order(is_confirmed=True))
    outcome = roster.bring()
    assert totals(outcome, "reactivated")["enrollments"] == 1
    assert roster.by_sourced_id(Enrollment)["e2"].ends_on == date(2027, 6, 18)


def test_enrollments_without_a_beginning_begin_with_their_term(roster: Roster) -> None:
    roster.bring()
    assert roster.by_sourced_id(Enrollment)["e1"].starts_on == date(2026, 8, 26)


def test_roles_in_a_class_beside_student_and_teacher_are_skipped(roster: Roster) -> None:
    extra = {**ENROLLMENTS[0], "sourcedId": "e9", "role": "proctor", "primary": ""}
    outcome = roster.bring(enrollments=[*ENROLLMENTS, extra])
    assert outcome.counts["enrollments"]["skipped"] == 1
    assert "e9" not in roster.by_sourced_id(Enrollment)


def test_a_class_at_no_school_is_skipped_with_its_enrollments(roster: Roster) -> None:
    other = {**CLASSES[0], "sourcedId": "k2", "schoolSourcedId": "d1"}
    enrollment = {**ENROLLMENTS[1], "sourcedId": "e9", "classSourcedId": "k2"}
    outcome = roster.bring(classes=[*CLASSES, other], enrollments=[*ENROLLMENTS, enrollment])
    assert outcome.state is ImportState.APPLIED
    assert totals(outcome, "skipped") == {"classes": 1, "enrollments": 1}
    assert codes(outcome)[Code.ROW_SKIPPED] == 2


def test_a_school_that_is_no_longer_named_is_closed_and_opens_again(roster: Roster) -> None:
    second = {"sourcedId": "s2", "name": "Notch Middle", "type": "school", "parentSourcedId": "d1"}
    roster.bring(orgs=[*ORGS, second])
    roster.bring(order=Order(is_confirmed=True))
    assert not roster.by_sourced_id(School)["s2"].is_active
    outcome = roster.bring(orgs=[*ORGS, second])
    assert outcome.counts["schools"]["reactivated"] == 1
    assert roster.by_sourced_id(School)["s2"].is_active


# What the roster may say of a person.


def test_a_blank_cell_clears_an_address_and_an_absent_column_does_not(roster: Roster) -> None:
    with_email = changed(USERS, 0, email="ada@school.example")
    roster.bring(users=with_email)
    header = ["sourcedId", "enabledUser", "username", "givenName", "familyName"]
    lines = [",".join([*header]), *(",".join(user[name] for name in header) for user in USERS)]
    roster.bring(users="\r\n".join(lines).encode(), order=Order(is_confirmed=True))
    assert roster.by_sourced_id(Person)["t1"].email == "ada@school.example"
    roster.bring()
    assert roster.by_sourced_id(Person)["t1"].email is None


def test_a_preferred_name_is_the_students_own(roster: Roster) -> None:
    roster.bring()
    roster.edit(Person, "u1", preferred_given_name="Bird")
    roster.bring()
    assert roster.by_sourced_id(Person)["u1"].preferred_given_name == "Bird"


def test_rights_move_on_the_first_of_march_for_one_born_on_a_leap_day(roster: Roster) -> None:
    roster.bring(demographics=changed(DEMOGRAPHICS, 0, birthDate="2008-02-29"))
    assert roster.rows(Student)[0].rights_transfer_on == date(2026, 3, 1)


def test_a_birthday_does_not_move_rights_that_moved_otherwise(roster: Roster) -> None:
    roster.bring()
    with roster.writing() as session:
        student = session.scalar(select(Student).where(Student.district_id == roster.district_id))
        student.rights_transfer_basis = RightsTransferBasis.EMANCIPATION
        student.rights_transfer_on = TODAY
    roster.bring(demographics=changed(DEMOGRAPHICS, 0, birthDate="2010-05-05"))
    student = roster.rows(Student)[0]
    assert student.birth_date == date(2010, 5, 5)
    assert student.rights_transfer_on == TODAY


# Parts of a roster.


def parts(*files: Any, **changed_files: Any) -> dict[str, Any]:
    """A package that holds only these files."""
    whole = contents(**changed_files)
    held = {f"{file}.csv": whole[f"{file}.csv"] for file in files}
    return {"manifest.csv": manifest("1.2", files), **held}


def test_an_absent_file_says_that_nothing_changed(roster: Roster) -> None:
    roster.bring()
    before = everything(roster)
    outcome = roster.bring_files(
        {"manifest.csv": manifest("1.2", [])}, Order(district_id=roster.district_id)
    )
    assert outcome.state is ImportState.APPLIED
    assert everything(roster) == before


def test_what_an_absent_file_holds_is_found_among_the_stored(roster: Roster) -> None:
    roster.bring()
    order = Order(district_id=roster.district_id)
    outcome = roster.bring_files(parts("enrollments"), order)
    assert outcome.state is ImportState.APPLIED
    assert outcome.counts["enrollments"]["unchanged"] == 2


def test_what_is_neither_in_the_package_nor_stored_is_refused(roster: Roster) -> None:
    roster.bring()
    before = everything(roster)
    rows = changed(ENROLLMENTS, 1, userSourcedId="nobody")
    order = Order(district_id=roster.district_id)
    outcome = roster.bring_files(parts("enrollments", enrollments=rows), order)
    assert outcome.state is ImportState.REFUSED
    finding = next(iter(outcome.findings))
    assert (finding.code, finding.file, finding.row, finding.column) == (
        Code.DANGLING_REFERENCE,
        "enrollments.csv",
        3,
        "userSourcedId",
    )
    assert everything(roster) == before


# Whose roster it is.


def test_another_districts_package_is_refused(roster: Roster) -> None:
    roster.bring()
    other = [{**ORGS[0], "sourcedId": "d2"}, {**ORGS[1], "parentSourcedId": "d2"}]
    order = Order(district_id=roster.district_id)
    outcome = roster.bring(orgs=other, order=order)
    assert outcome.state is ImportState.REFUSED
    assert codes(outcome) == {Code.DISTRICT_OTHER: 1}
    assert roster.bring(orgs=other, order=Order()).state is ImportState.REFUSED


def test_two_districts_side_by_side_are_refused(roster: Roster) -> None:
    orgs = [*ORGS, {**ORGS[0], "sourcedId": "d2"}]
    outcome = roster.bring(orgs=orgs)
    assert codes(outcome) == {Code.DISTRICT_UNCLEAR: 1}


def test_member_districts_of_a_union_are_part_of_it(roster: Roster) -> None:
    member = {**ORGS[0], "sourcedId": "d2", "name": "Town SD", "parentSourcedId": "d1"}
    outcome = roster.bring(orgs=[*ORGS, member])
    assert outcome.state is ImportState.APPLIED
    assert roster.rows(District)[0].name == "Granite SU"


def test_a_district_without_sourced_id_adopts_the_packages(roster: Roster, world: World) -> None:
    roster.district_id = world.home.district_id
    with roster.writing() as session:
        session.get_one(District, roster.district_id).sourced_id = None
    outcome = roster.bring(order=Order(district_id=roster.district_id, is_confirmed=True))
    assert outcome.state is ImportState.APPLIED
    assert roster.rows(District)[0].sourced_id == "d1"


def test_the_slug_of_a_second_district_of_a_name_is_numbered(roster: Roster) -> None:
    roster.bring()
    slug = roster.rows(District)[0].slug
    other = [{**ORGS[0], "sourcedId": "d2"}, {**ORGS[1], "parentSourcedId": "d2"}]
    outcome = roster.bring(orgs=other)
    roster.district_id = outcome.district_id
    assert (slug, roster.rows(District)[0].slug) == ("granite-su", "granite-su-2")


# All of it or nothing.


def test_a_package_with_errors_changes_nothing_and_is_told_in_the_import(roster: Roster) -> None:
    roster.bring()
    before = everything(roster)
    order = Order(district_id=roster.district_id)
    outcome = roster.bring(orgs=changed(ORGS, 1, type="club"), order=order)
    assert outcome.state is ImportState.REFUSED
    assert everything(roster) == before
    row = roster.rows(RosterImport, RosterImport.state == ImportState.REFUSED)[0]
    assert row.id == outcome.import_id
    assert row.findings[0]["file"] == "orgs.csv"
    assert row.finding_counts["value_unknown"] == 1
    assert row.problem["code"] == "package_invalid"


def test_what_breaks_half_way_leaves_nothing(
    roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster.bring()
    before = everything(roster)

    def break_off(comparison: Comparison) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(relationships, "bring_advisories", break_off)
    with pytest.raises(RuntimeError):
        roster.bring(users=changed(USERS, 0, familyName="Slate"))
    monkeypatch.undo()
    assert everything(roster) == before
    assert roster.bring().state is ImportState.APPLIED


def test_temporary_tables_do_not_outlive_their_import(roster: Roster) -> None:
    roster.bring()
    with roster.writing() as session:
        question = (
            "SELECT count(*) FROM pg_class WHERE relname LIKE 'staged%' AND relpersistence = 't'"
            if roster.database.is_postgresql
            else "SELECT count(*) FROM sqlite_temp_master WHERE name LIKE 'staged%'"
        )
        assert session.scalar(text(question)) == 0


def test_an_import_leaves_one_event_with_its_counts_and_no_names(roster: Roster) -> None:
    outcome = roster.bring()
    events = roster.rows(Event, Event.type == "roster_import.applied")
    assert [event.subject_id for event in events] == [outcome.import_id]
    assert events[0].payload["counts"]["people"]["created"] == 3


def test_plans_follow_for_students_who_come_into_a_grade_that_has_them(
    roster: Roster, enrolled: list[Any]
) -> None:
    roster.bring()
    assert enrolled == [roster.rows(Student)[0].id]
    roster.bring()
    assert len(enrolled) == 1, "nobody came"
    sixth = changed(USERS, 1, grades="06")
    roster.bring(users=sixth, order=Order(is_confirmed=True))
    assert len(enrolled) == 1
    roster.bring(users=changed(USERS, 1, grades="7"), order=Order(is_confirmed=True))
    assert len(enrolled) == 2


# Names.


def test_names_are_stored_in_one_form(roster: Roster) -> None:
    roster.bring(users=changed(USERS, 1, givenName="Zoe\u0308", username="zoe\u0308"))
    bo = roster.by_sourced_id(Person)["u1"]
    assert (bo.given_name, bo.username) == ("Zo\u00eb", "zo\u00eb")


def test_the_terms_follow_what_later_imports_change(roster: Roster) -> None:
    """Terms are compared with all rows at the test's end (`roster`)."""
    roster.bring()
    roster.bring(users=changed(USERS, 1, familyName="de la Cruz", userIds="{state:VT-1}"))
    roster.bring(users=changed(USERS, 1, familyName="Birch", username="bo.birch"))
    with roster.writing() as session:
        held = session.scalars(select(PersonTerm.term).order_by(PersonTerm.term)).all()
    assert {"birch", "bobirch"} <= set(held)
    assert "delacruz" not in held


def test_a_dry_run_leaves_the_terms(roster: Roster) -> None:
    roster.bring()
    roster.bring("1.2", Order(is_dry_run=True), users=changed(USERS, 1, familyName="Somebody Else"))
