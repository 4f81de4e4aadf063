"""The hours as facts: totals, weeks, items, in the progress of the plan; who reads how much."""

from datetime import date, timedelta

import pytest

from plp_api.foundation import clock
from plp_api.foundation.roster.models import Student
from plp_api.foundation.roster.relationships import Relationship
from tests.client import Client
from tests.databases import Isolated
from tests.learning.elo_world import Internship, add_internship
from tests.learning.ratings.frameworks import add_framework
from tests.learning.work_logs.conftest import Change, Log
from tests.queries import counting
from tests.world import World, ahead, writing, years_ago

NOTHING = {"minutes": 0, "entries": 0}


def monday(day: date) -> str:
    return (day - timedelta(days=day.weekday())).isoformat()


def hours(minutes: int, entries: int = 1) -> dict[str, int]:
    return {"minutes": minutes, "entries": entries}


def test_hours_are_counted_by_state_as_the_verifier_saw_them(
    coordinator: Client, student: Client, elo: Internship, log: Log
) -> None:
    coordinator.act(log(), "verify", minutes=120)
    coordinator.act(log(minutes=60), "verify")
    coordinator.act(log(minutes=600), "decline", words="No.")
    log(minutes=30)
    found = student.read(f"{elo.path}/hours")
    assert found["totals"] == {
        "verified": hours(180, 2),
        "pending": hours(30),
        "declined": hours(600),
    }
    planned = ("least_minutes", "planned_minutes", "most_minutes")
    assert [found[name] for name in planned] == [40 * 60, 60 * 60, 80 * 60]


def test_the_teacher_of_record_sees_what_is_missing_to_what_was_agreed(
    client: Client, coordinator: Client, elo: Internship, log: Log
) -> None:
    draft = coordinator.made(f"{elo.path}/benchmarks", {"title": "First draft"})
    coordinator.made(f"{elo.path}/benchmarks", {"title": "The guide"})
    coordinator.act(log(minutes=600), "verify")
    log(minutes=300)
    teacher = client.as_(elo.teacher_of_record)
    found = teacher.read(f"{elo.path}/hours")
    assert (found["minutes_missing"], found["open_benchmarks"]) == (40 * 60 - 600, 2)
    reviewed = coordinator.act(f"/elo-benchmarks/{draft['id']}", "review", outcome="met")
    assert reviewed.status_code == 200
    for days in (-2, -3, -4):
        coordinator.act(log(on=ahead(days), minutes=600), "verify")
    found = teacher.read(f"{elo.path}/hours")
    assert (found["minutes_missing"], found["open_benchmarks"]) == (0, 1)


def test_weeks_begin_on_monday_and_items_have_their_own_hours(
    coordinator: Client, elo: Internship, log: Log, database: Isolated, world: World
) -> None:
    with writing(database, world.home) as session:
        items = add_framework(session, world.home.district_id)
    name, item = "W.2", items["W.2"]
    today = clock.today()
    coordinator.act(log(on=ahead(-14), framework_item_id=str(item)), "verify")
    log(on=ahead(-14), minutes=30)
    log(on=ahead(-21), minutes=45)
    found = coordinator.read(f"{elo.path}/hours")
    assert found["by_week"] == [
        {
            "begins_on": monday(today - timedelta(days=21)),
            "verified": NOTHING,
            "pending": hours(45),
            "declined": NOTHING,
        },
        {
            "begins_on": monday(today - timedelta(days=14)),
            "verified": hours(150),
            "pending": hours(30),
            "declined": NOTHING,
        },
    ]
    first, rest = found["by_item"]
    assert (first["framework_item"]["code"], first["verified"]) == (name, hours(150))
    assert (rest["framework_item"], rest["pending"]) == (None, hours(75, 2))


def test_an_elo_without_hours_has_zeros(student: Client, elo: Internship) -> None:
    found = student.read(f"{elo.path}/hours")
    assert found["totals"] == {"verified": NOTHING, "pending": NOTHING, "declined": NOTHING}
    assert (found["by_week"], found["by_item"]) == ([], [])
    assert found["absences"] == {"excused": 0, "unexcused": 0}


def test_an_auditor_reads_the_totals_alone(
    client: Client, world: World, elo: Internship, log: Log
) -> None:
    log()
    auditor = client.as_(world.home.auditor)
    found = auditor.read(f"{elo.path}/hours")
    assert found["totals"]["pending"] == hours(150)
    assert {"by_week", "by_item", "notices"}.isdisjoint(found)
    assert auditor.get(f"{elo.path}/log-entries").status_code == 403


