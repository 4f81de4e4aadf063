"""The limits of the law on paid work of minors: 21 V.S.A. 431, 434; 29 CFR 570.50.

The numbers are in `foundation.law`. `breaches_of_plan` judges an ELO before it is agreed or
starts; `breaches_of_hours` the hours that were logged. Our readings, for counsel to confirm,
are in docs/decisions/0056.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.elo_profiles.models import SkippableState
from plp_api.foundation import clock, db, law
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.district_settings import DistrictSettings
from plp_api.foundation.roster.models import Student
from plp_api.learning.elos.models import AGREED, ENDED, Elo, EloStatus, EloTime

SCHOOL_HOURS = (8 * 60, 15 * 60)
"""From when until when school is in session, in minutes of the day: work in them needs the
certificate."""
SCHOOL_RETURNS = (8, 25)
"""The first day of the school year: from `summer_from` until the day before, school is out."""
LONGEST = timedelta(days=366)
"""How far ahead a plan without a last day is judged."""
SATURDAY, SUNDAY = 6, 7
NO_LIMIT = 7 * 24 * 60
BINDING = sorted({EloStatus.AGREEMENT_PENDING, *AGREED} - ENDED)
"""The states in which the hours of another ELO count with those of this one."""

BOUND = AGREED | {EloStatus.AGREEMENT_PENDING}
"""The states in which a change must keep to the law at once: no move asks for it again."""
JUDGED = frozenset({"times", "work", "earliest_start", "latest_end", "starts_on", "ends_on"})
"""What a plan of paid work is judged by."""


class Sector(StrEnum):
    """The kind of paid work, as far as the law tells it apart."""

    GENERAL = "general"
    AGRICULTURE = "agriculture"
    DOMESTIC_SERVICE = "domestic_service"
    NEWSPAPER_DELIVERY = "newspaper_delivery"


class LaborRule(StrEnum):
    """What paid work of a minor may go beyond."""

    BIRTH_DATE = "birth_date"
    LEAST_AGE = "least_age"
    TIMES = "times"
    SCHOOL_DAY = "school_day"
    SCHOOL_WEEK = "school_week"
    DAY = "day"
    WEEK_DAYS = "week_days"
    TIME_OF_DAY = "time_of_day"
    CERTIFICATE = "certificate"
    HAZARDOUS = "hazardous"


@dataclass(frozen=True)
class Shift:
    """Work on one day, for some minutes; `begins` is the minute of the day, if known."""

    on: date
    minutes: int
    begins: int | None = None

    @property
    def ends(self) -> int | None:
        """The minute of the day at which it ends, if known."""
        return None if self.begins is None else self.begins + self.minutes


@dataclass(frozen=True)
class Breach:
    """One rule that is broken, on which day first, and where the law says so."""

    rule: LaborRule
    on: date | None
    detail: str
    source: str
    member: str = "times"


@dataclass(frozen=True)
class Work:
    """The paid work of one student, as far as the law asks about it."""

    born_on: date
    sector: str
    settings: DistrictSettings
    has_certificate: bool = False
    is_hazardous: bool = False
    is_student_learner: bool = False
    has_training_schedule: bool = False
    has_agreement: bool = True

    def is_younger(self, key: str, day: date) -> bool:
        """Whether the student is younger, on that day, than the age that the law names."""
        named = law.on(key, day)
        return named is not None and day < clock.birthday(self.born_on, named.value)

    def is_free(self, key: str, day: date) -> bool:
        """Whether the law excepts the sector."""
        excepted = law.on(key, day)
        return excepted is not None and self.sector in excepted.value

    def is_limited(self, day: date) -> bool:
        """Whether the limits of hours apply on that day."""
        is_young = self.is_younger("labor.hours_free_age", day)
        return is_young and not self.is_free("labor.free_of_hours", day)


def is_lawful(elo: Elo, access: Access) -> Problem | None:
    """A condition of moves (`elos.gates`): labor_rule_broken with each rule that is broken."""
    breaches = breaches_of_plan(elo, access)
    if not breaches:
        return None
    errors = [FieldError(f"/{each.member}", _sentence(each)) for each in breaches]
    detail = " ".join(error.detail for error in errors)
    return Problem(Code.LABOR_RULE_BROKEN, detail, errors=errors)


def require_lawful(elo: Elo, access: Access) -> None:
    """Raise labor_rule_broken where the ELO's paid work goes beyond the law."""
    if problem := is_lawful(elo, access):
        raise problem


