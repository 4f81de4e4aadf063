"""Demo ELOs: in every state, with their teams, logs, evaluations and credit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.elo_designs.models import DESIGN_WORDS, DesignTemplate
from plp_api.catalog.elo_profiles.models import EloProfile, SignerRole
from plp_api.catalog.rubrics.models import Rubric
from plp_api.foundation import db
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.roster.assignments import Assignment, AssignmentRole
from plp_api.foundation.roster.relationships import Relationship
from plp_api.learning.agreements.actions import follow_signatures, freeze
from plp_api.learning.agreements.models import (
    Agreement,
    AgreementSignature,
    AgreementStatus,
    SigningMethod,
)
from plp_api.learning.concerns.models import Concern
from plp_api.learning.credit.models import Appeal, CreditLine
from plp_api.learning.elos.models import (
    Benchmark,
    Communication,
    Cost,
    Elo,
    EloGoal,
    EloPermission,
    EloStatus,
    EloTime,
    TrainingTask,
)
from plp_api.learning.evaluations.models import Evaluation, Presentation, WorkHabits
from plp_api.learning.work_logs.models import Absence, LogEntry, LogEntryStatus, SiteVisit
from plp_api.planning.goals.models import Goal
from plp_api.planning.plans.models import Plan
from plp_api.server.demo import catalog
from plp_api.server.demo.catalog import COORDINATOR, Catalog
from plp_api.server.demo.years import at

HABITS = {"punctuality": "always", "initiative": "sometimes", "teamwork": "usually"}
CHECKED_AFTER = timedelta(days=6)
"""How long after the work a mentor looks at the hours."""
HOLIDAYS = ((10, 12), (11, 11), (11, 25), (11, 26), (11, 27))
"""Days, as month and day, on which nobody of the demo works."""


def write(content: dict[str, Any], catalog_rows: Catalog) -> None:
    """Write elos.json, after the catalog and the plans."""
    for given in content["design_templates"]:
        _write_template(given, catalog_rows)
    for given in content["elos"]:
        writer = Writer(given, catalog_rows)
        if writer.states:
            writer.write()


def _write_template(given: dict[str, Any], rows: Catalog) -> None:
    items = [str(rows.items[given["district"], code].id) for code in given["codes"]]
    words = {name: given[name] for name in DESIGN_WORDS if name in given}
    rows.add(
        DesignTemplate,
        given,
        school_id=rows.school(given),
        type=given["type"],
        title=given["title"],
        description=given["description"],
        framework_item_ids=items,
        parts={"benchmarks": [], "training_tasks": [], "communications": []},
        **words,
    )


@dataclass
class Writer:
    """Writes one ELO in the last state of its history that is not in the future."""

    given: dict[str, Any]
    rows: Catalog

    @property
    def states(self) -> list[tuple[date, str]]:
        """The states that it has been in, with their days."""
        dated = [(self.rows.years.past(on), state) for on, state in self.given["history"]]
        return [(on, state) for on, state in dated if on is not None]

    def write(self) -> None:
        """Write the ELO with everything that has happened."""
        self.elo = self._elo()
        db.session().flush()
        self._team()
        self._design()
        db.session().flush()
        self._agreement()
        self._log()
        self._judgments()
        self._words()
        db.session().flush()

    def _elo(self) -> Elo:
        given, since = self.given, self.states[-1][0]
        student_id = self._person(given["student"])
        profile = (
            db.session()
            .scalars(
                select(EloProfile).where(
                    EloProfile.district_id == self._district, EloProfile.type == given["type"]
                )
            )
            .one()
        )
        plan_id = db.session().scalars(select(Plan.id).where(Plan.student_id == student_id)).one()
        least, most, planned = (hours * 60 for hours in given["hours"] or (0, 0, 0))
        on = {state: day for day, state in self.states}
        starts_on, ends_on = (self._day(given[name]) for name in ("starts_on", "ends_on"))
        elo: Elo = self.rows.add(
            Elo,
            given,
            student_id=student_id,
            plan_id=plan_id,
            school_id=self.rows.known.schools[given["district"], given["school"]],
            type=given["type"],
            status=self.states[-1][1],
            title=given["title"],
            description=given["description"],
            profile=_kept(profile),
            opportunity_id=self.rows.rows.get(given["opportunity"] or ""),
            partner_id=self.rows.rows.get(given["partner"] or ""),
            site_id=self.rows.rows.get(f"{given['partner']}-site"),
            rubric_id=self._rubric(),
            earliest_start=starts_on,
            latest_end=ends_on and ends_on + timedelta(days=14),
            starts_on=starts_on,
            ends_on=ends_on,
            least_minutes=least or None,
            most_minutes=most or None,
            planned_minutes=planned or None,
            work=given["work"],
            created_by=student_id,
            created_at=at(self.states[0][0]),
            waiting_since=at(since),
            submitted_at=_at(on.get(EloStatus.SUBMITTED)),
            accepted_at=_at(on.get(EloStatus.DESIGN)),
            accepted_by=self._person(COORDINATOR) if EloStatus.DESIGN in on else None,
            started_on=on.get(EloStatus.ACTIVE),
            suspended_on=on.get(EloStatus.SUSPENDED),
            handed_in_on=on.get(EloStatus.EVIDENCE_COMPLETE),
            ended_at=_at(on.get(EloStatus.CREDIT_AWARDED) or on.get(EloStatus.DENIED)),
            ended_by=self._person(COORDINATOR) if EloStatus.DENIED in on else None,
            end_reason=given["end_reason"],
            **given["design"],
        )
        return elo

    def _rubric(self) -> UUID | None:
        title = self.given["rubric"]
        of_district = Rubric.district_id == self._district
        named = select(Rubric.id).where(of_district, Rubric.title == title)
        return db.session().scalars(named).first() if title else None

    def _team(self) -> None:
        since = {state: day for day, state in self.states}.get(EloStatus.DESIGN)
        if since is None:
            return
        for role, people in self.given["team"].items():
            for sourced_id in people:
                self._assign(role, since, person_id=self._person(sourced_id))
        if self.given["mentor"]:
            mentor_id = self.rows.rows[self.given["mentor"]]
            self._assign(AssignmentRole.MENTOR, since, mentor_id=mentor_id)

    def _assign(self, role: str, since: date, **somebody: UUID) -> None:
        subject = {"subject_type": Elo.__tablename__, "subject_id": self.elo.id}
        self._add(Assignment, role=role, starts_on=since, **subject, **somebody)

    def _design(self) -> None:
        student_id = self.elo.student_id
        for code in self.given["codes"]:
            catalog.link(self.elo, [code], student_id)
        goals = select(Goal).where(Goal.student_id == student_id, Goal.title == self.given["goal"])
        for goal in db.session().scalars(goals):
            self._part(EloGoal, goal_id=goal.id)
        for weekday, begins, ends in self.given["times"]:
            self._part(EloTime, weekday=weekday, begins=_minute(begins), ends=_minute(ends))
        for one in self.given["benchmarks"]:
            self._benchmark(one)
        for one in self.given["training_tasks"]:
            rated_on = self._past(one["rated_on"])
            by = self._person(COORDINATOR) if rated_on else None
            rated = {"rating": one["rating"] if rated_on else None, "rated_on": rated_on}
            self._part(
                TrainingTask,
                task=one["task"],
                competence=one["competence"],
                rated_by=by,
                **rated,
            )
        for one in self.given["communications"]:
            self._part(Communication, **one)
        for one in self.given["permissions"]:
            by = self._person(COORDINATOR)
            self._part(
                EloPermission, **{**one, "given_on": self._day(one["given_on"])}, recorded_by=by
            )
        for one in self.given["costs"]:
            self._part(Cost, **one)

    def _benchmark(self, given: dict[str, Any]) -> None:
        reviewer, reviewed_on = self._person(given["reviewer"]), self._past(given["reviewed_on"])
        self._part(
            Benchmark,
            title=given["title"],
            due_on=self._day(given["due_on"]),
            reviewer_id=reviewer,
            outcome=given["outcome"] if reviewed_on else None,
            words=given["words"] if reviewed_on else "",
            reviewed_by=reviewer if reviewed_on else None,
            reviewed_on=reviewed_on,
        )

    def _agreement(self) -> None:
        """Freeze the agreement; once it was approved, everybody has signed it."""
        on = {state: day for day, state in self.states}
        if EloStatus.AGREEMENT_PENDING not in on:
            return
        freeze(self.elo, None)
        db.session().flush()
        of_elo = select(Agreement).where(Agreement.elo_id == self.elo.id)
        agreement = db.session().scalars(of_elo).one()
        agreement.created_at = at(on[EloStatus.AGREEMENT_PENDING])
        approved_on = on.get(EloStatus.APPROVED)
        signed = self.given["signed"] or (agreement.signers if approved_on else ())
        for role in signed:
            self._sign(agreement, role, approved_on or on[EloStatus.AGREEMENT_PENDING])
        if approved_on:
            agreement.status, agreement.waiting_for = AgreementStatus.COMPLETE, frozenset()
            agreement.completed_at = at(approved_on)
        else:
            db.session().flush()
            follow_signatures(agreement, self.elo, None)

    def _sign(self, agreement: Agreement, role: str, day: date) -> None:
        is_mentor = role == SignerRole.MENTOR
        person_id = None if is_mentor else self._signer(role)
        if person_id is None and not is_mentor:
            # Nobody signs as a parent once the rights are the student's.
            return
        self._part(
            AgreementSignature,
            agreement_id=agreement.id,
            role=role,
            person_id=person_id,
            mentor_id=self.rows.rows[self.given["mentor"]] if is_mentor else None,
            method=SigningMethod.IN_ROOM if is_mentor else SigningMethod.ACCOUNT,
            recorded_by=self._person(COORDINATOR) if is_mentor else None,
            identity_check="known_in_person" if is_mentor else "account_login",
            sha256=agreement.sha256,
            signed_at=at(day),
        )

    def _signer(self, role: str) -> UUID | None:
        """The student, a parent who may decide, or the first of the team in that role."""
        if role == SignerRole.STUDENT:
            return self.elo.student_id
        if role == SignerRole.PARENT:
            deciding = select(Relationship.person_id).where(
                Relationship.student_id == self.elo.student_id, Relationship.may_decide.is_(True)
            )
            return db.session().scalars(deciding.order_by(Relationship.id)).first()
        return self._person(self.given["team"][role][0])

    def _log(self) -> None:
        given = self.given["log"]
        if given:
            item = self.rows.items[self.given["district"], given["code"]]
            activities = given["activities"]
            for number, day in enumerate(self._days(given)):
                self._entry(given, day, activities[number % len(activities)], item.id)
        for one in self.given["absences"]:
            if on := self._past(one["on"]):
                self._part(Absence, **{**one, "on": on}, recorded_by=self._person(COORDINATOR))
        for one in self.given["visits"]:
            if on := self._past(one["on"]):
                self._part(SiteVisit, **{**one, "on": on}, visited_by=self._person(COORDINATOR))

    def _days(self, given: dict[str, Any]) -> Iterator[date]:
        """The days on which the student was there, until yesterday."""
        first, last = self._day(given["from"]), self._day(given.get("until"))
        yesterday = self.rows.years.today - timedelta(days=1)
        until = min(last or yesterday, yesterday)
        number = (until - first).days + 1 if first else 0
        for on in (until - timedelta(days=ago) for ago in reversed(range(number))):
            if on.isoweekday() in given["weekdays"] and not self._is_off(on):
                yield on

    def _is_off(self, on: date) -> bool:
        absent = {self._day(one["on"]) for one in self.given["absences"]}
        return on in absent or (on.month, on.day) in HOLIDAYS

    def _entry(self, given: dict[str, Any], on: date, activity: str, item_id: UUID) -> None:
        """One entry; what is old enough was verified: by the mentor, where there is one."""
        verified_until = self._past(given["verified_until"])
        is_verified = verified_until is not None and on <= verified_until
        mentor_id = self.rows.rows[self.given["mentor"]] if self.given["mentor"] else None
        coordinator = self._person(COORDINATOR)
        self._part(
            LogEntry,
            on=on,
            minutes=given["minutes"],
            activity=activity,
            framework_item_id=item_id,
            status=LogEntryStatus.VERIFIED if is_verified else LogEntryStatus.PENDING,
            verified_minutes=given["minutes"] if is_verified else None,
            verified_by=coordinator if is_verified and mentor_id is None else None,
            verified_by_mentor_id=mentor_id if is_verified else None,
            verified_at=at(on + CHECKED_AFTER) if is_verified else None,
            created_at=at(on),
        )

    def _judgments(self) -> None:
        for one in self.given["habits"]:
            if rated_on := self._past(one["on"]):
                by = self._person(COORDINATOR)
                self._part(
                    WorkHabits,
                    moment=one["moment"],
                    levels=HABITS,
                    rated_on=rated_on,
                    rated_by=by,
                )
        if (held := self.given["presentation"]) and (on := self._past(held["held_on"])):
            self._part(
                Presentation,
                held_on=on,
                place=held["place"],
                panel_ids=[str(self._person(one)) for one in held["panel"]],
                guests=held["guests"],
                words=held["words"],
                recorded_by=self._person(COORDINATOR),
            )
        if (found := self.given["evaluation"]) and (on := self._past(found["on"])):
            self._evaluation(found, on)
        if self.states[-1][1] in (EloStatus.EVALUATED, EloStatus.CREDIT_AWARDED):
            for line in self.given["credit"]:
                self._credit(line)

    def _evaluation(self, given: dict[str, Any], on: date) -> None:
        rubric = db.session().get_one(Rubric, self.elo.rubric_id)
        (teacher,) = self.given["team"]["cooperating_teacher"]
        self._part(
            Evaluation,
            rubric_id=rubric.id,
            scores={one["key"]: given["level"] for one in rubric.criteria},
            words=given["words"],
            evaluated_by=self._person(teacher),
            evaluated_at=at(on),
        )

    def _credit(self, given: dict[str, Any]) -> None:
        items = [str(self.rows.items[self.given["district"], code].id) for code in given["codes"]]
        decided_on = self._past(given["decided_on"])
        teacher = self._person(given["teacher"])
        coordinator = self._person(COORDINATOR)
        is_content = not given["is_elective"]
        self._part(
            CreditLine,
            area=given["area"],
            amount=Decimal(given["amount"]),
            framework_item_ids=items,
            teacher_of_record_id=teacher,
            status=given["status"],
            is_elective=given["is_elective"],
            licence_attested_by=coordinator if is_content else None,
            licence_attested_at=self.elo.waiting_since if is_content else None,
            proposed_by=coordinator,
            decided_by=teacher if decided_on else None,
            decided_at=_at(decided_on),
        )

    def _words(self) -> None:
        """Write concerns, comments and appeals."""
        for one in self.given["comments"]:
            if on := self._past(one["on"]):
                subject = {"subject_type": Elo.__tablename__, "subject_id": self.elo.id}
                said = {"author_role": "elo_coordinator", "body": one["words"]}
                author_id = self._person(one["by"])
                self._add(Comment, **subject, **said, author_id=author_id, created_at=at(on))
        for one in self.given["appeals"]:
            if on := self._past(one["on"]):
                appealed = {"about": one["about"], "words": one["words"]}
                filed_by = self._person(one["by"])
                self._part(Appeal, **appealed, filed_by=filed_by, created_at=at(on))
        for one in self.given["concerns"]:
            if on := self._past(one["on"]):
                self._part(
                    Concern,
                    kind=one["kind"],
                    words=one["words"],
                    raised_by=self._person(one["by"]),
                    created_at=at(on),
                )

    def _part(self, model: Any, **columns: Any) -> None:
        self._add(model, elo_id=self.elo.id, **columns)

    def _add(self, model: Any, **columns: Any) -> None:
        self.rows.add(model, self.given, student_id=self.elo.student_id, **columns)

    @property
    def _district(self) -> UUID:
        return self.rows.known.districts[self.given["district"]]

    def _person(self, sourced_id: str) -> UUID:
        return self.rows.known.people[self.given["district"], sourced_id]

    def _day(self, written: str | None) -> date | None:
        return self.rows.years.day(written)

    def _past(self, written: str | None) -> date | None:
        return self.rows.years.past(written)


def _kept(profile: EloProfile) -> dict[str, Any]:
    """What an ELO keeps of its profile."""
    tags: dict[str, Callable[[EloProfile], Any]] = {
        "skipped_states": lambda one: sorted(one.skipped_states),
        "required_parts": lambda one: sorted(one.required_parts),
    }
    kept = {name: tags[name](profile) for name in tags}
    plain = ("signers", "is_ordered", "needs_partner")
    return {**kept, **{name: getattr(profile, name) for name in plain}}


def _minute(clock_time: str) -> int:
    """Minutes since midnight."""
    hours, minutes = map(int, clock_time.split(":"))
    return hours * 60 + minutes


def _at(day: date | None) -> Any:
    return None if day is None else at(day)
