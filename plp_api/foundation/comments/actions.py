"""Adding and withdrawing comments."""

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
    """Say something about a row that concerns one student, by the right to comment on it."""
    role = access.speaks_as(permission, subject.student_id)
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
    """Take one's own words back; a second time changes nothing.

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
    """Whether anybody ever said anything about the row."""
    said = exists().where(
        Comment.subject_type == subject.__tablename__, Comment.subject_id == subject.id
    )
    return bool(db.session().scalar(select(said)))
