"""What plans do by themselves: their regime follows home study when it begins or ends."""

from datetime import timedelta

from plp_api.foundation.jobs import actions as jobs
from plp_api.planning.plans import keeping


@jobs.periodically("follow home study", every=timedelta(hours=1))
def follow_home_study() -> None:
    """Bring plans under the regime of each district's own day."""
    for district_id in jobs.every_district():
        keeping.keep_in_step(district_id)
