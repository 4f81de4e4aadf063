"""Powers over people: every actor, every kind of target, every act."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest

from plp_api.foundation import settings as settings_module
from plp_api.foundation.access import powers
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.powers import Act
from plp_api.foundation.roster.models import Person
from plp_api.server.app import Application
from tests.client import Client, code
from tests.databases import Isolated
from tests.foundation.access import powers as table
from tests.foundation.access.operations import OPERATIONS
from tests.people.identity.conftest import acting
from tests.world import World, writing

# What every operation that changes who somebody is, or to whom, asks before it acts.
P = Permission
WRITING = {P.PEOPLE_WRITE, P.APPOINTMENTS_WRITE, P.RELATIONSHIPS_WRITE, P.ADVISORIES_WRITE}
WRITING |= {P.ROSTER_WRITE, P.IMPORTS_WRITE}
POWERS, HOUSEHOLD, STUDENT = "powers", "household", "the student's own school"
IMPORTER, NOBODY_YET = "the importer's own powers", "acts on nobody who is there"
ASKED = {
    "POST /api/v1/people": NOBODY_YET,
    "PATCH /api/v1/people/<uuid:person_id>": POWERS,
    "POST /api/v1/people/<uuid:person_id>/actions": POWERS,
    "POST /api/v1/appointments": POWERS,
    "PATCH /api/v1/appointments/<uuid:appointment_id>": POWERS,
    "POST /api/v1/students": NOBODY_YET,
    "PATCH /api/v1/students/<uuid:student_id>": POWERS,
    "PUT /api/v1/students/<uuid:student_id>/rights-transfer": STUDENT,
    "POST /api/v1/students/<uuid:student_id>/school-enrollments": STUDENT,
    "PATCH /api/v1/school-enrollments/<uuid:school_enrollment_id>": STUDENT,
    "POST /api/v1/students/<uuid:student_id>/enrollments": STUDENT,
    "PATCH /api/v1/enrollments/<uuid:enrollment_id>": STUDENT,
    "POST /api/v1/students/<uuid:student_id>/placements": STUDENT,
    "PATCH /api/v1/placements/<uuid:placement_id>": STUDENT,
    "POST /api/v1/students/<uuid:student_id>/home-studies": STUDENT,
    "PATCH /api/v1/home-studies/<uuid:home_study_id>": STUDENT,
    "POST /api/v1/students/<uuid:student_id>/relationships": HOUSEHOLD,
    "PATCH /api/v1/relationships/<uuid:relationship_id>": HOUSEHOLD,
    "POST /api/v1/advisories": NOBODY_YET,
    "PATCH /api/v1/advisories/<uuid:advisory_id>": NOBODY_YET,
    "POST /api/v1/advisories/<uuid:advisory_id>/members": STUDENT,
    "PATCH /api/v1/advisory-members/<uuid:advisory_member_id>": STUDENT,
    "POST /api/v1/advisories/<uuid:advisory_id>/advisors": HOUSEHOLD,
    "PATCH /api/v1/advisory-advisors/<uuid:advisory_advisor_id>": HOUSEHOLD,
    "POST /api/v1/roster-imports": IMPORTER,
}
# Of how many ways, and with what answer, an act is refused.
REFUSALS = {
    ".": (403, {"account_beyond_offices", "permission_denied"}),
    "f": (409, {"actor_is_family"}),
    "-": (404, {"not_found"}),
}


def test_every_operation_on_people_says_what_it_asks() -> None:
    changing = {str(one) for one in OPERATIONS if one.method != "GET" and one.permission in WRITING}
    assert changing == ASKED.keys()


@pytest.fixture
def everybody(database: Isolated, world: World) -> World:
    """The world, with everybody of the table of powers."""
    world = replace(world, home=replace(world.home, people=dict(world.home.people)))
    with writing(database, world.home, world.away) as session:
        table.populate(session, world)
        for one in session.query(Person).filter_by(district_id=world.home.district_id):
            one.email = f"{one.username}@example.org"
    return world


def test_what_one_may_do_to_an_account_is_as_the_table_says(
    database: Isolated, everybody: World
) -> None:
    wrong = []
    for actor, target, cell in table.cells():
        if "-" in cell:
            continue
        with writing(database, everybody.home):
            access = acting(everybody.home.people[actor])
            person_id = table.people(everybody, actor)[target].id
            holdings = powers.look_up(access, [person_id])[person_id]
            allowed = {one for one in powers.allowed(access, holdings) if _has_role(actor, one)}
        if allowed != table.acts(cell) | _left_to_students(target, allowed):
            wrong.append(f"{actor} on {target}: {sorted(allowed)}, the table has {cell}")
    assert wrong == []


def _has_role(actor: str, act: Act) -> bool:
    """Offices are given by admins alone, whomever they cover."""
    return act is not Act.APPOINT or "admin" in actor


def _left_to_students(target: str, allowed: set[Act]) -> set[Act]:
    """A student holds no office: another rule refuses it, which is not looked at here."""
    return allowed & {Act.APPOINT} if "student" in target or target == "placed_away" else set()


@pytest.fixture
def mailing(app: Application) -> Iterator[None]:
    """Mail is set up."""
    with_mail = replace(app.settings, mail_url="smtp://mail.example")
    with patch.object(app, "settings", with_mail), settings_module.using(with_mail):
        yield


def test_over_http_each_act_is_done_or_refused_as_the_table_says(
    client: Client, database: Isolated, everybody: World, mailing: None
) -> None:
    """Once for each actor, act, and what stands in the cell."""
    wrong, seen = [], set()
    clients = {actor: client.as_(everybody.home.people[actor]) for actor in table.ACTORS}
    for actor, target, cell in table.cells():
        for act in Act:
            is_wanted = act in table.acts(cell)
            refusal = next((one for one in "f-" if one in cell), ".")
            kind = (actor, act, is_wanted or refusal, target if target == "oneself" else "")
            if kind in seen or (act is Act.APPOINT and not _may_be_appointed(actor, target)):
                continue
            seen.add(kind)
            somebody = table.people(everybody, actor)[target]
            with database.undone():
                answer = _send(clients[actor], act, somebody, table.school(everybody, actor))
            if not _is_right(answer, is_wanted, refusal):
                wrong.append(f"{act} by {actor} on {target} ({cell}): {answer.json}")
    assert wrong == []
    assert len(seen) > 100


def _may_be_appointed(actor: str, target: str) -> bool:
    is_student = "student" in target or target == "placed_away"
    return "admin" in actor and not is_student and not target.startswith("away")


def _is_right(answer: Any, is_wanted: bool, refusal: str) -> bool:
    if is_wanted:
        return bool(answer.status_code < 300)
    status, codes = REFUSALS[refusal]
    if answer.status_code == 422 and refusal == "-":
        return True  # An id in a body that names nobody whom one may name.
    return answer.status_code == status and code(answer) in codes


def _send(client: Client, act: Act, somebody: Any, school_id: UUID) -> Any:
    path = f"/people/{somebody.id}"
    match act:
        case Act.MAIL_CODE:
            answer = client.act(path, "invite")
            if answer.status_code == 200:
                assert answer.json["invitation"]["code"] is None
            return answer
        case Act.TAKE_CODE:
            return client.act(path, "invite", is_printed=True)
        case Act.CHANGE_SIGN_IN:
            return client.patch(path, {"email": "new@example.org"})
        case Act.CORRECT:
            return client.patch(path, {"phone": "802-555-0100"})
        case Act.REVOKE:
            return client.act(path, "revoke")
    office = {"person_id": str(somebody.id), "role": "elo_coordinator"}
    return client.post("/appointments", {**office, "school_id": str(school_id)})
