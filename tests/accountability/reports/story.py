"""A district over two years as plain facts, and the coverage expected on any day.

An independent second computation: it goes through the students one by one and
checks the date of each fact; it shares no code with the SQL.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from plp_api.catalog.templates.models import PlanTemplate
from plp_api.foundation import clock, db
from plp_api.foundation.db import new_id
from plp_api.foundation.roster import terms
from plp_api.foundation.roster.home_study import HomeStudy
from plp_api.foundation.roster.models import District, Person, School, Student
from plp_api.foundation.roster.relationships import (
    AppointmentRole,
    Relationship,
    RelationshipKind,
    SchoolEnrollment,
)
from plp_api.planning.plans.models import Plan, PlanVersion
from plp_api.planning.reviews.models import Review
from plp_api.planning.signatures.models import (
    Signature,
    SignatureDecline,
    SignatureException,
    SignatureWaiver,
)
from tests.world import SECTIONS, Place, appoint, person

HIGH, MIDDLE = "High", "Middle"
NOBODY = None
DAY = timedelta(days=1)


def day(text: str) -> date:
    """`26-03-15` is 15 March 2026."""
    return date.fromisoformat(f"20{text}")


@dataclass
class Version:
    """A plan version: its days in force, and its signatures by role, person and day.

    `goes_on` marks a version that keeps the signatures of the one before.
    """

    on: str
    until: str | None = None
    signed: dict[str, str] = field(default_factory=dict)
    declined: dict[str, str] = field(default_factory=dict)
    # Exceptions by role, from a day until they were withdrawn.
    without: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    goes_on: bool = False


@dataclass
class Pupil:
    """All facts of one student. Spans are (value, first day, first day after or None)."""

    at: list[tuple[str, str, str, str | None]]
    plan: str | None = None
    versions: list[Version] = field(default_factory=list)
    # First year of the cycle, due date, day excepted.
    reviews: list[tuple[int, str, str | None]] = field(default_factory=list)
    born: str | None = None
    # By name: the days on which the parent may decide.
    parents: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    advisors: list[tuple[str, str, str | None]] = field(default_factory=list)
    home: str = HIGH
    # The days of home study.
    at_home: tuple[str, str | None] | None = None
    # The days on which there is no parent to sign.
    waived: tuple[str, str | None] | None = None

    def place(self, on: date) -> tuple[str, str] | None:
        """School and grade on the day."""
        held = [
            (school != self.home, -day(start).toordinal(), school, grade)
            for school, grade, start, end in self.at
            if _holds(start, end, on) and grade in ("07", "08", "09", "10", "11", "12")
        ]
        is_away = self.at_home is not None and _holds(*self.at_home, on)
        return min(held)[2:] if held and not is_away else None

    def has_plan(self, on: date) -> bool:
        return self.plan is not None and day(self.plan) <= on

    def in_force(self, on: date) -> Version | None:
        begun = [one for one in self.versions if day(one.on) <= on]
        return begun[-1] if begun else None

    def state(self, on: date) -> str:
        """One of the four."""
        cycle = clock.Cycle.containing(on)
        version = self.in_force(on)
        since = day(version.on) if version else None
        if since and since >= cycle.starts_on:
            return "current"
        if any(
            date(year, 12, 1) == cycle.starts_on and excepted and day(excepted) <= on
            for year, _, excepted in self.reviews
        ):
            return "excepted"
        if not self.has_plan(on):
            entered = min(day(start) for _, grade, start, _ in self.at if grade != "06")
            is_late = entered < cycle.starts_on and (on - entered).days > 45
            return "overdue" if is_late else "due"
        missed = [one for one in self.reviews if day(one[1]) < on]
        if not missed:
            return "due"
        year, _, excepted = missed[-1]
        is_spared = excepted is not None and day(excepted) <= on
        is_answered = since is not None and since >= date(year, 12, 1)
        return "due" if is_spared or is_answered else "overdue"

    def signatures(self, on: date, *, all_decide: bool) -> str | None:
        version = self.in_force(on)
        if version is None:
            return None
        first = self.versions[self.versions.index(version) - 1] if version.goes_on else version
        signed = {name for name, when in first.signed.items() if day(when) <= on}
        declined = {name for name, when in first.declined.items() if day(when) <= on} - signed
        without = {who for who, span in first.without.items() if _holds(*span, on)}
        students = "done" if "student" in signed else "without" if "student" in without else "open"
        found = {students, self._parents(signed, declined, without, on, all_decide=all_decide)}
        if "open" in found:
            return "pending"
        return "signatures_excepted" if "without" in found else "signed"

    def _parents(
        self, signed: set[str], declined: set[str], without: set[str], on: date, *, all_decide: bool
    ) -> str:
        """Whether the parents' signatures are given, excepted, or open."""
        if self.born and clock.birthday(day(self.born), 18) <= on:
            return "done"
        deciding = {name for name, span in self.parents.items() if _holds(*span, on)}
        parents = signed - {"student"}
        have_signed = bool(parents) and (not all_decide or deciding <= parents)
        if have_signed and not declined & deciding:
            return "done"
        if self.waived and _holds(*self.waived, on):
            return "done"
        return "without" if "parent" in without else "open"

    def advisors_on(self, on: date) -> list[str | None]:
        held = sorted({who for who, start, end in self.advisors if _holds(start, end, on)})
        return [*held] or [NOBODY]


