"""The life cycle of a relationship, as a table. Only a confirmed one gives reach."""

from plp_api.foundation.access.lifecycle import LifeCycle, move
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.roster.relationships import RelationshipStatus
from plp_api.people.relationships import actions
from plp_api.people.relationships.actions import concerns_caller, follows_advisory, has_ended

CONFIRMED, SUPPRESSED = RelationshipStatus.CONFIRMED, RelationshipStatus.SUPPRESSED
UNCONFIRMED = RelationshipStatus.UNCONFIRMED
WRITE = Permission.RELATIONSHIPS_WRITE

RELATIONSHIP = LifeCycle(
    [
        move("unconfirmed", "confirm", WRITE, CONFIRMED, actions.confirm, concerns_caller),
        move(
            "unconfirmed confirmed",
            "suppress",
            WRITE,
            SUPPRESSED,
            actions.suppress,
            concerns_caller,
        ),
        move("suppressed", "restore", WRITE, UNCONFIRMED, actions.restore, concerns_caller),
        move(
            "unconfirmed confirmed",
            "end",
            WRITE,
            None,
            actions.end,
            concerns_caller,
            follows_advisory,
            has_ended,
            is_done=actions.ends_so,
        ),
    ]
)
