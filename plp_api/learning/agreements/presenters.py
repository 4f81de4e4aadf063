"""What a reader is shown of agreements and their signatures.

No parent learns who another parent is (`access.identities`), and why somebody declined is read by
themselves and by staff alone.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.learning.agreements import actions, standing
from plp_api.learning.agreements.models import AgreementSignature


def shape(agreements: Sequence[Any], access: Access) -> None:
    """Set who must sign today, with the status of each, and whose turn it is."""
    actions.look_up(agreements, access)
    for agreement in agreements:
        agreement.requirements = _requirements(agreement)


def _requirements(agreement: Any) -> list[dict[str, Any]]:
    """The roles in the order in which they sign. Of a void agreement nobody is asked any more."""
    is_pending = standing.is_pending(agreement)
    turns = standing.turns(agreement, agreement.by_role) if is_pending else []
    return [
        {"role": role, "status": status, "is_turn": role in turns}
        for role, status in agreement.by_role.items()
    ]


def shape_signatures(rows: Sequence[Any], access: Access) -> None:
    """Set the signer, the delegate's name and the words as this reader may know them."""
    mentors = _names_of([row.mentor_id for row in rows if row.mentor_id is not None])
    for row in rows:
        is_shown = is_known(row, access)
        row.shown_person_id = row.person_id if is_shown else None
        row.shown_typed_name = row.typed_name if is_shown else None
        row.shown_delegate_id = row.delegate_id if is_shown else None
        row.shown_words = row.words if _reads_words(row, access) else None
        row.mentor_name = mentors.get(row.mentor_id)
        row.has_scan = row.file_id is not None
        for name in ("recorded_by", "issued_by", "witnessed_by", "signed_for_id"):
            known = access.shown_person(getattr(row, name), row.student_id)
            setattr(row, f"shown_{name}", known)


def is_known(row: Any, access: Access) -> bool:
    """Whether the reader may know whose signature or decline it is.

    `row` has the columns of a signature. Who declined, no other of the family learns.
    """
    is_theirs = row.person_id == access.caller.person_id
    if row.is_declined and not is_theirs and _is_of_family(row, access):
        return False
    return access.is_named(row.person_id, row.student_id, row.role)


def _reads_words(row: AgreementSignature, access: Access) -> bool:
    return row.person_id == access.caller.person_id or not _is_of_family(row, access)


def _is_of_family(row: Any, access: Access) -> bool:
    """Whether the reader is the student, or family of theirs."""
    return row.student_id in access.selves or access.is_own(row.student_id)


def _names_of(mentor_ids: Sequence[Any]) -> dict[Any, str]:
    if not mentor_ids:
        return {}
    query = select(Mentor.id, Mentor.name).where(Mentor.id.in_(set(mentor_ids)))
    return {mentor.id: mentor.name for mentor in db.session().execute(query)}