def _holds(start: str, end: str | None, on: date) -> bool:
    return day(start) <= on and (end is None or on < day(end))


Told = tuple[dict[str, int], dict[tuple[Any, ...], dict[str, int]]]


def told(pupils: list[Pupil], on: date, by: list[str], *, all_decide: bool = False) -> Told:
    """Total and groups that the report must show; a group is the values of `by`, in order."""
    total: Counter[str] = Counter()
    groups: dict[tuple[Any, ...], Counter[str]] = {}
    for one in pupils:
        place = one.place(on)
        if place is None:
            continue
        words = ["enrolled", one.state(on)]
        words += ["has_plan"] if one.has_plan(on) else []
        words += filter(None, [one.signatures(on, all_decide=all_decide)])
        total.update(words)
        advisors = one.advisors_on(on) if "advisor" in by else [NOBODY]
        for advisor in advisors:
            named = {"school": place[0], "grade": place[1], "advisor": advisor}
            groups.setdefault(tuple(named[name] for name in by), Counter()).update(words)
    return dict(total), {key: dict(counted) for key, counted in groups.items()}


STORY = [
    # Twice on time, signed by all; the second version supersedes the first.
    Pupil(
        at=[(HIGH, "10", "25-08-25", "26-07-01"), (HIGH, "11", "26-07-01", None)],
        plan="25-09-01",
        versions=[
            Version("25-10-15", "26-10-20", {"student": "25-10-16", "mother": "25-11-02"}),
            Version("26-10-20", None, {"student": "26-10-20"}),
        ],
        reviews=[(2024, "25-11-30", None), (2025, "26-11-30", None), (2026, "27-11-30", None)],
        parents={"mother": ("20-01-01", None)},
        advisors=[("ames", "25-08-25", None)],
    ),
    # Missed the first deadline, completed in January; nothing since.
    Pupil(
        at=[(HIGH, "11", "25-08-25", None)],
        plan="25-09-01",
        versions=[Version("26-01-15", None, {"mother": "26-01-20"})],
        reviews=[(2024, "25-11-30", None), (2025, "26-11-30", None), (2026, "27-11-30", None)],
        parents={"mother": ("20-01-01", None)},
        advisors=[("ames", "25-08-25", "26-02-01"), ("boyle", "26-02-01", None)],
    ),
    # Never reviewed.
    Pupil(
        at=[(HIGH, "12", "25-08-25", "26-06-15")],
        plan="25-09-01",
        reviews=[(2024, "25-11-30", None), (2025, "26-11-30", None)],
        advisors=[("boyle", "25-08-25", None)],
    ),
    # Excepted in June, after a missed deadline; the next cycle does not have to make up for it.
    Pupil(
        at=[(HIGH, "10", "25-08-25", None)],
        plan="25-09-01",
        reviews=[
            (2024, "25-11-30", None),
            (2025, "26-11-30", "26-06-01"),
            (2026, "27-11-30", None),
        ],
    ),
    # Entered late, in November: due 45 days later, in the next cycle, and completed there.
    Pupil(
        at=[(HIGH, "09", "26-11-10", None)],
        plan="26-11-10",
        versions=[Version("27-01-05")],
        reviews=[(2025, "26-12-25", None), (2026, "27-11-30", None)],
        advisors=[("ames", "26-11-10", None)],
    ),
    # Moved between schools and grades in August.
    Pupil(
        at=[(MIDDLE, "08", "25-08-25", "26-08-20"), (HIGH, "09", "26-08-20", None)],
        plan="25-09-01",
        versions=[Version("25-11-30")],
        reviews=[(2024, "25-11-30", None), (2025, "26-11-30", None)],
        advisors=[("clark", "25-08-25", "26-08-20"), ("ames", "26-08-20", None)],
    ),
    # No plan was ever opened.
    Pupil(at=[(HIGH, "11", "25-08-25", None)]),
    # A plan, half a year late.
    Pupil(
        at=[(HIGH, "11", "25-08-25", None)],
        plan="26-02-10",
        reviews=[(2025, "26-11-30", None)],
    ),
    # No plan, and new in October.
    Pupil(at=[(MIDDLE, "07", "26-10-25", None)]),
    # Left in March, came back in September.
    Pupil(
        at=[(HIGH, "10", "25-08-25", "26-03-15"), (HIGH, "10", "26-09-01", None)],
        plan="25-09-01",
        versions=[Version("25-11-01", None, {"student": "25-11-01"})],
        reviews=[(2024, "25-11-30", None), (2025, "26-11-30", None)],
    ),
    # Of age on 10 April: from then on no parent's signature is missing.
    Pupil(
        at=[(HIGH, "12", "25-08-25", None)],
        plan="25-09-01",
        versions=[Version("26-02-01", None, {"student": "26-02-03"})],
        reviews=[(2024, "25-11-30", None), (2025, "26-11-30", None)],
        born="08-04-10",
        parents={"mother": ("20-01-01", None)},
    ),
    # Sixth grade, then seventh.
    Pupil(
        at=[(MIDDLE, "06", "25-08-25", "26-08-20"), (MIDDLE, "07", "26-08-20", None)],
        plan="26-08-25",
        reviews=[(2025, "26-11-30", None)],
        home=MIDDLE,
        advisors=[("clark", "25-08-25", None)],
    ),
    # In home study: not counted.
    Pupil(at=[(HIGH, "10", "25-08-25", None)], plan="25-09-01", at_home=("25-08-25", None)),
    # In home study from February to May, then back at the school.
    Pupil(
        at=[(HIGH, "10", "25-08-25", None)],
        plan="25-09-01",
        versions=[Version("25-12-05", None, {"student": "25-12-05", "mother": "25-12-06"})],
        reviews=[(2024, "25-11-30", None), (2025, "26-11-30", None)],
        parents={"mother": ("20-01-01", None)},
        at_home=("26-02-01", "26-05-01"),
    ),
    # Two parents, the second may decide from May on; one signs in March, the other in June;
    # the version of September only the first.
    Pupil(
        at=[(HIGH, "10", "25-08-25", None)],
        plan="25-09-01",
        versions=[
            Version(
                "26-03-01",
                "26-09-10",
                {"student": "26-03-01", "mother": "26-03-05", "father": "26-06-20"},
            ),
            Version("26-09-10", None, {"student": "26-09-10", "mother": "26-09-11"}),
        ],
        reviews=[(2024, "25-11-30", None), (2025, "26-11-30", None)],
        parents={"mother": ("20-01-01", None), "father": ("26-05-01", None)},
        advisors=[("ames", "25-08-25", None), ("boyle", "25-10-01", "26-09-01")],
    ),
    # At two schools at once: counts at the plan's home school.
    Pupil(
        at=[(HIGH, "09", "26-01-10", "26-06-15"), (MIDDLE, "08", "25-08-25", None)],
        plan="25-09-01",
        home=MIDDLE,
        advisors=[("clark", "25-08-25", None)],
    ),
    # Approved twice on one day.
    Pupil(
        at=[(HIGH, "10", "25-08-25", None)],
        plan="25-09-01",
        versions=[
            Version("25-12-01", "25-12-01", {"student": "25-12-01"}),
            Version("25-12-01", None, {"student": "25-12-04", "mother": "25-12-05"}),
        ],
        reviews=[(2024, "25-11-30", None), (2025, "26-11-30", None)],
        parents={"mother": ("20-01-01", None)},
    ),
]


