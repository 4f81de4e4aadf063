"""The sources of the inbox: for each kind of item, a select of the rows that wait or are new.

A source selects only rows that the caller may read and act on today: the criteria are
those of `access.scope`, and the states are those of the life cycles. It is built once
for each combination of roles. All of them have the same columns (`_items`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from plp_api.foundation import db
from plp_api.foundation.access.arms import is_home_studied
from plp_api.foundation.access.caller import CALLER, DISTRICT, TODAY, Caller, is_not_over
from plp_api.foundation.access.permissions import Condition, Permission, Role, conditions
from plp_api.foundation.access.scope import (
    is_no_kin,
    is_unrelated,
    visible,
    visible_with_subject,
)
from plp_api.foundation.audit.models import Event
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.roster.models import District, Person, Student
from plp_api.foundation.roster.relationships import Relationship
from plp_api.home.inbox.models import Group, Kind
from plp_api.planning.goals.models import ENDED, Goal, GoalStatus
from plp_api.planning.pathways import conditions as pathway_conditions
from plp_api.planning.pathways.models import PathwayElement, PathwayStatus
from plp_api.planning.plans.models import (
    Plan,
    PlanSection,
    PlanStatus,
    PlanVersion,
    Regime,
    Statement,
    VersionStatus,
)
from plp_api.planning.reviews.models import Review, ReviewStatus
from plp_api.planning.signatures import signers
from plp_api.planning.signatures import standing as signatures
from plp_api.planning.signatures.models import (
    RequirementStatus,
    Signature,
    SignatureDecline,
    SignerRole,
)

NEW_FOR = timedelta(days=60)
"""What is older is no longer new, read or not."""
COMING = timedelta(days=60)
"""How long before its due day a review waits for somebody."""
PAST = timedelta(days=365)
"""How long a review that was missed is still called overdue."""

SINCE = bindparam("since", type_=db.Instant())
SOON = bindparam("soon", type_=Date())
A_YEAR_AGO = bindparam("a_year_ago", type_=Date())
RULE = District.settings["deciding_parents"].as_string()
ACTIVE = Plan.status == PlanStatus.ACTIVE
AT_SCHOOL = "school"
"""Instead of a role: whoever did it did not act as family."""

Make = Callable[[Caller], Select[Any]]


@dataclass(frozen=True)
class Source:
    """One kind of item on the rows of one table, for callers with all the permissions of `needs`.

    `roles` limits the roles that count. `collection` is the address of the resource.
    `action` is the word and the address below the resource; only callers whose every role
    here holds `acts` are shown it. `title` shows the row's words.
    """

    kind: Kind
    collection: str
    make: Make
    needs: tuple[Permission, ...]
    roles: tuple[Role, ...] = tuple(Role)
    group: Group = Group.WAITING
    action: tuple[str, str] | None = None
    acts: Permission | None = None
    title: str = "{}"

    def caller(self, caller: Caller) -> Caller:
        """The caller in the roles that count here."""
        return caller.only_as(*self.roles)

    def is_for(self, caller: Caller) -> bool:
        """Whether a role of the caller may fill a list with such rows."""
        return all(_granting(self.caller(caller), permission) for permission in self.needs)

    def shown_action(self, caller: Caller) -> tuple[str, str] | None:
        """The action, if every role that brings the items holds its permission."""
        if self.acts is None:
            return self.action
        held = _granting(self.caller(caller), self.needs[0])
        acting = _granting(self.caller(caller), self.acts)
        return self.action if held <= acting else None


def _granting(caller: Caller, permission: Permission) -> set[tuple[Role, Condition | None]]:
    """The roles of the caller that grant it in lists, each with its condition."""
    return {
        (role, condition)
        for role in caller.roles
        for condition in conditions(role, permission)
        if condition is not Condition.REASONED
    }


def _items(
    row: Any,
    at: Any,
    *,
    words: Any,
    actor: Any = None,
    acted_as: Any = AT_SCHOOL,
    due_on: Any = None,
    on: Any = None,
    is_blocked: Any = None,
) -> Select[Any]:
    """A select of items: the row, when it happened, who did it, what a title needs.

    `on` is the id of the resource to open, if it is not the row itself. `is_blocked` says
    that the action is not available although the row waits.
    """
    role = literal(acted_as, String()) if isinstance(acted_as, str) else acted_as
    columns: list[ColumnElement[Any]] = [
        row.id.label("id"),
        row.student_id.label("student_id"),
        at.label("at"),
        (cast(null(), Date()) if due_on is None else due_on).label("due_on"),
        (cast(null(), Uuid()) if actor is None else actor).label("actor_id"),
        role.label("acted_as"),
        cast(words, String()).label("words"),
        (row.id if on is None else on).label("resource_id"),
        (false() if is_blocked is None else is_blocked).label("is_blocked"),
    ]
    return select(*columns)


def _of_plan(items: Select[Any], row: Any, *criteria: ColumnElement[bool]) -> Select[Any]:
    """The items whose plan is open, and that meet the criteria."""
    return items.join(Plan, Plan.id == row.plan_id).where(ACTIVE, *criteria)


def _seen(model: type[db.Base], caller: Caller, *permissions: Permission) -> ColumnElement[bool]:
    return and_(*(visible(model, caller, permission) for permission in permissions))


def _is(column: Any, word: str) -> ColumnElement[bool]:
    """Compare with a literal: a bound word would not match a partial index."""
    equal: ColumnElement[bool] = column == literal_column(f"'{word}'")
    return equal


# Signatures.

SIGNS = (Permission.SIGNATURES_SIGN, Permission.PLANS_READ, Permission.SIGNATURES_READ)


def _signatures_due(role: SignerRole, asks: tuple[RequirementStatus, ...]) -> Make:
    def make(caller: Caller) -> Select[Any]:
        counted = aliased(PlanVersion)
        signed = exists().where(
            Signature.signed_version_id == signatures.COUNTED,
            Signature.role == role,
            Signature.person_id == CALLER,
        )
        declined = exists().where(
            SignatureDecline.signed_version_id == signatures.COUNTED,
            SignatureDecline.person_id == CALLER,
        )
        by_family = PlanVersion.regime == Regime.HOME_STUDY
        parent, school = (literal(word, String()) for word in (SignerRole.PARENT, AT_SCHOOL))
        is_parent = role is SignerRole.PARENT
        opened = signers.is_approver_the_opener(PlanVersion, counted)
        items = _items(
            PlanVersion,
            func.coalesce(PlanVersion.approved_at, PlanVersion.updated_at),
            words=PlanVersion.number,
            actor=PlanVersion.approved_by,
            acted_as=case((by_family, parent), else_=school),
            is_blocked=opened if is_parent else None,
        )
        return (
            _of_plan(items, PlanVersion, PlanVersion.status == VersionStatus.IN_FORCE)
            .join(Student, Student.id == PlanVersion.student_id)
            .join(District, District.id == PlanVersion.district_id)
            .join(counted, counted.id == signatures.COUNTED)
            .where(
                _seen(PlanVersion, caller, *SIGNS),
                ~signed,
                ~declined,
                ~signers.is_approver(PlanVersion, counted),
                signatures.is_one_of(asks, [role], RULE),
            )
        )

    return make


CONTESTED = (RequirementStatus.DECLINED, RequirementStatus.SPLIT)


def _signatures_contested(caller: Caller) -> Select[Any]:
    """Versions that somebody declined to sign, or on which the parents disagree."""
    declines = (
        select(func.max(SignatureDecline.declined_at))
        .where(SignatureDecline.signed_version_id == signatures.COUNTED)
        .correlate(PlanVersion)
        .scalar_subquery()
    )
    # Few have declined: starting from them, the facts of few versions are collected.
    students = select(SignatureDecline.student_id).where(
        _seen(SignatureDecline, caller, Permission.SIGNATURES_EXCEPT)
    )
    is_declined = exists().where(SignatureDecline.signed_version_id == signatures.COUNTED)
    items = _items(PlanVersion, declines, words=PlanVersion.number)
    return (
        _of_plan(items, PlanVersion, PlanVersion.status == VersionStatus.IN_FORCE)
        .join(Student, Student.id == PlanVersion.student_id)
        .join(District, District.id == PlanVersion.district_id)
        .where(
            PlanVersion.student_id.in_(students),
            is_declined.correlate(PlanVersion),
            is_unrelated(PlanVersion.student_id, caller),
            signatures.is_one_of(CONTESTED, [SignerRole.STUDENT, SignerRole.PARENT], RULE),
        )
    )


# Versions.


def _versions_to_approve(caller: Caller) -> Select[Any]:
    """Versions that others handed in; `is_blocked` where the caller wrote in them."""
    wrote = exists().where(
        PlanSection.plan_version_id == PlanVersion.id, PlanSection.written_by == CALLER
    )
    items = _items(
        PlanVersion,
        func.coalesce(PlanVersion.submitted_at, PlanVersion.updated_at),
        words=PlanVersion.number,
        actor=PlanVersion.submitted_by,
        is_blocked=wrote,
    )
    return _of_plan(
        items,
        PlanVersion,
        _is(PlanVersion.status, VersionStatus.SUBMITTED),
        _seen(PlanVersion, caller, Permission.PLANS_APPROVE),
        is_unrelated(PlanVersion.student_id, caller),
        PlanVersion.submitted_by.is_distinct_from(CALLER),
    )


def _versions_in_force(caller: Caller) -> Select[Any]:
    """For the family: what was put in force by somebody else."""
    by_family = PlanVersion.regime == Regime.HOME_STUDY
    parent, school = (literal(word, String()) for word in (SignerRole.PARENT, AT_SCHOOL))
    return _items(
        PlanVersion,
        PlanVersion.approved_at,
        words=PlanVersion.number,
        actor=PlanVersion.approved_by,
        acted_as=case((by_family, parent), else_=school),
    ).where(
        PlanVersion.status == VersionStatus.IN_FORCE,
        PlanVersion.approved_at > SINCE,
        PlanVersion.approved_by != CALLER,
        _seen(PlanVersion, caller, Permission.PLANS_READ),
    )


# What comes back to the student. The event says when, and who returned it.


def _returned(model: Any, event: str, words: Any, *criteria: ColumnElement[bool]) -> Make:
    def make(_caller: Caller) -> Select[Any]:
        again = aliased(Event)
        latest = (
            select(func.max(again.at))
            .where(
                again.student_id == model.student_id,
                again.subject_id == model.id,
                again.type == event,
            )
            .correlate(model)
            .scalar_subquery()
        )
        # Rows that came with a history from elsewhere have no event.
        at = func.coalesce(Event.at, model.updated_at)
        items = _items(model, at, words=words, actor=Event.actor_id)
        return _of_plan(items, model, model.student_id == CALLER, *criteria).outerjoin(
            Event,
            and_(
                Event.student_id == model.student_id,
                Event.subject_id == model.id,
                Event.type == event,
                Event.at == latest,
            ),
        )

    return make


# Goals and elements.


def _goals(*criteria: ColumnElement[bool]) -> Make:
    """Goals that wait for an advisor, or in home study for who keeps the plan."""

    def make(caller: Caller) -> Select[Any]:
        # A relative who is staff reaches a student in home study only as their keeper.
        may_act = is_unrelated(Goal.student_id, caller)
        if caller.children:
            may_act = or_(may_act, is_home_studied(Goal.student_id))
        items = _items(
            Goal, Goal.updated_at, words=Goal.title, actor=Goal.student_id, due_on=Goal.due_on
        )
        seen = _seen(Goal, caller, Permission.GOALS_CONFIRM)
        return _of_plan(items, Goal, seen, may_act, *criteria)

    return make


def _elements_to_approve(caller: Caller) -> Select[Any]:
    items = _items(
        PathwayElement,
        PathwayElement.updated_at,
        words=PathwayElement.title,
        actor=PathwayElement.planned_by,
        due_on=PathwayElement.starts_on,
        is_blocked=~pathway_conditions.is_free_of_conditions(),
    )
    return _of_plan(
        items,
        PathwayElement,
        PathwayElement.status == PathwayStatus.PLANNED,
        PathwayElement.returned_on.is_(None),
        PathwayElement.district_id == DISTRICT,
        PathwayElement.planned_by != CALLER,
        _seen(PathwayElement, caller, Permission.PATHWAYS_APPROVE),
        is_unrelated(PathwayElement.student_id, caller),
    )


# Relationships.


def _relationships_to_confirm(caller: Caller) -> Select[Any]:
    person = aliased(Person)
    return (
        _items(Relationship, Relationship.created_at, words=person.display_name)
        .join(person, person.id == Relationship.person_id)
        .where(
            _is(Relationship.status, "unconfirmed"),
            Relationship.district_id == DISTRICT,
            is_not_over(Relationship),
            _seen(Relationship, caller, Permission.RELATIONSHIPS_WRITE),
            is_no_kin(Relationship.person_id, caller),
            is_unrelated(Relationship.student_id, caller),
        )
    )


# Reviews.


def _reviews(needed: Permission, *criteria: ColumnElement[bool]) -> Make:
    """Reviews of this cycle that no version has completed."""

    def make(caller: Caller) -> Select[Any]:
        at = func.coalesce(Review.prepared_at, Review.created_at)
        items = _items(Review, at, words=literal(""), due_on=Review.due_on)
        return _of_plan(
            items,
            Review,
            Review.plan_version_id.is_(None),
            Review.cycle_starts_on <= TODAY,
            _seen(Review, caller, needed),
            is_unrelated(Review.student_id, caller),
            *criteria,
        )

    return make


def _reviews_overdue(caller: Caller) -> Select[Any]:
    """Reviews that were missed, until a later one is complete. Only the home school's."""
    later = aliased(Review)
    is_over = exists().where(
        later.student_id == Review.student_id,
        later.cycle_starts_on > Review.cycle_starts_on,
        later.plan_version_id.is_not(None),
    )
    make = _reviews(
        Permission.REVIEWS_HOLD,
        Review.district_id == DISTRICT,
        Review.due_on < TODAY,
        Review.due_on > A_YEAR_AGO,
        Review.status != ReviewStatus.EXCEPTED,
        ~is_over,
    )
    return make(caller)


