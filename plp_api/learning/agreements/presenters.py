"""What a reader is shown of agreements and their signatures.

No parent learns who another parent is (`access.identities`), and why somebody declined is read by
themselves and by staff alone.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor, Partner, PartnerSite
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.roster.assignments import AssignmentRole
from plp_api.foundation.roster.models import School
from plp_api.learning.agreements import actions, standing
from plp_api.learning.agreements.models import Agreement, AgreementSignature


def shape(agreements: Sequence[Any], access: Access) -> None:
    """Set who must sign today, with the status of each, and whose turn it is."""
    actions.look_up(agreements, access)
    named = _named(agreements)
    for agreement in agreements:
        agreement.requirements = _requirements(agreement)
        agreement.names = _names(agreement, named, access)


Names = dict[str, str]
OF_PLACE: dict[str, Any] = {"partner_id": Partner, "site_id": PartnerSite, "school_id": School}


def _named(agreements: Sequence[Any]) -> Names:
    """The names of what the terms name by id, by these ids; one statement for each kind."""
    terms = [agreement.terms for agreement in agreements]
    wanted: list[tuple[Any, Any, list[str]]] = [
        (model, model.name, [one[key] for one in terms if one[key]])
        for key, model in OF_PLACE.items()
    ]
    items = [key for one in terms for key in one["framework_item_ids"]]
    mentors = [key for one in terms for key in one["team"][AssignmentRole.MENTOR]]
    wanted += [(FrameworkItem, FrameworkItem.statement, items), (Mentor, Mentor.name, mentors)]
    found: Names = {}
    for model, name, keys in wanted:
        if keys:
            query = select(model.id, name).where(model.id.in_({UUID(key) for key in keys}))
            found |= {str(key): words for key, words in db.session().execute(query)}
    return found


def _names(agreement: Agreement, named: Names, access: Access) -> dict[str, Any]:
    """What an agreement's terms name by id, in words. A name may be younger than the terms."""
    terms = agreement.terms
    return {
        **{key.replace("_id", "_name"): named.get(terms[key] or "") for key in OF_PLACE},
        "framework_items": [
            {"id": key, "statement": named.get(key)} for key in terms["framework_item_ids"]
        ],
        "team": [
            _member(role, key, agreement, named, access)
            for role, keys in terms["team"].items()
            for key in keys
        ],
    }


def _member(
    role: str, key: str, agreement: Agreement, named: Names, access: Access
) -> dict[str, Any]:
    """Somebody of the team: a person, or a mentor, who is none of the directory."""
    somebody, is_mentor = UUID(key), role == AssignmentRole.MENTOR
    return {
        "role": role,
        "person_id": None if is_mentor else access.shown_person(somebody, agreement.student_id),
        "mentor_id": somebody if is_mentor else None,
        "mentor_name": named.get(key) if is_mentor else None,
    }


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
    mentors = _names_of_mentors([row.mentor_id for row in rows if row.mentor_id is not None])
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


def _names_of_mentors(mentor_ids: Sequence[Any]) -> dict[Any, str]:
    if not mentor_ids:
        return {}
    query = select(Mentor.id, Mentor.name).where(Mentor.id.in_(set(mentor_ids)))
    return {mentor.id: mentor.name for mentor in db.session().execute(query)}
