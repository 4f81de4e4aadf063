"""The mails with or about a one-time code. They name no person: a mailbox may be shared."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from plp_api.foundation import db, mail, settings
from plp_api.foundation.roster.models import District, Person


@dataclass(frozen=True)
class Letter:
    """One mail, ready to send."""

    to: str
    subject: str
    text: str


INVITATION = """\
You are invited to the Personalized Learning Plans of {district}.

Choose a password with this code{place}:

    {code}
{username}
The code works once, until {until}.
"""
RESET = """\
Somebody asked for a new password for the user name {username} in the
Personalized Learning Plans of {district}. Choose one with this code{place}:

    {code}

The code works once, for an hour. If it was not you, nothing has changed and
there is nothing to do.
"""
NOTICE = """\
A code to choose a new password for the user name {username} in the
Personalized Learning Plans of {district} was given to a member of the staff.
Your password holds until the code is used.

If you did not ask for it, sign in{place}, and change your password: that ends
the code. Then tell your school.
"""
OWN_ADDRESS = """\
Somebody entered this e-mail as their own in the Personalized Learning Plans of
{district}. If it was you, enter this code{place}:

    {code}

The code works for a day. If it was not you, there is nothing to do.
"""
CHANGED = """\
The e-mail of an account in the Personalized Learning Plans of {district} was
changed by a member of the staff: messages go to another address from now on.

If you did not ask for it, tell your school.
"""


def invitation(person: Person, to: str, code: str, expires_at: datetime) -> Letter:
    """The mail that invites a person who has an e-mail."""
    district = db.session().get_one(District, person.district_id)
    named = f"\nYour user name is {person.username}.\n" if person.username else ""
    text = INVITATION.format(
        district=district.name,
        place=_place(),
        code=code,
        username=named,
        until=f"{expires_at.astimezone(ZoneInfo(district.time_zone)):%-d %B %Y, %H:%M}",
    )
    return Letter(to, "Your invitation", text)


def reset(person: Person, to: str, username: str, code: str) -> Letter:
    """The mail that answers a forgotten password, to a person who has an e-mail."""
    district = db.session().get_one(District, person.district_id)
    text = RESET.format(district=district.name, place=_place(), code=code, username=username)
    return Letter(to, "A new password", text)


def notice(person: Person, to: str) -> Letter:
    """The mail that tells the holder of an account that a code was printed for it."""
    district = db.session().get_one(District, person.district_id)
    text = NOTICE.format(
        district=district.name, place=_place(), username=person.username or "of your account"
    )
    return Letter(to, "A code for your account", text)


def own_address(person: Person, address: str, code: str) -> Letter:
    """The mail to an e-mail that a student entered as their own."""
    district = db.session().get_one(District, person.district_id)
    text = OWN_ADDRESS.format(district=district.name, place=_place(), code=code)
    return Letter(address, "Is this your e-mail?", text)


def changed(person: Person) -> Letter:
    """The mail to an e-mail that was replaced."""
    district = db.session().get_one(District, person.district_id)
    text = CHANGED.format(district=district.name)
    return Letter(person.email_before or "", "Your e-mail was changed", text)


def _place() -> str:
    url = settings.current().public_url
    return f" at {url}" if url else ""


def post(letter: Letter) -> None:
    """Send the mail; raises what `mail.send` raises."""
    mail.send(settings.current(), letter.to, letter.subject, letter.text)
