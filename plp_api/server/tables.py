"""Every model, imported once: what Alembic compares with the database."""

from importlib import import_module

MODULES = (
    "plp_api.foundation.roster.models",
    "plp_api.foundation.roster.classes",
    "plp_api.foundation.roster.ties",
    "plp_api.foundation.roster.home_study",
    "plp_api.foundation.audit.models",
    "plp_api.foundation.jobs.models",
    "plp_api.people.identity.models",
    "plp_api.foundation.comments.models",
    "plp_api.catalog.templates.models",
    "plp_api.planning.plans.models",
    "plp_api.planning.goals.models",
    "plp_api.planning.pathways.models",
    "plp_api.planning.supports.models",
    "plp_api.planning.renditions.models",
    "plp_api.planning.signatures.models",
    "plp_api.planning.reviews.models",
    "plp_api.planning.signing.models",
    "plp_api.people.rostering.models",
)
ALL = [import_module(module) for module in MODULES]
