"""Load the demo: import both districts, add what no roster contains, print the logins."""

import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import exists, select

from plp_api.catalog.standards import actions as standards
from plp_api.catalog.standards.models import FrameworkImportState
from plp_api.foundation import clock, data
from plp_api.foundation import settings as settings_module
from plp_api.foundation.db import Database, new_id
from plp_api.foundation.roster.models import Account, AccountPerson, Person
from plp_api.people.identity import passwords
from plp_api.people.rostering.actions import Order, carry_out
from plp_api.people.rostering.models import ImportState
from plp_api.server import areas
from plp_api.server.demo import catalog, elos, package, people, plans, portfolio, showcases
from plp_api.server.demo.people import Known
from plp_api.server.demo.years import Years

DISTRICTS = ("tamarack-valley-su", "granite-notch-usd")
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def load(settings: settings_module.Settings) -> None:
    """Load both districts into an installation that has no accounts yet, and print the logins.

    A second import changes nothing, and everything else is one transaction: after
    an interruption, run it again.
    """
    # The import opens plans and reviews by these followers.
    areas.wire()
    database = Database.of(settings)
    try:
        with database.transaction(write=False) as session:
            if session.scalar(select(exists().where(Account.id.is_not(None)))):
                return
        years = Years.until(clock.today())
        districts = {name: _imported(database, name, years) for name in DISTRICTS}
        for framework in _read("catalog.json")["frameworks"]:
            _import_framework(database, framework["file"], districts[framework["district"]])
        with database.transaction(districts=list(districts.values())) as session:
            known = people.look_up(districts)
            people.apply(_read("people.json"), known, years)
            session.flush()
            written = catalog.Catalog(known, years)
            written.write(_read("catalog.json"))
            for given in _read("plans.json")["plans"]:
                plans.Writer(given, known, years).write()
            written.write_of_students(_read("catalog.json"))
            elos.write(_read("elos.json"), written)
            portfolio.write(_read("portfolio.json"), written)
            showcases.write(_read("showcases.json"), written)
            logins = _logins(session, known)
        _print(logins)
    finally:
        database.dispose()


def _read(name: str) -> Any:
    return orjson.loads((data.seeds() / "demo" / name).read_bytes())


def _imported(database: Database, name: str, years: Years) -> UUID:
    """Import one district as `plp roster import` does; return its id."""
    print(f"Loading the demo district {name} …", file=sys.stderr)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.zip"
        package.write(data.seeds() / "demo" / name, path, years)
        outcome = carry_out(database, path, Order(may_create=True))
    if outcome.state is not ImportState.APPLIED or outcome.district_id is None:
        raise RuntimeError(f"{name}: {[str(finding.code) for finding in outcome.findings]}")
    return outcome.district_id


def _import_framework(database: Database, name: str, district_id: UUID) -> None:
    """Import one framework as `plp standards import` does."""
    path = data.seeds() / "frameworks" / name
    outcome = standards.carry_out(database, path, standards.Order(district_id))
    if outcome.state is not FrameworkImportState.APPLIED:
        raise RuntimeError(f"{name}: {[str(finding.code) for finding in outcome.findings]}")


Login = tuple[str, str, str, str]
"""User name, password, district, and what the login shows."""


def _logins(session: Any, known: Known) -> list[Login]:
    """Make accounts with new passwords for the named people; nobody else can sign in."""
    groups = [
        [known.people[entry["district"], entry["person"]] for entry in account["persons"]]
        for account in _read("people.json")["accounts"]
    ]
    together = {person_id: group for group in groups for person_id in group}
    done: set[UUID] = set()
    logins: list[Login] = []
    for member in _read("cast.json")["cast"]:
        person_id = known.people[member["district"], member["sourced_id"]]
        if not member["login"] or person_id in done:
            continue
        account, password = _account(session, session.get_one(Person, person_id))
        logins.append((account.username, password, member["district"], member["shows"]))
        for other_id in together.get(person_id, [person_id]):
            _let_act_as(session, account, session.get_one(Person, other_id))
            done.add(other_id)
    return logins


def _account(session: Any, person: Person) -> tuple[Account, str]:
    password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    account = Account(
        id=new_id(),
        district_id=person.district_id,
        username=person.username,
        password_hash=passwords.hashed(password),
    )
    session.add(account)
    session.flush()
    return account, password


def _let_act_as(session: Any, account: Account, person: Person) -> None:
    if session.get(AccountPerson, person.id) is None:
        session.add(
            AccountPerson(
                person_id=person.id, account_id=account.id, district_id=person.district_id
            )
        )
        session.flush()


def _print(logins: list[Login]) -> None:
    """Print the logins; this is the only time, as only hashes are stored."""
    lines = ["", "Demo logins, made just now and shown only now:", ""]
    lines += [f"  {name:24} {password:20} {shows}" for name, password, _, shows in logins]
    print("\n".join([*lines, ""]), flush=True)
