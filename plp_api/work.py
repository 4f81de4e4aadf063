"""Every module that registers work (jobs and periodic work), imported once: what a worker knows."""

from importlib import import_module

MODULES = (
    "plp_api.wiring",
    "plp_api.jobs.upkeep",
    "plp_api.identity.actions",
    "plp_api.identity.upkeep",
    "plp_api.plans.upkeep",
    "plp_api.reviews.upkeep",
    "plp_api.signing.actions",
    "plp_api.rostering.work",
)
ALL = [import_module(module) for module in MODULES]