def follow_change(elo: Elo, access: Access, changed: frozenset[str]) -> None:
    """Raise labor_rule_broken where an agreed ELO would go beyond the law (`ON_CHANGED`)."""
    if elo.status in BOUND and not JUDGED.isdisjoint(changed):
        db.session().flush()
        require_lawful(elo, access)


def _sentence(breach: Breach) -> str:
    return f"{breach.source}: {breach.detail}" if breach.source else breach.detail


def breaches_of_plan(elo: Elo, access: Access) -> list[Breach]:
    """The rules that the ELO's plan breaks from today on, each with its first day.

    The weekly times of the student's other paid ELOs count with it. Work without pay has no
    such rules.
    """
    if not is_paid(elo):
        return []
    work = _work(elo, access)
    if work is None:
        return [_without_birth_date()]
    first, last = _span(elo, access.caller.today)
    times = _times(elo.id)
    shifts = [*_planned(times, first, last), *_planned_elsewhere(elo, first, last)]
    return [*of_facts(work, first), *_without_times(work, first, times), *of_hours(work, shifts)]


def breaches_of_hours(elo: Elo, shifts: Iterable[Shift], access: Access) -> list[Breach]:
    """The rules that hours already worked break, each with its first day: notices, no refusals."""
    if not is_paid(elo):
        return []
    work = _work(elo, access)
    return [] if work is None else of_hours(work, shifts)


def is_paid(elo: Elo) -> bool:
    """Whether the work is paid: only then the law on work asks about it."""
    return bool(elo.work.get("is_paid"))


def _work(elo: Elo, access: Access) -> Work | None:
    """The facts of the work; None where the birth date is unknown."""
    student = db.session().get_one(Student, elo.student_id)
    if student.birth_date is None:
        return None
    return Work(
        born_on=student.birth_date,
        sector=elo.work.get("sector") or Sector.GENERAL,
        settings=district_settings.of(access.district(elo.district_id)),
        has_certificate=bool(elo.work.get("has_certificate")),
        is_hazardous=bool(elo.work.get("is_hazardous")),
        is_student_learner=bool(elo.work.get("is_student_learner")),
        has_training_schedule=bool(elo.work.get("has_training_schedule")),
        has_agreement=not elo.skips(SkippableState.AGREEMENT_PENDING),
    )


def _without_birth_date() -> Breach:
    detail = "The limits of paid work depend on the age: enter the student's birth date."
    return Breach(LaborRule.BIRTH_DATE, None, detail, "", "student_id")


# The planned shifts.


def _span(elo: Elo, today: date) -> tuple[date, date]:
    """The first and the last day that are judged: past days are not."""
    first = max(elo.starts_on or elo.earliest_start or today, today)
    last = elo.ends_on
    if last is None and elo.latest_end is not None:
        last = elo.latest_end - timedelta(days=1)
    furthest = first + LONGEST
    return first, furthest if last is None else min(max(first, last), furthest)


def _planned(times: Iterable[EloTime], first: date, last: date) -> Iterator[Shift]:
    by_weekday = defaultdict(list)
    for time in times:
        by_weekday[time.weekday].append(time)
    for day in _days(first, last):
        for time in by_weekday[day.isoweekday()]:
            yield Shift(day, time.ends - time.begins, time.begins)


