"""What the readers of artifacts are shown of them."""

from collections.abc import Sequence
from typing import Any

from plp_api.catalog.item_links import presenters as item_links
from plp_api.foundation.access.rows import Access
from plp_api.learning.artifacts import groups, prompts, versions
from plp_api.learning.artifacts.evidence import ENDS, end_of


def shape(artifacts: Sequence[Any], access: Access) -> None:
    """Set the newest version with its parts, the items, who made it, and the questions."""
    newest = versions.newest_of(artifacts) if artifacts else {}
    for artifact in artifacts:
        artifact.newest_version = newest.get(artifact.id)
    item_links.shape(artifacts, access)
    groups.shape(artifacts, access)
    prompts.shape(artifacts)


def shape_links(links: Sequence[Any], access: Access) -> None:
    """Hide what a link leads to from whoever may not read that."""
    access.look_up({link.student_id for link in links})
    for link in links:
        _, needed = ENDS[end_of(link)]
        is_read = access.may(needed, link.student_id)
        for name in ENDS:
            setattr(link, f"shown_{name}", getattr(link, name) if is_read else None)
