"""Periodic maintenance: numbers events, and deletes rows that are no longer needed."""

from datetime import timedelta

from sqlalchemy import delete

from plp_api.foundation import clock, db
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.audit.models import ANSWERS_KEPT, AnsweredRequest
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.jobs.models import Job, JobState, PeriodicRun

CLAIMS_KEPT = 2 * jobs.LONGEST_PERIOD
JOBS_KEPT = timedelta(days=90)


@jobs.periodically(
    "number events", every=timedelta(seconds=1), needed=lambda: audit.unnumbered() > 0
)
def number_events() -> bool:
    """Give committed events their positions, a batch at a time."""
    return audit.number_events() == audit.NUMBERED_AT_ONCE


@jobs.periodically("forget answers, claims and jobs", every=timedelta(hours=1))
def forget() -> None:
    """Delete old stored responses, claims to periodic work, and jobs that ended long ago."""
    now = clock.now()
    ended = Job.state.in_((JobState.SUCCEEDED, JobState.FAILED))
    for statement in (
        delete(AnsweredRequest).where(AnsweredRequest.answered_at < now - ANSWERS_KEPT),
        delete(PeriodicRun).where(PeriodicRun.claimed_at < now - CLAIMS_KEPT),
        delete(Job).where(ended, Job.updated_at < now - JOBS_KEPT),
    ):
        db.session().execute(statement)
