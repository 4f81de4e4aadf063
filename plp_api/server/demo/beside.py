"""Demo rows beside a plan's text: courses elsewhere, support pointers, translations."""

from typing import Any

from plp_api.foundation.db import new_id
from plp_api.planning.pathways.models import PathwayElement
from plp_api.planning.plans.models import PlanVersion
from plp_api.planning.renditions.models import Rendition
from plp_api.planning.supports.models import Support
from plp_api.server.demo.students import StudentWriter
from plp_api.server.demo.years import at

DAYS = ("starts_on", "ends_on", "home_ready_on", "provider_ready_on", "approved_on", "enrolled_on")


def element(writer: StudentWriter, given: dict[str, Any]) -> None:
    """Add a pathway element that was approved before its course, once that day has come."""
    years = writer.years
    planned_on = years.past(given["planned_on"])
    if planned_on is None or years.past(given["approved_on"]) is None:
        return
    days = {name: years.day(given[name]) for name in DAYS if name in given}
    people = {name: writer.person(given[name]) for name in ("planned_by", "approved_by")}
    others = {name: given[name] for name in given.keys() - {*DAYS, *people, "planned_on"}}
    writer.add(
        PathwayElement,
        id=new_id(),
        plan_id=writer.plan.id,
        created_at=at(planned_on),
        **days,
        **people,
        **others,
    )


def _support(writer: StudentWriter, given: dict[str, Any], _newest: PlanVersion | None) -> None:
    """Add a support pointer with the accommodations that were agreed."""
    writer.add(
        Support,
        kind=given["kind"],
        starts_on=writer.years.day(given["starts_on"]),
        coordinator_id=writer.person(given["coordinator"]),
        accommodations=given["accommodations"],
    )


def _rendition(writer: StudentWriter, given: dict[str, Any], newest: PlanVersion | None) -> None:
    """Add a translation of the version in force."""
    if newest is None or newest.snapshot_sha256 is None:
        return
    writer.add(
        Rendition,
        plan_version_id=newest.id,
        snapshot_sha256=newest.snapshot_sha256,
        language=given["language"],
        sections=given["sections"],
        goals={},
        translator_name=given["translator"],
        translator_qualification=given["qualification"],
        supplied_by=writer.person(given["supplied_by"]),
    )


KINDS = {"supports": _support, "renditions": _rendition}