def _planned_elsewhere(elo: Elo, first: date, last: date) -> Iterator[Shift]:
    """The shifts of the student's other paid ELOs that are agreed or about to be."""
    others = select(Elo).where(
        Elo.student_id == elo.student_id, Elo.id != elo.id, Elo.status.in_(BINDING)
    )
    paid = [one for one in db.session().scalars(others).unique() if _is_counted(one, first)]
    times = _times(*(one.id for one in paid))
    for other in paid:
        begins, ends = _span(other, first)
        own = [time for time in times if time.elo_id == other.id]
        yield from _planned(own, begins, min(ends, last))


def _is_counted(other: Elo, day: date) -> bool:
    free = law.on("labor.free_of_hours", day)
    return is_paid(other) and not (free and other.work.get("sector") in free.value)


def _times(*elo_ids: UUID) -> Sequence[EloTime]:
    return db.session().scalars(select(EloTime).where(EloTime.elo_id.in_(elo_ids))).all()


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


# The rules.


def _without_times(work: Work, first: date, times: Sequence[EloTime]) -> Iterator[Breach]:
    """Hours that are not planned cannot be judged."""
    if work.is_limited(first) and not times:
        source = _source("labor.day_minutes", first)
        detail = "state the weekly times: under 16 the law limits the hours."
        yield Breach(LaborRule.TIMES, first, detail, source)


def of_facts(work: Work, first: date) -> Iterator[Breach]:
    """Age and hazard, on the first day."""
    is_young = work.is_younger("labor.least_age", first)
    if is_young and not work.is_free("labor.free_of_least_age", first):
        yield _too_young(first)
    if work.is_hazardous:
        yield from _of_hazard(work, first)


def _too_young(day: date) -> Breach:
    age = law.on("labor.least_age", day)
    detail = f"no paid work under {age.value if age else ''}, but on a farm."
    return Breach(LaborRule.LEAST_AGE, day, detail, _source("labor.least_age", day), "work")


def _of_hazard(work: Work, first: date) -> Iterator[Breach]:
    source = _source("labor.adult_age", first)
    if work.is_younger("labor.hours_free_age", first):
        detail = "no hazardous work under 16."
        yield Breach(LaborRule.HAZARDOUS, first, detail, source, "work")
        return
    if not work.is_younger("labor.adult_age", first) or work.sector == Sector.AGRICULTURE:
        return
    if not (work.is_student_learner and work.has_training_schedule and work.has_agreement):
        detail = (
            "hazardous work at 16 and 17 only as a student-learner, with a written agreement "
            "and a schedule of the work processes."
        )
        yield Breach(LaborRule.HAZARDOUS, first, detail, source, "work")


def of_hours(work: Work, shifts: Iterable[Shift]) -> list[Breach]:
    """The rules of hours that the shifts break, each with its first day."""
    limited = sorted(
        (each for each in shifts if work.is_limited(each.on)),
        key=lambda each: (each.on, each.begins or 0),
    )
    found: dict[LaborRule, Breach] = {}
    for breach in (*_by_shift(work, limited), *_by_day(work, limited), *_by_week(work, limited)):
        found.setdefault(breach.rule, breach)
    return list(found.values())


def _by_shift(work: Work, shifts: Iterable[Shift]) -> Iterator[Breach]:
    for shift in shifts:
        if shift.begins is None or shift.ends is None:
            continue
        latest = "labor.latest_in_summer" if _is_summer(shift.on) else "labor.latest"
        begin, end = _value("labor.earliest", shift.on, 0), _value(latest, shift.on)
        if shift.begins < begin or shift.ends > end:
            detail = f"under 16 only between {_clock(begin)} and {_clock(end)} on {shift.on}."
            yield Breach(LaborRule.TIME_OF_DAY, shift.on, detail, _source(latest, shift.on))
        if not work.has_certificate and _is_in_school_hours(shift, work.settings):
            yield _uncertified(shift.on)


def _uncertified(day: date) -> Breach:
    detail = f"work in school hours ({day}) under 16 needs the Commissioner of Labor's certificate."
    return Breach(LaborRule.CERTIFICATE, day, detail, _source("labor.certificate", day), "work")


