"""Asks whether an address elsewhere still answers, and never a machine of our own network.

The address comes from a student. So only http and https at their usual ports are asked, only
machines with public addresses, and the connection goes to the very address that was checked: a
name that answers differently the second time changes nothing. A server that refuses HEAD is asked
by GET. Of each answer only the first line and the headers are read. Ten seconds are the limit for
everything together: names, connections and answers of all hops.
"""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Thread, Timer
from time import monotonic
from urllib.parse import SplitResult, quote, urljoin, urlsplit

PORTS = {"http": 80, "https": 443}
MOST_HOPS = 4
WITHIN = 10.0
"""Seconds for one address, with all its hops."""
GONE = frozenset({404, 410})
KNOWN_BY_HEAD = frozenset({401, 403, 429})
"""Refusals that tell that something is there; after any other one GET decides."""
MOVED = frozenset({301, 302, 303, 307, 308})
# All of IPv6 that is given out, and the addresses of it that stand for IPv4 ones. What lies beside
# them may lead into a private network (site-local, IPv4-compatible, local NAT64 prefixes).
GIVEN_OUT, TRANSLATED = IPv6Network("2000::/3"), IPv6Network("64:ff9b::/96")
HEADERS = {
    "User-Agent": "plp-api (checks addresses of schoolwork)",
    "Accept": "*/*",
    "Range": "bytes=0-0",
}
# What stays as it is in an address; the rest is encoded, `%` being so already.
PLAIN = "%/:;=&?@!$'()*+,~[]|"


class Unaskable(Exception):
    """The address is not one that we ask: a machine within, another port, too many hops."""


def is_reachable(address: str) -> bool | None:
    """True if it answered, False if it says that it is gone, None if that cannot be said now.

    A name that nobody knows is nothing we can say either: an answer of its own would tell which
    names the operator's network has.
    """
    until = monotonic() + WITHIN
    try:
        for _ in range(MOST_HOPS):
            status, onward = _asked(urlsplit(address), until)
            if status not in MOVED or onward is None:
                return _judged(status)
            address = urljoin(address, onward)
    except (Unaskable, OSError, HTTPException, ValueError):
        return None
    return None


def _judged(status: int) -> bool | None:
    """What a status says: a page behind a login is there; a server in trouble says nothing."""
    if status in GONE:
        return False
    return None if status >= 500 else True


def _asked(url: SplitResult, until: float) -> tuple[int, str | None]:
    """The status of the answer, and where it sends us."""
    status, onward = _answered("HEAD", url, until)
    if status < 400 or status in KNOWN_BY_HEAD:
        return status, onward
    return _answered("GET", url, until)


def _answered(method: str, url: SplitResult, until: float) -> tuple[int, str | None]:
    usual = PORTS.get(url.scheme)
    if usual is None or not url.hostname or url.port not in (None, usual):
        raise Unaskable
    with _connected(url, usual, until) as line:
        path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        line.request(method, quote(path, safe=PLAIN), headers=HEADERS)
        with line.getresponse() as answer:
            return answer.status, answer.headers.get("Location")


@contextmanager
def _connected(url: SplitResult, port: int, until: float) -> Iterator[HTTPConnection]:
    host = url.hostname or ""
    with closing(HTTPConnection(host, port)) as line:
        place = _public(host, port, until), port
        line.sock = socket.create_connection(place, _left(until))
        if url.scheme == "https":
            line.sock = _secured(line.sock, host)
        # A server that sends a byte a second would never time out.
        ending = Timer(_left(until), _end, [line.sock])
        ending.start()
        try:
            if isinstance(line.sock, ssl.SSLSocket):
                line.sock.do_handshake()
            yield line
        finally:
            ending.cancel()


def _left(until: float) -> float:
    """The seconds that are left, some. Raises TimeoutError where there are none."""
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _end(line: socket.socket) -> None:
    """End the connection below TLS, whose own shutdown would talk to the server first."""
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """The connection before its handshake, which checks the certificate."""
    context = ssl.create_default_context()
    return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


def _public(host: str, port: int, until: float) -> str:
    """An address of the host. Raises Unaskable if any of its addresses is not public."""
    addresses = _resolved(host, port, until)
    if not addresses or not all(is_public(one) for one in addresses):
        raise Unaskable
    return addresses[0]


def _resolved(host: str, port: int, until: float) -> list[str]:
    """All addresses of the host. Resolving has no time limit: a thread does it, and may be left.

    Raises TimeoutError; that thread ends when the resolver gives up.
    """
    found: Future[list[str]] = Future()

    def resolve() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            found.set_exception(error)
        else:
            found.set_result([str(one[4][0]) for one in answers])

    Thread(target=resolve, daemon=True).start()
    return found.result(_left(until))


def is_public(address: str) -> bool:
    """Whether the IP address is one of the Internet's, also where it stands for another one."""
    return all(_is_of_internet(one) for one in _meant(ip_address(address)))


def _is_of_internet(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and not (address in GIVEN_OUT or address in TRANSLATED):
        return False
    return address.is_global and not address.is_multicast


def _meant(
    address: IPv4Address | IPv6Address,
) -> Iterator[IPv4Address | IPv6Address]:
    """The address, and the IPv4 address for which it stands."""
    if not isinstance(address, IPv6Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    yield address
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in TRANSLATED:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
