"""A parent is told that work waits for their consent to be shown outside."""

from typing import Any

from sqlalchemy import Select, exists

from plp_api.foundation.access.caller import CALLER, TODAY, Caller
from plp_api.foundation.access.permissions import Permission, Role
from plp_api.foundation.roster.models import District
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.source import SINCE, Source, equals, item_columns, seen
from plp_api.learning.showcases.models import Showcase, ShowcaseItem, ShowcaseStatus
from plp_api.people.consents import standing
from plp_api.people.consents.models import Consent, ConsentPurpose

ASKED = (
    # Of the student, to whose card the item leads.
    Permission.ROSTER_READ,
    Permission.CONSENTS_GIVE,
    Permission.SHOWCASES_READ,
    # Whoever may not see what is shared does not consent to it either.
    Permission.SHARE_LINKS_READ,
)


def _consents_asked_for(caller: Caller) -> Select[Any]:
    """New showcases with works, where the district shares outside and no consent holds."""
    shares = District.settings["shares_outside"].as_boolean()
    consent = exists().where(
        Consent.student_id == Showcase.student_id,
        Consent.purpose == ConsentPurpose.SHARING,
        standing.is_standing(TODAY),
    )
    # Who has just said no is not asked again, until there is something new to show.
    withdrawn = exists().where(
        Consent.student_id == Showcase.student_id,
        Consent.withdrawn_by == CALLER,
        Consent.withdrawn_at >= Showcase.created_at,
    )
    return (
        item_columns(
            Showcase,
            Showcase.created_at,
            words=Showcase.title,
            actor=Showcase.student_id,
            on=Showcase.student_id,
        )
        .join(District, District.id == Showcase.district_id)
        .where(
            equals(Showcase.status, ShowcaseStatus.ACTIVE),
            Showcase.created_at > SINCE,
            seen(Showcase, caller, *ASKED),
            shares.is_(True),
            exists().where(ShowcaseItem.showcase_id == Showcase.id),
            ~consent.correlate(Showcase),
            ~withdrawn.correlate(Showcase),
        )
    )


SOURCES: tuple[Source, ...] = (
    # New, not waiting: nobody is held to consent.
    Source(
        Kind.CONSENT_ASKED_FOR,
        "students",
        _consents_asked_for,
        ASKED,
        roles=(Role.PARENT,),
        group=Group.NEW,
        action=("give", "consents"),
    ),
)
