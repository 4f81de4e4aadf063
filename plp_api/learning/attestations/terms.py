"""The terms of an agreement on the page by which a mentor signs it: every member, in words.

What a mentor wants to know first (when, where, what work) comes first. The labels are in the
mentor's language; the texts are the school's and the student's own. Names
stand for ids, as they are today.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from plp_api.catalog.partners.models import Mentor, Partner, PartnerSite
from plp_api.catalog.standards.models import FrameworkItem
from plp_api.foundation import db
from plp_api.foundation.roster.models import School
from plp_api.learning.attestations import use
from plp_api.learning.attestations.words import Words

Terms = Mapping[str, Any]
Part = tuple[str, list[str]]
ROWS = ("training_tasks", "benchmarks", "communications", "costs")
"""Members that list rows, each shown as its values."""


def shown(terms: Terms, said: Words) -> list[Part]:
    """The parts of the terms that say anything, each with its label and lines."""
    return [(label, lines) for label, lines in _parts(terms, said) if lines]


def _parts(terms: Terms, said: Words) -> Iterator[Part]:
    def label(key: str) -> str:
        return said.named("terms", key)

    yield label("student_id"), [use.names_of([UUID(terms["student_id"])])[terms["student_id"]]]
    yield label("title"), [terms["title"], *_lines(terms["description"])]
    yield label("place"), _place(terms)
    yield label("dates"), _dates(terms, said)
    yield label("hours"), _hours(terms, said)
    yield label("times"), [_time(row, said) for row in terms["times"]]
    yield label("work"), list(_work(terms["work"], said))
    for name in ROWS:
        yield label(name), [_row(name, row, said) for row in terms[name]]
    for name, value in terms["design"].items():
        yield label(name), _lines(value)
    yield label("framework_item_ids"), _items(terms["framework_item_ids"])
    yield label("school"), _school(terms)
    yield label("team"), list(_team(terms["team"], said))
    yield label("signers"), [", ".join(said.named("roles", role) for role in terms["signers"])]


def _lines(value: Any) -> list[str]:
    texts = value if isinstance(value, list) else str(value or "").split("\n")
    return [str(text) for text in texts if str(text).strip()]


def _place(terms: Terms) -> list[str]:
    """Partner and site, with the street; a site that is named as its partner is named once."""
    partner = _row_of(Partner, terms["partner_id"])
    site = _row_of(PartnerSite, terms["site_id"])
    lines = [partner.name] if partner else []
    if site is not None:
        town = " ".join(filter(None, [site.state, site.postal_code])) if site.town else ""
        lines += [site.name, site.street, ", ".join(filter(None, [site.town, town]))]
    return list(dict.fromkeys(filter(None, lines)))


def _school(terms: Terms) -> list[str]:
    school = _row_of(School, terms["school_id"])
    return [school.name] if school else []


def _row_of(model: type[Any], key: str | None) -> Any:
    return db.session().get(model, UUID(key)) if key else None


def _dates(terms: Terms, said: Words) -> list[str]:
    first, end = terms["earliest_start"], terms["latest_end"]
    if not first or not end:
        return []
    # The end is the first day after the agreement.
    last = date.fromisoformat(end) - timedelta(days=1)
    return [said("dates", first=said.day(date.fromisoformat(first)), last=said.day(last))]


def _hours(terms: Terms, said: Words) -> list[str]:
    least, most = terms["least_minutes"], terms["most_minutes"]
    if not least or not most:
        return []
    return [said("between", first=said.duration(least), last=said.duration(most))]


def _time(row: Mapping[str, Any], said: Words) -> str:
    span = said("clock_span", first=said.clock(row["begins"]), last=said.clock(row["ends"]))
    return f"{said.named('weekdays', str(row['weekday']))}, {span}"


def _work(work: Mapping[str, Any], said: Words) -> Iterator[str]:
    """What is agreed of the work; what nobody stated is left out."""
    for key, value in work.items():
        if value not in (None, ""):
            shown = _money(value) if key.endswith("_cents") else _plain(value, said)
            yield f"{said.named('work', key)}: {shown}"


def _money(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def _row(name: str, row: Mapping[str, Any], said: Words) -> str:
    if name == "costs":
        borne_by = said.named("bearers", row["borne_by"])
        return f"{row['what']}: {_money(row['amount_cents'])} ({borne_by})"
    values = [said.day(date.fromisoformat(row["due_on"]))] if row.get("due_on") else []
    texts = [str(value) for key, value in row.items() if value and key != "due_on"]
    return ", ".join([*texts, *values])


def _items(keys: list[str]) -> list[str]:
    if not keys:
        return []
    named = select(FrameworkItem.statement).where(FrameworkItem.id.in_(map(UUID, keys)))
    return list(db.session().scalars(named.order_by(FrameworkItem.id)))


def _plain(value: Any, said: Words) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one, said) for one in value)
    if isinstance(value, bool):
        return said("yes" if value else "no")
    return str(value).replace("_", " ")


def _team(team: Mapping[str, list[str]], said: Words) -> Iterator[str]:
    """Who works on the ELO in which role. A mentor is no person of the directory."""
    keys = [UUID(key) for ids in team.values() for key in ids]
    named = use.names_of(keys)
    mentors = db.session().execute(select(Mentor.id, Mentor.name).where(Mentor.id.in_(keys)))
    named |= {str(key): name for key, name in mentors}
    for role, ids in team.items():
        if who := [named[key] for key in ids if key in named]:
            yield f"{said.named('roles', role)}: {', '.join(who)}"
