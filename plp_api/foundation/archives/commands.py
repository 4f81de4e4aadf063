"""`plp export` and `plp import`: a student's whole record as a file, and into a record."""

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from plp_api.foundation.imports import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from plp_api.foundation.roster.district_settings import DistrictSettings
    from plp_api.foundation.roster.models import Student


@click.group()
def export() -> None:
    """Write what leaves this installation."""


@click.group(name="import")
def import_() -> None:
    """Read what comes from another installation."""


@export.command(name="student")
@click.argument("student_id", type=click.UUID)
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write; it must not exist.",
)
def export_student(student_id: UUID, target: Path) -> None:
    """Write the archive of a student (by id), as the student may read it.

    A ZIP that needs no server: open index.html in it. Whoever has the file has the record.
    """
    from plp_api.foundation.archives import making

    if target.exists():
        raise click.ClickException(f"{target} exists.")
    with _student(student_id, write=False) as student:
        made = making.make(student, making.access_of(student.id, student.district_id))
        try:
            _copy(made.path, target)
        finally:
            made.path.unlink(missing_ok=True)
    with _student(student_id) as student:
        _note(student)
    click.echo(f"{target}: {sum(made.counts.values()):,} rows, sha256 {made.sha256}")


@import_.command(name="student")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--student", "student_id", type=click.UUID, required=True, help="Into the record of this id."
)
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask whether the names are one person.")
def import_student(archive: Path, student_id: UUID, *, is_sure: bool) -> None:
    """Import a student's ARCHIVE from another installation: all of it or nothing.

    Their work comes in as drafts that they own, everything else as unverified history. An
    archive that was altered by one byte is refused; the same one twice adds nothing. There is
    no way back: where the names in the archive and in the record differ, the command asks.
    """
    from plp_api.foundation.archives import arriving

    with _student(student_id, write=False) as student:
        rules, name = _rules(student), _name(student)
    # What takes long comes before the transaction that writes.
    with arriving.checked(archive, rules) as ready:
        if not is_sure and arriving.whose(ready) != name:
            asked = f"The archive of {arriving.whose(ready) or 'nobody named'} into that of {name}?"
            click.confirm(asked, abort=True)
        with _student(student_id) as student:
            counts = arriving.bring(ready, student)
    new = {part: number for part, number in counts.items() if number}
    for part, number in new.items():
        click.echo(f"{part.replace('_', ' '):24} {number:,} new")
    if not new:
        click.echo("Nothing new.")


def _copy(source: Path, target: Path) -> None:
    """Copy the archive; the target is readable for the operator alone."""
    import shutil

    target.touch(mode=0o600, exist_ok=False)
    shutil.copyfile(source, target)


def _note(student: "Student") -> None:
    from plp_api.foundation.audit import actions as audit

    audit.record("archive.exported", student, by=None, student_id=student.id)


def _name(student: "Student") -> str:
    """The student's name as the school uses it."""
    from plp_api.foundation import db
    from plp_api.foundation.roster import names
    from plp_api.foundation.roster.models import Person

    person = db.session().get_one(Person, student.id)
    own = {column: getattr(person, column) for column in names.COLUMNS}
    return str(names.shown(own, names.audience(is_family=False)))


def _rules(student: "Student") -> "DistrictSettings":
    from plp_api.foundation import db
    from plp_api.foundation.roster import district_settings
    from plp_api.foundation.roster.models import District

    return district_settings.of(db.session().get_one(District, student.district_id))


def _student(student_id: UUID, *, write: bool = True) -> "AbstractContextManager[Student]":
    """The student, in a transaction of their district. Raises ClickException: there is none."""
    from contextlib import contextmanager

    from sqlalchemy import select

    from plp_api.foundation import db
    from plp_api.foundation.jobs.actions import every_district
    from plp_api.foundation.roster.models import Student

    @contextmanager
    def opened() -> "Iterator[Student]":
        with terminal.opened_database() as database, database.transaction(write=write) as session:
            db.enter(every_district())
            student = session.scalar(select(Student).where(Student.id == student_id))
            if student is None:
                raise click.ClickException(f"There is no student {student_id}.")
            db.enter([student.district_id])
            yield student

    return opened()
