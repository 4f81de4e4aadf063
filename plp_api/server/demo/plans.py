"""Write plan content of the demo with the dates in its files; permissions are not checked."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Role
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.db import new_id
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District
from plp_api.planning.goals.models import CheckIn, Goal, GoalStatus, GoalStep
from plp_api.planning.plans import snapshot
from plp_api.planning.plans.models import (
    PlanSection,
    PlanVersion,
    ProfileEntry,
    VersionStatus,
)
from plp_api.planning.reviews.models import ParticipantRole, Review, ReviewParticipant, ReviewStatus
from plp_api.planning.signatures.models import (
    OutreachAttempt,
    Signature,
    SignatureDecline,
    SignatureException,
)
from plp_api.server.demo import beside, catalog
from plp_api.server.demo.students import StudentWriter
from plp_api.server.demo.years import at

IN_ROOM = "in_room"
DISTANT = date.max
CHECKED = {"account": "account_login", "link": "link_code", IN_ROOM: "known_in_person"}
ENDED = frozenset({GoalStatus.ACHIEVED, GoalStatus.PARTLY_MET, GoalStatus.NOT_MET})
ROLE_OF = {"par": ParticipantRole.PARENT, "stu": ParticipantRole.STUDENT}


class Writer(StudentWriter):
    """Writes one student's content."""

    def write(self) -> None:
        """Write everything that has happened by today."""
        for entry in self.given["profile_entries"]:
            self.add(
                ProfileEntry,
                plan_id=self.plan.id,
                kind=entry["kind"],
                body=entry["text"],
                written_by=self.student_id,
            )
        waiting = sorted(self.given["goals"], key=self._begun_on)
        courses = list(self.given.get("pathway_elements", ()))
        versions = []
        for version in self.given["versions"]:
            # A frozen version must not contain goals and approved courses of a later day.
            until = self.years.past(version["approved_on"]) or self.years.today
            while waiting and self._begun_on(waiting[0]) <= until:
                self._goal(waiting.pop(0))
            while courses and (self.years.past(courses[0]["approved_on"]) or DISTANT) <= until:
                beside.element(self, courses.pop(0))
            db.session().flush()
            versions.append(self._version(version))
        for course in courses:
            beside.element(self, course)
        newest = next((version for version in reversed(versions) if version is not None), None)
        for comment in self.given["comments"]:
            self._comment(newest, comment["by"], comment["on"], comment["text"])
        self._review(self.given["review"])
        for kind, write in beside.KINDS.items():
            for entry in self.given.get(kind, ()):
                write(self, entry, newest)

    def _version(self, given: dict[str, Any]) -> PlanVersion | None:
        submitted_on = self.years.past(given["submitted_on"])
        approved_on = self.years.past(given["approved_on"])
        returned_on = self._returned_on(given)
        version: PlanVersion = self.add(
            PlanVersion,
            id=new_id(),
            plan=self.plan,
            template_id=self.plan.template_id,
            number=given["number"],
            status=_status(self._written_status(given), submitted_on, approved_on, returned_on),
            started_by=self.student_id,
            created_at=at(submitted_on or self.years.today),
            submitted_at=at(submitted_on) if submitted_on else None,
            submitted_by=self.person(given["submitted_by"]) if submitted_on else None,
            recorded_for=(given.get("recorded_for") or {}).get("reason"),
        )
        version.sections = self._sections(given["sections"])
        db.session().flush()
        if approved_on:
            self._put_in_force(version, given, approved_on)
        if returned_on:
            request = given["changes_requested"]
            self._comment(version, request["by"], request["on"], request["comment"])
        return version

    def _written_status(self, given: dict[str, Any]) -> str:
        """The status in the file, unless the version that supersedes this one is in the future."""
        status: str = given["status"]
        if status != VersionStatus.SUPERSEDED:
            return status
        following = self.given["versions"][given["number"]]
        has_come = self.years.past(following["approved_on"]) is not None
        return status if has_come else VersionStatus.IN_FORCE

    def _returned_on(self, given: dict[str, Any]) -> date | None:
        request = given["changes_requested"]
        return self.years.past(request["on"]) if request else None

    def _sections(self, given: list[dict[str, Any]]) -> list[PlanSection]:
        written = {section["key"]: section for section in given}
        template = db.session().get_one(PlanTemplate, self.plan.template_id)
        return [
            PlanSection(
                **self.own,
                key=key,
                position=position,
                body=written[key]["text"] if key in written else "",
                written_by=self.person(written[key]["by"]) if key in written else None,
            )
            for position, key in enumerate(template.keys)
        ]

    def _put_in_force(self, version: PlanVersion, given: dict[str, Any], day: date) -> None:
        """Freeze the version as of that day; a later version supersedes it if the files say so."""
        version.approved_at, version.in_force_on = at(day), day
        self.plan.opened_on = min(self.plan.opened_on, day)
        version.approved_by = self.person(given["approved_by"])
        snapshot.freeze(version)
        version.signed_version_id = version.id
        if version.status == VersionStatus.SUPERSEDED:
            following = self.given["versions"][given["number"]]
            version.superseded_on = self.years.past(following["approved_on"])
        for signature in given["signatures"]:
            self._signature(version, signature)

    def _signature(self, version: PlanVersion, given: dict[str, Any]) -> None:
        """Write the outcome of a requirement to sign: a signature, a refusal, or an exception."""
        on = self.years.past(given.get("signed_on") or given.get("on"))
        if on is None:
            return
        of_version = {"signed_version_id": version.signed_version_id, "role": given["party"]}
        person_id = self.person(given["signer"])
        if given["outcome"] == "declined":
            self.add(
                SignatureDecline,
                **of_version,
                person_id=person_id,
                words=given["words"],
                declined_at=at(on),
            )
        elif given["outcome"] == "excepted":
            self._except(given, person_id, on, of_version)
        else:
            self._sign(version, given, person_id, on)

    def _sign(self, version: PlanVersion, given: dict[str, Any], person_id: UUID, on: date) -> None:
        """Write a signature; one on paper becomes one in the room, because there is no scan."""
        method = IN_ROOM if given["method"] == "paper" else given["method"]
        self.add(
            Signature,
            plan_version_id=version.id,
            signed_version_id=version.signed_version_id,
            person_id=person_id,
            role=given["party"],
            method=method,
            identity_check=CHECKED[method],
            witnessed_by=version.approved_by if method == IN_ROOM else None,
            snapshot_sha256=version.snapshot_sha256,
            language=given["language"],
            signed_at=at(on),
        )

    def _except(
        self, given: dict[str, Any], person_id: UUID, on: date, of_version: dict[str, Any]
    ) -> None:
        """Except the signature of a person who answered none of the logged attempts."""
        review = self._review_row(self.years.day(self.given["review"]["due_on"]) or on)
        db.session().flush()
        by = self.person(given["by"])
        for attempt in given["attempts"]:
            self.add(
                OutreachAttempt,
                review_id=review.id,
                role=given["party"],
                person_id=person_id,
                tried_on=self.years.day(attempt["on"]),
                mode=attempt["mode"],
                outcome=attempt["outcome"],
                logged_by=by,
                logged_at=at(date.fromisoformat(self.years.moved(attempt["on"]))),
            )
        self.add(
            SignatureException,
            **of_version,
            basis="silence",
            reason=given["reason"],
            given_at=at(on),
            given_by=by,
        )

    def _begun_on(self, given: dict[str, Any]) -> date:
        """The day a goal began: as its file says, else with the version before its first work."""
        worked_on = sorted(self._worked_on(given))
        until = worked_on[0] if worked_on else self.years.today
        known = [entry["submitted_on"] for entry in self.given["versions"]]
        known = [given["begun_on"]] if "begun_on" in given else known
        days = [self.years.past(entry) for entry in known]
        return max((day for day in days if day and day <= until), default=until)

    def _worked_on(self, given: dict[str, Any]) -> list[date]:
        """The days of the steps, check-ins and comments of a goal."""
        written = [
            *(entry["done_on"] for entry in given["steps"]),
            *(entry["on"] for entry in (*given["check_ins"], *given["comments"])),
        ]
        return [day for entry in written if (day := self.years.past(entry))]

    def _goal(self, given: dict[str, Any]) -> None:
        goal_id = new_id()
        begun_on = self._begun_on(given)
        check_ins = [entry for entry in given["check_ins"] if self.years.past(entry["on"])]
        latest = check_ins[-1] if check_ins else None
        is_confirmed = given["status"] not in (GoalStatus.DRAFT, GoalStatus.PROPOSED)
        confirmed_on, confirmed_by = self._confirmed(begun_on) if is_confirmed else (None, None)
        goal = self.add(
            Goal,
            id=goal_id,
            plan_id=self.plan.id,
            **{key: given[key] for key in GOAL_TEXTS},
            due_on=self.years.day(given["due_on"]),
            reflection=given.get("reflection"),
            created_at=at(begun_on),
            proposed_at=at(begun_on) if given["status"] != GoalStatus.DRAFT else None,
            confirmed_at=at(confirmed_on) if confirmed_on else None,
            confirmed_by=confirmed_by,
            ended_on=max([begun_on, *self._worked_on(given)]) if given["status"] in ENDED else None,
            progress_percent=latest["percent"] if latest else None,
            progress_on=self.years.past(latest["on"]) if latest else None,
        )
        catalog.link(goal, given.get("framework_items", ()), self.student_id)
        db.session().flush()
        for position, step in enumerate(given["steps"], 1):
            self.add(
                GoalStep,
                created_at=at(begun_on),
                goal_id=goal_id,
                position=position,
                title=step["text"],
                due_on=self.years.day(step["due_on"]),
                done_on=self.years.past(step["done_on"]),
            )
        for entry in check_ins:
            self.add(
                CheckIn,
                created_at=at(date.fromisoformat(self.years.moved(entry["on"]))),
                goal_id=goal_id,
                checked_on=self.years.past(entry["on"]),
                percent=entry["percent"],
                body=entry["words"],
                author_id=self.person(entry["by"]),
            )
        for comment in given["comments"]:
            self._say("goals", goal_id, comment["by"], comment["on"], comment["text"])

    def _confirmed(self, begun_on: date) -> tuple[date, UUID | None]:
        """Who confirmed a goal and when: with the first version approved after it began."""
        for version in self.given["versions"]:
            approved_on = self.years.past(version["approved_on"])
            if approved_on and approved_on >= begun_on:
                return approved_on, self.person(version["approved_by"])
        return begun_on, None

    def _comment(self, version: PlanVersion | None, by: str, on: str, text: str) -> None:
        if version is not None:
            self._say("plan_versions", version.id, by, on, text)

    def _say(self, subject_type: str, subject_id: UUID, by: str, on: str, text: str) -> None:
        said_on = self.years.past(on)
        if said_on is None:
            return
        self.add(
            Comment,
            subject_type=subject_type,
            subject_id=subject_id,
            author_id=self.person(by),
            author_role=_speaks_as(by),
            body=text,
            created_at=at(said_on),
        )

    def _review(self, given: dict[str, Any]) -> None:
        due_on = self.years.day(given["due_on"])
        if due_on is None:
            return
        review = self._review_row(due_on)
        prepared_on, held_on = (self.years.past(given.get(key)) for key in DAYS)
        if prepared_on or given.get("prepared_words"):
            review.preparation = given.get("prepared_words")
            review.prepared_at = at(prepared_on or held_on or self.years.today)
            review.status = ReviewStatus.PREPARED
        if held_on:
            review.status, review.held_on = ReviewStatus.HELD, held_on
            review.mode, review.summary = given["mode"], given.get("notes")
            review.participants = [self._participant(entry) for entry in given["participants"]]
        review.plan_version_id = self._approved_within(review)

    def _review_row(self, due_on: date) -> Review:
        district = db.session().get_one(District, self.plan.district_id)
        cycle = district_settings.of(district).cycle(due_on)
        same = select(Review).where(
            Review.student_id == self.student_id, Review.cycle_starts_on == cycle.starts_on
        )
        review = db.session().scalars(same).first()
        if review is None:
            review = self.add(
                Review,
                id=new_id(),
                plan_id=self.plan.id,
                cycle_starts_on=cycle.starts_on,
                cycle_ends_on=cycle.ends_on,
                due_on=due_on,
            )
        return review

    def _approved_within(self, review: Review) -> UUID | None:
        approved = (
            select(PlanVersion.id)
            .where(
                PlanVersion.plan_id == self.plan.id,
                PlanVersion.in_force_on >= review.cycle_starts_on,
                PlanVersion.in_force_on <= review.due_on,
            )
            .order_by(PlanVersion.number.desc())
        )
        return db.session().scalars(approved).first()

    def _participant(self, given: Mapping[str, Any]) -> ReviewParticipant:
        if "name" in given:
            return ReviewParticipant(**self.own, role=given["role"], name=given["name"])
        role = ROLE_OF.get(given["person"].split("-")[-2], ParticipantRole.ADVISOR)
        return ReviewParticipant(**self.own, role=role, person_id=self.person(given["person"]))


GOAL_TEXTS = ("title", "domain", "status", "specific", "measurable", "achievable", "relevant")
DAYS = ("prepared_on", "held_on")


def _status(
    written: str, submitted_on: date | None, approved_on: date | None, returned_on: date | None
) -> str:
    """The status that the version has today."""
    if approved_on:
        return written
    if returned_on and written == VersionStatus.CHANGES_REQUESTED:
        return written
    return VersionStatus.SUBMITTED if submitted_on else VersionStatus.DRAFT


def _speaks_as(sourced_id: str) -> str:
    """The role in which a person comments, by the kind of their id."""
    kinds = {"stu": Role.STUDENT, "par": Role.PARENT, "stf": Role.COUNSELOR}
    return kinds.get(sourced_id.split("-")[-2], Role.ADVISOR)
