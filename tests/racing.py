"""Requests sent at the same moment, each from its own thread."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any


def at_once(*sent: Callable[[], Any]) -> list[Any]:
    """Send the requests at once; return the answers in order."""
    start, answers = Barrier(len(sent)), [None] * len(sent)

    def run(place: int, send: Callable[[], Any]) -> None:
        start.wait()
        answers[place] = send()

    threads = [Thread(target=run, args=one) for one in enumerate(sent)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return answers
