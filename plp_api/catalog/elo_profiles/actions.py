"""Give a district its profiles, and change one."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.elo_profiles.models import (
    DesignPart,
    EloProfile,
    EloType,
    SignerRole,
    SkippableState,
)
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import invalid

Fields = dict[str, Any]

_HERE = (SignerRole.STUDENT, SignerRole.PARENT, SignerRole.COOPERATING_TEACHER)
_BY_COORDINATOR = (*_HERE, SignerRole.COORDINATOR)
_WITH_MENTOR = (
    SignerRole.STUDENT,
    SignerRole.PARENT,
    SignerRole.MENTOR,
    SignerRole.COOPERATING_TEACHER,
    SignerRole.COORDINATOR,
)
_FOR_SERVICE = (SignerRole.STUDENT, SignerRole.PARENT, SignerRole.MENTOR, SignerRole.COORDINATOR)
_STUDY = (
    DesignPart.ESSENTIAL_QUESTION,
    DesignPart.COMPETENCIES,
    DesignPart.KNOW_AND_DO,
    DesignPart.PRODUCT,
    DesignPart.PRESENTATION,
    DesignPart.TIMELINE,
    DesignPart.ASSESSMENT,
)
_LESSONS = (
    DesignPart.COMPETENCIES,
    DesignPart.TIMELINE,
    DesignPart.COMMUNICATION,
    DesignPart.ASSESSMENT,
)
_PLACEMENT = (*_STUDY, DesignPart.REFLECTION, DesignPart.COMMUNICATION)
_TRAINING = (*_PLACEMENT, DesignPart.TRAINING_TASKS, DesignPart.WORK)


def _profile(
    signers: tuple[SignerRole, ...],
    parts: tuple[DesignPart, ...],
    *,
    is_ordered: bool = False,
    skips: tuple[SkippableState, ...] = (),
    needs_partner: bool = False,
) -> Fields:
    return {
        "signers": [str(role) for role in signers],
        "is_ordered": is_ordered,
        "skipped_states": frozenset(map(str, skips)),
        "required_parts": frozenset(map(str, parts)),
        "needs_partner": needs_partner,
    }


PANEL = (SkippableState.PRESENTED,)
DEFAULTS: dict[EloType, Fields] = {
    EloType.INDEPENDENT_STUDY: _profile(
        _BY_COORDINATOR, (*_STUDY, DesignPart.RESEARCH, DesignPart.REFLECTION)
    ),
    EloType.PRIVATE_INSTRUCTION: _profile(_WITH_MENTOR, _LESSONS, skips=PANEL, needs_partner=True),
    EloType.PERFORMING_GROUP: _profile(
        _WITH_MENTOR, (*_LESSONS, DesignPart.PRESENTATION), needs_partner=True
    ),
    EloType.INTERNSHIP: _profile(_WITH_MENTOR, _PLACEMENT, is_ordered=True, needs_partner=True),
    EloType.WORK_BASED_LEARNING: _profile(
        _WITH_MENTOR, _TRAINING, is_ordered=True, needs_partner=True
    ),
    # Ten hours of service need no panel, though a teacher still judges what was learned.
    EloType.COMMUNITY_SERVICE: _profile(
        _FOR_SERVICE,
        (DesignPart.COMPETENCIES, DesignPart.REFLECTION, DesignPart.TIMELINE),
        skips=PANEL,
        needs_partner=True,
    ),
    EloType.APPRENTICESHIP: _profile(_WITH_MENTOR, _TRAINING, is_ordered=True, needs_partner=True),
    EloType.ONLINE_COURSE: _profile(
        _BY_COORDINATOR,
        (DesignPart.COMPETENCIES, DesignPart.TIMELINE, DesignPart.ASSESSMENT),
        skips=PANEL,
    ),
    EloType.CAPSTONE: _profile(
        _BY_COORDINATOR, (*_STUDY, DesignPart.RESEARCH, DesignPart.REFLECTION)
    ),
    EloType.OTHER: _profile(
        _BY_COORDINATOR,
        (
            DesignPart.ESSENTIAL_QUESTION,
            DesignPart.COMPETENCIES,
            DesignPart.PRODUCT,
            DesignPart.TIMELINE,
        ),
    ),
}
"""What a district begins with; migration 0026 gave the same to the districts of that day."""


def begin(district_id: UUID) -> None:
    """Give a new district a profile for each type."""
    for type_ in DEFAULTS:
        for_type(district_id, type_)


def for_type(district_id: UUID, type_: str) -> EloProfile:
    """The district's profile for the type of ELO; made by the defaults if there is none yet."""
    profile = _of_type(district_id, type_)
    if profile is None:
        db.lock_name(f"ELO profiles of {district_id}")
        profile = _of_type(district_id, type_) or _made(district_id, EloType(type_))
    return profile


def _of_type(district_id: UUID, type_: str) -> EloProfile | None:
    of_type = select(EloProfile).where(
        EloProfile.district_id == district_id, EloProfile.type == type_
    )
    return db.session().scalars(of_type).first()


def _made(district_id: UUID, type_: EloType) -> EloProfile:
    rules = DEFAULTS[type_]
    profile = EloProfile(id=db.new_id(), district_id=district_id, type=type_, **rules)
    db.session().add(profile)
    db.session().flush()
    audit.record("elo_profile.added", profile, by=None, type=type_)
    return profile


def frozen(profile: EloProfile) -> Fields:
    """The rules as an ELO keeps them from the day it is accepted."""
    return {
        "signers": [*profile.signers],
        "is_ordered": profile.is_ordered,
        "skipped_states": sorted(profile.skipped_states),
        "required_parts": sorted(profile.required_parts),
        "needs_partner": profile.needs_partner,
    }


def change(profile: EloProfile, access: Access, fields: Fields) -> EloProfile:
    """Change the rules. ELOs that were accepted keep those of their day.

    Raises Problem: validation_failed (`signers`).
    """
    changed = sorted(name for name, value in fields.items() if getattr(profile, name) != value)
    for name in changed:
        setattr(profile, name, fields[name])
    _check_signers(profile)
    if changed:
        by = access.caller.person_id
        audit.record("elo_profile.changed", profile, by=by, type=profile.type, fields=changed)
    return profile


def _check_signers(profile: EloProfile) -> None:
    """Raise validation_failed where the signers do not fit the other rules."""
    signers = profile.signers
    if len({*signers}) < len(signers):
        raise invalid("signers", "Name each role once.")
    if SkippableState.AGREEMENT_PENDING in profile.skipped_states:
        if signers:
            raise invalid("signers", "Without an agreement nobody signs: send an empty list.")
        return
    if SignerRole.STUDENT not in signers:
        raise invalid("signers", "The student signs every agreement.")
    if SignerRole.MENTOR in signers and not profile.needs_partner:
        raise invalid("signers", "Only an ELO with a partner (`needs_partner`) has a mentor.")