# Comments and statements.


def _comments_on(model: Any, read: Permission, words: Any) -> Make:
    def make(caller: Caller) -> Select[Any]:
        return (
            _items(
                Comment,
                Comment.created_at,
                words=words,
                actor=Comment.author_id,
                acted_as=Comment.author_role,
                on=Comment.subject_id,
            )
            .join(model, model.id == Comment.subject_id)
            .where(
                Comment.subject_type == model.__tablename__,
                Comment.created_at > SINCE,
                Comment.withdrawn_at.is_(None),
                Comment.author_id != CALLER,
                visible_with_subject(Comment, caller, read),
            )
        )

    return make


def _comments(
    model: Any, read: Permission, write: Permission, words: Any, title: str = "{}"
) -> Source:
    collection = model.__tablename__.replace("_", "-")
    return Source(
        Kind.COMMENT_NEW,
        collection,
        _comments_on(model, read, words),
        (Permission.COMMENTS_READ, read),
        group=Group.NEW,
        action=("comment", "comments"),
        acts=write,
        title=title,
    )


def _statements(caller: Caller) -> Select[Any]:
    return (
        _items(
            Statement,
            Statement.stated_at,
            words=PlanVersion.number,
            actor=Statement.author_id,
            acted_as=Statement.author_role,
            on=Statement.plan_version_id,
        )
        .join(PlanVersion, PlanVersion.id == Statement.plan_version_id)
        .where(
            Statement.stated_at > SINCE,
            Statement.withdrawn_at.is_(None),
            Statement.author_id != CALLER,
            visible_with_subject(Statement, caller, Permission.PLANS_APPROVE),
            is_unrelated(Statement.student_id, caller),
        )
    )


