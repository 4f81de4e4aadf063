"""Periodic work on reviews: open the reviews of a new cycle on its first day."""

from datetime import timedelta

from plp_api.foundation.jobs import actions as jobs
from plp_api.planning.reviews import actions


@jobs.periodically("open annual reviews", every=timedelta(hours=1))
def open_reviews() -> None:
    """Open the missing reviews of each district's present cycle, by the district's own date."""
    for district_id in jobs.every_district():
        actions.open_cycle(district_id)
