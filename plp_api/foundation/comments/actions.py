"""Adds, lists and withdraws comments."""

from typing import Any

from sqlalchemy import Select, exists, select

from plp_api.foundation import clock, db
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.audit import actions as audit
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.db import new_id
from plp_api.foundation.problems import Code, Problem


def add(subject: Any, access: Access, body: str, permission: Permission) -> Comment:
    """Add a comment on a row about one student; `permission` is the right to comment on it."""
    role = access.speaks_as(permission, subject.student_id, subject)
    comment = Comment(
        id=new_id(),
        district_id=subject.district_id,
        student_id=subject.student_id,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        author_id=access.caller.person_id,
        author_role=role,
        body=body,
    )
    db.session().add(comment)
    audit.record(
        "comment.added",
        comment,
        by=access.caller.person_id,
        about=subject.__tablename__,
        about_id=subject.id,
        role=role,
    )
    return comment


def withdraw(comment: Comment, access: Access) -> None:
    """Withdraw the caller's own comment; a second call changes nothing.

    Raises Problem(comment_not_yours).
    """
    by = access.caller.person_id
    if comment.author_id != by:
        raise Problem(Code.COMMENT_NOT_YOURS)
    if comment.withdrawn_at is None:
        comment.withdrawn_at = clock.now()
        audit.record("comment.withdrawn", comment, by=by, about_id=comment.subject_id)


def about(subject: Any, access: Access) -> Select[Any]:
    """The comments on a row that the caller may read."""
    return access.beneath(subject, Comment)


def exist_on(subject: Any) -> bool:
    """Whether the row has any comment, withdrawn or not."""
    criterion = exists().where(
        Comment.subject_type == subject.__tablename__, Comment.subject_id == subject.id
    )
    return bool(db.session().scalar(select(criterion)))


def was_said(subject: Any, access: Access, body: str | None) -> bool:
    """Whether the caller's last comment on the row is this one; of no comment, always."""
    if body is None:
        return True
    last = (
        select(Comment.body)
        .where(
            Comment.subject_type == subject.__tablename__,
            Comment.subject_id == subject.id,
            Comment.author_id == access.caller.person_id,
            Comment.withdrawn_at.is_(None),
        )
        .order_by(Comment.id.desc())
        .limit(1)
    )
    return db.session().scalar(last) == body
