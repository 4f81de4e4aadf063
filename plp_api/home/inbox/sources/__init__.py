"""The sources of the inbox: for each kind of item, a select of the rows that wait or are new.

A source selects only rows that the caller may read and act on today: the criteria are
those of `access.scope`, and the states are those of the life cycles. It is built once
for each combination of roles. All of them have the same columns (`source.item_columns`).
An area adds a module with its own `SOURCES`.
"""

from plp_api.home.inbox.sources import (
    agreements,
    archives,
    artifact_reviews,
    calls,
    comments,
    concerns,
    consents,
    credit,
    disagreements,
    elos,
    evaluations,
    goals,
    interests,
    pathways,
    relationships,
    reviews,
    signatures,
    versions,
    work_logs,
)
from plp_api.home.inbox.sources.source import Source

AREAS = (
    signatures,
    versions,
    goals,
    pathways,
    interests,
    elos,
    agreements,
    evaluations,
    credit,
    relationships,
    reviews,
    comments,
    disagreements,
    concerns,
    work_logs,
    calls,
    artifact_reviews,
    consents,
    archives,
)
SOURCES: tuple[Source, ...] = tuple(source for area in AREAS for source in area.SOURCES)