def _by_day(work: Work, shifts: Iterable[Shift]) -> Iterator[Breach]:
    for day, minutes in _summed((each.on, each.minutes) for each in shifts).items():
        most = _value("labor.day_minutes", day)
        if minutes > most:
            detail = f"under 16 at most {_hours(most)} h a day; {day} has {_hours(minutes)} h."
            yield Breach(LaborRule.DAY, day, detail, _source("labor.day_minutes", day))
        most = _value("labor.school_day_minutes", day)
        if minutes > most and is_school_day(day, work.settings):
            detail = (
                f"under 16 at most {_hours(most)} h on a school day; {day} has {_hours(minutes)} h."
            )
            yield Breach(
                LaborRule.SCHOOL_DAY, day, detail, _source("labor.school_day_minutes", day)
            )


def _by_week(work: Work, shifts: list[Shift]) -> Iterator[Breach]:
    days = _summed((_week_of(day), 1) for day in {each.on for each in shifts})
    for week, minutes in _summed((_week_of(each.on), each.minutes) for each in shifts).items():
        most = _value("labor.school_week_minutes", week)
        if minutes > most and _is_school_week(week, work.settings):
            detail = (
                f"under 16 at most {_hours(most)} h in a school week; the week of {week} has "
                f"{_hours(minutes)} h."
            )
            yield Breach(
                LaborRule.SCHOOL_WEEK, week, detail, _source("labor.school_week_minutes", week)
            )
        most = _value("labor.week_days", week)
        if days[week] > most:
            detail = f"under 16 at most {most} days a week; the week of {week} has {days[week]}."
            yield Breach(LaborRule.WEEK_DAYS, week, detail, _source("labor.week_days", week))


def _summed(pairs: Iterable[tuple[date, int]]) -> dict[date, int]:
    sums: dict[date, int] = defaultdict(int)
    for key, number in sorted(pairs):
        sums[key] += number
    return sums


# The calendar.


def is_school_day(day: date, settings: DistrictSettings) -> bool:
    """Whether school is in session: Monday to Friday, outside the summer.

    The district's holidays are not known here, so that such a day counts as a school day.
    """
    is_out = settings.summer_from <= (day.month, day.day) < SCHOOL_RETURNS
    return day.isoweekday() < SATURDAY and not is_out


def _is_school_week(sunday: date, settings: DistrictSettings) -> bool:
    return any(is_school_day(day, settings) for day in _days(sunday, sunday + timedelta(days=6)))


def _week_of(day: date) -> date:
    """The Sunday on which the week of the day begins, as federal law counts weeks."""
    return day - timedelta(days=day.isoweekday() % SUNDAY)


def _is_summer(day: date) -> bool:
    """Whether the later hour of the summer holds on the day, by the law of that day."""
    begins, ends = law.on("labor.summer_from", day), law.on("labor.summer_through", day)
    if begins is None or ends is None:
        return False
    month, day_of_month = begins.value
    return date(day.year, month, day_of_month) <= day <= _first_of(day.year, *ends.value)


def _first_of(year: int, month: int, weekday: int) -> date:
    """The first such weekday (1 is Monday) of the month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.isoweekday()) % 7)


def _is_in_school_hours(shift: Shift, settings: DistrictSettings) -> bool:
    from_, until = SCHOOL_HOURS
    begins, ends = shift.begins or 0, shift.ends or 0
    return is_school_day(shift.on, settings) and begins < until and ends > from_


# The law's words.


def _value(key: str, day: date, otherwise: int = NO_LIMIT) -> int:
    """The number that the law names on that day."""
    named = law.on(key, day)
    return otherwise if named is None else int(named.value)


def _source(key: str, day: date) -> str:
    named = law.on(key, day)
    return "" if named is None else named.source


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g}" if minutes % 6 == 0 else f"{minutes / 60:.1f}"
