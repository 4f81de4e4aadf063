"""A school for benchmarks: advisors and students, each with a plan, goals and signatures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.partners.models import Mentor, Partner, PartnerSite
from plp_api.catalog.standards.models import Framework, FrameworkItem
from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import clock, db
from plp_api.foundation.db import new_id
from plp_api.foundation.files.models import FileType, StoredFile
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.models import (
    Account,
    AccountPerson,
    District,
    LoginSession,
    Person,
    School,
    Student,
)
from plp_api.foundation.roster.relationships import (
    Appointment,
    AppointmentRole,
    ParentKind,
    Relationship,
    RelationshipKind,
    SchoolEnrollment,
)
from plp_api.learning.agreements.models import Agreement, AgreementSignature
from plp_api.learning.artifacts.models import (
    Artifact,
    ArtifactLink,
    ArtifactPart,
    ArtifactStatus,
    ArtifactVersion,
    PartKind,
    Reflection,
)
from plp_api.learning.credit.models import CreditLine
from plp_api.learning.elos.models import Awaited, Elo, EloStatus
from plp_api.learning.work_logs.models import LogEntry, LogEntryStatus
from plp_api.planning.goals.models import CheckIn, Goal, GoalStatus, GoalStep
from plp_api.planning.plans.models import (
    Plan,
    PlanSection,
    PlanVersion,
    VersionStatus,
)
from plp_api.planning.reviews.models import Review
from plp_api.planning.signatures.models import Signature, SignerRole

ADVISORS = 20
ADVISEES = 50
GOALS = 10
STEPS = 3
ITEMS = 40
ELOS = 100
LOG_ENTRIES = 40
ARTIFACTS = 50
WORDS = "Two days with a nurse at the clinic in town, and a page of notes for each of them. "
HASH = "ab" * 32
# In bytes.
FILM = 5 << 20


@dataclass(frozen=True)
class Filled:
    """The callers: a student with plan and goal, an advisor, and a coordinator with an ELO.

    Each has an open session. `film_part_id` is work of one of the advisor's students.
    """

    district_id: UUID
    student_id: UUID
    student_session_id: UUID
    plan_id: UUID
    goal_id: UUID
    advisor_id: UUID
    advisor_session_id: UUID
    school_id: UUID
    coordinator_id: UUID
    coordinator_session_id: UUID
    elo_id: UUID
    film_part_id: UUID
    film: str


class Rows:
    """Collects the rows of one school, table by table, in the order that foreign keys require."""

    def __init__(self) -> None:
        self.today = clock.today()
        self.district_id, self.school_id, self.template_id = new_id(), new_id(), new_id()
        self.rows: dict[type[db.Base], list[dict[str, Any]]] = {}
        changed = {"last_changed_at": clock.now()}
        self.framework_id, self.items = new_id(), [new_id() for _ in range(ITEMS)]
        for item_id in self.items:
            of_framework = {"framework_id": self.framework_id, "identifier": item_id}
            self.add(FrameworkItem, id=item_id, **of_framework, statement=WORDS, **changed)

    def add(self, model: type[db.Base], **columns: Any) -> UUID:
        """Add a row of the model in this district; return its id."""
        row = {"id": new_id(), "district_id": self.district_id, **columns}
        self.rows.setdefault(model, []).append(row)
        found: UUID = row["id"]
        return found

    def person(self, name: str, number: int) -> UUID:
        """Add a person with an account and an open session."""
        person_id = self.add(Person, given_name=name, family_name=f"{name}{number}")
        account_id = self.add(Account, username=f"{name}{number}".lower())
        row = {"person_id": person_id, "account_id": account_id, "district_id": self.district_id}
        self.rows.setdefault(AccountPerson, []).append(row)
        return person_id

    def session(self, person_id: UUID) -> UUID:
        """Add an open session of the person."""
        account = next(r for r in self.rows[AccountPerson] if r["person_id"] == person_id)
        return self.add(
            LoginSession,
            account_id=account["account_id"],
            person_id=person_id,
            refresh_hash="-",
            expires_at=clock.now() + timedelta(days=1),
        )

    def student(self, number: int, advisor_id: UUID) -> tuple[UUID, UUID, UUID]:
        """Add a student with all related rows; return the ids of student, plan and one goal."""
        student_id = self.person("Student", number)
        parent_id = self.person("Parent", number)
        born = date(self.today.year - 15, 6, 1)
        self.add(
            Student,
            id=student_id,
            plan_home_school_id=self.school_id,
            grade="10",
            birth_date=born,
            rights_transfer_on=clock.birthday(born, 18),
        )
        own = {"student_id": student_id}
        since = self.today - timedelta(days=90)
        self.add(SchoolEnrollment, **own, school_id=self.school_id, grade="10", starts_on=since)
        tie = {"starts_on": since, "status": "confirmed", **own}
        self.add(Relationship, person_id=advisor_id, kind=RelationshipKind.ADVISOR, **tie)
        self.add(
            Relationship,
            person_id=parent_id,
            kind=RelationshipKind.PARENT,
            parent_kind=ParentKind.PARENT,
            may_inspect=True,
            may_decide=True,
            **tie,
        )
        plan_id = self.add(Plan, **own, template_id=self.template_id, opened_on=since)
        self._version(own, plan_id, advisor_id, parent_id)
        goals = [self._goal(own, plan_id, n) for n in range(GOALS)]
        return student_id, plan_id, goals[0]

    def _version(self, own: Any, plan_id: UUID, advisor_id: UUID, parent_id: UUID) -> None:
        student_id = own["student_id"]
        version_id = self.add(
            PlanVersion,
            **own,
            plan_id=plan_id,
            template_id=self.template_id,
            number=1,
            status=VersionStatus.IN_FORCE,
            started_by=student_id,
            in_force_on=self.today,
            snapshot="{}",
            snapshot_sha256=HASH,
        )
        for position in range(7):
            self.add(
                PlanSection,
                **own,
                plan_version_id=version_id,
                key=f"section_{position}",
                position=position,
                body=WORDS * 3,
            )
        signers = {
            SignerRole.STUDENT: student_id,
            SignerRole.PARENT: parent_id,
            SignerRole.SCHOOL: advisor_id,
        }
        for role, person_id in signers.items():
            self.add(
                Signature,
                **own,
                plan_version_id=version_id,
                person_id=person_id,
                role=role,
                snapshot_sha256=HASH,
                language="en",
            )
        cycle = clock.Cycle.containing(self.today)
        self.add(
            Review,
            **own,
            plan_id=plan_id,
            cycle_starts_on=cycle.starts_on,
            cycle_ends_on=cycle.ends_on,
            due_on=cycle.ends_on,
            plan_version_id=version_id,
        )

    def _goal(self, own: Any, plan_id: UUID, number: int) -> UUID:
        goal_id = self.add(
            Goal,
            **own,
            plan_id=plan_id,
            status=GoalStatus.ACTIVE,
            domain="career",
            title=f"Shadow a nurse {number}",
            specific=WORDS,
            measurable=WORDS,
            achievable=WORDS,
            relevant=WORDS,
            due_on=self.today + timedelta(days=100),
            progress_percent=20,
            progress_on=self.today,
        )
        for position in range(STEPS):
            self.add(GoalStep, **own, goal_id=goal_id, position=position, title=WORDS[:40])
        self.add(
            ItemLink,
            **own,
            subject_type="goals",
            subject_id=goal_id,
            framework_item_id=self.items[number % ITEMS],
            linked_by=own["student_id"],
        )
        self.add(
            CheckIn,
            **own,
            goal_id=goal_id,
            checked_on=self.today,
            percent=20,
            author_id=own["student_id"],
        )
        return goal_id


def _work(school: Rows, students: list[tuple[UUID, UUID, UUID]]) -> tuple[UUID, UUID]:
    """Add a coordinator with as many ELOs as one has; return both ids, of the last ELO."""
    coordinator_id = school.person("Coordinator", 1)
    since = school.today - timedelta(days=90)
    office = {"role": AppointmentRole.ELO_COORDINATOR, "starts_on": since}
    school.add(Appointment, person_id=coordinator_id, school_id=school.school_id, **office)
    partner_id = school.add(Partner, kind="business", name="Clinic", folded_name="clinic")
    site_id = school.add(PartnerSite, partner_id=partner_id, name="Main house")
    mentor_id = school.add(Mentor, partner_id=partner_id, name="Tom Averill")
    place = {"partner_id": partner_id, "site_id": site_id, "school_id": school.school_id}
    for student_id, plan_id, _ in students[:ELOS]:
        own = {"student_id": student_id}
        elo_id = school.add(
            Elo,
            **own,
            **place,
            plan_id=plan_id,
            type="internship",
            status=EloStatus.ACTIVE,
            title="Nursing at the clinic",
            starts_on=since,
            planned_minutes=3600,
            created_by=student_id,
            waiting_since=clock.now(),
            waiting_on=Awaited.STUDENT,
            started_on=since,
        )
        subject = {**own, "subject_type": "elos", "subject_id": elo_id, "starts_on": since}
        school.add(Assignment, **subject, role=AssignmentRole.COORDINATOR, person_id=coordinator_id)
        school.add(Assignment, **subject, role=AssignmentRole.MENTOR, mentor_id=mentor_id)
        school.add(
            ItemLink,
            **own,
            subject_type="elos",
            subject_id=elo_id,
            framework_item_id=school.items[0],
            linked_by=student_id,
        )
        _log(school, {**own, "elo_id": elo_id}, coordinator_id)
    return coordinator_id, elo_id


def _log(school: Rows, part: dict[str, UUID], coordinator_id: UUID) -> None:
    """Add the log of an ELO, its agreement with three signatures, and a credit line."""
    for ago in range(LOG_ENTRIES):
        verified = {"verified_by": coordinator_id, "verified_at": clock.now()}
        school.add(
            LogEntry,
            **part,
            on=school.today - timedelta(days=ago),
            minutes=120,
            activity=WORDS,
            status=LogEntryStatus.VERIFIED,
            verified_minutes=120,
            **verified,
        )
    signers = ("student", "coordinator")
    agreement_id = school.add(
        Agreement, **part, edition=1, sha256=HASH, signers=[*signers], status="complete"
    )
    for role in signers:
        person_id = part["student_id"] if role == "student" else coordinator_id
        school.add(
            AgreementSignature,
            **part,
            agreement_id=agreement_id,
            role=role,
            person_id=person_id,
            method="account",
            sha256=HASH,
        )
    school.add(
        CreditLine,
        **part,
        area="Health",
        amount=Decimal("0.50"),
        teacher_of_record_id=coordinator_id,
        proposed_by=coordinator_id,
    )


def _portfolios(school: Rows, students: list[tuple[UUID, UUID, UUID]]) -> None:
    """Give students as many artifacts as one has, each with an item and a goal that it shows."""
    for student_id, _, goal_id in students:
        own = {"student_id": student_id}
        for number in range(1, ARTIFACTS + 1):
            artifact_id = school.add(
                Artifact,
                **own,
                status=ArtifactStatus.KEPT,
                title=f"Piece {number}",
                kind="writing",
                made_on=school.today - timedelta(days=number),
                number=1,
            )
            part = {**own, "artifact_id": artifact_id}
            version_id = school.add(ArtifactVersion, **part, number=1, added_by=student_id)
            shown = {"kind": PartKind.TEXT, "text": WORDS, "position": 1}
            school.add(ArtifactPart, **part, **shown, version_id=version_id)
            school.add(Reflection, **part, number=1, answers=[], written_by=student_id)
            school.add(ArtifactLink, **part, goal_id=goal_id, linked_by=student_id)
            school.add(
                ItemLink,
                **own,
                subject_type="artifacts",
                subject_id=artifact_id,
                framework_item_id=school.items[number % ITEMS],
                linked_by=student_id,
            )


def _film(school: Rows, student_id: UUID) -> tuple[UUID, str]:
    """Give the student an artifact with a film; the id of its part, and the file's name."""
    name = f"uploads/{school.district_id}/{new_id()}"
    own = {"student_id": student_id}
    kept = {"media_type": FileType.MP4, "size": FILM, "sha256": HASH, "filename": "film.mp4"}
    file_id = school.add(StoredFile, **own, **kept, name=name, uploaded_by=student_id)
    made = {"title": "Film", "kind": "film", "made_on": school.today - timedelta(days=900)}
    status = {"status": ArtifactStatus.KEPT, "number": 1}
    part = {**own, "artifact_id": school.add(Artifact, **own, **made, **status)}
    version_id = school.add(ArtifactVersion, **part, number=1, added_by=student_id)
    shown = {"kind": PartKind.FILE, "file_id": file_id, "position": 1}
    return school.add(ArtifactPart, **part, **shown, version_id=version_id), name


