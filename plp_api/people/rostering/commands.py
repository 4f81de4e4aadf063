"""`plp roster`: import a district from its SIS."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

if TYPE_CHECKING:
    from plp_api.foundation.db import Database
    from plp_api.people.rostering.actions import Order, Outcome
    from plp_api.people.rostering.decisions import Decision
    from plp_api.people.rostering.findings import Finding

SHOWN_PER_CODE = 5
REFUSALS = {
    "refused": "Nothing was imported: the package has errors.",
    "unconfirmed": "Nothing was imported: it would remove so many rows that it needs --confirm.",
    "undecided": "Nothing was imported: decide who each user is, by sourcedId, with"
    " --same, --another, --merge or --wrong-number.",
}


def _decision(option: str, words: str) -> Callable[[Any], Any]:
    """An option with the sourcedId of a user who needs a decision; it may be repeated."""
    return click.option(option, metavar="SOURCED_ID", multiple=True, help=words)


@click.group()
def roster() -> None:
    """Import people, schools and classes from an SIS."""


@roster.command(name="import")
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only compare; change nothing.")
@click.option("--confirm", is_flag=True, help="Allow more removals than the district's threshold.")
@click.option(
    "--profile",
    type=click.Choice(["lenient", "strict"]),
    default="lenient",
    show_default=True,
    help="Check the package tolerantly, or strictly by the specification.",
)
@click.option(
    "--district", metavar="SLUG", help="Import into this district, not the package's own."
)
@click.option("--new-district", is_flag=True, help="Add the package's district as a new one.")
@_decision("--same", "The row is the person whose sourcedId it has: correct the record.")
@_decision("--another", "The row is another person: end the old record, begin a new one.")
@_decision("--merge", "The row is the student whose state id it has: they are one child.")
@_decision("--wrong-number", "The row's state id is wrong: leave it blank.")
def import_package(
    package: Path,
    dry_run: bool,
    confirm: bool,
    profile: str,
    district: str | None,
    new_district: bool,
    **decided: tuple[str, ...],
) -> None:
    """Import a OneRoster PACKAGE (a ZIP of CSV, 1.1 or 1.2, bulk): all of it or nothing.

    An empty installation is migrated, and gets the package's district. Exit
    code 1 means that nothing was imported; the findings say why.
    """
    from plp_api.people.rostering.actions import Order

    with _database() as database:
        order = Order(
            profile=profile,
            is_dry_run=dry_run,
            is_confirmed=confirm,
            district_id=_district_id(database, district) if district else None,
            may_create=new_district,
            decisions=_decisions(decided),
        )
        outcome = _carried_out(database, package, order)
    _tell(outcome)
    if outcome.state in REFUSALS:
        raise click.ClickException(REFUSALS[outcome.state])


def _decisions(decided: dict[str, tuple[str, ...]]) -> tuple["Decision", ...]:
    from plp_api.people.rostering.decisions import Decision
    from plp_api.people.rostering.models import Verdict

    named = Counter(user for sourced_ids in decided.values() for user in dict.fromkeys(sourced_ids))
    twice = [sourced_id for sourced_id, times in named.items() if times > 1]
    if twice:
        raise click.UsageError(f"Two decisions about {', '.join(twice)}: give one.")
    return tuple(
        Decision(sourced_id, Verdict(option))
        for option, sourced_ids in decided.items()
        for sourced_id in dict.fromkeys(sourced_ids)
    )


@contextmanager
def _database() -> Iterator["Database"]:
    from plp_api.foundation import db, migrating, settings

    # Education records: only the operator may read files that are made from here on.
    os.umask(0o077)
    configured = settings.read()
    configured.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    migrating.upgrade(configured)
    database = db.Database.of(configured)
    try:
        yield database
    finally:
        database.dispose()


def _district_id(database: "Database", slug: str) -> UUID:
    from sqlalchemy import select

    from plp_api.foundation.roster.models import District

    with database.transaction(write=False) as session:
        district_id = session.scalar(select(District.id).where(District.slug == slug))
    if district_id is None:
        raise click.ClickException(f"There is no district {slug}; `plp districts` lists them.")
    return district_id


def _carried_out(database: "Database", package: Path, order: "Order") -> "Outcome":
    from plp_api.people.rostering.actions import carry_out

    with _bar() as show:
        return carry_out(database, package, order, show)


@contextmanager
def _bar() -> Iterator[Callable[[float], None]]:
    """A progress bar, if the output is a terminal."""
    from tqdm import tqdm

    with tqdm(total=100, unit="%", disable=None, leave=False, bar_format="{l_bar}{bar}|") as bar:

        def show(progress: float) -> None:
            bar.update(progress * 100 - bar.n)

        yield show


def _tell(outcome: "Outcome") -> None:
    shown: Counter[str] = Counter()
    for finding in outcome.findings:
        shown[finding.code] += 1
        # The operator needs the sourcedId to make the decision.
        if shown[finding.code] <= SHOWN_PER_CODE or finding.sourced_id:
            click.echo(_line(finding), err=True)
    for code, number in outcome.findings.counts.items():
        if number > SHOWN_PER_CODE:
            click.echo(f"… {code}: {number:,} in all.", err=True)
    for kind, counts in outcome.counts.items():
        listed = ", ".join(f"{number:,} {state}" for state, number in counts.items() if number)
        click.echo(f"{kind.replace('_', ' '):20} {listed or 'nothing'}")
    click.echo(f"The import was {outcome.state}.")


def _line(finding: "Finding") -> str:
    row = f"row {finding.row}" if finding.row else None
    where = ", ".join(
        place for place in (finding.file, row, finding.column, finding.sourced_id) if place
    )
    return f"{finding.severity} {finding.code}: {where or 'package'}: {finding.message}"
