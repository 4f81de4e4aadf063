"""Freeze a version: write its snapshot and the snapshot's hash, which people sign.

A snapshot is canonical JSON (RFC 8785), so that anybody can compute its SHA-256
again. It holds ids of people, not names: names are added for each reader.
"""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

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
    return contents([version])[version.id]


def contents(versions: Sequence[PlanVersion]) -> dict[UUID, dict[str, Any]]:
    """The content of each version's snapshot by the version's id, in few queries for all."""
    plans = {version.plan_id for version in versions}
    if not plans:
        return {}
    members = {name: of_plans(plans) for name, _, of_plans in SNAPSHOT_PARTS}
    sections.look_up([version for version in versions if "templates" not in vars(version)])
    return {
        version.id: {
            **_framed(version),
            # What a plan has none of may be missing: then its snapshot has no such member.
            **{
                name: of_plans[version.plan_id]
                for name, of_plans in members.items()
                if version.plan_id in of_plans
            },
        }
        for version in versions
    }


def _framed(version: PlanVersion) -> dict[str, Any]:
    """What identifies the version, and its sections."""
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
    }
