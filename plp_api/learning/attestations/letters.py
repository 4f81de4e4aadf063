"""Letters to mentors, in their language. They name nobody, because a mailbox may be shared."""

from plp_api.catalog.partners.models import Mentor
from plp_api.foundation import db, mail, settings
from plp_api.foundation.links.models import LinkCheck
from plp_api.foundation.roster.models import District
from plp_api.learning.attestations import words
from plp_api.learning.attestations.models import MentorLink


def address(base: str, token: str) -> str:
    """The address of the link; `base` is the public scheme and host of the server."""
    return f"{base.rstrip('/')}/verifications/{token}"


def letter(link: MentorLink, mentor: Mentor, where: str) -> tuple[str, str]:
    """The subject and the text of the letter that carries a link, to print or to mail."""
    said = words.spoken(mentor.language)
    district = db.session().get_one(District, link.district_id)
    asked = "letter_code" if link.identity_check == LinkCheck.CODE else "letter_no_code"
    text = said(
        "letter",
        district=district.name,
        address=where,
        asked=said(asked),
        until=said.moment(link.expires_at, district.time_zone),
    )
    return said("subject"), text


def code_letter(link: MentorLink, mentor: Mentor, code: str) -> tuple[str, str]:
    """The mail with the code of a printed link; it does not contain the link."""
    said = words.spoken(mentor.language)
    district = db.session().get_one(District, link.district_id)
    return said("subject"), said("code_letter", district=district.name, code=code)


def mail_to(mailbox: str, subject: str, text: str) -> None:
    """Send the letter. Raises the errors of `mail.send`."""
    mail.send(settings.current(), mailbox, subject, text)
