"""The signatures of a version as one reader may know them, and which are not there."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.printing.words import local_day, phrase
from plp_api.foundation.roster import district_settings
from plp_api.foundation.roster.models import District, Person
from plp_api.foundation.roster.names import Audience
from plp_api.planning.plans.models import PlanVersion, VersionStatus
from plp_api.planning.printing.readers import Reader
from plp_api.planning.signatures import signers, standing
from plp_api.planning.signatures.models import (
    RequirementStatus,
    Signature,
    SignatureMethod,
)

NOT_SIGNED = frozenset(
    {RequirementStatus.OPEN, RequirementStatus.DECLINED, RequirementStatus.SPLIT}
)


@dataclass(frozen=True)
class Signed:
    """A signature; `name` is None where the reader learns the role alone.

    `method` tells through whose hands it came: who sent the link, witnessed, or
    entered the paper.
    `version` is the number of the earlier version it was given over, where
    nothing material changed since.
    """

    role: str
    name: str | None
    method: str
    language: str
    on: str
    version: int | None


def on(version: PlanVersion, reader: Reader, district: District) -> Iterable[Signed]:
    """Every signature that counts for the version, oldest first."""
    session = db.session()
    given = select(Signature).where(Signature.signed_version_id == signers.counted(version))
    rows = session.scalars(given.order_by(Signature.signed_at, Signature.id)).all()
    known = [row for row in rows if reader.access.is_named(row.person_id, row.student_id, row.role)]
    staff = {one for row in rows for one in _hands(row).values()}
    names = _names({*(row.person_id for row in known), *staff}, reader.audience)
    for row in rows:
        name = names[row.person_id] if row in known else None
        if name and row.signed_by_name:
            name = f"{name}, by {row.signed_by_name}"
        yield Signed(
            role=phrase(row.role),
            name=name,
            method=_method(row, names),
            language=row.language,
            on=local_day(row.signed_at, ZoneInfo(district.time_zone)),
            version=_earlier(row, version),
        )


def _hands(signature: Signature) -> dict[str, UUID]:
    """Through whose hands at school the signature came, each in words."""
    is_by_account = signature.method == SignatureMethod.ACCOUNT
    hands = {
        "account opened by" if is_by_account else "sent by": signature.issued_by,
        "witnessed by": signature.witnessed_by,
        "entered by": signature.recorded_by,
    }
    return {words: person_id for words, person_id in hands.items() if person_id is not None}


def _method(signature: Signature, names: dict[UUID, str]) -> str:
    """How it was given, and through whose hands."""
    hands = (f"{words} {names[one]}" for words, one in _hands(signature).items() if one in names)
    return ", ".join([phrase(signature.method), *hands])


def _names(ids: set[UUID], audience: Audience) -> dict[UUID, str]:
    asked = select(Person).where(db.any_of(Person.id, db.ids_bind("ids")))
    people = db.session().scalars(asked, {"ids": list(ids)})
    return {person.id: str(person.name_for(audience)) for person in people}


def _earlier(signature: Signature, version: PlanVersion) -> int | None:
    if signature.plan_version_id == version.id:
        return None
    return db.session().get_one(PlanVersion, signature.plan_version_id).number


def missing(version: PlanVersion, district: District) -> Iterable[tuple[str, str]]:
    """Whose signature the version in force still lacks, or does without.

    That somebody declined is theirs and the school's to know, and why nobody need
    sign tells how a student lives: a copy that travels says neither.
    """
    if version.status != VersionStatus.IN_FORCE:
        return
    rule = district_settings.of(district).deciding_parents
    (facts,) = db.fetch(standing.query([version.id], district.today, rule))
    for one in standing.requirements(facts[0]):
        if one["status"] in NOT_SIGNED:
            yield phrase(one["role"]), "Not signed yet"
        elif one["status"] == RequirementStatus.EXCEPTED:
            yield phrase(one["role"]), "The school has excused this signature"
