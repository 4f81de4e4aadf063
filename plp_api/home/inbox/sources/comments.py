"""Comments that are new for those who are close to the student, or who took part before."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, select, union_all
from sqlalchemy.orm import aliased

from plp_api.catalog.opportunities.models import Opportunity
from plp_api.foundation.access.caller import CALLER, Caller
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.scope import about_students, visible, visible_with_subject
from plp_api.foundation.comments.models import Comment
from plp_api.home.inbox.models import Group, Kind
from plp_api.home.inbox.sources.source import (
    CLOSE,
    REVIEW,
    SINCE,
    VERSION,
    Make,
    Source,
    is_only_close,
    item_columns,
)
from plp_api.learning.artifacts.models import Artifact
from plp_api.learning.elos.models import Elo
from plp_api.learning.interests.models import Interest
from plp_api.planning.goals.models import Goal
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.reviews.models import Review


def _concerns(caller: Caller, read: Permission) -> ColumnElement[bool]:
    """Comments on students close to the caller, and on subjects where the caller took part."""
    close, other = aliased(Comment), aliased(Comment)
    selects = [select(other.id).where(_follows_own(other))]
    if caller.only_as(*CLOSE).may(read):
        students = about_students(close, "student_id", caller.only_as(*CLOSE), read)
        selects.append(select(close.id).where(close.created_at > SINCE, students))
    return Comment.id.in_(union_all(*selects) if len(selects) > 1 else selects[0])


def _follows_own(comment: Any) -> ColumnElement[bool]:
    """Whether the caller had commented on the same subject before."""
    own, earlier = aliased(Comment), aliased(Comment)
    # The uncorrelated list is small, and the comments are found by it.
    subjects = select(own.subject_id).where(own.author_id == CALLER)
    is_later = exists().where(
        earlier.subject_id == comment.subject_id,
        earlier.author_id == CALLER,
        earlier.created_at < comment.created_at,
    )
    return and_(comment.subject_id.in_(subjects), comment.created_at > SINCE, is_later)


def _comments_on(model: Any, read: Permission, words: Any, *beyond: Any) -> Make:
    """Comments on rows of the model; `beyond` is the relationship whose row has the words."""

    def make(caller: Caller) -> Select[Any]:
        of_subject = item_columns(
            Comment,
            Comment.created_at,
            words=words,
            actor=Comment.author_id,
            acted_as=Comment.author_role,
            on=Comment.subject_id,
        ).join(model, model.id == Comment.subject_id)
        for relationship in beyond:
            of_subject = of_subject.join(relationship)
        items = of_subject.where(
            Comment.subject_type == model.__tablename__,
            Comment.created_at > SINCE,
            Comment.withdrawn_at.is_(None),
            Comment.author_id != CALLER,
            visible_with_subject(Comment, caller, read),
        )
        if model.__ownership__.hidden:
            items = items.where(visible(model, caller, read))
        return items if is_only_close(caller) else items.where(_concerns(caller, read))

    return make


def _comments(
    model: Any,
    read: Permission,
    write: Permission,
    words: Any,
    title: str = "{}",
    beyond: tuple[Any, ...] = (),
) -> Source:
    collection = model.__tablename__.replace("_", "-")
    return Source(
        Kind.COMMENT_NEW,
        collection,
        _comments_on(model, read, words, *beyond),
        (Permission.COMMENTS_READ, read),
        group=Group.NEW,
        action=("comment", "comments"),
        acts=write,
        title=title,
    )


SOURCES: tuple[Source, ...] = (
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
    _comments(
        Interest,
        Permission.INTERESTS_READ,
        Permission.INTERESTS_COMMENT,
        Opportunity.title,
        beyond=(Interest.opportunity,),
    ),
    _comments(Elo, Permission.ELOS_READ, Permission.ELOS_COMMENT, Elo.title),
    _comments(Artifact, Permission.ARTIFACTS_READ, Permission.ARTIFACTS_COMMENT, Artifact.title),
)
