"""`plp files check`: compare the rows of files with the storage."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from plp_api.foundation.db import Database

LINES_SHOWN = 20


@click.group()
def files() -> None:
    """Files that people sent."""


@files.command()
def check() -> None:
    """Report rows whose file is lost (exit 1), and files that no row names.

    What no row names is left: the daily sweep removes it after 90 days.
    """
    from plp_api.foundation import db, settings

    chosen = settings.read()
    database = db.Database.of(chosen)
    try:
        with settings.using(chosen):
            lost, unnamed = _compared(database)
    finally:
        database.dispose()
    _print(f"{len(unnamed)} files have no row.", unnamed, err=False)
    _print(f"{len(lost)} rows have lost their file.", lost, err=bool(lost))
    sys.exit(1 if lost else 0)


def _compared(database: "Database") -> tuple[list[str], list[str]]:
    from sqlalchemy import select

    from plp_api.foundation.files import upkeep
    from plp_api.foundation.roster.models import District

    lost: list[str] = []
    unnamed: list[str] = []
    with database.transaction(write=False) as session:
        districts = list(session.scalars(select(District.id)))
    for district_id in districts:
        with database.transaction(write=False, districts=[district_id]):
            lost += map(str, upkeep.lost(district_id))
            unnamed += upkeep.unnamed(district_id)
    return lost, unnamed


def _print(head: str, lines: list[str], *, err: bool) -> None:
    click.echo(head, err=err)
    for line in lines[:LINES_SHOWN]:
        click.echo(f"  {line}", err=err)
