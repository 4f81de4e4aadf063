"""Child processes of `plp serve`: started together, restarted when killed, ended together."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog

SUPERVISOR = "PLP_SUPERVISOR_PID"
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
SECONDS_TO_END = 25
SECONDS_IN_HASTE = 2
LONGEST_PAUSE = 30
log = structlog.get_logger()


class Child:
    """One child. `is_vital`: where it cannot run, nothing else needs to."""

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
        self._starts = 0
        self._start_at = 0.0

    def start(self) -> None:
        """Start it, away from the terminal's signals: only the supervisor tells it to end."""
        self._starts += 1
        self._process = subprocess.Popen(  # noqa: S603 - a command of our own making
            self._command,
            env=self._environment,
            pass_fds=self._inherited,
            start_new_session=True,
        )

    def is_running(self) -> bool:
        """Whether it has been started and not ended."""
        return self._process is not None and self._process.poll() is None

    def gave_up(self) -> bool:
        """Whether it ended by itself with an error, rather than by a signal."""
        return self._process is not None and (self._process.poll() or 0) > 0

    def keep(self) -> None:
        """Start it again when it has ended: at once, then after ever longer pauses."""
        if self.is_running():
            return
        if self._process is not None:
            pause = min(2 ** (self._starts - 1) / 2, LONGEST_PAUSE)
            log.error("child.ended", name=self.name, code=self._process.returncode, pause=pause)
            self._start_at, self._process = time.monotonic() + pause, None
        if time.monotonic() >= self._start_at:
            self.start()

    def send(self, signum: int) -> None:
        """Signal it and whatever it started."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signum)

    def end(self) -> None:
        """Ask it to end; its own children are its own affair."""
        if self._process is not None:
            self._process.terminate()


def supervise(children: Sequence[Child]) -> bool:
    """Keep the children running until told to end (TERM, INT, HUP); whether all went well.

    They get a while to finish what they do. Told again, they get a moment. A
    second signal together with the first (from `make`, from a service manager
    that signals every process) is no second word.
    """
    told: queue.SimpleQueue[int] = queue.SimpleQueue()
    for signum in (*ENDING, signal.SIGCHLD):
        signal.signal(signum, lambda number, _frame: told.put(number))
    is_well = True
    while is_well and _next(told) not in ENDING:
        for child in children:
            child.keep()
        is_well = not any(child.is_vital and child.gave_up() for child in children)
    _end(children, told)
    for signum in ENDING:
        signal.signal(signum, signal.SIG_IGN)
    return is_well


def _next(told: "queue.SimpleQueue[int]") -> int | None:
    try:
        return told.get(timeout=0.5)
    except queue.Empty:
        return None


def _end(children: Sequence[Child], told: "queue.SimpleQueue[int]") -> None:
    begun = time.monotonic()
    deadline = begun + SECONDS_TO_END
    for child in children:
        child.end()
    while any(child.is_running() for child in children):
        now = time.monotonic()
        if _next(told) in ENDING and now > begun + 1:
            deadline = min(deadline, now + SECONDS_IN_HASTE)
        if now > deadline:
            for child in children:
                child.send(signal.SIGKILL)


def end_with_supervisor() -> None:
    """Let this process end when its supervisor is gone: a kill -9 tells nobody anything."""
    supervisor = int(os.environ.get(SUPERVISOR, "0"))
    if supervisor:
        threading.Thread(target=_watch, args=[supervisor], daemon=True).start()


def _watch(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