@pytest.mark.parametrize(("name", "status"), [("teacher", 403), ("registrar", 404)])
def test_who_reads_no_log_reads_no_totals(
    client: Client, world: World, elo: Internship, name: str, status: int
) -> None:
    reader = client.as_(getattr(world.home, name))
    assert reader.get(f"{elo.path}/hours").status_code == status


def test_a_parent_denied_the_log_by_an_order_reads_none_of_it(
    client: Client, world: World, elo: Internship, log: Log, database: Isolated
) -> None:
    path, parent = log(), client.as_(world.home.parent)
    plan = f"/plans/{world.home.student.plan_id}/progress"
    assert parent.read(f"{elo.path}/hours")["by_week"]
    assert parent.read(plan)["elo_hours"]
    with writing(database, world.home) as session:
        tie = session.query(Relationship).filter_by(person_id=world.home.parent.id).one()
        tie.denied = frozenset({"log_entries"})
    assert parent.get(path).status_code == 404
    assert parent.read("/log-entries")["items"] == []
    assert parent.get(f"{elo.path}/hours").status_code == 403
    assert "elo_hours" not in parent.read(plan)


def test_the_progress_of_the_plan_has_the_hours_of_each_elo_taken_on(
    client: Client,
    world: World,
    coordinator: Client,
    elo: Internship,
    log: Log,
    change_elo: Change,
) -> None:
    coordinator.act(log(), "verify")
    log(minutes=20)
    advisor = client.as_(world.home.advisor)
    path = f"/plans/{world.home.student.plan_id}/progress"
    (shown,) = advisor.read(path)["elo_hours"]
    assert (shown["id"], shown["title"]) == (str(elo.id), "Nursing at the clinic")
    assert (shown["type"], shown["status"]) == ("internship", "active")
    assert (shown["hours"]["verified"], shown["hours"]["pending"]) == (hours(150), hours(20))
    change_elo(status="submitted")
    assert advisor.read(path)["elo_hours"] == []


def test_many_entries_take_no_more_statements(
    student: Client, elo: Internship, log: Log, database: Isolated
) -> None:
    log()
    student.read(f"{elo.path}/hours")
    with counting(database) as few:
        student.read(f"{elo.path}/hours")
    for day in range(2, 30):
        log(on=ahead(-day))
    with counting(database) as many:
        student.read(f"{elo.path}/hours")
    assert len(few) == len(many) <= 8


# Paid work at 15: 21 V.S.A. 434.


@pytest.fixture
def paid(database: Isolated, world: World, change_elo: Change) -> None:
    with writing(database, world.home) as session:
        session.get_one(Student, world.home.student.id).birth_date = years_ago(15)
    change_elo(work={"is_paid": True})


def monday_before() -> date:
    """The Monday of a week that is over."""
    today = clock.today()
    return today - timedelta(days=today.weekday() + 7)


def notices(reader: Client, elo: Internship) -> dict[str, str]:
    return {one["rule"]: one["on"] for one in reader.read(f"{elo.path}/hours")["notices"]}


@pytest.mark.usefixtures("paid")
def test_hours_beyond_the_law_are_a_notice_and_no_refusal(
    student: Client, coordinator: Client, elo: Internship, log: Log
) -> None:
    first = monday_before()
    log(on=first.isoformat(), minutes=180)
    assert notices(student, elo) == {}
    over = log(on=first.isoformat(), minutes=301)
    assert notices(student, elo)["day"] == first.isoformat()
    coordinator.act(over, "verify", minutes=1)
    assert "day" not in notices(student, elo)
    coordinator.act(over, "correct", minutes=400, words="Till night.")
    assert "day" in notices(coordinator, elo)
    coordinator.act(over, "decline", words="No.")
    assert notices(coordinator, elo) == {}
    log(on=first.isoformat(), minutes=10, begins=6 * 60)
    assert notices(student, elo)["time_of_day"] == first.isoformat()


@pytest.mark.usefixtures("paid")
def test_paid_work_elsewhere_counts_and_is_told_only_to_who_reads_it(
    student: Client, teacher: Client, elo: Internship, log: Log, database: Isolated, world: World
) -> None:
    with writing(database, world.home) as session:
        other = add_internship(session, world.home, work={"is_paid": True})
        unpaid = add_internship(session, world.home)
    on = monday_before().isoformat()
    log(on=on, minutes=100)
    log(unpaid, on=on, minutes=500)
    assert "day" not in notices(student, elo)
    log(other, on=on, minutes=400)
    assert notices(student, elo)["day"] == on
    assert "day" not in notices(teacher, elo)


def test_work_without_pay_has_no_notices(student: Client, elo: Internship, log: Log) -> None:
    log(minutes=1000)
    assert notices(student, elo) == {}
