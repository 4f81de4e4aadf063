"""The list of all areas; routes, tables and work are loaded from it.

A new area adds its line here and in the import contracts of pyproject.toml
(`tests/test_house.py` compares the two).
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

# The order of the API's documentation; within a wing from bottom to top.
AREAS = (
    "foundation.audit",
    "foundation.roster",
    "foundation.jobs",
    "foundation.files",
    "foundation.links",
    "foundation.disclosures",
    "foundation.uploads",
    "foundation.archives",
    "people.identity",
    "people.directory",
    "people.relationships",
    "people.rostering",
    "people.consents",
    "integrations.events",
    "foundation.comments",
    "catalog.scales",
    "catalog.templates",
    "catalog.standards",
    "catalog.partners",
    "catalog.item_links",
    "catalog.rubrics",
    "catalog.opportunities",
    "catalog.elo_profiles",
    "catalog.elo_designs",
    "catalog.portfolio_templates",
    "catalog.clearances",
    "planning.plans",
    "planning.goals",
    "planning.pathways",
    "planning.supports",
    "planning.renditions",
    "planning.signatures",
    "planning.reviews",
    "planning.printing",
    "planning.signing",
    "learning.ratings",
    "learning.interests",
    "learning.elos",
    "learning.teams",
    "learning.elo_ratings",
    "learning.designs",
    "learning.agreements",
    "learning.work_logs",
    "learning.evaluations",
    "learning.concerns",
    "learning.credit",
    "learning.attestations",
    "learning.calls",
    "learning.artifacts",
    "learning.artifact_reviews",
    "learning.portfolios",
    "learning.showcases",
    "learning.sharing",
    "home.portfolio_overview",
    "home.elo_overview",
    "home.overview",
    "home.inbox",
    "accountability.reports",
)
# Modules with these names register work, in every area that has them; `models` hold tables.
WORK = ("actions", "upkeep", "work")
# The roster has more tables than one module holds.
ROSTER = ("classes", "relationships", "home_study", "terms", "assignments")


def load_routes() -> list[ModuleType]:
    """Import every area's `routes`; each holds a `blueprint`."""
    wire()
    return _load("routes")


def load_tables() -> list[ModuleType]:
    """Import every model."""
    roster = [import_module(f"plp_api.foundation.roster.{name}") for name in ROSTER]
    return [*_load("models"), *roster]


def load_work() -> list[ModuleType]:
    """Import all `actions`, `upkeep` and `work` modules and register followers, for the worker."""
    wire()
    return _load(*WORK)


def wire() -> None:
    """Load every table, and register followers across areas; call it before running actions.

    The sweep of files asks all tables for the names of those that live: of a table that is
    not loaded it would remove them.
    """
    load_tables()
    import_module("plp_api.server.wiring")


def _load(*names: str) -> list[ModuleType]:
    """The modules of these names, in the order of the areas."""
    modules = [f"plp_api.{area}.{name}" for area in AREAS for name in names]
    return [import_module(module) for module in modules if find_spec(module)]
