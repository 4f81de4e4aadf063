"""A school that hosts a student reads and works with them; the home school decides."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.scope import students_for
from plp_api.foundation.ownership import OwnedByStudent
from plp_api.foundation.roster.relationships import (
    Advisory,
    AdvisoryMember,
    Placement,
    PlacementKind,
)
from tests.client import Client
from tests.databases import Isolated
from tests.foundation.access import matrix, rows
from tests.foundation.access.operations import OPERATIONS, Operation
from tests.people.identity.conftest import acting
from tests.world import World, writing

# Spelled a second time: what a school that hosts a guest does not decide (product.md, section 3).
DECISIONS = {
    "plans:approve": "approval counts as the school's signature",
    "plans:correct": "corrections",
    "plans:close": "withdrawal, closing",
    "signatures:sign": "the school's signature",
    "signatures:record": "papers that count as the family's signature",
    "signatures:invite": "links that let the family sign",
    "signatures:except_silence": "exceptions",
    "signatures:except": "exceptions",
    "signatures:waive": "waivers",
    "reviews:except": "exceptions",
    "ratings:withdraw": "the last word on what the record says",
    "appeals:decide": "the principal's word on an appeal",
    "artifacts:settle": "the final word on an appealed judgment",
    "showcases:take_down": "what its students show outside",
    "exports:write_class": "the archives of a leaving class",
    "interests:decide": "seats at the home district's opportunities",
    "roster:write": "the roster, placements",
    "relationships:write": "ties",
}
# Written by the student's own district alone, whatever the placement's kind.
TENANTS_OWN = {"roster:write", "relationships:write"}
HOSTS = ("counselor", "elo_coordinator", "registrar", "school_admin", "district_admin")
NEAR, FAR = "in the district", "in another district"


@pytest.fixture(params=[NEAR, FAR])
def where(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=list(PlacementKind))
def placement(request: pytest.FixtureRequest, database: Isolated, world: World, where: str) -> Any:
    """A student of the middle school placed with a high school; who, where and why."""
    host = world.home if where == NEAR else world.away
    with writing(database, world.home, world.away) as session:
        session.add(
            Placement(
                district_id=world.home.district_id,
                host_district_id=host.district_id,
                student_id=world.home.other_student.id,
                school_id=host.school_id,
                kind=request.param,
                starts_on=clock.today() - timedelta(days=30),
            )
        )
    return host, request.param


def expected(role: str, permission: str, host: Any, kind: str, world: World) -> bool:
    """Whether the matrix gives it to the role, and the placement lets it decide."""
    if matrix.TABLE[permission][role] not in (matrix.ALWAYS, "reasoned"):
        return False
    if role == "district_admin" and host is world.home:
        return True  # Their own district's student.
    if permission in TENANTS_OWN and host is world.away:
        return False
    return permission not in DECISIONS or kind == PlacementKind.TUITION


def test_the_host_may_all_but_decide_and_with_tuition_decides_too(
    database: Isolated, world: World, placement: Any
) -> None:
    host, kind = placement
    student = world.home.other_student
    wrong = []
    with writing(database, world.home, world.away) as session:
        for role in HOSTS:
            access = acting(getattr(host, role), reason="A records request of today")
            for permission in matrix.TABLE:
                granted = Permission(permission)
                may = access.may(granted, student.id) and not (
                    host is world.away and permission in TENANTS_OWN
                )
                if may != expected(role, permission, host, kind, world):
                    wrong.append(f"{role}, {permission}: {may}")
                ids = students_for(access.caller, granted)
                listed = ids is not None and student.id in set(
                    session.scalars(ids, access.caller.binds)
                )
                is_reasoned = matrix.TABLE[permission][role] == "reasoned"
                wanted = may or (permission in TENANTS_OWN and listed)
                if listed != (wanted and not is_reasoned):
                    wrong.append(f"{role}, list of {permission}: {listed}")
    assert wrong == []


def decisions() -> Iterator[Operation]:
    """Every operation that names a decision, about a row of a student."""
    for one in OPERATIONS:
        is_students = isinstance(getattr(one.model, "__ownership__", None), OwnedByStudent)
        if is_students and one.permission in DECISIONS and one.method != "GET":
            yield one


def test_over_http_every_decision_is_refused_to_the_host_unless_the_school_is_theirs(
    client: Client, database: Isolated, world: World, placement: Any
) -> None:
    host, kind = placement
    with database.transaction(districts=[world.home.district_id, world.away.district_id]):
        rows.complete(world)
        owners = rows.all_rows(list({one.model for one in decisions()}))
    tried, wrong = 0, []
    for role in ("counselor", "registrar", "school_admin"):
        staff = client.as_(getattr(host, role))
        for one in decisions():
            granted = matrix.TABLE[str(one.permission)][role] == matrix.ALWAYS
            row = _row_of(owners[one.model], world.home.other_student.id)
            if row is None or not granted:
                continue
            with database.undone():
                answer = staff.send(
                    one.method, f"/{one.path(row)}", json={}, headers={"If-Match": "*"}
                )
            tried += 1
            is_open = expected(role, str(one.permission), host, kind, world)
            is_read = expected(role, one.model.__ownership__.read, host, kind, world)
            wanted = None if is_open else 403 if is_read else 404
            got = answer.status_code if answer.status_code in (403, 404) else None
            if got != wanted:
                wrong.append(f"{role}: {one}: {answer.status_code}")
    assert wrong == []
    assert tried > 10


def _row_of(owners: Any, student_id: Any) -> Any:
    return next((key for key, owner in owners.items() if owner.student_id == student_id), None)


@pytest.mark.parametrize("role", ["counselor", "registrar", "school_admin"])
def test_a_guests_plan_is_closed_and_a_review_excepted_by_the_home_school(
    client: Client, world: World, placement: Any, role: str
) -> None:
    host, kind = placement
    home = world.home.other_student
    staff = client.as_(getattr(host, role))
    is_theirs = kind == PlacementKind.TUITION
    offered = staff.read(f"/reviews/{home.review_id}")["available_actions"]
    assert ("except" in offered) is (is_theirs and role == "school_admin")
    closing = {"action": "withdraw", "reason": "Left."}
    path, any_version = f"/plans/{home.plan_id}/actions", {"If-Match": "*"}
    closed = staff.send("POST", path, json=closing, headers=any_version)
    assert closed.status_code == (200 if is_theirs else 403)


def test_a_host_takes_no_guest_into_an_advisory(
    client: Client, world: World, placement: Any
) -> None:
    host, kind = placement
    registrar = client.as_(host.registrar)
    answer = registrar.post(
        f"/advisories/{host.advisory_id}/members", {"student_id": str(world.home.other_student.id)}
    )
    if host is world.home:
        assert answer.status_code == (201 if kind == PlacementKind.TUITION else 403)
    else:
        assert answer.status_code == 422


def test_a_host_ends_no_guest_s_time_in_an_advisory_at_home(
    client: Client, database: Isolated, world: World, placement: Any
) -> None:
    host, kind = placement
    home = world.home
    with writing(database, home) as session:
        advisory = Advisory(district_id=home.district_id, school_id=home.other_school_id, name="A")
        session.add(advisory)
        session.flush()
        own = {"advisory_id": advisory.id, "student_id": home.other_student.id}
        member = AdvisoryMember(district_id=home.district_id, starts_on=clock.today(), **own)
        session.add(member)
        session.flush()
        path = f"/advisory-members/{member.id}"
    registrar = client.as_(host.registrar)
    body = {"ends_on": str(clock.today())}
    ended = registrar.send("PATCH", path, json=body, headers={"If-Match": "*"})
    is_theirs = kind == PlacementKind.TUITION
    assert (ended.status_code == 200) is is_theirs, ended.json
