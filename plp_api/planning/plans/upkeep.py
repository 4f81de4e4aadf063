"""Periodic work on plans: set their regime when a home study begins or ends."""

from datetime import timedelta

from plp_api.foundation.jobs import actions as jobs
from plp_api.planning.plans import keeping


@jobs.periodically("follow home study", every=timedelta(hours=1))
def follow_home_study() -> None:
    """Set the regime of plans for the present day of each district."""
    for district_id in jobs.every_district():
        keeping.keep_in_step(district_id)
