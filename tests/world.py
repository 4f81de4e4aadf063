"""A small world: a district with everybody in it, and another that must never be seen.

`populate` writes it once per worker. Tests read ids from the World and may change
anything, because each test is rolled back. All dates are relative to the day on
which the test runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import clock, db
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.db import new_id
from plp_api.foundation.roster.classes import Class, Enrollment, EnrollmentRole
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    District,
    Person,
    School,
    Student,
)
from plp_api.foundation.roster.relationships import (
    Advisory,
    AdvisoryAdvisor,
    AdvisoryMember,
    Appointment,
    AppointmentRole,
    Capacity,
    ParentKind,
    Placement,
    PlacementKind,
    Relationship,
    RelationshipKind,
    RelationshipStatus,
    SampledStudent,
    SchoolEnrollment,
)
from plp_api.planning.goals.models import CheckIn, Goal, GoalStatus, GoalStep
from plp_api.planning.plans.models import Plan, PlanSection, PlanVersion, ProfileEntry
from plp_api.planning.reviews.models import Review

SECTIONS: list[Any] = [
    {
        "key": "about_me",
        "title": "About me",
        "prompt": "Who are you?",
        "is_required": True,
        "is_material": False,
        "authors": ["student"],
        "source": "16 V.S.A. 942",
    },
    {
        "key": "scope_and_rigor",
        "title": "Scope and rigor",
        "prompt": "What will you take on?",
        "is_required": True,
        "is_material": True,
        "authors": ["student", "advisor"],
        "source": "16 V.S.A. 942",
    },
    {
        "key": "family",
        "title": "From my family",
        "prompt": "What does your family want to say?",
        "is_required": False,
        "is_material": False,
        "authors": ["parent"],
        "source": "16 V.S.A. 942",
    },
]

# Tests of packages travel here, whenever they run.
FIRST_FIXED_DAY = date(2026, 10, 1)


@dataclass
class Somebody:
    """A person of the world, as tests sign them in."""

    id: UUID
    account_id: UUID
    district_id: UUID
    username: str


@dataclass
class Pupil(Somebody):
    """A student with their related rows."""

    plan_id: UUID = field(default_factory=new_id)
    version_id: UUID = field(default_factory=new_id)
    goal_id: UUID = field(default_factory=new_id)
    step_id: UUID = field(default_factory=new_id)
    check_in_id: UUID = field(default_factory=new_id)
    comment_id: UUID = field(default_factory=new_id)
    entry_id: UUID = field(default_factory=new_id)
    review_id: UUID = field(default_factory=new_id)


@dataclass
class Place:
    """One district with its schools and people, by role."""

    district_id: UUID
    school_id: UUID
    other_school_id: UUID
    template_id: UUID
    class_id: UUID
    advisory_id: UUID
    people: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass
class World:
    """`home`, where the tests happen, and `away`, which nobody at home may see."""

    home: Place
    away: Place


# Everybody who may be signed in at home, by role; the sweep tries each.
CAST = (
    "student",
    "parent",
    "advisor",
    "teacher",
    "counselor",
    "elo_coordinator",
    "registrar",
    "school_admin",
    "district_admin",
    "auditor",
    "team_member",
)


def populate(database: db.Database) -> World:
    """Write both districts."""
    ids = {name: new_id() for name in ("home", "away")}
    with database.transaction(districts=list(ids.values())) as session:
        home = _district(session, ids["home"], "Tamarack", "tamarack")
        away = _district(session, ids["away"], "Granite", "granite")
        _place_student_away(session, home, away)
    return World(home, away)


@contextmanager
def writing(database: db.Database, *places: Place) -> Iterator[Any]:
    """A transaction in which a test arranges rows directly."""
    with database.transaction(districts=[place.district_id for place in places]) as session:
        yield session


def ahead(days: int) -> str:
    """The day that is `days` days from today (negative: before), as the API takes it."""
    return (clock.today() + timedelta(days=days)).isoformat()


def long_ago(days: int) -> date:
    """A day that long before today, and before every fixed day to which a test travels back."""
    return min(clock.today(), FIRST_FIXED_DAY) - timedelta(days=days)


def years_ago(years: int, days: int = 0) -> date:
    """The birth date of a person of that age today, `days` before the next birthday."""
    return clock.birthday(clock.today(), -years) + timedelta(days=days)


def _district(session: Any, district_id: UUID, name: str, slug: str) -> Place:
    session.add(District(id=district_id, name=f"{name} Union", slug=slug, sourced_id=f"{slug}-su"))
    session.flush()
    school = School(id=new_id(), district_id=district_id, name=f"{name} High", sourced_id="hs")
    other = School(id=new_id(), district_id=district_id, name=f"{name} Middle", sourced_id="ms")
    template = PlanTemplate(
        id=new_id(), district_id=district_id, name="Default", sections=SECTIONS, is_default=True
    )
    session.add_all([school, other, template])
    session.flush()
    room = Class(
        id=new_id(),
        district_id=district_id,
        school_id=school.id,
        title="English 10",
        sourced_id="e10",
    )
    advisory = Advisory(
        id=new_id(), district_id=district_id, school_id=school.id, name=f"{name} Advisory"
    )
    session.add_all([room, advisory])
    session.flush()
    place = Place(district_id, school.id, other.id, template.id, room.id, advisory.id)
    _staff(session, place)
    _pupils(session, place)
    _ties(session, place)
    session.flush()
    return place


def person(session: Any, place: Place, name: str, **columns: Any) -> Somebody:
    """Write one person with an account (without a password), under `name`."""
    row = Person(
        id=new_id(),
        district_id=place.district_id,
        sourced_id=f"person-{name}",
        username=name,
        given_name=name.split("_", maxsplit=1)[0].capitalize(),
        family_name=f"Of{str(place.district_id)[-4:]}",
        **columns,
    )
    account = Account(id=new_id(), district_id=place.district_id, username=name)
    session.add_all([row, account])
    session.flush()
    session.add(
        AccountPerson(person_id=row.id, account_id=account.id, district_id=place.district_id)
    )
    somebody = Somebody(row.id, account.id, place.district_id, name)
    place.people[name] = somebody
    return somebody


def pupil(
    session: Any, place: Place, name: str, *, grade: str, school_id: UUID, born: date
) -> Pupil:
    """Write a student with enrollment, plan, draft version, an active goal, this cycle's review."""
    base = person(session, place, name)
    made = Pupil(base.id, base.account_id, base.district_id, base.username)
    place.people[name] = made
    own = {"district_id": place.district_id, "student_id": made.id}
    student = Student(
        id=made.id,
        district_id=place.district_id,
        plan_home_school_id=school_id,
        grade=grade,
        entered_on=long_ago(200),
    )
    student.born(born)
    session.add(student)
    session.flush()
    session.add(SchoolEnrollment(**own, school_id=school_id, grade=grade, starts_on=long_ago(200)))
    session.add(
        Plan(
            id=made.plan_id,
            **own,
            template_id=place.template_id,
            opened_on=long_ago(200),
        )
    )
    session.flush()
    version = PlanVersion(
        id=made.version_id,
        **own,
        plan_id=made.plan_id,
        template_id=place.template_id,
        number=1,
        started_by=made.id,
    )
    session.add(version)
    session.flush()
    for position, section in enumerate(SECTIONS):
        session.add(
            PlanSection(
                **own,
                plan_version_id=version.id,
                key=section["key"],
                position=position,
                body="" if section["key"] == "family" else f"My {section['title'].lower()}.",
            )
        )
    _work(session, made, own)
    return made


