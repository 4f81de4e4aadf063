"""Demo portfolio templates, portfolios with gaps, and calls for work with what is missing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.portfolio_templates.models import PortfolioTemplate
from plp_api.foundation import db
from plp_api.foundation.roster import spans
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.classes import Class, Enrollment, EnrollmentRole
from plp_api.foundation.roster.relationships import Advisory, AdvisoryMember
from plp_api.learning.artifacts.models import Artifact
from plp_api.learning.calls.models import CallForWork, CallRecipient
from plp_api.learning.portfolios.models import Portfolio, PortfolioEntry
from plp_api.server.demo.catalog import Catalog
from plp_api.server.demo.years import at


def write(content: dict[str, Any], rows: Catalog, artifacts: dict[str, Artifact]) -> None:
    """Write templates, portfolios and calls of portfolio.json; `artifacts` by their keys."""
    writer = Writer(rows, artifacts)
    for given in content["templates"]:
        writer.template(given, content["prompts"])
    for given in content["portfolios"]:
        writer.portfolio(given)
    for given in content["calls"]:
        if rows.years.past(given["made_on"]) is not None:
            writer.call(given)


@dataclass
class Writer:
    """Writes what points at artifacts that exist by today."""

    rows: Catalog
    artifacts: dict[str, Artifact]

    def template(self, given: dict[str, Any], prompts: list[dict[str, str]]) -> None:
        """Write a published template."""
        self.rows.add(
            PortfolioTemplate,
            given,
            key=given["key"],
            school_id=self.rows.school(given),
            status="published",
            title=given["title"],
            description=given["description"],
            purpose=given["purpose"],
            grades=frozenset(given["grades"]),
            slots=[self._slot(given["district"], slot) for slot in given["slots"]],
            prompts=prompts,
        )
        db.session().flush()

    def _slot(self, district: str, given: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in given.items() if name != "codes"}
        items = [str(self.rows.items[district, code].id) for code in given["codes"]]
        return {**kept, "framework_item_ids": items}

    def portfolio(self, given: dict[str, Any]) -> None:
        """Write a student's portfolio with the artifacts that are there already."""
        begun_on = self.rows.years.past(given["begun_on"])
        if begun_on is None:
            return
        student_id = self._person(given, given["student"])
        portfolio = self.rows.add(
            Portfolio,
            given,
            student_id=student_id,
            template_id=self.rows.rows[given["template"]],
            created_at=at(begun_on),
        )
        db.session().flush()
        for position, entry in enumerate(given["entries"], 1):
            if (artifact := self.artifacts.get(entry["artifact"])) is not None:
                self.rows.add(
                    PortfolioEntry,
                    given,
                    student_id=student_id,
                    portfolio_id=portfolio.id,
                    slot_key=entry["slot"],
                    artifact_id=artifact.id,
                    position=position,
                    words=entry["words"],
                )
        db.session().flush()

    def call(self, given: dict[str, Any]) -> None:
        """Write a call to an advisory or a class, with what became of each student's work."""
        room = db.session().get_one(Class, self.rows.known.classes[given["district"], given["to"]])
        own = select(Advisory).where(Advisory.class_id == room.id)
        advisory = db.session().scalars(own).first()
        made_on = self.rows.years.day(given["made_on"]) or self.rows.years.today
        call = self.rows.add(
            CallForWork,
            given,
            school_id=room.school_id,
            title=given["title"],
            prompt=given["prompt"],
            due_on=self.rows.years.day(given["due_on"]),
            class_id=None if advisory else room.id,
            advisory_id=advisory and advisory.id,
            called_by=self._person(given, given["by"]),
            created_at=at(made_on),
        )
        db.session().flush()
        for student_id in self._members(room, advisory):
            self._recipient(call, given, student_id)

    def _members(self, room: Class, advisory: Advisory | None) -> list[UUID]:
        """Who is in the advisory, or else in the class, today."""
        today = self.rows.years.today
        in_class = select(Enrollment.person_id).where(
            Enrollment.class_id == room.id,
            Enrollment.role == EnrollmentRole.STUDENT,
            Enrollment.district_id == room.district_id,
            spans.holds_on(Enrollment, today),
        )
        if advisory is None:
            return list(db.session().scalars(in_class))
        in_advisory = select(AdvisoryMember.student_id).where(
            AdvisoryMember.advisory_id == advisory.id, spans.holds_on(AdvisoryMember, today)
        )
        return list(db.session().scalars(in_advisory))

    def _recipient(self, call: CallForWork, given: dict[str, Any], student_id: UUID) -> None:
        answer = self._answer(given, student_id)
        excused_on = self._excused_on(given, student_id)
        recipient = self.rows.add(
            CallRecipient,
            given,
            student_id=student_id,
            call_id=call.id,
            handed_in_at=answer and at(answer[1]),
            excused_at=excused_on and at(excused_on),
            created_at=call.created_at,
        )
        db.session().flush()
        if answer is not None:
            answer[0].call_recipient_id = recipient.id
            if given["lets_read"]:
                self._let_read(answer[0], call, given, answer[1])

    def _answer(self, given: dict[str, Any], student_id: UUID) -> Any:
        """The student's answer with its day; None: there is none yet."""
        for one in given["answers"]:
            artifact = self.artifacts.get(one["artifact"])
            on = self.rows.years.past(one["on"])
            if artifact is not None and on and artifact.student_id == student_id:
                return artifact, on
        return None

    def _excused_on(self, given: dict[str, Any], student_id: UUID) -> Any:
        for one in given["excused"]:
            if self._person(given, one["student"]) == student_id:
                return self.rows.years.past(one["on"])
        return None

    def _let_read(
        self, artifact: Artifact, call: CallForWork, given: dict[str, Any], on: Any
    ) -> None:
        """Let a teacher who is no advisor of the student read what was handed in."""
        self.rows.add(
            Assignment,
            given,
            student_id=artifact.student_id,
            subject_type=Artifact.__tablename__,
            subject_id=artifact.id,
            role=AssignmentRole.READER,
            person_id=call.called_by,
            starts_on=on,
        )

    def _person(self, given: dict[str, Any], sourced_id: str) -> UUID:
        return self.rows.known.people[given["district"], sourced_id]
