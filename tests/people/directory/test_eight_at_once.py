"""Records that may exist only once: of eight simultaneous requests one succeeds (real commits)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from plp_api.foundation import clock, db
from plp_api.foundation.roster.models import Person, PersonStatus
from plp_api.foundation.roster.relationships import Appointment, AppointmentRole
from plp_api.server.app import create_app
from tests import databases
from tests.conftest import Live
from tests.racing import at_once
from tests.world import World, appoint, person, populate, writing

pytestmark = pytest.mark.both_databases

AT_ONCE = 8
Race = tuple[str, str, Callable[[World, int], dict[str, Any]]]


def student(world: World, number: int, **more: Any) -> dict[str, Any]:
    home = {"school_id": str(world.home.school_id), "grade": "09"}
    return {"given_name": f"Robin {number}", "family_name": "Lake", **home, **more}


# Caller, path and body of each race; `number` makes the eight differ where they need not be equal.
RACES: dict[str, Race] = {
    "a school's name": ("district_admin", "/schools", lambda *_: {"name": "Tamarack Academy"}),
    "a user name": (
        "registrar",
        "/people",
        lambda _w, n: {
            "given_name": f"A{n}",
            "family_name": "B",
            "username": "a.b" if n % 2 else "A.B",
        },
    ),
    "a student's user name": ("registrar", "/students", lambda w, n: student(w, n, username="r.l")),
    "a state id": ("registrar", "/students", lambda w, n: student(w, n, state_student_id="VT77")),
    "a school enrollment": (
        "district_admin",
        "/students/{other_student.id}/school-enrollments",
        lambda w, _n: {"school_id": str(w.home.school_id), "grade": "10"},
    ),
    "a class membership": (
        "registrar",
        "/students/{senior.id}/enrollments",
        lambda w, _n: {"class_id": str(w.home.class_id)},
    ),
    "a placement": (
        "registrar",
        "/students/{student.id}/placements",
        lambda w, _n: {"school_id": str(w.away.school_id), "kind": "shared"},
    ),
    "an appointment": (
        "district_admin",
        "/appointments",
        lambda w, _n: {
            "person_id": str(w.home.advisor.id),
            "role": "counselor",
            "school_id": str(w.home.school_id),
        },
    ),
    "a relationship": (
        "registrar",
        "/students/{student.id}/relationships",
        lambda w, _n: {"person_id": str(w.home.other_advisor.id), "kind": "advisor"},
    ),
    "a member of an advisory": (
        "registrar",
        "/advisories/{advisory_id}/members",
        lambda w, _n: {"student_id": str(w.home.senior.id)},
    ),
    "an advisor of an advisory": (
        "registrar",
        "/advisories/{advisory_id}/advisors",
        lambda w, _n: {"person_id": str(w.home.case_manager.id)},
    ),
    "a partner's name": (
        "elo_coordinator",
        "/partners",
        lambda _w, n: {"kind": "business", "name": "The Mill, Inc." if n % 2 else "MILL"},
    ),
    "a home study": ("registrar", "/students/{senior.id}/home-studies", lambda *_: {}),
    "a support": (
        "counselor",
        "/students/{student.id}/supports",
        lambda w, _n: {"kind": "section_504", "coordinator_id": str(w.home.case_manager.id)},
    ),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def raced(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Both districts in a separate database, because these requests really commit."""
    settings = databases.prepared(request.param, tmp_path_factory.mktemp("raced"))
    database = db.Database(settings.database_url)
    yield Live(create_app(settings, database), database, populate(database), settings)
    database.dispose()


@pytest.mark.parametrize("what", RACES)
def test_of_eight_at_once_one_gets_it(raced: Live, what: str) -> None:
    who, path, body = RACES[what]
    home = raced.world.home
    for part in ("other_student.id", "student.id", "senior.id", "advisory_id"):
        value = home
        for name in part.split("."):
            value = getattr(value, name)
        path = path.replace(f"{{{part}}}", str(value))
    staff = raced.client.as_(home.people[who])

    def ask(number: int) -> Callable[[], Any]:
        return lambda: staff.post(path, body(raced.world, number))

    answers = at_once(*(ask(number) for number in range(AT_ONCE)))
    statuses = sorted(one.status_code for one in answers)
    assert statuses == [201] + [409] * (AT_ONCE - 1), [one.json for one in answers]


def test_of_two_last_admins_one_stays(raced: Live) -> None:
    """They end each other's office, or revoke each other's access, at once."""
    home = raced.world.home
    with writing(raced.database, home) as session:
        pair = [person(session, home, f"boss_{number}") for number in range(2)]
        for one in pair:
            appoint(session, home, one, AppointmentRole.DISTRICT_ADMIN, None)
        others = session.query(Appointment).filter_by(role=AppointmentRole.DISTRICT_ADMIN)
        rows = {one.person_id: one for one in others}
        for one in rows.values():
            one.starts_on = clock.today() - timedelta(days=9)
            if one.person_id not in {boss.id for boss in pair}:
                one.ends_on = clock.today() - timedelta(days=1)
        offices = [str(rows[one.id].id) for one in pair]
    first, second = (raced.client.as_(one) for one in pair)
    over = {"ends_on": str(clock.today())}
    try:
        ended = at_once(
            lambda: first.patch(f"/appointments/{offices[1]}", over),
            lambda: second.act(f"/people/{pair[0].id}", "revoke"),
        )
        assert sum(one.status_code == 200 for one in ended) == 1, [one.json for one in ended]
        with writing(raced.database, home) as session:
            left = session.query(Appointment).filter_by(role=AppointmentRole.DISTRICT_ADMIN)
            assert any(
                one.ends_on is None
                and session.get_one(Person, one.person_id).status == PersonStatus.ACTIVE
                for one in left
            )
    finally:
        with writing(raced.database, home) as session:
            mine = session.query(Appointment).filter_by(person_id=home.district_admin.id)
            mine.update({"ends_on": None})


def test_a_code_is_used_by_one_of_eight(raced: Live) -> None:
    home = raced.world.home
    with writing(raced.database, home) as session:
        newcomer = person(session, home, "newcomer_of_eight")
    staff = raced.client.as_(home.registrar)
    printed = staff.act(f"/people/{newcomer.id}", "invite", is_printed=True).json["invitation"]
    body = {"code": printed["code"], "password": "a moose on the notch road"}
    answers = at_once(*[lambda: raced.client.post("/auth/activate", body)] * AT_ONCE)
    assert [one.status_code for one in answers].count(200) == 1, [one.json for one in answers]


def test_a_parent_signs_once_of_eight(raced: Live) -> None:
    home = raced.world.home
    path = f"/plan-versions/{home.other_student.version_id}"
    assert raced.client.as_(home.other_student).act(path, "submit").status_code == 200
    assert raced.client.as_(home.other_advisor).act(path, "approve").status_code == 200
    student = raced.client.as_(home.other_student)
    body = {"snapshot_sha256": student.read(path)["snapshot_sha256"], "language": "en"}
    answers = at_once(*[lambda: student.post(f"{path}/signatures", body)] * AT_ONCE)
    assert sorted(one.status_code for one in answers) == [201] + [409] * (AT_ONCE - 1)
