"""What each reader sees of a comment: text and author."""

from collections.abc import Sequence
from typing import Any

from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments.models import Comment


def shape(comments: Sequence[Comment], access: Access) -> None:
    """Set on comments what the caller may see: the text, and the author."""
    for comment in comments:
        shown: Any = comment
        shown.shown_body = None if comment.withdrawn_at else comment.body
        shown.is_own = comment.author_id == access.caller.person_id
        is_named = access.is_named(comment.author_id, comment.student_id, comment.author_role)
        shown.shown_author_id = comment.author_id if is_named else None