def _work(session: Any, made: Pupil, own: dict[str, UUID]) -> None:
    cycle = clock.Cycle.containing(clock.today())
    session.add_all(
        [
            Goal(
                id=made.goal_id,
                **own,
                plan_id=made.plan_id,
                status=GoalStatus.ACTIVE,
                domain="career",
                title="Shadow a nurse",
                progress_percent=10,
                progress_on=clock.today(),
            ),
            ProfileEntry(
                id=made.entry_id,
                **own,
                plan_id=made.plan_id,
                kind="strength",
                body="Patient with animals",
                written_by=made.id,
            ),
            Review(
                id=made.review_id,
                **own,
                plan_id=made.plan_id,
                cycle_starts_on=cycle.starts_on,
                cycle_ends_on=cycle.ends_on,
                due_on=cycle.ends_on,
            ),
        ]
    )
    session.flush()
    session.add_all(
        [
            GoalStep(id=made.step_id, **own, goal_id=made.goal_id, position=1, title="Write"),
            CheckIn(
                id=made.check_in_id,
                **own,
                goal_id=made.goal_id,
                checked_on=clock.today(),
                percent=10,
                author_id=made.id,
            ),
            Comment(
                id=made.comment_id,
                **own,
                subject_type="goals",
                subject_id=made.goal_id,
                author_id=made.id,
                author_role="student",
                body="The clinic in town?",
            ),
        ]
    )


def _staff(session: Any, place: Place) -> None:
    for name in ("advisor", "co_advisor", "case_manager", "teacher", "other_advisor"):
        person(session, place, name)
    for role in AppointmentRole:
        if role is AppointmentRole.TEACHER:
            continue
        is_wide = role in (AppointmentRole.DISTRICT_ADMIN, AppointmentRole.AUDITOR)
        office = person(session, place, str(role))
        appoint(session, place, office, role, None if is_wide else place.school_id)
    # A teacher without a class, whom the sweep assigns to an ELO.
    teacher = person(session, place, "team_member")
    appoint(session, place, teacher, AppointmentRole.TEACHER, place.school_id)
    middle = person(session, place, "other_school_admin")
    appoint(session, place, middle, AppointmentRole.SCHOOL_ADMIN, place.other_school_id)


