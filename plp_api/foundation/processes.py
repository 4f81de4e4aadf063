"""The child processes of `plp serve`: started together, restarted when killed, ended together."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import structlog

SUPERVISOR = "PLP_SUPERVISOR_PID"
GATE = "PLP_GATE_FD"
NEWS = "PLP_NEWS_FD"
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
SECONDS_TO_END = 25
SECONDS_IN_HASTE = 2
LONGEST_PAUSE = 30
log = structlog.get_logger()


class Child:
    """One child process. If an `is_vital` child cannot run, all others are ended."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        inherited: Sequence[int] = (),
        is_vital: bool = False,
    ) -> None:
        self.name = name
        self.is_vital = is_vital
        self._command = command
        self._environment = {**environment, SUPERVISOR: str(os.getpid())}
        self._inherited = inherited
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._started_at = 0.0
        self._start_at = 0.0

    def start(self) -> None:
        """Start it in its own session, so that only the supervisor's signals reach it."""
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - a command of our own making
            self._command,
            env=self._environment,
            pass_fds=self._inherited,
            start_new_session=True,
        )

    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def gave_up(self) -> bool:
        """Whether it ended by itself with an error, rather than by a signal."""
        return self._process is not None and (self._process.poll() or 0) > 0

    def keep(self) -> None:
        """Start it again if it has ended, after longer and longer pauses if it keeps ending."""
        if self.is_running():
            return
        now = time.monotonic()
        if self._process is not None:
            lived_long = now - self._started_at > LONGEST_PAUSE
            self._failures = 1 if lived_long else self._failures + 1
            pause = min(2**self._failures / 4, LONGEST_PAUSE)
            log.error("child.ended", name=self.name, code=self._process.returncode, pause=pause)
            self._start_at, self._process = now + pause, None
        if now >= self._start_at:
            self.start()

    def kill(self) -> None:
        """Kill it at once, with all processes that it started."""
        if self._process is not None and self.is_running():
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def end(self) -> None:
        """Ask it to end (TERM); it must end its own children itself."""
        if self._process is not None:
            self._process.terminate()


class Gate:
    """Makes children that were started early wait, in `wait_at_gate`, until `open` is called."""

    def __init__(self) -> None:
        self.fd, self._ours = os.pipe()
        self.environment = {GATE: str(self.fd)}

    def open(self) -> None:
        """Let waiting and later children continue; if this process dies, the gate opens too."""
        os.close(self._ours)


def wait_at_gate() -> None:
    """Wait until the supervisor opens the gate, if there is one."""
    fd = int(os.environ.get(GATE, "-1"))
    if fd >= 0:
        os.read(fd, 1)


class News:
    """Lets a child tell its supervisor that it is ready (`tell_supervisor`)."""

    def __init__(self) -> None:
        self._ours, self.fd = os.pipe()
        # Nobody reads what later children tell; they must never wait for that.
        os.set_blocking(self.fd, False)
        self.environment = {NEWS: str(self.fd)}

    def then(self, act: Callable[[], None]) -> None:
        """Call `act` once, when a child tells it; never if none does."""

        def wait() -> None:
            os.read(self._ours, 1)
            act()

        threading.Thread(target=wait, daemon=True).start()


def tell_supervisor() -> None:
    """Tell the supervisor, if there is one, that this process is ready."""
    fd = int(os.environ.get(NEWS, "-1"))
    if fd >= 0:
        with suppress(BlockingIOError):
            os.write(fd, b".")


def supervise(children: Sequence[Child]) -> bool:
    """Keep the children running until a signal (TERM, INT, HUP); return whether all went well.

    Then the children have some time to finish (SECONDS_TO_END), after a second signal
    only SECONDS_IN_HASTE. A signal within a second of the first does not count as a
    second one: `make` and some service managers signal every process.
    """
    received = listen(*ENDING, signal.SIGCHLD)
    signum: int | None = None
    while signum not in ENDING and not _is_lost(children):
        for child in children:
            child.keep()
        signum = _next(received)
    is_well = not _is_lost(children)
    _end(children, received)
    for signum in ENDING:
        signal.signal(signum, signal.SIG_IGN)
    return is_well


def _is_lost(children: Sequence[Child]) -> bool:
    return any(child.is_vital and child.gave_up() for child in children)


def listen(
    *signums: signal.Signals, tell: Callable[[], None] = lambda: None
) -> "queue.SimpleQueue[int]":
    """A queue of the signals received; each also calls `tell`.

    A signal handler may only use a SimpleQueue: another kind could be locked by the
    interrupted code. If SIGHUP was ignored at the start (`nohup`), it stays ignored.
    """
    received: queue.SimpleQueue[int] = queue.SimpleQueue()

    def handle(signum: int, _frame: object) -> None:
        tell()
        received.put(signum)

    for signum in signums:
        if signum != signal.SIGHUP or signal.getsignal(signum) != signal.SIG_IGN:
            signal.signal(signum, handle)
    return received


def _next(received: "queue.SimpleQueue[int]") -> int | None:
    try:
        return received.get(timeout=0.5)
    except queue.Empty:
        return None


def _end(children: Sequence[Child], received: "queue.SimpleQueue[int]") -> None:
    begun = time.monotonic()
    deadline = begun + SECONDS_TO_END
    for child in children:
        child.end()
    while any(child.is_running() for child in children):
        signum, now = _next(received), time.monotonic()
        if signum in ENDING and now > begun + 1:
            deadline = min(deadline, now + SECONDS_IN_HASTE)
        if now > deadline:
            for child in children:
                child.kill()


def end_with_supervisor() -> None:
    """End this process when its supervisor is gone: after a kill -9 nobody sends a signal."""
    supervisor = int(os.environ.get(SUPERVISOR, "0"))
    if supervisor:
        threading.Thread(target=_watch, args=[supervisor], daemon=True).start()


def _watch(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
