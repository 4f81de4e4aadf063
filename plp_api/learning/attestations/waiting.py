"""What waits for a mentor at an ELO, and what becomes of their answers.

The only module of this area that calls the areas whose records are attested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import db
from plp_api.learning.agreements import actions as agreements
from plp_api.learning.agreements import standing
from plp_api.learning.agreements.models import Agreement
from plp_api.learning.attestations.models import MentorLink
from plp_api.learning.concerns import actions as concerns
from plp_api.learning.concerns.models import Concern, ConcernKind
from plp_api.learning.elos.models import AT_WORK, Elo, EloStatus
from plp_api.learning.evaluations import actions as evaluations
from plp_api.learning.evaluations.models import HabitLevel, Moment, WorkHabit, WorkHabits
from plp_api.learning.work_logs import actions as work_logs
from plp_api.learning.work_logs.models import LogEntry

__all__ = ["ConcernKind", "HabitLevel", "LogEntry", "Moment", "WorkHabit"]

MOST_ENTRIES = 100
"""How many log entries one page shows; the oldest first."""
MOST_CONCERNS = 3
"""How many concerns may be raised by one link."""
MENTOR = "mentor"


@dataclass(frozen=True)
class Waiting:
    """What waits for the mentor at one ELO; `moment` is when work habits are to be rated."""

    elo: Elo
    entries: Sequence[LogEntry]
    moment: Moment | None
    agreement: Agreement | None

    @property
    def is_anything(self) -> bool:
        """Whether anything waits."""
        return bool(self.entries or self.moment or self.agreement)


def of(elos: Sequence[Elo], today: date) -> list[Waiting]:
    """What waits at each of these ELOs today, in a few queries for all."""
    keys = [elo.id for elo in elos]
    pending = work_logs.waiting(keys).limit(MOST_ENTRIES)
    entries = db.session().scalars(pending).unique().all()
    rated = select(WorkHabits.elo_id, WorkHabits.moment).where(WorkHabits.elo_id.in_(keys))
    done = {(elo_id, moment) for elo_id, moment in db.session().execute(rated)}
    agreements_by_elo = agreements_of(elos)
    found = []
    for elo in elos:
        moment = moment_of(elo, today)
        found.append(
            Waiting(
                elo,
                [entry for entry in entries if entry.elo_id == elo.id],
                None if (elo.id, moment) in done else moment,
                agreements_by_elo.get(elo.id),
            )
        )
    return found


def moment_of(elo: Elo, today: date) -> Moment | None:
    """The moment for which work habits are due, rated or not: the later one, of two."""
    if elo.status not in AT_WORK:
        return None
    if evaluations.is_end_near(elo, today):
        return Moment.END
    return Moment.MIDPOINT if _is_half_over(elo, today) else None


def _is_half_over(elo: Elo, today: date) -> bool:
    begun = elo.started_on or elo.starts_on
    if begun is None or elo.ends_on is None:
        return begun is not None
    return today >= begun + (elo.ends_on - begun) / 2


def agreements_of(elos: Sequence[Elo]) -> dict[UUID, Agreement]:
    """By ELO, the agreement that waits for the mentor's signature now."""
    past = AT_WORK - {EloStatus.ACTIVE, EloStatus.SUSPENDED}
    newest = standing.newest_of(elo.id for elo in elos if elo.status not in past)
    return {
        elo_id: one
        for elo_id, one in newest.items()
        if standing.is_pending(one) and MENTOR in one.waiting_for
    }


# What the mentor says.


def confirm(entry: LogEntry, link: MentorLink, minutes: int | None, words: str) -> None:
    """Verify an entry, in these minutes or the student's. Raises Problem: day_overfull."""
    work_logs.attest(entry, _verifier(link), minutes, words)


def decline(entry: LogEntry, link: MentorLink, words: str) -> None:
    """Decline an entry, with a reason that the student reads."""
    work_logs.refuse(entry, _verifier(link), words)


def _verifier(link: MentorLink) -> work_logs.Verifier:
    return work_logs.Verifier(mentor_id=link.mentor_id, link_id=link.id)


def rate(
    elo: Elo,
    link: MentorLink,
    moment: Moment,
    levels: Mapping[str, str],
    words: str,
    today: date,
) -> None:
    """Rate the work habits of the moment."""
    habits = [{"habit": habit, "level": level} for habit, level in levels.items()]
    who = {"mentor_id": link.mentor_id, "link_id": link.id}
    evaluations.keep_work_habits(elo, moment, habits, words, today, today=today, **who)


def sign(agreement: Agreement, link: MentorLink, sha256: str, name: str, language: str) -> None:
    """Sign the agreement as its mentor. Raises Problem: agreement_changed, signature_early."""
    agreements.sign_by_link(
        agreement,
        link.mentor_id,
        sha256=sha256,
        language=language,
        typed_name=name,
        link_id=link.id,
        issued_by=link.issued_by,
        witnessed_by=link.witnessed_by,
    )


def refuse_to_sign(agreement: Agreement, link: MentorLink, words: str, language: str) -> None:
    """Decline the agreement's signature, with the mentor's words."""
    agreements.decline_by_link(
        agreement,
        link.mentor_id,
        words,
        language=language,
        link_id=link.id,
        issued_by=link.issued_by,
    )


def may_raise(link: MentorLink) -> bool:
    """Whether the holder of the link may raise one more concern."""
    raised = select(func.count()).select_from(Concern).where(Concern.link_id == link.id)
    return (db.session().scalar(raised) or 0) < MOST_CONCERNS


def raise_concern(elo: Elo, mentor: Mentor, link: MentorLink, kind: str, words: str) -> None:
    """Raise a concern, which reaches coordinator and principal at once."""
    concerns.raise_by_mentor(elo, mentor.id, kind, words, link.id)
