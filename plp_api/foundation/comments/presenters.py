"""What each reader sees of a comment: text and author."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.roster.models import Person

_AUTHORS = select(Person).where(
    db.any_of(Person.id, db.ids_bind("authors")),
    db.any_of(Person.district_id, db.ids_bind("districts")),
)


def shape(comments: Sequence[Comment], access: Access) -> None:
    """Set on comments what the caller may see: the text, and the author."""
    names = _names({comment.author_id for comment in comments}, access)
    for comment in comments:
        shown: Any = comment
        shown.shown_body = None if comment.withdrawn_at else comment.body
        shown.is_own = comment.author_id == access.caller.person_id
        is_named = access.is_named(comment.author_id, comment.student_id, comment.author_role)
        shown.shown_author_id = comment.author_id if is_named else None
        shown.author_name = _name(names.get(comment.author_id), comment, access, is_named=is_named)


def _names(authors: set[UUID], access: Access) -> dict[UUID, Person]:
    """The authors who belong to the caller's districts; other districts' authors stay unnamed."""
    binds = {"authors": list(authors), "districts": list(access.caller.districts)}
    return {author.id: author for author in db.session().scalars(_AUTHORS, binds)}


def _name(author: Person | None, comment: Comment, access: Access, *, is_named: bool) -> str | None:
    if author is None or not is_named:
        return None
    if access.is_family(comment.student_id):
        return author.family_display_name
    return author.display_name
