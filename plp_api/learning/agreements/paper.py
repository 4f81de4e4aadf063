"""Signatures given on paper: registrar or coordinator enter them with a scan."""

from datetime import date, datetime, timedelta
from uuid import UUID

from plp_api.catalog.elo_profiles.models import SignerRole
from plp_api.foundation import clock, db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.files import actions as files
from plp_api.foundation.files import formats
from plp_api.foundation.problems import invalid
from plp_api.foundation.roster.models import District
from plp_api.learning.agreements import actions, signers, terms
from plp_api.learning.agreements.actions import How
from plp_api.learning.agreements.models import Agreement, AgreementSignature, SigningMethod
from plp_api.learning.elos.models import Elo
from plp_api.planning.signatures.models import IdentityCheck
from plp_api.planning.signing.paper import TURNS


def receive(
    agreement: Agreement,
    access: Access,
    content: bytes,
    *,
    role: SignerRole,
    somebody: UUID,
    signed_on: date,
    language: str,
    identity_check: IdentityCheck,
    delegate_id: UUID | None = None,
) -> AgreementSignature:
    """Enter the signature of a student, parent or mentor on paper, and keep its scan.

    The file is written last, after every check, and is removed if the transaction is not
    committed. Raises Problem: those of `actions.record`, actor_is_family, agreement_void,
    validation_failed (the file is no scan; the day; who did not sign in that role on that day).
    """
    elo = actions.lock(agreement)
    actions.require_witness(elo, access, somebody)
    actions.require_pending(agreement)
    _require_day(agreement, elo, signed_on)
    signer = signers.require_absent(elo, role, somebody, signed_on)
    try:
        # Reading a picture takes hundreds of megabytes of memory, so only one is read at a time.
        with TURNS.taken():
            media_type, kept = formats.read(content)
    except formats.NotAScan as error:
        raise invalid("file", str(error)) from error
    by = access.caller.person_id
    file = files.keep(
        "agreements", db.new_id(), kept, media_type, district_id=elo.district_id, by=by
    )
    db.session().flush()
    how = How(
        SigningMethod.PAPER,
        identity_check,
        language,
        signed_at=_moment(agreement, elo, signed_on),
        delegate_id=delegate_id,
        kept={"recorded_by": by, "file_id": file.id},
    )
    row = actions.record(agreement, elo, signer, how, access)
    files.write(file, kept)
    return row


def _require_day(agreement: Agreement, elo: Elo, signed_on: date) -> None:
    is_early = clock.end_of(signed_on, _zone(elo)) <= agreement.created_at
    if is_early or signed_on > terms.today_in(elo.district_id):
        raise invalid("signed_on", "Must lie between the day the agreement was made and today.")


def _moment(agreement: Agreement, elo: Elo, signed_on: date) -> datetime:
    """The end of the day on the paper, because its hour is not known; for today, the time now."""
    end = clock.end_of(signed_on, _zone(elo)) - timedelta(seconds=1)
    return max(agreement.created_at, min(clock.now(), end))


def _zone(elo: Elo) -> str:
    return db.session().get_one(District, elo.district_id).time_zone
