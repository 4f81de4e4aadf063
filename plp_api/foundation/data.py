"""Where the data files stand that ship with the code (setup.py): in a checkout, or installed."""

from importlib import resources
from pathlib import Path


def shipped(folder: str) -> Path:
    """A shipped folder: inside the installed package, else beside it in a checkout."""
    package = Path(str(resources.files("plp_api")))
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder


def migrations() -> Path:
    """The Alembic revisions."""
    return shipped("migrations")


def seeds() -> Path:
    """Reference data and the demo districts."""
    return shipped("seeds")
