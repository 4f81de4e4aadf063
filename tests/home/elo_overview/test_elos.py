"""A coordinator's board and an ELO's page: as documented, in few queries, and to each reader only
what they may know."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from plp_api.foundation import clock, db
from plp_api.home.elo_overview.schemas import EloOverviewSchema, EloSummarySchema
from plp_api.learning.agreements.models import Agreement, AgreementSignature
from plp_api.learning.credit.models import CreditLine
from plp_api.learning.work_logs.models import LogEntry, LogEntryStatus
from tests.client import Client
from tests.databases import Isolated
from tests.home.overview.test_plans import keys
from tests.learning.elo_world import Internship, add_internship
from tests.queries import counting
from tests.world import World, writing


@pytest.fixture
def elo(world: World, database: Isolated) -> Internship:
    """An active internship with two weeks of work, an agreement and a credit line."""
    home = world.home
    with writing(database, home) as session:
        made = add_internship(session, home)
        own = {"district_id": home.district_id, "student_id": home.student.id, "elo_id": made.id}
        for days, status in ((8, LogEntryStatus.VERIFIED), (1, LogEntryStatus.PENDING)):
            is_verified = status is LogEntryStatus.VERIFIED
            session.add(
                LogEntry(
                    **own,
                    on=clock.today() - timedelta(days=days),
                    minutes=120,
                    activity="Helped on the ward.",
                    status=status,
                    verified_minutes=90 if is_verified else None,
                    verified_by_mentor_id=made.mentor_id if is_verified else None,
                )
            )
        agreement = Agreement(
            id=db.new_id(),
            **own,
            edition=1,
            sha256="0" * 64,
            signers=["student", "parent", "mentor", "coordinator"],
            waiting_for=frozenset({"coordinator"}),
        )
        session.add(agreement)
        session.flush()
        for role in ("student", "parent", "mentor"):
            is_mentor = role == "mentor"
            session.add(
                AgreementSignature(
                    **own,
                    agreement_id=agreement.id,
                    role=role,
                    person_id=None if is_mentor else getattr(home, role).id,
                    mentor_id=made.mentor_id if is_mentor else None,
                    method="account",
                    sha256="0" * 64,
                )
            )
        session.add(
            CreditLine(
                **own,
                area="Health",
                amount=Decimal("0.50"),
                teacher_of_record_id=made.teacher_of_record.id,
                proposed_by=home.elo_coordinator.id,
            )
        )
    return made


@pytest.fixture
def coordinator(client: Client, world: World) -> Client:
    return client.as_(world.home.elo_coordinator)


def test_an_elo_is_shown_with_everything_and_as_documented(
    coordinator: Client, elo: Internship
) -> None:
    shown = coordinator.read(f"{elo.path}/overview")
    assert list(keys(EloOverviewSchema, shown)) == []
    assert set(EloOverviewSchema().fields) == set(shown)
    assert (shown["verified_minutes"], shown["pending_minutes"]) == (90, 120)
    assert [one["status"] for one in shown["log_entries"]] == ["verified", "pending"]
    assert shown["log_entries"][0]["mentor"]["name"] == "Tom Averill"
    weeks = shown["hours_by_week"]
    assert sum(week["verified"]["minutes"] for week in weeks) == 90
    assert sum(week["pending"]["minutes"] for week in weeks) == 120
    signed = shown["agreement"]["signatures"]
    assert [one["role"] for one in signed] == ["student", "parent", "mentor"]
    assert [one["mentor_name"] for one in signed] == [None, None, "Tom Averill"]
    assert shown["agreement"]["waiting_for"] == ["coordinator"]
    assert [(one["area"], one["amount"]) for one in shown["credit_lines"]] == [("Health", 0.5)]
    assert {one["role"] for one in shown["team"]} >= {"coordinator", "mentor", "panel_member"}


def test_the_list_shows_where_each_stands(coordinator: Client, elo: Internship) -> None:
    (shown,) = coordinator.read("/elos/overview")["items"]
    assert list(keys(EloSummarySchema, shown)) == []
    assert set(EloSummarySchema().fields) == set(shown)
    assert (shown["partner_name"], shown["waiting_on"]) == ("North Peak Clinic", "student")
    assert shown["verified_minutes"] == 90


def test_it_says_the_hours_as_their_own_resources_do(coordinator: Client, elo: Internship) -> None:
    shown = coordinator.read(f"{elo.path}/overview")
    assert shown["hours_by_week"] == coordinator.read(f"{elo.path}/hours")["by_week"]
    listed = coordinator.read(f"{elo.path}/log-entries?sort=on")["items"]
    for entry, one in zip(shown["log_entries"], listed, strict=True):
        assert entry == {name: one[name] for name in entry}


def test_the_list_names_coordinator_and_mentor(
    coordinator: Client, world: World, elo: Internship
) -> None:
    (shown,) = coordinator.read("/elos/overview")["items"]
    assert shown["coordinator_id"] == str(world.home.elo_coordinator.id)
    assert shown["coordinator_name"]
    assert (shown["mentor_id"], shown["mentor_name"]) == (str(elo.mentor_id), "Tom Averill")


def test_the_student_does_not_learn_from_it_which_parent_declined(
    client: Client, world: World, database: Isolated, elo: Internship
) -> None:
    home = world.home
    with writing(database, home) as session:
        session.add(
            AgreementSignature(
                district_id=home.district_id,
                student_id=home.student.id,
                elo_id=elo.id,
                agreement_id=session.query(Agreement).one().id,
                role="parent",
                person_id=home.inspecting_parent.id,
                is_declined=True,
                method="account",
                sha256="0" * 64,
            )
        )
    readers = {"student": False, "parent": False, "inspecting_parent": True, "advisor": True}
    for name, is_named in readers.items():
        shown = client.as_(getattr(home, name)).read(f"{elo.path}/overview")
        (declined,) = (one for one in shown["agreement"]["signatures"] if one["is_declined"])
        assert (declined["person_name"] is not None) is is_named, name


def test_the_list_takes_the_filters_of_elos(coordinator: Client, elo: Internship) -> None:
    path = "/elos/overview"
    assert len(coordinator.read(f"{path}?status=active&count=true")["items"]) == 1
    assert coordinator.read(f"{path}?status=draft&count=true")["total_count"] == 0
    assert coordinator.get(f"{path}?stat=active").status_code == 422


def readers(world: World, elo: Internship) -> Iterator[tuple[str, Any, bool, bool]]:
    """Who reads the page: with the log, with the credit."""
    yield "student", world.home.student, True, True
    yield "parent", world.home.parent, True, True
    yield "advisor", world.home.advisor, True, True
    yield "teacher", world.home.teacher, False, False
    yield "panel member", elo.panel_member, True, True
    yield "auditor", world.home.auditor, False, True


def test_the_log_is_left_out_for_who_may_not_read_it(
    client: Client, world: World, elo: Internship
) -> None:
    for name, person, has_log, has_credit in readers(world, elo):
        reader = client.as_(person)
        shown = reader.read(f"{elo.path}/overview")
        assert ("log_entries" in shown, "credit_lines" in shown) == (has_log, has_credit), name
        (listed,) = reader.read("/elos/overview")["items"]
        assert ("verified_minutes" in listed) is has_log, name


def test_others_do_not_find_it(client: Client, world: World, elo: Internship) -> None:
    for person in (world.home.other_advisor, world.away.elo_coordinator, elo.others):
        assert client.as_(person).get(f"{elo.path}/overview").status_code == 404
        assert client.as_(person).read("/elos/overview")["items"] == []


def test_a_parent_does_not_learn_who_the_other_parent_is(
    client: Client, world: World, elo: Internship
) -> None:
    shown = client.as_(world.home.inspecting_parent).read(f"{elo.path}/overview")
    by_role = {one["role"]: one["person_name"] for one in shown["agreement"]["signatures"]}
    assert by_role["parent"] is None
    assert by_role["student"] is not None


def test_it_takes_at_most_eight_queries(
    coordinator: Client, elo: Internship, database: Isolated
) -> None:
    with counting(database) as queries:
        coordinator.read(f"{elo.path}/overview")
    assert queries.count <= 8, queries.statements
    with counting(database) as queries:
        coordinator.read("/elos/overview?limit=100")
    assert queries.count <= 3, queries.statements


def test_a_front_end_polls_it_cheaply(coordinator: Client, elo: Internship) -> None:
    path = f"{elo.path}/overview"
    tag = coordinator.get(path).headers["ETag"]
    known = coordinator.get(path, headers={"If-None-Match": tag})
    assert (known.status_code, known.data) == (304, b"")
