"""The verbs of consents."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import clock, db
from plp_api.foundation.access.lifecycle import repeated
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access, denied
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.problems import Code, Problem, invalid
from plp_api.foundation.roster import district_settings, spans
from plp_api.foundation.roster.models import District, Student
from plp_api.people.consents import standing, texts
from plp_api.people.consents.models import Consent, ConsentPurpose


def give(
    student: Student,
    access: Access,
    purpose: str,
    language: str,
    text_sha256: str,
    ends_on: date | None = None,
) -> Consent:
    """Consent as the student, who holds the rights, or as a parent who decides.

    Raises Problem: sharing_disabled, action_repeated where the caller's own consent holds,
    permission_denied where an order denies the caller what is shared, and validation_failed
    where the text is not what the district uses now.
    """
    role = access.speaks_as(Permission.CONSENTS_GIVE, student.id)
    _lock(student.id)
    settings = district_settings.of(access.district(student.district_id))
    if not settings.shares_outside:
        raise Problem(Code.SHARING_DISABLED)
    today = access.district(student.district_id).today
    if ends_on is not None and ends_on <= today:
        raise invalid("ends_on", "Must lie after today.")
    text = _read(texts.of(settings), language, text_sha256)
    _refuse_second(student, access, purpose, today)
    consent = Consent(
        id=db.new_id(),
        district_id=student.district_id,
        student_id=student.id,
        purpose=purpose,
        text=text,
        language=language,
        given_by=access.caller.person_id,
        given_as=role,
        given_on=today,
        ends_on=ends_on,
    )
    db.session().add(consent)
    db.flush()
    if not _own_standing(student, access, purpose, today):
        raise denied(Permission.CONSENTS_GIVE, detail="An order denies you what would be shown.")
    _note("consent.given", consent, access.caller.person_id, given_as=role)
    return consent


def _lock(student_id: UUID) -> None:
    """So that of a consent and a withdrawal at once the later one counts."""
    db.lock_name(f"consents of {student_id}")


def _read(offered: dict[str, str], language: str, text_sha256: str) -> str:
    """The text that the giver read."""
    text = offered.get(language)
    if text is None:
        raise invalid("language", f"There is a text in: {', '.join(offered)}.")
    if texts.digest(text) != text_sha256:
        raise invalid("text_sha256", "The text is another now; read it again.")
    return text


def _refuse_second(student: Student, access: Access, purpose: str, today: date) -> None:
    if (own := _own_standing(student, access, purpose, today)) is not None:
        raise repeated(own, "give", "You consent already.")


def _own_standing(student: Student, access: Access, purpose: str, today: date) -> Consent | None:
    """The caller's own consent, if one holds today."""
    query = select(Consent).where(
        Consent.student_id == student.id,
        Consent.purpose == purpose,
        Consent.given_by == access.caller.person_id,
        standing.is_standing(today),
    )
    return db.session().scalars(query.limit(1)).first()


def withdraw(student: Student, access: Access, purpose: str) -> None:
    """Withdraw every consent for the student, whoever gave it; where none is left, do nothing.

    So whoever withdraws learns nothing of another holder.
    """
    _lock(student.id)
    query = _left(student.id, _today_of(student.district_id)).where(Consent.purpose == purpose)
    by = access.caller.person_id
    for consent in db.session().scalars(query):
        consent.withdrawn_at, consent.withdrawn_by = clock.now(), by
        _note("consent.withdrawn", consent, by)
        _follow(consent, by)


def end_given_by(person_id: UUID, student_id: UUID) -> None:
    """End what the person consented to for the student: their rights changed.

    Registered with `access.revocation`. It does not hold again if the rights come back.
    """
    _lock(student_id)
    student = db.session().get_one(Student, student_id)
    today = _today_of(student.district_id)
    own = _left(student_id, today).where(Consent.given_by == person_id)
    for consent in db.session().scalars(own).all():
        consent.ends_on = max(consent.given_on, today)
        _note("consent.ended", consent, None)
        db.flush()
        _follow(consent, None)


def _left(student_id: UUID, today: date) -> Any:
    """The consents that may hold today or later."""
    return select(Consent).where(
        Consent.student_id == student_id,
        Consent.withdrawn_at.is_(None),
        spans.is_not_over(Consent, today),
    )


def _today_of(district_id: UUID) -> date:
    return db.session().get_one(District, district_id).today


def _follow(consent: Consent, by: UUID | None) -> None:
    for follow in standing.ON_WITHDRAWN:
        follow(consent, by)


def state_of(student: Student, access: Access) -> dict[str, Any]:
    """How it stands with showing the student's work outside, and what may be consented to."""
    district = access.district(student.district_id)
    settings = district_settings.of(district)
    purpose = ConsentPurpose.SHARING
    return {
        "student_id": student.id,
        "purpose": purpose,
        "is_enabled": settings.shares_outside,
        "is_standing": standing.holds(student.id, purpose, district.today),
        "texts": [
            {"language": tag, "text": text, "text_sha256": texts.digest(text)}
            for tag, text in texts.of(settings).items()
        ],
        "available_actions": list(_may_do(student, access, is_enabled=settings.shares_outside)),
    }


def _may_do(student: Student, access: Access, *, is_enabled: bool) -> Iterable[str]:
    if is_enabled and access.may(Permission.CONSENTS_GIVE, student.id):
        yield "give"
    if access.may(Permission.CONSENTS_WITHDRAW, student.id):
        yield "withdraw"


def _note(what: str, consent: Consent, by: UUID | None, **facts: Any) -> None:
    audit.record(what, consent, by=by, **facts)
