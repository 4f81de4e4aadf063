"""`plp people`: letting the first people of a district in."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click

from plp_api.foundation.roster.relationships import AppointmentRole

# An auditor's office has an end and a sample of students: it is given by the API.
ROLES = [str(one) for one in AppointmentRole if one is not AppointmentRole.AUDITOR]


@click.group()
def people() -> None:
    """Invite people to sign in."""


@people.command()
@click.option("--district", metavar="SLUG", help="Needed where there are several.")
@click.option("--person", "person_id", type=click.UUID, help="Somebody who is here already.")
@click.option("--given", metavar="NAME", help="Given name of somebody new.")
@click.option("--family", metavar="NAME", help="Family name of somebody new.")
@click.option("--username", metavar="NAME", help="What they will sign in with.")
@click.option("--email", metavar="ADDRESS", help="Where a forgotten password can be answered.")
@click.option("--role", type=click.Choice(ROLES), help="An office to give.")
@click.option(
    "--school", metavar="ID", help="A school's id, here or in the roster; else the district."
)
def invite(
    district: str | None,
    person_id: UUID | None,
    given: str | None,
    family: str | None,
    username: str | None,
    email: str | None,
    role: str | None,
    school: str | None,
) -> None:
    """Print the one-time code by which a person chooses a password.

    Either somebody who is here already (--person), or somebody new (--given,
    --family and --role). The code is printed once and kept nowhere.
    """
    if person_id is None and not (given and family and role):
        raise click.UsageError("Say --person, or --given, --family and --role.")
    if person_id is not None and any((given, family, username, email)):
        raise click.UsageError("Who is here already (--person) has a name.")
    from plp_api.people.identity import actions, offices

    with _transaction():
        place = offices.district(district)
        if person_id is not None:
            person = offices.person(place, person_id)
        else:
            person = offices.add_person(place, given or "", family or "", username, email)
        if role is not None:
            offices.appoint(person, AppointmentRole(role), school)
        invited = actions.invite(person, access=None, printed=True)
        shown = {
            "person": str(person.id),
            "user name": person.username or "to be chosen",
            "code": invited.code,
            "until": invited.expires_at.isoformat(timespec="minutes"),
        }
    for name, value in shown.items():
        click.echo(f"{name:10} {value}")


@contextmanager
def _transaction() -> Iterator[None]:
    from plp_api.foundation import db, settings

    found = settings.read()
    database = db.Database.of(found)
    try:
        with settings.using(found), database.transaction():
            yield
    finally:
        database.dispose()
