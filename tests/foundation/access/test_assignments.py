"""Who is assigned to a piece of a student's work reaches that, for its days, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from plp_api.foundation import clock
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.access.rows import Access
from plp_api.foundation.db import Base
from plp_api.foundation.ownership import OwnedByStudent, OwnedWithSubject
from plp_api.foundation.problems import Code, Problem
from plp_api.foundation.roster.assignments import Assignment
from plp_api.foundation.roster.models import AccountPerson, Student
from plp_api.foundation.roster.relationships import Appointment, Placement, RelationshipKind
from plp_api.learning.elos.models import Elo
from plp_api.planning.goals.models import Goal
from tests.databases import Isolated
from tests.foundation.access import matrix, rows
from tests.foundation.access.asking import access_of
from tests.foundation.access.reach import elo_of
from tests.world import World, relate, writing

pytestmark = pytest.mark.both_databases


@pytest.fixture
def session(database: Isolated, world: World) -> Iterator[Any]:
    """A transaction in both districts, with a row of every kind."""
    with writing(database, world.home, world.away) as session:
        rows.complete(world)
        yield session


def assign(session: Any, world: World, somebody: Any, student: Any, **columns: Any) -> Assignment:
    """Assign somebody to the ELO of a student at home, since ten days ago."""
    given: dict[str, Any] = {
        "district_id": world.home.district_id,
        "student_id": student.id,
        "subject_type": "elos",
        "subject_id": elo_of(student.id),
        "role": "panel_member",
        "person_id": somebody.id,
        "starts_on": clock.today() - timedelta(days=10),
    }
    row = Assignment(**{**given, **columns})
    session.add(row)
    session.flush()
    return row


def answer(access: Access, model: Any, key: UUID, permission: Permission) -> str:
    """What comes of it: the name of the problem's code, or `ok`."""
    try:
        access.load(model, key, permission)
    except Problem as problem:
        return problem.code.name
    return "ok"


def work_models() -> list[Any]:
    """Every table whose rows somebody may be assigned to, with their work."""
    owners = ((each.class_, each.class_.__ownership__) for each in Base.registry.mappers)
    return [
        model
        for model, owner in owners
        if isinstance(owner, OwnedByStudent) and owner.assigned_by is not None
    ]


def test_a_member_may_on_every_part_of_the_work_what_the_matrix_says_and_no_more(
    session: Any, world: World
) -> None:
    home = world.home
    access = access_of(session, home.team_member)
    found = rows.all_rows(work_models())
    wrong, tried = [], 0
    for model, owners in found.items():
        for key, owner in owners.items():
            row = session.get_one(model, key)
            is_theirs = owner.work == elo_of(home.student.id)
            for permission, cells in matrix.TABLE.items():
                wanted = is_theirs and cells["team_member"] == "assigned"
                if access.may_on(Permission(permission), row) != wanted:
                    wrong.append(f"{permission} on {model.__name__} {owner}")
                tried += wanted
    assert wrong == []
    assert tried > 200


def test_the_lists_show_what_single_reads_open(session: Any, world: World) -> None:
    access = access_of(session, world.home.team_member)
    for model, owners in rows.all_rows(work_models()).items():
        read = Permission(model.__ownership__.read)
        if isinstance(model.__ownership__, OwnedWithSubject) or not access.caller.may(read):
            continue
        listed = {row.id for row in access.scalars(access.select(model))}
        opened = {key for key in owners if access.may_on(read, session.get_one(model, key))}
        assert listed == opened, model.__name__
        assert bool(listed) is bool(opened)


def test_a_member_reaches_neither_the_student_nor_the_plan(session: Any, world: World) -> None:
    home = world.home
    access = access_of(session, home.team_member)
    assert access.caller.roles == {Role.TEACHER, Role.TEAM_MEMBER}
    assert access.roles_to(home.student.id) == set()
    assert answer(access, Elo, elo_of(home.student.id), Permission.ELOS_READ) == "ok"
    assert answer(access, Student, home.student.id, Permission.ROSTER_READ) == "NOT_FOUND"
    assert answer(access, Goal, home.student.goal_id, Permission.GOALS_READ) == "NOT_FOUND"
    assert answer(access, Elo, elo_of(home.other_student.id), Permission.ELOS_READ) == "NOT_FOUND"


def test_what_a_member_may_not_do_is_refused_not_hidden(session: Any, world: World) -> None:
    access = access_of(session, world.home.team_member)
    key = elo_of(world.home.student.id)
    for permission in (Permission.ELOS_DECIDE, Permission.ELOS_WRITE, Permission.ELOS_TERMINATE):
        assert answer(access, Elo, key, permission) == "PERMISSION_DENIED"
    with pytest.raises(Problem) as refused:
        access.load(Elo, key, Permission.ELOS_DECIDE)
    assert refused.value.extra["allowed_roles"] == [Role.ELO_COORDINATOR]


def test_a_refusal_names_members_only_where_somebody_may_be_one(session: Any, world: World) -> None:
    home = world.home
    access = access_of(session, home.counselor)
    for model, key, wanted in (
        (Elo, elo_of(home.student.id), [Role.STUDENT, Role.TEACHER, Role.TEAM_MEMBER]),
        (Student, home.student.id, [Role.STUDENT, Role.TEACHER]),
    ):
        with pytest.raises(Problem) as refused:
            access.load(model, key, Permission.RATINGS_RATE)
        assert refused.value.extra["allowed_roles"] == wanted


