"""A student at no school of the district is reported, or counts where the setting says."""

from dataclasses import replace
from typing import Any

import pytest

from plp_api.foundation.roster.models import School
from plp_api.foundation.roster.relationships import SchoolEnrollment
from plp_api.people.rostering.actions import Order
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.models import ImportState
from tests.client import Client, Response, pointers
from tests.people.rostering.children import ANN, BEN, CYD
from tests.people.rostering.conftest import Roster
from tests.people.rostering.packages import ORGS, USERS, changed
from tests.people.rostering.test_reused_ids import bring, children, codes
from tests.world import World

LOCAL = {"sourcedId": "out", "name": "Placed elsewhere", "type": "local", "parentSourcedId": "d1"}
WITH_LOCAL = [*ORGS, LOCAL]


@pytest.mark.parametrize("org", ["d1", "out"])
def test_a_student_at_no_school_is_told_by_row(roster: Roster, org: str) -> None:
    outcome = bring(roster, ANN, replace(BEN, org=org), CYD, orgs=WITH_LOCAL)
    assert outcome.state is ImportState.APPLIED, list(outcome.findings)
    assert codes(outcome) == {Code.STUDENT_WITHOUT_SCHOOL: 1}
    (finding,) = outcome.findings
    assert (finding.file, finding.row, finding.column) == ("roles.csv", 4, "orgSourcedId")
    assert children(roster)["Ben"].plan_home_school_id is None


def test_a_package_of_1_1_tells_it_at_the_user(roster: Roster) -> None:
    outcome = roster.bring("1.1", users=changed(USERS, 1, orgSourcedIds="d1"))
    (finding,) = [one for one in outcome.findings if one.code is Code.STUDENT_WITHOUT_SCHOOL]
    assert (finding.file, finding.row, finding.column) == ("users.csv", 3, "orgSourcedIds")


@pytest.mark.parametrize("org", ["d1", "out"])
def test_a_district_says_where_such_students_count(
    roster: Roster, enrolled: list[Any], org: str
) -> None:
    bring(roster, ANN, CYD, orgs=WITH_LOCAL)
    (school,) = roster.rows(School)
    roster.decide(school_for_students_elsewhere=str(school.id))
    outcome = bring(roster, ANN, replace(BEN, org=org), CYD, orgs=WITH_LOCAL)
    assert codes(outcome) == {}
    ben = children(roster)["Ben"]
    assert ben.plan_home_school_id == school.id
    (enrollment,) = roster.rows(SchoolEnrollment, SchoolEnrollment.student_id == ben.id)
    assert (enrollment.school_id, enrollment.ends_on) == (school.id, None)
    assert ben.id in enrolled, "a plan follows"


def test_who_is_at_a_school_too_counts_there_alone(roster: Roster) -> None:
    bring(roster, ANN, BEN, CYD, orgs=WITH_LOCAL)
    second = {**ORGS[1], "sourcedId": "s2", "name": "Notch Middle"}
    orgs = [*WITH_LOCAL, second]
    roster.decide(school_for_students_elsewhere=str(roster.by_sourced_id(School)["s1"].id))
    both = replace(BEN, org="s2")
    outcome = bring(roster, ANN, both, CYD, orgs=orgs)
    assert codes(outcome) == {}
    own = SchoolEnrollment.student_id == children(roster)["Ben"].id
    held = roster.rows(SchoolEnrollment, own, SchoolEnrollment.ends_on.is_(None))
    assert [row.school_id for row in held] == [roster.by_sourced_id(School)["s2"].id]


def test_a_school_that_is_closed_takes_nobody(roster: Roster) -> None:
    second = {**ORGS[1], "sourcedId": "s2", "name": "Notch Middle"}
    bring(roster, ANN, CYD, orgs=[*WITH_LOCAL, second])
    roster.decide(school_for_students_elsewhere=str(roster.by_sourced_id(School)["s2"].id))
    order = Order(is_confirmed=True)
    outcome = bring(roster, ANN, replace(BEN, org="d1"), CYD, orgs=WITH_LOCAL, order=order)
    assert codes(outcome) == {Code.STUDENT_WITHOUT_SCHOOL: 1}


def test_the_setting_names_a_school_of_the_district(client: Client, world: World) -> None:
    admin = client.as_(world.home.district_admin)
    path = f"/districts/{world.home.district_id}"

    def choose(school_id: str | None) -> Response:
        return admin.patch(path, {"settings": {"school_for_students_elsewhere": school_id}})

    chosen = choose(str(world.home.school_id)).json["settings"]["school_for_students_elsewhere"]
    assert chosen == str(world.home.school_id)
    refused = choose(str(world.away.school_id))
    assert refused.status_code == 422
    assert pointers(refused) == {"/settings/school_for_students_elsewhere"}
    assert choose("s1").status_code == 422
    assert choose(None).json["settings"]["school_for_students_elsewhere"] is None
