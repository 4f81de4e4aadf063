"""What reviews do by themselves: on the first day of a cycle, everybody's next one is opened."""

from datetime import timedelta

from plp_api.foundation.jobs import actions as jobs
from plp_api.planning.reviews import actions


@jobs.periodically("open annual reviews", every=timedelta(hours=1))
def open_reviews() -> None:
    """Open the present cycle's reviews where they are missing, in every district's own day."""
    for district_id in jobs.every_district():
        actions.open_cycle(district_id)
