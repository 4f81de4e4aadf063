"""The signatures of a plan as they were on an earlier day."""

from datetime import date, datetime
from typing import Any

from plp_api.foundation import db
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District
from plp_api.planning.plans import history
from plp_api.planning.plans.models import Plan
from plp_api.planning.signatures import standing
from plp_api.planning.signatures.models import SignatureState


def state_then(plan: Plan, day: date, _until: datetime) -> dict[str, Any]:
    """The signature state and requirements of the version in force at the end of a day.

    Uses the district's present rule on deciding parents, because earlier rules are not stored.
    """
    version = history.version_then(plan, day)
    if version is None:
        return {"signature_state": SignatureState.NOT_STARTED, "requirements": []}
    rule = district_settings.of(db.session().get_one(District, plan.district_id)).deciding_parents
    (facts,) = db.fetch(standing.query([version.id], day, rule))
    return {
        "signature_state": standing.state(version.status, facts[0]),
        "requirements": standing.requirements(facts[0]),
    }
