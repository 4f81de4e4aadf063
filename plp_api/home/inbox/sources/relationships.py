"""Relationships that nobody has confirmed yet."""

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from plp_api.foundation.access.caller import DISTRICT, Caller, is_not_over
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.scope import is_no_kin, is_unrelated
from plp_api.foundation.roster.models import Person
from plp_api.foundation.roster.relationships import Relationship
from plp_api.home.inbox.models import Kind
from plp_api.home.inbox.sources.source import Source, equals, item_columns, seen


def _relationships_to_confirm(caller: Caller) -> Select[Any]:
    person = aliased(Person)
    return (
        item_columns(Relationship, Relationship.created_at, words=person.display_name)
        .join(person, person.id == Relationship.person_id)
        .where(
            equals(Relationship.status, "unconfirmed"),
            Relationship.district_id == DISTRICT,
            is_not_over(Relationship),
            seen(Relationship, caller, Permission.RELATIONSHIPS_WRITE),
            is_no_kin(Relationship.person_id, caller),
            is_unrelated(Relationship.student_id, caller),
        )
    )


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.RELATIONSHIP_TO_CONFIRM,
        "relationships",
        _relationships_to_confirm,
        (Permission.RELATIONSHIPS_WRITE,),
        action=("confirm", "actions"),
    ),
)
