"""The field for a set of grades."""

from typing import Any

from plp_api.foundation.rest.fields import Words, enum_of
from plp_api.foundation.roster.models import GRADES_WITH_PLANS

GradeWithPlan = enum_of("GradeWithPlan", GRADES_WITH_PLANS)


class Grades(Words):
    """A set of the grades that have plans, 07 to 12."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(GradeWithPlan, **kwargs)
