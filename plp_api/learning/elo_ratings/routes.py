"""Routes of ratings that rest on an ELO."""

from typing import Any

from plp_api.foundation.access.permissions import Permission
from plp_api.foundation.access.rows import Access
from plp_api.foundation.problems import Code
from plp_api.foundation.rest.blueprint import Blueprint
from plp_api.learning.elo_ratings import actions
from plp_api.learning.elos.models import Elo
from plp_api.learning.ratings.listing import RATINGS
from plp_api.learning.ratings.models import Rating
from plp_api.learning.ratings.schemas import NewRatingSchema, RatingSchema

blueprint = Blueprint("ELO ratings", __name__, "Ratings of a student in the items of an ELO.")


@blueprint.route("/elos/<uuid:elo_id>/ratings")
@blueprint.requires(Permission.ELOS_READ, Elo, also=Permission.RATINGS_READ)
@blueprint.lists(RatingSchema, RATINGS)
def list_ratings_of_elo(access: Access, elo: Elo) -> Any:
    """List the ratings that rest on an ELO, withdrawn ones too.

    `/students/{id}/ratings` has all of the student's, for whoever reads them.
    """
    return access.select(Rating).where(Rating.elo_id == elo.id)


@blueprint.route("/elos/<uuid:elo_id>/ratings", methods=["POST"])
@blueprint.requires(Permission.RATINGS_RATE, Elo)
@blueprint.refuses(
    Code.ACTION_REPEATED,
    Code.ACTOR_IS_FAMILY,
    Code.ELO_CLOSED,
    Code.ELO_NOT_ACTIVE,
    Code.FRAMEWORK_ITEM_RETIRED,
    Code.LEVEL_NOT_ON_SCALE,
)
@blueprint.arguments(NewRatingSchema)
@blueprint.response(201, RatingSchema)
def rate_in_elo(access: Access, elo: Elo, fields: dict[str, Any]) -> Rating:
    """Rate the student in an item that the ELO is linked to; the ELO is the evidence.

    Whoever is on the ELO's team may, though they do not teach the student; so may the student's
    teachers, and the student themselves (`is_self`). From the start of the ELO until it ends.
    """
    return actions.rate(elo, access, **fields)
