"""The home pages of the demo district: each in at most three calls and 40 KB.

Each page is the list of calls that a front end sends after signing in. A page that needs
another call, or a list that grew, fails here.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from plp_api.foundation import db
from plp_api.foundation import settings as settings_module
from plp_api.foundation.roster.models import Account, AccountPerson, District, Person
from plp_api.server.app import create_app
from plp_api.server.demo import loading
from tests import databases
from tests.client import Client

MOST_CALLS, MOST_BYTES = 3, 40_000
CAST = Path(__file__).parents[2] / "seeds" / "demo" / "cast.json"
SHOWN = "goals,sections,signatures,profile_entries,pathway_elements,elos,template"

Ask = Callable[[str, list[str]], list[Any]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Sends the calls of a page as one of the cast, and checks their number and size."""
    settings = databases.prepared("sqlite", tmp_path_factory.mktemp("pages"))
    with settings_module.using(settings):
        loading.load(settings)
    database = db.Database(settings.database_url)
    client = Client(create_app(settings, database))

    def asked(key: str, calls: list[str]) -> list[Any]:
        person = _cast(database, key)
        reader = client.as_(person)
        answers = [reader.get(call.format(me=person.id)) for call in calls]
        assert [one.status_code for one in answers] == [200] * len(calls)
        assert len(calls) <= MOST_CALLS
        assert sum(len(one.data) for one in answers) < MOST_BYTES
        return [one.json for one in answers]

    yield asked
    database.dispose()


def _cast(database: db.Database, key: str) -> Any:
    """One of the demo's cast, with an account."""
    cast = json.loads(CAST.read_text())["cast"]
    entry = next(one for one in cast if one["key"] == key)
    slug = entry["district"].split("-")[0]
    with database.transaction() as session:
        of_slug = select(District).where(District.slug.startswith(slug))
        district = session.scalars(of_slug).one()
        db.enter([district.id])
        person = session.scalars(
            select(Person).where(
                Person.district_id == district.id, Person.sourced_id == entry["sourced_id"]
            )
        ).one()
        link = session.get(AccountPerson, person.id)
        if link is None:
            account = Account(id=db.new_id(), username=key, district_id=district.id)
            session.add(account)
            session.flush()
            own = {"account_id": account.id, "district_id": district.id}
            link = AccountPerson(person_id=person.id, **own)
            session.add(link)
        ids = {"id": person.id, "account_id": link.account_id, "district_id": district.id}
        return SimpleNamespace(**ids)


@pytest.mark.parametrize("key", ["split_household_student", "adult_student", "returned_plan"])
def test_a_student_s_home(ask: Ask, key: str) -> None:
    me, inbox, plan = ask(key, ["/me", "/me/inbox", f"/students/{{me}}/plan?expand={SHOWN}"])
    assert me["person"]["display_name"]
    assert me["student"] is not None
    assert plan["template"]["sections"]
    assert {one["kind"] for one in inbox["items"]} >= (
        {"version_returned"} if key == "returned_plan" else {"comment_new"}
    )
    if plan["in_force"]:
        assert {*SHOWN.split(",")} <= {*plan}
        written = {one["key"] for one in plan["sections"]}
        assert written <= {one["key"] for one in plan["template"]["sections"]}


def test_a_parent_of_two_has_both_children_in_one_call(ask: Ask) -> None:
    me, inbox, plans = ask("parent_of_two", ["/me", "/me/inbox", "/plans"])
    children = {one["id"] for one in me["children"]}
    assert len(children) == 2
    assert {one["student"]["id"] for one in plans["items"]} == children
    assert {one["student"]["id"] for one in inbox["items"]} <= children
    for plan in plans["items"]:
        assert {"in_force", "open_version", "review"} <= {*plan}


def test_an_advisor_s_list(ask: Ask) -> None:
    calls = ["/me", "/me/inbox", "/plans?advisor_id={me}&limit=200"]
    _, inbox, plans = ask("advisor", calls)
    advisees = {one["student"]["id"] for one in plans["items"]}
    assert len(advisees) == 15
    assert plans["next_cursor"] is None
    others = {one["kind"] for one in inbox["items"] if one["student"]["id"] not in advisees}
    assert others <= {"call_answered"}, "whom they called for work"


@pytest.mark.parametrize("key", ["district_admin", "principal_high"])
def test_an_admin_s_overview(ask: Ask, key: str) -> None:
    calls = ["/me", "/me/inbox?limit=20", "/reports/coverage?by=school&by=grade"]
    me, inbox, coverage = ask(key, calls)
    assert me["person"]["display_name"]
    assert coverage["groups"]
    assert inbox["items"]
