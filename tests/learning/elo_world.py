"""ELOs in the world of tests, written as rows, so that each area is tested from any state."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from plp_api.catalog.partners.models import Mentor, Partner, PartnerSite
from plp_api.foundation import clock, db
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.relationships import AppointmentRole, Placement, PlacementKind
from plp_api.learning.elos.models import Elo, EloStatus
from tests.client import Client
from tests.world import Place, Pupil, Somebody, appoint, person

PROFILE: dict[str, Any] = {
    "signers": ["student", "parent", "mentor", "cooperating_teacher", "coordinator"],
    "is_ordered": True,
    "skipped_states": [],
    "required_parts": ["essential_question", "competencies", "product", "timeline"],
    "needs_partner": True,
}
TEAM = ("cooperating_teacher", "teacher_of_record", "licensed_supervisor", "panel_member")


@dataclass
class Internship:
    """An ELO of `home.student` with its team. `others` is a teacher who has no part in it."""

    id: UUID
    partner_id: UUID
    site_id: UUID
    mentor_id: UUID
    team: dict[str, Somebody] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/elos/{self.id}"

    def __getattr__(self, name: str) -> Any:
        if name in TEAM or name == "others":
            return self.team[name]
        raise AttributeError(name)


def add_internship(
    session: Any,
    place: Place,
    student: Pupil | None = None,
    status: str = EloStatus.ACTIVE,
    **columns: Any,
) -> Internship:
    """Add an ELO in the state with partner, site, mentor and a team of teachers of the school.

    Its coordinator is `place.elo_coordinator`. It began 30 days ago and ends in 60.
    """
    student, own = student or place.student, {"district_id": place.district_id}
    partner = Partner(id=db.new_id(), **own, kind="business", name="North Peak Clinic")
    session.add(partner)
    session.flush()
    site = PartnerSite(id=db.new_id(), **own, partner_id=partner.id, name="Main house")
    mentor = Mentor(
        id=db.new_id(),
        **own,
        partner_id=partner.id,
        name="Tom Averill",
        email="tom@clinic.example",
    )
    session.add_all([site, mentor])
    session.flush()
    today = clock.today()
    began, ends = today - timedelta(days=30), today + timedelta(days=60)
    given: dict[str, Any] = {
        "school_id": place.school_id,
        "type": "internship",
        "title": "Nursing at the clinic",
        "essential_question": "What makes care good?",
        "product": "A guide for new helpers.",
        "timeline": "A day a week.",
        "profile": PROFILE,
        "partner_id": partner.id,
        "site_id": site.id,
        "earliest_start": began,
        "latest_end": ends,
        "starts_on": began,
        "ends_on": ends,
        "least_minutes": 40 * 60,
        "most_minutes": 80 * 60,
        "planned_minutes": 60 * 60,
        "created_by": student.id,
        "waiting_since": clock.now(),
    }
    elo = Elo(
        id=db.new_id(),
        **own,
        student_id=student.id,
        plan_id=student.plan_id,
        status=status,
        **{**given, **columns},
    )
    session.add(elo)
    session.flush()
    made = Internship(elo.id, partner.id, site.id, mentor.id)
    for name in (*TEAM, "others"):
        known_as = f"{name}_{elo.id.hex[-6:]}"
        made.team[name] = person(session, place, known_as)
        appoint(session, place, made.team[name], AppointmentRole.TEACHER, place.school_id)
        del place.people[known_as]
    for name in TEAM:
        assign(session, place, made, student, name, person_id=made.team[name].id)
    coordinator_id = place.elo_coordinator.id
    assign(session, place, made, student, AssignmentRole.COORDINATOR, person_id=coordinator_id)
    assign(session, place, made, student, AssignmentRole.MENTOR, mentor_id=mentor.id)
    session.flush()
    return made


def transfer_out(client: Client, place: Place) -> None:
    """Close the plan of the place's student."""
    admin, plan = client.as_(place.school_admin), f"/plans/{place.student.plan_id}"
    tag = {"If-Match": admin.etag(f"{plan}/life")}
    body = {"action": "transfer_out", "reason": "Moved."}
    assert admin.post(f"{plan}/actions", body, headers=tag).status_code == 200


def add_hosted(session: Any, place: Place, status: str) -> Internship:
    """Add an internship that the other school runs, which hosts the student; no coordinator yet."""
    session.add(
        Placement(
            district_id=place.district_id,
            host_district_id=place.district_id,
            student_id=place.student.id,
            school_id=place.other_school_id,
            kind=PlacementKind.CTE,
            starts_on=clock.today() - timedelta(days=60),
        )
    )
    elo = add_internship(session, place, status=status, school_id=place.other_school_id)
    of_elo = {"subject_id": elo.id, "role": AssignmentRole.COORDINATOR}
    session.query(Assignment).filter_by(**of_elo).delete()
    return elo


def assign(
    session: Any, place: Place, elo: Internship, student: Pupil, role: str, **somebody: Any
) -> None:
    """Assign a person or a mentor to the ELO, since 30 days ago."""
    since = clock.today() - timedelta(days=30)
    subject = {"subject_type": "elos", "subject_id": elo.id, "student_id": student.id}
    session.add(
        Assignment(**subject, district_id=place.district_id, role=role, starts_on=since, **somebody)
    )
