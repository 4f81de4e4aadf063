"""Schemas of profiles."""

from typing import Any

from marshmallow import fields, validate

from plp_api.catalog.elo_profiles.models import DesignPart, EloType, SignerRole, SkippableState
from plp_api.foundation.rest.fields import Choice, ResourceSchema, Schema, Words


def _signers(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        Choice(SignerRole, called="AgreementSigner"),
        validate=validate.Length(max=len(SignerRole)),
        metadata={
            "description": "Who signs the agreement, in the order in which they do. A parent "
            "signs while the rights are theirs.",
            "example": ["student", "parent", "coordinator"],
        },
        **kwargs,
    )


def _is_ordered(**kwargs: Any) -> fields.Boolean:
    words = "Whether each signs only after those before them; else in any order."
    return fields.Boolean(metadata={"description": words}, **kwargs)


def _skipped_states(**kwargs: Any) -> Words:
    words = "The states that an ELO of the type leaves out: `presented` means no panel."
    return Words(SkippableState, metadata={"description": words}, **kwargs)


def _required_parts(**kwargs: Any) -> Words:
    words = "The parts that a design needs before its agreement."
    return Words(DesignPart, metadata={"description": words}, **kwargs)


def _needs_partner(**kwargs: Any) -> fields.Boolean:
    words = "Whether it takes place at a partner: with a site, a mentor, and their clearances."
    return fields.Boolean(metadata={"description": words}, **kwargs)


class EloProfileSchema(ResourceSchema):
    """The rules of a district for ELOs of one type. An ELO keeps those of its acceptance."""

    type = Choice(EloType, dump_only=True)
    signers = _signers(dump_only=True)
    is_ordered = _is_ordered(dump_only=True)
    skipped_states = _skipped_states(dump_only=True)
    required_parts = _required_parts(dump_only=True)
    needs_partner = _needs_partner(dump_only=True)


class EloProfilePatchSchema(Schema):
    """The rules to change; a list is replaced as a whole."""

    signers = _signers()
    is_ordered = _is_ordered()
    skipped_states = _skipped_states()
    required_parts = _required_parts()
    needs_partner = _needs_partner()