def test_a_member_speaks_as_one_only_about_their_work(session: Any, world: World) -> None:
    home = world.home
    access = access_of(session, home.team_member)
    elo = session.get_one(Elo, elo_of(home.student.id))
    said = access.speaks_as(Permission.ELOS_COMMENT, elo.student_id, elo)
    assert said is Role.TEAM_MEMBER
    for row in (None, session.get_one(Elo, elo_of(home.other_student.id))):
        with pytest.raises(Problem) as refused:
            access.speaks_as(Permission.ELOS_COMMENT, elo.student_id, row)
        assert refused.value.code is Code.PERMISSION_DENIED


def test_who_reaches_the_student_too_speaks_as_the_nearest(session: Any, world: World) -> None:
    home = world.home
    assign(session, world, home.advisor, home.student)
    access = access_of(session, home.advisor)
    elo = session.get_one(Elo, elo_of(home.student.id))
    assert access.speaks_as(Permission.ELOS_COMMENT, elo.student_id, elo) is Role.ADVISOR
    assert access.speaks_as(Permission.ELOS_REVIEW, elo.student_id, elo) is Role.TEAM_MEMBER


@pytest.mark.parametrize(
    ("starts", "ends", "holds"), [(0, None, True), (-5, 1, True), (-5, 0, False), (1, None, False)]
)
def test_an_assignment_begins_and_ends_by_date(
    session: Any, world: World, starts: int, ends: int | None, holds: bool
) -> None:
    home, today = world.home, clock.today()
    span = {
        "starts_on": today + timedelta(days=starts),
        "ends_on": None if ends is None else today + timedelta(days=ends),
    }
    assign(session, world, home.team_member, home.other_student, **span)
    caller = access_of(session, home.team_member).caller
    assert (elo_of(home.other_student.id) in caller.assigned) is holds


def test_a_delegate_is_assigned_while_the_principal_is(session: Any, world: World) -> None:
    home, work = world.home, elo_of(world.home.other_student.id)
    principal = assign(session, world, home.counselor, home.other_student)
    assign(session, world, home.team_member, home.other_student, delegate_of_id=principal.id)
    assert work in access_of(session, home.team_member).caller.assigned
    principal.ends_on = clock.today()
    session.flush()
    assert work not in access_of(session, home.team_member).caller.assigned


def test_whoever_has_left_the_school_keeps_no_assignment(session: Any, world: World) -> None:
    home = world.home
    theirs = Appointment.person_id == home.team_member.id
    session.execute(update(Appointment).where(theirs).values(ends_on=clock.today()))
    access = access_of(session, home.team_member)
    assert access.caller.assigned == frozenset()
    assert access.caller.roles == frozenset()
    assert answer(access, Elo, elo_of(home.student.id), Permission.ELOS_READ) == "NOT_FOUND"


@pytest.mark.parametrize("tie", ["parent", "same account"])
def test_who_becomes_family_is_assigned_no_longer(session: Any, world: World, tie: str) -> None:
    home = world.home
    if tie == "parent":
        relate(session, home, home.team_member, home.student, RelationshipKind.PARENT)
    else:
        same = AccountPerson.person_id == home.student.id
        account = home.team_member.account_id
        session.execute(update(AccountPerson).where(same).values(account_id=account))
    access = access_of(session, home.team_member)
    elo = session.get_one(Elo, elo_of(home.student.id))
    assert not access.may_on(Permission.CREDIT_DECIDE, elo)
    assert Role.TEAM_MEMBER not in access.caller.roles


def test_a_student_is_on_nobody_s_team(session: Any, world: World) -> None:
    home = world.home
    assign(session, world, home.senior, home.student)
    assert access_of(session, home.senior).caller.assigned == frozenset()


def test_across_districts_an_assignment_lasts_as_long_as_the_placement(
    session: Any, world: World
) -> None:
    home, away = world.home, world.away
    assign(session, world, away.team_member, home.placed)
    assign(session, world, away.team_member, home.student)
    work = elo_of(home.placed.id)
    # Never that of a student who is no guest; `away.student`'s is their own.
    own = elo_of(away.student.id)
    assert access_of(session, away.team_member).caller.assigned == {work, own}
    stay = session.scalars(select(Placement).where(Placement.student_id == home.placed.id)).one()
    stay.ends_on = clock.today()
    session.flush()
    assert access_of(session, away.team_member).caller.assigned == {own}


def test_without_the_role_the_assignments_are_gone_too(session: Any, world: World) -> None:
    caller = access_of(session, world.home.team_member).caller
    assert caller.assigned
    assert caller.only_as(Role.TEAM_MEMBER).assigned == caller.assigned
    narrowed = caller.only_as(Role.TEACHER)
    assert narrowed.assigned == frozenset()
    assert Role.TEAM_MEMBER not in narrowed.roles


def test_the_shape_of_a_caller_tells_whether_they_are_assigned(session: Any, world: World) -> None:
    """What is prepared for a shape holds the arm of assignments, or does not."""
    home = world.home
    theirs = Assignment.person_id == home.team_member.id
    member = access_of(session, home.team_member).caller
    session.execute(update(Assignment).where(theirs).values(ends_on=clock.today()))
    former = access_of(session, home.team_member).caller
    assert member.shape != former.shape
