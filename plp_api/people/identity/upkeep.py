"""Delete old failed attempts, sessions and invitations."""

from datetime import timedelta

from sqlalchemy import delete

from plp_api.foundation import clock, db
from plp_api.foundation.jobs import actions as jobs
from plp_api.foundation.roster.models import LoginSession
from plp_api.people.identity.models import FailedAttempt, Invitation
from plp_api.people.identity.throttle import WINDOW

KEPT = timedelta(days=90)


@jobs.periodically("forget attempts, sessions and invitations", every=timedelta(hours=1))
def forget() -> None:
    """Delete rows that nothing needs any more; the audit log keeps their events."""
    now = clock.now()
    for statement in (
        delete(FailedAttempt).where(FailedAttempt.at < now - WINDOW),
        delete(LoginSession).where(LoginSession.expires_at < now - KEPT),
        delete(Invitation).where(Invitation.expires_at < now - KEPT),
    ):
        db.session().execute(statement)
