"""Signatures given on paper: the registrar enters them with a scan."""

from datetime import date, datetime, timedelta
from uuid import UUID

from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.files import actions as files
from plp_api.foundation.files import formats
from plp_api.foundation.problems import invalid
from plp_api.foundation.roster.models import District, Person
from plp_api.foundation.turns import Turns
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.signatures import actions as signatures
from plp_api.planning.signatures import signers
from plp_api.planning.signatures.models import IdentityCheck, SignatureMethod, SignerRole
from plp_api.planning.signing.models import Scan

TURNS = Turns(at_once=1, waiting=3, seconds=10)


def receive(
    version: PlanVersion,
    access: Access,
    content: bytes,
    *,
    person_id: UUID,
    role: SignerRole,
    signed_on: date,
    language: str,
    identity_check: IdentityCheck,
    delegate_id: UUID | None = None,
) -> Scan:
    """Enter a signature given on paper over the version's snapshot, and keep its scan.

    The file is written last, after every check, and is removed if the transaction
    is not committed.

    Raises Problem: actor_is_family, validation_failed (the file is not a scan; the
    day is in the future, or before the version came into force; the person could not
    sign on that day), and those of `signatures.record`.
    """
    access.refuse_family(version.student_id)
    db.lock(version)
    _require_day(version, signed_on)
    _require_right(version, person_id, role, signed_on)
    try:
        # Reading a picture takes hundreds of megabytes of memory, so only one is read at a time.
        with TURNS.taken():
            media_type, kept = formats.read(content)
    except formats.NotAScan as error:
        raise invalid("file", str(error)) from error
    key = db.new_id()
    scan = Scan(
        id=key,
        district_id=version.district_id,
        student_id=version.student_id,
        plan_version_id=version.id,
        person_id=person_id,
        role=role,
        file=files.keep(
            "scans",
            key,
            kept,
            media_type,
            district_id=version.district_id,
            by=access.caller.person_id,
        ),
    )
    signatures.record(
        version,
        role,
        person_id,
        SignatureMethod.PAPER,
        by=access.caller.person_id,
        language=language,
        identity_check=identity_check,
        delegate_id=delegate_id,
        signed_at=_moment(version, signed_on),
        recorded_by=access.caller.person_id,
        scan_id=scan.id,
    )
    db.session().add(scan)
    audit.record("scan.added", scan, by=access.caller.person_id, sha256=scan.sha256)
    files.write(scan.file, kept)
    return scan


def _require_day(version: PlanVersion, signed_on: date) -> None:
    signers.require_open(version)
    first = version.in_force_on or signed_on
    if not first <= signed_on <= signers.today_of(version):
        words = f"Must be from {first}, when the version came into force, to today."
        raise invalid("signed_on", words)


def _moment(version: PlanVersion, signed_on: date) -> datetime:
    """The end of the day on the paper, because its hour is not known; for today, the time now."""
    zone = db.session().get_one(District, version.district_id).time_zone
    return min(clock.now(), clock.end_of(signed_on, zone) - timedelta(seconds=1))


def _require_right(
    version: PlanVersion, person_id: UUID, role: SignerRole, signed_on: date
) -> None:
    """Check that the signer had the right to sign on that day; `record` checks today."""
    person = db.session().get(Person, person_id)
    if person is None or person.district_id != version.district_id:
        raise invalid("person_id", "There is no such person here.")
    if signers.signs_as(version.student_id, person_id, signed_on) is not role:
        words = "Did not sign in that role on that day: a parent signs while they may decide"
        raise invalid("person_id", f"{words} (15 V.S.A. 664), a student for themselves.")
