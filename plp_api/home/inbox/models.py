"""The kinds of items, and the marks that say what a person has read."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from plp_api.foundation.db import Base
from plp_api.foundation.ownership import OwnedByPerson


class Group(StrEnum):
    """`waiting` stays until it is done, `new` until it is read."""

    WAITING = "waiting"
    NEW = "new"


class Kind(StrEnum):
    """What an item of the inbox is about.

    Of what is new, the student, their parents and their advisors get everything. Who
    reaches the student only by a class or an office gets a comment where they had
    commented before, and a statement on a version that they approved. An answer to a
    raised hand and a declined log entry are new for the student alone, a move of an ELO for
    the student and the parents, an answer to a concern for whoever raised it, and that a
    concern is closed for the principal. A signature that staff stored is new for its signer,
    the answer of one parent for the others. A credit line waits for its own teacher of record,
    an appeal for a school admin who did not decide what is appealed. An answer to a call for
    work is new for whoever called. Work that was submitted waits for an advisor to name who
    judges it, then for them; returned, for the student; an appeal for who was named to settle
    it, until then for a school admin who did not judge it. That a showcase could be shown
    outside is new for the parents who may consent, as long as no consent holds.
    """

    SIGNATURE_DUE = "signature_due"
    SIGNATURE_CONTESTED = "signature_contested"
    VERSION_TO_APPROVE = "version_to_approve"
    VERSION_RETURNED = "version_returned"
    VERSION_IN_FORCE = "version_in_force"
    GOAL_TO_CONFIRM = "goal_to_confirm"
    GOAL_RETURNED = "goal_returned"
    OUTCOME_TO_CONFIRM = "outcome_to_confirm"
    ELEMENT_TO_APPROVE = "element_to_approve"
    ELEMENT_RETURNED = "element_returned"
    INTEREST_TO_ANSWER = "interest_to_answer"
    INTEREST_ANSWERED = "interest_answered"
    RELATIONSHIP_TO_CONFIRM = "relationship_to_confirm"
    ELO_TO_DECIDE = "elo_to_decide"
    ELO_RETURNED = "elo_returned"
    ELO_TO_START = "elo_to_start"
    ELO_MOVED = "elo_moved"
    AGREEMENT_TO_SIGN = "agreement_to_sign"
    AGREEMENT_DECLINED = "agreement_declined"
    AGREEMENT_SIGNATURE_STORED = "agreement_signature_stored"
    AGREEMENT_ANSWERED = "agreement_answered"
    ELO_TO_PRESENT = "elo_to_present"
    ELO_TO_EVALUATE = "elo_to_evaluate"
    CREDIT_TO_DECIDE = "credit_to_decide"
    CREDIT_DECIDED = "credit_decided"
    APPEAL_TO_DECIDE = "appeal_to_decide"
    APPEAL_DECIDED = "appeal_decided"
    REVIEW_TO_PREPARE = "review_to_prepare"
    REVIEW_TO_HOLD = "review_to_hold"
    REVIEW_OVERDUE = "review_overdue"
    COMMENT_NEW = "comment_new"
    STATEMENT_NEW = "statement_new"
    CONCERN_TO_ACKNOWLEDGE = "concern_to_acknowledge"
    CONCERN_TO_CLOSE = "concern_to_close"
    CONCERN_CLOSED = "concern_closed"
    CONCERN_ANSWERED = "concern_answered"
    HOURS_TO_VERIFY = "hours_to_verify"
    LOG_ENTRY_DECLINED = "log_entry_declined"
    CALL_TO_ANSWER = "call_to_answer"
    CALL_ANSWERED = "call_answered"
    ARTIFACT_TO_ASSIGN = "artifact_to_assign"
    ARTIFACT_TO_JUDGE = "artifact_to_judge"
    ARTIFACT_APPEAL_TO_SETTLE = "artifact_appeal_to_settle"
    ARTIFACT_RETURNED = "artifact_returned"
    ARTIFACT_JUDGED = "artifact_judged"
    CONSENT_ASKED_FOR = "consent_asked_for"
    ARCHIVE_TO_TAKE = "archive_to_take"


EVERYTHING = ""
"""Instead of a kind: the mark covers every item that happened until `read_at`."""


class ReadMark(Base):
    """A person has read an item: whatever happened to it until `read_at` is not unread.

    The item is named by its kind and the id of its row. With the kind EVERYTHING and the
    person's own id the mark covers the whole inbox.
    """

    __tablename__ = "read_marks"
    __ownership__ = OwnedByPerson(read="self:manage")

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey("districts.id"))
    read_at: Mapped[datetime]
