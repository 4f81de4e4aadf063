"""Freezing a version: its canonical form and hash, over which people sign.

Canonical JSON (RFC 8785), so that anybody can compute the SHA-256 again. Ids
stand in it, not names: names are rendered at read, for the reader's audience.
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
    """What a signature is given over."""
    asked = sections.described(version)
    return {
        "format": FORMAT,
        "plan_id": str(version.plan_id),
        "plan_version_id": str(version.id),
        "number": version.number,
        "student_id": str(version.student_id),
        "sections": [
            {
                "key": section.key,
                "title": asked[section.key]["title"],
                "body": section.body,
            }
            for section in version.sections
        ],
        **{name: part(version.plan) for name, _, part in SNAPSHOT_PARTS},
    }
