"""Rate a student in an item of their ELO."""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from plp_api.catalog.item_links.models import ItemLink
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster.models import Student
from plp_api.learning.elos.actions import require_not_ended
from plp_api.learning.elos.models import BEGUN, Elo
from plp_api.learning.ratings import actions as ratings
from plp_api.learning.ratings.models import Rating


def rate(elo: Elo, access: Access, framework_item_id: UUID, **fields: Any) -> Rating:
    """Rate the student in an item that the ELO is linked to, from its start until it ends.

    Raises Problem: elo_closed, elo_not_active, validation_failed, and what `ratings.rate` raises.
    """
    require_not_ended(elo)
    if elo.status not in BEGUN:
        raise Problem(Code.ELO_NOT_ACTIVE)
    is_linked = exists().where(
        ItemLink.subject_type == Elo.__tablename__,
        ItemLink.subject_id == elo.id,
        ItemLink.framework_item_id == framework_item_id,
    )
    if not db.session().scalar(select(is_linked)):
        raise invalid("framework_item_id", "The ELO is not linked to this item.")
    student = db.session().get_one(Student, elo.student_id)
    return ratings.rate(student, access, framework_item_id, rests_on=elo, elo_id=elo.id, **fields)
