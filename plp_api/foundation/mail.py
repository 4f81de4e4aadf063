"""Sends mail through the operator's server; without PLP_MAIL_URL nothing is sent."""

import re
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from plp_api.foundation.settings import Settings

SECONDS = 20
ADDRESS = re.compile(
    r"\A[^@\s<>()\[\],;:\\\"]{1,64}@"
    r"[^@\s<>()\[\],;:\\\"]{1,253}\.[^@\s<>()\[\],;:\\\".0-9][^@\s<>()\[\],;:\\\".]{0,62}\Z"
)
"""One mailbox at a name with a dot, whose last part begins with no digit.

An IP address, with brackets or without them, or a name like `localhost` would aim our mail at a
machine within the operator's network.
"""


def send(settings: Settings, to: str, subject: str, text: str) -> None:
    """Send one plain-text message through the server of `PLP_MAIL_URL`.

    `smtps://user:password@host` uses TLS from the start. `smtp://host` uses STARTTLS
    if the server offers it, and sends no password without it.
    Raises smtplib.SMTPException or OSError if the server does not accept the message, or if
    a roster brought an address to which nothing is mailed (`ADDRESS`).
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    if not ADDRESS.match(to):
        raise smtplib.SMTPRecipientsRefused({to: (553, b"not a mailbox at a public name")})
    url = urlsplit(settings.mail_url)
    with _connected(url) as server:
        _make_private(server, url)
        server.send_message(message)


def _connected(url: SplitResult) -> smtplib.SMTP:
    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, url.port or 465, timeout=SECONDS, context=context)
    return smtplib.SMTP(host, url.port or 25, timeout=SECONDS)


def _make_private(server: smtplib.SMTP, url: SplitResult) -> None:
    """Start TLS if the server offers it, then log in if the URL has a user name."""
    is_private = isinstance(server, smtplib.SMTP_SSL)
    server.ehlo()
    if not is_private and server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        is_private = True
    if url.username:
        if not is_private:
            raise smtplib.SMTPNotSupportedError("the mail server offers no TLS for the password")
        server.login(unquote(url.username), unquote(url.password or ""))