STORY += [
    # The mother does not answer: excepted in April; withdrawn in May as a mistake; she signs
    # in July.
    Pupil(
        at=[(HIGH, "10", "25-08-25", None)],
        plan="25-09-01",
        versions=[
            Version(
                "26-03-01",
                None,
                {"student": "26-03-02", "mother": "26-07-01"},
                without={"parent": ("26-04-01", "26-05-10")},
            )
        ],
        parents={"mother": ("20-01-01", None)},
    ),
    # The father declines, the mother signs: split from April, settled in June. In September
    # there is an amendment that needs no new signatures.
    Pupil(
        at=[(HIGH, "11", "25-08-25", None)],
        plan="25-09-01",
        versions=[
            Version(
                "26-03-01",
                "26-09-10",
                {"student": "26-03-02", "mother": "26-03-20"},
                declined={"father": "26-04-05"},
                without={"parent": ("26-06-10", None)},
            ),
            Version("26-09-10", goes_on=True),
        ],
        parents={"mother": ("20-01-01", None), "father": ("20-01-01", None)},
    ),
    # In state custody from February to August; then there is a guardian.
    Pupil(
        at=[(HIGH, "12", "25-08-25", None)],
        plan="25-09-01",
        versions=[Version("26-01-10", None, {"student": "26-01-10"})],
        parents={"mother": ("26-08-01", None)},
        waived=("26-02-01", "26-08-01"),
    ),
    # Declines, and signs after all; the student is in hospital.
    Pupil(
        at=[(HIGH, "12", "25-08-25", None)],
        plan="25-09-01",
        versions=[
            Version(
                "26-01-10",
                None,
                {"mother": "26-06-15"},
                declined={"mother": "26-01-12"},
                without={"parent": ("26-03-01", None), "student": ("26-02-01", None)},
            )
        ],
        parents={"mother": ("20-01-01", None)},
    ),
]


