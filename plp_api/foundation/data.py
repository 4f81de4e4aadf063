"""Paths of the data files that ship with the code (setup.py), in a checkout or installed."""

from importlib import resources
from pathlib import Path


def shipped(folder: str) -> Path:
    """The path of a shipped folder: inside the installed package, or beside it in a checkout."""
    package = Path(str(resources.files("plp_api")))
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder


def migrations() -> Path:
    """The folder of the Alembic revisions."""
    return shipped("migrations")


def seeds() -> Path:
    """The folder of reference data and demo districts."""
    return shipped("seeds")
