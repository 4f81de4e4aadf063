"""The facts of work-based learning that an ELO keeps in `work`."""

from typing import Any

from plp_api.learning.elos.labor import Sector

NO_WORK: dict[str, Any] = {
    "cluster": None,
    "job_title": "",
    "is_employed": False,
    "is_paid": False,
    "hourly_wage_cents": None,
    "sector": str(Sector.GENERAL),
    "student_duties": "",
    "partner_duties": "",
    "school_duties": "",
    "is_hazardous": False,
    "is_student_learner": False,
    "has_training_schedule": False,
    "has_certificate": False,
}
"""What an ELO says of work as long as nobody stated it."""
PROOFS = frozenset({"is_student_learner", "has_training_schedule", "has_certificate"})
"""What lifts a limit of the law: the school states it, and not whoever is limited by it."""