def chance(seed: int, count: int) -> list[Pupil]:
    """Students with random facts, as a district might have them."""
    draw = random.Random(seed)

    def some_day(first: str, last: str) -> str:
        span = (day(last) - day(first)).days
        return (day(first) + draw.randrange(span + 1) * DAY).isoformat()[2:]

    def pupil() -> Pupil:
        entered, moved = some_day("25-07-01", "26-03-01"), some_day("26-03-02", "26-12-01")
        grade = draw.randrange(7, 12)
        schools = draw.choices([HIGH, MIDDLE], k=2)
        days = sorted({some_day(entered, "26-12-20") for _ in range(draw.randrange(3))})
        versions = [Version(one, later) for one, later in zip(days, [*days, None][1:], strict=True)]
        for version in versions:
            for who in ("student", "mother"):
                if draw.random() < 0.6:
                    version.signed[who] = some_day(version.on, version.until or "26-12-31")
                elif draw.random() < 0.5:
                    version.declined[who] = some_day(version.on, version.until or "26-12-31")
            if draw.random() < 0.3:
                since = some_day(version.on, "26-12-31")
                version.without["parent"] = since, draw.choice([None, some_day(since, "26-12-31")])
        has_plan = bool(days) or draw.random() < 0.7
        excepted = some_day("25-12-01", "26-11-30") if draw.random() < 0.2 else None
        reviews = [(2024, "25-11-30", None), (2025, "26-11-30", excepted)]
        return Pupil(
            at=[
                (schools[0], f"{grade:02}", entered, moved),
                (schools[1], f"{grade + 1:02}", moved, None),
            ],
            plan=entered if has_plan else None,
            versions=versions,
            reviews=reviews if has_plan else [],
            born=some_day("07-12-01", "09-12-01"),
            parents={"mother": ("20-01-01", None)},
            advisors=[(who, entered, None) for who in ("ames", "boyle") if draw.random() < 0.5],
        )

    return [pupil() for _ in range(count)]


