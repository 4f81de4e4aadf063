"""A copy of a version for print: its content with progress, for one reader on one day."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from plp_api.foundation import clock, settings
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, FieldError, Problem
from plp_api.foundation.roster.names import Audience
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.printing import content, progress, readers, rendered
from plp_api.planning.printing.content import Content
from plp_api.planning.printing.progress import Progress
from plp_api.planning.printing.rendered import Translation
from plp_api.planning.renditions import presenters as renditions
from plp_api.planning.renditions.models import Rendition

SNAPSHOT = "/api/v1/plan-versions/{}/snapshot"


@dataclass(frozen=True)
class Copy:
    """The data of a print.

    `whose` names the kind of reader, `address` is the URL of the signed bytes.
    `translation` names the translator where the content is not in its signed words.
    """

    content: Content
    translation: Translation | None
    progress: Progress
    whose: str
    reader_id: UUID
    address: str
    printed_at: datetime


def make(version: PlanVersion, access: Access, kind: str, language: str | None = None) -> Copy:
    """Make a copy for the caller and record the export; `kind` is `html` or `pdf`.

    Raises what `of` raises.
    """
    copy = of(version, access, language)
    by = access.caller.person_id
    audit.record("plan_version.printed", version, by=by, kind=kind, language=language)
    return copy


def of(version: PlanVersion, access: Access, language: str | None = None) -> Copy:
    """A copy for the caller, which records nothing: for what is recorded as a whole.

    Every version contains goals, so a caller who may not read goals gets no copy.
    `language` selects a rendition.

    Raises Problem: action_unavailable (the version is not frozen yet),
    permission_denied, validation_failed (`language`).
    """
    access.require(Permission.GOALS_READ, version)
    reader = readers.of(access, version.student_id)
    original = content.of(version, reader)
    rendition = _rendition(version, language) if language else None
    return Copy(
        content=rendered.of(original, rendition) if rendition else original,
        translation=rendered.about(rendition) if rendition else None,
        progress=progress.of(version, access),
        whose=_whose(reader, version),
        reader_id=access.caller.person_id,
        address=settings.current().public_url + SNAPSHOT.format(version.id),
        printed_at=clock.now().replace(microsecond=0),
    )


def _rendition(version: PlanVersion, language: str) -> Rendition:
    rendition = renditions.current(version, language)
    if rendition is None:
        known = ", ".join(renditions.languages(version.id)) or "none"
        detail = f"Nobody supplied it in that language; there is: {known}."
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("", detail, parameter="language")])
    return rendition


def _whose(reader: readers.Reader, version: PlanVersion) -> str:
    if reader.audience is Audience.FAMILY:
        return "Family"
    return "Student" if reader.person_id == version.student_id else "School"
