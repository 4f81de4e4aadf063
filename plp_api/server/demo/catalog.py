"""Demo rows of the catalog: frameworks, rubrics, partners, opportunities; ratings and interests."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.clearances.models import Clearance
from plp_api.catalog.item_links.models import ItemLink
from plp_api.catalog.opportunities.models import Opportunity
from plp_api.catalog.partners.models import (
    Insurance,
    Mentor,
    Partner,
    PartnerContact,
    PartnerSite,
)
from plp_api.catalog.rubrics.models import Rubric
from plp_api.catalog.scales import actions as scales
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.access.permissions import Role
from plp_api.foundation.roster.models import District
from plp_api.learning.interests.models import Interest
from plp_api.learning.ratings.models import Rating
from plp_api.server.demo.people import Known
from plp_api.server.demo.years import Years, at

COORDINATOR = "tch-019"


@dataclass
class Catalog:
    """Writes catalog.json; remembers the rows that later entries name by key."""

    known: Known
    years: Years
    rows: dict[str, UUID] = field(default_factory=dict)
    mentors: dict[str, str] = field(default_factory=dict)
    items: dict[tuple[str, str], FrameworkItem] = field(default_factory=dict)

    def write(self, content: dict[str, Any]) -> None:
        """Write everything that is about no student's plan."""
        self._read_items()
        for kind, write in self._kinds().items():
            for given in content[kind]:
                write(given)
                db.session().flush()

    def _kinds(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        return {
            "required_clearances": self._require,
            "rubrics": self._rubric,
            "partners": self._partner,
            "opportunities": self._opportunity,
        }

    def write_of_students(self, content: dict[str, Any]) -> None:
        """Write what students are judged by and raised their hands for."""
        for given in content["ratings"]:
            self._rating(given)
        for given in content["interests"]:
            self._interest(given)

    def _read_items(self) -> None:
        names = {district_id: name for name, district_id in self.known.districts.items()}
        for item in db.session().scalars(select(FrameworkItem)):
            if item.code is not None:
                self.items[names[item.district_id], item.code] = item

    def _require(self, given: dict[str, Any]) -> None:
        district = db.session().get_one(District, self.known.districts[given["district"]])
        district.settings = {**district.settings, "required_clearances": given["kinds"]}

    def _rubric(self, given: dict[str, Any]) -> None:
        district_id = self.known.districts[given["district"]]
        criteria = [self._criterion(given["district"], one) for one in given["criteria"]]
        self.add(
            Rubric,
            given,
            scale_id=scales.default_for(district_id).id,
            school_id=self.school(given),
            title=given["title"],
            description=given["description"],
            status=given["status"],
            criteria=criteria,
        )

    def _criterion(self, district: str, given: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in given.items() if name != "codes"}
        items = [str(self.items[district, code].id) for code in given["codes"]]
        return {**kept, "framework_item_ids": items}

    def _partner(self, given: dict[str, Any]) -> None:
        own = ("kind", "name", "description", "website", "email", "phone")
        row = self.add(Partner, given, **{name: given[name] for name in own})
        db.session().flush()
        for site in given["sites"]:
            tags = {name: frozenset(site[name]) for name in ("accessibility", "transport")}
            self.add(PartnerSite, given, **{**site, **tags}, partner_id=row.id)
        for contact in given["contacts"]:
            self.add(PartnerContact, given, **contact, partner_id=row.id)
        for mentor in given["mentors"]:
            self.add(Mentor, given, **mentor, partner_id=row.id)
            self.mentors[mentor["key"]] = mentor["name"]
        for insurance in given["insurances"]:
            self.add(Insurance, given, **self._dated(insurance), partner_id=row.id)
        db.session().flush()
        for clearance in given["clearances"]:
            self._clearance(given, clearance, row.id)

    def _clearance(self, partner: dict[str, Any], given: dict[str, Any], partner_id: UUID) -> None:
        if self.years.past(given["checked_on"]) is None:
            return
        self.add(
            Clearance,
            partner,
            partner_id=partner_id,
            mentor_id=self.rows.get(given["mentor"]),
            mentor_name=self.mentors.get(given["mentor"]),
            kind=given["kind"],
            is_cleared=given["is_cleared"],
            checked_on=self.years.day(given["checked_on"]),
            valid_until=self.years.day(given["valid_until"]),
            recorded_by=self._person(partner, given["recorded_by"]),
        )

    def _opportunity(self, given: dict[str, Any]) -> None:
        plain = ("kind", "title", "description", "skills", "cluster", "seats", "status")
        tags = ("seasons", "grades", "accessibility", "transport")
        days = ("starts_on", "ends_on", "apply_by")
        partner = given["partner"]
        self.add(
            Opportunity,
            given,
            school_id=self.school(given),
            partner_id=self.rows.get(partner),
            site_id=self.rows.get(f"{partner}-site"),
            **{name: given[name] for name in plain},
            **{name: frozenset(given[name]) for name in tags},
            **{name: self.years.day(given[name]) for name in days},
        )

    def _rating(self, given: dict[str, Any]) -> None:
        rated_on = self.years.past(given["on"])
        if rated_on is None:
            return
        item = self.items[given["district"], given["code"]]
        is_self = given["by"] == given["student"]
        self.add(
            Rating,
            given,
            student_id=self._person(given, given["student"]),
            framework_item_id=item.id,
            scale_id=scales.default_for(item.district_id).id,
            level=given["level"],
            is_self=is_self,
            rated_on=rated_on,
            rated_by=self._person(given, given["by"]),
            rated_as=Role.STUDENT if is_self else Role.TEACHER,
            evidence=given["evidence"],
            created_at=at(rated_on),
        )

    def _interest(self, given: dict[str, Any]) -> None:
        raised_on, decided_on = (
            self.years.past(given[name]) for name in ("raised_on", "decided_on")
        )
        if raised_on is None:
            return
        self.add(
            Interest,
            given,
            student_id=self._person(given, given["student"]),
            opportunity_id=self.rows[given["opportunity"]],
            status=given["status"] if decided_on else "raised",
            words=given["words"],
            last_day=self.years.day(given["last_day"]) if decided_on else None,
            decided_by=self._person(given, COORDINATOR) if decided_on else None,
            decided_at=at(decided_on) if decided_on else None,
            created_at=at(raised_on),
        )

    def add(self, model: Any, given: dict[str, Any], **columns: Any) -> Any:
        """Write a row of the entry's district; a `key` names it for later entries."""
        key = columns.pop("key", given.get("key") if model in KEYED else None)
        district_id = self.known.districts[given["district"]]
        row = model(id=db.new_id(), district_id=district_id, **columns)
        db.session().add(row)
        if key is not None:
            self.rows[key] = row.id
        return row

    def _dated(self, given: dict[str, Any]) -> dict[str, Any]:
        days = {name: self.years.day(given[name]) for name in ("starts_on", "ends_on")}
        return {**given, **days}

    def school(self, given: dict[str, Any]) -> UUID | None:
        """The school of the entry; None: the whole district."""
        return self.known.schools.get((given["district"], given["school"] or ""))

    def _person(self, given: dict[str, Any], sourced_id: str) -> UUID:
        return self.known.people[given["district"], sourced_id]


KEYED = (Partner, Opportunity)


def link(work: Any, codes: Iterable[str], by: UUID) -> None:
    """Link a piece of a student's work to the items with these codes."""
    for code in codes:
        item = (
            db.session()
            .scalars(
                select(FrameworkItem).where(
                    FrameworkItem.district_id == work.district_id, FrameworkItem.code == code
                )
            )
            .one()
        )
        db.session().add(
            ItemLink(
                id=db.new_id(),
                district_id=work.district_id,
                student_id=work.student_id,
                subject_type=work.__tablename__,
                subject_id=work.id,
                framework_item_id=item.id,
                linked_by=by,
            )
        )