def write(database: db.Database, pupils: list[Pupil], **settings: Any) -> Place:
    """A district of its own with these students, staff by name.

    `admin` is the whole district's, `counselor` and `elo_coordinator` are the high school's.
    """
    district_id = new_id()
    with database.transaction(districts=[district_id]) as session:
        return _write_district(session, district_id, pupils, settings)


def _write_district(
    session: Any, district_id: UUID, pupils: list[Pupil], settings: dict[str, Any]
) -> Place:
    district = District(
        id=district_id, name="Hartland", slug=f"hartland-{district_id.hex}", settings=settings
    )
    session.add(district)
    session.flush()
    high, middle = (
        School(id=new_id(), district_id=district_id, name=name) for name in (HIGH, MIDDLE)
    )
    template = PlanTemplate(
        id=new_id(), district_id=district_id, name="Default", sections=SECTIONS, is_default=True
    )
    session.add_all([high, middle, template])
    session.flush()
    place = Place(district_id, high.id, middle.id, template.id, new_id(), new_id())
    for name in ("ames", "boyle", "clark", "admin", "mother", "father"):
        person(session, place, name)
    appoint(session, place, place.admin, AppointmentRole.DISTRICT_ADMIN, None)
    for role in (AppointmentRole.COUNSELOR, AppointmentRole.ELO_COORDINATOR):
        appoint(session, place, person(session, place, str(role)), role, high.id)
    rows = Rows(place)
    for one in pupils:
        rows.add(one)
    for model, found in rows.by_table.items():
        if found:
            session.execute(insert(model), found)
    terms.renew([each["id"] for each in rows.by_table[Person]], session)
    return place


