"""Freeze a version: write its snapshot and the snapshot's hash, which people sign.

A snapshot is canonical JSON (RFC 8785), so that anybody can compute its SHA-256
again. It holds ids of people, not names: names are added for each reader.
"""

import hashlib
from typing import Any

import rfc8785

from plp_api.planning.plans import sections
from plp_api.planning.plans.members import SNAPSHOT_PARTS
from plp_api.planning.plans.models import PlanVersion

FORMAT = "plp-snapshot/1"


def freeze(version: PlanVersion) -> None:
    """Write the version's snapshot and its hash."""
    version.snapshot = rfc8785.dumps(content(version)).decode()
    version.snapshot_sha256 = hashlib.sha256(version.snapshot.encode()).hexdigest()


def content(version: PlanVersion) -> dict[str, Any]:
    """The content of the snapshot, which people sign."""
    descriptions = sections.described(version)
    return {
        "format": FORMAT,
        "plan_id": str(version.plan_id),
        "plan_version_id": str(version.id),
        "number": version.number,
        "student_id": str(version.student_id),
        "sections": [
            {
                "key": section.key,
                "title": descriptions[section.key]["title"],
                "body": section.body,
            }
            for section in version.sections
        ],
        **{name: part(version.plan) for name, _, part in SNAPSHOT_PARTS},
    }