VERSION, REVIEW = "Plan, version {}", "Annual review"
VERSIONS, GOALS, REVIEWS = "plan-versions", "goals", "reviews"
ELEMENTS = "pathway-elements"
NOT_ENDED = and_(*(Goal.status != status for status in sorted(ENDED)))
COMES_SOON = and_(Review.due_on >= TODAY, Review.due_on <= SOON)
IS_PREPARED = and_(Review.status == ReviewStatus.PREPARED, Review.due_on >= TODAY)
IS_COMING = and_(Review.status == ReviewStatus.SCHEDULED, COMES_SOON)

SOURCES: tuple[Source, ...] = (
    Source(
        Kind.SIGNATURE_DUE,
        VERSIONS,
        _signatures_due(SignerRole.STUDENT, (RequirementStatus.OPEN,)),
        SIGNS,
        roles=(Role.STUDENT,),
        action=("sign", "signatures"),
        title=VERSION,
    ),
    Source(
        Kind.SIGNATURE_DUE,
        VERSIONS,
        _signatures_due(SignerRole.PARENT, (RequirementStatus.OPEN, RequirementStatus.DECLINED)),
        SIGNS,
        roles=(Role.PARENT,),
        action=("sign", "signatures"),
        title=VERSION,
    ),
    Source(
        Kind.SIGNATURE_CONTESTED,
        VERSIONS,
        _signatures_contested,
        (Permission.SIGNATURES_EXCEPT, Permission.PLANS_READ),
        action=("except", "signature-exceptions"),
        title=VERSION,
    ),
    Source(
        Kind.VERSION_TO_APPROVE,
        VERSIONS,
        _versions_to_approve,
        (Permission.PLANS_APPROVE, Permission.PLANS_READ),
        action=("approve", "actions"),
        title=VERSION,
    ),
    Source(
        Kind.VERSION_RETURNED,
        VERSIONS,
        _returned(
            PlanVersion,
            "plan_version.changes_requested",
            PlanVersion.number,
            PlanVersion.status == VersionStatus.CHANGES_REQUESTED,
            ~is_home_studied(PlanVersion.student_id),
        ),
        (Permission.PLANS_SUBMIT,),
        roles=(Role.STUDENT,),
        action=("submit", "actions"),
        title=VERSION,
    ),
    Source(
        Kind.GOAL_TO_CONFIRM,
        GOALS,
        _goals(_is(Goal.status, GoalStatus.PROPOSED), Goal.proposed_outcome.is_(None)),
        (Permission.GOALS_CONFIRM,),
        action=("confirm", "actions"),
    ),
    Source(
        Kind.OUTCOME_TO_CONFIRM,
        GOALS,
        _goals(Goal.proposed_outcome.is_not(None), NOT_ENDED),
        (Permission.GOALS_CONFIRM,),
        action=("confirm_outcome", "actions"),
    ),
    Source(
        Kind.GOAL_RETURNED,
        GOALS,
        _returned(Goal, "goal.returned", Goal.title, Goal.status == GoalStatus.RETURNED),
        (Permission.GOALS_WRITE,),
        roles=(Role.STUDENT,),
        action=("propose", "actions"),
    ),
    Source(
        Kind.ELEMENT_TO_APPROVE,
        ELEMENTS,
        _elements_to_approve,
        (Permission.PATHWAYS_APPROVE,),
        action=("approve", "actions"),
    ),
    Source(
        Kind.ELEMENT_RETURNED,
        ELEMENTS,
        _returned(
            PathwayElement,
            "pathway_element.returned",
            PathwayElement.title,
            PathwayElement.status == PathwayStatus.PLANNED,
            PathwayElement.returned_on.is_not(None),
        ),
        (Permission.PATHWAYS_WRITE,),
        roles=(Role.STUDENT,),
    ),
    Source(
        Kind.RELATIONSHIP_TO_CONFIRM,
        "relationships",
        _relationships_to_confirm,
        (Permission.RELATIONSHIPS_WRITE,),
        action=("confirm", "actions"),
    ),
    Source(
        Kind.REVIEW_TO_PREPARE,
        REVIEWS,
        _reviews(Permission.REVIEWS_PREPARE, IS_COMING),
        (Permission.REVIEWS_PREPARE,),
        roles=(Role.STUDENT,),
        action=("prepare", "actions"),
        title=REVIEW,
    ),
    Source(
        Kind.REVIEW_TO_HOLD,
        REVIEWS,
        _reviews(Permission.REVIEWS_HOLD, or_(IS_PREPARED, IS_COMING)),
        (Permission.REVIEWS_HOLD,),
        roles=(Role.ADVISOR,),
        action=("hold", "actions"),
        title=REVIEW,
    ),
    Source(
        Kind.REVIEW_OVERDUE,
        REVIEWS,
        _reviews_overdue,
        (Permission.REVIEWS_HOLD,),
        action=("except", "actions"),
        acts=Permission.REVIEWS_EXCEPT,
        title=REVIEW,
    ),
    _comments(
        PlanVersion,
        Permission.PLANS_READ,
        Permission.PLANS_COMMENT,
        PlanVersion.number,
        VERSION,
    ),
    _comments(Goal, Permission.GOALS_READ, Permission.GOALS_COMMENT, Goal.title),
    _comments(Review, Permission.REVIEWS_READ, Permission.REVIEWS_COMMENT, literal(""), REVIEW),
    _comments(
        PathwayElement,
        Permission.PATHWAYS_READ,
        Permission.PATHWAYS_COMMENT,
        PathwayElement.title,
    ),
    Source(
        Kind.STATEMENT_NEW,
        VERSIONS,
        _statements,
        (Permission.PLANS_APPROVE,),
        group=Group.NEW,
        title=VERSION,
    ),
    Source(
        Kind.VERSION_IN_FORCE,
        VERSIONS,
        _versions_in_force,
        (Permission.PLANS_READ,),
        roles=(Role.STUDENT, Role.PARENT),
        group=Group.NEW,
        title=VERSION,
    ),
)
