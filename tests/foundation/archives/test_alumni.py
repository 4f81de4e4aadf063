"""A former student reads their own record and takes it along; they change nothing in it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from plp_api.catalog.rubrics.models import Rubric
from plp_api.foundation import clock
from plp_api.foundation.access.caller import Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.archives.models import ExportStatus, StudentExport
from plp_api.foundation.roster.models import District, Student
from plp_api.foundation.roster.relationships import SchoolEnrollment
from plp_api.people.consents.models import Consent
from tests.client import Client, code
from tests.databases import Isolated
from tests.foundation.access import asking, rows
from tests.foundation.access.operations import NOBODYS, OPERATIONS, Operation
from tests.foundation.access.reach import DENIED, HIDDEN
from tests.foundation.archives.conftest import Export, Work
from tests.world import Place, Pupil, World, writing

# What a former student may still do: see to their own sign-in, take the archive, end a consent.
READINESS = "GET /api/v1/elos/<uuid:elo_id>/readiness"
COPY = "POST /api/v1/rubrics/<uuid:rubric_id>/copies"
# A copy for themselves, which the record remembers.
TAKEN_ALONG = {"GET /api/v1/plan-versions/<uuid:version_id>/print"}
LEFT_TO_THEM = {
    Permission.SELF_MANAGE,
    Permission.EXPORTS_WRITE,
    Permission.CONSENTS_WITHDRAW,
}


def leave(session: Any, pupil: Pupil, **closed: Any) -> None:
    """End the enrollments of the student yesterday, whose plan was closed then."""
    day = clock.today() - timedelta(days=1)
    stays = update(SchoolEnrollment).where(SchoolEnrollment.student_id == pupil.id)
    session.execute(stays.values(ends_on=day))
    session.get_one(Student, pupil.id).left_on = closed.get("left_on", day)


@pytest.fixture
def left(world: World, database: Isolated) -> Pupil:
    """The student, who has left; the world has one of everything."""
    with writing(database, world.home, world.away) as session:
        rows.complete(world)
        session.execute(update(StudentExport).values(status=ExportStatus.FAILED))
        leave(session, world.home.student)
    pupil: Pupil = world.home.student
    return pupil


def roles(client: Client, pupil: Pupil) -> list[str]:
    return list(client.as_(pupil).read("/me")["roles"])


def test_a_student_whose_plan_is_closed_and_who_is_enrolled_nowhere_has_left(
    client: Client, world: World, database: Isolated
) -> None:
    home = world.home
    senior = home.senior
    admin, plan = client.as_(home.school_admin), f"/plans/{senior.plan_id}"

    def act(action: str, reason: str) -> Any:
        headers = {"If-Match": admin.etag(f"{plan}/life")}
        return admin.post(f"{plan}/actions", {"action": action, "reason": reason}, headers=headers)

    assert roles(client, senior) == ["student"]
    assert act("complete", "Graduated").status_code == 200
    # Still at school until the last day.
    assert roles(client, senior) == ["student"]
    with writing(database, home) as session:
        stays = update(SchoolEnrollment).where(SchoolEnrollment.student_id == senior.id)
        session.execute(stays.values(ends_on=clock.today()))
    assert roles(client, senior) == ["alumnus"]
    assert client.as_(senior).read("/me")["student"]["holds_rights"] is True
    # Who comes back is a student again.
    assert act("reopen", "Came back").status_code == 200
    assert roles(client, senior) == ["student"]


def test_a_summer_between_two_years_makes_nobody_leave(
    client: Client, world: World, database: Isolated
) -> None:
    with writing(database, world.home) as session:
        leave(session, world.home.student, left_on=None)
    assert roles(client, world.home.student) == ["student"]


# What is refused.


@dataclass
class Refusals:
    """Asks `Access` for a former student, as the sweep does."""

    database: Isolated
    place: Place
    caller: Caller
    rows: dict[Any, UUID]

    def of(self, operation: Operation) -> str:
        """What the operation comes to, on a row of theirs if it names one."""
        row = self.rows[operation.model] if operation.model else None
        with self.database.transaction(districts=self.caller.districts):
            return asking.outcome(self.caller, operation, row)

    def of_action(self, operation: Operation, action: str) -> str:
        model = operation.model or operation.view.each
        with self.database.transaction(districts=self.caller.districts):
            return asking.outcome_of_action(self.caller, operation, model, self.rows[model], action)


@pytest.fixture
def refusals(world: World, database: Isolated, left: Pupil) -> Refusals:
    place = world.home
    models = {one.model or getattr(one.view, "each", None) for one in OPERATIONS}
    with database.transaction(districts=[place.district_id]):
        owners = rows.all_rows([model for model in models if model is not None])
    found = {model: own_first(theirs, left, place) for model, theirs in owners.items()}
    return Refusals(database, place, asking.caller_of(database, left), found)


def own_first(found: dict[UUID, Any], pupil: Pupil, place: Place) -> UUID:
    """A row of the student's own; of what hangs off no student, one of the district."""
    own = [key for key, owner in found.items() if owner.student_id == pupil.id]
    near = [key for key, owner in found.items() if owner.district_id == place.district_id]
    return [*own, *near, *found, NOBODYS][0]


def writing_operations() -> list[Operation]:
    return [
        one
        for one in OPERATIONS
        if one.permission is not None
        and one.permission not in LEFT_TO_THEM
        and str(one) not in TAKEN_ALONG
        and (one.method != "GET" or getattr(one.view, "writes", False))
    ]


