"""Load from a few keep-alive connections, over raw sockets, which cost little CPU time."""

import selectors
import socket
import time
from dataclasses import dataclass

CONNECTIONS = 4
BLOCK = 1 << 18


@dataclass(frozen=True)
class Measured:
    """Requests per second, and the median and 95th percentile in milliseconds."""

    per_second: float
    p50: float
    p95: float


def measure(port: int, request: bytes, seconds: float, expected: int) -> Measured:
    """Repeat the request for the given time; every answer must have the expected status."""
    selector = selectors.DefaultSelector()
    started: dict[socket.socket, float] = {}
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
        started[connection] = time.perf_counter()
        connection.sendall(request)
    took: list[float] = []
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        for key, _ in selector.select():
            connection = key.fileobj  # type: ignore[assignment]
            _read(connection, expected)
            now = time.perf_counter()
            took.append(now - started[connection])
            started[connection] = now
            connection.sendall(request)
    elapsed = time.perf_counter() - begin
    for connection in started:
        connection.close()
    selector.close()
    took.sort()
    milliseconds = [1000 * one for one in took]
    return Measured(
        len(took) / elapsed, milliseconds[len(took) // 2], milliseconds[len(took) * 95 // 100]
    )


def _read(connection: socket.socket, expected: int) -> bytes:
    data = connection.recv(BLOCK)
    while b"\r\n\r\n" not in data:
        data += connection.recv(BLOCK)
    head, _, body = data.partition(b"\r\n\r\n")
    status = int(head[9:12])
    if status != expected:
        raise RuntimeError(f"{status} instead of {expected}: {body[:300]!r}")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    blocks, left = [body], length - len(body)
    while left > 0:
        blocks.append(connection.recv(BLOCK))
        left -= len(blocks[-1])
    return b"".join([head, b"\r\n\r\n", *blocks])


def once(port: int, request: bytes, expected: int) -> tuple[bytes, bytes]:
    """Send one request; return head and body of the answer."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        head, _, body = _read(connection, expected).partition(b"\r\n\r\n")
        return head, body