ORDER = (
    Person,
    Account,
    AccountPerson,
    LoginSession,
    Student,
    SchoolEnrollment,
    Relationship,
    Plan,
    PlanVersion,
    PlanSection,
    Signature,
    Review,
    Goal,
    GoalStep,
    CheckIn,
    FrameworkItem,
    Appointment,
    Partner,
    PartnerSite,
    Mentor,
    Elo,
    Assignment,
    ItemLink,
    LogEntry,
    Agreement,
    AgreementSignature,
    CreditLine,
    StoredFile,
    Artifact,
    ArtifactVersion,
    ArtifactPart,
    Reflection,
    ArtifactLink,
)


def fill(database: db.Database) -> Filled:
    """Write the school, and return its callers."""
    school = Rows()
    advisors = [school.person("Advisor", number) for number in range(ADVISORS)]
    students = [
        school.student(number, advisors[number % ADVISORS]) for number in range(ADVISORS * ADVISEES)
    ]
    student_id, plan_id, goal_id = students[len(students) // 2]
    advisor_id = advisors[ADVISORS // 2]
    coordinator_id, elo_id = _work(school, students)
    half = len(students) // 2
    _portfolios(school, students[half - ADVISEES : half + ADVISEES])
    film_part_id, film = _film(school, students[ADVISORS // 2][0])
    callers = (student_id, advisor_id, coordinator_id)
    sessions = [school.session(one) for one in callers]
    with database.transaction(districts=[school.district_id]) as session:
        for row in _places(school):
            session.add(row)
            session.flush()
        for model in ORDER:
            db.insert_many(model, (_without_stray_id(model, row) for row in school.rows[model]))
    return Filled(
        school.district_id,
        student_id,
        sessions[0],
        plan_id,
        goal_id,
        advisor_id,
        sessions[1],
        school.school_id,
        coordinator_id,
        sessions[2],
        elo_id,
        film_part_id,
        film,
    )


def _places(school: Rows) -> Iterator[Any]:
    place = {"district_id": school.district_id}
    yield District(id=school.district_id, name="Bench", slug="bench")
    yield School(id=school.school_id, name="Bench High", **place)
    identified = {"identifier": school.framework_id, "last_changed_at": clock.now()}
    yield Framework(id=school.framework_id, title="F", source="csv", **identified, **place)
    yield PlanTemplate(id=school.template_id, name="T", sections=[], is_default=True, **place)


def _without_stray_id(model: type[db.Base], row: dict[str, Any]) -> dict[str, Any]:
    return row if model is not AccountPerson else {k: v for k, v in row.items() if k != "id"}
