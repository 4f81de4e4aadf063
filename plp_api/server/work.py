"""Every module that registers work (jobs and periodic work), imported once: what a worker knows."""

from importlib import import_module

MODULES = (
    "plp_api.server.wiring",
    "plp_api.foundation.jobs.upkeep",
    "plp_api.people.identity.actions",
    "plp_api.people.identity.upkeep",
    "plp_api.planning.plans.upkeep",
    "plp_api.planning.reviews.upkeep",
    "plp_api.planning.signing.actions",
    "plp_api.people.rostering.work",
)
ALL = [import_module(module) for module in MODULES]
