"""`plp roster`: import a district from its SIS."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plp_api.foundation.imports import terminal

if TYPE_CHECKING:
    from plp_api.foundation.db import Database
    from plp_api.people.rostering.actions import Order, Outcome
    from plp_api.people.rostering.decisions import Decision
    from plp_api.people.rostering.findings import Finding

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

    with terminal.opened_database() as database:
        order = Order(
            profile=profile,
            is_dry_run=dry_run,
            is_confirmed=confirm,
            district_id=terminal.district_id(database, district) if district else None,
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


def _carried_out(database: "Database", package: Path, order: "Order") -> "Outcome":
    from plp_api.people.rostering.actions import carry_out

    with terminal.bar() as show:
        return carry_out(database, package, order, show)


def _tell(outcome: "Outcome") -> None:
    # The operator needs the sourcedId to make the decision.
    terminal.tell_findings(outcome.findings, _place, lambda finding: bool(finding.sourced_id))
    terminal.tell_counts(outcome.counts)
    click.echo(f"The import was {outcome.state}.")


def _place(finding: "Finding") -> str:
    row = f"row {finding.row}" if finding.row else None
    parts = (finding.file, row, finding.column, finding.sourced_id)
    return ", ".join(part for part in parts if part) or "package"
