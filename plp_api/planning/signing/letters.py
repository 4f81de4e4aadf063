"""Letters to people who sign by link. They name nobody, because a mailbox may be shared."""

from zoneinfo import ZoneInfo

from plp_api.foundation import db, mail, settings
from plp_api.foundation.links.models import LinkCheck
from plp_api.foundation.roster.models import District
from plp_api.planning.signing.models import SigningLink

SUBJECT = "A school document to read and sign"
LETTER = """\
{district} asks you to read and sign a document.

Open this address. You need no account and no password:

    {address}

You will be asked for {asked}.
You can sign there, or say that you do not want to. It works once, until
{until}. It is meant for you alone: please do not pass it on.

If you would rather sign on paper or in person, or if you did not expect this,
please call the school.
"""
CODE_LETTER = """\
{district} asks you to read and sign a document, and gives you a letter with
the address of a page. The page asks for this code:

    {code}

If you did not expect this, please call the school, and tell nobody the code.
"""
ASKED = {
    LinkCheck.BIRTH_DATE: "the student's birth date",
    LinkCheck.CODE: "the code that the school gives you apart from this letter",
}


def address(base: str, token: str) -> str:
    """The address of the link; `base` is the public scheme and host of the server."""
    return f"{base.rstrip('/')}/sign/{token}"


def letter(link: SigningLink, where: str) -> str:
    """The letter that carries a link, to print or to mail."""
    district = db.session().get_one(District, link.district_id)
    until = link.expires_at.astimezone(ZoneInfo(district.time_zone))
    return LETTER.format(
        district=district.name,
        address=where,
        asked=ASKED[LinkCheck(link.identity_check)],
        until=f"{until:%-d %B %Y, %H:%M}",
    )


def code_letter(link: SigningLink, code: str) -> str:
    """The mail with the code of a printed link; it does not contain the link."""
    district = db.session().get_one(District, link.district_id)
    return CODE_LETTER.format(district=district.name, code=code)


def mail_to(mailbox: str, text: str) -> None:
    """Send the letter. Raises the errors of `mail.send`."""
    mail.send(settings.current(), mailbox, SUBJECT, text)
