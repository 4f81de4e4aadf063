"""Relationships that follow from a roster: schools, advisors, family; and the summer."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from time_machine import Traveller

from plp_api.foundation.roster.classes import Class, Enrollment
from plp_api.foundation.roster.models import Person, PersonStatus
from plp_api.foundation.roster.relationships import (
    Advisory,
    AdvisoryAdvisor,
    AdvisoryMember,
    Appointment,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    SchoolEnrollment,
)
from plp_api.people.rostering.actions import Order
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.models import ImportState
from tests.databases import Isolated
from tests.people.rostering.conftest import TODAY, Roster
from tests.people.rostering.packages import (
    CLASSES,
    COURSES,
    ENROLLMENTS,
    ORGS,
    ROLES,
    USERS,
    changed,
)

CONFIRMED = Order(may_create=True, is_confirmed=True)


def advising(roster: Roster) -> set[Any]:
    """The student's advisors, with their role and dates."""
    names = {row.id: row.sourced_id for row in roster.rows(Person)}
    found = roster.rows(Relationship, Relationship.kind == RelationshipKind.ADVISOR)
    return {(names[row.person_id], row.capacity, row.starts_on, row.ends_on) for row in found}


def links(roster: Roster) -> list[Any]:
    return roster.rows(Relationship, Relationship.kind == RelationshipKind.PARENT)


# Advisories.


def test_a_homeroom_becomes_an_advisory_and_its_teacher_the_advisor(roster: Roster) -> None:
    roster.bring()
    assert [row.name for row in roster.rows(Advisory)] == ["Advisory A"]
    assert len(roster.rows(AdvisoryMember)) == 1
    assert [row.capacity for row in roster.rows(AdvisoryAdvisor)] == ["lead"]
    assert advising(roster) == {("t1", "lead", date(2026, 8, 26), None)}
    tie = roster.rows(Relationship, Relationship.kind == RelationshipKind.ADVISOR)[0]
    assert tie.status == RelationshipStatus.CONFIRMED
    assert tie.is_from_roster
    assert tie.advisory_id == roster.rows(Advisory)[0].id


def test_an_advisor_entered_by_hand_follows_who_the_roster_brings_and_takes_away(
    roster: Roster, database: Isolated
) -> None:
    roster.bring()
    (advisory,) = roster.rows(Advisory)
    with database.transaction(districts=[advisory.district_id]) as session:
        helper = Person(district_id=advisory.district_id, given_name="H", family_name="H")
        session.add(helper)
        session.flush()
        session.add(
            AdvisoryAdvisor(
                district_id=advisory.district_id,
                school_id=advisory.school_id,
                advisory_id=advisory.id,
                person_id=helper.id,
                capacity="co",
                starts_on=TODAY,
            )
        )
    roster.bring()
    assert (None, "co", TODAY, None) in advising(roster)
    without_student = [row for row in ENROLLMENTS if row["role"] != "student"]
    roster.bring(order=CONFIRMED, enrollments=without_student)
    assert (None, "co", TODAY, TODAY) in advising(roster)


def with_second_teacher(**cells: Any) -> dict[str, Any]:
    teacher = {**USERS[0], "sourcedId": "t2", "username": "second"}
    role = {**ROLES[0], "sourcedId": "rt2", "userSourcedId": "t2"}
    enrollment = {**ENROLLMENTS[0], "sourcedId": "e3", "userSourcedId": "t2", **cells}
    return {
        "users": [*USERS, teacher],
        "roles": [*ROLES, role],
        "enrollments": [*ENROLLMENTS, enrollment],
    }


def test_beside_the_primary_teacher_others_are_co_advisors(roster: Roster) -> None:
    roster.bring(**with_second_teacher(primary="false"))
    assert {(who, capacity) for who, capacity, *_ in advising(roster)} == {
        ("t1", "lead"),
        ("t2", "co"),
    }


def test_when_a_teacher_is_replaced_one_advisor_ends_and_another_begins_today(
    roster: Roster,
) -> None:
    roster.bring(**with_second_teacher(classSourcedId="k1", endDate="2026-09-01"))
    replaced = with_second_teacher()
    del replaced["enrollments"][0]
    outcome = roster.bring(order=CONFIRMED, **replaced)
    assert outcome.state is ImportState.APPLIED
    assert advising(roster) == {
        ("t1", "lead", date(2026, 8, 26), TODAY),
        ("t2", "lead", TODAY, None),
    }


