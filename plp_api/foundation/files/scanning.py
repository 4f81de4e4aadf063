"""Ask a virus scanner about a file: clamd, by its INSTREAM command (clamd(8)).

`PLP_CLAMD_URL` is `tcp://host:3310` or `unix:///run/clamd.sock`; without it nothing is scanned,
and files say so.
"""

import socket
import struct
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from plp_api.foundation import settings
from plp_api.foundation.files.models import VirusCheck
from plp_api.foundation.problems import Code, Problem

BLOCK = 1 << 16
PATIENCE = 60
LONGEST_ANSWER = 4096


def scan(path: Path) -> VirusCheck:
    """What the scanner says of the file. Raises Problem: scanner_unavailable."""
    url = settings.current().clamd_url
    if not url:
        return VirusCheck.NOT_SCANNED
    try:
        with closing(_connected(url)) as line:
            answer = _asked(line, path)
    except OSError as error:
        raise Problem(Code.SCANNER_UNAVAILABLE) from error
    if answer.endswith("OK"):
        return VirusCheck.CLEAN
    if answer.endswith("FOUND"):
        return VirusCheck.INFECTED
    raise Problem(Code.SCANNER_UNAVAILABLE)


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(PATIENCE)
        line.connect(parts.path)
        return line
    return socket.create_connection((parts.hostname or "", parts.port or 3310), PATIENCE)


def _asked(line: socket.socket, path: Path) -> str:
    line.sendall(b"zINSTREAM\0")
    with path.open("rb") as content:
        while block := content.read(BLOCK):
            line.sendall(struct.pack(">I", len(block)) + block)
    line.sendall(struct.pack(">I", 0))
    answer = b""
    while not answer.endswith(b"\0") and (more := line.recv(LONGEST_ANSWER)):
        answer += more
    return answer.rstrip(b"\0\n").decode(errors="replace")
