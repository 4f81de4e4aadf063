"""What an archive of a student holds, in the order in which it shows it, and what it reads again.

Each part by the schema of its area, and with the permission that its reader needs.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.archives import presenters as foreign
from plp_api.foundation.archives.described import by_schema, own_rows, shown
from plp_api.foundation.archives.models import ForeignRecord
from plp_api.foundation.archives.package import FILES
from plp_api.foundation.archives.parts import Part, Reader, Row
from plp_api.foundation.archives.schemas import ForeignRecordSchema
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.comments.schemas import CommentSchema
from plp_api.foundation.disclosures import inspection
from plp_api.foundation.disclosures.models import Disclosure
from plp_api.foundation.disclosures.schemas import DisclosureSchema
from plp_api.foundation.files.models import FileType, StoredFile
from plp_api.foundation.roster.models import Student
from plp_api.learning.agreements.models import Agreement, AgreementSignature
from plp_api.learning.agreements.schemas import AgreementSchema, AgreementSignatureSchema
from plp_api.learning.artifact_reviews import presenters as artifact_reviews
from plp_api.learning.artifact_reviews.models import ArtifactReview
from plp_api.learning.artifact_reviews.schemas import ArtifactReviewSchema
from plp_api.learning.artifacts import archived as artifacts
from plp_api.learning.artifacts.models import Artifact
from plp_api.learning.calls.models import CallRecipient
from plp_api.learning.calls.schemas import CallRecipientSchema
from plp_api.learning.credit.models import Appeal, CreditLine
from plp_api.learning.credit.schemas import AppealSchema, CreditLineSchema
from plp_api.learning.designs.schemas import (
    EloBenchmarkSchema,
    EloCommunicationSchema,
    EloCostSchema,
    EloPermissionSchema,
    EloTimeSchema,
    EloTrainingTaskSchema,
    EloWorkSchema,
)
from plp_api.learning.elos.models import (
    Benchmark,
    Communication,
    Cost,
    Elo,
    EloGoal,
    EloPermission,
    EloTime,
    TrainingTask,
)
from plp_api.learning.elos.schemas import EloGoalSchema, EloSchema
from plp_api.learning.evaluations import presenters as evaluations
from plp_api.learning.evaluations.models import Evaluation, Presentation, WorkHabits
from plp_api.learning.evaluations.schemas import (
    EloEvaluationSchema,
    EloPresentationSchema,
    WorkHabitsSchema,
)
from plp_api.learning.interests.models import Interest
from plp_api.learning.interests.schemas import InterestSchema
from plp_api.learning.portfolios.models import Portfolio
from plp_api.learning.portfolios.schemas import PortfolioSchema
from plp_api.learning.ratings.models import Rating
from plp_api.learning.ratings.schemas import RatingSchema
from plp_api.learning.showcases import archived as showcases
from plp_api.learning.work_logs.models import Absence, LogEntry
from plp_api.learning.work_logs.schemas import AbsenceSchema, LogEntrySchema
from plp_api.people.consents.models import Consent
from plp_api.people.consents.schemas import ConsentSchema
from plp_api.planning.goals.models import CheckIn, Goal, GoalStep
from plp_api.planning.goals.schemas import CheckInSchema, GoalSchema, GoalStepSchema
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.pathways.schemas import PathwayElementSchema
from plp_api.planning.plans import presenters as plans
from plp_api.planning.plans.models import Plan, PlanVersion, ProfileEntry
from plp_api.planning.plans.schemas import PlanSchema, PlanVersionSchema, ProfileEntrySchema
from plp_api.planning.printing import archived as prints
from plp_api.planning.renditions.models import Rendition
from plp_api.planning.renditions.schemas import RenditionSchema
from plp_api.planning.reviews.models import Review
from plp_api.planning.reviews.schemas import ReviewSchema
from plp_api.planning.signatures import presenters as signatures
from plp_api.planning.signatures.models import Signature, SignatureDecline
from plp_api.planning.signatures.schemas import DeclineSchema, SignatureSchema
from plp_api.planning.signing.models import Scan
from plp_api.planning.signing.schemas import ScanSchema
from plp_api.planning.supports import actions as supports
from plp_api.planning.supports import presenters as supports_shown
from plp_api.planning.supports.models import Support
from plp_api.planning.supports.schemas import SupportSchema

# The tables on whose rows people comment, with the permission to read the row.
COMMENTED = {
    "plan_versions": Permission.PLANS_READ,
    "goals": Permission.GOALS_READ,
    "reviews": Permission.REVIEWS_READ,
    "pathway_elements": Permission.PATHWAYS_READ,
    "interests": Permission.INTERESTS_READ,
    "elos": Permission.ELOS_READ,
    "artifacts": Permission.ARTIFACTS_READ,
}
COMMENTED_BY = {table: frozenset({read}) for table, read in COMMENTED.items()}
DISCLOSED = COMMENTED_BY | {
    "showcases": frozenset({Permission.SHOWCASES_READ, Permission.SHARE_LINKS_READ}),
}
"""What the reader of a disclosure needs besides, by what was shown."""

# By these members a row tells of another kind of record, in whatever part it stands.
TELLING: dict[Permission, frozenset[str]] = {
    Permission.ROSTER_READ: frozenset({"student"}),
    Permission.PLANS_READ: frozenset({"snapshot_sha256"}),
    Permission.GOALS_READ: frozenset({"goal_id", "goals", "statements"}),
    Permission.PATHWAYS_READ: frozenset({"pathway_element_id", "pathway_elements", "statements"}),
    Permission.REVIEWS_READ: frozenset({"review_id", "annual_review_id"}),
    Permission.INTERESTS_READ: frozenset({"interest_id"}),
    Permission.ELOS_READ: frozenset({"elo_id", "elo_title", "elos", "statements"}),
    Permission.ARTIFACTS_READ: frozenset(
        {"artifact_id", "artifact", "artifacts", "artifact_title", "artifact_review_id"}
    ),
}


def _supports(student: Student, access: Access) -> Sequence[Any]:
    return access.scalars(supports.of(student, access).order_by(Support.id))


def _comments(student: Student, access: Access) -> Sequence[Comment]:
    """The comments on what the caller may read; of no table that this does not name."""
    if not access.may(Permission.COMMENTS_READ, student.id):
        return []
    open_ = [table for table, read in COMMENTED.items() if access.may(read, student.id)]
    mine = select(Comment).where(Comment.student_id == student.id, Comment.subject_type.in_(open_))
    works = {artifact.id for artifact in own_rows(Artifact, student, access)} if open_ else set()
    return [
        comment
        for comment in db.session().scalars(mine.order_by(Comment.id))
        # Fewer people read a draft than other artifacts.
        if comment.subject_type != "artifacts" or comment.subject_id in works
    ]


def _scans(student: Student, access: Access) -> Iterator[tuple[str, StoredFile]]:
    """The scans of papers that the caller signed."""
    for scan in own_rows(Scan, student, access):
        yield f"{FILES}/{scan.id}.{FileType(scan.media_type).name.lower()}", scan.file


def _declines(student: Student, access: Access) -> list[Row]:
    """The caller's own words when they declined to sign; the family sees no other's."""
    own = [
        decline
        for decline in own_rows(SignatureDecline, student, access)
        if decline.person_id == access.caller.person_id
    ]
    rows = shown(own, DeclineSchema(), student, access)
    versions = [str(decline.signed_version_id) for decline in own]
    return [row | {"plan_version_id": version} for row, version in zip(rows, versions, strict=True)]


def _signatures(student: Student, access: Access) -> list[Row]:
    found = own_rows(Signature, student, access)
    described = [signatures.shown(signature, access) for signature in found]
    return shown(described, SignatureSchema(), student, access)


def _disclosures(student: Student, access: Access) -> Sequence[Any]:
    return access.scalars(inspection.of_student(access, student).order_by(Disclosure.id))


def _foreign(student: Student, access: Access) -> Sequence[Any]:
    readable = foreign.of_student(student, access).order_by(ForeignRecord.id)
    return db.session().scalars(readable).all()


def _of(
    name: str,
    title: str,
    model: Any,
    schema: Any,
    chosen: Any = None,
    needs: Mapping[Permission, frozenset[str]] = TELLING,
    **more: Any,
) -> Part:
    """A part whose rows are those of a table, by its schema.

    Rows of which a parent reads only those about themselves (`about`) are each about one person.
    """
    permission = Permission(model.__ownership__.read)
    more.setdefault("is_personal", model.__ownership__.about is not None)
    return Part(name, title, permission, by_schema(model, schema, chosen), needs=needs, **more)


def _also(permission: Permission, members: frozenset[str]) -> dict[Permission, frozenset[str]]:
    """What members need in any part, and these in one."""
    return TELLING | {permission: members | TELLING.get(permission, frozenset())}


JUDGED = _also(Permission.RATINGS_READ, artifact_reviews.JUDGMENT)
EVALUATED = _also(Permission.RATINGS_READ, evaluations.JUDGMENT)
OF_VERSIONS = _also(Permission.PLAN_STATUS_READ, plans.STATUS)
OF_SUPPORTS = _also(Permission.SUPPORTS_READ, supports_shown.WHOLE | {"coordinator_name"})

PARTS: list[Part] = [
    _of("plans", "Plans", Plan, PlanSchema),
    _of(
        "plan_versions",
        "Versions of plans",
        PlanVersion,
        PlanVersionSchema,
        needs=OF_VERSIONS,
        files=prints.files,
    ),
    _of("profile_entries", "Profile", ProfileEntry, ProfileEntrySchema),
    _of("goals", "Goals", Goal, GoalSchema),
    _of("goal_steps", "Steps of goals", GoalStep, GoalStepSchema),
    _of("check_ins", "Check-ins", CheckIn, CheckInSchema),
    _of("pathway_elements", "Pathways", PathwayElement, PathwayElementSchema),
    _of("supports", "Supports", Support, SupportSchema, _supports, OF_SUPPORTS),
    _of("reviews", "Annual reviews", Review, ReviewSchema),
    Part("signatures", "Signatures", Permission.SIGNATURES_READ, _signatures, needs=TELLING),
    Part(
        "signature_declines",
        "Declined to sign",
        Permission.PLANS_READ,
        _declines,
        needs=TELLING,
        is_personal=True,
    ),
    _of("scans", "Scans of signatures", Scan, ScanSchema, files=_scans),
    _of("renditions", "Translations", Rendition, RenditionSchema),
    _of("interests", "Interests", Interest, InterestSchema),
    _of("elos", "Extended learning opportunities", Elo, EloSchema),
    _of("elo_goals", "Goals that they serve", EloGoal, EloGoalSchema),
    _of("elo_work", "Work-based learning", Elo, EloWorkSchema),
    _of("elo_benchmarks", "Benchmarks", Benchmark, EloBenchmarkSchema),
    _of("elo_training_tasks", "Training", TrainingTask, EloTrainingTaskSchema),
    _of("elo_communications", "Who hears from whom", Communication, EloCommunicationSchema),
    _of("elo_permissions", "Permissions", EloPermission, EloPermissionSchema),
    _of("elo_costs", "Costs", Cost, EloCostSchema),
    _of("elo_times", "Weekly times", EloTime, EloTimeSchema),
    _of("agreements", "Agreements", Agreement, AgreementSchema),
    _of(
        "agreement_signatures",
        "Signatures of agreements",
        AgreementSignature,
        AgreementSignatureSchema,
    ),
    _of("log_entries", "Hours", LogEntry, LogEntrySchema),
    _of("elo_absences", "Absences", Absence, AbsenceSchema),
    _of("work_habits", "Work habits", WorkHabits, WorkHabitsSchema, needs=EVALUATED),
    _of("elo_presentations", "Presentations", Presentation, EloPresentationSchema),
    _of("elo_evaluations", "Evaluations", Evaluation, EloEvaluationSchema, needs=EVALUATED),
    _of("credit_lines", "Credit", CreditLine, CreditLineSchema),
    _of("appeals", "Appeals", Appeal, AppealSchema),
    _of("ratings", "Ratings", Rating, RatingSchema),
    Part("artifacts", "Work", Permission.ARTIFACTS_READ, artifacts.rows, artifacts.files, TELLING),
    _of("artifact_reviews", "Reviews of work", ArtifactReview, ArtifactReviewSchema, needs=JUDGED),
    _of("portfolios", "Portfolios", Portfolio, PortfolioSchema),
    _of("call_recipients", "Calls for work", CallRecipient, CallRecipientSchema),
    Part("showcases", "Showcases", Permission.SHOWCASES_READ, showcases.rows, needs=TELLING),
    _of("consents", "Consents", Consent, ConsentSchema),
    _of(
        "disclosures",
        "To whom it was shown",
        Disclosure,
        DisclosureSchema,
        _disclosures,
        subjects=DISCLOSED,
    ),
    _of("comments", "Comments", Comment, CommentSchema, _comments, subjects=COMMENTED_BY),
    _of(
        "foreign_records",
        "From other schools",
        ForeignRecord,
        ForeignRecordSchema,
        _foreign,
    ),
]

# Work before the showcases that show it.
READERS: dict[str, Reader] = {"artifacts": artifacts.read, "showcases": showcases.read}
