"""`plp standards`: import frameworks of standards and proficiencies."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from plp_api.foundation.imports import terminal

if TYPE_CHECKING:
    from plp_api.catalog.standards.findings import Finding
    from plp_api.foundation.db import Database

REFUSALS = {
    "refused": "Nothing was imported: the file has errors.",
    "unconfirmed": "Nothing was imported: it would retire so many rows that it needs --confirm.",
}


@click.group()
def standards() -> None:
    """Import frameworks of standards and proficiencies."""


@standards.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--district", metavar="SLUG", help="Needed if there are several.")
@click.option("--title", metavar="TITLE", help="The file is a CSV; this is the framework's title.")
@click.option("--dry-run", is_flag=True, help="Only compare; change nothing.")
@click.option(
    "--confirm",
    is_flag=True,
    help="Allow more retirements than the district's threshold, and an older package.",
)
def import_file(
    file: Path, district: str | None, title: str | None, dry_run: bool, confirm: bool
) -> None:
    """Import a CASE package, or a CSV of a district's own, from FILE: all of it or nothing.

    Exit code 1 means that nothing was imported; the findings say why.
    """
    from plp_api.catalog.standards.actions import Order, carry_out

    options = _checked(title, is_dry_run=dry_run, is_confirmed=confirm)
    with terminal.opened_database() as database:
        order = Order(district_id=_district_id(database, district), **options)
        with terminal.bar() as show:
            outcome = carry_out(database, file, order, show)
    terminal.tell_findings(outcome.findings, _place, lambda _: False)
    terminal.tell_counts(outcome.counts)
    click.echo(f"The import was {outcome.state}.")
    if outcome.state in REFUSALS:
        raise click.ClickException(REFUSALS[outcome.state])


def _checked(title: str | None, **options: bool) -> dict[str, Any]:
    """The options of an import, with the title as a request would have it. Raises UsageError."""
    from plp_api.catalog.standards.schemas import title_of

    try:
        return {**options, "title": None if title is None else title_of(title)}
    except ValueError as error:
        raise click.UsageError(f"--title: {error}") from None


def _district_id(database: "Database", slug: str | None) -> UUID:
    """The district of that slug, or the only one. Raises ClickException."""
    if slug is not None:
        return terminal.district_id(database, slug)
    from sqlalchemy import select

    from plp_api.foundation.roster.models import District

    with database.transaction(write=False) as session:
        found = session.scalars(select(District.id).limit(2)).all()
    if len(found) != 1:
        raise click.ClickException("Name a district by --district; `plp districts` lists them.")
    return found[0]


def _place(finding: "Finding") -> str:
    row = f"row {finding.row}" if finding.row else None
    parts = (finding.pointer, finding.identifier, row, finding.column)
    return ", ".join(part for part in parts if part) or "file"
