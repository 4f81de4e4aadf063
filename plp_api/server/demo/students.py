"""Write rows about one student of the demo."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.planning.plans.models import Plan
from plp_api.server.demo.people import Known
from plp_api.server.demo.years import Years


class StudentWriter:
    """Writes rows about the student whom `given` names."""

    def __init__(self, given: dict[str, Any], known: Known, years: Years) -> None:
        self.given, self.known, self.years = given, known, years
        self.district = given["district"]
        self.student_id = self.person(given["student"])
        own_plan = select(Plan).where(Plan.student_id == self.student_id)
        self.plan = db.session().scalars(own_plan).one()
        self.own = {"district_id": self.plan.district_id, "student_id": self.student_id}

    def person(self, sourced_id: str) -> UUID:
        """The id of a person of the student's district."""
        return self.known.people[self.district, sourced_id]

    def add(self, model: type[db.Base], **columns: Any) -> Any:
        """Write a row about the student."""
        row = model(**self.own, **columns)
        db.session().add(row)
        return row
