"""What the commands that import a file share: the database, the bar, the lines of the result."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import click

if TYPE_CHECKING:
    from plp_api.foundation.db import Database
    from plp_api.foundation.imports.findings import Finding, Findings

F = TypeVar("F", bound="Finding")
SHOWN_PER_CODE = 5


@contextmanager
def opened_database() -> Iterator["Database"]:
    """The database of the settings, migrated."""
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


def district_id(database: "Database", slug: str) -> UUID:
    """The id of the district with that slug. Raises ClickException where there is none."""
    from sqlalchemy import select

    from plp_api.foundation.roster.models import District

    with database.transaction(write=False) as session:
        found = session.scalar(select(District.id).where(District.slug == slug))
    if found is None:
        raise click.ClickException(f"There is no district {slug}; `plp districts` lists them.")
    return found


@contextmanager
def bar() -> Iterator[Callable[[float], None]]:
    """A progress bar, if the output is a terminal."""
    from tqdm import tqdm

    with tqdm(total=100, unit="%", disable=None, leave=False, bar_format="{l_bar}{bar}|") as shown:

        def show(progress: float) -> None:
            shown.update(progress * 100 - shown.n)

        yield show


def tell_findings(
    findings: "Findings[Any, F]",
    place: Callable[[F], str],
    is_always_shown: Callable[[F], bool],
) -> None:
    """Print the first findings of each code to stderr, and how many there are."""
    shown: Counter[str] = Counter()
    for finding in findings:
        shown[finding.code] += 1
        if shown[finding.code] <= SHOWN_PER_CODE or is_always_shown(finding):
            said = f"{finding.severity} {finding.code}: {place(finding)}: {finding.message}"
            click.echo(said, err=True)
    for code, number in findings.counts.items():
        if number > SHOWN_PER_CODE:
            click.echo(f"… {code}: {number:,} in all.", err=True)


def tell_counts(counts: Mapping[str, Mapping[str, int]]) -> None:
    """Print by kind of row how many were created, updated and so on."""
    for kind, numbers in counts.items():
        listed = ", ".join(f"{number:,} {state}" for state, number in numbers.items() if number)
        click.echo(f"{kind.replace('_', ' '):20} {listed or 'nothing'}")
