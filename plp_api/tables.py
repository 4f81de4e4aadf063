"""Every model, imported once: what Alembic compares with the database."""

from importlib import import_module

MODULES = (
    "plp_api.people.models",
    "plp_api.people.classes",
    "plp_api.people.ties",
    "plp_api.people.home_study",
    "plp_api.audit.models",
    "plp_api.jobs.models",
    "plp_api.identity.models",
    "plp_api.comments.models",
    "plp_api.templates.models",
    "plp_api.plans.models",
    "plp_api.goals.models",
    "plp_api.pathways.models",
    "plp_api.supports.models",
    "plp_api.renditions.models",
    "plp_api.signatures.models",
    "plp_api.reviews.models",
    "plp_api.signing.models",
    "plp_api.rostering.models",
)
ALL = [import_module(module) for module in MODULES]
