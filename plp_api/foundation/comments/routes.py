"""The routes of comments: `serve` adds them to any resource about a student."""

from typing import Any

from plp_api.foundation import texts
from plp_api.foundation.access import subjects
from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments import actions
from plp_api.foundation.comments.models import Comment
from plp_api.foundation.comments.schemas import CommentSchema, NewCommentSchema
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, since

blueprint = Blueprint("Comments", __name__, "Comments on a plan version, a goal, a review.")

COMMENTS = Listing(
    filters={"updated_since": since(Comment.updated_at)},
    sorts={"created_at": Comment.created_at, "updated_at": Comment.updated_at},
)


def serve(
    on: Blueprint, rule: str, model: type[Any], *, read: Permission, write: Permission
) -> None:
    """Add `GET` and `POST {rule}/{id}/comments` for the rows of a model with a `student_id`.

    `read` is the permission to read the subject. A caller with it and `comments:read`
    may read the comments, here and under `/comments/{id}`. `write` is the permission to
    add one.
    """
    subjects.serve(model, read)
    noun = model.__tablename__.removesuffix("s")
    words = texts.spelled(noun.replace("_", " "))
    address = f"{rule}/<uuid:{noun}_id>/comments"

    def listed(access: Access, subject: Any) -> Any:
        return actions.about(subject, access)

    listed.__name__ = f"list_comments_on_{noun}"
    listed.__doc__ = f"""List the comments on {texts.with_article(words)}.

        Oldest first. A withdrawn comment stays in the list, without its text. A parent
        sees other parents' comments without their names.
        """
    reading = on.requires(read, model, also=Permission.COMMENTS_READ)
    on.route(address)(reading(on.lists(CommentSchema, COMMENTS)(listed)))

    @on.arguments(NewCommentSchema)
    @on.response(201, CommentSchema)
    def added(access: Access, subject: Any, fields: dict[str, Any]) -> Comment:
        return actions.add(subject, access, fields["body"], write)

    added.__name__ = f"comment_on_{noun}"
    added.__doc__ = f"""Comment on {texts.with_article(words)}.

        Everybody who may read the {words} may read the comment, also the student and
        the parents. `author_role` is your role; of several, the one nearest to the
        student. No If-Match is needed.
        """
    on.route(address, methods=["POST"])(on.requires(write, model)(added))


@blueprint.route("/comments/<uuid:comment_id>")
@blueprint.requires(Permission.COMMENTS_READ, Comment)
@blueprint.response(200, CommentSchema)
def get_comment(access: Access, comment: Comment) -> Comment:
    """Get a comment, if you may read its subject.

    The words of a withdrawn comment are null, and the author stays. A parent finds
    other parents' comments without their names.
    """
    return comment


@blueprint.route("/comments/<uuid:comment_id>", methods=["DELETE"])
@blueprint.requires(Permission.COMMENTS_WITHDRAW, Comment)
@blueprint.refuses(Code.COMMENT_NOT_YOURS)
@blueprint.response(204)
def withdraw_comment(access: Access, comment: Comment) -> None:
    """Withdraw your own comment.

    It stays in the list, without its text, and shows when it was withdrawn. The text
    is kept in the database, because it is part of the student's record.
    """
    actions.withdraw(comment, access)
