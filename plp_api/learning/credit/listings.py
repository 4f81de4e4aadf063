"""The filters and sort orders of lists of credit lines and appeals."""

from plp_api.foundation.rest.fields import Text
from plp_api.foundation.rest.paging import (
    Listing,
    equals,
    of_id,
    one_of,
    same_id,
    since,
    yes_or_no,
)
from plp_api.learning.credit.models import (
    Appeal,
    AppealAbout,
    AppealStatus,
    CreditLine,
    CreditStatus,
)
from plp_api.learning.elos.models import Elo

LONGEST_AREA = 100
STATUS = one_of(CreditLine.status, CreditStatus, "Only lines in these states.")
APPEAL_STATUS = one_of(Appeal.status, AppealStatus, "Only appeals in these states.")

CREDIT_LINES_OF_ELO = Listing(
    filters={"status": STATUS, "updated_since": since(CreditLine.updated_at)},
    sorts={"created_at": CreditLine.created_at, "updated_at": CreditLine.updated_at},
)
CREDIT_LINES = Listing(
    filters={
        "status": STATUS,
        "area": equals(
            CreditLine.area,
            Text(
                longest=LONGEST_AREA,
                metadata={"description": "Only in this area.", "example": "Science"},
            ),
        ),
        "is_elective": yes_or_no(CreditLine.is_elective, "Only elective credit, or only other."),
        "teacher_of_record_id": same_id(
            CreditLine.teacher_of_record_id, "Only lines that this person decides or decided."
        ),
        "elo_id": same_id(CreditLine.elo_id, "Only lines of this ELO."),
        "elo_school_id": of_id(
            "Only lines of ELOs that this school runs.",
            lambda keys: CreditLine.elo.has(Elo.school_id.in_(keys)),
        ),
        "updated_since": since(CreditLine.updated_at),
    },
    sorts={"updated_at": CreditLine.updated_at, "created_at": CreditLine.created_at},
).across_students()
APPEALS_OF_ELO = Listing(
    filters={"status": APPEAL_STATUS, "updated_since": since(Appeal.updated_at)},
    sorts={"created_at": Appeal.created_at, "updated_at": Appeal.updated_at},
)
APPEALS = Listing(
    filters={
        "status": APPEAL_STATUS,
        "about": one_of(Appeal.about, AppealAbout, "Only appeals about this."),
        "elo_id": same_id(Appeal.elo_id, "Only appeals about this ELO."),
        "credit_line_id": same_id(Appeal.credit_line_id, "Only appeals about this credit line."),
        "updated_since": since(Appeal.updated_at),
    },
    sorts={"updated_at": Appeal.updated_at, "created_at": Appeal.created_at},
).across_students()
