"""`plp people`: invite the first people of a district."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click

from plp_api.foundation.roster.relationships import AppointmentRole

# An auditor's office needs an end date and a sample of students: only the API gives it.
ROLES = [str(role) for role in AppointmentRole if role is not AppointmentRole.AUDITOR]


@click.group()
def people() -> None:
    """Invite people to sign in."""


@people.command()
@click.option("--district", metavar="SLUG", help="Needed if there are several.")
@click.option("--person", "person_id", type=click.UUID, help="An existing person.")
@click.option("--given", metavar="NAME", help="Given name of a new person.")
@click.option("--family", metavar="NAME", help="Family name of a new person.")
@click.option("--username", metavar="NAME", help="User name to sign in with.")
@click.option("--email", metavar="ADDRESS", help="E-mail, for a forgotten password.")
@click.option("--role", type=click.Choice(ROLES), help="An office to give.")
@click.option(
    "--school",
    metavar="ID",
    help="Id of a school, ours or the roster's; default: the whole district.",
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
    """Print the one-time code with which a person chooses a password.

    Name an existing person (--person), or a new one (--given, --family and
    --role). The code is printed once and not stored.
    """
    if person_id is None and not (given and family and role):
        raise click.UsageError("Give --person, or --given, --family and --role.")
    if person_id is not None and any((given, family, username, email)):
        raise click.UsageError("An existing person (--person) has a name already.")
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

    configured = settings.read()
    database = db.Database.of(configured)
    try:
        with settings.using(configured), database.transaction():
            yield
    finally:
        database.dispose()
