"""Amend a version in force, reaffirm it for a new cycle, or correct it.

An amendment is a draft like any other. This module decides whether it changed
something material, in which case people must sign again.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.lifecycle import ForOthers, own_work
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District
from plp_api.planning.plans import parts, snapshot
from plp_api.planning.plans import sections as sections_of
from plp_api.planning.plans.followers import ON_FROZEN, ON_REAFFIRMED
from plp_api.planning.plans.guards import require_open
from plp_api.planning.plans.members import SECTIONS
from plp_api.planning.plans.models import (
    OPEN_VERSION,
    Plan,
    PlanSection,
    PlanVersion,
    VersionReaffirmation,
    VersionStatus,
)

SOURCE = "34 CFR 99.20-99.22"


def signed_by(version: PlanVersion, last: PlanVersion | None) -> PlanVersion:
    """The version whose signatures count for `version`, which was frozen after `last`.

    That is the last signed version, as long as `version` does not differ
    materially from it. Comparing with the signed version, not with `last`, keeps
    many small changes from adding up to a large one that nobody signed.
    Signatures do not carry over between school and home study (16 V.S.A. 942).
    """
    if last is None or last.signed_version_id is None:
        return version
    signed = db.session().get_one(PlanVersion, last.signed_version_id)
    is_anew = signed.regime != version.regime or differs_materially(signed, version)
    return version if is_anew else signed


def freeze(version: PlanVersion, last: PlanVersion | None, access: Access) -> None:
    """Freeze a version that came into force after `last`, and set its `signed_version_id`."""
    snapshot.freeze(version)
    version.signed_version_id = signed_by(version, last).id
    for follow in ON_FROZEN:
        follow(version, access)


def differs_materially(old: PlanVersion, new: PlanVersion) -> bool:
    """Whether a material part differs, so that people must sign again.

    Material are the parts in the district's setting `material_parts` and the
    sections that the new version's template flags. A template can add to the
    district's list but cannot shorten it.
    """
    district = db.session().get_one(District, new.district_id)
    flagged = {
        key for key, description in sections_of.described(new).items() if description["is_material"]
    }
    before, after = parts.content_of(old), parts.content_of(new)
    return any(
        _words(before, name) != _words(after, name)
        for name in flagged.union(district_settings.of(district).material_parts)
    )


def _words(content: dict[str, Any], name: str) -> Any:
    """The text of the section, or the whole member, of this name; None if missing or empty."""
    section = parts.find(content, f"{SECTIONS}/{name}")
    return (section["body"] if section else content.get(name)) or None


def hold(last: PlanVersion) -> None:
    """Lock a version in force, then its plan. A caller that locks a draft locks it first.

    Every function that supersedes a version locks in this order, so that two
    of them cannot deadlock. Raises Problem(plan_closed).
    """
    db.lock(last)
    db.lock(last.plan)
    require_open(last.plan)


def reaffirm(version: PlanVersion, access: Access, comment: str | None = None) -> None:
    """Keep the reviewed version in force, unchanged, for the present cycle."""
    district = access.district(version.district_id)
    today = access.caller.today
    kept = VersionReaffirmation(
        id=new_id(),
        district_id=version.district_id,
        student_id=version.student_id,
        plan_version_id=version.id,
        cycle_starts_on=district_settings.of(district).cycle(today).starts_on,
        reaffirmed_on=today,
        reaffirmed_by=access.caller.person_id,
        comment=comment,
    )
    db.session().add(kept)
    for follow in ON_REAFFIRMED:
        follow(kept, access)
    version.touch()
    version.plan.stir()
    audit.record(
        "plan_version.reaffirmed",
        version,
        by=access.caller.person_id,
        cycle_starts_on=kept.cycle_starts_on,
    )


def holds_ones_own_words(version: PlanVersion, access: Access) -> ForOthers | None:
    """Why the caller cannot reaffirm it: they handed it in or wrote a section of the student's."""
    scribes = sections_of.writers_for_student(version, version.sections)
    return own_work(access, *scribes, version.submitted_by, version.student_id)


def is_of_an_earlier_cycle(version: PlanVersion, access: Access) -> str | None:
    """Why the version needs no reaffirming: it came into force or was reaffirmed in this cycle."""
    district = access.district(version.district_id)
    cycle = district_settings.of(district).cycle(access.caller.today)
    since = version.in_force_on
    if since is not None and since >= cycle.starts_on:
        return "It came into force in this cycle: it is current."
    query = select(VersionReaffirmation.id).where(
        VersionReaffirmation.plan_version_id == version.id,
        VersionReaffirmation.cycle_starts_on == cycle.starts_on,
    )
    if db.session().scalar(query) is not None:
        return "It was reaffirmed in this cycle: it is current."
    return None


