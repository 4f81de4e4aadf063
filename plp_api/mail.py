"""Sending mail through the operator's server; without PLP_MAIL_URL nothing is sent."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from plp_api.settings import Settings

SECONDS = 20


def send(settings: Settings, to: str, subject: str, text: str) -> None:
    """Hand one plain message to the server of `PLP_MAIL_URL`.

    `smtps://user:password@host` speaks TLS from the first byte; `smtp://host`
    turns to TLS where the server offers it, and sends no password without it.
    Raises smtplib.SMTPException and OSError where the server does not take it.
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    with _server(urlsplit(settings.mail_url)) as server:
        server.send_message(message)


def _server(url: SplitResult) -> smtplib.SMTP:
    context = ssl.create_default_context()
    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=SECONDS, context=context
        )
        is_private = True
    else:
        server = smtplib.SMTP(host, url.port or 25, timeout=SECONDS)
        server.ehlo()
        is_private = server.has_extn("starttls")
        if is_private:
            server.starttls(context=context)
    if url.username:
        if not is_private:
            raise smtplib.SMTPNotSupportedError("the mail server offers no TLS for the password")
        server.login(unquote(url.username), unquote(url.password or ""))
    return server