@pytest.mark.parametrize(
    ("decided", "is_one"),
    [
        ({}, False),
        ({"advisory_titles": ["advisory *"]}, True),
        ({"advisory_titles": ["homeroom *"]}, False),
        ({"advisory_course_codes": ["ADV"]}, True),
    ],
)
def test_a_district_names_classes_that_are_advisories(
    roster: Roster, decided: dict[str, Any], is_one: bool
) -> None:
    scheduled = changed(CLASSES, 0, classType="scheduled")
    roster.bring(classes=scheduled)
    assert roster.rows(Advisory) == []
    roster.decide(**decided)
    roster.bring(classes=scheduled)
    assert len(roster.rows(Advisory)) == int(is_one)
    assert bool(advising(roster)) is is_one


def test_homerooms_need_not_be_advisories(roster: Roster) -> None:
    roster.bring()
    roster.decide(homerooms_are_advisories=False)
    outcome = roster.bring()
    assert outcome.counts["advisories"]["removed"] == 1
    assert not roster.rows(Advisory)[0].is_active
    assert {ends_on for *_, ends_on in advising(roster)} == {TODAY}


def test_a_homeroom_with_nobody_in_a_grade_with_plans_is_no_advisory(roster: Roster) -> None:
    roster.bring(users=changed(USERS, 1, grades="KG"))
    assert roster.rows(Advisory) == []


def test_an_advisor_entered_by_hand_stays(roster: Roster) -> None:
    roster.bring()
    people = roster.by_sourced_id(Person)
    with roster.writing() as session:
        session.add(
            Relationship(
                district_id=roster.district_id,
                person_id=people["p1"].id,
                student_id=people["u1"].id,
                kind=RelationshipKind.ADVISOR,
                starts_on=TODAY,
            )
        )
    outcome = roster.bring()
    assert outcome.counts["advisors"]["removed"] == 0
    assert ("p1", None, TODAY, None) in advising(roster)


# Schools and offices.


def test_a_change_of_grade_ends_one_school_enrollment_and_begins_another(roster: Roster) -> None:
    roster.bring()
    roster.bring(users=changed(USERS, 1, grades="10"))
    spans = {(row.grade, row.starts_on, row.ends_on) for row in roster.rows(SchoolEnrollment)}
    assert spans == {("09", date(2026, 8, 26), TODAY), ("10", TODAY, None)}


def test_the_last_day_of_a_role_is_the_last_day_at_the_school(roster: Roster) -> None:
    roster.bring(roles=changed(ROLES, 1, endDate="2027-01-15"))
    assert roster.rows(SchoolEnrollment)[0].ends_on == date(2027, 1, 15)
    roster.bring()
    assert roster.rows(SchoolEnrollment)[0].ends_on is None


def test_a_role_that_is_over_gives_nothing(roster: Roster) -> None:
    roster.bring(roles=changed(ROLES, 0, endDate="2026-09-30"))
    assert roster.rows(Appointment) == []


@pytest.mark.parametrize(
    ("role", "org", "office"),
    [
        ("teacher", "s1", ("teacher", True)),
        ("counselor", "s1", ("counselor", True)),
        ("principal", "s1", ("school_admin", True)),
        ("siteAdministrator", "s1", ("school_admin", True)),
        ("districtAdministrator", "d1", ("district_admin", False)),
        ("systemAdministrator", "s1", ("district_admin", False)),
        ("aide", "s1", None),
        ("ext:janitor", "s1", None),
    ],
)
def test_roles_become_offices(
    roster: Roster, role: str, org: str, office: tuple[Any, ...] | None
) -> None:
    roster.bring(roles=changed(ROLES, 0, role=role, orgSourcedId=org))
    found = [(row.role, row.school_id is not None) for row in roster.rows(Appointment)]
    assert found == ([office] if office else [])


@pytest.mark.parametrize("role", ["counselor", "principal"])
def test_an_office_at_a_school_needs_a_school(roster: Roster, role: str) -> None:
    outcome = roster.bring(roles=changed(ROLES, 0, role=role, orgSourcedId="d1"))
    assert roster.rows(Appointment) == []
    finding = next(one for one in outcome.findings if one.code is Code.ROLE_WITHOUT_SCHOOL)
    assert (finding.file, finding.row, finding.column) == ("roles.csv", 2, "role")


def test_a_district_maps_roles_as_it_likes(roster: Roster) -> None:
    roster.bring()
    roster.decide(role_mapping={"teacher": "none", "aide": "registrar"})
    roster.bring(order=CONFIRMED)
    assert [row.ends_on for row in roster.rows(Appointment)] == [TODAY]
    roster.bring(order=CONFIRMED, roles=changed(ROLES, 0, role="aide"))
    assert {row.role for row in roster.rows(Appointment) if row.ends_on is None} == {"registrar"}


