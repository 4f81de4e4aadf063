"""Pathway elements: planned, readiness recorded, approved."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from plp_api.foundation.roster.relationships import SchoolEnrollment
from tests.client import Client
from tests.world import Place, World, ahead, writing

SPRING = {
    "type": "dual_enrollment",
    "title": "Introduction to Nursing",
    "course_code": "NUR-1010",
    "provider_name": "Community College of Vermont",
    "provider_kind": "college",
    "term": "Spring",
    "funding": "state_voucher",
    "high_school_credits": 1,
    "college_credits": 3,
}


@dataclass
class School:
    """The people around a student, as clients, and the steps of an element."""

    client: Client
    home: Place

    def __getattr__(self, name: str) -> Any:
        return self.client.as_(getattr(self.home, name))

    def plan(self, student: Any, by: str = "", **texts: Any) -> str:
        """The address of a new element, planned by the student or the given person."""
        author = getattr(self, by) if by else self.client.as_(student)
        starts_on = texts.pop("starts_on", ahead(1))
        body = {**SPRING, "starts_on": starts_on, **texts}
        made = author.made(f"/plans/{student.plan_id}/pathway-elements", body)
        return f"/pathway-elements/{made['id']}"

    def make_ready(self, element: str) -> None:
        for party, said_by in (("home_school", "Ms. Roy"), ("provider", "Dean Lu")):
            answer = self.counselor.act(element, "record_readiness", party=party, said_by=said_by)
            assert answer.status_code == 200, answer.json

    def approved(self, student: Any, **texts: Any) -> str:
        """The address of an approved element."""
        element = self.plan(student, **texts)
        self.make_ready(element)
        answer = self.counselor.act(element, "approve")
        assert answer.status_code == 200, answer.json
        return element

    def enrolled(self, student: Any, **texts: Any) -> str:
        """The address of an element in which the student is enrolled."""
        element = self.approved(student, **texts)
        answer = self.counselor.act(element, "enroll")
        assert answer.status_code == 200, answer.json
        return element


@pytest.fixture
def school(client: Client, world: World) -> School:
    return School(client, world.home)


@pytest.fixture
def in_grade(database: Any, world: World) -> Any:
    """Set a student's grade with its dates; other enrollments end."""

    def place(student: Any, grade: str, since: date, until: date | None = None) -> None:
        with writing(database, world.home) as session:
            mine = session.query(SchoolEnrollment).filter_by(student_id=student.id)
            row = mine.order_by(SchoolEnrollment.starts_on).first()
            row.grade, row.starts_on, row.ends_on = grade, since, until

    return place