def test_every_write_but_archive_sign_in_and_withdrawal_is_refused(refusals: Refusals) -> None:
    plain = [one for one in writing_operations() if not hasattr(one.view, "life")]
    assert len(plain) > 150
    allowed = [str(one) for one in plain if refusals.of(one) not in (DENIED, HIDDEN)]
    assert allowed == [COPY]


def test_no_action_of_any_life_cycle_is_theirs(refusals: Refusals) -> None:
    lives = [one for one in writing_operations() if hasattr(one.view, "life")]
    tried = [(one, action) for one in lives for action in one.view.life.actions]
    assert len(tried) > 100
    allowed = [
        (str(one), action)
        for one, action in tried
        if refusals.of_action(one, action) not in (DENIED, HIDDEN)
    ]
    assert allowed == []


def test_a_copy_of_a_rubric_is_refused_by_its_view(client: Client, refusals: Refusals) -> None:
    path = f"/rubrics/{refusals.rows[Rubric]}/copies"
    body = {"school_id": str(refusals.place.school_id)}
    refused = client.as_(refusals.place.student).post(path, body)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_they_read_what_they_read_as_a_student(
    world: World, database: Isolated, refusals: Refusals
) -> None:
    """All but what is today's at school: offers, advisories, and how to go on with an ELO."""
    was = replace(refusals.caller, roles=frozenset({Role.STUDENT}))
    reading = [one for one in OPERATIONS if one.method == "GET" and one.permission]
    assert len(reading) > 100
    now = {str(one): refusals.of(one) for one in reading}
    refusals.caller = was
    before = {str(one): refusals.of(one) for one in reading}
    lost = {name for name in now if now[name] != before[name]}
    places = {name.split("/")[3] for name in lost}
    assert places == {"advisories", "advisory-advisors", "opportunities", "elos"}
    assert [name for name in lost if "/elos" in name] == [READINESS]


def test_they_are_shown_no_action(client: Client, left: Pupil) -> None:
    theirs = client.as_(left)
    for path in (f"/goals/{left.goal_id}", f"/plan-versions/{left.version_id}"):
        assert theirs.read(path)["available_actions"] == []
    assert theirs.read("/me/inbox")["items"] == []


# What is theirs.


def test_they_take_their_whole_record_along(left: Pupil, export: Export) -> None:
    taken = export(left)
    assert taken.manifest["made_for"] == "student"
    empty = {part["name"] for part in taken.manifest["parts"] if not part["rows"]}
    assert empty == {"signatures", "signature_declines"}
    assert "draft" in {row["status"] for row in taken.rows("artifacts")}


def test_the_archive_of_a_leaving_class_waits_for_them_until_they_take_it(
    client: Client, world: World, database: Isolated, work: Work
) -> None:
    home = world.home
    admin = client.as_(home.school_admin)
    body = {"school_id": str(home.school_id), "grade": "12"}
    batch = admin.post("/student-exports", body).json
    senior = client.as_(home.senior)

    def waiting() -> list[Any]:
        items = senior.read("/me/inbox?kind=archive_to_take")["items"]
        return [item["link"].removeprefix("/api/v1") for item in items]

    assert waiting() == []
    work()
    with writing(database, home) as session:
        leave(session, home.senior)
    (path,) = waiting()
    assert client.as_(home.senior_parent).read("/me/inbox?kind=archive_to_take")["items"] == []
    assert senior.get(f"{path}/content").status_code == 200
    assert waiting() == []
    (row,) = admin.read(f"/student-exports?batch_id={batch['batch_id']}")["items"]
    assert row["downloaded_at"] is not None


@pytest.mark.parametrize(("name", "status"), [("senior", 200), ("student", 403)])
def test_who_holds_the_rights_may_still_withdraw_a_consent_and_give_none(
    client: Client, world: World, database: Isolated, name: str, status: int
) -> None:
    """The senior is of age; of the student a parent holds the rights."""
    home = world.home
    pupil = getattr(home, name)
    with writing(database, home) as session:
        own = {"district_id": home.district_id, "student_id": pupil.id}
        given = {"purpose": "sharing", "text": "I may.", "given_as": "student"}
        session.add(Consent(**own, **given, given_by=pupil.id, given_on=clock.today()))
        district = session.get_one(District, home.district_id)
        district.settings = {**district.settings, "shares_outside": True}
        leave(session, pupil)
    theirs, path = client.as_(pupil), f"/students/{pupil.id}"
    may = ["withdraw"] if status == 200 else []
    state = theirs.read(f"{path}/sharing-consent")
    assert state["available_actions"] == may
    answer = theirs.post(f"{path}/consent-withdrawals", {})
    assert answer.status_code == status
    (consent,) = theirs.read(f"{path}/consents")["items"]
    assert (consent["withdrawn_at"] is not None) == (status == 200)
    text = state["texts"][0]
    body = {"language": text["language"], "text_sha256": text["text_sha256"]}
    refused = theirs.post(f"{path}/consents", body)
    assert (refused.status_code, code(refused)) == (403, "permission_denied")


def test_they_see_to_their_own_sessions(client: Client, left: Pupil) -> None:
    theirs = client.as_(left)
    (session,) = theirs.read("/auth/sessions")["items"]
    assert theirs.delete(f"/auth/sessions/{session['id']}").status_code == 204
