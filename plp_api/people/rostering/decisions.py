"""People's decisions about rows of a package, and the questions that still need one.

A sourcedId or a state id alone does not identify a person. If it points at two different people,
nothing is imported until a person decides who it is. `reused` and `shared_numbers` ask; the
decisions come with the package, or are remembered from an earlier one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from plp_api.foundation import db
from plp_api.people.rostering import importer
from plp_api.people.rostering.difference import Comparison
from plp_api.people.rostering.findings import Code
from plp_api.people.rostering.models import LastingDecision, Verdict

# The question that each kind of decision answers.
ABOUT: Mapping[Verdict, Code] = {
    Verdict.SAME: Code.ID_REUSED,
    Verdict.ANOTHER: Code.ID_REUSED,
    Verdict.MERGE: Code.STATE_ID_SHARED,
    Verdict.WRONG_NUMBER: Code.STATE_ID_SHARED,
}
COLUMNS = {Code.ID_REUSED: "sourcedId", Code.STATE_ID_SHARED: "userIds"}
QUESTIONS = frozenset(ABOUT.values())


@dataclass(frozen=True)
class Decision:
    """A person's decision about the user with this sourcedId."""

    sourced_id: str
    verdict: Verdict


def as_stored(decision: Decision) -> dict[str, str]:
    """A decision as stored in an import and shown by the API."""
    return {"sourced_id": decision.sourced_id, "decision": str(decision.verdict)}


def from_stored(written: Mapping[str, str]) -> Decision:
    """The decision from its stored or sent form."""
    return Decision(written["sourced_id"], Verdict(written["decision"]))


@dataclass(frozen=True)
class Taken:
    """A decision that was carried out; `person_id` is the stored person it was about, if any."""

    decision: Decision
    person_id: UUID | None


@dataclass
class Answers:
    """The decisions that came with a package; each answers one question."""

    comparison: Comparison
    by: UUID | None
    given: Collection[Decision]
    taken: list[Taken] = field(default_factory=list)

    def find(self, sourced_id: str, *verdicts: Verdict) -> Decision | None:
        """The decision about a row, if it has one of these verdicts."""
        decisions = self._by_row.get(sourced_id, ())
        return next((decision for decision in decisions if decision.verdict in verdicts), None)

    @cached_property
    def _by_row(self) -> Mapping[str, Collection[Decision]]:
        by_row: dict[str, list[Decision]] = {}
        for decision in self.given:
            by_row.setdefault(decision.sourced_id, []).append(decision)
        return by_row

    def take(self, decision: Decision, person_id: UUID | None) -> None:
        """Record that a decision was carried out."""
        self.taken.append(Taken(decision, person_id))

    def is_new(self, decision: Decision) -> bool:
        """Whether the decision came with this package, not with an earlier one."""
        return self.find(decision.sourced_id, decision.verdict) is not None

    def require_power(
        self, decision: Decision, row: int | None, people: Iterable[UUID | None]
    ) -> None:
        """Add a finding if the sender of the package may not act on one of these people."""
        if any(person_id and importer.is_barred_from(person_id) for person_id in people):
            self._tell(Code.DECISION_NOT_YOURS, row, "sourcedId", decision.sourced_id)

    def ask(self, code: Code, row: int, sourced_id: str, detail: str = "") -> None:
        """Add a finding for a question without a decision."""
        self._tell(code, row, COLUMNS[code], sourced_id, detail)

    def refuse(self, code: Code, row: int, sourced_id: str) -> None:
        """Add a finding for a decision that cannot be carried out."""
        self._tell(code, row, "sourcedId", sourced_id)

    def refuse_the_rest(self) -> None:
        """Add a finding for every unused decision: it may belong to another package."""
        used = {taken.decision for taken in self.taken}
        for decision in self.given:
            if decision not in used:
                self._tell(Code.DECISION_UNKNOWN, None, None, decision.sourced_id)

    def _tell(
        self, code: Code, row: int | None, column: str | None, sourced_id: str, detail: str = ""
    ) -> None:
        self.comparison.findings.add(code, "users.csv", row, column, detail, sourced_id)


# Decisions that hold for later packages.


def remembered(district_id: UUID, sourced_ids: Collection[str]) -> dict[tuple[str, str], Verdict]:
    """The earlier decisions, by sourcedId and state id."""
    stored = select(LastingDecision).where(
        LastingDecision.district_id == district_id,
        db.any_of(LastingDecision.sourced_id, bindparam("sourced_ids", type_=db.WORDS)),
    )
    rows = db.session().scalars(stored, {"sourced_ids": list(sourced_ids)})
    return {(row.sourced_id, row.state_student_id): Verdict(row.decision) for row in rows}


def remember(district_id: UUID, decision: Decision, number: str, by: UUID | None) -> None:
    """Store a decision for later packages, replacing an earlier one."""
    key = (
        LastingDecision.district_id == district_id,
        LastingDecision.sourced_id == decision.sourced_id,
        LastingDecision.state_student_id == number,
    )
    db.session().execute(delete(LastingDecision).where(*key))
    db.session().add(
        LastingDecision(
            district_id=district_id,
            sourced_id=decision.sourced_id,
            state_student_id=number,
            decision=decision.verdict,
            decided_by=by,
        )
    )
