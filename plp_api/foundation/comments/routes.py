"""One way to serve comments on anything that concerns a student."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.comments import actions
from plp_api.foundation.comments.models import READ_BY, Comment
from plp_api.foundation.comments.schemas import CommentSchema, NewCommentSchema
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.foundation.rest.paging import Listing, since

blueprint = Blueprint("Comments", __name__, "What people say about a plan, a goal, a review.")

COMMENTS = Listing(
    filters={"updated_since": since(Comment.updated_at)},
    sorts={"created_at": Comment.created_at, "updated_at": Comment.updated_at},
)


def serve(
    on: Blueprint, rule: str, model: type[Any], *, read: Permission, write: Permission
) -> None:
    """`GET` and `POST {rule}/{id}/comments` on the rows of a model, which has a `student_id`.

    `read` is the permission by which the subject is read. Whoever has it and
    `comments:read` reads its comments, here and under `/comments/{id}`. `write`
    is the right to add one.
    """
    READ_BY[model.__tablename__] = read
    noun = model.__tablename__.removesuffix("s")
    words = noun.replace("_", " ")
    address = f"{rule}/<uuid:{noun}_id>/comments"

    def listed(access: Access, subject: Any) -> Any:
        return actions.about(subject, access)

    listed.__name__ = f"list_comments_on_{noun}"
    listed.__doc__ = f"""List what was said about a {words}.

        Oldest first. A withdrawn comment stays in its place without its words. A
        parent finds other parents' comments without their names.
        """
    reading = on.requires(read, model, also=Permission.COMMENTS_READ)
    on.route(address)(reading(on.lists(CommentSchema, COMMENTS)(listed)))

    @on.arguments(NewCommentSchema)
    @on.response(201, CommentSchema)
    def added(access: Access, subject: Any, fields: dict[str, Any]) -> Comment:
        return actions.add(subject, access, fields["body"], write)

    added.__name__ = f"comment_on_{noun}"
    added.__doc__ = f"""Comment on a {words}.

        Who may read the {words} may read this: the student and their parents
        too. `author_role` says as what you spoke; of several roles it is the one
        nearest to the student. No If-Match is needed.
        """
    on.route(address, methods=["POST"])(on.requires(write, model)(added))


@blueprint.route("/comments/<uuid:comment_id>")
@blueprint.requires(Permission.COMMENTS_READ, Comment)
@blueprint.response(200, CommentSchema)
def get_comment(access: Access, comment: Comment) -> Comment:
    """Get a comment, if you may read what it is about."""
    return comment


@blueprint.route("/comments/<uuid:comment_id>", methods=["DELETE"])
@blueprint.requires(Permission.COMMENTS_WITHDRAW, Comment)
@blueprint.refuses(Code.COMMENT_NOT_YOURS)
@blueprint.response(204)
def withdraw_comment(access: Access, comment: Comment) -> None:
    """Withdraw your own comment.

    It stays in the list, without its words, and shows when it was withdrawn.
    The words are kept: every stored word is part of the student's record.
    """
    actions.withdraw(comment, access)