def test_a_student_holds_no_office(roster: Roster) -> None:
    extra = {**ROLES[1], "sourcedId": "r9", "roleType": "secondary", "role": "principal"}
    outcome = roster.bring(roles=[*ROLES, extra])
    assert {row.role for row in roster.rows(Appointment)} == {"teacher"}
    assert outcome.findings.counts[Code.STUDENT_WITH_OFFICE] == 1


# Families.


@pytest.mark.parametrize("on_parent", [False, True])
def test_an_agent_becomes_an_unconfirmed_link_whichever_end_names_the_other(
    roster: Roster, on_parent: bool
) -> None:
    users = changed(changed(USERS, 1, agentSourcedIds=""), 2, agentSourcedIds="u1")
    given: dict[str, Any] = {"users": users} if on_parent else {}
    roster.bring(**given)
    (link,) = links(roster)
    people = roster.by_sourced_id(Person)
    assert (link.person_id, link.student_id) == (people["p1"].id, people["u1"].id)
    assert link.status == RelationshipStatus.UNCONFIRMED
    assert (link.may_inspect, link.may_decide, link.parent_kind) == (False, False, "parent")


@pytest.mark.parametrize(
    ("role", "is_confirmed"), [("parent", True), ("guardian", True), ("relative", False)]
)
def test_a_district_may_confirm_parents_and_guardians_but_never_relatives(
    roster: Roster, role: str, is_confirmed: bool
) -> None:
    roster.bring(users=changed(USERS, 1, agentSourcedIds=""))
    roster.decide(confirm_family_links=["parent", "guardian", "relative"])
    roster.bring(roles=changed(ROLES, 2, role=role))
    (link,) = links(roster)
    assert (link.status == RelationshipStatus.CONFIRMED) is is_confirmed
    assert (link.may_inspect, link.may_decide) == (is_confirmed, is_confirmed)


def set_link(roster: Roster, **fields: Any) -> None:
    with roster.writing() as session:
        link = session.get_one(Relationship, links(roster)[0].id)
        for name, value in fields.items():
            setattr(link, name, value)


@pytest.mark.parametrize("ends_on", [None, TODAY])
def test_a_suppressed_link_is_never_revived(roster: Roster, ends_on: date | None) -> None:
    roster.bring()
    roster.decide(confirm_family_links=["parent"])
    set_link(roster, status=RelationshipStatus.SUPPRESSED, ends_on=ends_on)
    roster.bring()
    assert [row.status for row in links(roster)] == [RelationshipStatus.SUPPRESSED]


def test_a_link_that_a_person_ended_returns_unconfirmed_whatever_the_district_confirms(
    roster: Roster,
) -> None:
    roster.bring()
    roster.decide(confirm_family_links=["parent"])
    set_link(roster, status=RelationshipStatus.CONFIRMED, may_inspect=True, ends_on=TODAY)
    roster.bring()
    (again,) = [row for row in links(roster) if row.ends_on is None]
    assert (again.status, again.may_inspect) == (RelationshipStatus.UNCONFIRMED, False)


def test_a_confirmed_link_stays_as_people_left_it(roster: Roster) -> None:
    roster.bring()
    set_link(roster, status=RelationshipStatus.CONFIRMED, may_inspect=True)
    roster.bring()
    assert [(row.status, row.may_inspect) for row in links(roster)] == [("confirmed", True)]


def test_a_link_ends_when_the_roster_names_both_but_not_together(roster: Roster) -> None:
    other = {**USERS[1], "sourcedId": "u2", "userIds": "", "username": "sibling"}
    role = {**ROLES[1], "sourcedId": "ru2", "userSourcedId": "u2"}
    roster.bring(users=[*USERS, other], roles=[*ROLES, role])
    users = [*changed(USERS, 1, agentSourcedIds=""), other]
    roster.bring(order=CONFIRMED, users=users, roles=[*ROLES, role])
    assert sorted(str(row.ends_on) for row in links(roster)) == [str(TODAY), "None"]


def test_a_roster_without_any_agents_says_nothing_of_families(roster: Roster) -> None:
    roster.bring()
    roster.bring(users=changed(USERS, 1, agentSourcedIds=""))
    assert [row.ends_on for row in links(roster)] == [None]


