"""`plp districts`: list the districts."""

from typing import Any

import click

NONE_YET = "There is no district yet: import a roster first (`plp roster import PACKAGE.zip`)."


@click.command()
def districts() -> None:
    """List the districts: the slug that other commands and a login take, the name, and counts."""
    rows = _rows()
    if not rows:
        click.echo(NONE_YET)
        return
    heads = ("SLUG", "NAME", "SCHOOLS", "STUDENTS", "PEOPLE")
    table = [heads, *((row.slug, row.name, row.schools, row.students, row.people) for row in rows)]
    widths = [max(len(str(cell)) for cell in column) for column in zip(*table, strict=True)]
    for cells in table:
        texts = [str(cell) for cell in cells]
        words = [text.ljust(width) for text, width in zip(texts[:2], widths, strict=False)]
        numbers = [text.rjust(width) for text, width in zip(texts[2:], widths[2:], strict=True)]
        click.echo("  ".join([*words, *numbers]))


def _rows() -> list[Any]:
    from plp_api.foundation import db, migrating, settings
    from plp_api.people.directory import districts

    database = db.Database.of(settings.read())
    try:
        # A new installation has no tables yet.
        if migrating.current(database.engine) is None:
            return []
        with database.transaction(write=False):
            return districts.counted()
    finally:
        database.dispose()