def correct(
    version: PlanVersion,
    access: Access,
    *,
    reason: str,
    reference: str,
    sections: Mapping[str, str],
) -> PlanVersion:
    """Correct the version in force, after a request for amendment was granted (34 CFR 99.20-99.22).

    The corrected version is in force at once, because the school has decided
    already. Every frozen version that holds the wrong text is sealed; an open
    draft that holds it is corrected too.

    Raises Problem: actor_is_family, plan_closed, version_sealed,
    version_corrected, action_unavailable, validation_failed.
    """
    access.refuse_family(version.student_id)
    session, plan = db.session(), version.plan
    draft = _held_draft(plan)
    hold(version)
    _require_correctable(version)
    wrong = _wrong_words(version, sections)
    number = _free_number(plan, draft)
    corrected = PlanVersion(
        id=new_id(),
        district_id=version.district_id,
        student_id=version.student_id,
        plan=plan,
        template_id=version.template_id,
        number=number,
        started_by=access.caller.person_id,
        status=VersionStatus.IN_FORCE,
        approved_at=clock.now(),
        approved_by=access.caller.person_id,
        in_force_on=access.caller.today,
        reviewed_on=_last_reviewed(version),
        regime=version.regime,
        corrects_id=version.id,
        correction_reason=reason,
        correction_reference=reference,
    )
    corrected.sections = [_corrected(section, access, sections) for section in version.sections]
    version.status, version.superseded_on = VersionStatus.SUPERSEDED, access.caller.today
    session.flush()
    session.add(corrected)
    session.flush()
    freeze(corrected, version, access)
    _seal(plan, wrong, access)
    if draft is not None:
        _correct_draft(draft, wrong, sections, access)
    plan.stir()
    audit.record(
        "plan_version.corrected",
        corrected,
        by=access.caller.person_id,
        corrects_id=version.id,
        sections=sorted(sections),
        reason=reason,
        sha256=corrected.snapshot_sha256,
    )
    return corrected


def _last_reviewed(version: PlanVersion) -> date | None:
    """The day on which the version was last reaffirmed, else reviewed, else put in force."""
    query = select(func.max(VersionReaffirmation.reaffirmed_on)).where(
        VersionReaffirmation.plan_version_id == version.id
    )
    return db.session().scalar(query) or version.reviewed_on or version.in_force_on


def _held_draft(plan: Plan) -> PlanVersion | None:
    open_one = select(PlanVersion).where(
        PlanVersion.plan_id == plan.id, PlanVersion.status.in_(OPEN_VERSION)
    )
    draft = db.session().scalars(open_one).first()
    if draft is not None:
        db.lock(draft)
    return draft if draft is not None and draft.status in OPEN_VERSION else None


def _require_correctable(version: PlanVersion) -> None:
    if version.sealed_on is not None:
        detail = f"{SOURCE}: the record was amended already; a sealed version is not amended again."
        raise Problem(Code.VERSION_SEALED, detail)
    if version.corrects_id is not None:
        detail = (
            f"{SOURCE}: this version is itself a correction. Amend it by a new version, and"
            " correct that one if another request is granted."
        )
        raise Problem(Code.VERSION_CORRECTED, detail)
    if version.status != VersionStatus.IN_FORCE:
        detail = f"It is {version.status}; only the version in force can be corrected ({SOURCE})."
        raise Problem(Code.ACTION_UNAVAILABLE, detail)


def _wrong_words(version: PlanVersion, sections: Mapping[str, str]) -> dict[str, str]:
    """The texts that the correction replaces, by section key. Raises Problem(validation_failed)."""
    now = {section.key: section.body for section in version.sections}
    errors = [FieldError(f"/sections/{key}", "No such section.") for key in sections.keys() - now]
    errors += [
        FieldError(f"/sections/{key}", "This is the present text.")
        for key, body in sections.items()
        if now.get(key) == body
    ]
    if not sections:
        errors.append(FieldError("/sections", "Say what is corrected."))
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    return {key: now[key] for key in sections}


def _free_number(plan: Plan, draft: PlanVersion | None) -> int:
    """The next number. An open draft gives up its number and takes the next, as it comes later."""
    if draft is not None:
        number = draft.number
        draft.number += 1
        db.session().flush()
        return number
    query = select(func.max(PlanVersion.number)).where(PlanVersion.plan_id == plan.id)
    return (db.session().scalar(query) or 0) + 1


def _corrected(section: PlanSection, access: Access, sections: Mapping[str, str]) -> PlanSection:
    is_changed = section.key in sections
    return PlanSection(
        district_id=section.district_id,
        student_id=section.student_id,
        key=section.key,
        position=section.position,
        body=sections.get(section.key, section.body),
        written_by=access.caller.person_id if is_changed else section.written_by,
        kept_from_id=section.kept_from_id,
        visibility=section.visibility,
    )


def _seal(plan: Plan, wrong: Mapping[str, str], access: Access) -> None:
    """Seal every superseded version that holds a wrong text; its hash can still be checked."""
    frozen = select(PlanVersion).where(
        PlanVersion.plan_id == plan.id,
        PlanVersion.status == VersionStatus.SUPERSEDED,
        PlanVersion.sealed_on.is_(None),
    )
    for version in db.session().scalars(frozen).unique():
        if any(wrong.get(section.key) == section.body for section in version.sections):
            version.sealed_on = access.caller.today
            audit.record("plan_version.sealed", version, by=access.caller.person_id)


def _correct_draft(
    draft: PlanVersion, wrong: Mapping[str, str], sections: Mapping[str, str], access: Access
) -> None:
    """Correct the wrong texts in a draft that still holds them; leave its other sections alone."""
    for section in draft.sections:
        if wrong.get(section.key) == section.body:
            section.body, section.written_by = sections[section.key], access.caller.person_id
    draft.touch()