def test_a_student_who_leaves_has_parents_still(roster: Roster) -> None:
    other = {**USERS[1], "sourcedId": "u2", "userIds": "", "username": "sibling"}
    role = {**ROLES[1], "sourcedId": "ru2", "userSourcedId": "u2"}
    roster.bring(users=[*USERS, other], roles=[*ROLES, role])
    roster.bring(order=CONFIRMED)
    assert roster.by_sourced_id(Person)["u2"].status == PersonStatus.DISABLED
    assert [row.ends_on for row in links(roster)] == [None, None]


def test_agents_who_are_no_family_are_ignored_with_a_warning(roster: Roster) -> None:
    outcome = roster.bring(users=changed(USERS, 1, agentSourcedIds="t1"))
    assert links(roster) == []
    finding = next(one for one in outcome.findings if one.code is Code.AGENT_NOT_FAMILY)
    assert (finding.file, finding.row) == ("users.csv", 3)


# The summer.


JULY = datetime(2027, 7, 10, 17, tzinfo=UTC)


def test_an_empty_july_roster_locks_nobody(roster: Roster, autumn: Traveller) -> None:
    roster.bring(enrollments=changed(ENROLLMENTS, 1, endDate=""))
    autumn.move_to(JULY)
    files = ("users", "roles", "enrollments", "classes", "demographics")
    empty: dict[str, Any] = {file: [] for file in files}
    outcome = roster.bring(**empty)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    for kind, counts in outcome.counts.items():
        assert counts["removed"] == 0, kind
    assert roster.by_sourced_id(Person)["u1"].status == PersonStatus.ACTIVE
    assert roster.rows(SchoolEnrollment)[0].ends_on is None
    assert {ends_on for *_, ends_on in advising(roster)} == {None}


def test_whom_the_roster_marks_as_deleted_goes_even_in_summer(
    roster: Roster, autumn: Traveller
) -> None:
    roster.bring()
    autumn.move_to(JULY)
    outcome = roster.bring(
        order=CONFIRMED,
        users=changed(USERS, 0, status="tobedeleted"),
        roles=ROLES[1:],
        enrollments=ENROLLMENTS[1:],
    )
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert roster.by_sourced_id(Person)["t1"].status == PersonStatus.DISABLED


def test_after_the_summer_who_did_not_return_has_left(roster: Roster, autumn: Traveller) -> None:
    roster.bring()
    without = {
        "users": [changed(USERS, 1, agentSourcedIds="")[0], USERS[2]],
        "roles": [ROLES[0], ROLES[2]],
        "enrollments": ENROLLMENTS[:1],
        "demographics": [],
    }
    autumn.move_to(datetime(2027, 9, 30, 17, tzinfo=UTC))
    roster.bring(order=CONFIRMED, **without)
    assert roster.by_sourced_id(Person)["u1"].status == PersonStatus.ACTIVE
    autumn.move_to(datetime(2027, 10, 1, 17, tzinfo=UTC))
    roster.bring(order=CONFIRMED, **without)
    assert roster.by_sourced_id(Person)["u1"].status == PersonStatus.DISABLED
    assert roster.rows(SchoolEnrollment)[0].ends_on == date(2027, 10, 1)


def test_over_the_summer_last_years_advisor_goes_as_the_next_comes(
    roster: Roster, autumn: Traveller
) -> None:
    open_ended = changed(ENROLLMENTS, 1, endDate="")
    roster.bring(enrollments=open_ended)
    autumn.move_to(datetime(2027, 8, 20, 17, tzinfo=UTC))
    later = with_second_teacher()
    later["classes"] = [{**CLASSES[0], "sourcedId": "k2"}]
    later["enrollments"] = [
        {**row, "sourcedId": f"n{place}", "classSourcedId": "k2", "beginDate": "2027-08-25"}
        for place, row in enumerate([{**ENROLLMENTS[0], "userSourcedId": "t2"}, open_ended[1]])
    ]
    outcome = roster.bring(order=CONFIRMED, **later)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert advising(roster) == {
        ("t1", "lead", date(2026, 8, 26), date(2027, 8, 20)),
        ("t2", "lead", date(2027, 8, 25), None),
    }
    assert roster.by_sourced_id(Enrollment)["e2"].ends_on == date(2027, 8, 20)
    assert not roster.by_sourced_id(Class)["k1"].is_active


def test_a_school_is_not_closed_over_the_summer(roster: Roster, autumn: Traveller) -> None:
    second = {"sourcedId": "s2", "name": "Notch Middle", "type": "school", "parentSourcedId": "d1"}
    roster.bring(orgs=[*ORGS, second], courses=COURSES)
    autumn.move_to(JULY)
    assert roster.bring().counts["schools"]["removed"] == 0
