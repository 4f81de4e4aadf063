"""The exception `Problem`, and the closed list of problem codes (RFC 9457).

Clients match `code`. `title` describes the code, `detail` this request; `errors`
point at the fields (JSON Pointer, RFC 6901).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import UNIQUE, Enum, verify
from typing import Any


@dataclass(frozen=True)
class Kind:
    """The HTTP status and the title of a problem code.

    `is_for_others`: it is about who asks. The document says which roles may (`allowed_roles`).
    """

    status: int
    title: str
    is_for_others: bool = False


# A problem lists at most this many errors: thousands would help nobody.
MOST_ERRORS = 100


@verify(UNIQUE)
class Code(Enum):
    """Every problem code of the API. The name in lower case is the `code` that clients see."""

    # Problems of HTTP itself.
    REQUEST_MALFORMED = Kind(400, "The request could not be read.")
    TOKEN_MISSING = Kind(401, "Sign in first: no access token was sent.")
    TOKEN_INVALID = Kind(401, "The access token is not valid.")
    TOKEN_EXPIRED = Kind(401, "The access token has expired; refresh it.")
    SESSION_ENDED = Kind(401, "This session has ended; sign in again.")
    CREDENTIALS_INVALID = Kind(401, "The user name or password is not right.")
    CSRF_INVALID = Kind(401, "The CSRF token is missing or does not match.")
    PERMISSION_DENIED = Kind(403, "You have no permission for this operation.", is_for_others=True)
    REASON_REQUIRED = Kind(403, "You must state a reason to open this record.")
    NOT_FOUND = Kind(404, "There is no such resource, or you may not see it.")
    METHOD_NOT_ALLOWED = Kind(405, "This address does not support that method.")
    NOT_ACCEPTABLE = Kind(406, "No accepted media type is available.")
    BODY_TOO_LARGE = Kind(413, "The request body is too large.")
    MEDIA_TYPE_UNSUPPORTED = Kind(415, "The request body has the wrong media type.")
    VALIDATION_FAILED = Kind(422, "Something in the request is not valid.")
    RATE_LIMITED = Kind(429, "Too many requests; try again later.")
    INTERNAL_ERROR = Kind(500, "Something went wrong on our side.")
    SERVER_BUSY = Kind(503, "Too many requests for this at once; try again in a moment.")
    DATABASE_UNAVAILABLE = Kind(503, "The database does not answer; try again shortly.")

    # Problems of the API's conventions.
    PRECONDITION_REQUIRED = Kind(428, "Send If-Match with the ETag of what you are changing.")
    VERSION_STALE = Kind(412, "This was changed after you read it; read it again.")
    IDEMPOTENCY_KEY_REUSED = Kind(422, "This Idempotency-Key was used for another request.")
    REQUEST_RUNNING = Kind(409, "The same request is still running.")
    ACTION_UNAVAILABLE = Kind(409, "That action is not available now.")
    ACTION_REPEATED = Kind(409, "That is done already; it was not done again.")
    RECORD_DUPLICATE = Kind(409, "Such a record exists already.")
    RECORD_IN_USE = Kind(409, "Other records refer to this record.")
    RECORD_INVALID = Kind(422, "The record breaks a rule of the database.")

    # Identity.
    LOGIN_THROTTLED = Kind(429, "Too many attempts; try again later.")
    REFRESH_TOKEN_REUSED = Kind(401, "This refresh token was used before; the session has ended.")
    ACTIVATION_INVALID = Kind(422, "This activation code is not valid, or was used before.")
    PASSWORD_WEAK = Kind(422, "Choose a stronger password.")
    USERNAME_TAKEN = Kind(409, "That user name is taken in this district.")

    # People and relationships.
    RELATIONSHIP_EXISTS = Kind(409, "This relationship exists already.")
    RELATIONSHIP_SUPPRESSED = Kind(409, "This relationship was suppressed by a person.")
    ACTOR_IS_FAMILY = Kind(
        409, "Somebody else must do this: you are the student's family.", is_for_others=True
    )
    ACCOUNT_BEYOND_OFFICES = Kind(403, "Your offices do not cover this person's account.")
    ADMIN_IS_LAST = Kind(409, "A district needs at least one admin: appoint another first.")
    ADDRESS_UNCONFIRMED = Kind(409, "Their e-mail must be entered again before a code is mailed.")
    MAIL_UNAVAILABLE = Kind(409, "No mail server is set up here, so nothing can be mailed.")
    PERSON_IS_STUDENT = Kind(409, "A student cannot hold this.")
    PERSON_HAS_NO_USERNAME = Kind(409, "This person has no user name to sign in with.")

    # Roster.
    PACKAGE_INVALID = Kind(422, "The roster package has errors; nothing was changed.")
    IMPORT_RUNNING = Kind(409, "Another roster import is running for this district.")
    DISTRICT_UNKNOWN = Kind(422, "The package is not about this district.")

    # Templates.
    TEMPLATE_FROZEN = Kind(409, "This edition is not a draft; start the template's next edition.")
    TEMPLATE_DRAFT_OPEN = Kind(409, "This template already has a draft of its next edition.")
    TEMPLATE_OVERLAPS = Kind(409, "Another published template is for the same grades.")
    SECTION_UNASKED = Kind(409, "The template lacks sections in which this plan has text.")

    # Plans.
    PLAN_CLOSED = Kind(409, "This plan is closed.")
    PLAN_EXISTS = Kind(409, "This student has a plan already.")
    VERSION_OPEN = Kind(409, "There is an open version of this plan already.")
    VERSION_FROZEN = Kind(409, "This version can no longer be edited.")
    VERSION_REAFFIRMED = Kind(409, "This version was reaffirmed in this cycle.")
    VERSION_SEALED = Kind(409, "This version was corrected and is sealed.")
    VERSION_CORRECTED = Kind(409, "A correction cannot be corrected again.")
    VERSION_INCOMPLETE = Kind(409, "A required section is still empty.")
    APPROVER_IS_FAMILY = Kind(
        409, "A student's parent never acts for the school on their child.", is_for_others=True
    )
    ENTRY_WITHDRAWN = Kind(409, "This profile entry was already withdrawn or replaced.")
    SECTION_NOT_YOURS = Kind(403, "This section is written by somebody else.", is_for_others=True)
    SNAPSHOT_MISMATCH = Kind(409, "The version to be signed is not the one you read.")
    SIGNATURE_EXISTS = Kind(409, "This signature exists already.")
    PRINT_FAILED = Kind(500, "The PDF of this version could not be made; ask for HTML.")
    PDF_UNAVAILABLE = Kind(406, "This server was installed without PDF; ask for HTML.")
    SIGNATURE_NOT_REQUIRED = Kind(409, "Your signature is not required here.")
    SIGNER_IS_APPROVER = Kind(409, "The approver of a version cannot sign it for the family.")
    OUTREACH_INSUFFICIENT = Kind(409, "Too few attempts to reach them were logged.")
    DECLINE_MISSING = Kind(409, "Nobody has declined; silence is excused after outreach.")
    WITNESS_NOT_APART = Kind(
        409, "The witness must be neither the issuer nor the approver.", is_for_others=True
    )
    LINK_USED = Kind(410, "This link was already used; it works only once.")
    LINK_EXPIRED = Kind(410, "This link has expired.")
    LINK_ENDED = Kind(410, "This link is no longer valid.")
    FILE_LOST = Kind(410, "The file is no longer in the storage.")

    # Files, uploads and archives.
    FILE_EMPTY = Kind(422, "The file is empty.")
    FILE_TOO_LARGE = Kind(413, "The file is larger than it may be.")
    FILE_TYPE_REFUSED = Kind(422, "Files of this type are not kept.")
    FILE_BROKEN = Kind(422, "The file cannot be read to its end in its format.")
    FILE_UNSAFE = Kind(422, "The file holds what could harm its readers.")
    FILE_INFECTED = Kind(422, "The virus scanner refused this file.")
    FILE_QUARANTINED = Kind(410, "The virus scanner found this file infected.")
    SCANNER_UNAVAILABLE = Kind(503, "The virus scanner does not answer; try again shortly.")
    QUOTA_REACHED = Kind(409, "There is no room left for this file.")
    RANGE_UNSATISFIABLE = Kind(416, "The file has no such range of bytes.")
    UPLOAD_CLOSED = Kind(409, "This upload is complete, or was cancelled.")
    UPLOAD_INCOMPLETE = Kind(409, "Chunks of this upload are missing.")
    UPLOAD_NOT_COMPLETE = Kind(409, "This upload is not complete, or belongs to a record already.")
    UPLOADS_FULL = Kind(409, "You have as many open uploads as you may have.")
    UPLOAD_MISMATCH = Kind(422, "What arrived is not what its SHA-256 or size says.")
    EXPORT_NOT_READY = Kind(409, "This export is not ready.")
    EXPORT_EXPIRED = Kind(410, "This export has expired; ask for a new one.")
    EXPORT_RUNNING = Kind(409, "Another export of this student is being made for you.")
    ARCHIVE_INVALID = Kind(422, "The archive was altered, or is none; nothing was imported.")

    # Families.
    HOME_STUDY_EXISTS = Kind(409, "The student already has home study at that time.")
    SUPPORT_EXISTS = Kind(409, "The student already has such a support at that time.")

    # Pathway elements.
    PATHWAY_CONDITION_UNMET = Kind(409, "A condition that the law sets is not met.")
    ELEMENT_FIXED = Kind(409, "This pathway element can no longer be changed in this way.")
    ELEMENT_RELIED_ON = Kind(409, "Others rely on this pathway element; withdraw it instead.")

    # The catalog, ratings and interests.
    FRAMEWORK_INVALID = Kind(422, "The file has errors; nothing was imported.")
    FRAMEWORK_IMPORT_RUNNING = Kind(409, "Another framework import is running for this district.")
    FRAMEWORK_ITEM_RETIRED = Kind(409, "This framework item is retired: nothing new refers to it.")
    SCALE_IN_USE = Kind(409, "The scale is in use, so it is not retired.")
    SCALE_RETIRED = Kind(409, "This scale is retired: nothing new refers to it.")
    LEVEL_NOT_ON_SCALE = Kind(422, "The level is not one of the scale's.")
    LINK_EXISTS = Kind(409, "It is linked to this framework item already.")
    LINKS_FULL = Kind(409, "It is linked to as many framework items as it may be.")
    RUBRIC_FROZEN = Kind(409, "This edition is not a draft; start the rubric's next edition.")
    RUBRIC_INCOMPLETE = Kind(409, "A criterion does not describe every level of the scale.")
    RUBRIC_DRAFT_OPEN = Kind(409, "This rubric already has a draft of its next edition.")
    PARTNER_EXISTS = Kind(409, "There is a partner of this name already.")
    PARTNER_ARCHIVED = Kind(409, "This partner is archived.")
    OPPORTUNITY_CLOSED = Kind(409, "This opportunity is closed.")
    OPPORTUNITY_FULL = Kind(409, "Every seat of this opportunity is taken.")
    OPPORTUNITY_NOT_OFFERED = Kind(409, "This opportunity is not offered to the student.")
    INTEREST_EXISTS = Kind(409, "The student's hand is raised for this already.")
    RATING_NOT_YOURS = Kind(403, "Only who gave this rating, or a school admin, may withdraw it.")

    # Portfolios.
    ARTIFACTS_FULL = Kind(409, "The student has as many artifacts as they may have.")
    ARTIFACT_PARTS_FULL = Kind(409, "The artifact has as many of these as it may have.")
    ARTIFACT_EMPTY = Kind(409, "The artifact has no version yet.")
    ARTIFACT_ARCHIVED = Kind(409, "This artifact is archived.")
    ARTIFACT_RELIED_ON = Kind(409, "Others rely on this artifact; archive it instead.")
    ARTIFACT_LINK_EXISTS = Kind(409, "The artifact is linked to this already.")
    PORTFOLIO_TEMPLATE_FROZEN = Kind(
        409, "This edition is not a draft; start the portfolio template's next edition."
    )
    PORTFOLIO_TEMPLATE_DRAFT_OPEN = Kind(
        409, "This portfolio template already has a draft of its next edition."
    )
    PORTFOLIO_EXISTS = Kind(409, "The student keeps a portfolio by this template already.")
    PORTFOLIO_ENTRY_EXISTS = Kind(409, "The artifact stands in this slot already.")
    PORTFOLIO_SLOT_FULL = Kind(409, "The slot has as many artifacts as it may have.")
    ARTIFACT_IS_DRAFT = Kind(409, "The artifact is still a draft.")
    GROUP_CODE_INVALID = Kind(422, "No group takes new makers by this code.")
    GROUP_FULL = Kind(409, "The group has as many makers as it may have.")
    GROUP_JOINED = Kind(409, "The student has an artifact of this group already.")
    ARTIFACT_REVIEW_OPEN = Kind(409, "A review of this artifact by this rubric is open.")
    EVALUATOR_IS_AUTHOR = Kind(409, "Nobody judges work that they made.")
    EVALUATOR_NOT_ASSIGNED = Kind(
        403, "Only the assigned evaluator judges this.", is_for_others=True
    )
    CALL_CLOSED = Kind(409, "This call for work is closed.")
    CALL_ANSWERED = Kind(409, "This call for work was answered already.")
    SHOWCASE_ITEM_EXISTS = Kind(409, "This version stands in the showcase already.")
    SHOWCASES_FULL = Kind(409, "There are as many of these as there may be.")
    SHOWCASE_EMPTY = Kind(409, "The showcase holds nothing to show.")
    SHOWCASE_TAKEN_DOWN = Kind(409, "This showcase was taken down.")
    SHARING_DISABLED = Kind(409, "The district has not enabled sharing outside.")
    SHARE_LINKS_FULL = Kind(409, "This showcase has as many open links as it may have.")
    SHARING_NOT_CONSENTED = Kind(409, "Nobody who holds the student's rights consents to sharing.")

    # ELOs.
    ELO_CLOSED = Kind(409, "This ELO has ended.")
    ELO_NOT_ACTIVE = Kind(409, "This ELO is not active.")
    DESIGN_INCOMPLETE = Kind(409, "Parts that this type of ELO requires are missing.")
    ELO_PARTS_FULL = Kind(409, "This ELO has as many parts of this kind as it may have.")
    ELO_EXISTS = Kind(409, "The student has an ELO of this design already.")
    DESIGN_TEMPLATE_ARCHIVED = Kind(409, "This design template is archived.")
    SUPERVISOR_MISSING = Kind(409, "A licensed educator must supervise the ELO.")
    CLEARANCE_MISSING = Kind(409, "A required clearance is missing or has lapsed.")
    LABOR_RULE_BROKEN = Kind(409, "The work goes beyond what the law allows at this age.")
    AGREEMENT_MISSING = Kind(409, "There is no agreement that everybody has signed.")
    AGREEMENT_VOID = Kind(409, "This agreement is void; sign the newest one.")
    AGREEMENT_CHANGED = Kind(409, "The agreement is not the one you read; read it again.")
    SIGNATURE_EARLY = Kind(409, "Others must sign this agreement first.")
    LOG_ENTRY_VERIFIED = Kind(409, "This log entry has been verified.")
    LOG_ENTRY_YOURS = Kind(409, "Nobody verifies their own log entry.", is_for_others=True)
    DAY_OVERFULL = Kind(409, "The log entries of one day exceed 24 hours.")
    ABSENCE_EXISTS = Kind(409, "An absence is recorded for this day already.")
    TEAM_ROLE_MISSING = Kind(403, "This is for somebody in another role on the ELO's team.")
    WORK_HABITS_NOT_YOURS = Kind(403, "Only who rated these work habits may correct them.")
    WORK_HABITS_EXIST = Kind(409, "Work habits were rated for this moment already.")
    PROFICIENCIES_MISSING = Kind(409, "Credit needs the proficiencies that were shown.")
    TEACHER_NOT_OF_RECORD = Kind(
        403, "Only the line's teacher of record decides on it.", is_for_others=True
    )
    CREDIT_ELECTIVE = Kind(
        409, "Nobody attested that the teacher's licence covers the area: it is elective credit."
    )
    CREDIT_LINE_DECIDED = Kind(409, "This credit line has been decided.")
    APPEAL_EXISTS = Kind(409, "An appeal about this is open already.")

    # Goals, reviews, comments.
    COMMENT_NOT_YOURS = Kind(403, "Only its author may withdraw this comment.")
    GOAL_CLOSED = Kind(409, "This goal has ended.")
    GOAL_NOT_PROPOSED = Kind(409, "Propose the goal before you log work on it.")
    GOAL_RELIED_ON = Kind(409, "Others have seen this goal already; propose to drop it instead.")

    @property
    def wire(self) -> str:
        """The code as clients see it."""
        return self.name.lower()


@dataclass(frozen=True)
class FieldError:
    """One error at one place, described by a sentence.

    The place is a JSON Pointer into the body, or the name of a query parameter
    or header.
    """

    pointer: str
    detail: str
    parameter: str | None = None


@dataclass(frozen=True)
class Existing:
    """A row that is there already: its model, and the values of columns that identify it.

    `condition` is SQL that must hold too. `tells` names columns that a reader of
    the row is told beside its id.
    """

    model: type[Any]
    values: Mapping[str, Any]
    condition: Any = None
    tells: tuple[str, ...] = ()


class Problem(Exception):
    """Rolls the transaction back, and becomes the response as a problem document.

    `afterwards` runs in a second, short transaction *after* the rollback, for
    what must be stored all the same (a failed attempt, an ended session).
    `extra` adds members to the document (RFC 9457, section 3.2). `existing` is the
    row that stands in the way; the document names it to those who may read it.
    """

    def __init__(
        self,
        code: Code,
        detail: str | None = None,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
        existing: Existing | None = None,
        afterwards: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(code.wire)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        self.existing = existing
        self.afterwards = afterwards

    @property
    def status(self) -> int:
        """The HTTP status of the response."""
        return self.code.value.status


def document(problem: Problem) -> dict[str, object]:
    """The problem document (RFC 9457), for a response or a job."""
    members: dict[str, object] = {
        "type": f"/problems/{problem.code.wire}",
        "title": problem.code.value.title,
        "status": problem.status,
        "code": problem.code.wire,
        **problem.extra,
    }
    if problem.detail:
        members["detail"] = problem.detail
    if problem.errors:
        members["errors"] = [_place(error) for error in problem.errors[:MOST_ERRORS]]
    return members


def _place(error: FieldError) -> dict[str, str]:
    where = {"parameter": error.parameter} if error.parameter else {"pointer": error.pointer}
    return {**where, "detail": error.detail}


def doubled(parts: Iterable[Mapping[str, Any]], field: str, called: str) -> Iterator[FieldError]:
    """An error for each part of a list in `field` whose key an earlier part has."""
    known: set[str] = set()
    for place, part in enumerate(parts):
        if part["key"] in known:
            yield FieldError(f"/{field}/{place}/key", f"Another {called} has this key.")
        known.add(part["key"])


def invalid(field: str, detail: str) -> Problem:
    """A 422 for one top-level field of the body."""
    return Problem(Code.VALIDATION_FAILED, errors=[FieldError(f"/{field}", detail)])
