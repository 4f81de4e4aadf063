"""Sending mail, to a server that speaks just enough SMTP."""

import smtplib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from plp_api.foundation import mail
from plp_api.server.app import Application


class Server(socketserver.ThreadingTCPServer):
    """An SMTP server that accepts mails and keeps them."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.heard: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    """EHLO, MAIL, RCPT, DATA, QUIT; offers no TLS and no login."""

    server: Server

    def handle(self) -> None:
        self.say("220 here")
        is_data = False
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            self.server.heard.append(line)
            if is_data:
                is_data = line != "."
                if not is_data:
                    self.say("250 kept")
            elif line.upper() == "DATA":
                is_data = True
                self.say("354 go on")
            elif line.upper() == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_mail_reaches_its_server(app: Application, server: Server) -> None:
    url = f"smtp://127.0.0.1:{server.server_address[1]}"
    settings = replace(app.settings, mail_url=url, mail_from="plp@school.example")
    mail.send(settings, "family@example.org", "Your invitation", "Grüße: K7QF-2M9T-XD0R-5HWB\n")
    heard = "\n".join(server.heard)
    assert "mail FROM:<plp@school.example>" in heard
    assert "rcpt TO:<family@example.org>" in heard
    assert "Auto-Submitted: auto-generated" in heard


def test_no_password_is_sent_where_there_is_no_tls(app: Application, server: Server) -> None:
    url = f"smtp://plp:hush@127.0.0.1:{server.server_address[1]}"
    settings = replace(app.settings, mail_url=url)
    with pytest.raises(smtplib.SMTPNotSupportedError):
        mail.send(settings, "family@example.org", "Your invitation", "…")
    assert not any("AUTH" in line.upper() for line in server.heard)


def test_an_address_cannot_smuggle_in_a_header(app: Application, server: Server) -> None:
    url = f"smtp://127.0.0.1:{server.server_address[1]}"
    settings = replace(app.settings, mail_url=url)
    with pytest.raises(ValueError, match="Header"):
        mail.send(settings, "a@example.org\nBcc: b@example.org", "Your invitation", "…")
    assert server.heard == []