class Rows:
    """The rows of students, table by table, in the order that foreign keys require."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.last_version: UUID | None = None
        self.schools = {HIGH: place.school_id, MIDDLE: place.other_school_id}
        tables = (
            Person,
            Student,
            SchoolEnrollment,
            Relationship,
            HomeStudy,
            Plan,
            PlanVersion,
            Signature,
            SignatureDecline,
            SignatureException,
            SignatureWaiver,
            Review,
        )
        self.by_table: dict[Any, list[dict[str, Any]]] = {table: [] for table in tables}

    def add(self, facts: Pupil) -> None:
        """All rows of one student."""
        student_id = new_id()
        one = {"id": student_id, "district_id": self.place.district_id}
        self.by_table[Person].append({**one, "given_name": "P", "family_name": student_id.hex})
        student = Student()
        student.rights_transfer_basis = "age"
        student.born(day(facts.born) if facts.born else None)
        self.by_table[Student].append(
            {
                **one,
                "plan_home_school_id": self.schools[facts.home],
                "birth_date": student.birth_date,
                "rights_transfer_on": student.rights_transfer_on,
            }
        )
        own = {"district_id": self.place.district_id, "student_id": student_id}
        self.by_table[SchoolEnrollment] += [
            {**own, "school_id": self.schools[school], "grade": grade, **_span(start, end)}
            for school, grade, start, end in facts.at
        ]
        self._relate(own, facts)
        if facts.waived:
            waiver = {**own, **_span(*facts.waived), "reason": "state_custody"}
            self.by_table[SignatureWaiver].append({**waiver, "set_by": self.place.admin.id})
        if facts.at_home:
            self.by_table[HomeStudy].append({**own, **_span(*facts.at_home)})
        if facts.plan:
            self._plan(own, facts)

    def _relate(self, own: dict[str, Any], facts: Pupil) -> None:
        ties: list[tuple[str, RelationshipKind, Any]]
        ties = [(who, RelationshipKind.ADVISOR, span) for who, *span in facts.advisors]
        ties += [(who, RelationshipKind.PARENT, span) for who, span in facts.parents.items()]
        self.by_table[Relationship] += [
            {
                **own,
                "person_id": getattr(self.place, who).id,
                "kind": kind,
                "may_decide": kind is RelationshipKind.PARENT,
                **_span(*span),
            }
            for who, kind, span in ties
        ]

    def _plan(self, own: dict[str, Any], facts: Pupil) -> None:
        assert facts.plan
        plan_id = new_id()
        self.by_table[Plan].append(
            {
                **own,
                "id": plan_id,
                "template_id": self.place.template_id,
                "opened_on": day(facts.plan),
            }
        )
        for number, version in enumerate(facts.versions, 1):
            self._version({**own, "plan_id": plan_id}, number, version)
        self.by_table[Review] += [
            {
                **own,
                "plan_id": plan_id,
                "cycle_starts_on": date(year, 12, 1),
                "cycle_ends_on": date(year + 1, 11, 30),
                "due_on": day(due),
                "excepted_on": day(excepted) if excepted else None,
            }
            for year, due, excepted in facts.reviews
        ]

    def _version(self, of_plan: dict[str, Any], number: int, version: Version) -> None:
        version_id = new_id()
        self.by_table[PlanVersion].append(
            {
                **of_plan,
                "id": version_id,
                "template_id": self.place.template_id,
                "number": number,
                "status": "superseded" if version.until else "in_force",
                "started_by": of_plan["student_id"],
                "in_force_on": day(version.on),
                "superseded_on": day(version.until) if version.until else None,
                "signed_version_id": self.last_version if version.goes_on else version_id,
            }
        )
        if version.goes_on:
            return
        self.last_version = version_id
        own = {"district_id": of_plan["district_id"], "student_id": of_plan["student_id"]}
        self._without_signature(own, version_id, version)
        people = {"student": of_plan["student_id"], "school": self.place.admin.id}
        for who, when in {"school": version.on, **version.signed}.items():
            self.by_table[Signature].append(
                {
                    "district_id": of_plan["district_id"],
                    "student_id": of_plan["student_id"],
                    "plan_version_id": version_id,
                    "person_id": people.get(who) or getattr(self.place, who).id,
                    "role": who if who in people else "parent",
                    "snapshot_sha256": "0" * 64,
                    "language": "en",
                    "signed_at": _evening(day(when)),
                }
            )

    def _without_signature(self, own: dict[str, Any], version_id: UUID, version: Version) -> None:
        about = {**own, "signed_version_id": version_id}
        self.by_table[SignatureDecline] += [
            {
                **about,
                "person_id": own["student_id"] if who == "student" else getattr(self.place, who).id,
                "role": "student" if who == "student" else "parent",
                "words": "No.",
                "declined_at": _evening(day(when)),
            }
            for who, when in version.declined.items()
        ]
        self.by_table[SignatureException] += [
            {
                **about,
                "role": role,
                "basis": "silence",
                "reason": "Nobody answers.",
                "given_by": self.place.admin.id,
                "given_at": _evening(day(since)),
                # It is no longer valid on the day it is withdrawn.
                "withdrawn_at": _evening(day(until)) if until else None,
            }
            for role, (since, until) in version.without.items()
        ]


def _span(start: str, end: str | None) -> dict[str, Any]:
    return {"starts_on": day(start), "ends_on": day(end) if end else None}


def _evening(on: date) -> datetime:
    """A quarter to midnight in Vermont: already the next day in UTC."""
    return clock.end_of(on).astimezone(UTC) - timedelta(minutes=15)