def appoint(
    session: Any, place: Place, somebody: Somebody, role: AppointmentRole, school_id: UUID | None
) -> Appointment:
    """Give a person an office that began long ago."""
    row = Appointment(
        id=new_id(),
        district_id=place.district_id,
        person_id=somebody.id,
        school_id=school_id,
        role=role,
        starts_on=long_ago(400),
    )
    session.add(row)
    session.flush()
    return row


def _pupils(session: Any, place: Place) -> None:
    """`student` with all their people, `other_student` at another school, `senior` of age."""
    here, there = place.school_id, place.other_school_id
    pupil(session, place, "student", grade="10", school_id=here, born=years_ago(15, 100))
    pupil(session, place, "other_student", grade="08", school_id=there, born=years_ago(13, 100))
    pupil(session, place, "senior", grade="12", school_id=here, born=years_ago(18, -100))


def relate(
    session: Any,
    place: Place,
    somebody: Somebody,
    student: Somebody,
    kind: RelationshipKind,
    **columns: Any,
) -> Relationship:
    """Add a relationship of a person to a student that began long ago."""
    row = Relationship(
        id=new_id(),
        district_id=place.district_id,
        person_id=somebody.id,
        student_id=student.id,
        kind=kind,
        starts_on=columns.pop("starts_on", long_ago(200)),
        **columns,
    )
    session.add(row)
    session.flush()
    return row


def _ties(session: Any, place: Place) -> None:
    since = long_ago(200)
    student, senior = place.student, place.senior
    advises = RelationshipKind.ADVISOR
    relate(session, place, place.advisor, student, advises, capacity=Capacity.LEAD)
    relate(session, place, place.advisor, senior, advises, capacity=Capacity.LEAD)
    relate(session, place, place.co_advisor, student, advises, capacity=Capacity.CO)
    relate(session, place, place.other_advisor, place.other_student, advises)
    relate(session, place, place.case_manager, student, RelationshipKind.CASE_MANAGER)
    _families(session, place)
    for somebody, role in ((place.teacher, "teacher"), (student, "student")):
        session.add(
            Enrollment(
                district_id=place.district_id,
                school_id=place.school_id,
                class_id=place.class_id,
                person_id=somebody.id,
                role=EnrollmentRole(role),
                starts_on=since,
            )
        )
    session.add(
        AdvisoryMember(
            district_id=place.district_id,
            advisory_id=place.advisory_id,
            student_id=student.id,
            starts_on=since,
        )
    )
    session.add(
        AdvisoryAdvisor(
            district_id=place.district_id,
            school_id=place.school_id,
            advisory_id=place.advisory_id,
            person_id=place.advisor.id,
            starts_on=since,
        )
    )
    audit = session.query(Appointment).filter_by(person_id=place.auditor.id).one()
    session.add(
        SampledStudent(
            appointment_id=audit.id, student_id=student.id, district_id=place.district_id
        )
    )


def _families(session: Any, place: Place) -> None:
    is_parent = RelationshipKind.PARENT
    both = {"may_inspect": True, "may_decide": True}
    kinds = {"parent_kind": ParentKind.PARENT}
    for name in ("parent", "inspecting_parent", "denied_parent", "relative", "senior_parent"):
        person(session, place, name)
    relate(session, place, place.parent, place.student, is_parent, **both, **kinds)
    relate(
        session, place, place.inspecting_parent, place.student, is_parent, may_inspect=True, **kinds
    )
    relate(session, place, place.denied_parent, place.student, is_parent, **kinds)
    relate(
        session,
        place,
        place.relative,
        place.student,
        is_parent,
        parent_kind=ParentKind.RELATIVE,
        status=RelationshipStatus.UNCONFIRMED,
        **both,
    )
    relate(session, place, place.senior_parent, place.senior, is_parent, **both, **kinds)


def _place_student_away(session: Any, home: Place, away: Place) -> None:
    """`placed` learns at the other district's school, whose counselor reaches them too."""
    guest = pupil(
        session,
        home,
        "placed",
        grade="11",
        school_id=home.school_id,
        born=years_ago(16, 100),
    )
    session.add(
        Placement(
            district_id=home.district_id,
            host_district_id=away.district_id,
            student_id=guest.id,
            school_id=away.school_id,
            kind=PlacementKind.CTE,
            starts_on=long_ago(100),
        )
    )
