"""Store the text of a version in another language."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import update

from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.planning.plans import parts, presenters
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.renditions.models import Rendition

Texts = Mapping[str, Mapping[str, str]]


def supply(
    version: PlanVersion,
    access: Access,
    sections: Texts,
    goals: Texts,
    pathway_elements: Texts,
    **fields: Any,
) -> Rendition:
    """Store the texts of a frozen version in a language; supersede the last rendition in it.

    Raises Problem: action_unavailable (nothing is frozen yet), version_sealed,
    snapshot_mismatch, actor_is_family (unless they keep the plan), and
    validation_failed, which names each section, goal and element that the
    snapshot does not have.
    """
    if not access.keeps(version.student_id):
        access.refuse_family(version.student_id)
    presenters.require_unsealed(version, access)
    if version.snapshot is None or version.snapshot_sha256 is None:
        raise Problem(Code.ACTION_UNAVAILABLE, f"It is {version.status}; nothing is frozen yet.")
    if fields.pop("snapshot_sha256") != version.snapshot_sha256:
        raise Problem(Code.SNAPSHOT_MISMATCH)
    texts = {"sections": sections, "goals": goals, "pathway_elements": pathway_elements}
    _check(orjson.loads(version.snapshot), texts)
    db.lock(version)
    _supersede(version, fields["language"])
    rendition = Rendition(
        id=db.new_id(),
        district_id=version.district_id,
        student_id=version.student_id,
        plan_version_id=version.id,
        snapshot_sha256=version.snapshot_sha256,
        **{
            member: {str(key): dict(words) for key, words in texts_by_key.items()}
            for member, texts_by_key in texts.items()
        },
        supplied_by=access.caller.person_id,
        **fields,
    )
    db.session().add(rendition)
    version.plan.stir()
    audit.record(
        "rendition.supplied",
        rendition,
        by=access.caller.person_id,
        plan_version_id=version.id,
        language=rendition.language,
        sha256=rendition.snapshot_sha256,
    )
    return rendition


def require_readable(rendition: Rendition, access: Access) -> None:
    """Check that the caller may read the whole version, because a rendition holds its text.

    Raises Problem: version_sealed, permission_denied.
    """
    version = db.session().get_one(PlanVersion, rendition.plan_version_id)
    presenters.require_unsealed(version, access)
    presenters.require_whole(version, access)


def _check(snapshot: dict[str, Any], texts: Mapping[str, Texts]) -> None:
    known = {name for name, _, _ in parts.places(snapshot)}
    errors = [
        FieldError(f"/{member}/{key}", "The version has no such part.")
        for member, texts_by_key in texts.items()
        for key in texts_by_key
        if f"{member}/{key}" not in known
    ]
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)


def _supersede(version: PlanVersion, language: str) -> None:
    last = (
        update(Rendition)
        .where(
            Rendition.plan_version_id == version.id,
            Rendition.language == language,
            Rendition.superseded_at.is_(None),
        )
        .values(superseded_at=clock.now(), version=Rendition.version + 1)
    )
    db.session().execute(last, execution_options={"synchronize_session": "fetch"})
